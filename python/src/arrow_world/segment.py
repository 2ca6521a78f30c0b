# SPDX-License-Identifier: Apache-2.0
"""One segment of the log, read batch by batch, each verified before it is used (log.md, batch.md)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import jsonfile
from .errors import DamagedFileError, UnsupportedVersionError
from .flatbuf import Malformed
from .ipc import (BATCH, DICTIONARY, FILE_MAGIC, SCHEMA, Field, Footer, Message, digits, find_footer,
                  open_source, read_footer, read_message, read_nodes, read_schema, read_words)
from .rows import Rows
from .schema import COMMIT, Key
from .search import BatchSearch
from .values import Array

FORMAT = 1
_TEXT = re.compile("[0-9]{20}")
_DECIMAL = re.compile("[0-9]{1,19}")
_ROOM_BYTES = 1 << 20
_DICTIONARY_IDS = {"key": 0, "text": 1}


@dataclass(frozen=True)
class Torn:
    """Why a live segment's readable part ends before its file does: the normal end of a crash (L-22)."""

    path: Path
    offset: int
    reason: str


@dataclass(frozen=True)
class Mark:
    """A place between two batches of a live segment, behind a commit row, from where it can be read on."""

    batch: int
    start: int
    """Where the last batch's message begins; it has `crc`, and ends at `pos`."""
    pos: int
    next_seq: int
    crc: int
    keys: tuple[Key, ...]
    last_tick: int
    chain: bytes


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


_Verified = tuple[Message, int, Rows]
"""A batch, its checksum and its rows."""


