// SPDX-License-Identifier: Apache-2.0
// The map: any two numeric columns of any tables, drawn as points or as a density, with axes above.
import { h, number } from "./dom.js";
import { kinds, variable } from "./colors.js";
import { density } from "./density.js";
import { gestures } from "./gestures.js";
import { Points } from "./points.js";
import { cell } from "./ipc.js";
import { extent, picture } from "./fields.js";
import { marks, paint, span } from "./scales.js";

const DENSE = 60_000;
const PICK_PIXELS = 14;
const ORIGIN = new Map();

/** Sizes of points: fewer rows are drawn larger. */
const base = (rows) => Math.max(1.6, Math.min(7, 240 / Math.sqrt(Math.max(1, rows))));

export class MapPane {
  constructor(holder, { onPick, onBox, box }) {
    this.holder = holder;
    this.under = h("canvas", { class: "layer" });
    this.points = h("canvas", { class: "layer" });
    this.over = h("canvas", { class: "layer over", tabindex: "0", role: "img", "aria-label": "Map" });
    this.tip = h("div", { class: "tip", hidden: true });
    this.note = h("div", { class: "note", hidden: true });
    holder.replaceChildren(this.under, this.points, this.over, this.tip, this.note);
    this.box = box;
    this.onPick = onPick;
    this.onBox = onBox;
    this.scene = null;
    try {
      this.gl = new Points(this.points);
    } catch {
      this.gl = null; // then everything is drawn as a density
    }
    new ResizeObserver(() => this.resize()).observe(holder);
    gestures(this);
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.holder;
    for (const canvas of [this.under, this.points, this.over]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.draw();
  }

  /** What is to be drawn: a frame, its layers, the selection, the trails, which rows match. */
  show(scene) {
    this.scene = scene;
    this.draw();
  }

  /** Says something in place of a picture, with a form under it or without. */
  say(text, form = null) {
    this.note.hidden = !text;
    this.note.replaceChildren(text ?? "", form ?? "");
  }

  /** The part of the plane that is seen: x0, y0, x1, y1. */
  seen() {
    const whole = this.whole();
    const [x0, y0, x1, y1] = this.box() ?? whole;
    if (!this.scene?.square) {
      return [x0, y0, x1, y1];
    }
    const { width, height } = this.inner();
    const scale = Math.max((x1 - x0) / width, (y1 - y0) / height);
    const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
    return [cx - (scale * width) / 2, cy - (scale * height) / 2, cx + (scale * width) / 2, cy + (scale * height) / 2];
  }

  /** Everything that the layers have shown so far, with a little room. */
  whole() {
    let box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const layer of this.scene?.layers ?? []) {
      const x = span(`${layer.table}.${layer.x}`);
      const y = span(`${layer.table}.${layer.y}`);
      box = [Math.min(box[0], x.least), Math.min(box[1], y.least), Math.max(box[2], x.greatest), Math.max(box[3], y.greatest)];
    }
    if (this.scene?.image) {
      const [x0, x1, y0, y1] = extent(this.scene.image);
      box = [Math.min(box[0], x0), Math.min(box[1], y0), Math.max(box[2], x1), Math.max(box[3], y1)];
    }
    if (!(box[0] <= box[2])) {
      return [0, 0, 1, 1];
    }
    const [wide, high] = [box[2] - box[0] || 1, box[3] - box[1] || 1];
    return [box[0] - wide * 0.02, box[1] - high * 0.02, box[2] + wide * 0.02, box[3] + high * 0.02];
  }

  /** The canvas inside the axes, in CSS pixels. */
  inner() {
    const { clientWidth: width, clientHeight: height } = this.holder;
    return { left: 46, top: 10, width: Math.max(10, width - 56), height: Math.max(10, height - 44) };
  }

  /** Where a point of the plane is on the canvas, in CSS pixels. */
  project(x, y) {
    const [x0, y0, x1, y1] = this.seen();
    const { left, top, width, height } = this.inner();
    return [left + ((x - x0) / (x1 - x0)) * width, top + height - ((y - y0) / (y1 - y0)) * height];
  }

  unproject(px, py) {
    const [x0, y0, x1, y1] = this.seen();
    const { left, top, width, height } = this.inner();
    return [x0 + ((px - left) / width) * (x1 - x0), y0 + ((top + height - py) / height) * (y1 - y0)];
  }

  /** The layers whose table is in the frame. */
  parts() {
    const frame = this.scene?.frame;
    return (this.scene?.layers ?? [])
      .filter((layer) => layer.on && frame?.tables.has(layer.table))
      .map((layer) => ({ layer, table: frame.tables.get(layer.table) }))
      .filter(({ layer, table }) => table.columns.has(layer.x) && table.columns.has(layer.y));
  }

