# SPDX-License-Identifier: Apache-2.0
"""What callers give is taken exactly, or refused by name: nothing is rounded, unmasked or taken for another life."""

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
from arrow_world.fields import FieldSnapshots
from arrow_world.writer import LogWriter

ROW = aw.TableSchema("a", gen=True, lineage=("parent",), events=(aw.Event("e", "u32", "a"), aw.Event("plain", "u32")), columns=(
    aw.Column("x", "f64", 1), aw.Column("n", "i64"), aw.Column("on", "bool"), aw.Column("r", "u32", table="a"),
    aw.Column("u", "u32")))
SCHEMA = aw.Schema((ROW, aw.TableSchema("p", "presence", of="a"), aw.TableSchema("out", ids="external", gen=True)),
                   (aw.Event("i", "u32"),))


@pytest.fixture
def world(tmp_path):
    """Rows 0 to 3; row 1 is in its second life."""
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        with live.tick() as t:
            t["a"].insert(4)
        with live.tick() as t:
            t["a"].remove(1)
        with live.tick() as t:
            t["a"].insert()
        yield live


def test_the_last_write_to_a_cell_counts_also_after_a_newborn_in_the_same_call(world):
    with world.tick() as t:
        born = t["a"].insert()
        t["a"].set([0, 0], r=[born, 2])
        t["a"].set_slot([1, 1, 1], r=[2, 0, born])
    assert world["a"]["r"][:2].tolist() == [2, born.id]


@pytest.mark.parametrize("use", [
    lambda t, ids: t["a"].write(x=np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[0, 1, 0, 0])),
    lambda t, ids: t["a"].write(r=np.ma.array([0, 0, 0, 0], mask=[0, 1, 0, 0])),
    lambda t, ids: t["a"].set(0, x=np.ma.masked),
    lambda t, ids: t["a"].set(ids, x=77.0),
    lambda t, ids: t["a"].set_slot(ids, x=77.0),
    lambda t, ids: t["a"].remove(ids),
    lambda t, ids: t["a"].event("plain", ids, 1),
    lambda t, ids: t["out"].insert(id=ids),
    lambda t, ids: t.world["a"].slots(ids),
])
def test_masked_places_are_refused(world, use):
    with world.tick() as t, pytest.raises(aw.InvalidUseError, match="places are masked. Say what stands there"):
        use(t, np.ma.array([0, 2], mask=[0, 1]))
    with world.tick() as t:
        t["a"].set(np.ma.array([0, 2]), x=np.ma.array([5.0, 6.0], mask=[0, 0]))
    assert sorted(world["a"]["x"].tolist()) == [1.0, 1.0, 5.0, 6.0]


def test_masked_ids_are_refused_by_a_store(world):
    with pytest.raises(aw.InvalidUseError, match="1 of 2 places are masked"):
        aw.open_store(world.path).rows(ids=np.ma.array([0, 2], mask=[0, 1]))


@pytest.mark.parametrize("given", [
    [np.int64(2**53 + 1), 1.5, 2.0, 3.0], [np.uint64(2**64 - 1), np.int64(-1), 1, 2], [np.uint64(2**63 + 1), 1, 2, 3],
    [np.array(2**53 + 1), 1.5, 2.0, 3.0]])
def test_integers_of_any_kind_are_not_rounded_on_their_way_into_floats(world, given):
    with world.tick() as t, pytest.raises(aw.InvalidUseError, match="the type is f64"):
        t["a"].write(x=given)


def test_integers_of_any_kind_go_where_they_fit(world):
    with world.tick() as t:
        t["a"].write(n=[np.int64(2**62), np.uint8(3), -1, 2], x=[np.int64(2**53), 1.5, np.float32(0.5), 3])
    assert world["a"]["n"].tolist() == [2**62, 3, -1, 2] and world["a"]["x"].tolist() == [2.0**53, 1.5, 0.5, 3]


