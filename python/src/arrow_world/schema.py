# SPDX-License-Identifier: Apache-2.0
"""The world schema and the log keys it makes (store.md, log.md L-3 to L-6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .checks import integer, named, nearest, parts_of_schema, texts
from .errors import DamagedFileError, InvalidUseError
from .jsonfile import Members
from .values import DTYPES, decode, encode_one

TYPES = ("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bool", "string")
KINDS = ("commit", "schema", "born", "died", "lineage", "value", "event", "input")
END_OF_TICKS = (1 << 63) - 1
"""Every tick is below it (L-2)."""
NO_ROW = (1 << 32) - 1
"""The value of an id column that names no row: also what a new row holds there (S-14)."""
RESERVED = ("tick", "in", "schema", "codebook")  # keys of the log, and the snapshot's file of words (S-9)
_NAME = re.compile(r"[A-Za-z_#-][A-Za-z0-9_#-]{0,99}")


def encoding_of(type_name: str) -> str:
    """How a type's values stand in the log: value, bits or code."""
    return {"u64": "bits", "i64": "bits", "string": "code"}.get(type_name, "value")


@dataclass(frozen=True)
class Column:
    """A table column. `default` is the value a row has where none is given: `Column("x", "f64", 1)` begins at 1.0.

    type: u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, bool or string.

    table: for a u32 column that holds ids of a row table, that table's name (S-14): what is written there must live, or
    be born in the tick, or be `NO_ROW`, with which a row begins. `default_bits` is the 64-bit pattern
    a log row with the default carries (S-8). unit: what its values are counted in (`m/s`); doc: what it says, for people;
    columns that differ only in these two are equal (S-15). Raises InvalidUseError where the default is no value of the type.
    """

    name: str
    type: str
    default: Any = field(default=None, compare=False)
    table: str | None = None
    default_bits: int = field(init=False, default=0)
    unit: str | None = field(default=None, compare=False)
    doc: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        texts("a column", self, "name", "type")
        if self.default is None:
            object.__setattr__(self, "default", NO_ROW if self.table is not None and self.type == "u32" else 0)
        bits = 0
        if self.type in DTYPES and self.type != "string":
            try:
                bits = encode_one(self.type, self.default)
            except InvalidUseError as e:
                raise InvalidUseError(f"Cannot give the column {self.name} the default {self.default!r}: {e}") from e
        elif self.default != 0:
            raise InvalidUseError(f"Cannot give the column {self.name} the default {self.default!r}: a column of type "
                                  f"{self.type} has none.")  # S-8
        object.__setattr__(self, "default_bits", bits)

    def __str__(self) -> str:
        return f"{self.name} {self.type}" + ("" if self.table is None else f" of {self.table}")

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """Its unit and doc as metadata of an Arrow field (S-15)."""
        return tuple((f"aw.{name}", text) for name, text in (("unit", self.unit), ("doc", self.doc)) if text is not None)

    @staticmethod
    def of_bits(name: str, type_name: str, bits: int, table: str | None = None, unit: str | None = None,
                doc: str | None = None) -> "Column":
        """A column whose default is this 64-bit pattern; ValueError where it is no value of the type."""
        column = Column(name, type_name, table=table, unit=unit, doc=doc)
        if type_name in DTYPES and type_name != "string":
            value = decode(type_name, np.array([bits], "<u8"))[0]
            object.__setattr__(column, "default", bool(value) if type_name == "bool" else value.item())
            object.__setattr__(column, "default_bits", bits)
        return column


@dataclass(frozen=True)
class Event:
    """An event of a table, or an input of the world; `table` names the table whose ids the values are."""

    name: str
    type: str
    table: str | None = None

    def __post_init__(self) -> None:
        texts("an event or input", self, "name", "type")


