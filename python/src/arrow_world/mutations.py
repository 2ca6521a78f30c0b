"""What one tick changes, put into canonical order (order.md O-1 to O-6)."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

import numpy as np

from .codebook import as_words
from .errors import InvalidUseError
from .rows import Rows
from .schema import Key, TableSchema, declare
from .values import U64, Array, encode
from .tables import Table
from .world import World


@dataclass(eq=False)
class Birth:
    """An insertion; `id` is known once the tick's rows are made."""

    table: str
    values: Mapping[str, Any]
    parent: "Union[int, Birth, None]"
    system: int
    cause_id: int
    requested_id: "Union[int, Birth, None]"
    id: int | None = None


@dataclass
class _Staged:
    """Value writes to one column by slot: which slots, and patterns or words."""

    written: Array
    bits: U64
    words: Array | None


@dataclass
class _Changes:
    """The changes of one table."""

    columns: dict[str, _Staged] = field(default_factory=dict)
    events: list[tuple[int, int, Any]] = field(default_factory=list)
    removed: dict[int, str | None] = field(default_factory=dict)
    births: list[Birth] = field(default_factory=list)


class Mutations:
    """Collects one tick's changes of a world, in any order; the world is not touched.

    Every method raises InvalidUseError for what cannot be logged. LogWriter.step logs and applies it.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._keys = {k.name: k for k in declare(world.schema)}
        self._inputs: list[tuple[Key, int, Any]] = []
        self._tables = {name: _Changes() for name in world.tables}

    def input(self, name: str, value: Any, target: int = 0) -> None:
        """Queues an input from outside (O-1)."""
        self._inputs.append((self._key(f"in.{name}", "input"), _u32(target), value))

    def set_column(self, table: str, column: str, values: Any) -> None:
        """Writes a whole column: one value per slot; every slot gets a row, changed or not."""
        rows = self._table(table).rows
        self._stage(table, column, np.arange(rows), values)

    def set(self, table: str, column: str, ids: Any, values: Any) -> None:
        """Writes the column of some live rows, by id (by ordinal in append-only tables); one value per id."""
        wanted = np.atleast_1d(np.asarray(ids))
        if wanted.dtype.kind not in "iu" or len(wanted) and (wanted.min() < 0 or wanted.max() >= 1 << 32):
            raise InvalidUseError(f"Cannot set {table}.{column}: ids must be u32 numbers.")
        self._stage(table, column, self._table(table).slots(wanted.astype("<u4")), values)

    def event(self, table: str, name: str, rid: int, value: Any) -> None:
        """Records an event of a row (O-2)."""
        key = self._key(f"{table}.{name}", "event")
        self._tables[table].events.append((key.code, _u32(rid), value))

    def remove(self, table: str, id: int, cause: str | None = None) -> None:
        """Removes a live row; a second removal in one tick is the first one. cause: a word, where lineage has it."""
        schema = self._table(table).schema
        if schema.kind == "append_only":
            raise InvalidUseError(f"Cannot remove from {table}: rows are only added.")
        if cause is not None and "cause" not in schema.lineage:
            raise InvalidUseError(f"Cannot log the cause {cause!r}: {table} declares no cause in its lineage.")
        self.world.tables[table].slots(np.array([_u32(id)], "<u4"))
        self._tables[table].removed.setdefault(id, cause)

    def insert(self, table: str, values: Mapping[str, Any] | None = None, *, id: Union[int, Birth, None] = None,
               parent: Union[int, Birth, None] = None, system: int = 0, cause_id: int = 0) -> Birth:
        """Adds a row; columns not given have their default. Insertions go by (system, cause_id, order made).

        id: for external tables; for presence tables the id that enters, which may be a Birth of this tick. Those tables
        take no cause_id: it is 0 for external rows, and the id itself for presence rows (O-4).
        """
        schema = self._table(table).schema
        values = dict(values or {})
        unknown = set(values) - {c.name for c in schema.columns}
        absent = [c.name for c in schema.columns if c.type == "string" and c.name not in values]
        if unknown or absent:
            raise InvalidUseError(f"Cannot insert into {table}: unknown columns {sorted(unknown)}, strings not given "
                                  f"{absent}.")
        chosen = schema.kind == "presence" or schema.kind == "row" and not schema.allocated
        if chosen != (id is not None):
            raise InvalidUseError(f"Cannot insert into {table}: an id must {'' if chosen else 'not '}be given.")
        if chosen and cause_id:
            raise InvalidUseError(f"Cannot insert into {table} with a cause id: rows with a given id have their own (O-4).")
        if parent is not None and "parent" not in schema.lineage:
            raise InvalidUseError(f"Cannot log a parent: {table} declares none in its lineage.")
        birth = Birth(table, values, parent, _u32(system), _u32(cause_id), id)
        self._tables[table].births.append(birth)
        return birth

    def rows(self, tick: int, first_seq: int = 0, strings: bool = True) -> Rows:
        """The tick's rows in canonical order, without the commit row; ids and generations are given out here."""
        out = _Out(self.world)
        for key, target, value in self._inputs:
            out.one(key, target, value)
        ordered = sorted(self._tables.items(), key=lambda item: self.world.tables[item[0]].schema.kind == "presence")
        for name, changes in ordered:
            table = self.world.tables[name]
            if table.schema.kind == "presence":
                self._leave_with_the_dead(table, changes)
            self._values(out, table, changes)
            by_code = {k.code: k for k in self._keys.values()}
            for code, rid, value in sorted(changes.events, key=lambda e: e[:2]):
                out.one(by_code[code], rid, value)
            free = self._removals(out, table, changes)
            self._insertions(out, table, changes, free)
        return out.rows(tick, first_seq, strings)

    def _table(self, name: str) -> Table:
        self.world.schema.table(name)
        return self.world.tables[name]

    def _key(self, name: str, kind: str) -> Key:
        if name not in self._keys or self._keys[name].kind != kind:
            raise InvalidUseError(f"The schema declares no {kind} {name!r}.")
        return self._keys[name]

    def _stage(self, table: str, column: str, slots: Array, values: Any) -> None:
        key = self._key(f"{table}.{column}", "value")
        n = self._table(table).rows
        words = as_words(values) if key.type == "string" else None
        bits = np.zeros(len(slots), "<u8") if words is not None else encode(key.type, values)
        if len(bits if words is None else words) != len(slots):
            raise InvalidUseError(f"Cannot set {table}.{column}: {len(bits if words is None else words)} values for "
                                  f"{len(slots)} rows.")
        staged = self._tables[table].columns.get(column)
        if staged is None:
            staged = _Staged(np.zeros(n, bool), np.zeros(n, "<u8"), None if words is None else np.full(n, None, object))
            self._tables[table].columns[column] = staged
        staged.written[slots] = True
        staged.bits[slots] = bits
        if staged.words is not None:
            staged.words[slots] = words

    def _values(self, out: "_Out", table: Table, changes: _Changes) -> None:
        for c in table.schema.columns:
            staged = changes.columns.get(c.name)
            if staged is None:
                continue
            slots = np.flatnonzero(staged.written)
            rids = slots.astype("<u4") if table.schema.kind == "append_only" else table.columns["id"][slots]
            key = self._keys[f"{table.schema.name}.{c.name}"]
            out.many(key, rids, staged.bits[slots], None if staged.words is None else staged.words[slots])

    def _leave_with_the_dead(self, table: Table, changes: _Changes) -> None:
        assert table.schema.of is not None
        dead = self._tables[table.schema.of].removed
        for rid in table.columns["id"].tolist():
            if rid in dead:
                changes.removed.setdefault(rid, None)

    def _removals(self, out: "_Out", table: Table, changes: _Changes) -> list[tuple[int, int]]:
        """Logs the removals; returns the free stack after them."""
        name, free = table.schema.name, list(table.free)
        ids = np.array(list(changes.removed), "<u4")
        slots = table.slots(ids) if len(ids) else ids
        for i in np.argsort(slots)[::-1].tolist() if len(ids) else []:
            rid = int(ids[i])
            gen = int(table.columns["gen"][slots[i]]) if table.schema.gen else 0
            out.one(self._keys[f"{name}.died"], rid, gen)
            if changes.removed[rid] is not None:
                out.one(self._keys[f"{name}.cause"], rid, changes.removed[rid])
            if table.schema.gen:
                free.append((rid, gen))
        return free

    def _insertions(self, out: "_Out", table: Table, changes: _Changes, free: list[tuple[int, int]]) -> None:
        schema, next_id, ordinal = table.schema, table.next_id, table.rows
        live = set() if schema.kind == "append_only" else set(table.columns["id"].tolist()) - set(changes.removed)
        dead = dict(free)
        for birth in sorted(changes.births, key=lambda b: (b.system, self._cause_id(b))):
            gen = 0
            if schema.kind == "append_only":
                rid, ordinal = ordinal, ordinal + 1
            elif schema.allocated and free:
                rid, last = free.pop()
                gen = last + 1
            elif schema.allocated:
                rid, next_id = next_id, next_id + 1
            else:
                rid = self._resolve(birth.requested_id, f"insert into {schema.name}")
                if self._dies_now(schema, birth, rid):
                    continue
                last_gen = dead.get(rid, table.dead.get(rid))
                gen = 0 if last_gen is None else last_gen + 1
                self._check_entry(schema, rid, live, birth)
            live.add(rid)
            birth.id = _u32(rid)
            self._log_birth(out, schema, birth, rid, gen if schema.gen else 0)

    def _check_entry(self, schema: TableSchema, rid: int, live: "builtins.set[int]", birth: Birth) -> None:
        if rid in live:
            raise InvalidUseError(f"Cannot insert {rid} into {schema.name}: it is there already.")
        if schema.of is not None and rid not in self._born(schema.of):
            self.world.tables[schema.of].slots(np.array([rid], "<u4"))

    def _born(self, table: str) -> "builtins.set[int | None]":
        return {b.id for b in self._tables[table].births}

    def _cause_id(self, birth: Birth) -> int:
        if self.world.schema.table(birth.table).kind != "presence":
            return birth.cause_id
        return self._resolve(birth.requested_id, f"insert into {birth.table}")

    def _dies_now(self, schema: TableSchema, birth: Birth, rid: int) -> bool:
        """Whether a presence row's entity dies in this tick, so that the row does not come about (O-5)."""
        return schema.of is not None and rid in self._tables[schema.of].removed and rid not in self._born(schema.of)

    def _log_birth(self, out: "_Out", schema: TableSchema, birth: Birth, rid: int, gen: int) -> None:
        name = schema.name
        out.one(self._keys[f"{name}.born"], rid, gen)
        if birth.parent is not None:
            out.one(self._keys[f"{name}.parent"], rid, self._resolve(birth.parent, f"log a parent in {name}"))
        for c in schema.columns:
            if c.name in birth.values:
                key = self._keys[f"{name}.{c.name}"]
                if c.type == "string" or int(encode(c.type, birth.values[c.name])[0]) != c.default:
                    out.one(key, rid, birth.values[c.name])

    @staticmethod
    def _resolve(id: Union[int, Birth, None], action: str) -> int:
        found = id.id if isinstance(id, Birth) else id
        if found is None:
            raise InvalidUseError(f"Cannot {action}: the row it names has no id yet; insertions go by system, cause id "
                                  "and order made.")
        return _u32(found)


