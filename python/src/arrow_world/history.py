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

    gen is -1 where the table counts no generations, or the birth lies before the log.
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


def history_of(rows: LogRows, table: str, known: int, counts: bool) -> History:
    """Tells the lives of an id apart.

    rows: those of the id in its table and in the presence tables of it; known: the generation it lives in where the
    rows begin, -1 if none; counts: whether the table counts generations.
    """
    kinds = np.array([k.kind for k in rows.keys], object)[rows.key]
    own = np.array([k.owner == table for k in rows.keys], bool)[rows.key]
    born = own & (kinds == "born")
    births = np.flatnonzero(born)
    gens = np.concatenate(([known], rows.val[births].astype(np.int64)))
    life = np.cumsum(born)
    # Presence rows come last in a tick: an old life leaves a list after the new one began.
    birth_ticks = np.concatenate((np.full(1, -1, np.int64), rows.tick[births].astype(np.int64)))
    leaves = ~own & (kinds == "died") & (rows.tick.astype(np.int64) == birth_ticks[life])
    gen = gens[np.maximum(life - leaves, 0)] if counts else np.full(len(rows), -1, np.int64)
    return History(rows.seq, rows.tick, rows.rid, rows.key, rows.bits, rows.text, rows.keys, gen)


def one_life(history: History, table: str, rid: int, gen: int, before: list[int]) -> History:
    """The rows of one generation; before: those that lived before the rows. Raises InvalidUseError if it never lived."""
    kinds = np.array([k.kind for k in history.keys], object)[history.key]
    own = np.array([k.owner == table for k in history.keys], bool)[history.key]
    lived = sorted({int(g) for g in history.val[own & (kinds == "born")]}.union(before))
    if gen not in lived:
        raise InvalidUseError(f"The log has no {table} {rid} in generation {gen}; it has " + (
            f"generations {', '.join(map(str, lived[:12]))}{', …' if len(lived) > 12 else ''}." if lived else
            "no birth of this id."))
    return history.where(history.gen == gen)
