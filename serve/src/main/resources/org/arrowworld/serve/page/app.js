// SPDX-License-Identifier: Apache-2.0
// The page: brings together the state, the worlds, and what shows them.
import * as api from "./api.js";
import { theme } from "./colors.js";
import { byId, fill, h, number, perPicture } from "./dom.js";
import { EntityPanel } from "./entity.js";
import { plotOrFind } from "./find.js";
import { matching, parse, unknownColumn } from "./filter.js";
import { FieldImage } from "./fields.js";
import { Frames } from "./frames.js";
import { keys } from "./keys.js";
import { captions } from "./captions.js";
import { ComparePanel } from "./compare.js";
import { columnsFor, columnsOf, layerControls, legend, seriesNames, usual, usualPlots } from "./layers.js";
import { choices, Lives, tableOf } from "./lives.js";
import { MapPane } from "./map.js";
import { about, EventsPanel } from "./panels.js";
import { Player } from "./player.js";
import { Plots } from "./plots.js";
import { saveMenu } from "./savemenu.js";
import { forget } from "./scales.js";
import { onChange, read, saveNow, set, state } from "./state.js";
import { tokenForm } from "./token.js";
import { TableView } from "./table.js";
import { Trails } from "./trails.js";

let runs = [];
let meta = null;
let otherMeta = null;
let stopListening = () => {};
let terms = [];
let filtered = false;
const shown = [null, null];

const fail = (e) => {
  if (e.kind === "another_history") return; // it is read anew
  byId("banner").firstElementChild.textContent = e.kind === "no_token"
    ? "This server wants its token: open the address that aw printed (it ends in /open?token=…), or give it below."
    : e.message;
  byId("banner").hidden = false;
};
const calm = () => { byId("banner").hidden = true; };

const select = (sel, whose = state.whose) => set(sel ? { sel, whose, tab: "entity" } : { sel: null, whose: "" });
/** The run of whose entities the life is shown: the other one, if it was chosen there. */
const chosenOf = () => (state.whose && otherMeta ? 1 : 0);
const box = () => state.box;
const maps = ["map-a", "map-b"].map((id, i) => new MapPane(byId(id).querySelector(".canvas"), {
  onPick: (found) => select(found && found.table.columns.has("id")
    ? { table: found.table.name, id: found.table.columns.get("id").values[found.row], gen: found.table.columns.get("gen")?.values[found.row] ?? 0 }
    : null, i ? state.other : ""),
  onBox: (next) => set({ box: next }),
  box,
}));
const trails = new Trails();
const loaders = [0, 1].map((i) => new Frames(i ? "/b" : "", {
  show: (frame, newest) => {
    if (newest) {
      grown(frame.tick);
      if (!state.live || player.isOn()) return;
    }
    shown[i] = frame;
    if (newest) set({ tick: frame.tick });
    paint();
  },
  fail,
  busy: (on) => { byId("busy").hidden = !on; },
}));
const images = [0, 1].map(() => new FieldImage({ ready: () => paint(), fail }));
const player = new Player(loaders, {
  show: (tick, frames) => { frames.forEach((f, i) => { shown[i] = f ?? shown[i]; }); set({ tick }); paint(); },
  stopped: () => playing(false),
  fail,
});
const plots = new Plots(byId("plots"), { onSeek: (tick) => seek(tick), onPlots: (p) => set({ plots: p }), onSpan: (span) => set({ span }), tick: () => state.tick, fail });
const entity = new EntityPanel(byId("panel-entity"), { onSelect: select, onSeek: (t) => seek(t), tick: () => state.tick, frame: () => shown[chosenOf()] });
const rows = new TableView(byId("rows"), { onSelect: (sel) => set({ sel, whose: "" }), onLife: (sel) => select(sel, ""), onSort: (sort) => set({ sort }) });
const lives = new Lives({ ready: () => paint(), fail });
const findAnd = (table, id) => { set({ tab: "entity", whose: "" }); entity.find(table, id); };
const happenings = new EventsPanel(byId("panel-events"), { onSelect: findAnd, fail });
const compare = new ComparePanel(byId("panel-compare"), { onOther: (other) => set({ other }), onSeek: (t) => seek(t), onSelect: findAnd, tick: () => state.tick });

const clamp = (tick) => Math.max(meta.first_tick, Math.min(meta.last_tick, tick));

function seek(tick) {
  if (meta?.first_tick === null || meta === null) return;
  player.stop();
  const to = clamp(tick);
  set({ tick: to, live: to === meta.last_tick });
}

