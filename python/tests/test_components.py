# SPDX-License-Identifier: Apache-2.0
"""Components: presence tables with columns (S-6, O-3, O-5, O-6, O-18)."""

import numpy as np
import pytest

import arrow_world as aw

SCHEMA = aw.Schema((
    aw.TableSchema("hungry", "presence", of="ship", columns=(
        aw.Column("since", "f64", 1.5), aw.Column("why", "string"), aw.Column("by", "u32", table="ship"))),
    aw.TableSchema("ship", gen=True, columns=(aw.Column("x", "f64"),), events=(aw.Event("hit", "f64"),)),
    aw.TableSchema("tired", "presence", of="ship", columns=(aw.Column("n", "i64"),))))


@pytest.fixture
def world(tmp_path):
    """Ships 0 to 3; 0 and 2 are hungry."""
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        with live.tick() as t:
            ships = t["ship"].insert(4)
            t["hungry"].insert(id=[ships[2], ships[0]], why=["late", "early"], since=[2.0, 1.5])
        yield live


def names(world, rows):
    keys = world._log.keys
    return [(keys[int(k)].name, int(r), float(v) if w is None else w)
            for k, r, v, w in zip(rows.key, rows.rid, rows.val, rows.text)][:-1]


def test_values_are_set_by_id_by_slot_and_whole_and_read_as_columns(world):
    assert world["hungry"]["id"].tolist() == [0, 2]
    with world.tick() as t:
        t["hungry"].set(2, since=3.0)
        t["hungry"].set_slot(0, by=3)
        t["hungry"].write(why=["a", "b"])
    hungry = world["hungry"]
    assert hungry["since"].tolist() == [1.5, 3.0] and hungry["by"].tolist() == [3, aw.NO_ROW]
    assert hungry["why"].tolist() == ["a", "b"] and hungry.to_arrow().column_names == ["id", "since", "why", "by"]


def test_a_presence_tables_rows_come_last_values_then_who_leaves_then_who_enters(world):  # O-3, O-6
    with world.tick() as t:
        t["hungry"].insert(id=3, by=2, why="new")
        t["hungry"].insert(id=1, why="", since=1.5)
        t["hungry"].remove(0)
        t["hungry"].set([0], why="gone")
        t["hungry"].set(2, since=8.0)
        t["ship"].remove(2)
        t["ship"].set(1, x=4.0)
    assert names(world, t.rows) == [
        ("ship.x", 1, 4.0), ("ship.died", 2, 0.0), ("hungry.since", 2, 8.0), ("hungry.why", 0, "gone"),
        ("hungry.died", 2, 0.0), ("hungry.died", 0, 0.0), ("hungry.born", 1, 0.0), ("hungry.why", 1, ""),
        ("hungry.born", 3, 0.0), ("hungry.why", 3, "new"), ("hungry.by", 3, 2.0)]
    assert aw.verify(world.path).ok and aw.open_store(world.path).at(1).hash_world() == world.world.hash_world()


def test_who_dies_in_its_tick_enters_nowhere_and_leaves_no_word(world):  # O-5, O-6
    words = world.world.codebook.words
    with world.tick() as t:
        t["ship"].remove(3)
        t["hungry"].insert(id=3, why="never")
    assert world.world.codebook.words == words and world["hungry"]["id"].tolist() == [0, 2]


def test_a_newborns_handle_names_its_row_in_a_component_too(world):
    with world.tick() as t:
        ship, more = t["ship"].insert(), t["ship"].insert(2)
        row = t["hungry"].insert(id=ship, why="a")
        t["hungry"].set(ship, since=7.0)
        t["hungry"].set(row, by=ship)
        t["tired"].insert(id=more, n=[40, 50])
        t["tired"].set([more[1]], n=51)
        with pytest.raises(aw.InvalidUseError, match="it is not inserted into tired in this tick. Use .insert"):
            t["tired"].set([more[0], ship], n=9)
        with pytest.raises(aw.InvalidUseError, match="not born and removed in one tick"):
            t["hungry"].remove(ship)
    assert world["hungry"]["since"].tolist()[-1] == 7.0 and world["hungry"]["by"].tolist()[-1] == 4
    assert world["tired"]["n"].tolist() == [40, 51]


