# SPDX-License-Identifier: Apache-2.0
"""Worlds again and again, cursors, selections that pass over batches; and what is refused."""

import os
import pickle
import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from helpers import SCHEMA, random_tick
from hypothesis import given, settings, strategies as st
from recorded_store import hashes, hashes_and_path, store

import arrow_world as aw
from arrow_world.segment import SegmentReader
from arrow_world.snapshot_write import write_snapshot
from arrow_world.writer import LogWriter


@pytest.fixture
def read_batches(monkeypatch):
    """The first seq of every batch that is read."""
    seen, plain = [], SegmentReader._rows

    def rows(self, message):
        seen.append(self.next_seq)
        return plain(self, message)

    monkeypatch.setattr(SegmentReader, "_rows", rows)
    return seen


def test_a_cursor_shows_at_every_tick_what_the_writer_had(store, hashes):
    fresh = aw.open_store(store.path)
    with fresh.cursor() as cursor:
        assert cursor.tick is None
        seen = {w.tick: (w.hash_world(), w.resume_hash()) for w in cursor}
        assert seen == hashes and not cursor.next() and cursor.tick == max(hashes)
        for tick in reversed(hashes):
            assert cursor.seek(tick).resume_hash() == hashes[tick][1]
            assert fresh.at(tick).resume_hash() == hashes[tick][1]


@settings(max_examples=40, deadline=None)
@given(moves=st.lists(st.one_of(st.none(), st.integers(0, 100)), max_size=20))
def test_a_cursor_is_where_at_is_wherever_it_goes(store, hashes, moves):
    ticks = list(hashes)
    with store.cursor() as cursor:
        at = -1
        for move in moves:
            if move is None:
                assert cursor.next() == (at + 1 < len(ticks))
                at = min(at + 1, len(ticks) - 1)
            else:
                at = min(move, len(ticks) - 1)
                cursor.seek(ticks[at])
            assert cursor.world.tick == ticks[at]
            assert cursor.world.resume_hash() == hashes[ticks[at]][1] == store.at(ticks[at]).resume_hash()


def test_a_cursor_that_cannot_go_somewhere_stays_where_it_is(store, hashes):
    ticks = list(hashes)
    cursor = store.cursor()
    with pytest.raises(aw.InvalidUseError, match=r"stands before the first tick. Call next\(\) or seek\(tick\)"):
        _ = cursor.world
    cursor.seek(ticks[7])
    for wrong in (ticks[-1] + 1, -1):
        with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
            cursor.seek(wrong)
        assert cursor.tick == ticks[7] and cursor.world.resume_hash() == hashes[ticks[7]][1]
    cursor.close()
    with pytest.raises(aw.InvalidUseError, match="Cannot move the cursor: it is closed"):
        cursor.next()


def test_a_part_of_a_world_is_that_part_of_it(store, hashes):
    for wanted in ("creature.age", ["creature", "food.energy"], ["hungry", "reading.value"]):
        with store.cursor(columns=wanted) as cursor:
            for tick in list(hashes)[::9]:
                part, whole = cursor.seek(tick), store.at(tick)
                for name, table in part.items():
                    for column in table:
                        assert table.stored(column).tobytes() == whole[name].stored(column).tobytes()
    part = store.at(max(hashes), columns="creature.age")
    assert list(part) == ["creature"] and list(part["creature"]) == ["id", "gen", "age"]
    assert list(store.at(max(hashes), columns="hungry")) == ["creature", "hungry"]
    with pytest.raises(aw.InvalidUseError, match="No column 'agee' in creature; did you mean 'age'?"):
        store.at(1, columns="creature.agee")
    with pytest.raises(aw.InvalidUseError, match="No table 'creatures'; did you mean 'creature'?"):
        store.at(1, columns=["creatures"])