def nulls():
    yield pa.array([2**53 + 1, None, 1, 2])
    yield pa.chunked_array([[1.5, None], [1.0, 2.0]])
    pl, pd = pytest.importorskip("polars"), pytest.importorskip("pandas")
    yield pl.Series([2**53 + 1, None, 1, 2])
    yield pd.Series([2**53 + 1, None, 3, 4], dtype="int64[pyarrow]")
    yield pd.Series([1.5, None, 3, 4], dtype="Float64")
    yield pd.array([1, None, 3, 4], dtype="Int64")


def test_nulls_of_arrow_polars_and_pandas_are_refused(world):
    for given in nulls():
        with world.tick() as t, pytest.raises(aw.InvalidUseError, match="1 of 4 values are null, and nulls are not taken"):
            t["a"].write(x=given)


def test_columns_of_arrow_polars_and_pandas_without_nulls_are_taken(world):
    pl, pd = pytest.importorskip("polars"), pytest.importorskip("pandas")
    for given in (pa.array([1, 2, 3, 4]), pl.Series([1, 2, 3, 4]), pd.Series([1, 2, 3, 4], dtype="Int64"),
                  pd.Series([1.0, 2.0, 3.0, 4.0])):
        with world.tick() as t:
            t["a"].write(x=given)
        assert world["a"]["x"].tolist() == [1, 2, 3, 4]
    with world.tick() as t:
        t["a"].write(x=pd.Series([1.0, float("nan"), 3.0, 4.0]))  # NaN is a value
    assert np.isnan(world["a"]["x"][1])


@pytest.mark.parametrize("column", ["x", "n", "on"])
def test_bools_among_numbers_are_refused_whatever_made_them(world, column):
    for given in ([True, 1, 0, 1], [np.bool_(True), 1, 0, 1], [np.True_, 1.0, 0.0, 1.0]):
        with world.tick() as t, pytest.raises(aw.InvalidUseError, match="bools and numbers are mixed"):
            t["a"].write(**{column: given})
    with world.tick() as t:
        t["a"].write(on=[np.bool_(True), False, True, np.bool_(False)])


