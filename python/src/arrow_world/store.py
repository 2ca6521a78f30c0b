"""Opening a store and reading its log, snapshots and worlds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from . import jsonfile
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError, StoreNotFoundError, UnsupportedVersionError
from .events import Events, Selection, Ticks
from .foreign import describe
from .html import grid
from .jsonfile import Members
from .lives import Lives, lives_of, one_life
from .log import Fence, Log, Scan, SegmentFile, list_segments, read_fence
from .progress import Bar, bar
from .rows import Rows, concat, empty_rows
from .schema import Key, Schema, declare
from .segment import FORMAT
from .snapshot import Manifest, Snapshot, list_snapshots, read_manifest
from .travel import Travel
from .world import World


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
        raise StoreNotFoundError(f"Cannot open {path}: {describe(path)}.") from e
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

    def __init__(self, path: str | Path, progress: bool = False) -> None:
        self.path = Path(path)
        self.info = read_store_info(self.path)
        self._progress = progress

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
        with self._bar("replay", nearest.tick if nearest else 0, tick) as shown:
            return self._travel(nearest).to(tick, shown)

    def worlds(self, ticks: Iterable[int]) -> Iterator[World]:
        """The worlds after several ticks, given in ascending order, in one pass over the log; each is yours to keep."""
        wanted = [int(t) for t in ticks]
        if any(b < a for a, b in zip(wanted, wanted[1:])):
            raise InvalidUseError("Cannot show these ticks: they must be in ascending order.")
        travel: Travel | None = None
        with self._bar("replay", 0, wanted[-1] if wanted else 0) as shown:
            for tick in wanted:
                nearest = self._nearest(tick)
                if travel is None or nearest is not None and nearest.tick > travel.world.tick:
                    shown.update((nearest.tick if nearest else 0) - (travel.world.tick if travel else 0))
                    travel = self._travel(nearest)
                yield travel.to(tick, shown).copy()

    def events(self, rid: int | Iterable[int] | None = None, key: str | Iterable[str] | None = None,
               ticks: Ticks = None) -> Events:
        """The log rows of these entities, keys and ticks, in log order.

        key: names, or patterns such as `creature.*`; without it all but commit rows. ticks: one tick, a range, or the
        first and last tick, both included. Memory is that of the result. Raises InvalidUseError for unknown keys.
        """
        selection = Selection(rid, key, ticks)
        nearest = self._nearest(selection.first - 1) if selection.first > 0 else None
        scan = self.scan(nearest.seq if nearest else 0)
        with self._bar("read", selection.first, selection.last) as shown:
            last = max(selection.first, 0)
            for rows in scan:
                selection.take(rows, scan.keys)
                shown.update(max(0, int(rows.tick[-1]) - last))
                last = max(last, int(rows.tick[-1]))
                if last > selection.last:
                    break
        if selection.unknown(scan.keys) and (unknown := selection.unknown(self.keys)):
            raise InvalidUseError(f"No key {unknown[0]!r}; the log has {', '.join(k.name for k in self.keys)}.")
        return selection.events(scan.keys, self.info.strings)

    def lives(self, table: str) -> Lives:
        """Births, deaths, parents and causes of a row or presence table, one row per entity that ever lived."""
        schema = self.schema.table(table)
        if schema.kind == "append_only":
            raise InvalidUseError(f"Nobody lives or dies in {table}: rows are only added to it.")
        base = self._base()
        names = [f"{table}.{what}" for what in ("born", "died", *schema.lineage)]
        events = self.events(key=names, ticks=None if base is None else (base.manifest.tick + 1, (1 << 63) - 1))
        return lives_of(table, events, None if base is None else base.tables[table])

    def span(self) -> tuple[int, int] | None:
        """The first and the last committed tick, None if there is none; reads the ends of the log only."""
        manifests = self.manifests()
        ticks = [m.tick for m in manifests if m.base] + [m.tick for m in manifests[-1:]]
        ticks += [int(rows.tick[0]) for rows in islice(self.scan(), 1)]
        for segment in reversed(self.segments()):
            ends = [int(rows.tick[-1]) for rows in self.scan(segment.first_seq)]
            if ends:
                ticks.append(ends[-1])
                break
        return (min(ticks), max(ticks)) if ticks else None

    def _nearest(self, tick: int) -> Manifest | None:
        """The newest snapshot at or before the tick; only its own manifest is read."""
        fence = self.fence
        for found, _, directory in reversed(list_snapshots(self.path)):
            if found <= tick:
                manifest = read_manifest(directory, self.info.store)
                if fence is None or manifest.seq <= fence.seq:
                    return manifest
        return None

    def _travel(self, nearest: Manifest | None) -> Travel:
        """A world at a snapshot, or before the first tick, ready to move on."""
        world = World(self.schema)
        if nearest is not None:
            world = Snapshot(nearest.path, self.info.store, self.info.strings).world()
        return Travel(self.path, world, self.scan(world.seq), nearest is not None and nearest.base)

    def audit(self, table: str, rid: int, gen: int = 0) -> Events:
        """Everything the log says of one entity of a row table, from its birth to its death; also where it was listed.

        Raises InvalidUseError where the log has no such birth.
        """
        listing = [t.name for t in self.schema.tables if t.of == self.schema.table(table).name]
        return one_life(self.events(rid=rid, key=[f"{name}.*" for name in (table, *listing)]), table, gen)

    def _bar(self, what: str, first: int, last: int) -> AbstractContextManager[Bar]:
        if not self._progress:
            return bar(False, what, 0)
        end = self.span()
        return bar(True, what, max(0, min(last, end[1] if end else 0) - max(0, first)))

    def __repr__(self) -> str:
        return f"<arrow-world store {self.path.name}>"

    def _repr_html_(self) -> str:
        span, info = self.span(), self.info
        ticks = "none" if span is None else f"{span[0]:,} to {span[1]:,} ({info.tick_unit})"
        segments, manifests = self.segments(), self.manifests()
        live = sum(not s.sealed for s in segments)
        rows = [("store", info.store.hex()), ("ticks", ticks),
                ("tables", ", ".join(f"{t.name} ({t.kind.replace('_', ' ')})" for t in self.schema.tables) or "none"),
                ("segments", f"{len(segments)}, of them {live} live"),
                ("snapshots", f"{len(manifests)}" + (f", the last of tick {manifests[-1].tick:,}" if manifests else "")),
                *info.properties.items()]
        return grid(f"Store {self.path.name}", ("", ""), rows)


def open_store(path: str | Path, *, progress: bool = False) -> Store:
    """Opens a store for reading, also while it is written.

    progress: long reads and replays show a bar (tqdm). Raises InvalidUseError (no store), UnsupportedVersionError,
    DamagedFileError.
    """
    return Store(path, progress)
