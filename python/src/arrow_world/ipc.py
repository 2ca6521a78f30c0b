# SPDX-License-Identifier: Apache-2.0
"""Reading Arrow IPC messages: framing, bounds, schemas and buffers, before anything is used (B-3, B-4)."""

from __future__ import annotations

import mmap
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from .flatbuf import KeyValue, Malformed, Table, key_values
from .regular import open_regular
from .remote import RemotePath, RemoteSource
from .values import DTYPES, Array

MAX_METADATA_BYTES = 16 << 20
CONTINUATION = b"\xff\xff\xff\xff"
FILE_MAGIC = b"ARROW1\0\0"
SCHEMA, DICTIONARY, BATCH = 1, 2, 3
_DIGITS = re.compile("[0-9a-f]{8}")
_CODECS = {0: "lz4", 1: "zstd"}
_INFLATION = 64
_MIN_BUDGET_BYTES = 256 << 20


class Source(Protocol):
    """Bytes at offsets; `size` is fixed when the source is made."""

    size: int

    def read(self, offset: int, length: int) -> memoryview:
        """`length` bytes from `offset`, fewer at the end."""
        ...


class BytesSource:
    """Bytes in memory, or a memory map; reads copy nothing."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._view = memoryview(data)
        self.size = len(self._view)

    def read(self, offset: int, length: int) -> memoryview:
        """A view of the bytes."""
        return self._view[offset : offset + length]


class FileSource:
    """An open file read by pread up to the size it had when opened (live segments are never mapped, L-18)."""

    def __init__(self, path: Path) -> None:
        """Opens a regular file; raises as `open_regular`."""
        self._fd = open_regular(path)
        try:
            found = os.fstat(self._fd)
        except BaseException:
            self.close()
            raise
        self.size, self.inode, self.changed_ns = found.st_size, found.st_ino, found.st_mtime_ns

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def map(self) -> memoryview:
        """The whole file, mapped; valid after closing."""
        return memoryview(mmap.mmap(self._fd, 0, access=mmap.ACCESS_READ))

    def close(self) -> None:
        """Closes the file; may be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def grow(self) -> None:
        """Reads up to the size the file has now."""
        self.size = max(self.size, os.fstat(self._fd).st_size)

    def read(self, offset: int, length: int) -> memoryview:
        """A copy of the bytes."""
        parts, end = [], min(offset + length, self.size)
        while offset < end:
            part = _read_at(self._fd, end - offset, offset)
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return memoryview(parts[0] if len(parts) == 1 else b"".join(parts))


def open_source(path: Path) -> FileSource | RemoteSource:
    """The bytes of a file of a store, whose opener closes it."""
    return path.source() if isinstance(path, RemotePath) else FileSource(path)


def _read_at(fd: int, length: int, offset: int) -> bytes:
    """Up to `length` bytes; where there is no pread (Windows) the descriptor, which is one reader's own, is moved."""
    if hasattr(os, "pread"):
        return os.pread(fd, length, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, length)


@dataclass(frozen=True)
class Message:
    """One encapsulated message; offsets count from the file's first byte."""

    kind: int
    start: int
    body_start: int
    end: int
    metadata: bytes
    header: Table
    custom: dict[str, KeyValue]
    body: memoryview

    def record_batch(self) -> Table:
        """The RecordBatch table of a record batch or dictionary batch."""
        table = self.header.table(1) if self.kind == DICTIONARY else self.header
        if table is None:
            raise Malformed("dictionary without data")
        return table

    def crc(self, seed: int, before: memoryview) -> int:
        """CRC-32 over `before` and this message, its own `aw.crc` digits read as zeros (B-2)."""
        at = self.custom["aw.crc"].pos
        metadata = self.metadata[:at] + b"00000000" + self.metadata[at + 8 :]
        prefix = CONTINUATION + len(metadata).to_bytes(4, "little")
        return zlib.crc32(self.body, zlib.crc32(metadata, zlib.crc32(prefix, zlib.crc32(before, seed))))


