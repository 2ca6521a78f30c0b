# SPDX-License-Identifier: Apache-2.0
"""Log rows in the making: parts put behind each other, and rows of one entity woven together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .codebook import repeated
from .replay import Place
from .rows import Rows
from .schema import Key
from .tick_table import Cells
from .values import Array, encode
from .world import World


class Part(NamedTuple):
    """A possible row of each entity. bits: one for all, or one per entity; has: who has it, None for all."""

    key: Key
    bits: int | Array
    words: Array | None = None
    has: Array | None = None


class RowsOut:
    """Rows in the making; string codes are given in row order (L-12)."""

    def __init__(self, world: World, strings: bool) -> None:
        self.world, self._strings = world, strings
        self._parts: list[tuple[slice, int | Array, Array, int | Array, Array | None]] = []
        self._rows = 0
        self.places: dict[str, list[Place]] = {}
        """Where the rows of each key stand, events left out."""

    def many(self, key: Key, rids: Array, bits: int | Array, words: Array | None = None) -> None:
        """One row of a key per rid; bits: one for all, or one per rid."""
        if len(rids):
            self.places.setdefault(key.name, []).append(self.raw(key.code, rids, bits, words))

    def cells(self, key: Key, rids: Array, cells: Cells) -> None:
        """One row of a key per rid, of values as they were given."""
        self.many(key, rids, bits_of(key, cells, len(rids)), None if cells.words is None else words_of(cells, len(rids)))

    def woven(self, rids: Array, parts: list[Part]) -> None:
        """Several possible rows per entity, one entity after the other."""
        if len(rids) == 1:
            for part in parts:
                if part.has is None or part.has[0]:
                    self.many(part.key, rids, part.bits, part.words)
            return
        shape = len(rids), len(parts)
        codes, bits, text = np.empty(shape, "<u2"), np.empty(shape, "<u8"), None
        for i, part in enumerate(parts):
            codes[:, i], bits[:, i] = part.key.code, part.bits
            if part.words is not None:
                text = np.empty(shape, object) if text is None else text
                text[:, i] = part.words
        given: Array | slice = slice(None)
        places: list[Place] = [slice(self._rows + i, self._rows + codes.size, len(parts)) for i in range(len(parts))]
        owners = rids.repeat(len(parts))
        if any(part.has is not None for part in parts):
            given = np.stack([np.ones(len(rids), bool) if part.has is None else part.has for part in parts], 1)
            number = np.cumsum(given).reshape(shape) + (self._rows - 1)
            places = [number[given[:, i], i] for i in range(len(parts))]
            owners = rids.repeat(given.sum(1))
        for part, at in zip(parts, places):
            self.places.setdefault(part.key.name, []).append(at)
        self.raw(codes[given].ravel(), owners, bits[given].ravel(), None if text is None else text[given].ravel())

    def raw(self, codes: int | Array, rids: Array, bits: int | Array, words: Array | None) -> slice:
        """Rows as they are; words where a row has one, None elsewhere. Returns where they stand."""
        at = slice(self._rows, self._rows + len(rids))
        self._parts.append((at, codes, rids, bits, words))
        self._rows = at.stop
        return at

    def rows(self, tick: int, first_seq: int) -> Rows:
        """All of it, with a commit row whose chain is 0 yet."""
        count = self._rows
        rid, key, bits = np.empty(count + 1, "<u4"), np.empty(count + 1, "<u2"), np.empty(count + 1, "<u8")
        text = np.empty(count + 1, object) if self._strings else None  # of None
        for at, codes, rids, patterns, words in self._parts:
            key[at], rid[at], bits[at] = codes, rids, patterns
            if text is not None and words is not None:
                text[at] = words
        rid[count], key[count], bits[count] = count % (1 << 32), 0, 0
        if text is not None:
            places = np.flatnonzero(text != None)  # noqa: E711 (element-wise)
            bits[places] = encode("u32", np.array(self._codes(text[places].tolist()), "<u4"))
        ticks = np.empty(count + 1, "<u8")
        ticks.fill(tick)
        return Rows(first_seq, ticks, rid, key, bits, text)

    def _codes(self, words: list[str]) -> list[int]:
        find, new, known = self.world.codebook.find, {}, len(self.world.codebook)  # type: ignore[var-annotated]
        out = []
        for word in words:
            code = find(word)
            out.append(new.setdefault(word, known + len(new)) if code is None else code)
        return out


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
