# SPDX-License-Identifier: Apache-2.0
"""The log as one sequence of committed rows over all segments (L-1, L-14, L-16, L-20 to L-22)."""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from . import jsonfile
from .codebook import Codebook
from .errors import AnotherHistoryError, DamagedFileError
from .frames import Frame
from .kept_batches import KeptBatches
from .log_rows import LogRows
from .regular import require_real
from .rows import Rows, commit_problem, concat
from .schema import Key
from .segment import Mark, SegmentReader, Torn
from .segment_header import BatchIndex, Header
from .values import U64, Array

_KEPT_ROWS = 1 << 19
_MARK_BYTES = 1 << 18
_NEVER = 1 << 63
_NAME = re.compile(r"([0-9]{20})\.(arrow|arrows)")


@dataclass(frozen=True)
class SegmentFile:
    """A segment's file: sealed or live."""

    path: Path
    first_seq: int
    sealed: bool


@dataclass(frozen=True)
class Fence:
    """A truncation under way: rows at or after `seq` do not exist (L-21)."""

    tick: int
    seq: int
    epoch: int


@dataclass(frozen=True, repr=False)
class Log(Frame, Rows):
    """All committed rows, the declared keys, and why the live segment ends early, if it does."""

    keys: tuple[Key, ...] = ()
    torn: Torn | None = None

    def __len__(self) -> int:
        return len(self.tick)

    @property
    def seq(self) -> U64:
        """Each row's number in the log."""
        return np.arange(self.first_seq, self.end_seq, dtype="<u8")

    def to_arrow(self) -> pa.Table:
        """seq, tick, rid, key, val, and text where the store has strings."""
        return self._as_log_rows().to_arrow()

    def _at(self, rows: Array) -> pa.Table:
        return LogRows(rows.astype("<u8") + np.uint64(self.first_seq), self.tick[rows], self.rid[rows], self.key[rows],
                       self.bits[rows], None if self.text is None else self.text[rows], self.keys).to_arrow()

    def _as_log_rows(self) -> LogRows:
        return LogRows(self.seq, self.tick, self.rid, self.key, self.bits, self.text, self.keys)

    def _title(self) -> str:
        return f"{len(self):,} log rows" + (f", torn: {self.torn.reason}" if self.torn else "")


def read_fence(store: Path) -> Fence | None:
    """The store's fence, or None."""
    path = store / "fence.json"
    try:
        m = jsonfile.Members(jsonfile.read(path), path)
    except FileNotFoundError:
        return None
    epoch = m.count("epoch")
    if epoch >= 1 << 31:
        raise DamagedFileError(f"'epoch' is {epoch}, expected less than 2^31", path)
    fence = Fence(m.u64("tick"), m.u64("seq"), epoch)
    if max(fence.tick, fence.seq) >= 1 << 63:
        raise DamagedFileError("its tick or seq is not below 2^63", path)
    return fence


def list_segments(store: Path) -> list[SegmentFile]:
    """Segments by first seq; live ones are listed first, so that one sealed meanwhile is not missed (L-20)."""
    found: dict[int, SegmentFile] = {}
    for folder, suffix in ((store / "log" / "live", "arrows"), (store / "log", "arrow")):
        require_real(folder)
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = _NAME.fullmatch(path.name)
            if name and name[2] == suffix and int(name[1]) < 1 << 63:
                found[int(name[1])] = SegmentFile(path, int(name[1]), suffix == "arrow")
    return [found[seq] for seq in sorted(found)]


