# SPDX-License-Identifier: Apache-2.0
"""The first tick at which two histories differ, found by bisecting their digest chains, and what differs in it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

import numpy as np

from .errors import InvalidUseError
from .hashes import beginning
from .log import LogFiles, Scan, SegmentFile, Wanted
from .log_rows import LogRows
from .net_change import compare
from .selection import Selection
from .storefiles import StoreFiles
from .values import Array, decode
from .world import World

Outcome = Literal["equal", "different", "left_goes_on", "right_goes_on"]
_LAST = (1 << 63) - 1


class Difference(NamedTuple):
    """One difference: the key's full name, the entity's id, and the values on both sides, None where there is none."""

    key: str
    id: int
    left: Any
    right: Any


@dataclass(frozen=True)
class Divergence:
    """How two histories compare; true if they are equal.

    first_compared: the first tick both have; last_equal: the last one after which both are equal, None if the first
    differs; tick: the first that differs, or that only one has; differences: in the left one's order, at most as many as
    asked for; count: how many there are, 0 where the same rows stand in another order.
    """

    outcome: Outcome
    first_compared: int
    last_equal: int | None
    tick: int | None = None
    differences: tuple[Difference, ...] = ()
    count: int = 0

    def __bool__(self) -> bool:
        return self.outcome == "equal"

    def __str__(self) -> str:
        if self.outcome == "equal":
            return f"equal from tick {self.first_compared} to tick {self.last_equal}"
        if self.outcome != "different":
            return (f"equal from tick {self.first_compared} to tick {self.last_equal}; only the "
                    f"{self.outcome.partition('_')[0]} store goes on, with tick {self.tick}")
        lines = [f"different from tick {self.tick} on, in {self.count} rows" if self.count else
                 f"different from tick {self.tick} on: its rows stand in another order, or only one has it"]
        lines += [f"  {d.key} {d.id}: {_shown(d.left)} on the left, {_shown(d.right)} on the right"
                  for d in self.differences]
        if self.count > len(self.differences):
            lines.append(f"  and {self.count - len(self.differences)} more")
        return "\n".join(lines)


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)


class Position(NamedTuple):
    """Where a tick ends: the tick, the seq after its commit row, and the digest chain there."""

    tick: int
    seq: int
    chain: bytes


def position_of(files: StoreFiles, tick: int) -> Position | None:
    """The position after the last committed tick at or before this one; None before the first. Reads a few batches."""
    log = files.log_files()
    for segment in reversed(log.segments):
        found = _sealed_position(log, segment, tick) if _is_whole(log, segment) else _scanned_position(log, segment, tick)
        if found is not None:
            return found
    base = files.base()
    return Position(base.tick, base.seq, base.chain) if base is not None and base.tick <= tick else None


def _is_whole(log: LogFiles, segment: SegmentFile) -> bool:
    return segment.sealed and log.fence is None


def _last_commit(rows: Any, tick: int) -> Position | None:
    ends = rows.commits()
    ends = ends[rows.tick[ends] <= np.uint64(tick)]
    if not len(ends):
        return None
    end = int(ends[-1])
    return Position(int(rows.tick[end]), rows.first_seq + end + 1, int(rows.bits[end]).to_bytes(8, "little"))


def _sealed_position(log: LogFiles, segment: SegmentFile, tick: int) -> Position | None:
    _, index = log.index(segment)
    for number in np.flatnonzero(index.tick_min <= tick)[::-1].tolist():
        with log.open(segment) as reader:
            reader.go_to_batch(number, index)
            for rows in reader.batches(1):
                found = _last_commit(rows, tick)
                if found is not None:
                    return found
    return None


def _scanned_position(log: LogFiles, segment: SegmentFile, tick: int) -> Position | None:
    scan = Scan(replace(log, segments=(segment,)), segment.first_seq, wanted=Wanted(tick, tick))
    found = None
    for rows in scan:
        found = _last_commit(rows, tick) or found
        if int(rows.tick[-1]) > tick:
            break
    if found is None and scan.jumped is not None:
        return Position(scan.jumped.last_tick, scan.jumped.next_seq, scan.jumped.chain)
    return found


class Side(NamedTuple):
    """A store to be compared: its files, how to see it at a tick, and its first and last tick."""

    files: StoreFiles
    at: Any
    first: int
    last: int


def diff(left: Side, right: Side, most: int) -> Divergence:
    """Compares from the first tick both have on. Raises InvalidUseError if the schemas differ or there is no such tick."""
    a, b = left.files.schema, right.files.schema
    if a != b:
        raise InvalidUseError(f"Cannot compare two stores of different schemas: version {a.version} with tables "
                              f"{[t.name for t in a.tables]}, version {b.version} with tables {[t.name for t in b.tables]}.")
    first, last = max(left.first, right.first), min(left.last, right.last)
    if first > last:
        raise InvalidUseError(f"Cannot compare ticks {left.first} to {left.last} with ticks {right.first} to {right.last}: "
                              "they have none in common.")

    def equal_at(tick: int) -> bool:
        return position_of(left.files, tick) == position_of(right.files, tick)

    def reached(tick: int) -> int | None:
        position = position_of(left.files, tick)
        return None if position is None else position.tick

    same_beginning = _same_beginning(left, right, first)
    if same_beginning and equal_at(last):
        return _same_so_far(left, right, first, last, reached(last))
    if not same_beginning or not equal_at(first):
        return _different_at_first(left, right, first, most)
    equal, different = first, last
    while different - equal > 1:
        middle = (equal + different) // 2
        equal, different = (middle, different) if equal_at(middle) else (equal, middle)
    named, count = _tick_diff(_tick_rows(left.files, different), _tick_rows(right.files, different), most)
    return Divergence("different", first, reached(equal), different, named, count)


def _same_beginning(left: Side, right: Side, first: int) -> bool:
    """Whether equal chains at the first tick mean equal states: a chain says nothing of the base that a history begins
    with, if an earlier writer made it.
    """
    if left.files.info.store == right.files.info.store or left.files.first_base() is None and right.files.first_base() is None:
        return True
    if position_of(left.files, first) != position_of(right.files, first):
        return True
    return beginning(left.at(first)) == beginning(right.at(first))


def _same_so_far(left: Side, right: Side, first: int, last: int, reached: int | None) -> Divergence:
    if left.last == right.last:
        return Divergence("equal", first, reached)
    longer = left if left.last > right.last else right
    scan = Scan(longer.files.log_files(), wanted=Wanted(last + 1))
    following = next(int(rows.tick[rows.tick > np.uint64(last)][0]) for rows in scan if int(rows.tick[-1]) > last)
    return Divergence("left_goes_on" if longer is left else "right_goes_on", first, reached, following)


def _different_at_first(left: Side, right: Side, first: int, most: int) -> Divergence:
    """Where the logs cannot tell, since a base stands before them, the states do."""
    if all(s.first == first and s.files.first_base() is None for s in (left, right)):
        named, count = _tick_diff(_tick_rows(left.files, first), _tick_rows(right.files, first), most)
        return Divergence("different", first, None, first, named, count)
    ours, theirs = left.at(first), right.at(first)
    found = [_of_states(d) for d in compare(ours, theirs)]
    if not found:  # then words that no row has
        found = [Difference("(word)", code, a, b) for code, (a, b) in
                 enumerate(zip_longest(ours.codebook.words, theirs.codebook.words)) if a != b]
    return Divergence("different", first, None, first, tuple(found[:most]), len(found))


def _of_states(d: Any) -> Difference:
    if d.kind == "only_left":
        return Difference(f"{d.table}.born", d.id, d.gen, None)
    if d.kind == "only_right":
        return Difference(f"{d.table}.born", d.id, None, d.gen)
    return Difference(f"{d.table}.{'(slot)' if d.kind == 'slot' else d.column}", d.id, d.left, d.right)


def _tick_rows(files: StoreFiles, tick: int) -> LogRows:
    selection = Selection(None, tick)
    scan = Scan(files.log_files(), wanted=selection.wanted)
    for rows in scan:
        selection.take(rows, scan.keys)
        if int(rows.tick[-1]) > tick:
            break
    return selection.rows(scan.keys, files.info.strings)


def _tick_diff(left: LogRows, right: LogRows, most: int) -> tuple[tuple[Difference, ...], int]:
    """What differs between the rows of one tick: rows of one key and id are paired in order."""
    ours, theirs = _places(left), _places(right)
    begin = 0
    while begin < min(len(ours), len(theirs)) and ours[begin] == theirs[begin]:
        begin += 1
    end = 0
    while end < min(len(ours), len(theirs)) - begin and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    waiting: dict[tuple[str, int], deque[int]] = {}
    for row in range(begin, len(theirs) - end):
        waiting.setdefault(theirs[row][:2], deque()).append(row)
    found: list[Difference] = []
    for row in range(begin, len(ours) - end):
        same = waiting.get(ours[row][:2])
        if not same:
            found.append(Difference(*ours[row][:2], _value(left, row), None))
            continue
        other = same.popleft()
        if ours[row] != theirs[other]:
            found.append(Difference(*ours[row][:2], _value(left, row), _value(right, other)))
    rest = {row for rows in waiting.values() for row in rows}
    found += [Difference(*theirs[row][:2], None, _value(right, row)) for row in sorted(rest)]
    return tuple(found[:most]), len(found)


def _places(rows: LogRows) -> list[tuple[str, int, Any]]:
    """Key, id and bits, or the word of a string, of each row."""
    words: Array | list[None] = [None] * len(rows) if rows.text is None else rows.text
    return [(name, rid, bits if word is None else word) for name, rid, bits, word in
            zip(rows.names.tolist(), rows.rid.tolist(), rows.bits.tolist(), words)]


def _value(rows: LogRows, row: int) -> Any:
    key = rows.keys[int(rows.key[row])]
    if key.type == "string":
        return None if rows.text is None else rows.text[row]
    value = decode(key.type, rows.bits[row : row + 1])[0].item()
    return bool(value) if key.type == "bool" else value
