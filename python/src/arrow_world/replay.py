# SPDX-License-Identifier: Apache-2.0
"""From log rows to state (order.md O-7 to O-14): births and deaths in order, values in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
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
_RAW = {size: np.dtype(f"<u{size}") for size in (1, 2, 4, 8)}
Place = Union[slice, Array]
"""Positions of rows: a run, or an array of them."""
Places = Mapping[str, Sequence[Place]]
"""Where the rows of each key stand, in order; births, deaths and values alone."""


class _Contradiction(Exception):
    """A row that the state does not allow."""


def replay(tables: Mapping[str, Table], rows: Rows, keys: list[Key], places: Places | None = None) -> str | None:
    """Applies whole committed ticks to the tables; says what contradicts them, or None. Words are the caller's.

    places: if the caller knows them.
    """
    try:
        _replay(tables, rows, _places(rows.key, keys) if places is None else places)
    except _Contradiction as e:
        return str(e)
    return None


def _replay(tables: Mapping[str, Table], rows: Rows, places: Places) -> None:
    for name, table in tables.items():
        born = places.get(f"{name}.born", ())
        if table.schema.kind == "append_only":
            life: _Life = _Appended(table, rows, born)
        else:
            life = _Entities(table, rows, _positions(born), _positions(places.get(f"{name}.died", ())))
        for column in table.schema.columns:
            for at in places.get(f"{name}.{column.name}", ()):
                _write(table, column.name, column.type, rows, at, life)
    for name, table in tables.items():
        if table.schema.of is not None:
            missing = tables[table.schema.of].lookup().slots(table._columns["id"]) < 0
            if missing.any():
                raise _Contradiction(f"{name} lists {int(table._columns['id'][np.argmax(missing)])}, which is not live "
                                     f"in {table.schema.of} after tick {int(rows.tick[-1])}")  # O-5


def _places(key: Array, keys: list[Key]) -> dict[str, list[Place]]:
    """Per key where its rows are: slices where they stand in long runs, as whole columns do."""
    starts = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(key[1:] != key[:-1]) + 1))
    codes, stops = key[starts], np.append(starts[1:], len(key))
    rows, runs = np.bincount(codes, stops - starts, len(keys)), np.bincount(codes, minlength=len(keys))
    long = rows >= _LONG_RUN * np.maximum(runs, 1)
    names, out = {k.code: k.name for k in keys}, dict[str, list[Place]]()
    chosen = long[codes]
    for code, start, stop in zip(codes[chosen].tolist(), starts[chosen].tolist(), stops[chosen].tolist()):
        out.setdefault(names.get(code, ""), []).extend(slice(i, min(i + _PIECE, stop)) for i in range(start, stop, _PIECE))
    rest = np.flatnonzero(np.repeat(~chosen, stops - starts))
    if len(rest):
        order = rest[np.argsort(key[rest], kind="stable")]
        found, first = np.unique(key[order], return_index=True)
        for code, part in zip(found.tolist(), np.split(order, first[1:])):
            out[names.get(code, "")] = [part]
    return out


def _positions(places: Sequence[Place]) -> Array:
    if not places:
        return _NONE
    parts = [np.arange(p.start, p.stop, p.step) if isinstance(p, slice) else p for p in places]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class _Life:
    """When which row existed, within the rows being applied."""

    def slots(self, at: Place, rids: Array) -> tuple[Place, Array | None, Array]:
        """For value rows: their slots now (all: a slice), which still matter (None: all), and which met no live row (or none: empty)."""
        raise NotImplementedError


def _write(table: Table, name: str, type_name: str, rows: Rows, at: Place, life: _Life) -> None:
    column, bits = table._columns[name], rows.bits[at]
    raw = _RAW[column.itemsize]  # a float copy could quieten a signalling NaN
    try:
        values = bits if column.itemsize == 8 else decode(type_name, bits).view(raw)
    except ValueError as e:
        first, last = _positions([at])[[0, -1]]
        raise _Contradiction(f"{table.schema.name}.{name} between seq {rows.first_seq + int(first)} and "
                             f"{rows.first_seq + int(last)}: {e}") from None
    slots, matter, wrong = life.slots(at, rows.rid[at])
    if len(wrong):
        i = int(_positions([at])[wrong[0]])
        raise _Contradiction(f"seq {rows.first_seq + i} sets {table.schema.name}.{name} of row "
                             f"{int(rows.rid[i])}, which is not live there")  # O-7
    if not column.flags.writeable:
        column = table._columns[name] = column.copy()
    if matter is None:
        column.view(raw)[slots] = values  # of repeated slots NumPy keeps the last value
    else:
        assert isinstance(slots, np.ndarray)
        column.view(raw)[slots[matter]] = values[matter]


def _grown(table: Table, name: str, type_name: str, default: int, origin: Array) -> Array:
    """The column with row i taken from old row origin[i], or the default where that is negative (O-8)."""
    old = table._columns[name]
    raw = _RAW[old.itemsize]
    new = np.full(len(origin), _raw_default(type_name, default), raw)
    kept = origin >= 0
    new[kept] = old.view(raw)[origin[kept]]
    return new.view(old.dtype)


def _extend(table: Table, count: int) -> None:
    """Adds rows of defaults behind the others (O-8), in place where there is room and nobody else has the column.

    Room is made where rows come a few at a time.
    """
    rows = table.rows + count
    spare = rows // 2 if 8 * count < rows else 0
    for c in table.schema.columns:
        column, room = table._columns[c.name], table._rooms.get(c.name)
        if room is None or column.base is not room or len(room) < rows or not column.flags.writeable:
            room = table._rooms[c.name] = np.empty(rows + spare, _RAW[column.itemsize])
            room[: table.rows] = column.view(room.dtype)
        room[table.rows : rows] = _raw_default(c.type, c.default_bits)
        table._columns[c.name] = room[:rows].view(column.dtype)
    table.rows = rows


@lru_cache(maxsize=256)
def _raw_default(type_name: str, bits: int) -> int:
    """A default as it stands in a column's memory."""
    values = np.zeros(1, "<u4") if type_name == "string" else decode(type_name, np.array([bits], "<u8"))
    return int(values.view(_RAW[values.itemsize])[0])


