# SPDX-License-Identifier: Apache-2.0
"""Tables with an entity and a time as stores with a history (import.md T-50 to T-54)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from .checks import path_of
from .errors import InvalidUseError
from .foreign_columns import KEPT, column_of
from .foreign_columns import Column as Foreign
from .live import LiveWorld
from .schema import Column, Schema, TableSchema
from .table_import import Source, fitting, keep_lost, publish_store, read_source, require_new, valid_name
from .tick_table import TickTable
from .time_grid import TimeGrid, number_of
from .values import Array

_TAKEN = ("id", "gen", "born", "died", "parent", "cause", "tick")
_IDS = 1 << 32
_TICKS = 1 << 63


@dataclass(frozen=True)
class ImportedHistory:
    """What `import_history` brought in.

    path: the store. rows: rows of the table. ticks: how many times occur, the first and the last. births: entities that
    came, rebirths included. renamed, units, unmapped, notes: as of an `ImportedTable`.
    """

    path: Path
    table: str
    rows: int
    ticks: int
    first_tick: int
    last_tick: int
    births: int
    renamed: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def import_history(source: Any, path: str | os.PathLike[str], *, entity: str, time: str, table: str | None = None,
                   names: Mapping[str, str | None] | None = None, fill: Mapping[str, Any] | None = None,
                   time_as: str = "tick", rate: Any = None, snap: bool = False, first_tick: str | None = None,
                   keep: bool = False, delimiter: str | None = None, decimal: str = ".",
                   skip_lines: int = 0) -> ImportedHistory:
    """Makes a store whose history is a table: each row is one entity at one time, each time that occurs a tick.

    ```python
    aw.import_history(frame, "run", entity="id", time="frame")
    aw.import_history("run.csv", "run", entity="id", time="t", time_as="seconds", rate=25)
    ```

    An entity is born at its first row, dies at the first tick that has no row of it, and returns as another generation;
    with keep it lives on. A null writes nothing. `aw import --entity --time` makes the same of the same file.

    source, path, table, names, delimiter, decimal, skip_lines: as of `import_table`. fill: the same; None for a column
    says that empty fields of CSV are nulls and stay such. entity, time: the columns that say who and when. Entities that are
    all whole numbers of 32 bits are ids; others are numbered by first appearance, and a column keeps their names. time_as:
    `tick` (whole numbers), `seconds` (numbers, in their column's unit) or `iso` (ISO 8601 texts, or columns of times; the
    first is tick 0); for the last two rate is needed, ticks a second. snap: times off that grid become the nearest tick.
    first_tick: "auto" makes the first tick 0.

    Raises InvalidUseError, naming the row that has no place in a history, DamagedFileError and OSError, and leaves nothing
    then.
    """
    target = path_of(path, "import into")
    require_new(target)
    grid = TimeGrid.of(time_as, rate, snap, first_tick)
    given = read_source(source, table, names, fill, delimiter, decimal, skip_lines)
    made = _History(given, entity, time, grid, keep)
    schema = Schema((TableSchema(given.title, "row", made.schema(), ids="external", gen=True),))
    properties = {**given.properties, "import.entity": entity, "import.time": time, **made.properties()}

    def fill_store(folder: Path) -> None:
        with LiveWorld.create(folder, schema, durability="none", properties=properties,
                              time=grid.time(made.shift, made.start)) as live:
            made.play(live)
            live.snapshot()
            live.seal()
        keep_lost(folder, given, made.lost)

    publish_store(target, fill_store)
    first, last = made.ticks[made.order[0]], made.ticks[made.order[-1]]
    return ImportedHistory(target, given.title, given.found.rows, len(np.unique(made.ticks)), int(first), int(last),
                           int(made.births.sum()), made.renamed, made.units, made.unmapped, made.notes)


@dataclass(frozen=True)
class _Named:
    """A column of the store; source: its values, None for the entities' own names."""

    column: Column
    source: Foreign | None


