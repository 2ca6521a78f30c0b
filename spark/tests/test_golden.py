# SPDX-License-Identifier: Apache-2.0
"""Every golden store, at every tick."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import ROOT
from worlds import JavaStore, hash_worlds, view

GOLDEN = sorted(p.parent for p in (ROOT / "docs/spec/conformance").glob("*/expected.json"))
SAMPLE = ("first", "shortened")


def _sampled(folder: Path) -> object:
    return pytest.param(folder, id=folder.name, marks=[pytest.mark.sample] if folder.name in SAMPLE else [])


@pytest.mark.parametrize("folder", [_sampled(folder) for folder in GOLDEN])
def test_the_state_at_every_tick_has_the_hash_that_java_gives_it(spark: SparkSession, folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    hashes = {tick["tick"]: tick["hash_world"] for tick in expected["ticks"]}
    with JavaStore(spark, folder / "store") as java:
        assert {tick: java.hash_world(tick) for tick in hashes} == hashes
    assert hash_worlds(spark, folder / "store", hashes) == hashes


@pytest.mark.parametrize("folder", [_sampled(folder) for folder in GOLDEN])
def test_the_log_has_all_rows_in_order_and_their_keys_and_words(spark: SparkSession, folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    rows = view(spark, folder / "store", "log").toArrow()
    assert rows.column_names == ["seq", "tick", "rid", "key", "val", "bits", "text"]
    last = expected["ticks"][-1]
    seq = rows["seq"].to_pylist()
    assert seq == list(range(seq[0], last["seq"]))
    assert set(rows["key"].to_pylist()) <= set(expected["keys"])
    assert rows["val"].combine_chunks().view("int64").equals(rows["bits"].combine_chunks())
    assert set(rows["text"].to_pylist()) - {None} <= set(expected["codebook"])
