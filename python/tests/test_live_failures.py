# SPDX-License-Identifier: Apache-2.0
"""A live world whose writes, forces or memory fail, or that is interrupted: nothing acknowledged is lost, nothing is written twice."""

import os
import signal
import threading

import numpy as np
import pytest
from live_world import SCHEMA, world

import arrow_world as aw
from arrow_world import segment_write


@pytest.mark.parametrize("error", [OSError("disk"), MemoryError(), KeyboardInterrupt(), SystemExit(3)])
@pytest.mark.parametrize("place", ["before", "half", "written", "applied"])
def test_a_write_that_ends_halfway_poisons_and_resume_goes_on(world, monkeypatch, error, place):  # L-22, L-23
    whole = world.world.hash_world()
    write = segment_write.write_at

    def fail(*_):
        raise error

    def half(fd, data, offset):
        write(fd, data[: len(data) // 2], offset)
        raise error

    target = {"before": (segment_write, "write_at", fail), "half": (segment_write, "write_at", half),
              "written": (segment_write.LiveSegment, "force", fail), "applied": (type(world.world), "_apply", fail)}[place]
    with monkeypatch.context() as m:
        m.setattr(*target)
        with pytest.raises(type(error)):
            with world.tick() as t:
                t["ship"].insert(x=9.0)
    for again in (world.tick, world.sync, world.seal, world.snapshot):
        said = "could not be forced" if place == "written" else "an earlier write was not finished"
        with pytest.raises(aw.WriterPoisonedError, match=f"{said}.*LiveWorld.resume"):
            again()
    world.close(), world.close()
    with aw.LiveWorld.resume(world.path) as live:
        assert live.last_tick in ((0,) if place in ("before", "half") else (1,))
        assert (live.world.hash_world() == whole) == (live.last_tick == 0)
        with live.tick() as t:
            t["ship"].insert()
        assert live.world.hash_world() == aw.open_store(live.path).at(live.last_tick).hash_world()
    assert aw.verify(world.path).ok
    with pytest.raises(aw.InvalidUseError, match="it was closed. Open it again with LiveWorld.resume"):
        world.tick()


def test_an_interrupt_during_a_commit_comes_when_it_is_done(world, monkeypatch):
    force = segment_write.LiveSegment.force

    def interrupted(self):
        signal.raise_signal(signal.SIGINT)
        force(self)

    monkeypatch.setattr(segment_write.LiveSegment, "force", interrupted)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a process begun in the background has not
    with pytest.raises(KeyboardInterrupt):
        with world.tick() as t:
            t["ship"].insert()
    monkeypatch.undo()
    assert world.last_tick == 1 and len(world["ship"]) == 4
    with world.tick() as t:
        t["ship"].insert()
    assert aw.verify(world.path).ticks == 3 and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_durability_has_javas_names(tmp_path):  # B-8
    for text in ("interval", "interval:0", "interval:-1", "COMMIT", "always", None, 5):
        with pytest.raises(aw.InvalidUseError, match="expected 'commit', 'interval:MS' or 'none'"):
            aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability=text)
    for text in ("commit", "interval:1", "none"):
        with aw.LiveWorld.create(tmp_path / text, SCHEMA, durability=text) as live:
            for tick in range(3):
                with live.tick() as t:
                    t["ship"].insert()
                if text == "commit":
                    assert live.acknowledged == tick
            live.sync()
            assert live.acknowledged == 2
        (file,) = (live.path / "log" / "live").iterdir()
        assert (b"aw.synced" in file.read_bytes()) == (text != "commit") or text == "interval:1"
        assert aw.verify(live.path).ok


@pytest.mark.parametrize("when", ["before the next tick", "during a tick", "before sync", "before seal", "before close"])
def test_a_force_that_fails_behind_the_caller_is_told_once_and_never_forgotten(tmp_path, monkeypatch, when):  # B-8
    armed, failed = threading.Event(), threading.Event()
    fsync, write = os.fsync, segment_write.LiveSegment.write

    def force(fd):
        if armed.is_set() and threading.current_thread().name == "arrow_world force":
            failed.set()
            raise OSError(5, "no force")
        fsync(fd)

    def fail():
        armed.set()
        world._log._forcer.touch()
        assert failed.wait(60)
        with world._log._files:  # it is kept by now
            armed.clear()

    def write_and_fail(*arguments):
        write(*arguments)
        fail()

    def tick():
        with world.tick() as t:
            t["ship"].insert()

    world = aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability="interval:1")
    tick()
    world.sync()
    monkeypatch.setattr(os, "fsync", force)
    if when == "during a tick":
        monkeypatch.setattr(segment_write.LiveSegment, "write", write_and_fail)
    tick()
    if when != "during a tick":
        fail()
    known = world.acknowledged
    with pytest.raises(aw.WriterPoisonedError, match=f"not be forced.* last tick known to be on it is {known}.*LiveWorld.resume"):
        {"before sync": world.sync, "before seal": world.seal, "before close": world.close}.get(when, tick)()
    assert world.acknowledged == known < 2
    world.close()
    with aw.LiveWorld.resume(tmp_path / "s") as again:
        assert again.last_tick == 1


def test_a_tick_whose_forcer_cannot_begin_poisons_and_is_not_written_twice(tmp_path, monkeypatch):
    world = aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability="interval:1")
    monkeypatch.setattr(threading.Thread, "start", lambda self: (_ for _ in ()).throw(RuntimeError("can't start new thread")))
    with pytest.raises(RuntimeError, match="new thread"):
        with world.tick() as t:
            t["ship"].insert()
    with pytest.raises(aw.WriterPoisonedError):
        world.tick(5)
    world.close()
    monkeypatch.undo()
    with aw.LiveWorld.resume(tmp_path / "s") as again:
        assert (again.last_tick, len(again["ship"])) == (0, 1)
    assert aw.verify(tmp_path / "s").ok


@pytest.mark.parametrize("place", ["body", "made"])
def test_a_full_memory_leaves_the_world_before_the_tick(world, monkeypatch, place):
    before = world.world.hash_world()
    with monkeypatch.context() as m:
        if place == "made":
            m.setattr("arrow_world.tick.rows_of", lambda *_: np.empty(1 << 60, "u1"))
        with pytest.raises(aw.MemoryFullError, match=r"Cannot run tick 1: there is not enough memory \(Unable to allocate .*"
                           "nothing of it was logged. Change less in one tick"):
            with world.tick() as t:
                t["ship"].insert(x=2.0)
                if place == "body":
                    np.empty(1 << 60, "u1")
    assert world.last_tick == 0 and world.world.hash_world() == before
    with world.tick() as t:
        t["ship"].insert(x=2.0)
    assert world.last_tick == 1


def test_a_full_memory_while_a_tick_is_applied_says_to_resume(world, monkeypatch):
    with monkeypatch.context() as m:
        m.setattr(type(world.world), "_apply", lambda *_: np.empty(1 << 60, "u1"))
        with pytest.raises(aw.MemoryFullError, match="Cannot end tick 1: .*it may be in the log. Close the world and resume it"):
            with world.tick() as t:
                t["ship"].insert(x=2.0)
    with pytest.raises(aw.WriterPoisonedError):
        world.tick()
