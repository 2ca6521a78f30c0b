// SPDX-License-Identifier: Apache-2.0
// Numbers over time, drawn while they are read; a click goes to that tick.
import * as api from "./api.js";
import { byId, h, number, perPicture } from "./dom.js";
import { kinds, variable } from "./colors.js";

const MOST_TICKS = 20_000;
const uPlot = globalThis.uPlot;

/** The numbers of one run that were read so far. */
class Numbers {
  constructor(meta, changed, fail) {
    this.meta = meta;
    this.changed = changed;
    this.fail = fail;
    this.series = new Map();
    this.aborts = new Set();
  }

  /** Reads what of these is not known yet, in one pass. */
  want(names) {
    const missing = names.filter((name) => !this.series.has(name));
    if (missing.length > 0 && this.meta.first_tick !== null) {
      missing.forEach((name) => this.series.set(name, { ticks: [], values: [] }));
      this.read(missing, this.meta.first_tick);
    }
  }

  /** Reads on to a tick that was committed meanwhile. */
  extend(last) {
    const names = [...this.series.keys()];
    const known = names.length > 0 ? this.series.get(names[0]).ticks.at(-1) : undefined;
    if (known !== undefined && known < last && this.aborts.size === 0) {
      this.read(names, known + 1);
    }
  }

  async read(names, from) {
    const abort = new AbortController();
    this.aborts.add(abort);
    const step = Math.ceil((this.meta.last_tick - this.meta.first_tick + 1) / MOST_TICKS);
    try {
      for await (const part of api.series(this.meta.name, { of: names.join(","), from, step }, abort.signal)) {
        for (const name of names) {
          this.series.get(name).ticks.push(...part.tick);
          // A table without rows has no mean: a gap, where NaN would leave the plot without a scale.
          this.series.get(name).values.push(...part[name].map((value) => (Number.isNaN(value) ? null : value)));
        }
        this.changed();
      }
    } catch (e) {
      if (e.name !== "AbortError") {
        names.filter((n) => this.series.get(n).ticks.length === 0).forEach((n) => this.series.delete(n));
        this.fail(e);
      }
    }
    this.aborts.delete(abort);
  }

  at(name, tick) {
    const known = this.series.get(name);
    if (!known || known.ticks.length === 0) {
      return null;
    }
    let [low, high] = [0, known.ticks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (known.ticks[middle] > tick) high = middle;
      else low = middle + 1;
    }
    return low > 0 && tick <= this.meta.last_tick ? known.values[low - 1] : null;
  }

  /** Its least and greatest value in a span of ticks, and the first ticks of them. */
  ends(name, [from, to]) {
    const { ticks, values } = this.series.get(name) ?? { ticks: [], values: [] };
    let [least, greatest] = [-1, -1];
    values.forEach((value, i) => {
      if (ticks[i] < from || ticks[i] > to) return;
      if (value !== null && (least < 0 || value < values[least])) least = i;
      if (value !== null && (greatest < 0 || value > values[greatest])) greatest = i;
    });
    return least < 0 || least === greatest ? [] : [["least", least], ["greatest", greatest]].map(([what, i]) => ({ what, value: values[i], tick: ticks[i] }));
  }

  stop() {
    this.aborts.forEach((abort) => abort.abort());
  }
}

/** One line of a plot: its colour, and whether it is the other run's. */
function lines(names, other) {
  const shades = kinds();
  const own = names.map((name, i) => ({ name, shade: shades[i % shades.length], of: 0 }));
  return other ? [...own, ...own.map((line) => ({ ...line, of: 1 }))] : own;
}

