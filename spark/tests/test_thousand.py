# SPDX-License-Identifier: Apache-2.0
"""A folder of a thousand small runs with a catalogue: planned as a whole, and read in part."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from runs import sail
from test_views import batches_read, share
from worlds import view

RUNS, TICKS = 1000, 3


@pytest.fixture(scope="module")
def thousand(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thousand")
    for seed in range(RUNS):
        sail(folder / f"r{seed:03}", TICKS, seed, ships=4)
    jvm = spark._jvm
    path = jvm.java.io.File(str(folder)).toPath()
    jvm.org.arrowworld.runs.Runs.open(path).save()
    assert jvm.org.arrowworld.runs.Runs.open(path).read() == 0, "what the catalogue tells is not read from the runs"
    return folder


def tasks(rows: DataFrame) -> int:
    return int(re.search(r"tasks: (\d+)", rows._jdf.queryExecution().simpleString())[1])


def test_small_runs_share_tasks(spark: SparkSession, thousand: Path) -> None:
    log = view(spark, thousand, "log")
    assert share(log, "runs") == (RUNS, RUNS)
    assert tasks(log) <= 10
    planned, of = share(log, "batches")
    assert planned == of == batches_read(log) == RUNS * TICKS
    assert log.groupBy("run").count().count() == RUNS


@pytest.mark.parametrize(("condition", "runs", "batches"), [
    ("rate >= 10 and rate < 20 and tick = 1", 40, 40),
    ("tick = 2", RUNS, RUNS),
    ("run = 'r500'", 1, TICKS),
    ("port = 'A' and seed < 100 and tick between 1 and 2", 50, 100),
    ("rate > 1000", 0, 0),
])
def test_a_filter_reads_no_batch_of_what_it_leaves_out(spark: SparkSession, thousand: Path, condition: str, runs: int,
                                                       batches: int) -> None:
    found = view(spark, thousand, "log").where(condition).where("key = 'tick.commit'")
    assert share(found, "runs") == (runs, RUNS)
    assert share(found, "batches")[0] == batches
    assert batches_read(found) == batches
    assert found.count() == batches, "each tick is a batch here, and a commit"
