# SPDX-License-Identifier: Apache-2.0
"""One store, two writers: the Python package and Java read, verify and continue each other's stores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arrow_world as aw
import java_side
import mirror
from arrow_world.writer import LogWriter
from conftest import SEED, JavaRun, java_steps


def python_steps(live: aw.LiveWorld, first: int, end: int, every: int = 25) -> list[dict[str, Any]]:
    """Steps of RandomWorld by Python; the hashes after each."""
    reports = []
    for step in range(first, end):
        with live.tick(mirror.tick(step)) as t:
            mirror.change(t, SEED, step)
        reports.append(report(live.world))
        if step % every == every - 1:
            live.snapshot()
    return reports


def report(world: aw.World) -> dict[str, Any]:
    return {"tick": world.tick, "seq": world.seq, "chain": f"{int.from_bytes(world.chain, 'little'):016x}",
            "hash_world": world.hash_world(), "resume_hash": world.resume_hash()}


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Compares what both sides report: place in the log, chain and hashes; so every log row is the same."""
    names = ("tick", "seq", "chain", "hash_world", "resume_hash")
    assert [[r[n] for n in names] for r in found] == [[r[n] for n in names] for r in expected]


def java_verify(path: Path) -> dict[str, Any]:
    """Java's DEEP verification, which must find nothing."""
    result = json.loads(java_side.run("StoreMain", "verify", path))
    assert result["findings"] == []
    return result


def java_at(path: Path, *ticks: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in java_side.run("StoreMain", "at", path, *ticks).splitlines()]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """300 steps by Java alone."""
    return java_steps(tmp_path_factory.mktemp("java") / "store", 0, 300)


def test_the_package_verifies_javas_store_and_gives_its_world_at_every_tick(java_run: JavaRun) -> None:  # L-20, L-22, H-3
    result = aw.verify(java_run.path)
    assert result.ok, result.findings
    assert (result.torn, result.snapshots, result.ticks) == (None, 4, 300)
    assert result.last_tick == java_run.reports[-1]["tick"] and result.rows == java_run.reports[-1]["seq"]
    store = aw.open_store(java_run.path)
    for expected in java_run.reports[::10] + java_run.reports[-1:]:
        world = store.at(expected["tick"])
        same([report(world)], [expected])
        for name, table in expected["tables"].items():
            assert {c: world.hash_columns(name, [c]) for c in table["columns"]} == table["columns"]
    assert not any(s.sealed for s in store.segments()[-1:]) == java_run.ends_live


def test_python_alone_makes_the_very_log_java_makes(tmp_path: Path, uninterrupted: list[Any]) -> None:  # O-1 to O-6, L-12
    schema = java_schema(tmp_path)
    with aw.LiveWorld.create(tmp_path / "s", schema, durability="none") as live:
        same(python_steps(live, 0, 300), uninterrupted)
    assert java_verify(tmp_path / "s")["snapshots"] == 12
    ticks = [r["tick"] for r in uninterrupted[::50]]
    assert [r["resume_hash"] for r in java_at(tmp_path / "s", *ticks)] == [r["resume_hash"] for r in uninterrupted[::50]]


def java_schema(folder: Path) -> aw.Schema:
    """The schema of RandomWorld, from a store Java made."""
    java_steps(folder / "schema", 0, 1)
    return aw.open_store(folder / "schema").schema


@pytest.mark.parametrize("how", ["live", "sealed"])
def test_java_then_python_then_java(tmp_path: Path, uninterrupted: list[Any], how: str) -> None:  # L-16, L-23, N-5, H-3
    path = tmp_path / "s"
    same(java_steps(path, 0, 100, how), uninterrupted[:100])
    with aw.LiveWorld.resume(path, durability="none") as live:
        same(python_steps(live, 100, 200), uninterrupted[100:200])
    assert java_verify(path)["valid_to"] == uninterrupted[199]["tick"] and aw.verify(path).ok
    same(java_steps(path, 200, 300, "live"), uninterrupted[200:])
    assert java_verify(path)["rows"] == uninterrupted[-1]["seq"]
    result = aw.verify(path)
    assert result.ok and result.rows == uninterrupted[-1]["seq"], result.findings
    same([report(aw.open_store(path).at(r["tick"])) for r in uninterrupted[::30]], uninterrupted[::30])


