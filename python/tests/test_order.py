# SPDX-License-Identifier: Apache-2.0
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
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        with live.tick() as t:
            births = t["creature"].insert(name=list("abc"))
            t["hungry"].insert(id=[births[1], births[0]])
            t["food"].insert(id=40)
            t["reading"].insert()
        yield live


def test_a_tick_stands_in_canonical_order_whatever_order_it_was_made_in(started):  # O-1 to O-5
    with started.tick() as t:
        creature = t["creature"]
        t["hungry"].insert(id=2)
        t.system(2)
        late = creature.insert(name="z", pos_x=np.float32(0))
        t.system(1)
        early = creature.insert(name="y", age=3, cause=9, parent=2)
        first = creature.insert(name="x", cause=4)
        creature.event("ate", [2, 0, 0], [40, 1, 0])
        creature.remove(0, cause="cold"), creature.remove(1)
        creature.set(2, age=7), creature.write(age=[1, 1, 1]), creature.set([0], age=[0])
        t["reading"].set(0, value=0.5)
        t.input("rate", 2.0, target=5), t.input("rate", 1.0)
    world = started.world
    assert names(t.rows, started._log.keys)[:-1] == [
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
    assert world["creature"]["name"].tolist() == ["c", "x", "y", "z"]
    assert world.codebook.words == ["a", "b", "c", "cold", "x", "y", "z"]  # L-12


def test_keys_are_declared_in_the_order_of_the_schema():  # L-5, L-6
    from arrow_world.schema import declare
    assert [k.name for k in declare(SCHEMA)] == [
        "tick.commit", "creature.born", "creature.died", "creature.parent", "creature.cause", "creature.pos_x",
        "creature.age", "creature.name", "creature.big", "creature.awake", "food.born", "food.died", "food.energy",
        "nest.born", "nest.died", "nest.size", "reading.born", "reading.value", "reading.flag", "hungry.born",
        "hungry.died", "tired.born", "tired.died", "tired.since", "tired.why", "tired.by", "creature.ate", "in.rate"]


def test_presence_rows_go_by_their_id_and_do_not_enter_with_the_dying(started):  # O-4, O-5
    keys = started._log.keys
    with started.tick() as t:
        t["hungry"].remove(0)
        t["creature"].remove(2)
        t["hungry"].insert(id=[2, 0])
    assert names(t.rows, keys)[:-1] == [("creature.died", 2, 0.0), ("hungry.died", 0, 0.0), ("hungry.born", 0, 0.0)]
    with started.tick() as t:
        t["hungry"].insert(id=t["creature"].insert(name="d"))
    assert names(t.rows, keys)[-2] == ("hungry.born", 2, 0.0)
    with started.tick() as t:
        for id in (1, 0):
            t["hungry"].remove(id)
            t["hungry"].insert(id=id)
    assert names(t.rows, keys)[2:-1] == [("hungry.born", 0, 0.0), ("hungry.born", 1, 0.0)]


@pytest.mark.parametrize("change, message", [
    (lambda t: t["creature"].remove(9), "No row 9 in creature"),
    (lambda t: t["creature"].set(9, age=1), "No row 9 in creature"),
    (lambda t: t["reading"].remove(0), "rows are only added"),
    (lambda t: t["creature"].insert(age=1), "without a value for string column 'name'"),
    (lambda t: t["food"].insert(), "without an id"),
    (lambda t: t["creature"].insert(name="a", id=3), "an id must not be given"),
    (lambda t: t["food"].insert(id=40), "it is there already"),
    (lambda t: t["food"].insert(id=[41, 41]), "it is there already, inserted in this tick"),
    (lambda t: t["hungry"].insert(id=0), "it is there already"),
    (lambda t: t["hungry"].insert(id=2, cause=1), "with a cause"),
    (lambda t: t["hungry"].insert(id=7), "7 into hungry: it does not live in creature"),
    (lambda t: t["creature"].write(age=[1]), "1 values for 3 rows"),
    (lambda t: t["creature"].set([0, 1], age=[1]), "1 values for 2 rows"),
    (lambda t: t["creature"].event("slept", 0, 1), "declares no event"),
    (lambda t: t["creature"].insert(name="x", parent=9), r"no row 9 lives in creature .*"),
    (lambda t: t["creature"].event("ate", 9, 1), r"no row 9 lives in creature .*"),
    (lambda t: t["creature"].remove_slot(3), "no slot 3; it has 3 rows"),
    (lambda t: t["plant"].insert(), "No table 'plant'"),
])
def test_a_change_that_cannot_be_logged_is_refused_and_nothing_is_written(started, change, message):  # O-5, O-6, O-12
    before = started.world.hash_world(), started.last_tick
    with pytest.raises(aw.InvalidUseError, match=message):
        with started.tick() as t:
            change(t)
    assert (started.world.hash_world(), started.last_tick) == before
    with started.tick():
        pass
    assert aw.verify(started.path).ok
