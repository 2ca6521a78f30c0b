# SPDX-License-Identifier: Apache-2.0
"""Writing Arrow IPC messages and footers byte by byte (pyarrow cannot align to 64 bytes nor place our digits)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from .flatbuf import Builder, Ref, Table, key_values
from .ipc import BATCH, CONTINUATION, DICTIONARY, FILE_MAGIC, SCHEMA, Field
from .values import Array

Block = tuple[int, int, int]
_V5 = ("h", 4)


def frame(metadata: bytes, at: int = 0, align: int = 8) -> bytes:
    """Prefix and metadata of a message at offset `at`, padded so that its body starts aligned."""
    metadata += bytes(-(at + 8 + len(metadata)) % align)
    return CONTINUATION + len(metadata).to_bytes(4, "little") + metadata


def _int(b: Builder, type_name: str) -> Ref:
    return b.table(("i", int(type_name[1:])), ("B", int(type_name[0] == "i")))


def _field(b: Builder, field: Field) -> Ref:
    metadata = b.key_values(dict(field.metadata)) if field.metadata else None
    children = b.refs([])
    dictionary = None
    if field.index_type is not None:
        dictionary = b.table(("q", field.dictionary_id), _int(b, field.index_type), ("B", int(field.ordered)))
    if field.type == "utf8":
        type_id, type_ref = 5, b.table()
    elif field.type in ("f32", "f64"):
        type_id, type_ref = 3, b.table(("h", 1 if field.type == "f32" else 2))
    else:
        type_id, type_ref = 2, _int(b, field.type)
    return b.table(b.string(field.name), ("B", int(field.nullable)), ("B", type_id), type_ref, dictionary, children,
                   metadata)


def _schema(b: Builder, fields: Sequence[Field], metadata: dict[str, str]) -> Ref:
    refs = [_field(b, f) for f in fields]
    return b.table(("h", 0), b.refs(refs), b.key_values(metadata))


def schema_metadata(fields: Sequence[Field], metadata: dict[str, str]) -> bytes:
    """Metadata of a schema message."""
    b = Builder()
    return b.finish(b.table(_V5, ("B", SCHEMA), _schema(b, fields, metadata), ("q", 0)))


def body(buffers: Sequence[bytes | Array], align: int = 8) -> tuple[bytes, list[tuple[int, int]]]:
    """A body of aligned, padded buffers, and each one's (offset, length)."""
    parts: list[bytes] = []
    ranges, size = [], 0
    for buffer in buffers:
        data = buffer if isinstance(buffer, bytes) else buffer.tobytes()
        padding = -len(data) % align
        ranges.append((size, len(data)))
        parts += (data, bytes(padding)) if padding else (data,)
        size += len(data) + padding
    return b"".join(parts), ranges


def compressed(buffer: bytes | Array) -> bytes:
    """A buffer as a zstd frame behind its length, or as it is behind -1 where that is shorter (L-20)."""
    data = buffer if isinstance(buffer, bytes) else buffer.tobytes()
    if not data:
        return b""
    packed = pa.Codec("zstd").compress(data, asbytes=True)
    size, content = (len(data), packed) if len(packed) < len(data) else (-1, data)
    return size.to_bytes(8, "little", signed=True) + content


def _batch(b: Builder, rows: int, nulls: Sequence[int], ranges: Sequence[tuple[int, int]], zstd: bool = False) -> Ref:
    compression = b.table(("b", 1), ("b", 0)) if zstd else None
    buffers = b.structs("qq", ranges)
    return b.table(("q", rows), b.structs("qq", [(rows, n) for n in nulls]), buffers, compression)


def batch_metadata(
    rows: int, nulls: Sequence[int], ranges: Sequence[tuple[int, int]], body_bytes: int, custom: dict[str, str],
    zstd: bool = False,
) -> bytes:
    """Metadata of a record batch; `nulls` has one count per column. zstd: whether its buffers are `compressed`."""
    b = Builder()
    batch, entries = _batch(b, rows, nulls, ranges, zstd), b.key_values(custom) if custom else None
    return b.finish(b.table(_V5, ("B", BATCH), batch, ("q", body_bytes), entries))


def dictionary_message(dictionary_id: int, words: Sequence[str], at: int = 0, align: int = 8) -> tuple[bytes, bytes]:
    """Frame and body of a complete dictionary of words."""
    data = [w.encode() for w in words]
    offsets = np.concatenate(([0], np.cumsum([len(d) for d in data], dtype="i8"))).astype("<i4")
    content, ranges = body([b"", offsets, b"".join(data)], align)
    b = Builder()
    batch = b.table(("q", dictionary_id), _batch(b, len(words), [0], ranges), ("B", 0))
    return frame(b.finish(b.table(_V5, ("B", DICTIONARY), batch, ("q", len(content)))), at, align), content


def footer(
    fields: Sequence[Field], schema_metadata: dict[str, str], dictionaries: Sequence[Block], batches: Sequence[Block],
    custom: dict[str, str],
) -> bytes:
    """The footer flatbuffer of an IPC file."""
    b = Builder()
    entries = b.key_values(custom)
    blocks = [b.structs("qi4xq", list(blocks)) for blocks in (dictionaries, batches)]
    return b.finish(b.table(_V5, _schema(b, fields, schema_metadata), blocks[0], blocks[1], entries))


def closing(
    fields: Sequence[Field], metadata: dict[str, str], dictionaries: Sequence[Block], batches: Sequence[Block],
    custom: dict[str, str],
) -> bytes:
    """What ends an IPC file: end of stream, footer with its own checksum (B-7), its length and the magic."""
    flat = bytearray(footer(fields, metadata, dictionaries, batches, {"aw.footer_crc": "00000000", **custom}))
    at = key_values(Table.root(bytes(flat)), 4)["aw.footer_crc"].pos
    end = len(flat).to_bytes(4, "little") + FILE_MAGIC[:6]
    eos = CONTINUATION + bytes(4)
    flat[at : at + 8] = b"%08x" % zlib.crc32(eos + flat + end)
    return bytes(eos + flat + end)
