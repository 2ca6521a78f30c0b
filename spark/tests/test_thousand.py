# SPDX-License-Identifier: Apache-2.0
"""A sweep of a thousand small runs: planned by its catalogue, and read in part."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import arrow_world as aw
import pytest
from pyspark.sql import DataFrame, SparkSession

from runs import FLEET
from test_views import batches_read, share
from worlds import view

RUNS, TICKS = 1000, 3


def _move(run: aw.SweepRun) -> None:
    """Few ticks, and twice as many at a rate of 2; sealed, a run is one batch."""
    last = TICKS - 1 if run["rate"] < 2 else 2 * TICKS - 1
    with run.open(FLEET, durability="none") as world:
        while world.last_tick < last:
            with world.tick() as t:
                if t.tick == 0:
                    t["ship"].insert(x=0.5, kind="tug", run=7, serial=run["seed"])
                else:
                    t["ship"].set(0, x=run["rate"] * t.tick)


@pytest.fixture(scope="module")
def thousand(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thousand")
    with ThreadPoolExecutor(1) as pool:
        report = aw.sweep(folder, aw.grid(rate=[0.5, 1.0, 1.5, 2.0], seed=range(RUNS // 4)), _move, executor=pool)
    assert report.is_done and [run.name for run in report.runs] == [f"{number:06}" for number in range(RUNS)]
    runs = spark._jvm.org.arrowworld.runs.Runs
    assert runs.open(spark._jvm.java.io.File(str(folder)).toPath()).read() == 0, "the catalogue tells all: no run was opened"
    return folder


def tasks(rows: DataFrame) -> int:
    return int(re.search(r"tasks: (\d+)", rows._jdf.queryExecution().simpleString())[1])


def test_small_runs_share_tasks(spark: SparkSession, thousand: Path) -> None:
    log = view(spark, thousand, "log")
    assert share(log, "runs") == (RUNS, RUNS)
    assert tasks(log) <= 10
    planned, of = share(log, "batches")
    assert planned == of == batches_read(log) == RUNS
    assert log.groupBy("run").count().count() == RUNS


@pytest.mark.parametrize(("condition", "runs", "batches", "rows"), [
    ("rate >= 1 and rate < 2 and seed < 20 and tick = 1", 40, 40, 40),
    ("tick = 2", RUNS, RUNS, RUNS),
    ("tick >= 4", RUNS, RUNS // 4, RUNS // 4 * 2),
    ("seed < 30 and tick in (1, 5)", 120, 120, 150),
    ("run = '000500'", 1, 1, TICKS),
    ("rate > 1000", 0, 0, 0),
])
def test_a_filter_reads_no_batch_of_what_it_leaves_out(spark: SparkSession, thousand: Path, condition: str, runs: int, batches: int,
                                                       rows: int) -> None:
    found = view(spark, thousand, "log").where(condition).where("key = 'tick.commit'")
    assert share(found, "runs") == (runs, RUNS)
    assert share(found, "batches")[0] == batches
    assert batches_read(found) == batches
    assert found.count() == rows
