# SPDX-License-Identifier: Apache-2.0
"""A world at a tick: tables of live rows, allocator state and codebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from . import hashes
from .checks import named, nearest
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError
from .html import grid
from .replay import Places, replay
from .rows import Rows
from .schema import Key, Schema
from .tables import Table


class World(Mapping[str, Table]):
    """All tables after one committed tick, by name: `world["creature"]["energy"]`.

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

    def __getitem__(self, name: str) -> Table:
        table = named(self.tables, name)
        if table is None:
            raise InvalidUseError(f"No table {name!r}{nearest(name, self.tables)}")
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.tables)

    def copy(self) -> World:
        """An independent copy; columns are shared until one of both changes."""
        other = World(self.schema, self.tick, self.seq, self.chain)
        other.codebook.take(self.codebook)
        for name, table in self.tables.items():
            table.copy_to(other.tables[name])
        return other

    def _apply(self, rows: Rows, keys: Iterable[Key], source: str | Path = "log", places: Places | None = None) -> None:
        """Applies whole committed ticks that follow `seq` (order.md): what the log has, and nothing else.

        rows: with commit rows; keys: the declarations; source: named in errors; places: of the rows of each key, if the
        caller knows them. Raises DamagedFileError where a row contradicts the state; the world is then of no further use.
        """
        if not len(rows):
            return
        if rows.first_seq != self.seq:
            raise DamagedFileError(f"rows begin at seq {rows.first_seq}, the world is at seq {self.seq}", source)  # L-1
        problem = self.codebook.absorb(rows) or replay(self.tables, rows, list(keys), places)
        if problem:
            raise DamagedFileError(problem, source)
        self.tick = int(rows.tick[-1])
        self.seq = rows.end_seq
        self.chain = int(rows.bits[-1]).to_bytes(8, "little")

    def hash_columns(self, table: str, names: Iterable[str] | None = None) -> str:
        """`hash_columns` as 32 hex digits (H-1)."""
        return self[table].hash_columns(names).hex()

    def __repr__(self) -> str:
        return f"<world after tick {self.tick}: {', '.join(f'{n} {t.rows:,}' for n, t in self.tables.items())}>"

    def _repr_html_(self) -> str:
        rows = [(t.schema.name, t.schema.kind.replace("_", " "), f"{t.rows:,}",
                 ", ".join(map(str, t.schema.file_columns))) for t in self.tables.values()]
        return grid(f"World after tick {self.tick:,}", ("table", "kind", "rows", "columns"), rows)

    def hash_world(self) -> str:
        """`hash_world` as 32 hex digits (H-2)."""
        return hashes.hash_world(self).hex()

    def resume_hash(self) -> str:
        """`resume_hash` as 32 hex digits (H-3)."""
        return hashes.resume_hash(self).hex()