@pytest.mark.parametrize("change, message", [
    (lambda t: t["hungry"].insert(id=1), "without a value for string column 'why'"),
    (lambda t: t["hungry"].insert(id=0, why="x"), "Cannot insert 0 into hungry: it is there already"),
    (lambda t: t["hungry"].set(1, since=2.0), "No row 1 in hungry"),
    (lambda t: t["hungry"].set(0, by=77), "no row 77 lives in ship"),
    (lambda t: t["hungry"].insert(why="x"), "which ship enters it"),
    (lambda t: t["hungry"].set(0, since="1"), "Cannot write hungry.since: got text"),
])
def test_what_cannot_be_is_refused(world, change, message):
    before = world.world.resume_hash()
    with pytest.raises(aw.InvalidUseError, match=message), world.tick() as t:
        change(t)
    assert world.world.resume_hash() == before


@pytest.mark.parametrize("table, message", [
    ({"events": (aw.Event("e", "u8"),)}, "presence table c has events; those of the rows of ship are declared there"),
    ({"ids": "external"}, "only row tables have external ids, gen and lineage"),
    ({"gen": True}, "only row tables have external ids, gen and lineage"),
    ({"columns": (aw.Column("id", "u8"),)}, "no column or event is called id"),
])
def test_a_component_that_cannot_be_is_refused(table, message):
    with pytest.raises(aw.InvalidUseError, match=message):
        aw.Schema((*SCHEMA.tables, aw.TableSchema("c", "presence", of="ship", **table)))


def test_what_an_old_life_leaves_in_a_component_is_its_own(world):  # O-18
    with world.tick() as t:
        t["hungry"].set(2, since=9.0)
        t["ship"].remove(2)
        t["hungry"].insert(id=t["ship"].insert(), why="young")
    store = aw.open_store(world.path)
    old, young = store.history("ship", 2, gen=0), store.history("ship", 2, gen=1)
    assert list(zip(old.tick.tolist(), old.names.tolist())) == [
        (0, "ship.born"), (0, "hungry.born"), (0, "hungry.since"), (0, "hungry.why"), (1, "ship.died"), (1, "hungry.since"),
        (1, "hungry.died")]
    assert young.names.tolist() == ["ship.born", "hungry.born", "hungry.why"]


def test_a_column_alone_brings_its_ids_and_the_table_it_is_of(world):
    part = aw.open_store(world.path).at(0, columns="hungry.since")
    assert list(part.tables) == ["hungry", "ship"] and list(part["hungry"].columns) == ["id", "since"]
    assert part["hungry"]["since"].tolist() == [1.5, 2.0]


def test_a_snapshot_holds_components_and_a_world_resumes_with_them(world):
    world.snapshot()
    path, before = world.path, world.world.resume_hash()
    world.close()
    with aw.LiveWorld.resume(path) as again:
        assert again.world.resume_hash() == before and again.world.schema == SCHEMA
        with again.tick() as t:
            t["hungry"].set(0, since=np.float64(5))
        assert again["hungry"]["since"].tolist() == [5.0, 2.0]
    assert aw.verify(path).ok


def test_stores_are_compared_by_components_too(world):
    with world.tick() as t:
        t["hungry"].set(2, since=5.0)
        t["hungry"].remove(0)
        t["hungry"].insert(id=1, why="x")
    store = aw.open_store(world.path)
    assert [(c.key, c.id, c.before, c.after) for c in store.between(0, 1)] == [
        ("hungry.died", 0, 0, None), ("hungry.since", 2, 2.0, 5.0), ("hungry.born", 1, None, 0)]
    assert store.stats("hungry.since").all.count == 2
    assert store.lives("hungry").rid.tolist() == [0, 2, 1] and store.rows(key="hungry.since").values.tolist() == [2.0, 5.0]
    with world.tick() as t:
        t["ship"].remove(2)
        t["hungry"].insert(id=t["ship"].insert(), why="young")
    assert [(c.key, c.id, c.before, c.after) for c in aw.open_store(world.path).between(1, 2) if c.table == "hungry"] == [
        ("hungry.died", 2, 0, None), ("hungry.born", 2, None, 1)]
