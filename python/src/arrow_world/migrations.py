# SPDX-License-Identifier: Apache-2.0
"""The known changes of a world's schema, one list of steps per version (migrations.md)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from . import jsonfile
from .checks import integer, path_of
from .codebook import check_word
from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .migration_steps import Add, Describe, Drop, Map, Rename, Step, Widen
from .regular import read_regular
from .schema import Column, Schema, TableSchema
from .values import Array
from .world import World

_MOST_BYTES = 1 << 20
_KINDS = "add, rename, widen, drop, linear or describe"


class Migrations:
    """Steps from one version of a schema to the next. Each method gives the list with one more step; it never changes.

    ```python
    known = (aw.Migrations(1)                       # from version 1
             .add("creature", aw.Column("hunger_buildup", "f32"))
             .next()                                # what follows leads to version 3
             .widen("food", "value", "f64"))
    aw.open_store("run").migrate(known, "run of version 3")
    ```
    """

    def __init__(self, first_version: int) -> None:
        """first_version: the oldest version of a schema that is read. Raises InvalidUseError below 1."""
        self._first = integer(first_version, "migrate from schema version")
        if self._first < 1:
            raise InvalidUseError(f"Cannot migrate from schema version {self._first}: versions begin at 1.")
        self._versions: tuple[tuple[Step, ...], ...] = ((),)

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Migrations:
        """Reads steps from a JSON file (M-5), the one that `aw migrate --steps` takes.

        Raises DamagedFileError naming what is not as the specification says.
        """
        file = path_of(path, "read the steps in")
        data = read_regular(file)
        if len(data) > _MOST_BYTES:
            raise DamagedFileError(f"{len(data)} bytes are too many for steps", file, remedy="")
        try:
            return _parsed(jsonfile.Members(jsonfile.parse(data), file, "the steps"))
        except (ValueError, RecursionError) as e:
            raise DamagedFileError(f"not JSON: {e}", file, remedy="") from e
        except InvalidUseError as e:
            raise DamagedFileError(str(e), file, remedy="") from e

    @property
    def first_version(self) -> int:
        """The oldest version that is read."""
        return self._first

    @property
    def last_version(self) -> int:
        """The version that worlds get. The steps since the last `next` lead to one more."""
        return self._first + len(self._done())

    def _done(self) -> tuple[tuple[Step, ...], ...]:
        return self._versions if self._versions[-1] or len(self._versions) == 1 else self._versions[:-1]

    def next(self) -> Migrations:
        """Ends the steps of a version; what follows leads to the next one."""
        return self._with((*self._versions, ()))

    def add(self, table: str, column: Column, word: str | None = None) -> Migrations:
        """Adds a column behind the others; the rows there are get its default, in a column of words `word`."""
        return self._step(Add(table, column, None if word is None else check_word(word, column.name)))

    def rename(self, table: str, column: str, to: str) -> Migrations:
        """Gives a column another name."""
        return self._step(Rename(table, column, to))

    def widen(self, table: str, column: str, type: str) -> Migrations:
        """Gives a column a type that holds every value of its old one."""
        return self._step(Widen(table, column, type))

    def drop(self, table: str, column: str) -> Migrations:
        """Takes a column away with its values."""
        return self._step(Drop(table, column))

    def map(self, table: str, column: str, function: Callable[[Array], Any]) -> Migrations:
        """Replaces the values of a column by a function of them: of a float64 array of shape (n,), which gives another one.

        f32 columns take the nearest float32; a value that does not fit an integer or bool column is an error when a world is
        migrated. Columns of u64, i64, words and ids have no such function.
        """
        return self._step(Map(table, column, function))

    def unit(self, table: str, column: str, unit: str) -> Migrations:
        """Says what a column's values are counted in; empty takes that away."""
        return self._step(Describe(table, column, unit, None))

    def doc(self, table: str, column: str, doc: str) -> Migrations:
        """Says what a column is, for people; empty takes that away."""
        return self._step(Describe(table, column, None, doc))

    def describe(self, version: int) -> list[str]:
        """What is done to a world of a version, in order, in plain words."""
        return [str(step) for steps in self._after(version) for step in steps]

    def check(self, where: object, version: int) -> None:
        """Raises UnsupportedVersionError where a version is newer than the last, InvalidUseError where it is older than the
        first. where: what has it, for the message."""
        if version > self.last_version:
            raise UnsupportedVersionError(f"Cannot migrate {where}: it has schema version {version}, the steps are for "
                                          f"{self._first} to {self.last_version}.")
        if version < self._first:
            raise InvalidUseError(f"Cannot migrate {where}: it has schema version {version}, the steps begin at {self._first}.")

    def migrate_schema(self, schema: Schema) -> Schema:
        """The schema of the last version that an older one leads to. InvalidUseError names the step that does not fit."""
        self.check("the world's schema", schema.version)
        for steps in self._after(schema.version):
            tables = {t.name: t for t in schema.tables}
            for step in steps:
                tables[step.table] = step.schema(_table(tables, step))
            try:
                schema = Schema(tuple(tables.values()), schema.inputs, schema.version + 1)
            except InvalidUseError as e:
                raise InvalidUseError(f"Cannot go on to schema version {schema.version + 1}: {e}") from e
        return schema

    def migrate(self, old: World) -> World:
        """A world of any known version as one of the last, at the same tick, with the same ids, generations and free ids. The
        old one stays as it is."""
        world = World(self.migrate_schema(old.schema), old.tick, old.seq, old.chain)
        world.codebook.take(old.codebook)
        tables = {t.name: t for t in old.schema.tables}
        data = {name: dict(table._columns) for name, table in old.tables.items()}
        for steps in self._after(old.schema.version):
            for step in steps:
                step.apply(tables[step.table], data[step.table], old.tables[step.table].rows, world.codebook)
                tables[step.table] = step.schema(tables[step.table])
        for name, table in world.tables.items():
            old.tables[name].copy_ids_to(table)
            for column in table.schema.file_columns:
                table._columns[column.name] = np.ascontiguousarray(data[name][column.name])
                table._columns[column.name].flags.writeable = False
        return world

    def _after(self, version: int) -> tuple[tuple[Step, ...], ...]:
        return self._done()[version - self._first :]

    def _step(self, step: Step) -> Migrations:
        return self._with((*self._versions[:-1], (*self._versions[-1], step)))

    def _with(self, versions: tuple[tuple[Step, ...], ...]) -> Migrations:
        made = Migrations(self._first)
        made._versions = versions
        return made

    def __repr__(self) -> str:
        return f"<migrations from schema version {self._first} to {self.last_version}>"


