# SPDX-License-Identifier: Apache-2.0
"""Plain loops: a decorator that records what a step function gives."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .checks import path_of
from .errors import InvalidUseError
from .live import LiveWorld
from .recording import DURABILITY, Recording, State, entity_table, series_table, type_of_array
from .schema import Schema
from .store import open_store
from .values import Array

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
        state = args[0] if result is None and args else result
        arrays, numbers = _parts(state, self._function)
        tables = {}
        if arrays:
            columns, ids = dict(arrays), arrays.get("id")
            rows = len(next(iter(arrays.values())))
            columns.pop("id", None)
            tables["state"] = State(np.arange(rows, dtype="<u4") if ids is None else _ids(ids), _flat(columns))
        if numbers:
            tables["step"] = State(None, numbers)
        if self._recording is None:
            self._recording = self._begin(arrays, numbers)
        self._recording.record(self._recording.last_tick + 1, tables)
        return result

    def _begin(self, arrays: dict[str, Array], numbers: dict[str, Any]) -> Recording:
        shapes = {f"width.{name}": str(a.shape[1]) for name, a in arrays.items() if a.ndim == 2}
        tables = []
        if arrays:
            flat = _flat({n: a for n, a in arrays.items() if n != "id"})
            tables.append(entity_table("state", {n: type_of_array(a, n) for n, a in flat.items()}))
        if numbers:
            tables.append(series_table("step", {n: type_of_array([v], n) for n, v in numbers.items()}))
        return Recording(self._path, Schema(tuple(tables)), "the loop", "Choose another path.", durability=self._durability,
                         properties={"application": self._function.__name__, **shapes, **self._properties}, tick_unit="step")

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
            for column in columns:
                name, _, place = column.rpartition("_")
                if name not in widths:
                    found[column] = columns[column]
                elif place == "0":
                    found[name] = np.stack([columns[f"{name}_{i}"] for i in range(widths[name])], 1)
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
    says an array `id`, by default the row. Single numbers, bools and words are a row a tick of the table `step`. Only what
    changed is logged. `step.last` is the last recorded state, with which a killed loop goes on; `step.world` the store.
    """
    return lambda function: Recorded(function, store, durability, properties)


def _parts(state: Any, function: Callable[..., Any]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Arrays and single values of a state."""
    members = state if isinstance(state, Mapping) else getattr(state, "__dict__", None)
    if members is None:
        raise InvalidUseError(f"Cannot record what {function.__name__} gives: it is {type(state).__name__}; expected a dict of arrays and "
                              "numbers, or an object that has them as attributes.")
    arrays = {n: np.asarray(v) for n, v in members.items() if not n.startswith("_") and isinstance(v, (np.ndarray, list, tuple))}
    numbers = {n: v for n, v in members.items() if not n.startswith("_") and isinstance(v, (bool, int, float, str, np.generic))}
    lengths = {n: a.shape[0] for n, a in arrays.items() if a.ndim in (1, 2)}
    for name, array in arrays.items():
        if array.ndim not in (1, 2) or array.ndim == 2 and array.shape[1] > _WIDEST:
            raise InvalidUseError(f"Cannot record {name}: its shape is {array.shape}; expected (rows,), or (rows, at most {_WIDEST}).")
        first = next(iter(lengths))
        if len(array) != lengths[first]:
            raise InvalidUseError(f"Cannot record {name}: it has {len(array)} rows, {first} has {lengths[first]}; expected one for each.")
    if not arrays and not numbers:
        raise InvalidUseError(f"Cannot record what {function.__name__} gives: there is no array and no number in it.")
    return arrays, numbers


def _flat(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Columns of one dimension."""
    flat: dict[str, Array] = {}
    for name, array in arrays.items():
        flat |= {name: array} if array.ndim == 1 else {f"{name}_{i}": array[:, i] for i in range(array.shape[1])}
    return flat


def _ids(given: Array) -> Array:
    if given.ndim != 1 or given.dtype.kind not in "iu" or len(np.unique(given)) < len(given):
        raise InvalidUseError("Cannot record the ids of the state: expected integers, each once.")
    if len(given) and not 0 <= int(given.min()) <= int(given.max()) < 1 << 32:
        raise InvalidUseError(f"Cannot record the id {int(given.min()) if int(given.min()) < 0 else int(given.max())}: ids go from 0 to "
                              f"{(1 << 32) - 1}.")
    return given.astype("<u4")
