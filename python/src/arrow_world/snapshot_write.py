# SPDX-License-Identifier: Apache-2.0
"""Writing snapshots (snapshot.md)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .atomic_files import discard, force_directory, write_forced
from .codebook import checked_properties
from .errors import InvalidUseError
from .ipc import FILE_MAGIC, Field
from .ipc_write import Block, batch_metadata, body, closing, dictionary_message, frame, schema_metadata
from .segment_header import FORMAT
from .schema import END_OF_TICKS
from .snapshot import expected_field
from .tables import Table
from .values import Array
from .world import World

_ALIGN = 64


@dataclass
class _File:
    """An IPC file in the making, and what the manifest says of it."""

    fields: Sequence[Field]
    metadata: dict[str, str]
    data: bytearray = field(default_factory=bytearray)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    dictionaries: list[Block] = field(default_factory=list)
    batches: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data += FILE_MAGIC + frame(schema_metadata(self.fields, self.metadata), 8, _ALIGN)

    def _append(self, head: bytes, content: bytes, ranges: Sequence[tuple[int, int]], blocks: list[Block]) -> None:
        start = len(self.data)
        blocks.append((start, len(head), len(content)))
        self.ranges += [(start + len(head) + o, n) for o, n in ranges if n]
        self.data += head + content

    def dictionary(self, number: int, words: Sequence[str]) -> None:
        """Appends a complete dictionary."""
        head, content = dictionary_message(number, words, len(self.data), _ALIGN)
        sizes = [0, 4 * (len(words) + 1), sum(len(w.encode()) for w in words)]
        starts = np.cumsum([0] + [n + -n % _ALIGN for n in sizes]).tolist()
        self._append(head, content, list(zip(starts, sizes)), self.dictionaries)

    def batch(self, rows: int, columns: Sequence[Sequence[bytes | Array]]) -> None:
        """Appends a record batch; each column's buffers after its absent validity."""
        content, ranges = body([b for c in columns for b in (b"", *c)], _ALIGN)
        metadata = batch_metadata(rows, [0] * len(columns), ranges, len(content), {})
        self._append(frame(metadata, len(self.data), _ALIGN), content, ranges, self.batches)

    def finish(self) -> bytes:
        """The whole file, its footer digits set (B-7)."""
        self.data += closing(self.fields, self.metadata, self.dictionaries, self.batches, {})
        return bytes(self.data)

    def entry(self, name: str, data: bytes) -> dict[str, Any]:
        """The manifest's entry for this file (N-5)."""
        view, rest, end, buffers = memoryview(data), 0, 0, []
        for offset, length in self.ranges:
            rest = zlib.crc32(view[end:offset], rest)
            end = offset + length
            buffers.append([f"{offset:016x}", f"{length:016x}", f"{zlib.crc32(view[offset:end]):08x}"])
        return {"name": name, "bytes": f"{len(data):016x}", "buffers": buffers, "rest": f"{zlib.crc32(view[end:], rest):08x}"}


def _table_file(table: Table, words: Sequence[str], metadata: dict[str, str]) -> _File:
    columns = table.schema.file_columns
    file = _File([expected_field(c, i) for i, c in enumerate(columns)],
                 {"aw.kind": "snapshot", **metadata, "aw.table": table.schema.name})
    for i, c in enumerate(columns):
        if c.type == "string":
            file.dictionary(i, words)
    file.batch(table.rows, [(table._columns[c.name],) for c in columns])
    return file


def _free_file(table: Table, metadata: dict[str, str]) -> _File:
    rows = np.array(table.free_rows(), "<u4").reshape(-1, 2)
    file = _File([Field("id", "u32"), Field("gen", "u32")],
                 {"aw.kind": "free", **metadata, "aw.table": table.schema.name})
    file.batch(len(rows), [(rows[:, 0],), (rows[:, 1],)])
    return file


def _codebook_file(words: Sequence[str], metadata: dict[str, str]) -> _File:
    data = [w.encode() for w in words]
    offsets = np.concatenate(([0], np.cumsum([len(d) for d in data], dtype="i8"))).astype("<i4")
    file = _File([Field("word", "utf8")], {"aw.kind": "codebook", **metadata, "aw.table": ""})
    file.batch(len(words), [(offsets, b"".join(data))])
    return file


def write_snapshot(
    store: Path, store_id: bytes, strings: bool, world: World, *, base: bool = False, hashes: bool = False,
    properties: Mapping[str, str] | None = None,
) -> Path:
    """Publishes the world as `snapshots/<tick>.v<schema>/`; returns the directory.

    hashes: whether a cache gets hashes; a base always does (N-11). The caller has forced the log up to `world.seq` (N-8); LiveWorld.snapshot does. Raises InvalidUseError if the
    world has no tick, the snapshot exists, or a property is no word.
    """
    settings = checked_properties(properties)
    if world.tick < 0:
        raise InvalidUseError("Cannot write a snapshot of a world before its first tick.")
    if world.tick >= END_OF_TICKS:
        raise InvalidUseError(f"Cannot write a snapshot of tick {world.tick}: ticks are below 2^63 - 1.")  # L-2
    target = store / "snapshots" / f"{world.tick:020d}.v{world.schema.version}"
    if target.exists():
        raise InvalidUseError(f"Cannot write the snapshot {target}: it exists.")
    metadata = {"aw.format": str(FORMAT), "aw.store": store_id.hex(), "aw.schema": str(world.schema.version),
                "aw.tick": f"{world.tick:020d}"}
    made: dict[str, _File] = {}
    for name, table in world.tables.items():
        made[f"{name}.arrow"] = _table_file(table, world.codebook.words, metadata)
        if table.schema.kind == "row":
            made[f"{name}.free.arrow"] = _free_file(table, metadata)
    if strings:
        made["codebook.arrow"] = _codebook_file(world.codebook.words, metadata)
    temporary = target.with_name(target.name + ".tmp")
    discard(temporary)
    temporary.mkdir(parents=True)
    try:
        entries = []
        for name, file in made.items():
            data = file.finish()
            write_forced(temporary / name, data)
            entries.append(file.entry(name, data))
        write_forced(temporary / "manifest.json", _manifest(world, store_id, base, base or hashes, settings, entries))
        force_directory(temporary)
        temporary.rename(target)
    except BaseException:
        discard(temporary)
        raise
    force_directory(target.parent)
    force_directory(store)
    return target


def _manifest(world: World, store_id: bytes, base: bool, hashes: bool, properties: dict[str, str],
              files: list[dict[str, Any]]) -> bytes:
    known = {"hash_world": world.hash_world(), "resume_hash": world.resume_hash()} if hashes else {}
    return jsonfile.encode({
        "kind": "arrow-world snapshot", "format": FORMAT, "store": store_id.hex(), "schema": world.schema.to_json(),
        "tick": f"{world.tick:016x}", "seq": f"{world.seq:016x}", "chain": jsonfile.chain_hex(world.chain), "base": base,
        **known, "properties": properties,
        "codes": len(world.codebook),
        "tables": [{"name": n, "rows": t.rows, "next_id": t.next_id, "columns": list(t.columns),
                    **({"hash": t.hash_columns().hex()} if hashes else {})} for n, t in world.tables.items()],
        "files": files})
