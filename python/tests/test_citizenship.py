# SPDX-License-Identifier: Apache-2.0
"""What is in columns is taken as it is by pyarrow, pandas, Polars and DuckDB; and what a notebook shows of it."""

import pickle
import shutil

import numpy as np
import pyarrow as pa
import pytest
from helpers import live_file, run
from sealing import seal

import arrow_world as aw
from arrow_world import jsonfile
from arrow_world.log_rows import LogRows


@pytest.fixture(scope="module", params=["live", "sealed", "both", "fenced"])
def store(request, tmp_path_factory):
    """One run: live, sealed, half of both, or with a truncation of the sealed half under way."""
    path = tmp_path_factory.mktemp(request.param) / "store"
    run(path, 30, seed=29)
    if request.param == "sealed":
        opened = aw.open_store(path)
        seal(live_file(path), opened.info.store, True, 0)
    if request.param in ("both", "fenced"):
        with aw.LiveWorld.resume(path) as world:
            world.seal()
            for _ in range(5):
                with world.tick() as t:
                    t["reading"].insert(value=0.5)
    if request.param == "fenced":
        log = aw.open_store(path).log()
        end = int(np.flatnonzero(log.key == 0)[12])
        (path / "fence.json").write_bytes(jsonfile.encode({"tick": f"{int(log.tick[end]):016x}",
                                                           "seq": f"{log.first_seq + end + 1:016x}", "epoch": 1}))
    return aw.open_store(path)


def frames(store):
    first, last = store.span()
    return {"world": store.at(last)["creature"], "rows": store.rows("creature.*"), "events": store.events(),
            "lives": store.lives("creature"), "log": store.log(), "history": store.history("creature", 0),
            "changes": store.between(first, last), "stats": store.stats("creature.age")}


def test_everything_with_columns_is_taken_as_it_is(store):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    for name, frame in frames(store).items():
        expected = frame.to_arrow()
        assert pa.table(frame).equals(expected), name
        assert polars.DataFrame(frame).height == len(pandas.DataFrame.from_arrow(frame)) == len(frame)
        assert duckdb.sql("select count(*) from frame").fetchall() == [(len(frame),)]
        again = pickle.loads(pickle.dumps(frame))
        assert type(again) is type(frame) and again.to_arrow().equals(expected)


def test_the_log_is_a_dataset_of_all_committed_rows_and_no_others(store):
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    dataset, log = store.scan("log"), store.log()
    table = dataset.to_table()
    assert table.column_names == ["tick", "rid", "key", "val", "text"] and table.num_rows == len(log)
    expected = log.to_arrow()
    for name in ("tick", "rid"):
        assert table[name].equals(expected[name])
    for name in ("key", "text"):
        assert table[name].to_pylist() == expected[name].to_pylist()
    assert table["val"].to_numpy().view("<u8").tolist() == log.bits.tolist()
    ages = int((store.rows("creature.age").tick > 9).sum())
    assert duckdb.sql("select count(*) from dataset where key = 'creature.age' and tick > 9").fetchall() == [(ages,)]
    lazy = polars.scan_pyarrow_dataset(dataset)
    assert lazy.filter(polars.col("tick") > 9).select(polars.len()).collect().item() == int((log.tick > 9).sum())
    with pytest.raises(aw.InvalidUseError, match=r"^Cannot scan 'creature': expected 'log'. A table at a tick is at\(tick\)\[table\].$"):
        store.scan("creature")


def test_a_store_without_a_tick_is_an_empty_dataset(tmp_path):
    aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))).close()
    assert aw.open_store(tmp_path / "s").scan().to_table().num_rows == 0


def test_a_notebook_shows_ends_without_reading_the_middle(store, monkeypatch):
    sizes, plain = [], LogRows.to_arrow

    def to_arrow(self):
        sizes.append(len(self))
        return plain(self)

    shown = frames(store)
    monkeypatch.setattr(LogRows, "to_arrow", to_arrow)
    for name, frame in shown.items():
        html = frame._repr_html_()
        assert html.count("<tr>") <= 12 and f"{len(frame):,}" in html, name
        assert repr(frame).startswith("<") and len(repr(frame)) < 200
    assert sizes and max(sizes) <= 10


def test_the_verdict_is_the_truth_of_a_report_and_is_shown_first(store, tmp_path):
    report = store.verify()
    assert bool(report) is report.ok is True and report._repr_html_().startswith("<b>sound to tick ")
    shutil.copytree(store.path, tmp_path / "s")
    files = [*(tmp_path / "s" / "log").glob("*.arrow"), *(tmp_path / "s" / "log" / "live").glob("*.arrows")]
    data = bytearray(files[0].read_bytes())
    data[len(data) // 3] ^= 1
    files[0].write_bytes(data)
    report = aw.verify(tmp_path / "s")
    assert not report and report._repr_html_().startswith("<b>DAMAGED") and files[0].name in report._repr_html_()
