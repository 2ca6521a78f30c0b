# SPDX-License-Identifier: Apache-2.0
"""What `aw export` writes, as the tools read it that it is written for: every view and format, types, values, bits."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import java_side
from conftest import JavaRun

duckdb = pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")
pd = pytest.importorskip("pandas")

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
LOG_TYPES = {"seq": pa.uint64(), "tick": pa.uint64(), "rid": pa.uint32(), "key": pa.string(), "key_code": pa.uint16(),
             "val": pa.float64(), "text": pa.string()}
SIGNED = {"seq": pa.int64(), "tick": pa.int64(), "rid": pa.int64(), "key": pa.string(), "key_code": pa.int32(),
          "val": pa.float64(), "text": pa.string()}


def plain(table: pa.Table) -> pa.Table:
    """Without dictionaries and metadata."""
    arrays = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table([a.combine_chunks() for a in arrays], names=table.column_names)


def bits(values: Any) -> np.ndarray:
    return np.asarray(values, dtype="<f8").view("<u8")


@pytest.fixture(scope="module")
def rows(java_run: JavaRun) -> pa.Table:
    """The log as the store itself holds it."""
    parts = []
    for path in sorted(java_run.path.glob("log/*.arrow")) + sorted(java_run.path.glob("log/live/*.arrows")):
        open_ = pa.ipc.open_file if path.suffix == ".arrow" else pa.ipc.open_stream
        parts.append(plain(open_(path).read_all()))
    return pa.concat_tables(parts)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported")


def export(out: Path, store: Path, name: str, *options: object) -> Path:
    path = out / f"{store.parent.name}-{name}"
    if not path.exists():
        java_side.aw("export", store, "--out", path, *options)
    return path


def same_log(table: pa.Table, rows: pa.Table, order: np.ndarray | None = None) -> None:
    """Whether an exported log equals the store's, in an order."""
    order = np.arange(rows.num_rows) if order is None else order
    want = rows.take(order)
    assert table["seq"].to_numpy().astype("u8").tolist() == order.tolist()
    for name in ("tick", "rid"):
        assert table[name].to_numpy().astype("u8").tolist() == want[name].to_numpy().astype("u8").tolist(), name
    assert table["key"].to_pylist() == want["key"].to_pylist()
    assert (bits(table["val"]) == bits(want["val"])).all()
    assert table["text"].to_pylist() == want["text"].to_pylist()


def entity_order(table: pa.Table, rows: pa.Table) -> np.ndarray:
    codes = dict(zip(table["key"].to_pylist(), table["key_code"].to_pylist()))
    keys = np.array([codes[k] for k in rows["key"].to_pylist()])
    return np.lexsort([rows["tick"].to_numpy(), rows["rid"].to_numpy(), keys])


@pytest.mark.parametrize("view", ["log", "by_entity"])
@pytest.mark.parametrize("form", ["compat", "compact", "signed"])
def test_parquet_logs_are_equal_in_pyarrow(java_run: JavaRun, rows: pa.Table, out: Path, view: str, form: str) -> None:
    options = ["--signed"] if form == "signed" else ["--profile", form]
    archive = export(out, java_run.path, f"{view}-{form}", "--to", "parquet", "--view", view, *options)
    manifest = json.loads((archive / "manifest.json").read_text("utf-8"))
    assert sum(f["rows"] for f in manifest["files"]) == rows.num_rows
    table = plain(pq.read_table(archive / view, page_checksum_verification=True))
    assert dict(zip(table.column_names, table.schema.types)) == (SIGNED if form == "signed" else LOG_TYPES)
    same_log(table, rows, entity_order(table, rows) if view == "by_entity" else None)
    chunk = pq.ParquetFile(next((archive / view).iterdir())).metadata.row_group(0).column(5)
    assert form == "compact" or "BYTE_STREAM_SPLIT" not in chunk.encodings


