# SPDX-License-Identifier: Apache-2.0
"""What Java writes, read with stock pyarrow and NumPy alone and compared with what Java held in memory."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import arrow_world
import java_side
import replay
from conftest import JavaRun

ARROW = {"u8": pa.uint8(), "i8": pa.int8(), "u16": pa.uint16(), "i16": pa.int16(), "u32": pa.uint32(), "i32": pa.int32(),
         "u64": pa.uint64(), "i64": pa.int64(), "f32": pa.float32(), "f64": pa.float64(), "bool": pa.uint8(),
         "string": pa.dictionary(pa.uint32(), pa.utf8())}


def snapshots(store: Path) -> list[Path]:
    return sorted((store / "snapshots").iterdir())


def raw(column: pa.ChunkedArray) -> np.ndarray:
    """A column's values as stored: of words their codes."""
    assert column.num_chunks == 1 and column.null_count == 0
    chunk = column.chunk(0)
    return (chunk.indices if pa.types.is_dictionary(chunk.type) else chunk).to_numpy(zero_copy_only=True)


def test_every_snapshot_column_has_its_type_and_javas_bytes(java_run: JavaRun) -> None:  # S-6, S-10, N-1, N-2, H-1
    reports = {r["tick"]: r for r in java_run.reports}
    directories = snapshots(java_run.path)
    assert len(directories) == 4
    for directory in directories:
        manifest = replay.checked_json(directory / "manifest.json")
        report = reports[int(manifest["tick"], 16)]
        assert directory.name == f"{report['tick']:020d}.v1"
        words = pa.ipc.open_file(directory / "codebook.arrow").read_all()["word"].to_pylist()
        assert len(words) == report["codes"] == manifest["codes"]
        for schema in manifest["schema"]["tables"]:
            table = pa.ipc.open_file(pa.memory_map(str(directory / f"{schema['name']}.arrow"))).read_all()
            expected = replay.Table(schema)
            assert table.column_names == list(expected.types) and len(table) == report["tables"][schema["name"]]["rows"]
            for name, type_name in expected.types.items():
                field = table.schema.field(name)
                assert field.type == ARROW[type_name] and not field.nullable
                assert (field.metadata or {}).get(b"aw.type") == (b"bool" if type_name == "bool" else None)
                values = raw(table[name])
                assert values.dtype == np.dtype(replay.DTYPES[type_name])
                digest = hashlib.blake2b(values.tobytes(), digest_size=16).hexdigest()
                assert digest == report["tables"][schema["name"]]["columns"][name], (directory.name, name)
                if type_name == "string":
                    assert table[name].chunk(0).dictionary.to_pylist() == words


def test_every_byte_of_a_snapshot_is_accounted_for_and_aligned(java_run: JavaRun) -> None:  # N-1, N-5, B-7
    for directory in snapshots(java_run.path):
        manifest = replay.checked_json(directory / "manifest.json")
        assert {f["name"] for f in manifest["files"]} | {"manifest.json"} == {p.name for p in directory.iterdir()}
        for entry in manifest["files"]:
            data, rest, end = (directory / entry["name"]).read_bytes(), 0, 0
            assert int(entry["bytes"], 16) == len(data)
            for offset, length, crc in ((int(o, 16), int(n, 16), c) for o, n, c in entry["buffers"]):
                assert offset % 64 == 0 and length > 0 and f"{zlib.crc32(data[offset:offset + length]):08x}" == crc
                rest, end = zlib.crc32(data[end:offset], rest), offset + length
            assert f"{zlib.crc32(data[end:], rest):08x}" == entry["rest"]
            with pa.ipc.open_file(directory / entry["name"]) as reader:
                assert reader.num_record_batches == 1
                metadata = reader.schema.metadata
            kind = {"codebook.arrow": "codebook"}.get(
                entry["name"], "free" if entry["name"].endswith(".free.arrow") else "snapshot")
            table = "" if kind == "codebook" else entry["name"].split(".")[0]
            assert metadata == {b"aw.kind": kind.encode(), b"aw.format": b"1", b"aw.store": manifest["store"].encode(),
                                b"aw.schema": b"1", b"aw.table": table.encode(),
                                b"aw.tick": f"{int(manifest['tick'], 16):020d}".encode()}


