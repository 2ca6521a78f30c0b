# SPDX-License-Identifier: Apache-2.0
"""A run of 50 million rows, and an ensemble of 200 runs. AW_LARGE_RUN names a run of the reference simulation that is there already."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import ROOT
from runs import sail
from test_views import PARAMETERS, batches_read, share
from worlds import JavaStore, add, hash_worlds, view

pytestmark = pytest.mark.large


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if there := os.environ.get("AW_LARGE_RUN"):
        return Path(there)
    path = tmp_path_factory.mktemp("large") / "run"
    subprocess.run([ROOT / "aw", "run", "--preset", "small", "--ticks", "1000", "--durability", "none", "--out", path], check=True)
    return path


def test_a_run_of_50_million_rows_is_read_whole_in_part_and_at_any_tick(spark: SparkSession, large: Path) -> None:
    with JavaStore(spark, large) as java:
        last = java.store.lastTick()
        expected = {tick: java.hash_world(tick) for tick in (last // 2, last)}
        rows = java.store.end().seq() - java.store.log().start().seq()
    assert rows > 50_000_000
    assert hash_worlds(spark, large, expected) == expected
    log = view(spark, large, "log")
    kinds = log.groupBy("key").count().collect()
    assert sum(row["count"] for row in kinds) == rows
    few = log.where("tick between 400 and 402 and key = 'tick.commit'")
    planned, of = share(few, "batches")
    assert planned < of / 50
    assert batches_read(few) == planned
    assert few.count() == 3


def test_an_ensemble_of_200_runs_has_the_hash_of_each(spark: SparkSession, tmp_path: Path) -> None:
    for seed in range(200):
        sail(tmp_path / f"r{seed:03}", 12, seed, ships=10)
    state = view(spark, tmp_path, "state", table="ship")
    assert share(state, "runs") == (200, 200)
    rows = state.toArrow()
    names = rows["run_"].to_pylist()
    for seed in range(200):
        run = tmp_path / f"r{seed:03}"
        with JavaStore(spark, run) as java:
            expected, tables, codes = java.hash_world(11), java.tables(), java.codes()
        hashes = {11: hashlib.blake2b(digest_size=16)}
        add(hashes, "ship", tables["ship"], rows.filter([name == run.name for name in names]).drop_columns(["run_", *PARAMETERS]), codes)
        assert hashes[11].hexdigest() == expected
    per_run = view(spark, tmp_path, "log").where("key = 'ship.x'").groupBy("run").count()
    assert per_run.count() == 200
