# SPDX-License-Identifier: Apache-2.0
"""What store a damaged folder holds, and where the history that can be saved of it begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .errors import ArrowWorldError, DamagedFileError, UnsupportedVersionError
from .salvage import NEVER, Origin, Salvage, told
from .schema import Schema, declare
from .snapshot import Manifest, Snapshot, list_snapshots, read_manifest
from .store_diff import Position
from .storefiles import Base, StoreInfo, read_store_info
from .tick_time import TickTime
from .world import World

_START = Position(-1, 0, bytes(8))


@dataclass(frozen=True)
class Source:
    """By store.json, or, where that is missing, damaged or another store's, by what snapshots and segments say of themselves."""

    store: bytes
    schema: Schema
    strings: bool
    tick_unit: str
    properties: dict[str, str]
    environment: dict[str, str]
    parent: dict[str, Any] | None
    time: TickTime | None
    begins: Base | None
    origin: Origin
    """What its log says of it; one without rows where there is no log."""
    snapshots: list[Manifest]
    """Those whose manifests can be read."""
    losses: list[str]
    cache_damage: list[str]
    unreadable: list[tuple[int, Path]]

    def without_tables(self) -> Source:
        """The same without tables: its rows can be kept then, though they make no world."""
        return replace(self, schema=Schema((), (), max(1, self.origin.schema_version)))


def find(folder: Path, salvage: Salvage) -> Source:
    """Finds out what a damaged folder holds. Raises DamagedFileError where nothing of a store can be read."""
    losses: list[str] = []
    damage: list[str] = []
    snapshots, unreadable = _snapshots(folder, damage)
    stated = _stated(folder, losses)
    origins = salvage.origins()
    ids: dict[bytes, None] = dict.fromkeys([*([stated.store] if stated else []), *(o.store for o in origins), *(m.store for m in snapshots)])
    if not ids:
        raise DamagedFileError("nothing of a store can be read in it: neither store.json, nor the manifest of a snapshot, nor a "
                               f"batch of a log; {'; '.join(losses)}", folder, remedy="")
    store = next(iter(ids))
    others = {*(o.store for o in origins), *(m.store for m in snapshots)}
    if len(ids) > 1 and store not in others:
        other = list(ids)[1]
        losses.append(f"store.json is that of store {store.hex()}, but nothing else here is; what is here is of store {other.hex()}")
        store = other
    snapshots = [m for m in snapshots if m.store == store]
    origin = next((o for o in origins if o.store == store), None)
    if origin is None:
        origin = Origin(store, bool(stated and stated.strings) or any(m.schema.has_strings for m in snapshots), 1, 0, ())
    schema = _schema(stated, origin, snapshots, losses)
    strings = (origin.strings if origin.keys else schema.has_strings) or not origin.keys and bool(stated and stated.strings)
    info = stated
    return Source(
        store, schema, strings, info.tick_unit if info else "tick", info.properties if info else {},
        info.environment if info else {}, info.parent if info else None, info.time if info else None,
        info.begins if info else None, replace(origin, strings=strings), snapshots, losses, damage, unreadable)


def _snapshots(folder: Path, damage: list[str]) -> tuple[list[Manifest], list[tuple[int, Path]]]:
    found: list[Manifest] = []
    unreadable: list[tuple[int, Path]] = []
    try:
        listed = list_snapshots(folder)
    except ArrowWorldError as e:
        damage.append(told(e))
        return [], []
    for tick, _, directory in listed:
        try:
            found.append(read_manifest(directory, None))
        except (ArrowWorldError, OSError) as e:
            damage.append(told(e))
            unreadable.append((tick, directory))
    return found, unreadable


def _stated(folder: Path, losses: list[str]) -> StoreInfo | None:
    try:
        return read_store_info(folder)
    except UnsupportedVersionError:
        raise
    except (ArrowWorldError, OSError) as e:
        losses.append(f"{told(e)}; its properties, its tick unit and its time are lost, the rest is inferred")
        return None


def _schema(stated: StoreInfo | None, origin: Origin, snapshots: list[Manifest], losses: list[str]) -> Schema:
    """The first schema whose keys the log's begin with: that of store.json, then those of snapshots; one without tables where
    none is left, under which rows are kept but make no world."""
    if stated and _fits(stated.schema, origin):
        return stated.schema
    if stated:
        losses.append("store.json: its schema is not that of the log, which is taken from elsewhere")
    for manifest in snapshots:
        if _fits(manifest.schema, origin):
            return manifest.schema
    losses.append("no schema can be read that fits the log: its rows are saved, but as a log without tables")
    return Schema((), (), max(1, origin.schema_version))


