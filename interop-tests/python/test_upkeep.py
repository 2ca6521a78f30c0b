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