class _Out:
    """Rows in the making; string codes are given in row order (L-12)."""

    def __init__(self, world: World) -> None:
        self._codebook = world.codebook
        self._new: dict[str, int] = {}
        self._key: list[Array] = []
        self._rid: list[Array] = []
        self._bits: list[Array] = []
        self._text: list[Array] = []

    def one(self, key: Key, rid: int, value: Any) -> None:
        """One row."""
        words = as_words([value]) if key.type == "string" else None
        self.many(key, np.array([rid], "<u4"), np.zeros(1, "<u8") if words is not None else encode(key.type, value), words)

    def many(self, key: Key, rids: Array, bits: Array, words: Array | None = None) -> None:
        """One row per rid."""
        if words is not None:
            bits = encode("u32", np.array([self._code(w) for w in words.tolist()], "<u4"))
        if len(bits) != len(rids):
            raise InvalidUseError(f"Cannot log {key.name}: {len(bits)} values for {len(rids)} rows.")
        self._key.append(np.full(len(rids), key.code, "<u2"))
        self._rid.append(rids)
        self._bits.append(bits)
        self._text.append(np.full(len(rids), None, object) if words is None else words)

    def _code(self, word: str) -> int:
        code = self._codebook.find(word)
        return self._new.setdefault(word, len(self._codebook) + len(self._new)) if code is None else code

    def rows(self, tick: int, first_seq: int, strings: bool) -> Rows:
        """All of it."""
        if not self._key:
            return Rows(first_seq, np.empty(0, "<u8"), np.empty(0, "<u4"), np.empty(0, "<u2"), np.empty(0, "<u8"),
                        np.empty(0, object) if strings else None)
        key = np.concatenate(self._key)
        return Rows(first_seq, np.full(len(key), tick, "<u8"), np.concatenate(self._rid), key,
                    np.concatenate(self._bits), np.concatenate(self._text) if strings else None)


def _u32(value: int) -> int:
    number = int(value)
    if not 0 <= number < 1 << 32:
        raise InvalidUseError(f"{value} is no row id; expected 0 to {(1 << 32) - 1}.")
    return number

