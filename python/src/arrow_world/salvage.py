# SPDX-License-Identifier: Apache-2.0
"""What can be read of a log in any state: whatever verifies and continues what was read before, in whatever file it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .errors import ArrowWorldError, DamagedFileError
from .flatbuf import Malformed
from .ipc import FILE_MAGIC, open_source, read_message
from .log import read_fence
from .rows import Rows
from .schema import Key
from .search import BatchSearch
from .segment import SegmentReader
from .segment_header import Header
from .store_diff import Position
from .values import Array

NEVER = (1 << 63) - 1
_SEQ, _CRC = re.compile("[0-9]{20}"), re.compile("[0-9a-f]{8}")
_LEAST_ROW_BYTES = 21


@dataclass(frozen=True)
class Origin:
    """What a log says of a store: whether it has words, the schema version its rows follow, how many rows verify, and the
    keys that its segments declare."""

    store: bytes
    strings: bool
    schema_version: int
    rows: int
    keys: tuple[Key, ...]


@dataclass
class _Stretch:
    """Batches of one file that verify one after the other. number: 0 if it begins with the file's first batch."""

    path: Path
    number: int
    sealed: bool
    store: bytes
    header: Header
    end: Position
    """After the last committed tick."""
    first_seq: int = 0
    first_tick: int = 0
    rows: int = 0
    commits: list[Array] = field(default_factory=list)
    """Seqs after commit rows, their ticks and chains, u64, by batch."""

    def take(self, rows: Rows) -> None:
        if not self.rows:
            self.first_seq, self.first_tick = rows.first_seq, int(rows.tick[0]) if len(rows) else 0
        self.rows += len(rows)
        at = rows.commits()
        if len(at):
            self.commits.append(np.stack([at.astype("<u8") + np.uint64(rows.first_seq + 1), rows.tick[at], rows.bits[at]]))
            self.end = _position(self.commits[-1][:, -1])

    def commit_up_to(self, seq: int) -> Position | None:
        """The last commit that stands before a seq."""
        for found in reversed(self.commits):
            count = int(np.searchsorted(found[0], np.uint64(seq), "right"))
            if count:
                return _position(found[:, count - 1])
        return None


def _position(commit: Array) -> Position:
    return Position(int(commit[1]), int(commit[0]), int(commit[2]).to_bytes(8, "little"))


def told(error: Exception) -> str:
    """What an error says was found, without what to do about it."""
    if not isinstance(error, DamagedFileError):
        return str(error)
    place = "" if error.batch is None else f", batch {error.batch}"
    return f"{error.path}{place}{'' if error.offset is None else f', byte {error.offset}'}: {error.problem}"


class _Problem(NamedTuple):
    """What is wrong with a file, the store it says to be of, and a seq up to which rows are known to have existed."""

    path: Path
    finding: str
    store: bytes | None
    seen: int


class _Reading:
    """One way through a file in any state: its rows with the number of their stretch. Damage ends a stretch, and another
    begins behind it."""

    def __init__(self, path: Path) -> None:
        self.path, self.damage = path, ""
        self.seen, self.sealed = 0, False
        self.reader: SegmentReader | None = None

    def __iter__(self) -> Iterator[tuple[int, Rows]]:
        with open_source(self.path) as source:
            self.sealed = bytes(source.read(0, 8)) == FILE_MAGIC
        with SegmentReader(self.path, None, None, None, self.sealed) as reader:
            self.reader = reader
            end, whole = reader.header.first_seq, -1
            self.damage = f"{self.path}, byte 0: {reader.unread}" if reader.unread else ""
            try:
                for rows in () if reader.unread else reader.batches():
                    at = rows.commits()
                    end = rows.first_seq + int(at[-1]) + 1 if len(at) else end
                    yield 0, rows
            except DamagedFileError as e:
                self.damage = told(e)
            if self.sealed:
                try:
                    whole = reader.index().end_seq
                except DamagedFileError as e:
                    self.damage = self.damage or told(e)
                if not self.damage and whole != end:
                    self.damage = f"{self.path}: its footer does not match its batches"
            if self.damage:
                self.seen = max(0, whole)
                yield from self._behind(reader)

    def _behind(self, reader: SegmentReader) -> Iterator[tuple[int, Rows]]:
        start, from_seq, number = reader.end, reader.next_seq, 0
        at = start
        for offset, custom in BatchSearch(reader.source).batches(start):
            first_seq, crc = custom.get("aw.first_seq", ""), custom.get("aw.crc", "")
            if offset < at or not _SEQ.fullmatch(first_seq) or not _CRC.fullmatch(crc):
                continue
            seq = int(first_seq)
            if seq < 1 << 63 and seq <= from_seq + (offset - start) // _LEAST_ROW_BYTES:  # nothing else vouches for it
                self.seen = max(self.seen, seq)
            try:
                message = read_message(reader.source, offset)
            except Malformed:
                continue
            if message is None:
                continue
            found = False
            for rows in reader.behind(message.end, int(crc, 16)):
                number, found = number + (not found), True
                self.seen = max(self.seen, rows.first_seq)
                commits = rows.commits()
                if len(commits):
                    self.seen = max(self.seen, rows.first_seq + int(commits[-1]) + 1)
                yield number, rows
            at = max(at, reader.end) if found else at