/** Loads what the present tick needs. */
function load() {
  if (!meta || meta.first_tick === null || player.isOn()) return;
  loaders[0].seek(state.tick);
  if (otherMeta && otherMeta.first_tick !== null) {
    loaders[1].seek(Math.max(otherMeta.first_tick, Math.min(otherMeta.last_tick, state.tick)));
  }
}

/** The table of the panel Rows: one of this tick, or everybody who ever lived. */
const listedNow = () => lives.want(meta, state.list) ?? shown[0]?.tables.get(state.list);

const paint = perPicture(() => {
  if (!meta) return;
  maps.forEach((map, i) => {
    const frame = shown[i];
    if (i > 0 && !otherMeta) return;
    const matches = new Map();
    if (frame && terms.length > 0) {
      frame.tables.forEach((table, name) => {
        const found = matching(table, terms);
        if (found) matches.set(name, found);
      });
    }
    const path = i === 0 && frame ? trails.take(frame, state) : [];
    images[i].want(frame?.tick ?? null, state.field);
    if (i === 0) filtered = matches.size > 0;
    map.show({ frame, image: images[i].image, layers: state.layers, sel: state.sel, square: state.square, draw: state.draw, trails: path, matches });
    if (i === 0 && state.tab === "table") {
      const listed = listedNow();
      const none = terms.length > 0 && listed ? new Uint8Array(listed.rows) : undefined;
      rows.show(listed, listed && (matching(listed, terms) ?? none), state.sort, state.whose ? null : state.sel);
    }
  });
  legend(byId("legend"), state.layers, shown[0], { dense: maps[0].dense, most: maps[0].most, image: images[0].image, filter: filtered ? state.filter : "" });
  captions([meta, otherMeta], state.tick);
  entity.update();
  byId("slider").value = state.tick ?? 0;
  if (document.activeElement !== byId("tick")) byId("tick").value = state.tick ?? "";
  plots.redraw();
});

let speaking = 0;
function speak() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    const counts = [...(shown[0]?.tables.values() ?? [])].map((t) => `${t.rows} ${t.name}`).join(", ");
    byId("said").textContent = `Tick ${state.tick}. ${counts}`;
  }, 700);
}

function reload() {
  loaders[0].reset(meta, columnsFor(meta, state));
  if (otherMeta) loaders[1].reset(otherMeta, columnsFor(meta, state));
  trails.clear();
  const wasOn = player.isOn();
  player.stop();
  load();
  if (wasOn) play();
}

/** Goes to another run. */
async function open(name) {
  stopListening();
  stopListening = () => {};
  player.stop();
  shown.fill(null);
  byId("found").hidden = true;
  calm();
  try {
    meta = await api.meta(name);
  } catch (e) {
    meta = null;
    fail(e);
    return;
  }
  document.title = `${name} · arrow-world`;
  forget();
  const usable = meta.state !== "damaged" && meta.first_tick !== null;
  const badge = byId("state");
  badge.hidden = meta.state === "sound";
  badge.textContent = meta.state;
  badge.className = meta.state === "damaged" ? "badge bad" : "badge";
  maps[0].say(usable ? null : [meta.message, meta.advice].filter(Boolean).join("\n\n"));
  about(byId("panel-about"), { keys: [], snapshots: [], ...meta, first_tick: meta.first_tick ?? null });
  meta = { keys: [], tables: [], ...meta, first_tick: meta.first_tick ?? null };
  const known = (l) => meta.tables.some((t) => t.name === l.table && [l.x, l.y].every((c) => columnsOf(meta, t).some((k) => k.name === c)));
  const first = usual(meta);
  const given = (state.layers ?? []).filter(known);
  const rest = first.filter((l) => !given.some((g) => g.table === l.table)).map((l) => ({ ...l, on: false }));
  const layers = given.length > 0 ? [...given, ...rest] : first;
  byId("plots-section").hidden = !usable;
  const names = new Set(usable ? seriesNames(meta) : []);
  const chosen = state.plots?.flat().every((n) => names.has(n)) ? state.plots : usualPlots(meta, layers);
  const list = meta.tables.some((t) => t.name === tableOf(state.list)) ? state.list : (layers.find((l) => l.on)?.table ?? meta.tables[0]?.name ?? "");
  fill(byId("list"), [...meta.tables.map((t) => [t.name]), ...choices(meta)], list);
  byId("series-names").replaceChildren(...[...names].map((n) => h("option", { value: n })));
  byId("follow").hidden = !(meta.open_ended && meta.state !== "damaged");
  happenings.of(meta);
  extent();
  Object.assign(state, { layers, list, plots: chosen, tick: usable ? clamp(state.tick ?? (meta.open_ended && state.live ? meta.last_tick : meta.first_tick)) : null });
  if (state.other === name) state.other = "";
  await Promise.all([openOther(), images[0].of(usable ? meta : null)]);
  controls();
  plots.plots = chosen;
  plots.chosenSpan = state.span;
  filterNow();
  plots.of(usable ? meta : null, otherMeta);
  compare.runs(runs, name, state.other);
  if (usable || meta.state === "empty") follow(name);
  if (usable) {
    reload();
    trails.want(meta, state, paint);
  }
  panels();
  saveNow();
}

