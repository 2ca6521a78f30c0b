"""What the Python package and `aw` answer of one and the same run is the same: histories, net changes, statistics, rows."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import numpy as np

import arrow_world as aw
import conftest
import java_side
from conftest import JavaRun

SEED = 20261129


def lines(*args: object) -> list[dict[str, Any]]:
    """The JSON lines `aw` prints."""
    return [json.loads(line) for line in java_side.aw(*args, "--json").splitlines()]


def same_value(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and not math.isfinite(ours):
        return str(theirs).lower().replace("infinity", "inf") in (str(ours), "none")
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return np.float64(ours).tobytes() == np.float64(theirs).tobytes() or np.float32(ours) == np.float32(theirs)
    return bool(ours == theirs)


def test_histories_are_the_same(java_run: JavaRun) -> None:
    store, rng = aw.open_store(java_run.path), random.Random(SEED)
    lives = store.lives("creature")
    for rid in rng.sample(sorted(set(lives.rid.tolist())), 5):
        ours = store.history("creature", rid)
        theirs = lines("history", java_run.path, "--table", "creature", "--id", rid)
        assert ours.tick.tolist() == [r["tick"] for r in theirs]
        assert ours.names.tolist() == [r["key"] for r in theirs]
        assert [None if g < 0 else g for g in ours.gen.tolist()] == [r["gen"] for r in theirs]
        values = ours.python_values()
        wrong = [(a, r["val"]) for a, r in zip(values, theirs) if not same_value(a, r["val"])]
        assert not wrong, (rid, wrong[:3])


def test_net_changes_are_the_same(java_run: JavaRun) -> None:
    store, rng = aw.open_store(java_run.path), random.Random(SEED)
    first, last = store.span() or (0, 0)
    for _ in range(3):
        a, b = sorted(rng.randrange(first, last + 1) for _ in range(2))
        theirs = json.loads(java_side.aw("diff", java_run.path, "--between", f"{a}..{b}", "--limit", 100_000, "--json",
                                         code=int(a != b)))
        ours = [(c.key, c.id, c.before, c.after) for c in store.between(a, b)]
        rows = [(f"{r['table']}.{r['column']}", r["id"], r["before"], r["after"]) for r in theirs["rows"]]
        assert [c[:2] for c in ours] == [r[:2] for r in rows]
        assert all(same_value(x, y) for c, r in zip(ours, rows) for x, y in zip(c[2:], r[2:]))


def test_statistics_are_the_same(java_run: JavaRun) -> None:
    store = aw.open_store(java_run.path)
    for key in [k for k in store.keys if k.type != "string" and k.kind != "commit"]:
        theirs = json.loads(java_side.aw("stats", java_run.path, "--key", key.name, "--bins", 5, "--json"))
        ours = store.stats(key.name, bins=5).all
        assert (ours.count, ours.nans, ours.distinct) == (theirs["count"], theirs["nans"], theirs["distinct"]), key.name
        if ours.count > ours.nans:
            assert same_value(ours.min, theirs["min"]) and same_value(ours.max, theirs["max"]), key.name
            assert all(map(same_value, ours.quartiles, theirs["quartiles"])), key.name
            assert list(ours.histogram) == theirs["histogram"], key.name
            assert same_value(ours.mean, theirs["mean"]), key.name


def test_the_first_tick_that_differs_is_the_same(java_run: JavaRun, tmp_path: Path) -> None:
    store = aw.open_store(java_run.path)
    tick = sorted(r["tick"] for r in java_run.reports)[150]
    fork = tmp_path / "fork"
    java_side.aw("fork", java_run.path, "--tick", tick, "--out", fork)
    java_side.run("StoreMain", "run", fork, conftest.SEED + 1, 151, 170, "sealed", 1000)
    theirs = json.loads(java_side.aw("diff", java_run.path, fork, "--limit", 1000, "--json", code=1))
    ours = store.diff(aw.open_store(fork), most=1000)
    assert (ours.outcome, ours.first_compared, ours.last_equal, ours.tick, ours.count) == (
        theirs["outcome"], theirs["first_compared"], theirs["last_equal"], theirs["tick"], theirs["differing_rows"])
    rows = [(f"{r['table']}.{r['column']}", r["id"]) for r in theirs["rows"]]
    assert [d[:2] for d in ours.differences] == rows
    assert all(same_value(d.left, r["left"]) and same_value(d.right, r["right"])
               for d, r in zip(ours.differences, theirs["rows"]))


def test_a_cursor_of_every_tick_is_javas(java_run: JavaRun) -> None:
    with aw.open_store(java_run.path).cursor() as cursor:
        assert [(w.tick, w.hash_world(), w.resume_hash()) for w in cursor] == [
            (r["tick"], r["hash_world"], r["resume_hash"]) for r in java_run.reports]


def test_rows_are_the_same(java_run: JavaRun) -> None:
    store = aw.open_store(java_run.path)
    first, last = store.span() or (0, 0)
    middle = (first + last) // 2
    theirs = lines("log", java_run.path, "--range", f"{middle}..{middle + 3}")
    ours = store.rows(ticks=(middle, middle + 3))
    kept = [r for r in theirs if r["key"] != "tick.commit"]
    assert list(zip(ours.tick.tolist(), ours.rid.tolist(), ours.names.tolist())) == [
        (r["tick"], r["rid"], r["key"]) for r in kept]
    assert all(same_value(a, r["val"]) for a, r in zip(ours.python_values(), kept))
