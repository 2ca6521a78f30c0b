# SPDX-License-Identifier: Apache-2.0
"""A cache may be without hashes (snapshot.md N-11)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import arrow_world as aw
from arrow_world import jsonfile

SCHEMA = aw.Schema((aw.TableSchema("boat", columns=(aw.Column("x", "f32"), aw.Column("name", "string")), gen=True),
                    aw.TableSchema("docked", "presence", of="boat")))


def run(path: Path, *, hashes: bool) -> Path:
    with aw.LiveWorld.create(path, SCHEMA) as world:
        with world.tick() as t:
            boats = t["boat"].insert(x=[0.0, 0.5, 1.0], name=["b", "c", "b"])
        with world.tick() as t:
            t["boat"].remove(boats.ids[:1])
            t["docked"].insert(id=int(boats.ids[1]))
        return world.snapshot(hashes=hashes)


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "manifest.json").read_bytes())
    return found


@pytest.mark.parametrize("hashes", [False, True])
def test_a_snapshot_has_hashes_if_asked_and_is_proven_either_way(tmp_path: Path, hashes: bool) -> None:
    folder = run(tmp_path / "run", hashes=hashes)
    assert ("hash_world" in manifest(folder)) is ("resume_hash" in manifest(folder)) is hashes
    store = aw.open_store(tmp_path / "run")
    assert store.snapshot(1).hash_world() == store.hash_world(1)
    report = aw.verify(tmp_path / "run")
    assert report.ok and report.snapshots == 1, report.findings


def rewrite(folder: Path, members: dict[str, object]) -> None:
    members.pop("crc")
    (folder / "manifest.json").write_bytes(jsonfile.encode(members))


def test_a_cache_without_hashes_that_is_not_the_world_of_the_log_is_found(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", hashes=False)
    ours = manifest(folder)
    ours["tables"][0]["next_id"] = 99  # type: ignore[index]
    rewrite(folder, ours)
    report = aw.verify(tmp_path / "run")
    assert not report.ok and "snapshots" in str(report.findings[0].path)


@pytest.mark.parametrize("member", ["hash_world", "resume_hash", "hash", "base"])
def test_a_part_of_the_hashes_or_a_base_without_them_is_damage(tmp_path: Path, member: str) -> None:
    folder = run(tmp_path / "run", hashes=False)
    members = manifest(folder)
    if member == "hash":
        members["tables"][0]["hash"] = "0" * 32  # type: ignore[index]
    else:
        members[member] = True if member == "base" else "0" * 32
    rewrite(folder, members)
    with pytest.raises(aw.DamagedFileError, match="hash"):
        aw.open_store(tmp_path / "run").snapshot(1)