/** A run that was truncated or replaced is another: nothing that was shown of it is of use. */
let anew = 0;
function readAnew(name) {
  clearTimeout(anew);
  anew = setTimeout(() => { if (name === state.run || name === state.other) open(state.run); }, 50);
}
api.onAnother(readAnew);

async function openOther() {
  otherMeta = null;
  shown[1] = null;
  loaders[1].stop();
  if (state.other) {
    try {
      otherMeta = await api.meta(state.other);
      if (otherMeta.state !== "sound") throw new Error(otherMeta.message);
    } catch (e) {
      otherMeta = null;
      state.other = "";
      fail(e);
    }
  }
  await images[1].of(otherMeta);
  byId("map-b").hidden = !otherMeta;
  byId("maps").classList.toggle("two", Boolean(otherMeta));
  forget(); // what the other run had counts no longer
  captions([meta, otherMeta], state.tick);
}

function extent() {
  const slider = byId("slider");
  slider.min = meta.first_tick ?? 0;
  slider.max = meta.last_tick ?? 0;
  slider.disabled = meta.first_tick === null;
  byId("tick").min = slider.min;
  byId("tick").max = slider.max;
  byId("of").textContent = meta.first_tick === null ? "" : `of ${number(meta.last_tick)}`;
}

function grown(last) {
  if (last > meta.last_tick) {
    meta.last_tick = last;
    extent();
    plots.extend(last);
  }
}

/** Hears of ticks that are committed from now on. */
function follow(name) {
  if (!meta.open_ended && meta.state !== "empty") return;
  let first = true;
  stopListening = api.listen(name, {
    end: ({ tick }) => {
      const wasEmpty = meta.first_tick === null;
      if (tick !== null && wasEmpty) {
        open(name);
      } else if (tick !== null && tick > meta.last_tick) {
        grown(tick);
        if (state.live && !player.isOn()) loaders[0].newest();
      }
      first = false;
    },
    lost: () => readAnew(name),
    broken: fail,
    failed: () => { if (first) stopListening(); },
  });
}

function controls() {
  byId("run").value = state.run;
  layerControls(byId("layers"), meta, state.layers, (layers) => set({ layers }));
  byId("draw").value = state.draw;
  images[0].controls(byId("field"), state.field);
  byId("trails").value = state.trails;
  byId("square").checked = state.square;
  byId("filter").value = state.filter;
  byId("step").value = String(state.step);
  byId("rate").value = String(state.rate);
  byId("follow").setAttribute("aria-pressed", String(state.live));
}

function showLife() {
  entity.show(chosenOf() ? otherMeta : meta, state.sel, Boolean(otherMeta));
}

function panels() {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const on = tab.dataset.tab === state.tab;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    byId(`panel-${tab.dataset.tab}`).hidden = !on;
  }
  if (!meta) return;
  if (state.tab === "entity") showLife();
  if (state.tab === "events") happenings.show(state.tick);
  if (state.tab === "compare") compare.show(state.run, state.other, new Set(meta.tables.filter((t) => t.kind === "row").map((t) => t.name)));
}

function filterNow() {
  let note = "";
  try {
    terms = parse(state.filter);
    note = unknownColumn(meta, state.list, terms);
  } catch (e) {
    terms = [];
    note = e.message;
  }
  byId("filter-note").textContent = note;
  byId("filter-note").hidden = note === "";
}

onChange((changed) => {
  const has = (...names) => names.some((name) => changed.has(name));
  if (has("theme")) { theme(state.theme); plots.build(); showLife(); }
  if (has("run")) { open(state.run); return; }
  if (!meta) return;
  if (state.layers === null || state.plots === null) { open(state.run); return; }
  if (has("other")) {
    if (state.whose !== state.other && state.whose) set({ whose: "", sel: null });
    openOther().then(() => { plots.of(meta, otherMeta); compare.runs(runs, state.run, state.other); reload(); panels(); });
  }
  if (has("filter", "list")) filterNow();
  if (has("layers", "list", "tab", "filter", "sel") && columnsFor(meta, state).join() !== loaders[0].columns.join()) reload();
  if (has("sel", "trails")) trails.want(meta, state, paint);
  if (has("plots", "span")) plots.show(state.plots, state.span);
  if (has("tick")) { load(); speak(); if (state.tab === "events" && !player.isOn()) happenings.show(state.tick); }
  if (has("tab", "other", "sel", "whose")) panels();
  if (has("step", "rate") && player.isOn()) play();
  if (has("live") && state.live && meta.last_tick !== null && state.tick !== meta.last_tick && !player.isOn()) set({ tick: meta.last_tick });
  if (has("layers", "draw", "field", "trails", "square", "filter", "step", "rate", "live", "run")) controls();
  paint();
});

