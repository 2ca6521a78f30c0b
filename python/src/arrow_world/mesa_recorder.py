# SPDX-License-Identifier: Apache-2.0
"""Mesa models: agents, births, deaths and model variables, step by step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, Union

import numpy as np

from .checks import nearest
from .errors import InvalidUseError
from .handles import ids_of
from .live import LiveWorld
from .recording import DURABILITY, Recording, State, entity_table, series_table, type_of
from .schema import TYPES, Schema
from .values import Array, array_of

Columns = Union[Iterable[str], Mapping[str, Union[str, Callable[[Any], Any]]]]
"""Names of attributes; or by name a type, as "f64", or a function of the agent."""

_AXES = "xyz"


class _Column(NamedTuple):
    name: str
    type: str | None
    read: Callable[[Any], Any]


class MesaRecorder:
    """Records a Mesa model (3.0 or later) from now on: each `model.step()` is a tick, whose number is `model.steps`.

        with MesaRecorder(model, "run", variables=["gini"]):
            for _ in range(100):
                model.step()

    Every class of agents is a table of its name; ids are `unique_id`, and a step logs births, deaths, and the values that
    changed. The table `model` gets a row a step: `step` and the variables.

    model: any object with `steps`, `agents_by_type` and `step`; Mesa is not imported. store: the path; a store that is there is
    gone on with, if the model runs it again: up to its last step, what the model does is compared with what was
    recorded, then it is recorded on. agents: by class, the columns: names of attributes, or by name a type ("f64") or a
    function of the agent. By default all classes there are, with all attributes that hold a number, a bool or a word in
    all agents, and the places: `pos` and `cell` as pos_x, cell_x and so on; integers are i64, so give "f64" for what
    only begins as one. variables: attributes of the model, or functions of it by name. durability: as of LiveWorld.

    Raises InvalidUseError where the model cannot be recorded or is another one than was recorded.
    """

    def __init__(self, model: Any, store: str | os.PathLike[str], *, agents: Mapping[type, Columns] | None = None,
                 variables: Columns = (), durability: str = DURABILITY, properties: Mapping[str, str] | None = None) -> None:
        self._model, self._all = model, agents is None
        by_class = _by_class(model)
        wanted: Mapping[type, Columns] = {c: _attributes(found) for c, found in by_class.items()} if agents is None else agents
        if not wanted:
            raise InvalidUseError(f"Cannot record {type(model).__name__}: it has no agents yet. Name their classes, as in "
                                  "agents={Wolf: {'energy': 'f64'}}.")
        self._columns = {c: _columns(c.__name__, given, by_class.get(c, [])) for c, given in wanted.items()}
        self._variables = _columns("model", variables, [model])
        tables = [entity_table(c.__name__, _types(c.__name__, columns)) for c, columns in self._columns.items()]
        tables.append(series_table("model", {"step": "u64", **_types("model", self._variables)}))
        described = {"application": "mesa", "model": type(model).__name__, **_seed(model), **(properties or {})}
        self._recording = Recording(store, Schema(tuple(tables)), "the model", "Run the same model with the same seed from the "
                                    "start, or choose another path.", durability=durability, properties=described,
                                    tick_unit="step")
        self._step: Any = None
        try:
            if int(model.steps) > self._recording.last_tick >= 0:
                raise InvalidUseError(f"Cannot go on with {self.world.path}: it ends with step {self.world.last_tick}, the model "
                                      f"is at step {model.steps}. Begin with the model at or before that step.")
            self.record()
            self._watch()
        except BaseException:
            self._recording.close()
            raise

    @property
    def world(self) -> LiveWorld:
        """The store being written: `world.snapshot()`, `world.seal()`."""
        return self._recording.live

    def record(self) -> None:
        """Records the model as it is now; `model.step()` calls this. Once for each step."""
        by_class = _by_class(self._model)
        unknown = [c.__name__ for c in by_class if c not in self._columns] if self._all else []
        if unknown:
            raise InvalidUseError(f"Cannot record step {self._model.steps}: there are agents of {unknown[0]}, which came after the "
                                  f"recorder. Name all classes when it is made, as in agents={{{unknown[0]}: {{'energy': 'f64'}}}}.")
        tables = {}
        for kind, columns in self._columns.items():
            found = by_class.get(kind, [])
            ids = _ids(kind.__name__, [a.unique_id for a in found])
            try:
                tables[kind.__name__] = State(ids, {c.name: [c.read(a) for a in found] for c in columns})
            except AttributeError as e:
                raise InvalidUseError(f"Cannot record step {self._model.steps}: {e}. All that is recorded must stay.") from e
        steps = int(self._model.steps)
        tables["model"] = State(None, {"step": steps, **{c.name: c.read(self._model) for c in self._variables}})
        self._recording.record(steps, tables)

    def _watch(self) -> None:
        inner = self._model.step

        def step(*args: Any, **named: Any) -> Any:
            result = inner(*args, **named)
            self.record()
            return result

        self._inner, self._step = inner, step
        self._model.step = step

    def close(self) -> None:
        """Ends the recording; the model runs on without. May be called again."""
        if self._step is not None and self._model.step is self._step:
            self._model.step = self._inner
        self._recording.close()

    def __enter__(self) -> MesaRecorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _by_class(model: Any) -> dict[type, list[Any]]:
    """The agents by class, of classes that have some."""
    return {kind: list(agents) for kind, agents in model.agents_by_type.items() if len(agents)}


def _ids(table: str, given: list[Any]) -> Array:
    """unique_id of all agents of a class: integers that are ids, or InvalidUseError."""
    what = f"record {table}.unique_id"
    return ids_of(array_of(given, what) if set(map(type, given)) == {int} else given, None, None, what).numbers


def _seed(model: Any) -> dict[str, str]:
    seed = getattr(model, "_seed", None)
    return {"seed": str(seed)} if isinstance(seed, (int, np.integer)) else {}


def _attributes(agents: list[Any]) -> dict[str, Callable[[Any], Any]]:
    """What there is to record of agents: attributes that hold a column's values in all of them, and where they are."""
    found: dict[str, Callable[[Any], Any]] = {}
    for name in vars(agents[0]):
        if name.startswith("_") or name in ("unique_id", "model"):
            continue
        values = [getattr(a, name, None) for a in agents]
        if type_of(values) is not None:
            found[name] = attrgetter(name)
    for name, place in (("pos", attrgetter("pos")), ("cell", attrgetter("cell.coordinate"))):
        for axis, letter in enumerate(_AXES):
            read = _axis(place, axis)
            if type_of([read(a) for a in agents]) is not None:
                found[f"{name}_{letter}"] = read
    return found


