# SPDX-License-Identifier: Apache-2.0
"""The live rows of one table, their columns and the ids they may get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from . import hashes
from .checks import named, nearest, row_ids, several
from .codebook import Codebook
from .errors import InvalidUseError
from .frames import Frame, typed_column
from .lookup import Lookup
from .schema import TableSchema
from .values import DTYPES, Array


class Table(Frame):
    """Live rows `[0, rows)` of one table; `table['pos_x']` is a NumPy array of shape (rows,).

    Numbers have the column's type, bools are bools, and words are an object array of str; `stored` gives a column as it is in the files.

    As with a data frame, `len` counts the rows, while `in`, iteration and `keys` go over the columns' names. Arrays and
    frames taken from it cannot be written to and never change, whatever becomes of the table.
    """

    def __init__(self, schema: TableSchema, codebook: Codebook) -> None:
        self.schema = schema
        self.codebook = codebook
        self.rows = 0
        self._columns: dict[str, Array] = {c.name: np.empty(0, DTYPES[c.type]) for c in schema.file_columns}
        self.next_id = 0
        self.free: list[tuple[int, int]] = []
        """Allocated tables with gen: the stack of free (id, generation it last lived in), bottom first."""
        self.dead: dict[int, int] = {}
        """External tables with gen: ids that lived and are not live, with their last generation."""
        self._rooms: dict[str, Array] = {}
        """Columns that rows were added to: where they stand, with room for more, as plain unsigned integers."""
        self._lookup: Lookup | None = None
        self._types = {c.name: c.type for c in schema.file_columns}
        self._decoded: dict[str, tuple[Array, Array]] = {}

    def __getitem__(self, name: str) -> Array:
        kind = named(self._types, name)
        if kind == "string":
            return self._words(name)
        return self.stored(name).view(np.bool_) if kind == "bool" else self.stored(name)

    def stored(self, name: str) -> Array:
        """A column as files and hashes hold it: bools as bytes, words as their places in `codebook.words` (u32)."""
        column = named(self._columns, name)
        if column is None:
            raise InvalidUseError(f"No column {name!r} in {self.schema.name}{nearest(name, self._columns)}")
        column.flags.writeable = False  # who changes it later takes a copy
        return np.asarray(column.data.toreadonly())  # unlike a view of the array, nothing can make it writable

    def _words(self, name: str) -> Array:
        """The words of a column, made once for as long as it does not change."""
        known = self._decoded.get(name)
        if known is None or known[0] is not self._columns[name]:
            words = self.codebook.decode(self.stored(name))
            words.flags.writeable = False
            known = self._decoded[name] = self._columns[name], words
        return known[1].view()

    @property
    def columns(self) -> Mapping[str, Array]:
        """All columns by name, in file order."""
        return MappingProxyType(dict(self.items()))

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def keys(self) -> list[str]:
        """The names of the columns, in file order."""
        return list(self._columns)

    def values(self) -> list[Array]:
        """The columns, in file order."""
        return [self[name] for name in self._columns]

    def items(self) -> list[tuple[str, Array]]:
        """Names and columns, in file order."""
        return [(name, self[name]) for name in self._columns]

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()

    def to_arrow(self) -> Any:
        """All columns in file order; bools and words as such, numbers in their types and without a copy. Units and docs are
        metadata of the fields, `aw.unit` and `aw.doc`.
        """
        columns = self.schema.file_columns
        if not columns:
            return pa.Table.from_batches([pa.RecordBatch.from_struct_array(pa.array([{}] * self.rows, pa.struct([])))])
        made = [typed_column(c.type, self.stored(c.name), self.codebook.words) for c in columns]
        return pa.Table.from_arrays(made, schema=pa.schema([
            pa.field(c.name, a.type, metadata=dict(c.words) or None) for c, a in zip(columns, made)]))

    def _title(self) -> str:
        return f"{self.schema.name}, {self.rows:,} rows"

    def free_rows(self) -> list[tuple[int, int]]:
        """The rows of `<table>.free.arrow` (N-4)."""
        return list(self.free) if self.schema.allocated else sorted(self.dead.items())

    def lookup(self) -> Lookup:
        """From live ids to slots; kept until a row is born or dies."""
        if self._lookup is None or self._lookup.ids is not self._columns["id"]:
            self._lookup = Lookup(self._columns["id"])
        return self._lookup

    def slots(self, ids: Any) -> Array:
        """Slots of live ids, one or an array of them; InvalidUseError names an id that is not live."""
        ids = row_ids(ids, f"find rows of {self.schema.name}")
        if self.schema.kind == "append_only":
            slots: Array = ids.astype(np.int64)
            missing = ids >= self.rows
        else:
            slots = self.lookup().slots(ids)
            missing = slots < 0
        if missing.any():
            raise InvalidUseError(f"No row {int(ids[np.argmax(missing)])} in {self.schema.name} at this tick.")
        return slots

    def copy_ids_to(self, other: Table) -> None:
        """Gives another table as many rows, and the state of its ids; no columns."""
        other.rows, other.next_id, other.free, other.dead = self.rows, self.next_id, list(self.free), dict(self.dead)

    def copy_to(self, other: Table) -> None:
        """Gives another table this state, as far as it has the columns; they are shared until one of both changes."""
        self.copy_ids_to(other)
        other._columns = {name: self._columns[name] for name in other._columns}
        other._lookup = self._lookup
        for column in other._columns.values():
            column.flags.writeable = False

    def hash_columns(self, names: Iterable[str] | None = None) -> bytes:
        """`hash_columns` over the named columns, or all in file order (H-1)."""
        return hashes.hash_columns(self.stored(n) for n in (self._columns if names is None else several(names, "hash the columns")))