class _History:
    """Who and when of each row, in the order of time, and what its values become."""

    def __init__(self, given: Source, entity: str, time: str, grid: TimeGrid, keep: bool) -> None:
        self.given, self.grid, self.keep = given, grid, keep
        self.renamed: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.unmapped: dict[str, str] = {}
        self.notes: list[str] = []
        self.lost: list[int] = []
        self.shift = 0
        self.start: str | None = None
        if not given.found.rows:
            raise InvalidUseError(f"Cannot make a history of table {given.title!r}: it has no rows.")
        columns = self._columns()
        who, when = self._one(columns, entity), self._one(columns, time)
        self.words: list[str] = []
        self.ids = self._who(entity, columns[who])
        self.ticks = self._when(time, columns[when])
        self._sort()
        self.values = self._values(columns, who, when)

    def _columns(self) -> list[Foreign | str]:
        """Each column, with its nulls unless there is a value for them."""
        found, seen = [], set()
        for given in self.given.found.columns:
            said = self.given.fill.get(given.name) if given.name not in seen else None
            seen.add(given.name)
            found.append(column_of(given, KEPT if said is None else said))
        return found

    def _one(self, columns: list[Foreign | str], name: str) -> int:
        there = self.given.found.names
        if name not in there:
            raise InvalidUseError(f"Cannot find column {name!r}: there are {', '.join(there)}.")
        place = there.index(name)
        if isinstance(columns[place], str):
            raise InvalidUseError(f"Cannot make a history of table {self.given.title!r}: column {name!r}: {columns[place]}.")
        return place

    def _refused(self, row: int, finding: str) -> InvalidUseError:
        return InvalidUseError(f"Cannot make a history of table {self.given.title!r}: row {row + 1}: {finding}.")

    def _who(self, name: str, column: Any) -> Array:
        """The id of each row: its number, or that of its word by first appearance (T-53)."""
        rows = np.arange(len(column.data))
        if column.nulls is None and (not column.unit or _scale(column.unit)):
            places, numbers = _distinct(column)
            whole = [-1 if n is None or n.denominator != 1 or not 0 <= n < _IDS else int(n) for n in numbers] \
                if column.words is None and column.type != "bool" else [-1]
            if min(whole) >= 0:
                return np.array(whole, "<u4")[places]
        if column.nulls is not None:
            raise self._refused(int(rows[column.nulls][0]), f"there is no entity in column {name!r}")
        known: dict[str, int] = {}
        places, _ = _distinct(column)
        firsts = np.full(int(places.max()) + 1, len(places))
        np.minimum.at(firsts, places, rows)
        codes = np.zeros(len(firsts), "<u4")
        for place in np.argsort(firsts).tolist():
            word = _text(column, int(firsts[place]))
            codes[place] = known.setdefault(word, len(known))
        self.words = list(known)
        return codes[places]

    def _when(self, name: str, column: Any) -> Array:
        """The tick of each row (T-52)."""
        grid, title = self.grid, self.given.title
        factor = grid.factor(column.unit) if not _scale(column.unit) else Fraction(1)
        if factor is None:
            raise InvalidUseError(f"Cannot make a history of table {title!r}: column {name!r} is in {column.unit!r}, which "
                                  "are not seconds.")
        places, numbers = _distinct(column)
        if column.words is not None:
            numbers = [grid.read(word) for word in column.words]
        elif grid.time_as == "iso" and " since 1970" not in column.unit:
            numbers = [None] * len(numbers)
        wrong = np.array([n is None for n in numbers])[places]
        if column.nulls is not None:
            wrong = wrong | column.nulls
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            found = "nothing" if column.nulls is not None and column.nulls[row] else repr(_text(column, row))
            raise self._refused(row, f"expected a {'time of ISO 8601' if grid.time_as == 'iso' else 'number'} in column "
                                f"{name!r}, found {found}")
        used = np.zeros(len(numbers), bool)
        used[places] = True
        times = [n * factor if n is not None and u else Fraction(0) for n, u in zip(numbers, used.tolist())]
        if grid.time_as == "iso":
            least = min(t for t, u in zip(times, used.tolist()) if u)
            self.start = grid.instant(least)
            times = [t - least for t in times]
        found_ticks = [grid.tick(t) for t in times]
        off = np.array([t is None for t in found_ticks])[places]
        if off.any():
            row = int(np.flatnonzero(off)[0])
            steps = " of whole ticks" if grid.rate is None else f" of {grid.rate} ticks a second"
            raise self._refused(row, f"time {_text(column, row)} is not on the grid{steps}; snap=True takes the nearest tick")
        if grid.shifted:
            self.shift = min(t for t, u in zip(found_ticks, used.tolist()) if u and t is not None)
        ticks = [(t or 0) - self.shift for t in found_ticks]
        outside = np.array([not 0 <= t < _TICKS for t in ticks])[places] & used[places]
        if outside.any():
            row = int(np.flatnonzero(outside)[0])
            raise self._refused(row, f"tick {ticks[places[row]]} is outside 0 to 2^63; first_tick='auto' makes the first one 0")
        return np.array([t if u else 0 for t, u in zip(ticks, used.tolist())], "<i8")[places]

    def _sort(self) -> None:
        """Orders the rows by tick and id, and tells which of them are births (T-50)."""
        order = np.lexsort((self.ids, self.ticks))
        ids, ticks = self.ids[order], self.ticks[order]
        twice = np.flatnonzero((ids[1:] == ids[:-1]) & (ticks[1:] == ticks[:-1]))
        if len(twice):
            first, row = int(order[twice[0]]), int(order[twice[0] + 1])
            who = self.words[self.ids[row]] if self.words else self.ids[row]
            raise self._refused(row, f"entity {who} stands twice at tick {self.ticks[row]}, first in row {first + 1}")
        self.order = order
        steps = np.unique(self.ticks, return_inverse=True)[1].reshape(-1)
        lives = np.lexsort((steps, self.ids))
        goes_on = np.zeros(len(lives), bool)
        goes_on[1:] = self.ids[lives[1:]] == self.ids[lives[:-1]]
        if not self.keep:
            goes_on[1:] &= steps[lives[1:]] == steps[lives[:-1]] + 1
        self.births = np.empty(len(lives), bool)
        self.births[lives] = ~goes_on

    def _values(self, columns: list[Foreign | str], who: int, when: int) -> list[_Named]:
        """The columns of the store (T-50, T-51, T-53)."""
        taken, seen, values = set[str](_TAKEN), set[str](), list[Any]()
        for i, (given, found) in enumerate(zip(self.given.found.columns, columns)):
            first = given.name not in seen
            seen.add(given.name)
            said = first and given.name in self.given.names
            wanted = self.given.names[given.name] if said else given.name
            if i == when or i == who and not self.words:
                meant = "tick" if i == when else "id"
                if wanted not in (meant, given.name, None):
                    self.notes.append(f"column {given.name!r} says {'when' if i == when else 'who'}, and is not a column of the "
                                      f"table: nothing is called {wanted!r}")
                continue
            if wanted is None:
                continue
            why = found if isinstance(found, str) else "" if i == who else self._wordless(found)
            if why or isinstance(found, str):
                if said or first and given.name in self.given.fill:
                    raise InvalidUseError(f"Cannot map column {given.name!r}: {why}.")
                self._no_column(i, given.name, why)
                continue
            if given.extension not in ("", "arrow.bool8"):
                self.notes.append(f"column {given.name!r} is of the extension type {given.extension}; it was taken as what it "
                                  f"is stored as, {found.type}")
            name = _free(valid_name(wanted), taken)
            if name != given.name:
                self.renamed[given.name] = name
            unit = "" if i == who and _scale(found.unit) else found.unit
            if unit:
                self.units[name] = unit
            column = Column(name, "string" if i == who else found.type, unit=fitting(unit, 100), doc=fitting(found.doc, 10_000))
            values.append(_Named(column, None if i == who else found))
        return values

    def _wordless(self, column: Foreign) -> str:
        """Why words are no column: there is none at a birth."""
        if column.words is None or column.nulls is None:
            return ""
        rows = self.order[(self.births & column.nulls)[self.order]]
        return "" if not len(rows) else (
            f"its type is string, and it is null in row {rows[0] + 1}, where entity "
            f"{self.words[self.ids[rows[0]]] if self.words else self.ids[rows[0]]} is born; name a word for nulls with fill=")

    def _no_column(self, i: int, name: str, why: str) -> None:
        key, n = name, 2
        while key in self.unmapped:
            key, n = f"{name} ({n})", n + 1
        self.unmapped[key] = why
        self.lost.append(i)

    def schema(self) -> tuple[Column, ...]:
        return tuple(value.column for value in self.values)

    def properties(self) -> dict[str, str]:
        """What the source says about time (T-54)."""
        found: dict[str, str] = {}
        if self.grid.rate is not None:
            found["time.step"] = format(Context(prec=16).divide(Decimal(1), self.grid.rate).normalize(), "f")
            found["time.unit"] = "s"
        if self.start is not None:
            found["time.start"] = self.start
        if self.shift:
            found["import.first_tick"] = str(self.shift)
        return found

    def play(self, live: LiveWorld) -> None:
        """Makes a live world go through the times, one tick each."""
        ordered = self.ticks[self.order]
        ends = np.append(np.flatnonzero(np.diff(ordered)) + 1, len(ordered))
        at = 0
        for end in ends.tolist():
            rows = self.order[at:end]
            at = end
            born = self.births[rows]
            with live.tick(int(self.ticks[rows[0]])) as t:
                table = t[self.given.title]
                self._update(table, rows[~born])
                if born.any():
                    table.insert(id=self.ids[rows[born]], **self._cells(rows[born]))
                if not self.keep:
                    present = live[self.given.title]["id"]
                    table.remove_slot(np.flatnonzero(~np.isin(present, self.ids[rows])))

    def _update(self, table: TickTable, rows: Array) -> None:
        for value in self.values:
            there = rows if value.source is None or value.source.nulls is None else rows[~value.source.nulls[rows]]
            if value.source is not None and len(there):
                table.set(self.ids[there], **{value.column.name: _shown(value.source, there)})

    def _cells(self, rows: Array) -> dict[str, Any]:
        return {v.column.name: [self.words[i] for i in self.ids[rows].tolist()] if v.source is None else
                _shown(v.source, rows) for v in self.values}


