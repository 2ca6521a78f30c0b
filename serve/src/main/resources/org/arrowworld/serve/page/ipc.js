// SPDX-License-Identifier: Apache-2.0
// Arrow IPC streams as they come over the network: cut into messages, then read by flechette.
const fl = globalThis.fl;
const PREFIX = 8;

/** The length of a message's body, from its flatbuffer (Message.bodyLength). */
function bodyLength(view, at) {
  const table = at + view.getUint32(at, true);
  const vtable = table - view.getInt32(table, true);
  const field = 4 + 2 * 3;
  const offset = view.getUint16(vtable, true) > field ? view.getUint16(vtable + field, true) : 0;
  return offset === 0 ? 0 : Number(view.getBigInt64(table + offset, true));
}

/** Bytes of a reply, so many at a time. */
export class Bytes {
  constructor(body) {
    this.reader = body.getReader();
    this.chunks = [];
    this.length = 0;
    this.received = 0;
  }

  /** Exactly so many bytes in a buffer of their own; null at the end. */
  async take(count) {
    while (this.length < count) {
      const { done, value } = await this.reader.read();
      if (done) {
        if (this.length > 0) {
          throw new Error("The reply broke off in the middle of a message");
        }
        return null;
      }
      this.chunks.push(value);
      this.length += value.length;
      this.received += value.length;
    }
    const bytes = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const chunk = this.chunks[0];
      const some = Math.min(chunk.length, count - at);
      bytes.set(chunk.subarray(0, some), at);
      at += some;
      if (some === chunk.length) {
        this.chunks.shift();
      } else {
        this.chunks[0] = chunk.subarray(some);
      }
    }
    this.length -= count;
    return bytes;
  }

  /** Takes the end of a reply that was read whole: only then is the connection used again. */
  async end() {
    while (!(await this.reader.read()).done) {
      // nothing follows the last stream
    }
  }

  cancel() {
    this.reader.cancel().catch(() => {});
  }
}

/** One message with its prefix; empty at the end of a stream, null at the end of the reply. */
async function message(bytes) {
  const prefix = await bytes.take(PREFIX);
  if (prefix === null) {
    return null;
  }
  const length = new DataView(prefix.buffer).getInt32(4, true);
  if (length === 0) {
    return new Uint8Array(0);
  }
  const metadata = await bytes.take(length);
  const body = bodyLength(new DataView(metadata.buffer), 0);
  const whole = new Uint8Array(PREFIX + length + body);
  whole.set(prefix);
  whole.set(metadata, PREFIX);
  if (body > 0) {
    whole.set(await bytes.take(body), PREFIX + length);
  }
  return whole;
}

/** The next stream of a reply as a flechette table; null if there is none. */
export async function nextTable(bytes) {
  const messages = [];
  let next = await message(bytes);
  if (next === null) {
    return null;
  }
  while (next !== null && next.length > 0) {
    messages.push(next);
    next = await message(bytes);
  }
  if (next === null) {
    throw new Error("The reply broke off: the stream has no end");
  }
  return fl.tableFromIPC(messages, { useBigInt: true });
}

/** The batches of the one stream of a reply, each as a table, as they come. */
export async function* batches(bytes) {
  const schema = await message(bytes);
  let next = await message(bytes);
  while (next !== null && next.length > 0) {
    yield fl.tableFromIPC([schema, next], { useBigInt: true });
    next = await message(bytes);
  }
  if (next === null) {
    throw new Error("The reply broke off: the stream has no end");
  }
  await bytes.end();
}

/** A column: its values, and where they are words, codes and the words. */
function column(table, name, type) {
  const batch = table.getChild(name).data[0];
  if (!batch) {
    return { name, type, values: new Float64Array(0), words: type === "string" ? [] : null };
  }
  return type === "string"
    ? { name, type, values: batch.values, words: batch.cache }
    : { name, type, values: batch.values, words: null };
}

/** What is drawn and listed of a table at a tick. */
export function tableAt(table, schema) {
  const columns = new Map();
  const types = new Map(schema.columns.map((c) => [c.name, c.type]));
  let bytes = 0;
  for (const name of table.names) {
    const found = column(table, name, types.get(name) ?? "u32");
    columns.set(name, found);
    bytes += found.values.byteLength;
  }
  const note = schema.kind === "append_only" ? () => ", those up to this tick" : undefined;
  return { name: schema.name, rows: table.numRows, columns, bytes, note };
}

const NONE = "–";

/**
 * Gives the rows of a table the columns of its components, by id: `heat.level`, NaN or “–” for who has none; and whether
 * they are in a presence table without columns: `damaged.is`.
 */
export function join(tables, schemas) {
  for (const [name, part] of tables) {
    const schema = schemas.get(name);
    const whole = schema?.kind === "presence" ? tables.get(schema.of) : null;
    if (!whole) continue;
    const rows = new Map(Array.from(part.columns.get("id").values, (id, row) => [id, row]));
    const from = Int32Array.from(whole.columns.get("id").values, (id) => rows.get(id) ?? -1);
    if (schema.columns.length === 0) {
      const key = `${name}.is`;
      whole.columns.set(key, { name: key, type: "string", values: Uint8Array.from(from, (row) => (row < 0 ? 0 : 1)), words: ["no", "yes"] });
    }
    for (const { name: own, type, values, words } of part.columns.values()) {
      if (own === "id" || own === "gen") continue;
      const all = type === "bool" ? ["false", "true"] : words;
      const lacking = all ? all.length : NaN;
      const key = `${name}.${own}`;
      const joined = Float64Array.from(from, (row) => (row < 0 ? lacking : Number(values[row])));
      whole.columns.set(key, { name: key, type: all ? "string" : type, values: joined, words: all ? [...all, NONE] : null });
    }
  }
}

/** A cell as it is: a word, a truth, a number, or a bigint. */
export function cell(column, row) {
  const value = column.values[row];
  if (column.words) {
    return column.words[value];
  }
  return column.type === "bool" ? value !== 0 : value;
}

/** A cell as a plain number, for drawing and comparing. */
export function numeric(column, row) {
  return Number(column.values[row]);
}
