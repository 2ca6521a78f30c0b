# SPDX-License-Identifier: Apache-2.0
"""From log rows to state (order.md O-7 to O-14): births and deaths in order, values in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Union

import numpy as np

from .lookup import Lookup
from .rows import Rows
from .schema import Key
from .tables import Table
from .values import Array, decode

_LONG_RUN = 256
_PIECE = 1 << 16
_NONE = np.empty(0, np.int64)
_Place = Union[slice, Array]
"""Positions of rows: a run, or an array of them."""


class _Contradiction(Exception):
    """A row that the state does not allow."""


def replay(tables: Mapping[str, Table], rows: Rows, keys: list[Key]) -> str | None:
    """Applies whole committed ticks to the tables; says what contradicts them, or None. Words are the caller's."""
    try:
        _replay(tables, rows, keys)
    except _Contradiction as e:
        return str(e)
    return None


def _replay(tables: Mapping[str, Table], rows: Rows, keys: list[Key]) -> None:
    places = _places(rows.key, len(keys))
    by_name = {k.name: places[k.code] for k in keys if places[k.code]}
    for name, table in tables.items():
        born, died = (_positions(by_name.get(f"{name}.{what}", [])) for what in ("born", "died"))
        if table.schema.kind == "append_only":
            life: _Life = _Appended(table, rows, born)
        else:
            life = _Entities(table, rows, born, died)
        for column in table.schema.columns:
            for at in by_name.get(f"{name}.{column.name}", ()):
                _write(table, column.name, column.type, rows, at, life)
    for name, table in tables.items():
        if table.schema.of is not None:
            missing = tables[table.schema.of].lookup().slots(table._columns["id"]) < 0
            if missing.any():
                raise _Contradiction(f"{name} lists {int(table._columns['id'][np.argmax(missing)])}, which is not live "
                                     f"in {table.schema.of} after tick {int(rows.tick[-1])}")  # O-5


def _places(key: Array, keys: int) -> list[list[_Place]]:
    """Per key code where its rows are, in order: slices where they stand in long runs, as whole columns do."""
    starts = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(key[1:] != key[:-1]) + 1))
    codes, stops = key[starts], np.append(starts[1:], len(key))
    rows, runs = np.bincount(codes, stops - starts, keys), np.bincount(codes, minlength=keys)
    long = rows >= _LONG_RUN * np.maximum(runs, 1)
    out: list[list[_Place]] = [[] for _ in range(len(rows))]
    chosen = long[codes]
    for code, start, stop in zip(codes[chosen].tolist(), starts[chosen].tolist(), stops[chosen].tolist()):
        out[code] += [slice(i, min(i + _PIECE, stop)) for i in range(start, stop, _PIECE)]
    rest = np.flatnonzero(np.repeat(~chosen, stops - starts))
    if len(rest):
        order = rest[np.argsort(key[rest], kind="stable")]
        found, first = np.unique(key[order], return_index=True)
        for code, part in zip(found.tolist(), np.split(order, first[1:])):
            out[code].append(part)
    return out


def _positions(places: list[_Place]) -> Array:
    parts = [np.arange(p.start, p.stop) if isinstance(p, slice) else p for p in places]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


class _Life:
    """When which row existed, within the rows being applied."""

    def slots(self, at: _Place, rids: Array) -> tuple[Array, Array | None, Array]:
        """For value rows: their slots now, which still matter (None: all), and which met no live row (or none: empty)."""
        raise NotImplementedError


def _write(table: Table, name: str, type_name: str, rows: Rows, at: _Place, life: _Life) -> None:
    try:
        values = decode(type_name, rows.bits[at])
    except ValueError as e:
        first, last = _positions([at])[[0, -1]]
        raise _Contradiction(f"{table.schema.name}.{name} between seq {rows.first_seq + int(first)} and "
                             f"{rows.first_seq + int(last)}: {e}") from None
    slots, matter, wrong = life.slots(at, rows.rid[at])
    if len(wrong):
        i = int(_positions([at])[wrong[0]])
        raise _Contradiction(f"seq {rows.first_seq + i} sets {table.schema.name}.{name} of row "
                             f"{int(rows.rid[i])}, which is not live there")  # O-7
    column = table._columns[name]
    if not column.flags.writeable:
        column = column.copy()
        table._columns[name] = column
    # As integers: a float copy could quieten a signalling NaN; of repeated slots NumPy keeps the last value.
    raw = f"<u{column.dtype.itemsize}"
    if matter is None:
        column.view(raw)[slots] = values.view(raw)
    else:
        column.view(raw)[slots[matter]] = values.view(raw)[matter]


