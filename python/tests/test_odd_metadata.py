# SPDX-License-Identifier: Apache-2.0
"""Metadata that is right by its CRC but odd is refused by verify as by every reader of either language."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import arrow_world as aw
from arrow_world.fields import FieldSnapshots, FieldSnapshotWriter
from helpers import run


@pytest.fixture
def store(tmp_path: Path) -> Path:
    run(tmp_path / "s", 6, seed=4, snapshot_every=3)
    return tmp_path / "s"


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    """Changes the text of a JSON file of a store, and makes its CRC right again."""
    head = re.sub(rb',"crc":"[0-9a-f]{8}"}\n$', b"", path.read_bytes())
    changed = change(head.decode()).encode("utf-8", "surrogateescape")
    path.write_bytes(changed + b',"crc":"%08x"}\n' % zlib.crc32(changed))


def members(change: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        found = json.loads(text + "}")
        change(found)
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))[:-1]

    return changed


def manifest(store: Path) -> Path:
    return sorted(store.glob("snapshots/*/manifest.json"))[-1]


def fence(store: Path) -> Path:
    (store / "fence.json").write_bytes(b"")
    return store / "fence.json"


def swap(found: dict[str, Any]) -> None:
    found["tables"][0], found["tables"][1] = found["tables"][1], found["tables"][0]


CASES: dict[str, tuple[Callable[[Path], Path], Callable[[str], str], str]] = {
    "a member twice in store.json": (lambda s: s / "store.json", lambda t: t + ',"tick_unit":"tick"', "'tick_unit' stands twice in one object"),
    "a member twice inside": (lambda s: s / "store.json", lambda t: t.replace('"name":"creature"', '"name":"food","name":"creature"', 1),
                              "'name' stands twice in one object"),
    "a member twice in a manifest": (manifest, lambda t: t + ',"base":false', "'base' stands twice in one object"),
    "tables in another order": (manifest, members(swap), "it lists the tables food, creature.*by the schema they are creature, food"),
    "a table more": (manifest, members(lambda m: m["tables"].append(dict(m["tables"][0]))), "it lists the tables creature.*, creature;"),
    "an id beyond 64 bits": (manifest, members(lambda m: m["tables"][3].update(next_id=1 << 63)), "'next_id' of reading is 9223372036854775808"),
    "other inputs": (manifest, members(lambda m: m["schema"].update(inputs=[])), "its schema is not store.json's, in the same version: it lacks in.rate f64"),
    "other events": (manifest, members(lambda m: m["schema"]["tables"][0]["events"].append({"name": "e", "type": "f64"})),
                     r"its schema is not store.json's, in the same version: it has creature\.e f64"),
    "another removal": (manifest, members(lambda m: m["schema"]["tables"][0].update(removal="compact")),
                        "its schema is not store.json's, in the same version: a table or a default is declared otherwise"),
    "a row table without removal": (lambda s: s / "store.json", lambda t: t.replace('"removal":"swap_remove",', "", 1), "'removal'"),
    "lineage thrice": (lambda s: s / "store.json", lambda t: re.sub(r'"lineage":\[[^]]*\]', '"lineage":["parent","cause","parent"]', t, count=1),
                       "expected parent, cause or both in this order"),
    "strings denied": (lambda s: s / "store.json", lambda t: t.replace('"strings":true', '"strings":false'), "strings"),
    "a mark in front": (lambda s: s / "store.json", lambda t: "\ufeff" + t, "not JSON"),
    "a fence beyond all ticks": (fence, lambda t: json.dumps({"tick": "f" * 16, "seq": "0" * 16, "epoch": 1})[:-1], "its tick or seq is not below"),
    "an epoch beyond 32 bits": (fence, lambda t: json.dumps({"tick": "0" * 16, "seq": "0" * 16, "epoch": 1 << 31})[:-1],
                                "'epoch' is 2147483648, expected less than 2"),
}


@pytest.mark.parametrize("case", CASES)
def test_verify_refuses_odd_metadata(store: Path, case: str) -> None:
    assert aw.verify(store)
    where, change, told = CASES[case]
    rewrite(where(store), change)
    report = aw.verify(store)
    assert not report
    assert any(re.search(told, str(f)) for f in report.findings), report.findings


def test_metadata_that_are_not_utf_8_are_damage(store: Path, tmp_path: Path) -> None:
    rewrite(store / "store.json", lambda t: t.replace('"tick_unit":"', '"tick_unit":"\udcff'))
    with pytest.raises(aw.DamagedFileError, match="not JSON: 'utf-8' codec can't decode"):
        aw.open_store(store)
    with FieldSnapshotWriter(tmp_path / "f", fields=["u"], grid_shape=(2,)) as writer:
        writer.append(0.0, {"u": [1.0, 2.0]})
    path = tmp_path / "f" / "metadata.json"
    good = path.read_bytes()
    for odd in (b'"a":"\xff"', b'"a":"\\ud800"', b'"a":1,"a":2'):
        path.write_bytes(b"{" + odd + b"," + re.sub(rb',"crc":"[0-9a-f]{8}"}\n$', b"}", good)[1:])
        with pytest.raises(aw.DamagedFileError, match="it is not JSON"):
            FieldSnapshots.open(tmp_path / "f")


def test_a_schema_of_the_highest_version_has_snapshots(tmp_path: Path) -> None:
    schema = aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),), version=(1 << 31) - 1)
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            t["a"].insert(x=1.0)
        world.snapshot()
    assert aw.verify(tmp_path / "s") and aw.open_store(tmp_path / "s").snapshot(0).manifest.schema.version == (1 << 31) - 1
    (tmp_path / "s" / "snapshots" / f"{1:020d}.v{1 << 31}").mkdir()
    assert not aw.verify(tmp_path / "s")