  draw() {
    if (!this.scene?.frame) {
      this.gl?.clear();
      this.clear(this.under);
      this.clear(this.over);
      return;
    }
    for (const { layer, table } of this.parts()) {
      span(`${layer.table}.${layer.x}`, table.columns.get(layer.x));
      span(`${layer.table}.${layer.y}`, table.columns.get(layer.y));
    }
    const parts = this.parts();
    const { left, top, width, height } = this.inner();
    const rows = parts.reduce((sum, { table }) => sum + table.rows, 0);
    const dense = this.scene.draw === "density" || !this.gl || (this.scene.draw === "auto" && rows > DENSE);
    this.dense = dense;
    this.gl?.clear();
    const context = this.clear(this.over);
    const ground = this.clear(this.under);
    this.field(ground);
    this.axes(ground);
    if (dense) {
      this.most = density(this, ground, parts);
    } else {
      this.gl.within(left, this.holder.clientHeight - top - height, width, height, devicePixelRatio || 1);
      parts.forEach((part, i) => this.layer(part, i, devicePixelRatio || 1));
    }
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    this.trails(context);
    context.restore();
    this.selection(context, parts);
    this.over.setAttribute("aria-label", `Map at tick ${this.scene.frame.tick}: ` +
      parts.map(({ layer, table }) => `${number(table.rows)} rows of ${layer.table}`).join(", "));
  }

  /** Empties a canvas; its context counts in CSS pixels. */
  clear(canvas) {
    const context = canvas.getContext("2d");
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    return context;
  }

  layer({ layer, table }, index, ratio) {
    const { rows, columns } = table;
    const x = columns.get(layer.x).values;
    const y = columns.get(layer.y).values;
    // Floats are drawn relative to an origin: far from zero they would be too coarse else.
    const spans = [span(`${layer.table}.${layer.x}`), span(`${layer.table}.${layer.y}`)];
    const key = `${layer.table}.${layer.x}.${layer.y}`;
    if (!ORIGIN.has(key)) {
      ORIGIN.set(key, spans.map((s) => (s.least + s.greatest) / 2 || 0));
    }
    const [ox, oy] = ORIGIN.get(key);
    const positions = new Float32Array(2 * rows);
    for (let i = 0; i < rows; i++) {
      positions[2 * i] = Number(x[i]) - ox;
      positions[2 * i + 1] = Number(y[i]) - oy;
    }
    const colors = new Uint8Array(4 * rows);
    const matches = this.scene.matches?.get(layer.table);
    const alpha = matches ? (i) => (matches[i] ? 235 : 26) : () => 225;
    const plain = kinds()[(index * 2 + (layer.color ? 0 : 1)) % kinds().length];
    paint(colors, rows, `${layer.table}.${layer.color}`, columns.get(layer.color), plain, alpha);
    const sizes = new Float32Array(rows);
    const plainSize = base(rows) * ratio * (layer.color ? 1 : 0.72);
    const by = columns.get(layer.size);
    if (by && !by.words) {
      const { least, greatest } = span(`${layer.table}.${layer.size}`, by);
      for (let i = 0; i < rows; i++) {
        const part = greatest > least ? (Number(by.values[i]) - least) / (greatest - least) : 0.5;
        sizes[i] = plainSize * (0.5 + 1.7 * Math.sqrt(Math.max(0, part) || 0));
      }
    } else {
      sizes.fill(plainSize);
    }
    const [px, py] = this.project(ox, oy);
    const [qx, qy] = this.project(ox + 1, oy + 1);
    const { clientWidth: width, clientHeight: height } = this.holder;
    const clip = [(2 * (qx - px)) / width, (-2 * (qy - py)) / height, (2 * px) / width - 1, 1 - (2 * py) / height];
    if (this.scene.image) { // a rim, as a point may have the colour of what is under it
      const rims = new Uint8Array(4 * rows);
      paint(rims, rows, "", undefined, variable("--ground"), alpha);
      this.gl.draw(rows, positions, rims, sizes.map((size) => size + 3 * ratio), clip);
    }
    this.gl.draw(rows, positions, colors, sizes, clip);
  }

  /** The field under everything. */
  field(context) {
    const { image } = this.scene;
    if (!image) return;
    const { left, top, width, height } = this.inner();
    const [x0, x1, y0, y1] = extent(image);
    const [px, py] = this.project(x0, y1);
    const [qx, qy] = this.project(x1, y0);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.imageSmoothingEnabled = false;
    context.drawImage(picture(image), px, py, qx - px, qy - py);
    context.restore();
  }

