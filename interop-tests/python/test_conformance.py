# SPDX-License-Identifier: Apache-2.0
"""The golden stores of docs/spec/conformance, read by the independent replay, the Python package and stock readers."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
import replay

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists()) / "docs" / "spec" / "conformance"
GOLDEN = sorted(p.parent for p in ROOT.glob("*/expected.json"))


@pytest.fixture(params=GOLDEN, ids=lambda p: p.name)
def golden(request: pytest.FixtureRequest) -> Path:
    return request.param


def expected(golden: Path) -> dict:
    return json.loads((golden / "expected.json").read_text(encoding="utf-8"))


def column_hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def test_there_are_golden_stores() -> None:
    assert [g.name for g in GOLDEN] == ["components", "first", "forked", "headed", "room", "shortened", "unhashed", "units", "wide"]


def test_the_independent_replay_gets_the_expected_values_at_every_tick(golden: Path) -> None:  # L-14, L-15, O-7 to O-14, H-1 to H-3
    want = expected(golden)
    found = []
    for world, commit, chain in replay.worlds(golden / "store"):
        tables = {n: {"rows": len(t), "columns": {c: column_hash(t.array(c).tobytes()) for c in t.types}}
                  for n, t in world.tables.items()}
        found.append({"tick": world.tick, "log_rows": commit.rid + 1, "seq": commit.seq + 1,
                      "chain": f"{int.from_bytes(chain, 'little'):016x}", "hash_world": world.hash_world().hex(),
                      "resume_hash": world.resume_hash().hex(), "codes": len(world.codebook), "tables": tables})
        assert int.from_bytes(chain, "little") == commit.bits
    after_base = [{k: v for k, v in t.items() if k not in ("time", "instant")} for t in want["ticks"] if t["tick"] >= found[0]["tick"]]
    assert found == after_base and len(after_base) >= len(want["ticks"]) - 1  # a base's own tick precedes the rows
    assert world.codebook == want["codebook"]


@pytest.mark.parametrize("snapshots", [True, False])
def test_the_package_gets_the_expected_values_with_and_without_snapshots(
        golden: Path, tmp_path: Path, snapshots: bool) -> None:  # N-7, O-15
    want = expected(golden)
    shutil.copytree(golden / "store", tmp_path / "store")
    if not snapshots:
        drop_snapshots(tmp_path / "store")
    store = aw.open_store(tmp_path / "store")
    for tick in want["ticks"]:
        world = store.at(tick["tick"])
        assert (world.seq, int.from_bytes(world.chain, "little"), len(world.codebook)) == (
            tick["seq"], int(tick["chain"], 16), tick["codes"])
        assert (world.hash_world(), world.resume_hash()) == (tick["hash_world"], tick["resume_hash"])
        for name, table in tick["tables"].items():
            assert len(world.tables[name]) == table["rows"]
            assert {c: world.hash_columns(name, [c]) for c in table["columns"]} == table["columns"]
        if "time" in tick:  # S-16, S-17
            assert store.time(tick["tick"]) == tick["time"] and store.at_time(tick["time"]).tick == tick["tick"]
            assert store.info.time.instant(tick["tick"]) == np.datetime64(tick["instant"].removesuffix("Z"), "ns")
            assert store.info.time.tick(np.datetime64(tick["instant"].removesuffix("Z"), "ns")) == tick["tick"]
    assert (store.info.time is None) == ("time" not in want["ticks"][0])
    said = {f"{t.name}.{c.name}": dict(c.words) for t in store.schema.tables for c in t.columns if c.words}
    assert said == want.get("columns", {})
    assert [k.name for k in store.keys] == want["keys"] and world.codebook.words == want["codebook"]
    result = aw.verify(tmp_path / "store")
    assert result.ok and result.torn is None, result.findings
    assert result.snapshots == len(list((tmp_path / "store").glob("snapshots/*/manifest.json")))


def drop_snapshots(store: Path) -> None:
    """All but bases may be deleted at any time (N-7)."""
    for manifest in store.glob("snapshots/*/manifest.json"):
        if not replay.checked_json(manifest)["base"]:
            shutil.rmtree(manifest.parent)


def test_the_package_goes_on_with_a_golden_store(golden: Path, tmp_path: Path) -> None:  # L-23, S-11
    shutil.copytree(golden / "store", tmp_path / "store")
    with aw.LiveWorld.resume(tmp_path / "store") as live:
        with live.tick():
            pass
        live.snapshot()
    assert aw.verify(tmp_path / "store").ok


def test_checksums_of_every_batch_and_json_file_recompute(golden: Path) -> None:  # B-1, B-2, J-1
    store = replay.checked_json(golden / "store" / "store.json")
    for path in replay.segments(golden / "store"):
        crcs = replay.batch_crcs(path, bytes.fromhex(store["store"]))
        assert crcs and all(stored == computed for _, stored, computed in crcs)
    for manifest in (golden / "store").glob("snapshots/*/manifest.json"):
        assert replay.checked_json(manifest)["store"] == store["store"]


def test_the_values_that_are_easily_lost_stand_in_the_files() -> None:  # L-9 to L-11, O-10, O-11
    golden = ROOT / "first"
    rows = list(replay.rows(golden / "store"))
    held = {(r.key["name"], r.bits) for r in rows}
    assert {("creature.x", 0xFFF4000020000000), ("creature.x", 1 << 63), ("creature.energy", 0x7FF0000000000BAD),
            ("creature.energy", 1 << 63), ("creature.big", (1 << 64) - 1), ("creature.debt", 1 << 63)} <= held
    assert any(r.key["name"] == "food.born" and r.rid == (1 << 32) - 1 for r in rows)
    assert ("creature.born", 0x3FF0000000000000) in held and ("food.born", 0x3FF0000000000000) in held
    (snapshot,) = (golden / "store" / "snapshots").iterdir()
    x = pa.ipc.open_file(snapshot / "creature.arrow").read_all()["x"].chunk(0).to_numpy()
    assert 0xFFA00001 in x.view("<u4").tolist()


def messages_end(data: bytes) -> int:
    """Where the messages of a live segment end."""
    pos = 0
    while data[pos : pos + 4] == b"\xff" * 4:
        message = pa.ipc.read_message(pa.BufferReader(data[pos:]))
        pos += 8 + int.from_bytes(data[pos + 4 : pos + 8], "little") + (message.body.size if message.body else 0)
    return pos


def test_stock_readers_take_room_for_the_end_of_the_stream(tmp_path: Path) -> None:  # L-31
    (live,) = (ROOT / "room" / "store" / "log" / "live").iterdir()
    data = live.read_bytes()
    messages = messages_end(data)
    assert len(data) - messages > 4096 and not any(data[messages:])
    with pa.ipc.open_stream(pa.OSFile(str(live))) as reader:
        rows = reader.read_all()
    assert rows.num_rows == sum(t["log_rows"] for t in expected(ROOT / "room")["ticks"][1:])
    for length in (messages, messages + 4, messages + 8):  # any number of zeros, none included
        (tmp_path / "cut.arrows").write_bytes(data[:length])
        with pa.ipc.open_stream(pa.OSFile(str(tmp_path / "cut.arrows"))) as reader:
            assert reader.read_all().equals(rows)


def test_the_package_takes_room_of_any_length_and_writes_no_more_of_it(tmp_path: Path) -> None:  # L-22, L-31
    (live,) = (ROOT / "room" / "store" / "log" / "live").iterdir()
    messages = messages_end(live.read_bytes())
    for length in (messages, messages + 3, messages + 8, messages + 5000):
        store = shutil.copytree(ROOT / "room" / "store", tmp_path / str(length))
        copy = store / "log" / "live" / live.name
        copy.write_bytes(live.read_bytes()[:length])
        result = aw.verify(store)
        assert result.ok and result.torn is None
    changed = bytearray(live.read_bytes())
    changed[-1] = 1
    copy.write_bytes(changed)
    result = aw.verify(store)
    assert result.ok and result.torn is not None and result.torn.offset == messages
    copy.write_bytes(live.read_bytes())
    with aw.LiveWorld.resume(store) as world:
        assert copy.stat().st_size == messages
        with world.tick() as t:
            t["buoy"].insert(height=2.0, state="new")
    assert copy.exists() and copy.read_bytes()[:messages] == live.read_bytes()[:messages] and aw.verify(store).ok


def test_stock_readers_see_units_and_docs_on_every_field_and_none_in_keys() -> None:  # S-15
    golden = ROOT / "units"
    said = expected(golden)["columns"]
    assert set(said) == {"probe.height", "probe.heat", "probe.open", "probe.name", "probe.near", "reading.depth"}
    (snapshot,) = (golden / "store" / "snapshots").iterdir()
    for path in snapshot.glob("*.arrow"):
        for field in pa.ipc.open_file(path).schema:
            found = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
            found.pop("aw.type", None)
            assert found == said.get(f"{path.stem}.{field.name}", {}), (path, field)
    for path in golden.glob("store/log/*.arrow"):
        schema = pa.ipc.open_file(path).schema
        assert b"aw.keys" in schema.metadata and b"unit" not in schema.metadata[b"aw.keys"]
        assert all(not f.metadata for f in schema)
    table = aw.open_store(golden / "store").at(1)["probe"].to_arrow()
    for field in table.schema:
        found = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
        assert found == said.get(f"probe.{field.name}", {})
