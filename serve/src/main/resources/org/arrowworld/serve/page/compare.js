// SPDX-License-Identifier: Apache-2.0
// How two runs differ, and a run from itself at another tick.
import * as api from "./api.js";
import { fill, h, number } from "./dom.js";

const MOST = 300;

/** How the run and another differ, or two of its ticks: first how many rows by key, then those of a key. */
export class ComparePanel {
  constructor(holder, { onOther, onSeek, onSelect, tick }) {
    this.onSeek = onSeek;
    this.onSelect = onSelect;
    this.tick = tick;
    this.other = h("select", { "aria-label": "The run to compare with", onchange: (e) => onOther(e.target.value) });
    this.then = h("input", { type: "number", min: "0", required: true, "aria-label": "Tick to compare this one with" });
    const itself = h("form", { class: "line", onsubmit: (e) => {
      e.preventDefault();
      this.between(Number(this.then.value));
    } }, h("label", { class: "bare" }, "or this tick with tick ", this.then), h("button", {}, "Compare"));
    this.result = h("div", {});
    holder.replaceChildren(h("p", {}, "Compare with ", this.other), itself, this.result);
  }

  runs(all, run, other) {
    fill(this.other, [["", "no run"], ...all.filter((r) => r.name !== run).map((r) => [r.name])], other);
    this.wanted = null;
    this.result.replaceChildren(h("p", { class: "hint" }, all.length < 2
      ? "There is only this run. Open two: aw view RUN OTHER, or a folder of runs." : "Choose a run: both are shown at the same tick."));
  }

  /** Shows how a run differs from another; living are the tables whose rows have a life. */
  show(run, other, living) {
    this.run = run;
    this.living = living;
    if (other) this.ask({ other }, (found) => this.tellRuns(found, run, other));
  }

  between(then) {
    const [from, to] = [this.tick(), then].sort((a, b) => a - b);
    this.ask({ from, to }, (found) => [
      h("p", {}, from === to ? "That is this tick." : `From tick ${number(from)} to tick ${number(to)}: ${number(found.count)} net changes; what came and went again in between is not among them.`),
      ...this.summary(found, { from, to }, [`tick ${number(from)}`, `tick ${number(to)}`], "not there", "net changes")]);
  }

  /** Asks once for each wish, and shows what it finds. */
  async ask(parameters, tell) {
    const wanted = JSON.stringify([this.run, parameters]);
    if (this.wanted === wanted) return;
    this.wanted = wanted;
    this.result.replaceChildren(h("p", { class: "hint" }, "Comparing …"));
    try {
      const found = await api.diff(this.run, { ...parameters, most: 0 });
      if (this.wanted === wanted) this.result.replaceChildren(...tell(found));
    } catch (e) {
      if (this.wanted === wanted) this.result.replaceChildren(h("p", { class: "hint" }, e.message));
    }
  }

  tellRuns(found, run, other) {
    const words = {
      equal: "Both are equal, row for row.",
      different: `They are equal ${found.last_equal === null ? "nowhere" : `up to tick ${number(found.last_equal)}`} and differ from tick ${number(found.tick)} on.`,
      left_goes_on: `Equal as far as ${other} goes; ${run} goes on.`,
      right_goes_on: `Equal as far as ${run} goes; ${other} goes on.`,
    };
    return [
      h("p", {}, words[found.outcome]),
      ...(found.tick === null ? [] : [h("p", {}, h("button", { class: "primary", id: "first-difference", onclick: () => this.onSeek(found.tick) },
        `First difference: tick ${number(found.tick)}`))]),
      ...this.summary(found, { other }, [run, other], "no row in this tick", "rows of the log differ in that tick"),
    ];
  }

  /** How many rows of each key differ; each key opens its rows. */
  summary({ count, keys }, parameters, heads, absent, what) {
    if (keys.length === 0) return [];
    const counted = keys.reduce((sum, k) => sum + k.differ + k.only_left + k.only_right, 0);
    const rows = h("div", { class: "of-key" });
    const line = (k) => h("tr", {}, h("td", {}, h("button", { class: "link", onclick: () => this.rows(rows, k.key, parameters, heads, absent) }, k.key)),
      [k.differ, k.only_left, k.only_right].map((n) => h("td", {}, n === 0 ? "" : number(n))));
    return [h("table", { class: "differences" },
      h("caption", {}, `${number(count)} ${what}${counted < count ? `; of the first ${number(counted)}` : ""}, by what they say:`),
      h("thead", {}, h("tr", {}, ["what", "another value", ...heads.map((head) => `only ${head}`)].map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", {}, keys.map(line))), rows];
  }

  async rows(holder, key, parameters, heads, absent) {
    holder.replaceChildren(h("p", { class: "hint" }, `Reading ${key} …`));
    try {
      const found = await api.diff(this.run, { ...parameters, key, most: MOST });
      const [table, name] = key.split(".");
      const who = (id) => this.living.has(table) ? h("button", { class: "link", onclick: () => this.onSelect(table, id) }, `${table} ${id}`) : `${table} ${id}`;
      const told = name === "born" || name === "died" ? "gen" : name; // the value of a birth or death is the life's generation
      const value = (v) => (v === null ? h("i", {}, absent) : number(v));
      holder.replaceChildren(h("h3", {}, key), h("table", { class: "differences" },
        h("caption", {}, found.rows.length === MOST ? `The first ${MOST}:` : ""),
        h("thead", {}, h("tr", {}, ["whose", ...heads.map((head) => `${told} in ${head}`)].map((t) => h("th", { scope: "col" }, t)))),
        h("tbody", {}, found.rows.map((row) => h("tr", {}, h("td", {}, who(row.id)), h("td", {}, value(row.left)), h("td", {}, value(row.right)))))));
      holder.scrollIntoView({ block: "nearest" });
    } catch (e) {
      holder.replaceChildren(h("p", { class: "hint" }, e.message));
    }
  }
}
