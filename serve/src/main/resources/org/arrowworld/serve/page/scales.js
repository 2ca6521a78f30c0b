// SPDX-License-Identifier: Apache-2.0
// From values to the eye: spans that only grow while a run is watched, marks on axes, colours of rows.
import { amounts, kinds, rgb } from "./colors.js";

const spans = new Map();

/** Forgets the spans: another run. */
export const forget = () => spans.clear();

/** The least and greatest value of a column seen so far, so that nothing jumps while it moves. */
export function span(key, column) {
  let known = spans.get(key);
  if (!known) {
    known = { least: Infinity, greatest: -Infinity, seen: null };
    spans.set(key, known);
  }
  if (column && known.seen !== column.values) {
    known.seen = column.values;
    const { values } = column;
    for (let i = 0; i < values.length; i++) {
      const value = Number(values[i]);
      if (value < known.least && value > -Infinity) known.least = value;
      if (value > known.greatest && value < Infinity) known.greatest = value;
    }
  }
  return known;
}

/** Round numbers between two values. */
export function marks(from, to, most) {
  const raw = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? power;
  const found = [];
  for (let value = Math.ceil(from / step) * step; value <= to + step * 1e-9; value += step) {
    found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  }
  return found;
}

const UNKNOWN = [140, 140, 140];
const WORDS = new Map();

/** The number of a word among those of its column, by first sight: its colour stays while it moves. */
function kindOf(key, word) {
  let known = WORDS.get(key);
  if (!known) {
    known = new Map();
    WORDS.set(key, known);
  }
  if (!known.has(word)) {
    known.set(word, known.size);
  }
  return known.get(word);
}

/** What colours mean: [[word, css], ...]. */
export function kindsOf(key) {
  const all = kinds();
  return [...(WORDS.get(key) ?? new Map())].map(([word, n]) => [word, all[Math.min(n, all.length - 1)]]);
}

export const isKind = (column) => column.words !== null || column.type === "bool";

/** Fills the colours of a layer's rows: r, g, b, a. */
export function paint(colors, rows, key, column, plain, alpha) {
  if (!column) {
    const [r, g, b] = rgb(plain);
    for (let i = 0; i < rows; i++) {
      colors.set([r, g, b, alpha(i)], 4 * i);
    }
    return;
  }
  if (isKind(column)) {
    const all = kinds().map(rgb);
    const names = column.words ?? [false, true];
    const shades = Array.from(names, (word) => all[Math.min(kindOf(key, String(word)), all.length - 1)]);
    for (let i = 0; i < rows; i++) {
      const [r, g, b] = shades[column.values[i]] ?? UNKNOWN;
      colors.set([r, g, b, alpha(i)], 4 * i);
    }
    return;
  }
  const table = amounts();
  const { least, greatest } = span(key, column);
  const scale = greatest > least ? 255 / (greatest - least) : 0;
  for (let i = 0; i < rows; i++) {
    const value = Number(column.values[i]);
    const at = 3 * Math.max(0, Math.min(255, Math.round((value - least) * scale)));
    const known = value === value;
    colors[4 * i] = known ? table[at] : UNKNOWN[0];
    colors[4 * i + 1] = known ? table[at + 1] : UNKNOWN[1];
    colors[4 * i + 2] = known ? table[at + 2] : UNKNOWN[2];
    colors[4 * i + 3] = alpha(i);
  }
}