/** Draws lines over ticks; used for plots and for the life of an entity. */
export function chart(holder, series, data, { height, onSeek, tick, span, onHover, onSpan }) {
  let dragged = false; // then the click that ends it goes nowhere
  const axis = {
    stroke: variable("--soft"),
    grid: { stroke: variable("--grid"), width: 1 },
    ticks: { stroke: variable("--grid"), width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
  };
  const plot = new uPlot(
    {
      width: Math.max(120, holder.clientWidth),
      height,
      padding: [6, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: Boolean(onSpan), y: false, setScale: false, dist: 6 }, points: { size: 6 } },
      scales: { x: { time: false, range: span ? () => span() : undefined } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_, all) => all.map((v) => (Number.isInteger(v) ? number(v) : "")) },
        { ...axis, size: 46, space: 18, values: (_, all) => all.map(number) },
      ],
      series: [{}, ...series],
      hooks: {
        setSelect: onSpan ? [(u) => {
          if (u.select.width < 6) return;
          dragged = true;
          const ends = [u.select.left, u.select.left + u.select.width].map((at) => Math.round(u.posToVal(at, "x")));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (ends[0] < ends[1]) onSpan(ends);
        }] : [],
        setCursor: onHover ? [(u) => onHover(u.cursor.left >= 0 && u.cursor.idx !== null ? u.data[0][u.cursor.idx] : null)] : [],
        draw: [
          (u) => {
            const now = tick();
            if (now === null || now < u.scales.x.min || now > u.scales.x.max) {
              return;
            }
            const x = Math.round(u.valToPos(now, "x", true)) + 0.5;
            u.ctx.save();
            u.ctx.strokeStyle = variable("--accent");
            u.ctx.lineWidth = 1.5 * devicePixelRatio;
            u.ctx.setLineDash([]);
            u.ctx.beginPath();
            u.ctx.moveTo(x, u.bbox.top);
            u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
            u.ctx.stroke();
            u.ctx.restore();
          },
        ],
      },
    },
    data,
    holder,
  );
  plot.over.addEventListener("mousedown", () => { dragged = false; });
  plot.over.addEventListener("click", () => {
    if (!dragged && plot.cursor.left >= 0) {
      onSeek(Math.round(plot.posToVal(plot.cursor.left, "x")));
    }
  });
  return plot;
}

export class Plots {
  constructor(holder, { onSeek, onPlots, onSpan, tick, fail }) {
    this.onSpan = onSpan;
    this.chosenSpan = null;
    byId("span").addEventListener("click", () => onSpan(null));
    this.holder = holder;
    this.onSeek = onSeek;
    this.onPlots = onPlots;
    this.tick = tick;
    this.fail = fail;
    this.runs = [];
    this.plots = [];
    this.shown = [];
    this.refresh = perPicture(() => this.fillAll());
    this.redraw = perPicture(() => this.mark());
    this.hover = perPicture((tick) => this.values(tick ?? this.tick(), tick));
    let width = 0;
    new ResizeObserver(() => {
      if (holder.clientWidth !== width) {
        width = holder.clientWidth;
        this.shown.forEach(({ plot, body, height }) => plot.setSize({ width: Math.max(120, body.clientWidth), height }));
      }
    }).observe(holder);
  }

  /** The run, and the one it is compared with or null. */
  of(meta, other) {
    this.runs.forEach((run) => run.stop());
    this.runs = [meta, other].filter(Boolean).map((m) => new Numbers(m, this.refresh, this.fail));
    this.show(this.plots, this.chosenSpan);
  }

  /** Draws these plots, each a list of names, over a span of ticks or all of them. */
  show(plots, span) {
    this.plots = plots;
    this.chosenSpan = span;
    byId("span").hidden = !span;
    byId("span").textContent = span ? `ticks ${number(span[0])} to ${number(span[1])} ×` : "";
    this.runs.forEach((run) => run.want([...new Set(plots.flat())]));
    this.build();
  }

  build() {
    this.shown.forEach(({ plot }) => plot.destroy());
    this.holder.replaceChildren();
    this.shown = this.plots.map((names, index) => this.plot(names, index));
    this.fillAll();
  }

