# SPDX-License-Identifier: Apache-2.0
"""Logs a py-pde run as a world: every cell of the grid a row, every step of the tracker a tick.

    pip install py-pde ./python
    python python/examples/pde_log.py --out /tmp/diffusion

Whole grids are better kept as fields (pde_wave.py); a log is for who wants ticks, audit and a digest chain. py-pde's own
MemoryStorage runs beside the log, so that the two can be compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pde

import arrow_world as aw


class PdeLog:
    """A callback for `pde.CallbackTracker`: logs a scalar field as the table `cell`, in C order, and the time as an input."""

    def __init__(self, path: str | Path, name: str = "u", **options: Any) -> None:
        schema = aw.Schema((aw.TableSchema("cell", "append_only", columns=(aw.Column(name, "f64"),)),),
                           (aw.Event("time", "f64"),))
        self._name = name
        self._live = aw.LiveWorld.create(path, schema, properties={"application": "py-pde"}, tick_unit="snapshot", **options)

    def __call__(self, state: pde.ScalarField, time: float) -> None:
        """Logs one state."""
        values = {self._name: np.ascontiguousarray(state.data, "<f8").ravel()}
        with self._live.tick() as t:
            t.input("time", float(time))
            if len(self._live["cell"]):
                t["cell"].write(**values)
            else:
                t["cell"].insert(**values)

    def close(self) -> None:
        """Ends the log."""
        self._live.close()

    def __enter__(self) -> PdeLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def record(path: str | Path, t_end: float = 2.0, interval: float = 0.1) -> pde.MemoryStorage:
    """Solves the diffusion of random noise; returns what py-pde itself stored."""
    grid = pde.CartesianGrid([[0, 4], [0, 3]], [32, 24], periodic=[True, False])
    start = pde.ScalarField.random_uniform(grid, -1, 1, rng=np.random.default_rng(7))
    storage = pde.MemoryStorage()
    with PdeLog(path, durability="none") as log:
        pde.DiffusionPDE(0.1).solve(start, t_range=t_end, dt=0.005, backend="numpy", tracker=[
            storage.tracker(interval), pde.CallbackTracker(log, interrupts=interval)])
    return storage


def main() -> None:
    """Parses the command line and records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="the new store")
    args = parser.parse_args()
    storage = record(args.out)
    store = aw.open_store(args.out)
    print(f"{len(storage)} states; times {store.rows(key='in.time').values[[0, 1, -1]]}")


if __name__ == "__main__":
    main()
