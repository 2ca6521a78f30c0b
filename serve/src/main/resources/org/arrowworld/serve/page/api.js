// SPDX-License-Identifier: Apache-2.0
// Everything the page asks the server.
import { Bytes, batches, join, nextTable, tableAt } from "./ipc.js";

/** A refusal of the server: its kind for the page, its message for people. */
export class Refusal extends Error {
  constructor(kind, message, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

const VIEW = Math.random().toString(36).slice(2);

function address(run, what, parameters) {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, v]) => v !== null && v !== undefined),
  );
  const path = `/api/runs/${encodeURIComponent(run)}${what ? "/" + what : ""}`;
  return query.size > 0 ? `${path}?${query}` : path;
}

/** Which history of a run the page shows, by its name: a truncated or replaced run has another. */
const epochs = new Map();
let another = () => {};

/** Calls back with the name of a run that has become another store since the page read what it is. */
export const onAnother = (listener) => { another = listener; };

/** Refuses a reply of another history than that shown: the two must not be mixed. */
function checkEpoch(run, reply) {
  const epoch = reply.headers.get("Aw-Epoch");
  if (epoch !== null && epochs.has(run) && epochs.get(run) !== epoch) {
    another(run);
    throw new Refusal("another_history", "The run was truncated, compacted or replaced: it is read anew.", 409);
  }
}

async function ask(url, signal) {
  let reply;
  try {
    reply = await fetch(url, { signal, credentials: "same-origin" });
  } catch (e) {
    if (e.name === "AbortError") {
      throw e;
    }
    throw new Refusal("unreachable", "The server does not answer: it has ended, or the connection is gone.", 0);
  }
  checkEpoch(decodeURIComponent(url.split("/")[3]?.split("?")[0] ?? ""), reply);
  if (!reply.ok) {
    let error = { kind: "failed", message: `The server answers ${reply.status}.` };
    try {
      error = (await reply.json()).error;
    } catch {
      // no reply of ours
    }
    throw new Refusal(error.kind, error.message, reply.status);
  }
  return reply;
}

const json = async (url, signal) => (await ask(url, signal)).json();

export const runs = () => json("/api/runs");

export async function meta(run) {
  epochs.delete(run);
  const found = await json(address(run, "", {}));
  if (found.epoch !== undefined) epochs.set(run, String(found.epoch));
  return found;
}

export const life = (run, parameters, signal) => json(address(run, "life", parameters), signal);
export const lives = (run, parameters, signal) => json(address(run, "lives", { ...parameters, view: VIEW }), signal);
export const history = (run, parameters, signal) => json(address(run, "history", parameters), signal);
export const events = (run, parameters, signal) =>
  json(address(run, "events", { ...parameters, view: VIEW }), signal);
export const diff = (run, parameters, signal) => json(address(run, "diff", parameters), signal);

/** The address of a whole table at a tick, for saving it as Arrow. */
export const tableAddress = (run, tick, table) => address(run, "at", { tick, columns: table });

const schemas = (meta) => new Map(meta.tables.map((t) => [t.name, t]));

async function frame(bytes, count, known) {
  const tables = new Map();
  let tick = 0;
  let size = 0;
  for (let i = 0; i < count; i++) {
    const table = await nextTable(bytes);
    if (table === null) {
      return null;
    }
    tick = Number(table.schema.metadata.get("aw.tick"));
    const at = tableAt(table, known.get(table.schema.metadata.get("aw.table")));
    tables.set(at.name, at);
    size += at.bytes;
  }
  join(tables, known);
  return { tick, tables, bytes: size };
}

const tableCount = (columns) => new Set(columns.map((c) => c.split(".")[0])).size;

/** The wanted columns at a tick. */
export async function at(meta, tick, columns, signal, who = "") {
  const url = address(meta.name, "at", { tick, columns: columns.join(","), view: VIEW + who });
  const reply = await ask(url, signal);
  const bytes = new Bytes(reply.body);
  const found = await frame(bytes, tableCount(columns), schemas(meta));
  await bytes.end();
  return found;
}

/** The wanted columns tick after tick, as fast as they are taken. */
export async function* frames(meta, parameters, columns, signal) {
  const url = address(meta.name, "frames", { ...parameters, columns: columns.join(",") });
  const reply = await ask(url, signal);
  const bytes = new Bytes(reply.body);
  const known = schemas(meta);
  const count = tableCount(columns);
  try {
    let next = await frame(bytes, count, known);
    while (next !== null) {
      yield next;
      next = await frame(bytes, count, known);
    }
  } finally {
    bytes.cancel();
  }
}

/** The gridded fields of a run. */
export const fields = async (run) => (await json(address(run, "fields", {}))).fields;

/** A plane of a field at a tick: its cells, the first axis slowest, how many there are, and where they lie. */
export async function field(run, parameters, signal) {
  const reply = await ask(address(run, "field", parameters), signal);
  const bytes = new Bytes(reply.body);
  const table = await nextTable(bytes);
  await bytes.end();
  const said = (name) => table.schema.metadata.get(`aw.${name}`).split(",").map(Number);
  const [wide, high] = said("shape");
  return { values: table.getChild("value").data[0].values, wide, high, stride: said("stride")[0], cells: said("cells"), bounds: said("bounds"), time: said("time")[0], snapshot: said("snapshot")[0] };
}

/** Numbers over time, batch after batch: {tick: [...], name: [...], ...}. */
export async function* series(run, parameters, signal) {
  const reply = await ask(address(run, "series", parameters), signal);
  for await (const table of batches(new Bytes(reply.body))) {
    const part = {};
    for (const name of table.names) {
      part[name] = Array.from(table.getChild(name).data[0].values, Number);
    }
    yield part;
  }
}

/** Hears of a run that goes on; call what is returned to stop. */
export function listen(run, { end, lost, broken, failed }) {
  const source = new EventSource(address(run, "live", {}));
  source.addEventListener("end", (e) => end(JSON.parse(e.data)));
  source.addEventListener("lost", (e) => lost(JSON.parse(e.data)));
  source.addEventListener("failed", (e) => {
    source.close();
    const { kind, message, status } = JSON.parse(e.data).error;
    broken(new Refusal(kind, message, status));
  });
  source.addEventListener("error", () => failed());
  return () => source.close();
}
