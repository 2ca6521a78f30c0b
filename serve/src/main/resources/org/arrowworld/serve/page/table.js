// SPDX-License-Identifier: Apache-2.0
// The rows of a table at the present tick: only those in sight are made, however many there are.
import { h, number } from "./dom.js";
import { cell } from "./ipc.js";
import { rowOf } from "./map.js";

const ROW_PIXELS = 24;

export class TableView {
  constructor(holder, { onSelect, onLife, onSort }) {
    this.onSelect = onSelect;
    this.onLife = onLife;
    this.onSort = onSort;
    this.head = h("div", { class: "row head", role: "row" });
    this.space = h("div", { class: "space", role: "rowgroup" });
    this.scroll = h("div", { class: "rows", role: "table", tabindex: "0", "aria-label": "Rows" }, this.head, this.space);
    this.summary = h("p", { class: "hint" });
    holder.replaceChildren(this.summary, this.scroll);
    this.scroll.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.scroll);
    this.order = [];
  }

  /** Shows a table's rows: those that match, in an order such as "energy" or "-energy". */
  show(table, matches, sort, sel) {
    this.table = table;
    this.sel = sel;
    if (!table) {
      this.summary.textContent = "No rows to list.";
      this.head.replaceChildren();
      this.space.replaceChildren();
      return;
    }
    const columns = [...table.columns.values()];
    this.order = [];
    for (let row = 0; row < table.rows; row++) {
      if (!matches || matches[row]) this.order.push(row);
    }
    const by = table.columns.get(sort.replace(/^-/, ""));
    if (by) {
      const turn = sort.startsWith("-") ? -1 : 1;
      const key = (row) => (by.words ? by.words[by.values[row]] : by.values[row] ?? -1);
      this.order.sort((a, b) => turn * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
    }
    this.summary.textContent = matches
      ? `${number(this.order.length)} of ${number(table.rows)} rows match`
      : `${number(table.rows)} rows`;
    this.summary.append(table.note?.(this.order) ?? "");
    this.scroll.setAttribute("aria-rowcount", String(this.order.length));
    if (sel?.table === table.name && table.columns.has("gen")) {
      this.summary.append("; ", h("button", { class: "link", onclick: () => this.onLife(sel) }, `the life of ${table.name} ${sel.id}`));
    }
    const widths = columns.map((c) => this.width(c));
    this.scroll.style.setProperty("--widths", widths.map((width) => `minmax(${width}ch, ${width}fr)`).join(" "));
    this.scroll.style.setProperty("--width", `${widths.reduce((sum, width) => sum + width, 0)}ch`);
    this.head.replaceChildren(...columns.map((c) => {
      const mark = sort === c.name ? " ▲" : sort === `-${c.name}` ? " ▼" : "";
      return h("button", { class: "quiet", role: "columnheader", "aria-sort": mark ? (sort.startsWith("-") ? "descending" : "ascending") : "none",
        onclick: () => this.onSort(sort === c.name ? `-${c.name}` : sort === `-${c.name}` ? "" : c.name) }, c.name + mark);
    }));
    this.draw();
  }

  /** How many digits wide a column is: its name, and the widest of values here and there. */
  width(column) {
    const step = Math.max(1, Math.floor(this.order.length / 200));
    let most = column.name.length + 3;
    for (let i = 0; i < this.order.length; i += step) {
      most = Math.max(most, number(cell(column, this.order[i])).length);
    }
    return Math.min(40, most + 3);
  }

  draw() {
    if (!this.table) return;
    const { table, order } = this;
    const columns = [...table.columns.values()];
    this.space.style.height = `${order.length * ROW_PIXELS}px`;
    const from = Math.max(0, Math.floor(this.scroll.scrollTop / ROW_PIXELS) - 4);
    const to = Math.min(order.length, from + Math.ceil(this.scroll.clientHeight / ROW_PIXELS) + 8);
    const chosen = this.sel?.table === table.name ? rowOf(table, this.sel) : -1;
    const ids = table.columns.get("id");
    const focused = document.activeElement?.dataset?.row;
    const rows = [];
    for (let i = from; i < to; i++) {
      const row = order[i];
      const go = ids && (() => this.onSelect({ table: table.name, id: ids.values[row], gen: table.columns.get("gen")?.values[row] ?? 0 }));
      const line = h("div", { class: row === chosen ? "row chosen" : "row", role: "row", "aria-rowindex": i + 1, "aria-selected": String(row === chosen),
        tabindex: go ? "0" : null, "data-row": String(row), onclick: go || (() => {}),
        onkeydown: (e) => { if (go && e.key === "Enter") go(); } },
        ...columns.map((c) => h("span", { role: "cell" }, number(cell(c, row)))));
      line.style.top = `${i * ROW_PIXELS}px`;
      rows.push(line);
    }
    this.space.replaceChildren(...rows);
    if (focused !== undefined) {
      this.space.querySelector(`[data-row="${focused}"]`)?.focus({ preventScroll: true });
    }
  }

  /** What is listed, as CSV: every value as it is. */
  csv() {
    if (!this.table) return "";
    const columns = [...this.table.columns.values()];
    const quote = (value) => {
      const text = String(value);
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = this.order.map((row) => columns.map((c) => quote(cell(c, row))).join(","));
    return [columns.map((c) => quote(c.name)).join(","), ...lines].join("\n") + "\n";
  }
}
