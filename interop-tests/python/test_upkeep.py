# SPDX-License-Identifier: Apache-2.0
"""Upkeep by Python: Java verifies what it leaves, goes on with it, and its own leaves the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import arrow_world as aw
import java_side
from conftest import JavaRun

NAMES = ("tick", "hash_world", "resume_hash")


def java_state(path: Path, *ticks: int) -> list[list[Any]]:
    """What Java's deep verification and its worlds say."""
    assert json.loads(java_side.run("StoreMain", "verify", path))["findings"] == []
    return [[json.loads(line)[n] for n in NAMES] for line in java_side.run("StoreMain", "at", path, *ticks).splitlines()]


@pytest.fixture
def pair(java_run: JavaRun, tmp_path: Path) -> tuple[Path, Path]:
    """The same run twice: for Python and for Java."""
    for name in ("python", "java"):
        shutil.copytree(java_run.path, tmp_path / name)
    return tmp_path / "python", tmp_path / "java"


def same(pair: tuple[Path, Path], *ticks: int) -> None:
    """Java sees the same in both, logs included, and goes on with both."""
    assert java_state(pair[0], *ticks) == java_state(pair[1], *ticks)
    logs = [aw.open_store(p).log() for p in pair]
    assert logs[0].keys == logs[1].keys
    for name in ("tick", "rid", "key", "bits", "text"):
        one, other = (getattr(log, name) for log in logs)
        assert one.tolist() == other.tolist(), name
    java_side.run("StoreMain", "resume", pair[0])
    assert java_side.run("StoreMain", "log", pair[0]) == java_side.run("StoreMain", "log", pair[1])


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_sealing_and_merging(pair: tuple[Path, Path], java_run: JavaRun, compression: str) -> None:
    if java_run.path.parent.name.startswith("sealed" if compression == "none" else "zstd"):
        pytest.skip("its segments are of this form already, which the others' are merged into")
    ticks = [r["tick"] for r in java_run.reports[::60]]
    aw.open_store(pair[0]).seal(compression)
    assert java_state(pair[0], *ticks) == java_state(java_run.path, *ticks)
    aw.open_store(pair[0]).compact(compression=compression)
    java_side.aw("compact", pair[1], "--compress", compression)
    same(pair, *ticks)
    assert [s.path.name for s in aw.open_store(pair[0]).segments()] == [s.path.name for s in aw.open_store(pair[1]).segments()]


def test_giving_up_old_history(pair: tuple[Path, Path], java_run: JavaRun) -> None:
    last = java_run.reports[-1]["tick"]
    aw.open_store(pair[0]).compact(keep_ticks=100)
    java_side.aw("compact", pair[1], "--keep-ticks", 100)
    same(pair, last - 100, last)
    assert [s.tick for s in aw.open_store(pair[0]).manifests()] == [s.tick for s in aw.open_store(pair[1]).manifests()]


def test_truncation(pair: tuple[Path, Path], java_run: JavaRun) -> None:
    tick = java_run.reports[170]["tick"]
    aw.open_store(pair[0]).truncate_after(tick)
    java_side.aw("truncate", pair[1], "--after", tick, "--yes")
    same(pair, 0, tick)


def test_forks(pair: tuple[Path, Path], java_run: JavaRun, tmp_path: Path) -> None:
    tick = java_run.reports[170]["tick"]
    made = aw.open_store(pair[0]).fork(tick, tmp_path / "by python"), tmp_path / "by java"
    java_side.aw("fork", pair[1], "--tick", tick, "--out", made[1])
    same(made, tick)
    assert aw.open_store(made[0]).info.parent == aw.open_store(made[1]).info.parent


def files(path: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def test_publishing(pair: tuple[Path, Path], tmp_path: Path) -> None:
    java_side.aw("publish", pair[1], tmp_path / "by java")
    aw.open_store(pair[1]).publish(tmp_path / "by python")  # of the very files
    assert files(tmp_path / "by java") == files(tmp_path / "by python")
    assert aw.open_store(pair[1]).publish(tmp_path / "by java").sent_files == 0
    aw.open_store(pair[0]).publish(tmp_path / "another")
    assert java_state(tmp_path / "another", 0) == java_state(tmp_path / "by java", 0)
    java_side.aw("publish", pair[0], tmp_path / "another")


STEPS = {"from": 1, "versions": [
    {"steps": [{"step": "add", "table": "bug", "column": "new_f", "type": "f32", "default": 0.1},
               {"step": "add", "table": "bug", "column": "new_b", "type": "bool", "default": True},
               {"step": "add", "table": "bug", "column": "new_s", "type": "string", "default": "wörd"}]},
    {"steps": [{"step": "rename", "table": "bug", "column": "new_f", "to": "renamed"},
               {"step": "widen", "table": "bug", "column": "new_b", "type": "f64"},
               {"step": "linear", "table": "bug", "column": "renamed", "factor": 3.7, "offset": -1e-9},
               {"step": "describe", "table": "bug", "column": "renamed", "unit": "kg", "doc": "what it is"}]}]}


def test_migrations(pair: tuple[Path, Path], java_run: JavaRun, tmp_path: Path) -> None:
    schema = aw.open_store(pair[0]).schema
    table = next(t for t in schema.tables if t.kind == "row" and t.columns)
    steps = json.loads(json.dumps(STEPS).replace('"bug"', json.dumps(table.name)))
    widened = {"u8": "i16", "i8": "f32", "u16": "u32", "i16": "i64", "u32": "u64", "i32": "f64", "f32": "f64", "bool": "u8"}
    for other in schema.tables:
        steps["versions"][1]["steps"] += [{"step": "widen", "table": other.name, "column": c.name, "type": widened[c.type]}
                                          for c in other.columns if c.type in widened and c.table is None]
    (tmp_path / "steps.json").write_text(json.dumps(steps), "utf-8")
    made = tmp_path / "by python", tmp_path / "by java"
    aw.open_store(pair[0]).migrate(aw.Migrations.read(tmp_path / "steps.json"), made[0])
    java_side.aw("migrate", pair[1], "--out", made[1], "--steps", tmp_path / "steps.json")
    last = java_run.reports[-1]["tick"]
    same(made, last)
    stores = [aw.open_store(p) for p in made]
    assert stores[0].schema.to_json() == stores[1].schema.to_json()
    assert [s.info.begins for s in stores][0] == stores[1].info.begins
    assert stores[0].info.parent == stores[1].info.parent and stores[0].info.properties == stores[1].info.properties
    assert stores[0].info.time == stores[1].info.time and stores[0].info.strings == stores[1].info.strings


def test_recovery(pair: tuple[Path, Path], java_run: JavaRun, tmp_path: Path) -> None:
    for store in pair:
        segment = sorted((store / "log").rglob("*.arrow*"))[-1]
        data = bytearray(segment.read_bytes())
        data[len(data) // 2] ^= 1
        segment.write_bytes(data)
    made = tmp_path / "by python", tmp_path / "by java"
    done = aw.recover(pair[0], made[0])
    java_side.aw("recover", pair[1], "--out", made[1], code=3)
    assert done.verification.ok and not done.complete and done.rows_lost > 0
    same(made, 0, done.saved.tick)