def test_the_log_columns_have_their_types_and_javas_bytes(java_run: JavaRun) -> None:  # L-1, L-7, L-13, L-16, B-6
    report = json.loads(java_side.run("StoreMain", "log", java_run.path))
    digests = {name: hashlib.sha256() for name in ("tick", "rid", "key", "val", "text")}
    count = 0
    for path in replay.segments(java_run.path):
        schema, batches = replay.record_batches(path)
        assert [(f.name, f.nullable) for f in schema] == [
            ("tick", False), ("rid", False), ("key", False), ("val", False), ("text", True)]
        key = pa.dictionary(pa.uint8(), pa.utf8())
        assert schema.types == [pa.uint64(), pa.uint32(), key, pa.float64(), pa.dictionary(pa.uint32(), pa.utf8())]
        for batch in batches:
            batch.validate(full=True)
            count += len(batch)
            assert all(batch.column(i).null_count == 0 and batch.column(i).buffers()[0] is None for i in range(4))
            for name in ("tick", "rid", "val"):
                digests[name].update(batch.column(name).to_numpy().tobytes())
            digests["key"].update(batch.column("key").indices.to_numpy().astype("<u2").tobytes())
            for word in batch.column("text").to_pylist():
                data = (word or "").encode()
                digests["text"].update(struct.pack("<i", -1 if word is None else len(data)) + data)
            assert batch.column("key").dictionary.to_pylist() == report["keys"]
    assert count == report["rows"] == java_run.reports[-1]["seq"]
    assert {n: d.hexdigest() for n, d in digests.items()} == {n: report[n] for n in digests}


def test_batch_checksums_and_footers_recompute(java_run: JavaRun) -> None:  # B-1, B-2, B-7, L-16, L-20
    store = replay.checked_json(java_run.path / "store.json")
    last_chain = bytes(16).hex()[:16]
    for path in replay.segments(java_run.path):
        crcs = replay.batch_crcs(path, bytes.fromhex(store["store"]))
        assert crcs and all(stored == computed for _, stored, computed in crcs)
        schema, batches = replay.record_batches(path)
        assert schema.metadata[b"aw.prev_chain"].decode() == last_chain
        last_chain = f"{batches[-1].column('val').to_numpy().view('<u8')[-1]:016x}"
        if path.suffix != ".arrow":
            continue
        with pa.ipc.open_file(path) as reader:
            footer = reader.metadata
        rows = [[str(first), str(len(b)), *(str(f(b.column(c).to_pylist())) for c in ("tick", "rid") for f in (min, max)),
                 crc] for b, (first, crc, _) in zip(batches, crcs)]
        assert json.loads(footer[b"aw.batches"]) == rows and footer[b"aw.last_chain"].decode() == last_chain
        data = path.read_bytes()
        value = struct.pack("<I", 8) + footer[b"aw.footer_crc"]
        at = data.rindex(value) + 4
        end = data.rindex(b"\xff\xff\xff\xff" + bytes(4), 0, at)
        covered = data[end:at] + b"00000000" + data[at + 8 :]
        assert footer[b"aw.footer_crc"] == b"%08x" % zlib.crc32(covered)


def test_a_sequential_replay_gives_javas_world_bit_for_bit_at_20_ticks(java_run: JavaRun) -> None:  # O-7 to O-15, H-1 to H-3
    reports = {r["tick"]: r for r in java_run.reports}
    compared = 0
    for i, (world, commit, digest) in enumerate(replay.worlds(java_run.path)):
        report = reports[world.tick]
        assert int.from_bytes(digest, "little") == commit.bits == int(report["chain"], 16)  # L-15
        assert commit.seq + 1 == report["seq"]
        if i % 15 != 14:
            continue
        compared += 1
        assert world.hash_world().hex() == report["hash_world"] and world.resume_hash().hex() == report["resume_hash"]
        assert len(world.codebook) == report["codes"]
        for name, table in world.tables.items():
            assert len(table) == report["tables"][name]["rows"]
            found = {c: hashlib.blake2b(table.array(c).tobytes(), digest_size=16).hexdigest() for c in table.types}
            assert found == report["tables"][name]["columns"]
        if i % 75 == 74:
            _compare_with_snapshot(world, java_run.path / "snapshots" / f"{world.tick:020d}.v1")
    assert compared == 20 and i + 1 == len(reports)


