# SPDX-License-Identifier: Apache-2.0
"""What pyarrow, pandas and Polars cannot carry over, or only as something else, is told by name and keeps nothing out."""

from __future__ import annotations

import datetime
import decimal
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
from arrow_world.lock import output_lock

BROKEN = "\ud800"


ODD: dict[str, tuple[Callable[[Any], Any], str]] = {
    "texts and numbers": (lambda pd: [1, "a"], "Could not convert 'a'"),
    "numbers and texts": (lambda pd: ["a", 1], "Could not convert|Expected bytes"),
    "complex": (lambda pd: np.array([1j, 2]), "its type is complex128, and Arrow cannot take its values"),
    "long doubles": (lambda pd: np.array([1, 2], np.longdouble), "Unsupported numpy type"),
    "an integer beyond 64 bits": (lambda pd: [10**30, 1], "too large"),
    "a lone surrogate": (lambda pd: [BROKEN, "a"], "surrogates not allowed"),
    "a category with a lone surrogate": (lambda pd: pd.Categorical(pd.Series([BROKEN, "a"], dtype=object)), "surrogates not allowed"),
    "categories of several types": (lambda pd: pd.Categorical(["x", 1]), "Could not convert"),
    "intervals": (lambda pd: pd.interval_range(0, 2), "a table cannot have"),
    "lists": (lambda pd: [[1], [2, 3]], "a table cannot have"),
    "objects": (lambda pd: [object(), object()], "Could not convert"),
    # Arrow would make others of them, and say nothing.
    "a bool among integers": (lambda pd: [np.bool_(True), 2], "row 0 holds True among others, which would become 1|row 0 holds np.True_"),
    "times with and without zone": (lambda pd: [datetime.datetime(2020, 1, 1), datetime.datetime(
        2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))], "row 1 holds .* which would become"),
    "nanoseconds in objects": (lambda pd: [pd.Timestamp(1), pd.Timestamp(2)], "row 0 holds .* which would become"),
    "a rounded integer": (lambda pd: [2**53 + 1, 0.5], "9007199254740993"),
}


@pytest.mark.parametrize("case", ODD)
def test_one_column_of_a_frame_that_cannot_come_in_keeps_no_other_out(tmp_path: Path, case: str) -> None:
    pd = pytest.importorskip("pandas")
    make, why = ODD[case]
    values = make(pd)
    odd = pd.Series(values, dtype=object) if isinstance(values, list) else pd.Series(values)
    found = aw.import_table(pd.DataFrame({"a": [1, 2], "odd": odd, "b": ["x", "y"]}), tmp_path / "s")
    assert list(found.unmapped) == ["odd"]
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(found.unmapped["odd"])
    store = aw.open_store(tmp_path / "s")
    assert store.verify() and store["table"].keys() == ["a", "b"]


