# SPDX-License-Identifier: Apache-2.0
"""Reading snapshots: manifest first, every byte checked, columns as views of a memory map (snapshot.md)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .codebook import Codebook
from .errors import DamagedFileError, UnsupportedVersionError
from .flatbuf import Malformed
from .ipc import (BATCH, DICTIONARY, FILE_MAGIC, SCHEMA, BytesSource, Field, Message, Node, buffer_ranges, messages,
                  open_source, read_footer, read_nodes, read_schema, read_words)
from .jsonfile import Members
from .regular import require_real
from .schema import END_OF_TICKS, Column, Schema
from .segment_header import FORMAT
from .tables import Table
from .values import Array
from .world import World

_NAME = re.compile(r"([0-9]{20})\.v(0|[1-9][0-9]{0,9})")
REMEDY = "Unless it is a base, delete the snapshot directory: replay makes it again."  # N-7


def expected_field(column: Column, dictionary_id: int = 0) -> Field:
    """The Arrow field of a table column (column types in store.md)."""
    if column.type == "string":
        return Field(column.name, "utf8", index_type="u32", dictionary_id=dictionary_id, metadata=column.words)
    if column.type == "bool":
        return Field(column.name, "u8", metadata=(("aw.type", "bool"), *column.words))
    return Field(column.name, column.type, metadata=column.words)


@dataclass(frozen=True)
class Manifest:
    """The verified manifest of one snapshot."""

    path: Path
    schema: Schema
    tick: int
    seq: int
    chain: bytes
    base: bool
    hash_world: str | None
    """None in a cache without hashes, as `resume_hash` (N-11)."""
    resume_hash: str | None
    properties: dict[str, str]
    codes: int
    tables: dict[str, Members]
    files: dict[str, Members]
    store: bytes


def list_snapshots(store: Path) -> list[tuple[int, int, Path]]:
    """(tick, schema version, directory) of all snapshots, ascending."""
    folder = store / "snapshots"
    require_real(folder)
    names = [(_NAME.fullmatch(p.name), p) for p in (folder.iterdir() if folder.is_dir() else ())]
    return sorted((int(n[1]), int(n[2]), p) for n, p in names if n)


def read_manifest(directory: Path, store_id: bytes | None) -> Manifest:
    """Reads and checks manifest.json (N-5); store_id: of the store it must be of, None for any."""
    path = directory / "manifest.json"
    require_real(directory)
    try:
        m = Members(jsonfile.read(path), path)
    except FileNotFoundError as e:
        raise DamagedFileError("the manifest is missing", path, remedy=REMEDY) from e
    if m.text("kind") != "arrow-world snapshot":
        raise DamagedFileError(f"kind is {m.text('kind')!r}, expected 'arrow-world snapshot'", path, remedy=REMEDY)
    if m.count("format") != FORMAT:
        raise UnsupportedVersionError(f"Cannot read {path}: format is {m.count('format')}, this package reads {FORMAT}.")
    if store_id is not None and m.hex("store", 32) != store_id.hex():
        raise DamagedFileError(f"store is {m.hex('store', 32)}, expected {store_id.hex()}", path, remedy=REMEDY)
    tables = [Members(t, path, "tables") for t in m.items("tables")]
    files = [Members(f, path, "files") for f in m.items("files")]
    manifest = Manifest(directory, Schema.from_json(m.raw.get("schema"), path), m.u64("tick"), m.u64("seq"),
                        m.chain("chain"), m.flag("base"), *_hashes(m, tables), m.strings("properties"), m.count("codes"),
                        {t.text("name"): t for t in tables}, {f.text("name"): f for f in files}, bytes.fromhex(m.hex("store", 32)))
    if manifest.tick >= END_OF_TICKS:
        raise DamagedFileError(f"its tick is {manifest.tick}, expected one below 2^63 - 1", path, remedy=REMEDY)  # L-2
    name = f"{manifest.tick:020d}.v{manifest.schema.version}"
    if directory.name != name:
        raise DamagedFileError(f"the manifest belongs to a directory {name}", path, remedy=REMEDY)
    found = [t.text("name") for t in tables]
    if found != [t.name for t in manifest.schema.tables]:
        raise DamagedFileError(f"it lists the tables {', '.join(found) or 'none'}; by the schema they are "
                               f"{', '.join(t.name for t in manifest.schema.tables) or 'none'}", path, remedy=REMEDY)
    for entry in tables:
        if entry.count("next_id") >= 1 << 63:
            raise DamagedFileError(f"'next_id' of {entry.text('name')} is {entry.count('next_id')}, expected less than 2^63",
                                   path, remedy=REMEDY)
    for t in manifest.schema.tables:
        names = manifest.tables[t.name].raw.get("columns") if t.name in manifest.tables else None
        if names != [c.name for c in t.file_columns]:
            raise DamagedFileError(f"table {t.name} has columns {names} in the manifest, by the schema it has "
                                   f"{[c.name for c in t.file_columns]}", path, remedy=REMEDY)
    return manifest


def _hashes(m: Members, tables: list[Members]) -> tuple[str | None, str | None]:
    """The hashes of world and ids; only a cache may have none, and then none of its tables has one (N-11)."""
    holders = [(m, "hash_world"), (m, "resume_hash"), *((t, "hash") for t in tables)]
    if not m.flag("base") and not any(name in holder.raw for holder, name in holders):
        return None, None
    for table in tables:
        table.hex("hash", 32)
    return m.hex("hash_world", 32), m.hex("resume_hash", 32)


@dataclass(frozen=True)
class _File:
    fields: list[Field]
    metadata: dict[str, str]
    dictionaries: dict[int, list[str]]
    batch: Message


def _open(manifest: Manifest, name: str) -> _File:
    """Maps a file and checks size, buffers, rest and footer (N-6, B-7)."""
    path = manifest.path / name
    if name not in manifest.files:
        raise DamagedFileError(f"the manifest does not list {name}", manifest.path / "manifest.json", remedy=REMEDY)
    entry = manifest.files[name]
    try:
        with open_source(path) as source:
            if source.size != entry.u64("bytes") or source.size == 0:
                raise DamagedFileError(f"the file has {source.size} bytes, the manifest says {entry.u64('bytes')}", path,
                                       remedy=REMEDY)
            data = source.map()
    except FileNotFoundError as e:
        raise DamagedFileError("the file is missing", path, remedy=REMEDY) from e
    listed = _check_bytes(entry, data, path)
    try:
        return _walk(data, listed)
    except Malformed as e:
        raise DamagedFileError(str(e), path, remedy=REMEDY) from e


def _check_bytes(entry: Members, data: memoryview, path: Path) -> list[tuple[int, int]]:
    rest, end, ranges = 0, 0, []
    for item in entry.items("buffers"):
        offset, length, crc = _range(item, entry, path)
        if offset < end or offset + length > len(data):
            raise DamagedFileError(f"the manifest lists bytes [{offset}, {offset + length}) of a file of {len(data)} "
                                   f"bytes after {end}", path, offset, remedy=REMEDY)
        rest = zlib.crc32(data[end:offset], rest)
        end = offset + length
        actual = zlib.crc32(data[offset:end])
        if actual != crc:
            raise DamagedFileError(f"CRC-32 of the {length} bytes is {actual:08x}, the manifest says {crc:08x}", path,
                                   offset, remedy=REMEDY)
        ranges.append((offset, length))
    rest = zlib.crc32(data[end:], rest)
    if f"{rest:08x}" != entry.hex("rest", 8):
        raise DamagedFileError(f"CRC-32 of the bytes outside buffers is {rest:08x}, the manifest says "
                               f"{entry.hex('rest', 8)}", path, remedy=REMEDY)
    return ranges


def _range(item: Any, entry: Members, path: Path) -> tuple[int, int, int]:
    if isinstance(item, list) and len(item) == 3 and all(
            isinstance(v, str) and re.fullmatch(f"[0-9a-f]{{{n}}}", v) for v, n in zip(item, (16, 16, 8))):
        return int(item[0], 16), int(item[1], 16), int(item[2], 16)
    raise DamagedFileError(f"the manifest lists the buffer {item!r}, expected [offset, length, crc] in hex", path,
                           remedy=REMEDY)


def _walk(data: memoryview, listed: list[tuple[int, int]]) -> _File:
    source = BytesSource(data)
    if bytes(data[:8]) != FILE_MAGIC:
        raise Malformed("the file does not begin with ARROW1")
    found = list(messages(source, 8))
    if not found or found[0].kind != SCHEMA or any(m.kind == SCHEMA for m in found[1:]):
        raise Malformed("the file does not hold one schema first")
    batches = [m for m in found if m.kind == BATCH]
    dictionaries = [m for m in found if m.kind == DICTIONARY]
    ranges = [r for m in found[1:] for r in buffer_ranges(m) if r[1]]
    if ranges != listed:
        raise Malformed("the manifest's buffers are not those of the file")  # N-5
    footer = read_footer(source, (batches or dictionaries or found)[-1].end)
    if [b[0] for b in footer.batches] != [m.start for m in batches]:
        raise Malformed("the footer's record batches are not those of the file")
    if len(batches) != 1:
        raise Malformed(f"{len(batches)} record batches, expected one")  # N-1
    if any(m.record_batch().table(3) is not None for m in found[1:]):
        raise Malformed("snapshot files are not compressed")  # N-1
    fields, metadata = read_schema(found[0].header)
    return _File(fields, metadata, dict(map(read_words, dictionaries)), batches[0])


class Snapshot:
    """A verified snapshot: `manifest`, `codebook`, and `tables[name][column]`, read-only views of the files.

    part: a part of the schema; only its tables are read, and `world` has only its columns.
    """

    def __init__(self, directory: Path, store_id: bytes, strings: bool, part: Schema | None = None) -> None:
        self.manifest = read_manifest(directory, store_id)
        self._store_id = store_id
        self._part = part or self.manifest.schema
        worded = strings and ("codebook.arrow" in self.manifest.files or self.manifest.codes or self.manifest.schema.has_strings)
        self.codebook = Codebook(self._codebook() if worded else ())
        self.tables = {t.name: self._table(Table(t, self.codebook)) for t in self.manifest.schema.tables
                       if self._part.has(t.name)}

    @property
    def tick(self) -> int:
        """The tick after which this was the world."""
        return self.manifest.tick

    def world(self) -> World:
        """A World that begins here; its columns are copied when they first change."""
        m = self.manifest
        world = World(self._part, m.tick, m.seq, m.chain)
        world.codebook.take(self.codebook)
        for name, table in self.tables.items():
            table.copy_to(world.tables[name])
        return world

    def hash_world(self) -> str:
        """`hash_world` computed from the files."""
        return self.world().hash_world()

    def _read(self, name: str, kind: str, fields: list[Field], table: str = "") -> tuple[_File, list[Node]]:
        file = _open(self.manifest, name)
        path = self.manifest.path / name
        expected = {"aw.kind": kind, "aw.format": str(FORMAT), "aw.store": self._store_id.hex(),
                    "aw.schema": str(self.manifest.schema.version), "aw.table": table,
                    "aw.tick": f"{self.manifest.tick:020d}"}
        for key, value in expected.items():
            if file.metadata.get(key) != value:
                raise DamagedFileError(f"{key} is {file.metadata.get(key)!r}, expected {value!r}", path, remedy=REMEDY)
        found = [(f.name, f.type, f.index_type, dict(f.metadata).get("aw.type")) for f in file.fields]
        wanted = [(f.name, f.type, f.index_type, dict(f.metadata).get("aw.type")) for f in fields]
        if found != wanted:
            raise DamagedFileError(f"columns are {found}, expected {wanted}", path, remedy=REMEDY)
        counts = [3 if f.type == "utf8" and f.index_type is None else 2 for f in fields]
        try:
            nodes = read_nodes(file.batch, counts)[1]
            if any(n.nulls or len(n.buffers[0]) for n in nodes):
                raise Malformed("a column has a validity buffer")  # S-10
        except Malformed as e:
            raise DamagedFileError(str(e), path, remedy=REMEDY) from e
        return file, nodes

    def _codebook(self) -> Iterator[str]:
        path = self.manifest.path / "codebook.arrow"
        _, nodes = self._read(path.name, "codebook", [Field("word", "utf8")])
        try:
            words = nodes[0].words()
        except Malformed as e:
            raise DamagedFileError(str(e), path, remedy=REMEDY) from e
        if len(words) != self.manifest.codes or len(set(words)) != len(words):
            raise DamagedFileError(f"{len(words)} words, {len(set(words))} of them distinct; the manifest says "
                                   f"{self.manifest.codes}", path, remedy=REMEDY)
        return iter(words)

    def _table(self, table: Table) -> Table:
        name, columns = table.schema.name, table.schema.file_columns
        path = self.manifest.path / f"{name}.arrow"
        file, nodes = self._read(path.name, "snapshot", [expected_field(c) for c in columns], name)
        entry = self.manifest.tables[name]
        table.rows = entry.count("rows")
        table.next_id = entry.count("next_id")
        if file.batch.record_batch().number(0, "q") != table.rows:
            raise DamagedFileError(f"the record batch has {file.batch.record_batch().number(0, 'q')} rows, the manifest "
                                   f"says {table.rows}", path, remedy=REMEDY)
        for i, c in enumerate(columns):
            table._columns[c.name] = _numbers(nodes[i], c, path)
            if c.type == "string":
                words = file.dictionaries.get(file.fields[i].dictionary_id)
                if words is None or words != self.codebook.words or np.any(table._columns[c.name] >= len(words)):
                    raise DamagedFileError(f"the dictionary of {c.name} is not the codebook", path, remedy=REMEDY)  # N-2
        if table.schema.kind == "row":
            self._free(table)
        return table

    def _free(self, table: Table) -> None:
        fields = [Field("id", "u32"), Field("gen", "u32")]
        path = self.manifest.path / f"{table.schema.name}.free.arrow"
        _, nodes = self._read(path.name, "free", fields, table.schema.name)
        ids, gens = (_numbers(n, Column(f.name, "u32"), path).tolist() for n, f in zip(nodes, fields))
        known = set(ids) | set(table._columns["id"].tolist())
        complete = table.schema.allocated and table.schema.gen
        if len(known) != len(ids) + table.rows or complete and len(known) != table.next_id or (
                not table.schema.gen and ids) or table.schema.allocated and known and max(known) >= table.next_id:
            raise DamagedFileError(f"free and live ids do not make up the {table.next_id} ids given out", path,
                                   remedy=REMEDY)
        if table.schema.allocated:
            table.free = list(zip(ids, gens))
        else:
            table.dead = dict(zip(ids, gens))


def _numbers(node: Node, column: Column, path: Path) -> Array:
    try:
        return node.numbers(column.type)
    except Malformed as e:
        raise DamagedFileError(str(e), path, remedy=REMEDY) from e