function playing(on) {
  byId("play").textContent = on ? "❚❚" : "▶";
  byId("play").setAttribute("aria-label", on ? "Stop" : "Play");
  if (!on) { load(); speak(); }
}

function play() {
  if (!meta || meta.first_tick === null) return;
  calm();
  if (state.tick >= meta.last_tick) set({ tick: meta.first_tick });
  player.start({ from: state.tick, to: meta.last_tick, step: state.step, rate: state.rate, other: otherMeta });
  playing(true);
}
const toggle = () => { if (player.isOn()) { player.stop(); playing(false); } else { play(); } };

function wire() {
  fill(byId("step"), [1, 2, 5, 10, 20, 50, 100, 500].map((n) => [String(n), n === 1 ? "every tick" : `${n} ticks a picture`]), String(state.step));
  fill(byId("rate"), [2, 5, 10, 20, 30, 60].map((n) => [String(n), `${n} pictures a second`]), String(state.rate));
  const on = (id, event, act) => byId(id).addEventListener(event, act);
  on("run", "change", (e) => set({ run: e.target.value, sel: null, whose: "", span: null, box: null, layers: null, plots: null, tick: null, other: "", list: "" }));
  on("play", "click", toggle);
  on("first", "click", () => seek(meta.first_tick));
  on("last", "click", () => seek(meta.last_tick));
  on("back", "click", () => seek(state.tick - state.step));
  on("next", "click", () => seek(state.tick + state.step));
  on("slider", "input", (e) => seek(Number(e.target.value)));
  on("tick", "change", (e) => seek(Math.round(Number(e.target.value))));
  on("step", "change", (e) => set({ step: Number(e.target.value) }));
  on("rate", "change", (e) => set({ rate: Number(e.target.value) }));
  on("field", "change", (e) => set({ field: e.target.value || "none" }));
  on("draw", "change", (e) => set({ draw: e.target.value }));
  on("trails", "change", (e) => set({ trails: e.target.value }));
  on("square", "change", (e) => set({ square: e.target.checked }));
  on("list", "change", (e) => set({ list: e.target.value, sort: "" }));
  on("filter", "input", (e) => set({ filter: e.target.value }));
  on("follow", "click", () => set({ live: !state.live }));
  on("zoom-in", "click", () => maps[0].zoom(0.7));
  on("zoom-out", "click", () => maps[0].zoom(1 / 0.7));
  on("zoom-all", "click", () => set({ box: null }));
  on("help", "click", () => byId("keys").showModal());
  on("theme", "click", () => set({ theme: { auto: "light", light: "dark", dark: "auto" }[state.theme] }));
  byId("banner").lastElementChild.addEventListener("click", calm);
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.addEventListener("click", () => set({ tab: tab.dataset.tab }));
  }
  on("add-plot", "submit", (e) => {
    e.preventDefault();
    plotOrFind(meta, { plot: (name) => set({ plots: [...state.plots, [name]] }), seek, fail, calm, span: state.span });
  });
  saveMenu({ maps, rows, plots, listed: listedNow, two: () => Boolean(otherMeta), terms: () => terms, fail });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { theme(state.theme); if (meta) { plots.build(); showLife(); paint(); } });
  keys({ state, set, seek, toggle, map: maps[0], meta: () => meta });
}

async function begin() {
  Object.assign(state, read(location.hash));
  theme(state.theme);
  wire();
  filterNow();
  panels();
  try {
    runs = (await api.runs()).runs;
  } catch (e) {
    fail(e);
    maps[0].say(e.kind === "no_token" ? "The runs are only shown to who has the token.\n\nOpen the address that aw view or aw serve printed, or give the token (with --token-file it is in that file):" : e.message,
      e.kind === "no_token" ? tokenForm() : null);
    return;
  }
  fill(byId("run"), runs.map((r) => [r.name, r.name + (r.state === "sound" ? "" : ` (${r.state})`)]), state.run);
  state.run = byId("run").value;
  await open(state.run);
}

// For tests, and for whoever wants to look closer in the browser's console.
globalThis.aw = { state, set, seek, maps, shown, plots, player };
begin();