def test_what_only_looks_odd_comes_in_with_its_values(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({
        "big_endian": np.array([1, -2], ">i4"), "sparse": pd.arrays.SparseArray([0, 5]),
        "hole": pd.arrays.SparseArray([np.nan, 1.5]), "objects": pd.Series([1, 2.5], dtype=object),
        "bools": pd.Series([np.bool_(True), False], dtype=object), "half": np.array([0.5, np.nan], "f2"),
        "u64": pd.Series([2**64 - 1, 0], dtype="u8"), "period": pd.period_range("2020-01", periods=2, freq="M")})
    found = aw.import_table(frame, tmp_path / "s")
    table = aw.open_store(tmp_path / "s")["table"]
    assert not found.unmapped
    assert table["big_endian"].tolist() == [1, -2] and table["sparse"].tolist() == [0, 5]
    assert np.isnan(table["hole"][0]) and table["hole"][1] == 1.5 and table["objects"].tolist() == [1.0, 2.5]
    assert table["bools"].tolist() == [1, 0] and table["half"][0] == 0.5 and table["u64"][0] == 2**64 - 1
    assert found.notes == ["column 'period' is of the extension type pandas.period; it was taken as what it is stored as, "
                           "i64"]  # T-21


def test_an_index_called_as_a_column_is_a_column_beside_it(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    index = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["v", None])
    found = aw.import_table(pd.DataFrame({"v": [7, 8]}, index=index), tmp_path / "s")
    table = aw.open_store(tmp_path / "s")["table"]
    assert {n: table[n].tolist() for n in ("v", "v_")} == {"v": [1, 2], "v_": [7, 8]} and "level_1" in table
    assert found.renamed == {"v": "v_"}


def test_names_that_utf8_cannot_carry_are_repaired(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({0: [1], 1: [[1]]}).set_axis(pd.Index([f"a{BROKEN}", f"b{BROKEN}"], dtype=object), axis=1)
    found = aw.import_table(frame, tmp_path / "s")
    assert found.renamed == {f"a{BROKEN}": "a_"} and list(found.unmapped) == [f"b{BROKEN}"]
    with pa.ipc.open_file(tmp_path / "s" / "unmapped" / "table.arrow") as kept:
        assert kept.read_all().to_pydict() == {"b?": [[1]]}


def test_categories_enums_and_wide_integers_of_polars(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    if not hasattr(pl, "Int128"):
        pytest.skip("this Polars has no Int128")
    frame = pl.DataFrame({"c": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
                          "e": pl.Series(["b", "a", "b"], dtype=pl.Enum(["a", "b"])),
                          "n": pl.Series(["b", None, "b"], dtype=pl.Categorical),
                          "w": pl.Series([1, 2, 3], dtype=pl.Int128), "o": [1, 2, 3]})
    found = aw.import_table(frame, tmp_path / "s", fill={"n": "none"})
    world = aw.open_store(tmp_path / "s").at(0)
    assert {n: world["table"][n].tolist() for n in "cen"} == {
        "c": ["x", "y", "x"], "e": ["b", "a", "b"], "n": ["b", "none", "b"]}
    assert list(found.unmapped) == ["w"] and "its type is Int128, and Arrow cannot take its values" in found.unmapped["w"]


def _runs(values: pa.Array) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays([2, 3, 5], values, pa.run_end_encoded(pa.int32(), values.type))


def test_runs_come_in_as_their_values(tmp_path: Path) -> None:  # T-21
    columns = {"i": pa.array([1, 2, 3]), "w": pa.array(["a", "b", "c"], pa.string_view()), "f": pa.array(np.array([1.5, 2, 3], "f2")),
               "b": pa.array([True, False, True]), "d": pa.array([decimal.Decimal("1.5")] * 3, pa.decimal128(5, 2)),
               "t": pa.array([1, 2, 3], pa.timestamp("us")), "n": pa.array([1, None, 3])}
    if int(pa.__version__.partition(".")[0]) < 20:
        del columns["w"]  # it reads no views, and that is said
    table = pa.table({k: _runs(v) for k, v in columns.items()}).slice(1, 3)
    plain = pa.table({k: v.take(pa.array([0, 1, 2])) if str(v.type) != "string_view" else v for k, v in columns.items()})
    with pa.ipc.new_file(tmp_path / "runs.arrow", table.schema) as writer:
        writer.write_table(table)
    found = aw.import_table(tmp_path / "runs.arrow", tmp_path / "r", table="t", fill={"n": 9})
    expected = aw.import_table(plain, tmp_path / "p", table="t", fill={"n": 9})
    assert not found.unmapped and found.hash_world == expected.hash_world and found.units == expected.units
    nested = pa.table({"x": _runs(pa.array(["a", "b", "c"]).dictionary_encode())})
    assert list(aw.import_table(nested, tmp_path / "n").unmapped) == ["x"]


def test_bytes_that_are_noted_as_bools_are_bools(tmp_path: Path) -> None:  # T-21
    field = pa.field("b", pa.uint8(), metadata={"aw.type": "bool"})
    aw.import_table(pa.table([pa.array([0, 1], pa.uint8())], schema=pa.schema([field])), tmp_path / "s")
    assert [c.type for c in aw.open_store(tmp_path / "s").schema.tables[0].columns] == ["bool"]
    found = aw.import_table(pa.table([pa.array([0, 2], pa.uint8())], schema=pa.schema([field])), tmp_path / "t")
    assert found.unmapped == {"b": "its type is bool, and it holds other bytes than 0 and 1"}


FILLS = [
    (pa.decimal128(5, 2), decimal.Decimal("1.5"), r"which holds integers in 1e-2: got objects"), (pa.decimal128(5, 2), "x", "got text"),
    (pa.decimal128(5, 2), 10**30, "takes integers from"), (pa.decimal128(5, 2), 1.5, "takes integers from"),
    (pa.int8(), 1.5, "takes integers from -128 to 127"), (pa.int8(), 128, "takes integers from -128 to 127"),
    (pa.int8(), True, "a bool column takes it"), (pa.float32(), 0.1, "pass np.float32"), (pa.float64(), 2**53 + 1, "an i64"),
    (pa.float64(), "1", "got text"), (pa.bool_(), 2, "takes True and False"), (pa.string(), 5, "takes str"),
    (pa.string(), BROKEN, "a surrogate without its pair"), (pa.int64(), [1, 2], "got 2 values, expected one"),
    (pa.timestamp("us"), datetime.datetime(2020, 1, 1), "holds integers in microseconds since 1970"), (pa.int64(), object(), "got objects"),
]


@pytest.mark.parametrize("kind, fill, why", FILLS, ids=[f"{k} {f!r:.20}" for k, f, _ in FILLS])
def test_a_value_for_nulls_fits_exactly_or_is_refused_by_name(tmp_path: Path, kind: pa.DataType, fill: Any, why: str) -> None:  # T-3
    with pytest.raises(aw.InvalidUseError, match=f"the nulls of column 'd'.*{why}"):
        aw.import_table(pa.table({"d": pa.nulls(2, kind)}), tmp_path / "s", fill={"d": fill})
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("kind, fill, expected", [
    (pa.decimal128(5, 2), 150, 150), (pa.float32(), np.float32(0.1), np.float32(0.1)), (pa.float64(), 3, 3.0), (pa.bool_(), True, 1),
    (pa.uint64(), 2**64 - 1, 2**64 - 1), (pa.timestamp("us"), -1, -1), (pa.float16(), 0.5, 0.5)])
def test_a_value_for_nulls_comes_in_as_it_is(tmp_path: Path, kind: pa.DataType, fill: Any, expected: Any) -> None:
    aw.import_table(pa.table({"d": pa.nulls(2, kind)}), tmp_path / "s", fill={"d": fill})
    assert aw.open_store(tmp_path / "s")["table"]["d"].tolist() == [expected] * 2


def test_values_with_a_unit_are_no_ids(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([decimal.Decimal("1.00"), decimal.Decimal("2.00")], pa.decimal128(5, 2))})
    found = aw.import_table(table, tmp_path / "s")
    assert found.renamed == {"id": "id_"} and found.units == {"id_": "1e-2"}
    with pytest.raises(aw.InvalidUseError, match="Cannot import column 'id' as id: its values are in '1e-2'"):
        aw.import_table(table, tmp_path / "t", names={"id": "id"})


def test_arguments_of_other_kinds_are_refused_by_name(tmp_path: Path) -> None:
    table = pa.table({"k": [1]})
    for arguments, why in (
            ({"names": {"k": 5}}, "Cannot call column 'k' 5: expected a name"), ({"names": {0: "a"}}, "say '0'"),
            ({"names": ["k"]}, r"names=\['k'\]: expected a dict"), ({"fill": 3}, "fill=3: expected a dict"),
            ({"fill": {b"k": 3}}, "columns are named by text"), ({"table": 5}, "Cannot call a table 5"),
            ({"table": ""}, "'_' would do")):
        with pytest.raises(aw.InvalidUseError, match=why):
            aw.import_table(table, tmp_path / "s", **arguments)  # type: ignore[arg-type]
    for path in (5, None, "a\0b", BROKEN):
        with pytest.raises(aw.InvalidUseError, match="Cannot import into .*path"):
            aw.import_table(table, path)  # type: ignore[arg-type]
    with pytest.raises(aw.InvalidUseError, match="Cannot import 'a.0b'|Cannot import 'a.x00b'"):
        aw.import_table("a\0b", tmp_path / "s")
    assert not any(tmp_path.iterdir())


def test_what_is_no_table_of_rows_is_refused_by_name(tmp_path: Path) -> None:
    class Torn:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise RuntimeError("the connection is gone")

    with pytest.raises(aw.InvalidUseError, match="Cannot import a Torn: its Arrow stream .* the connection is gone"):
        aw.import_table(Torn(), tmp_path / "s")
    for library in ("pandas", "polars"):
        made = pytest.importorskip(library).Series([1, 2])
        with pytest.raises(aw.InvalidUseError, match=r"Cannot import a Series: expected a table.*series.to_frame"):
            aw.import_table(made, tmp_path / "s")
    with pytest.raises(aw.InvalidUseError, match=r"Cannot import a LazyFrame: it holds no rows yet; use .collect\(\)"):
        aw.import_table(pytest.importorskip("polars").LazyFrame({"a": [1]}), tmp_path / "s")
    assert not any(tmp_path.iterdir())


def test_files_that_are_damaged_behind_their_framing_are_refused_as_a_whole(tmp_path: Path) -> None:
    offsets = pa.py_buffer(np.array([0, 1, 2], "<i4").tobytes())
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xff\xfe")])
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 7]), pa.array(["a"]), safe=False)
    for name, column in (("text", broken), ("words", coded)):
        table = pa.table({"a": [1, 2], name: column})
        with pa.ipc.new_file(tmp_path / f"{name}.arrow", table.schema) as writer:
            writer.write_table(table)
        with pytest.raises(aw.DamagedFileError, match=f"column '{name}' is damaged"):
            aw.import_table(tmp_path / f"{name}.arrow", tmp_path / "s")
        assert "is damaged" in aw.import_table(table, tmp_path / name).unmapped[name]
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(aw.InvalidUseError, match="it is not a regular file"):
        aw.import_table(tmp_path / "fifo", tmp_path / "s")


