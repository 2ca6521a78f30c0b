# SPDX-License-Identifier: Apache-2.0
"""Writing one live segment: an IPC stream that is readable at every moment (L-17 to L-19, B-1, B-2)."""

from __future__ import annotations

import json
import os
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from .atomic_files import publish_file, write_at
from .flatbuf import Table, key_values
from .ipc import Field
from .ipc_write import batch_metadata, body, dictionary_message, frame, schema_metadata
from .jsonfile import chain_hex
from .regular import open_regular
from .rows import Rows
from .schema import Key
from .segment_header import FORMAT, KEY_ID, TEXT_ID, segment_fields
from .values import Array

_PREFIX_BYTES = 8
_SEQ, _CRC = "0" * 20, "0" * 8


def keys_json(keys: list[Key]) -> str:
    return json.dumps([k.to_json() for k in keys], separators=(",", ":"), ensure_ascii=False)


def key_width(keys: int) -> str:
    """The index type of a key dictionary of so many keys (L-7)."""
    return "u8" if keys <= 256 else "u16"


def segment_schema(
    store_id: bytes, schema_version: int, first_seq: int, prev_chain: bytes, keys: list[Key], strings: bool,
) -> tuple[list[Field], dict[str, str]]:
    """Fields and metadata of a segment's schema message."""
    fields = segment_fields(key_width(len(keys)), strings)
    metadata = {"aw.kind": "segment", "aw.format": str(FORMAT), "aw.store": store_id.hex(),
                "aw.schema": str(schema_version), "aw.first_seq": f"{first_seq:020d}",
                "aw.prev_chain": chain_hex(prev_chain), "aw.keys": keys_json(keys)}
    return fields, metadata


def create_live_segment(
    path: Path, store_id: bytes, schema_version: int, first_seq: int, prev_chain: bytes, keys: list[Key], strings: bool,
) -> None:
    """Publishes the header of a new live segment as one unit (L-17)."""
    fields, metadata = segment_schema(store_id, schema_version, first_seq, prev_chain, keys, strings)
    parts = [frame(schema_metadata(fields, metadata)), *dictionary_message(KEY_ID, [k.name for k in keys])]
    if strings:
        parts += dictionary_message(TEXT_ID, [])
    path.parent.mkdir(parents=True, exist_ok=True)
    publish_file(path, b"".join(parts))


class LiveSegment:
    """Appends batches to a live segment file whose readable part ends at `end`."""

    def __init__(self, path: Path, store_id: bytes, first_seq: int, keys_written: int, key_type: str, strings: bool,
                 end: int | None = None, last_crc: int | None = None) -> None:
        self.path = path
        self.first_seq = first_seq
        self.key_type = key_type
        self._keys_written, self._strings = keys_written, strings
        self._fd = open_regular(path, os.O_RDWR)
        if end is not None:
            os.ftruncate(self._fd, end)  # the room that another writer made (L-31)
        self.end = os.fstat(self._fd).st_size
        if last_crc is not None:
            self._running = zlib.crc32(last_crc.to_bytes(4, "little"))
        else:
            seed = zlib.crc32(store_id + first_seq.to_bytes(8, "little"))
            self._running = zlib.crc32(os.pread(self._fd, self.end, 0), seed)

    def fits(self, keys: list[Key]) -> bool:
        """Whether the segment's key width holds these keys (L-7)."""
        return self.key_type == "u16" or len(keys) <= 256

    def write(self, rows: Rows, keys: list[Key], forced: int | None = None) -> None:
        """Appends one record batch, behind the dictionaries it needs.

        forced: the seq up to which everything is known to be on the device; None: all before these rows (B-8).
        """
        keys_added = ""
        if len(keys) > self._keys_written:
            self._message(*dictionary_message(KEY_ID, [k.name for k in keys]))
            keys_added = keys_json(keys[self._keys_written :])
            self._keys_written = len(keys)
        key = rows.key.astype("<u1" if self.key_type == "u8" else "<u2")
        buffers: list[bytes | Array] = [b"", rows.tick, b"", rows.rid, b"", key, b"", rows.bits]
        missing = 0
        if rows.text is not None:
            local: dict[str, int] = {}
            validity, index, missing = text_buffers(rows, local)
            if local:
                self._message(*dictionary_message(TEXT_ID, list(local)))
            buffers += [validity, index]
        content, ranges = body(buffers)
        late = forced is not None and forced < rows.first_seq
        make = _batch_head if keys_added else _known_head
        template, at = make(len(rows), missing, tuple(ranges), len(content), late, keys_added)
        head = bytearray(template)
        _put(head, at["aw.first_seq"], b"%020d" % rows.first_seq)
        if late:
            _put(head, at["aw.synced"], b"%020d" % max(forced or 0, self.first_seq))
        crc = zlib.crc32(content, zlib.crc32(head, self._running))
        _put(head, at["aw.crc"], b"%08x" % crc)
        self._append(bytes(head), content)
        self._running = zlib.crc32(crc.to_bytes(4, "little"))

    def _message(self, head: bytes, content: bytes) -> None:
        self._append(head, content)
        self._running = zlib.crc32(content, zlib.crc32(head, self._running))

    def _append(self, head: bytes, content: bytes) -> None:
        """Everything behind the prefix first, the prefix last, in one write (L-18)."""
        write_at(self._fd, bytes(_PREFIX_BYTES) + head[_PREFIX_BYTES:] + content, self.end)
        write_at(self._fd, head[:_PREFIX_BYTES], self.end)
        self.end += len(head) + len(content)

    def force(self) -> None:
        """Forces what was written to the device."""
        os.fsync(self._fd)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._fd < 0

    def close(self) -> None:
        """Closes the file as it is (L-19); may be called again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()


def _batch_head(rows: int, missing: int, ranges: tuple[tuple[int, int], ...], size: int, late: bool,
                keys_added: str) -> tuple[bytes, dict[str, int]]:
    """The head of a batch with zeros for its digits, and where they stand. Batches of one layout differ in nothing else.

    missing: nulls of the text; ranges: of its buffers; size: of its body; late: whether it says what is on the device (B-8);
    keys_added: declarations of the keys that came with it.
    """
    custom = {"aw.first_seq": _SEQ, "aw.crc": _CRC, **({"aw.synced": _SEQ} if late else {}),
              **({"aw.keys": keys_added} if keys_added else {})}
    head = frame(batch_metadata(rows, [0] * 4 + [missing] * (len(ranges) > 8), ranges, size, custom))
    found = key_values(Table.root(head[_PREFIX_BYTES:]), 4)
    return head, {name: _PREFIX_BYTES + value.pos for name, value in found.items()}


_known_head = lru_cache(maxsize=16)(_batch_head)


def _put(buffer: bytearray, at: int, digits: bytes) -> None:
    buffer[at : at + len(digits)] = digits


def text_buffers(rows: Rows, local: dict[str, int]) -> tuple[bytes, Array, int]:
    """Validity, file-local indices and number of nulls of the text column; `local` takes in words by first use."""
    assert rows.text is not None
    index = np.zeros(len(rows), "<u4")
    places = np.flatnonzero(rows.text != None)  # noqa: E711 (element-wise)
    index[places] = [local.setdefault(w, len(local)) for w in rows.text[places].tolist()]
    missing = len(rows) - len(places)
    valid = np.zeros(len(rows), bool)
    valid[places] = True
    return np.packbits(valid, bitorder="little").tobytes() if missing else b"", index, missing
