"""A world at a tick: tables of live rows, allocator state and codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from . import hashes
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError
from .frames import Frame, typed_column
from .html import grid
from .lookup import Lookup
from .rows import Rows
from .schema import Key, Schema, TableSchema
from .values import DTYPES, Array


class Table(Frame):
    """Live rows `[0, rows)` of one table; `table['pos_x']` is a NumPy array of shape (rows,).

    An array handed out cannot be written to and never changes: a world that goes on writes to copies.
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
        self._lookup: Lookup | None = None

    def __getitem__(self, name: str) -> Array:
        if name not in self._columns:
            raise InvalidUseError(f"No column {name!r} in {self.schema.name}; it has {', '.join(self._columns)}.")
        return self._shown(name)

    @property
    def columns(self) -> Mapping[str, Array]:
        """All columns in file order, as `table[name]` gives them."""
        return MappingProxyType({name: self._shown(name) for name in self._columns})

    def _shown(self, name: str) -> Array:
        """The column as a view that nothing can make writable; from now on it is copied before it is changed."""
        column = self._columns[name]
        column.flags.writeable = False
        return np.asarray(column.data.toreadonly())

    def __len__(self) -> int:
        return self.rows

    def to_arrow(self) -> Any:
        """All columns in file order; bools and words as such, numbers in their types and without a copy."""
        return pa.table({c.name: typed_column(c.type, self[c.name], self.codebook.words)
                         for c in self.schema.file_columns})

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

    def slots(self, ids: Array) -> Array:
        """Slots of live ids; InvalidUseError names an id that is not live."""
        if self.schema.kind == "append_only":
            slots, missing = ids.astype(np.int64), ids >= self.rows
        else:
            slots = self.lookup().slots(ids)
            missing = slots < 0
        if missing.any():
            raise InvalidUseError(f"No row {int(ids[np.argmax(missing)])} in {self.schema.name} at this tick.")
        return slots

    def copy_to(self, other: Table) -> None:
        """Gives another table of the schema this state; the columns are shared until one of the two changes them."""
        other.rows, other.next_id, other.free, other.dead = self.rows, self.next_id, list(self.free), dict(self.dead)
        for column in self._columns.values():
            column.flags.writeable = False
        other._columns = dict(self._columns)

    def hash_columns(self, names: Iterable[str] | None = None) -> bytes:
        """`hash_columns` over the named columns, or all in file order (H-1)."""
        return hashes.hash_columns(self[n] for n in (self._columns if names is None else names))


class World:
    """All tables after one committed tick.

    `tick` is the last tick applied (-1 before the first), `seq` the log position after its commit row, `chain` the
    8-byte digest there.
    """

    def __init__(self, schema: Schema, tick: int = -1, seq: int = 0, chain: bytes = bytes(8)) -> None:
        self.schema = schema
        self.tick = tick
        self.seq = seq
        self.chain = chain
        self.codebook = Codebook()
        self.tables: dict[str, Table] = {t.name: Table(t, self.codebook) for t in schema.tables}

    def copy(self) -> World:
        """An independent copy."""
        other = World(self.schema, self.tick, self.seq, self.chain)
        other.codebook.take(self.codebook)
        for name, table in self.tables.items():
            table.copy_to(other.tables[name])
        return other

    def words(self, table: str, column: str) -> Array:
        """A string column as words: object array of shape (rows,)."""
        return self.codebook.decode(self._table(table)[column])

    def _table(self, name: str) -> Table:
        self.schema.table(name)
        return self.tables[name]

    def _apply(self, rows: Rows, keys: Iterable[Key], source: str | Path = "log") -> None:
        """Applies whole committed ticks that follow `seq` (order.md): what the log has, and nothing else.

        rows: with commit rows; keys: the declarations; source: named in errors. Raises DamagedFileError where a row
        contradicts the state; the world is then of no further use.
        """
        from .replay import replay

        problem = replay(self, rows, list(keys))
        if problem:
            raise DamagedFileError(problem, source)

    def hash_columns(self, table: str, names: Iterable[str] | None = None) -> str:
        """`hash_columns` as 32 hex digits (H-1)."""
        return self._table(table).hash_columns(names).hex()

    def __repr__(self) -> str:
        return f"<world after tick {self.tick}: {', '.join(f'{n} {t.rows:,}' for n, t in self.tables.items())}>"

    def _repr_html_(self) -> str:
        rows = [(t.schema.name, t.schema.kind.replace("_", " "), f"{t.rows:,}",
                 ", ".join(f"{c.name} {c.type}" for c in t.schema.file_columns)) for t in self.tables.values()]
        return grid(f"World after tick {self.tick:,}", ("table", "kind", "rows", "columns"), rows)

    def hash_world(self) -> str:
        """`hash_world` as 32 hex digits (H-2)."""
        return hashes.hash_world(self).hex()

    def resume_hash(self) -> str:
        """`resume_hash` as 32 hex digits (H-3)."""
        return hashes.resume_hash(self).hex()