class Marks:
    """What was learnt of a store's segments, so that later passes need not begin at the beginning.

    Footers of sealed segments; of live ones, places to read on from. A file that was replaced is learnt anew.
    """

    def __init__(self) -> None:
        self._sealed: dict[Path, tuple[tuple[int, int, int], Header, BatchIndex]] = {}
        self._live: dict[Path, tuple[int, list[Mark]]] = {}

    def index(self, path: Path, open_reader: Callable[[], SegmentReader]) -> tuple[Header, BatchIndex]:
        """Header and footer index of a sealed segment."""
        stat = path.stat()
        identity = stat.st_ino, stat.st_size, stat.st_mtime_ns
        known = self._sealed.get(path)
        if known is None or known[0] != identity:
            with open_reader() as reader:
                known = identity, reader.header, reader.index()
            self._sealed[path] = known
        return known[1], known[2]

    def before(self, reader: SegmentReader, seq: int, tick: int) -> Mark | None:
        """The last mark of a live segment not behind this seq, and behind all rows before this tick."""
        inode, marks = self._live.get(reader.path, (0, []))
        if inode != reader.inode or marks and not reader.holds(marks[-1]):
            self._live.pop(reader.path, None)
            return None
        count = min(bisect_right(marks, seq, key=lambda m: m.next_seq),
                    bisect_left(marks, tick, key=lambda m: m.last_tick))
        return marks[count - 1] if count else None

    def add(self, reader: SegmentReader, last_tick: int, chain: bytes) -> None:
        """Remembers where a live segment was read to, behind a commit row, if that is far enough from the last mark."""
        inode, marks = self._live.get(reader.path, (0, []))
        if inode != reader.inode:
            marks = []
            self._live[reader.path] = reader.inode, marks
        if reader.end - (marks[-1].pos if marks else 0) >= _MARK_BYTES:
            mark = reader.mark(last_tick, chain)
            if mark is not None:
                marks.append(mark)


@dataclass(frozen=True)
class LogFiles:
    """What a log consists of at one moment."""

    store: Path
    store_id: bytes
    strings: bool
    keys: tuple[Key, ...]
    """The keys the schema declares."""
    segments: tuple[SegmentFile, ...]
    fence: Fence | None
    marks: Marks

    def open(self, segment: SegmentFile) -> SegmentReader:
        """A reader of one segment."""
        return SegmentReader(segment.path, self.store_id, self.strings, segment.first_seq, segment.sealed)

    def index(self, segment: SegmentFile) -> tuple[Header, BatchIndex]:
        """Header and footer index of a sealed segment."""
        return self.marks.index(segment.path, lambda: self.open(segment))


@dataclass(frozen=True)
class Wanted:
    """Which rows a pass is about: batches that hold none of them need not be read. Both ticks are included."""

    first: int = 0
    last: int = (1 << 63) - 1
    ids: Array | None = None
    """Row ids, u32, ascending; None is all."""
    key: Callable[[Key], bool] | None = None

    def batches(self, index: BatchIndex, keys: Sequence[Key]) -> Array:
        """The numbers of the batches that may hold wanted rows."""
        chosen = (index.tick_max >= self.first) & (index.tick_min <= self.last)
        if self.key is not None:
            wanted = _bits(np.array([k.code for k in keys if self.key(k)], "<u2"))
            chosen &= ((index.held & wanted) != 0) | ((index.held == 0) & bool(wanted))
        if self.ids is not None:
            chosen &= (np.searchsorted(self.ids, index.rid_min) < np.searchsorted(self.ids, index.rid_max, "right"))
        return np.flatnonzero(chosen)


def _bits(codes: Array) -> Any:
    """A set of key codes as one u64: a bit per code modulo 64."""
    return np.bitwise_or.reduce(np.uint64(1) << np.flatnonzero(np.bincount(codes % 64)).astype("<u8"), initial=np.uint64(0))


