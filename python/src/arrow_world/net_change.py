# SPDX-License-Identifier: Apache-2.0
"""What differs between two states, entity by entity: by id and generation, wherever the rows stand; in presence tables by the
generation of who is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pyarrow as pa

from .frames import Frame, words_column
from .tables import Table
from .values import Array
from .world import World


@dataclass(frozen=True)
class RowDifference:
    """One difference between two states.

    kind: only_left, only_right, value or slot; id: of an append-only table the row's number; column: of a value; left,
    right: the values, or of a slot its numbers.
    """

    kind: str
    table: str
    id: int
    gen: int
    column: str | None = None
    left: Any = None
    right: Any = None


def compare(left: World, right: World) -> Iterator[RowDifference]:
    """Tables in schema order; in each first what the right side lacks or has differently, then what the left lacks."""
    for name, table in left.tables.items():
        other = right.tables[name]
        yield from _compare(table, other, _entities(left, table), _entities(right, other))


def _compare(left: Table, right: Table, entities: tuple[Array, Array], others: tuple[Array, Array]) -> Iterator[RowDifference]:
    name = left.schema.name
    (ids, gens), (other_ids, other_gens) = entities, others
    place = _places(ids, gens, right, other_gens)
    differs = [(c.name, c.type, _unequal(c.type, left, right, c.name, place)) for c in left.schema.columns]
    changed = (place < 0) | (place != np.arange(len(place)))
    for _, _, unequal in differs:
        changed |= unequal
    for slot in np.flatnonzero(changed).tolist():
        entity = int(ids[slot]), int(gens[slot])
        there = int(place[slot])
        if there < 0:
            yield RowDifference("only_left", name, *entity)
            continue
        for column, type_name, unequal in differs:
            if unequal[slot]:
                yield RowDifference("value", name, *entity, column, _value(type_name, left, column, slot),
                                    _value(type_name, right, column, there))
        if there != slot:
            yield RowDifference("slot", name, *entity, None, slot, there)
    for slot in np.flatnonzero(_places(other_ids, other_gens, left, gens) < 0).tolist():
        yield RowDifference("only_right", name, int(other_ids[slot]), int(other_gens[slot]))


def _entities(world: World, table: Table) -> tuple[Array, Array]:
    ids = table._columns["id"] if "id" in table._columns else np.arange(table.rows, dtype="<u4")
    of = None if table.schema.of is None else world.tables[table.schema.of]
    if of is not None and of.schema.gen and len(ids):
        return ids, of._columns["gen"][of.lookup().slots(ids)]
    return ids, table._columns["gen"] if table.schema.gen else np.zeros(table.rows, "<u4")


def _places(ids: Array, gens: Array, other: Table, other_gens: Array) -> Array:
    """Where each entity stands in the other table, -1 where it does not live there."""
    if not other.rows:
        return np.full(len(ids), -1, np.int64)
    if other.schema.kind == "append_only":
        return np.where(ids < other.rows, ids.astype(np.int64), -1)
    place = other.lookup().slots(ids)
    return np.where((place >= 0) & (other_gens[place] == gens), place, -1)


def _unequal(type_name: str, left: Table, right: Table, column: str, place: Array) -> Array:
    """Which rows have another value there, bit by bit; words by what they say."""
    here, there = left._columns[column], right._columns[column]
    unequal = np.zeros(len(place), bool)
    both = np.flatnonzero(place >= 0)
    a, b = here[both], there[place[both]]
    if type_name == "string" and left.codebook.words != right.codebook.words:
        unequal[both] = left.codebook.decode(a) != right.codebook.decode(b)
    else:
        raw = f"<u{a.dtype.itemsize}"
        unequal[both] = a.view(raw) != b.view(raw)
    return unequal


def _value(type_name: str, table: Table, column: str, slot: int) -> Any:
    value = table._columns[column][slot].item()
    if type_name == "string":
        return table.codebook.words[value]
    return bool(value) if type_name == "bool" else value


@dataclass(frozen=True)
class NetChange:
    """What became of an entity between two ticks.

    key: `T.born` for one that lives at the later tick alone, `T.died` for one that lives at the earlier alone, else
    table and column of a value that is another. before, after: the values; of births and deaths the generation, else None.
    """

    table: str
    id: int
    gen: int
    key: str
    before: Any
    after: Any


class Changes(Frame, Sequence[NetChange]):
    """Net changes from one tick to another: tables in schema order, in each first the earlier tick's rows."""

    def __init__(self, first: int, last: int, changes: Sequence[NetChange]) -> None:
        self.first, self.last = first, last
        self._changes = tuple(changes)

    def __len__(self) -> int:
        return len(self._changes)

    @overload
    def __getitem__(self, index: int) -> NetChange: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[NetChange]: ...

    def __getitem__(self, index: int | slice) -> NetChange | Sequence[NetChange]:
        return self._changes[index]

    def to_arrow(self) -> pa.Table:
        """key, id, gen, before, after; the values as text, since their types differ."""
        names = sorted({c.key for c in self._changes})
        codes = {name: i for i, name in enumerate(names)}
        return pa.table({"key": words_column(np.array([codes[c.key] for c in self._changes], "<i4"), names),
                         "id": pa.array([c.id for c in self._changes], pa.uint32()),
                         "gen": pa.array([c.gen for c in self._changes], pa.uint32()),
                         "before": pa.array([_text(c.before) for c in self._changes], pa.utf8()),
                         "after": pa.array([_text(c.after) for c in self._changes], pa.utf8())})

    def _at(self, rows: Array) -> pa.Table:
        return Changes(self.first, self.last, [self._changes[i] for i in rows.tolist()]).to_arrow()

    def _title(self) -> str:
        return f"{len(self):,} net changes from tick {self.first:,} to tick {self.last:,}"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def net_changes(before: World, after: World, first: int, last: int) -> Changes:
    """What became of whom between two worlds of one history; the order of rows does not count."""
    found = []
    for d in compare(before, after):
        if d.kind == "only_left":
            found.append(NetChange(d.table, d.id, d.gen, f"{d.table}.died", d.gen, None))
        elif d.kind == "only_right":
            found.append(NetChange(d.table, d.id, d.gen, f"{d.table}.born", None, d.gen))
        elif d.kind == "value":
            found.append(NetChange(d.table, d.id, d.gen, f"{d.table}.{d.column}", d.left, d.right))
    return Changes(first, last, found)
