# SPDX-License-Identifier: Apache-2.0
"""Seals a live segment the way the Java side does, but with stock pyarrow: a foreign writer for the sealed reader."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

from arrow_world.flatbuf import Table, key_values
from arrow_world.ipc import BATCH, BytesSource, messages
from arrow_world.segment import SegmentReader


def seal(live: Path, store_id: bytes, strings: bool, first_seq: int, compression: str | None = None) -> Path:
    """Writes log/<first_seq>.arrow from a live file and deletes the live file."""
    with SegmentReader(live, store_id, strings, first_seq, False) as reader:
        runs = list(reader.batches())
    keys = reader.header.keys
    with pa.ipc.open_stream(live) as stream:
        metadata = dict(stream.schema.metadata)
    metadata[b"aw.keys"] = json.dumps([k.to_json() for k in keys]).encode()
    width = pa.uint8() if reader.header.key_type == "u8" else pa.uint16()
    fields = [pa.field("tick", pa.uint64(), False), pa.field("rid", pa.uint32(), False),
              pa.field("key", pa.dictionary(width, pa.utf8()), False), pa.field("val", pa.float64(), False)]
    fields += [pa.field("text", pa.dictionary(pa.uint32(), pa.utf8()))] * strings
    schema = pa.schema(fields, metadata)
    words = list(dict.fromkeys(w for r in runs for w in (r.text if strings else []) if w is not None))
    batches = []
    for r in runs:
        columns = [pa.array(r.tick), pa.array(r.rid), pa.DictionaryArray.from_arrays(
            pa.array(r.key.astype("u1" if width == pa.uint8() else "u2")), pa.array([k.name for k in keys])), pa.array(r.val)]
        if strings:
            index = pa.array([None if w is None else words.index(w) for w in r.text], pa.uint32())
            columns.append(pa.DictionaryArray.from_arrays(index, pa.array(words, pa.utf8())))
        batches.append(pa.record_batch(columns, schema=schema))
    stats = [s[:6] + ["0" * 8] for s in reader.stats]
    last = f"{int(runs[-1].bits[-1]):016x}"
    data = bytearray(_write(schema, batches, runs, stats, last, compression))
    crcs = _patch(data, store_id, first_seq)
    for stat, crc in zip(stats, crcs):
        stat[6] = crc
    data = bytearray(_write(schema, batches, runs, stats, last, compression))
    end = _patch(data, store_id, first_seq) and _data_end(data)
    _patch_footer(data, end)
    target = live.parent.parent / f"{first_seq:020d}.arrow"
    target.write_bytes(data)
    live.unlink()
    return target


def _write(schema, batches, runs, stats, last, compression):
    sink = pa.BufferOutputStream()
    footer = {"aw.footer_crc": "0" * 8, "aw.batches": json.dumps(stats), "aw.last_chain": last}
    options = pa.ipc.IpcWriteOptions(compression=compression)
    try:
        file = pa.ipc.new_file(sink, schema, options=options, metadata=footer)
    except TypeError:
        pytest.skip(f"pyarrow {pa.__version__} cannot write metadata into a file's footer, so nothing can be sealed here")
    with file as writer:
        for run, batch in zip(runs, batches):
            writer.write_batch(batch, {"aw.first_seq": f"{run.first_seq:020d}", "aw.crc": "0" * 8})
    return sink.getvalue().to_pybytes()


def _data_end(data: bytes) -> int:
    return [m for m in messages(BytesSource(bytes(data)), 8) if m.kind == BATCH][-1].end


def _patch(data: bytearray, store_id: bytes, first_seq: int) -> list[str]:
    """Sets every batch's digits (B-2), computed here from the raw bytes; returns them."""
    crcs, start, seed = [], 0, store_id + first_seq.to_bytes(8, "little")
    for m in messages(BytesSource(bytes(data)), 8):
        if m.kind == BATCH:
            crc = zlib.crc32(bytes(data[start : m.end]), zlib.crc32(seed))
            at = m.start + 8 + m.custom["aw.crc"].pos
            data[at : at + 8] = b"%08x" % crc
            crcs.append(f"{crc:08x}")
            seed, start = crc.to_bytes(4, "little"), m.end
    return crcs


def _patch_footer(data: bytearray, end: int) -> None:
    length = int.from_bytes(data[-10:-6], "little")
    at = len(data) - 10 - length
    at += key_values(Table.root(bytes(data[at:-10])), 4)["aw.footer_crc"].pos
    data[at : at + 8] = b"%08x" % zlib.crc32(bytes(data[end:]))
