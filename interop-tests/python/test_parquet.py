# SPDX-License-Identifier: Apache-2.0
"""Parquet between Java and pyarrow, pandas, Polars, DuckDB and fastparquet: types, values, bits, pruning; and back."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
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


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of many row groups, several for each key, in log order and by entity."""
    path = tmp_path_factory.mktemp("run")
    java_side.aw("run", "--preset", "small", "--ticks", 48, "--durability", "none", "--out", path / "store")
    java_side.aw("export", path / "store", "--to", "parquet", "--view", "log", "--out", path / "archive")
    java_side.aw("export", path / "store", "--to", "parquet", "--view", "by_entity", "--out", path / "entities")
    return path


FILTERS = {"tick": ("archive/log", "tick", 40), "rid": ("entities/by_entity", "rid", 3), "key": ("entities/by_entity", "key", "creature.birth_t")}


@pytest.fixture(params=sorted(FILTERS))
def question(request: pytest.FixtureRequest, run: Path) -> tuple[Path, str, Any, int, list[int]]:
    """A file, a column, a value, how many row groups there are, and the seqs of the rows that have it."""
    folder, column, value = FILTERS[request.param]
    path = next((run / folder).iterdir())
    table = pq.read_table(path, columns=["seq", column])
    plain = table[column].cast(pa.string()) if column == "key" else table[column]
    rows = table.filter(pc.equal(plain, value))["seq"].to_pylist()
    groups = pq.read_metadata(path).num_row_groups
    assert groups > 4 and rows
    return path, column, value, groups, sorted(rows)


def test_pyarrow_and_pandas_skip_row_groups_by_tick_rid_and_key(question: Any) -> None:
    path, column, value, groups, rows = question
    fragment = next(ds.dataset(path).get_fragments())
    condition = pc.field(column) == value
    left = fragment.subset(condition).row_groups if column != "key" else fragment.subset(pc.field("key_code") == key_code(path, value)).row_groups
    assert 0 < len(left) < groups
    assert sorted(ds.dataset(path).to_table(columns=["seq"], filter=condition)["seq"].to_pylist()) == rows
    pd = pytest.importorskip("pandas")
    assert sorted(pd.read_parquet(path, columns=["seq"], filters=[(column, "==", value)])["seq"]) == rows


def key_code(path: Path, name: str) -> int:
    table = pq.read_table(path, columns=["key", "key_code"])
    return int(table["key_code"][pc.index(table["key"].cast(pa.string()), name).as_py()].as_py())


def scanned(node: Any) -> list[tuple[int, int]]:
    """Row groups read and there, of the scans of DuckDB's plan."""
    if isinstance(node, list):
        return [found for child in node for found in scanned(child)]
    if not isinstance(node, dict):
        return []
    here = [(node["row_groups_scanned"], node["total_row_groups_to_scan"])] if "row_groups_scanned" in node else []
    return here + [found for child in node.values() for found in scanned(child)]


def test_duckdb_s_own_plan_skips_row_groups_by_tick_rid_and_key(question: Any) -> None:
    path, column, value, groups, rows = question
    query = f"SELECT seq FROM '{path}' WHERE {column} = {value!r}"
    assert sorted(r[0] for r in duckdb.sql(query).fetchall()) == rows
    plan = json.loads(duckdb.sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}").fetchall()[0][1])
    if not scanned(plan):
        pytest.skip(f"DuckDB {duckdb.__version__} does not say which row groups it read")
    [(read, there)] = scanned(plan)
    assert there == groups and 0 < read < groups


def test_polars_own_log_tells_of_row_groups_skipped_by_tick_rid_and_key(question: Any) -> None:
    path, column, value, groups, rows = question
    if column == "key":  # a categorical in Polars, whose statistics it does not use
        column, value = "key_code", key_code(path, value)
    code = f"""import polars as pl
found = pl.scan_parquet({str(path)!r}).filter(pl.col({column!r}) == {value!r}).select("seq").collect()
print(sorted(found["seq"].to_list()))"""
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "POLARS_VERBOSE": "1"}, capture_output=True, text=True, check=True, encoding="utf-8")
    assert json.loads(done.stdout) == rows
    read, there = map(int, re.findall(r"reading (\d+) / (\d+) row groups", done.stderr)[-1])
    assert there == groups and 0 < read < groups


