# SPDX-License-Identifier: Apache-2.0
"""A live world held wrong: each wrong use ends in its own error, and nothing is written."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from live_world import SCHEMA, SHIP, world

import arrow_world as aw
from arrow_world import atomic_files, canonical, lock, segment_write, writer


def test_a_newborn_stands_wherever_an_id_may_stand_and_has_its_number_after_the_tick(world):  # O-2, O-10, O-16
    with world.tick() as t:
        ship = t["ship"]
        ship.remove(1)
        first = ship.insert(x=2.0)
        more = ship.insert(x=np.array([3.0, 4.0]), mate=[first, 0], parent=2)
        ship.set(first, y=np.float32(0.1), mate=more[1])
        ship.set(0, mate=first)
        ship.event("hit", more, 0.5)
        t["docked"].insert(id=[first, 2])
        assert repr(first) == "<newborn of ship in tick 1>" and len(more) == 2
        with pytest.raises(aw.InvalidUseError, match="Cannot read the id of a newborn of ship yet.* tick 1 ends"):
            first.id
    assert (first.id, more.ids.tolist(), more[1].id, [b.id for b in more[:1]]) == (1, [3, 4], 4, [3])
    now = world["ship"]
    assert now["id"].tolist() == [0, 2, 1, 3, 4] and now["gen"].tolist() == [0, 0, 1, 0, 0]
    assert now["mate"].tolist() == [1, aw.NO_ROW, 4, 1, 0] and now["x"].tolist() == [1, 1, 2, 3, 4]
    assert world["docked"]["id"].tolist() == [1, 2] and world.world.hash_world() == aw.open_store(world.path).at(1).hash_world()


def test_an_insertion_of_no_rows_has_no_ids(world):
    with world.tick() as t:
        none = t["ship"].insert(0)
    assert none.ids.tolist() == [] and len(none) == 0


def test_a_handle_kept_too_long_or_of_a_tick_given_up_is_refused(world):
    with world.tick() as t:
        old = t["ship"].insert()
    with pytest.raises(aw.InvalidUseError, match=r"the handle belongs to tick 1, this is tick 2. Use its id instead: `handle.id`"):
        with world.tick() as t:
            lost = t["ship"].insert()
            t["ship"].set(old, x=1.0)
    with pytest.raises(aw.InvalidUseError, match="tick 2 was given up, so nobody was born"):
        lost.id
    with world.tick() as t:
        t["ship"].set(old.id, x=5.0)
        with pytest.raises(aw.InvalidUseError, match="the handle is a newborn of port, expected one of ship"):
            t["docked"].insert(id=t["port"].insert(id=9, name="a"))
        with pytest.raises(aw.InvalidUseError, match="not born and removed in one tick"):
            t["ship"].remove(t["ship"].insert())
        with pytest.raises(aw.InvalidUseError, match="Cannot write an entity to ship.n: the type is i32; ids go into u32"):
            t["ship"].set(0, n=t["ship"].insert())


@pytest.mark.parametrize("id", ["17", 1.5, True, None, -1, 1 << 32, [0, True], np.array([0.0]), b"1", [0, "1"]])
def test_what_is_no_id_is_refused(world, id):
    with pytest.raises(aw.InvalidUseError):
        with world.tick() as t:
            t["ship"].set(id, x=1.0)
    for tick in ("5", 1.5, True):
        with pytest.raises(aw.InvalidUseError, match="Cannot begin tick .*: expected an integer"):
            world.tick(tick)
    assert world.last_tick == 0


def test_an_entity_ref_means_one_generation(world):  # O-11
    with world.tick() as t:
        t["ship"].remove(2)
        t["ship"].insert(x=7.0)
    with world.tick() as t:
        t["ship"].set(aw.EntityRef(2, 1), x=8.0)
        with pytest.raises(aw.InvalidUseError, match="2 of generation 0 does not live in ship; the id lives in generation 1"):
            t["ship"].set([aw.EntityRef(2, 0)], x=9.0)
    assert world["ship"]["x"].tolist() == [1, 1, 8]


def test_an_entity_ref_is_one_id_where_values_go(world):  # O-11
    ref = aw.EntityRef(2, 0)
    with world.tick() as t:
        t["ship"].set([0, 1], mate=ref)
        t["ship"].set([2], mate=[aw.EntityRef(1, 0)])
        t["ship"].insert(2, mate=ref)
    assert world["ship"]["mate"].tolist() == [2, 2, 1, 2, 2]
    with pytest.raises(aw.InvalidUseError, match="Cannot write ship.mate: 2 of generation 1 does not live in ship"):
        with world.tick() as t:
            t["ship"].set([0, 1], mate=aw.EntityRef(2, 1))
    with pytest.raises(aw.InvalidUseError, match="Cannot write an entity to ship.x: the type is f64; ids go into u32"):
        with world.tick() as t:
            t["ship"].set([0, 1], x=ref)


def test_a_reference_to_what_never_lived_is_refused_with_the_tick(world):  # O-16
    for change in (lambda s: s.set(0, mate=9), lambda s: s.insert(mate=9), lambda s: s.insert(parent=9),
                   lambda s: s.event("hit", 9, 1.0)):
        with pytest.raises(aw.InvalidUseError, match=r"no row 9 lives in ship or is born in this tick"):
            with world.tick() as t:
                change(t["ship"])
    with world.tick() as t:
        t["ship"].set(0, mate=1)
        t["ship"].remove(1)
    assert world["ship"]["mate"].tolist() == [1, aw.NO_ROW]
    assert aw.verify(world.path).ok  # a later death leaves the value as it is


def test_an_id_column_begins_with_no_row_and_takes_it(world):  # S-14
    assert world["ship"]["mate"].tolist() == [aw.NO_ROW] * 3
    with world.tick() as t:
        t["ship"].write(mate=[1, aw.EntityRef(2, 0), aw.NO_ROW])
        t["ship"].insert(mate=aw.NO_ROW)
    assert world["ship"]["mate"].tolist() == [1, 2, aw.NO_ROW, aw.NO_ROW]
    with world.tick() as t:
        t["ship"].set(0, mate=aw.NO_ROW)
    assert world["ship"]["mate"].tolist()[0] == aw.NO_ROW and aw.verify(world.path).ok


def test_a_part_of_a_world_shows_an_id_column_without_the_table_it_names(tmp_path):  # S-14
    port = aw.TableSchema("port", columns=(aw.Column("owner", "u32", table="ship"), aw.Column("next", "u32", table="port")))
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("ship"), port))) as live, live.tick() as t:
        t["port"].insert(owner=t["ship"].insert())
    shown = aw.open_store(tmp_path / "s").at(0, columns="port")
    assert list(shown) == ["port"] and shown["port"]["owner"].tolist() == [0] and shown["port"]["next"].tolist() == [aw.NO_ROW]


def test_an_id_column_refuses_a_life_that_has_ended_and_a_newborn_of_another_table(world):  # O-16
    with world.tick() as t:
        t["ship"].remove(2)
        t["ship"].insert()
    with pytest.raises(aw.InvalidUseError, match="2 of generation 0 does not live in ship; the id lives in generation 1"):
        with world.tick() as t:
            t["ship"].set(0, mate=aw.EntityRef(2, 0))
    with world.tick() as t:
        with pytest.raises(aw.InvalidUseError, match="the handle is a newborn of port, expected one of ship"):
            t["ship"].set(0, mate=t["port"].insert(id=9, name="a"))


def test_the_number_that_says_no_row_is_no_id_where_ids_are_referred_to(tmp_path):  # S-14
    port = aw.TableSchema("port", ids="external", columns=(aw.Column("next", "u32", table="port"),))
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((port,))) as live:
        with pytest.raises(aw.InvalidUseError, match=r"Cannot insert 4294967295 into port: .* it says no row"):
            with live.tick() as t:
                t["port"].insert(id=aw.NO_ROW)
    with pytest.raises(aw.InvalidUseError, match=r"next holds ids of port and has the default 0, expected 4294967295"):
        aw.Schema((aw.TableSchema("port", columns=(aw.Column("next", "u32", 0, table="port"),)),))


def test_verify_names_the_values_that_were_false_when_written(tmp_path, monkeypatch):  # O-16, L-28
    monkeypatch.setattr(canonical, "_check_target", lambda *_: None)
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        with live.tick() as t:
            t["ship"].insert(2)
            t["ship"].set_slot([], mate=0)
        with live.tick() as t:
            t["ship"].set(0, mate=2)  # is born in the next tick only
            t["ship"].set(1, mate=0)
            t["ship"].remove(0)
        with live.tick() as t:
            t["ship"].insert(2, mate=7)
    assert [f.message.partition(", ")[2] for f in aw.verify(tmp_path / "s").findings] == [
        "tick 1: ship.mate of row 0 was written with 2, which did not live in ship and was not born in that tick",
        "tick 2: ship.mate of row 0 was written with 7, which did not live in ship and was not born in that tick",
        "tick 2: ship.mate of row 2 was written with 7, which did not live in ship and was not born in that tick"]


def test_verify_names_births_without_the_row_of_a_string_column_and_recover_saves_them(tmp_path, monkeypatch):  # O-8, L-28
    whole = canonical._births
    monkeypatch.setattr(canonical, "_births", lambda out, keys, schema, born: whole(
        out, keys, SimpleNamespace(name=schema.name, columns=[c for c in schema.columns if c.name != "name"]), born))
    schema = aw.Schema((aw.TableSchema("port", ids="external", columns=(aw.Column("name", "string"), aw.Column("flag", "string"))),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as live:
        with live.tick() as t:
            t["port"].insert(id=7, name="a", flag="b")
        monkeypatch.undo()
        with live.tick() as t:
            t["port"].set(7, name="late")
            t["port"].insert(id=8, name="c", flag="b")
        with live.tick() as t:
            t["port"].remove(7)
            t["port"].insert(id=7, name="a", flag="b")
    assert [f.message for f in aw.verify(tmp_path / "s").findings] == [
        "seq 0, tick 0: 7 of port is born without a row of its string column name"]
    made = aw.recover(tmp_path / "s", tmp_path / "r")
    assert made.saved.tick == 2 and made.rows_lost == 0 and made.losses == (
        "saved as it was written, which no writer may do: seq 0, tick 0: 7 of port is born without a row of its string column name",)


@pytest.mark.parametrize("values, message", [
    ({"x": np.float32(0.1)}, "the type is f64, which takes float64 values.*an f32 column takes it"),
    ({"x": 2**53 + 1}, "an i64 or u64 column takes it"), ({"y": 0.1}, r"pass np.float32\(0.1\) to round it"),
    ({"n": 1.0}, "takes integers from -2147483648 to 2147483647; an f64 column takes it"), ({"n": True}, "a bool column takes it"),
    ({"n": 2**31}, "takes integers from"), ({"on": 2}, "takes True and False"), ({"x": "1"}, "got text, shape \\(\\)"),
    ({"z": 1}, "no such column; there are x, y, n, on, mate"), ({"id": 1}, "Ids and generations are given at birth"),
])
def test_a_value_that_does_not_fit_is_refused_and_what_takes_it_is_named(world, values, message):  # L-11
    with world.tick() as t:
        with pytest.raises(aw.InvalidUseError, match=message):
            t["ship"].set([0, 1], n=5, **values) if "n" not in values else t["ship"].set([0, 1], **values)
    assert world["ship"]["n"].tolist() == [0, 0, 0]  # a refused call changes nothing


def test_a_float_goes_into_f32_if_it_is_exact_and_np_float32_always(world):
    with world.tick() as t:
        t["ship"].set(0, y=0.5), t["ship"].set(1, y=np.float32(0.1)), t["ship"].set(2, y=3, on=False)
    assert world["ship"]["y"].tolist() == [0.5, float(np.float32(0.1)), 3.0] and world["ship"]["on"].tolist() == [1, 1, 0]


@pytest.mark.parametrize("door", [
    lambda t, w: t["port"].insert(id=1, name=w), lambda t, w: t["port"].insert(id=[1, 2], name=["a", w]),
    lambda t, w: t["port"].set(7, name=w), lambda t, w: t["port"].write(name=[w]), lambda t, w: t["ship"].remove(0, cause=w),
    lambda t, w: t.input("said", w),
])
def test_a_surrogate_without_its_pair_is_refused_at_every_door(world, door):  # L-9
    with world.tick() as t:
        t["port"].insert(id=7, name="a\0")
    for word in ("\ud83d", "a\udc00b"):
        with world.tick() as t:
            with pytest.raises(aw.InvalidUseError, match=r"Cannot store as '.*': it has a surrogate without its pair at char [01]; cut text"):
                door(t, word)
    assert world.world["port"]["name"].tolist() == ["a\0"] and aw.verify(world.path).ok


def test_a_surrogate_in_a_property_or_a_name_makes_no_store(tmp_path):
    for bad in ({"properties": {"a": "\ud800"}}, {"properties": {"\ud800": "a"}}, {"tick_unit": "\ud800"}):
        with pytest.raises(aw.InvalidUseError, match="a surrogate without its pair"):
            aw.LiveWorld.create(tmp_path / "s", SCHEMA, **bad)
    with pytest.raises(aw.InvalidUseError, match="the name '.ud800'"):
        aw.Schema((aw.TableSchema("\ud800"),))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("type_name, dtype", [("f64", "<f8"), ("u64", "<u8"), ("i64", "<i8"), ("f32", "<f4"), ("u16", "<u2"),
                                              ("string", object)])
def test_values_are_those_that_an_array_had_when_it_was_given(tmp_path, type_name, dtype):
    schema = aw.Schema((aw.TableSchema("ship", events=(aw.Event("hit", type_name),), columns=(aw.Column("x", type_name),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as live:
        buffer = np.array(["a", "b"] if dtype is object else [1, 2], dtype)
        before, after = buffer.tolist(), (["y", "z"] if dtype is object else [8, 9])
        with live.tick() as t:
            ship = t["ship"]
            ids = ship.insert(x=buffer)
            ship.event("hit", [ids[0], ids[1]], buffer)
            buffer[:] = after
            ship.insert(x=buffer)
            ship.set(ids[0], x=buffer[1])
            assert buffer.tolist() == after
        with live.tick() as t:
            t["ship"].write(x=np.concatenate([buffer, buffer]))
            t["ship"].set([0, 1], x=buffer)
            buffer[:] = before
    store = aw.open_store(tmp_path / "s")
    one, two = (s.at(n)["ship"] for s, n in ((store, 0), (store, 1)))
    assert one["x"].tolist() == [after[1], before[1], *after] and two["x"].tolist() == after * 2
    assert store.events("ship.hit").python_values() == before


def test_arrays_handed_out_never_change_and_cannot_be_written(world):
    before, frame, kept = world["ship"]["x"], world["ship"].to_arrow(), world.world.copy()
    with world.tick() as t:
        t["ship"].write(x=[5.0, 6.0, 7.0])
        t["ship"].set(1, x=0.0)
    assert before.tolist() == [1, 1, 1] == frame["x"].to_pylist() == kept["ship"]["x"].tolist()
    assert world["ship"]["x"].tolist() == [5, 0, 7]
    for array in (before, world["ship"]["x"], world["ship"].columns["id"], world["ship"]["x"][1:]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.flags.writeable = True
    with pytest.raises(TypeError):
        world["ship"].columns["x"] = before


def test_a_tick_is_used_once_and_one_that_raises_never_began(world):
    hash_ = world.world.hash_world()
    with pytest.raises(KeyError):
        with world.tick() as t:
            t["ship"].insert()
            raise KeyError("mine")
    assert (world.last_tick, world.world.hash_world()) == (0, hash_)
    with world.tick() as t:
        ship = t["ship"]
        ship.insert()
    for again in (lambda: t.__enter__(), lambda: ship.insert(), lambda: t["ship"], lambda: t.input("said", "x")):
        with pytest.raises(aw.InvalidUseError, match="Tick 1 is over: a tick is used once"):
            again()
    with pytest.raises(aw.InvalidUseError, match="Tick 2 has not begun: use `with world.tick"):
        world.tick()["ship"]
    with pytest.raises(aw.InvalidUseError, match="Tick 2 was given up: another tick was begun before it ended"):
        with world.tick() as outer:
            outer["ship"].insert()
            with world.tick():
                pass
    assert world.last_tick == 2 and len(world["ship"]) == 4
    with pytest.raises(aw.InvalidUseError, match=r"Cannot commit tick 2: expected one after 2"):
        world.tick(2)


def test_a_second_thread_in_a_tick_gets_an_error_at_once(world):
    said = []

    def elsewhere(call):
        def run():
            try:
                call()
            except aw.InvalidUseError as e:
                said.append(str(e))
        thread = threading.Thread(target=run)
        thread.start(), thread.join()

    def begin():
        with world.tick():
            pass

    with world.tick() as t:
        elsewhere(lambda: t["ship"].insert())
        elsewhere(begin)
        t["ship"].insert()
    assert "Cannot change tick 1 from another thread than the one that began it" in said[0]
    assert "Cannot begin tick 1: another thread is in tick 1" in said[1] and len(said) == 2
    elsewhere(begin)
    assert world.last_tick == 2 and aw.verify(world.path).ok


@pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork is not on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_may_not_write_and_its_end_lets_nothing_go(world):  # S-11
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            with world.tick() as t:
                t["ship"].insert()
        except aw.InvalidUseError as e:
            said = str(e)
        try:
            aw.LiveWorld.resume(world.path)
        except aw.StoreLockedError as e:
            said += str(e)
        world.close()
        os.write(write, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(read, 10_000).decode()
    assert "opened it, and this is a fork" in said and "locked by 'arrow_world (Python), process" in said
    with world.tick() as t:
        t["ship"].insert()
    assert locked_for_others(world.path)


def locked_for_others(path):
    """Whether another process finds the store locked."""
    code = "import sys, arrow_world as aw\ntry:\n    aw.LiveWorld.resume(sys.argv[1])\nexcept aw.StoreLockedError:\n    print('locked')"
    return subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True).stdout == b"locked\n"


def test_a_second_open_by_another_path_is_refused_and_leaves_the_first_its_lock(world, tmp_path):  # S-11
    (tmp_path / "link").symlink_to(world.path)
    for path in (world.path, tmp_path / "link"):
        with pytest.raises(aw.StoreLockedError, match="this process is writing it already, by this or another path. Close"):
            aw.LiveWorld.resume(path)
    assert locked_for_others(world.path)
    world.close()
    assert (world.path / "LOCK").read_bytes() == b"" and not locked_for_others(world.path)


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder"])
def test_a_lock_that_is_no_regular_file_is_refused_and_not_touched(world, tmp_path, kind):  # S-11
    world.close()
    path, other = world.path / "LOCK", tmp_path / "other"
    path.unlink()
    other.write_text("precious", encoding="utf-8")
    {"link": lambda: path.symlink_to(other), "dangling": lambda: path.symlink_to(tmp_path / "none"),
     "fifo": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    with pytest.raises(aw.InvalidUseError, match="its LOCK is (a symbolic link|no regular file), expected a regular file"):
        aw.LiveWorld.resume(world.path)
    assert other.read_text(encoding="utf-8") == "precious" and not (tmp_path / "none").exists()


def test_a_create_that_is_refused_or_fails_leaves_what_was_there(tmp_path, monkeypatch):  # S-3, S-11
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x", encoding="utf-8")
    for path in (tmp_path / "full", tmp_path / "full" / "mine"):
        with pytest.raises(aw.InvalidUseError, match="it is not empty, it has mine|it is not a folder"):
            aw.LiveWorld.create(path, SCHEMA)
    (tmp_path / "full" / "mine").rename(tmp_path / "full" / "mine.tmp")
    with pytest.raises(aw.InvalidUseError, match="it is not empty, it has mine.tmp"):
        aw.LiveWorld.create(tmp_path / "full", SCHEMA)
    (tmp_path / "full" / "mine.tmp").rename(tmp_path / "full" / "mine")
    for at, failing in enumerate((atomic_files.write_forced, writer.force_directory, segment_write.publish_file)):
        for error in (OSError("full"), KeyboardInterrupt(), MemoryError()):
            def fail(*_, error=error):
                raise error
            with monkeypatch.context() as m:
                m.setattr(*((atomic_files, "write_forced"), (writer, "force_directory"), (segment_write, "publish_file"))[at], fail)
                with pytest.raises(type(error)):
                    aw.LiveWorld.create(tmp_path / "a" / "b", SCHEMA)
            assert failing and [p.name for p in tmp_path.rglob("*")] == ["full", "mine"] and not lock._held
    aw.LiveWorld.create(tmp_path / "a" / "b", SCHEMA).close()


def test_create_takes_the_lock_before_it_writes(tmp_path):  # S-11
    (tmp_path / "s").mkdir()
    held = lock.StoreLock(tmp_path / "s")
    with pytest.raises(aw.StoreLockedError):
        aw.LiveWorld.create(tmp_path / "s", SCHEMA)
    assert [p.name for p in (tmp_path / "s").iterdir()] == ["LOCK"]
    held.close()


def test_open_makes_or_goes_on_and_refuses_another_schema_by_name(tmp_path):
    with aw.LiveWorld.open(tmp_path / "s", SCHEMA) as live, live.tick() as t:
        t["ship"].insert()
    with aw.LiveWorld.open(str(tmp_path / "s"), SCHEMA) as live:
        assert live.last_tick == 0 and repr(live) == "<live world s after tick 0>"
    with pytest.raises(aw.InvalidUseError, match="its schema is another one: table 'port' is missing in the schema given"):
        aw.LiveWorld.open(tmp_path / "s", aw.Schema((SHIP,)))
    with pytest.raises(aw.StoreNotFoundError):
        aw.LiveWorld.resume(tmp_path / "none")
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_messages_say_what_to_do(tmp_path):
    ship = aw.TableSchema("ship", columns=[aw.Column("x", "f64"), aw.Column("n", "i32")])
    schema = aw.Schema([ship, aw.TableSchema("docked", "presence", of="ship")])
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            assert t.tick == 0
            for wrong, says in ((lambda: t["shp"], "did you mean 'ship'\\?$"),
                                (lambda: t["ship"]["x"], r"t\.world\['ship'\]\['x'\]"),
                                (lambda: t["ship"].__setitem__("x", 5), r"use \.write\(x=…\)"),
                                (lambda: t["docked"].insert(1), r"which ship enters it\): give it by name, as in insert\(id=…\)"),
                                (lambda: t["ship"].insert(n="five"), "got text")):
                with pytest.raises(aw.InvalidUseError, match=says):
                    wrong()
            with pytest.raises(AttributeError):
                t["ship"].x = 5
    aw.LiveWorld.open(tmp_path / "s", schema).close()
    other = aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f32"), aw.Column("n", "i32"))), schema.tables[1]))
    with pytest.raises(aw.InvalidUseError, match="table 'ship' differs: its column 'x' has type 'f64' in the store, 'f32' in"):
        aw.LiveWorld.open(tmp_path / "s", other)
    for made in (lambda: aw.Schema(ship), lambda: aw.TableSchema("a", columns=aw.Column("x", "f64"))):
        with pytest.raises(aw.InvalidUseError, match=r"A tuple of one has a comma: \(x,\)"):
            made()


@pytest.mark.parametrize("action", ["snapshot", "seal", "sync"])
def test_upkeep_inside_a_tick_is_refused_and_the_tick_goes_on(world, action):
    with world.tick() as t:
        t["ship"].insert(x=2.0)
        with pytest.raises(aw.InvalidUseError, match=r"Cannot .* inside tick 1: end the tick first, by leaving its `with` block"):
            getattr(world, action)()
    assert world.last_tick == 1
    getattr(world, action)()


def test_values_that_are_what_they_were_are_no_rows_where_the_tick_says_so(tmp_path):  # O-2
    schema = aw.Schema((aw.TableSchema("a", columns=(
        aw.Column("x", "f64"), aw.Column("f", "f32"), aw.Column("n", "i64"), aw.Column("b", "bool"), aw.Column("w", "string"),
        aw.Column("who", "u32", table="a"))),))
    quiet = np.array([0x7FC00001, 0], "<u4").view("<f4")
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            t["a"].insert(x=[0.0, 1.0], f=quiet, n=[2**62, -1], b=[True, False], w=["p", "q"], who=[0, aw.NO_ROW])
        with world.tick() as t:
            t.changed_only()
            t["a"].write(x=[-0.0, 1.0], f=quiet, n=[2**62, -1], b=[True, True], w=["p", "r"])
            t["a"].set(1, x=5.0)
            t["a"].set(1, x=1.0)
            t["a"].set(0, who=0)
        with world.tick() as t:
            t["a"].set(0, n=2**62)
    rows = aw.open_store(tmp_path / "s").rows()
    assert [(int(tick), name, int(rid)) for tick, name, rid in zip(rows.tick, rows.names, rows.rid) if tick] == [
        (1, "a.x", 0), (1, "a.b", 1), (1, "a.w", 1), (1, "a.who", 0), (2, "a.n", 0)]


def test_a_damaged_snapshot_is_not_told_as_one_that_was_written(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as world:
        with world.tick() as t:
            t["ship"].insert()
        there = world.snapshot()
        assert world.snapshot() == there
        file = there / "ship.arrow"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        with pytest.raises(aw.DamagedFileError, match="a damaged snapshot stands there .* Delete it and try again"):
            world.snapshot()
