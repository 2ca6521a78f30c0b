# SPDX-License-Identifier: Apache-2.0
"""Parameters of runs: names and texts that say whole numbers, numbers, bools or words (R-2, R-9)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .codebook import check_word
from .errors import InvalidUseError

Value = int | float | bool | str
OWN = ("run", "state", "tick", "rows", "message", "store", "mark", "parameters", "check")
"""The catalogue's own columns; no parameter is called so."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_#.-]{0,99}")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,400}([eE][+-]?[0-9]{1,4})?|[eE][+-]?[0-9]{1,4})")


def is_name(name: object) -> bool:
    """Whether it can be a parameter's name."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and name not in OWN


def value_of(text: str) -> Value:
    """What a text says."""
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.fullmatch(text) and -(1 << 63) <= int(text) < 1 << 63:
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def text_of(name: str, value: object) -> str:
    """The text of a value: an int, a float, a bool or a word, NumPy's own too."""
    if not is_name(name):
        raise InvalidUseError(f"Cannot call a parameter {name!r}: expected 1 to 100 letters, digits and _ # . -, the first a "
                              f"letter or _, and none of {', '.join(sorted(OWN))}, which are columns of every catalogue.")
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, int) and -(1 << 63) <= plain < 1 << 63:
        return str(int(plain))
    if isinstance(plain, float) and math.isfinite(plain):
        return repr(float(plain))
    if isinstance(plain, str):
        if not isinstance(value_of(plain), str):
            raise InvalidUseError(f"Cannot give the parameter {name!r} the word {plain!r}: it reads as a number or a bool. Give "
                                  "that.")
        return check_word(plain, f"the parameter {name}")
    raise InvalidUseError(f"Cannot give the parameter {name!r} the value {value!r}: expected a whole number below 2^63, a finite "
                          "number, a bool or a word.")


def sense_of(text: str) -> tuple[str, Value]:
    """Equal for texts that say the same: 1 and 1.0 do, 1 and true do not."""
    value = value_of(text)
    kind = "bool" if isinstance(value, bool) else "word" if isinstance(value, str) else "number"
    return kind, value


def senses(texts: Mapping[str, str]) -> frozenset[tuple[str, tuple[str, Value]]]:
    """Equal for parameters of which all say the same."""
    return frozenset((name, sense_of(text)) for name, text in texts.items())


def column_type(texts: Iterable[str | None]) -> str:
    """The type of a catalogue's column: int64, double, bool or string."""
    values = [value_of(text) for text in texts if text is not None]
    kinds = {type(value) for value in values}
    if kinds == {int}:
        return "int64"
    if kinds == {bool}:
        return "bool"
    exact = all(not isinstance(value, int) or int(float(value)) == value for value in values)
    return "double" if kinds and kinds <= {int, float} and exact else "string"


def cell(text: str | None, type_name: str) -> Any:
    """A text as a column of that type has it."""
    if text is None or type_name == "string":
        return text
    value = value_of(text)
    return float(value) if type_name == "double" else value


def text_of_cell(value: Value) -> str:
    """The text of a catalogue's cell; of a column of words it is the word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
