"""The canonical order of one tick, row by row."""

import numpy as np
import pytest
from helpers import SCHEMA

import arrow_world as aw


def names(rows, keys):
    return [(keys[int(k)].name, int(r), float(v) if w is None else w)
            for k, r, v, w in zip(rows.key, rows.rid, rows.val, rows.text)]


@pytest.fixture
def started(tmp_path):
    world = aw.World(SCHEMA)
    writer = aw.LogWriter.create(tmp_path / "s", SCHEMA, strings=True)
    m = aw.Mutations(world)
    births = [m.insert("creature", {"name": n}) for n in "abc"]
    m.insert("hungry", id=births[1])
    m.insert("hungry", id=births[0])
    m.insert("food", id=40)
    m.insert("reading")
    writer.step(world, 0, m)
    yield world, writer
    writer.close()


def test_a_tick_stands_in_canonical_order_whatever_order_it_was_made_in(started):  # O-1 to O-5
    world, writer = started
    m = aw.Mutations(world)
    m.insert("hungry", id=2)
    late = m.insert("creature", {"name": "z", "pos_x": np.float32(0)}, system=2)
    early = m.insert("creature", {"name": "y", "age": 3}, system=1, cause_id=9, parent=2)
    first = m.insert("creature", {"name": "x"}, system=1, cause_id=4)
    m.event("creature", "ate", 2, 40), m.event("creature", "ate", 0, 1), m.event("creature", "ate", 0, 0)
    m.remove("creature", 0, cause="cold"), m.remove("creature", 1)
    m.set("creature", "age", 2, 7), m.set_column("creature", "age", [1, 1, 1]), m.set("creature", "age", [0], [0])
    m.set("reading", "value", 0, 0.5)
    m.input("rate", 2.0, target=5), m.input("rate", 1.0)
    rows = writer.step(world, 1, m)
    assert names(rows, writer.keys)[:-1] == [
        ("in.rate", 5, 2.0), ("in.rate", 0, 1.0),
        ("creature.age", 0, 0.0), ("creature.age", 1, 1.0), ("creature.age", 2, 1.0),
        ("creature.ate", 0, 1.0), ("creature.ate", 0, 0.0), ("creature.ate", 2, 40.0),
        ("creature.died", 1, 0.0), ("creature.died", 0, 0.0), ("creature.cause", 0, "cold"),
        ("creature.born", 0, 1.0), ("creature.name", 0, "x"),
        ("creature.born", 1, 1.0), ("creature.parent", 1, 2.0), ("creature.age", 1, 3.0), ("creature.name", 1, "y"),
        ("creature.born", 3, 0.0), ("creature.name", 3, "z"),
        ("reading.value", 0, 0.5),
        ("hungry.died", 1, 0.0), ("hungry.died", 0, 0.0), ("hungry.born", 2, 0.0)]
    assert (first.id, early.id, late.id) == (0, 1, 3)
    assert world.words("creature", "name").tolist() == ["c", "x", "y", "z"]
    assert world.codebook.words == ["a", "b", "c", "cold", "x", "y", "z"]  # L-12


def test_keys_are_declared_in_the_order_of_the_schema():  # L-5, L-6
    from arrow_world.schema import declare
    assert [k.name for k in declare(SCHEMA)] == [
        "tick.commit", "creature.born", "creature.died", "creature.parent", "creature.cause", "creature.pos_x",
        "creature.age", "creature.name", "creature.big", "creature.awake", "food.born", "food.died", "food.energy",
        "nest.born", "nest.died", "nest.size", "reading.born", "reading.value", "reading.flag", "hungry.born",
        "hungry.died", "creature.ate", "in.rate"]


def test_presence_rows_go_by_their_id_and_do_not_enter_with_the_dying(started):  # O-4, O-5
    world, writer = started
    m = aw.Mutations(world)
    m.remove("hungry", 0)
    m.remove("creature", 2)
    m.insert("hungry", id=2)
    m.insert("hungry", id=0)
    rows = writer.step(world, 1, m)
    assert names(rows, writer.keys)[:-1] == [("creature.died", 2, 0.0), ("hungry.died", 0, 0.0), ("hungry.born", 0, 0.0)]
    m = aw.Mutations(world)
    m.insert("hungry", id=m.insert("creature", {"name": "d"}))
    assert names(writer.step(world, 2, m), writer.keys)[-2] == ("hungry.born", 2, 0.0)
    m = aw.Mutations(world)
    for id in (1, 0):
        m.remove("hungry", id)
        m.insert("hungry", id=id)
    assert names(writer.step(world, 3, m), writer.keys)[2:-1] == [("hungry.born", 0, 0.0), ("hungry.born", 1, 0.0)]


@pytest.mark.parametrize("change, message", [
    (lambda m: m.remove("creature", 9), "No row 9 in creature"),
    (lambda m: m.set("creature", "age", [9], [1]), "No row 9 in creature"),
    (lambda m: m.remove("reading", 0), "rows are only added"),
    (lambda m: m.insert("creature", {"age": 1}), "strings not given"),
    (lambda m: m.insert("food"), "an id must be given"),
    (lambda m: m.insert("creature", {"name": "a"}, id=3), "an id must not be given"),
    (lambda m: m.insert("food", id=40), "it is there already"),
    (lambda m: m.insert("hungry", id=0), "it is there already"),
    (lambda m: m.insert("hungry", id=2, cause_id=1), "with a cause id"),
    (lambda m: m.insert("hungry", id=7), "No row 7 in creature"),
    (lambda m: m.set_column("creature", "age", [1]), "1 values for 3 rows"),
    (lambda m: m.event("creature", "slept", 0, 1), "declares no event"),
    (lambda m: m.insert("plant"), "No table 'plant'"),
])
def test_a_change_that_cannot_be_logged_is_refused_and_nothing_is_written(started, change, message):  # O-5, O-6, O-12
    world, writer = started
    before = world.hash_world(), writer.seq
    m = aw.Mutations(world)
    with pytest.raises(aw.InvalidUseError, match=message):
        change(m)
        writer.step(world, 1, m)
    assert (world.hash_world(), writer.seq) == before
    writer.step(world, 1, aw.Mutations(world))
    assert aw.verify(writer.path).ok
