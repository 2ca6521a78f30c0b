// SPDX-License-Identifier: Apache-2.0
// Which tables are on the map, and by which columns: the controls, and a choice to begin with.
import { fill, h } from "./dom.js";
import { gradient, amounts, kinds } from "./colors.js";
import { isKind, kindsOf, span } from "./scales.js";
import { number } from "./dom.js";

const PAIRS = [
  ["pos_x", "pos_y"], ["x", "y"], ["lon", "lat"], ["longitude", "latitude"], ["px", "py"], ["x0", "y0"],
];

const WHETHER = [{ name: "is", type: "string" }];

/** The columns of a table, and of the components its rows may have: `heat.level`, `damaged.is`. */
export function columnsOf(meta, table) {
  const parts = meta.tables.filter((t) => t.kind === "presence" && t.of === table.name);
  return [...table.columns, ...parts.flatMap((t) =>
    (t.columns.length > 0 ? t.columns : WHETHER).map((c) => ({ ...c, name: `${t.name}.${c.name}` })))];
}

/** What the server calls a column of a layer. */
function qualified(meta, table, column) {
  const part = meta.tables.find((t) => column.startsWith(`${t.name}.`));
  return !part ? `${table}.${column}` : part.columns.length === 0 ? `${part.name}.id` : column;
}

/** What to ask for to have some columns of a layer: its ids too, by which its components are joined. */
export function asked(meta, layer, columns) {
  const ids = meta.tables.find((t) => t.name === layer.table)?.ids ? ["id"] : [];
  return [...ids, ...columns].filter(Boolean).map((c) => qualified(meta, layer.table, c));
}

/** The columns that what is on the screen needs. */
export function columnsFor(meta, { layers, sel, tab, filter, list }) {
  const names = new Set(layers.filter((l) => l.on).flatMap((layer) => asked(meta, layer, [layer.x, layer.y, layer.color, layer.size])));
  [sel?.table, tab === "table" || filter ? list : null].filter((t) => meta.tables.some((known) => known.name === t))
    .forEach((t) => names.add(t));
  if (names.size === 0 && meta.tables.length > 0) names.add(meta.tables[0].name);
  return [...names].sort();
}

const drawable = (c) => c.type !== "string" && c.type !== "bool";

/** Two columns that are a place: of the table itself, failing that of one of its components. */
function pairIn(numbers) {
  const prefixes = ["", ...new Set(numbers.filter((n) => n.includes(".")).map((n) => n.slice(0, n.indexOf(".") + 1)))];
  return prefixes.flatMap((prefix) => PAIRS.map((pair) => pair.map((name) => prefix + name)))
    .find((pair) => pair.every((name) => numbers.includes(name)));
}

/** Layers to begin with: tables with a position, what moves first; failing that the first two numbers. */
export function usual(meta) {
  const plain = meta.tables.filter((t) => t.kind !== "presence");
  const tables = plain.filter((t) => columnsOf(meta, t).filter(drawable).length >= 2);
  const layers = tables.map((table) => {
    const numbers = columnsOf(meta, table).filter(drawable).map((c) => c.name);
    const pair = pairIn(numbers);
    const [x, y] = pair ?? numbers;
    const rest = numbers.filter((name) => name !== x && name !== y && !/(^|\.)(vel|v)_?[xyz]$/.test(name));
    return { table: table.name, x, y, color: pair && !pair.includes("x0") ? (rest[0] ?? "") : "", size: "", on: Boolean(pair) && !pair.includes("x0") };
  });
  layers.slice(1).forEach((layer) => { layer.color = layer.on && layers[0].on ? "" : layer.color; });
  if (layers.length > 0 && !layers.some((layer) => layer.on)) {
    layers[0].on = true;
  }
  return layers;
}

/** Plots to begin with: how many there are, and the mean of what colours the map. */
export function usualPlots(meta, layers) {
  const rows = meta.tables.filter((t) => t.kind === "row").map((t) => `${t.name}.count`);
  const changing = meta.tables.filter((t) => t.kind === "row" && meta.keys.some((k) => k.name === `${t.name}.died`));
  const counts = changing.length > 0 ? changing.map((t) => `${t.name}.count`).filter((n) => !/spawner/.test(n)) : rows;
  const first = layers.find((l) => l.on && l.color);
  const plots = [counts.slice(0, 4)];
  if (first) {
    const column = columnsOf(meta, meta.tables.find((t) => t.name === first.table)).find((c) => c.name === first.color);
    if (column && drawable(column)) plots.push([`${qualified(meta, first.table, first.color)}.mean`]);
  }
  return plots.filter((names) => names.length > 0);
}

