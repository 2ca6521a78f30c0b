# SPDX-License-Identifier: Apache-2.0
"""Sealing, truncation, compaction and forks by Python: what stays is what was there, and a failure anywhere does no harm."""

import os
import shutil

import numpy as np
import pyarrow as pa
import pytest
from helpers import SCHEMA, run

import arrow_world as aw
from arrow_world import upkeep
from arrow_world.codebook import Codebook
from arrow_world.snapshot_write import write_snapshot


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """40 ticks in three sealed segments and a live one, with three snapshots."""
    path = tmp_path_factory.mktemp("upkeep") / "store"
    run(path, 12, seed=31, snapshot_every=10, durability="none")
    for part in range(3):
        with aw.LiveWorld.resume(path, durability="none") as world:
            world.seal()
            for i in range(8):
                with world.tick() as t:
                    t["reading"].insert(value=float(i))
                    t["nest"].insert(size=part)
                    t["creature"].insert(name=f"late {i} {part}")
            world.snapshot()
    return path


@pytest.fixture
def path(original, tmp_path):
    shutil.copytree(original, tmp_path / "store")
    return tmp_path / "store"


def hashes(path, ticks):
    return [w.resume_hash() for w in aw.open_store(path).worlds(ticks)]


def span(path):
    return aw.open_store(path).span()


def test_sealing_leaves_nothing_live_and_every_tick(path, original):
    ticks = range(span(original)[1] + 1)
    store = aw.open_store(path)
    store.seal("zstd")
    assert not list((path / "log" / "live").iterdir()) and all(s.sealed for s in store.segments()) and store.verify()
    assert hashes(path, ticks) == hashes(original, ticks) and store.log().to_arrow().equals(aw.open_store(original).log().to_arrow())
    before = {p: p.read_bytes() for p in (path / "log").iterdir() if p.is_file()}
    store.seal()
    assert before == {p: p.read_bytes() for p in (path / "log").iterdir() if p.is_file()}


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_a_live_world_seals_what_stock_readers_read(tmp_path, compression):
    sizes = {}
    for kind in {"none", compression}:
        with aw.LiveWorld.create(tmp_path / f"{kind} {compression}", SCHEMA, durability="none") as world:
            for i in range(200):
                with world.tick() as t:
                    t["creature"].insert(name="one of many", age=i)
            world.seal(kind)
            with world.tick():
                pass
        store = aw.open_store(tmp_path / f"{kind} {compression}")
        sealed = store.segments()[0]
        sizes[kind] = sealed.path.stat().st_size
        table = pa.ipc.open_file(str(sealed.path)).read_all()
        assert table.num_rows == len(store.log()) - 1 and store.verify() and "one of many" in table["text"].to_pylist()
    assert compression == "none" or sizes["zstd"] < sizes["none"] / 2


def test_compaction_merges_and_keeps_every_tick(path, original):
    store, expected = aw.open_store(path), aw.open_store(original)
    assert len(store.segments()) == 4
    done = store.compact(compression="zstd")
    assert done.written == (f"log/{0:020d}.arrow",) and done.base is None and done.dropped == ()
    assert len(store.segments()) == 1 and done.bytes_after < done.bytes_before / 2
    assert store.log().to_arrow().equals(expected.log().to_arrow()) and store.verify()
    assert store.compact() == (() , (), None, done.bytes_after, done.bytes_after), "zstd stays where nothing is asked"
    assert store.compact(compression="none").bytes_after > done.bytes_after
    assert store.log().to_arrow().equals(expected.log().to_arrow()) and store.verify()
    ticks = range(span(original)[1] + 1)
    assert hashes(path, ticks) == hashes(original, ticks)
    with aw.LiveWorld.resume(path) as world:
        with world.tick() as t:
            t["reading"].insert(value=1.0)
    assert aw.verify(path)


def test_compaction_gives_up_old_history_for_a_base(path, original):
    last = span(original)[1]
    store = aw.open_store(path)
    done = store.compact(keep_ticks=10)
    assert done.base == last - 10 and store.span() == (last - 10, last) and store.verify()
    assert f"snapshots/{store.manifests()[0].path.name}" not in done.dropped and store.manifests()[0].base
    assert any(d.startswith("log/") for d in done.dropped) and any(d.startswith("snapshots/") for d in done.dropped)
    assert hashes(path, range(last - 10, last + 1)) == hashes(original, range(last - 10, last + 1))
    assert store.compact(keep_ticks=10).base is None and store.compact(keep_ticks=last).base is None
    at_snapshot = next(m.tick for m in store.manifests() if not m.base)  # a cache becomes the base
    assert store.compact(keep_ticks=last - at_snapshot).base == at_snapshot and store.manifests()[0].tick == at_snapshot
    assert store.verify() and hashes(path, [at_snapshot, last]) == hashes(original, [at_snapshot, last])


