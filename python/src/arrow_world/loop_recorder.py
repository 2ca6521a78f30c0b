# SPDX-License-Identifier: Apache-2.0
"""Plain loops: a decorator that records what a step function gives."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .checks import path_of
from .errors import InvalidUseError
from .handles import ids_of
from .live import LiveWorld
from .recording import DURABILITY, Recording, State, entity_table, series_table, type_of_array
from .schema import Schema
from .store import open_store
from .values import Array, array_of, check_complete

_WIDEST = 64


class Recorded:
    """A step function whose states are recorded. Calls go to the function; see `recorded`."""

    def __init__(self, function: Callable[..., Any], store: str | os.PathLike[str], durability: str,
                 properties: Mapping[str, str] | None) -> None:
        functools.update_wrapper(self, function)
        self._function, self._path = function, path_of(store, "record into")
        self._durability, self._properties = durability, dict(properties or {})
        self._recording: Recording | None = None

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Calls the function, and records what it gives, or its first argument where it gives nothing."""
        result = self._function(*args, **named)
        given = _parts(args[0] if result is None and args else result, self._function.__name__)
        tables = {}
        if given.columns:
            tables["state"] = State(given.ids, {n: v for n, v in given.columns.items() if n != "id"})
        if given.numbers:
            tables["step"] = State(None, given.numbers)
        if self._recording is None:
            self._recording = self._begin(given)
        self._recording.record(self._recording.last_tick + 1, tables)
        return result

    def _begin(self, given: _Parts) -> Recording:
        tables = []
        if given.columns:
            tables.append(entity_table("state", {n: type_of_array(a, n) for n, a in given.columns.items() if n != "id"}))
        if given.numbers:
            tables.append(series_table("step", {n: type_of_array([v], n) for n, v in given.numbers.items()}))
        widths = {f"width.{name}": str(width) for name, width in given.widths.items()}
        return Recording(self._path, Schema(tuple(tables)), "the loop", "Choose another path.", durability=self._durability,
                         properties={"application": self._function.__name__, **widths, **self._properties}, tick_unit="step")

    @property
    def world(self) -> LiveWorld:
        """The store being written. Raises InvalidUseError before the first step of this process."""
        if self._recording is None:
            raise InvalidUseError(f"Cannot show what {self._function.__name__} writes: it was not called yet.")
        return self._recording.live

    @property
    def last(self) -> dict[str, Any] | None:
        """The last recorded state, None if there is none: arrays of their shapes, and numbers; with it a killed loop goes on."""
        if not (self._path / "store.json").exists():
            return None
        store = open_store(self._path)
        span = store.span()
        if span is None:
            return None
        world, found = store.at(span[1]), dict[str, Any]()
        if "state" in world:
            table = world["state"]
            order = np.argsort(table["id"], kind="stable")
            columns = {n: table[n][order] for n in table if n not in ("id", "gen")}
            widths = {k.partition(".")[2]: int(v) for k, v in store.info.properties.items() if k.startswith("width.")}
            found["id"] = table["id"][order]
            wide = {_flat_name(name, i): name for name, width in widths.items() for i in range(width)}
            for column in columns:
                name = wide.get(column, column)
                if name not in found:
                    found[name] = columns[name] if name not in widths else np.stack(
                        [columns[_flat_name(name, i)] for i in range(widths[name])], 1)
        if "step" in world:
            found |= {n: world["step"][n][-1].item() if hasattr(world["step"][n][-1], "item") else world["step"][n][-1]
                      for n in world["step"]}
        return found

    def close(self) -> None:
        """Ends the recording; the next call goes on with it."""
        if self._recording is not None:
            self._recording.close()
            self._recording = None

    def __enter__(self) -> Recorded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def recorded(store: str | os.PathLike[str], *, durability: str = DURABILITY,
             properties: Mapping[str, str] | None = None) -> Callable[[Callable[..., Any]], Recorded]:
    """A decorator for the step function of a plain loop: each call is a tick of the store at this path.

        @recorded("run")
        def step(state):
            state["x"] += state["v"]
            return state

        state = step.last or {"x": np.zeros((1000, 2)), "v": rng.normal(size=(1000, 2)), "energy": 1.0}
        with step:
            for _ in range(100):
                state = step(state)

    The state is what the function gives, or its first argument where it gives nothing: a dict, or an object with
    attributes. Its arrays of n rows are columns of the table `state` (those of k columns as `x_0` to `x_k-1`); who is who
    says an array `id`, by default the row. Single numbers, bools and words are a row a tick of the table `step`. Members
    whose names begin with `_` are left out. Only what changed is logged. `step.last` is the last recorded state, with which
    a killed loop goes on; `step.world` the store.

    Calls raise InvalidUseError where a member is none of these, or members are not those of the first state; the step was
    made then, and not recorded.
    """
    return lambda function: Recorded(function, store, durability, properties)


