# SPDX-License-Identifier: Apache-2.0
"""What a segment says of itself: the header in front of its batches, and the index of them in its footer (log.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from . import jsonfile
from .errors import UnsupportedVersionError
from .flatbuf import Malformed
from .ipc import Field, Footer
from .rows import Rows
from .schema import COMMIT, Key
from .values import Array

FORMAT = 1
_TEXT = re.compile("[0-9]{20}")
_DECIMAL = re.compile("[0-9]{1,19}")
KEY_ID, TEXT_ID = 0, 1


@dataclass(frozen=True)
class Head:
    """Schema and dictionaries of a sealed segment: its bytes up to `end`, and the first batch's checksum there (B-12)."""

    end: int
    crc: int


@dataclass(frozen=True)
class BatchIndex:
    """What the footer of a sealed segment says of its batches: one entry each, in order; CRC-protected (B-7, L-20).

    first_seq, rows, tick_min, tick_max: int64; rid_min, rid_max: u32; crc, start, end: int64, offsets in the file.
    """

    first_seq: Array
    rows: Array
    tick_min: Array
    tick_max: Array
    rid_min: Array
    rid_max: Array
    crc: Array
    start: Array
    end: Array
    last_chain: bytes
    head: Head | None
    """What stands before the first batch; None where the footer does not say."""
    held: Array = field(init=False)
    """The keys of each batch as one bit per code modulo 64, u64; 0 where it was not read yet."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "held", np.zeros(len(self.first_seq), "<u8"))

    @property
    def end_seq(self) -> int:
        """The seq after the segment's last row."""
        return int(self.first_seq[-1] + self.rows[-1])


@dataclass
class Header:
    """What a segment's schema message says, plus the keys that later batches declared."""

    first_seq: int
    prev_chain: bytes
    schema_version: int
    key_type: str
    strings: bool
    keys: list[Key]
    dictionary_ids: dict[str, int] = field(default_factory=dict)

    def check_dictionaries(self, words: dict[int, list[str]]) -> None:
        """Refuses those behind a live segment's schema that are not as it is published (L-17). Raises Malformed.

        words: by dictionary id, in the order they stand.
        """
        if [*words] != sorted(self.dictionary_ids.values()):
            raise Malformed("the header lacks a dictionary message")
        if words[KEY_ID] != [k.name for k in self.keys]:
            raise Malformed("the key dictionary does not list the declared keys in code order")


def segment_fields(key_type: str, strings: bool) -> list[Field]:
    """The columns of a segment whose key codes have this type (L-7, L-17)."""
    fields = [Field("tick", "u64"), Field("rid", "u32"), Field("key", "utf8", False, key_type, KEY_ID), Field("val", "f64")]
    return [*fields, Field("text", "utf8", True, "u32", TEXT_ID)] if strings else fields


def batch_stats(footer: Footer) -> list[list[int]]:
    """`aw.batches` as numbers."""
    try:
        stats = jsonfile.loads(footer.metadata.get("aw.batches", ""))
    except (ValueError, RecursionError) as e:
        raise Malformed(f"aw.batches is not JSON: {e}") from e
    if not isinstance(stats, list) or len(stats) != len(footer.batches) or not stats or any(
            not isinstance(s, list) or len(s) != 7 or not all(isinstance(n, str) for n in s)
            or not all(_DECIMAL.fullmatch(n) and int(n) < 1 << 63 for n in s[:6])
            or not re.fullmatch("[0-9a-f]{8}", s[6]) for s in stats):
        raise Malformed("aw.batches does not describe the batches")  # L-20
    return [[*map(int, s[:6]), int(s[6], 16)] for s in stats]


