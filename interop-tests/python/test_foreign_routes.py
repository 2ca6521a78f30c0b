# SPDX-License-Identifier: Apache-2.0
"""Two recordings and an event log through every route by which they can come in: equal values, whatever the route."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import arrow_world as aw
import java_side

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
DATA = ROOT.parent / "shared" / "data"
RECORDINGS = ["corridor_uni_050.txt", "corridor_uni_180_120.txt"]
COLUMNS = ["id", "tick", "x", "y", "z"]


def write_all(frame: pd.DataFrame, folder: Path) -> dict[str, tuple[str, Path]]:
    """A frame as files of every kind: name -> (kind of import, path)."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    files = {name: (kind, folder / f"rows.{name}") for name, kind in [
        ("csv", "csv"), ("csv.gz", "csv"), ("parquet", "parquet"), ("feather", "arrow"), ("arrows", "arrow")]}
    frame.to_csv(files["csv"][1], index=False)
    frame.to_csv(files["csv.gz"][1], index=False)
    pq.write_table(table, files["parquet"][1])
    pa.feather.write_feather(table, files["feather"][1])
    with pa.ipc.new_stream(files["arrows"][1], table.schema) as stream:
        stream.write_table(table)
    return files


def recording(path: Path, names: list[str]) -> pd.DataFrame:
    """The rows of a recording, each number as Python reads it."""
    frame = pd.read_csv(path, sep=r"\s+", comment="#", names=names, dtype=str)
    return pd.DataFrame({name: frame[name].map(int if i < 2 else float) for i, name in enumerate(names)})


def data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the reference input {name} is not beside the project")
    return path


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_the_same_history_by_every_route(name: str, tmp_path: Path) -> None:
    raw = data(f"pedestrians/{name}")
    frame = recording(raw, COLUMNS)
    java_side.aw("import", "trajectories", raw, "--columns", ",".join(COLUMNS), "--table", "t", "--out", tmp_path / "text")
    aw.import_history(frame, tmp_path / "frame", entity="id", time="tick", table="t")
    stores = {"text": tmp_path / "text", "DataFrame": tmp_path / "frame"}
    for route, (kind, path) in write_all(frame, tmp_path).items():
        stores[route] = tmp_path / f"store.{route}"
        java_side.aw("import", kind, path, "--entity", "id", "--time", "tick", "--table", "t", "--out", stores[route])
    ticks = sorted(frame["tick"].unique())
    ten = [int(t) for t in ticks[::max(1, len(ticks) // 10)][:10]]
    for route, path in stores.items():
        store = aw.open_store(path)
        assert store.verify(), route
        for tick in ten:
            world = store.at(tick)["t"]
            want = frame[frame["tick"] == tick].sort_values("id")
            order = np.argsort(world["id"])
            assert world["id"][order].tolist() == want["id"].tolist(), (route, tick)
            for column in "xyz":
                assert world[column][order].tolist() == want[column].tolist(), (route, tick, column)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_the_same_table_by_every_route(name: str, tmp_path: Path) -> None:
    frame = recording(data(f"pedestrians/{name}"), ["who", "frame", "x", "y", "z"])
    np.savez(tmp_path / "rows.npz", **{c: frame[c].to_numpy() for c in frame})
    found = {"DataFrame": aw.import_table(frame, tmp_path / "frame", table="t").hash_world}
    for route, (kind, path) in {**write_all(frame, tmp_path), "npz": ("npz", tmp_path / "rows.npz")}.items():
        out = tmp_path / f"table.{route}"
        java_side.aw("import", kind, path, "--table", "t", "--out", out)
        found[route] = aw.open_store(out).at(0).hash_world()
    assert len(set(found.values())) == 1, found
    table = aw.open_store(tmp_path / "table.csv").at(0)["t"]
    assert all(table[c].tolist() == frame[c].tolist() for c in frame)


def test_the_receipt_log_is_the_same_records_by_every_route(tmp_path: Path) -> None:
    frame = pd.read_csv(data("event-log/receipt.csv"), dtype=str, keep_default_na=False)
    frame = frame.replace("", None).astype(object)
    expected: list[dict[str, Any]] = [{k: v for k, v in row.items() if isinstance(v, str)} for row in frame.to_dict("records")]
    for route, (_, path) in write_all(frame, tmp_path).items():
        out = tmp_path / f"log.{route}"
        java_side.aw("import", "records", path, "--out", out)
        rows = list(aw.read_records(out).rows())
        assert len(rows) == len(expected), route
        # A CSV field has no type: what looks like a number or a truth value is one.
        plain = [{k: v if isinstance(v, str) else None for k, v in row.items()} for row in rows]
        for got, want in zip(plain, expected):
            assert got.keys() == want.keys(), route
            assert all(v is None or v == want[k] for k, v in got.items()), route
        if route in ("parquet", "feather", "arrows"):
            assert rows == expected, route
