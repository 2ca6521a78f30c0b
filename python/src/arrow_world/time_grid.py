# SPDX-License-Identifier: Apache-2.0
"""How times of tables become ticks (import.md T-52)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from .errors import InvalidUseError
from .tick_time import TickTime

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
                  r"(Z|[+-][0-9]{2}(?::[0-9]{2})?)?)?")
_SECONDS = {"": "1", "s": "1", "sec": "1", "second": "1", "seconds": "1", "ms": "1/1000", "milliseconds": "1/1000",
            "us": "1/1000000", "\u00b5s": "1/1000000", "\u03bcs": "1/1000000", "microseconds": "1/1000000",
            "ns": "1/1000000000", "nanoseconds": "1/1000000000", "min": "60", "minutes": "60", "h": "3600", "hours": "3600",
            "d": "86400", "days": "86400"}
_CHARS, _MAGNITUDE, _SCALE = 40, 30, 2000
_TOLERANCE = Fraction(1, 10**6)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def number_of(text: str) -> Fraction | None:
    """A number, however it is written; None if it is none, or beyond all ticks."""
    if len(text) > _CHARS or not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    bounded = not value or abs(value.adjusted() + 1) <= _MAGNITUDE and isinstance(exponent, int) and abs(exponent) <= _SCALE
    return Fraction(value) if bounded else None


def iso_seconds(text: str) -> Fraction | None:
    """Seconds since 1970 of an ISO 8601 time, UTC if it has no zone; None if it is none."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, digits, zone = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=timezone.utc)
    except ValueError:
        return None
    offset = 0
    if zone not in (None, "Z"):
        hours, minutes = int(zone[1:3]), int(zone[4:6] or 0)
        if hours > 18 or minutes > 59:
            return None
        offset = (3600 * hours + 60 * minutes) * (-1 if zone[0] == "-" else 1)
    since = at - _EPOCH
    return Fraction(since.days * 86400 + since.seconds - offset) + Fraction(int(digits or 0), 10 ** len(digits or ""))


@dataclass(frozen=True)
class TimeGrid:
    """time_as: what times are, `tick`, `seconds` or `iso`. rate: ticks a second, None for ticks. snap: whether a time that is
    not on the grid is the nearest tick. shifted: whether the first tick becomes 0."""

    time_as: str
    rate: Decimal | None
    snap: bool
    shifted: bool

    @classmethod
    def of(cls, time_as: Any, rate: Any, snap: Any, first_tick: Any) -> "TimeGrid":
        """What a caller says, or InvalidUseError."""
        if time_as not in ("tick", "seconds", "iso"):
            raise InvalidUseError(f"Cannot take times as {time_as!r}: expected 'tick', 'seconds' or 'iso'.")
        if first_tick not in (None, "auto"):
            raise InvalidUseError(f"Cannot begin at tick {first_tick!r}: expected 'auto', or None.")
        if not isinstance(snap, bool):
            raise InvalidUseError(f"Cannot take {snap!r} for snap=: expected True or False.")
        found = None if rate is None or isinstance(rate, bool) else number_of(str(rate))
        if rate is not None and (found is None or found <= 0):
            raise InvalidUseError(f"Cannot take {rate!r} for a rate: expected a number above 0, ticks a second.")
        if rate is None and time_as != "tick":
            raise InvalidUseError("Cannot put times on ticks without a rate: say rate=, ticks a second.")
        return cls(time_as, None if rate is None else Decimal(str(rate)), snap, first_tick == "auto")

    def factor(self, unit: str) -> Fraction | None:
        """What times of a unit are multiplied by; None if they are no seconds."""
        if self.time_as == "tick":
            return Fraction(1)
        seconds = _SECONDS.get(unit.partition(" ")[0])
        return None if seconds is None else Fraction(seconds)

    def read(self, word: str) -> Fraction | None:
        """A time that is written as a word."""
        return iso_seconds(word) if self.time_as == "iso" else number_of(word)

    def tick(self, time: Fraction) -> int | None:
        """The tick of a time, before any shift; None if it is not on the grid."""
        at = time if self.time_as == "tick" or self.rate is None else time * Fraction(self.rate)
        nearest = round(at)
        off = abs(at - nearest)
        on = off == 0 if self.time_as == "tick" else off <= _TOLERANCE
        return nearest if on or self.snap else None

    @staticmethod
    def instant(seconds: Fraction) -> str:
        """An instant as ISO 8601 has it, with no, three, six or nine digits behind the point."""
        whole = seconds.numerator // seconds.denominator
        nanos = int((seconds - whole) * 10**9)
        text = str(np.datetime64(whole, "s"))
        if nanos:
            digits = f"{nanos:09}"
            text += "." + (digits[:3] if not nanos % 10**6 else digits[:6] if not nanos % 1000 else digits)
        return text + "Z"

    def time(self, first_tick: int, start: str | None) -> TickTime | None:
        """When ticks are that were put on this grid, as far as that can be said exactly."""
        if self.rate is None:
            return None
        rate = Fraction(self.rate)
        zero = Fraction(first_tick) / rate
        twos_and_fives = zero.denominator
        for prime in (2, 5):
            while twos_and_fives % prime == 0:
                twos_and_fives //= prime
        if twos_and_fives != 1:
            return None  # as a third of a second
        places = zero.denominator.bit_length()  # as many digits as it can need
        digits = f"{abs(zero.numerator) * 10**places // zero.denominator:0{places + 1}}"
        text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
        try:
            return TickTime(f"{rate.denominator}/{rate.numerator}", "s", f"-{text}" if zero < 0 else text, start)
        except InvalidUseError:
            return None  # more digits than a store has
