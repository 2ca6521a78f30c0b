# SPDX-License-Identifier: Apache-2.0
"""Log rows as columns, their digest chain, and what a run of committed rows must obey."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .values import U64, Array

_TYPES = [np.dtype(f"<u{size}") for size in (8, 4, 2, 8)]


@dataclass(frozen=True)
class Rows:
    """A run of log rows; all arrays have shape (n,).

    tick u64; rid u32; key u16 (store-wide codes); bits u64 (the patterns of `val`); text: object array of str or None,
    or None in stores without strings.
    """

    first_seq: int
    tick: U64
    rid: Array
    key: Array
    bits: U64
    text: Array | None = None

    @property
    def val(self) -> Array:
        """`val` as float64, a view of `bits`."""
        return self.bits.view("<f8")

    @property
    def end_seq(self) -> int:
        """The seq after the last row."""
        return self.first_seq + len(self.tick)

    def __len__(self) -> int:
        return len(self.tick)

    def slice(self, start: int, stop: int) -> "Rows":
        """Rows [start, stop) as views."""
        text = None if self.text is None else self.text[start:stop]
        return Rows(self.first_seq + start, self.tick[start:stop], self.rid[start:stop], self.key[start:stop],
                    self.bits[start:stop], text)

    def commits(self) -> Array:
        """Indices of the commit rows."""
        return np.flatnonzero(self.key == 0)


def empty_rows(first_seq: int, strings: bool) -> Rows:
    """No rows."""
    return Rows(first_seq, np.empty(0, "<u8"), np.empty(0, "<u4"), np.empty(0, "<u2"), np.empty(0, "<u8"),
                np.empty(0, object) if strings else None)


def with_commit(rows: Rows, tick: int) -> Rows:
    """These rows as a tick, with a commit row whose chain is 0 yet."""
    count, more = len(rows), np.zeros(1, "<u8")
    return Rows(rows.first_seq, np.full(count + 1, tick, "<u8"), np.append(rows.rid, np.array([count % (1 << 32)], "<u4")),
                np.append(rows.key, more.astype("<u2")), np.append(rows.bits, more),
                None if rows.text is None else np.append(rows.text, np.full(1, None, object)))


def concat(runs: Sequence[Rows]) -> Rows:
    """Adjacent runs as one; at least one run."""
    if len(runs) == 1:
        return runs[0]
    text = None if runs[0].text is None else np.concatenate([r.text for r in runs if r.text is not None])
    return Rows(runs[0].first_seq, np.concatenate([r.tick for r in runs]), np.concatenate([r.rid for r in runs]),
                np.concatenate([r.key for r in runs]), np.concatenate([r.bits for r in runs]), text)


def commit_problem(rows: Rows, last_tick: int) -> str | None:
    """What is wrong with whole ticks after `last_tick` (-1: none), by L-2 and L-14, or None."""
    ends = rows.commits()
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    counts = ends - starts
    wrong = np.flatnonzero(rows.rid[ends] != counts.astype("u8") % (1 << 32))
    if len(wrong):
        i = int(wrong[0])
        return (f"the commit row at seq {rows.first_seq + int(ends[i])} counts {int(rows.rid[ends[i]])} rows, "
                f"there are {int(counts[i])}")  # L-14
    if np.any(rows.tick != np.repeat(rows.tick[ends], counts + 1)):
        return "a tick's rows do not all carry its number"  # L-2
    ticks = rows.tick[ends]
    if len(ticks) and int(ticks.max()) >= 1 << 63:
        return f"tick {int(ticks.max())} is not below 2^63"  # L-2
    if len(ticks) and (int(ticks[0]) <= last_tick or np.any(ticks[1:] <= ticks[:-1])):
        return f"committed ticks do not strictly increase after {last_tick}"  # L-2
    return None


def tick_chain(previous: bytes, tick: int, rows: Rows) -> bytes:
    """The 8-byte chain digest of one tick's rows, its commit row left out (L-15)."""
    columns = zip((rows.tick, rows.rid, rows.key, rows.bits), _TYPES)
    sums = [zlib.crc32(np.ascontiguousarray(column, dtype).data) for column, dtype in columns]
    if rows.text is not None:
        sums.append(zlib.crc32(b"".join(map(_text_bytes, rows.text))))
    told = struct.pack(f"<QI{len(sums)}I", tick, len(rows) % (1 << 32), *sums)
    return hashlib.blake2b(previous + told, digest_size=8).digest()


def _text_bytes(word: str | None) -> bytes:
    if word is None:
        return b"\xff\xff\xff\xff"
    data = word.encode()
    return len(data).to_bytes(4, "little") + data


def recompute_chain(rows: Rows, previous: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """(tick, seq of the commit row, stored chain, computed chain) per tick of whole ticks after `previous`."""
    start = 0
    for end in rows.commits().tolist():
        tick = int(rows.tick[end])
        previous = tick_chain(previous, tick, rows.slice(start, end))
        yield tick, rows.first_seq + end, int(rows.bits[end]).to_bytes(8, "little"), previous
        start = end + 1