def _table(tables: dict[str, TableSchema], step: Step) -> TableSchema:
    found = tables.get(step.table)
    if found is None:
        raise step.refused(f"the world has no such table, only {', '.join(tables)}")
    return found


def _parsed(m: jsonfile.Members) -> Migrations:
    """Steps as a file (M-5)."""
    known = Migrations(m.count("from"))
    versions = m.items("versions")
    if not versions:
        raise m.wrong("versions", "one version or more")
    for i, version in enumerate(versions):
        known = known.next() if i else known
        for raw in m.inner(version, "a version").items("steps"):
            known = _added(known, m.inner(raw, "a step"))
    return known


def _added(known: Migrations, m: jsonfile.Members) -> Migrations:
    kind, table, column = m.text("step"), m.text("table"), m.text("column")
    if kind == "add":
        return _new_column(known, m, table, column)
    if kind == "rename":
        return known.rename(table, column, m.text("to"))
    if kind == "widen":
        return known.widen(table, column, m.text("type"))
    if kind == "drop":
        return known.drop(table, column)
    if kind == "linear":
        factor, offset = float(m.real("factor", 1)), float(m.real("offset", 0))
        return known.map(table, column, lambda x: x * factor + offset)
    if kind == "describe":
        if not {"unit", "doc"} & set(m.raw):
            raise m.wrong("unit", "given, or 'doc'")
        known = known.unit(table, column, m.text("unit")) if "unit" in m.raw else known
        return known.doc(table, column, m.text("doc")) if "doc" in m.raw else known
    raise m.wrong("step", _KINDS)


def _new_column(known: Migrations, m: jsonfile.Members, table: str, name: str) -> Migrations:
    told = {word: m.text(word) for word in ("unit", "doc") if word in m.raw}
    kind = m.text("type")
    if kind == "string":
        return known.add(table, Column(name, kind, **told), m.text("default"))
    default = m.raw.get("default")
    if kind == "bool" and isinstance(default, bool):
        return known.add(table, Column(name, kind, default, **told))
    number = 0 if default is None else m.real("default", 0)
    if number == 0 and math.copysign(1, number) < 0 and kind not in ("f32", "f64"):
        raise m.wrong("default", f"a value of type {kind}, which has no -0.0")  # L-11
    if kind == "f32":
        with np.errstate(over="ignore"):
            nearest = np.float32(float(number))
        if np.isinf(nearest):
            raise m.wrong("default", "a value of type f32")
        return known.add(table, replace(Column(name, kind, **told), default=nearest))
    if isinstance(number, float) and kind != "f64" and number.is_integer():
        number = int(number)
    return known.add(table, Column(name, kind, number, **told))