class Scan:
    """One pass over the committed rows from a seq on; iterate once.

    from_chain: the chain before `from_seq`, of the history that is to be gone on with; another one is DamagedFileError.
    codebook: takes in words from `codebook_seq` on (`from_seq` by default). wanted: the rows the pass is about; others
    come too, but batches of sealed segments without any are passed over, so that runs need not be adjacent. kept: batches
    that need not be read again; those that the pass begins with are kept there.

    After the pass: `end_seq`, `last_tick` (-1: none seen), `chain` (None: none seen), `keys`, `torn`, and `reader`, the
    closed reader of the last segment read. `proven`: whether `from_chain` was met.
    """

    def __init__(self, files: LogFiles, from_seq: int = 0, *, from_chain: bytes | None = None,
                 codebook: Codebook | None = None, codebook_seq: int | None = None, wanted: Wanted | None = None,
                 kept: KeptBatches | None = None) -> None:
        segments, fence = list(files.segments), files.fence
        if fence is not None:
            segments = [s for s in segments if s.first_seq < fence.seq]
        begin = [i for i, s in enumerate(segments) if s.first_seq <= from_seq]
        self._segments = segments[begin[-1] if begin else 0 :]
        self._files, self._fence, self._wanted = files, fence, wanted
        self._kept = kept
        self._from_seq, self._from_chain, self.proven = from_seq, from_chain, False
        self._codebook, self._codebook_seq = codebook, from_seq if codebook_seq is None else codebook_seq
        self.end_seq = self._segments[0].first_seq if self._segments else 0
        self.last_tick = -1
        self.chain: bytes | None = None
        self.keys: list[Key] = list(files.keys)
        self.torn: Torn | None = None
        self.reader: SegmentReader | None = None
        self.readers: list[SegmentReader] = []
        self.schema_version = 0
        self.jumped: Mark | None = None
        """The place in a live segment where reading began, if not at its beginning."""
        self._amid = False

    def __iter__(self) -> Iterator[Rows]:
        for segment in self._segments:
            if segment.sealed and segment.first_seq < self.end_seq and self._is_covered(segment):
                continue
            if segment.first_seq != self.end_seq:
                why = f": {self.torn.path.name} ends at byte {self.torn.offset}, {self.torn.reason}" if self.torn else ""
                raise DamagedFileError(f"the log has a hole or an overlap: rows up to seq {self.end_seq} are followed "
                                       f"by seq {segment.first_seq}{why}", segment.path)  # L-1
            known = self._known(segment)
            if known is not None and self._wanted is not None:
                yield from self._picked(segment, *known)
                continue
            opened = self._open(segment)
            if opened is not None:
                with opened as reader:
                    reader.kept = None if self.readers else self._kept
                    self._enter(reader)
                    if self._jump(reader, None if known is None else known[1]):
                        yield from self._committed(reader)

    def _is_covered(self, segment: SegmentFile) -> bool:
        """Whether the segments before it hold all its rows: a merge was interrupted (L-25)."""
        _, index = self._files.index(segment)
        return index.end_seq <= self.end_seq

    def _known(self, segment: SegmentFile) -> tuple[Header, BatchIndex] | None:
        """Header and index of a sealed segment of which not all need be read and none is behind the fence."""
        if not segment.sealed or self._wanted is None and segment.first_seq >= self._from_seq:
            return None
        header, index = self._files.index(segment)
        return None if self._fence is not None and index.end_seq > self._fence.seq else (header, index)

    def _picked(self, segment: SegmentFile, header: Header, index: BatchIndex) -> Iterator[Rows]:
        """The batches that may hold wanted rows; every row of a sealed segment is committed (L-16)."""
        assert self._wanted is not None
        self._follow(header, segment.path)
        numbers = self._wanted.batches(index, header.keys)
        numbers = numbers[index.first_seq[numbers] + index.rows[numbers] > self._from_seq].tolist()
        if numbers:
            with self._files.open(segment) as reader:
                self.reader = reader
                for n in numbers:
                    reader.go_to_batch(n, index)
                    for rows in reader.batches(1):
                        index.held[n] = _bits(rows.key)
                        yield rows.slice(max(0, self._from_seq - rows.first_seq), len(rows))
        self.end_seq, self.last_tick, self.chain = index.end_seq, int(index.tick_max[-1]), index.last_chain

    def _jump(self, reader: SegmentReader, index: BatchIndex | None) -> bool:
        """Goes as near to the first row asked for as is known without reading; whether anything is left to read."""
        if index is not None and self._from_seq >= index.end_seq:
            self._meet(index.end_seq, index.last_chain, reader.path)
            self.end_seq, self.last_tick, self.chain = index.end_seq, int(index.tick_max[-1]), index.last_chain
            return False
        if index is not None:
            before = self._from_seq - (self._from_chain is not None and self._from_seq > reader.header.first_seq)
            number = int(np.searchsorted(index.first_seq, before, "right")) - 1
            reader.go_to_batch(number, index)
            self.end_seq = int(index.first_seq[number])
            self._amid = True
        elif not reader.sealed:
            mark = (self._files.marks.before(reader, self._from_seq, _NEVER) if self._wanted is None else
                    self._files.marks.before(reader, _NEVER, self._wanted.first))
            if mark is not None:
                self.jumped = mark
                reader.go_to(mark)
                self._meet(mark.next_seq, mark.chain, reader.path)
                self.keys = reader.header.keys
                self.end_seq, self.last_tick, self.chain = mark.next_seq, mark.last_tick, mark.chain
        return True

    def _open(self, segment: SegmentFile) -> SegmentReader | None:
        """The segment's reader. A live file that vanished since it was listed was sealed or held nothing (L-20)."""
        path, sealed = segment.path, segment.sealed
        while True:
            try:
                return self._files.open(SegmentFile(path, segment.first_seq, sealed))
            except FileNotFoundError:
                if segment.sealed:
                    raise
                if sealed:
                    return None
                path, sealed = path.parent.parent / f"{segment.first_seq:020d}.arrow", True

    def _enter(self, reader: SegmentReader) -> None:
        self._follow(reader.header, reader.path)
        self.reader, self.torn = reader, None
        self.readers.append(reader)

    def _follow(self, header: Header, path: Path) -> None:
        if self.chain is not None and header.prev_chain != self.chain:
            raise DamagedFileError(f"aw.prev_chain is {jsonfile.chain_hex(header.prev_chain)}, the chain before it is "
                                   f"{jsonfile.chain_hex(self.chain)}", path)
        if header.keys[: len(self.keys)] != self.keys:
            raise DamagedFileError("aw.keys does not begin with the keys of the segment before it, or of the schema",
                                   path)  # L-3, L-6
        self._meet(header.first_seq, header.prev_chain, path)
        self.schema_version = header.schema_version
        self.chain = header.prev_chain
        self.keys = header.keys

    def _meet(self, seq: int, chain: bytes, path: Path) -> None:
        """The chain that the log has before a seq."""
        if seq != self._from_seq or self._from_chain is None:
            return
        if chain != self._from_chain:
            raise AnotherHistoryError(f"what is to be gone on from is at seq {seq} with chain "
                                      f"{jsonfile.chain_hex(self._from_chain)}, the log has "
                                      f"{jsonfile.chain_hex(chain) if chain else 'no commit row'} there", path)  # L-24
        self.proven = True

    def _meet_within(self, rows: Rows, path: Path) -> None:
        if rows.first_seq < self._from_seq <= rows.end_seq:
            last = self._from_seq - 1 - rows.first_seq
            self._meet(self._from_seq, b"" if rows.key[last] else int(rows.bits[last]).to_bytes(8, "little"), path)

    def _committed(self, reader: SegmentReader) -> Iterator[Rows]:
        pending: list[Rows] = []
        for batch in reader.batches():
            if batch.end_seq - self._from_seq > _KEPT_ROWS:
                reader.kept = None  # who goes on for long does not come back soon
            fenced = self._fence is not None and batch.end_seq >= self._fence.seq
            if self._fence is not None and fenced:
                batch = batch.slice(0, max(0, self._fence.seq - batch.first_seq))
            self._meet_within(batch, reader.path)
            if self._amid:  # what stands before the first row asked for may be the end of a tick
                batch = batch.slice(self._from_seq - batch.first_seq, len(batch))
                self.end_seq, self._amid = batch.first_seq, False
            commits = batch.commits()
            if len(commits):
                cut = int(commits[-1]) + 1
                rows = concat([*pending, batch.slice(0, cut)])
                self._check(rows, reader)
                pending = [batch.slice(cut, len(batch))] if cut < len(batch) else []
                if not reader.sealed and not pending and not fenced:
                    assert self.chain is not None
                    self._files.marks.add(reader, self.last_tick, self.chain)
                if rows.end_seq > self._from_seq:
                    yield rows.slice(max(0, self._from_seq - rows.first_seq), len(rows))
            elif len(batch):
                pending.append(batch)
            if fenced:
                reader.end_at_fence()
                return
        self.torn = reader.torn
        if pending and reader.sealed:
            raise DamagedFileError("a sealed segment does not end with a commit row", reader.path)  # L-16
        if pending and self.torn is None:
            self.torn = Torn(reader.path, reader.end, "the last rows have no commit row")

    def _check(self, rows: Rows, reader: SegmentReader) -> None:
        problem = commit_problem(rows, self.last_tick)
        if problem is None and self._codebook is not None and rows.end_seq > self._codebook_seq:
            known = rows.slice(max(0, self._codebook_seq - rows.first_seq), len(rows))
            problem = self._codebook.absorb(known)
        if problem:
            raise DamagedFileError(problem, reader.path)
        self.end_seq = rows.end_seq
        self.last_tick = int(rows.tick[-1])
        self.chain = int(rows.bits[-1]).to_bytes(8, "little")