def _shown(column: Foreign, rows: Array) -> Any:
    """Values as a tick takes them; of a row without one, the default."""
    data = column.data[rows]
    if column.words is not None:
        return [column.words[code] for code in data.tolist()]
    if column.nulls is not None:
        data = np.where(column.nulls[rows], data.dtype.type(0), data)
    return data.astype(bool) if column.type == "bool" else data


def _scale(unit: str) -> int:
    """Decimals of a decimal column, which is in `1e-2`; 0 of others."""
    return int(unit[3:]) if unit.startswith("1e-") and unit[3:].isdigit() else 0


def _distinct(column: Any) -> tuple[Array, list[Fraction | None]]:
    """Which of a column's distinct values each row has, and the numbers that those are; of words only which."""
    if column.words is not None:
        return column.data, []
    values, places = np.unique(column.data, return_inverse=True)
    if column.type == "bool":
        return places.reshape(-1), [None] * len(values)
    tens = Fraction(10) ** _scale(column.unit)
    numbers = [number_of(str(v)) for v in values]
    return places.reshape(-1), [None if n is None else n / tens for n in numbers]


def _text(column: Any, row: int) -> str:
    """A value as a word."""
    value = column.data[row]
    if column.words is not None:
        return str(column.words[value])
    if column.type == "bool":
        return "true" if value else "false"
    scale = _scale(column.unit)
    if not scale and np.asarray(value).dtype.kind != "f" or not np.isfinite(value):
        return str(value) if np.asarray(value).dtype.kind != "f" else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    number = Decimal(str(value)).scaleb(-scale)
    return "0" if not number else format(number.normalize(), "f")


def _free(name: str, taken: set[str]) -> str:
    candidate, n = name, 1
    while candidate in taken:
        candidate, n = name + ("_" if n == 1 else f"_{n}"), n + 1
    taken.add(candidate)
    return candidate
