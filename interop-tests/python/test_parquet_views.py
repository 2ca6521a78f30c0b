# SPDX-License-Identifier: Apache-2.0
"""Every Parquet view of a log, value by value in each engine, against what was logged and not against another file."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arrow_world
import java_side
import test_simlog
from conftest import JavaRun

duckdb = pytest.importorskip("duckdb")
fastparquet = pytest.importorskip("fastparquet", reason="fastparquet is not installed")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

RECORDS = 130_000  # more than one row group
LOG_TYPES = {"seq": "uint64", "tick": "uint64", "rid": "uint32", "key": "string", "key_code": "uint16", "val": "double", "text": "string"}
EVENT_TYPES = {"record": "uint64", "time": "double", "word": "string", "sparse": "int64", "drift": "double", "edge": "int64", "a#b": "double",
          "mixed#i64": "int64", "mixed#f64": "double", "mixed#str": "string", "mixed#bool": "bool"}


def from_duckdb(path: Path) -> pa.Table:
    return pa.table(duckdb.sql(f"SELECT * FROM '{path}'").arrow())


def from_fastparquet(path: Path) -> pa.Table:
    frame = fastparquet.ParquetFile(path).to_pandas()
    return pa.table({str(n): arrow_column(frame[n]) for n in frame.columns})


def arrow_column(column: Any) -> pa.Array:
    """Floats as they are: fastparquet gives a null among them as NaN."""
    return pa.array(column.to_numpy()) if column.dtype.kind == "f" else pa.Array.from_pandas(column)


READERS: dict[str, Callable[[Path], pa.Table]] = {
    "pyarrow": lambda p: pq.read_table(p, page_checksum_verification=True),
    "pandas": lambda p: pa.Table.from_pandas(pd.read_parquet(p, dtype_backend="pyarrow"), preserve_index=False),
    "polars": lambda p: pl.read_parquet(p).to_arrow(),
    "duckdb": from_duckdb,
    "fastparquet": from_fastparquet,
}


@pytest.fixture(params=READERS)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def plain(column: pa.ChunkedArray) -> pa.Array:
    """One chunk; words as strings, whatever they are encoded as."""
    joined = column.combine_chunks()
    joined = joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
    words = joined.type.value_type if pa.types.is_dictionary(joined.type) else joined.type
    return joined.cast(pa.string()) if pa.types.is_large_string(words) or pa.types.is_string(words) or pa.types.is_string_view(words) else joined


def bits(column: pa.Array) -> list[Any]:
    """Values, or None, floats by their bits."""
    if not pa.types.is_floating(column.type):
        return list(column.to_pylist())
    values = np.frombuffer(column.buffers()[1], "<u8", len(column), 8 * column.offset).tolist()
    return [v if there else None for v, there in zip(values, column.is_valid().to_pylist(), strict=True)]


@pytest.fixture(scope="module")
def logged(java_run: JavaRun) -> dict[str, Any]:
    """The log as the store's own segments hold it, by stock pyarrow; key codes by the package's codebook."""
    table = pa.concat_tables(test_simlog.segments(java_run.path))
    columns = {n: plain(table[n]) for n in table.column_names}
    codes = {k.name: code for code, k in enumerate(arrow_world.open_store(java_run.path).keys)}
    return {"seq": list(range(table.num_rows)), "tick": bits(columns["tick"]), "rid": bits(columns["rid"]), "key": bits(columns["key"]),
            "key_code": [codes[name] for name in bits(columns["key"])], "val": bits(columns["val"]), "text": bits(columns["text"])}


@pytest.fixture(scope="module")
def exported(java_run: JavaRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views")
    for view in ("log", "by_entity"):
        java_side.aw("export", java_run.path, "--to", "parquet", "--view", view, "--out", path / view)
    return path


@pytest.mark.parametrize("view", ["log", "by_entity"])
def test_a_log_is_equal_value_by_value(exported: Path, logged: dict[str, Any], engine: str, view: str) -> None:
    order: Any = range(len(logged["seq"]))
    if view == "by_entity":
        order = sorted(order, key=lambda i: (logged["key_code"][i], logged["rid"][i], i))
    [file] = (exported / view / view).iterdir()
    table = READERS[engine](file)
    assert table.column_names == ["seq", "tick", "rid", "key", "key_code", "val", "text"]
    for name, values in logged.items():
        got = plain(table[name])
        assert str(got.type) == LOG_TYPES[name], name
        assert bits(got) == [values[i] for i in order], name


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("events")
    java_side.run("SimLogMain", path / "store", RECORDS, "sealed")
    java_side.aw("export", path / "store", "--to", "parquet", "--view", "events", "--out", path / "archive")
    [file] = (path / "archive" / "events").iterdir()
    assert pq.read_metadata(file).num_row_groups > 1
    return file


def event(i: int) -> dict[str, Any]:
    """The columns of record i: one for each field, of a mixed one by type; integers of a float column are floats."""
    row = {"record": i, **dict.fromkeys(list(EVENT_TYPES)[1:]), **test_simlog.record(i, RECORDS)}
    mixed = row.pop("mixed", None)
    for name, kind in (("mixed#i64", int), ("mixed#f64", float), ("mixed#str", str), ("mixed#bool", bool)):
        row[name] = mixed if type(mixed) is kind else None
    return {n: None if row[n] is None else struct.unpack("<Q", struct.pack("<d", row[n]))[0] if kind == "double" else row[n]
            for n, kind in EVENT_TYPES.items()}


def test_events_are_equal_value_by_value(events: Path, engine: str) -> None:
    table = READERS[engine](events)
    assert table.column_names == list(EVENT_TYPES)
    expected = [event(i) for i in range(RECORDS)]
    absent = {"double": bits(pa.array([math.nan]))[0]} if engine == "fastparquet" else {}
    for name, kind in EVENT_TYPES.items():
        got = plain(table[name])
        assert str(got.type) == kind, name
        assert bits(got) == [absent.get(kind) if row[name] is None else row[name] for row in expected], name
