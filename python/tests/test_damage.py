# SPDX-License-Identifier: Apache-2.0
"""Cut, flipped and zeroed bytes: nothing is silent, and nothing but typed errors comes out."""

import contextlib
import json
import os
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from helpers import live_file, run
from sealing import seal

import arrow_world as aw
from arrow_world import jsonfile
from arrow_world.snapshot_write import write_snapshot
from arrow_world.storefiles import StoreFiles

SCHEMA = aw.Schema((aw.TableSchema("t", columns=(aw.Column("w", "string"),)),))


@pytest.fixture
def small(tmp_path):
    """A store of three ticks in three batches, with strings; a snapshot of the last."""
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as w:
        for tick in range(3):
            with w.tick() as t:
                t["t"].insert(w=f"w{tick}")
        w.snapshot()
    return aw.open_store(tmp_path / "s")


def rows_of(store):
    log = store.log()
    return log, list(zip(log.tick.tolist(), log.rid.tolist(), log.key.tolist(), log.bits.tolist(), log.text.tolist()))


@contextlib.contextmanager
def flipped(path, bit):
    """One bit of a file is another inside the block."""
    with open(path, "r+b", buffering=0) as file:
        byte = os.pread(file.fileno(), 1, bit // 8)
        os.pwrite(file.fileno(), bytes([byte[0] ^ 1 << bit % 8]), bit // 8)
        try:
            yield
        finally:
            os.pwrite(file.fileno(), byte, bit // 8)


def batch_ends(store):
    from arrow_world.ipc import BATCH, BytesSource, messages
    data = live_file(store.path).read_bytes()
    found = list(messages(BytesSource(data), 0))
    return found[2].end, [m.end for m in found if m.kind == BATCH]


def test_a_live_segment_cut_at_any_byte_is_a_shorter_log_or_an_error(small):  # L-14, L-22, B-4
    path = live_file(small.path)
    data = path.read_bytes()
    _, whole = rows_of(small)
    header, ends = batch_ends(small)
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        if cut < header:
            with pytest.raises(aw.DamagedFileError, match="segment header"):
                rows_of(small)
            continue
        log, rows = rows_of(small)
        ticks = sum(end <= cut for end in ends)
        assert rows == whole[: sum(r[0] < ticks for r in whole)]
        assert (log.torn is None) == (cut in [header, *ends])
        if log.torn:
            assert log.torn.offset <= cut


def test_no_flipped_bit_of_a_live_segment_is_silent(small):  # B-2, B-5, L-23
    path = live_file(small.path)
    _, whole = rows_of(small)
    _, ends = batch_ends(small)
    for bit in range(8 * path.stat().st_size):
        with flipped(path, bit):
            try:
                log, rows = rows_of(small)
            except (aw.DamagedFileError, aw.UnsupportedVersionError):
                continue
        assert log.torn is not None and rows == whole[: len(rows)] and len(rows) < len(whole), f"bit {bit}"
        assert bit // 8 >= ends[-2], f"bit {bit} lies before a later batch and passed as a torn end"


def test_damage_before_a_valid_batch_names_file_offset_and_batch(small):  # B-5, L-23
    path = live_file(small.path)
    data = bytearray(path.read_bytes())
    _, ends = batch_ends(small)
    data[ends[1] - 1] ^= 1
    path.write_bytes(data)
    with pytest.raises(aw.DamagedFileError, match=r"so this is not a torn end") as e:
        small.log()
    assert (e.value.path, e.value.batch) == (str(path), 1) and ends[0] <= e.value.offset < ends[1]
    report = aw.verify(small.path)
    assert [f.batch for f in report.findings if f.path == str(path)] == [1] and report.last_tick == 0


def test_a_zeroed_stretch_is_room_at_the_end_and_damage_before_it(small):  # B-5, L-18, L-22, L-31
    path = live_file(small.path)
    data = path.read_bytes()
    _, ends = batch_ends(small)
    path.write_bytes(data[: ends[1]] + bytes(len(data) - ends[1]))
    log, rows = rows_of(small)
    assert log.torn is None and max(r[0] for r in rows) == 1
    for zeros in (8, ends[1] - ends[0]):  # the later batch counts, though its predecessor's CRC may be gone
        path.write_bytes(data[: ends[0]] + bytes(zeros) + data[ends[0] + zeros :])
        with pytest.raises(aw.DamagedFileError, match="a later batch of the log stands at byte"):
            small.log()


def test_a_tail_is_clean_only_where_nothing_but_zeros_follows_the_last_commit(small):  # L-22, L-31
    path = live_file(small.path)
    data = path.read_bytes()
    for room in (0, 1, 8, 4099, 1 << 20):
        path.write_bytes(data + bytes(room))
        assert small.log().torn is None
    for junk in (b"\0\1", bytes(1 << 20) + b"\1", b"\xff" * 4 + bytes(4), b"x" * 40):
        path.write_bytes(data + junk)
        assert small.log().torn.offset == len(data)
    assert len(small.log()) and aw.verify(small.path).ok


def test_a_live_file_that_is_sealed_between_listing_and_opening_is_read_sealed(small):  # L-20
    before = rows_of(small)[1]
    scan = StoreFiles(small.path).scan()
    sealed = seal(live_file(small.path), small.info.store, True, 0)
    assert sum(len(rows) for rows in scan) == len(before) and scan.reader.path == sealed


def test_no_flipped_bit_of_a_snapshot_is_silent(small):  # N-6, B-7, J-1
    from arrow_world.snapshot import _open as check_file

    snapshot = small.snapshot(2).manifest.path
    files = sorted(snapshot.iterdir())
    assert [f.name for f in files] == ["codebook.arrow", "manifest.json", "t.arrow", "t.free.arrow"]
    rng, manifest = random.Random(20261121), small.snapshot(2).manifest

    def read(path):
        return check_file(manifest, path.name) if path.name == "t.arrow" else small.snapshot(2)

    for path in files:
        size = 8 * path.stat().st_size
        bits = range(size) if path.name == "t.arrow" else rng.sample(range(size), 1500)
        for bit in bits:
            with flipped(path, bit), pytest.raises((aw.DamagedFileError, aw.UnsupportedVersionError)):
                read(path)
    assert small.snapshot(2).hash_world() == small.at(2).hash_world()


def test_a_snapshot_file_cut_at_any_byte_is_refused(small):  # N-6
    for path in sorted(small.snapshot(2).manifest.path.iterdir()):
        data = path.read_bytes()
        for cut in range(0, len(data), 7):
            path.write_bytes(data[:cut])
            with pytest.raises(aw.DamagedFileError):
                small.snapshot(2)
        path.write_bytes(data)


def test_no_flipped_bit_of_store_json_is_silent(small):  # J-1, J-3, V-1
    path = small.path / "store.json"
    data = bytearray(path.read_bytes())
    for bit in range(8 * len(data)):
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(aw.DamagedFileError):
            aw.open_store(small.path)


def test_a_missing_tail_is_reported_by_its_snapshot(small):  # L-24
    path = live_file(small.path)
    _, ends = batch_ends(small)
    path.write_bytes(path.read_bytes()[: ends[1]])
    report = aw.verify(small.path)
    assert not report.ok and report.torn is None and "a tail is missing" in report.findings[0].message
    with pytest.raises(aw.DamagedFileError, match="a tail is missing"):
        small.at(2)
    with pytest.raises(aw.DamagedFileError, match="a tail is missing"):
        aw.LiveWorld.resume(small.path)


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_sealed_segments_from_a_foreign_writer_read_the_same(small, compression):  # L-20, B-1, B-2, B-7
    _, before = rows_of(small)
    seal(live_file(small.path), small.info.store, True, 0, compression)
    log, rows = rows_of(small)
    assert rows == before and log.torn is None and small.segments()[0].sealed
    report = aw.verify(small.path)
    assert report.ok and report.batches == 3, report


def test_no_flipped_bit_of_a_sealed_segment_is_silent(small):  # B-2, B-7, L-20
    path = seal(live_file(small.path), small.info.store, True, 0)
    data = bytearray(path.read_bytes())
    for bit in random.Random(3).sample(range(8 * len(data)), 2000):
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises((aw.DamagedFileError, aw.UnsupportedVersionError)):
            rows_of(small)


def test_a_hole_between_segments_is_damage_and_the_sealed_twin_wins(small):  # L-1, L-20
    live = live_file(small.path)
    copy = live.read_bytes()
    sealed = seal(live, small.info.store, True, 0)
    live.write_bytes(copy[:-8])
    assert small.log().torn is None and len(small.segments()) == 1
    live.unlink()
    with aw.LiveWorld.resume(small.path) as w, w.tick(9):
        pass
    assert small.log().tick[-1] == 9 and [s.sealed for s in small.segments()] == [True, False]
    sealed.unlink()
    with pytest.raises(aw.DamagedFileError, match="its head is missing"):
        small.log()
    assert not aw.verify(small.path).ok


def test_rows_behind_a_fence_do_not_exist(small):  # L-21
    from arrow_world import jsonfile
    log, rows = rows_of(small)
    seq = int(log.commits()[1]) + 1
    (small.path / "fence.json").write_bytes(jsonfile.encode({"tick": f"{1:016x}", "seq": f"{seq:016x}", "epoch": 1}))
    assert rows_of(small)[1] == rows[:seq]
    assert small.at(1).tick == 1 and small.manifests() == []
    with pytest.raises(aw.InvalidUseError, match="outside the committed ticks"):
        small.at(2)
    assert aw.verify(small.path).ok
    with aw.LiveWorld.resume(small.path) as world:  # who writes next finishes it
        assert world.last_tick == 1 and not (small.path / "fence.json").exists()
    assert aw.verify(small.path).ok and rows_of(aw.open_store(small.path))[1] == rows[:seq]


def test_unfinished_names_are_ignored(small):  # S-2
    (small.path / "log" / f"{99:020d}.arrow.tmp").write_bytes(b"x")
    (small.path / "log" / "live" / f"{99:020d}.arrows.tmp").write_bytes(b"x")
    (small.path / "snapshots" / f"{99:020d}.v1.tmp").mkdir()
    assert aw.verify(small.path).ok


def test_a_format_version_that_is_not_known_is_refused_by_number(small):  # V-1
    from arrow_world import jsonfile
    path = small.path / "store.json"
    members = jsonfile.read(path)
    members.pop("crc")
    path.write_bytes(jsonfile.encode(members | {"format": 7}))
    with pytest.raises(aw.UnsupportedVersionError, match="its format is 7, this package reads 1"):
        aw.open_store(small.path)


def test_random_bytes_as_metadata_give_only_the_malformed_error():  # B-4
    from arrow_world.flatbuf import Malformed
    from arrow_world.ipc import BytesSource, buffer_ranges, messages, read_nodes, read_schema, read_words
    rng = np.random.default_rng(11)
    refused = 0
    from arrow_world.ipc import Field
    from arrow_world.ipc_write import dictionary_message, frame, schema_metadata
    fields = [Field("a", "u8"), Field("b", "utf8", True, "u32", 1, metadata=(("k", "v"),))]
    good = frame(schema_metadata(fields, {"x": "y"})) + b"".join(dictionary_message(1, ["one", "two"]))
    for _ in range(4000):
        data = bytearray(good)
        for at in rng.integers(8, len(good), 4):
            data[at] = rng.integers(256)
        try:
            for m in messages(BytesSource(bytes(data)), 0):
                read_schema(m.header) if m.kind == 1 else (read_words(m), buffer_ranges(m), read_nodes(m, [2]))
        except Malformed:
            refused += 1
    assert refused > 1000


@pytest.mark.parametrize("sound", [True, False])
def test_the_footer_of_a_segment_that_a_fence_ends_is_checked(tmp_path, monkeypatch, sound):  # L-20, L-21
    path = tmp_path / "s"
    run(path, 6, seed=3)
    store = aw.open_store(path)
    rows, last, segment = sum(len(b) for b in store.batches()), store.span()[1], store.segments()[-1]
    plain = json.dumps

    def other_checksums(value, **options):
        stats = isinstance(value, list) and value and isinstance(value[0], list)
        return plain([[*batch[:6], "00000000"] for batch in value] if stats else value, **options)

    if not sound:
        monkeypatch.setattr(json, "dumps", other_checksums)
    seal(live_file(path), store.info.store, True, segment.first_seq)
    monkeypatch.undo()
    fence = {"tick": f"{last:016x}", "seq": f"{segment.first_seq + rows:016x}", "epoch": 1}
    (path / "fence.json").write_bytes(jsonfile.encode(fence))
    assert aw.verify(path).ok == sound
    assert sound or "footer aw.batches does not describe the batches" in str(aw.verify(path))


def test_a_cache_whose_manifest_is_damaged_is_passed_over_and_a_base_is_missed(tmp_path):  # L-24
    hashes = run(tmp_path / "s", 20, seed=3, snapshot_every=6)
    first, *_, last = sorted((tmp_path / "s" / "snapshots").iterdir())
    for folder in (first, last):
        manifest_file = folder / "manifest.json"
        manifest_file.write_bytes(manifest_file.read_bytes().replace(b'"tick"', b'"tock"', 1))
    store = aw.open_store(tmp_path / "s")
    assert {w.tick: (w.hash_world(), w.resume_hash()) for w in store.worlds(list(hashes))} == hashes
    assert store.span() == (min(hashes), max(hashes)) and not store.verify()
    imported = aw.import_table(pa.table({"x": [1, 2]}), tmp_path / "i", table="t").path
    (base,) = (Path(imported) / "snapshots").iterdir()
    (base / "manifest.json").write_bytes((base / "manifest.json").read_bytes().replace(b'"tick"', b'"tock"', 1))
    for ask in (lambda s: s.span(), lambda s: s.at(0)):
        with pytest.raises(aw.DamagedFileError, match="manifest.json"):
            ask(aw.open_store(imported))


def test_no_snapshot_is_of_the_tick_that_there_cannot_be(small):  # L-2
    world = small.at(2)
    world.tick = (1 << 63) - 1
    with pytest.raises(aw.InvalidUseError, match=r"ticks are below 2\^63 - 1"):
        write_snapshot(small.path, small.info.store, True, world)
    assert small.verify()
