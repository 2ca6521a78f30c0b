# SPDX-License-Identifier: Apache-2.0
"""What happened to one id: births and deaths with their lineage, values, events, and its coming and going in lists."""

from __future__ import annotations

from dataclasses import dataclass
import numpy as np
import pyarrow as pa

from .errors import InvalidUseError
from .frames import nullable_column
from .log_rows import LogRows
from .values import Array


@dataclass(frozen=True, repr=False)
class History(LogRows):
    """The log rows of one id in order. gen: which of its lives a row belongs to, int64, shape (n,).

    gen is -1 where the table counts no generations, or the birth lies before the log; and of an event in a tick in which
    the id lived, died and was born again, as nothing in the log tells which life it is of: it is shown with both.
    """

    gen: Array

    def where(self, chosen: Array) -> History:
        """The rows a boolean mask or indices choose."""
        part = super().where(chosen)
        return History(part.seq, part.tick, part.rid, part.key, part.bits, part.text, part.keys, self.gen[chosen])

    def to_arrow(self) -> pa.Table:
        """seq, tick, gen, rid, key, val, and text where the store has strings; with one key also `value`."""
        return super().to_arrow().add_column(2, "gen", nullable_column(self.gen, pa.uint32()))

    def _title(self) -> str:
        return f"history, {len(self):,} log rows"


def history_of(rows: LogRows, table: str, known: int, lives: bool, counts: bool, wanted: int | None = None) -> History:
    """Tells the lives of an id apart.

    rows: those of the id in its table and in the presence tables of it; known: the last generation it lived in before
    the rows, -1 if none; lives: whether it does still; counts: whether the table counts generations; wanted: the one
    generation to keep.
    """
    kinds = np.array([k.kind for k in rows.keys], object)[rows.key]
    own = np.array([k.owner == table for k in rows.keys], bool)[rows.key]
    ticks = rows.tick.astype(np.int64)
    born = own & (kinds == "born")
    births = np.flatnonzero(born)
    gens = np.concatenate(([known], rows.val[births].astype(np.int64)))
    life = np.cumsum(born)
    birth_ticks = np.concatenate(([-1], ticks[births], [-1]))
    late = ~own & (ticks == birth_ticks[life]) & ~_entered(rows, kinds, ticks)
    gen = gens[np.maximum(life - late, 0)] if counts else np.full(len(rows), -1, np.int64)
    may, either = gen.copy(), np.empty(0, np.int64)
    if counts:
        # Events come before the deaths and births of their tick (O-2).
        early = np.flatnonzero(own & (kinds == "event") & (ticks == birth_ticks[life + 1]))
        alive = (life + lives > np.cumsum(own & (kinds == "died")))[early]
        may[early] = gens[life[early] + 1]
        gen[early[~alive]] = may[early[~alive]]
        either = early[alive]
    chosen = (gen == wanted) | (may == wanted)
    gen[either] = -1
    history = History(rows.seq, rows.tick, rows.rid, rows.key, rows.bits, rows.text, rows.keys, gen)
    return history if wanted is None else history.where(chosen)


def _entered(rows: LogRows, kinds: Array, ticks: Array) -> Array:
    """Which rows are at or behind the birth in their table in their tick. In a presence table, rows before it are of who was
    in it at tick start, whoever was born to the id meanwhile (O-18)."""
    owners = np.array([k.owner for k in rows.keys], object)[rows.key]
    out = np.zeros(len(rows), bool)
    for owner in set(owners.tolist()):
        of = owners == owner
        births = np.maximum.accumulate(np.where(kinds[of] == "born", ticks[of], -1))
        out[of] = births == ticks[of]
    return out


def check_life(rows: LogRows, table: str, rid: int, gen: int, before: list[int]) -> None:
    """Raises InvalidUseError if a generation never lived, neither in the rows nor before them."""
    births = np.array([k.kind == "born" and k.owner == table for k in rows.keys], bool)[rows.key]
    lived = sorted({int(g) for g in rows.val[births]}.union(before))
    if gen not in lived:
        raise InvalidUseError(f"The log has no {table} {rid} in generation {gen}; it has " + (
            f"generations {', '.join(map(str, lived[:12]))}{', …' if len(lived) > 12 else ''}." if lived else
            "no birth of this id."))
