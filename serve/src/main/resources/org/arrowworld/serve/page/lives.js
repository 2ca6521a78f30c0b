// SPDX-License-Identifier: Apache-2.0
// Everybody who ever lived in a table, as a table to be listed, sorted and filtered.
import * as api from "./api.js";
import { number } from "./dom.js";

const ENDING = ":lives";
const column = (name, values, words = null) => [name, { name, values, words, type: words ? "string" : "u64" }];

/** What the choice of tables offers beside the tables. */
export const choices = (meta) => meta.tables.filter((t) => t.kind === "row").map((t) => [t.name + ENDING, `${t.name} lives`]);

/** The table that a choice speaks of. */
export const tableOf = (list) => list.endsWith(ENDING) ? list.slice(0, -ENDING.length) : list;

function listed(name, { count, causes, lives }, meta) {
  const words = ["", ...Object.keys(causes)];
  const codes = new Map(words.map((word, i) => [word, i]));
  const rows = lives.id.length;
  const lived = lives.born.map((born, i) => (born === null ? null : (lives.died[i] ?? meta.last_tick) - born));
  const cause = lives.cause.map((word) => codes.get(word ?? ""));
  const ended = (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, 6).map(([word, n]) => `${word} ${number(n)}`).join(", ");
  const among = (order) => {
    const counts = {};
    for (const row of order) {
      if (cause[row] > 0) counts[words[cause[row]]] = (counts[words[cause[row]]] ?? 0) + 1;
    }
    return counts;
  };
  const note = (order) => {
    const how = ended(order.length < rows ? among(order) : causes);
    return `, up to tick ${number(meta.last_tick)}${count > rows ? `, the first of ${number(count)}` : ""}${how ? `; ended by ${how}` : ""}`;
  };
  return {
    name, rows, note,
    columns: new Map([column("id", lives.id), column("gen", lives.gen), column("born", lives.born), column("died", lives.died), column("lived", lived),
      column("cause", cause, words), column("parent", lives.parent)]),
  };
}

/** Reads the lives that are asked for, and keeps them as long as the run is shown. */
export class Lives {
  constructor({ ready, fail }) {
    this.ready = ready;
    this.fail = fail;
  }

  /** The table of lives that a choice names, once it is read; null if it is not, or names none. */
  want(meta, list) {
    if (!list.endsWith(ENDING)) return null;
    if (this.meta !== meta || this.list !== list) {
      Object.assign(this, { meta, list, table: null });
      this.read(meta, list);
    }
    return this.table;
  }

  async read(meta, list) {
    try {
      const found = await api.lives(meta.name, { table: tableOf(list) });
      if (this.meta !== meta || this.list !== list) return;
      this.table = listed(tableOf(list), found, meta);
      this.ready();
    } catch (e) {
      if (e.kind !== "superseded") this.fail(e);
    }
  }
}
