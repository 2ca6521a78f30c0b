# SPDX-License-Identifier: Apache-2.0
"""Numbers over time: what is known of the values of one key, tick by tick and all together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .errors import InvalidUseError
from .frames import Frame
from .log_rows import LogRows
from .values import Array

_LEAST = int((np.array([-math.inf]).view("<i8") ^ np.int64((1 << 63) - 1))[0])
"""-inf, as `summary` orders numbers."""


@dataclass(frozen=True)
class Summary:
    """What is known of some values.

    count: how many, NaNs included; nans: how many are NaN, which count in nothing below but `distinct`; mean, min, max:
    NaN if there is nothing; distinct: how many different ones there are, bit by bit; quartiles: lower quartile, median and
    upper quartile, each the least value with at least that share of the values at or below it; histogram: counts of equally
    wide bins from min to max, empty if not asked for, or where one of them is infinite.
    """

    count: int
    nans: int
    mean: float
    min: float
    max: float
    distinct: int
    quartiles: tuple[float, ...]
    histogram: tuple[int, ...] = ()


class Stats(Frame):
    """Statistics of one key: `all` is the Summary of all values, `by_tick` that of each tick that has some.

    As a frame: tick, count, nans, mean, min, max, distinct, one row per tick.
    """

    def __init__(self, rows: LogRows, key: str, bins: int) -> None:
        found = {k.name: k for k in rows.keys}[key]
        if found.type == "string":
            raise InvalidUseError(f"Cannot summarise {key}: its values are words, not numbers. rows(key={key!r}) gives them.")
        if not 0 <= bins <= 10_000:
            raise InvalidUseError(f"Cannot make a histogram of {bins} bins: expected 0 to 10000.")
        self.key, self.bins = key, bins
        self._rows = rows
        self._numbers = _numbers(found.type, rows)
        self._starts = np.flatnonzero(np.concatenate((np.full(min(len(rows), 1), True), rows.tick[1:] != rows.tick[:-1])))

    @property
    def type(self) -> str:
        """The type of the values."""
        return {k.name: k for k in self._rows.keys}[self.key].type

    @property
    def numbers(self) -> Array:
        """The values as float64, in log order."""
        return self._numbers

    @property
    def bits(self) -> Array:
        """The values as the patterns they were logged with, in log order."""
        return self._rows.bits

    @property
    def all(self) -> Summary:
        """Of all values together."""
        return summary(self._numbers, self._rows.bits, self.bins)

    @property
    def by_tick(self) -> dict[int, Summary]:
        """Of each tick that has values."""
        stops = np.append(self._starts[1:], len(self._rows)).tolist()
        return {int(self._rows.tick[a]): summary(self._numbers[a:b], self._rows.bits[a:b], self.bins)
                for a, b in zip(self._starts.tolist(), stops)}

    def __len__(self) -> int:
        return len(self._starts)

    def to_arrow(self) -> pa.Table:
        """tick, count, nans, mean, min, max, distinct; mean, min and max are null where all are NaN."""
        found = self.by_tick
        table = {"tick": pa.array(list(found), pa.uint64())}
        for name, type_ in (("count", pa.int64()), ("nans", pa.int64()), ("mean", pa.float64()), ("min", pa.float64()),
                            ("max", pa.float64()), ("distinct", pa.int64())):
            table[name] = pa.array([getattr(s, name) for s in found.values()], type_, from_pandas=True)
        return pa.table(table)

    def _title(self) -> str:
        return f"{self.key}, {len(self._rows):,} values in {len(self):,} ticks"


def _numbers(type_name: str, rows: LogRows) -> Array:
    """The values as float64."""
    if type_name == "i64":
        return rows.bits.view("<i8").astype("<f8")
    return rows.bits.astype("<f8") if type_name == "u64" else rows.val


def summary(values: Array, bits: Array, bins: int = 0) -> Summary:
    """The summary of values given as numbers and as the patterns they were logged with; shape (n,) each."""
    # As integers in the order of the numbers: -0.0 before 0.0, so that the answer does not depend on the order of rows.
    raw = np.ascontiguousarray(values).view("<i8")
    ordered = np.sort(raw ^ (raw >> 63 & np.int64((1 << 63) - 1)))
    nans = int(np.count_nonzero(np.isnan(values)))
    if not values.size - nans:
        return Summary(len(values), nans, math.nan, math.nan, math.nan, _distinct(bits), ())
    numbers = values if not nans else values[~np.isnan(values)]
    first = int(np.searchsorted(ordered, _LEAST))  # behind the negative NaNs
    share = ordered[first : first + len(numbers)]
    least, *quartiles, most = (_number(share[i]) for i in (0, *(-(-len(share) * k // 4) - 1 for k in (1, 2, 3)), -1))
    counts: Array = np.empty(0, np.int64)
    if bins and math.isfinite(least) and math.isfinite(most):
        scale = 1.0 if math.isfinite(most - least) else 0.5  # so that no difference is too large
        width = most * scale - least * scale
        place = np.zeros(len(numbers)) if width == 0 else (numbers * scale - least * scale) / width * bins
        counts = np.bincount(np.clip(place, 0, bins - 1).astype(np.int64), minlength=bins)
    return Summary(len(values), nans, _sum(numbers) / len(numbers), least, most, _distinct(bits), tuple(quartiles),
                   tuple(counts.tolist()))


def _sum(numbers: Array) -> float:
    """Neumaier's compensated sum (https://doi.org/10.1002/zamm.19740540106), in the order of the rows, as Java does it."""
    total = compensation = 0.0
    for value in numbers.tolist():
        following = total + value
        compensation += total - following + value if abs(total) >= abs(value) else value - following + total
        total = following
    return total + compensation if math.isfinite(total) else total


def _distinct(bits: Array) -> int:
    ordered = np.sort(bits)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if len(ordered) else 0


def _number(ordered: Array) -> float:
    raw = np.array([ordered], "<i8")
    return float((raw ^ (raw >> 63 & np.int64((1 << 63) - 1))).view("<f8")[0])