def test_truncation_keeps_a_tick_and_what_is_before(path, original):
    last = span(original)[1]
    for tick in (last - 3, last - 12):
        rows = len(aw.open_store(path).log())
        ended = span(path)[1]
        store = aw.open_store(path)
        done = store.truncate_after(tick)
        assert (done.last_tick, done.ended_at) == (tick, ended) and rows - len(store.log()) == done.rows_removed > 0
        assert store.span() == (0, tick) and store.verify() and not (path / "fence.json").exists()
        assert hashes(path, range(tick + 1)) == hashes(original, range(tick + 1))
        assert all(m.tick <= tick for m in store.manifests())
    with aw.LiveWorld.resume(path) as world:
        with world.tick() as t:
            t["reading"].insert(value=1.0)
    assert span(path) == (0, last - 11) and aw.verify(path)


def test_a_fork_goes_on_from_a_tick_and_its_origin_stays(path, original, tmp_path):
    before = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    store = aw.open_store(path)
    made = aw.open_store(store.fork(20, tmp_path / "fork"))
    assert before == {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    there = store.at(20).tick
    assert made.span() == (there, there) and made.verify() and made.info.store != store.info.store
    assert made.at(there).resume_hash() == store.at(20).resume_hash() and made.info.properties == store.info.properties
    assert made.info.parent["store"] == store.info.store.hex() and made.info.parent["tick"] == f"{there:016x}"
    with aw.LiveWorld.resume(made.path) as world:
        with world.tick() as t:
            t["reading"].insert(value=1.0)
        assert world.last_tick == there + 1
    assert aw.verify(made.path) and aw.open_store(made.path).log().first_seq == store.at(20).seq


def test_a_truncation_that_was_begun_is_finished_by_who_writes_next(path, original, monkeypatch):
    monkeypatch.setattr("arrow_world.upkeep._rewrite", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        aw.open_store(path).truncate_after(17)
    monkeypatch.undo()
    store, there = aw.open_store(path), aw.open_store(original).at(17).tick
    assert store.fence is not None and store.span() == (0, there)
    with aw.LiveWorld.resume(path) as world:
        assert world.last_tick == there and not (path / "fence.json").exists()
    assert aw.verify(path) and hashes(path, [there]) == hashes(original, [there])


DEEDS = {
    "seal": lambda store, _: store.seal("zstd"),
    "compact": lambda store, _: store.compact(compression="zstd"),
    "keep": lambda store, _: store.compact(keep_ticks=12),
    "truncate": lambda store, _: store.truncate_after(19),
    "fork": lambda store, folder: store.fork(19, folder / "fork"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_failure_at_any_force_does_no_harm_and_the_deed_may_be_repeated(original, tmp_path, monkeypatch, deed):
    last, plain, kept = span(original)[1], os.fsync, aw.open_store(original).at(19).tick
    expected = hashes(original, [19, last])

    def check(store):
        first, end = store.span()
        assert (first, end) in ((0, last), (0, kept) if deed == "truncate" else (0, last), (last - 12, last) if deed == "keep" else (0, last))
        for tick, world in zip((kept, last), expected):
            if first <= tick <= end:
                assert store.at(tick).resume_hash() == world

    for failing in range(1, 200):
        folder = tmp_path / str(failing)
        shutil.copytree(original, folder / "store")
        left = failing

        def fsync(fd):
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(5, "the device failed")
            plain(fd)

        monkeypatch.setattr(os, "fsync", fsync)
        try:
            DEEDS[deed](aw.open_store(folder / "store"), folder)
            failed = False
        except OSError:
            failed = True
        monkeypatch.setattr(os, "fsync", plain)
        store = aw.open_store(folder / "store")
        assert store.verify(), f"after {failing} forces"
        check(store)
        if failed:
            if deed == "fork":
                shutil.rmtree(folder / "fork", ignore_errors=True)
            if not (deed == "truncate" and store.span()[1] == kept):
                DEEDS[deed](aw.open_store(folder / "store"), folder)
            else:
                store.seal()  # finishes what was begun
            assert aw.verify(folder / "store")
            check(aw.open_store(folder / "store"))
            assert not [p for p in (folder / "store").rglob("*") if p.suffix == ".tmp"]
        shutil.rmtree(folder)
        if not failed:
            break
    assert 2 < failing < 199


def test_what_cannot_be_done_is_refused_before_anything_is_touched(path, tmp_path):
    store = aw.open_store(path)
    last = store.span()[1]
    before = {p.relative_to(path): p.stat().st_size for p in path.rglob("*") if p.is_file() and p.name != "LOCK"}
    (tmp_path / "there").mkdir()
    for act, message in (
            (lambda: store.seal("gzip"), rf"^Cannot seal {path} with compression 'gzip': expected 'none' or 'zstd'\.$"),
            (lambda: store.compact(compression=1), "with compression 1: expected"),
            (lambda: store.compact(keep_ticks=-1), "^Cannot keep -1 ticks: expected 0 or more"),
            (lambda: store.compact(keep_ticks=1.5), "Cannot keep ticks, as many as 1.5: expected an integer"),
            (lambda: store.truncate_after("3"), "Cannot truncate after tick '3': expected an integer"),
            (lambda: store.fork(3, tmp_path / "there"), f"into {tmp_path}/there: it exists; choose another path"),
            (lambda: store.fork(3, path / "in"), "that is inside the store; choose a path outside"),
            (lambda: store.fork(last + 9, tmp_path / "new"), "outside the committed ticks")):
        with pytest.raises(aw.InvalidUseError, match=message):
            act()
    with aw.LiveWorld.resume(path) as world:
        for act in (store.seal, store.compact, lambda: store.truncate_after(3)):
            with pytest.raises(aw.StoreLockedError, match="this process is writing it already"):
                act()
        assert world.last_tick == last
    assert before == {p.relative_to(path): p.stat().st_size for p in path.rglob("*") if p.is_file() and p.name != "LOCK"}
    for tick in (last, last + 1, -1):
        with pytest.raises(aw.InvalidUseError, match=f"^Cannot truncate {path} after tick {tick}: it has ticks 0 to {last}, and at "
                                                     "least one must go and one stay"):
            store.truncate_after(tick)
    assert aw.verify(path) and not (tmp_path / "new").exists()


def test_damage_is_refused_and_left_as_it_is(path):
    live = next((path / "log" / "live").iterdir())
    data = bytearray(live.read_bytes())
    data[len(data) * 2 // 3] ^= 1
    live.write_bytes(data)
    for act in ("seal", "compact"):
        with pytest.raises(aw.DamagedFileError):
            getattr(aw.open_store(path), act)()
        assert live.read_bytes() == data


def test_a_key_that_was_declared_on_the_way_stays(tmp_path):
    from arrow_world.writer import LogWriter
    with LogWriter.create(tmp_path / "s") as log:
        for tick in range(6):
            log.declare_key(f"k{tick}", "f64")
            log.append(f"k{tick}", [tick], [0.5])
            log.commit(tick)
            if tick in (1, 3):
                log.seal()
    store = aw.open_store(tmp_path / "s")
    expected = store.log().to_arrow()
    store.compact()
    assert len(store.segments()) == 1 and store.verify() and store.log().to_arrow().equals(expected)
    assert [k.name for k in store.keys][1:] == [f"k{i}" for i in range(6)]
    store.truncate_after(2)
    assert np.array_equal(store.log().tick, expected["tick"].to_numpy()[: len(store.log())]) and store.verify()
    with pytest.raises(aw.InvalidUseError, match="it has no tables, so no base could stand for what is before"):
        store.fork(1, tmp_path / "f")


def test_verify_compares_a_base_amid_the_log_and_the_words_of_every_snapshot_with_replay(tmp_path):  # L-28
    schema = aw.Schema([aw.TableSchema("ship", columns=[aw.Column("y", "f64"), aw.Column("name", "string")])])
    for case in ("right", "value", "word in a base", "word in a cache"):
        path = tmp_path / case
        with aw.LiveWorld.create(path, schema) as live:
            for i in range(12):
                with live.tick() as t:
                    if i:
                        t["ship"].set(0, y=float(i))
                    else:
                        t["ship"].insert(y=7.0, name="alpha")
        world = aw.open_store(path).at(8)
        if case == "value":
            world["ship"]._columns["y"] = np.array([99.0])
        elif "word" in case:
            world.codebook = Codebook(["omega"])
        if "cache" in case:
            info = aw.open_store(path).info
            write_snapshot(path, info.store, True, world, base=False)
        else:
            upkeep.compact(path, world, None)
        report = aw.verify(path)
        assert report.ok is (case == "right"), report
        if case != "right":
            assert ("its codebook is not that of the log" in str(report)) is ("word" in case)
