# SPDX-License-Identifier: Apache-2.0
"""What the recorders have in common: states of tables go in, what changed is logged; a run that is made again is compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from .errors import InvalidUseError, WriterPoisonedError
from .live import LiveWorld
from .schema import Column, Schema, TableSchema
from .store import open_store
from .tables import Table
from .tick_table import TickTable
from .codebook import as_words
from .values import DTYPES, Array, decode, encode, is_one
from .world import World

DURABILITY = "interval:1000"
_TYPES = {int: "i64", float: "f64", bool: "bool", str: "string"}
_BY_DTYPE = {f"{kind}{size}": f"{name}{size * 8}" for kind, name in (("i", "i"), ("u", "u")) for size in (1, 2, 4, 8)} | {
    "f4": "f32", "f8": "f64", "b1": "bool"}


class State(NamedTuple):
    """A table's rows as they are at a tick. ids: shape (n,), unique; None: the one row that is added at each tick."""

    ids: Array | None
    columns: Mapping[str, Any]


def type_of(values: list[Any]) -> str | None:
    """The column type that holds these values, None where there is none: floats beside integers are f64."""
    kinds = {_BY_DTYPE.get(v.dtype.str[1:]) if isinstance(v, np.generic) else _TYPES.get(type(v)) for v in values}
    if kinds == {"i64", "f64"}:
        return "f64"
    return kinds.pop() if len(kinds) == 1 else None


def type_of_array(values: Any, name: str) -> str:
    """The column type of an array, or of a list. Raises InvalidUseError where there is none."""
    if isinstance(values, np.ndarray) and values.dtype.kind not in "OUT":
        found = _BY_DTYPE.get(values.dtype.str[1:])
    else:
        found = type_of(values.tolist() if isinstance(values, np.ndarray) else list(values))
    if found is None:
        what = f"dtype {values.dtype}" if isinstance(values, np.ndarray) else "these values"
        raise InvalidUseError(f"Cannot record {name}: no column holds {what}; columns hold numbers, bools or words.")
    return found


def entity_table(name: str, columns: Mapping[str, str]) -> TableSchema:
    """A table of entities with ids of their own; columns: types by name."""
    return TableSchema(name, ids="external", removal="compact", columns=tuple(Column(n, t) for n, t in columns.items()))


def series_table(name: str, columns: Mapping[str, str]) -> TableSchema:
    """A table that gets one row a tick."""
    return TableSchema(name, "append_only", columns=tuple(Column(n, t) for n, t in columns.items()))


class Recording:
    """A store in the making, or one that is gone on with. One thread."""

    def __init__(self, path: str | os.PathLike[str], schema: Schema, what: str, again: str, *, durability: str,
                 properties: Mapping[str, str] | None, tick_unit: str) -> None:
        """what: who is recorded; again: how the run is made again, both for messages. Others as of LiveWorld.open."""
        self.live = LiveWorld.open(path, schema, durability=durability, properties=properties, tick_unit=tick_unit)
        self._what, self._again = what, again
        self._declared = {table.name: {c.name for c in table.columns} for table in schema.tables}
        self._recorded = self.live.last_tick
        """The last tick that was there when this began."""
        self._past = open_store(self.live.path).cursor() if self._recorded >= 0 else None

    @property
    def last_tick(self) -> int:
        """The last recorded tick, -1 for none."""
        return self.live.last_tick

    def record(self, tick: int, tables: Mapping[str, State]) -> None:
        """Logs what changed since the last tick; a tick that is recorded already is compared instead.

        Raises InvalidUseError where the compared ones differ, and where tables, columns or ids are not as they were declared;
        the log unchanged.
        """
        self._check(tick, tables)
        if tick <= self._recorded and self._past is not None:
            difference = _difference(self._past.seek(tick), tick, tables)
            if difference:
                raise InvalidUseError(f"Cannot go on with {self.live.path}: {self._what} is not what was recorded: at {tick} "
                                      f"{difference}. {self._again}")
            return
        if self._past is not None:
            self._past.close()
            self._past = None
        with self.live.tick(tick) as t:
            for name, state in tables.items():
                if state.ids is None:
                    t[name].insert(**{n: _one(v, f"{name}.{n}") for n, v in state.columns.items()})
                else:
                    _write(t[name], self.live[name], state.ids, state.columns)

    def _check(self, tick: int, tables: Mapping[str, State]) -> None:
        """Everything that was declared is there, and nothing else: what is missing would stay as it was, in silence."""
        declared, given = self._declared, {name: set(state.columns) for name, state in tables.items()}
        if given == declared:
            return
        for name in declared | given:
            missing, new = declared.get(name, set()) - given.get(name, set()), given.get(name, set()) - declared.get(name, set())
            if missing or new:
                raise InvalidUseError(f"Cannot record {name} at {tick}: {', '.join(sorted(missing or new))} "
                                      f"{'is missing' if missing else 'was not there when the recording began'}. What is recorded "
                                      f"is the same at every tick: {', '.join(sorted(declared.get(name, set()))) or 'no such table'}.")
        raise InvalidUseError(f"Cannot record {tick}: there are tables {', '.join(given)}; expected {', '.join(declared)}.")

    def close(self) -> None:
        """Seals what was recorded, compressed, and ends the recording; may be called again."""
        if self._past is not None:
            self._past.close()
        try:
            if self.live.last_tick > self._recorded:
                self.live.seal("zstd")
        except (InvalidUseError, WriterPoisonedError):
            pass  # closed already, or a write failed, which was told: what is in the log is in the log
        finally:
            self.live.close()


