# SPDX-License-Identifier: Apache-2.0
"""A world in memory whose every change is logged before it is applied."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from .atomic_files import discard_unfinished
from .checks import path_of, tick_of
from .codebook import checked_properties
from .errors import DamagedFileError, InvalidUseError, MemoryFullError
from .interrupts import deferred_interrupts
from .replay import Places
from .rows import Rows
from .schema import Schema, require_schema
from .snapshot import Snapshot, list_snapshots
from .snapshot_write import write_snapshot
from .storefiles import StoreFiles, StoreInfo
from .tables import Table
from .tick import Tick, memory_full
from .tick_time import TickTime
from .world import World
from .writer import LogWriter


class LiveWorld:
    """A world that runs. Begin with `create`, go on with `resume`, or let `open` do either; use it in a `with` statement.

    ```python
    with LiveWorld.create("run", schema) as world:
        with world.tick() as t:
            ship = t["ship"].insert(x=1.0)
        with world.tick() as t:
            t["ship"].set(ship.id, x=2.5)
    ```

    A tick is logged, by default forced to the device, and then applied. Ctrl-C during that waits until it is done;
    anything else that ends it halfway poisons the world: close and resume it. Kill the process anywhere: `resume` goes
    on after the last committed tick. One thread at a time ticks; a fork may only close it. Every method may raise
    InvalidUseError, WriterPoisonedError and, from the file system, OSError.
    """

    def __init__(self, log: LogWriter) -> None:
        """Use `create`, `resume` or `open`."""
        self._log, self._world = log, log.end.world
        self._keys = {k.name: k for k in log.keys}
        self._open: Tick | None = None
        self._opener = 0
        self._guard = threading.Lock()

    @classmethod
    def create(cls, path: str | os.PathLike[str], schema: Schema, *, durability: str = "commit",
               properties: Mapping[str, str] | None = None, tick_unit: str = "tick",
               time: TickTime | None = None) -> "LiveWorld":
        """A new store with an empty world before its first tick; `path` must not exist or be an empty folder.

        durability: what the end of a tick promises: `commit`: the tick survives a power loss; `interval:MS`: it does
        after at most so many milliseconds; `none`: it survives a killed process. properties: the application's own
        settings, say a seed. time: when ticks are, as `TickTime("0.01", "s")`. Nothing is left where it fails: InvalidUseError, StoreLockedError, OSError.
        """
        return cls(LogWriter.create(path, schema, strings=require_schema(schema).has_strings, tick_unit=tick_unit,
                                    time=time, properties=properties, durability=durability))

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, durability: str = "commit") -> "LiveWorld":
        """Goes on after the last committed tick; what a crash left behind it is sealed away, and a truncation that was begun
        finished, first.

        Raises StoreNotFoundError, StoreLockedError, DamagedFileError (nothing is changed then).
        """
        return cls(LogWriter.resume(path, durability=durability))

    @classmethod
    def open(cls, path: str | os.PathLike[str], schema: Schema, *, durability: str = "commit",
             properties: Mapping[str, str] | None = None, tick_unit: str = "tick",
             time: TickTime | None = None) -> "LiveWorld":
        """`resume` where there is a store, else `create`. A store of another schema is refused, by name.

        The other arguments are those of `create`; properties, tick_unit, time and docs of a store that exists stay as they are.
        """
        path = path_of(path, "open the store")
        require_schema(schema)
        if not (path / "store.json").exists():
            return cls.create(path, schema, durability=durability, properties=properties, tick_unit=tick_unit, time=time)
        found = StoreFiles(path).schema
        if found != schema or _other_unit(found, schema):
            raise InvalidUseError(f"Cannot open {path}: its schema is another one: {_other_unit(found, schema) or _difference(found, schema)}. Use the "
                                  "store's schema (LiveWorld.resume), or choose another path.")
        return cls.resume(path, durability=durability)

    @property
    def path(self) -> Path:
        """The store's folder."""
        return self._log.path

    @property
    def info(self) -> StoreInfo:
        """What the store says about itself."""
        return self._log.info

    @property
    def schema(self) -> Schema:
        """The tables and keys it was created with."""
        return self._log.info.schema

    @property
    def world(self) -> World:
        """The world as it is now, for reading. Arrays taken from it never change; it moves on with each tick."""
        return self._world

    def __getitem__(self, table: str) -> Table:
        """A table as it is now: `world["ship"]["x"]` is an array."""
        self._world.schema.table(table)
        return self._world.tables[table]

    @property
    def last_tick(self) -> int:
        """The last committed tick, -1 before the first."""
        return self._world.tick

    @property
    def acknowledged(self) -> int:
        """The last tick that is known to be on the device, -1 for none."""
        return self._log.acknowledged

    @property
    def warnings(self) -> list[str]:
        """Damaged snapshots that were passed over when the store was opened, in plain words."""
        return list(self._log.end.warnings)

    def tick(self, number: int | None = None) -> Tick:
        """The next tick, for a `with` statement; a number of one's own must be later than the last one."""
        return Tick(self, self._next(number), self._keys)

    def tick_later(self, number: int | None = None) -> Tick:
        """As `tick`, without waiting for the disk: the tick is applied once its rows are written; another thread forces all
        that are written by then, and then those that came meanwhile.

        Ticks reach the disk in order: `acknowledged` tells how far, `sync` waits for all, and `tick`, `snapshot`, `seal` and
        `close` do too. A power loss takes ticks that were not acknowledged, of the last ones only; where a force fails, the
        next call says so and the world holds ticks that the store may not have: close it and resume. Without `commit` it is
        `tick`.
        """
        return Tick(self, self._next(number), self._keys, later=True)

    def _next(self, number: int | None) -> int:
        self._log._check()
        if number is None:
            number = self.last_tick + 1
        else:
            number = tick_of(number, "begin tick")
        self._log.check_tick(number)
        return number

    def _begin(self, tick: Tick) -> None:
        """Makes a tick the open one. One that the same thread began before and did not end is given up by that."""
        self._log._check()
        self._log.check_tick(tick.number)
        with deferred_interrupts(), self._guard:
            if self._open is not None and self._opener != threading.get_ident():
                raise InvalidUseError(f"Cannot begin tick {tick.number}: another thread is in tick {self._open.number}. One "
                                      "thread at a time ticks; let others compute arrays.")
            self._open, self._opener = tick, threading.get_ident()

    def _end(self, tick: Tick) -> None:
        if self._open is tick:
            self._open = None

    def _finish(self, tick: Tick) -> None:
        """Logs and applies the open tick."""
        with deferred_interrupts():
            log = self._log
            log._check()
            log.check_tick(tick.number)
            try:
                rows, places = tick._make(log.seq, log.info.strings)
            except MemoryError as e:
                raise memory_full(tick.number, e) from e
            try:
                log.commit_tick(tick.number, rows, later=tick.later)
                self._apply(rows, places)
            except MemoryError as e:
                log.poison(e)
                raise MemoryFullError(f"Cannot end tick {tick.number}: there is not enough memory ({e or 'MemoryError'}); it may "
                                      "be in the log. Close the world and resume it with more memory.") from e
            tick.rows, tick._state = rows, "committed"

    def _apply(self, rows: Rows, places: Places) -> None:
        try:
            self._world._apply(rows, self._log.keys, self.path, places)
        except BaseException as e:
            self._log.poison(e)
            raise

    def _outside(self, action: str) -> None:
        """Refuses what cannot be done within a tick."""
        if self._open is not None:
            raise InvalidUseError(f"Cannot {action} inside tick {self._open.number}: end the tick first, by leaving its "
                                  "`with` block.")

    def sync(self) -> None:
        """Forces every committed tick to the device."""
        self._outside("sync the log")
        self._log.sync()

    def seal(self, compression: str = "none") -> None:
        """Seals what is logged: smaller, indexed files that nothing writes to any more. Ticks may go on after it.

        compression: `none`, or `zstd` for files of a fraction of the size.
        """
        self._outside("seal the log")
        self._log.seal(compression)

    def snapshot(self, properties: Mapping[str, str] | None = None, *, hashes: bool = False) -> Path:
        """Forces the log, then publishes a snapshot of the present tick; returns its folder. One that is there is
        verified and kept; DamagedFileError if it is damaged.

        hashes: whether its BLAKE2b hashes are computed now and stored, or when somebody asks for them.
        """
        self._outside("write a snapshot")
        properties = checked_properties(properties)
        self._log.sync()
        world = self._world
        for tick, version, path in list_snapshots(self.path):
            if (tick, version) == (world.tick, world.schema.version):
                self._require_sound(path)
                return path
        discard_unfinished(self.path / "snapshots")
        return write_snapshot(self.path, self.info.store, self.info.strings, world, properties=properties, hashes=hashes)

    def _require_sound(self, path: Path) -> None:
        """Refuses a damaged snapshot where one was to be written."""
        try:
            Snapshot(path, self.info.store, self.info.strings)
        except DamagedFileError as e:
            raise DamagedFileError(f"a damaged snapshot stands there ({e})", path, remedy="Delete it and try again.") from e

    def close(self) -> None:
        """Lets the store go. Everything committed is in its log; an open tick is given up. May be called again."""
        self._open = None
        self._log.close()

    def __enter__(self) -> "LiveWorld":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<live world {self.path.name} after tick {self.last_tick}>"