@dataclass(frozen=True)
class TableSchema:
    """One table.

    kind: `row`, entities with ids that are born and die; `append_only`, rows that are only added; `presence`, which
    entities of the row table `of` are in it, with columns about them where it is a component. ids: `allocated`, given out by the table, or `external`, given by you.
    gen: whether an id that is used again has a generation, so that its lives can be told apart, as row tables have it by
    default; without, no id is used twice. removal: of a dead row,
    `swap_remove` (the last row takes its place) or `compact` (the order stays). lineage: what births and deaths say,
    `parent`, `cause` or both.
    """

    name: str
    kind: str = "row"
    columns: tuple[Column, ...] = ()
    events: tuple[Event, ...] = ()
    ids: str = "allocated"
    gen: bool | None = None
    removal: str = "swap_remove"
    lineage: tuple[str, ...] = ()
    of: str | None = None

    def __post_init__(self) -> None:
        texts("a table", self, "name", "kind", "ids", "removal")
        for part, kind in (("columns", Column), ("events", Event), ("lineage", str)):
            object.__setattr__(self, part, parts_of_schema(f"{part} of table {self.name}", getattr(self, part), kind))
        gen = self.kind == "row" if self.gen is None else self.gen
        if not isinstance(gen, (bool, np.bool_)):
            raise InvalidUseError(f"Cannot use this schema: gen of table {self.name}: expected True or False, got {gen!r}.")
        object.__setattr__(self, "gen", bool(gen))

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """All columns in file order (S-6)."""
        if self.kind == "append_only":
            return self.columns
        gen = (Column("gen", "u32"),) if self.gen else ()
        return (Column("id", "u32"), *gen, *self.columns)

    @property
    def allocated(self) -> bool:
        """Whether free ids form a stack (O-10)."""
        return self.kind == "row" and self.ids == "allocated"

    def to_json(self) -> dict[str, Any]:
        """The table as store.json writes it."""
        columns: list[dict[str, Any]] = [
            {"name": c.name, "type": c.type} | ({} if c.type == "string" else {"default": f"{c.default_bits:016x}"})
            | {name: text for name in ("table", "unit", "doc") if (text := getattr(c, name)) is not None}
            for c in self.columns]
        return ({"name": self.name, "kind": self.kind} | ({} if self.of is None else {"of": self.of})
                | ({"ids": self.ids, "gen": self.gen} if self.kind == "row" else {})
                | ({} if self.kind == "append_only" else {"removal": self.removal})
                | {"lineage": list(self.lineage), "columns": columns, "events": [_event_json(e) for e in self.events]})