def test_asking_tick_after_tick_reads_each_batch_once(hashes_and_path, read_batches):
    fresh = aw.open_store(hashes_and_path[1])
    ticks = list(hashes_and_path[0])[:24]  # before the first snapshot
    for tick in ticks:
        fresh.at(tick)
    assert len(read_batches) == len(set(read_batches)) <= len(ticks) + 1
    for tick in reversed(ticks):
        assert fresh.at(tick).tick == tick


def test_what_was_handed_out_never_changes_and_cannot_be_written_to(store, hashes):
    ticks = list(hashes)
    world = store.at(ticks[10])
    arrays = {(n, c): (a, a.tobytes()) for n, t in world.items() for c, a in t.items()}
    frames = {n: (t.to_arrow(), t.to_arrow().to_pylist()) for n, t in world.items()}
    for tick in (*ticks[11:20], ticks[3]):
        store.at(tick)
    for array, before in arrays.values():
        assert array.tobytes() == before
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
    assert all(frame.to_pylist() == before for frame, before in frames.values())


def test_a_store_that_grows_and_is_cut_shows_what_it_is_by_then(tmp_path):
    def tick(live):
        with live.tick() as t:
            random_tick(rng, t)
        return live.world.resume_hash()

    rng = random.Random(5)
    live = aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability="none")
    store = aw.open_store(tmp_path / "s")
    with live, store.cursor() as cursor:
        assert not cursor.next()
        for i in range(8):
            known = tick(live)
            assert cursor.next() and cursor.world.resume_hash() == known == store.at(i).resume_hash()
            assert store.span() == (0, i) and not cursor.next()
    shutil.copytree(tmp_path / "s", tmp_path / "early")
    with aw.LiveWorld.resume(tmp_path / "s") as live:
        later = tick(live)
    assert store.at(8).resume_hash() == later
    shutil.rmtree(tmp_path / "s")
    shutil.copytree(tmp_path / "early", tmp_path / "s")
    with aw.LiveWorld.resume(tmp_path / "s") as live:
        other = tick(live)
    assert store.at(8).resume_hash() == other != later