def test_python_then_java_then_python(tmp_path: Path, uninterrupted: list[Any]) -> None:  # L-8, L-23, N-2, N-4, N-5
    path, schema = tmp_path / "s", java_schema(tmp_path)
    with aw.LiveWorld.create(path, schema, durability="none") as live:
        same(python_steps(live, 0, 100), uninterrupted[:100])
    assert java_verify(path)["snapshots"] == 4
    same(java_steps(path, 100, 200, "live"), uninterrupted[100:200])
    with aw.LiveWorld.resume(path, durability="none") as live:
        same(python_steps(live, 200, 300), uninterrupted[200:])
    assert java_verify(path)["rows"] == uninterrupted[-1]["seq"] and aw.verify(path).ok
    kinds = [s.sealed for s in aw.open_store(path).segments()]
    assert kinds[0] and not kinds[-1]


def test_java_starts_from_a_snapshot_of_python(tmp_path: Path, uninterrupted: list[Any]) -> None:  # N-1 to N-6
    path, schema = tmp_path / "s", java_schema(tmp_path)
    with aw.LiveWorld.create(path, schema, durability="none") as live:
        python_steps(live, 0, 60, every=60)
    (found,) = java_at(path, uninterrupted[59]["tick"])
    assert (found["start"], found["warnings"]) == (uninterrupted[59]["tick"], [])
    assert found["resume_hash"] == uninterrupted[59]["resume_hash"]


def test_keys_declared_later_survive_the_change_of_hands(tmp_path: Path) -> None:  # L-3, L-6, L-7, L-8, O-14
    path, schema = tmp_path / "s", java_schema(tmp_path)
    with LogWriter.create(path, schema, strings=True) as writer:
        writer.declare_key("extra", "i64"), writer.declare_key("creature.extra", "f64"), writer.declare_key("note", "string")
        writer.append("extra", [1, 2], [-5, 1 << 62]), writer.append("creature.extra", 3, 0.5), writer.append("note", 0, "a")
        writer.commit(0)
        for i in range(300):
            writer.declare_key(f"k{i}", "u8")
        writer.append("k299", 1, 7)
        writer.commit(1)
    java_steps(path, 2, 5)
    assert java_verify(path)["valid_to"] == 4
    log = aw.open_store(path).log()
    assert aw.verify(path).ok and [k.name for k in log.keys][-1] == "k299" and log.tick[-1] == 4
    names = np.array([k.name for k in log.keys], object)[log.key]
    assert log.val[names == "k299"].tolist() == [7.0] and log.text[names == "note"].tolist() == ["a"]


def test_keys_declared_in_python_are_the_same_keys_in_what_java_seals(tmp_path: Path) -> None:  # L-3, L-4
    path = tmp_path / "s"
    with LogWriter.create(path, strings=True) as writer:
        writer.declare_key("a", "f64"), writer.declare_key("n", "i64"), writer.declare_key("w", "string")
        writer.append("a", [1], [1.5])
        writer.commit(0)
        writer.seal()
        writer.declare_key("b", "u8")
        writer.append("b", [1], [7])
        writer.commit(1)
    rows = sum(len(r) for r in aw.open_store(path).batches())
    java_side.aw("seal", path)
    java_side.aw("verify", path)
    assert aw.verify(path).ok and sum(len(r) for r in aw.open_store(path).batches()) == rows
    assert [(k.name, k.default) for k in aw.open_store(path).log().keys][1:] == [("a", 0), ("n", 0), ("w", None), ("b", 0)]


