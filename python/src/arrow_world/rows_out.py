# SPDX-License-Identifier: Apache-2.0
"""Log rows in the making: parts put behind each other, and rows of one entity woven together."""

from __future__ import annotations

from typing import Any

import numpy as np

from .codebook import repeated
from .rows import Rows
from .schema import Key
from .tick_table import Cells
from .values import Array, encode
from .world import World


class RowsOut:
    """Rows in the making; string codes are given in row order (L-12)."""

    def __init__(self, world: World, strings: bool) -> None:
        self.world, self._strings = world, strings
        self._parts: list[tuple[Array, Array, Array, Array | None]] = []

    def many(self, key: Key, rids: Array, bits: Array, words: Array | None = None) -> None:
        """One row of a key per rid."""
        self._parts.append((np.full(len(rids), key.code, "<u2"), rids, bits, words))

    def cells(self, key: Key, rids: Array, cells: Cells) -> None:
        """One row of a key per rid, of values as they were given."""
        self.many(key, rids, bits_of(key, cells, len(rids)), None if cells.words is None else words_of(cells, len(rids)))

    def raw(self, codes: Array, rids: Array, bits: Array, words: Array | None) -> None:
        """Rows as they are; words where a row has one, None elsewhere."""
        self._parts.append((codes, rids, bits, words))

    def rows(self, tick: int, first_seq: int) -> Rows:
        """All of it."""
        parts: Any = self._parts or [(np.empty(0, "<u2"), np.empty(0, "<u4"), np.empty(0, "<u8"), None)]
        key, rid, bits = (np.concatenate([p[i] for p in parts]) for i in range(3))
        text = None
        if self._strings:
            text = np.concatenate([np.full(len(p[0]), None, object) if p[3] is None else p[3] for p in parts])
            places = np.flatnonzero(text != None)  # noqa: E711 (element-wise)
            bits[places] = encode("u32", np.array(self._codes(text[places].tolist()), "<u4"))
        return Rows(first_seq, np.full(len(key), tick, "<u8"), rid, key, bits, text)

    def _codes(self, words: list[str]) -> list[int]:
        find, new, known = self.world.codebook.find, {}, len(self.world.codebook)  # type: ignore[var-annotated]
        out = []
        for word in words:
            code = find(word)
            out.append(new.setdefault(word, known + len(new)) if code is None else code)
        return out


class Woven:
    """Several possible rows per entity, put one entity after the other. parts: per possible row, who has it."""

    def __init__(self, *parts: Array) -> None:
        self._parts = parts
        counts = np.zeros(len(parts[0]), np.int64)
        self._offsets = []
        for part in parts:
            self._offsets.append(counts.copy())
            counts += part
        start = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        self._start, rows = start[:-1], int(start[-1])
        self._key, self._rid, self._bits = np.zeros(rows, "<u2"), np.zeros(rows, "<u4"), np.zeros(rows, "<u8")
        self._text: Array | None = None

    def put(self, part: int, code: int, rids: Array, bits: Array, words: Array | None = None) -> None:
        """Fills in one possible row of those that have it."""
        has = self._parts[part]
        at = (self._start + self._offsets[part])[has]
        self._key[at], self._rid[at], self._bits[at] = code, rids[has], bits[has]
        if words is not None:
            if self._text is None:
                self._text = np.full(len(self._key), None, object)
            self._text[at] = words[has]

    def to(self, out: RowsOut) -> None:
        """Hands the rows on."""
        out.raw(self._key, self._rid, self._bits, self._text)


def bits_of(key: Key, cells: Cells, rows: int) -> Array:
    """The bit patterns of values as they were given, one per row; 0 for words."""
    bits = np.array(np.broadcast_to(np.asarray(cells.bits, "<u8"), rows)) if cells.words is None else np.zeros(rows, "<u8")
    for place, born in cells.newborns.items():
        assert born._births.numbers is not None
        number = encode("u32", born._births.numbers[born._index : born._index + 1])[0]
        bits[slice(None) if cells.single else place] = number
    return bits


def words_of(cells: Cells, rows: int) -> Array:
    """The words of values as they were given, one per row; None for values that are none."""
    if cells.words is None or isinstance(cells.words, str):
        return repeated(cells.words, rows)
    return cells.words
