# SPDX-License-Identifier: Apache-2.0
"""Random histories, forks and fenced stores by Java, replayed by the Python package."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import arrow_world as aw
import conftest
import java_side
from conftest import JavaRun

CASES = int(os.environ.get("AW_CASES", "12"))
SEED = int(os.environ.get("AW_SEED", "7000"))


def test_the_state_at_every_tick_of_random_histories_is_javas(tmp_path: Path) -> None:  # O-7 to O-15, L-22, H-3
    torn = gaps = 0
    for line in java_side.run("TimelineMain", "cases", tmp_path, SEED, CASES).splitlines():
        case = json.loads(line)
        hashes = {int(tick): resume for tick, resume in case["hashes"].items()}
        store = aw.open_store(tmp_path / str(case["seed"]))
        said = f"repeat with AW_SEED={case['seed']} AW_CASES=1"
        last = case["last"]
        torn += last < max(hashes)
        for tick in range(last + 1):
            committed = max(t for t in hashes if t <= tick)
            gaps += committed < tick
            world = store.at(tick)
            assert (world.tick, world.resume_hash()) == (committed, hashes[committed]), said
    print(f"{CASES} cases from seed {SEED}: {torn} torn, {gaps} ticks without commit")
    assert gaps > 0
    if CASES >= 12:
        assert torn > 0


@pytest.fixture
def copied(java_run: JavaRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(java_run.path, tmp_path / "copy"))


def test_a_fork_is_read_verified_and_gives_javas_worlds(java_run: JavaRun, tmp_path: Path) -> None:  # N-7, S-4
    reports = {r["tick"]: r for r in java_run.reports}
    tick = sorted(reports)[140]
    fork = tmp_path / "fork"
    made = json.loads(java_side.aw("fork", java_run.path, "--tick", tick, "--out", fork, "--json"))
    assert made["hash_world"] == reports[tick]["hash_world"]
    parent = json.loads((fork / "store.json").read_text(encoding="utf-8"))["parent"]
    origin = json.loads((java_run.path / "store.json").read_text(encoding="utf-8"))
    assert parent == {"store": origin["store"], "tick": f"{tick:016x}", "seq": f"{reports[tick]['seq']:016x}",
                      "chain": reports[tick]["chain"]}
    assert aw.open_store(fork).at(tick).resume_hash() == reports[tick]["resume_hash"]
    java_side.run("StoreMain", "run", fork, conftest.SEED, 141, 160, "sealed", 1000)
    assert aw.verify(fork).ok
    store = aw.open_store(fork)
    for later in sorted(reports)[141:160]:
        assert store.at(later).resume_hash() == reports[later]["resume_hash"]
    diff = json.loads(java_side.aw("diff", java_run.path, fork, "--json", code=1))
    assert (diff["outcome"], diff["first_compared"], diff["last_equal"]) == ("left_goes_on", tick, sorted(reports)[159])
    assert json.loads(java_side.aw("verify", fork, "--json"))["sound"]


def test_a_fenced_store_ends_at_its_fence(java_run: JavaRun, copied: Path) -> None:  # L-21
    reports = {r["tick"]: r for r in java_run.reports}
    tick = sorted(reports)[120]
    java_side.run("TimelineMain", "fence", copied, tick)
    assert (copied / "fence.json").exists()
    store = aw.open_store(copied)
    with pytest.raises(aw.InvalidUseError):
        store.at(tick + 1)
    assert store.at(tick).resume_hash() == reports[tick]["resume_hash"]
    assert aw.verify(copied).ok and aw.verify(copied).last_tick == tick
    assert json.loads(java_side.aw("verify", copied, "--json"))["valid_to_tick"] == tick
    java_side.run("StoreMain", "resume", copied)
    assert not (copied / "fence.json").exists()
    assert aw.verify(copied).ok and aw.verify(copied).last_tick == tick


def test_a_truncated_store_is_the_shorter_one(java_run: JavaRun, copied: Path) -> None:  # L-21
    tick = sorted(r["tick"] for r in java_run.reports)[200]
    java_side.aw("truncate", copied, "--after", tick, "--yes")
    assert aw.verify(copied).ok and aw.verify(copied).last_tick == tick
    expected = {r["tick"]: r["resume_hash"] for r in java_run.reports}
    assert aw.open_store(copied).at(tick).resume_hash() == expected[tick]
