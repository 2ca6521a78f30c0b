# SPDX-License-Identifier: Apache-2.0
"""Rows whose checksums are right and whose content breaks a rule of the log."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from helpers import live_file

import arrow_world as aw
from arrow_world.segment import SegmentReader
from arrow_world.segment_write import LiveSegment
from arrow_world.writer import LogWriter


def extend(path, ticks, rids, keys, values, words=None, first_seq=2):
    """Appends one batch of arbitrary rows behind the two rows the store has."""
    rows = aw.Rows(first_seq, np.array(ticks, "<u8"), np.array(rids, "<u4"), np.array(keys, "<u2"),
                   np.array(values, "<f8").view("<u8"), np.array(words or [None] * len(ticks), object))
    with SegmentReader(live_file(path), aw.open_store(path).info.store, True, 0, False) as reader:
        list(reader.batches())
    live = LiveSegment(live_file(path), b"", 0, len(reader.header.keys), "u8", True, reader.end, reader.last_crc)
    live.write(rows, reader.header.keys)
    live.close()


@pytest.fixture
def path(tmp_path):
    with LogWriter.create(tmp_path / "s", strings=True) as w:
        w.declare_key("x", "f64"), w.declare_key("word", "string")
        w.append("word", 0, "first"), w.commit(5)
    return tmp_path / "s"


@pytest.mark.parametrize("rows, message", [
    (([6, 6], [0, 2], [1, 0], [0, 0]), r"counts 2 rows, there are 1"),
    (([5, 5], [0, 1], [1, 0], [0, 0]), r"do not strictly increase after 5"),
    (([6, 6, 4, 4], [0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0]), r"do not strictly increase after 5"),
    (([6, 7], [0, 1], [1, 0], [0, 0]), r"do not all carry its number"),
    (([6, 6], [0, 1], [2, 0], [0, 0], ["second", None]), r"the code 0.0, expected 1"),
    (([6, 6], [0, 1], [2, 0], [1, 0], ["first", None]), r"the code 1.0, expected 0"),
])
def test_committed_rows_that_break_a_rule_are_damage(path, rows, message):
    extend(path, *rows)
    with pytest.raises(aw.DamagedFileError, match=message):
        aw.open_store(path).log()
    assert not aw.verify(path).ok


@pytest.mark.parametrize("rows, reason", [
    (([6, 6], [0, 1], [1, 0], [0, 0], ["word", None]), "text is null where"),
    (([6, 6], [0, 1], [2, 0], [0, 0]), "text is null where"),
    (([6, 6], [0, 1], [3, 0], [0, 0]), "key code 3 is not declared"),
])
def test_a_batch_that_breaks_a_rule_is_not_used(path, rows, reason):  # L-13, B-4
    extend(path, *rows)
    log = aw.open_store(path).log()
    assert log.tick.tolist() == [5, 5] and reason in log.torn.reason


def test_a_batch_that_leaves_out_rows_is_damage(path):  # L-1, L-23
    extend(path, [6, 6], [0, 1], [1, 0], [0, 0], first_seq=3)
    with pytest.raises(aw.DamagedFileError, match=r"expected 00000000000000000002; a later batch"):
        aw.open_store(path).log()


def test_a_wrong_chain_digest_is_found_by_verify(path):  # L-15
    extend(path, [6, 6], [0, 1], [1, 0], [0.5, 0.25])
    assert len(aw.open_store(path).log()) == 4
    report = aw.verify(path)
    assert len(report.findings) == 1 and "the chain of tick 6 is" in report.findings[0].message


def test_the_chain_covers_every_column_and_the_tick_before(path):  # L-15
    log = aw.open_store(path).log()
    tick, chain = log.slice(0, 1), int(log.bits[1]).to_bytes(8, "little")
    assert aw.tick_chain(bytes(8), 5, tick) == chain
    changed = [aw.tick_chain(b"1" * 8, 5, tick), aw.tick_chain(bytes(8), 6, tick)]
    for name, value in (("tick", 6), ("rid", 1), ("key", 1), ("bits", 1), ("text", "other")):
        parts = {n: getattr(tick, n).copy() for n in ("tick", "rid", "key", "bits", "text")}
        parts[name][0] = value
        changed.append(aw.tick_chain(bytes(8), 5, aw.Rows(0, **parts)))
    assert len({chain, *changed}) == 8


def test_a_snapshot_that_replay_does_not_give_is_found_by_verify(tmp_path):  # N-7, H-2
    schema = aw.Schema((aw.TableSchema("a", "append_only", columns=(aw.Column("v", "f64"),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as w:
        with w.tick() as t:
            t["a"].insert(v=1.0)
        w.world.tables["a"]._columns["v"][0] = 2.0
        w.snapshot()
    report = aw.verify(tmp_path / "s")
    assert any("replay gives the hash_world" in f.message for f in report.findings)


def test_a_base_begins_a_history_whose_earlier_rows_need_not_exist(tmp_path):  # N-7, L-15, L-16
    from arrow_world.snapshot_write import write_snapshot
    schema = aw.Schema((aw.TableSchema("t", gen=True, columns=(aw.Column("v", "f64"),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as w:
        world = w.world
        with w.tick(3) as t:
            t["t"].insert(v=1.0), t["t"].insert()
        write_snapshot(w.path, w.info.store, False, world, base=True)
    live_file(tmp_path / "s").unlink()
    store = aw.open_store(tmp_path / "s")
    assert store.at(3).hash_world() == world.hash_world()
    report = aw.verify(store.path)  # a base alone is verified, and is where the history stands
    assert report.ok and report.snapshots == 1 and report.last_tick == 3, report.findings
    file = next((store.path / "snapshots").glob("*/t.arrow"))
    sound = file.read_bytes()
    file.write_bytes(sound[:-100] + bytes([sound[-100] ^ 1]) + sound[-99:])
    assert not aw.verify(store.path).ok
    file.write_bytes(sound)
    with aw.LiveWorld.resume(store.path) as w:
        world = w.world
        with w.tick() as t:
            t["t"].remove(0)
    assert store.segments()[0].first_seq == store.snapshot(3).manifest.seq == 4
    assert store.at(4).resume_hash() == world.resume_hash()
    report = aw.verify(store.path)
    assert report.ok, report.findings
    assert store.log().tick.tolist() == [4, 4]
    with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
        store.at(2)


def test_no_message_names_a_duty_of_the_specification():
    """Messages are read by people who do not have it open: its numbers stay in comments and docstrings."""
    found = []
    for path in sorted(Path(aw.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        described = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        found += [f"{path.name}:{n.lineno}: {n.value}" for n in ast.walk(tree)
                  if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in described
                  and re.search(r"\b[A-Z]-\d+\b", n.value)]
    assert not found