@pytest.mark.parametrize("form", ["compat", "compact"])
def test_parquet_logs_are_equal_in_pandas_polars_and_duckdb(java_run: JavaRun, rows: pa.Table, out: Path, form: str) -> None:
    archive = export(out, java_run.path, f"log-{form}", "--to", "parquet", "--view", "log", "--profile", form)
    file = next((archive / "log").iterdir())
    frame = pd.read_parquet(file)
    assert frame["tick"].dtype == np.uint64 and frame["rid"].dtype == np.uint32
    assert (bits(frame["val"]) == bits(rows["val"])).all()
    assert [None if pd.isna(t) else t for t in frame["text"]] == rows["text"].to_pylist()
    polars = pl.read_parquet(file)
    assert polars["tick"].dtype == pl.UInt64 and polars["key_code"].dtype == pl.UInt16
    assert (bits(polars["val"].to_numpy()) == bits(rows["val"])).all()
    assert polars["text"].cast(pl.String).to_list() == rows["text"].to_pylist()
    relation = duckdb.sql(f"SELECT * FROM '{file}' ORDER BY seq")
    assert list(map(str, relation.types)) == ["UBIGINT", "UBIGINT", "UINTEGER", "VARCHAR", "USMALLINT", "DOUBLE", "VARCHAR"]
    columns = relation.fetchnumpy()
    assert (bits(np.ma.getdata(columns["val"])) == bits(rows["val"])).all()
    assert relation.project("text").fetchall() == [(t,) for t in rows["text"].to_pylist()]


def test_filters_on_tick_and_key_skip_what_cannot_match(java_run: JavaRun, rows: pa.Table, out: Path) -> None:
    """By pyarrow's own choice of row groups and by its page index; the files here have one row group or two."""
    archive = export(out, java_run.path, "by_entity-compat", "--to", "parquet", "--view", "by_entity", "--profile", "compat")
    file = pq.ParquetFile(next((archive / "by_entity").iterdir()))
    fragment = next(ds.dataset(next((archive / "by_entity").iterdir())).get_fragments())
    last = rows["tick"].to_numpy().max()
    assert fragment.subset(pc.field("tick") > int(last)).row_groups == []
    top = max(file.metadata.row_group(g).column(4).statistics.max for g in range(file.metadata.num_row_groups))
    assert fragment.subset(pc.field("key_code") > top).row_groups == []
    assert file.metadata.row_group(0).column(1).has_column_index
    assert [c.column_index for c in file.metadata.row_group(0).sorting_columns] == [4]


@pytest.mark.parametrize("view", ["log", "by_entity"])
def test_arrow_logs_are_equal_in_pyarrow_polars_and_duckdb(java_run: JavaRun, rows: pa.Table, out: Path, view: str) -> None:
    path = export(out, java_run.path, f"{view}.arrow", "--to", "arrow", "--view", view)
    stored = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    stored.validate(full=True)
    table = plain(stored)
    assert dict(zip(table.column_names, table.schema.types)) == LOG_TYPES
    same_log(table, rows, entity_order(table, rows) if view == "by_entity" else None)
    polars = pl.read_ipc(path)
    assert polars["text"].cast(pl.String).to_list() == table["text"].to_pylist()
    assert (bits(polars["val"].to_numpy()) == bits(table["val"])).all()
    assert duckdb.sql("SELECT count(*), max(tick) FROM stored").fetchall() == [(rows.num_rows, pc.max(rows["tick"]).as_py())]


