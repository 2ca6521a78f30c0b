# SPDX-License-Identifier: Apache-2.0
"""When ticks are (store.md S-16, S-17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from .checks import integer
from .codebook import check_word
from .errors import DamagedFileError, InvalidUseError
from .jsonfile import Members

_DECIMAL = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_ZERO, _STEP = re.compile(f"-?{_DECIMAL}"), re.compile(f"{_DECIMAL}|[1-9][0-9]*/[1-9][0-9]*")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2})(?:\.([0-9]{1,9}))?Z")
_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}
_MOST_CHARS, _MOST_UNIT_BYTES, _MOST_DIGITS = 400, 100, 10_000
_EPOCH = datetime(1970, 1, 1)
_TICKS = 1 << 63


@dataclass(frozen=True)
class TickTime:
    """When ticks are: tick t is at `zero + t * step`, exactly.

    ```python
    time = TickTime("1/60", "s")
    time.at(30)     # 0.5
    time.tick(0.5)  # 30
    ```

    step: a decimal or a fraction, as text, or an int; more than 0. unit: what times are counted in. zero: the time of
    tick 0, a decimal. since: the instant of time 0, as "2026-11-30T12:00:00Z"; the unit is ns, us, ms, s, min, h or d
    then. Raises InvalidUseError.
    """

    step: str
    unit: str
    zero: str = "0"
    since: str | None = None

    def __post_init__(self) -> None:
        for name, pattern, expected in (("zero", _ZERO, "a decimal, as '0' or '-2.5'"),
                                        ("step", _STEP, "a decimal or a fraction, as '0.1' or '1/60'")):
            value = getattr(self, name)
            text = str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value
            if not isinstance(text, str) or len(text) > _MOST_CHARS or not pattern.fullmatch(text):
                raise InvalidUseError(f"Cannot say the time of ticks with {name} {value!r}: expected {expected}, of at most "
                                      f"{_MOST_CHARS} characters.")
            object.__setattr__(self, name, text)
        if not Fraction(self.step):
            raise InvalidUseError(f"Cannot say the time of ticks with step {self.step}: expected more than 0.")
        size = len(check_word(self.unit, "the unit of time").encode())
        if not 1 <= size <= _MOST_UNIT_BYTES:
            raise InvalidUseError(f"Cannot count times in a unit of {size} bytes: expected 1 to {_MOST_UNIT_BYTES} bytes of "
                                  "UTF-8.")
        if self.since is not None:
            if self.unit not in _NANOSECONDS:
                raise InvalidUseError(f"Cannot count times in {self.unit!r} since an instant: expected "
                                      f"{', '.join(_NANOSECONDS)}.")
            _nanos(self.since)

    def at(self, tick: int) -> float:
        """The time of a tick, in `unit`: the nearest float64 to what it is exactly."""
        return _nearest(self._exactly(self._known(tick)))

    def instant(self, tick: int) -> np.datetime64:
        """The instant of a tick, in UTC, in nanoseconds: the nearest to what it is exactly."""
        nanos = self._instant(self._exactly(self._known(tick)))
        if not -_TICKS < nanos < _TICKS:
            raise InvalidUseError(f"Cannot tell the instant of tick {tick}: datetime64[ns] does not hold it.")
        return np.datetime64(nanos, "ns")

    def tick(self, time: Any) -> int:
        """The tick at a time: a number, or where times count since an instant a datetime or a NumPy datetime64.

        Integers, Decimal and Fraction are what they say; a float, and an instant, stands for the tick of which `at`, or
        `instant`, gives it (S-17). Raises InvalidUseError where there is no such tick, naming those beside it, or several.
        """
        if isinstance(time, (datetime, np.datetime64)):
            nanos = _instant_nanos(time)
            start = self._start()
            exact = Fraction(nanos - start, _NANOSECONDS[self.unit])
            return self._only(exact, time, lambda t: self._instant(t) == nanos)
        if isinstance(time, (float, np.floating)):
            value = float(time)
            if not np.isfinite(value) or value != time:
                raise InvalidUseError(f"Cannot find the tick at time {time}.")
            return self._only(Fraction(value), time, lambda t: _nearest(t) == value)
        exact = _exact(time)
        return self._only(exact, time, lambda t: t == exact)

    def _only(self, time: Fraction, said: Any, meant: Callable[[Fraction], bool]) -> int:
        near = round((time - Fraction(self.zero)) / Fraction(self.step))
        found = [t for t in (near - 1, near, near + 1) if 0 <= t < _TICKS and meant(self._exactly(t))]
        if len(found) > 1:
            raise InvalidUseError(f"Cannot tell which tick is at time {said}: ticks {found[0]} and {found[1]} are, so "
                                  "closely do they follow each other. Give the time as a Decimal, or the tick.")
        if not found:
            raise InvalidUseError(f"There is no tick at time {said}: {self._beside(time)}.")
        return found[0]

    def _beside(self, time: Fraction) -> str:
        before = (time - Fraction(self.zero)) // Fraction(self.step)
        if before < 0:
            return f"it is before tick 0, which is at {self._shown(0)}"
        if before >= _TICKS:
            return "it is behind all ticks"
        return (f"tick {before} is at {self._shown(before)}, tick {before + 1} at {self._shown(before + 1)}; give one of "
                "these times")

    def _shown(self, tick: int) -> str:
        time = self._exactly(tick)
        return f"{_nearest(time):.17g} {self.unit}" if time.denominator > 1 else f"{time.numerator} {self.unit}"

    def _known(self, tick: int) -> int:
        number = integer(tick, "tell the time of tick")
        if not 0 <= number < _TICKS:
            raise InvalidUseError(f"Cannot tell the time of tick {number}: ticks go from 0 to 2^63 - 1.")
        return number

    def _exactly(self, tick: int) -> Fraction:
        return Fraction(self.zero) + tick * Fraction(self.step)

    def _start(self) -> int:
        if self.since is None:
            raise InvalidUseError(f"Cannot tell an instant: times are counted in {self.unit}, and not since one. Give a "
                                  "number.")
        return _nanos(self.since)

    def _instant(self, time: Fraction) -> int:
        return self._start() + round(time * _NANOSECONDS[self.unit])

    def __str__(self) -> str:
        return f"tick 0 at {self.zero}, step {self.step}, in {self.unit}" + (f" since {self.since}" if self.since else "")

    def to_json(self) -> dict[str, str]:
        """The member `time` of store.json."""
        out = {"zero": self.zero, "step": self.step, "unit": self.unit}
        return out if self.since is None else {**out, "since": self.since}

    @staticmethod
    def from_json(value: Any, path: Path) -> "TickTime | None":
        """Reads the member `time`, if there is one; what is no such thing is damage of the file at `path`."""
        if value is None:
            return None
        m = Members(value, path, "time")
        try:
            return TickTime(m.text("step"), m.text("unit"), m.text("zero"), m.text("since") if "since" in m.raw else None)
        except InvalidUseError as e:
            raise DamagedFileError(f"its time: {e}", path) from e


def _nearest(time: Fraction) -> float:
    try:
        return time.numerator / time.denominator
    except OverflowError:
        return float("-inf") if time < 0 else float("inf")


def _exact(time: Any) -> Fraction:
    """A number that means just what it says."""
    if isinstance(time, Fraction):
        return time
    if isinstance(time, Decimal):
        if not time.is_finite():
            raise InvalidUseError(f"Cannot find the tick at time {time}.")
        digits = time.as_tuple()
        if len(digits.digits) + abs(int(digits.exponent)) > _MOST_DIGITS:
            raise InvalidUseError(f"Cannot find the tick at a time of more than {_MOST_DIGITS} digits.")
        return Fraction(time)
    return Fraction(integer(time, "find the tick at time"))


def _nanos(instant: str) -> int:
    """Nanoseconds since 1970 of an instant as store.json has it."""
    found = _INSTANT.fullmatch(instant) if isinstance(instant, str) else None
    try:
        if found is None:
            raise ValueError(instant)
        whole = datetime.fromisoformat(found[1]) - _EPOCH
    except ValueError as e:
        raise InvalidUseError(f"Cannot count times since {instant!r}: expected an instant as '2026-11-30T12:00:00Z', in a "
                              "year from 1 to 9999.") from e
    return (whole.days * 86400 + whole.seconds) * 10**9 + int((found[2] or "").ljust(9, "0"))


def _instant_nanos(time: datetime | np.datetime64) -> int:
    if isinstance(time, datetime):
        if time != time:  # pandas' NaT is a datetime
            raise InvalidUseError(f"Cannot find the tick at {time}.")
        if time.tzinfo is None:
            raise InvalidUseError(f"Cannot find the tick at {time}: it has no zone; give it one, as datetime.timezone.utc.")
        nanos: int = getattr(time, "nanosecond", 0)  # of pandas' Timestamp
        return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1) * 1000 + nanos
    unit, count = np.datetime_data(time.dtype)
    if np.isnat(time) or unit not in ("W", "D", "h", "m", "s", "ms", "us", "ns"):
        raise InvalidUseError(f"Cannot find the tick at {time!r}: expected a datetime64 of days to nanoseconds.")
    length = {"W": 7 * _NANOSECONDS["d"], "D": _NANOSECONDS["d"], "m": _NANOSECONDS["min"]}.get(unit) or _NANOSECONDS[unit]
    return int(time.astype(np.int64)) * count * length
