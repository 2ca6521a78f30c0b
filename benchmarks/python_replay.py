# SPDX-License-Identifier: Apache-2.0
"""The Python package's replay against NumPy's own scatter of the same rows, `column[slot[rid]] = val`.

Both sides start with the log's columns in memory. NumPy is given every advantage: rows split by column already, values
in the column's type, and a ready id-to-slot table. The package takes the rows as they stand in the log and checks them:
order, liveness, exactness, births and deaths. Rates are million rows per second.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np

import arrow_world as aw
from arrow_world.schema import declare
from common import benchmark, figure

COLUMNS = (("x", "f32"), ("y", "f32"), ("energy", "f64"), ("age", "u32"))
DTYPES = {"f32": "<f4", "f64": "<f8", "u32": "<u4"}
Rows, Array = aw.Rows, np.ndarray


def born(ids: Array) -> tuple[aw.World, list[aw.Key]]:
    """A world of these rows, and its keys."""
    table = aw.TableSchema("creature", ids="external", columns=tuple(aw.Column(n, t) for n, t in COLUMNS))
    world = aw.World(aw.Schema((table,)))
    keys = declare(world.schema)
    n = len(ids) + 1
    rows = Rows(0, np.zeros(n, "<u8"), np.append(ids, len(ids)).astype("<u4"), np.append(np.ones(len(ids)), 0).astype("<u2"),
                np.zeros(n, "<u8"))
    world._apply(rows, keys)
    return world, keys


def log_of(ids: Array, ticks: int, per_column: int, random: bool, first_seq: int) -> Rows:
    """Value rows of some ticks, as a run logs them: by tick, column, slot; with commit rows."""
    rng = np.random.default_rng(20261121)
    parts: list[tuple[Array, Array, Array, Array]] = []
    for tick in range(1, ticks + 1):
        for i, (_, kind) in enumerate(COLUMNS):
            rids = np.sort(rng.choice(len(ids), per_column, replace=False)) if not random else \
                rng.integers(0, len(ids), per_column)
            values = rng.integers(0, 1 << 20, per_column).astype(DTYPES[kind]).astype("<f8")
            parts.append((np.full(per_column, tick, "<u8"), ids[rids], np.full(per_column, 3 + i, "<u2"), values.view("<u8")))
        count = np.array([per_column * len(COLUMNS)], "<u4")
        parts.append((np.array([tick], "<u8"), count, np.zeros(1, "<u2"), np.zeros(1, "<u8")))
    tick_, rid, key, bits = (np.concatenate(p) for p in zip(*parts))
    return Rows(first_seq, tick_, rid, key, bits)


def scatter(ids: Array, rows: Rows, ticks: int) -> tuple[float, bytes]:
    """NumPy alone: seconds, and the digest of the columns."""
    slot = np.zeros(len(ids), np.int64)
    slot[ids] = np.arange(len(ids))
    columns = [np.zeros(len(ids), DTYPES[kind]) for _, kind in COLUMNS]
    split = [[(rows.rid[at], rows.val[at].astype(DTYPES[kind])) for tick in range(1, ticks + 1)
              for at in [np.flatnonzero((rows.key == 3 + i) & (rows.tick == tick))]] for i, (_, kind) in enumerate(COLUMNS)]
    start = time.perf_counter()
    for column, batches in zip(columns, split):
        for rid, val in batches:
            column[slot[rid]] = val
    return time.perf_counter() - start, aw.hash_columns(columns)


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs both sides in turn."""
    ids = np.random.default_rng(7).permutation(args.rows).astype("<u4")
    cases: dict[str, Any] = {}
    for name in ("random_ids", "slot_order"):
        numpy_runs, package_runs = [], []
        digests: set[bytes] = set()
        for _ in range(args.runs + 1):
            world, keys = born(ids)
            rows = log_of(ids, args.ticks, args.per_column, name == "random_ids", world.seq)
            seconds, digest = scatter(ids, rows, args.ticks)
            numpy_runs.append(len(rows) / seconds / 1e6)
            digests.add(digest)
            start = time.perf_counter()
            world._apply(rows, keys)
            package_runs.append(len(rows) / (time.perf_counter() - start) / 1e6)
            digests.add(world.tables["creature"].hash_columns([n for n, _ in COLUMNS]))
        assert len(digests) == 1, "the two sides disagree"
        ratio = statistics.median(package_runs[1:]) / statistics.median(numpy_runs[1:])
        cases[name] = {"numpy": [round(v, 1) for v in numpy_runs], "package": [round(v, 1) for v in package_runs],
                       "package_over_numpy_median": round(ratio, 3), "checksum": digests.pop().hex()}
    return {"compared": [figure(f"Python: replay, {name.replace('_', ' ')}", "NumPy's scatter", case["package_over_numpy_median"],
                                "x as fast") for name, case in cases.items()],
            "what": f"{args.ticks} ticks of {args.per_column} value rows in each of {len(COLUMNS)} columns of a table of "
                    f"{args.rows} rows; million rows per second; the first run of each is not counted", "cases": cases}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=(1_000_000, 10_000, "rows of the table"), ticks=(10, 2, "ticks"),
              per_column=(200_000, 2_000, "value rows per tick and column"), runs=(5, 1, "runs of each side"))