def digits(custom: dict[str, KeyValue], key: str) -> int:
    """The number in an 8-digit lower-case hex metadata value."""
    if key not in custom or not _DIGITS.fullmatch(custom[key].value):
        raise Malformed(f"{key} is {custom[key].value if key in custom else 'absent'!r}, expected 8 hex digits")
    return int(custom[key].value, 16)


def read_message(source: Source, pos: int) -> Message | None:
    """The message at `pos`; None at the end of the file or stream. Raises Malformed on anything else."""
    prefix = bytes(source.read(pos, 8))
    if prefix in (b"", bytes(8), CONTINUATION + bytes(4)):
        return None
    if len(prefix) < 8:
        raise Malformed(f"the file ends {len(prefix)} bytes into a message prefix")
    length = int.from_bytes(prefix[4:], "little")
    if prefix[:4] != CONTINUATION:
        raise Malformed(f"message prefix is {prefix[:4].hex()}, expected ffffffff")
    if length > MAX_METADATA_BYTES or length % 8:
        raise Malformed(f"metadata length is {length}, expected a multiple of 8 of at most {MAX_METADATA_BYTES}")
    metadata = bytes(source.read(pos + 8, length))
    if len(metadata) < length:
        raise Malformed(f"the file ends {len(metadata)} bytes into metadata of {length} bytes")
    root = Table.root(metadata)
    if root.number(0, "h") != 4:
        raise Malformed(f"IPC metadata version is V{root.number(0, 'h') + 1}, expected V5")
    body_start, body_bytes = pos + 8 + length, root.number(3, "q")
    if body_bytes < 0 or body_bytes % 8 or body_start + body_bytes > source.size:
        raise Malformed(f"body of {body_bytes} bytes at {body_start} is not inside the file of {source.size} bytes")
    header = root.table(2)
    kind = root.number(1, "B")
    if header is None or kind not in (SCHEMA, DICTIONARY, BATCH):
        raise Malformed(f"message header type is {kind}, expected schema, dictionary or record batch")
    body = source.read(body_start, body_bytes)
    if len(body) < body_bytes:
        raise Malformed("the file shrank while it was read")
    return Message(kind, pos, body_start, body_start + body_bytes, metadata, header, key_values(root, 4), body)


def messages(source: Source, pos: int) -> Iterator[Message]:
    """All messages from `pos` to the end of the stream."""
    while (message := read_message(source, pos)) is not None:
        yield message
        pos = message.end


@dataclass(frozen=True)
class Field:
    """A field: its type (or its dictionary's value type) as u8 ... f64 or utf8; index type and id if encoded."""

    name: str
    type: str
    nullable: bool = False
    index_type: str | None = None
    dictionary_id: int = 0
    ordered: bool = False
    metadata: tuple[tuple[str, str], ...] = ()


def _int_type(table: Table | None) -> str:
    if table is None:
        return "i32"
    name = f"{'i' if table.number(1, 'B') else 'u'}{table.number(0, 'i')}"
    if name not in DTYPES:
        raise Malformed(f"integer type {name} is unknown")
    return name


def _field(table: Table) -> Field:
    type_id, type_table = table.number(2, "B"), table.table(3)
    if type_table is None:
        raise Malformed(f"field {table.string(0)!r} has no type")
    if table.vector(5, 4)[1]:
        raise Malformed(f"field {table.string(0)!r} has children")
    name = {2: "int", 3: "float", 5: "utf8"}.get(type_id, f"type {type_id}")
    if name == "int":
        name = _int_type(type_table)
    elif name == "float":
        name = {1: "f32", 2: "f64"}.get(type_table.number(0, "h"), "f16")
    dictionary = table.table(4)
    metadata = tuple((k, v.value) for k, v in key_values(table, 6).items())
    if dictionary is None:
        return Field(table.string(0), name, table.number(1, "B") != 0, metadata=metadata)
    return Field(table.string(0), name, table.number(1, "B") != 0, _int_type(dictionary.table(1)),
                 dictionary.number(0, "q"), dictionary.number(2, "B") != 0, metadata)


