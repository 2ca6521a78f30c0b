# SPDX-License-Identifier: Apache-2.0
"""The columns of a table, as they are shown and as files hold them."""

import pytest

import arrow_world as aw


def test_bools_are_bools_and_words_are_words(tmp_path):
    schema = aw.Schema([aw.TableSchema("t", columns=[aw.Column("on", "bool"), aw.Column("word", "string")])])
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            t["t"].insert(on=[True, False, True], word=["a", "b", "a"])
        with world.tick() as t:
            table = t.world["t"]
            t["t"].set(table["id"][~table["on"]], word="c")
            t["t"].write(on=table["word"] == "b")
    store = aw.open_store(tmp_path / "s")
    first, second = store.at(0)["t"], store.at(1)["t"]
    assert first["on"].dtype == bool and first["on"].tolist() == [True, False, True]
    assert first["word"].tolist() == ["a", "b", "a"] and second["word"].tolist() == ["a", "c", "a"]
    assert second["on"].tolist() == [False, True, False] and first["word"].tolist() == ["a", "b", "a"]
    assert first.stored("on").tolist() == [1, 0, 1] and second.stored("word").tolist() == [0, 2, 0]
    for column in (first["on"], first["word"], first.stored("word")):
        with pytest.raises(ValueError, match="read-only|assignment destination"):
            column[0] = column[1]
    with pytest.raises(aw.InvalidUseError, match="No column 'wrod' in t; did you mean 'word'"):
        first.stored("wrod")
