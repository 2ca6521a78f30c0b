# SPDX-License-Identifier: Apache-2.0
"""`arrow-world export` writes what the store holds, whole or not at all."""

import csv
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from helpers import run

import arrow_world as aw
from arrow_world.cli import run as command
from arrow_world.files_out import export_log, export_tables

READERS = {"parquet": lambda p: pa.parquet.read_table(p), "arrow": lambda p: pa.ipc.open_file(str(p)).read_all(),
           "csv": lambda p: pa.csv.read_csv(p)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "s"
    run(path, 20, seed=8)
    return aw.open_store(path)


def plain(table):
    return [{k: str(v) if isinstance(v, str) else v for k, v in row.items()} for row in table.to_pylist()]


@pytest.mark.parametrize("to", READERS)
def test_tables_are_written_as_they_are_at_a_tick(store, tmp_path, capsys, to):
    assert command(["export", str(store.path), "--to", to, "--out", str(tmp_path / "all")]) == 0
    world = store.at(store.span()[1])
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == sorted(f"{t}.{to}" for t in world)
    assert command(["export", str(store.path), "--to", to, "--out", str(tmp_path / "one"), "--table", "creature", "--tick", "5",
                    "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"out": str(tmp_path / "one"), "rows": len(store.at(5)["creature"])}
    for path, table in ((tmp_path / "one", store.at(5)["creature"]), *((tmp_path / "all" / f"{t}.{to}", world[t]) for t in world)):
        found, expected = READERS[to](path), table.to_arrow()
        assert found.column_names == expected.column_names
        if len(table):
            assert plain(found) == plain(expected) if to != "csv" else found.num_rows == len(table)


@pytest.mark.parametrize("to", READERS)
def test_the_log_is_written_row_by_row(store, tmp_path, to):
    assert command(["export", str(store.path), "--to", to, "--out", str(tmp_path / "log"), "--view", "log"]) == 0
    found, expected = READERS[to](tmp_path / "log"), store.log().to_arrow()
    assert found.column_names == expected.column_names
    for name in ("seq", "tick", "rid", "key"):
        assert found[name].to_pylist() == expected[name].to_pylist()
    assert command(["export", str(store.path), "--to", to, "--out", str(tmp_path / "part"), "--view", "log", "--ticks", "3..9",
                    "--key", "creature.*,food.born"]) == 0
    rows = store.rows(["creature.*", "food.born"], (3, 9))
    assert READERS[to](tmp_path / "part")["seq"].to_pylist() == rows.seq.tolist()


def test_csv_of_the_log_says_each_value_in_its_key_s_own_type(tmp_path):
    schema = aw.Schema((aw.TableSchema("a", columns=(
        aw.Column("u", "u64"), aw.Column("i", "i64"), aw.Column("f", "f64"), aw.Column("w", "string"), aw.Column("b", "bool")),
        events=(aw.Event("ev", "i64"),)),))
    words = ["", 'a,"b"\r\n', " x"]
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            t["a"].insert(u=[1, 2**64 - 1, 0xFFF8000000000001], i=[2**53 + 1, -1, -(2**63)], f=[0.1, -0.0, 1e300], w=words,
                          b=[True, False, True])
        with world.tick() as t:
            t["a"].event("ev", 0, -1)
    assert command(["export", str(tmp_path / "s"), "--to", "csv", "--view", "log", "--out", str(tmp_path / "log.csv")]) == 0
    raw = (tmp_path / "log.csv").read_bytes()
    assert raw.startswith(b"seq,tick,rid,key,val,text\r\n0,0,0,a.born,0,\r\n") and b'a.w,1,"a,""b""\r\n"\r\n' in raw
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["key"] != "tick.commit"]
    assert all(b'a.w,0,""\r\n' in raw and row["text"] == "" for row in found if row["key"] != "a.w")
    rows = aw.open_store(tmp_path / "s").rows()
    assert len(found) == len(rows)
    for row, name, value in zip(found, rows.names, rows.python_values(), strict=True):
        assert row["key"] == name
        if isinstance(value, str):
            assert row["text"] == value
        elif isinstance(value, float):
            assert float(row["val"]).hex() == value.hex()
        else:
            assert int(row["val"]) == value, name


def test_nothing_is_overwritten_and_a_wrong_wish_leaves_nothing(store, tmp_path, capsys):
    (tmp_path / "there").write_text("x", "utf-8")
    before = sorted(tmp_path.iterdir())
    for args, code, message in (
            (["--out", tmp_path / "there"], 1, "it exists; choose another path"),
            (["--out", store.path / "in"], 1, "that is inside the store; choose a path outside"),
            (["--out", tmp_path / "new", "--table", "creatur"], 1, "did you mean 'creature'"),
            (["--out", tmp_path / "new", "--tick", "999"], 1, "outside the committed ticks"),
            (["--out", tmp_path / "new", "--view", "log", "--tick", "3"], 2, "--table and --tick go with --view table"),
            (["--out", tmp_path / "new", "--ticks", "3..4"], 2, "--key and --ticks go with --view log"),
            (["--out", tmp_path / "new", "--view", "log", "--key", "x"], 1, "No key 'x'")):
        assert command(["export", str(store.path), "--to", "csv", *map(str, args)]) == code
        assert message in capsys.readouterr().err
        assert sorted(tmp_path.iterdir()) == before and (tmp_path / "there").read_text("utf-8") == "x"


def test_a_store_without_a_tick_has_an_empty_log_and_no_tables_yet(tmp_path, capsys):
    aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))).close()
    assert command(["export", str(tmp_path / "s"), "--to", "parquet", "--out", str(tmp_path / "log"), "--view", "log"]) == 0
    assert pa.parquet.read_table(tmp_path / "log").num_rows == 0
    assert command(["export", str(tmp_path / "s"), "--to", "csv", "--out", str(tmp_path / "t")]) == 1
    assert "no tick was committed yet" in capsys.readouterr().err


