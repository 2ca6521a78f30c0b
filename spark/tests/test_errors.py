# SPDX-License-Identifier: Apache-2.0
"""What is refused, and how: the library's own exceptions, which name what is wrong and where."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from conftest import ROOT
from runs import sail
from worlds import view

FIRST = ROOT / "docs/spec/conformance/first/store"


def refusal(act: Callable[[], object], kind: str) -> str:
    """The message of the exception of the library that an action ends with, in the driver."""
    try:
        act()
    except Exception as e:  # noqa: BLE001 - pyspark shows some of Java's exceptions as its own
        error = e.java_exception if isinstance(e, Py4JJavaError) else getattr(e, "_origin", None)
        met = []
        while error is not None:
            met.append(error.getClass().getName())
            if error.getClass().getSimpleName() == kind:
                return error.getMessage()
            error = error.getCause()
        raise AssertionError(f"no {kind}, but {met}: {e}") from e
    raise AssertionError(f"no {kind}: nothing was refused")


@pytest.mark.sample
def test_what_a_query_says_wrong_is_refused_where_it_is_said(spark: SparkSession, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in refusal(lambda: view(spark, tmp_path / "none", "log"), "StoreNotFoundException")
    assert "There is no run in" in refusal(lambda: view(spark, tmp_path, "log"), "InvalidUseException")
    assert "is one store" in refusal(lambda: view(spark, FIRST, "runs"), "InvalidUseException")
    assert "did you mean 'state'?" in refusal(lambda: view(spark, FIRST, "sate"), "InvalidUseException")
    assert "did you mean 'tick'?" in refusal(lambda: view(spark, FIRST, "state", ticks=3), "InvalidUseException")
    assert "say which by option table" in refusal(lambda: view(spark, FIRST, "state"), "InvalidUseException")
    assert "did you mean 'creature'?" in refusal(lambda: view(spark, FIRST, "state", table="creatur"), "InvalidUseException")
    assert "expected a tick" in refusal(lambda: view(spark, FIRST, "state", table="food", tick="last"), "InvalidUseException")
    assert "choose its rows by a condition" in refusal(lambda: view(spark, FIRST, "log", tick=3), "InvalidUseException")
    assert "rows are only added" in refusal(lambda: view(spark, FIRST, "lives", table="census"), "InvalidUseException")
    assert "begin with hdfs:" in refusal(lambda: view(spark, "hdfs://nowhere/run", "log"), "InvalidUseException")
    late = view(spark, FIRST, "state", table="food", tick=99)
    assert "at tick 99: it has ticks 0 to 7" in refusal(late.collect, "InvalidUseException")


@pytest.mark.sample
def test_a_damaged_batch_is_an_error_that_names_its_file(spark: SparkSession, tmp_path: Path) -> None:
    shutil.copytree(FIRST, tmp_path / "run")
    sealed = next((tmp_path / "run" / "log").glob("*.arrow"))
    whole = view(spark, tmp_path / "run", "log").count()
    assert whole == 66
    damaged = bytearray(sealed.read_bytes())
    log = view(spark, tmp_path / "run", "log")
    log.count()  # planned while all was well
    place = damaged.index(b"ARROW1", 8) // 2
    for at in range(place, place + 64):
        damaged[at] ^= 0xFF
    sealed.write_bytes(damaged)
    message = refusal(log.collect, "DamagedFileException")
    assert str(sealed) in message


def test_runs_whose_tables_differ_are_refused_by_name(spark: SparkSession, tmp_path: Path) -> None:
    sail(tmp_path / "b", 3, 1)
    shutil.copytree(FIRST, tmp_path / "a")
    state = view(spark, tmp_path, "state", table="creature")
    message = refusal(state.collect, "InvalidUseException")
    assert f"{tmp_path / 'b'} has no such table" in message
    assert state.where("run = 'a'").count() > 0


def test_several_paths_are_refused(spark: SparkSession) -> None:
    reader = spark.read.format("arrow-world")
    assert "put the runs into one folder" in refusal(lambda: reader.load([str(FIRST), str(FIRST)]), "InvalidUseException")
