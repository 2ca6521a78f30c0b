# SPDX-License-Identifier: Apache-2.0
"""REBOUND simulations: particles as a table, bit for bit, one tick a record."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .errors import InvalidUseError
from .live import LiveWorld
from .recording import DURABILITY, Recording, State, entity_table, series_table
from .schema import Schema
from .store import open_store
from .values import Array

_COLUMNS = ("m", "r", "x", "y", "z", "vx", "vy", "vz")


class ReboundRecorder:
    """Records a REBOUND simulation: its state now, and at each time of `integrate`, or whenever `record` is called.

        with ReboundRecorder(simulation, "run") as recorder:
            recorder.integrate(np.linspace(0, 100, 1001))

    The table `particle` has m, r, x, y, z, vx, vy and vz as float64, bit for bit; where all particles have names, also
    `name`, and particles may come and go. Without names a particle is its index, and particles may only be added. The
    table `simulation` gets a row a tick: `t`, `dt`, and `steps`, the steps done.

    simulation: rebound.Simulation (4 or later); REBOUND is not imported. store: the path; a store that is there is gone on
    with from the tick that has the simulation's time, and what was recorded from there on is compared with what the
    simulation does. durability: as of LiveWorld. Raises InvalidUseError where the simulation cannot be recorded, or is
    another one than was recorded.
    """

    def __init__(self, simulation: Any, store: str | os.PathLike[str], *, durability: str = DURABILITY,
                 properties: Mapping[str, str] | None = None) -> None:
        self._simulation = simulation
        self._named = simulation.N > 0 and all(p.name for p in simulation.particles)
        tables = (entity_table("particle", {c: "f64" for c in _COLUMNS} | ({"name": "string"} if self._named else {})),
                  series_table("simulation", {"t": "f64", "dt": "f64", "steps": "u64"}))
        described = {"application": "rebound", "integrator": str(simulation.integrator), **(properties or {})}
        self._recording = Recording(store, Schema(tables), "the simulation", "Begin with the same simulation, or choose another "
                                    "path.", durability=durability, properties=described, tick_unit="record")
        self._ids: dict[str, int] = {}
        try:
            self._tick = self._first_tick()
            self.record()
        except BaseException:
            self._recording.close()
            raise

    def _first_tick(self) -> int:
        """The tick to be recorded, or compared, first."""
        world = self.world
        if world.last_tick < 0:
            return 0
        found = np.flatnonzero(world["simulation"]["t"] == float(self._simulation.t))
        if not len(found):
            times = world["simulation"]["t"]
            raise InvalidUseError(f"Cannot go on with {world.path}: the simulation is at t = {self._simulation.t!r}, which was not "
                                  f"recorded; there are times from {float(times[0])!r} to {float(times[-1])!r}.")
        if self._named:
            store = open_store(world.path)
            span, rows = store.span(), store.rows("particle.name")
            assert span is not None
            first = store.at(span[0])["particle"]  # a compaction may have given up the births before it
            names, ids = [*first["name"].tolist(), *rows.values.tolist()], [*first["id"].tolist(), *rows.rid.tolist()]
            self._ids = {str(name): rid for name, rid in zip(names, ids)}
        return int(found[-1])

    @property
    def world(self) -> LiveWorld:
        """The store being written."""
        return self._recording.live

    def integrate(self, times: Iterable[float]) -> None:
        """Integrates to each of these times, and records there."""
        for time in times:
            if float(time) != float(self._simulation.t):
                self._simulation.integrate(float(time))
                self.record()

    def record(self) -> None:
        """Records the simulation as it is now."""
        simulation = self._simulation
        count = int(simulation.N)
        places, others = np.empty((count, 6)), {c: np.empty(count) for c in ("m", "r")}
        if count:
            simulation.serialize_particle_data(xyzvxvyvz=places, **others)
        columns: dict[str, Any] = {**others, **dict(zip(_COLUMNS[2:], np.ascontiguousarray(places.T)))}
        ids = self._identify(columns, count)
        self._recording.record(self._tick, {
            "particle": State(ids, columns),
            "simulation": State(None, {"t": float(simulation.t), "dt": float(simulation.dt),
                                       "steps": int(simulation.steps_done)})})
        self._tick += 1

    def _identify(self, columns: dict[str, Any], count: int) -> Array:
        """Who is who: by name, or by index."""
        if not self._named:
            before = len(self.world["particle"])
            if self._tick > self.world.last_tick and count < before:
                raise InvalidUseError(f"Cannot record t = {self._simulation.t!r}: there are {count} particles, {before} were recorded, "
                                      "and without names nobody knows which are gone. Give all of them names.")
            return np.arange(count, dtype="<u4")
        names = [p.name for p in self._simulation.particles]
        if None in names or "" in names or len(set(names)) < count:
            wrong = next(n for n in names if not n or names.count(n) > 1)
            raise InvalidUseError(f"Cannot record t = {self._simulation.t!r}: the name {wrong!r} is not one particle's alone. Give "
                                  "each a name of its own.")
        columns["name"] = names
        for name in names:
            if name not in self._ids:
                self._ids[name] = max(self._ids.values(), default=-1) + 1
        return np.array([self._ids[n] for n in names], "<u4")

    def close(self) -> None:
        """Ends the recording; may be called again."""
        self._recording.close()

    def __enter__(self) -> ReboundRecorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
