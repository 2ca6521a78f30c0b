# SPDX-License-Identifier: Apache-2.0
"""Bulk insertion in Python against a whole-column write of the same values: 100,000 rows of 6 columns.

    PYTHONPATH=python/src python benchmarks/python_insert.py --out benchmarks/results/python_insert.json

Each repetition inserts the rows in one tick and writes all their columns in the next, durably, in a new store. Prints both
medians and their ratio, which is to be at most 10.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import arrow_world as aw

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
    with tempfile.TemporaryDirectory() as folder, aw.LiveWorld.create(Path(folder) / "s", schema) as world:
        start = time.perf_counter()
        with world.tick() as t:
            t["t"].insert(**given)
        inserted = time.perf_counter()
        with world.tick() as t:
            t["t"].write(**given)
        return inserted - start, time.perf_counter() - inserted


def main() -> None:
    """Parses the command line, measures, prints and stores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--out", help="a JSON file")
    args = parser.parse_args()
    once(1000)
    runs = [once(args.rows) for _ in range(args.repetitions)]
    insert, write = (statistics.median(r[i] for r in runs) for i in range(2))
    print(f"{args.rows:,} rows of {len(TYPES)} columns: insert {insert:.3f} s, whole-column write {write:.3f} s, "
          f"ratio {insert / write:.1f}")
    if args.out:
        Path(args.out).write_text(json.dumps({
            "python": platform.python_version(), "numpy": np.__version__, "cores": os.cpu_count(), "load": os.getloadavg(),
            "rows": args.rows, "insert_s": [r[0] for r in runs], "write_s": [r[1] for r in runs],
            "ratio": insert / write}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
