# SPDX-License-Identifier: Apache-2.0
"""A second reading of docs/spec, on stock pyarrow and NumPy alone: the log row by row, the world from it, the hashes.

Shares no code with the Python package nor with Java, and does nothing fast.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

DTYPES = {"u8": "<u1", "i8": "<i1", "u16": "<u2", "i16": "<i2", "u32": "<u4", "i32": "<i4", "u64": "<u8", "i64": "<i8",
          "f32": "<f4", "f64": "<f8", "bool": "<u1", "string": "<u4"}


@dataclass
class Row:
    seq: int
    tick: int
    rid: int
    key: dict[str, Any]
    bits: int
    text: str | None


def segments(store: Path) -> list[Path]:
    """Segment files by first seq; a sealed one wins (L-20)."""
    found = {p.stem: p for p in sorted((store / "log" / "live").glob("*.arrows"))}
    found.update({p.stem: p for p in sorted((store / "log").glob("*.arrow"))})
    return [found[name] for name in sorted(found)]


def record_batches(path: Path) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """Schema and batches of a segment, by whichever reader its kind wants."""
    if path.suffix == ".arrow":
        with pa.ipc.open_file(path) as reader:
            return reader.schema, [reader.get_batch(i) for i in range(reader.num_record_batches)]
    with pa.ipc.open_stream(path) as reader:
        return reader.schema, list(reader)


def rows(store: Path) -> Iterator[Row]:
    """All rows of the log, committed or not; of a shortened one, those that are left."""
    seq = None
    for path in segments(store):
        schema, batches = record_batches(path)
        keys = json.loads(schema.metadata[b"aw.keys"])
        first = int(schema.metadata[b"aw.first_seq"])
        assert seq in (None, first) and first == int(path.stem)
        seq = first
        for batch in batches:
            bits = batch.column("val").to_numpy().view("<u8").tolist()
            codes = batch.column("key").indices.to_pylist()
            texts = batch.column("text").to_pylist() if "text" in schema.names else [None] * len(batch)
            for tick, rid, code, value, text in zip(
                    batch.column("tick").to_pylist(), batch.column("rid").to_pylist(), codes, bits, texts):
                yield Row(seq, tick, rid, keys[code], value, text)
                seq += 1


def ticks(store: Path) -> Iterator[tuple[list[Row], Row]]:
    """Per committed tick its rows and its commit row (L-14)."""
    held: list[Row] = []
    for row in rows(store):
        if row.key["code"]:
            held.append(row)
        else:
            yield held, row
            held = []


def chain(previous: bytes, held: list[Row], commit: Row, strings: bool) -> bytes:
    """The digest of one tick (L-15)."""
    def column(form: str, values: list[int]) -> bytes:
        return zlib.crc32(struct.pack(f"<{len(values)}{form}", *values)).to_bytes(4, "little")

    data = previous + struct.pack("<QI", commit.tick, len(held))
    data += column("Q", [r.tick for r in held]) + column("I", [r.rid for r in held])
    data += column("H", [r.key["code"] for r in held]) + column("Q", [r.bits for r in held])
    if strings:
        texts = [b"\xff\xff\xff\xff" if r.text is None else struct.pack("<I", len(r.text.encode())) + r.text.encode()
                 for r in held]
        data += zlib.crc32(b"".join(texts)).to_bytes(4, "little")
    return hashlib.blake2b(data, digest_size=8).digest()


def stored_bytes(type_name: str, bits: int) -> bytes:
    """What a column holds for a log pattern (L-9, L-10)."""
    if type_name in ("u64", "i64", "f64"):
        return struct.pack("<Q", bits)
    if type_name == "f32":
        if bits & 0x7FFFFFFFFFFFFFFF > 0x7FF0000000000000:
            return struct.pack("<I", bits >> 63 << 31 | 0x7F800000 | bits >> 29 & 0x7FFFFF)
        return struct.pack("<f", struct.unpack("<d", struct.pack("<Q", bits))[0])  # exact, so no rounding (L-11)
    number = struct.unpack("<d", struct.pack("<Q", bits))[0]
    assert number == int(number)
    return np.array(int(number), DTYPES[type_name]).tobytes()


@dataclass
class Table:
    schema: dict[str, Any]
    columns: dict[str, list[bytes]] = field(default_factory=dict)
    stack: list[int] = field(default_factory=list)
    next_id: int = 0
    lived: dict[int, int] = field(default_factory=dict)
    """Per id that ever lived its last generation."""
    slots: dict[int, int] = field(default_factory=dict)
    """Per live id its row."""

    def __post_init__(self) -> None:
        self.types = {}
        if self.schema["kind"] != "append_only":
            self.types["id"] = "u32"
        if self.schema.get("gen"):
            self.types["gen"] = "u32"
        self.types |= {c["name"]: c["type"] for c in self.schema.get("columns", [])}
        self.columns = {name: [] for name in self.types}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def ids(self) -> list[int]:
        return [int.from_bytes(b, "little") for b in self.columns["id"]]

    def slot(self, rid: int) -> int:
        return rid if self.schema["kind"] == "append_only" else self.slots[rid]

    def born(self, rid: int, gen: int) -> None:
        """O-8, O-10 to O-13."""
        kind, has_gen = self.schema["kind"], bool(self.schema.get("gen"))
        if kind == "append_only":
            assert rid == len(self), "O-13"
        else:
            assert rid not in self.slots
            self.slots[rid] = len(self)
            self.columns["id"].append(struct.pack("<I", rid))
        if kind == "row" and self.schema["ids"] == "allocated":
            if self.stack:
                assert rid == self.stack.pop(), "O-10"
            else:
                assert rid == self.next_id, "O-10"
                self.next_id += 1
        assert gen == (self.lived.get(rid, -1) + 1 if has_gen else 0), "O-11"
        if has_gen:
            self.columns["gen"].append(struct.pack("<I", gen))
            self.lived[rid] = gen
        for c in self.schema.get("columns", []):
            default = bytes(4) if c["type"] == "string" else stored_bytes(c["type"], int(c["default"], 16))
            self.columns[c["name"]].append(default)

    def died(self, rid: int) -> None:
        """O-9, O-10."""
        slot = self.slot(rid)
        for values in self.columns.values():
            if self.schema.get("removal") == "compact":
                del values[slot]
            else:
                last = values.pop()
                if slot < len(values):
                    values[slot] = last
        self.slots.pop(rid)
        moved = self.ids()[slot:] if self.schema.get("removal") == "compact" else self.ids()[slot : slot + 1]
        self.slots.update((other, slot + i) for i, other in enumerate(moved))
        if self.schema["kind"] == "row" and self.schema["ids"] == "allocated" and self.schema["gen"]:
            self.stack.append(rid)

    def array(self, name: str) -> np.ndarray:
        return np.frombuffer(b"".join(self.columns[name]), DTYPES[self.types[name]])

    def hash_columns(self) -> bytes:
        """H-1."""
        return hashlib.blake2b(b"".join(b"".join(v) for v in self.columns.values()), digest_size=16).digest()

    def free_rows(self) -> list[tuple[int, int]]:
        """N-4."""
        if self.schema["ids"] == "allocated":
            return [(i, self.lived[i]) for i in self.stack]
        live = set(self.ids())
        return sorted((i, g) for i, g in self.lived.items() if i not in live)


class World:
    """The state after a tick, as lists of column bytes."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.tick = -1
        self.tables = {t["name"]: Table(t) for t in schema["tables"]}
        self.codebook: list[str] = []

    def apply(self, row: Row) -> None:
        """One row (O-7 to O-14, L-12, L-13)."""
        key = row.key
        assert (row.text is None) == (key["encoding"] != "code"), "L-13"
        if row.text is not None:
            if row.text not in self.codebook:
                self.codebook.append(row.text)
            assert struct.unpack("<d", struct.pack("<Q", row.bits))[0] == self.codebook.index(row.text), "L-12"
        name, _, member = key["name"].partition(".")
        if key["kind"] == "born":
            self.tables[name].born(row.rid, int(struct.unpack("<d", struct.pack("<Q", row.bits))[0]))
        elif key["kind"] == "died":
            self.tables[name].died(row.rid)
        elif key["kind"] == "value":
            table = self.tables[name]
            table.columns[member][table.slot(row.rid)] = stored_bytes(key["type"], row.bits)

    def hash_world(self) -> bytes:
        """H-2."""
        data = b""
        for name, table in self.tables.items():
            data += name.encode() + b"\0" + struct.pack("<Q", len(table)) + table.hash_columns()
        return hashlib.blake2b(data, digest_size=16).digest()

    def resume_hash(self) -> bytes:
        """H-3."""
        data = self.hash_world() + struct.pack("<Q", self.tick)
        for table in self.tables.values():
            if table.schema["kind"] == "row":
                data += struct.pack(f"<II{len(table.stack)}I", table.next_id, len(table.stack), *table.stack)
        return hashlib.blake2b(data, digest_size=16).digest()


