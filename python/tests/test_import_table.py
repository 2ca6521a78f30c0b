# SPDX-License-Identifier: Apache-2.0
"""A table of anyone's becomes a store in one line."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import arrow_world as aw

TABLE = pa.table({
    "id": pa.array([5, 3, 4], pa.int64()), "x": [1.5, float("nan"), -0.0], "ok": [True, False, True],
    "word": pa.array(["b", "a", "b"]).dictionary_encode(), "9 lives": pa.array([1, 2, 3], pa.uint8()),
    "t": pa.array([0, 1, 2], pa.timestamp("us", "UTC")), "holes": pa.array([1, None, 3]), "list": [[1], [2], []]})


def test_a_table_becomes_a_sound_store_that_tells_what_it_could_not_take(tmp_path: Path) -> None:
    found = aw.import_table(TABLE, tmp_path / "s", table="people")
    assert (found.table, found.rows) == ("people", 3)
    assert found.renamed == {"9 lives": "_9_lives"}
    assert found.units == {"t": "microseconds since 1970-01-01T00:00:00Z"}
    assert "1 of 3 values are null; name a value for them with fill=" in found.unmapped["holes"]
    assert "list<" in found.unmapped["list"]
    with pa.ipc.open_file(tmp_path / "s" / "unmapped" / "people.arrow") as kept:
        assert kept.read_all().equals(TABLE.select(["holes", "list"]))
    store = aw.open_store(tmp_path / "s")
    assert store.verify()
    world = store.at(0)
    assert world.hash_world() == found.hash_world
    assert world["people"]["id"].tolist() == [5, 3, 4]
    assert world["people"]["x"].view("u8").tolist() == TABLE["x"].to_numpy().view("u8").tolist()
    assert world.codebook.words == ["b", "a"]


def test_nulls_come_in_as_the_value_that_is_named_for_them(tmp_path: Path) -> None:
    found = aw.import_table(TABLE, tmp_path / "s", fill={"holes": -1}, names={"list": None, "id": "key"})
    assert not found.unmapped and found.table == "table"
    table = aw.open_store(tmp_path / "s").at(0)["table"]
    assert table["holes"].tolist() == [1, -1, 3]
    assert table["key"].tolist() == [5, 3, 4]


def test_a_pandas_frame_keeps_nan_and_its_named_index(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"x": [1.0, np.nan], "name": ["a", "b"], "c": pd.Categorical([3, 1])},
                         index=pd.Index([7, 8], name="id"))
    assert not aw.import_table(frame, tmp_path / "s").unmapped
    table = aw.open_store(tmp_path / "s").at(0)["table"]
    assert table["id"].tolist() == [7, 8] and table["c"].tolist() == [3, 1] and np.isnan(table["x"][1])


def test_a_polars_frame_comes_in(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    aw.import_table(pl.DataFrame({"x": [1, 2], "w": ["a", "b"]}), tmp_path / "s")
    assert aw.open_store(tmp_path / "s").at(0)["table"]["x"].tolist() == [1, 2]


def test_files_come_in_by_their_path(tmp_path: Path) -> None:
    table = TABLE.drop_columns(["list"])
    pyarrow.feather.write_feather(table, tmp_path / "a b.feather")
    pq.write_table(table, tmp_path / "a.parquet")
    feather = aw.import_table(tmp_path / "a b.feather", tmp_path / "f", fill={"holes": 0})
    parquet = aw.import_table(tmp_path / "a.parquet", tmp_path / "p", fill={"holes": 0}, table="a_b")
    assert feather.table == "a_b" and feather.hash_world == parquet.hash_world


def test_decimals_are_integers_with_a_unit_where_they_fit(tmp_path: Path) -> None:
    small = pa.array([decimal.Decimal("1.25"), decimal.Decimal("-0.50")], pa.decimal128(10, 2))
    large = pa.array([decimal.Decimal(10) ** 30, decimal.Decimal(1)], pa.decimal128(38, 0))
    found = aw.import_table(pa.table({"s": small, "l": large, "d": [datetime.date(2000, 1, 1)] * 2}), tmp_path / "s")
    assert found.units == {"s": "1e-2", "d": "days since 1970-01-01"} and list(found.unmapped) == ["l"]
    assert aw.open_store(tmp_path / "s").at(0)["table"]["s"].tolist() == [125, -50]


def test_what_cannot_come_in_is_refused_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    text = tmp_path / "a.odd"
    text.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(aw.InvalidUseError, match="neither an Arrow nor a Parquet file, and not called as CSV text is"):
        aw.import_table(text, tmp_path / "s")
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(b"PAR1xxxx")
    with pytest.raises(aw.DamagedFileError, match="pyarrow cannot read it"):
        aw.import_table(cut, tmp_path / "s")
    with pytest.raises(aw.InvalidUseError, match="Cannot import a int: expected a table, a DataFrame, or a path"):
        aw.import_table(3, tmp_path / "s")
    with pytest.raises(aw.InvalidUseError, match="Cannot map column 'list'"):
        aw.import_table(TABLE, tmp_path / "s", names={"list": "l"})
    with pytest.raises(aw.InvalidUseError, match="there are a"):
        aw.import_table(pa.table({"a": [1]}), tmp_path / "s", fill={"b": 1})
    aw.import_table(pa.table({"a": [1]}), tmp_path / "t")
    with pytest.raises(aw.InvalidUseError, match="it exists; choose another path"):
        aw.import_table(pa.table({"a": [1]}), tmp_path / "t")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.odd", "cut.parquet", "t"]


def test_a_minus_zero_is_no_id(tmp_path: Path) -> None:  # L-11
    found = aw.import_table(pa.table({"id": [-0.0, 1.0], "x": [1, 2]}), tmp_path / "s")
    assert found.renamed == {"id": "id_"}
