# SPDX-License-Identifier: Apache-2.0
"""What stands before the first batch of a sealed segment is verified before a later batch needs it (B-12)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import arrow_world as aw
from arrow_world import seal
from arrow_world.ipc import open_source, find_footer

WORDS = aw.Schema([aw.TableSchema("t", columns=[aw.Column("name", "string"), aw.Column("x", "f64")])])
PLAIN = aw.Schema([aw.TableSchema("t", columns=[aw.Column("name", "u16"), aw.Column("x", "f64")])])


def sealed(path: Path, schema: aw.Schema, monkeypatch: pytest.MonkeyPatch, head: bool) -> tuple[Path, int]:
    """A store of one sealed segment of many batches; its file, and where the first batch begins."""
    monkeypatch.setattr(seal, "_BATCH_ROWS", 20)
    closing = seal.closing

    def older(fields: Any, metadata: Any, dictionaries: Any, batches: Any, footer: dict[str, str]) -> bytes:
        return closing(fields, metadata, dictionaries, batches, {k: v for k, v in footer.items() if head or k != "aw.head"})

    monkeypatch.setattr(seal, "closing", older)
    with aw.LiveWorld.create(path, schema) as world:
        for tick in range(8):
            with world.tick() as t:
                values = {"name": [f"pear{tick}"] * 10 if schema is WORDS else [tick] * 10, "x": [float(tick)] * 10}
                t["t"].insert(**values) if tick == 0 else t["t"].write(**values)
        world.seal()
    [file] = (path / "log").glob("*.arrow")
    with open_source(file) as source:
        footer = find_footer(source)
    assert len(footer.batches) > 2 and ("aw.head" in footer.metadata) == head
    return file, footer.batches[0][0]


def rows_of(path: Path, tick: int) -> list[dict[str, Any]]:
    return aw.open_store(path).rows(ticks=tick).to_arrow().to_pylist()


@pytest.mark.parametrize("head", [True, False], ids=["aw.head", "older file"])
@pytest.mark.parametrize("schema", [WORDS, PLAIN], ids=["words", "no words"])
def test_no_changed_byte_before_the_first_batch_changes_a_row_of_the_last(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: aw.Schema, head: bool) -> None:
    file, end = sealed(tmp_path / "s", schema, monkeypatch, head)
    sound, expected = file.read_bytes(), rows_of(tmp_path / "s", 7)
    assert len(expected) == 20
    rng, refused = random.Random(20261130), 0
    places = set(rng.sample(range(end), 120))
    places |= {sound.index(word) for word in (b"pear7", b"pear3") if word in sound[:end]}
    for at in sorted(places):
        changed = bytearray(sound)
        changed[at] ^= 1 << rng.randrange(8)
        file.write_bytes(changed)
        try:
            found = rows_of(tmp_path / "s", 7)
        except aw.ArrowWorldError:
            refused += 1
        else:
            assert found == expected, f"byte {at}"
    assert refused > 20


def test_verify_compares_the_footer_with_what_stands_before_the_first_batch(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dumps = seal.json.dumps
    monkeypatch.setattr(seal.json, "dumps", lambda value, **options: dumps(
        [value[0], "00000000"] if len(value) == 2 and isinstance(value[0], str) else value, **options))
    sealed(tmp_path / "s", WORDS, monkeypatch, True)
    report = aw.verify(tmp_path / "s")
    assert not report and "footer aw.head says that bytes 0 to" in str(report)
    with pytest.raises(aw.DamagedFileError, match="aw.head says 00000000"):
        rows_of(tmp_path / "s", 7)


def test_the_head_ends_where_the_first_batch_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dumps = seal.json.dumps
    monkeypatch.setattr(seal.json, "dumps", lambda value, **options: dumps(
        [str(int(value[0]) - 8), value[1]] if len(value) == 2 and isinstance(value[0], str) else value, **options))
    sealed(tmp_path / "s", PLAIN, monkeypatch, True)
    assert not aw.verify(tmp_path / "s")
    with pytest.raises(aw.DamagedFileError, match="aw.head is .* where the first batch begins"):
        rows_of(tmp_path / "s", 7)