def _grown(table: Table, name: str, type_name: str, default: int, origin: Array) -> Array:
    """The column with row i taken from old row origin[i], or the default where that is negative (O-8)."""
    old = table._columns[name]
    raw = f"<u{old.dtype.itemsize}"
    fill = np.zeros(1, old.dtype) if type_name == "string" else decode(type_name, np.array([default], "<u8"))
    new = np.full(len(origin), fill.view(raw)[0], raw)
    kept = origin >= 0
    new[kept] = old.view(raw)[origin[kept]]
    return new.view(old.dtype)


class _Appended(_Life):
    """Append-only tables: rid, ordinal and slot are one (O-13)."""

    def __init__(self, table: Table, rows: Rows, born: Array) -> None:
        self._before = table.rows
        self._born = born
        wrong = rows.rid[born] != np.arange(table.rows, table.rows + len(born))
        if wrong.any():
            i = int(np.argmax(wrong))
            raise _Contradiction(f"seq {rows.first_seq + int(born[i])} adds row {int(rows.rid[born[i]])} to "
                                 f"{table.schema.name}, expected {table.rows + i}")  # O-13
        if rows.bits[born].any():
            raise _Contradiction(f"a birth in {table.schema.name} has a generation, expected 0")  # O-2
        if len(born):
            origin = np.concatenate((np.arange(table.rows), np.full(len(born), -1)))
            for c in table.schema.columns:
                table._columns[c.name] = _grown(table, c.name, c.type, c.default_bits, origin)
            table.rows += len(born)

    def slots(self, at: _Place, rids: Array) -> tuple[Array, Array | None, Array]:
        slots = rids.astype(np.int64)
        wrong = slots >= self._before + len(self._born)
        if len(self._born):
            births = np.concatenate((np.full(1, -1), self._born))
            index = np.clip(slots - self._before + 1, 0, len(births) - 1)
            wrong |= births[index] > _positions([at])
        return slots, None, np.flatnonzero(wrong)


class _Entities(_Life):
    """Row and presence tables: births and deaths one by one, then every column gathered once."""

    def __init__(self, table: Table, rows: Rows, born: Array, died: Array) -> None:
        self._before = table.lookup()
        events = np.concatenate((born, died))
        is_born = np.concatenate((np.ones(len(born), bool), np.zeros(len(died), bool)))
        order = np.argsort(events)
        events, is_born = events[order], is_born[order]
        rids = rows.rid[events]
        if len(events):
            try:
                gens = decode("u32", rows.bits[events])
            except ValueError as e:
                raise _Contradiction(f"a birth or death in {table.schema.name}: {e}") from None
            if len(died) or not _all_new(table, rids, gens):
                seqs = (rows.first_seq + events).tolist()
                _live_and_die(table, zip(seqs, rids.tolist(), is_born.tolist(), gens.tolist()))
        by_rid = np.lexsort((events, rids))
        self._rids, self._born = rids[by_rid], is_born[by_rid]
        self._keys = self._rids.astype("u8") << np.uint64(32) | events[by_rid].astype("u8")
        self._now = table.lookup()
        self._changed = Lookup(np.unique(rids))

    def slots(self, at: _Place, rids: Array) -> tuple[Array, Array | None, Array]:
        slots = self._now.slots(rids)
        if not len(self._keys):
            return slots, None, np.flatnonzero(slots < 0) if slots.min() < 0 else _NONE
        missing, superseded = slots < 0, np.zeros(len(slots), bool)
        some = np.flatnonzero(self._changed.slots(rids) >= 0)
        missing[some], superseded[some] = self._then(_positions([at])[some], rids[some])
        return slots, ~superseded, np.flatnonzero(missing)

    def _then(self, at: Array, rids: Array) -> tuple[Array, Array]:
        """For value rows of ids that were born or died meanwhile: whether they met no live row, or one that is gone."""
        last = np.searchsorted(self._keys, rids.astype("u8") << np.uint64(32) | at.astype("u8")) - 1
        had = (last >= 0) & (self._rids[last] == rids)
        live = np.where(had, self._born[last], self._before.slots(rids) >= 0)
        following = np.minimum(last + 1, len(self._rids) - 1)
        return ~live, (last + 1 < len(self._rids)) & (self._rids[following] == rids)