class SegmentReader:
    """Reads one segment; iterate `batches()` once. Close it, or use it in a `with` statement.

    After a full iteration: `next_seq`, `last_crc` and `end` say where the verified batches end; `torn` says why a live
    segment ends early, or is None.
    """

    def __init__(self, path: Path, store_id: bytes, strings: bool, first_seq: int, sealed: bool) -> None:
        self.path = path
        self.sealed = sealed
        self.torn: Torn | None = None
        self.footer: Footer | None = None
        self.fenced = False
        self.stats: list[list[str]] = []
        self.head: Head | None = None
        self._store_id = store_id
        self._batch = 0
        self._last_message = 0
        self._start = 0
        self._source = open_source(path)
        try:
            self.inode = self._source.inode
            self.size = self._source.size
            self._words: dict[int, list[str]] = {}
            self.header, self._pos = self._read_header(strings, first_seq)
        except Malformed as e:
            self._source.close()
            raise DamagedFileError(f"segment header: {e}", path, 0) from e
        except BaseException:
            self._source.close()
            raise
        self.next_seq, self.end, self.compressed = first_seq, self._pos, False
        self.last_crc: int | None = None

    def __enter__(self) -> "SegmentReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; may be called again."""
        self._source.close()

    def _read_header(self, strings: bool, first_seq: int) -> tuple[Header, int]:
        start = 0
        if self.sealed:
            if bytes(self._source.read(0, 8)) != FILE_MAGIC:
                raise Malformed("the file does not begin with ARROW1")
            start = 8
        message = read_message(self._source, start)
        if message is None or message.kind != SCHEMA:
            raise Malformed("the first message is no schema")
        self._schema = fields, metadata = read_schema(message.header)
        header = _header(self.path, fields, metadata, strings)
        if metadata.get("aw.store") != self._store_id.hex():
            raise Malformed(f"aw.store is {metadata.get('aw.store')!r}, expected {self._store_id.hex()}")
        if header.first_seq != first_seq:
            raise Malformed(f"aw.first_seq is {header.first_seq}, the file name says {first_seq}")
        pos = message.end
        for _ in range(2 if strings else 1):
            entry = read_message(self._source, pos)
            if entry is None or entry.kind != DICTIONARY:
                if self.sealed and (entry is None or entry.kind == BATCH):
                    break
                raise Malformed("the header lacks a dictionary message")
            self._take_dictionary(header, entry)
            pos = entry.end
        return header, pos

    def _take_dictionary(self, header: Header, message: Message) -> None:
        number, words = read_words(message)
        if number not in header.dictionary_ids.values():
            raise Malformed(f"dictionary id {number} is unknown")
        self._words[number] = words

    def index(self) -> BatchIndex:
        """The footer's index of a sealed segment, without reading a batch."""
        try:
            footer = find_footer(self._source)
            if footer.schema is None or read_schema(footer.schema) != self._schema:
                raise Malformed("its schema differs from the one that the file begins with")
            stats, chain, head = _batch_stats(footer), footer.metadata.get("aw.last_chain", ""), stated_head(footer)
            if not re.fullmatch("[0-9a-f]{16}", chain):
                raise Malformed(f"aw.last_chain is {chain!r}, expected 16 digits")
        except Malformed as e:
            raise DamagedFileError(f"footer: {e}", self.path) from e
        numbers = [np.array(c, np.int64) for c in zip(*(s[:6] for s in stats))]
        first, rows, tick_min, tick_max, rid_min, rid_max = numbers
        starts = np.array([b[0] for b in footer.batches], np.int64)
        ends = np.array([sum(b) for b in footer.batches], np.int64)
        if int(first[0]) != self.header.first_seq or np.any(rows <= 0) or np.any(first[1:] != first[:-1] + rows[:-1]):
            raise DamagedFileError("footer: aw.batches does not describe the batches", self.path)  # L-20
        return BatchIndex(first, rows, tick_min, tick_max, rid_min, rid_max, np.array([s[6] for s in stats], np.int64), starts, ends,
                          int(chain, 16).to_bytes(8, "little"), head)

    def end_at_fence(self) -> None:
        """Takes in a sealed segment's footer though not all batches are read; a live one has none (L-21)."""
        self.fenced = True
        if self.sealed:
            try:
                self.footer = find_footer(self._source)
            except Malformed as e:
                raise DamagedFileError(f"footer: {e}", self.path) from e

    def holds(self, place: Mark) -> bool:
        """Whether the file is the one a mark was made in: its last batch there has the checksum that chains all before."""
        try:
            message = read_message(self._source, place.start)
            return message is not None and message.end == place.pos and digits(message.custom, "aw.crc") == place.crc
        except Malformed:
            return False

    def go_to(self, place: Mark) -> None:
        """Goes on from a mark that this live segment holds, made by an earlier reader."""
        self.header.keys = list(place.keys)
        self._words[self.header.dictionary_ids["key"]] = [k.name for k in place.keys]
        self._batch, self.next_seq, self.last_crc = place.batch, place.next_seq, place.crc
        self._last_message = place.start
        self.end = self._pos = self._start = place.pos

    def go_to_batch(self, number: int, index: BatchIndex) -> None:
        """Goes on at a batch of this sealed segment, verified against the CRC its footer gives the one before it."""
        if number == 0:
            return
        self._verify_words(index)
        self._batch, self.next_seq = number, int(index.first_seq[number])
        self.last_crc = int(index.crc[number - 1])
        self.end = self._pos = self._start = int(index.end[number - 1])

    def _verify_words(self, index: BatchIndex) -> None:
        """Verifies the words that later batches need (B-12)."""
        if self.head is not None or not self.header.strings:
            return
        if index.head is None:
            for _ in self.batches(1):
                pass
            return
        end = index.head.end
        seed, before = self._seed(0, end)
        crc = zlib.crc32(before, seed)
        if len(before) != end or crc != index.head.crc:
            raise DamagedFileError(f"the CRC-32 of bytes 0 to {end} is {crc:08x}, aw.head says {index.head.crc:08x}", self.path, 0)
        self.head = index.head

    def mark(self, last_tick: int, chain: bytes) -> Mark | None:
        """Where a live segment was read to; None before its first batch."""
        if self.last_crc is None:
            return None
        return Mark(self._batch, self._last_message, self.end, self.next_seq, self.last_crc, tuple(self.header.keys), last_tick, chain)

    def batches(self, most: int | None = None) -> Iterator[Rows]:
        """Rows of every batch in order, or of the next `most`, each verified; committed or not.

        Raises DamagedFileError for a failing batch, unless it is the torn end of a live segment.
        """
        while most is None or most > 0:
            found = self._next(to_end=most is None)
            if found is None:
                return
            most = None if most is None else most - 1
            message, stored, rows = found
            self._batch += 1
            self.next_seq += len(rows)
            self.last_crc = stored
            self._last_message = message.start
            self.end = self._pos = self._start = message.end
            self.stats.append(batch_stat(rows, stored))
            yield rows

    def _next(self, to_end: bool) -> _Verified | None:
        try:
            found = self._read()
        except Malformed as e:
            return self._behind(str(e))
        return self._at_end() if found is None and to_end else found

    def _read(self) -> _Verified | None:
        """The batch behind those read so far, verified; None where the segment ends."""
        message = self._next_batch()
        if message is None:
            return None
        seed, before = self._seed(self._start, message.start)
        if self.sealed and self.last_crc is None:
            self.head = Head(message.start, zlib.crc32(before, seed))
        stored = digits(message.custom, "aw.crc")
        crc = message.crc(seed, before)
        if crc != stored:
            raise Malformed(f"CRC-32 is {crc:08x}, aw.crc says {stored:08x}")
        return message, stored, self._rows(message)

    def _read_again(self) -> _Verified | None:
        """What stands now where no batch did a moment ago, when its writer was just writing it."""
        self._pos = self.end
        self._source.grow()
        try:
            return self._read()
        except Malformed:
            return None

    def _seed(self, start: int, stop: int) -> tuple[int, memoryview]:
        """The CRC-32 of what the chain begins with, and the bytes between the last batch and this one (B-2)."""
        if self.last_crc is not None:
            seed = zlib.crc32(self.last_crc.to_bytes(4, "little"))
        else:
            seed = zlib.crc32(self._store_id + self.header.first_seq.to_bytes(8, "little"))
        return seed, self._source.read(start, stop - start)

    def _next_batch(self) -> Message | None:
        while (message := read_message(self._source, self._pos)) is not None:
            if message.kind == BATCH:
                return message
            if message.kind != DICTIONARY or self.sealed and self._batch:
                raise Malformed("a message stands where none belongs")
            self._take_dictionary(self.header, message)
            self._pos = message.end
        return None

    def _rows(self, message: Message) -> Rows:
        header = self.header
        first_seq = message.custom.get("aw.first_seq")
        if first_seq is None or not _TEXT.fullmatch(first_seq.value) or int(first_seq.value) != self.next_seq:
            raise Malformed(f"aw.first_seq is {first_seq and first_seq.value!r}, expected {self.next_seq:020d}")  # L-1
        keys = header.keys
        if "aw.keys" in message.custom:
            keys = keys + _keys(self.path, message.custom["aw.keys"].value, len(keys))
        names = self._words.get(header.dictionary_ids["key"], [])
        if names != [k.name for k in keys]:
            raise Malformed("the key dictionary does not list the declared keys in code order")  # L-7, L-8
        count, nodes = read_nodes(message, [2] * (5 if header.strings else 4))
        self.compressed = message.record_batch().table(3) is not None
        if any(n.nulls or len(n.buffers[0]) for n in nodes[:4]):
            raise Malformed("a column other than text has a validity buffer")  # B-6
        tick, rid, bits = (n.numbers(t) for n, t in zip((nodes[0], nodes[1], nodes[3]), ("u64", "u32", "u64")))
        key = nodes[2].numbers(header.key_type).astype("<u2")
        if count and int(key.max()) >= len(keys):
            raise Malformed(f"key code {int(key.max())} is not declared")
        if not header.strings:
            header.keys.extend(keys[len(header.keys):])
            return Rows(self.next_seq, tick, rid, key, bits)
        words = self._words.get(header.dictionary_ids["text"], [])
        valid, index = nodes[4].validity(), nodes[4].numbers("u32")
        valid = np.ones(count, bool) if valid is None else valid
        coded = np.array([k.encoding == "code" for k in keys], bool)[key]
        if np.any(coded != valid):
            raise Malformed("text is null where the key is a string, or the reverse")  # L-13
        if np.any(index[valid] >= len(words)):
            raise Malformed("a text index is outside the dictionary")
        text = np.full(count, None, object)
        text[valid] = np.array(words, object)[index[valid]] if valid.any() else None
        header.keys.extend(keys[len(header.keys):])
        return Rows(self.next_seq, tick, rid, key, bits, text)

    def _at_end(self) -> _Verified | None:
        """Checks what follows the last batch."""
        if self.sealed:
            try:
                self.footer = read_footer(self._source, self.end)
            except Malformed as e:
                raise DamagedFileError(f"footer: {e}", self.path, self.end) from e
        elif self._pos != self._source.size or self.end != self._pos:
            return self._behind("bytes follow the last batch")
        return None

    def _is_room(self) -> bool:
        """Whether nothing follows the last batch but zeros, which are room for later ones (L-31)."""
        pos = self.end
        while part := self._source.read(pos, _ROOM_BYTES):
            if np.frombuffer(part, "u1").any():
                return False
            pos += len(part)
        return True

    def _behind(self, reason: str) -> _Verified | None:
        """Tells damage, the torn end of a live segment, and its room apart, or gives the batch that came meanwhile."""
        if self.sealed:
            raise DamagedFileError(reason, self.path, self.end, self._batch)
        if self._is_room():
            return None
        later = self._later_batch()
        if later is None:
            self.torn = Torn(self.path, self.end, reason)
            return None
        found = self._read_again()
        if found is None:
            raise DamagedFileError(f"{reason}; {later}, so this is no torn end", self.path, self.end, self._batch)  # L-23
        return found

    def _later_batch(self) -> str | None:
        """What is found of a well-framed batch written when the first row not verified had been forced (B-8, L-23).

        No length is trusted on the way: a damaged one would lead past good batches.
        """
        search = BatchSearch(self._source)
        for offset, custom in search.batches(0 if self.last_crc is None else self.end):
            first_seq = custom.get("aw.first_seq", "")
            synced = custom.get("aw.synced", first_seq)
            if ("aw.crc" in custom and _TEXT.fullmatch(first_seq) and _TEXT.fullmatch(synced)
                    and int(synced) > self.next_seq):
                return f"a later batch of the log stands at byte {offset}"
        if search.gave_up:
            return "so much behind it looks like the beginning of a batch that not all can be looked at"
        return None


