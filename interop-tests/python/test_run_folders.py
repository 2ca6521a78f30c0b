# SPDX-License-Identifier: Apache-2.0
"""Folders of runs by Java and Python: the same files, the same answers (R-1 to R-9)."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arrow_world as aw
import java_side
from arrow_world.run_catalogue import check_of

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python" / "tests"))
import sweep_functions as functions  # noqa: E402

SWEEP = ("--vary", "foodPerSecond=200,250", "--vary", "seed=1..3", "--ticks", "4", "--jobs", "2")


def java_runs(folder: Path, *more: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in java_side.aw("runs", folder, "--json", *more).splitlines()]


def as_java_says(runs: aw.Runs) -> list[dict[str, Any]]:
    return [{"run": r.name, "state": r.state, "tick": r.tick, "rows": r.rows,
             **{name: r.parameters.get(name) for name in runs.parameters}, "message": r.message} for r in runs]


def without_messages(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each language says in its own words what is damaged."""
    return [{**run, "message": None if run["state"] == "damaged" else run["message"]} for run in runs]


@pytest.fixture(scope="module")
def java_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "java"
    java_side.aw("sweep", "--out", folder, *SWEEP)
    return folder


def test_python_takes_javas_catalogue_and_says_the_same_of_every_run(java_sweep: Path) -> None:
    runs = aw.Runs.open(java_sweep)
    assert runs.read == 0 and len(runs) == 6 and not runs.warnings
    assert as_java_says(runs) == java_runs(java_sweep)
    assert [r.name for r in runs.where("foodPerSecond >= 250 and seed != 2 and state == done")] == [
        r["run"] for r in java_runs(java_sweep, "--where", "foodPerSecond >= 250 and seed != 2 and state == done")]


def test_statistics_by_run_and_by_parameter_are_the_same_bit_for_bit(java_sweep: Path) -> None:
    runs = aw.Runs.open(java_sweep)
    for row, (run, stats) in zip(java_runs(java_sweep, "--stats", "creature.energy"), runs.stats("creature.energy"), strict=True):
        assert (row["run"], row["count"], row["mean"], row["min"], row["max"]) == (
            run.name, stats.all.count, stats.all.mean, stats.all.min, stats.all.max)
    together = runs.stats_by("foodPerSecond", "creature.energy", (1, 3))
    for row in java_runs(java_sweep, "--stats", "creature.energy", "--by", "foodPerSecond", "--range", "1..3"):
        found = together.pop(row["foodPerSecond"])
        assert (row["count"], row["mean"], row["min"], row["max"]) == (found.count, found.mean, found.min, found.max)
    assert not together


def test_stock_readers_read_the_catalogues_of_both(java_sweep: Path) -> None:
    path = java_sweep / "runs.parquet"
    by_java, types = pq.read_table(path), duckdb.sql(f"describe from '{path}'").fetchall()
    aw.Runs.open(java_sweep).save()
    assert pq.read_table(path).to_pylist() == by_java.to_pylist()
    assert [t[:2] for t in duckdb.sql(f"describe from '{path}'").fetchall()] == [t[:2] for t in types]
    counted = duckdb.sql(f"select foodPerSecond, count(*), max(tick) from '{path}' where state = 'done' group by 1 order by 1")
    assert counted.fetchall() == [(200, 3, 4), (250, 3, 4)]


def test_java_takes_pythons_catalogue(java_sweep: Path) -> None:
    aw.Runs.open(java_sweep).save()
    path = java_sweep / "runs.parquet"
    rows = [{**row, "rows": 777} for row in pq.read_table(path).to_pylist()]
    checked = [{**row, "check": check_of(row)} for row in rows]
    pq.write_table(pa.Table.from_pylist(checked, schema=pq.read_schema(path)), path)
    assert {run["rows"] for run in java_runs(java_sweep)} == {777}  # nobody counted again
    path.unlink()
    assert 777 not in {run["rows"] for run in java_runs(java_sweep, "--save")}
    assert aw.Runs.open(java_sweep).read == 0


def test_java_goes_on_with_runs_that_python_cut(tmp_path: Path) -> None:
    java_side.aw("sweep", "--out", tmp_path / "runs", *SWEEP)
    whole = [run.open().hash_world(4) for run in aw.Runs.open(tmp_path / "runs")]
    for name in ("000001", "000004"):
        aw.open_store(tmp_path / "runs" / name).truncate_after(2)
    begun = aw.Runs.open(tmp_path / "runs").where("state == begun")
    assert [(r.name, r.tick) for r in begun] == [("000001", 2), ("000004", 2)]
    assert [(r["run"], r["tick"]) for r in java_runs(tmp_path / "runs", "--where", "state == begun")] == [("000001", 2), ("000004", 2)]
    report = json.loads(java_side.aw("sweep", "--out", tmp_path / "runs", *SWEEP, "--json"))
    assert (report["runs"], report["started"], report["done"]) == (6, 2, 6)
    assert [run.open().hash_world(4) for run in aw.Runs.open(tmp_path / "runs")] == whole


def test_java_says_the_same_of_pythons_sweep_whatever_became_of_its_runs(tmp_path: Path) -> None:
    plan = [{"rate": 0.5, "seed": 1}, {"rate": 1, "seed": 2, "kind": "wolf"}, {"rate": 1e-7, "seed": 3, "big": True},
            {"rate": 1, "seed": 4, "kind": 'a "word"\nü'}, {"rate": 2.0, "seed": 5}]
    with ThreadPoolExecutor(2) as pool:
        aw.sweep(tmp_path, plan, functions.fail_on_two, executor=pool, jobs=2)
    aw.open_store(tmp_path / "000003").truncate_after(5)
    broken = tmp_path / "000004" / "store.json"
    broken.write_bytes(broken.read_bytes()[:-1])
    (tmp_path / "runs.parquet").unlink()
    runs = aw.Runs.open(tmp_path)
    assert [r.state for r in runs] == ["done", "failed", "done", "begun", "damaged"]
    assert without_messages(java_runs(tmp_path)) == without_messages(as_java_says(runs))
    java_side.aw("runs", tmp_path, "--save")
    again = aw.Runs.open(tmp_path)
    assert again.read == 2, "the one that is begun, and may grow, and the damaged one"
    assert without_messages(as_java_says(again)) == without_messages(as_java_says(runs))
