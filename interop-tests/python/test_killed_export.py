# SPDX-License-Identifier: Apache-2.0
"""Exports killed at random moments of their writing: nothing is seen of them, and a rerun completes them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

import java_side

KILLS = int(os.environ.get("AW_KILLS", "2"))
SEED = int(os.environ.get("AW_SEED", time.time_ns()))
EXPORTS = {
    "archive": ["--to", "parquet"],
    "log": ["--to", "parquet", "--view", "log"],
    "by_entity": ["--to", "parquet", "--view", "by_entity"],
    "arrow": ["--to", "arrow", "--view", "log"],
    "npz": ["--to", "npz", "--view", "log"],
    "csv": ["--to", "csv", "--view", "log"],
    "sqlite": ["--to", "sqlite", "--view", "log"],
    "avro": ["--to", "avro", "--view", "log"],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "store"
    java_side.aw("run", "--preset", "small", "--ticks", 4, "--durability", "none", "--out", path)
    return path


def size(folder: Path) -> int:
    """Bytes of all files that are there now; they come and go."""
    found = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found += os.stat(os.path.join(parent, name)).st_size
    return found


def content(path: Path) -> dict[str, str]:
    """A digest of every file; of a database, of what is in it."""
    if path.suffix == ".sqlite":
        with sqlite3.connect(path) as base:
            assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return {"dump": hashlib.sha256("".join(base.iterdump()).encode()).hexdigest()}
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return {str(p.relative_to(path)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_killed_export_leaves_nothing_to_be_seen_and_a_rerun_completes_it(name: str, store: Path, tmp_path: Path) -> None:
    suffix = ".sqlite" if name == "sqlite" else ""
    whole, folder = tmp_path / f"whole{suffix}", tmp_path / "killed"
    java_side.aw("export", store, *EXPORTS[name], "--out", whole)
    expected, bytes_ = content(whole), size(tmp_path)
    folder.mkdir()
    out = folder / f"out{suffix}"
    rng, unfinished = random.Random(SEED), 0
    for kill in range(KILLS):
        target = rng.randrange(bytes_)
        done = killed_at(target, folder, java_side.aw_command("export", store, *EXPORTS[name], "--out", out))
        said = f"{sorted(p.name for p in folder.iterdir())} after kill {kill} at {target} bytes; AW_SEED={SEED}"
        assert all(p.name.startswith(f"{out.name}.") and ".tmp" in p.name for p in folder.iterdir() if p != out), said
        if out.exists():
            assert content(out) == expected, said
            shutil.rmtree(folder)
            folder.mkdir()
        else:
            assert not done, said
            unfinished += size(folder) > 0
    print(f"{name}: {KILLS} kills, {unfinished} left something unfinished, AW_SEED={SEED}")
    java_side.aw("export", store, *EXPORTS[name], "--out", out)
    assert list(folder.iterdir()) == [out]
    assert content(out) == expected


def killed_at(target: int, folder: Path, command: list[str]) -> bool:
    """Kills a command once it has written as many bytes as it is to; True if it was done before."""
    before = size(folder)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as export:
        while export.poll() is None and size(folder) - before < target:
            pass
        ended = export.poll() is not None
        export.kill()
    assert not ended or export.returncode == 0
    return ended
