// SPDX-License-Identifier: Apache-2.0
// The lesser panels: what happens in this tick, what the run is.
import * as api from "./api.js";
import { fill, h, number } from "./dom.js";

const MOST = 300;

/** Events of the present tick. */
export class EventsPanel {
  constructor(holder, { onSelect, fail }) {
    this.onSelect = onSelect;
    this.fail = fail;
    this.key = h("select", { "aria-label": "Which events", onchange: () => this.again() });
    this.list = h("ol", { class: "events" });
    this.note = h("p", { class: "hint" });
    holder.replaceChildren(h("p", {}, this.key), this.note, this.list);
  }

  of(meta) {
    this.meta = meta;
    const keys = meta.keys.filter((k) => k.kind !== "value" && k.kind !== "lineage");
    const events = keys.filter((k) => k.kind === "event");
    fill(this.key, [...(events.length > 1 ? [["", "all events"]] : []), ...events.map((k) => [k.name]),
      ...keys.filter((k) => k.kind !== "event").map((k) => [k.name])], this.key.value);
  }

  again() {
    this.shown = null;
    this.show(this.tick);
  }

  async show(tick) {
    this.tick = tick;
    const wanted = `${this.meta?.name} ${tick} ${this.key.value}`;
    if (tick === null || !this.meta || this.shown === wanted) return;
    this.shown = wanted;
    try {
      const found = await api.events(this.meta.name, { from: tick, to: tick, key: this.key.value || null, most: MOST });
      const why = await this.why(tick);
      if (this.shown !== wanted) return;
      this.note.textContent = found.rows.length === 0 ? `Nothing of this kind at tick ${number(tick)}.`
        : `${found.more ? `The first ${MOST}` : number(found.rows.length)} at tick ${number(tick)}:`;
      this.list.replaceChildren(...found.rows.map((row) => this.line(row, why)));
    } catch (e) {
      if (e.kind !== "superseded" && e.name !== "AbortError") this.fail(e);
    }
  }

  /** Of births their parents, of deaths their causes, by id; null where there are none. */
  async why(tick) {
    const [name, what] = this.key.value.split(".");
    const kind = { born: "parent", died: "cause" }[what];
    const table = this.meta.tables.find((t) => t.name === name);
    if (!table?.lineage.includes(kind)) return null;
    const found = await api.events(this.meta.name, { from: tick, to: tick, key: `${name}.${kind}`, most: MOST });
    return { of: name, kind, by: new Map(found.rows.map((row) => [row.id, row.value])) };
  }

  line(row, why) {
    const [table, name] = row.key.split(".");
    const who = this.meta.tables.find((t) => t.name === table);
    const of = who?.kind === "presence" ? who.of : table;
    const subject = who && who.kind !== "append_only"
      ? h("button", { class: "link", onclick: () => this.onSelect(of, row.id) }, `${of} ${row.id}`) : `${table} ${row.id}`;
    const object = row.refers_to && name !== "born" && name !== "died"
      ? h("button", { class: "link", onclick: () => this.onSelect(row.refers_to, row.value) }, `${row.refers_to} ${row.value}`)
      : why?.by.has(row.id) ? this.reason(why, row.id)
      : name === "born" || name === "died" ? "" : number(row.value);
    return h("li", {}, subject, ` ${name} `, object);
  }

  reason({ of, kind, by }, id) {
    const value = by.get(id);
    return kind === "cause" ? `(${value})`
      : [" of ", h("button", { class: "link", onclick: () => this.onSelect(of, value) }, `${of} ${value}`)];
  }
}

/** What the run is, in its own words. */
export function about(holder, meta) {
  const facts = [
    ["Folder", meta.path], ["Ticks", meta.first_tick === null ? "none yet" : `${number(meta.first_tick)} to ${number(meta.last_tick)}`],
    ["One tick is", meta.tick_unit], ["Rows in the log", number(meta.rows)], ["Still open", meta.open_ended ? "yes: it may go on" : "no: sealed"],
    ["Snapshots", meta.snapshots?.length ? meta.snapshots.slice(0, 12).map(number).join(", ") + (meta.snapshots.length > 12 ? " …" : "") : "none: worlds are rebuilt from the log"],
    ["Goes on from", meta.parent ? `store ${meta.parent.store}, tick ${number(meta.parent.tick)}` : null], ["Store", meta.id],
    ...Object.entries(meta.properties ?? {}),
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  const tables = (meta.tables ?? []).map((t) => h("li", {}, h("b", {}, t.name), ` (${t.kind.replace("_", "-")}${t.of ? ` of ${t.of}` : ""}): `,
    t.columns.map((c) => `${c.name} ${c.type}${c.unit ? ` in ${c.unit}` : ""}`).join(", ") || "ids alone"));
  holder.replaceChildren(
    ...(meta.warnings ?? []).map((w) => h("p", { class: "warning" }, w)),
    h("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))])),
    h("h3", {}, "Tables"), h("ul", { class: "plain" }, tables),
    h("p", { class: "hint" }, "Drawn with uPlot (MIT) and flechette (BSD 3-clause): ",
      h("a", { href: "/vendor/uPlot.LICENSE.txt" }, "licence"), ", ", h("a", { href: "/vendor/flechette.LICENSE.txt" }, "licence"), "."));
}
