# SPDX-License-Identifier: Apache-2.0
"""One tick of a live world: what changes, collected in any order, logged in canonical order (order.md)."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from .canonical import rows_of
from .checks import named, nearest
from .errors import InvalidUseError, MemoryFullError
from .handles import Ids, ids_of, index_of
from .replay import Places
from .rows import Rows
from .schema import Key
from .tick_table import Cells, Changes, Target, TickTable, cells_of
from .world import World


class Owner(Protocol):
    """The live world, as its ticks see it."""

    _open: "Tick | None"

    @property
    def world(self) -> World:
        """The world as it is now."""
        ...

    def _begin(self, tick: "Tick") -> None: ...

    def _finish(self, tick: "Tick") -> None: ...

    def _end(self, tick: "Tick") -> None: ...


def memory_full(tick: int, error: MemoryError) -> MemoryFullError:
    """Of a tick that nothing was logged of."""
    return MemoryFullError(f"Cannot run tick {tick}: there is not enough memory ({error or 'MemoryError'}); nothing of it was "
                           "logged. Change less in one tick, or give the process more memory.")


class Tick:
    """The changes of one tick. `with world.tick() as t:` begins it; the end of the block logs and applies it.

    If the block raises, the tick is as if it had never begun. A tick belongs to the thread that began it, and is used
    once. `rows`: the log rows it made, commit row included; None before its end.
    """

    def __init__(self, live: Owner, number: int, keys: dict[str, Key], *, later: bool = False) -> None:
        """Use LiveWorld.tick, or LiveWorld.tick_later."""
        self.number, self.later = number, later
        self.rows: Rows | None = None
        self._live, self._keys = live, keys
        self._thread = 0
        self._state = "new"
        self._system = 0
        self._changed_only = False
        self._inputs: list[tuple[Key, Ids, Cells]] = []
        self._targets: list[Target] = []
        self._changes: dict[str, Changes] = {}
        self._tables: dict[str, TickTable] = {}

    @property
    def tick(self) -> int:
        """The tick's number."""
        return self.number

    @property
    def world(self) -> World:
        """The world before this tick; for reading."""
        return self._live.world

    def __getitem__(self, table: str) -> TickTable:
        """The changes of one table; InvalidUseError for an unknown one."""
        self._check()
        found = named(self._tables, table)
        if found is None:
            schema = self.world.schema.table(table)
            changes = self._changes[table] = Changes(self.world.tables[table])
            found = self._tables[table] = TickTable(self, schema, changes)
        return found

    def input(self, name: str, value: Any, target: Any = 0) -> None:
        """Queues an input from outside (O-1). target: an id, or what else the simulation means by it."""
        self._check()
        key = self._key(f"in.{name}", "input")
        rid = ids_of(target, self, None, f"queue the input {name}")
        cells = cells_of(key.name, key.type, value, self, key.table)
        if not rid.single or not cells.single:
            raise InvalidUseError(f"Cannot queue the input {name}: it takes one value and one target.")
        self._inputs.append((key, rid, cells))

    def system(self, order: int) -> None:
        """Says which system makes the changes that follow; births go by (system, cause, order made) (O-2)."""
        self._check()
        self._system = index_of(order, "set the system's order")

    def changed_only(self) -> None:
        """Leaves out of this tick's log what changes nothing: a value of a row that was there before and is, bit for bit,
        what it held. Ids of entities are always logged, for an id may have got another life."""
        self._check()
        self._changed_only = True

    def _key(self, name: str, kind: str) -> Key:
        key = self._keys.get(name)
        if key is None or key.kind != kind:
            known = [k.name for k in self._keys.values() if k.kind == kind]
            raise InvalidUseError(f"The schema declares no {kind} {name!r}{nearest(name, known)}")
        return key

    def _check(self) -> None:
        if self._state == "open" and self._thread == threading.get_ident() and self._live._open is self:
            return
        if self._state == "new":
            raise InvalidUseError(f"Tick {self.number} has not begun: use `with world.tick() as t:`.")
        if self._state == "open" and self._live._open is self:
            raise InvalidUseError(f"Cannot change tick {self.number} from another thread than the one that began it. Let "
                                  "other threads compute arrays, and write them from this one.")
        if self._state == "open":
            raise InvalidUseError(f"Tick {self.number} was given up: another tick was begun before it ended. Nothing of it "
                                  "was logged.")
        raise InvalidUseError(f"Tick {self.number} is over: a tick is used once. Begin the next one with world.tick().")

    def _check_committed(self, table: str) -> None:
        if self._state == "committed":
            return
        if self._state == "open":
            raise InvalidUseError(f"Cannot read the id of a newborn of {table} yet: it is given when tick {self.number} "
                                  "ends. Within the tick, use the handle itself.")
        raise InvalidUseError(f"Cannot read the id of a newborn of {table}: tick {self.number} was given up, so nobody "
                              "was born.")

    def __enter__(self) -> "Tick":
        if self._state != "new":
            raise InvalidUseError(f"Tick {self.number} is over: a tick is used once. Begin the next one with world.tick().")
        self._live._begin(self)
        self._thread = threading.get_ident()
        self._state = "open"
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            self._state = "given up"
            self._live._end(self)
            if isinstance(error, MemoryError) and not isinstance(error, MemoryFullError):
                raise memory_full(self.number, error) from error
            return
        try:
            self._check()
            self._live._finish(self)
        finally:
            if self._state != "committed":
                self._state = "given up"
            self._live._end(self)

    def _make(self, first_seq: int, strings: bool) -> tuple[Rows, Places]:
        return rows_of(self.world, self._keys, self._inputs, self._changes, self._targets, self.number, first_seq, strings,
                       self._changed_only)