def test_fastparquet_reads_every_type_of_a_compat_file(out: Path) -> None:
    fastparquet = pytest.importorskip("fastparquet", reason="fastparquet is not installed")
    expected, frame = Expected(out, "table"), fastparquet.ParquetFile(out / "table-zstd.parquet").to_pandas()
    for name, label in expected.types.items():
        assert expected.same(name, frame[name].astype(object if label == "string" else NUMPY[label]).to_numpy()), name


def test_fastparquet_skips_row_groups_by_tick_rid_and_key(question: Any) -> None:
    fastparquet = pytest.importorskip("fastparquet", reason="fastparquet is not installed")
    path, column, value, groups, rows = question
    file = fastparquet.ParquetFile(path)
    assert 0 < len(fastparquet.api.filter_row_groups(file, [(column, "==", value)])) < groups
    frame = file.to_pandas(columns=["seq", column], filters=[(column, "==", value)])
    assert sorted(frame["seq"][frame[column] == value]) == rows


def test_a_file_of_pyarrow_comes_back_as_a_table(tmp_path: Path) -> None:
    """Snappy, gzip, zstd and none, both page versions, dictionaries or not: types, bits, nulls, words, hash."""
    rows = 50_000
    rng = np.random.default_rng(7)
    columns = {"id": rng.permutation(rows).astype("<u4"), "x": rng.integers(0, 1 << 32, rows).astype("<u4").view("<f4"),
               "y": rng.integers(0, 1 << 63, rows).view("<f8"), "n": rng.integers(0, 1 << 63, rows).astype("<u8") * 2 + 1,
               "few": rng.integers(-3, 3, rows).astype("i1"), "wet": rng.integers(0, 2, rows).astype("?")}
    words = [f"wörd {i % 1000}" for i in range(rows)]
    gaps = pa.array([None if i % 3 == 0 else i % 32_768 for i in range(rows)], pa.int16())
    table = pa.table({**columns, "word": words, "gap": gaps, "when": pa.array(range(rows), pa.timestamp("us"))})
    digest = hashlib.blake2b(digest_size=16)
    for name in ("id", "x", "y", "n", "few", "wet"):
        digest.update(columns[name].tobytes())
    for i, (codec, version, dictionary) in enumerate(itertools.product(("snappy", "gzip", "zstd", "none"), ("1.0", "2.0"), (True, False))):
        path, store = tmp_path / f"{i}.parquet", tmp_path / f"store{i}"
        pq.write_table(table, path, compression=codec, data_page_version=version, use_dictionary=dictionary, write_page_checksum=i % 2 == 0)
        found = json.loads(java_side.aw("import", "parquet", path, "--out", store, "--table", "t", "--json",
                                        "--columns", "gap=gap:i32?-1,at=when:i64"))
        assert found["tables"] == {"t": rows} and not found["unmapped"]
        hashed = java_side.aw("hash", store, "--tick", 0, "--table", "t", "--columns", "id,x,y,n,few,wet").splitlines()[-1]
        assert hashed == digest.hexdigest()
        back = store / "snapshots"
        read = pa.ipc.open_file(next(back.rglob("t.arrow"))).read_all()
        assert read["word"].cast(pa.string()).to_pylist() == words
        assert read["gap"].to_pylist() == [-1 if v is None else v for v in gaps.to_pylist()]
        assert read["at"].to_pylist() == list(range(rows))


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_file_of_duckdb_or_polars_comes_back_as_a_table(tmp_path: Path, engine: str) -> None:
    frame = pl.DataFrame({"id": pl.Series(range(30_000), dtype=pl.UInt32), "x": [i / 7 for i in range(30_000)],
                          "word": [f"w{i % 99}" for i in range(30_000)], "gap": [None if i % 5 else i for i in range(30_000)]})
    for codec in ("snappy", "zstd", "gzip"):
        path, store = tmp_path / f"{codec}.parquet", tmp_path / codec
        if engine == "polars":
            frame.write_parquet(path, compression=codec)  # type: ignore[arg-type]
        else:
            arrow = frame.to_arrow()
            assert arrow.num_rows
            duckdb.sql(f"COPY arrow TO '{path}' (FORMAT parquet, COMPRESSION {codec})")
        java_side.aw("import", "parquet", path, "--out", store, "--columns", "gap=gap?-1")
        read = pa.ipc.open_file(next((store / "snapshots").rglob(f"{codec}.arrow"))).read_all()
        assert read["x"].to_pylist() == frame["x"].to_list() and read["id"].to_pylist() == frame["id"].to_list()
        assert read["word"].cast(pa.string()).to_pylist() == frame["word"].to_list()
        assert read["gap"].to_pylist() == frame["gap"].fill_null(-1).to_list()
