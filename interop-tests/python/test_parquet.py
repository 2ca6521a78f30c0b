"""Parquet files of Java, as pyarrow, pandas, Polars and DuckDB see them: types, values, bits, pruning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import java_side

duckdb = pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")

ROWS, GROUP = 260_000, 122_880
NUMPY = {"u8": "u1", "i8": "i1", "u16": "<u2", "i16": "<i2", "u32": "<u4", "i32": "<i4", "u64": "<u8", "i64": "<i8",
         "f32": "<f4", "f64": "<f8", "bool": "?", "string": "<u4"}
DUCKDB = {"u8": "UTINYINT", "i8": "TINYINT", "u16": "USMALLINT", "i16": "SMALLINT", "u32": "UINTEGER", "i32": "INTEGER",
          "u64": "UBIGINT", "i64": "BIGINT", "f32": "FLOAT", "f64": "DOUBLE", "bool": "BOOLEAN", "string": "VARCHAR"}
BITS = {"f32": "<u4", "f64": "<u8"}


class Expected:
    """What Java held: the columns' bytes and the codebook."""

    def __init__(self, path: Path, table: str) -> None:
        words = np.array(json.loads((path / "words.json").read_text("utf-8")), dtype=object)
        self.types: dict[str, str] = {}
        self.values: dict[str, np.ndarray] = {}
        for file in path.glob(f"{table}.*.*"):
            if file.name.endswith(".parquet"):
                continue
            _, name, label = file.name.split(".")
            data = np.fromfile(file, NUMPY[label])
            self.types[name] = label
            self.values[name] = words[data] if label == "string" else data

    def same(self, name: str, got: Any) -> bool:
        """Whether a column is equal, floats by their bits."""
        label, want = self.types[name], self.values[name]
        got = np.asarray(got)
        if label in BITS:
            return bool((got.view(BITS[label]) == want.view(BITS[label])).all())
        return got.shape == want.shape and bool((got == want).all())


def arrow_type(label: str) -> pa.DataType:
    if label == "string":
        return pa.dictionary(pa.int32(), pa.string())
    return pa.bool_() if label == "bool" else pa.from_numpy_dtype(np.dtype(NUMPY[label]))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parquet")
    java_side.run("ParquetMain", "table", path, 20261121, ROWS)
    return path