STALE, LIVING = aw.EntityRef(1, 0), aw.EntityRef(1, 1)
USES = {
    "subject": lambda t, ref: t["a"].set(ref, x=2.0),
    "removed": lambda t, ref: t["a"].remove(ref),
    "enters": lambda t, ref: t["p"].insert(id=ref),
    "event": lambda t, ref: t["a"].event("e", 0, ref),
    "event of": lambda t, ref: t["a"].event("plain", ref, 1),
    "column": lambda t, ref: t["a"].set(0, r=ref),
    "columns": lambda t, ref: t["a"].write(r=[0, ref, 2, 3]),
    "birth": lambda t, ref: t["a"].insert(r=ref),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_life_that_ended_is_refused_wherever_an_entity_is_taken(world, use):
    with world.tick() as t, pytest.raises(aw.InvalidUseError, match="1 of generation 0 does not live in a; the id lives in "
                                                                    "generation 1"):
        use(t, STALE)
    with world.tick() as t:
        use(t, LIVING)


def test_a_life_that_ended_is_refused_by_a_presence_table(world):
    with world.tick() as t:
        t["p"].insert(id=LIVING)
    with world.tick() as t, pytest.raises(aw.InvalidUseError, match="1 of generation 0 does not live in a"):
        t["p"].remove(STALE)
    with world.tick() as t:
        t["p"].remove(LIVING)
    assert len(world["p"]["id"]) == 0


@pytest.mark.parametrize("use", [
    lambda t, ref: t.input("i", 3, ref), lambda t, ref: t.input("i", ref), lambda t, ref: t["a"].set(0, u=ref),
    lambda t, ref: t["a"].event("plain", 0, ref), lambda t, ref: t["out"].insert(id=ref),
    lambda t, ref: t["a"].insert(cause=ref), lambda t, ref: t["a"].set_slot(ref, x=1.0)])
def test_an_entity_is_refused_where_the_schema_does_not_say_of_which_table_it_is(world, use):
    for ref in (STALE, LIVING):
        with world.tick() as t, pytest.raises(aw.InvalidUseError, match="the schema does not say of which table; give its id"):
            use(t, ref)


@pytest.mark.parametrize("dying", [0, aw.EntityRef(0, 0)])
def test_who_dies_does_not_enter_a_list_as_the_newborn_that_gets_its_id(world, dying):  # O-5
    with world.tick() as t:
        t["a"].remove(0)
        t["p"].insert(id=dying)
        born = t["a"].insert()
    assert born.id == 0 and world["p"]["id"].tolist() == []
    with world.tick() as t:
        t["a"].remove(2)
        born = t["a"].insert()
        t["p"].insert(id=born)
    assert born.id == 2 and world["p"]["id"].tolist() == [2]


def test_a_newborn_is_no_parent_by_its_handle_where_it_has_the_id_of_one_that_dies(world):
    with pytest.raises(aw.InvalidUseError, match="by the handle of a newborn: it gets id 2 from a row that dies in this tick"):
        with world.tick() as t:
            t["a"].remove(2)
            first = t["a"].insert()
            t["a"].insert(parent=first)
    with world.tick() as t:
        t["a"].remove(2)
        t["a"].insert(2, parent=2)
    lives = aw.open_store(world.path).lives("a")
    assert len(lives.children(int(lives.of(2)[0]))) == 2


def test_a_parent_that_is_born_after_its_child_is_found(world):
    with world.tick() as t:
        t.system(1)
        parent = t["a"].insert()
        t.system(0)
        child = t["a"].insert(parent=parent)
    with world.tick() as t:
        left = t["a"].insert()
        t["a"].insert(parent=left)
    lives = aw.open_store(world.path).lives("a")
    above, below = int(lives.of(parent.id)[0]), int(lives.of(child.id)[0])
    assert lives.ancestors(below) == [above] and lives.descendants(above) == [below] and below < above


def test_an_event_of_a_newborn_is_of_its_own_life_and_one_that_nothing_tells_apart_is_of_both(world):
    with world.tick() as t:
        born = t["a"].insert()
        t["a"].event("plain", born, 7)
    with world.tick() as t:
        t["a"].remove(0)
        t["a"].event("plain", t["a"].insert(), 8)
    store = aw.open_store(world.path)
    first = store.history("a", born.id, 0)
    assert first.names.tolist() == ["a.plain", "a.born"] and first.gen.tolist() == [0, 0]
    for gen, names, gens in ((0, ["a.born", "a.plain", "a.died"], [0, -1, 0]), (1, ["a.plain", "a.born"], [-1, 1])):
        life = store.history("a", 0, gen)
        assert life.names.tolist() == names and life.gen.tolist() == gens
    with world.tick() as t:
        t["a"].remove(born.id)
    with world.tick() as t:
        again = t["a"].insert()
        t["a"].event("plain", again, 9)
    store = aw.open_store(world.path)
    assert again.id == born.id and 9 in store.history("a", born.id, 1).val and 9 not in store.history("a", born.id, 0).val


@pytest.mark.parametrize("wrong, told", [
    ({"seed": 5}, "Cannot write 5 to the property seed"), ({"seed": None}, "the property seed"), ({1: "x"}, "the name of a property"),
    ([("a", "b")], "as properties: expected words by name"), ({"s": "\ud800"}, "a surrogate without its pair")])
def test_properties_of_a_snapshot_are_words(world, wrong, told):
    with pytest.raises(aw.InvalidUseError, match=told):
        world.snapshot(wrong)
    assert not (world.path / "snapshots").exists()
    world.snapshot({"seed": "5"})
    assert aw.verify(world.path)


def test_the_name_of_a_key_means_that_key_also_where_it_looks_like_a_pattern(tmp_path):
    names = ("ab", "a[b]", "x", "x*", "q?", "qr")
    with LogWriter.create(tmp_path / "s") as log:
        for name in names:
            log.declare_key(name, "f64")
        for number, name in enumerate(names):
            log.append(name, [0], [float(number)])
        log.commit(0)
    store = aw.open_store(tmp_path / "s")
    for number, name in enumerate(names):
        assert store.stats(name).all.mean == number and store.rows(name).val.tolist() == [number]
    assert store.rows("q*").val.tolist() == [4, 5] and store.rows(["x*", "q*"]).val.tolist() == [3, 4, 5]


@pytest.mark.parametrize("given", [[np.ma.masked, 1, 2, 3], [np.ma.array(5, mask=True), 1, 2, 3], (1, 2.5, 3, np.ma.masked)])
def test_a_masked_place_in_a_list_is_refused(world, given):
    for use in (lambda t: t["a"].write(x=given), lambda t: t["a"].write(n=given), lambda t: t["a"].set(given, x=1.0),
                lambda t: t["a"].event("plain", [0, 1, 2, 3], given)):
        with world.tick() as t, pytest.raises(aw.InvalidUseError, match="1 of 4 places are masked"):
            use(t)


def test_ids_with_nulls_are_refused_by_that(world):
    for use in (lambda t, ids: t["a"].set(ids, x=1.0), lambda t, ids: t.world["a"].slots(ids)):
        with world.tick() as t, pytest.raises(aw.InvalidUseError, match="1 of 2 values are null, and nulls are not taken"):
            use(t, pa.array([1, None]))


def test_an_entity_is_not_taken_for_two_ids(world):
    store = aw.open_store(world.path)
    for use in (lambda: store.rows(ids=LIVING), lambda: world["a"].slots(LIVING), lambda: store.lives("a").of(LIVING)):
        with pytest.raises(aw.InvalidUseError, match="expected an integer, got EntityRef"):
            use()
    with pytest.raises(aw.InvalidUseError, match=r"\(id=1, gen=1\): expected several in one dimension"):
        store.lives("a").alive(LIVING)
    with LogWriter.create(world.path.parent / "log") as log:
        log.declare_key("k", "f64")
        for rids in (LIVING, [True, 1], [[0, 1]], [[1], [2, 3]], "a", 1.0, -1, np.ma.array([1, 2], mask=[0, 1])):
            with pytest.raises(aw.InvalidUseError, match="Cannot append to k"):
                log.append("k", rids, [1.0, 2.0])
        for tick in (0.5, np.float64(3), "1", None, True, np.ma.masked, 1 << 63):
            with pytest.raises(aw.InvalidUseError, match="Cannot commit tick"):
                log.commit(tick)
        for declaration in (("z", "f128"), ("z", 5), ("z", "f64", "odd"), ("z", "f64", "event", 5)):
            with pytest.raises(aw.InvalidUseError, match="Cannot declare z: "):
                log.declare_key(*declaration)


class Thrower:
    """Gives no array, in its own way."""

    def __array__(self, *_, **__):
        raise RuntimeError("call detach() first")


def odd_things():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    yield from (None, True, "1", b"1", 1.5, float("nan"), 1j, 2**80, -1, object(), int, [], [[1], [2, 3]], {}, {1: 2}, {1}, [None], [[]],
                [True, 2], ["a", 1], (i for i in "ab"), LIVING, [LIVING], Thrower(), [Thrower()], np.ma.masked, [np.ma.masked], np.nan,
                np.array(3), np.array([[1]]), np.array(["a"]), np.array([1], "M8[s]"), np.zeros(1, [("a", "i4")]), np.array([object()]),
                np.array([1], np.longdouble), np.array([1], ">i4"), np.array([-1]), np.array([2**64 - 1], "u8"))
    yield from (pa.array([1, None]), pa.array(["a", None]), pa.table({"a": [1]}), pa.scalar(1), [pa.scalar(None, pa.int64())],
                pa.array([[1]]), pa.array([1], pa.timestamp("s")), pa.nulls(2))
    yield from (pd.DataFrame({"a": [1]}), pd.Series([1, None], dtype="Int64"), pd.Series(["a", None]), pd.NA, pd.NaT, [pd.NA],
                pd.Timestamp(0), pl.DataFrame({"a": [1]}), pl.Series([1, None]), pl.Series(["a", None]), pl.Series([[1]]))


TICK_DOORS = {
    "write": lambda t, v: t["a"].write(x=v, n=v), "write bools": lambda t, v: t["a"].write(on=v), "write ids": lambda t, v: t["a"].write(r=v),
    "set": lambda t, v: t["a"].set(v, x=1.0), "set to": lambda t, v: t["a"].set([0, 1], x=v), "slot": lambda t, v: t["a"].set_slot(v, x=1.0),
    "remove": lambda t, v: t["a"].remove(v), "remove slot": lambda t, v: t["a"].remove_slot(v), "insert": lambda t, v: t["a"].insert(v),
    "insert with": lambda t, v: t["a"].insert(x=v, u=v), "cause": lambda t, v: t["a"].insert(cause=v), "enter": lambda t, v: t["p"].insert(id=v),
    "external": lambda t, v: t["out"].insert(id=v), "event": lambda t, v: t["a"].event("e", v, 1), "event of": lambda t, v: t["a"].event(
        "e", 0, v), "event name": lambda t, v: t["a"].event(v, 0, 1), "input": lambda t, v: t.input("i", v), "target": lambda t, v: t.input(
        "i", 1, v), "input name": lambda t, v: t.input(v, 1), "system": lambda t, v: t.system(v), "table": lambda t, v: t[v]}
STORE_DOORS = {
    "at": lambda s, v: s.at(v), "columns": lambda s, v: s.at(2, columns=v), "worlds": lambda s, v: list(s.worlds(v)),
    "rows": lambda s, v: s.rows(v), "ticks": lambda s, v: s.rows(ticks=v), "ticks from": lambda s, v: s.rows(ticks=(v, 2)),
    "ids": lambda s, v: s.rows(ids=v), "events": lambda s, v: s.events(v), "history": lambda s, v: s.history(v, 0),
    "history of": lambda s, v: s.history("a", v), "gen": lambda s, v: s.history("a", 1, gen=v), "lives": lambda s, v: s.lives(v),
    "lives of": lambda s, v: s.lives("a").of(v), "alive": lambda s, v: s.lives("a").alive(v), "row": lambda s, v: s.lives("a").ancestors(v),
    "between": lambda s, v: s.between(v, 2), "diff": lambda s, v: s.diff(v), "most": lambda s, v: s.diff(s, v), "stats": lambda s, v: s.stats(v),
    "bins": lambda s, v: s.stats("a.x", bins=v), "snapshot": lambda s, v: s.snapshot(v), "batches": lambda s, v: list(s.batches(v)),
    "table": lambda s, v: s[v], "column": lambda s, v: s["a"][v], "slots": lambda s, v: s["a"].slots(v), "hash": lambda s, v: s.hash_columns(2, "a", v), "seek": lambda s, v: s.cursor().seek(v), "time": lambda s, v: s.at_time(v)}
PATH_DOORS = {
    "open": aw.open_store, "verify": aw.verify, "resume": aw.LiveWorld.resume, "create": lambda v: aw.LiveWorld.create(v, SCHEMA),
    "open or create": lambda v: aw.LiveWorld.open(v, SCHEMA), "records": aw.read_records, "log": LogWriter.create, "fields": FieldSnapshots.open, "import": lambda v: aw.import_table(v, "s")}


@pytest.mark.parametrize("door", TICK_DOORS)
def test_what_is_odd_is_taken_or_refused_by_name_in_a_tick(world, door):
    for odd in odd_things():
        try:
            with world.tick() as t:
                TICK_DOORS[door](t, odd)
        except aw.InvalidUseError as e:
            assert len(str(e)) > 20, e
    assert aw.verify(world.path)


@pytest.mark.parametrize("door", STORE_DOORS)
def test_what_is_odd_is_taken_or_refused_by_name_by_a_store(world, door):
    store = aw.open_store(world.path)
    for odd in odd_things():
        try:
            STORE_DOORS[door](store, odd)
        except aw.InvalidUseError as e:
            assert len(str(e)) > 20, e


@pytest.mark.parametrize("door", PATH_DOORS)
def test_what_is_no_path_is_refused_by_name(tmp_path, monkeypatch, door):
    monkeypatch.chdir(tmp_path)
    for odd in (None, 1, 1.5, True, object(), [], "a\0b", "\ud800", np.array(["a"])):
        with pytest.raises(aw.InvalidUseError, match="Cannot .*(path|expected a table)"):
            PATH_DOORS[door](odd)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("schema", [None, 5, {}, "creature", ROW, [ROW]])
def test_what_is_no_schema_is_refused_by_name(tmp_path, schema):
    for make in (aw.LiveWorld.create, aw.LiveWorld.open, LogWriter.create):
        with pytest.raises(aw.InvalidUseError, match="as a schema: expected a Schema"):
            make(tmp_path / "s", schema)
    assert not any(tmp_path.iterdir())


def test_ticks_of_a_range_are_below_2_to_the_63(world):
    store = aw.open_store(world.path)
    assert len(store.rows("a.born", range(0, 1 << 63))) == 5
    for ticks in (range(1, 2**70), range(-(2**70), 5)):
        with pytest.raises(aw.InvalidUseError, match="ticks are below 2\\^63"):
            store.rows("a.born", ticks)


def test_a_history_begins_with_the_base_that_an_import_made(tmp_path):
    aw.import_table(pa.table({"id": [0, 1, 2], "x": [1.0, 2.0, 3.0]}), tmp_path / "s", table="a")
    with aw.LiveWorld.resume(tmp_path / "s") as world:
        with world.tick() as t:
            t["a"].remove(1)
    store = aw.open_store(tmp_path / "s")
    lives = store.lives("a")
    assert lives.rid.tolist() == [0, 1, 2] and (lives.died >= 0).tolist() == [False, True, False]
    assert store.history("a", 1).names.tolist() == ["a.died"]


@pytest.mark.parametrize("make", [
    lambda: aw.TableSchema("a", gen=1), lambda: aw.TableSchema("a", gen="no"), lambda: aw.TableSchema("a", gen=[]),
    lambda: aw.TableSchema(None), lambda: aw.TableSchema("a", removal=None), lambda: aw.Column(None, "f64"),
    lambda: aw.Column("a", []), lambda: aw.Event(None, "u32"), lambda: aw.Schema(version=True), lambda: aw.Schema(version=1.0),
    lambda: aw.Schema(version="1"), lambda: aw.Schema(version=0), lambda: aw.Schema((aw.TableSchema("codebook"),))])  # S-9
def test_a_schema_that_no_reader_takes_is_refused(make):
    with pytest.raises(aw.InvalidUseError):
        make()


def test_a_schema_of_numpys_scalars_is_read_by_all(tmp_path):
    schema = aw.Schema((aw.TableSchema("a", gen=np.False_),), version=np.int64(2))
    aw.LiveWorld.create(tmp_path / "s", schema).close()
    assert aw.open_store(tmp_path / "s").info.schema == schema
    for wrong in ({"time": "1/60"}, {"tick_unit": 7}):
        with pytest.raises(aw.InvalidUseError):
            aw.LiveWorld.create(tmp_path / "w", schema, **wrong)
        assert not (tmp_path / "w").exists()
