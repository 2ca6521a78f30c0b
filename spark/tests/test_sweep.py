# SPDX-License-Identifier: Apache-2.0
"""The recipe of spark/README.md: runs made by Spark's tasks, each attempt in a store of its own, which is a run once it is whole."""

from __future__ import annotations

import os
import shutil
import signal
import uuid
from pathlib import Path

import arrow_world as aw
from pyspark import TaskContext
from pyspark.sql import SparkSession

from runs import FLEET, sail
from worlds import view

RUNS, TICKS = 12, 6


def test_runs_that_tasks_make_are_whole_and_made_once_though_an_attempt_is_killed(spark: SparkSession, tmp_path: Path) -> None:
    made, attempts = tmp_path / "runs", tmp_path / "attempts"
    made.mkdir()
    attempts.mkdir()

    def make(seed: int) -> None:
        own, run = attempts / uuid.uuid4().hex, made / f"r{seed:03}"
        sail(own, TICKS, seed)
        if seed in (3, 7) and TaskContext.get().attemptNumber() == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            own.rename(run)
        except OSError:
            if not (run / "store.json").exists():
                raise
            shutil.rmtree(own)

    def missing() -> list[int]:
        return [seed for seed in range(RUNS) if not (made / f"r{seed:03}").exists()]

    assert missing() == list(range(RUNS))
    spark.sparkContext.parallelize([*missing(), 5], RUNS + 1).foreach(make)  # one of them twice
    assert missing() == []
    assert len(list(attempts.iterdir())) == 2, "what the killed attempts left stays beside the runs"
    for seed in range(RUNS):
        sail(tmp_path / "alone" / str(seed), TICKS, seed)
        with aw.open_store(made / f"r{seed:03}") as run, aw.open_store(tmp_path / "alone" / str(seed)) as alone:
            assert run.schema == FLEET and run.hash_world(TICKS - 1) == alone.hash_world(TICKS - 1)
    by_port = view(spark, made, "state", table="ship").groupBy("port").count().collect()
    assert {row["port"]: row["count"] for row in by_port} == {"A": 20 * RUNS // 2, "B": 20 * RUNS // 2}
