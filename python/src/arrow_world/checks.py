# SPDX-License-Identifier: Apache-2.0
"""What callers give, checked before it is used: ids, ticks and names."""

from __future__ import annotations

import difflib
import operator
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .errors import InvalidUseError
from .remote import published_at
from .values import Array, check_complete, is_one

_IDS = 1 << 32
_SHOWN = 12
_BY_ADDRESS = ("open the store", "verify the store")
_ADDRESS = re.compile("([A-Za-z][A-Za-z0-9+.-]+)://")
T = TypeVar("T")


def nearest(wrong: object, names: Iterable[str]) -> str:
    """How an error about an unknown name ends: the nearest name, or what there is."""
    known = list(names)
    close = [n for n in known if n.endswith(f".{wrong}")] or difflib.get_close_matches(str(wrong), known, 1, 0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    if not known:
        return "; there is none."
    return f"; there are {', '.join(known[:_SHOWN])}" + (", …" if len(known) > _SHOWN else ".")


def named(things: Mapping[str, T], name: object) -> T | None:
    """What has that name; None also for what is no name at all."""
    return things.get(name) if isinstance(name, str) else None


def parts_of_schema(what: str, values: Any, kind: type) -> tuple[Any, ...]:
    """Parts of a schema as a tuple. `(x)` for `(x,)` is a mistake easily made."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidUseError(f"Cannot use this schema: expected several {what}, in a tuple or a list, got one "
                              f"{type(values).__name__}. A tuple of one has a comma: (x,).")
    given = tuple(values)
    for value in given:
        if not isinstance(value, kind):
            raise InvalidUseError(f"Cannot use this schema: {what}: expected a {kind.__name__}, got {value!r}.")
    return given


def texts(what: str, part: Any, *members: str) -> None:
    """Refuses a part whose members are no text: no reader would take the store."""
    for member in [m for m in members if not isinstance(getattr(part, m), str)]:
        raise InvalidUseError(f"Cannot use this schema: the {member} of {what}: expected text, got {getattr(part, member)!r}.")


def integer(value: Any, what: str) -> int:
    """A whole number of any integer type; never a string, a float or a bool.

    what: the verb and the argument, as in "read tick".
    """
    if isinstance(value, (bool, np.bool_)):
        raise InvalidUseError(f"Cannot {what} {value!r}: expected an integer, got a bool.")
    try:
        return operator.index(value)
    except TypeError:
        raise InvalidUseError(f"Cannot {what} {value!r}: expected an integer, got {type(value).__name__}.") from None


def tick_of(value: Any, what: str) -> int:
    """A tick: an integer from -2^63 below 2^63; those before the first tick are refused where they are used."""
    tick = integer(value, what)
    if not -(1 << 63) <= tick < 1 << 63:
        raise InvalidUseError(f"Cannot {what} {tick}: ticks are below 2^63.")
    return tick


def row_id(value: Any, what: str) -> int:
    """A row id: an integer from 0 to 2^32 - 1."""
    number = integer(value, what)
    if not 0 <= number < _IDS:
        raise InvalidUseError(f"Cannot {what} {number}: ids go from 0 to {_IDS - 1}.")
    return number


def several(values: Any, what: str) -> list[Any]:
    """What is given as one after the other; a text, a named tuple such as an EntityRef, and a dict are not meant so."""
    flat = isinstance(values, Iterable) and (not isinstance(values, np.ndarray) or values.ndim == 1)
    if not flat or isinstance(values, (str, bytes, Mapping)) or hasattr(values, "_fields"):
        raise InvalidUseError(f"Cannot {what} {values!r}: expected several in one dimension, as in a list, got "
                              f"{type(values).__name__}.")
    check_complete(values, what)
    return list(values)


def row_ids(values: Any, what: str) -> Array:
    """Row ids as u32, shape (n,): of one id, several, or an array of integers.

    An EntityRef is refused: its generation would say nothing here.
    """
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iu":
        check_complete(values, what)
        wrong = (values < 0) | (values >= _IDS)
        if wrong.any():
            row_id(int(values[np.argmax(wrong)]), what)
        return values.astype("<u4", copy=False)
    if isinstance(values, (str, bytes)) or hasattr(values, "_fields") or is_one(values) and not isinstance(values, (Set, Iterator)):
        return np.array([row_id(values, what)], "<u4")
    return np.array([row_id(v, what) for v in several(values, what)], "<u4")


def path_of(value: Any, what: str) -> Path:
    """A path on this machine; InvalidUseError for what is none. A text may begin with `~`, or be a `file://` address. Where a
    store is read it may be the http, https or s3 address of a published one.
    """
    remote = published_at(value) if what in _BY_ADDRESS else None
    if remote is not None:
        return remote
    try:
        path = Path(_local(value, what) if isinstance(value, str) else value)
        os.fsencode(path)
    except (TypeError, UnicodeEncodeError) as e:
        raise InvalidUseError(f"Cannot {what} {value!r}: expected a path ({e}).") from e
    if "\0" in str(path):
        raise InvalidUseError(f"Cannot {what} {value!r}: a path holds no NUL.")
    return path


def _local(text: str, what: str) -> str:
    """The path that a text means."""
    address = _ADDRESS.match(text)
    if address is None:
        return os.path.expanduser(text)
    if address[1].lower() != "file":
        raise InvalidUseError(f"Cannot {what} {text!r}: only paths of this machine and published stores at http, https and "
                              f"s3 addresses can be opened, not {address[1]} addresses. Copy it to a folder first.")
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        raise InvalidUseError(f"Cannot {what} {text!r}: it is on the machine {parts.netloc!r}; expected file:///path of this "
                              "one.")
    return url2pathname(parts.path)
