# SPDX-License-Identifier: Apache-2.0
"""The changes that a migration consists of, each of one column (migrations.md)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .checks import nearest
from .codebook import Codebook
from .errors import InvalidUseError
from .schema import TYPES, Column, TableSchema, encoding_of
from .values import DTYPES, Array, widened, decode

_BITS = {"u8": 8, "i8": 7, "u16": 16, "i16": 15, "u32": 32, "i32": 31, "u64": 64, "i64": 63, "bool": 1}
"""Bits of the magnitude of integers."""


class Step(ABC):
    """One change of one table; `str` says what it does, as it follows "Cannot"."""

    def __init__(self, table: str, column: str) -> None:
        self.table, self.column = table, column

    @abstractmethod
    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        """The table's value columns afterwards."""

    @abstractmethod
    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        """Changes the columns of a table that was so before."""

    def schema(self, table: TableSchema) -> TableSchema:
        """The table afterwards."""
        columns = self.columns(table.columns)
        names = [c.name for c in columns]
        if len(set(names)) < len(names):
            raise self.refused(f"the table has a column {next(n for n in names if names.count(n) > 1)!r} already")
        return replace(table, columns=columns)

    def find(self, columns: tuple[Column, ...]) -> Column:
        """The column that changes."""
        for column in columns:
            if column.name == self.column:
                return column
        raise self.refused(f"the table has no value column {self.column!r}{nearest(self.column, [c.name for c in columns])}")

    def replaced(self, columns: tuple[Column, ...], by: Column) -> tuple[Column, ...]:
        """All columns, with another one in the place of the one that changes."""
        self.find(columns)
        return tuple(by if c.name == self.column else c for c in columns)

    def refused(self, finding: str) -> InvalidUseError:
        """What to say where it cannot be done."""
        return InvalidUseError(f"Cannot {self}: {finding}")


def _changed(column: Column, **parts: Any) -> Column:
    """The column with other parts, its default bit for bit."""
    made = {"name": column.name, "type_name": column.type, "bits": column.default_bits, "table": column.table,
            "unit": column.unit, "doc": column.doc, **parts}
    return Column.of_bits(**made)


class Add(Step):
    """Adds a column behind the others."""

    def __init__(self, table: str, column: Column, word: str | None) -> None:
        super().__init__(table, column.name)
        self._made, self._word = column, word
        if (column.type == "string") != (word is not None):
            raise self.refused("a string column, and no other, needs a word for the rows there are")

    def __str__(self) -> str:
        return f"add column '{self.table}.{self.column}' {self._made.type}"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        return (*before, self._made)

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        dtype = DTYPES[self._made.type]
        if self._word is not None:
            data[self.column] = np.full(rows, codebook.code(self._word) if rows else 0, dtype)
        else:
            data[self.column] = np.repeat(decode(self._made.type, np.array([self._made.default_bits], "<u8")), rows)


class Rename(Step):
    """Gives a column another name; type, default, place and values stay."""

    def __init__(self, table: str, column: str, to: str) -> None:
        super().__init__(table, column)
        self._to = to

    def __str__(self) -> str:
        return f"rename column '{self.table}.{self.column}' to '{self._to}'"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        return self.replaced(before, _changed(self.find(before), name=self._to))

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        data[self._to] = data.pop(self.column)


class Widen(Step):
    """Gives a column a type that holds every value of its old one."""

    def __init__(self, table: str, column: str, type_name: str) -> None:
        super().__init__(table, column)
        self._type = type_name
        if type_name not in TYPES:
            raise self.refused(f"there is no such type; expected one of {' '.join(TYPES)}")

    def __str__(self) -> str:
        return f"widen column '{self.table}.{self.column}' to {self._type}"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        old = self.find(before)
        if old.table is not None:
            raise self.refused(f"it holds ids of table '{old.table}', which are u32")
        if not _is_wider(old.type, self._type):
            raise self.refused(f"a {self._type} does not hold every {old.type}")
        bits = old.default_bits
        if encoding_of(self._type) == "bits":
            bits = int(decode(old.type, np.array([bits], "<u8"))[0]) & (1 << 64) - 1
        return self.replaced(before, _changed(old, type_name=self._type, bits=bits))

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        old = data[self.column]
        if self.find(table.columns).type == "f32":
            data[self.column] = widened(old).view("<f8")  # NaNs on their bits (L-10)
        else:
            data[self.column] = old.astype(DTYPES[self._type])


def _is_wider(old: str, new: str) -> bool:
    """Whether every value of one type is exactly one of another, different type."""
    if old == new or "string" in (old, new):
        return False
    if old == "f32":
        return new == "f64"
    if old == "f64" or new == "bool":
        return False
    if new in ("f32", "f64"):
        return _BITS[old] <= (24 if new == "f32" else 53)
    return _BITS[old] <= _BITS[new] and (old[0] != "i" or new[0] == "i")


class Drop(Step):
    """Takes a column away with its values."""

    def __str__(self) -> str:
        return f"drop column '{self.table}.{self.column}'"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        gone = self.find(before)
        return tuple(c for c in before if c is not gone)

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        del data[self.column]


class Map(Step):
    """Replaces each value of a numeric column by a function of it; type and default stay."""

    def __init__(self, table: str, column: str, function: Callable[[Array], Any]) -> None:
        super().__init__(table, column)
        self._function = function

    def __str__(self) -> str:
        return f"apply a function to column '{self.table}.{self.column}'"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        old = self.find(before)
        if old.table is not None:
            raise self.refused(f"it holds ids of table '{old.table}', which are not quantities")
        if encoding_of(old.type) != "value":
            raise self.refused(f"its type {old.type} does not travel as a float64; give it another column")
        return before

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        old = data[self.column]
        kind = self.find(table.columns).type
        given = (widened(old).view("<f8") if kind == "f32" else old).astype("<f8")
        made = np.asarray(self._function(given))
        if made.shape != given.shape or made.dtype.kind not in "biuf":
            raise self.refused(f"it gave shape {made.shape} and dtype {made.dtype}, expected numbers of shape {given.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            values: Array = made.astype("<f8").astype(DTYPES[kind])
            wrong = (values.astype("<f8") != made) | (values > 1) if kind == "bool" else values.astype("<f8") != made
        if kind not in ("f32", "f64") and wrong.any():
            row = int(np.argmax(wrong))
            raise self.refused(f"row {row}: {made[row].item()!r} is not a value of {kind}")
        data[self.column] = values


class Describe(Step):
    """Says what a column's values are counted in, and what it is; its values stay. None leaves, an empty text takes away."""

    def __init__(self, table: str, column: str, unit: str | None, doc: str | None) -> None:
        super().__init__(table, column)
        self._told = {name: text or None for name, text in (("unit", unit), ("doc", doc)) if text is not None}

    def __str__(self) -> str:
        return f"describe column '{self.table}.{self.column}'"

    def columns(self, before: tuple[Column, ...]) -> tuple[Column, ...]:
        return self.replaced(before, _changed(self.find(before), **self._told))

    def apply(self, table: TableSchema, data: dict[str, Array], rows: int, codebook: Codebook) -> None:
        """Nothing but words about it."""
