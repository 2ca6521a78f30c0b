"""A selection of log rows as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Union

import numpy as np
import pyarrow as pa

from .errors import InvalidUseError
from .frames import Frame, text_column, words_column
from .rows import Rows
from .schema import Key
from .values import U64, Array, decode

Ticks = Union[int, range, tuple[int, int], None]
"""One tick, a range of Python, or the first and the last tick, both included; None is all."""


@dataclass(frozen=True, repr=False)
class Events(Frame):
    """Log rows that need not be adjacent; all arrays have shape (n,). `key` are codes into `keys`."""

    seq: U64
    tick: U64
    rid: Array
    key: Array
    bits: U64
    text: Array | None
    keys: tuple[Key, ...]

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def val(self) -> Array:
        """`val` as the file has it: float64, but patterns where a key's encoding is `bits`, codes where it is `code`."""
        return self.bits.view("<f8")

    @property
    def names(self) -> Array:
        """Each row's key by name; object array."""
        return np.array([k.name for k in self.keys], object)[self.key]

    @property
    def values(self) -> Array:
        """Each row's value in its key's own type, words for strings; InvalidUseError if the keys' types differ."""
        types = sorted({self.keys[int(code)].type for code in np.unique(self.key)})
        if len(types) > 1:
            raise InvalidUseError(f"Cannot give values of {', '.join(types)} as one array; choose one key, or use val.")
        if types == ["string"]:
            assert self.text is not None
            return self.text
        return decode(types[0], self.bits) if types else np.empty(0)

    def where(self, chosen: Array) -> Events:
        """The events a boolean mask or indices choose."""
        return Events(self.seq[chosen], self.tick[chosen], self.rid[chosen], self.key[chosen], self.bits[chosen],
                      None if self.text is None else self.text[chosen], self.keys)

    def to_arrow(self) -> Any:
        """seq, tick, rid, key, val, and text where the store has strings; with one key also `value` in its type."""
        columns: dict[str, Any] = {"seq": self.seq, "tick": self.tick, "rid": self.rid,
                                   "key": words_column(self.key, [k.name for k in self.keys]), "val": self.val}
        found = np.unique(self.key)
        if len(found) == 1 and self.keys[int(found[0])].type not in ("f64", "string"):
            values = self.values
            columns["value"] = values.view(bool) if self.keys[int(found[0])].type == "bool" else values
        if self.text is not None:
            columns["text"] = text_column(self.text)
        return pa.table(columns)

    def _title(self) -> str:
        return f"{len(self):,} log rows"


def span(ticks: Ticks) -> tuple[int, int]:
    """The first and last tick meant."""
    if ticks is None:
        return 0, (1 << 63) - 1
    if isinstance(ticks, range):
        if ticks.step != 1:
            raise InvalidUseError(f"Cannot select {ticks}: only every tick of a span can be chosen.")
        return ticks.start, ticks.stop - 1
    if isinstance(ticks, tuple):
        first, last = ticks
        return int(first), int(last)
    return int(ticks), int(ticks)


class Selection:
    """Which rows are wanted: of these entities, these keys, these ticks."""

    def __init__(self, rid: Union[int, Iterable[int], None], key: Union[str, Iterable[str], None], ticks: Ticks) -> None:
        self._rids = None if rid is None else np.unique(np.atleast_1d(np.asarray(
            rid if isinstance(rid, (int, np.integer)) else list(rid), dtype=np.int64)))
        self._patterns = None if key is None else [key] if isinstance(key, str) else list(key)
        self.first, self.last = span(ticks)
        self._parts: list[Rows] = []
        self._seqs: list[Array] = []
        self._codes: Array = np.empty(0, bool)

    def unknown(self, keys: Sequence[Key]) -> list[str]:
        """Patterns that match no key."""
        return [p for p in self._patterns or () if not any(fnmatchcase(k.name, p) for k in keys)]

    def _wants(self, key: Key) -> bool:
        return key.code != 0 if self._patterns is None else any(fnmatchcase(key.name, p) for p in self._patterns)

    def take(self, rows: Rows, keys: Sequence[Key]) -> None:
        """Keeps what is wanted of a run."""
        if len(self._codes) != len(keys):
            self._codes = np.array([self._wants(k) for k in keys], bool)
        chosen = self._codes[rows.key]
        chosen &= (rows.tick >= np.uint64(max(self.first, 0))) & (rows.tick <= np.uint64(max(self.last, 0)))
        if self._rids is not None:
            chosen &= np.isin(rows.rid, self._rids)
        at = np.flatnonzero(chosen)
        if len(at):
            text = None if rows.text is None else rows.text[at]
            self._parts.append(Rows(0, rows.tick[at], rows.rid[at], rows.key[at], rows.bits[at], text))
            self._seqs.append(at.astype("<u8") + np.uint64(rows.first_seq))

    def events(self, keys: Sequence[Key], strings: bool) -> Events:
        """All that was kept."""
        def joined(name: str, dtype: str) -> Array:
            return np.concatenate([np.empty(0, dtype), *(getattr(p, name) for p in self._parts)])

        return Events(np.concatenate([np.empty(0, "<u8"), *self._seqs]), joined("tick", "<u8"), joined("rid", "<u4"),
                      joined("key", "<u2"), joined("bits", "<u8"), joined("text", "O") if strings else None, tuple(keys))