class _Appended(_Life):
    """Append-only tables: rid, ordinal and slot are one (O-13)."""

    def __init__(self, table: Table, rows: Rows, places: Sequence[Place]) -> None:
        self._before, self._count = table.rows, 0
        if not places:
            return
        self._born = born = places[0] if len(places) == 1 else _positions(places)
        rids = rows.rid[born]
        self._rids, self._count = rids.tobytes(), len(rids)
        expected = np.arange(table.rows, table.rows + len(rids), dtype="<u4")
        if self._rids != expected.tobytes():
            i = int(np.argmax(rids != expected))
            raise _Contradiction(f"seq {rows.first_seq + int(_positions([born])[i])} adds row {int(rids[i])} to "
                                 f"{table.schema.name}, expected {table.rows + i}")  # O-13
        if np.count_nonzero(rows.bits[born]):
            raise _Contradiction(f"a birth in {table.schema.name} has a generation, expected 0")  # O-2
        _extend(table, len(rids))

    def slots(self, at: Place, rids: Array) -> tuple[Place, Array | None, Array]:
        if 0 < len(rids) == self._count and rids.tobytes() == self._rids and self._behind(at):
            return slice(self._before, self._before + len(rids)), None, _NONE
        slots = rids.astype(np.int64)
        new = (slots >= self._before).nonzero()[0]
        if not len(new) or not self._count:
            return slots, None, new
        index, born = slots[new] - self._before, _positions([self._born])
        wrong = index >= self._count
        wrong |= born[np.minimum(index, self._count - 1)] > _positions([at])[new]
        return slots, None, new[wrong]

    def _behind(self, at: Place) -> bool:
        """Whether each of these rows stands behind its birth, where there is one for each."""
        born = self._born
        if isinstance(at, slice) and isinstance(born, slice) and at.step == born.step:
            return bool(at.start > born.start)
        return not np.count_nonzero(_positions([at]) <= _positions([born]))


class _Entities(_Life):
    """Row and presence tables: births and deaths one by one, then every column gathered once."""

    def __init__(self, table: Table, rows: Rows, born: Array, died: Array) -> None:
        self._before = self._now = table.lookup()
        self._events = len(born) + len(died)
        if not self._events:
            return
        events = np.concatenate((born, died))
        is_born = np.concatenate((np.ones(len(born), bool), np.zeros(len(died), bool)))
        order = np.argsort(events)
        events, is_born = events[order], is_born[order]
        rids = rows.rid[events]
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

    def slots(self, at: Place, rids: Array) -> tuple[Place, Array | None, Array]:
        if not self._events and len(rids) == len(self._now.ids) and rids.tobytes() == self._now.ids.tobytes():
            return slice(None), None, _NONE  # a whole column
        slots = self._now.slots(rids)
        if not self._events:
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
    _extend(table, count)
    for name, values in {"id": rids, **({"gen": gens} if table.schema.gen else {})}.items():
        table._columns[name] = np.concatenate((table._columns[name], values)).astype("<u4", copy=False)
    table.next_id += count
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
