# SPDX-License-Identifier: Apache-2.0
"""Where a log ends, with the world there: what a writer needs to go on (log.md L-22 to L-24)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import DamagedFileError, UnsupportedVersionError
from .log import Scan
from .rows import Rows, concat
from .schema import Key
from .segment import SegmentReader, Torn
from .snapshot import Snapshot, list_snapshots
from .storefiles import StoreFiles
from .world import World

_CHUNK_ROWS = 1 << 20


@dataclass
class LogEnd:
    """The world after the last committed tick, the declared keys, and the last segment, read to its end and closed.

    warnings: damaged snapshots that were passed over.
    """

    world: World
    keys: list[Key]
    last: SegmentReader | None = None
    torn: Torn | None = None
    warnings: list[str] = field(default_factory=list)


def log_end(store: StoreFiles) -> LogEnd:
    """Reads a log to its end; nothing is changed.

    Raises DamagedFileError where the log is damaged or lacks its end.
    """
    world, base, passed = _start(store)
    _refer(world, store)
    start = world.seq, world.chain
    scan = store.scan(world.seq, from_chain=world.chain if world.seq or any(world.chain) else None)
    chunk: list[Rows] = []
    waiting = 0
    for rows in scan:
        chunk.append(rows)
        waiting += len(rows)
        if waiting >= _CHUNK_ROWS:
            _apply(store, world, scan, chunk)
            chunk, waiting = [], 0
    _apply(store, world, scan, chunk)
    last = scan.reader
    if last is None and world.seq and not base or last is not None and scan.end_seq != world.seq:
        end = 0 if last is None else scan.end_seq
        raise DamagedFileError(f"the log ends at seq {end}, a snapshot is at {world.seq}; a tail is missing",  # L-24
                               store.path / "log" if last is None else last.path)
    if last is not None and (world.seq, scan.chain) != (start[0], start[1]) and world.seq == start[0]:
        raise DamagedFileError("the log's chain is not that of the newest snapshot", last.path)  # L-24
    for tick, error in passed:
        if tick > world.tick:
            raise error  # with the tail of the log, perhaps
    return LogEnd(world, list(scan.keys), last, scan.torn, [f"passed over a damaged snapshot: {e}" for _, e in passed])


def _start(store: StoreFiles) -> tuple[World, bool, list[tuple[int, DamagedFileError]]]:
    """The world of the newest sound snapshot, or before the first tick; and the damaged ones behind it."""
    passed: list[tuple[int, DamagedFileError]] = []
    for tick, _, directory in reversed(list_snapshots(store.path)):
        try:
            snapshot = Snapshot(directory, store.info.store, store.info.strings)
            return snapshot.world(), snapshot.manifest.base, passed
        except DamagedFileError as e:
            passed.append((tick, e))
    if store.is_based():
        raise passed[-1][1] if passed else store.missing_base()
    return World(store.schema), False, passed


def _refer(world: World, store: StoreFiles) -> None:
    """Takes the store's own schema: a snapshot by an earlier writer may not say whose ids a column holds (S-14)."""
    if world.schema.version == store.schema.version and list(world.schema.tables) != list(store.schema.tables):
        world.schema = store.schema
        for name, table in world.tables.items():
            table.schema = store.schema.table(name)


def _apply(store: StoreFiles, world: World, scan: Scan, chunk: list[Rows]) -> None:
    if not chunk:
        return
    if chunk[0].first_seq != world.seq:
        raise DamagedFileError(f"the log goes on at seq {chunk[0].first_seq}, expected {world.seq}", store.path / "log")
    if scan.schema_version != world.schema.version:
        raise UnsupportedVersionError(f"Cannot write {store.path}: its log has schema version {scan.schema_version}, its "
                                      f"world {world.schema.version}; replay never crosses a change.")
    world._apply(concat(chunk), scan.keys, store.path / "log")
