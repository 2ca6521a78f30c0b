# SPDX-License-Identifier: Apache-2.0
"""Which log rows are wanted: of these keys, these ticks, these entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Union

import numpy as np

from .checks import nearest, row_ids, several, tick_of
from .errors import InvalidUseError
from .log import Wanted
from .log_rows import LogRows
from .rows import Rows
from .schema import Key
from .values import Array

Ticks = Union[int, range, tuple[int, int], None]
"""One tick, a range of Python, or the first and the last tick, both included; None is all."""

_LAST = (1 << 63) - 1


def span(ticks: Ticks) -> tuple[int, int]:
    """The first and last tick meant."""
    if ticks is None:
        return 0, _LAST
    if isinstance(ticks, range):
        if ticks.step != 1:
            raise InvalidUseError(f"Cannot select {ticks}: only every tick of a span can be chosen; expected a step of 1.")
        return tick_of(ticks.start, "select tick"), tick_of(ticks.stop - 1, "select tick")
    if isinstance(ticks, tuple):
        if len(ticks) != 2:
            raise InvalidUseError(f"Cannot select ticks {ticks!r}: expected the first and the last one.")
        return tick_of(ticks[0], "select tick"), tick_of(ticks[1], "select tick")
    tick = tick_of(ticks, "select tick")
    return tick, tick


class Selection:
    """Keeps the wanted rows of a pass. Memory is that of the result."""

    def __init__(self, key: Union[str, Iterable[str], None], ticks: Ticks, ids: Any = None,
                 kind: str | None = None) -> None:
        self._patterns = None if key is None else _patterns(key)
        self._exact: set[str] = set()
        self._kind = kind
        self._ids = None if ids is None else np.unique(row_ids(ids, "select row"))
        self.first, self.last = span(ticks)
        if isinstance(ticks, range) and not ticks:
            self.first, self.last = 0, -1
        elif not 0 <= self.first <= self.last:
            raise InvalidUseError(f"No such range of ticks: {self.first} to {self.last}; the first is 0 or more and at most the "
                                  "last.")
        self._parts: list[Rows] = []
        self._seqs: list[Array] = []
        self._codes: Array = np.empty(0, bool)

    @property
    def wanted(self) -> Wanted:
        """What a pass need read."""
        return Wanted(self.first, self.last, self._ids, self._wants)

    def check(self, keys: Sequence[Key]) -> None:
        """Raises InvalidUseError for a name or pattern that fits no key, or none of the kind wanted.

        What is the name of a key means that key alone, also where it could be read as a pattern.
        """
        self._exact = {k.name for k in keys}.intersection(self._patterns or ())
        for pattern in self._patterns or ():
            found = [k for k in keys if self._fits(k, pattern)]
            if not found:
                raise InvalidUseError(f"No key {pattern!r}{nearest(pattern, [k.name for k in keys if self._of_kind(k)])}")
            if not any(map(self._of_kind, found)):
                raise InvalidUseError(f"{found[0].name} is not of kind {self._kind} but {found[0].kind}; rows(key=...) reads "
                                      "keys of every kind.")

    def _of_kind(self, key: Key) -> bool:
        return self._kind is None or key.kind == self._kind

    def _fits(self, key: Key, pattern: str) -> bool:
        return key.name == pattern if pattern in self._exact else fnmatchcase(key.name, pattern)

    def _wants(self, key: Key) -> bool:
        if not self._of_kind(key):
            return False
        return key.code != 0 if self._patterns is None else any(self._fits(key, p) for p in self._patterns)

    def take(self, rows: Rows, keys: Sequence[Key]) -> None:
        """Keeps what is wanted of a run."""
        if self.last < self.first:
            return
        if len(self._codes) != len(keys):
            self._codes = np.array([self._wants(k) for k in keys], bool)
        chosen = self._codes[rows.key]
        if int(rows.tick[0]) < self.first or int(rows.tick[-1]) > self.last:
            chosen &= (rows.tick >= np.uint64(self.first)) & (rows.tick <= np.uint64(self.last))
        if self._ids is not None:
            chosen &= rows.rid == self._ids[0] if len(self._ids) == 1 else np.isin(rows.rid, self._ids)
        at = np.flatnonzero(chosen)
        if len(at):
            text = None if rows.text is None else rows.text[at]
            self._parts.append(Rows(0, rows.tick[at], rows.rid[at], rows.key[at], rows.bits[at], text))
            self._seqs.append(at.astype("<u8") + np.uint64(rows.first_seq))

    def rows(self, keys: Sequence[Key], strings: bool) -> LogRows:
        """All that was kept."""
        def joined(name: str, dtype: str) -> Array:
            return np.concatenate([np.empty(0, dtype), *(getattr(p, name) for p in self._parts)])

        return LogRows(np.concatenate([np.empty(0, "<u8"), *self._seqs]), joined("tick", "<u8"), joined("rid", "<u4"),
                       joined("key", "<u2"), joined("bits", "<u8"), joined("text", "O") if strings else None, tuple(keys))


def _patterns(key: Union[str, Iterable[str]]) -> list[str]:
    patterns = [key] if isinstance(key, str) else several(key, "select keys")
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise InvalidUseError(f"Cannot select key {pattern!r}: expected a name, or a pattern as 'creature.*'.")
    return patterns