def read_schema(header: Table) -> tuple[list[Field], dict[str, str]]:
    """Fields and metadata of a Schema table; big-endian schemas are refused."""
    if header.number(0, "h") != 0:
        raise Malformed("the schema is big-endian, expected little-endian")
    return [_field(f) for f in header.tables(1)], {k: v.value for k, v in key_values(header, 2).items()}


@lru_cache(maxsize=32)
def schema_of(message: bytes) -> tuple[list[Field], dict[str, str]]:
    """As `read_schema`, of a schema message's metadata; parsed once for files opened again and again. Not to be changed."""
    header = Table.root(message).table(2)
    if header is None:
        raise Malformed("the message has no header")
    return read_schema(header)


@dataclass(frozen=True)
class Node:
    """One column of a record batch: rows, nulls, and its buffers' bytes (validity first)."""

    rows: int
    nulls: int
    buffers: tuple[memoryview, ...]

    def validity(self) -> Array | None:
        """One bool per row, or None when all are valid."""
        if self.nulls == 0:
            return None
        if len(self.buffers[0]) * 8 < self.rows:
            raise Malformed("validity buffer is too short")
        bits = np.unpackbits(np.frombuffer(self.buffers[0], "u1"), count=self.rows, bitorder="little").astype(bool)
        if self.rows - int(np.count_nonzero(bits)) != self.nulls:
            raise Malformed(f"column declares {self.nulls} nulls, its validity buffer says otherwise")
        return bits

    def numbers(self, type_name: str) -> Array:
        """The data buffer as numbers, shape (rows,), no copy."""
        dtype = DTYPES[type_name]
        if len(self.buffers[1]) < self.rows * dtype.itemsize:
            raise Malformed(f"{type_name} buffer of {len(self.buffers[1])} bytes is too short for {self.rows} rows")
        return np.frombuffer(self.buffers[1], dtype, self.rows)

    def words(self) -> list[str]:
        """The strings of a utf8 column without nulls."""
        if self.rows == 0:
            return []
        if self.nulls or len(self.buffers[1]) < 4 * (self.rows + 1):
            raise Malformed("utf8 column has nulls or too few offsets")
        offsets = np.frombuffer(self.buffers[1], "<i4", self.rows + 1)
        data = bytes(self.buffers[2])
        if offsets[0] < 0 or offsets[-1] > len(data) or np.any(offsets[1:] < offsets[:-1]):
            raise Malformed("utf8 offsets do not ascend inside their data")
        places = offsets.tolist()
        try:
            return [data[a:b].decode() for a, b in zip(places, places[1:])]
        except UnicodeDecodeError as e:
            raise Malformed("a word is not UTF-8") from e


def _inflate(part: memoryview, codec: str, budget: int) -> memoryview:
    if len(part) == 0:
        return part
    size = int.from_bytes(part[:8], "little", signed=True)
    if size == -1:
        return part[8:]
    if not 0 <= size <= budget:
        raise Malformed(f"compressed buffer declares {size} bytes, more than the budget of {budget}")
    try:
        return memoryview(pa.Codec(codec).decompress(bytes(part[8:]), size).to_pybytes())
    except (pa.ArrowException, OSError, ValueError) as e:
        raise Malformed(f"buffer does not decompress: {e}") from e


def buffer_ranges(message: Message) -> list[tuple[int, int]]:
    """Absolute (offset, length) of every buffer of a batch message, checked against its body."""
    ranges = []
    for offset, length in message.record_batch().structs(2, "qq"):
        if offset < 0 or length < 0 or offset + length > len(message.body):
            raise Malformed(f"buffer [{offset}, {offset} + {length}) is outside the body of {len(message.body)} bytes")
        ranges.append((message.body_start + offset, length))
    return ranges


