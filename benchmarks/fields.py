# SPDX-License-Identifier: Apache-2.0
"""Field runs against NumPy's own: writing with `open_memmap`, slab reading with `np.load(mmap_mode="r")`.

The peers in turn. Both sides know the count up front. Java's first four runs, its warm-up, are stored but not counted. A
slab is copied out and summed: by NumPy into a new array, whose memory its allocator reuses, by Java into one that is reused.
Numbers are seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from common import benchmark, faster, scratch

SIDE, READS, WARM_UPS = 64, 5_000, 4


def write(path: Path, snapshots: int, flush_every: int, forced: bool) -> float:
    """The pre-allocated memory-map writer that solvers use; flush is msync."""
    shutil.rmtree(path, ignore_errors=True)
    grid = np.arange(SIDE * SIDE, dtype="f8")
    start = time.perf_counter()
    path.mkdir()
    u = np.lib.format.open_memmap(path / "u.npy", "w+", "f8", (snapshots, SIDE, SIDE))
    times = np.lib.format.open_memmap(path / "times.npy", "w+", "f8", (snapshots,))
    for i in range(snapshots):
        grid[i % grid.size] += 1
        u[i] = grid.reshape(SIDE, SIDE)
        times[i] = i
        if forced and (i + 1) % flush_every == 0:
            u.flush()
            times.flush()
    del u, times
    return time.perf_counter() - start


def read(path: Path, snapshots: int) -> tuple[float, float, float, float]:
    """Whole-grid slabs in scattered order copied out and summed; one point over all times."""
    u = np.load(path / "u.npy", mmap_mode="r")
    start = time.perf_counter()
    total = 0.0
    for i in range(READS):
        total += float(np.array(u[i * 7919 % snapshots]).sum())
    slabs = time.perf_counter() - start
    start = time.perf_counter()
    point = float(np.array(u[:, 10, 20]).sum())
    return slabs, time.perf_counter() - start, total, point


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs both sides."""
    numpy: dict[str, list[float]] = {"forced": [], "written": [], "slabs": [], "point": []}
    with scratch() as folder:
        path = folder / "numpy"
        for _ in range(args.runs):
            numpy["forced"].append(write(path, args.snapshots, args.flush_every, forced=True))
            numpy["written"].append(write(path, args.snapshots, args.flush_every, forced=False))
            slabs, point, slab_sum, point_sum = read(path, args.snapshots)
            numpy["slabs"].append(slabs)
            numpy["point"].append(point)
        done = subprocess.run(
            ["java", "-Xmx256m", "-cp", os.environ["AW_CLASSPATH"], "FieldsBench", str(folder),
             str(args.snapshots), str(args.flush_every), str(args.runs + WARM_UPS)], capture_output=True, text=True, check=True, encoding="utf-8")
        java: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        same = (np.load(path / "u.npy", mmap_mode="r") == np.load(folder / "java" / "u.npy", mmap_mode="r")).all()
    assert same and (slab_sum, point_sum) == (java["slab_sum"], java["point_sum"]), "the two sides disagree"
    medians = {k: (statistics.median(java[k][WARM_UPS:]), statistics.median(numpy[k])) for k in numpy}
    what = {"forced": "a field run written, forced every 100 snapshots", "written": "a field run written", "slabs": "a grid read",
            "point": "one point over all times"}
    return {"compared": [faster(what[k], "np.load by memory map" if k in ("slabs", "point") else "open_memmap", *m) for k, m in medians.items()],
            "what": f"{args.snapshots} snapshots of {SIDE}x{SIDE} float64, flush every {args.flush_every}; {READS} slab reads",
            "checksum": {"slab_sum": slab_sum, "point_sum": point_sum, "arrays_equal": bool(same)},
            "numpy": {k: [round(v, 4) for v in runs] for k, runs in numpy.items()}, "java": java}


if __name__ == "__main__":
    benchmark(__doc__, measure, snapshots=(10_000, 2_000, "snapshots of the run"), flush_every=(100, 100, "snapshots between forces"),
              runs=(5, 1, "runs of each side"))
