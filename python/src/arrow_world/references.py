# SPDX-License-Identifier: Apache-2.0
"""Ids in columns that were false when they were written (order.md O-16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .rows import Rows
from .schema import NO_ROW, Key
from .values import Array
from .world import World


def false_references(world: World, rows: Rows, keys: Sequence[Key]) -> Iterator[str]:
    """Says which id columns got what neither lived at the start of its tick nor was born in it.

    world: before the rows; rows: whole ticks.
    """
    columns = {f"{t.name}.{c.name}": c.table for t in world.schema.tables for c in t.columns if c.table is not None}
    codes = {key.name: key.code for key in keys}
    ticks: Array | None = None
    for name, of in columns.items():
        places = np.flatnonzero(rows.key == codes[name]) if name in codes else np.empty(0, np.int64)
        ids = rows.bits[places].view("<f8").astype("<u4")
        places, ids = places[ids != NO_ROW], ids[ids != NO_ROW]
        if not len(places):
            continue
        if ticks is None:
            ticks = np.searchsorted(rows.commits(), np.arange(len(rows)))
        born, died = (_times(rows, ticks, codes.get(f"{of}.{word}")) for word in ("born", "died"))
        alive = (world.tables[of].lookup().slots(ids) >= 0).astype(np.int64)
        alive += _count(born, ids, ticks[places] + 1) - _count(died, ids, ticks[places])
        for i in np.flatnonzero(alive < 1).tolist():
            at = int(places[i])
            yield (f"seq {rows.first_seq + at}, tick {int(rows.tick[at])}: {name} of row {int(rows.rid[at])} was written "
                   f"with {int(ids[i])}, which did not live in {of} and was not born in that tick")  # O-16


def _times(rows: Rows, ticks: Array, code: int | None) -> Array:
    """Births or deaths as sorted u64: the id, then which tick of the rows."""
    places = np.flatnonzero(rows.key == (-1 if code is None else code))
    return np.sort(rows.rid[places].astype("u8") << np.uint64(32) | ticks[places].astype("u8"))


def _count(times: Array, ids: Array, before: Array) -> Array:
    """How many of an id there were before a tick."""
    start = ids.astype("u8") << np.uint64(32)
    count: Array = np.searchsorted(times, start | before.astype("u8")) - np.searchsorted(times, start)
    return count
