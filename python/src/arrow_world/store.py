"""Opening a store and reading its log, snapshots and worlds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import jsonfile
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .jsonfile import Members
from .log import Fence, Log, Scan, SegmentFile, list_segments, read_fence
from .rows import Rows, concat, empty_rows
from .schema import Key, Schema, declare
from .segment import FORMAT
from .snapshot import Manifest, Snapshot, list_snapshots, read_manifest
from .world import World

_CHUNK_ROWS = 1 << 20


@dataclass(frozen=True)
class StoreInfo:
    """What store.json says."""

    store: bytes
    strings: bool
    tick_unit: str
    schema: Schema
    properties: dict[str, str]
    environment: dict[str, str]
    parent: dict[str, Any] | None


def read_store_info(path: Path) -> StoreInfo:
    """Reads store.json: kind, format version and CRC are checked (J-1, V-1)."""
    file = path / "store.json"
    try:
        m = Members(jsonfile.read(file), file)
    except (FileNotFoundError, NotADirectoryError) as e:
        raise InvalidUseError(f"Cannot open {path}: it has no store.json, so it is no arrow-world store.") from e
    if m.text("kind") != "arrow-world store":
        raise DamagedFileError(f"kind is {m.text('kind')!r}, expected 'arrow-world store'", file)
    if m.count("format") != FORMAT:
        raise UnsupportedVersionError(f"Cannot open {path}: its format is {m.count('format')}, this package reads "
                                      f"{FORMAT}. Use a newer arrow-world.")
    parent = m.raw.get("parent")
    if parent is not None and not isinstance(parent, dict):
        raise DamagedFileError("parent is no object", file)
    schema = Schema.from_json(m.raw.get("schema"), file)
    if schema.has_strings and not m.flag("strings"):
        raise DamagedFileError("strings is false, but the schema has strings (S-8)", file)
    return StoreInfo(bytes.fromhex(m.hex("store", 32)), m.flag("strings"), m.text("tick_unit"), schema,
                     m.strings("properties"), m.strings("environment"), parent)


class Store:
    """A store open for reading. Takes no lock and writes nothing; every call reads what is committed by then."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.info = read_store_info(self.path)

    @property
    def schema(self) -> Schema:
        """The schema the store was created with."""
        return self.info.schema

    @property
    def fence(self) -> Fence | None:
        """The truncation under way, if any (L-21)."""
        return read_fence(self.path)

    def segments(self) -> list[SegmentFile]:
        """All segments by first seq, those behind a fence included."""
        return list_segments(self.path)

    def manifests(self) -> list[Manifest]:
        """Manifests of all snapshots by tick; those behind a fence are left out."""
        fence = self.fence
        found = [read_manifest(p, self.info.store) for _, _, p in list_snapshots(self.path)]
        return [m for m in found if fence is None or m.seq <= fence.seq]

    @property
    def keys(self) -> list[Key]:
        """All declared keys in code order; reads the last segment."""
        segments = self.segments()
        scan = self.scan(segments[-1].first_seq if segments else 0)
        for _ in scan:
            pass
        return list(scan.keys)

    def scan(self, from_seq: int = 0, codebook: Codebook | None = None) -> Scan:
        """One pass over the committed rows at or after `from_seq`.

        codebook: takes in the words from `from_seq` on and checks their codes; it must hold all earlier words.
        """
        return Scan(self.segments(), self.info.store, self.info.strings, self.fence, from_seq, codebook, from_seq,
                    declare(self.schema))

    def batches(self, from_seq: int = 0) -> Iterator[Rows]:
        """Committed rows in runs of whole ticks, about one per record batch, verified (B-2, L-14)."""
        return iter(self.scan(from_seq))

    def log(self) -> Log:
        """All committed rows as columns: tick u64, rid u32, key u16, bits u64 / val f64, text; shape (n,) each.

        Raises DamagedFileError if any batch fails; a torn end is no error but told in `.torn`.
        """
        segments = self.segments()
        first = segments[0].first_seq if segments else 0
        base = self._base()
        codebook_seq = base.manifest.seq if base else 0
        if first > codebook_seq:
            raise DamagedFileError(f"the log begins at seq {first}, expected {codebook_seq} or less; its head is missing",
                                   self.path / "log")
        scan = Scan(segments, self.info.store, self.info.strings, self.fence, 0,
                    base.codebook.copy() if base else Codebook(), codebook_seq, declare(self.schema))
        rows = concat([*scan] or [empty_rows(first, self.info.strings)])
        return Log(rows.first_seq, rows.tick, rows.rid, rows.key, rows.bits, rows.text, tuple(scan.keys), scan.torn)

    def _base(self) -> Snapshot | None:
        bases = [m for m in self.manifests() if m.base]
        return Snapshot(bases[0].path, self.info.store, self.info.strings) if bases else None

    def snapshot(self, tick: int) -> Snapshot:
        """The snapshot of exactly this tick, highest schema version; InvalidUseError if there is none."""
        found = [m for m in self.manifests() if m.tick == tick]
        if not found:
            raise InvalidUseError(f"No snapshot of tick {tick} in {self.path}; there are "
                                  f"{[m.tick for m in self.manifests()]}.")
        return Snapshot(found[-1].path, self.info.store, self.info.strings)

    def at(self, tick: int) -> World:
        """The world after the last committed tick <= `tick` (O-15): the nearest snapshot, then the log.

        Raises InvalidUseError outside the committed span, DamagedFileError where the log contradicts itself.
        """
        nearest = self._nearest(tick)
        world = World(self.schema) if nearest is None else nearest.world()
        start = world.seq
        scan = self.scan(start)
        chunk: list[Rows] = []
        passed = False
        for rows in scan:
            passed = int(rows.tick[-1]) > tick
            rows = rows.slice(0, int((rows.tick <= tick).sum()))
            if len(rows):
                chunk.append(rows)
            if passed:
                break
            if sum(map(len, chunk)) >= _CHUNK_ROWS:
                self._advance(world, chunk, scan)
                chunk = []
        self._advance(world, chunk, scan)
        alone = scan.reader is None and nearest is not None and nearest.manifest.base
        if scan.end_seq < start and not alone:
            raise DamagedFileError(f"the log ends at seq {scan.end_seq}, the snapshot of tick {world.tick} is at {start}; "
                                   "a tail is missing (L-24)", self.path / "log")
        if world.tick < 0 or not passed and world.tick < tick:
            raise InvalidUseError(f"Cannot show {self.path} at tick {tick}: it is outside the committed ticks, the last "
                                  f"before it is {world.tick if world.tick >= 0 else 'none'} (O-15).")
        return world

    def _nearest(self, tick: int) -> Snapshot | None:
        """The newest snapshot at or before the tick; only its own manifest is read."""
        fence = self.fence
        for found, _, directory in reversed(list_snapshots(self.path)):
            if found <= tick:
                manifest = read_manifest(directory, self.info.store)
                if fence is None or manifest.seq <= fence.seq:
                    return Snapshot(directory, self.info.store, self.info.strings)
        return None

    def _advance(self, world: World, chunk: list[Rows], scan: Scan) -> None:
        if not chunk:
            return
        if scan.schema_version != world.schema.version:
            raise UnsupportedVersionError(f"Cannot replay schema version {scan.schema_version} onto a world of version "
                                          f"{world.schema.version} in {self.path}; replay never crosses a change.")
        world.apply(concat(chunk), scan.keys, self.path / "log")


def open_store(path: str | Path) -> Store:
    """Opens a store for reading, also while it is written.

    Raises InvalidUseError (no store), UnsupportedVersionError, DamagedFileError.
    """
    return Store(path)
