# SPDX-License-Identifier: Apache-2.0
"""Who lived when, whose child, and why it died: births, deaths and lineage of one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from .checks import integer, row_id, several, tick_of
from .errors import DamagedFileError, InvalidUseError
from .frames import Frame, nullable_column, text_column
from .log_rows import LogRows
from .values import Array
from .tables import Table


@dataclass(frozen=True, repr=False)
class Lives(Frame):
    """One row per entity that ever lived in a table, by birth; all arrays have shape (n,).

    rid u32 and gen u32 name it; born and died are ticks, int64, -1 where it is older than the log or still alive; parent
    is the row of its parent here, -1 if none is known; cause is a word or None.
    """

    table: str
    rid: Array
    gen: Array
    born: Array
    died: Array
    parent: Array
    cause: Array
    first: int = 0
    """The tick at which the history begins."""

    def __len__(self) -> int:
        return len(self.rid)

    def of(self, rid: int) -> Array:
        """The rows of all entities that had this id, by birth."""
        return np.flatnonzero(self.rid == row_id(rid, "find lives of"))

    def children(self, row: int) -> Array:
        """The rows of an entity's children, by birth."""
        return np.flatnonzero(self.parent == self._row(row))

    def ancestors(self, row: int) -> list[int]:
        """The rows of the parent, its parent and so on."""
        line, met = [], {row := self._row(row)}
        while (row := int(self.parent[row])) >= 0 and row not in met:  # two born in one tick may name each other
            line.append(row)
            met.add(row)
        return line

    def descendants(self, row: int) -> list[int]:
        """The rows of all children and children's children, by birth."""
        found, new = {row := self._row(row)}, [row]
        while new:
            new = [r for r in np.flatnonzero(np.isin(self.parent, new)).tolist() if r not in found]
            found.update(new)
        return sorted(found - {row})

    def _row(self, row: int) -> int:
        number = integer(row, "find life in row")
        if not 0 <= number < len(self):
            raise InvalidUseError(f"Cannot find life in row {number}: there are {len(self)} rows; `of(rid)` gives those of an id.")
        return number

    def alive(self, ticks: Iterable[int]) -> Array:
        """How many live after each of these ticks; int64. Ticks before the history are refused, those after it count as its end."""
        asked = np.array([tick_of(t, "count the living at tick") for t in several(ticks, "count the living at ticks")], np.int64)
        if (asked < self.first).any():
            raise InvalidUseError(f"Cannot count the living at tick {asked.min()}: the history begins at tick {self.first}.")
        died = np.sort(self.died[self.died >= 0])
        return np.searchsorted(np.sort(self.born), asked, "right") - np.searchsorted(died, asked, "right")

    def to_arrow(self) -> pa.Table:
        """rid, gen, born, died, parent (a row number here), cause."""
        tick = pa.uint64()
        return pa.table({"rid": self.rid, "gen": self.gen, "born": nullable_column(self.born, tick),
                         "died": nullable_column(self.died, tick), "parent": nullable_column(self.parent, pa.int64()),
                         "cause": text_column(self.cause)})

    def _at(self, rows: Array) -> pa.Table:
        names = ("rid", "gen", "born", "died", "parent", "cause")
        return replace(self, **{name: getattr(self, name)[rows] for name in names}).to_arrow()

    def _title(self) -> str:
        return f"{len(self):,} lives in {self.table}"


def lives_of(table: str, events: LogRows, start: Table | None, first: int = 0) -> Lives:
    """Follows births, deaths, parents and causes in order.

    events: those of the table; start: the table where history begins, if not with nothing. A parent is who had the id
    when the tick began, or else who is born to it in the tick, before the child or after it.
    """
    rid: list[int] = [] if start is None else start.columns["id"].tolist()
    gen: list[int] = [0] * len(rid) if start is None or not start.schema.gen else start.columns["gen"].tolist()
    born, died, parent = [-1] * len(rid), [-1] * len(rid), [-1] * len(rid)
    cause: list[str | None] = [None] * len(rid)
    live = {r: i for i, r in enumerate(rid)}
    now, dead_now, awaited = -1, dict[int, int](), dict[int, list[int]]()
    kinds = [k.name.partition(".")[2] for k in events.keys]
    words = [None] * len(events) if events.text is None else events.text.tolist()

    for seq, tick, r, code, val, word in zip(events.seq.tolist(), events.tick.tolist(), events.rid.tolist(), events.key.tolist(),
                                        events.val.tolist(), words):
        if tick != now:
            now, dead_now, awaited = tick, {}, {}
        kind = kinds[code]
        if kind == "born":
            live[r] = len(rid)
            for column, value in ((rid, r), (gen, int(val)), (born, tick), (died, -1), (parent, -1)):
                column.append(value)
            cause.append(None)
            for child in awaited.pop(r, ()):
                parent[child] = live[r]
        elif kind == "died":
            if r not in live:
                raise DamagedFileError(f"the row of seq {seq} is about {r} of {table}, which does not live then", "log")
            dead_now[r] = live.pop(r)
            died[dead_now[r]] = tick
        elif kind == "cause":
            if r in dead_now:  # a lineage row of nobody changes no table, and is of no life (O-14)
                cause[dead_now[r]] = word
        elif r in live:
            child, given = live[r], int(val)
            parent[child] = dead_now.get(given, live.get(given, -1))
            if parent[child] < 0:
                awaited.setdefault(given, []).append(child)
            elif parent[child] == child:
                parent[child] = -1
    return Lives(table, np.array(rid, "<u4"), np.array(gen, "<u4"), np.array(born, np.int64), np.array(died, np.int64),
                 np.array(parent, np.int64), np.array(cause, object), first)