@pytest.fixture(scope="module")
def exported(java_run: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported")
    java_side.run("ParquetMain", "store", java_run.path, path)
    return path


@pytest.fixture(scope="module", params=["zstd", "none"])
def file(out: Path, request: pytest.FixtureRequest) -> Path:
    return out / f"table-{request.param}.parquet"


def check(expected: Expected, table: pa.Table) -> None:
    for name, label in expected.types.items():
        assert table.schema.field(name).type == arrow_type(label), name
        assert not table.schema.field(name).nullable, name
        column = table[name].combine_chunks() if table.num_rows else pa.array([], arrow_type(label))
        got = column.to_numpy(zero_copy_only=False) if label != "string" else np.array(column.to_pylist(), dtype=object)
        assert expected.same(name, got), name


def test_pyarrow_reads_every_type_bit_for_bit_and_verifies_every_page(file: Path) -> None:
    check(Expected(file.parent, "table"), pq.read_table(file, page_checksum_verification=True))


def test_pandas_reads_every_type(file: Path) -> None:
    pd = pytest.importorskip("pandas")
    expected, frame = Expected(file.parent, "table"), pd.read_parquet(file)
    for name, label in expected.types.items():
        assert expected.same(name, frame[name].astype(object if label == "string" else NUMPY[label]).to_numpy()), name


def test_polars_reads_every_type_bit_for_bit(file: Path) -> None:
    expected, frame = Expected(file.parent, "table"), pl.read_parquet(file)
    for name, label in expected.types.items():
        if label == "string":
            assert expected.same(name, np.array(frame[name].cast(pl.String).to_list(), dtype=object)), name
        else:
            assert expected.same(name, frame[name].to_numpy()), name
            assert frame[name].dtype == pl.from_arrow(pa.array([], arrow_type(label))).dtype, name


def test_duckdb_reads_every_type_bit_for_bit(file: Path) -> None:
    expected = Expected(file.parent, "table")
    relation = duckdb.sql(f"SELECT * FROM '{file}'")
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    columns = relation.fetchnumpy()
    for name, label in expected.types.items():
        assert types[name] == DUCKDB[label], name
        assert expected.same(name, np.ma.getdata(columns[name])), name


def test_statistics_of_every_row_group_bound_its_values(file: Path) -> None:
    expected, meta = Expected(file.parent, "table"), pq.read_metadata(file)
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [GROUP, GROUP, ROWS - 2 * GROUP]
    for g in range(meta.num_row_groups):
        for c in range(meta.num_columns):
            chunk = meta.row_group(g).column(c)
            values = expected.values[chunk.path_in_schema][g * GROUP:(g + 1) * GROUP]
            if expected.types[chunk.path_in_schema] in BITS:
                values = values[~np.isnan(values)]
            assert chunk.statistics.null_count == 0 and chunk.has_column_index is not None
            assert chunk.statistics.has_min_max
            assert (chunk.statistics.min, chunk.statistics.max) == (min(values), max(values)), chunk.path_in_schema


def test_filters_prune_row_groups_and_find_the_right_rows(file: Path) -> None:
    wanted = range(GROUP + 5, GROUP + 25)
    condition = (pc.field("u32_up") >= wanted.start) & (pc.field("u32_up") < wanted.stop)
    fragment = next(ds.dataset(file).get_fragments())
    assert [g.id for g in fragment.subset(condition).row_groups] == [1]
    assert ds.dataset(file).to_table(filter=condition)["i64_up"].to_pylist() == list(wanted)
    where = f"u32_up >= {wanted.start} AND u32_up < {wanted.stop}"
    assert duckdb.sql(f"SELECT i64_up FROM '{file}' WHERE {where}").fetchall() == [(i,) for i in wanted]
    lazy = pl.scan_parquet(file).filter(pl.col("u32_up").is_between(wanted.start, wanted.stop - 1))
    assert lazy.select("i64_up").collect()["i64_up"].to_list() == list(wanted)


def test_a_store_s_tables_and_log_are_equal_in_pyarrow(exported: Path) -> None:
    tables = sorted(p.stem for p in exported.glob("*.parquet") if p.stem != "log")
    assert len(tables) == 7
    for name in tables:
        table = pq.read_table(exported / f"{name}.parquet", page_checksum_verification=True)
        check(Expected(exported, name), table)
        assert table.schema.metadata[b"aw.table"] == name.encode()
        assert len(table.schema.metadata[b"aw.hash"]) == 32


def test_the_log_is_equal_in_every_reader(exported: Path) -> None:
    path = exported / "log.parquet"
    keys = np.array(json.loads((exported / "keys.json").read_text("utf-8")), dtype=object)
    texts = json.loads((exported / "texts.json").read_text("utf-8"))
    expected = Expected(exported, "log")
    names = keys[expected.values["key_code"]].tolist()
    table = pq.read_table(path, page_checksum_verification=True)
    check(expected, table)
    assert table["seq"].to_pylist() == list(range(table.num_rows))
    assert table["key"].to_pylist() == names and table["text"].to_pylist() == texts
    frame = pl.read_parquet(path)
    assert frame["key"].cast(pl.String).to_list() == names and frame["text"].cast(pl.String).to_list() == texts
    columns = duckdb.sql(f"SELECT key, text FROM '{path}'").fetchall()
    assert columns == list(zip(names, texts, strict=True))
    meta = pq.read_metadata(path)
    assert [c.column_index for c in meta.row_group(0).sorting_columns] == [1]
    assert {"DELTA_BINARY_PACKED"} <= set(meta.row_group(0).column(1).encodings)
