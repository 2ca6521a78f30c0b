# SPDX-License-Identifier: Apache-2.0
"""A part of a schema: the tables and columns somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .checks import nearest, several
from .errors import InvalidUseError
from .schema import Schema, TableSchema


def project(schema: Schema, columns: str | Iterable[str]) -> Schema:
    """The schema of what is wanted: tables (`creature`: all their columns) and columns (`creature.energy`).

    A table that is wanted at all comes with its `id` and `gen`; a presence table brings the ids of the table it is of.
    A column of ids does not bring the table it names; without it, it is a column of numbers.
    Raises InvalidUseError for a name that is none of the schema's.
    """
    names = [columns] if isinstance(columns, str) else several(columns, "show the columns")
    if not names:
        raise InvalidUseError("Cannot show a part of a world: no table and no column is named.")
    for name in names:
        _check(schema, name)
    wanted = set(names)
    of = {t.of for t in schema.tables if _is_named(t, wanted)}
    tables = [replace(t, columns=tuple(c for c in t.columns if t.name in wanted or f"{t.name}.{c.name}" in wanted), events=())
              for t in schema.tables if _is_named(t, wanted) or t.name in of]
    shown = {t.name for t in tables}
    tables = [replace(t, columns=tuple(c if c.table is None or c.table in shown else replace(c, table=None)
                                       for c in t.columns)) for t in tables]
    return Schema(tuple(tables), (), schema.version)


def _is_named(table: TableSchema, wanted: set[str]) -> bool:
    return any(n == table.name or n.startswith(table.name + ".") for n in wanted)


def _check(schema: Schema, name: object) -> None:
    if not isinstance(name, str):
        raise InvalidUseError(f"Cannot show {name!r}: expected the name of a table or of a column, as in 'creature.energy'.")
    table_name, _, column = name.partition(".")
    table = schema.table(table_name)
    known = [c.name for c in table.file_columns]
    if column and column not in known:
        raise InvalidUseError(f"No column {column!r} in {table_name}{nearest(column, known)}")
