# SPDX-License-Identifier: Apache-2.0
"""A tick's changes as log rows in canonical order (order.md O-1 to O-6); newborns get their ids here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .codebook import repeated
from .errors import InvalidUseError
from .handles import Births, Ids, resolve
from .replay import Places
from .rows import Rows
from .rows_out import Part, RowsOut, bits_of, words_of
from .schema import NO_ROW, Key, TableSchema
from .tick_table import Cells, Changes, Target
from .values import Array, encode
from .tables import Table
from .world import World


def rows_of(world: World, keys: Mapping[str, Key], inputs: list[tuple[Key, Ids, Cells]], changes: Mapping[str, Changes],
            targets: list[Target], tick: int, first_seq: int, strings: bool, changed_only: bool) -> tuple[Rows, Places]:
    """The tick's rows, whose commit row has no chain yet, and where those of each key stand.

    The world is not changed; the births have their numbers afterwards.
    """
    plain = [t for t in world.schema.tables if t.kind != "presence" and t.name in changes]
    presence = [t for t in world.schema.tables if t.kind == "presence"]
    dead = {t.name: _Dead.of(changes[t.name]) for t in plain}
    born = {t.name: _Born.of(changes[t.name], dead[t.name]) for t in plain}
    for table in plain:
        born[table.name].given(dead[table.name])
        if born[table.name].births:
            _check_no_row(world, table, born[table.name])
    for table in plain:
        _check_parents(table, born[table.name], dead[table.name])
    for target in targets:
        _check_target(world.tables[target.table], target, born.get(target.table))
    for table in presence:
        listed = changes[table.name] if table.name in changes else Changes(world.tables[table.name])
        dead[table.name], born[table.name] = _listed(world, listed, dead, born)
    out = RowsOut(world, strings)
    for key, rid, cells in inputs:
        out.cells(key, rid.resolved(), cells)
    for table in (*plain, *presence):  # O-2, O-3
        change = changes.get(table.name)
        if change is not None:
            _values(out, keys, change, changed_only)
            _events(out, change)
        _deaths(out, keys, table, dead[table.name], {} if change is None else change.causes)
        _births(out, keys, table, born[table.name])
    return out.rows(tick, first_seq), out.places


@dataclass
class _Dead:
    """The rows of one table that die: slots, last first, ids, and the generations they die in."""

    slots: Array
    ids: Array
    gens: Array

    @staticmethod
    def of(change: Changes) -> "_Dead":
        return _NOBODY if change.removed is None else _dead(change.table, np.flatnonzero(change.removed)[::-1])


def _dead(table: Table, slots: Array) -> _Dead:
    if table.schema.kind == "append_only":
        return _Dead(slots, np.empty(0, "<u4"), np.empty(0, "<u4"))
    gens = table._columns["gen"][slots] if table.schema.gen else np.zeros(len(slots), "<u4")
    return _Dead(slots, table._columns["id"][slots], gens)


_NOBODY = _Dead(np.empty(0, np.int64), np.empty(0, "<u4"), np.empty(0, "<u4"))


class _Born:
    """The births of one table in the order of their rows."""

    def __init__(self, table: Table, births: list[Births], order: Array) -> None:
        self.table, self.births, self.order = table, births, order
        self.ids = self.gens = _NOBODY.ids

    @staticmethod
    def of(change: Changes, dead: _Dead) -> "_Born":
        """Orders them, and gives out the ids of tables that do so."""
        births = [b for b in change.births if b.count]
        if not births:
            return _Born(change.table, [], _NOBODY.slots)
        rows = sum(b.count for b in births)
        order = np.arange(rows)
        if any(b.system or isinstance(b.cause, np.ndarray) or b.cause for b in births):
            cause = np.concatenate([np.broadcast_to(np.asarray(b.cause, "<u4"), b.count) for b in births])
            order = np.lexsort((cause, np.repeat([b.system for b in births], [b.count for b in births])))
        out = _Born(change.table, births, order)
        schema = change.table.schema
        if schema.kind == "append_only":
            out._number(np.arange(change.table.rows, change.table.rows + rows, dtype="<u4"))
        elif schema.allocated:
            out._allocate(dead, rows)
        return out

    def _number(self, ids: Array) -> None:
        """Gives ids, in row order, to the births."""
        self.ids = ids.astype("<u4", copy=False)
        if not len(self.gens):
            self.gens = np.zeros(len(ids), "<u4")
        made = np.empty(len(ids), "<u4")
        made[self.order] = self.ids
        made.flags.writeable = False
        start = 0
        for b in self.births:
            b.numbers = made[start : start + b.count]
            start += b.count

    def _allocate(self, dead: _Dead, rows: int) -> None:
        """O-10: the stack of free ids from its top, those that die now on it, then new ones."""
        table = self.table
        ids, gens = np.empty(rows, np.int64), np.zeros(rows, "<u4")
        freed = min(rows, len(dead.ids)) if table.schema.gen else 0
        ids[:freed], gens[:freed] = dead.ids[::-1][:freed], dead.gens[::-1][:freed] + 1
        taken = min(rows - freed, len(table.free))
        if taken:
            pairs = np.array(table.free[-taken:], np.int64)[::-1]
            ids[freed : freed + taken], gens[freed : freed + taken] = pairs[:, 0], pairs[:, 1] + 1
        fresh = rows - freed - taken
        if table.next_id + fresh > NO_ROW:
            raise InvalidUseError(f"Cannot insert into {table.schema.name}: its u32 ids are used up.")
        ids[freed + taken :] = np.arange(table.next_id, table.next_id + fresh)
        self.gens = gens
        self._number(ids)

    def given(self, dead: _Dead) -> None:
        """Checks the ids that external births came with (O-12), and gives them their generations (O-11)."""
        table, schema = self.table, self.table.schema
        if schema.kind != "row" or schema.allocated or not self.births:
            return
        ids = np.concatenate([_given(b) for b in self.births])[self.order]
        _check_free(table, ids, dead)
        gens = np.zeros(len(ids), "<u4")
        if schema.gen and (table.dead or len(dead.ids)):
            last = dict(zip(dead.ids.tolist(), dead.gens.tolist()))
            known = [last.get(i, table.dead.get(i, -1)) for i in ids.tolist()]
            gens = (np.array(known, np.int64) + 1).astype("<u4")
        self.gens = gens
        self._number(ids)


def _given(births: Births) -> Array:
    assert births.given is not None
    if any(b._births.numbers is None for b in births.given.newborns.values()):
        raise InvalidUseError(f"Cannot insert into {births.table}: its id is that of a newborn whose id is not known yet.")
    return np.broadcast_to(births.given.resolved(), births.count)


def _handles(births: Births) -> Array:
    """Which of the given ids were given as handles of newborns."""
    assert births.given is not None
    out = np.zeros(len(births.given), bool)
    out[list(births.given.newborns)] = True
    return np.broadcast_to(out, births.count)


def _check_free(table: Table, ids: Array, dead: _Dead) -> None:
    live = table.lookup().slots(ids)
    here = live >= 0
    if here.any() and len(dead.ids):
        here &= ~np.isin(ids, dead.ids)
    if here.any():
        raise InvalidUseError(f"Cannot insert {int(ids[np.argmax(here)])} into {table.schema.name}: it is there already.")
    once, counts = np.unique(ids, return_counts=True)
    if len(once) != len(ids):
        raise InvalidUseError(f"Cannot insert {int(once[np.argmax(counts > 1)])} into {table.schema.name}: it is there already,"
                              " inserted in this tick.")


def _check_parents(table: TableSchema, born: "_Born", dead: _Dead) -> None:
    """Refuses a parent that the log would name as the dead row whose id it gets."""
    for births in born.births if len(dead.ids) else ():
        for handle in births.parent.newborns.values() if births.parent is not None else ():
            numbers = handle._births.numbers
            if numbers is not None and (number := numbers[handle._index]) in dead.ids:
                raise InvalidUseError(f"Cannot log a parent in {table.name} by the handle of a newborn: it gets id {number} "
                                      "from a row that dies in this tick, and the log would name the dead one as the parent. "
                                      "Give birth to the child in a later tick, or remove the dead one in it.")


def _check_no_row(world: World, table: TableSchema, born: _Born) -> None:
    referred = any(c.table == table.name for t in world.schema.tables for c in t.columns)
    if referred and (born.ids == NO_ROW).any():
        raise InvalidUseError(f"Cannot insert {NO_ROW} into {table.name}: in the columns that hold its ids it says no row.")


def _check_target(table: Table, target: Target, born: "_Born | None") -> None:
    """O-16: what is written lives at tick start or is born in this tick."""
    known = target.ids.known()
    ids = target.ids.numbers[known]
    missing = ids >= table.rows if table.schema.kind == "append_only" else table.lookup().slots(ids) < 0
    if target.spare is not None:
        missing &= ids != target.spare
    if missing.any() and born is not None:
        missing &= ~np.isin(ids, born.ids)
    if missing.any():
        raise InvalidUseError(f"Cannot {target.what}: no row {int(ids[np.argmax(missing)])} lives in {table.schema.name} or "
                              "is born in this tick.")  # O-16


def _values(out: RowsOut, keys: Mapping[str, Key], change: Changes, changed_only: bool) -> None:
    table = change.table
    for c in table.schema.columns:
        staged = change.columns.get(c.name)
        if staged is None:
            continue
        key, bits, words = keys[f"{table.schema.name}.{c.name}"], staged.bits, staged.words
        if staged.newborns:
            bits = bits.copy()
            places = list(staged.newborns)
            bits[places] = encode("u32", resolve(np.zeros(len(places), "<u4"), dict(enumerate(staged.newborns.values()))))
        slots = None if staged.written is None else np.flatnonzero(staged.written)
        if changed_only and c.table is None:  # an id may have got another life
            slots = np.arange(table.rows) if slots is None else slots
            slots = slots[staged.differs(slots, table._columns[c.name][slots], c.type, out.world.codebook.find)]
        rids = np.arange(table.rows, dtype="<u4") if table.schema.kind == "append_only" else table._columns["id"]
        if slots is not None:
            rids, bits, words = rids[slots], bits[slots], None if words is None else words[slots]
        out.many(key, rids, bits, words)


def _events(out: RowsOut, change: Changes) -> None:
    if not change.events:
        return
    runs = [(key, ids.resolved(), cells) for key, ids, cells in change.events]
    rid = np.concatenate([ids for _, ids, _ in runs])
    code = np.repeat([key.code for key, _, _ in runs], [len(ids) for _, ids, _ in runs]).astype("<u2")
    bits = np.concatenate([bits_of(key, cells, len(ids)) for key, ids, cells in runs])
    text = np.concatenate([words_of(cells, len(ids)) for _, ids, cells in runs])
    order = np.lexsort((rid, code))
    out.raw(code[order], rid[order], bits[order], text[order])


def _deaths(out: RowsOut, keys: Mapping[str, Key], schema: TableSchema, dead: _Dead, causes: dict[int, str]) -> None:
    if not len(dead.slots):
        return
    died = Part(keys[f"{schema.name}.died"], encode("u32", dead.gens))
    if not causes:
        out.many(died.key, dead.ids, died.bits)
        return
    words = np.array([causes.get(s) for s in dead.slots.tolist()], object)
    out.woven(dead.ids, [died, Part(keys[f"{schema.name}.cause"], np.zeros(len(words), "<u8"), words,
                                    words != None)])  # noqa: E711 (element-wise)


def _births(out: RowsOut, keys: Mapping[str, Key], schema: TableSchema, born: _Born) -> None:
    rows = len(born.ids)
    if not rows:
        return
    name, order, births = schema.name, born.order, born.births
    parts = [Part(keys[f"{name}.born"], encode("u32", born.gens))]
    if any(b.parent is not None for b in births):
        parents = np.concatenate([np.zeros(b.count, "<u4") if b.parent is None else np.broadcast_to(
            b.parent.resolved(), b.count) for b in births])[order]
        has = np.concatenate([np.full(b.count, b.parent is not None) for b in births])[order]
        parts.append(Part(keys[f"{name}.parent"], encode("u32", parents), has=has))
    for c in schema.columns:
        key = keys[f"{name}.{c.name}"]
        if c.type == "string":
            words = np.concatenate([repeated(w, b.count) if isinstance(w := b.words[c.name], str) else w
                                    for b in births])[order]
            parts.append(Part(key, np.zeros(rows, "<u8"), words))
        elif len(births) == 1 and c.name not in births[0].newborns and not isinstance(
                value := births[0].bits.get(c.name, c.default_bits), np.ndarray):
            if value != c.default_bits:
                parts.append(Part(key, value))
        elif any(c.name in b.bits for b in births):
            bits = np.concatenate([_inserted(b, c.name, c.default_bits) for b in births])[order]
            has = bits != np.uint64(c.default_bits)
            if has.any():
                parts.append(Part(key, bits, has=None if has.all() else has))
    out.woven(born.ids, parts)


def _inserted(births: Births, column: str, default: int) -> Array:
    bits = births.bits.get(column, default)
    if not isinstance(bits, np.ndarray):
        bits = np.full(births.count, bits, "<u8")
    newborns = births.newborns.get(column)
    if newborns:
        bits = bits.copy()
        bits[list(newborns)] = encode("u32", resolve(np.zeros(len(newborns), "<u4"), dict(enumerate(newborns.values()))))
    return bits


def _listed(world: World, change: Changes, dead: dict[str, _Dead], born: dict[str, _Born]) -> tuple[_Dead, _Born]:
    """O-3 to O-5: who leaves a presence table, with the dead among them, and who enters it and does not die now."""
    table, name, of = change.table, change.table.schema.name, change.table.schema.of
    assert of is not None
    gone = dead[of].ids if of in dead else np.empty(0, "<u4")
    removed = np.zeros(table.rows, bool) if change.removed is None else change.removed.copy()
    if len(gone):
        slots = table.lookup().slots(gone)
        removed[slots[slots >= 0]] = True
    leaving = _dead(table, np.flatnonzero(removed)[::-1])
    births = [b for b in change.births if b.count]
    if not births:
        return leaving, _Born(table, [], np.empty(0, np.int64))
    ids = np.concatenate([_given(b) for b in births])
    handles = np.concatenate([_handles(b) for b in births])
    order = np.lexsort((ids, np.repeat([b.system for b in births], [b.count for b in births])))
    start = 0
    for b in births:
        b.numbers = ids[start : start + b.count]
        start += b.count
    ids, handles = ids[order], handles[order]
    lives = world.tables[of].lookup().slots(ids) >= 0
    fresh = (handles | ~lives) & (np.isin(ids, born[of].ids) if of in born else False)  # an id that lives is who has it now
    missing = ~(lives | fresh)
    if missing.any():
        raise InvalidUseError(f"Cannot insert {int(ids[np.argmax(missing)])} into {name}: it does not live in {of} and is "
                              "not born in this tick.")
    enters = fresh | ~np.isin(ids, gone)
    _check_free(table, ids[enters], leaving)
    entering = _Born(table, births, order[enters])
    entering.ids, entering.gens = ids[enters], np.zeros(int(enters.sum()), "<u4")
    return leaving, entering