class Salvage:
    """A log that may be damaged in any way, up to the fence of a truncation under way. Names of files and footers are not
    needed. Writes nothing; keeps no rows."""

    def __init__(self, store: Path) -> None:
        """Looks at everything in the log's folders."""
        self._losses: dict[str, None] = {}
        self._stretches: list[_Stretch] = []
        self._problems: list[_Problem] = []
        for folder in (store / "log" / "live", store / "log"):
            if folder.is_symlink():
                self._losses[f"{folder} is a link, and links are not followed"] = None
            for path in sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else ():
                if not path.name.endswith(".tmp") and path != store / "log" / "live":
                    self._survey(path)
        self.fence = self._limit(store)
        """The first seq that a truncation under way takes away."""

    def _limit(self, store: Path) -> int:
        try:
            fence = read_fence(store)
        except (ArrowWorldError, OSError) as e:
            self._losses[f"{told(e)}; if it was a truncation, what that took away is here again"] = None
            return NEVER
        return NEVER if fence is None else fence.seq

    def _survey(self, path: Path) -> None:
        reading, found = _Reading(path), list[_Stretch]()
        try:
            for number, rows in reading:
                if number == len(found):
                    found.append(self._stretch(reading, number))
                elif not found:
                    found += [self._stretch(reading, 0), self._stretch(reading, number)]
                found[-1].take(rows)
        except (ArrowWorldError, OSError) as e:
            self._problems.append(_Problem(path, told(e), None, 0))
            return
        reader = reader_of(reading)
        self._stretches += found or [self._stretch(reading, 0)]
        if reading.damage:
            self._problems.append(_Problem(path, reading.damage, reader.store_id, reading.seen))

    def _stretch(self, reading: _Reading, number: int) -> _Stretch:
        reader = reader_of(reading)
        header = reader.header
        start = Position(-1, 0, bytes(8)) if number else Position(-1, header.first_seq, header.prev_chain)
        return _Stretch(reading.path, number, reading.sealed, reader.store_id, header, start)

    def origins(self) -> list[Origin]:
        """The stores that segments here belong to; those with most rows first."""
        found: dict[bytes, Origin] = {}
        for s in self._stretches:
            if s.number == 0 and s.rows:
                header, before = s.header, found.get(s.store)
                origin = Origin(s.store, header.strings, header.schema_version, s.rows, tuple(header.keys))
                if before is not None:
                    longer = origin if len(before.keys) < len(origin.keys) else before
                    origin = Origin(s.store, before.strings, longer.schema_version, before.rows + s.rows, longer.keys)
                found[s.store] = origin
        return sorted(found.values(), key=lambda o: -o.rows)

    def first_seq(self, origin: Origin) -> int:
        """The seq of the first row there is of a store; NEVER if there is none."""
        return min((s.header.first_seq for s in self._of(origin) if s.number == 0), default=NEVER)

    def first_tick(self, origin: Origin) -> int:
        """The tick of the first row of a log that begins at seq 0; NEVER if there is none."""
        return min((s.first_tick for s in self._of(origin) if s.number == 0 and s.header.first_seq == 0), default=NEVER)

    def reach(self, origin: Origin, start: Position, keys: Sequence[Key]) -> int:
        """The seq up to which a store's rows can be read from a position on."""
        return [start.seq, *(last.seq for _, _, last in self._way(origin, start, list(keys)))][-1]

    def copy(self, origin: Origin, start: Position, keys: list[Key], take: Callable[[Rows], None],
             taken: Callable[[], Position]) -> tuple[Position, list[str], int]:
        """Hands over the committed rows of a store from a position on, with all keys met by then in `keys`.

        taken: the position after the last tick that was taken. Gives the position after what was saved, what could not be,
        in plain words, and the greatest seq known to have existed.
        """
        end = start
        try:
            for stretch, first, last in self._way(origin, start, keys):
                for number, rows in _Reading(stretch.path):
                    if number == stretch.number and rows.end_seq > first.seq and rows.first_seq < last.seq:
                        take(rows.slice(max(0, first.seq - rows.first_seq), min(len(rows), last.seq - rows.first_seq)))
                end = last
        except DamagedFileError as e:
            self._losses[f"{told(e)}; that tick and all later ones are not saved"] = None
            end = taken()
        self._report(origin, start, end)
        return end, list(self._losses), self._seen(origin, end)

    def _way(self, origin: Origin, start: Position, keys: list[Key]) -> Iterator[tuple[_Stretch, Position, Position]]:
        """The stretches that lead on from a position, each with where it is entered and left; learns their keys."""
        end = start
        while (stretch := self._next(origin, end, keys)) is not None:
            keys += stretch.header.keys[len(keys) :]
            last = self._bounded(stretch, end)
            if last.seq <= end.seq:
                return
            yield stretch, end, last
            end = last

    def _of(self, origin: Origin) -> Iterator[_Stretch]:
        return (s for s in self._stretches if s.rows and s.store == origin.store and s.header.strings == origin.strings)

    def _next(self, origin: Origin, end: Position, keys: list[Key]) -> _Stretch | None:
        """The stretch that leads furthest on from a position, by the chain. Of a live segment and its sealed twin the sealed
        one wins (L-20)."""
        best: _Stretch | None = None
        for s in self._of(origin) if end.seq < self.fence else ():
            common = min(len(keys), len(s.header.keys))
            if s.end.seq > end.seq and (best is None or (s.end.seq, s.sealed) > (best.end.seq, best.sealed)) and (
                    s.header.keys[:common] == keys[:common] and _continues(s, end)):
                best = s
        return best

    def _bounded(self, s: _Stretch, end: Position) -> Position:
        """Where a stretch ends, or where the fence cuts it."""
        if s.end.seq <= self.fence:
            return s.end
        cut = s.commit_up_to(self.fence) or end
        if cut.seq != self.fence:
            self._losses[f"fence.json: no tick ends at its seq, {self.fence}"] = None
        return cut

    def _seen(self, origin: Origin, end: Position) -> int:
        found = [s.end.seq for s in self._of(origin)] + [p.seen for p in self._problems if p.store == origin.store]
        return max([end.seq, *(min(self.fence, seq) for seq in found)])

    def _report(self, origin: Origin, start: Position, end: Position) -> None:
        for problem in self._problems:
            if not self._is_made_up_for(problem, start, end):
                self._losses[problem.finding] = None
        for s in self._stretches:
            if s.rows and s.store != origin.store:
                self._losses[f"{s.path}: it belongs to store {s.store.hex()}"] = None
            elif s.rows and min(self.fence, s.end.seq) > end.seq:
                self._losses[f"{s.path}: its {s.rows} readable rows from seq {s.first_seq} on do not follow what was saved, which "
                             f"ends at seq {end.seq}"] = None

    def _is_made_up_for(self, problem: _Problem, start: Position, end: Position) -> bool:
        """Whether rows behind a damaged place were saved from elsewhere, so that nothing is lost there."""
        if end.seq >= self.fence:
            return True
        twin = any(s.number == 0 and s.sealed and s.end.seq <= end.seq and f"{s.header.first_seq:020d}.arrows" == problem.path.name
                   and problem.path.parent.name == "live" for s in self._stretches)
        if twin and problem.seen <= end.seq:
            return True
        read_to = max((s.end.seq for s in self._stretches if s.path == problem.path), default=-1)
        return start.seq <= read_to < end.seq and problem.seen <= end.seq


def reader_of(reading: _Reading) -> SegmentReader:
    """The reader of a file that was opened."""
    assert reading.reader is not None
    return reading.reader


def _continues(s: _Stretch, end: Position) -> bool:
    """Whether a stretch begins at a position, or holds it and what follows: by the chain."""
    if s.number == 0 and s.header.first_seq == end.seq:
        return s.header.prev_chain == end.chain
    found = s.commit_up_to(end.seq) if s.header.first_seq < end.seq else None
    return found is not None and (found.seq, found.chain) == (end.seq, end.chain)