def _batch_stats(footer: Footer) -> list[list[int]]:
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


def stated_head(footer: Footer) -> Head | None:
    """`aw.head`; None where there is none. Raises Malformed."""
    text = footer.metadata.get("aw.head")
    if text is None:
        return None
    try:
        end, crc = jsonfile.loads(text)
    except (ValueError, TypeError, RecursionError) as e:
        raise Malformed(f"aw.head is {text!r}, expected two strings") from e
    if not isinstance(end, str) or not isinstance(crc, str) or not _DECIMAL.fullmatch(end) or not re.fullmatch("[0-9a-f]{8}", crc):
        raise Malformed(f"aw.head is {text!r}, expected a number and 8 hex digits")
    return Head(int(end), int(crc, 16))


def batch_stat(rows: Rows, crc: int) -> list[str]:
    if not len(rows):
        return [str(rows.first_seq), "0", "0", "0", "0", "0", f"{crc:08x}"]
    numbers = (rows.first_seq, len(rows), rows.tick.min(), rows.tick.max(), rows.rid.min(), rows.rid.max())
    return [str(int(n)) for n in numbers] + [f"{crc:08x}"]


def _keys(path: Path, text: str, known: int) -> list[Key]:
    try:
        items = jsonfile.loads(text)
    except (ValueError, RecursionError) as e:
        raise Malformed(f"aw.keys is not JSON: {e}") from e
    if not isinstance(items, list):
        raise Malformed("aw.keys is no array")
    keys = [Key.from_json(item, path) for item in items]
    if [k.code for k in keys] != list(range(known, known + len(keys))):
        raise Malformed(f"aw.keys does not continue at code {known} without gaps")  # L-3
    return keys


