# SPDX-License-Identifier: Apache-2.0
"""What a store's files say: its description, segments, fence and snapshots, each read when asked for."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from . import jsonfile
from .checks import path_of
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError, StoreNotFoundError, UnsupportedVersionError
from .foreign import describe
from .jsonfile import Members
from .kept_batches import KeptBatches
from .log import Fence, LogFiles, Marks, Scan, SegmentFile, Wanted, list_segments, read_fence
from .schema import Key, Schema, declare
from .segment_header import FORMAT
from .snapshot import Manifest, Snapshot, list_snapshots, read_manifest
from .tick_time import TickTime

_NEVER = (1 << 63) - 1


class Base(NamedTuple):
    """Where in the log a base stands: its tick, the seq after it, and the digest chain there."""

    tick: int
    seq: int
    chain: bytes


def base_json(tick: int, seq: int, chain: bytes) -> dict[str, str]:
    """The position of a base as store.json has it, in `begins` and in `parent`."""
    return {"tick": f"{tick:016x}", "seq": f"{seq:016x}", "chain": jsonfile.chain_hex(chain)}


@dataclass(frozen=True)
class StoreInfo:
    """What store.json says."""

    store: bytes
    strings: bool
    tick_unit: str
    schema: Schema
    properties: dict[str, str]
    environment: dict[str, str]
    parent: dict[str, Any] | None
    time: TickTime | None = None
    """When its ticks are, if it says that."""
    begins: Base | None = None
    """The base its history begins with, if it says that it begins with one."""


def read_store_info(path: Path) -> StoreInfo:
    """Reads store.json: kind, format version and CRC are checked (J-1, V-1)."""
    file = path / "store.json"
    try:
        m = Members(jsonfile.read(file), file)
    except (FileNotFoundError, NotADirectoryError) as e:
        raise StoreNotFoundError(f"Cannot open {path}: {describe(path)}.") from e
    if m.text("kind") != "arrow-world store":
        raise DamagedFileError(f"kind is {m.text('kind')!r}, expected 'arrow-world store'", file)
    if m.count("format") != FORMAT:
        raise UnsupportedVersionError(f"Cannot open {path}: its format is {m.count('format')}, this package reads "
                                      f"{FORMAT}. Use a newer arrow-world.")
    parent = m.raw.get("parent")
    if parent is not None and not isinstance(parent, dict):
        raise DamagedFileError("parent is not an object", file)
    schema = Schema.from_json(m.raw.get("schema"), file)
    if schema.has_strings and not m.flag("strings"):
        raise DamagedFileError("strings is false, but the schema has strings", file)  # S-8
    return StoreInfo(bytes.fromhex(m.hex("store", 32)), m.flag("strings"), m.text("tick_unit"), schema,
                     m.strings("properties"), m.strings("environment"), parent,
                     TickTime.from_json(m.raw.get("time"), file), _begins(m.raw.get("begins"), file))


def _begins(raw: object, file: Path) -> Base | None:
    if raw is None:
        return None
    m = Members(raw, file, "begins")
    return Base(m.u64("tick"), m.u64("seq"), m.chain("chain"))


class StoreFiles:
    """The files of one store. Takes no lock and writes nothing; every call looks at what is there by then."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path_of(path, "open the store")
        self.info = read_store_info(self.path)
        self._marks = Marks()
        self._manifests: dict[Path, tuple[tuple[int, int, int], Manifest]] = {}

    @property
    def schema(self) -> Schema:
        """The schema the store was created with."""
        return self.info.schema

    @property
    def fence(self) -> Fence | None:
        """The truncation under way, if any (L-21)."""
        return read_fence(self.path)

    def segments(self) -> list[SegmentFile]:
        """All segments by first seq, those behind a fence included."""
        return list_segments(self.path)

    def manifests(self) -> list[Manifest]:
        """Manifests of all snapshots by tick; those behind a fence are left out."""
        fence = self.fence
        found = [self.manifest(p) for _, _, p in self.snapshots()]
        return [m for m in found if fence is None or m.seq <= fence.seq]

    def manifest(self, directory: Path) -> Manifest:
        """The manifest of a snapshot, read once for as long as its file stays the same."""
        try:
            stat = (directory / "manifest.json").stat()
        except OSError:
            return read_manifest(directory, self.info.store)  # which says what is there
        identity = stat.st_ino, stat.st_size, stat.st_mtime_ns
        known = self._manifests.get(directory)
        if known is None or known[0] != identity:
            known = self._manifests[directory] = identity, read_manifest(directory, self.info.store)
        return known[1]

    def snapshots(self) -> list[tuple[int, int, Path]]:
        """(tick, schema version, directory) of all snapshots, ascending; those behind a fence do not exist (L-21), and where
        the log has no segment, those before the newest base are not used (L-26).
        """
        fence = self.fence
        found = [s for s in list_snapshots(self.path) if fence is None or s[0] <= fence.tick]
        if len(found) > 1 and not any(fence is None or s.first_seq < fence.seq for s in self.segments()):
            for i in reversed(range(1, len(found))):
                with suppress(DamagedFileError, UnsupportedVersionError):  # told when it is used
                    if self.manifest(found[i][2]).base:
                        return found[i:]
        return found

    def log_files(self) -> LogFiles:
        """What the log consists of by now."""
        return LogFiles(self.path, self.info.store, self.info.strings, tuple(declare(self.schema)),
                        tuple(self.segments()), self.fence, self._marks)

    def scan(self, from_seq: int = 0, codebook: Codebook | None = None, from_chain: bytes | None = None,
             kept: KeptBatches | None = None) -> Scan:
        """One pass over the committed rows at or after `from_seq`.

        from_chain: the chain before them, where they must be of the history that has it there; DamagedFileError else.
        codebook: takes in the words from `from_seq` on and checks their codes; it must hold all earlier words.
        kept: batches that need not be read again.
        """
        return Scan(self.log_files(), from_seq, codebook=codebook, from_chain=from_chain, kept=kept)

    def open_snapshot(self, manifest: Manifest, schema: Schema | None = None) -> Snapshot:
        """A snapshot, verified; schema: only the tables and columns of this part of the store's."""
        return Snapshot(manifest.path, self.info.store, self.info.strings, schema)

    def snapshot(self, tick: int) -> Snapshot:
        """The snapshot of exactly this tick, highest schema version; InvalidUseError if there is none."""
        found = [m for m in self.manifests() if m.tick == tick]
        if not found:
            raise InvalidUseError(f"No snapshot of tick {tick} in {self.path}; there are "
                                  f"{[m.tick for m in self.manifests()]}.")
        return self.open_snapshot(found[-1])

    def keys(self) -> list[Key]:
        """All declared keys in code order; reads the last segment's header, and what a live one got since last asked."""
        scan = Scan(self.log_files(), _NEVER, wanted=Wanted(_NEVER, _NEVER))
        for _ in scan:
            pass
        return list(scan.keys)

    def span(self) -> tuple[int, int] | None:
        """The first and the last tick whose world can be told, None if there is none; reads the ends of the log only.

        Where the history begins with a base, the first is the base's, whatever rows there are from before it. Raises
        DamagedFileError where that base is missing.
        """
        base = self.base()
        if base is None and self.is_based():
            raise self.missing_base()
        ticks = [] if base is None else [base.tick]
        files = self.log_files()
        if files.segments and files.segments[0].first_seq == 0:
            for rows in Scan(files):
                ticks.append(int(rows.tick[0]))
                break
        for segment in reversed(files.segments):
            end = Scan(files, segment.first_seq, wanted=Wanted(_NEVER, _NEVER))
            for _ in end:
                pass
            if end.last_tick >= 0:
                ticks.append(end.last_tick)
                break
        return (min(ticks), max(ticks)) if ticks else None

    def is_based(self) -> bool:
        """Whether the history begins with a base, by what store.json and the log say, whatever snapshots there are."""
        if not self.schema.tables or self.info.begins is not None:
            return bool(self.schema.tables)
        for segment in self.segments()[:1]:
            if segment.first_seq:
                return True
            with suppress(FileNotFoundError), self.log_files().open(segment) as reader:  # a live one may be sealed by now
                return any(reader.header.prev_chain)
        return False

    def missing_base(self) -> DamagedFileError:
        """What to say where the history begins with a base and there is none."""
        first, begins = next((s.first_seq for s in self.segments()), 0), self.info.begins
        at = f"seq {first}, where the log begins," if first else "seq 0" if begins is None else f"tick {begins.tick}"
        return DamagedFileError(f"the base at {at} is missing: nothing can be replayed without it", self.path / "snapshots")

    def first_base(self) -> Manifest | None:
        """The base that the history begins with: none where the log tells all (O-15)."""
        base, segments = self.base(), self.segments()
        return None if base is not None and base.seq > 0 and segments and segments[0].first_seq == 0 else base

    def base(self) -> Manifest | None:
        """The first base at or behind the log's first row: also one amid the log, from which replay may begin."""
        fence = self.fence
        first = next((s.first_seq for s in self.segments()), 0)
        for _, _, directory in self.snapshots():  # none is before a base but until it is deleted
            try:
                manifest = self.manifest(directory)
            except (DamagedFileError, UnsupportedVersionError):
                if self.is_based():  # it may be the base
                    raise
                continue
            if not manifest.base or manifest.seq >= first:
                return manifest if manifest.base and (fence is None or manifest.seq <= fence.seq) else None
        return None

    def nearest(self, tick: int) -> Manifest | None:
        """The newest snapshot at or before the tick; only its own manifest is read."""
        fence = self.fence
        for found, _, directory in reversed(self.snapshots()):
            if found <= tick:
                try:
                    manifest = self.manifest(directory)
                except (DamagedFileError, UnsupportedVersionError):
                    continue  # of a cache the log has all; that of a base is missed where nothing is before it
                if fence is None or manifest.seq <= fence.seq:
                    return manifest
        return None