def worlds(store: Path) -> Iterator[tuple[World, Row, bytes]]:
    """The world after each committed tick from the base on, its commit row and the chain computed up to it."""
    info = checked_json(store / "store.json")
    world, digest, seq = World(info["schema"]), bytes(8), 0
    base = last_base(store)
    if base is not None:
        manifest = checked_json(base / "manifest.json")
        world, seq = loaded(base, manifest), int(manifest["seq"], 16)
        digest = int(manifest["chain"], 16).to_bytes(8, "little")
        assert (world.hash_world().hex(), world.resume_hash().hex()) == (manifest["hash_world"], manifest["resume_hash"])
    for held, commit in ticks(store):
        if commit.seq < seq:
            continue
        assert commit.rid == len(held), "L-14"
        digest = chain(digest, held, commit, info["strings"])
        for row in held:
            assert row.tick == commit.tick > world.tick, "L-2"
            world.apply(row)
        world.tick = commit.tick
        yield world, commit, digest


def last_base(store: Path) -> Path | None:
    """The directory of the last snapshot that a history begins at (N-7)."""
    manifests = sorted(store.glob("snapshots/*/manifest.json"))
    return next((m.parent for m in reversed(manifests) if checked_json(m)["base"]), None)


def loaded(snapshot: Path, manifest: dict[str, Any]) -> World:
    """The world a snapshot holds (N-1 to N-5)."""
    world = World(manifest["schema"])
    world.tick = int(manifest["tick"], 16)
    if (snapshot / "codebook.arrow").exists():
        world.codebook = read_file(snapshot / "codebook.arrow")["word"].to_pylist()
    assert len(world.codebook) == manifest["codes"]
    for entry in manifest["tables"]:
        table, stored = world.tables[entry["name"]], read_file(snapshot / f"{entry['name']}.arrow")
        table.next_id = entry["next_id"]
        for name, type_name in table.types.items():
            column = stored[name].combine_chunks()
            values = column.indices if type_name == "string" else column
            raw = values.to_numpy().astype(DTYPES[type_name]).tobytes()
            width = np.dtype(DTYPES[type_name]).itemsize
            table.columns[name] = [raw[i : i + width] for i in range(0, len(raw), width)]
        kind = table.schema["kind"]
        if kind != "append_only":
            table.slots = {rid: slot for slot, rid in enumerate(table.ids())}
        if kind == "row":
            free = read_file(snapshot / f"{entry['name']}.free.arrow")
            freed = list(zip(free["id"].to_pylist(), free["gen"].to_pylist()))
            if table.schema["ids"] == "allocated":
                table.stack = [rid for rid, _ in freed]
            if table.schema["gen"]:
                live = stored["gen"].to_pylist()
                table.lived = dict(freed) | dict(zip(table.ids(), live))
    return world