@pytest.mark.parametrize("text, names", [
    ('"x\ny",a', ["x_y", "a"]), ("a,b", ["a", "b"]), ('"a\n"', ["a_"]), ("a,gen,b\n1,x,2", ["a", "gen_", "b"]),
    ("gen,a\n0.5,1\n", ["gen_", "a"]), ("a,gen,b\n1,2,3\n", ["a", "gen_", "b"])])
def test_a_header_alone_and_a_gen_that_is_none_are_columns_in_their_places(tmp_path: Path, text: str, names: list[str]) -> None:
    (tmp_path / "t.csv").write_text(text, "utf-8", newline="")
    aw.import_table(tmp_path / "t.csv", tmp_path / "s")
    assert [n for n in aw.open_store(tmp_path / "s")["t"] if n != "id"] == names


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz", "f.tsv", "f.parquet", "f.arrow"])
@pytest.mark.parametrize("kind", ["fifo", "device", "directory"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / name
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()
    with pytest.raises(aw.InvalidUseError, match="it is not a regular file"):
        aw.import_table(file, tmp_path / "s")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_words_that_differ_from_batch_to_batch_are_kept(tmp_path: Path) -> None:
    def column(*words: Any) -> pa.Array:
        return pa.array(list(words)).dictionary_encode()

    table = pa.table({"w": pa.chunked_array([column("a", None), column("b", "c")])})
    aw.import_table(table, tmp_path / "s")
    with pa.ipc.open_file(tmp_path / "s" / "unmapped" / "table.arrow") as kept:
        assert kept.read_all()["w"].to_pylist() == ["a", None, "b", "c"]
    lists = [pa.DictionaryArray.from_arrays(pa.array([0]), pa.array([[i]])) for i in range(2)]
    aw.import_table(pa.table({"l": pa.chunked_array(lists)}), tmp_path / "t")
    with pa.ipc.open_stream(tmp_path / "t" / "unmapped" / "table.arrows") as kept:
        assert kept.read_all()["l"].to_pylist() == [[0], [1]]


@pytest.mark.skipif(os.name != "posix", reason="names of files are text elsewhere")
def test_a_file_whose_name_is_no_utf8_comes_in(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"a\xff.arrow")
    with pa.ipc.new_file(pa.OSFile(path, "wb"), pa.schema([("l", pa.list_(pa.int8()))])):
        pass
    found = aw.import_table(os.fsdecode(path), tmp_path / "s")
    assert found.table == "a_" and (tmp_path / "s" / "unmapped" / "a%FF.arrow").exists()
    assert aw.open_store(tmp_path / "s").info.properties["import.file"] == "a\ufffd.arrow"


SHARED = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.mark.skipif(not SHARED.exists(), reason="there is no folder of files of others beside the project")
@pytest.mark.parametrize("corpus", ["arrow-golden", "parquet-testing"])
def test_files_of_others_come_in_or_are_refused_by_this_packages_errors(tmp_path: Path, corpus: str) -> None:
    ends: dict[str, int] = {}
    for i, file in enumerate(sorted(p for p in (SHARED / corpus).rglob("*") if p.is_file() and p.stat().st_size < 2_000_000)):
        try:
            found = aw.import_table(file, tmp_path / f"{i}")
            end = "unmapped" if found.unmapped else "taken"
            assert aw.open_store(tmp_path / f"{i}").verify(), file
        except (aw.DamagedFileError, aw.InvalidUseError) as e:
            end = type(e).__name__
            assert not (tmp_path / f"{i}").exists(), file
        ends[end] = ends.get(end, 0) + 1
    print(corpus, ends)
    assert ends["taken"] and ends["unmapped"]


def test_of_two_that_import_to_one_path_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"a": [1, 2]})
    with output_lock(tmp_path / "s"), pytest.raises(aw.StoreLockedError):
        aw.import_table(table, tmp_path / "s")
    assert not any(tmp_path.iterdir())

    def another(*arguments: Any) -> None:  # comes in between, by other means than import_table
        (tmp_path / "s" / "x").mkdir(parents=True)

    monkeypatch.setattr("arrow_world.table_import._write", another)
    with pytest.raises(aw.InvalidUseError, match="it exists; choose another path"):
        aw.import_table(table, tmp_path / "s")
    assert [p.name for p in tmp_path.iterdir()] == ["s"] and [p.name for p in (tmp_path / "s").iterdir()] == ["x"]