class _Parts(NamedTuple):
    """A state as it is recorded. columns: one-dimensional, n values each, and `id` where it is given; ids: u32, shape (n,)."""

    columns: dict[str, Any]
    ids: Array
    widths: dict[str, int]
    numbers: dict[str, Any]


def _parts(state: Any, function: str) -> _Parts:
    members = state if isinstance(state, Mapping) else getattr(state, "__dict__", None)
    if members is None:
        raise InvalidUseError(f"Cannot record what {function} gives: it is {type(state).__name__}; expected a dict of arrays and "
                              "numbers, or an object that has them as attributes.")
    columns, widths, numbers = dict[str, Any](), dict[str, int](), dict[str, Any]()
    lengths: dict[str, int] = {}
    for name, value in members.items():
        if not isinstance(name, str):
            raise InvalidUseError(f"Cannot record the member {name!r} of what {function} gives: expected a name.")
        if name.startswith("_"):
            continue
        parts = _columns(name, value)
        if parts is None:
            numbers[name] = _number(name, value)
            continue
        if name not in parts:
            widths[name] = len(parts)
        for column, values in parts.items():
            if column in columns:
                raise InvalidUseError(f"Cannot record {name}: {column} would be a column of it, and is one already. Rename one.")
            columns[column], lengths[column] = values, len(values)
            first = next(iter(lengths))
            if len(values) != lengths[first]:
                raise InvalidUseError(f"Cannot record {name}: it has {len(values)} rows, {first} has {lengths[first]}; expected one "
                                      "for each.")
    if not columns and not numbers:
        raise InvalidUseError(f"Cannot record what {function} gives: there is no array and no number in it.")
    rows = next(iter(lengths.values()), 0)
    return _Parts(columns, np.arange(rows, dtype="<u4") if "id" not in columns else _ids(columns["id"]), widths, numbers)


def _columns(name: str, value: Any) -> dict[str, Any] | None:
    """The columns of an array or list, by name; None for single values. Lists stay lists: an array would round."""
    if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple)) and np.ndim(0 if _is_other(value) else value) == 0:
        return None
    check_complete(value, f"record {name}")
    if isinstance(value, (list, tuple)):
        inner = [isinstance(v, (list, tuple, np.ndarray)) for v in value]
        if not any(inner):
            return {name: list(value)}
        width = len(value[0]) if all(inner) else 0
        if any(len(v) != width for v in value if width) or not 1 <= width <= _WIDEST:
            raise InvalidUseError(f"Cannot record {name}: its rows are not of one length from 1 to {_WIDEST}.")
        return {_flat_name(name, i): [v[i] for v in value] for i in range(width)}
    array = array_of(value, f"record {name}")
    if array.ndim == 1:
        return {name: array}
    if array.ndim != 2 or not 1 <= array.shape[1] <= _WIDEST:
        raise InvalidUseError(f"Cannot record {name}: its shape is {array.shape}; expected (rows,), or (rows, 1 to {_WIDEST}).")
    return {_flat_name(name, i): array[:, i] for i in range(array.shape[1])}


def _is_other(value: Any) -> bool:
    """Whether a value is neither an array nor gives itself as one."""
    return not isinstance(value, np.ndarray) and not hasattr(value, "__array__")


def _number(name: str, value: Any) -> Any:
    if isinstance(value, np.ma.MaskedArray) or isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        check_complete(value, f"record {name}")
        value = array_of(value, f"record {name}")[()]
    if not isinstance(value, (bool, int, float, str, np.generic)) or isinstance(value, np.bytes_):
        raise InvalidUseError(f"Cannot record {name}: it is {type(value).__name__}; expected an array, a number, a bool or a word. "
                              "A name that begins with _ is left out.")
    return value


def _flat_name(name: str, place: int) -> str:
    """The column for one place of an array's rows."""
    return f"{name}_{place}"


def _ids(given: Any) -> Array:
    ids = ids_of(given, None, None, "record the ids of the state").numbers
    if len(np.unique(ids)) < len(ids):
        raise InvalidUseError("Cannot record the ids of the state: one is there twice.")
    return ids