def test_a_log_npz_is_the_log(java_run: JavaRun, rows: pa.Table, out: Path) -> None:
    with np.load(export(out, java_run.path, "log.npz", "--to", "npz", "--view", "log")) as z:
        assert {k: z[k].dtype.str for k in ("ticks", "rids", "vals")} == {"ticks": "<u8", "rids": "<u4", "vals": "<f8"}
        assert z["ticks"].tolist() == rows["tick"].to_pylist() and z["rids"].tolist() == rows["rid"].to_pylist()
        assert z["codebook"][z["keys"]].tolist() == rows["key"].to_pylist()
        assert (bits(z["vals"]) == bits(rows["val"])).all()
        o, b = z["words.offsets"], z["words.utf8"].tobytes()
        words = [b[i:j].decode() for i, j in zip(o, o[1:])]
        texts = rows["text"].to_pylist()
        assert [t if t is None else words[int(v)] for t, v in zip(texts, z["vals"])] == texts
        about = json.loads(z["aw.json"].tobytes())
        assert about["start"] == {"tick": "f" * 16, "seq": "0" * 16, "chain": "0" * 16}
        assert int(about["end"]["seq"], 16) == rows.num_rows
        assert int(about["end"]["chain"], 16) == int(bits(rows["val"])[-1])
        assert [k["name"] for k in about["keys"]] == z["codebook"].tolist()


def typed(rows: pa.Table, types: dict[str, str]) -> list[Any]:
    """The values of a log by the type of their key, as SQLite and CSV hold them."""
    found: list[Any] = []
    for key, value, raw in zip(rows["key"].to_pylist(), rows["val"].to_pylist(), bits(rows["val"]).tolist()):
        match types[key]:
            case "u64":
                found.append(raw)
            case "i64":
                found.append(raw - (1 << 64) if raw >> 63 else raw)
            case "f32" | "f64":
                found.append(value)
            case _:
                found.append(int(value))
    return found


def key_types(path: Path) -> dict[str, str]:
    with np.load(path) as z:
        return {k["name"]: k["type"] for k in json.loads(z["aw.json"].tobytes())["keys"]}


def same_value(got: Any, want: Any) -> bool:
    return bool(got == want or (want != want and got != got)) and np.signbit(float(got)) == np.signbit(float(want)) or (
        want != want and got != got)


def test_a_log_in_sqlite_has_the_types_of_its_keys(java_run: JavaRun, rows: pa.Table, out: Path) -> None:
    path = export(out, java_run.path, "log.sqlite", "--to", "sqlite", "--view", "log")
    types = key_types(export(out, java_run.path, "log.npz", "--to", "npz", "--view", "log"))
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = base.execute("SELECT seq, tick, rid, key, val, text FROM log ORDER BY seq").fetchall()
    assert [r[:4] for r in found] == list(zip(range(rows.num_rows), *(rows[n].to_pylist() for n in ("tick", "rid", "key"))))
    assert [r[5] for r in found] == rows["text"].to_pylist()
    for got, want in zip((r[4] for r in found), typed(rows, types), strict=True):
        if want != want:
            assert got is None
        else:
            want = want - (1 << 64) if isinstance(want, int) and want >> 63 == 1 else want
            assert type(got) is type(want) and same_value(got, want)
    plans = [base.execute(f"EXPLAIN QUERY PLAN SELECT * FROM log WHERE {w}").fetchone()[3]
             for w in ("tick = 5", "rid = 5 AND tick < 9", "key = 'x' AND tick > 3")]
    assert all("USING INDEX" in plan for plan in plans)


def test_a_log_as_csv_reads_back_equal(java_run: JavaRun, rows: pa.Table, out: Path) -> None:
    path = export(out, java_run.path, "log.csv", "--to", "csv", "--view", "log")
    types = key_types(export(out, java_run.path, "log.npz", "--to", "npz", "--view", "log"))
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == list(LOG_TYPES)
    for line, want, key in zip(found[1:], typed(rows, types), rows["key"].to_pylist(), strict=True):
        match types[key]:
            case "f64":
                assert same_value(float(line[5]), want) and float(line[5]).hex() == float(want).hex()
            case "f32":
                assert same_value(np.float32(line[5]), np.float32(want))
            case _:
                assert int(line[5]) == want
    frame = pd.read_csv(path, dtype={"val": str, "text": str}, keep_default_na=False)
    assert frame["tick"].tolist() == rows["tick"].to_pylist()
    assert frame["text"].tolist() == [t or "" for t in rows["text"].to_pylist()]
    relation = duckdb.sql(f"SELECT key, rid FROM read_csv('{path}', header=true, all_varchar=true)")
    assert relation.fetchall() == [(k, str(r)) for k, r in zip(rows["key"].to_pylist(), rows["rid"].to_pylist())]