  axes(context) {
    const [x0, y0, x1, y1] = this.seen();
    const { left, top, width, height } = this.inner();
    context.font = "11px system-ui, sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = variable("--grid");
    context.fillStyle = variable("--soft");
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const value of marks(x0, x1, width / 90)) {
      const [px] = this.project(value, y0);
      line(context, px, top, px, top + height);
      context.fillText(number(value), px, top + height + 5);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of marks(y0, y1, height / 60)) {
      const [, py] = this.project(x0, value);
      line(context, left, py, left + width, py);
      context.fillText(number(value), left - 6, py);
    }
    const names = this.parts().map(({ layer }) => [layer.x, layer.y]);
    const [x, y] = [0, 1].map((i) => [...new Set(names.map((pair) => pair[i]))].join(", "));
    context.textAlign = "right";
    context.textBaseline = "top";
    context.fillText(`${x} →`, left + width, top + height + 18);
    context.textAlign = "left";
    context.fillText(`↑ ${y}`, left + 4, top - 1);
  }

  trails(context) {
    for (const trail of this.scene.trails ?? []) {
      context.strokeStyle = trail.chosen ? variable("--accent") : variable("--soft");
      context.lineWidth = trail.chosen ? 2 : 1;
      for (let i = 1; i < trail.path.length; i++) {
        const [from, to] = [trail.path[i - 1], trail.path[i]];
        context.globalAlpha = (trail.chosen ? 0.9 : 0.4) * (i / trail.path.length);
        line(context, ...this.project(...from), ...this.project(...to));
      }
    }
    context.globalAlpha = 1;
  }

  selection(context, parts) {
    const { sel } = this.scene;
    const found = sel && parts.find(({ layer }) => layer.table === sel.table);
    const row = found ? rowOf(found.table, sel) : -1;
    this.selected = null;
    if (row < 0) {
      return;
    }
    const { layer, table } = found;
    const at = this.project(Number(table.columns.get(layer.x).values[row]), Number(table.columns.get(layer.y).values[row]));
    this.selected = at;
    context.lineWidth = 4;
    context.strokeStyle = variable("--ground");
    ring(context, at, 10);
    context.lineWidth = 2;
    context.strokeStyle = variable("--accent");
    ring(context, at, 10);
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = at[0] > this.holder.clientWidth - 110 ? "right" : "left";
    context.textBaseline = "middle";
    const shift = context.textAlign === "left" ? 15 : -15;
    context.strokeStyle = variable("--ground");
    context.lineWidth = 4;
    const text = `${sel.table} ${sel.id}`;
    context.strokeText(text, at[0] + shift, at[1]);
    context.fillStyle = variable("--text");
    context.fillText(text, at[0] + shift, at[1]);
  }

  /** The row nearest to a place on the canvas, if one is near. */
  nearest(px, py) {
    let best = null;
    let least = PICK_PIXELS ** 2;
    for (const { layer, table } of this.parts()) {
      const x = table.columns.get(layer.x).values;
      const y = table.columns.get(layer.y).values;
      const [ax, ay] = this.project(0, 0);
      const [bx, by] = this.project(1, 1);
      for (let i = 0; i < table.rows; i++) {
        const far = (ax + (bx - ax) * Number(x[i]) - px) ** 2 + (ay + (by - ay) * Number(y[i]) - py) ** 2;
        if (far < least) {
          least = far;
          best = { layer, table, row: i };
        }
      }
    }
    return best;
  }

  hover(px, py) {
    const found = this.nearest(px, py);
    this.tip.hidden = !found;
    this.over.style.cursor = found ? "pointer" : "";
    if (found) {
      const { table, row, layer } = found;
      const lines = [...table.columns.values()]
        .filter((c) => c.name === "id" || [layer.x, layer.y, layer.color, layer.size].includes(c.name))
        .map((c) => `${c.name} ${number(cell(c, row))}`);
      this.tip.textContent = `${table.name} · ${lines.join(" · ")}`;
      const wide = this.tip.offsetWidth;
      const beside = px > this.holder.clientWidth / 2 ? px - 14 - wide : px + 14;
      this.tip.style.left = `${Math.max(4, Math.min(this.holder.clientWidth - wide - 4, beside))}px`;
      this.tip.style.top = `${Math.max(4, py - 30)}px`;
    }
  }

  zoom(factor, px = this.holder.clientWidth / 2, py = this.holder.clientHeight / 2) {
    const [x, y] = this.unproject(px, py);
    const [x0, y0, x1, y1] = this.seen();
    const near = (edge, at) => at + (edge - at) * factor;
    this.onBox([near(x0, x), near(y0, y), near(x1, x), near(y1, y)]);
  }

  pan(dx, dy) {
    const [ax, ay] = this.unproject(0, 0);
    const [bx, by] = this.unproject(dx, dy);
    const [x0, y0, x1, y1] = this.seen();
    this.onBox([x0 - (bx - ax), y0 - (by - ay), x1 - (bx - ax), y1 - (by - ay)]);
  }

  /** Points and what is drawn above them, on one ground: for saving. */
  picture() {
    const whole = new OffscreenCanvas(this.over.width, this.over.height);
    const context = whole.getContext("2d");
    context.fillStyle = variable("--ground");
    context.fillRect(0, 0, whole.width, whole.height);
    [this.under, this.points, this.over].forEach((canvas) => context.drawImage(canvas, 0, 0));
    return whole;
  }
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function ring(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** The row of an entity in a table at a tick, -1 if it does not live. */
export function rowOf(table, { id, gen }) {
  const ids = table.columns.get("id")?.values;
  const row = ids ? ids.indexOf(id) : -1;
  const gens = table.columns.get("gen")?.values;
  return row >= 0 && (!gens || gens[row] === gen) ? row : -1;
}
