# SPDX-License-Identifier: Apache-2.0
"""Field runs: two writers, forks, and what callers give that is no time, no array or no JSON."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
from arrow_world.fields import FieldSnapshots, FieldSnapshotWriter
from arrow_world.lock import output_lock


def test_of_two_that_begin_one_run_the_second_is_refused_before_it_looks(tmp_path: Path) -> None:
    with output_lock(tmp_path / "run"), pytest.raises(aw.StoreLockedError, match="locked by|this process is writing it"):
        FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,), replace=True)
    assert not any(tmp_path.iterdir())
    with FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,)) as writer:
        writer.append(0, {"u": np.ones(2)})
        writer.flush()
        with pytest.raises(aw.StoreLockedError):
            FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,), replace=True)
        assert FieldSnapshots.open(tmp_path / "run").count == 1
    assert [p.name for p in tmp_path.iterdir()] in (["run"], ["run", "run.tmp"], ["run.tmp", "run"])


RACER = """
import sys, time
import numpy as np
from arrow_world import ArrowWorldError
from arrow_world.fields import FieldSnapshotWriter
print("ready", flush=True)
for line in sys.stdin:
    path, start, replace = line.split()
    while time.monotonic() < float(start):
        pass
    try:
        with FieldSnapshotWriter(path, fields=["u"], grid_shape=(2,), replace=replace == "True") as writer:
            writer.append(0, {"u": np.full(2, float(sys.argv[1]))})
            writer.flush()
            print("won", flush=True)
            sys.stdin.readline()  # until both have told
    except ArrowWorldError as e:
        print(type(e).__name__, flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("replace", [False, True])
def test_two_processes_that_begin_one_run_at_once_leave_the_run_of_one(tmp_path: Path, replace: bool) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(aw.__file__).parents[1])}
    racers = [subprocess.Popen([sys.executable, "-c", RACER, str(i)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               encoding="utf-8", env=environment) for i in range(2)]
    try:
        assert [r.stdout.readline() for r in racers] == ["ready\n"] * 2  # type: ignore[union-attr]
        for i in range(20):
            path = tmp_path / f"run{i}"
            if replace:
                with FieldSnapshotWriter(path, fields=["u"], grid_shape=(2,)) as writer:
                    writer.append(0, {"u": np.full(2, 9.0)})
            for r in racers:
                print(path, time.monotonic() + 0.005, replace, file=r.stdin, flush=True)
            told = [r.stdout.readline().strip() for r in racers]  # type: ignore[union-attr]
            run = FieldSnapshots.open(path)
            assert told.count("won") == 1 and set(told) <= {"won", "StoreLockedError", "InvalidUseError"}, told
            assert run.count == 1 and run.field("u")[0].tolist() == [float(told.index("won"))] * 2
            for r in racers:
                print(file=r.stdin, flush=True)
        assert not [p.name for p in tmp_path.iterdir() if not p.name.startswith("run") or p.suffix]
    finally:
        for r in racers:
            r.stdin.close()  # type: ignore[union-attr]
            r.wait()
            r.stdout.close()  # type: ignore[union-attr]


def test_a_fork_may_not_write_a_run_nor_take_back_what_was_flushed(tmp_path: Path) -> None:
    writer = FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,))
    for i in range(5):
        writer.append(i, {"u": np.ones(2)})
    writer._process -= 1  # as it is in a fork
    with pytest.raises(aw.InvalidUseError, match="and this is a fork, process"):
        writer.append(5, {"u": np.ones(2)})
    with pytest.raises(aw.InvalidUseError, match="and this is a fork, process"):
        writer.flush()
    writer.close()
    assert FieldSnapshots.open(tmp_path / "run").count == 0


@pytest.mark.parametrize("extra, told", [
    ({1: 2}, "the name 1 is not text"), ({None: 1}, "the name None is not text"), ({"a": {True: 1}}, "the name True is not text"),
    ({"\ud800": 1}, "surrogates not allowed"), ({"a": ["\ud800"]}, "surrogates not allowed"), ({"a": b"x"}, "is not a number, text"),
    ({"a": {1}}, "is not a number, text"), ({"a": float("nan")}, "not JSON compliant"), ([1], "expected members by name")])
def test_members_that_json_has_not_are_refused_before_a_run_begins(tmp_path: Path, extra: object, told: str) -> None:
    with pytest.raises(aw.InvalidUseError, match=f"Cannot describe a run.*{told}"):
        FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,), extra=extra)  # type: ignore[arg-type]
    assert not any(tmp_path.iterdir())


def test_members_of_numpy_are_kept(tmp_path: Path) -> None:
    extra = {"größe": np.float32(0.5), "shape": (np.int64(1), 2), "nested": {"a": np.arange(2)}}
    FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,), extra=extra).close()
    found = FieldSnapshots.open(tmp_path / "run").metadata
    assert (found["größe"], found["shape"], found["nested"]) == (0.5, [1, 2], {"a": [0, 1]})


def test_times_and_arrays_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    with FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,)) as writer:
        for time_ in (None, "1", True, 2**1025, [1.0], np.ones(2), np.ma.masked, 1j, float("nan")):
            with pytest.raises(aw.InvalidUseError, match="Cannot append snapshot 0 .* the time is"):
                writer.append(time_, {"u": np.ones(2)})  # type: ignore[arg-type]
        for values in (np.ma.array([1.0, 2.0], mask=[0, 1]), [np.ma.masked, 1.0]):
            with pytest.raises(aw.InvalidUseError, match="Cannot write field u: 1 of 2 places are masked"):
                writer.append(0, {"u": values})  # type: ignore[dict-item]
        for fields in (None, 5, [np.ones(2)], np.ones(2)):
            with pytest.raises(aw.InvalidUseError, match="expected the field arrays by name|field u is missing"):
                writer.append(0, fields)  # type: ignore[arg-type]
        writer.append(np.float32(0.5), {"u": [1, 2]})  # type: ignore[arg-type, dict-item]
    assert FieldSnapshots.open(tmp_path / "run").times.tolist() == [0.5]


@pytest.mark.parametrize("dtype, values", [
    ("float64", np.array([2**53 + 1, 0])), ("float64", np.array([2**64 - 1, 0], "u8")), ("float32", np.array([2**24 + 1, 0])),
    ("float32", np.array([1e300, 0.0])), ("float32", np.array([-1e39, np.inf]))])
def test_values_that_the_dtype_cannot_hold_are_refused(tmp_path: Path, dtype: str, values: np.ndarray) -> None:
    with FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(2,), dtype=dtype) as writer:
        with pytest.raises(aw.InvalidUseError, match=f"field u is .* with a value that {dtype} cannot hold"):
            writer.append(0, {"u": values})
        for good in (np.array([2**60, -2**24]), np.array([np.inf, np.nan]), np.array([0.1, 3e38])):
            writer.append(0, {"u": good})