def test_floats_in_csv_are_as_short_as_python_writes_them(java_run: JavaRun, rows: pa.Table, out: Path) -> None:
    path = export(out, java_run.path, "log.csv", "--to", "csv", "--view", "log")
    types = key_types(export(out, java_run.path, "log.npz", "--to", "npz", "--view", "log"))

    def digits(text: str) -> str:
        return text.lower().lstrip("-").split("e")[0].replace(".", "").strip("0")

    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if types[line["key"]] == "f64":
                assert digits(line["val"]) == digits(repr(float(line["val"])))
            elif types[line["key"]] == "f32":
                assert digits(line["val"]) == digits(np.format_float_scientific(np.float32(line["val"])))


def test_tables_are_equal_in_every_format(java_run: JavaRun, out: Path) -> None:
    parquet = export(out, java_run.path, "tables", "--to", "parquet", "--view", "table")
    arrow = export(out, java_run.path, "tables-arrow", "--to", "arrow")
    npz = export(out, java_run.path, "tables-npz", "--to", "npz")
    base = sqlite3.connect(export(out, java_run.path, "tables.sqlite", "--to", "sqlite"))
    csvs = export(out, java_run.path, "tables-csv", "--to", "csv")
    files = sorted((parquet / "tables").iterdir())
    assert files
    for file in files:
        want = plain(pq.read_table(file, page_checksum_verification=True))
        got = plain(pa.ipc.open_file(arrow / f"{file.stem}.arrow").read_all())
        assert got.column_names == want.column_names
        got = got.cast(want.schema)  # bools are u8, as in a snapshot (N-2, N-10)
        with np.load(npz / f"{file.stem}.npz") as z, (csvs / f"{file.stem}.csv").open(newline="", encoding="utf-8") as lines:
            words = []
            if "codebook.utf8" in z:
                o, b = z["codebook.offsets"], z["codebook.utf8"].tobytes()
                words = [b[i:j].decode() for i, j in zip(o, o[1:])]
            texts = list(csv.DictReader(lines))
            assert len(texts) == want.num_rows
            for name in want.column_names:
                column, kind = want[name], want[name].type
                raw = [r[0] for r in base.execute(f'SELECT "{name}" FROM "{file.stem}" ORDER BY rowid')]
                if pa.types.is_string(kind):
                    assert got[name].to_pylist() == column.to_pylist() == raw
                    assert name in z["codebook.columns"] and [words[c] for c in z[name]] == raw
                    assert [line[name] for line in texts] == raw
                elif pa.types.is_floating(kind):
                    width = f"<u{kind.bit_width // 8}"
                    assert (got[name].to_numpy().view(width) == column.to_numpy().view(width)).all()
                    assert (z[name].view(width) == column.to_numpy().view(width)).all()
                    assert [x if x is not None else float("nan") for x in raw] == pytest.approx(
                        column.to_pylist(), rel=0, abs=0, nan_ok=True)
                    read = np.array([line[name] for line in texts], dtype=column.to_numpy().dtype)
                    same = (read.view(width) == column.to_numpy().view(width)) | np.isnan(read) & np.isnan(column.to_numpy())
                    assert same.all()
                else:
                    assert got[name].to_pylist() == column.to_pylist() == z[name].tolist()
                    signed = [v - (1 << 64) if v >> 63 == 1 else v for v in map(int, column.to_pylist())]
                    assert raw == signed
                    names = {"true": 1, "false": 0}
                    assert [names.get(t[name], t[name]) for t in texts] == [
                        v if pa.types.is_boolean(kind) else str(v) for v in column.to_pylist()]


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = DATA / "simlog-receipt"
    if not source.is_dir():
        pytest.skip(f"{source} is not there")
    store = tmp_path_factory.mktemp("receipt") / "store"
    java_side.aw("import", "simlog", source, "--out", store)
    return store


