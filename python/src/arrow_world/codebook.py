# SPDX-License-Identifier: Apache-2.0
"""The string codebook: words by store-wide code, in order of first use (L-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .errors import InvalidUseError
from .rows import Rows
from .values import Array, check_complete


def as_words(values: Any, name: str = "a word") -> Array:
    """One word or several as an object array of shape (n,).

    name: what the words are for, in messages. Raises InvalidUseError for anything but strings, and for a surrogate
    without its pair, which UTF-8 cannot carry.
    """
    check_complete(values, f"write {name}")
    items = [values] if isinstance(values, str) else values.tolist() if isinstance(values, np.ndarray) else list(values)
    try:
        "\0".join(items).encode()
    except (TypeError, UnicodeEncodeError):
        for word in items:
            check_word(word, name)
        raise
    out = np.empty(len(items), object)
    out[:] = items
    return out


def repeated(word: str | None, count: int) -> Array:
    """A word so many times, as an object array. (np.full would cut a NUL off its end.)"""
    out = np.empty(count, object)
    out.fill(word)
    return out


def check_word(word: Any, name: str) -> str:
    """The word, if the log can carry it."""
    if not isinstance(word, str):
        raise InvalidUseError(f"Cannot write {word!r} to {name}: the type is string, which takes str.")
    try:
        word.encode()
    except UnicodeEncodeError as e:
        raise InvalidUseError(f"Cannot store as '{name}' {word!r}: it has a surrogate without its pair at char {e.start}; "
                              "cut text between code points.") from e
    return word


def checked_properties(properties: Mapping[str, str] | None) -> dict[str, str]:
    """An application's own settings as they are written into JSON files; InvalidUseError for anything but words."""
    if properties is not None and not isinstance(properties, Mapping):
        raise InvalidUseError(f"Cannot take {properties!r} as properties: expected words by name, as in {{'seed': '3'}}.")
    return {check_word(k, "the name of a property"): check_word(v, f"the property {k}") for k, v in (properties or {}).items()}


class Codebook:
    """Words by code; only ever grows. Copies share their words until they differ."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._shared = list(words)
        self._codes = {w: i for i, w in enumerate(self._shared)}
        self._size = len(self._shared)

    def __len__(self) -> int:
        return self._size

    @property
    def words(self) -> list[str]:
        """The words in code order; not to be changed."""
        return self._shared if self._size == len(self._shared) else self._shared[: self._size]

    def take(self, other: "Codebook") -> None:
        """Becomes equal to another one."""
        self._shared, self._codes, self._size = other._shared, other._codes, other._size

    def copy(self) -> "Codebook":
        """An independent copy."""
        copy = Codebook()
        copy.take(self)
        return copy

    def code(self, word: str) -> int:
        """The word's code; a new word gets the next one."""
        code = self._codes.get(word)
        if code is not None and code < self._size:
            return code
        if self._size != len(self._shared):  # a copy went on from here with other words
            self._shared = self._shared[: self._size]
            self._codes = {w: i for i, w in enumerate(self._shared)}
        self._codes[word] = self._size
        self._shared.append(word)
        self._size += 1
        return self._size - 1

    def find(self, word: str) -> int | None:
        """The word's code, or None."""
        code = self._codes.get(word)
        return code if code is not None and code < self._size else None

    def absorb(self, rows: Rows) -> str | None:
        """Takes in the words of rows in order; says what breaks L-12, or None."""
        if rows.text is None:
            return None
        places = np.flatnonzero(rows.text != None)  # noqa: E711 (element-wise)
        for i, word, code in zip(places.tolist(), rows.text[places], rows.val[places].tolist()):
            if self.code(word) != code:
                return f"seq {rows.first_seq + i} gives {word!r} the code {code}, expected {self.code(word)}"  # L-12
        return None

    def decode(self, codes: Array) -> Array:
        """Words of codes, as an object array of the same shape."""
        return np.array(self.words, object)[codes] if len(codes) else np.empty(0, object)
