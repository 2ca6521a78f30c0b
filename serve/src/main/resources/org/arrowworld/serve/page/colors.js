// SPDX-License-Identifier: Apache-2.0
// Colours that also those tell apart who see few of them: viridis for amounts, Okabe and Ito's for kinds.
import { byId } from "./dom.js";

const VIRIDIS = [
  "440154", "482878", "3e4989", "31688e", "26828e", "1f9e89", "35b779", "6ece58", "b5de2b", "fde725",
];
export const KINDS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442", "#8a8a8a"];
const DARK_KINDS = ["#56b4e9", "#e69f00", "#2bc79b", "#ff7a3d", "#e79cc7", "#8ab8ff", "#f0e442", "#a8a8a8"];

export const isDark = () => getComputedStyle(document.documentElement).getPropertyValue("--scheme").trim() === "dark";
export const kinds = () => (isDark() ? DARK_KINDS : KINDS);

export const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Steps between colours: 256 of them, r, g, b each. */
function ramp(stops) {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      table[3 * i + c] = Math.round(stops[from][c] + (stops[from + 1][c] - stops[from][c]) * (at - from));
    }
  }
  return table;
}

const viridis = VIRIDIS.map((hex) => rgb("#" + hex));

/** Amounts: the end that would vanish on the page's ground is left out. */
export const amounts = () => (isDark() ? ramp(viridis.slice(1)) : ramp(viridis.slice(0, -1)));

export const css = (table, i) => `rgb(${table[3 * i]} ${table[3 * i + 1]} ${table[3 * i + 2]})`;

export const gradient = (table) =>
  `linear-gradient(90deg, ${[0, 51, 102, 153, 204, 255].map((i) => css(table, i)).join(", ")})`;

export const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Light, dark, or as the system is. */
export function theme(chosen) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = chosen === "auto" ? (dark ? "dark" : "light") : chosen;
  byId("theme").title = `Theme: ${chosen === "auto" ? "as the system" : chosen}`;
}
