// SPDX-License-Identifier: Apache-2.0
// What the page shows, and nothing else: all of it stands in the address, so that a link is the view.
const STARTS = {
  run: "",
  other: "",
  tick: null,
  tab: "entity",
  layers: null,
  box: null,
  square: true,
  draw: "auto",
  trails: "selected",
  sel: null,
  whose: "",
  span: null,
  field: "",
  filter: "",
  list: "",
  sort: "",
  plots: null,
  step: 1,
  rate: 30,
  live: true,
  theme: "auto",
};

const layerText = (l) => [l.table, l.x, l.y, l.color, l.size, l.on ? 1 : 0].join(":");

function layerOf(text) {
  const [table, x, y, color, size, on] = text.split(":");
  return { table, x, y, color: color ?? "", size: size ?? "", on: on !== "0" };
}

const WRITE = {
  tick: String,
  layers: (v) => v.map(layerText).join(","),
  box: (v) => v.map((n) => Number(n.toPrecision(7))).join(","),
  square: (v) => (v ? "1" : "0"),
  sel: (v) => `${v.table}:${v.id}:${v.gen}`,
  span: (v) => v.join("-"),
  plots: (v) => v.map((names) => names.join(",")).join(";"),
  live: (v) => (v ? "1" : "0"),
};

const finite = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);

const READ = {
  tick: finite,
  layers: (t) => t.split(",").filter(Boolean).map(layerOf),
  box: (t) => {
    const box = t.split(",").map(Number);
    return box.length === 4 && box.every(Number.isFinite) && box[0] < box[2] && box[1] < box[3] ? box : null;
  },
  square: (t) => t !== "0",
  sel: (t) => {
    const [table, id, gen] = t.split(":");
    return table && finite(id ?? "") !== null ? { table, id: Number(id), gen: Number(gen ?? 0) } : null;
  },
  span: (t) => {
    const span = t.split("-").map(Number);
    return span.length === 2 && span.every(Number.isFinite) && span[0] < span[1] ? span : null;
  },
  plots: (t) => t.split(";").map((names) => names.split(",").filter(Boolean)).filter((n) => n.length > 0),
  step: (t) => finite(t) ?? STARTS.step,
  rate: (t) => finite(t) ?? STARTS.rate,
  live: (t) => t !== "0",
};

export const state = { ...STARTS };
const listeners = [];

/** Calls back with the names of what has changed. */
export const onChange = (listener) => listeners.push(listener);

/** Changes some of the state; whoever listens hears which names. */
export function set(patch) {
  const changed = Object.keys(patch).filter(
    (name) => JSON.stringify(state[name]) !== JSON.stringify(patch[name]),
  );
  if (changed.length > 0) {
    Object.assign(state, patch);
    listeners.forEach((listener) => listener(new Set(changed)));
    save();
  }
}

export function text() {
  const query = new URLSearchParams();
  for (const [name, start] of Object.entries(STARTS)) {
    const value = state[name];
    if (value !== null && JSON.stringify(value) !== JSON.stringify(start)) {
      query.set(name, (WRITE[name] ?? String)(value));
    }
  }
  return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%3B", ";");
}

/** The state that an address says; what it leaves out is as at the start. */
export function read(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const patch = {};
  for (const [name, start] of Object.entries(STARTS)) {
    const given = query.get(name);
    patch[name] = given === null ? start : (READ[name] ?? String)(given);
  }
  return patch;
}

let pending = 0;
let written = "";

/** Writes the address a moment later: browsers refuse too many changes at once. */
function save() {
  if (pending === 0) {
    pending = setTimeout(saveNow, 250);
  }
}

export function saveNow() {
  clearTimeout(pending);
  pending = 0;
  written = "#" + text();
  history.replaceState(null, "", written);
}

addEventListener("hashchange", () => {
  if (location.hash !== written) {
    set(read(location.hash));
  }
});
