# SPDX-License-Identifier: Apache-2.0
"""Selections, lives, several ticks at once, data frames, and what a notebook shows."""

import sys

import numpy as np
import pyarrow as pa
import pytest
from helpers import live_file, run

import arrow_world as aw
from arrow_world.snapshot_write import write_snapshot
from arrow_world.writer import LogWriter


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("analysis") / "store"
    run(path, 60, seed=8, snapshot_every=20)
    return aw.open_store(path)


def by_hand(store, wanted):
    log = store.log()
    names = [log.keys[k].name for k in log.key.tolist()]
    return [i for i in range(len(log)) if wanted(int(log.tick[i]), int(log.rid[i]), names[i])]


def test_events_are_the_rows_of_the_log_that_fit(store):
    last = int(store.log().tick[-1])
    for rid, key, ticks, wanted in [
        (None, None, None, lambda t, r, k: k != "tick.commit"),
        (3, None, None, lambda t, r, k: r == 3 and k != "tick.commit"),
        ([1, 4], "creature.*", None, lambda t, r, k: r in (1, 4) and k.startswith("creature.")),
        (None, ["food.born", "food.died"], (20, 40), lambda t, r, k: k in ("food.born", "food.died") and 20 <= t <= 40),
        (None, "creature.age", range(30, last + 1), lambda t, r, k: k == "creature.age" and t >= 30),
        (None, "tick.commit", 1 << 40, lambda t, r, k: False),
        (np.uint32(2), "creature.age", last, lambda t, r, k: r == 2 and k == "creature.age" and t == last),
    ]:
        events = store.rows(key, ticks, ids=rid)
        at = by_hand(store, wanted)
        log = store.log()
        assert events.seq.tolist() == at
        for name in ("tick", "rid", "key", "bits", "text"):
            assert getattr(events, name).tolist() == getattr(log, name)[at].tolist()


def test_events_of_one_key_have_values_in_its_type(store):
    ages = store.rows(key="creature.age")
    assert ages.values.dtype == np.uint16 and ages.values.tolist() == ages.val.tolist()
    names = store.rows(key="creature.name")
    assert names.values.tolist() == names.text.tolist() and set(names.names) == {"creature.name"}
    big = store.rows(key="creature.big")
    assert big.values.dtype == np.int64 and len(big) and big.values.view("<u8").tolist() == big.bits.tolist()
    with pytest.raises(aw.InvalidUseError, match="Cannot give values of i64, u16 as one array; choose one key"):
        _ = store.rows(key=["creature.age", "creature.big"]).values
    assert len(store.rows(key="creature.age", ticks=range(0)).values) == 0


def test_a_key_that_is_not_there_and_a_span_with_gaps_are_refused(store):
    with pytest.raises(aw.InvalidUseError, match="No key 'creature.agee'; did you mean 'creature.age'\\?"):
        store.rows(key="creature.agee")
    with pytest.raises(aw.InvalidUseError, match=r"Cannot select range\(0, 9, 2\)"):
        store.rows(ticks=range(0, 9, 2))


def test_worlds_at_several_ticks_are_those_of_each_tick_alone(store):
    first, last = store.span()
    wanted = [first, first, *range(first, last, 7), last]
    worlds = list(store.worlds(wanted))
    assert [w.resume_hash() for w in worlds] == [store.at(t).resume_hash() for t in wanted]
    assert store.span() == (int(store.log().tick[0]), int(store.log().tick[-1]))
    with pytest.raises(aw.InvalidUseError, match="must be in ascending order"):
        list(store.worlds([3, 2]))
    with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
        list(store.worlds([last, last + 1]))


def test_lives_are_those_of_a_row_by_row_reading(store):
    log, lives = store.log(), store.lives("creature")
    born, died, live = {}, {}, {}
    for tick, rid, key, val in zip(log.tick.tolist(), log.rid.tolist(), log.key.tolist(), log.val.tolist()):
        name = log.keys[key].name
        if name == "creature.born":
            live[rid] = (rid, val)
            born[rid, val] = tick
        elif name == "creature.died":
            died[live.pop(rid)] = tick
    assert [(r, g) for r, g in zip(lives.rid.tolist(), lives.gen.tolist())] == list(born)
    assert lives.born.tolist() == list(born.values()) and lives.died.tolist() == [died.get(e, -1) for e in born]
    assert [len(w.tables["creature"]) for w in store.worlds(range(60))] == lives.alive(range(60)).tolist()
    for row in np.flatnonzero(lives.parent >= 0).tolist():
        parent = int(lives.parent[row])
        assert lives.born[parent] <= lives.born[row] and row in lives.children(parent).tolist()
        assert lives.ancestors(row)[0] == parent and row in lives.descendants(parent)
    causes = store.rows(key="creature.cause").values.tolist()
    assert sorted(causes) == sorted(c for c in lives.cause.tolist() if c is not None) and causes


