# SPDX-License-Identifier: Apache-2.0
"""Batches that were verified a moment ago come from memory, for as long as their file is the same."""

import os

import numpy as np
import pytest

import arrow_world as aw
from arrow_world.kept_batches import KeptBatches
from arrow_world.segment import SegmentReader
from arrow_world.storefiles import StoreFiles

IDS = 50_000


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    """A sealed store of several batches, and the batches read from its file so far."""
    schema = aw.Schema((aw.TableSchema("creature", columns=(aw.Column("x", "f32"),)),))
    with aw.LiveWorld.create(tmp_path / "store", schema, durability="none") as world:
        with world.tick() as t:
            t["creature"].insert(IDS)
        for tick in range(1, 6):
            with world.tick() as t:
                t["creature"].write(x=np.full(IDS, tick, np.float32))
        world.seal()
    read = []
    plain = SegmentReader._read_batch

    def counted(reader):
        read.append(reader.next_seq)
        return plain(reader)

    monkeypatch.setattr(SegmentReader, "_read_batch", counted)
    return tmp_path / "store", read


def rows(path, kept):
    """All rows from within the second batch on, where a tick begins."""
    return [r.bits.tobytes() for r in StoreFiles(path).scan(3 * (IDS + 1), kept=kept)]


def test_a_batch_is_read_once_and_again_when_its_file_changes(sealed):
    path, read = sealed
    kept = KeptBatches(1 << 24)
    first = rows(path, kept)
    before = len(read)
    assert rows(path, kept) == first == rows(path, None)
    assert len(read) == before + 1 + before  # the end of the file, and those of the pass that keeps none
    [segment] = (path / "log").glob("*.arrow")
    stat = segment.stat()
    os.utime(segment, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    del read[:]
    assert rows(path, kept) == first
    assert len(read) == before


def test_damage_that_came_after_a_batch_was_kept_is_found(sealed):
    path, _ = sealed
    store = aw.open_store(path)
    assert store.at(4)["creature"]["x"][0] == 4
    assert store.at(3)["creature"]["x"][0] == 3
    [segment] = (path / "log").glob("*.arrow")
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    stat = segment.stat()
    segment.write_bytes(data)
    os.utime(segment, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(aw.DamagedFileError, match="CRC-32"):
        store.at(5)
        store.at(4)
        store.at(2)


def test_no_more_is_kept_than_the_budget(sealed):
    path, read = sealed
    kept = KeptBatches(1 << 16)
    first = rows(path, kept)
    before = len(read)
    assert rows(path, kept) == first
    assert len(read) == 2 * before


def test_worlds_are_the_same_in_any_order(sealed):
    path, _ = sealed
    store, plain = aw.open_store(path), aw.open_store(path, cache_bytes=0)
    for tick in (5, 1, 4, 2, 3, 0, 5, 3):
        assert store.hash_world(tick) == plain.hash_world(tick)
