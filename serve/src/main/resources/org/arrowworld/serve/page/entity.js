// SPDX-License-Identifier: Apache-2.0
// One entity: where it came from, what became of it, what it has now, what happened to it.
import * as api from "./api.js";
import { h, number } from "./dom.js";
import { cell } from "./ipc.js";
import { rowOf } from "./map.js";
import { chart } from "./plots.js";
import { kinds } from "./colors.js";

const KIN = 60;
const EVENTS = 400;

export class EntityPanel {
  constructor(holder, { onSelect, onSeek, tick, frame }) {
    this.holder = holder;
    this.onSelect = onSelect;
    this.onSeek = onSeek;
    this.tick = tick;
    this.frame = frame;
    this.meta = null;
    this.sel = null;
    this.abort = new AbortController();
    this.column = "";
    this.say("Click something on the map, or a row of the table, to see its whole life.");
  }

  say(text) {
    this.plot = null;
    this.holder.replaceChildren(this.finder(), h("p", { class: "hint" }, text));
  }

  /** A way to an entity by its number, for who has no mouse. */
  finder() {
    const tables = (this.meta?.tables ?? []).filter((t) => t.kind === "row");
    const table = h("select", { "aria-label": "Table" }, ...tables.map((t) => h("option", { value: t.name }, t.name)));
    if (this.sel) table.value = this.sel.table;
    const id = h("input", { type: "number", min: "0", placeholder: "id", "aria-label": "Id", required: true });
    return h("form", { class: "finder", onsubmit: (e) => {
      e.preventDefault();
      this.find(table.value, Number(id.value));
    } }, table, id, h("button", {}, "Find"));
  }

  /** Who has the id now, or had it last. */
  async find(table, id) {
    const at = this.frame()?.tables.get(table);
    const row = at?.columns.get("id")?.values.indexOf(id) ?? -1;
    if (row >= 0) {
      this.onSelect({ table, id, gen: at.columns.get("gen")?.values[row] ?? 0 });
      return;
    }
    try {
      const life = await api.life(this.meta.name, { table, id, most: 1 });
      const lives = life.lives ?? [];
      const last = lives.filter((l) => l.born === null || l.born <= this.tick()).at(-1) ?? life;
      this.onSelect({ table, id, gen: last.gen });
    } catch (e) {
      this.say(e.message);
    }
  }

  /** Shows a life; of which run is said where two are looked at. */
  async show(meta, sel, ofTwo = false) {
    this.meta = meta;
    this.ofTwo = ofTwo;
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    if (this.sel?.table !== sel?.table) this.column = "";
    this.sel = sel;
    if (!sel) {
      this.say("Click something on the map, or a row of the table, to see its whole life.");
      return;
    }
    const schema = meta.tables.find((t) => t.name === sel.table);
    if (!schema || schema.kind !== "row") {
      this.say(`Rows of ${sel.table} have no life of their own.`);
      return;
    }
    if (!this.holder.querySelector(".who")) {
      this.say("Reading its life …");
    }
    try {
      const life = await api.life(meta.name, { ...sel, gen: schema.generations ? sel.gen : null, most: KIN }, signal);
      if (!signal.aborted) {
        this.build(schema, life);
        await this.events(schema, life, signal);
      }
    } catch (e) {
      if (e.name !== "AbortError" && e.kind !== "another_history") {
        this.say(e.message);
      }
    }
  }

  link(life, text) {
    const table = this.sel.table;
    return h("button", { class: "link", onclick: () => this.onSelect({ table, id: life.id, gen: life.gen }) },
      text ?? this.named(life));
  }

  named(life) {
    return life.gen > 0 ? `${life.id} (life ${life.gen + 1})` : String(life.id);
  }

  at(tick) {
    return h("button", { class: "link", onclick: () => this.onSeek(tick), title: `Go to tick ${tick}` }, `tick ${number(tick)}`);
  }

