# SPDX-License-Identifier: Apache-2.0
"""Conditions on runs, as `rate >= 0.5 and seed != 7 and state == done`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection
from typing import Any

from .checks import nearest
from .errors import InvalidUseError
from .parameters import Value, value_of

_WORDS = ("run", "state")
_OWN = (*_WORDS, "tick", "rows")
_CONDITION = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_#.-]*)\s*(==|!=|<=|>=|<|>)\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=!<>]+))\s*")
_AND = re.compile(r"and\s")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class RunFilter:
    """Conditions that must all hold. A run that lacks what stands on the left does not match."""

    def __init__(self, text: str, parameters: Collection[str]) -> None:
        """parameters: the names there are. Raises InvalidUseError, saying where it cannot be read."""
        self._text = text
        self._conditions: list[tuple[str, str, Value]] = []  # of the words that have them, the text stands on the right
        at = 0
        while True:
            found = _CONDITION.match(text, at)
            if found is None:
                raise self._wrong(at, f"expected NAME OPERATOR VALUE, as in seed == 1, found {self._rest(at)}")
            self._conditions.append(self._condition(found, parameters))
            at = found.end()
            if at == len(text):
                return
            joined = _AND.match(text, at)
            if joined is None:
                raise self._wrong(at, f"expected 'and' and a further condition, found {self._rest(at)}")
            at = joined.end()

    def _condition(self, found: re.Match[str], parameters: Collection[str]) -> tuple[str, str, Value]:
        name, symbol = found[1], found[2]
        if name not in _OWN and name not in parameters:
            raise self._wrong(found.start(1), f"there is no {name!r}{nearest(name, [*parameters, *_OWN])}")
        quoted = found[3] if found[3] is not None else found[4]
        literal = value_of(found[5]) if quoted is None and name not in _WORDS else found[5] if quoted is None else quoted
        if symbol not in ("==", "!=") and isinstance(literal, (bool, str)):
            raise self._wrong(found.start(2), f"{symbol} compares numbers; words and bools take == and !=")
        return name, symbol, literal

    def _rest(self, at: int) -> str:
        return f"'{self._text[at:]}'" if at < len(self._text) else "the end"

    def _wrong(self, at: int, finding: str) -> InvalidUseError:
        return InvalidUseError(f"Cannot read the filter '{self._text}': column {at + 1}: {finding}")

    def holds(self, name: str, state: str, tick: int | None, rows: int | None, parameters: dict[str, Value]) -> bool:
        """Whether all conditions hold for a run."""
        own = {"run": name, "state": state, "tick": tick, "rows": rows}
        return all(_holds(n, symbol, literal, own[n] if n in _OWN else parameters.get(n))
                   for n, symbol, literal in self._conditions)


def _holds(name: str, symbol: str, literal: Value, value: Value | None) -> bool:
    if value is None:
        return False
    if isinstance(value, (bool, str)) or isinstance(literal, (bool, str)):
        same = type(value) is type(literal) and value == literal
    else:
        return bool(_ORDERS[symbol](value, literal))
    return same if symbol == "==" else symbol == "!=" and not same
