# SPDX-License-Identifier: Apache-2.0
"""One segment of the log, read batch by batch, each verified before it is used (log.md, batch.md)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import DamagedFileError
from .flatbuf import Malformed
from .ipc import (BATCH, DICTIONARY, FILE_MAGIC, SCHEMA, Footer, Message, Source, digits, find_footer,
                  open_source, read_footer, read_message, read_nodes, read_schema, read_words, schema_of)
from .kept_batches import KeptBatches, Verified
from .rows import Rows
from .schema import Key
from .search import BatchSearch
from .segment_header import BatchIndex, Head, Header, batch_stat, batch_stats, head_of, header_of, keys_of

_TEXT = re.compile("[0-9]{20}")
_ROOM_BYTES = 1 << 20


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


class SegmentReader:
    """Reads one segment; iterate `batches()` once. Close it, or use it in a `with` statement.

    After a full iteration: `next_seq`, `last_crc` and `end` say where the verified batches end; `torn` says why a live
    segment ends early, or is None.
    """

    def __init__(self, path: Path, store_id: bytes | None, strings: bool | None, first_seq: int | None, sealed: bool) -> None:
        """None of store, strings and first seq: whatever the header says."""
        self.path = path
        self.sealed = sealed
        self.torn: Torn | None = None
        self.footer: Footer | None = None
        self.fenced = False
        self.stats: list[list[str]] = []
        self.head: Head | None = None
        self.kept: KeptBatches | None = None  # batches that need not be read again
        self.unread = ""  # why the dictionaries of the header cannot be read
        self._store_id = store_id or b""
        self._batch = self._last_message = self._start = 0
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
        self.next_seq, self.end, self.compressed = self.header.first_seq, self._pos, False
        self.last_crc: int | None = None

    def __enter__(self) -> "SegmentReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; may be called again."""
        self._source.close()

    @property
    def store_id(self) -> bytes:
        """The store that it belongs to."""
        return self._store_id

    @property
    def source(self) -> Source:
        """Its bytes."""
        return self._source

    def _read_header(self, strings: bool | None, first_seq: int | None) -> tuple[Header, int]:
        start = 0
        if self.sealed:
            if bytes(self._source.read(0, 8)) != FILE_MAGIC:
                raise Malformed("the file does not begin with ARROW1")
            start = 8
        message = read_message(self._source, start)
        if message is None or message.kind != SCHEMA:
            raise Malformed("the first message is not a schema")
        self._schema = fields, metadata = schema_of(message.metadata)
        strings = any(f.name == "text" for f in fields) if strings is None else strings
        header = header_of(self.path, fields, metadata, strings)
        store = metadata.get("aw.store", "")
        if not self._store_id and re.fullmatch("[0-9a-f]{32}", store):
            self._store_id = bytes.fromhex(store)
        if store != self._store_id.hex() or not store:
            raise Malformed(f"aw.store is {store!r}, expected {self._store_id.hex() or '32 hex digits'}")
        if first_seq is not None and header.first_seq != first_seq:
            raise Malformed(f"aw.first_seq is {header.first_seq}, the file name says {first_seq}")
        pos = message.end
        try:
            for _ in range(2 if strings else 1):
                entry = read_message(self._source, pos)
                if entry is None or entry.kind != DICTIONARY:
                    if self.sealed and (entry is None or entry.kind == BATCH):
                        break
                    raise Malformed("the header lacks a dictionary message")
                self._take_dictionary(header, entry)
                pos = entry.end
            if not self.sealed:
                header.check_dictionaries(self._words)
        except Malformed as e:
            if first_seq is not None:
                raise
            self.unread = f"segment header: {e}"  # who takes any segment looks for batches behind it
            self._words = {id: [k.name for k in header.keys] if name == "key" else [] for name, id in header.dictionary_ids.items()}
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
            stats, chain, head = batch_stats(footer), footer.metadata.get("aw.last_chain", ""), head_of(footer)
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
            yield self._take(*found)

    def _take(self, message: Message, stored: int, rows: Rows) -> Rows:
        self._batch += 1
        self.next_seq = rows.end_seq
        self.last_crc = stored
        self._last_message = message.start
        self.end = self._pos = self._start = message.end
        self.stats.append(batch_stat(rows, stored))
        return rows

    def behind(self, end: int, crc: int) -> Iterator[Rows]:
        """The batches that verify behind one that need not, which ends at a byte and says that its checksum is this one (B-5).

        For what is to be saved of a damaged segment: the first may begin at any seq.
        """
        words = dict(self._words)
        self._batch, self.next_seq, self.last_crc = self._batch + 1, -1, crc
        self.end = self._pos = self._start = end
        while True:
            try:
                found = self._read()
            except (Malformed, DamagedFileError):
                found = None
            if found is None:
                self._words = words
                return
            words = dict(self._words)
            yield self._take(*found)

    def _next(self, to_end: bool) -> Verified | None:
        try:
            found = self._read()
        except Malformed as e:
            return self._behind(str(e))
        return self._at_end() if found is None and to_end else found

    def _read(self) -> Verified | None:
        """The batch behind those read so far, verified; None where the segment ends."""
        if self.kept is None or not (self.sealed and self._batch and self._source.changed_ns):
            return self._read_batch()
        place = self.path, self.inode, self.size, self._source.changed_ns, self._start, self.last_crc, self.next_seq
        return self.kept.batch(place, self.header.keys, self._read_batch)

    def _read_batch(self) -> Verified | None:
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

    def _read_again(self) -> Verified | None:
        """What stands now where no batch did a moment ago, when its writer was just writing it."""
        self._pos = self.end
        self._source.grow()
        try:
            return self._read()
        except Malformed:
            return None

    def _seed(self, start: int, stop: int) -> tuple[int, memoryview]:
        """The CRC-32 of what the chain begins with, and the bytes between the last batch and this one (B-2)."""
        chained = self._store_id + self.header.first_seq.to_bytes(8, "little") if self.last_crc is None else self.last_crc.to_bytes(4, "little")
        return zlib.crc32(chained), self._source.read(start, stop - start)

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
        if self.next_seq < 0 and first_seq is not None and _TEXT.fullmatch(first_seq.value):
            self.next_seq = int(first_seq.value)
        if first_seq is None or not _TEXT.fullmatch(first_seq.value) or int(first_seq.value) != self.next_seq:
            raise Malformed(f"aw.first_seq is {first_seq and first_seq.value!r}, expected {self.next_seq:020d}")  # L-1
        keys = header.keys
        if "aw.keys" in message.custom:
            keys = keys + keys_of(self.path, message.custom["aw.keys"].value, len(keys))
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

    def _at_end(self) -> Verified | None:
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

    def _behind(self, reason: str) -> Verified | None:
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
            raise DamagedFileError(f"{reason}; {later}, so this is not a torn end", self.path, self.end, self._batch)  # L-23
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