def test_a_way_that_began_before_the_log_grew_goes_on_with_it(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability="none") as live:
        rng, hashes = random.Random(6), []

        def ticks(count):
            for _ in range(count):
                with live.tick() as t:
                    random_tick(rng, t)
                hashes.append(live.world.resume_hash())

        ticks(4)
        store = aw.open_store(live.path)
        with store.cursor() as sought, store.cursor() as stepped:
            for _ in range(3):
                last = live.last_tick
                for tick in (last - 2, last - 1):  # no way has read the log to its end
                    assert store.at(tick).resume_hash() == sought.seek(tick).resume_hash() == hashes[tick]
                    stepped.seek(tick)
                ticks(3)
                assert store.at(last + 2).resume_hash() == sought.seek(last + 2).resume_hash() == hashes[last + 2]
                for tick in range(last, last + 4):
                    assert stepped.next() and stepped.world.resume_hash() == hashes[tick]
                assert not stepped.next() and stepped.tick == last + 3
                with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
                    sought.seek(last + 4)
                assert sought.tick == last + 2


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("ticks", [6, 400])
def test_a_store_whose_files_are_overwritten_where_they_are_shows_its_new_history(tmp_path, sealed, ticks):
    def go_on(path, seed, count):
        rng, hashes = random.Random(seed), []
        with aw.LiveWorld.resume(path, durability="none") as live:
            for _ in range(count):
                with live.tick() as t:
                    random_tick(rng, t)
                hashes.append(live.world.resume_hash())
            if sealed:
                live.seal()
        return hashes

    path, early = tmp_path / "s", tmp_path / "early"
    aw.LiveWorld.create(path, SCHEMA).close()
    begun = go_on(path, 1, 3)
    shutil.copytree(path, early)
    one = begun + go_on(path, 2, ticks)
    store = aw.open_store(path)
    with store.cursor() as near, store.cursor() as far:
        for tick in (2, ticks, 0, ticks // 2, ticks + 2):
            assert store.at(tick).resume_hash() == far.seek(tick).resume_hash() == one[tick]
        near.seek(3)
        shutil.copytree(early, tmp_path / "other")
        other = begun + go_on(tmp_path / "other", 3, ticks + 1)
        for file in path.rglob("*"):
            twin = tmp_path / "other" / file.relative_to(path)
            if file.is_file() and twin.is_file():
                file.write_bytes(twin.read_bytes())
        assert store.span() == (0, ticks + 3) and near.next() and near.world.resume_hash() == other[4]
        for tick in (ticks + 2, ticks, ticks + 3, 3, 1, ticks // 2):
            assert store.at(tick).resume_hash() == other[tick], tick
            assert far.seek(tick).resume_hash() == other[tick] == near.seek(tick).resume_hash(), tick


def test_a_snapshot_of_another_history_is_never_gone_on_from(tmp_path):  # L-24
    def go_on(path, seed, count):
        with aw.LiveWorld.resume(path) as live:
            rng = random.Random(seed)
            for _ in range(count):
                with live.tick() as t:
                    random_tick(rng, t)
            return live.snapshot()

    aw.LiveWorld.create(tmp_path / "a", SCHEMA).close()
    go_on(tmp_path / "a", 1, 3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    snapshot = go_on(tmp_path / "a", 2, 3)
    go_on(tmp_path / "b", 3, 3)
    for folder in (tmp_path / "b" / "snapshots").iterdir():
        shutil.rmtree(folder)
    with aw.LiveWorld.resume(tmp_path / "b") as live:
        for i in range(3):
            with live.tick() as t:
                random_tick(random.Random(i), t)
    shutil.copytree(snapshot, tmp_path / "b" / "snapshots" / snapshot.name)
    store = aw.open_store(tmp_path / "b")
    for tick in (5, 6, 8):
        with pytest.raises(aw.DamagedFileError, match=r"is at seq \d+ with chain [0-9a-f]{16}, the log has .* there.*delete"):
            store.at(tick)
    assert store.at(4).tick == 4 and not aw.verify(store.path).ok
    with pytest.raises(aw.DamagedFileError, match=r"the log has .* there"):
        aw.LiveWorld.resume(store.path)
    shutil.rmtree(store.path / "snapshots" / snapshot.name)
    assert store.at(8).tick == 8 and aw.verify(store.path).ok


def test_a_store_of_a_base_alone_is_read_again_and_again_and_gone_on_with(tmp_path, store, hashes):
    tick = store.span()[1]
    world = store.at(tick)
    shutil.copytree(store.path, tmp_path / "s")
    for part in ("log", "snapshots"):
        shutil.rmtree(tmp_path / "s" / part)
    write_snapshot(tmp_path / "s", store.info.store, store.info.strings, world, base=True)
    alone = aw.open_store(tmp_path / "s")
    with alone.cursor() as cursor:
        for _ in range(3):
            assert alone.at(tick).resume_hash() == cursor.seek(tick).resume_hash() == hashes[tick][1]
    with aw.LiveWorld.resume(tmp_path / "s") as live:
        with live.tick() as t:
            random_tick(random.Random(1), t)
        with live.tick() as t:
            random_tick(random.Random(2), t)
    assert alone.at(tick + 2).tick == tick + 2 and aw.verify(tmp_path / "s").ok
    assert alone.at(tick + 1).tick == tick + 1
    write_snapshot(tmp_path / "s", store.info.store, store.info.strings, alone.at(tick + 2), base=True)
    shutil.rmtree(alone.manifests()[0].path)
    for reader in (alone, aw.open_store(tmp_path / "s")):  # what was given up is no longer shown
        assert reader.span() == (tick + 2, tick + 2)
        with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
            reader.at(tick + 1)


def test_rows_are_those_of_the_whole_log_however_they_are_asked_for(store):
    log = store.log()
    names = np.array([k.name for k in log.keys], object)[log.key]
    rng = random.Random(7)
    first, last = store.span()
    for _ in range(60):
        a, b = sorted(rng.randrange(first, last + 3) for _ in range(2))
        ids = rng.choice([None, rng.randrange(9), [rng.randrange(30) for _ in range(3)]])
        key = rng.choice([None, "creature.age", "creature.*", ["food.born", "nest.size"], "in.rate"])
        found = store.rows(key, (a, b), ids=ids)
        wanted = (log.tick >= a) & (log.tick <= b) & (log.key != 0)
        if ids is not None:
            wanted &= np.isin(log.rid, ids)
        if key is not None:
            from fnmatch import fnmatchcase
            wanted &= [any(fnmatchcase(n, p) for p in ([key] if isinstance(key, str) else key)) for n in names]
        assert found.seq.tolist() == np.flatnonzero(wanted).tolist()
        assert found.bits.tolist() == log.bits[wanted].tolist()


def test_batches_of_other_ticks_and_other_ids_are_not_read(store, read_batches):
    first, last = store.span()
    whole = len(list(store.batches()))
    del read_batches[:]
    if store.segments()[-1].sealed:
        store.rows("creature.age", last)
        assert len(read_batches) < whole / 5
        del read_batches[:]
        assert not len(store.rows("creature.age", ids=4_000_000_000)) and not read_batches
        assert store.span() == (first, last) and len(read_batches) <= 1
        del read_batches[:]
        assert store.keys[-1].name == "in.rate" and "creature (row)" in store._repr_html_() and len(read_batches) <= 1


def test_events_are_declared_events_alone(store):
    events = store.events()
    assert set(events.names) == {"creature.ate"} and len(events) == len(store.rows("creature.ate"))
    assert len(store.events("creature.*")) == len(events)
    some = int(events.rid[0])
    assert set(store.events(ids=some).rid.tolist()) == {some}
    with pytest.raises(aw.InvalidUseError, match=r"creature.age is not of kind event but value; rows\(key=...\) reads keys"):
        store.events("creature.age")


def test_a_history_tells_lives_apart(store):
    lives = store.lives("creature")
    for rid in sorted(set(lives.rid.tolist()))[:6]:
        whole = store.history("creature", rid)
        gens = lives.gen[lives.of(rid)].tolist()
        parts = [store.history("creature", rid, gen) for gen in gens]
        assert sorted({s for p in parts for s in p.seq.tolist()}) == whole.seq.tolist()
        sure = [s for p in parts for s in p.seq[p.gen >= 0].tolist()]
        assert len(sure) == len(set(sure))
        assert [set(p.gen.tolist()) - {-1} for p in parts] == [{g} for g in gens]
        assert whole.to_arrow().column_names[:4] == ["seq", "tick", "gen", "rid"]
        half = store.history("creature", rid, ticks=(20, 40))
        assert half.seq.tolist() == whole.seq[(whole.tick >= 20) & (whole.tick <= 40)].tolist()
        assert half.gen.tolist() == whole.gen[(whole.tick >= 20) & (whole.tick <= 40)].tolist()
        for gen, part in [(g, p) for g, p in zip(gens, parts) if int(p.tick[0]) <= 50]:
            late = store.history("creature", rid, gen, ticks=(30, 50))
            assert late.seq.tolist() == part.seq[(part.tick >= 30) & (part.tick <= 50)].tolist()
    assert not len(store.history("creature", 4_000_000_000))
    assert set(store.history("reading", 3).names) >= {"reading.born"}
    with pytest.raises(aw.InvalidUseError, match="The log has no creature 0 in generation 999"):
        store.history("creature", 0, 999)
    with pytest.raises(aw.InvalidUseError, match="the table counts no generations. Leave `gen` out"):
        store.history("nest", 0, 1)


def test_batches_whose_keys_are_known_are_not_read_again_for_others(tmp_path, monkeypatch):
    schema = aw.Schema([aw.TableSchema("c", columns=[aw.Column("x", "f64")], gen=True)])
    with aw.LiveWorld.create(tmp_path / "store", schema) as world:
        for tick in range(40):
            with world.tick() as t:
                if not tick:
                    t["c"].insert(x=np.zeros(9))
                t["c"].write(x=np.full(9 if tick else 0, float(tick)))
            world.seal()  # a batch each
    read = 0
    original = SegmentReader.batches

    def counted(self, *args):
        nonlocal read
        for rows in original(self, *args):
            read += 1
            yield rows

    monkeypatch.setattr(SegmentReader, "batches", counted)
    store = aw.open_store(tmp_path / "store")
    first = store.history("c", 4, ticks=(38, 39))
    cold, read = read, 0
    second = store.history("c", 4, ticks=(38, 39))
    assert second.gen.tolist() == first.gen.tolist() == [0, 0]
    assert cold >= 40 and read < 8


@pytest.mark.parametrize("wrong", ["17", 1.0, True, np.float64(3), np.True_, None, b"1", [1]])
def test_ids_and_ticks_are_integers(store, wrong):
    for call in (store.at, store.cursor().seek, store.snapshot, lambda v: store.history("creature", v),
                 lambda v: store.between(v, 1), lambda v: store.rows(ticks=(v, 9)), store.lives("creature").of,
                 lambda v: store.worlds([v])):
        with pytest.raises(aw.InvalidUseError, match="expected an integer, got"):
            call(wrong)
    if wrong is not None and wrong != [1]:
        with pytest.raises(aw.InvalidUseError, match="Cannot select row .*: expected an integer, got"):
            store.rows(ids=wrong)


def test_a_history_ends_where_its_log_does(tmp_path):  # O-15
    schema = aw.Schema([aw.TableSchema("c", columns=[aw.Column("x", "f64")])])
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        for tick in range(6):
            with world.tick() as t:
                t["c"].insert(x=float(tick))
            if tick == 3:
                world.seal()
        world.snapshot()
    (lost,) = (tmp_path / "s" / "log" / "live").iterdir()
    lost.unlink()
    store = aw.open_store(tmp_path / "s")
    assert store.span() == (0, 3) and [w.tick for w in store.cursor()] == [0, 1, 2, 3]
    with pytest.raises(aw.DamagedFileError, match="a tail is missing"):
        store.at(5)
    assert not aw.verify(store.path).ok


def test_ticks_are_a_range_of_ticks_there_can_be(store):
    assert not len(store.rows(ticks=range(0))) and not len(store.rows(ticks=range(7, 3)))
    assert len(store.rows(ticks=range(10, 21))) == len(store.rows(ticks=(10, 20))) > 0
    assert not len(store.history("creature", 1, ticks=range(0)))
    for wrong in (-1, (-3, 9), (9, 3), range(-4, 2)):
        with pytest.raises(aw.InvalidUseError, match="No such range of ticks: .*; the first is 0 or more"):
            store.rows(ticks=wrong)


def test_ids_are_u32(store):
    for wrong in (-1, 1 << 32):
        with pytest.raises(aw.InvalidUseError, match=f"Cannot select row {wrong}: ids go from 0 to 4294967295"):
            store.rows(ids=wrong)
        with pytest.raises(aw.InvalidUseError, match="ids go from 0 to 4294967295"):
            store.history("creature", wrong)
    assert len(store.rows(ids=np.uint8(3))) == len(store.rows(ids=[3])) == len(store.rows(ids=np.array([3, 3])))


def test_tables_and_worlds_are_mappings(store, hashes):
    world = store.at(max(hashes))
    assert list(world) == list(store) == [t.name for t in SCHEMA.tables] and len(world) == len(store) == len(SCHEMA.tables)
    assert "creature" in world and "creature" in store and "x" not in world and 3 not in store
    assert world._ipython_key_completions_() == store._ipython_key_completions_() == list(world)
    creature = world["creature"]
    assert creature is world.tables["creature"] and len(creature) == creature.rows == len(creature["id"])
    assert list(creature) == creature.keys() == creature._ipython_key_completions_() and "age" in creature
    assert dict(creature).keys() == set(creature) and [n for n, _ in creature.items()] == list(creature)
    assert store["creature"].hash_columns() == creature.hash_columns()
    for ask, says in ((lambda: world["creatur"], "No table 'creatur'; did you mean 'creature'"),
                      (lambda: store["creatur"], "No table 'creatur' in store; did you mean 'creature'"),
                      (lambda: creature["aeg"], "No column 'aeg' in creature; did you mean 'age'"),
                      (lambda: store.lives("crature"), "did you mean 'creature'"),
                      (lambda: creature["?"], "No column '[?]' in creature; there are id, gen, pos_x")):
        with pytest.raises(aw.InvalidUseError, match=says):
            ask()


def test_a_store_that_does_not_say_its_time_is_asked_by_ticks(store):
    with pytest.raises(aw.InvalidUseError, match=r"the store does not say the time of its ticks.*Use at\(tick\)"):
        store.at_time(1.5)


def test_a_closed_store_holds_no_file_and_may_be_read_on(store, hashes):
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list a process's open files")

    def held():
        return sum(str(store.path) in os.readlink(f) for f in folder.iterdir() if f.is_symlink())

    before = held()
    with aw.open_store(store.path) as opened:
        opened.at(list(hashes)[3])
        assert held() == before + 1
    assert held() == before and opened.at(list(hashes)[3]).tick == list(hashes)[3]


def test_a_store_may_be_pickled(store, hashes):
    again = pickle.loads(pickle.dumps(store))
    assert again.path == store.path and again.hash_world(max(hashes)) == hashes[max(hashes)][0]
    assert again.hash_columns(max(hashes), "creature", ["age"]) == store.at(max(hashes)).hash_columns("creature", ["age"])


def test_a_report_is_true_only_if_the_store_is_sound(store, tmp_path):
    assert store.verify() and bool(aw.verify(store.path))
    shutil.copytree(store.path, tmp_path / "s")
    segment = next(s.path for s in aw.open_store(tmp_path / "s").segments())
    data = bytearray(segment.read_bytes())
    data[len(data) // 3] ^= 4
    segment.write_bytes(data)
    assert not aw.open_store(tmp_path / "s").verify()


def test_whoever_reads_arrow_takes_frames_as_they_are(store, hashes):
    world = store.at(max(hashes))
    frames = [world["creature"], store.events(), store.rows("creature.*"), store.lives("creature"), store.log(),
              store.history("creature", 0), store.between(0, max(hashes)), store.stats("creature.age")]
    for frame in frames:
        assert pa.table(frame).equals(frame.to_arrow()) and pa.schema(frame) == frame.to_arrow().schema
    pl = pytest.importorskip("polars")
    assert all(pl.DataFrame(f).height == f.to_arrow().num_rows for f in frames)
    duckdb = pytest.importorskip("duckdb")
    for shown in frames:
        assert duckdb.sql("select count(*) from shown").fetchall() == [(shown.to_arrow().num_rows,)]


def test_what_a_writer_adds_while_a_reader_looks_behind_the_end_is_read_and_no_damage(tmp_path, monkeypatch):
    path = tmp_path / "s"
    with LogWriter.create(path, aw.Schema()) as writer:
        writer.declare_key("n", "i64")
        for tick in range(12):
            writer.append("n", tick, tick)
            writer.commit(tick)
            if tick == 5:
                (live,) = path.glob("log/live/*")
                early = live.stat().st_size
    whole = live.read_bytes()
    live.write_bytes(whole[:early].ljust(len(whole), b"\0"))
    room, written = SegmentReader._is_room, []

    def is_room(reader):
        if not written:
            written.append(True)
            live.write_bytes(whole)
        return room(reader)

    monkeypatch.setattr(SegmentReader, "_is_room", is_room)
    assert aw.open_store(path).rows("n").tick.tolist() == list(range(12)) and written
    live.write_bytes(whole[:early].ljust(len(whole), b"\0"))
    written.clear()
    assert aw.verify(path).ok and written
