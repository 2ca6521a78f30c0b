# SPDX-License-Identifier: Apache-2.0
"""Schemas that change, and stores that go on under newer ones (migrations.md)."""

import json

import numpy as np
import pytest

import arrow_world as aw

SCHEMA = aw.Schema((
    aw.TableSchema("ship", gen=True, columns=(
        aw.Column("x", "f32", 1.5, unit="m"), aw.Column("n", "u16", 7), aw.Column("big", "i32", -3), aw.Column("on", "bool"),
        aw.Column("name", "string"), aw.Column("mate", "u32", table="ship"))),
    aw.TableSchema("hungry", "presence", of="ship")), (aw.Event("rate", "f64"),))


@pytest.fixture
def store(tmp_path):
    with aw.LiveWorld.create(tmp_path / "store", SCHEMA, properties={"seed": "3"}, durability="none") as world:
        for i in range(6):
            with world.tick() as t:
                t["ship"].insert(x=np.float32(i) / 4, n=i, big=-i, on=i % 2 == 1, name=f"ship {i}")
                if i == 3:
                    t["ship"].remove(1)
                    t["hungry"].insert(id=2)
    return aw.open_store(tmp_path / "store")


def test_a_store_goes_on_under_a_newer_schema(store, tmp_path):  # M-1, M-6, M-7, M-8
    known = (aw.Migrations(1)
             .add("ship", aw.Column("fuel", "f64", 2.5, unit="kg")).add("ship", aw.Column("port", "string"), "home")
             .rename("ship", "x", "place").widen("ship", "n", "i64").drop("ship", "big")
             .next()
             .widen("ship", "place", "f64").widen("ship", "on", "u8").map("ship", "fuel", lambda x: x * 2 + 1)
             .unit("ship", "place", "km").doc("ship", "place", "where it is").add("hungry", aw.Column("since", "i64", -1)))
    assert (known.first_version, known.last_version, repr(known)) == (1, 3, "<migrations from schema version 1 to 3>")
    last = store.at(5)
    done = store.migrate(known, tmp_path / "new")
    new = aw.open_store(tmp_path / "new")
    assert new.verify() and new.schema.version == 3 and new.span() == (5, 5)
    world = new.at(5)
    ship, old = world["ship"], last["ship"]
    assert ship.keys() == ["id", "gen", "place", "n", "on", "name", "mate", "fuel", "port"]
    for name, was in (("id", "id"), ("gen", "gen"), ("place", "x"), ("n", "n"), ("on", "on"), ("name", "name"), ("mate", "mate")):
        assert ship[name].tolist() == old[was].tolist()
    assert ship["fuel"].tolist() == [6.0] * 5 and ship["port"].tolist() == ["home"] * 5 and ship["place"].dtype == "f8"
    place = new.schema.table("ship").columns[0]
    assert (place.unit, place.doc, place.default) == ("km", "where it is", 1.5)
    assert world["hungry"]["since"].tolist() == [-1]
    assert new.info.properties == {"seed": "3", "migrated_from_schema": "1"}
    assert new.info.parent["store"] == store.info.store.hex() and int(new.info.parent["tick"], 16) == 5
    assert done == (new.info.store.hex(), 1, 3, (5, last.seq, world.chain), 0, tuple(known.describe(1)), world.hash_world())
    assert done.steps[0] == "add column 'ship.fuel' f64" and len(done.steps) == 11
    with aw.LiveWorld.resume(tmp_path / "new") as live, live.tick() as t:
        born = t["ship"].insert(fuel=1.0, name="new", port="home")
    assert live["ship"]["id"].tolist()[-1] == born.id


@pytest.mark.parametrize("step, why", [
    (lambda m: m.drop("shop", "x"), "Cannot drop column 'shop.x': the world has no such table, only ship, hungry"),
    (lambda m: m.drop("ship", "y"), "Cannot drop column 'ship.y': the table has no value column 'y'; there are x, n, big, on, name, mate."),
    (lambda m: m.rename("ship", "x", "n"), "Cannot rename column 'ship.x' to 'n': the table has a column 'n' already"),
    (lambda m: m.add("ship", aw.Column("x", "f32")), "Cannot add column 'ship.x' f32: the table has a column 'x' already"),
    (lambda m: m.widen("ship", "x", "i64"), "Cannot widen column 'ship.x' to i64: a i64 does not hold every f32"),
    (lambda m: m.widen("ship", "big", "u64"), "Cannot widen column 'ship.big' to u64: a u64 does not hold every i32"),
    (lambda m: m.widen("ship", "mate", "i64"), "Cannot widen column 'ship.mate' to i64: it holds ids of table 'ship', which are u32"),
    (lambda m: m.map("ship", "name", len), "Cannot apply a function to column 'ship.name': its type string does not travel as a "
                                           "float64; give it another column"),
    (lambda m: m.map("ship", "n", lambda x: x + 0.5), "Cannot apply a function to column 'ship.n': row 0: 0.5 is not a value of u16"),
    (lambda m: m.map("ship", "n", lambda x: 3), "Cannot apply a function to column 'ship.n': it gave shape () and dtype int64, "
                                                "expected numbers of shape (5,)"),
])
def test_a_step_that_does_not_fit_is_named_and_nothing_is_written(store, tmp_path, step, why):  # M-4
    with pytest.raises(aw.InvalidUseError) as e:
        store.migrate(step(aw.Migrations(1)), tmp_path / "new")
    assert str(e.value) == why
    assert [p.name for p in tmp_path.iterdir()] == ["store"]


