// SPDX-License-Identifier: Apache-2.0
// Gridded fields as images under the points: a plane of one at the present tick.
import * as api from "./api.js";
import { amounts } from "./colors.js";
import { fill } from "./dom.js";
import { span } from "./scales.js";

const MOST_CELLS = 1 << 18;

/** How a field is called in the address: of its run, its own. */
const named = (all) => all.filter((f) => f.names).flatMap((f) => f.names.map((name) => [`${f.of}:${name}`, `${f.of} · ${name}`]));

export class FieldImage {
  /** ready() is told when another image has come, fail(error) why none comes. */
  constructor({ ready, fail }) {
    this.ready = ready;
    this.fail = fail;
    this.all = [];
    this.meta = null;
    this.forget();
  }

  forget() {
    this.abort?.abort();
    this.abort = null;
    this.image = null;
    this.shown = "";
    this.wanted = "";
  }

  /** Another run: reads which fields it has. */
  async of(meta) {
    this.forget();
    this.meta = meta;
    this.all = [];
    if (!meta) return;
    try {
      const found = await api.fields(meta.name);
      if (this.meta === meta) this.all = found;
    } catch (e) {
      this.fail(e);
    }
  }

  /** The choice of a field; the first one unless another, or none, was chosen. */
  controls(select, chosen) {
    const names = named(this.all);
    select.parentElement.hidden = names.length === 0;
    fill(select, [["", "none"], ...names], this.choice(chosen));
  }

  choice(chosen) {
    const names = named(this.all).map(([name]) => name);
    return chosen === "none" ? "" : names.includes(chosen) ? chosen : (names[0] ?? "");
  }

  /** Reads the field at a tick, where it is not there already; of many wishes the last one counts. */
  async want(tick, chosen) {
    const field = this.choice(chosen);
    this.wanted = field && tick !== null ? `${field} ${tick}` : "";
    if (this.wanted === "") {
      this.image = null;
      this.shown = "";
      return;
    }
    if (this.abort || this.shown === this.wanted) return;
    const { meta, wanted } = this;
    this.abort = new AbortController();
    try {
      const at = field.indexOf(":");
      const found = await api.field(meta.name, { of: field.slice(0, at), name: field.slice(at + 1), tick, most: MOST_CELLS }, this.abort.signal);
      if (this.meta === meta) this.image = { ...found, key: `field ${field}`, title: field.replace(":", " · ") };
    } catch (e) {
      if (e.name === "AbortError") return;
      if (this.meta === meta) this.image = null; // it begins later, or cannot be read
      if (e.kind !== "invalid_use") this.fail(e);
    }
    if (this.meta !== meta) return;
    this.abort = null;
    this.shown = wanted;
    this.ready();
    if (this.wanted !== this.shown && this.wanted !== "") {
      this.want(Number(this.wanted.split(" ").at(-1)), chosen);
    }
  }
}

/** Where the image lies in the plane: x0, x1, y0, y1. Every stride-th cell is drawn as wide as all it stands for. */
export function extent({ bounds, wide, high, stride, cells }) {
  const [x0, x1, y0 = 0, y1 = 1] = bounds;
  return [x0, x0 + ((x1 - x0) * wide * stride) / cells[0], y0, y0 + ((y1 - y0) * high * stride) / cells[1]];
}

/** The cells as a picture, the second axis upwards; cells that are no number show the ground. */
export function picture(image) {
  const { values, wide, high, key } = image;
  const { least, greatest } = span(key, { values });
  const table = amounts();
  const scale = greatest > least ? 255 / (greatest - least) : 0;
  const pixels = new ImageData(wide, high);
  for (let x = 0; x < wide; x++) {
    for (let y = 0; y < high; y++) {
      const value = values[x * high + y];
      if (value !== value) continue;
      const shade = 3 * Math.max(0, Math.min(255, Math.round((value - least) * scale)));
      const at = 4 * ((high - 1 - y) * wide + x);
      pixels.data[at] = table[shade];
      pixels.data[at + 1] = table[shade + 1];
      pixels.data[at + 2] = table[shade + 2];
      pixels.data[at + 3] = 255;
    }
  }
  const canvas = new OffscreenCanvas(wide, high);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}
