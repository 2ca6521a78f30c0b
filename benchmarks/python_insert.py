# SPDX-License-Identifier: Apache-2.0
"""Bulk insertion in Python against a whole-column write of the same values: 100,000 rows of 6 columns.

Each repetition inserts the rows in one tick and writes all their columns in the next, durably, in a new store.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np

import arrow_world as aw
from common import benchmark, figure, scratch

TYPES = ("f64", "f32", "i32", "u8", "i64", "bool")


def values(rows: int) -> dict[str, Any]:
    """Seeded values of all columns."""
    rng = np.random.default_rng(20261129)
    made = (rng.random(rows), rng.random(rows).astype("<f4"), rng.integers(-9, 9, rows), rng.integers(0, 256, rows),
            rng.integers(-1 << 62, 1 << 62, rows), rng.random(rows) < 0.5)
    return dict(zip((f"c{i}" for i in range(len(TYPES))), made))


def once(rows: int) -> tuple[float, float]:
    """Seconds of an insertion and of a write."""
    schema = aw.Schema((aw.TableSchema("t", gen=True, columns=tuple(aw.Column(f"c{i}", t) for i, t in enumerate(TYPES))),))
    given = values(rows)
    with scratch() as folder, aw.LiveWorld.create(folder / "s", schema) as world:
        start = time.perf_counter()
        with world.tick() as t:
            t["t"].insert(**given)
        inserted = time.perf_counter()
        with world.tick() as t:
            t["t"].write(**given)
        return inserted - start, time.perf_counter() - inserted


def measure(given: argparse.Namespace) -> dict[str, Any]:
    once(1000)
    runs = [once(given.rows) for _ in range(given.runs)]
    insert, write = (statistics.median(r[i] for r in runs) for i in range(2))
    return {"compared": [figure(f"{given.rows:,} rows of {len(TYPES)} columns inserted, Python", "a whole-column write of the same values",
                                insert / write, "x its time", "<= 10")],
            "rows": given.rows, "insert_s": [r[0] for r in runs], "write_s": [r[1] for r in runs]}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=(100_000, 1_000, "rows"), runs=(9, 1, "repetitions"))
