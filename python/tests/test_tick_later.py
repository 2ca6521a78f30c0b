# SPDX-License-Identifier: Apache-2.0
"""Ticks that do not wait for the disk, and how far it is."""

import os
import threading

import pytest
from live_world import SCHEMA, world

import arrow_world as aw
from arrow_world import segment_write


@pytest.fixture
def disk(monkeypatch):
    """A disk that forces when the test lets it; how often it did."""
    force = segment_write.LiveSegment.force

    class Disk:
        may, begun, forces = threading.Event(), threading.Event(), 0

        def force(self, segment):
            self.begun.set()
            assert self.may.wait(60)
            self.forces += 1
            force(segment)

    disk = Disk()
    monkeypatch.setattr(segment_write.LiveSegment, "force", lambda segment: disk.force(segment))
    yield disk
    disk.may.set()


def test_ticks_go_on_while_the_disk_is_busy_and_share_one_force(world, disk):
    with world.tick_later() as t:
        t["ship"].insert(x=2.0)
    assert disk.begun.wait(60)
    for _ in range(50):
        with world.tick_later() as t:
            t["ship"].set(0, x=float(t.number))
    assert (world.last_tick, world.acknowledged) == (51, 0)
    assert aw.open_store(world.path).at(51).hash_world() == world.world.hash_world()
    disk.may.set()
    world.sync()
    assert world.acknowledged == 51 and disk.forces < 5


def test_whatever_waits_for_the_disk_has_the_ticks_before_it_on_it(world):
    for wait in (world.sync, world.snapshot, world.seal, lambda: world.tick().__enter__().__exit__(None, None, None)):
        with world.tick_later(world.last_tick + 3) as t:
            t["ship"].insert(x=2.0)
        wait()
        assert world.acknowledged == world.last_tick
    assert aw.verify(world.path).ok


def test_closing_forces_what_was_not_waited_for(world, monkeypatch):
    forced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (forced.append(fd), fsync(fd)))
    with world.tick_later() as t:
        t["ship"].insert()
    world.close()
    assert forced and world.acknowledged == 1
    with aw.LiveWorld.resume(world.path) as again:
        assert again.last_tick == 1
    assert not [t for t in threading.enumerate() if t.name == "arrow_world force"]


def test_a_failed_force_is_told_by_the_next_call_and_nothing_after_it_is_acknowledged(world, monkeypatch):
    failed = threading.Event()

    def fail(self):
        failed.set()
        raise OSError("the device is gone")

    monkeypatch.setattr(segment_write.LiveSegment, "force", fail)
    with world.tick_later() as t:
        t["ship"].insert()
    assert failed.wait(60)
    with pytest.raises(aw.WriterPoisonedError, match="could not be forced to the device.*known to be on it is 0"):
        world.sync()
    with pytest.raises(aw.WriterPoisonedError, match="could not be forced"):
        world.tick_later()
    with pytest.raises(aw.WriterPoisonedError, match="could not be forced"):
        world.tick()
    assert (world.last_tick, world.acknowledged) == (1, 0)
    world.close()


@pytest.mark.parametrize("durability", ["none", "interval:60000"])
def test_without_forced_commits_it_is_a_tick_as_any_other(tmp_path, durability):
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability=durability) as live:
        with live.tick_later() as t:
            t["ship"].insert()
        assert (live.last_tick, live.acknowledged) == (0, -1)