def _one(value: Any, name: str) -> Any:
    """The value of a row that is added at each tick."""
    if type(value) not in _TYPES and not is_one(value):
        raise InvalidUseError(f"Cannot record {name}: it is {value!r:.100}; expected one value a tick.")
    return value


def _write(tick: TickTable, table: Table, ids: Array, columns: Mapping[str, Any]) -> None:
    """Logs births, deaths, and the values that are not what they were."""
    old = table._columns["id"]
    if ids.tobytes() == old.tobytes():
        _write_same(tick, table, columns)
        return
    _check_unique(ids, table.schema.name)
    slots = table.lookup().slots(ids)
    new = slots < 0
    gone = np.ones(len(old), bool)
    gone[slots[~new]] = False
    if gone.any():
        tick.remove_slot(np.flatnonzero(gone))
    stay = np.flatnonzero(~new)
    here = slots[stay]
    born = {}
    for column in table.schema.columns:
        values = _as_many(column, columns, len(ids), table.schema.name)
        changed = _differing(table[column.name][here], values[stay])
        if len(changed):
            tick.set_slot(here[changed], **{column.name: values[stay[changed]]})
        born[column.name] = values[new]
    if new.any():
        tick.insert(id=ids[new], **born)


def _write_same(tick: TickTable, table: Table, columns: Mapping[str, Any]) -> None:
    """Logs the values that are not what they were, of the same rows."""
    whole, rows = {}, len(table)
    for column in table.schema.columns:
        values = _as_many(column, columns, rows, table.schema.name)
        # Not table[…]: an array that was handed out is copied before it is written.
        old = table[column.name] if column.type == "string" else table._columns[column.name]
        if old.tobytes() == values.tobytes():
            continue
        changed = _differing(old, values)
        if len(changed) == rows and values.dtype.kind != "O" and values.itemsize == 8:
            tick._write_as_is(column.name, values.view("<u8"))
        elif len(changed) == rows:
            whole[column.name] = values
        elif len(changed):
            tick.set_slot(changed, **{column.name: values[changed]})
    if whole:
        tick.write(**whole)


def _as_many(column: Column, columns: Mapping[str, Any], rows: int, table: str) -> Array:
    values = values_of(column, columns[column.name], table)
    if len(values) != rows:
        raise InvalidUseError(f"Cannot record {table}.{column.name}: there are {len(values)} values for {rows} rows.")
    return values


def _check_unique(ids: Array, table: str) -> None:
    found, counts = np.unique(ids, return_counts=True)
    if len(found) < len(ids):
        raise InvalidUseError(f"Cannot record {table}: {int(found[counts > 1][0])} is the id of {int(counts.max())} rows; each has "
                              "its own.")


def values_of(column: Column, given: Any, table: str) -> Array:
    """Values in a column's own type, words as objects; InvalidUseError for what it does not take."""
    dtype = np.dtype(np.bool_) if column.type == "bool" else DTYPES[column.type]
    if type(given) is np.ndarray and given.dtype == dtype and given.ndim == 1 and column.type != "string":
        return given
    name = f"{table}.{column.name}"
    if column.type == "string":
        return as_words(given, name)
    values = decode(column.type, encode(column.type, given, name))
    return values.view(bool) if column.type == "bool" else values


def _differing(old: Array, new: Array) -> Array:
    """Where two arrays of one type differ, bit for bit."""
    if old.dtype.kind != "O":
        raw = f"<u{old.itemsize}"
        old, new = old.view(raw), new.view(raw)
    places: Array = (old != new).nonzero()[0]
    return places


def _difference(world: World, tick: int, tables: Mapping[str, State]) -> str:
    """The first thing in which a world is not as given; empty where it is."""
    if world.tick != tick:
        return "nothing was recorded"
    for name, state in tables.items():
        table = world[name]
        if state.ids is None:
            ids, slots = np.array([len(table) - 1]), np.array([len(table) - 1])
        else:
            ids, slots = state.ids, table.lookup().slots(state.ids)
            _check_unique(ids, name)
            if (slots < 0).any():
                return f"there is a {name} {int(ids[np.argmax(slots < 0)])} that was not recorded"
            if len(ids) != len(table):
                return f"the {name} {int(np.setdiff1d(table['id'], ids)[0])} that was recorded is missing"
        for column in table.schema.columns:
            given = state.columns[column.name]
            values = values_of(column, given if state.ids is not None else [given], name)
            wrong = _differing(table[column.name][slots], values)
            if len(wrong):
                first = wrong[:1]
                row = f"{name}.{column.name}" + (f" of {int(ids[first[0]])}" if state.ids is not None else "")
                return f"{row} was recorded as {table[column.name][slots[first]][0]!s}, found {values[first][0]!s}"
    return ""