@pytest.mark.parametrize("junk", [b"\0\1", bytes(8) + b"\1", b"\xff" * 4 + bytes(4), b"\xff" * 4 + b"\x08\0\0\0" + bytes(8), b"junk"])
def test_both_call_a_tail_torn_where_anything_but_room_follows_and_seal_it_away(tmp_path: Path, junk: bytes) -> None:
    # L-22, L-23, L-31
    path = tmp_path / "s"
    reports = java_steps(path, 0, 5)
    (live,) = (path / "log" / "live").iterdir()
    size = live.stat().st_size
    with live.open("ab") as file:
        file.write(junk)
    assert aw.open_store(path).log().torn.offset == size
    assert json.loads(java_side.run("StoreMain", "log", path))["tail"] == "TORN"
    twin = shutil.copytree(path, tmp_path / "twin")
    aw.LiveWorld.resume(twin).close()
    java_side.run("StoreMain", "resume", path)
    assert java_verify(twin)["valid_to"] == 4 and aw.verify(twin).ok
    assert [p.name for p in sorted(twin.glob("log/*.arrow"))] == [p.name for p in sorted(path.glob("log/*.arrow"))]
    assert aw.open_store(path).log().torn is None and aw.open_store(path).at(4).hash_world() == reports[4]["hash_world"]


@pytest.mark.parametrize("place", ["first batch", "last batch"])
def test_both_tell_damage_from_a_torn_tail_alike(tmp_path: Path, place: str) -> None:  # B-5, L-22, L-23
    path = tmp_path / "s"
    java_steps(path, 0, 5)
    (live,) = (path / "log" / "live").iterdir()
    data = bytearray(live.read_bytes())
    data[-1 if place == "last batch" else len(data) // 2] ^= 1
    live.write_bytes(data)
    if place == "last batch":
        assert aw.open_store(path).log().torn is not None and aw.verify(path).ok
        assert json.loads(java_side.run("StoreMain", "log", path))["tail"] == "TORN"
        return
    with pytest.raises(aw.DamagedFileError, match="this is not a torn end"):
        aw.open_store(path).log()
    assert json.loads(java_side.run("StoreMain", "log", path))["tail"] == "DAMAGED"
    before = {p: p.read_bytes() for p in path.rglob("*.arrow*")}
    with pytest.raises(AssertionError, match="DamagedFileException"):
        java_side.run("StoreMain", "resume", path)
    with pytest.raises(aw.DamagedFileError):
        aw.LiveWorld.resume(path)
    assert {p: p.read_bytes() for p in path.rglob("*.arrow*")} == before


def test_a_lock_held_in_one_language_refuses_the_other(tmp_path: Path) -> None:  # S-11
    path = tmp_path / "s"
    java_steps(path, 0, 1)
    with aw.LiveWorld.resume(path):
        with pytest.raises(AssertionError, match="arrow_world \\(Python\\), process"):
            java_side.run("StoreMain", "resume", path)
    java_side.run("StoreMain", "resume", path)


@pytest.mark.parametrize("ids", ["allocated", "external"])
def test_both_find_a_cache_whose_free_ids_have_other_generations(tmp_path: Path, ids: str) -> None:  # L-28, N-11
    schema = aw.Schema((aw.TableSchema("c", columns=(aw.Column("x", "f64"),), ids=ids),))
    path = tmp_path / "s"
    with aw.LiveWorld.create(path, schema) as world:
        with world.tick() as t:
            for id in (0, 1):
                t["c"].insert(**({"id": id} if ids == "external" else {}), x=1.0)
        with world.tick() as t:
            t["c"].remove(1)
        table = world.world.tables["c"]
        sound = table.free if ids == "allocated" else table.dead
        assert list(sound) in ([(1, 0)], [1])
        table.free, table.dead = [(1, 7)] if ids == "allocated" else [], {1: 7}
        world.snapshot()
        table.free, table.dead = [(1, 0)] if ids == "allocated" else [], {1: 0}
    assert "free ids and generations of c" in str(aw.verify(path))
    assert "the free ids of table 'c', or their generations, differ from the log" in java_side.aw("verify", path, code=1)