def _axis(place: Callable[[Any], Any], axis: int) -> Callable[[Any], Any]:
    """One coordinate of where an agent is; None if it is nowhere."""
    def read(agent: Any) -> Any:
        try:
            return place(agent)[axis]
        except (AttributeError, TypeError, IndexError):
            return None
    return read


def _columns(table: str, given: Columns, there: list[Any]) -> list[_Column]:
    """Columns as asked for, each with its type as far as anybody is there who shows it."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidUseError(f"Cannot record {table}: its columns are {given!r}; expected names in a list, or by name a type or a "
                              "function, in a dict.")
    made = []
    for name, how in (given.items() if isinstance(given, Mapping) else ((n, None) for n in given)):
        if how is not None and not callable(how) and how not in TYPES:
            raise InvalidUseError(f"Cannot record {table}.{name} as {how!r}: expected one of {', '.join(TYPES)}, or a "
                                  "function.")
        read = how if callable(how) else attrgetter(name)
        try:
            values = [read(a) for a in there]
        except AttributeError as e:
            if callable(how):
                raise
            raise InvalidUseError(f"Cannot record {table}.{name}: no such attribute"
                                  f"{nearest(name, [n for n in dir(there[0]) if not n.startswith('_')])}") from e
        kind = how if isinstance(how, str) else type_of(values)
        if kind is None and there:
            raise InvalidUseError(f"Cannot record {table}.{name}: no column holds {read(there[0])!r} and what the others have; "
                                  "columns hold numbers, bools or words of one kind.")
        made.append(_Column(name, kind, read))
    return made


def _types(table: str, columns: list[_Column]) -> dict[str, str]:
    """Types by name."""
    for column in columns:
        if column.type is None:
            raise InvalidUseError(f"Cannot tell the type of {table}.{column.name}: there is no {table} yet. Give it, as in "
                                  f"agents={{{table}: {{{column.name!r}: 'f64'}}}}.")
    return {c.name: c.type for c in columns if c.type is not None}
