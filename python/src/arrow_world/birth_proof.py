# SPDX-License-Identifier: Apache-2.0
"""Births that lack the row of a string column, which has no default (order.md O-8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .rows import Rows
from .schema import Key
from .values import Array
from .world import World


def births_without_words(world: World, rows: Rows, keys: Sequence[Key]) -> Iterator[str]:
    """Says who is born without a word for a string column in the same tick. rows: whole ticks."""
    codes = {key.name: key.code for key in keys}
    for table in world.schema.tables:
        born = _places(rows, codes.get(f"{table.name}.born"))
        strings = [c.name for c in table.columns if c.type == "string"] if len(born) else []
        if not strings:
            continue
        again = _times(rows, np.concatenate((born, _places(rows, codes.get(f"{table.name}.died")))))
        times, commits = _times(rows, born), rows.commits()
        ends = commits[np.searchsorted(commits, born)]
        until = np.minimum(_next(again, times), ends)  # a life that ends within the tick needs none
        named = np.zeros(len(born), bool)
        for name in strings:
            told = _next(_times(rows, _places(rows, codes.get(f"{table.name}.{name}"))), times)
            for i in np.flatnonzero((told > until) & (until == ends) & ~named).tolist():
                named[i] = True
                at = int(born[i])
                yield (f"seq {rows.first_seq + at}, tick {int(rows.tick[at])}: {int(rows.rid[at])} of {table.name} is born without a "
                       f"row of its string column {name}")  # O-8


def _places(rows: Rows, code: int | None) -> Array:
    return np.flatnonzero(rows.key == (-1 if code is None else code))


def _times(rows: Rows, places: Array) -> Array:
    """Rows of ids as u64: the id, then the place."""
    times: Array = rows.rid[places].astype("u8") << np.uint64(32) | places.astype("u8")
    return times


def _next(times: Array, after: Array) -> Array:
    """For each id and place the id's next place among others; beyond all where there is none."""
    ordered = np.sort(times)
    at = np.searchsorted(ordered, after, "right")
    found = np.append(ordered, np.uint64(2**64 - 1))[at]
    same = found >> np.uint64(32) == after >> np.uint64(32)
    place: Array = np.where(same & (at < len(ordered)), (found & np.uint64(2**32 - 1)).astype(np.int64), np.int64(2**62))
    return place