/** Every name a plot can have. */
export function seriesNames(meta) {
  const sums = meta.tables.flatMap((t) => [
    `${t.name}.count`,
    ...t.columns.filter((c) => c.type !== "string").flatMap((c) => ["mean", "min", "max", "sum"].map((what) => `${t.name}.${c.name}.${what}`)),
  ]);
  return [...sums, ...meta.keys.filter((k) => k.kind !== "value").map((k) => `${k.name}.rows`)];
}

/** The controls of the layers; change(layers) hears of them. */
export function layerControls(holder, meta, layers, change) {
  holder.replaceChildren(...layers.map((layer, index) => {
    const table = meta.tables.find((t) => t.name === layer.table);
    if (!table) return null;
    const columns = columnsOf(meta, table);
    const numbers = columns.filter(drawable).map((c) => [c.name]);
    const replace = (patch) => change(layers.map((l, i) => (i === index ? { ...l, ...patch } : l)));
    const select = (name, label, options) => {
      const made = h("select", { onchange: (e) => replace({ [name]: e.target.value }) });
      fill(made, options, layer[name]);
      return h("label", { class: "field" }, h("span", {}, label), made);
    };
    const on = h("input", { type: "checkbox", onchange: (e) => replace({ on: e.target.checked }) });
    on.checked = layer.on;
    return h("fieldset", { class: layer.on ? "layer-card" : "layer-card off" },
      h("legend", {}, h("label", {}, on, ` ${layer.table}`)),
      select("x", "across", numbers), select("y", "up", numbers),
      select("color", "colour", [["", "one"], ...columns.map((c) => [c.name])]),
      select("size", "size", [["", "one"], ...numbers]));
  }).filter(Boolean));
}

function amountsEntry(title, { least, greatest }) {
  const bar = h("span", { class: "ramp" });
  bar.style.background = gradient(amounts());
  return h("div", { class: "entry" }, h("span", {}, title), h("span", { class: "ends" }, `${number(least)} `, bar, ` ${number(greatest)}`));
}

/** What colours and sizes mean. */
export function legend(holder, layers, frame, { dense, most, image, filter }) {
  const only = filter.trim() === "" ? [] : [h("div", { class: "entry" }, h("span", {}, `only ${filter.trim()}`))];
  const under = image ? [amountsEntry(`field ${image.title}`, span(image.key))] : [];
  const shades = kinds();
  const parts = layers.map((layer, index) => ({ layer, index })).filter(({ layer }) => layer.on && frame?.tables.has(layer.table));
  if (dense) {
    const bar = h("span", { class: "ramp" });
    bar.style.background = gradient(amounts());
    holder.replaceChildren(h("div", { class: "entry" }, h("span", {}, "rows in 3 × 3 pixels"), h("span", { class: "ends" }, "1 ", bar, ` ${number(most)}`)), ...under, ...only);
    return;
  }
  holder.replaceChildren(...only, ...under, ...parts.map(({ layer }, place) => {
    const column = frame.tables.get(layer.table).columns.get(layer.color);
    if (!column) {
      const dot = h("i", { class: "dot" });
      dot.style.background = shades[(place * 2 + 1) % shades.length];
      return h("div", { class: "entry" }, h("span", {}, dot, ` ${layer.table}`));
    }
    const title = h("span", {}, `${layer.table} · ${layer.color}`);
    if (isKind(column)) {
      return h("div", { class: "entry" }, title, h("span", { class: "kinds" }, kindsOf(`${layer.table}.${layer.color}`).slice(0, 8).map(([word, shade]) => {
        const dot = h("i", { class: "dot" });
        dot.style.background = shade;
        return h("span", {}, dot, ` ${word} `);
      })));
    }
    return amountsEntry(title, span(`${layer.table}.${layer.color}`));
  }));
}