def test_a_child_with_its_parents_id_is_the_child_of_the_one_that_died(tmp_path):  # O-10
    schema = aw.Schema((aw.TableSchema("cell", gen=True, lineage=("parent", "cause")),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as live:
        with live.tick() as t:
            t["cell"].insert()
        for _ in range(2):
            with live.tick() as t:
                t["cell"].remove(0, cause="split")
                t["cell"].insert(2, parent=0)
    lives = aw.open_store(tmp_path / "s").lives("cell")
    assert lives.rid.tolist() == [0, 0, 1, 0, 2] and lives.gen.tolist() == [0, 1, 0, 2, 0]
    assert lives.parent.tolist() == [-1, 0, 0, 1, 1] and lives.descendants(0) == [1, 2, 3, 4]
    assert lives.ancestors(4) == [1, 0] and lives.of(0).tolist() == [0, 1, 3]
    assert lives.died.tolist() == [1, 2, -1, -1, -1] and lives.cause.tolist()[:3] == ["split", "split", None]
    assert aw.open_store(tmp_path / "s").lives("cell").to_arrow()["died"].to_pylist() == [1, 2, None, None, None]


def test_nobody_lives_in_a_table_that_only_grows(store):
    with pytest.raises(aw.InvalidUseError, match="Nobody lives or dies in reading"):
        store.lives("reading")


def test_tables_become_arrow_with_their_types_and_without_copies(store):
    world = store.at(59)
    table = world.tables["creature"].to_arrow()
    assert [str(t) for t in table.schema.types] == ["uint32", "uint32", "float", "uint16",
                                                    "dictionary<values=string, indices=uint32, ordered=0>", "int64", "bool"]
    assert table["name"].to_pylist() == world["creature"]["name"].tolist()
    pointer = world.tables["creature"]["age"].__array_interface__["data"][0]
    assert table["age"].chunk(0).buffers()[1].address == pointer
    snapshot = store.snapshot(store.manifests()[0].tick)
    assert snapshot.tables["creature"].to_arrow()["name"].to_pylist() == \
        snapshot.world()["creature"]["name"].tolist()


def test_pandas_and_polars_get_the_same_values(store):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    creature, events, lives = store.at(59).tables["creature"], store.rows(key="creature.*"), store.lives("creature")
    frame = creature.to_pandas()
    assert frame["pos_x"].dtype == np.float32 and frame["awake"].dtype == bool and isinstance(frame["name"].dtype, pd.CategoricalDtype)
    assert frame["big"].tolist() == creature["big"].tolist()
    for shown in (creature, events, lives, store.log()):
        expected = shown.to_arrow().to_pylist()
        assert shown.to_polars().to_dicts() == expected
        assert [dict(zip(shown.to_pandas().columns, row)) for row in shown.to_pandas().astype(object).where(
            shown.to_pandas().notna(), None).values.tolist()] == expected
    assert lives.to_pandas()["died"].dtype == pd.UInt64Dtype()
    assert creature.to_polars()["age"].dtype == pl.UInt16


def test_without_pandas_polars_or_tqdm_the_errors_say_what_to_install(store, monkeypatch):
    for name in ("pandas", "polars", "tqdm", "tqdm.auto"):
        monkeypatch.setitem(sys.modules, name, None)
    table = store.at(59).tables["food"]
    with pytest.raises(aw.InvalidUseError, match=r"pandas is not installed. Run `pip install 'arrow-world\[pandas\]'`"):
        table.to_pandas()
    with pytest.raises(aw.InvalidUseError, match=r"polars is not installed. Run `pip install 'arrow-world\[polars\]'`"):
        table.to_polars()
    with pytest.raises(aw.InvalidUseError, match="Cannot show progress: tqdm is not installed"):
        aw.open_store(store.path, progress=True).at(59)


def test_a_bar_moves_to_its_end(store, capsys):
    pytest.importorskip("tqdm")
    shown = aw.open_store(store.path, progress=True)
    last = shown.span()[1]
    worlds = list(shown.worlds([0, last]))
    assert worlds[1].resume_hash() == store.at(last).resume_hash()
    assert len(shown.rows(key="creature.age")) == len(store.rows(key="creature.age"))
    assert f"/{last}" in capsys.readouterr().err


def test_html_shows_ends_and_counts_and_escapes_what_files_say(tmp_path, store):
    html = store._repr_html_()
    assert "<b>Store store</b>" in html and "creature (row)" in html and "0 to" in html
    world = store.at(59)
    assert "World after tick" in world._repr_html_() and "pos_x f32" in world._repr_html_()
    assert f"{len(store.log()):,} log rows" in store.log()._repr_html_()
    assert "creature, " in world.tables["creature"]._repr_html_() and "name words" in world.tables["creature"]._repr_html_()
    schema = aw.Schema((aw.TableSchema("t", "append_only", columns=(aw.Column("s", "string"),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema, properties={"<b>": "\u202e<script>"}) as live:
        world = live.world
        with live.tick() as t:
            t["t"].insert(s="<img src=x>\x1b[31m")
    for shown in (aw.open_store(tmp_path / "s"), world.tables["t"], aw.open_store(tmp_path / "s").log()):
        html = shown._repr_html_()
        assert "<img" not in html and "<script" not in html and "\x1b" not in html and "\u202e" not in html
    assert "&lt;img src=x&gt;\\x1b[31m" in world.tables["t"]._repr_html_()


def test_a_live_store_is_read_while_it_grows(tmp_path):  # L-18, L-20
    schema = aw.Schema((aw.TableSchema("t", columns=(aw.Column("v", "f64", 1),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema, durability="none") as live:
        store = aw.open_store(tmp_path / "s")
        assert store.span() is None and "none" in store._repr_html_() and len(store.rows()) == 0 == len(store.events())
        for tick in range(5):
            with live.tick() as t:
                t["t"].insert(v=float(tick))
            assert store.span() == (0, tick) and len(store.lives("t")) == tick + 1
            assert store.rows(key="t.v").values.tolist() == [v for v in map(float, range(tick + 1)) if v != 1.0]
            assert store.at(tick).hash_world() == live.world.hash_world()


@pytest.mark.parametrize("name, data, says", [
    ("a.arrow", b"ARROW1\0\0", "it is an Arrow IPC file, not a store; open it with pyarrow.ipc.open_file"),
    ("a.parquet", b"PAR1", "it is a Parquet file, not a store"),
    ("a.npz", b"PK\x03\x04", "open an .npz with numpy.load"),
    ("a.npy", b"\x93NUMPY", "it is a NumPy array, not a store"),
    ("a.txt", b"1 2 3", "it is a file, not a store; a store is a directory"),
    ("a.bin", b"", "it is an empty file, not a store"),
    ("run/metadata.json", b"{}", "it is a run of gridded fields; open it with arrow_world.fields.FieldSnapshots.open"),
    ("sim/_codebook.json", b"{}", "make a store of it with `aw import simlog`"),
    ("cut/log/x", b"", "its store.json is missing, though there is a log"),
    ("many/one/store.json", b"", "there are stores in it: one"),
    ("some/x", b"", "begin a store with LiveWorld.create"),
    (None, None, "there is no such file or directory; check the path, or begin a store there with LiveWorld.create"),
])
def test_what_is_no_store_is_named_and_the_way_on_told(tmp_path, name, data, says):
    path = tmp_path / "missing"
    if name:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        path = tmp_path / name.split("/")[0]
        if path.name == "run":
            (path / "times.npy").write_bytes(b"")
    with pytest.raises(aw.StoreNotFoundError) as error:
        aw.open_store(path)
    assert str(error.value).startswith(f"Cannot open {path}: ") and says in str(error.value)


def test_a_file_within_a_store_leads_to_the_store(store):
    with pytest.raises(aw.StoreNotFoundError, match="it is a part of a store; open the store, store, itself"):
        aw.open_store(live_file(store.path))


def test_a_truncated_file_is_named_with_the_place(tmp_path):
    run(tmp_path / "s", 10, seed=1)
    meta = tmp_path / "s" / "store.json"
    meta.write_bytes(meta.read_bytes()[:-9])
    with pytest.raises(aw.DamagedFileError, match="store.json, byte [0-9]+: the file does not end in its crc member"):
        aw.open_store(tmp_path / "s")
    run(tmp_path / "t", 10, seed=1)
    live = live_file(tmp_path / "t")
    live.write_bytes(live.read_bytes()[:-40])
    log = aw.open_store(tmp_path / "t").log()
    assert log.torn is not None and "torn: " in log._repr_html_()
    assert isinstance(log.to_arrow(), pa.Table)


def test_a_history_of_one_generation_is_one_life_and_no_row_of_another(tmp_path):  # O-2, O-3, O-10
    schema = aw.Schema((aw.TableSchema("cell", gen=True, lineage=("cause",), columns=(aw.Column("v", "f64"),)),
                        aw.TableSchema("marked", "presence", of="cell")))
    with aw.LiveWorld.create(tmp_path / "s", schema) as live:
        for tick in range(6):
            with live.tick() as t:
                if tick % 2 == 0:
                    t["cell"].remove(live["cell"]["id"], cause="old")
                    t["marked"].insert(id=t["cell"].insert(v=1.0 + tick))
                else:
                    t["cell"].write(v=[10.0 + tick])
    store = aw.open_store(tmp_path / "s")
    first, last = store.history("cell", 0, gen=0), store.history("cell", 0, gen=2)
    assert list(zip(first.tick.tolist(), first.names.tolist())) == [
        (0, "cell.born"), (0, "cell.v"), (0, "marked.born"), (1, "cell.v"), (2, "cell.died"), (2, "cell.cause"),
        (2, "marked.died")]
    assert list(zip(last.tick.tolist(), last.names.tolist())) == [
        (4, "cell.born"), (4, "cell.v"), (4, "marked.born"), (5, "cell.v")]
    with pytest.raises(aw.InvalidUseError, match="The log has no cell 0 in generation 3; it has generations 0, 1, 2"):
        store.history("cell", 0, gen=3)


def test_histories_together_are_all_rows_of_a_table(store):
    lives = store.lives("creature")
    parts = [store.history("creature", int(r), int(g)) for r, g in zip(lives.rid[:40], lives.gen[:40])]
    seqs = np.concatenate([p.seq[p.gen >= 0] for p in parts])
    shared, times = np.unique(np.concatenate([p.seq[p.gen < 0] for p in parts]), return_counts=True)
    assert len(seqs) == len(np.unique(seqs)) and not np.isin(shared, seqs).any() and (times <= 2).all()
    if len(lives) <= 40:
        assert len(seqs) + len(shared) == len(store.rows(key=["creature.*", "hungry.*", "tired.*"]))


def test_lives_of_a_log_that_begins_at_its_first_row_need_no_base(tmp_path):
    schema = aw.Schema([aw.TableSchema("t", columns=[aw.Column("x", "u8")])])
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        for tick in range(6):
            with world.tick() as t:
                t["t"].insert(x=tick)
                if tick:
                    t["t"].remove(t.world["t"]["id"][0])
    store = aw.open_store(tmp_path / "s")
    expected = store.lives("t").to_arrow()
    write_snapshot(tmp_path / "s", store.info.store, False, store.at(3), base=True)
    store = aw.open_store(tmp_path / "s")
    assert store.verify() and store.lives("t").to_arrow().equals(expected) and expected.num_rows == 6

def test_lineage_of_who_does_not_live_then_is_of_no_life(tmp_path):  # O-14
    schema = aw.Schema((aw.TableSchema("ship", lineage=("parent", "cause")),))
    for number, rows in enumerate(([("ship.cause", ["storm"])], [("ship.parent", [0])], [("ship.died", [0])])):
        with LogWriter.create(tmp_path / f"s{number}", schema, strings=True) as writer:
            for key, values in rows:
                writer.append(key, [0], values)
            writer.commit(0)
        with aw.open_store(tmp_path / f"s{number}") as store:
            if number < 2:
                assert not len(store.lives("ship")) and store.verify()
                continue
            assert not store.verify()
            with pytest.raises(aw.DamagedFileError, match="the row of seq 0 is about 0 of ship, which does not live then"):
                store.lives("ship")