def _fits(schema: Schema, origin: Origin) -> bool:
    keys = tuple(declare(schema))
    return not origin.keys or origin.keys[: len(keys)] == keys and (origin.strings or not schema.has_strings)


@dataclass(frozen=True)
class Start:
    """Where the history that is saved begins: at the beginning of the log, at a base, or, where more can be saved so, at a
    snapshot that was no base. orphaned: whether the rows belong on a base that is lost, so that they make no world.
    """

    position: Position
    world: World | None
    properties: dict[str, str]
    rows_before: int
    orphaned: bool
    first_seq: int
    damage: list[str]

    @property
    def loss(self) -> str:
        """What is given up by beginning there, in plain words; empty for nothing."""
        if self.orphaned:
            return ("the base at the beginning of the history is damaged or missing: rows are saved, but as a log without "
                    "tables")
        return "" if not self.rows_before else (
            f"{self.rows_before} rows before seq {self.position.seq}: they do not lead to what follows; what is saved begins with "
            f"the snapshot of tick {self.position.tick}")


@dataclass(frozen=True)
class _Candidate:
    """A place to begin at, and how far the log can be read from there."""

    base: Manifest | None
    position: Position
    end: int

    @property
    def rows(self) -> int:
        return self.end - self.position.seq

    def is_better(self, than: _Candidate) -> bool:
        """More rows; where none can be saved, a later state, and a state rather than nothing."""
        if self.rows != than.rows:
            return self.rows > than.rows
        later = self.position.seq > than.position.seq
        return self.rows == 0 and self.base is not None and (later or than.base is None)


def choose(salvage: Salvage, old: Source) -> Start:
    """The place from which most rows can be saved; of equals, the beginning of the log, then bases. Where no row can be, the
    latest state."""
    damage: list[str] = []
    keys = declare(old.schema)
    natural: list[_Candidate] = []
    makeshift: list[_Candidate] = []
    lowest_base = NEVER
    for m in old.snapshots:
        position = Position(m.tick, m.seq, m.chain)
        if m.seq <= salvage.fence and _is_sound(m, old, damage):
            (natural if m.base else makeshift).append(_Candidate(m, position, salvage.reach(old.origin, position, keys)))
        if m.base:
            lowest_base = min(lowest_base, m.seq)
    first_tick = salvage.first_tick(old.origin)
    if first_tick < NEVER and any(tick < first_tick for tick, _ in old.unreadable):
        lowest_base = 0  # a snapshot from before the log's first tick is where its history begins
    if old.begins is not None and old.begins.seq == 0:
        lowest_base = 0  # whether it is there or not
    first_seq = salvage.first_seq(old.origin)
    begin = min(lowest_base, first_seq)
    begin = 0 if begin == NEVER else begin
    if lowest_base > 0:
        natural.insert(0, _Candidate(None, _START, salvage.reach(old.origin, _START, keys)))
    best: _Candidate | None = None
    for candidate in natural:
        best = candidate if best is None or candidate.is_better(best) else best
    naturally = best is not None
    for candidate in reversed(makeshift):  # the latest state first
        if best is None or candidate.is_better(best):
            best, naturally = candidate, False
    orphaned = best is None
    if best is None:  # the base at the beginning is not sound, and nothing else is
        chain = old.begins.chain if old.begins is not None and old.begins.seq == 0 else bytes(8)
        best = _Candidate(None, Position(-1, 0, chain), 0)
    before = 0 if naturally else best.position.seq - begin
    world = None if best.base is None else Snapshot(best.base.path, old.store, old.strings).world()
    properties = {} if best.base is None else best.base.properties
    return Start(best.position, world, properties, max(0, before), orphaned, first_seq, damage)


def _is_sound(m: Manifest, old: Source, damage: list[str]) -> bool:
    """Whether a snapshot proves to be one of this history."""
    if declare(m.schema) != declare(old.schema) or m.schema.contradicts(old.schema):
        damage.append(f"{m.path}: its schema is not that of the log")
        return False
    try:
        world = Snapshot(m.path, old.store, old.strings).world()
        found = {"hash_world": world.hash_world(), "resume_hash": world.resume_hash()} if m.hash_world is not None else {}
        for name, value in found.items():
            if value != getattr(m, name):
                raise DamagedFileError(f"the files give the {name} {value}, the manifest says {getattr(m, name)}", m.path, remedy="")
        for name, table in world.tables.items() if found else ():
            said, value = m.tables[name].hex("hash", 32), table.hash_columns().hex()
            if value != said:
                raise DamagedFileError(f"the files give the hash of {name} {value}, the manifest says {said}", m.path, remedy="")
        return True
    except (ArrowWorldError, OSError) as e:
        damage.append(told(e))
        return False
