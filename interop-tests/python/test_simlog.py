# SPDX-License-Identifier: Apache-2.0
"""Record logs that Java wrote, read by `arrow_world` (fields joined under one name) and by stock pyarrow (key by key)."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import arrow_world
import java_side
from arrow_world.writer import LogWriter

RECORDS, WORDS = 120_000, 100_000
EXACT = 1 << 53
EDGES = [EXACT - 1, EXACT, EXACT + 1, -EXACT, -EXACT - 1, (1 << 63) - 1, -(1 << 63), 0]
FLOATS = [-0.0, math.nan, math.inf, 5e-324, 1.0]


def record(i: int, records: int = RECORDS) -> dict[str, Any]:
    """The values of record i of `records`; integers of a field that met a float are floats (G-6)."""
    row: dict[str, Any] = {"time": i * 0.5, "word": f"wörd {i % WORDS}"}
    if i % 97 == 0:
        row["sparse"] = i
    row["drift"] = float(i) if i < records // 2 else i + 0.5
    if i < 80:
        row["edge"] = EDGES[i % len(EDGES)]
        row["a#b"] = FLOATS[i % len(FLOATS)]
    if i % 1000 < 3:
        row["mixed"] = [i, f"s{i}", i % 4 == 2][i % 1000]
    return row


def exact(row: dict[str, Any]) -> dict[str, Any]:
    """Values with their types; floats by their bits, so that -0.0, 0 and NaN differ."""
    return {k: (type(v).__name__, struct.pack("<d", v) if isinstance(v, float) else v) for k, v in row.items()}


@pytest.fixture(scope="module", params=["live", "sealed", "zstd"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp(request.param) / "log"
    java_side.run("SimLogMain", path, RECORDS, request.param)
    return path


def test_arrow_world_gives_every_record_with_its_types(store: Path) -> None:  # G-1 to G-6
    records = arrow_world.read_records(store)
    assert records.count == RECORDS
    assert {f.name: f.type for f in records.fields.values()} == {
        "time": "float64", "word": "string", "sparse": "int64", "drift": "float64", "edge": "int64", "a#b": "float64",
        "mixed": "mixed"}
    for i, row in enumerate(records.rows()):
        assert exact(row) == exact(record(i)), i
    assert len(set(records.fields["word"].values)) == WORDS


def segments(store: Path) -> list[pa.Table]:
    """Every segment by stock pyarrow, as files and as streams; keys as words, which segments number alike or not."""
    tables = []
    for path in sorted((store / "log").glob("*.arrow")) + sorted((store / "log" / "live").glob("*.arrows")):
        with pa.OSFile(str(path)) as file:
            reader = pa.ipc.open_file(file) if path.suffix == ".arrow" else pa.ipc.open_stream(file)
            for batch in (reader.get_batch(i) for i in range(reader.num_record_batches)) if path.suffix == ".arrow" else reader:
                tables.append(pa.table({n: c.dictionary_decode() if pa.types.is_dictionary(c.type) else c
                                        for n, c in zip(batch.schema.names, batch.columns)}))
    return tables


def test_stock_pyarrow_reads_the_same_values_key_by_key(store: Path) -> None:  # G-4
    table = pa.concat_tables(segments(store))
    keys = set(pc.unique(table["key"]).to_pylist())
    assert keys == {"tick.commit", "time", "word", "sparse", "drift", "edge", "edge#i64", "a##b", "mixed", "mixed#str", "mixed#bool"}

    def rows(key: str) -> tuple[list[int], Any, list[str | None]]:
        part = table.filter(pc.equal(table["key"], key))
        return part["rid"].to_pylist(), part["val"].to_numpy(), part["text"].to_pylist()

    expected = [record(i) for i in range(RECORDS)]
    for name in ("time", "sparse", "drift"):
        rids, values, texts = rows(name)
        assert rids == [i for i, r in enumerate(expected) if name in r] and set(texts) == {None}
        assert values.tolist() == [r[name] for r in expected if name in r]
    rids, _, texts = rows("word")
    assert rids == list(range(RECORDS)) and texts == [r["word"] for r in expected]
    rids, values, _ = rows("edge#i64")
    assert list(zip(rids, values.view("<i8").tolist())) == [
        (i, r["edge"]) for i, r in enumerate(expected) if abs(r.get("edge", 0)) > EXACT]
    rids, values, _ = rows("edge")
    assert list(zip(rids, values.tolist())) == [(i, r["edge"]) for i, r in enumerate(expected) if "edge" in r and abs(r["edge"]) <= EXACT]
    assert rows("a##b")[1].tobytes() == struct.pack("<80d", *(expected[i]["a#b"] for i in range(80)))
    assert rows("mixed#str")[2] == [f"s{i}" for i in range(1, RECORDS, 1000)]
    assert rows("mixed#bool")[1].tolist() == [float(i % 4 == 2) for i in range(2, RECORDS, 1000)]


def test_a_field_with_a_zero_character_in_its_name_is_not_one_with_a_hash(tmp_path: Path) -> None:  # G-4
    (tmp_path / "n.csv").write_text("a\0b,a#b,c\n1,2,3\n4,,5\n", encoding="utf-8")
    java_side.aw("import", "records", "--out", tmp_path / "r", tmp_path / "n.csv")
    assert list(arrow_world.read_records(tmp_path / "r").rows()) == [{"a\0b": 1, "a#b": 2, "c": 3}, {"a\0b": 4, "c": 5}]


def test_a_field_has_what_a_bare_key_and_one_with_its_kind_carry(tmp_path: Path) -> None:  # G-5
    keys = {"n": "f64", "n#num": "f64", "s#str": "string", "s": "string"}
    with LogWriter.create(tmp_path / "r", arrow_world.Schema(), strings=True, properties={"records": "1"}) as writer:
        for name, kind in keys.items():
            writer.declare_key(name, kind, "event")
        for record, (name, value) in enumerate([("n", 1.0), ("n#num", 2.0), ("s", "a"), ("n", 3.5), ("s#str", "b")]):
            writer.append(name, [record], [value])
        writer.commit(0)
    expected = [{"n": 1.0}, {"n": 2.0}, {"s": "a"}, {"n": 3.5}, {"s": "b"}]
    assert list(arrow_world.read_records(tmp_path / "r").rows()) == expected
    java_side.aw("export", tmp_path / "r", "--to", "csv", "--out", tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text("utf-8").splitlines()[1:] == ["0,1.0,", "1,2.0,", "2,,a", "3,3.5,", "4,,b"]