def test_the_events_of_the_receipt_log_are_equal_in_every_format(receipt: Path, out: Path) -> None:
    arrow = plain(pa.ipc.open_file(export(out, receipt, "ev.arrow", "--to", "arrow")).read_all())
    kinds = dict(zip(arrow.column_names, map(str, arrow.schema.types)))
    assert kinds == {"record": "uint64", "time": "double", "case": "string", "case_no": "int64", "activity": "string",
                     "resource": "string", "group": "string", "channel": "string", "deadline": "double", "seq": "int64"}
    want = arrow.to_pylist()
    assert plain(pq.read_table(export(out, receipt, "ev", "--to", "parquet") / "events",
                               page_checksum_verification=True)).to_pylist() == want
    assert pl.read_parquet(next((out / f"{receipt.parent.name}-ev" / "events").iterdir())).to_dicts() == want
    file = next((out / f"{receipt.parent.name}-ev" / "events").iterdir())
    assert duckdb.sql(f"SELECT * FROM '{file}' ORDER BY record").fetchall() == [tuple(r.values()) for r in want]
    base = sqlite3.connect(export(out, receipt, "ev.sqlite", "--to", "sqlite"))
    assert base.execute("SELECT * FROM events ORDER BY record").fetchall() == [tuple(r.values()) for r in want]
    indexed = {r[0] for r in base.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert indexed == {f"events.{name}" for name in kinds}
    with export(out, receipt, "ev.csv", "--to", "csv").open(newline="", encoding="utf-8") as lines:
        for got, row in zip(csv.DictReader(lines), want, strict=True):
            for name, value in row.items():
                assert got[name] == "" if value is None else type(value)(got[name]) == value
    exact = {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}
    frame = pd.read_csv(out / f"{receipt.parent.name}-ev.csv", **exact)
    assert frame["time"].tolist() == arrow["time"].to_pylist()
    with np.load(export(out, receipt, "ev.npz", "--to", "npz")) as z:
        o, b = z["codebook.offsets"], z["codebook.utf8"].tobytes()
        words = np.array([b[i:j].decode() for i, j in zip(o, o[1:])], dtype=object)
        for name in kinds:
            values = words[z[name]] if name in z["codebook.columns"] else z[name]
            present = z[name + ".present"] if name != "record" else np.ones(len(want), bool)
            assert [v if p else None for v, p in zip(values.tolist(), present.tolist())] == arrow[name].to_pylist()


def test_the_events_of_the_receipt_log_equal_its_csv(receipt: Path, out: Path) -> None:
    source = DATA / "event-log" / "receipt.csv"
    if not source.is_file():
        pytest.skip(f"{source} is not there")
    with source.open(newline="", encoding="utf-8") as lines:
        want = list(csv.DictReader(lines))
    got = plain(pa.ipc.open_file(export(out, receipt, "ev.arrow", "--to", "arrow")).read_all()).to_pylist()
    assert len(got) == len(want)
    for field, column in {"case": "case:concept:name", "activity": "concept:name", "resource": "org:resource",
                          "group": "org:group", "channel": "case:channel"}.items():
        assert [r[field] or "" for r in got] == [r[column] for r in want], field


def test_records_are_found_by_their_fields(receipt: Path, out: Path) -> None:
    want = plain(pa.ipc.open_file(export(out, receipt, "ev.arrow", "--to", "arrow")).read_all()).to_pylist()
    chosen = [r for r in want if r["activity"] == "Confirmation of receipt" and r["case_no"] < 1000]
    where = "activity == 'Confirmation of receipt' and case_no < 1000"
    lines = [json.loads(line) for line in java_side.aw("log", receipt, "--where", where, "--json").splitlines()]
    assert [line["record"] for line in lines] == [r["record"] for r in chosen]
    fields = [{k: v for k, v in r.items() if k != "record" and v is not None} for r in chosen]
    assert [line["values"] for line in lines] == fields
