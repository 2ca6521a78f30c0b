# SPDX-License-Identifier: Apache-2.0
"""Runs that go on while they are read, and workers that do not."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import Cluster
from runs import sail, sail_on
from test_views import PARAMETERS
from worlds import JavaStore, add, view


def test_a_frame_shows_a_run_as_it_was_when_it_was_first_read(spark: SparkSession, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sail(run, 20, 1)
    log, state, lives = view(spark, run, "log"), view(spark, run, "state"), view(spark, run, "lives")
    seen = log.count(), state.collect(), lives.collect()
    sail_on(run, 15)
    assert (log.count(), state.collect(), lives.collect()) == seen
    with JavaStore(spark, run) as java:
        java.store.seal()
    assert (log.count(), state.collect(), lives.collect()) == seen, "sealed meanwhile"
    later = view(spark, run, "log")
    assert later.count() > seen[0] and later.agg({"tick": "max"}).first()[0] == 34


@pytest.mark.sample
def test_a_worker_that_is_killed_in_mid_job_changes_nothing(spark: SparkSession, cluster: Cluster, tmp_path: Path) -> None:
    runs = 12
    for seed in range(runs):
        sail(tmp_path / f"r{seed:02}", 10, seed)
    state = view(spark, tmp_path, "state", table="ship")
    # Each row takes a while, so that the job is not over before the worker is.
    slow = state.where("java_method('java.lang.Thread', 'sleep', 10L) = 'slept' or slot >= 0")
    tracker, got = spark.sparkContext.statusTracker(), []

    def collect() -> None:
        got.append(slow.toArrow())

    job = threading.Thread(target=collect)
    job.start()
    while job.is_alive() and not any(
            (stage := tracker.getStageInfo(s)) and 0 < stage.numCompletedTasks < runs for s in tracker.getActiveStageIds()):
        job.join(0.02)
    assert job.is_alive(), "the job was over before the worker could be killed"
    cluster.workers.pop(0).kill()
    job.join()
    cluster.add_workers(1)
    assert got, "the job failed"
    names = got[0]["run_"].to_pylist()
    assert len(names) == 20 * runs
    for seed in range(runs):
        run = tmp_path / f"r{seed:02}"
        with JavaStore(spark, run) as java:
            expected, tables, codes = java.hash_world(9), java.tables(), java.codes()
        hashes = {9: hashlib.blake2b(digest_size=16)}
        rows = got[0].filter([name == run.name for name in names]).drop_columns(["run_", *PARAMETERS])
        add(hashes, "ship", tables["ship"], rows, codes)
        assert hashes[9].hexdigest() == expected