def _other_unit(found: Schema, given: Schema) -> str:
    """A unit that is given must be the store's; docs, and units not given, are for people."""
    if found == given:
        for there, here in zip(found.tables, given.tables):
            for a, b in zip(there.columns, here.columns):
                if b.unit not in (None, a.unit):
                    return (f"table {here.name!r} differs: its column {b.name!r} has the unit {a.unit!r} in the store, "
                            f"{b.unit!r} in the schema given")
    return ""


def _difference(found: Schema, given: Schema) -> str:
    """The first thing in which two schemas differ."""
    for what in ("tables", "inputs"):
        theirs: Any = {x.name: x for x in getattr(found, what)}
        ours: Any = {x.name: x for x in getattr(given, what)}
        for name in [*theirs, *(n for n in ours if n not in theirs)]:
            if theirs.get(name) != ours.get(name):
                return f"{what[:-1]} {name!r} {_change(theirs.get(name), ours.get(name))}"
    return f"version {found.version} or its order is not that of the one given"


def _change(found: Any, given: Any) -> str:
    """Where two tables, inputs, columns or events of one name differ: the first part that does."""
    if found is None or given is None:
        return "is missing in the store" if found is None else "is missing in the schema given"
    for part in fields(found):
        a, b = getattr(found, part.name), getattr(given, part.name)
        if a == b or not part.compare:
            continue
        if part.name not in ("columns", "events"):
            return f"has {part.name} {a!r} in the store, {b!r} in the schema given"
        for name in dict.fromkeys(x.name for x in (*a, *b)):
            one, other = (next((x for x in side if x.name == name), None) for side in (a, b))
            if one != other:
                return f"differs: its {part.name[:-1]} {name!r} {_change(one, other)}"
        return f"has its {part.name} in another order"
    return "differs"