@pytest.mark.parametrize("to", READERS)
def test_what_is_published_was_forced_before(store, tmp_path, monkeypatch, to):
    events = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append(os.path.basename(os.readlink(f"/proc/self/fd/{fd}"))), fsync(fd)))
    monkeypatch.setattr(Path, "rename", lambda a, b: (events.append(f"rename {a.name}"), rename(a, b)))
    export_tables(store, tmp_path / "all", to)
    at = events.index("rename all.tmp")
    assert {f"{t}.{to}" for t in store.at(20)} | {"all.tmp"} <= set(events[:at]) and events[at + 1] == tmp_path.name


def test_the_log_of_some_ticks_has_its_commit_rows_and_a_table_without_columns_its_rows(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("n", kind="append_only"),))) as world:
        for _ in range(5):
            with world.tick() as t:
                t["n"].insert()
    store = aw.open_store(tmp_path / "s")
    whole = export_log(store, tmp_path / "all.csv", "csv")
    assert export_log(store, tmp_path / "some.csv", "csv", ticks=(0, 4)) == whole == 10
    assert (tmp_path / "some.csv").read_bytes() == (tmp_path / "all.csv").read_bytes()
    assert store["n"].to_arrow().num_rows == len(store["n"].to_pandas()) == export_tables(store, tmp_path / "o", "arrow") == 5
    assert pa.ipc.open_file(tmp_path / "o" / "n.arrow").read_all().num_rows == 5
    for use in (store["n"].to_polars, lambda: export_tables(store, tmp_path / "p", "parquet"),
                lambda: export_tables(store, tmp_path / "p", "csv", "n")):
        with pytest.raises(aw.InvalidUseError, match="columns"):
            use()
    assert not (tmp_path / "p").exists()


def test_the_living_before_the_history_are_not_told(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("a"),))) as world:
        for n in range(10):
            with world.tick() as t:
                t["a"].insert()
    store = aw.open_store(tmp_path / "s")
    assert store.lives("a").alive([0, 9]).tolist() == [1, 10]
    fork = store.fork(7, tmp_path / "f")
    lives = aw.open_store(tmp_path / "f").lives("a")
    assert lives.alive([7]).tolist() == [8]
    with pytest.raises(aw.InvalidUseError, match="the history begins at tick 7"):
        lives.alive([7, 0])
