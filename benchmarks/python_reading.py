# SPDX-License-Identifier: Apache-2.0
"""Reading a run with the Python package, each against a peer of the same run, in alternating pairs.

- `consecutive`: `at(t)` for 100 ticks in a row against one pass of `worlds` over the same ticks;
- `random`: `at(t)` for ticks in random order, from files, against NumPy's scatter of the rows that a replay from the
  nearest snapshot has to apply, in memory already; `random_uncached` keeps no world;
- `events`: events of one id in a tenth of the ticks against the events of the whole run;
- `import`, `first_store`: `import arrow_world`, and its first store, against `import pyarrow`, in processes of their own.

Times are of the processor, system included: all sides have one thread, and neighbours on the machine count less in them.
A comparison shows that both sides saw the same.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import arrow_world as aw
from common import benchmark, faster, scratch

COLUMNS = tuple(aw.Column(n, "f32") for n in ("pos_x", "pos_y", "energy"))


def make(path: Path, ids: int, ticks: int, every: int) -> None:
    """A run in which everybody moves in every tick and a tenth eats, with a snapshot now and then; sealed in four files."""
    schema = aw.Schema((aw.TableSchema("creature", gen=True, columns=COLUMNS, events=(aw.Event("ate", "u32"),)),))
    rng = np.random.default_rng(20261130)
    with aw.LiveWorld.create(path, schema, durability="none") as world:
        with world.tick() as t:
            t["creature"].insert(ids)
        for tick in range(1, ticks):
            with world.tick() as t:
                t["creature"].write(**{c.name: rng.random(ids, np.float32) for c in COLUMNS})
                t["creature"].event("ate", np.unique(rng.integers(0, ids, ids // 10)), tick)
            if tick % every == 0:
                world.snapshot()
            if tick % (ticks // 4) == 0:
                world.seal()
        world.seal()


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = _processor()
    result = work()
    return _processor() - start, result


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pairs(runs: int, ours: Callable[[], Any], peer: Callable[[], Any]) -> dict[str, Any]:
    """Both sides in turn, the first one first and last by turns."""
    mine: list[float] = []
    theirs: list[float] = []
    seen = set()
    for i in range(runs):
        for side, times in ((ours, mine), (peer, theirs)) if i % 2 else ((peer, theirs), (ours, mine)):
            took, result = seconds(side)
            times.append(took)
            seen.add(result)
    assert len(seen) == 1, "both sides must see the same"
    return {"ours_s": mine, "peer_s": theirs, "ratio": statistics.median(mine) / statistics.median(theirs)}


def consecutive(path: Path, ticks: range, runs: int) -> dict[str, Any]:
    def by_at() -> float:
        store = aw.open_store(path)
        return sum(float(store.at(t)["creature"]["energy"][0]) for t in ticks)

    def by_worlds() -> float:
        return sum(float(w["creature"]["energy"][0]) for w in aw.open_store(path).worlds(ticks))

    return pairs(runs, by_at, by_worlds)


def at_random(path: Path, ids: int, ticks: list[int], every: int, runs: int, **options: int) -> dict[str, Any]:
    """NumPy's side has rows split by column, values in their type, and a ready id-to-slot table."""
    slot = np.arange(ids)
    rid = np.arange(ids, dtype="<u4")
    values = np.random.default_rng(1).random(ids)
    columns = [np.zeros(ids, "<f4") for _ in COLUMNS]
    applied = [t % every for t in ticks]

    def ours() -> None:
        store = aw.open_store(path, **options)
        for t in ticks:
            store.at(t)

    def peer() -> None:
        for count in applied:
            for _ in range(count):
                for column in columns:
                    column[slot[rid]] = values

    result = pairs(runs, ours, peer)
    rows = sum(applied) * ids * len(COLUMNS)
    return {"rows": rows, "ours_mrows_s": rows / statistics.median(result["ours_s"]) / 1e6,
            "peer_mrows_s": rows / statistics.median(result["peer_s"]) / 1e6, **result}


def events(path: Path, ticks: int, runs: int) -> dict[str, Any]:
    store = aw.open_store(path)
    store.events(ids=7)
    return pairs(runs, lambda: (store.events("creature.ate", (ticks // 2, ticks // 2 + ticks // 10), ids=7), None)[1],
                 lambda: (store.events("creature.ate", ids=7), None)[1])


def imports(path: Path, runs: int, program: str) -> dict[str, Any]:
    def process(program: str) -> None:
        subprocess.run([sys.executable, "-c", program, str(path)], check=True)

    return pairs(runs, lambda: process(program),
                 lambda: process("import pyarrow"))


def ratio(found: dict[str, Any]) -> tuple[float, float]:
    """Both sides' medians."""
    return statistics.median(found["ours_s"]), statistics.median(found["peer_s"])


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs all of it."""
    with scratch() as folder:
        path = folder / "run"
        make(path, args.ids, args.ticks, args.every)
        rng = random.Random(20261130)
        ticks = [rng.randrange(1, args.ticks) for _ in range(min(100, args.ticks))]
        middle = range(args.ticks // 3, args.ticks // 3 + min(100, args.ticks // 2))
        result = {"rows": int(aw.verify(path).rows), "seed": 20261130,
                  "consecutive": consecutive(path, middle, args.runs),
                  "random": at_random(path, args.ids, ticks, args.every, args.runs),
                  "random_uncached": at_random(path, args.ids, ticks[:10], args.every, args.runs, cache_bytes=0),
                  "events": events(path, args.ticks, args.runs),
                  "import": imports(path, args.runs, "import arrow_world"),
                  "first_store": imports(path, args.runs, "import sys, arrow_world; arrow_world.open_store(sys.argv[1])")}
    return {"compared": [
        faster("Python: `at` of ticks in a row", "one pass of `worlds`", *ratio(result["consecutive"]), ">= 0.77"),
        faster("Python: `at` at random", "NumPy's scatter of the same rows", *ratio(result["random"]), ">= 0.5"),
        faster("Python: events of a tenth of the ticks", "events of all", *ratio(result["events"])),
        faster("Python: `import arrow_world`", "`import pyarrow`", *ratio(result["import"]), ">= 0.83")], **result}


if __name__ == "__main__":
    benchmark(__doc__, measure, ids=(6_000, 200, "entities"), ticks=(300, 30, "ticks"), every=(100, 10, "ticks between snapshots"),
              runs=(5, 1, "runs of each side"))