def read_file(path: Path) -> pa.Table:
    with pa.ipc.open_file(path) as reader:
        return reader.read_all()


def checked_json(path: Path) -> dict[str, Any]:
    """A JSON file whose last member is the CRC-32 of what stands before it (J-1)."""
    data = path.read_bytes()
    head = data[: -len(b',"crc":"00000000"}\n')]
    assert data == head + b',"crc":"%08x"}\n' % zlib.crc32(head), path
    return json.loads(data)


def batch_crcs(path: Path, store_id: bytes) -> list[tuple[int, str, str]]:
    """Per batch of a segment its first seq, its stored `aw.crc`, and the one computed from the file's bytes (B-2)."""
    data, sealed = path.read_bytes(), path.suffix == ".arrow"
    with (pa.ipc.open_file if sealed else pa.ipc.open_stream)(path) as reader:
        if sealed:
            count = reader.num_record_batches
            custom = [reader.get_batch_with_custom_metadata(i).custom_metadata for i in range(count)]
        else:
            custom = [batch.custom_metadata for batch in reader.iter_batches_with_custom_metadata()]
    found, start, pos, seed = [], 0, 8 if sealed else 0, store_id + struct.pack("<Q", int(path.stem))
    while len(found) < len(custom):
        length = struct.unpack("<i", data[pos + 4 : pos + 8])[0]
        message = pa.ipc.read_message(pa.BufferReader(data[pos:]))
        end = pos + 8 + length + (message.body.size if message.body else 0)
        if message.type == "record batch":
            stored = custom[len(found)][b"aw.crc"].decode()
            value = struct.pack("<I", 8) + stored.encode()  # a flatbuffers string: its length, then its bytes
            metadata = data[pos + 8 : pos + 8 + length]
            assert metadata.count(value) == 1
            at = pos + 8 + metadata.index(value) + 4
            covered = data[start:at] + b"00000000" + data[at + 8 : end]
            found.append((int(custom[len(found)][b"aw.first_seq"]), stored,
                          f"{zlib.crc32(covered, zlib.crc32(seed)):08x}"))
            seed, start = struct.pack("<I", int(stored, 16)), end
        pos = end
    return found
