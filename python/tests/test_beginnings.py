# SPDX-License-Identifier: Apache-2.0
"""Histories that begin with a base at seq 0, as imports of tables make them (T-1, H-4, L-26, O-15)."""

import json
import shutil
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import arrow_world
from arrow_world import DamagedFileError, LiveWorld, jsonfile


def imported(path: Path, x: list[float], name: str = "a") -> Path:
    rows = pa.table({"id": np.arange(len(x), dtype="<u4"), "x": np.array(x), "name": [name] * len(x)})
    arrow_world.import_table(rows, path, table="t")
    return path


def run(path: Path, ticks: int) -> dict[int, str]:
    with LiveWorld.resume(path, durability="none") as live:
        for i in range(ticks):
            with live.tick() as tick:
                tick["t"].insert(id=10 + i, x=1.5, name="new")
    return hashes(path)


def hashes(path: Path) -> dict[int, str]:
    store = arrow_world.open_store(path)
    first, last = store.span()
    return {t: store.at(t).resume_hash() for t in range(first, last + 1)}


def as_an_earlier_writer(path: Path) -> None:
    """Chain 0 at the base and no `begins`."""
    for file in (path / "store.json", *path.glob("snapshots/*/manifest.json")):
        members = json.loads(file.read_bytes())
        members.pop("crc")
        members.pop("begins", None)
        if "chain" in members:
            members["chain"] = "0" * 16
        body = json.dumps(members, separators=(",", ":")).encode()[:-1]
        file.write_bytes(body + b',"crc":"%08x"}\n' % zlib.crc32(body))


def test_an_imported_base_tells_its_state_in_store_json_and_in_the_chain(tmp_path):
    path = imported(tmp_path / "a", [1.5, 2.5])
    begins = arrow_world.open_store(path).info.begins
    assert begins is not None and begins[:2] == (0, 0) and any(begins.chain)
    run(path, 1)
    other = arrow_world.open_store(imported(tmp_path / "b", [1.5, 2.5], "b")).info.begins
    assert other.chain != begins.chain


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("ticks", [0, 1])
def test_stores_of_different_tables_are_different_from_their_first_tick_on(tmp_path, earlier, ticks):
    ours, theirs, words = (imported(tmp_path / "a", [1.5, 2.5]), imported(tmp_path / "b", [1.5, 99.5]),
                           imported(tmp_path / "c", [1.5, 2.5], "other"))
    same = imported(tmp_path / "d", [1.5, 2.5])
    for path in (ours, theirs, words, same):
        if earlier:
            as_an_earlier_writer(path)
        if ticks:
            run(path, ticks)
    store = arrow_world.open_store(ours)
    found = store.diff(arrow_world.open_store(theirs))
    assert (found.outcome, found.tick) == ("different", 0)
    assert found.differences == (("t.x", 1, 2.5, 99.5),)
    assert store.diff(arrow_world.open_store(words)).differences[0] == ("t.name", 0, "a", "other")
    assert store.diff(arrow_world.open_store(same))


@pytest.mark.parametrize("ticks", [0, 3])
def test_a_base_that_is_gone_is_told_by_every_reader(tmp_path, ticks):
    path = imported(tmp_path / "a", [1.5, 2.5])
    if ticks:
        run(path, ticks)
    shutil.rmtree(path / "snapshots")
    with pytest.raises(DamagedFileError, match="the base at tick 0 is missing"):
        arrow_world.open_store(path).at(ticks)
    with pytest.raises(DamagedFileError, match="the base at tick 0 is missing"):
        arrow_world.open_store(path).span()
    with pytest.raises(DamagedFileError, match="the base at tick 0 is missing"):
        LiveWorld.resume(path).close()
    assert "the base at tick 0 is missing" in str(arrow_world.verify(path))


@pytest.mark.parametrize("earlier", [False, True])
def test_compaction_keeps_the_base_its_segment_is_replayed_from(tmp_path, earlier):
    path = imported(tmp_path / "a", [1.5, 2.5])
    if earlier:
        as_an_earlier_writer(path)
    before = run(path, 10)
    for keep in (5, 3, 3):
        arrow_world.open_store(path).compact(keep_ticks=keep)
        assert hashes(path) == before
        assert arrow_world.verify(path).ok
    arrow_world.open_store(path).fork(4, tmp_path / "fork")
    assert arrow_world.verify(tmp_path / "fork").ok
    assert hashes(tmp_path / "fork")[4] == before[4]


def test_a_history_of_nothing_but_its_base_is_valid_to_the_base_s_tick(tmp_path):  # L-21
    forked = Path(__file__).parents[2] / "docs" / "spec" / "conformance" / "forked" / "store"
    if not forked.is_dir():
        pytest.skip("the golden stores are part of the repository, not of the package")
    shutil.copytree(forked, tmp_path / "s")
    fence = {"tick": f"{4:016x}", "seq": f"{57:016x}", "epoch": 1}
    (tmp_path / "s" / "fence.json").write_bytes(jsonfile.encode(fence))
    report = arrow_world.verify(tmp_path / "s")
    assert report.ok and report.last_tick == 4 and arrow_world.open_store(tmp_path / "s").span() == (4, 4)


def test_without_a_segment_the_newest_base_begins_the_history(tmp_path):  # L-26
    """Killed between the deletion of the last segment and that of the base it went on from."""
    path = imported(tmp_path / "a", [1.5, 2.5])
    before = run(path, 10)
    old = next(path.glob("snapshots/*"))
    shutil.copytree(old, tmp_path / "old")
    arrow_world.open_store(path).compact(keep_ticks=0)
    shutil.copytree(tmp_path / "old", old)
    store = arrow_world.open_store(path)
    assert store.span() == (10, 10) and hashes(path) == {10: before[10]}
    with pytest.raises(arrow_world.InvalidUseError, match="the first is 10"):
        store.at(5)
    report = arrow_world.verify(path)
    assert report.ok and report.last_tick == 10 and report.snapshots == 1
    store.compact(keep_ticks=0)
    with LiveWorld.resume(path) as live, live.tick() as tick:
        tick["t"].insert(id=99, x=1.5, name="new")
    assert hashes(path)[10] == before[10] and arrow_world.verify(path).ok
