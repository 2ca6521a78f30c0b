"""The log as one sequence of committed rows over all segments (L-1, L-14, L-16, L-20 to L-22)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .codebook import Codebook
from .errors import DamagedFileError
from .events import Events
from .frames import Frame
from .regular import require_real
from .rows import Rows, commit_problem, concat
from .schema import Key
from .segment import SegmentReader, Torn
from .values import U64

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

    @property
    def seq(self) -> U64:
        """Each row's number in the log."""
        return np.arange(self.first_seq, self.end_seq, dtype="<u8")

    def to_arrow(self) -> Any:
        """seq, tick, rid, key, val, and text where the store has strings."""
        return self._events().to_arrow()

    def _events(self) -> Events:
        return Events(self.seq, self.tick, self.rid, self.key, self.bits, self.text, self.keys)

    def _title(self) -> str:
        return f"{len(self):,} log rows" + (f", torn: {self.torn.reason}" if self.torn else "")


def read_fence(store: Path) -> Fence | None:
    """The store's fence, or None."""
    path = store / "fence.json"
    try:
        m = jsonfile.Members(jsonfile.read(path), path)
    except FileNotFoundError:
        return None
    return Fence(m.u64("tick"), m.u64("seq"), m.count("epoch"))


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


class Scan:
    """One pass over the committed rows from a seq on; iterate once.

    After the pass: `end_seq`, `last_tick` (-1: none seen), `chain` (None: none seen), `keys`, `torn`, and `reader`, the
    closed reader of the last segment read.
    """

    def __init__(self, segments: list[SegmentFile], store_id: bytes, strings: bool, fence: Fence | None = None,
                 from_seq: int = 0, codebook: Codebook | None = None, codebook_seq: int = 0,
                 first_keys: Sequence[Key] = ()) -> None:
        if fence is not None:
            segments = [s for s in segments if s.first_seq < fence.seq]
        begin = [i for i, s in enumerate(segments) if s.first_seq <= from_seq]
        self._segments = segments[begin[-1] if begin else 0 :]
        self._store_id, self._strings, self._fence = store_id, strings, fence
        self._from_seq = from_seq
        self._codebook, self._codebook_seq = codebook, codebook_seq
        self.end_seq = self._segments[0].first_seq if self._segments else 0
        self.last_tick = -1
        self.chain: bytes | None = None
        self.keys: list[Key] = list(first_keys)
        self.torn: Torn | None = None
        self.reader: SegmentReader | None = None
        self.readers: list[SegmentReader] = []
        self.schema_version = 0

    def __iter__(self) -> Iterator[Rows]:
        for segment in self._segments:
            if segment.first_seq != self.end_seq:
                why = f": {self.torn.path.name} ends at byte {self.torn.offset}, {self.torn.reason}" if self.torn else ""
                raise DamagedFileError(f"the log has a hole or an overlap: rows up to seq {self.end_seq} are followed "
                                       f"by seq {segment.first_seq}{why} (L-1)", segment.path)
            opened = self._open(segment)
            if opened is not None:
                with opened as reader:
                    self._enter(reader)
                    yield from self._committed(reader)

    def _open(self, segment: SegmentFile) -> SegmentReader | None:
        """The segment's reader. A live file that vanished since it was listed was sealed or held nothing (L-20)."""
        path, sealed = segment.path, segment.sealed
        while True:
            try:
                return SegmentReader(path, self._store_id, self._strings, segment.first_seq, sealed)
            except FileNotFoundError:
                if segment.sealed:
                    raise
                if sealed:
                    return None
                path, sealed = path.parent.parent / f"{segment.first_seq:020d}.arrow", True

    def _enter(self, reader: SegmentReader) -> None:
        header = reader.header
        if self.chain is not None and header.prev_chain != self.chain:
            raise DamagedFileError(f"aw.prev_chain is {jsonfile.chain_hex(header.prev_chain)}, the chain before it is "
                                   f"{jsonfile.chain_hex(self.chain)}", reader.path)
        if header.keys[: len(self.keys)] != self.keys:
            raise DamagedFileError("aw.keys does not begin with the keys of the segment before it, or of the schema (L-3, L-6)", reader.path)
        self.schema_version = header.schema_version
        self.chain = header.prev_chain
        self.keys = header.keys
        self.reader, self.torn = reader, None
        self.readers.append(reader)

    def _committed(self, reader: SegmentReader) -> Iterator[Rows]:
        pending: list[Rows] = []
        for batch in reader.batches():
            fenced = self._fence is not None and batch.end_seq >= self._fence.seq
            if self._fence is not None and fenced:
                batch = batch.slice(0, max(0, self._fence.seq - batch.first_seq))
            commits = batch.commits()
            if len(commits):
                cut = int(commits[-1]) + 1
                rows = concat([*pending, batch.slice(0, cut)])
                self._check(rows, reader)
                pending = [batch.slice(cut, len(batch))] if cut < len(batch) else []
                if rows.end_seq > self._from_seq:
                    yield rows.slice(max(0, self._from_seq - rows.first_seq), len(rows))
            elif len(batch):
                pending.append(batch)
            if fenced:
                return
        self.torn = reader.torn
        if pending and reader.sealed:
            raise DamagedFileError("a sealed segment does not end with a commit row (L-16)", reader.path)
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
