// SPDX-License-Identifier: Apache-2.0
// The filter box: energy < 5 and pos_x >= 10, flag == red, id == 17, died == null.
import { cell } from "./ipc.js";
import { columnsOf } from "./layers.js";

const TERM = /^\s*([A-Za-z_][\w.]*)\s*(==|=|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^\s"']+)\s*$/;

const TESTS = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** The terms of a filter; throws a sentence for people where it is none. */
export function parse(text) {
  return text.trim() === ""
    ? []
    : text.split(/\s+and\s+/i).map((term) => {
        const found = TERM.exec(term);
        if (!found) {
          throw new Error(`“${term.trim()}” is no condition: write a column, a comparison and a value, as energy < 5`);
        }
        const [, name, operator, raw] = found;
        const quoted = /^["']/.test(raw);
        return { name, operator: operator === "=" ? "==" : operator, word: quoted ? raw.slice(1, -1) : raw };
      });
}

/** A sentence about a column that the table listed has not; empty if there is none. */
export function unknownColumn(meta, list, terms) {
  const table = meta?.tables.find((t) => t.name === list);
  if (!table) return ""; // a list of lives has its own columns
  const known = [...(table.kind === "append_only" ? [] : ["id"]), ...(table.generations ? ["gen"] : []), ...columnsOf(meta, table).map((c) => c.name)];
  const wrong = terms.find((term) => !known.includes(term.name));
  return wrong ? `${list} has no column ${wrong.name}; it has: ${known.join(", ")}` : "";
}

/** Which rows of a table match, a byte each; null if the table has not all the columns named. */
export function matching(table, terms) {
  if (terms.length === 0 || !terms.every((term) => table.columns.has(term.name))) {
    return null;
  }
  const matches = new Uint8Array(table.rows).fill(1);
  for (const { name, operator, word } of terms) {
    const column = table.columns.get(name);
    const test = TESTS[operator];
    const asText = column.words !== null || column.type === "bool";
    const wanted = asText ? word : Number(word);
    const ofNothing = !asText && word === "null" && (operator === "==" || operator === "!=");
    for (let row = 0; row < table.rows; row++) {
      const raw = column.values[row];
      // A cell without a value is equal to null alone, and neither less nor greater than anything.
      const value = ofNothing ? raw === null : asText ? String(cell(column, row)) : raw === null ? NaN : Number(raw);
      matches[row] &= test(value, ofNothing || wanted) ? 1 : 0;
    }
  }
  return matches;
}