@dataclass(frozen=True)
class Schema:
    """All tables and inputs of a world."""

    tables: tuple[TableSchema, ...] = ()
    inputs: tuple[Event, ...] = ()
    version: int = 1
    _by_name: dict[str, TableSchema] = field(init=False, repr=False, compare=False, default_factory=dict)

    def contradicts(self, other: Schema) -> bool:
        """Whether another of the same version declares otherwise, units and docs aside (N-5)."""
        return self.version == other.version and self != other

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", parts_of_schema("tables", self.tables, TableSchema))
        object.__setattr__(self, "inputs", parts_of_schema("inputs", self.inputs, Event))
        object.__setattr__(self, "version", integer(self.version, "use the schema version"))
        self._by_name.update({t.name: t for t in self.tables})
        problem = _problem(self)
        if problem:
            raise InvalidUseError(f"Cannot use this schema: {problem}.")

    def table(self, name: str) -> TableSchema:
        """The table of that name, or InvalidUseError."""
        found = named(self._by_name, name)
        if found is None:
            raise InvalidUseError(f"No table {name!r}{nearest(name, self._by_name)}")
        return found

    def has(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return named(self._by_name, name) is not None

    @property
    def has_strings(self) -> bool:
        """Whether its log needs the text column (S-8)."""
        return any(k.encoding == "code" for k in declare(self))

    def to_json(self) -> dict[str, Any]:
        """The schema object of store.json and manifest.json."""
        return {"version": self.version, "tables": [t.to_json() for t in self.tables],
                "inputs": [_event_json(e) for e in self.inputs]}

    @staticmethod
    def from_json(value: Any, path: Path) -> "Schema":
        """Reads a schema object; whatever breaks the rules is damage of the file at `path`."""
        m = Members(value, path, "schema")
        tables = tuple(_table(t, path) for t in m.items("tables"))
        try:
            return Schema(tables, _events(m.raw.get("inputs", []), path), m.count("version"))
        except InvalidUseError as e:
            raise DamagedFileError(str(e), path) from e


def _event_json(event: Event) -> dict[str, Any]:
    return {"name": event.name, "type": event.type} | ({} if event.table is None else {"table": event.table})


def _events(value: Any, path: Path) -> tuple[Event, ...]:
    if not isinstance(value, list):
        raise DamagedFileError("schema: events or inputs are not an array", path)
    members = [Members(e, path, "schema event") for e in value]
    return tuple(Event(m.text("name"), m.text("type"), m.text("table") if "table" in m.raw else None) for m in members)


def _table(value: Any, path: Path) -> TableSchema:
    m = Members(value, path, "schema table")
    name, kind = m.text("name"), m.text("kind")
    removal = m.text("removal") if "removal" in m.raw else "swap_remove"
    columns = []
    for item in m.items("columns") if kind != "presence" or "columns" in m.raw else ():
        c = Members(item, path, f"schema column of {name}")
        type_name = c.text("type")
        told = {name: c.text(name) for name in ("table", "unit", "doc") if name in c.raw}
        try:
            columns.append(Column.of_bits(c.text("name"), type_name, 0 if type_name == "string" else c.u64("default"), **told))
        except ValueError as e:
            raise DamagedFileError(f"schema column of {name}: the default of {c.text('name')}: {e}", path) from e
    events = _events(m.raw.get("events", []), path)
    lineage = tuple(str(v) for v in m.items("lineage")) if "lineage" in m.raw else ()
    if kind != "row":
        of = m.text("of") if kind == "presence" else None
        return TableSchema(name, kind, tuple(columns), events, removal=removal, lineage=lineage, of=of)
    return TableSchema(name, kind, tuple(columns), events, m.text("ids"), m.flag("gen"), m.text("removal"), lineage)


def _table_problem(schema: Schema, t: TableSchema) -> str | None:
    if t.kind not in ("row", "append_only", "presence"):
        return f"table {t.name} has kind {t.kind!r}, expected row, append_only or presence"
    if t.ids not in ("allocated", "external"):
        return f"table {t.name} has ids {t.ids!r}, expected allocated or external"
    if t.removal not in ("swap_remove", "compact"):
        return f"table {t.name} has removal {t.removal!r}, expected swap_remove or compact"
    if t.lineage not in ((), ("parent",), ("cause",), ("parent", "cause")):
        return f"table {t.name} has lineage {list(t.lineage)}, expected parent, cause or both in this order"  # S-7
    if t.kind != "row" and (t.lineage or t.gen or t.ids != "allocated"):
        return f"table {t.name} is {t.kind}; only row tables have external ids, gen and lineage"
    if t.kind == "presence":
        if t.events:
            return f"presence table {t.name} has events; those of the rows of {t.of} are declared there"
        if not (t.of and schema.has(t.of) and schema.table(t.of).kind == "row"):
            return f"presence table {t.name} is of {t.of!r}, expected a row table"
    elif t.of is not None:
        return f"table {t.name} is {t.kind} and of {t.of!r}; only presence tables are of another"
    return None


def _words_problem(columns: list[Column]) -> str | None:
    total = 0
    for c in columns:
        for name, text, most in (("unit", c.unit, 100), ("doc", c.doc, 10_000)):
            if text is None:
                continue
            if not isinstance(text, str):
                return f"{c.name} has the {name} {text!r}, expected text"
            if any("\ud800" <= character <= "\udfff" for character in text):
                return f"{c.name} has a {name} with a surrogate without its pair; cut text between code points"
            size = len(text.encode())
            if not 1 <= size <= most:
                return f"{c.name} has a {name} of {size} bytes, expected 1 to {most} bytes of UTF-8"  # S-15
            total += size
    return f"its units and docs have {total} bytes, expected at most {8 << 20}" if total > 8 << 20 else None


def _problem(schema: Schema) -> str | None:
    if len(schema._by_name) != len(schema.tables):
        return "two tables have one name"
    if not 1 <= schema.version < 1 << 31:
        return f"version {schema.version} is not from 1 to 2^31 - 1"
    for t in schema.tables:
        problem = _table_problem(schema, t)
        if problem:
            return problem
    members: list[Column | Event] = []
    for t in schema.tables:
        members += [*t.columns, *t.events]
    for name in [t.name for t in schema.tables if t.name in RESERVED]:
        return f"no table is called {name}"  # S-9
    for name in [m.name for m in members if m.name in ("id", "gen", "born", "died", "parent", "cause")]:
        return f"no column or event is called {name}"  # S-9
    for m in (*schema.tables, *members, *schema.inputs):
        if not _NAME.fullmatch(m.name):
            return f"the name {m.name!r} is not 1 to 100 of [A-Za-z0-9_#-], the first no digit"  # S-9
    for m in (*members, *schema.inputs):
        if m.type not in TYPES:
            return f"{m.name} has type {m.type!r}, expected one of {' '.join(TYPES)}"
        if m.table is not None and not (schema.has(m.table) and schema.table(m.table).kind == "row"):
            return f"{m.name} names the table {m.table!r}, which is not a row table"
        if isinstance(m, Column) and m.table is not None and m.type != "u32":
            return f"{m.name} has type {m.type} and names a table; ids are u32"  # S-14
        if isinstance(m, Column) and m.table is not None and m.default != NO_ROW:
            return f"{m.name} holds ids of {m.table} and has the default {m.default}, expected {NO_ROW}, no row"  # S-14
    problem = _words_problem([c for t in schema.tables for c in t.columns])
    if problem:
        return problem
    names = [k.name for k in declare(schema)]
    twice = sorted({n for n in names if names.count(n) > 1})
    return f"two keys have the name {twice[0]}" if twice else None  # S-9


@dataclass(frozen=True)
class Key:
    """A log key's declaration (L-3, L-4)."""

    code: int
    name: str
    type: str
    encoding: str
    kind: str
    table: str | None = None
    default: int | None = None

    def __post_init__(self) -> None:
        if self.kind == "value" and self.type != "string" and self.default is None:
            object.__setattr__(self, "default", 0)  # one that is absent is zero (L-4)

    @property
    def owner(self) -> str:
        """What stands before the first dot of the name: a table's name, `in`, `tick`, or all of it."""
        return self.name.partition(".")[0]

    @property
    def member(self) -> str:
        """What stands behind the first dot."""
        return self.name.partition(".")[2]

    def to_json(self) -> dict[str, Any]:
        """The declaration as `aw.keys` writes it."""
        out: dict[str, Any] = {"code": self.code, "name": self.name, "type": self.type, "encoding": self.encoding,
                               "kind": self.kind}
        if self.table is not None:
            out["table"] = self.table
        return out | ({} if self.default is None else {"default": f"{self.default:016x}"})

    @staticmethod
    def from_json(value: Any, path: Path) -> "Key":
        """Reads one declaration of `aw.keys`."""
        m = Members(value, path, "aw.keys")
        key = Key(m.count("code"), m.text("name"), m.text("type"), m.text("encoding"), m.text("kind"),
                  m.text("table") if "table" in m.raw else None, m.u64("default") if "default" in m.raw else None)
        if key.type not in TYPES or key.kind not in KINDS or key.encoding != encoding_of(key.type):
            raise DamagedFileError(f"aw.keys: {key.name} has type {key.type!r}, encoding {key.encoding!r}, kind "
                                   f"{key.kind!r}, which do not go together", path)
        if key.code > 0xFFFF:
            raise DamagedFileError(f"aw.keys: {key.name} has code {key.code}, more than a u16", path)
        return key


COMMIT = Key(0, "tick.commit", "u64", "bits", "commit")


def _declared(schema: Schema) -> Iterable[tuple[str, str, str, str | None, int | None]]:
    for t in schema.tables:
        yield f"{t.name}.born", "u32", "born", t.of, None
        if t.kind != "append_only":
            yield f"{t.name}.died", "u32", "died", t.of, None
        for word in t.lineage:
            parent = word == "parent"
            yield f"{t.name}.{word}", "u32" if parent else "string", "lineage", t.name if parent else None, None
        for c in t.columns:
            yield f"{t.name}.{c.name}", c.type, "value", None, None if c.type == "string" else c.default_bits
    for t in schema.tables:
        for e in t.events:
            yield f"{t.name}.{e.name}", e.type, "event", e.table, None
    for e in schema.inputs:
        yield f"in.{e.name}", e.type, "input", e.table, None


def require_schema(schema: Any) -> "Schema":
    """What a caller gave as a schema, if it is one."""
    if not isinstance(schema, Schema):
        raise InvalidUseError(f"Cannot use {schema!r} as a schema: expected a Schema.")
    return schema


def declare(schema: Schema) -> list[Key]:
    """The keys of a world in code order (L-6)."""
    return [COMMIT] + [Key(code, name, type_name, encoding_of(type_name), kind, table, default)
                       for code, (name, type_name, kind, table, default) in enumerate(_declared(schema), 1)]
