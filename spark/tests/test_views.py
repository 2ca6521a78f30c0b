# SPDX-License-Identifier: Apache-2.0
"""The views of one run and of a folder of runs."""

from __future__ import annotations

import re
from pathlib import Path

import arrow_world as aw
import pytest
from pyspark.sql import DataFrame, SparkSession

from runs import sail
from worlds import JavaStore, hash_worlds, view

TICKS = 40
PARAMETERS = ["seed", "rate", "port"]
SHIP = ["id", "gen", "x", "kind", "run", "serial"]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three runs, and of things that are none."""
    folder = tmp_path_factory.mktemp("fleet")
    for seed in range(3):
        sail(folder / f"r{seed}", TICKS, seed)
    (folder / "notes").mkdir()
    (folder / "plan.txt").write_text("three runs", "utf-8")
    return folder


def share(rows: DataFrame, what: str) -> tuple[int, int]:
    """How many of how many runs or batches a query reads, as `explain` tells."""
    some, all_ = re.search(rf"{what}: (\d+) of (\d+)", rows._jdf.queryExecution().simpleString()).groups()
    return int(some), int(all_)


def batches_read(rows: DataFrame) -> int:
    """How many batches the tasks of a query read: their own count, after it was run."""
    rows.toArrow()
    scan = rows._jdf.queryExecution().executedPlan().collectLeaves().head()
    return int(scan.metrics().get("batchesRead").get().value())


@pytest.mark.sample
def test_a_folder_of_runs_has_their_names_in_a_column(spark: SparkSession, fleet: Path) -> None:
    log = view(spark, fleet, "log")
    assert log.columns == ["run", *PARAMETERS, "seq", "tick", "rid", "key", "val", "bits", "text"]
    counted = {row["run"]: row["count"] for row in log.groupBy("run").count().collect()}
    assert counted == {f"r{seed}": len(aw.open_store(fleet / f"r{seed}").log()) for seed in range(3)}
    state = view(spark, fleet, "state", table="ship", tick=7)
    assert state.columns == ["run_", *PARAMETERS, "tick", "slot", *SHIP], "the table has a column run of its own"
    assert state.where("run_ = 'r1'").count() == 20
    assert share(state.where("run_ = 'r1'"), "runs") == (1, 3)


@pytest.mark.sample
@pytest.mark.parametrize("catalogue", [False, True])
def test_parameters_are_columns_and_choose_runs_before_they_are_opened(spark: SparkSession, fleet: Path, catalogue: bool) -> None:
    jvm, file = spark._jvm, fleet / "runs.parquet"
    if catalogue:
        jvm.org.arrowworld.runs.Runs.open(jvm.java.io.File(str(fleet)).toPath()).save()
    log = view(spark, fleet, "log")
    assert dict(log.dtypes) | {"seed": "bigint", "rate": "double", "port": "string"} == dict(log.dtypes)
    some = log.where("rate > 0.2 and port = 'A'")
    assert share(some, "runs") == (1, 3)
    assert [row.asDict() for row in some.select("run", "seed", "rate", "port").distinct().collect()] == [
        {"run": "r2", "seed": 2, "rate": 0.5, "port": "A"}]
    by_rate = view(spark, fleet, "state", table="ship").groupBy("rate").count().orderBy("rate").collect()
    assert [(row["rate"], row["count"]) for row in by_rate] == [(0.0, 20), (0.25, 20), (0.5, 20)]
    file.unlink(missing_ok=True)


def test_the_state_of_each_run_of_a_folder_has_its_hash(spark: SparkSession, fleet: Path) -> None:
    for seed in range(3):
        with JavaStore(spark, fleet / f"r{seed}") as java:
            expected = {tick: java.hash_world(tick) for tick in (0, 17, TICKS - 1)}
        assert hash_worlds(spark, fleet / f"r{seed}", expected) == expected
        assert hash_worlds(spark, fleet / f"r{seed}", expected, run=f"r{seed}", pack=fleet) == expected


@pytest.mark.sample
def test_only_batches_that_may_hold_what_is_asked_for_are_read(spark: SparkSession, fleet: Path) -> None:
    log = view(spark, fleet, "log")
    all_batches = batches_read(log)
    assert all_batches > 30, "a run is many batches here, or nothing is shown"
    assert share(log, "batches") == (all_batches, all_batches)
    some = log.where("tick between 10 and 11 and run = 'r1'")
    planned, of = share(some, "batches")
    assert 1 <= planned <= 3 and of < all_batches
    assert batches_read(some) == planned
    assert {(row["tick"], row["run"]) for row in some.collect()} == {(10, "r1"), (11, "r1")}
    assert share(log.where("tick > 1000"), "batches")[0] == 0
    assert share(log.where("tick = 3 or tick = 5"), "batches")[0] < all_batches / 4
    assert share(log.where("rid > 100000000"), "batches")[0] == 0
    assert share(log.where("run in ('r0', 'r2')"), "runs") == (2, 3)
    assert share(log.where("run like 'q%'"), "runs") == (0, 3)


def test_conditions_that_prune_nothing_lose_nothing(spark: SparkSession, fleet: Path) -> None:
    log = view(spark, fleet, "log").cache()
    fresh = view(spark, fleet, "log")
    for condition in ("not tick = 3", "tick in (3, 7) or rid = 2", "tick <> 3 and key in ('ship.x', 'ship.hit')",
                      "run <> 'r1' and not (tick > 3 and key = 'ship.x')", "text is null and tick <= 4", "tick < 2 or run = 'r2'",
                      "key like 'ship.%' and key > 'ship.c'", "val > 0.5", "not (run in ('r0') and tick < 9)", "run is null"):
        assert fresh.where(condition).count() == log.where(condition).count(), condition
    log.unpersist()


def test_events_are_rows_with_an_event_as_their_key(spark: SparkSession, fleet: Path) -> None:
    events = view(spark, fleet / "r0", "events")
    assert {row["key"] for row in events.select("key").distinct().collect()} == {"ship.hit"}
    assert events.where(f"bits = {2**53 + 1}").count() == TICKS - 1, "a number that no float64 is"


def test_lives_tell_births_deaths_causes_and_parents(spark: SparkSession, fleet: Path) -> None:
    expected = aw.open_store(fleet / "r0").lives("ship")
    lives = view(spark, fleet / "r0", "lives").collect()
    assert lives[0].asDict().keys() == {"rid", "gen", "born", "died", "cause", "parent_rid", "parent_gen"}
    assert [(life.rid, life.gen, life.born, life.died, life.cause) for life in lives] == [
        (row["rid"], row["gen"], row["born"], row["died"], row["cause"]) for row in expected.to_arrow().to_pylist()]
    assert [(life.parent_rid, life.parent_gen) for life in lives] == [
        (None, None) if row < 0 else (int(expected.rid[row]), int(expected.gen[row])) for row in expected.parent.tolist()]
    assert any(life.parent_rid is not None and life.died is None for life in lives)


def test_runs_are_rows_with_their_ticks_and_sizes(spark: SparkSession, fleet: Path) -> None:
    rows = view(spark, fleet, "runs").orderBy("run").collect()
    assert rows[0].asDict().keys() == {"run", *PARAMETERS, "state", "tick", "rows", "message", "path"}
    assert [(row["run"], row["state"], row["tick"], row["path"]) for row in rows] == [
        (f"r{seed}", "begun", TICKS - 1, str(fleet / f"r{seed}")) for seed in range(3)]
    assert [row["rows"] for row in rows] == [len(aw.open_store(fleet / f"r{seed}").log()) for seed in range(3)]


def test_sql_reads_a_view_of_runs(spark: SparkSession, fleet: Path) -> None:
    spark.sql(f"create or replace temporary view ships using `arrow-world` options (view 'state', table 'ship', path '{fleet}')")
    rows = spark.sql("select run_, count(*) n, max(tick) t from ships group by run_ order by run_").collect()
    assert [(row["run_"], row["n"], row["t"]) for row in rows] == [(f"r{seed}", 20, TICKS - 1) for seed in range(3)]
