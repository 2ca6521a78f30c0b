# SPDX-License-Identifier: Apache-2.0
"""A table with an entity and a time becomes a history in one line (import.md T-50 to T-54)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import arrow_world as aw

TABLE = pa.table({"who": [7, 8, 8, 7, 8], "when": [0, 0, 1, 2, 2], "x": [1.5, 2.0, 3.0, 4.0, None],
                  "word": ["a", "b", None, "a", "b"], "ok": [True, False, True, True, True]})


def load(source: Any, path: Path, **more: Any) -> aw.ImportedHistory:
    return aw.import_history(source, path, entity="who", time="when", **more)


def rows(path: Path, *keys: str) -> list[tuple[Any, ...]]:
    """Tick, id, key and value of a store's rows of some keys."""
    found = [(key, aw.open_store(path).rows(key)) for key in keys]
    return [(t, i, key, v) for key, of in found for t, i, v in zip(of.tick.tolist(), of.rid.tolist(), of.values.tolist())]


def test_each_time_is_a_tick_and_who_has_no_row_dies_and_returns_as_another(tmp_path: Path) -> None:
    found = load(TABLE, tmp_path / "s", table="run")
    assert (found.table, found.rows, found.ticks, found.first_tick, found.last_tick, found.births) == ("run", 5, 3, 0, 2, 3)
    store = aw.open_store(tmp_path / "s")
    assert store.verify()
    lives = store.lives("run")
    assert [(r["rid"], r["born"], r["died"]) for r in lives.to_arrow().to_pylist()] == [(7, 0, 1), (8, 0, None), (7, 2, None)]
    assert store.at(1)["run"].to_pandas().to_dict("list") == {
        "id": [8], "gen": [0], "x": [3.0], "word": ["b"], "ok": [True]}
    assert store.at(2)["run"]["x"].tolist() == [3.0, 4.0]


def test_a_null_writes_nothing_and_a_value_for_it_is_written(tmp_path: Path) -> None:
    load(TABLE, tmp_path / "s")
    assert [r[:2] for r in rows(tmp_path / "s", "table.x")] == [(0, 7), (0, 8), (1, 8), (2, 7)]
    load(TABLE, tmp_path / "filled", fill={"x": -1.0})
    assert rows(tmp_path / "filled", "table.x")[3:] == [(2, 8, "table.x", -1.0), (2, 7, "table.x", 4.0)]


def test_who_is_kept_lives_on(tmp_path: Path) -> None:
    assert load(TABLE, tmp_path / "s", keep=True).births == 2
    assert aw.open_store(tmp_path / "s").at(1)["table"]["id"].tolist() == [7, 8]


def test_words_are_entities_numbered_by_appearance(tmp_path: Path) -> None:
    table = pa.table({"who": ["b", "a", "b"], "when": [1, 0, 2], "x": [1.0, 2.0, 3.0]})
    load(table, tmp_path / "s")
    store = aw.open_store(tmp_path / "s")
    assert store.at(0)["table"].to_pandas()[["id", "who"]].to_dict("list") == {"id": [1], "who": ["a"]}
    assert store.at(2)["table"].to_pandas()[["id", "who"]].to_dict("list") == {"id": [0], "who": ["b"]}


def test_a_data_frame_with_instants_lies_on_a_grid(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"who": [1, 1], "when": pd.to_datetime(["2026-11-30T12:00:00.5", "2026-11-30T12:00:02.5"]), "x": [1.0, 2.0]})
    found = load(frame, tmp_path / "s", time_as="iso", rate=2)
    assert (found.first_tick, found.last_tick) == (0, 4)
    info = aw.open_store(tmp_path / "s").info
    assert info.time == aw.TickTime("1/2", "s", "0", "2026-11-30T12:00:00.500Z")
    assert info.properties["time.step"] == "0.5" and info.properties["time.start"] == "2026-11-30T12:00:00.500Z"


