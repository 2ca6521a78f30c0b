# SPDX-License-Identifier: Apache-2.0
"""The changes of one table in one tick."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Union

import numpy as np

from .checks import nearest
from .codebook import as_words, check_word, repeated
from .errors import InvalidUseError
from .handles import Births, Born, BornRows, EntityRef, Ids, TickLife, ids_of
from .schema import NO_ROW, Column, Key, TableSchema
from .tables import Table
from .values import U64, Array, encode, encode_one, is_one


@dataclass
class Cells:
    """Values as a call was given them: patterns or words, one for all rows (`single`) or one per row; newborns by place,
    where the values are entities."""

    bits: "Union[int, U64]" = 0
    words: "Union[str, Array, None]" = None
    newborns: dict[int, Born] = field(default_factory=dict)
    single: bool = True

    def __len__(self) -> int:
        return 1 if self.single else len(self.bits if self.words is None else self.words)  # type: ignore[arg-type]

    def of(self, rows: int, what: str) -> "Cells":
        """These, if they are one or as many as there are rows."""
        if not self.single and len(self) != rows:
            raise InvalidUseError(f"Cannot write {what}: {len(self)} values for {rows} rows.")
        return self


class OpenTick(TickLife, Protocol):
    """What the changes of a table need of their tick."""

    _system: int
    _targets: "list[Target]"

    def _check(self) -> None:
        """Raises InvalidUseError unless the tick is open, and in this thread."""

    def _key(self, name: str, kind: str) -> Key:
        """A declared key."""
        ...


@dataclass(frozen=True)
class Target:
    """Ids that must live, or be born, in the tick that writes them (O-16), but for one that is always taken."""

    table: str
    ids: Ids
    what: str
    spare: int | None = None


@dataclass
class Staged:
    """Value writes to one column by slot; written: None for all."""

    written: Array | None
    bits: U64
    words: Array | None
    newborns: dict[int, Born] = field(default_factory=dict)

    def differs(self, slots: Array, held: Array, type_name: str, find: Callable[[str], int | None]) -> Array:
        """Of which slots the value to be written is not, bit for bit, what the column holds there. find: codes of words."""
        if self.words is None:
            bits: Array = encode(type_name, held) != self.bits[slots]
            return bits
        words: Array = np.array([find(word) for word in self.words[slots].tolist()], object) != held
        return words


@dataclass
class Changes:
    """The changes of one table; slots are those at tick start."""

    table: Table
    columns: dict[str, Staged] = field(default_factory=dict)
    events: list[tuple[Key, Ids, Cells]] = field(default_factory=list)
    removed: Array | None = None
    causes: dict[int, str] = field(default_factory=dict)
    births: list[Births] = field(default_factory=list)
    entered: dict[tuple[int, int], Born] = field(default_factory=dict)
    """Of a presence table: the rows of newborns of the table that it is of, by their insertion and place there."""


def cells_of(name: str, type_name: str, value: Any, tick: OpenTick, table: str | None = None) -> Cells:
    """Reads the values of a call; table: that whose newborns they may be, None for any."""
    if type_name == "string":
        if isinstance(value, str):
            return Cells(words=check_word(value, name))
        if is_one(value):
            raise InvalidUseError(f"Cannot write {value!r} to {name}: the type is string, which takes str.")
        return Cells(words=as_words(value, name), single=False)
    kind = type(value)
    if kind is np.ndarray and value.ndim:
        return Cells(encode(type_name, value, name), single=False)
    if kind is float or kind is int or kind is bool:
        return Cells(encode_one(type_name, value, name))
    if isinstance(value, (Born, BornRows, EntityRef)) or isinstance(value, (list, tuple)) and any(
            isinstance(v, (Born, EntityRef)) for v in value):
        if type_name != "u32":
            raise InvalidUseError(f"Cannot write an entity to {name}: the type is {type_name}; ids go into u32.")
        ids = ids_of(value, tick, table, f"write {name}")
        bits = encode("u32", ids.numbers)
        return Cells(int(bits[0]) if ids.single else bits, None, ids.newborns, ids.single)
    if is_one(value):
        return Cells(encode_one(type_name, value, name))
    return Cells(encode(type_name, value, name), single=False)


class TickTable:
    """What a tick changes in one table.

    Everywhere, `ids` is one id or several: integers, EntityRefs, or handles of newborns of this tick. Values are one for
    all rows or one per row, taken as they are at the call; which types go where is said at `values.encode`. A call that
    is refused changes nothing.
    """

    __slots__ = ("_changes", "_columns", "_schema", "_tick")

    def __init__(self, tick: OpenTick, schema: TableSchema, changes: Changes) -> None:
        self._tick, self._schema, self._changes = tick, schema, changes
        self._columns = {c.name: c for c in schema.columns}

    def __getitem__(self, column: str) -> Any:
        raise InvalidUseError(f"Cannot read {self.name}.{column} here: what a tick changes is written, not read. The world "
                              f"before the tick has it: t.world[{self.name!r}][{column!r}].")

    def __setitem__(self, column: str, values: Any) -> None:
        raise InvalidUseError(f"Cannot assign {self.name}.{column}: use .write({column}=…) for the whole column, or "
                              f".set(ids, {column}=…) for some rows.")

    @property
    def name(self) -> str:
        """The table's name."""
        return self._schema.name

    def insert(self, count: int | None = None, /, *, id: Any = None, parent: Any = None, cause: Any = 0,
               **values: Any) -> Any:
        """Adds one row, or as many as the longest argument has; returns a Born, or BornRows where arrays were given.

        count: how many, where no array says it. Columns not given have their default; strings must be given. id: for
        tables with external ids, and of presence tables the entity that enters, whose handle then names its row there too,
        if it is a newborn. parent: where lineage has it. cause: the
        id of what caused it, for the order (O-2), in tables that give out their ids.
        """
        self._tick._check()
        what = f"insert into {self.name}"
        self._check_insertion(id, parent, values, what)
        given = None if id is None else ids_of(id, self._tick, self._schema.of, what)
        parents = None if parent is None else ids_of(parent, self._tick, self.name, f"log a parent in {self.name}")
        causes = ids_of(cause, None, None, f"{what} with a cause")
        if given is not None and (not causes.single or causes.numbers[0]):
            raise InvalidUseError(f"Cannot {what} with a cause: rows with a given id have their own.")  # O-4
        cells = {name: cells_of(f"{self.name}.{name}", self._columns[name].type, value, self._tick,
                                self._columns[name].table) for name, value in values.items()}
        several: list[Any] = [x for x in (given, parents, causes, *cells.values()) if x is not None and not x.single]
        rows = 1 if count is None and not several else len(several[0]) if count is None else _count(count, what)
        for one in several:
            if len(one) != rows:
                raise InvalidUseError(f"Cannot {what}: got {len(one)} values where {rows} rows are to be added.")
        births = Births(self._tick, self.name, rows, self._tick._system,
                        int(causes.numbers[0]) if causes.single else causes.numbers, parent=parents, given=given)
        for name, c in cells.items():
            self._target(self._columns[name], c, rows)
            if c.words is None:
                births.bits[name] = c.bits
            else:
                births.words[name] = c.words
            if c.newborns:
                births.newborns[name] = {i: c.newborns[0] for i in range(rows)} if c.single else dict(c.newborns)
        if parents is not None:
            self._tick._targets.append(Target(self.name, parents, f"log a parent in {self.name}"))
        self._changes.births.append(births)
        if given is not None and self._schema.of is not None:
            self._changes.entered.update({(builtins.id(b._births), b._index): Born(births, i) for i, b in given.newborns.items()})
        return Born(births, 0) if count is None and not several else BornRows(births)

    def _check_insertion(self, id: Any, parent: Any, values: dict[str, Any], what: str) -> None:
        schema = self._schema
        unknown = [n for n in values if n not in self._columns]
        if unknown:
            raise InvalidUseError(f"Cannot {what}: no column {unknown[0]!r}{nearest(unknown[0], self._columns)}")
        absent = [c.name for c in schema.columns if c.type == "string" and c.name not in values]
        if absent:
            raise InvalidUseError(f"Cannot {what} without a value for string column {absent[0]!r}: strings have no default.")
        chosen = schema.kind == "presence" or schema.kind == "row" and not schema.allocated
        if chosen and id is None:
            why = f"which {schema.of} enters it" if schema.of else "its ids are external"
            raise InvalidUseError(f"Cannot {what} without an id ({why}): give it by name, as in insert(id=…).")
        if not chosen and id is not None:
            raise InvalidUseError(f"Cannot {what} with an id: an id must not be given, the table gives them out.")
        if parent is not None and "parent" not in schema.lineage:
            raise InvalidUseError(f"Cannot log a parent: {schema.name} declares none in its lineage.")

    def set(self, ids: Any, /, **values: Any) -> None:
        """Writes columns of some rows, by id (by ordinal where rows are only added). The last write to a cell counts."""
        self._tick._check()
        what = f"set {self.name}"
        wanted = ids_of(ids, self._tick, self.name, what)
        known = wanted.known()
        slots = self._slots(wanted, known)
        newborns = {place: self._row_of(born, what) for place, born in wanted.newborns.items()}
        cells = self._cells(values, len(wanted))
        for name, c in cells.items():
            self._stage(name, slots, c, known)
            for place, born in newborns.items():
                self._put(born, name, c, 0 if c.single else place)

    def set_slot(self, slots: Any, /, **values: Any) -> None:
        """Writes columns of some rows, by their position at tick start."""
        self._tick._check()
        places = self._positions(slots, f"set {self.name}")
        for name, c in self._cells(values, len(places)).items():
            self._stage(name, places, c, np.arange(len(places)))

    def write(self, **values: Any) -> None:
        """Writes whole columns: one value per row at tick start, in the order of `table[column]`; all are logged."""
        self._tick._check()
        rows = self._changes.table.rows
        for name, c in self._cells(values, rows).items():
            if c.single:
                self._stage(name, np.arange(rows), c, np.arange(rows))
            elif rows:
                bits = c.bits if isinstance(c.bits, np.ndarray) else np.zeros(rows, "<u8")
                self._changes.columns[name] = Staged(None, bits, c.words, dict(c.newborns))  # type: ignore[arg-type]

    def _write_as_is(self, name: str, bits: U64) -> None:
        """As `write`, of patterns that are the column's, one per row, and stay as they are until the tick has ended."""
        self._changes.columns[name] = Staged(None, bits, None)

    def remove(self, ids: Any, /, cause: Any = None) -> None:
        """Removes live rows; a row may be removed twice. cause: what they died of, one word or one per row."""
        self._tick._check()
        what = f"remove from {self.name}"
        wanted = ids_of(ids, self._tick, self.name, what)
        if wanted.newborns:
            raise InvalidUseError(f"Cannot {what} a newborn of this tick: a row is not born and removed in one tick.")  # O-6
        self._remove(self._slots(wanted, wanted.known()), cause)

    def remove_slot(self, slots: Any, /, cause: Any = None) -> None:
        """Removes the rows at these positions at tick start; as `remove`."""
        self._tick._check()
        self._remove(self._positions(slots, f"remove from {self.name}"), cause)

    def event(self, name: str, ids: Any, value: Any, /) -> None:
        """Records events of rows that live or are born in this tick (O-2)."""
        self._tick._check()
        key = self._tick._key(f"{self.name}.{name}", "event")
        wanted = ids_of(ids, self._tick, self.name, f"record {key.name}")
        cells = cells_of(key.name, key.type, value, self._tick, key.table).of(len(wanted), key.name)
        self._tick._targets.append(Target(self.name, wanted, f"record {key.name}"))
        self._changes.events.append((key, wanted, cells))

    def _remove(self, slots: Array, cause: Any) -> None:
        changes, schema = self._changes, self._schema
        if schema.kind == "append_only":
            raise InvalidUseError(f"Cannot remove from {self.name}: rows are only added.")
        if cause is not None and "cause" not in schema.lineage:
            raise InvalidUseError(f"Cannot log the cause {cause!r}: {self.name} declares no cause in its lineage.")
        if cause is not None:
            cells = cells_of(f"{self.name}.cause", "string", cause, self._tick).of(len(slots), f"{self.name}.cause")
            words = [cells.words] * len(slots) if isinstance(cells.words, str) else list(cells.words)  # type: ignore[arg-type]
            for slot, word in zip(slots.tolist(), words):
                changes.causes.setdefault(slot, word)
        if changes.removed is None:
            changes.removed = np.zeros(changes.table.rows, bool)
        changes.removed[slots] = True

    def _cells(self, values: dict[str, Any], rows: int) -> dict[str, Cells]:
        cells = {}
        for name, value in values.items():
            column = self._columns.get(name)
            if column is None:
                raise InvalidUseError(f"Cannot write {self.name}.{name}: no such column"
                                      f"{nearest(name, self._columns)} Ids and generations are given at birth.")
            what = f"{self.name}.{name}"
            cells[name] = cells_of(what, column.type, value, self._tick, column.table).of(rows, what)
        for name, c in cells.items():
            self._target(self._columns[name], c, rows)
        return cells

    def _target(self, column: Column, cells: Cells, rows: int) -> None:
        """Notes that what an id column gets must live (O-16), where it is not NO_ROW."""
        if column.table is not None and rows:
            bits = np.atleast_1d(np.asarray(cells.bits, "<u8"))
            ids = Ids(bits.view("<f8").astype("<u4"), cells.newborns)
            self._tick._targets.append(Target(column.table, ids, f"write {self.name}.{column.name}", NO_ROW))

    def _row_of(self, born: Born, what: str) -> Born:
        """The row in this table of a newborn: itself, or in a presence table the one it enters with."""
        if born.table == self.name:
            return born
        row = self._changes.entered.get((builtins.id(born._births), born._index))
        if row is None:
            raise InvalidUseError(f"Cannot {what} of {born!r}: it is not inserted into {self.name} in this tick. "
                                  "Use .insert(id=handle) before.")
        return row

    def _slots(self, wanted: Ids, known: Array) -> Array:
        """Slots of those that live; InvalidUseError names one that does not."""
        return self._changes.table.slots(wanted.numbers if len(known) == len(wanted) else wanted.numbers[known])

    def _positions(self, slots: Any, what: str) -> Array:
        rows = self._changes.table.rows
        places = ids_of(slots, None, None, what).numbers.astype(np.int64)
        if len(places) and int(places.max()) >= rows:
            raise InvalidUseError(f"Cannot {what}: no slot {int(places.max())}; it has {rows} rows at tick start.")
        return places

    def _stage(self, name: str, slots: Array, cells: Cells, places: Array) -> None:
        """Writes cells to slots; places: which of the cells they are."""
        if not len(slots):
            return
        changes, rows = self._changes, self._changes.table.rows
        staged = changes.columns.get(name)
        if staged is None:
            words = np.full(rows, None, object) if self._columns[name].type == "string" else None
            staged = changes.columns[name] = Staged(np.zeros(rows, bool), np.zeros(rows, "<u8"), words)
        if staged.newborns:
            for slot in slots.tolist():
                staged.newborns.pop(slot, None)
        if staged.written is not None:
            staged.written[slots] = True
        if staged.words is not None:
            staged.words[slots] = cells.words if cells.single else cells.words[places]  # type: ignore[index]
        else:
            staged.bits[slots] = np.uint64(cells.bits) if cells.single else cells.bits[places]  # type: ignore[index]
        if cells.newborns:
            for slot, place in zip(slots.tolist(), places.tolist()):
                born = cells.newborns.get(0 if cells.single else place)
                if born is None:
                    staged.newborns.pop(slot, None)  # the last write to a cell counts, within a call too
                else:
                    staged.newborns[slot] = born

    def _put(self, born: Born, name: str, cells: Cells, place: int) -> None:
        """Gives a newborn another value than it was inserted with."""
        births, index, column = born._births, born._index, self._columns[name]
        if column.type == "string":
            word = cells.words if isinstance(cells.words, str) else cells.words[place]  # type: ignore[index]
            words = births.words[name]
            if isinstance(words, str):
                words = births.words[name] = repeated(words, births.count)
            words[index] = word
            return
        bits = births.bits.get(name, column.default_bits)
        if not isinstance(bits, np.ndarray):
            bits = np.full(births.count, bits, "<u8")
        else:
            bits = bits.copy()
        bits[index] = np.uint64(cells.bits) if cells.single else cells.bits[place]  # type: ignore[index]
        births.bits[name] = bits
        refs = births.newborns.setdefault(name, {})
        refs.pop(index, None)
        if place in cells.newborns:
            refs[index] = cells.newborns[place]


def _count(count: int, what: str) -> int:
    try:
        rows = operator.index(count)
    except TypeError:
        rows = -1
    if not 0 <= rows <= NO_ROW or isinstance(count, bool):
        raise InvalidUseError(f"Cannot {what}: {count!r} is not a number of rows.")
    return rows