  build(schema, life) {
    const { sel } = this;
    const lived = life.died === null ? null : life.died - (life.born ?? this.meta.first_tick);
    const facts = [
      ["Born", life.born === null ? "before the log" : this.at(life.born)],
      ["Died", life.died === null ? "lives" : [this.at(life.died), life.cause ? `: ${life.cause}` : "", lived === null ? "" : `, after ${life.born === null ? "at least " : ""}${number(lived)} ticks`]],
    ];
    if (schema.lineage.includes("parent")) {
      facts.push(["Parent", life.parent ? this.link(life.parent) : life.born === null ? "before the log" : "none"]);
      const line = life.ancestors.slice(1);
      if (line.length > 0) {
        facts.push(["Ancestors", [line.slice(0, 8).flatMap((a, i) => [i ? " ‹ " : "", this.link(a)]), line.length > 8 ? ` and ${line.length - 8}${line.length >= KIN - 1 ? " or more" : ""} before` : ""]]);
      }
      facts.push(["Children", life.child_count === 0 ? "none" : [
        life.children.flatMap((c, i) => [i ? ", " : "", this.link(c)]),
        life.child_count > life.children.length ? ` and ${life.child_count - life.children.length} more` : ""]]);
    }
    const others = life.lives.filter((l) => l.gen !== life.gen);
    if (others.length > 0) {
      facts.push([`Others called ${life.id}`, others.flatMap((l, i) => [i ? ", " : "", this.link(l, `life ${l.gen + 1}`)])]);
    }
    this.values = h("dl", { class: "facts values" });
    this.chartHolder = h("div", { class: "life-plot" });
    this.eventHolder = h("div", { class: "life-events" }, h("p", { class: "hint" }, "Reading what happened to it …"));
    const numeric = schema.columns.filter((c) => c.type !== "string" && c.type !== "bool");
    this.column = numeric.some((c) => c.name === this.column) ? this.column
      : (numeric.find((c) => /energy|health|value|mass/.test(c.name)) ?? numeric[0])?.name ?? "";
    const choose = h("select", { "aria-label": "Column over its life", onchange: (e) => {
      this.column = e.target.value;
      this.show(this.meta, this.sel, this.ofTwo);
    } }, ...numeric.map((c) => h("option", { value: c.name }, c.name)));
    choose.value = this.column;
    this.units = new Map(schema.columns.filter((c) => c.unit).map((c) => [c.name, ` (${c.unit})`]));
    this.holder.replaceChildren(
      this.finder(),
      h("h2", { class: "who" }, `${sel.table} ${sel.id}`, h("small", {}, [this.ofTwo ? `of ${this.meta.name}` : "", life.gen > 0 ? `life ${life.gen + 1} of this id (gen ${life.gen})` : ""].filter(Boolean).join(", ")),
        h("button", { class: "quiet small", title: "Select nothing (Esc)", "aria-label": "Select nothing", onclick: () => this.onSelect(null) }, "×")),
      h("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      h("h3", {}, "Now"), this.values,
      ...(numeric.length > 0 ? [h("h3", {}, "Over its life ", choose), this.chartHolder] : []),
      h("h3", {}, "What happened"), this.eventHolder);
    this.life = life;
    this.update();
  }

  async events(schema, life, signal) {
    const history = await api.history(this.meta.name, {
      ...this.sel, gen: schema.generations ? this.sel.gen : null, columns: this.column,
      from: life.born ?? 0, to: life.died ?? this.meta.last_tick }, signal);
    if (signal.aborted) return;
    const values = history.columns[this.column];
    this.chartHolder.replaceChildren();
    if (values && values.ticks.length > 1) {
      this.plot = chart(this.chartHolder, [{ stroke: kinds()[0], width: 1.5, points: { show: false } }],
        [values.ticks, values.values.map(Number)], { height: 110, onSeek: this.onSeek, tick: this.tick });
    } else if (values) {
      this.chartHolder.append(h("p", { class: "hint" }, values.ticks.length === 1 ? `${number(values.values[0])} all its life` : "never set"));
    }
    const told = history.events.filter((e) => !["born", "died", "lineage"].includes(e.kind) || !e.key.startsWith(`${schema.name}.`));
    const list = told.slice(0, EVENTS).map((e) => h("li", {}, this.at(e.tick), ` ${this.sentence(e)}`));
    this.eventHolder.replaceChildren(
      told.length === 0 ? h("p", { class: "hint" }, "Nothing was logged about it but its values.") : h("ol", { class: "events" }, ...list),
      told.length > EVENTS || !history.whole ? h("p", { class: "hint" }, `The first ${list.length} are shown.`) : "");
  }

  sentence(event) {
    const [table, name] = event.key.split(".");
    if (event.kind === "born" || event.kind === "died") {
      return event.kind === "born" ? `became ${table}` : `was no longer ${table}`;
    }
    return event.refers_to ? `${name}: ${event.refers_to} ${event.value}` : `${name}: ${number(event.value)}`;
  }

  /** The values at the present tick. */
  update() {
    this.plot?.redraw(false, false);
    if (!this.values || !this.sel || !this.life) return;
    const table = this.frame()?.tables.get(this.sel.table);
    const row = table ? rowOf(table, this.sel) : -1;
    if (row < 0) {
      const now = this.tick();
      const unborn = this.life.born !== null && now < this.life.born;
      this.values.replaceChildren(h("dd", { class: "hint" }, table ? (unborn ? "It is not born yet." : "It does not live any more.") : "Its table is not shown."));
      return;
    }
    this.values.replaceChildren(...[...table.columns.values()].filter((c) => c.name !== "id" && c.name !== "gen")
      .flatMap((c) => [h("dt", {}, c.name + (this.units.get(c.name) ?? "")), h("dd", {}, number(cell(c, row)))]));
  }
}
