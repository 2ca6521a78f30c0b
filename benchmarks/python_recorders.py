# SPDX-License-Identifier: Apache-2.0
"""The Python package's recorders against the frameworks' own, in alternating pairs of one run.

- `mesa`: Mesa's Boltzmann wealth model, 1,000 agents and 1,000 steps: MesaRecorder, sealed by Python, against a
  DataCollector; `run` is the time of the steps alone, `kept` until the data are in a file, which for the collector is a
  data frame written as Parquet, as pandas does by default;
- `rebound`: ten planets, 1,000 records: ReboundRecorder, sealed, against a Simulationarchive.

Times are of the processor, system included. A comparison shows that both sides hold the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import rebound

import arrow_world as aw
from common import benchmark, figure, scratch


class Person(mesa.Agent):
    """Gives one unit of what it has to somebody."""

    def __init__(self, model: Boltzmann) -> None:
        super().__init__(model)
        self.wealth = 1

    def step(self) -> None:
        if self.wealth > 0:
            self.random.choice(self.model.people).wealth += 1
            self.wealth -= 1


class Boltzmann(mesa.Model):
    """Mesa's first example."""

    def __init__(self, agents: int, collect: bool) -> None:
        super().__init__(seed=7)
        Person.create_agents(self, agents)
        self.people = list(self.agents)
        self.collector = mesa.DataCollector({"richest": lambda m: m.richest}, {"wealth": "wealth"}) if collect else None
        if self.collector:
            self.collector.collect(self)

    @property
    def richest(self) -> int:
        return max(a.wealth for a in self.people)

    def step(self) -> None:
        self.agents.shuffle_do("step")
        if self.collector:
            self.collector.collect(self)


def record_mesa(folder: Path, agents: int, steps: int) -> dict[str, Any]:
    """Ours."""
    model = Boltzmann(agents, False)
    start = time.process_time()
    recorder = aw.MesaRecorder(model, folder / "store", variables=["richest"])
    for _ in range(steps):
        model.step()
    ran = time.process_time() - start
    recorder.close()
    kept = time.process_time() - start
    store = aw.open_store(folder / "store")
    sums = [int((w["Person"]["wealth"] ** 2).sum()) for w in store.worlds(range(0, steps + 1, max(1, steps // 20)))]
    return {"run": ran, "kept": kept, "bytes": size(folder / "store"), "seen": [sums, store["model"]["richest"].tolist()]}


def collect_mesa(folder: Path, agents: int, steps: int) -> dict[str, Any]:
    """Mesa's."""
    model = Boltzmann(agents, True)
    start = time.process_time()
    for _ in range(steps):
        model.step()
    ran = time.process_time() - start
    frame = model.collector.get_agent_vars_dataframe()
    frame.to_parquet(folder / "agents.parquet")
    model.collector.get_model_vars_dataframe().to_parquet(folder / "model.parquet")
    kept = time.process_time() - start
    sums = [int((frame.loc[t].wealth ** 2).sum()) for t in range(0, steps + 1, max(1, steps // 20))]
    return {"run": ran, "kept": kept, "bytes": size(folder), "seen": [sums, model.collector.model_vars["richest"]]}


def planets() -> rebound.Simulation:
    """A star and ten planets."""
    simulation = rebound.Simulation()
    simulation.add(m=1.0)
    for i in range(10):
        simulation.add(m=1e-5, a=1.0 + i / 2, e=0.02, f=float(i))
    simulation.integrator = "whfast"
    simulation.dt = 0.05
    simulation.move_to_com()
    return simulation


def record_rebound(folder: Path, _: int, records: int) -> dict[str, Any]:
    """Ours."""
    simulation = planets()
    start = time.process_time()
    with aw.ReboundRecorder(simulation, folder / "store") as recorder:
        recorder.integrate(np.arange(1, records + 1) * 0.5)
        ran = time.process_time() - start
    kept = time.process_time() - start
    store = aw.open_store(folder / "store")
    return {"run": ran, "kept": kept, "bytes": size(folder / "store"), "seen": store["particle"]["x"].tolist()}


def archive_rebound(folder: Path, _: int, records: int) -> dict[str, Any]:
    """REBOUND's."""
    simulation = planets()
    path = str(folder / "archive.bin")
    start = time.process_time()
    simulation.save_to_file(path)
    for t in np.arange(1, records + 1) * 0.5:
        simulation.integrate(float(t))
        simulation.save_to_file(path)
    took = time.process_time() - start
    last = rebound.Simulationarchive(path)[-1]
    return {"run": took, "kept": took, "bytes": size(folder), "seen": [p.x for p in last.particles]}


def size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def pairs(runs: int, ours: Callable[..., dict[str, Any]], peer: Callable[..., dict[str, Any]], *args: int) -> dict[str, Any]:
    """Both sides in turn, the first one first and last by turns."""
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    seen = set()
    for i in range(runs):
        for side, run in (("ours", ours), ("peer", peer)) if i % 2 else (("peer", peer), ("ours", ours)):
            gc.collect()  # what the other side left is not this one's work
            with scratch() as folder:
                result = run(folder, *args)
                seen.add(json.dumps(result.pop("seen")))
                found[side].append(result)
    assert len(seen) == 1, "both sides must hold the same"
    ratios = {f"{name}_ratio": statistics.median(r[name] for r in found["ours"]) / statistics.median(r[name] for r in found["peer"])
              for name in ("run", "kept", "bytes")}
    return {**ratios, **found}


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs all of it."""
    result = {"mesa": pairs(args.runs, record_mesa, collect_mesa, args.agents, args.steps),
              "rebound": pairs(args.runs, record_rebound, archive_rebound, 0, args.steps)}
    return {"compared": [
        figure("MesaRecorder, Boltzmann model", "Mesa's DataCollector", result["mesa"]["run_ratio"], "x its time", "<= 1.5"),
        figure("MesaRecorder, sealed", "DataCollector as Parquet", result["mesa"]["bytes_ratio"], "x its size", "<= 2"),
        figure("ReboundRecorder", "Simulationarchive", result["rebound"]["run_ratio"], "x its time", "<= 3")], **result}


if __name__ == "__main__":
    benchmark(__doc__, measure, agents=(1_000, 20, "agents"), steps=(1_000, 20, "steps"), runs=(5, 1, "runs of each side"))