def test_files_come_in_by_their_path_and_empty_fields_are_nulls_where_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    file.write_text("who;when;n\n1;0;5\n1;0.04;\n1;0.08;7\n", encoding="utf-8")
    found = load(file, tmp_path / "s", time_as="seconds", rate=25, fill={"n": None})
    assert (found.table, found.last_tick) == ("run", 2)
    assert [(t, v) for t, _, _, v in rows(tmp_path / "s", "run.n")] == [(0, 5), (2, 7)]
    pq.write_table(TABLE, tmp_path / "t.parquet")
    assert load(tmp_path / "t.parquet", tmp_path / "p").table == "t"


def test_what_becomes_no_column_is_told_and_kept(tmp_path: Path) -> None:
    table = TABLE.append_column("list", pa.array([[1], [], [2], [3], [4]])).append_column("late", pa.array([None, "b", "c", "d", "e"]))
    found = load(table, tmp_path / "s")
    assert "list<" in found.unmapped["list"]
    assert found.unmapped["late"] == ("its type is string, and it is null in row 1, where entity 7 is born; name a word for nulls "
                                      "with fill=")
    with pa.ipc.open_file(tmp_path / "s" / "unmapped" / "table.arrow") as kept:
        assert kept.read_all().equals(table.select(["list", "late"]))


@pytest.mark.parametrize(("columns", "more", "message"), [
    ({"who": [1, 1], "when": [0, 0]}, {}, "row 2: entity 1 stands twice at tick 0, first in row 1"),
    ({"who": [1, None], "when": [0, 1]}, {}, "row 2: there is no entity in column 'who'"),
    ({"who": [1, 2], "when": ["0", "x"]}, {}, "row 2: expected a number in column 'when', found 'x'"),
    ({"who": [1, 2], "when": [0, None]}, {}, "row 2: expected a number in column 'when', found nothing"),
    ({"who": [1, 2], "when": [0.0, 0.5]}, {}, r"row 2: time 0\.5 is not on the grid of whole ticks; snap=True"),
    ({"who": [1, 2], "when": [0.0, 0.05]}, {"time_as": "seconds", "rate": 25},
     r"row 2: time 0\.05 is not on the grid of 25 ticks a second; snap=True"),
    ({"who": [1, 2], "when": [-2, 1]}, {}, r"row 1: tick -2 is outside 0 to 2\^63; first_tick='auto'"),
    ({"who": [1], "when": ["2026-02-30"]}, {"time_as": "iso", "rate": 1}, "expected a time of ISO 8601"),
    ({"who": [1], "x": [0]}, {}, "Cannot find column 'when': there are who, x"),
    ({"who": pa.array([], pa.int64()), "when": pa.array([], pa.int64())}, {}, "it has no rows"),
    ({"who": [1], "when": [0]}, {"time_as": "seconds"}, "without a rate: say rate="),
    ({"who": [1], "when": [0]}, {"time_as": "days"}, "expected 'tick', 'seconds' or 'iso'"),
    ({"who": [1], "when": [0]}, {"rate": -1}, "Cannot take -1 for a rate"),
    ({"who": [1], "when": [0]}, {"first_tick": 5}, "Cannot begin at tick 5: expected 'auto'"),
    ({"who": [1], "when": [[0]]}, {}, "column 'when': its type is list<"),
])
def test_what_is_no_history_is_refused_by_its_place_and_leaves_nothing(
        tmp_path: Path, columns: dict[str, Any], more: dict[str, Any], message: str) -> None:
    with pytest.raises(aw.InvalidUseError, match=message):
        load(pa.table(columns), tmp_path / "s", **more)
    assert not list(tmp_path.iterdir())


def test_times_before_zero_are_shifted_and_times_off_the_grid_snapped_if_asked_for(tmp_path: Path) -> None:
    table = pa.table({"who": [1, 1], "when": [-2.4, 0.6]})
    found = load(table, tmp_path / "s", snap=True, first_tick="auto")
    assert (found.first_tick, found.last_tick) == (0, 3)
    assert aw.open_store(tmp_path / "s").info.properties["import.first_tick"] == "-2"