def _all_new(table: Table, rids: Array, gens: Array) -> bool:
    """Appends births of the next new ids at once; False, and nothing done, where they are others (O-10)."""
    count = len(rids)
    if not table.schema.allocated or table.free or gens.any() or (rids != np.arange(table.next_id, table.next_id + count)).any():
        return False
    origin = np.concatenate((np.arange(table.rows), np.full(count, -1)))
    for c in table.schema.columns:
        table._columns[c.name] = _grown(table, c.name, c.type, c.default_bits, origin)
    for name, values in {"id": rids, **({"gen": gens} if table.schema.gen else {})}.items():
        table._columns[name] = np.concatenate((table._columns[name], values)).astype("<u4", copy=False)
    table.next_id += count
    table.rows += count
    return True


def _live_and_die(table: Table, events: Iterable[tuple[int, int, bool, int]]) -> None:
    """Births and deaths in order on the id list; then gathers the columns (O-8 to O-12)."""
    schema, ids = table.schema, table._columns["id"].tolist()
    gens = table._columns["gen"].tolist() if schema.gen else [0] * len(ids)
    origin, slot = list(range(len(ids))), {rid: i for i, rid in enumerate(ids)}
    compact = schema.removal == "compact"
    for seq, rid, is_born, gen in events:
        if is_born:
            expected = _admit(table, seq, rid, rid in slot)
            slot[rid] = len(ids)
            ids.append(rid)
            gens.append(expected)
            origin.append(-1)
        elif rid not in slot:
            raise _Contradiction(f"seq {seq} removes {rid} from {schema.name}, where it is not live")  # O-9
        else:
            i = slot.pop(rid)
            expected = gens[i]
            _release(table, rid, expected)
            if compact:
                origin[i] = -2
            else:
                last = ids.pop(), gens.pop(), origin.pop()
                if i < len(ids):
                    ids[i], gens[i], origin[i] = last
                    slot[last[0]] = i
        if gen != expected:
            raise _Contradiction(f"seq {seq} gives {rid} in {schema.name} generation {gen}, expected {expected}")  # O-11
    source = np.array(origin, np.int64)
    kept = source != -2
    for c in schema.columns:
        table._columns[c.name] = _grown(table, c.name, c.type, c.default_bits, source[kept])
    table._columns["id"] = np.array(ids, "<u4")[kept]
    if schema.gen:
        table._columns["gen"] = np.array(gens, "<u4")[kept]
    table.rows = int(np.count_nonzero(kept))


def _admit(table: Table, seq: int, rid: int, live: bool) -> int:
    """Takes a born id from the allocator; returns the generation it must have."""
    schema = table.schema
    if live:
        raise _Contradiction(f"seq {seq} adds {rid} to {schema.name}, where it is live")
    if not schema.allocated:
        return table.dead.pop(rid) + 1 if rid in table.dead else 0
    if table.free:
        top, gen = table.free.pop()
        if rid != top:
            raise _Contradiction(f"seq {seq} adds {rid} to {schema.name}, the stack's top is {top}")  # O-10
        return gen + 1
    if rid != table.next_id:
        raise _Contradiction(f"seq {seq} adds {rid} to {schema.name}, the next new id is {table.next_id}")  # O-10
    table.next_id += 1
    return 0


def _release(table: Table, rid: int, gen: int) -> None:
    if not table.schema.gen:
        return
    if table.schema.allocated:
        table.free.append((rid, gen))
    else:
        table.dead[rid] = gen