def head_of(footer: Footer) -> Head | None:
    """`aw.head`; None where there is none. Raises Malformed."""
    text = footer.metadata.get("aw.head")
    if text is None:
        return None
    try:
        end, crc = jsonfile.loads(text)
    except (ValueError, TypeError, RecursionError) as e:
        raise Malformed(f"aw.head is {text!r}, expected two strings") from e
    begin = footer.batches[0][0] if footer.batches else None
    if begin is None or end != str(begin) or not isinstance(crc, str) or not re.fullmatch("[0-9a-f]{8}", crc):
        raise Malformed(f"aw.head is {text!r}, expected {begin}, where the first batch begins, and 8 hex digits")
    return Head(begin, int(crc, 16))


def batch_stat(rows: Rows, crc: int) -> list[str]:
    """A batch's entry of `aw.batches` (B-7)."""
    if not len(rows):
        return [str(rows.first_seq), "0", "0", "0", "0", "0", f"{crc:08x}"]
    numbers = (rows.first_seq, len(rows), rows.tick.min(), rows.tick.max(), rows.rid.min(), rows.rid.max())
    return [str(int(n)) for n in numbers] + [f"{crc:08x}"]


def keys_of(path: Path, text: str, known: int) -> list[Key]:
    """The keys that `aw.keys` declares behind those known."""
    return list(_keys(path, text, known))


@lru_cache(maxsize=32)
def _keys(path: Path, text: str, known: int) -> tuple[Key, ...]:
    """Parsed once for files opened again and again."""
    try:
        items = jsonfile.loads(text)
    except (ValueError, RecursionError) as e:
        raise Malformed(f"aw.keys is not JSON: {e}") from e
    if not isinstance(items, list):
        raise Malformed("aw.keys is not an array")
    keys = [Key.from_json(item, path) for item in items]
    if [k.code for k in keys] != list(range(known, known + len(keys))):
        raise Malformed(f"aw.keys does not continue at code {known} without gaps")  # L-3
    return tuple(keys)


def _is_number(text: str) -> bool:
    return re.fullmatch("[0-9]+", text) is not None and len(text.lstrip("0")) < 11 and int(text) < 1 << 31


def header_of(path: Path, fields: list[Field], metadata: dict[str, str], strings: bool) -> Header:
    """The header that a schema message's fields and metadata are."""
    if metadata.get("aw.kind") != "segment":
        raise Malformed(f"aw.kind is {metadata.get('aw.kind')!r}, expected segment")
    if not _is_number(metadata.get("aw.format", "")):
        raise Malformed(f"aw.format is {metadata.get('aw.format')!r}, expected a number")
    if metadata["aw.format"] != str(FORMAT):
        raise UnsupportedVersionError(f"Cannot read {path}: aw.format is {metadata['aw.format']!r}, this package "
                                      f"reads {FORMAT}.")
    first_seq, prev_chain = metadata.get("aw.first_seq", ""), metadata.get("aw.prev_chain", "")
    if not _TEXT.fullmatch(first_seq) or int(first_seq) >= 1 << 63 or not re.fullmatch("[0-9a-f]{16}", prev_chain):
        raise Malformed(f"aw.first_seq is {first_seq!r} and aw.prev_chain {prev_chain!r}, expected 20 and 16 digits")
    version = metadata.get("aw.schema", "")
    if not _is_number(version):
        raise Malformed(f"aw.schema is {version!r}, expected a number")
    key_type = fields[2].index_type if len(fields) > 2 else None
    if key_type not in ("u8", "u16") or fields != segment_fields(key_type, strings):
        raise Malformed(f"columns are {fields}, expected {segment_fields('u8', strings)} (key: u8 or u16)")
    keys = keys_of(path, metadata.get("aw.keys", ""), 0)
    if not keys or keys[0] != COMMIT:
        raise Malformed("key 0 is not tick.commit")  # L-5
    ids = {f.name: f.dictionary_id for f in fields if f.index_type is not None}
    return Header(int(first_seq), int(prev_chain, 16).to_bytes(8, "little"), int(version), key_type,
                  strings, keys, ids)