def _compare_with_snapshot(world: replay.World, directory: Path) -> None:
    """N-3 to N-5."""
    manifest = replay.checked_json(directory / "manifest.json")
    assert not {"hash_world", "resume_hash"} & set(manifest)  # N-11: they are computed by who needs them
    held = arrow_world.Snapshot(directory, bytes.fromhex(manifest["store"]), True).world()
    assert (held.hash_world(), held.resume_hash()) == (world.hash_world().hex(), world.resume_hash().hex())
    assert pa.ipc.open_file(directory / "codebook.arrow").read_all()["word"].to_pylist() == world.codebook
    for entry in manifest["tables"]:
        table = world.tables[entry["name"]]
        assert (entry["rows"], entry["next_id"]) == (len(table), table.next_id)
        assert entry["columns"] == list(table.types) and held.tables[entry["name"]].hash_columns() == table.hash_columns()
        if table.schema["kind"] == "row":
            free = pa.ipc.open_file(directory / f"{entry['name']}.free.arrow").read_all()
            assert list(zip(free["id"].to_pylist(), free["gen"].to_pylist())) == table.free_rows()


def test_the_run_has_what_makes_it_hard(java_run: JavaRun) -> None:
    """Or the tests above would prove little."""
    kinds, nans, big, gens, external, words = set(), set(), 0, 0, 0, set()
    for held, commit in replay.ticks(java_run.path):
        for row in held:
            kinds.add(row.key["name"])
            if row.key["type"] == "f32" and row.bits >> 52 & 0x7FF == 0x7FF and row.bits & 1 << 51 == 0:
                nans.add(row.bits & (1 << 52) - 1)
            big += row.key["name"] == "creature.big" and row.bits >> 63
            gens = max(gens, row.bits) if row.key["name"] == "creature.born" else gens
            external += row.key["name"] == "food.born" and row.rid >> 31
            words.add(row.text)
    keys = {k["name"] for k in json.loads(replay.record_batches(replay.segments(java_run.path)[0])[0].metadata[b"aw.keys"])}
    assert kinds == keys - {"tick.commit"}
    assert len(nans) > 3 and big > 10 and external > 10 and len(words) > 20
    assert struct.unpack("<d", struct.pack("<Q", gens))[0] > 5


def test_stock_readers_open_every_file_with_keys_decoded(java_run: JavaRun) -> None:  # L-17 to L-20, N-1
    pl, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    expected = [(r.tick, r.rid, r.key["name"], r.text) for r in replay.rows(java_run.path)]
    tables, frames = [], []
    for path in replay.segments(java_run.path):
        live = path.suffix == ".arrows"
        tables.append(pa.ipc.open_stream(path).read_all() if live else pa.ipc.open_file(path).read_all())
        frames.append(pl.read_ipc_stream(path) if live else pl.read_ipc(path))
    names = ("tick", "rid", "key", "text")
    assert [row for t in tables for row in zip(*(t[n].to_pylist() for n in names))] == expected
    assert [row for f in frames for row in f.select(names).iter_rows()] == expected
    assert b"".join(f["val"].to_numpy().tobytes() for f in frames) == b"".join(
        t["val"].to_numpy().tobytes() for t in tables)
    log = pa.concat_tables([t.replace_schema_metadata(None) for t in tables]).unify_dictionaries()
    born = duckdb.sql("select count(*) from log where key = 'creature.born'").fetchall()
    assert born == [(sum(r[2] == "creature.born" for r in expected),)]


def test_a_dataset_of_the_sealed_segments_filters_by_key(java_run: JavaRun) -> None:  # L-20
    dataset = pytest.importorskip("pyarrow.dataset")
    sealed = [p for p in replay.segments(java_run.path) if p.suffix == ".arrow"]
    table = dataset.dataset([str(p) for p in sealed], format="ipc").to_table(
        columns=["tick", "rid"], filter=dataset.field("key") == "creature.died")
    expected = [(r.tick, r.rid) for r in replay.rows(java_run.path) if r.key["name"] == "creature.died"]
    found = list(zip(table["tick"].to_pylist(), table["rid"].to_pylist()))
    assert found == expected[: len(found)] and len(found) > 100
