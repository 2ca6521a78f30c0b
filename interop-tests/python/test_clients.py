# SPDX-License-Identifier: Apache-2.0
"""Simulations in other frameworks log through the package; Java's worlds are what the frameworks' own collectors hold."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import arrow_world as aw
import java_side

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())


def example(name: str) -> ModuleType:
    """A script of python/examples as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "python" / "examples" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hash_of(values: np.ndarray) -> str:
    """H-1 for one column."""
    return hashlib.blake2b(values.tobytes(), digest_size=16).hexdigest()


def java_columns(store: Path, table: str, ticks: int) -> list[dict[str, str]]:
    """Per tick from 0 on the hash of each column in Java's world, and Java's verification of the whole store."""
    assert json.loads(java_side.run("StoreMain", "verify", store))["findings"] == []
    reports = [json.loads(line) for line in java_side.run("StoreMain", "at", store, *range(ticks)).splitlines()]
    assert [r["tick"] for r in reports] == list(range(ticks))
    return [r["tables"][table]["columns"] for r in reports]


def test_java_has_at_each_step_of_a_mesa_model_what_its_data_collector_has(tmp_path: Path) -> None:
    pytest.importorskip("mesa", reason="mesa is not installed; it needs Python 3.11")
    steps, market = 80, example("mesa_market")
    model = market.record(tmp_path / "s", steps)
    collected = model.datacollector.get_agent_vars_dataframe()
    found = java_columns(tmp_path / "s", "Trader", steps + 1)
    for step in range(steps + 1):
        frame = collected.loc[step].sort_index()  # compact removal and rising ids: rows stand by id
        expected = {"id": hash_of(frame.index.to_numpy("<u4")), "gen": hash_of(np.zeros(len(frame), "<u4"))}
        for name, kind in market.COLUMNS.items():
            expected[name] = hash_of(frame[name].to_numpy(aw.values.DTYPES[kind]))
        assert found[step] == expected, f"step {step}"
    lives = aw.open_store(tmp_path / "s").lives("Trader")
    assert len(lives) > 90 and (lives.died >= 0).sum() > 20
    assert lives.alive(range(steps + 1)).tolist() == collected.groupby(level=0).size().tolist()


def test_java_has_at_each_tick_of_a_py_pde_run_what_its_storage_has(tmp_path: Path) -> None:
    pytest.importorskip("pde", reason="py-pde is not installed")
    storage = example("pde_log").record(tmp_path / "s")
    assert len(storage) == 21
    found = java_columns(tmp_path / "s", "cell", len(storage))
    assert [c["u"] for c in found] == [hash_of(np.ascontiguousarray(storage[i].data, "<f8")) for i in range(len(storage))]
    assert aw.open_store(tmp_path / "s").rows(key="in.time").values.tolist() == list(storage.times)
    assert len(set(c["u"] for c in found)) == 21