  plot(names, index) {
    const all = lines(names, this.runs.length > 1);
    const height = this.holder.clientWidth < 560 ? 84 : 96;
    const values = all.map((line) =>
      h("span", { class: "chip" },
        h("i", { class: line.of ? "dash" : "" }), `${line.name}${line.of ? ` of ${this.runs[1].meta.name}` : ""} `, h("b", {}, "–"), h("span", { class: "ends" })));
    values.forEach((chip, i) => chip.querySelector("i").style.setProperty("--shade", all[i].shade));
    const remove = h("button", { class: "quiet small", "aria-label": `Remove the plot of ${names.join(", ")}`, title: "Remove this plot",
      onclick: () => this.onPlots(this.plots.filter((_, i) => i !== index)) }, "×");
    const body = h("div", { class: "plot-body" });
    const then = h("span", {});
    this.holder.append(h("figure", { class: "plot" }, h("figcaption", {}, ...values, then, remove), body));
    const plot = chart(
      body,
      all.map((line) => ({ stroke: line.shade, width: 1.5, dash: line.of ? [5, 4] : undefined, points: { show: false } })),
      [[], ...all.map(() => [])],
      { height, onSeek: this.onSeek, tick: this.tick, span: () => this.span(), onHover: (tick) => this.hover(tick), onSpan: this.onSpan },
    );
    return { plot, body, all, values, height, then };
  }

  span() {
    if (this.chosenSpan) return this.chosenSpan;
    const metas = this.runs.map((run) => run.meta).filter((m) => m.first_tick !== null);
    return metas.length === 0
      ? [0, 1]
      : [Math.min(...metas.map((m) => m.first_tick)), Math.max(...metas.map((m) => m.last_tick), 1)];
  }

  fillAll() {
    for (const { plot, all } of this.shown) {
      const tables = this.runs.map((run, of) => {
        const own = all.filter((line) => line.of === of);
        const ticks = run.series.get(own[0]?.name)?.ticks ?? [];
        return [ticks, ...own.map((line) => {
          const { ticks: mine, values } = run.series.get(line.name) ?? { ticks: [], values: [] };
          return mine.length === ticks.length ? values : align(ticks, mine, values);
        })];
      });
      plot.setData(tables.length > 1 ? uPlot.join(tables) : (tables[0] ?? [[]]));
    }
    this.ends();
    this.mark();
  }

  /** Shows the present tick, and the values at it. */
  mark() {
    this.shown.forEach(({ plot }) => plot.redraw(false, false));
    this.values(this.tick(), null);
  }

  /** Shows the values at a tick, and which it is where the pointer chose it. */
  values(now, pointed) {
    for (const { all, values, then } of this.shown) {
      then.textContent = pointed === null ? "" : `at tick ${number(pointed)}`;
      all.forEach((line, i) => {
        values[i].querySelector("b").textContent = number(this.runs[line.of]?.at(line.name, now));
      });
    }
  }

  /** The least and the greatest value of each line, as ways to their ticks. */
  ends() {
    for (const { all, values } of this.shown) {
      all.forEach((line, i) => {
        const ends = this.runs[line.of]?.ends(line.name, this.chosenSpan ?? [-Infinity, Infinity]) ?? [];
        values[i].querySelector(".ends").replaceChildren(...ends.map(({ what, value, tick }) =>
          h("button", { class: "link", title: `${what}, at tick ${number(tick)}: go there`, onclick: () => this.onSeek(tick) },
            `${what === "least" ? "▾" : "▴"}${number(value)}`)));
      });
    }
  }

  extend(last) {
    this.runs[0]?.extend(last);
  }

  /** The numbers of the run as CSV. */
  csv() {
    const names = [...new Set(this.plots.flat())];
    const run = this.runs[0];
    const ticks = run?.series.get(names[0])?.ticks ?? [];
    const rows = ticks.map((tick) => [tick, ...names.map((name) => run.at(name, tick))].join(","));
    return [["tick", ...names].join(","), ...rows].join("\n") + "\n";
  }
}

function align(ticks, mine, values) {
  const at = new Map(mine.map((tick, i) => [tick, values[i]]));
  return ticks.map((tick) => at.get(tick) ?? null);
}