def _header(path: Path, fields: list[Field], metadata: dict[str, str], strings: bool) -> Header:
    if metadata.get("aw.kind") != "segment":
        raise Malformed(f"aw.kind is {metadata.get('aw.kind')!r}, expected segment")
    if metadata.get("aw.format") != str(FORMAT):
        raise UnsupportedVersionError(f"Cannot read {path}: aw.format is {metadata.get('aw.format')!r}, this package "
                                      f"reads {FORMAT}.")
    first_seq, prev_chain = metadata.get("aw.first_seq", ""), metadata.get("aw.prev_chain", "")
    if not _TEXT.fullmatch(first_seq) or not re.fullmatch("[0-9a-f]{16}", prev_chain):
        raise Malformed(f"aw.first_seq is {first_seq!r} and aw.prev_chain {prev_chain!r}, expected 20 and 16 digits")
    version = metadata.get("aw.schema", "")
    if not re.fullmatch("[0-9]{1,10}", version):
        raise Malformed(f"aw.schema is {version!r}, expected a number")
    expected = [("tick", "u64"), ("rid", "u32"), ("key", "utf8"), ("val", "f64")] + [("text", "utf8")] * strings
    if [(f.name, f.type) for f in fields] != expected:
        raise Malformed(f"columns are {[(f.name, f.type) for f in fields]}, expected {expected}")
    coded = {f.name: f for f in fields if f.index_type is not None}
    if set(coded) != ({"key", "text"} if strings else {"key"}) or coded["key"].index_type not in ("u8", "u16") or (
            strings and coded["text"].index_type != "u32") or any(f.ordered for f in coded.values()):
        raise Malformed("key must be dictionary<u8 or u16>, text dictionary<u32>, not ordered")
    keys = _keys(path, metadata.get("aw.keys", ""), 0)
    if not keys or keys[0] != COMMIT:
        raise Malformed("key 0 is not tick.commit")  # L-5
    ids = {f.name: f.dictionary_id for f in coded.values()}
    if ids != {name: number for name, number in _DICTIONARY_IDS.items() if name in ids}:
        raise Malformed(f"dictionary ids are {ids}, expected {_DICTIONARY_IDS}")  # L-17
    return Header(int(first_seq), int(prev_chain, 16).to_bytes(8, "little"), int(version), str(coded["key"].index_type),
                  strings, keys, ids)