def test_steps_that_cannot_be_are_refused_at_once():
    with pytest.raises(aw.InvalidUseError, match="Cannot add column 't.w' string: a string column, and no other, needs a word"):
        aw.Migrations(1).add("t", aw.Column("w", "string"))
    with pytest.raises(aw.InvalidUseError, match="Cannot widen column 't.w' to f16: there is no such type"):
        aw.Migrations(1).widen("t", "w", "f16")
    with pytest.raises(aw.InvalidUseError, match="Cannot migrate from schema version 0: versions begin at 1"):
        aw.Migrations(0)


def test_versions_that_are_not_known_are_refused_by_number(store, tmp_path):  # M-2
    with pytest.raises(aw.InvalidUseError, match="it has schema version 1, the steps begin at 2"):
        store.migrate(aw.Migrations(2).drop("ship", "x"), tmp_path / "new")
    store.migrate(aw.Migrations(1).drop("ship", "x").next().drop("ship", "n"), tmp_path / "new")
    with pytest.raises(aw.UnsupportedVersionError, match="it has schema version 3, the steps are for 1 to 2"):
        aw.open_store(tmp_path / "new").migrate(aw.Migrations(1).drop("ship", "x"), tmp_path / "newer")
    with pytest.raises(aw.InvalidUseError, match="expected Migrations"):
        store.migrate("steps.json", tmp_path / "newer")


def test_steps_come_from_a_file(store, tmp_path):  # M-5
    steps = {"from": 1, "versions": [
        {"steps": [{"step": "add", "table": "ship", "column": "fuel", "type": "f32", "default": 0.1, "unit": "kg"},
                   {"step": "add", "table": "ship", "column": "port", "type": "string", "default": "home"},
                   {"step": "rename", "table": "ship", "column": "x", "to": "place"}]},
        {"steps": [{"step": "widen", "table": "ship", "column": "n", "type": "f64"},
                   {"step": "linear", "table": "ship", "column": "n", "factor": 0.5, "offset": 1},
                   {"step": "describe", "table": "ship", "column": "place", "unit": "", "doc": "where"},
                   {"step": "drop", "table": "ship", "column": "big"}]}]}
    (tmp_path / "steps.json").write_text(json.dumps(steps), "utf-8")
    store.migrate(aw.Migrations.read(tmp_path / "steps.json"), tmp_path / "new")
    ship = aw.open_store(tmp_path / "new").at(5)["ship"]
    assert ship["n"].tolist() == (store.at(5)["ship"]["n"] * 0.5 + 1).tolist()
    assert ship["fuel"].tolist() == [float(np.float32(0.1))] * 5 and ship.schema.columns[0].unit is None


@pytest.mark.parametrize("steps, why", [
    ("[]", "the steps is not an object"), ("{", "not JSON"), ('{"from": 1, "versions": []}', "'versions' is .*expected one version or more"),
    ('{"from": 1, "versions": [{"steps": [{"step": "grow", "table": "t", "column": "c"}]}]}',
     "'step' is 'grow', expected add, rename, widen, drop, linear or describe"),
    ('{"from": 1, "versions": [{"steps": [{"step": "add", "table": "t", "column": "c", "type": "u8", "default": 1.5}]}]}', "1.5"),
    ('{"from": 1, "versions": [{"steps": [{"step": "add", "table": "t", "column": "c", "type": "i8", "default": -0.0}]}]}',
     "expected a value of type i8, which has no -0.0"),
    ('{"from": 1, "versions": [{"steps": [{"step": "add", "table": "t", "column": "c", "type": "f32", "default": 1e60}]}]}',
     "expected a value of type f32"),
    ('{"from": 1, "versions": [{"steps": [{"step": "describe", "table": "t", "column": "c"}]}]}', "expected given, or 'doc'"),
])
def test_a_file_of_steps_that_is_none_is_damage(tmp_path, steps, why):
    (tmp_path / "steps.json").write_text(steps, "utf-8")
    with pytest.raises(aw.DamagedFileError, match=why):
        aw.Migrations.read(tmp_path / "steps.json")


def test_a_store_without_a_tick_has_nothing_to_migrate(tmp_path):
    aw.LiveWorld.create(tmp_path / "store", SCHEMA).close()
    with pytest.raises(aw.InvalidUseError, match="no tick was committed yet"):
        aw.open_store(tmp_path / "store").migrate(aw.Migrations(1).drop("ship", "x"), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_default_of_null_is_none(tmp_path):
    steps = '{"from": 1, "versions": [{"steps": [{"step": "add", "table": "t", "column": "c", "type": "i8", "default": null}]}]}'
    (tmp_path / "steps.json").write_text(steps, "utf-8")
    aw.Migrations.read(tmp_path / "steps.json")
