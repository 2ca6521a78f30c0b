# SPDX-License-Identifier: Apache-2.0
"""Runs that go on while they are read, and workers that do not."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import arrow_world as aw
import pytest
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

from conftest import Cluster
from runs import sail, sail_on
from test_errors import refusal
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


def test_a_frame_shows_no_other_history_once_its_run_was_cut_and_went_on(spark: SparkSession, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sail(run, 20, 1)
    views = [view(spark, run, "log"), view(spark, run, "state"), view(spark, run, "state", tick=5), view(spark, run, "lives")]
    for planned in views:
        planned.count()
    with aw.open_store(run) as store:
        store.truncate_after(9)
    for planned in views:
        refusal(planned.collect, "DamagedFileException")
    sail_on(run, 20)
    for planned in views:
        assert "meanwhile" in refusal(planned.collect, "DamagedFileException")
    assert view(spark, run, "state").first()["tick"] == 29


def test_a_frame_shows_no_lives_whose_beginning_was_compacted_away(spark: SparkSession, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sail(run, 10, 1)
    with aw.open_store(run) as store:
        store.seal()
    sail_on(run, 10)
    state, lives = view(spark, run, "state"), view(spark, run, "lives")
    seen, _ = state.collect(), lives.collect()
    with aw.open_store(run) as store:
        store.compact(keep_ticks=3)
    assert state.collect() == seen, "its tick is there as it was"
    assert "it begins at tick 16, seq" in refusal(lives.collect, "DamagedFileException")


def test_a_run_that_is_a_base_alone_has_a_state(spark: SparkSession, tmp_path: Path) -> None:
    run = tmp_path / "run"
    sail(run, 20, 1)
    state, alive = view(spark, run, "state").collect(), view(spark, run, "lives").where("died is null").count()
    with aw.open_store(run) as store:
        store.compact(keep_ticks=0)
    assert view(spark, run, "state").collect() == state
    assert view(spark, run, "lives").count() == alive == len(state)


@pytest.mark.sample
def test_a_worker_that_is_killed_in_mid_job_changes_nothing(spark: SparkSession, cluster: Cluster, tmp_path: Path) -> None:
    runs = 12
    for seed in range(runs):
        sail(tmp_path / f"r{seed:02}", 10, seed)
    state = view(spark, tmp_path, "state", table="ship")
    gate = tmp_path / "gate"

    def held(run: str) -> bool:
        while run >= "r02" and not gate.exists():  # the job goes on until the worker is gone
            time.sleep(0.01)
        return True

    slow = state.where(udf(held, "boolean", useArrow=False)("run_"))
    tracker, got = spark.sparkContext.statusTracker(), []

    def collect() -> None:
        got.append(slow.toArrow())

    job = threading.Thread(target=collect)
    job.start()
    while job.is_alive() and not any(
            (stage := tracker.getStageInfo(s)) and 0 < stage.numCompletedTasks < runs for s in tracker.getActiveStageIds()):
        job.join(0.02)
    assert job.is_alive(), "the job failed"
    cluster.workers.pop(0).kill()
    gate.touch()
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
