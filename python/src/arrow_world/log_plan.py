# SPDX-License-Identifier: Apache-2.0
"""What there is to read of a log, as batches that processes and machines read in any order, each proven by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from os import PathLike
from typing import NamedTuple

import numpy as np

from .checks import path_of
from .errors import DamagedFileError, InvalidUseError
from .jsonfile import chain_hex
from .log import LogFiles, Scan, SegmentFile, Wanted
from .log_rows import LogRows
from .rows import Rows
from .schema import COMMIT, NO_ROW, Key
from .segment import SegmentReader
from .segment_header import BatchIndex
from .selection import Ticks, span
from .store_diff import Position
from .storefiles import Base, StoreFiles

_NEVER = (1 << 63) - 1


@dataclass(frozen=True)
class PlannedBatch:
    """A batch that is to be read. `segment`: its file's path in the store; `index`: its number there; `offset`: where the
    batch before it ends; `rows`: those at or behind the plan's end do not exist; ticks and row ids are its extremes.
    """

    segment: str
    index: int
    offset: int
    length_bytes: int
    first_seq: int
    rows: int
    tick_min: int
    tick_max: int
    rid_min: int
    rid_max: int
    previous_crc: int
    crc: int


class PlannedSegment(NamedTuple):
    """A segment of which a plan has batches: its file's path in the store, the positions before its first row (tick -1) and
    after its last one that the plan knows of."""

    path: str
    start: Position
    end: Position


class PlannedBase(NamedTuple):
    """The snapshot that a history begins with: rows of the log alone do not make its worlds."""

    snapshot: str
    position: Base


@dataclass(frozen=True)
class LogPlan:
    """The batches of a log that may hold rows of some ticks and row ids, both ends included, in log order.

    Of the moment it was made: a writer that goes on does not change it, and `end` is the end for whoever reads by it. May
    be pickled, and cut by `only` into plans of a few batches each. `PlanReader` reads them.
    """

    store: bytes
    strings: bool
    keys: tuple[Key, ...]
    ticks: tuple[int, int]
    ids: tuple[int, int]
    start: Position
    end: Position
    base: PlannedBase | None
    segments: tuple[PlannedSegment, ...]
    batches: tuple[PlannedBatch, ...]

    def only(self, batches: Iterable[PlannedBatch]) -> LogPlan:
        """A plan of some of its batches."""
        some = tuple(batches)
        return replace(self, batches=some, segments=tuple(s for s in self.segments if any(b.segment == s.path for b in some)))

    @property
    def bytes(self) -> int:
        """Bytes of its batches."""
        return sum(b.length_bytes for b in self.batches)

    @property
    def rows(self) -> int:
        """Rows of its batches, whether they are wanted or not."""
        return sum(min(b.rows, self.end.seq - b.first_seq) for b in self.batches)

    def __repr__(self) -> str:
        return f"<plan of {len(self.batches)} batches, {self.rows:,} rows, up to tick {self.end.tick}>"


def plan_of(files: StoreFiles, wanted_ticks: Ticks, wanted_ids: Ticks) -> LogPlan:
    """Plans the reading of a log. Reads the footers of sealed segments, and live ones through."""
    ticks, ids = span(wanted_ticks), (0, NO_ROW) if wanted_ids is None else span(wanted_ids)
    for what, (first, last), most in (("ticks", ticks, _NEVER), ("row ids", ids, NO_ROW)):
        if not 0 <= first <= last <= most:
            raise InvalidUseError(f"No such range of {what}: {first} to {last}; they are from 0 to {most}, the first at most the "
                                  "last.")
    base = files.first_base()
    if base is None and files.is_based():
        raise files.missing_base()
    log = files.log_files()
    scan = Scan(log, wanted=Wanted(_NEVER, _NEVER))
    for _ in scan:
        pass
    start = Position(-1, 0, bytes(8))
    end = start if base is None else Position(base.tick, base.seq, base.chain)
    if scan.last_tick >= 0 and scan.chain is not None:
        end = Position(scan.last_tick, scan.end_seq, scan.chain)
    segments: list[PlannedSegment] = []
    batches: list[PlannedBatch] = []
    for segment in log.segments:
        if segment.first_seq >= end.seq:
            continue
        found = _entries(log, segment)
        if segment is log.segments[0]:
            start = found.start
        if found.batches and found.batches[0].first_seq < end.seq:
            wanted = [b for b in found.batches if b.first_seq < end.seq and b.tick_max >= ticks[0] and b.tick_min <= ticks[1]
                      and b.rid_max >= ids[0] and b.rid_min <= ids[1]]
            batches += wanted
            if wanted:
                segments.append(PlannedSegment(found.path, found.start, found.end if found.end.seq < end.seq else end))
    planned = None if base is None else PlannedBase(f"snapshots/{base.path.name}", Base(base.tick, base.seq, base.chain))
    return LogPlan(files.info.store, files.info.strings, tuple(scan.keys), ticks, ids, start, end, planned, tuple(segments), tuple(batches))


class _Found(NamedTuple):
    path: str
    start: Position
    end: Position
    batches: list[PlannedBatch]


def _entries(log: LogFiles, segment: SegmentFile) -> _Found:
    """Every batch of a segment, of a live one those before a torn end."""
    path = f"log/{'' if segment.sealed else 'live/'}{segment.path.name}"
    if segment.sealed:
        header, index = log.index(segment)
        columns = [c.tolist() for c in (index.first_seq, index.rows, index.tick_min, index.tick_max, index.rid_min,
                                        index.rid_max, index.crc, index.end)]
        rows = list(zip(*columns))
        end = Position(int(index.tick_max[-1]), index.end_seq, index.last_chain)
    else:
        with log.open(segment) as reader:
            header, rows, end = reader.header, [], Position(-1, segment.first_seq, reader.header.prev_chain)
            for batch in reader.batches():
                numbers = [int(n) for n in reader.stats[-1][:6]]
                rows.append((*numbers, reader.last_crc, reader.end))
                commits = batch.commits()
                if len(commits):
                    last = int(commits[-1])
                    end = Position(int(batch.tick[last]), batch.first_seq + last + 1, int(batch.bits[last]).to_bytes(8, "little"))
    batches: list[PlannedBatch] = []
    offset = crc = 0
    for i, (first, count, tick_min, tick_max, rid_min, rid_max, own, to) in enumerate(rows):
        batches.append(PlannedBatch(path, i, offset, to - offset, first, count, tick_min, tick_max, rid_min, rid_max, crc, own))
        offset, crc = to, own
    return _Found(path, Position(-1, header.first_seq, header.prev_chain), end, batches)


class PlanReader:
    """Reads the batches of a plan, in any order, each proven before a value of it is used. One thread; close it, or use it in
    a `with` statement.

    It opens one segment at a time. A live segment is read up to the batch that is asked for; one that was sealed since the
    plan was made is read under its new name, if the chain at the plan's end is still the planned one. What was merged,
    dropped or truncated meanwhile is refused.
    """

    def __init__(self, path: str | PathLike[str], plan: LogPlan) -> None:
        """path: of the store that the plan was made of. Opens no file yet."""
        self._store, self.plan = path_of(path, "open the store"), plan
        self._segment: PlannedSegment | None = None
        self._reader: SegmentReader | None = None
        self._index: BatchIndex | None = None

    def __enter__(self) -> PlanReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes what it has open. May be called again, and batches be read on."""
        if self._reader is not None:
            self._reader.close()
        self._segment = self._reader = self._index = None

    def read(self, batch: PlannedBatch) -> LogRows:
        """The rows of a batch: those before the plan's end and of its ticks; other row ids than its may be among them.

        Raises DamagedFileError where it does not verify, or is no longer the one that was planned; InvalidUseError where the
        plan has no batch of that segment.
        """
        segment = next((s for s in self.plan.segments if s.path == batch.segment), None)
        if segment is None:
            raise InvalidUseError(f"Cannot read batch {batch.index} of {batch.segment} by this plan, which has no batch of that "
                                  "segment.")
        if segment != self._segment:
            self.close()
            self._open(segment)
        rows = self._read(batch)
        end = min(batch.first_seq + batch.rows, self.plan.end.seq)
        rows = rows.slice(max(0, batch.first_seq - rows.first_seq), max(0, end - rows.first_seq))
        first, last = np.searchsorted(rows.tick, np.array(self.plan.ticks, "<u8") + np.array([0, 1], "<u8"))
        rows = rows.slice(int(first), int(last))
        return LogRows(np.arange(rows.first_seq, rows.end_seq, dtype="<u8"), rows.tick, rows.rid, rows.key, rows.bits, rows.text,
                       self.plan.keys)

    def _open(self, segment: PlannedSegment) -> None:
        sealed = f"log/{segment.start.seq:020d}.arrow"
        try:
            reader = self._reader_of(segment.path, segment)
        except FileNotFoundError as e:
            if segment.path == sealed:
                raise self._gone(segment.path, "it is no longer there") from e
            try:
                reader = self._reader_of(sealed, segment)
            except FileNotFoundError:
                raise self._gone(segment.path, "neither it nor what it is called once sealed is there") from e
        self._reader, self._segment = reader, segment
        self._index = reader.index() if reader.sealed else None
        if self._index is not None and segment.path != sealed:
            self._check_chain(self._index, segment.end)

    def _reader_of(self, path: str, segment: PlannedSegment) -> SegmentReader:
        """A segment's file from its beginning, which must be of the store and begin as planned."""
        sealed = not path.startswith("log/live/")
        try:
            reader = SegmentReader(self._store / path, self.plan.store, self.plan.strings, segment.start.seq, sealed)
        except DamagedFileError as e:
            raise self._gone(path, e.problem) from e
        if reader.header.prev_chain != segment.start.chain:
            reader.close()
            raise self._gone(path, f"it begins with chain {chain_hex(reader.header.prev_chain)}")
        return reader

    def _read(self, batch: PlannedBatch) -> Rows:
        assert self._reader is not None and self._segment is not None
        if self._index is not None:
            return self._read_sealed(self._index, batch)
        if self._reader.next_seq > batch.first_seq:  # a live one is read forwards alone
            self._reader.close()
            self._reader = self._reader_of(self._segment.path, self._segment)
        for rows in self._reader.batches():
            if rows.end_seq > batch.first_seq:
                if (rows.first_seq, len(rows), self._reader.last_crc) != (batch.first_seq, batch.rows, batch.crc):
                    break
                return rows
        raise self._gone(batch.segment, f"batch {batch.index} is another one")

    def _read_sealed(self, index: BatchIndex, batch: PlannedBatch) -> Rows:
        """Sealing puts whole batches together, so the rows of one stand in one."""
        end = min(batch.first_seq + batch.rows, self.plan.end.seq)
        number = _holding(index, batch.first_seq)
        if number is None or number != _holding(index, end - 1):
            raise self._gone(batch.segment, "its batches are cut elsewhere")
        if not batch.segment.startswith("log/live/") and int(index.crc[number]) != batch.crc:
            raise self._gone(batch.segment, f"batch {batch.index} is another one")
        return self._batch(index, number)

    def _batch(self, index: BatchIndex, number: int) -> Rows:
        assert self._reader is not None and self._segment is not None
        if number == 0 and self._reader.next_seq != index.first_seq[0]:
            self._reader.close()
            self._reader = self._reader_of(f"log/{self._segment.start.seq:020d}.arrow", self._segment)
        self._reader.go_to_batch(number, index)
        return next(self._reader.batches(1))

    def _check_chain(self, index: BatchIndex, planned: Position) -> None:
        """Whether what became of a live segment holds the rows that were planned."""
        if (index.end_seq, index.last_chain) == (planned.seq, planned.chain):
            return
        number = _holding(index, planned.seq - 1)
        if number is not None:
            rows = self._batch(index, number)
            last = planned.seq - 1 - rows.first_seq
            if rows.key[last] == COMMIT.code and int(rows.bits[last]).to_bytes(8, "little") == planned.chain:
                return
        path = f"log/{index.first_seq[0]:020d}.arrow"
        self.close()
        raise self._gone(path, f"it does not have chain {chain_hex(planned.chain)} at seq {planned.seq}")

    def _gone(self, path: str, finding: str) -> DamagedFileError:
        return DamagedFileError(f"it is not the segment of the plan of store {self.plan.store.hex()} up to tick {self.plan.end.tick}: "
                                f"{finding}; it was merged, dropped or replaced meanwhile", self._store / path, remedy="Plan again.")


def _holding(index: BatchIndex, seq: int) -> int | None:
    """The number of the batch that a seq is in."""
    number = int(np.searchsorted(index.first_seq, seq, "right")) - 1
    return number if number >= 0 and seq < index.first_seq[number] + index.rows[number] else None
