# SPDX-License-Identifier: Apache-2.0
"""Units, docs and the time of ticks in what `aw` writes, as stock readers see them (S-15, S-16, Z-13)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arrow_world
import java_side

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "spec" / "conformance" / "units"
STORE = GOLDEN / "store"
SAID: dict[str, dict[str, str]] = json.loads((GOLDEN / "expected.json").read_text("utf-8"))["columns"]
TIME = {"zero": "-0.5", "step": "1/30", "unit": "s", "since": "2026-11-30T12:00:00.125Z"}


def words(field: pa.Field) -> dict[str, str]:
    found = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
    return {k: v for k, v in found.items() if k in ("aw.unit", "aw.doc")}


def exported(tmp_path: Path, name: str, *options: object) -> Path:
    java_side.aw("export", STORE, "--table", "probe", "--tick", 1, "--out", tmp_path / name, *options)
    return tmp_path / name


def check(schema: pa.Schema) -> None:
    for field in schema:
        assert words(field) == SAID.get(f"probe.{field.name}", {}), field
    assert json.loads(schema.metadata[b"aw.time"]) == TIME


@pytest.mark.parametrize("options", [("--to", "parquet"), ("--to", "parquet", "--signed")])
def test_parquet_has_them(tmp_path: Path, options: tuple[str, ...]) -> None:
    (file,) = exported(tmp_path, "archive", *options).rglob("*probe*.parquet")
    check(pq.read_schema(file))


@pytest.mark.parametrize("options", [("--to", "arrow"), ("--to", "arrow", "--signed")])
def test_arrow_files_have_them(tmp_path: Path, options: tuple[str, ...]) -> None:
    check(pa.ipc.open_file(exported(tmp_path, "probe.arrow", *options)).schema)


def test_an_arrow_file_brings_them_back(tmp_path: Path) -> None:
    path = exported(tmp_path, "probe.arrow", "--to", "arrow")
    java_side.aw("import", "arrow", path, "--out", tmp_path / "java")
    arrow_world.import_table(path, tmp_path / "python")
    for made in ("java", "python"):
        columns = arrow_world.open_store(tmp_path / made).schema.tables[0].columns
        assert {f"probe.{c.name}": dict(c.words) for c in columns if c.words} == {
            k: v for k, v in SAID.items() if k.startswith("probe.")}, made


def test_avro_has_them(tmp_path: Path) -> None:
    header = exported(tmp_path, "probe.avro", "--to", "avro").read_bytes()
    schema = header[header.index(b'{"type":"record"'):].decode("utf-8", "replace")  # where the header has its schema
    fields = json.JSONDecoder().raw_decode(schema)[0]["fields"]
    found: dict[str, dict[str, Any]] = {}
    for field in fields:
        said = {"aw.unit": field.get("aw.unit"), "aw.doc": field.get("doc")}
        if any(said.values()):
            found[f"probe.{field['name']}"] = {k: v for k, v in said.items() if v}
    assert found == {k: v for k, v in SAID.items() if k.startswith("probe.")}


def test_npz_has_them_beside_its_arrays(tmp_path: Path) -> None:
    path = exported(tmp_path, "probe.npz", "--to", "npz")
    with np.load(path) as arrays:
        said = json.loads(arrays["aw.json"].tobytes())
        assert set(arrays) >= {"height", "heat", "open", "name", "near"}
    assert said["kind"] == "arrow-world table npz" and said["time"] == TIME
    assert {f"probe.{c}": {f"aw.{k}": v for k, v in w.items()} for c, w in said["columns"].items()} == {
        k: v for k, v in SAID.items() if k.startswith("probe.")}
    java_side.aw("import", "npz", path, "--out", tmp_path / "again")
    again = arrow_world.open_store(tmp_path / "again")
    assert again.info.time is not None and again.info.time.to_json() == TIME
    table = again.schema.tables[0]
    assert {f"probe.{c.name}": dict(c.words) for c in table.columns if c.words} == {
        k: v for k, v in SAID.items() if k.startswith("probe.")}


@pytest.mark.parametrize("what", [("parquet", "--view", "archive"), ("npz", "--view", "log")])
def test_a_history_that_is_exported_and_imported_keeps_them(tmp_path: Path, what: tuple[str, ...]) -> None:
    java_side.aw("export", STORE, "--to", *what, "--out", tmp_path / "out")
    java_side.aw("import", what[0], tmp_path / "out", "--out", tmp_path / "again")
    again, first = arrow_world.open_store(tmp_path / "again"), arrow_world.open_store(STORE)
    assert again.schema.to_json() == first.schema.to_json() and again.info.time == first.info.time
    assert again.at(31).resume_hash() == first.at(31).resume_hash()


def test_aw_tells_them_and_finds_a_tick_by_its_time() -> None:
    told = json.loads(java_side.aw("info", STORE, "--json"))
    assert told["time"] == TIME
    probe = told["tables"][0]
    assert probe["units"] == {"height": "m", "heat": "°C", "name": "1"}
    assert probe["docs"]["near"] == "the next one"
    text = java_side.aw("info", STORE)
    assert "tick 0 at -0.5, step 1/30, in s since 2026-11-30T12:00:00.125Z" in text
    assert "height f64 in m" in text and "near: the next one" in text
    for time, tick in (("-0.4666666666666667", 1), ("2026-11-30T12:00:00.125Z", 15)):
        assert json.loads(java_side.aw("at", STORE, "--time", time, "--json"))["tick"] == tick
    assert "height" in java_side.aw("at", STORE, "--tick", 1, "--table", "probe")
    assert "f64 in m" in java_side.aw("at", STORE, "--tick", 1, "--table", "probe")
    java_side.aw("at", STORE, "--time", "0.01", code=1)
    for no_time in ("noon", "2d", "0x2p0", " 2 ", "NaN"):
        java_side.aw("at", STORE, "--time", no_time, code=2)
    java_side.aw("at", STORE, code=2)
