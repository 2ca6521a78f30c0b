# SPDX-License-Identifier: Apache-2.0
"""The reference simulation through `aw`, seen by stock readers: while it runs, after it, resumed, without snapshots."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import java_side
import replay

TICKS = 1000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the preset tiny, 1,000 ticks, with snapshots."""
    store = tmp_path_factory.mktemp("runs") / "never-paused"
    java_side.aw("run", "--out", store, "--ticks", TICKS, "--snapshot-every", 250, "--durability", "none")
    return store


def last_line(text: str) -> str:
    return text.rstrip("\n").splitlines()[-1]


def resume_hash(store: Path, tick: int) -> str:
    return last_line(java_side.aw("hash", store, "--tick", tick, "--resume"))


def test_stock_readers_open_the_live_log_during_a_run_and_the_sealed_log_after_it(tmp_path: Path) -> None:
    store = tmp_path / "store"
    writer = subprocess.Popen(java_side.aw_command("run", "--out", store, "--ticks", 100_000), stderr=subprocess.PIPE)
    try:
        seen: list[int] = []
        until = time.monotonic() + 60
        while len(seen) < 3 and time.monotonic() < until and writer.poll() is None:
            live = sorted((store / "log" / "live").glob("*.arrows"))
            if not live:
                continue
            try:
                # Opened as files, not by path, which would map them at their present length (L-18).
                with pa.OSFile(str(live[-1])) as file, pa.ipc.open_stream(file) as reader:
                    table = pa.Table.from_batches(list(reader), reader.schema)
                with live[-1].open("rb") as file:
                    height = pl.read_ipc_stream(file).height
            except FileNotFoundError:
                continue  # sealed this moment
            if table.num_rows > 2000 and (not seen or table.num_rows > seen[-1]):
                keys = set(table["key"].cast(pa.string()).to_pylist()[:2000])
                assert {"creature.born", "creature.pos_x", "creature.energy"} <= keys
                assert height >= table.num_rows
                seen.append(table.num_rows)
        assert len(seen) == 3, "the live log did not grow"
        writer.send_signal(signal.SIGTERM)  # ends the tick, commits and seals
        writer.wait(timeout=60)
    finally:
        writer.kill()
        writer.communicate()
    assert not list((store / "log" / "live").iterdir())
    sealed = sorted((store / "log").glob("*.arrow"))
    tables = [pa.ipc.open_file(path).read_all() for path in sealed]
    assert sum(t.num_rows for t in tables) >= seen[-1]
    assert tables[0]["key"][0].as_py().startswith(("in.", "creature."))
    frame = pl.read_ipc(sealed[0])
    assert frame.filter(pl.col("key").cast(pl.String) == "tick.commit").height > 0
    assert "valid to tick" in java_side.aw("verify", store)


def test_history_of_one_creature_equals_the_columns_filtered_by_hand(run: Path) -> None:
    printed = [json.loads(line) for line in
               java_side.aw("history", run, "--table", "creature", "--id", 17, "--key", "energy", "--json").splitlines()]
    log = pa.concat_tables(pa.ipc.open_file(p).read_all().select(["tick", "rid", "key", "val"])
                           for p in sorted((run / "log").glob("*.arrow")))
    keys = np.array(log["key"].combine_chunks().dictionary.to_pylist())[log["key"].combine_chunks().indices.to_numpy()]
    mine = (keys == "creature.energy") & (log["rid"].to_numpy() == 17)
    assert mine.sum() > 100
    assert [row["tick"] for row in printed] == log["tick"].to_numpy()[mine].tolist()
    values = np.array([row["val"] for row in printed], "<f4")
    assert values.tobytes() == log["val"].to_numpy()[mine].astype("<f4").tobytes()


def test_a_deep_verification_passes_and_snapshots_can_be_made_again(run: Path, tmp_path: Path) -> None:
    store = tmp_path / "copy"
    shutil.copytree(run, store)
    report = json.loads(java_side.aw("verify", store, "--deep", "--json"))
    assert report["snapshots"] == 4
    names = [p.name for p in (store / "snapshots").iterdir()]
    before = {name: _snapshot(store, name) for name in names}
    shutil.rmtree(store / "snapshots")
    java_side.aw("verify", store)
    for name, old in before.items():
        java_side.aw("snapshot", store, "--tick", int(name[:20]))
        assert _snapshot(store, name) == old
    java_side.aw("verify", store)


def _snapshot(store: Path, name: str) -> tuple[str, str, list[str]]:
    """What a snapshot holds: its chain, the next ids, and what each file is by its checksums."""
    manifest = json.loads((store / "snapshots" / name / "manifest.json").read_bytes())
    return manifest["chain"], json.dumps(manifest["tables"]), [json.dumps(file) for file in manifest["files"]]


def test_a_run_resumed_from_tick_500_equals_one_never_paused(run: Path, tmp_path: Path) -> None:
    store = tmp_path / "paused"
    java_side.aw("run", "--out", store, "--ticks", 500, "--durability", "none")
    java_side.aw("resume", store, "--ticks", TICKS - 500)
    assert resume_hash(store, TICKS) == resume_hash(run, TICKS)


def test_an_independent_replay_rebuilds_the_run_at_20_of_its_first_300_ticks(run: Path) -> None:
    ticks = sorted(np.random.default_rng(3).choice(np.arange(1, 301), 20, replace=False).tolist())
    for world, _, _ in replay.worlds(run):
        if world.tick in ticks:
            assert world.hash_world().hex() == last_line(java_side.aw("hash", run, "--tick", world.tick)), world.tick
        if world.tick == ticks[-1]:
            return
    pytest.fail("the log ends before tick 300")


@pytest.mark.parametrize("damage", ["log", "snapshot"])
def test_damage_makes_verification_fail(run: Path, tmp_path: Path, damage: str) -> None:
    store = tmp_path / "damaged"
    shutil.copytree(run, store)
    pattern = "log/*.arrow" if damage == "log" else "snapshots/*500.v1/creature.arrow"
    path = next(iter(store.glob(pattern)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    java_side.aw("verify", store, code=1)