def read_nodes(message: Message, buffer_counts: list[int]) -> tuple[int, list[Node]]:
    """Rows of the batch and its columns, each with the given number of buffers; counts and lengths are checked."""
    batch = message.record_batch()
    rows, nodes = batch.number(0, "q"), batch.structs(1, "qq")
    parts = [message.body[o - message.body_start : o - message.body_start + n] for o, n in buffer_ranges(message)]
    if len(nodes) != len(buffer_counts) or len(parts) != sum(buffer_counts):
        raise Malformed(f"batch has {len(nodes)} columns and {len(parts)} buffers, expected {len(buffer_counts)} and "
                        f"{sum(buffer_counts)}")
    compression = batch.table(3)
    if compression is not None:
        codec = _CODECS.get(compression.number(0, "b"), "")
        if not codec:
            raise Malformed(f"compression codec {compression.number(0, 'b')} is unknown")
        budget = max(_MIN_BUDGET_BYTES, _INFLATION * len(message.body))
        parts = [_inflate(part, codec, budget) for part in parts]
    result, taken = [], 0
    for (length, nulls), count in zip(nodes, buffer_counts):
        if length != rows or rows < 0 or not 0 <= nulls <= rows:
            raise Malformed(f"column has {length} rows and {nulls} nulls in a batch of {rows} rows")
        result.append(Node(rows, nulls, tuple(parts[taken : taken + count])))
        taken += count
    return rows, result


def read_words(message: Message) -> tuple[int, list[str]]:
    """Dictionary id and words of a dictionary message; deltas are refused (L-19)."""
    if message.header.number(2, "B"):
        raise Malformed("delta dictionaries are never used")  # L-19
    _, nodes = read_nodes(message, [3])
    return message.header.number(0, "q"), nodes[0].words()


@dataclass(frozen=True)
class Footer:
    """A verified file footer: its metadata and (offset, metadata bytes, body bytes) per batch and dictionary."""

    metadata: dict[str, str]
    batches: list[tuple[int, int, int]]
    dictionaries: list[tuple[int, int, int]]
    schema: Table | None
    """As the schema message is to have it."""


def find_footer(source: Source) -> Footer:
    """The footer of an IPC file, found from the file's end; it is checked before it is used."""
    tail = bytes(source.read(max(source.size - 10, 0), 10))
    length = int.from_bytes(tail[:4], "little")
    if len(tail) < 10 or tail[4:] != FILE_MAGIC[:6] or not 8 <= length <= min(source.size - 10, MAX_METADATA_BYTES):
        raise Malformed("the file does not end in a footer")
    root = Table.root(bytes(source.read(source.size - 10 - length, length)))
    ends = [b[0] + b[1] + b[2] for slot in (2, 3) for b in root.structs(slot, "qi4xq")]
    if not ends or not 0 < max(ends) < source.size:
        raise Malformed("the footer does not list the file's batches")
    return read_footer(source, max(ends))


def read_footer(source: Source, data_end: int) -> Footer:
    """The footer of an IPC file whose last batch ends at `data_end`; `aw.footer_crc` is checked first (B-7)."""
    tail = bytes(source.read(data_end, source.size - data_end))
    length = int.from_bytes(tail[-10:-6], "little")
    if len(tail) < 18 or tail[-6:] != FILE_MAGIC[:6] or not 8 <= length <= min(len(tail) - 10, MAX_METADATA_BYTES):
        raise Malformed("the file does not end in a footer")
    start = len(tail) - 10 - length
    root = Table.root(tail[start : start + length])
    custom = key_values(root, 4)
    stored = digits(custom, "aw.footer_crc")
    at = start + custom["aw.footer_crc"].pos
    actual = zlib.crc32(tail[:at] + b"00000000" + tail[at + 8 :])
    if actual != stored:
        raise Malformed(f"footer CRC-32 is {actual:08x}, aw.footer_crc says {stored:08x}")
    blocks = [[(b[0], b[1], b[2]) for b in root.structs(slot, "qi4xq")] for slot in (2, 3)]
    return Footer({k: v.value for k, v in custom.items()}, blocks[1], blocks[0], root.table(1))
