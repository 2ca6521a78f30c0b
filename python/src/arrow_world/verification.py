# SPDX-License-Identifier: Apache-2.0
"""Checking a whole store: CRCs, footers, continuity, the digest chain, and every snapshot against replay."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .birth_proof import births_without_words
from .checks import path_of
from .codebook import Codebook
from .errors import ArrowWorldError, DamagedFileError
from .file_list import check_list
from .flatbuf import Malformed
from .html import grid
from .jsonfile import chain_hex
from .log import Scan
from .references import false_references
from .regular import require_real
from .rows import Rows, tick_chain
from .schema import Schema, declare
from .segment import SegmentReader, Torn
from .segment_header import head_of
from .snapshot import Manifest, Snapshot, read_manifest
from .storefiles import StoreFiles
from .values import decode
from .world import World


SEGMENT_NAMES = {ending: re.compile(rf"0[0-9]{{19}}\.{ending}") for ending in ("arrow", "arrows")}
_FREE = "free ids and generations of "
SNAPSHOT_NAME = re.compile(r"0[0-9]{19}\.v[1-9][0-9]{0,9}")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    message: str
    path: str
    offset: int | None = None
    batch: int | None = None


@dataclass(repr=False)
class Report:
    """What `verify` found; `ok` if nothing is wrong. The log is valid to `last_tick`, which is never called its end."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    segments: int = 0
    batches: int = 0
    rows: int = 0
    ticks: int = 0
    first_tick: int | None = None
    last_tick: int | None = None
    snapshots: int = 0
    torn: Torn | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; a torn end is no damage."""
        return not self.findings

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        """For people: the verdict, and a line per finding."""
        verdict = "sound" if self.ok else "DAMAGED, valid"
        lines = [f"{verdict} to tick {-1 if self.last_tick is None else self.last_tick}: {self.rows} rows, "
                 f"{self.snapshots} snapshots", *(f"  {f.path}: {f.message}" for f in self.findings)]
        return "\n".join(lines + ([f"  note: {self.torn.reason}"] if self.torn else []))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(os.path.relpath(f.path, self.path), "" if f.batch is None else f.batch, "" if f.offset is None else f.offset, f.message)
                for f in self.findings]
        return grid(str(self).partition("\n")[0], ("file", "batch", "byte", "finding"), rows,
                    "" if self.torn is None else f"note: {self.torn.reason}")

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        torn = self.torn and {"path": str(self.torn.path), "offset": self.torn.offset, "reason": self.torn.reason}
        return {**asdict(self), "torn": torn, "ok": self.ok}

    def add(self, error: ArrowWorldError) -> None:
        """Takes an error as a finding."""
        if isinstance(error, DamagedFileError):
            self.findings.append(Finding(error.problem, error.path, error.offset, error.batch))
        else:
            self.findings.append(Finding(str(error), self.path))


def verify(path: str | os.PathLike[str]) -> Report:
    """Checks everything in the store at `path`; damage is reported, not raised.

    Raises only InvalidUseError where there is no store, and OSError.
    """
    path = path_of(path, "verify the store")
    report = Report(str(path))
    if not (path / "store.json").exists():
        StoreFiles(path)
    _verify(path, report, report)
    return report


def verify_saved(path: Path) -> tuple[Report, list[str]]:
    """As `verify`, of what was recovered: what no writer may write though no reader refuses it (O-8, O-16) is told apart."""
    report, as_written = Report(str(path)), Report(str(path))
    _verify(path, report, as_written)
    report.findings += as_written.findings
    return report, [f.message for f in as_written.findings]


def _verify(path: Path, report: Report, as_written: Report) -> None:
    try:
        _Verifier(StoreFiles(path), report, as_written).run()
    except ArrowWorldError as e:
        report.add(e)


def _only(schema: Schema, other: Schema) -> str:
    """The keys of a schema that another has not, or not so."""
    others = {replace(key, code=0) for key in declare(other)}
    return ", ".join(f"{key.name} {key.type}" for key in declare(schema) if replace(key, code=0) not in others)


def _how_declared(ours: Schema, theirs: Schema) -> str:
    """How two schemas with the same keys differ."""
    return "its keys come in another order" if declare(ours) != declare(theirs) else "a table or a default is declared otherwise"


class _Verifier:
    def __init__(self, store: StoreFiles, report: Report, as_written: Report) -> None:
        self._store, self._report, self._as_written = store, report, as_written
        self._waiting: list[Manifest] = []
        self._world: World | None = None

    def run(self) -> None:
        report, store = self._report, self._store
        _names(store.path, report)
        for damage in check_list(store.path, store.info.store.hex()):
            report.add(damage)
        fence = store.fence
        for _, _, directory in store.snapshots():
            try:
                manifest = read_manifest(directory, store.info.store)
            except ArrowWorldError as e:
                report.add(e)
                continue
            if fence is None or manifest.seq <= fence.seq:
                self._waiting.append(manifest)
        self._waiting.sort(key=lambda m: (m.seq, not m.base))
        segments = store.segments()
        bases = [m.seq for m in self._waiting if m.base]
        first = segments[0].first_seq if segments else bases[-1] if bases else 0
        if any(seq >= first for seq in bases):  # the others are what an interrupted compaction left (L-26)
            self._waiting = [m for m in self._waiting if m.seq >= first or not m.base]
        if first == 0:
            self._world = World(store.schema)
        scan = store.scan(first)
        self._reach(first, None)
        codebook, codebook_seq = self._words_at_start(first)
        if first and segments and codebook_seq is None:
            report.add(DamagedFileError(f"the log begins at seq {first}, where no base snapshot is", segments[0].path))
        elif not bases and store.is_based():
            report.add(store.missing_base())
        for rows in _sane(scan, report):
            if codebook_seq is not None:
                problem = codebook.absorb(rows.slice(min(max(codebook_seq - rows.first_seq, 0), len(rows)), len(rows)))
                if problem:
                    report.add(DamagedFileError(problem, store.path / "log"))
            self._check_values(rows, scan)
            self._ticks(rows, scan)
        self._finish(scan)

    def _words_at_start(self, first: int) -> tuple[Codebook, int | None]:
        """The words known where replay begins, and that log position; None if it can begin nowhere."""
        if self._world is not None:
            return self._world.codebook.copy(), first
        for manifest in self._waiting:
            if manifest.base:
                try:
                    snapshot = Snapshot(manifest.path, self._store.info.store, self._store.info.strings)
                    return snapshot.codebook.copy(), manifest.seq
                except ArrowWorldError:
                    continue  # reported when its place is reached
        return Codebook(), None

    def _ticks(self, rows: Rows, scan: Scan) -> None:
        """One run of whole ticks: the chain of each, and replay up to every snapshot in it."""
        report = self._report
        start, applied = 0, 0
        if report.rows == 0:
            assert scan.reader is not None
            self._chain = scan.readers[0].header.prev_chain
            if self._world is not None and self._world.chain != self._chain:
                report.add(DamagedFileError(f"aw.prev_chain is {chain_hex(self._chain)}, the log's base has "
                                            f"{chain_hex(self._world.chain)}", scan.readers[0].path))  # L-15
        for end in rows.commits().tolist():
            tick = int(rows.tick[end])
            stored = int(rows.bits[end]).to_bytes(8, "little")
            computed = tick_chain(self._chain, tick, rows.slice(start, end))
            if computed != stored:
                report.add(DamagedFileError(f"the chain of tick {tick} is {chain_hex(computed)}, its commit row says "
                                            f"{chain_hex(stored)}", self._store.path / "log"))  # L-15
            self._chain, start = stored, end + 1
            if self._waiting and self._waiting[0].seq <= rows.first_seq + start:
                self._apply(rows.slice(applied, start), scan)
                applied = start
                self._reach(rows.first_seq + start, stored)
        self._apply(rows.slice(applied, len(rows)), scan)
        report.ticks += len(rows.commits())
        report.rows += len(rows)
        report.first_tick = int(rows.tick[0]) if report.first_tick is None else report.first_tick
        report.last_tick = int(rows.tick[-1])

    def _apply(self, rows: Rows, scan: Scan) -> None:
        if self._world is None or not len(rows):
            return
        try:
            if scan.schema_version != self._world.schema.version:
                raise DamagedFileError(f"schema version {scan.schema_version} follows {self._world.schema.version} "
                                       "without a base", self._store.path / "log")
            problems = chain(false_references(self._world, rows, scan.keys), births_without_words(self._world, rows, scan.keys))
            for problem in islice(problems, 100):
                self._as_written.add(DamagedFileError(problem, self._store.path / "log", remedy=""))
            self._world._apply(rows, scan.keys, self._store.path / "log")
        except ArrowWorldError as e:
            self._report.add(e)
            self._world = None

    def _reach(self, seq: int, chain: bytes | None) -> None:
        """Checks the snapshots at or before this log position; replay goes on from one that is a base."""
        while self._waiting and self._waiting[0].seq <= seq:
            manifest = self._waiting.pop(0)
            path = manifest.path / "manifest.json"
            if manifest.seq < seq or chain is not None and manifest.chain != chain:
                self._report.add(DamagedFileError(f"the snapshot is at seq {manifest.seq} with chain "
                                                  f"{chain_hex(manifest.chain)}, the log has no such commit", path, remedy=""))
            try:
                snapshot = Snapshot(manifest.path, self._store.info.store, self._store.info.strings)
            except ArrowWorldError as e:
                self._report.add(e)
                continue
            self._report.snapshots += 1
            ours, theirs = self._store.schema, manifest.schema
            if ours.contradicts(theirs):
                lacks, has = _only(ours, theirs), _only(theirs, ours)
                how = [*([f"it lacks {lacks}"] if lacks else []), *([f"it has {has}"] if has else [])]
                self._report.add(DamagedFileError("its schema is not store.json's, in the same version: "
                                                  f"{' and '.join(how) or _how_declared(ours, theirs)}", path, remedy=""))
            files = _facts(snapshot.world())
            said = "the manifest says"
            wanted: dict[str, object] = {"codes": manifest.codes, "tick": manifest.tick}
            if manifest.hash_world is None:  # a cache without hashes: its files are compared with replay (N-11)
                wanted, said = {**files, **wanted}, "its files give"
            else:
                wanted |= {"hash_world": manifest.hash_world, "resume_hash": manifest.resume_hash}
                wanted |= {f"hash of {n}": manifest.tables[n].hex("hash", 32) for n in snapshot.tables if n in manifest.tables}
            wanted |= {name: fact for name, fact in files.items() if name.startswith(_FREE)}  # no hash is of them
            self._compare(files, wanted, path, "the files give", said)
            replayed = self._world
            if replayed is not None and replayed.seq == manifest.seq and chain is not None and replayed.schema.version == theirs.version:
                self._compare(_facts(replayed), wanted, path, "replay gives", said)
                if len(replayed.codebook) == manifest.codes and replayed.codebook.words != snapshot.codebook.words:
                    self._report.add(DamagedFileError("its codebook is not that of the log", path, remedy=""))
            if manifest.base:
                self._world = snapshot.world()

    def _compare(self, found: dict[str, object], wanted: dict[str, object], path: Path, who: str, said: str) -> None:
        for name, value in found.items():
            if value != wanted.get(name):
                self._report.add(DamagedFileError(f"{who} the {name} {value}, {said} {wanted.get(name)}", path, remedy=""))

    def _check_fence(self, end_seq: int) -> None:
        """A truncation leaves a history that ends right at its fence (L-21)."""
        fence = self._store.fence
        tick = self._report.last_tick
        if tick is None and self._world is not None:
            tick = self._world.tick
        if fence is not None and (fence.seq != end_seq or fence.tick != tick):
            self._report.add(DamagedFileError(
                f"its tick is {fence.tick} and its seq {fence.seq}, but the history before it ends at tick {tick}, seq "
                f"{end_seq}", self._store.path / "fence.json"))

    def _check_values(self, rows: Rows, scan: Scan) -> None:
        """Every value fits the type of its key, also of rows that change no table (L-9 to L-11)."""
        for code in np.unique(rows.key).tolist():
            key = scan.keys[code]
            try:
                decode("u32" if key.encoding == "code" else key.type, rows.bits[rows.key == code])
            except ValueError as e:
                self._report.add(DamagedFileError(f"rows of {key.name} from seq {rows.first_seq} on: {e}",
                                                  self._store.path / "log"))

    def _finish(self, scan: Scan) -> None:
        report = self._report
        self._check_fence(scan.end_seq if scan.readers else self._world.seq if self._world is not None else 0)
        if report.last_tick is None and self._world is not None and self._world.tick >= 0:
            report.last_tick = self._world.tick
        report.torn = scan.torn
        report.segments = len(scan.readers)
        report.batches = sum(len(r.stats) for r in scan.readers)
        for reader in scan.readers:
            _check_footer(reader, scan, report)
        for manifest in self._waiting:
            if scan.readers or manifest.seq > 0 and not manifest.base:
                report.add(DamagedFileError(f"the snapshot is at seq {manifest.seq}, the log ends at {scan.end_seq}: a "
                                            "tail is missing", manifest.path / "manifest.json", remedy=""))  # L-24


def _names(store: Path, report: Report) -> None:
    """Names in a store's folders that no reader knows, so that nobody reads what they hold (S-13)."""
    for folder, known in (("log", SEGMENT_NAMES["arrow"]), ("log/live", SEGMENT_NAMES["arrows"]),
                          ("snapshots", SNAPSHOT_NAME)):
        try:
            require_real(store / folder)
        except DamagedFileError as e:
            report.add(e)
            continue
        for path in sorted((store / folder).iterdir()) if (store / folder).is_dir() else ():
            name = path.name
            if path.is_symlink() or not (path.is_file() or folder == "snapshots" and path.is_dir()):
                if not name.endswith(".tmp") and (folder, name) != ("log", "live"):
                    what = "directory" if folder == "snapshots" else "regular file"
                    report.add(DamagedFileError(f"expected a {what}; links are not followed", path, remedy=""))
                continue
            fits = known.fullmatch(name) is not None and int(name[:20]) < 1 << 63
            fits = fits and (folder != "snapshots" or int(name[22:]) < 1 << 31)
            if not fits and not name.endswith(".tmp") and (folder, name) != ("log", "live"):
                report.add(DamagedFileError("nothing of a store has such a name here, so it is not read", path,
                                            remedy="Move it away, or run `aw recover`."))


