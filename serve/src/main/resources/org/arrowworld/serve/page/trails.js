// SPDX-License-Identifier: Apache-2.0
// Where entities have just been. Read from the run, so that a trail is there after a jump too.
import * as api from "./api.js";
import { asked } from "./layers.js";
import { rowOf } from "./map.js";

const LENGTH = 40;
const LENGTH_OF_ALL = 10;
const MOST = 4000;

export class Trails {
  constructor() {
    this.clear();
  }

  clear() {
    this.frames = [];
    this.abort?.abort();
    this.reading = false;
  }

  /** Reads the ticks before the present one, where they are not known. */
  async want(meta, state, ready) {
    this.meta = meta;
    this.ready = ready;
    if (state.trails === "off" || this.reading || state.tick === null || meta.first_tick === null) return;
    const layer = state.layers.find((l) => l.on && (state.trails === "all" || l.table === state.sel?.table));
    if (!layer || (state.trails === "selected" && !state.sel)) return;
    this.reading = true;
    this.abort = new AbortController();
    const { signal } = this.abort;
    const to = state.tick;
    try {
      const found = [];
      const parameters = { from: Math.max(meta.first_tick, to - LENGTH * state.step), to, step: state.step };
      for await (const frame of api.frames(meta, parameters, asked(meta, layer, [layer.x, layer.y]), signal)) {
        found.push(frame);
      }
      if (!signal.aborted) {
        this.frames = found;
        ready();
      }
    } catch {
      // a trail that cannot be read is not drawn; the tick itself says why
    }
    if (!signal.aborted) this.reading = false;
  }

  /** Adds a frame, and gives the paths to draw. */
  take(frame, state) {
    const last = this.frames.at(-1);
    const jump = last && Math.abs(frame.tick - last.tick) > Math.max(2, state.step * 2);
    if (!last || jump || frame.tick < last.tick) {
      this.frames = [];
      if (this.meta) setTimeout(() => this.want(this.meta, state, this.ready), 120);
    }
    if (this.frames.at(-1)?.tick !== frame.tick) {
      this.frames.push(frame);
    } else {
      this.frames[this.frames.length - 1] = frame;
    }
    this.frames = this.frames.slice(-LENGTH);
    if (state.trails === "off" || (state.trails === "selected" && !state.sel)) return [];
    return state.layers.filter((l) => l.on).flatMap((layer) => this.paths(layer, state));
  }

  paths(layer, state) {
    const path = (entity, chosen) => {
      const points = [];
      for (const frame of this.frames) {
        const table = frame.tables.get(layer.table);
        const row = table && table.columns.has(layer.x) && table.columns.has(layer.y) ? rowOf(table, entity) : -1;
        if (row >= 0) points.push([Number(table.columns.get(layer.x).values[row]), Number(table.columns.get(layer.y).values[row])]);
      }
      return pieces(points).map((piece) => ({ path: piece, chosen }));
    };
    const { sel } = state;
    if (state.trails === "selected") {
      return sel?.table === layer.table ? path(sel, true) : [];
    }
    return [...this.all(layer), ...(sel?.table === layer.table ? path(sel, true) : [])];
  }

  /** The paths of all rows, if they are not too many. */
  all(layer) {
    const places = new Map();
    for (const frame of this.frames.slice(-LENGTH_OF_ALL)) {
      const table = frame.tables.get(layer.table);
      const ids = table?.columns.get("id")?.values;
      if (!ids || table.rows > MOST) return [];
      const [gens, x, y] = ["gen", layer.x, layer.y].map((name) => table.columns.get(name)?.values);
      for (let row = 0; row < table.rows; row++) {
        const key = gens ? `${ids[row]}.${gens[row]}` : ids[row];
        if (!places.has(key)) places.set(key, []);
        places.get(key).push([Number(x[row]), Number(y[row])]);
      }
    }
    return [...places.values()].flatMap((points) => pieces(points).map((path) => ({ path, chosen: false })));
  }
}

/** A path without its leaps: on a world without edges one goes out here and comes in there. */
function pieces(points) {
  const steps = points.slice(1).map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1]));
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const found = [];
  let piece = [];
  points.forEach((point, i) => {
    if (i > 0 && steps[i - 1] > 8 * usual + 1e-9) {
      found.push(piece);
      piece = [];
    }
    piece.push(point);
  });
  found.push(piece);
  return found.filter((p) => p.length > 1);
}
