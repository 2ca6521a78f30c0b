# SPDX-License-Identifier: Apache-2.0
"""Sealing: the committed part of a live segment as an Arrow IPC file (log.md L-20, L-23)."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from . import jsonfile
from .atomic_files import discard, force_directory
from .errors import InvalidUseError
from .flatbuf import Table, key_values
from .ipc import FILE_MAGIC
from .ipc_write import (
    Block, batch_metadata, body, closing, compressed, dictionary_message, frame, schema_metadata,
)
from .rows import Rows, concat
from .segment import SegmentReader
from .segment_header import KEY_ID, TEXT_ID, Header, batch_stat
from .segment_write import key_width, segment_schema, text_buffers
from .values import Array

Compression = Literal["none", "zstd"]
"""How buffers of sealed segments are stored."""

_ALIGN = 64
_PREFIX_BYTES = 8
_BATCH_ROWS = 131_072


def seal_segment(live: Path, store_id: bytes, strings: bool, first_seq: int,
                 compression: Compression = "none") -> Path | None:
    """Publishes the committed rows of a live segment as a sealed one, and deletes the live file.

    The caller holds the store's lock, and has checked the rows. A segment without a committed row is only deleted, and
    None returned. May be repeated after a failure at any point. Raises DamagedFileError where the segment is damaged
    rather than torn; nothing is changed then.
    """
    words: dict[str, int] = {}
    end, chain = first_seq, bytes(8)
    open_words: list[str] = []
    with SegmentReader(live, store_id, strings, first_seq, False) as reader:
        for rows in reader.batches():
            commits = rows.commits()
            cut = int(commits[-1]) + 1 if len(commits) else 0
            if rows.text is not None:
                if cut:
                    add_words(words, [w for w in (*open_words, *rows.text[:cut].tolist()) if w is not None])
                    open_words = []
                open_words += [w for w in rows.text[cut:].tolist() if w is not None]
            if cut:
                end, chain = rows.first_seq + cut, int(rows.bits[cut - 1]).to_bytes(8, "little")
    target = live.parent.parent / f"{first_seq:020d}.arrow"
    if end > first_seq:
        with SegmentReader(live, store_id, strings, first_seq, False) as again:
            write_sealed(target, store_id, reader.header, again.batches(), words, end, chain, compression)
    live.unlink()
    force_directory(live.parent)
    return target if end > first_seq else None


def add_words(words: dict[str, int], used: list[str]) -> None:
    """Takes in words by first use."""
    words.update((w, len(words)) for w in dict.fromkeys(used) if w not in words)


def write_sealed(target: Path, store_id: bytes, header: Header, runs: Iterator[Rows], words: dict[str, int], end: int,
                 chain: bytes, compression: Compression) -> None:
    """Publishes rows as a sealed segment.

    header: where it begins, and its keys; runs: adjacent rows from there on, up to `end` at least, which is behind a
    commit row; words: all words up to there, by first use; chain: that behind `end`.
    """
    temporary = target.with_name(target.name + ".tmp")
    discard(temporary)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(fd, "wb") as file:
            out = _Sealed(file, header.strings, words, compression == "zstd")
            fields, metadata = segment_schema(store_id, header.schema_version, header.first_seq, header.prev_chain,
                                              header.keys, header.strings)
            head = out.begin(schema_metadata(fields, metadata), store_id, header.first_seq, [k.name for k in header.keys])
            pending: list[Rows] = []
            waiting = 0
            for rows in runs:
                rows = rows.slice(0, min(len(rows), end - rows.first_seq))
                if len(rows):
                    pending.append(rows)
                    waiting += len(rows)
                if pending and (waiting >= _BATCH_ROWS or pending[-1].end_seq >= end):
                    out.batch(concat(pending))
                    pending, waiting = [], 0
                if rows.end_seq >= end:
                    break
            file.write(closing(fields, metadata, out.dictionaries, out.batches, {
                "aw.batches": json.dumps(out.stats, separators=(",", ":")), "aw.last_chain": jsonfile.chain_hex(chain),
                "aw.head": json.dumps(head, separators=(",", ":"))}))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except BaseException:
        discard(temporary)
        raise
    force_directory(target.parent)


class _Sealed:
    """An IPC file in the making, with the chained checksums of its batches (B-2)."""

    def __init__(self, file: BinaryIO, strings: bool, words: dict[str, int], zstd: bool) -> None:
        self._file, self._strings, self._words, self._zstd = file, strings, words, zstd
        self._at = 0
        self._running = 0
        self._key_type = "u8"
        self.dictionaries: list[Block] = []
        self.batches: list[Block] = []
        self.stats: list[list[str]] = []

    def begin(self, schema: bytes, store_id: bytes, first_seq: int, names: list[str]) -> list[str]:
        """Magic, schema, and one complete dictionary per field; where they end, and their checksum (B-12)."""
        self._running = zlib.crc32(store_id + first_seq.to_bytes(8, "little"))
        self._key_type = key_width(len(names))
        self._put(FILE_MAGIC)
        self._put(frame(schema, self._at, _ALIGN))
        for number, words in ((KEY_ID, names), *([(TEXT_ID, list(self._words))] if self._strings else [])):
            self._message(*dictionary_message(number, words, self._at, _ALIGN), self.dictionaries)
        return [str(self._at), f"{self._running:08x}"]

    def batch(self, rows: Rows) -> None:
        """One record batch."""
        key = rows.key.astype("<u1" if self._key_type == "u8" else "<u2")
        buffers: list[bytes | Array] = [b"", rows.tick, b"", rows.rid, b"", key, b"", rows.bits]
        nulls = [0, 0, 0, 0]
        if rows.text is not None:
            validity, index, missing = text_buffers(rows, self._words)
            buffers += [validity, index]
            nulls.append(missing)
        content, ranges = body([compressed(b) for b in buffers] if self._zstd else buffers, _ALIGN)
        custom = {"aw.first_seq": f"{rows.first_seq:020d}", "aw.crc": "00000000"}
        head = bytearray(frame(batch_metadata(len(rows), nulls, ranges, len(content), custom, self._zstd), self._at,
                               _ALIGN))
        at = _PREFIX_BYTES + key_values(Table.root(bytes(head[_PREFIX_BYTES:])), 4)["aw.crc"].pos
        crc = zlib.crc32(content, zlib.crc32(head, self._running))
        head[at : at + 8] = b"%08x" % crc
        self.stats.append(batch_stat(rows, crc))
        self._message(bytes(head), content, self.batches)
        self._running = zlib.crc32(crc.to_bytes(4, "little"))

    def _message(self, head: bytes, content: bytes, blocks: list[Block]) -> None:
        blocks.append((self._at, len(head), len(content)))
        self._put(head)
        self._put(content)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._running = zlib.crc32(data, self._running)
        self._at += len(data)


def compression_of(given: object, action: str) -> Compression:
    """The compression that is asked for by name."""
    if given == "zstd":
        return "zstd"
    if given == "none":
        return "none"
    raise InvalidUseError(f"Cannot {action} with compression {given!r}: expected 'none' or 'zstd'.")