def _sane(scan: Scan, report: Report) -> Iterator[Rows]:
    try:
        yield from scan
    except ArrowWorldError as e:
        report.add(e)


def _check_footer(reader: SegmentReader, scan: Scan, report: Report) -> None:
    if reader.footer is None:
        return
    try:
        stats = jsonfile.loads(reader.footer.metadata.get("aw.batches", ""))
    except (ValueError, RecursionError) as e:
        report.add(DamagedFileError(f"footer aw.batches is not JSON: {e}", reader.path))
        return
    read = stats[: len(reader.stats)] if reader.fenced and isinstance(stats, list) else stats
    if read != reader.stats:
        report.add(DamagedFileError("footer aw.batches does not describe the batches", reader.path))  # L-20
    try:
        head = head_of(reader.footer)
    except Malformed as e:
        report.add(DamagedFileError(f"footer {e}", reader.path))
        return
    if head is not None and reader.head is not None and head != reader.head:
        report.add(DamagedFileError(
            f"footer aw.head says that bytes 0 to {head.end} stand before the first batch, with CRC-32 {head.crc:08x}; it is 0 to "
            f"{reader.head.end}, {reader.head.crc:08x}", reader.path))  # B-12
    if reader.fenced and (read != stats or reader.next_seq != scan.end_seq):
        return  # the fence stands within: the chain at its end is not known
    last = reader.footer.metadata.get("aw.last_chain")
    following = scan.readers.index(reader) + 1
    chain = scan.readers[following].header.prev_chain if following < len(scan.readers) else scan.chain
    if chain is not None and last != chain_hex(chain):
        report.add(DamagedFileError(f"footer aw.last_chain is {last!r}, the chain is {chain_hex(chain)}", reader.path))


def _facts(world: World) -> dict[str, object]:
    """What a snapshot of a world says about it."""
    return {"hash_world": world.hash_world(), "resume_hash": world.resume_hash(), "codes": len(world.codebook),
            "tick": world.tick, **{f"hash of {name}": table.hash_columns().hex() for name, table in world.tables.items()},
            **{_FREE + name: _free_ids(table) for name, table in world.tables.items() if table.schema.kind == "row"}}


def _free_ids(table: Any) -> str:
    """The free ids of a table with the generations they last lived in (N-4), in short."""
    pairs = table.free if table.schema.allocated else sorted(table.dead.items())
    return f"{len(pairs)} with CRC-32 {zlib.crc32(np.array(pairs, '<u4').tobytes()):08x}"
