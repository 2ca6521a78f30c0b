# SPDX-License-Identifier: Apache-2.0
"""Upkeep of a store at rest: sealing, truncation, compaction and forks, as Java does them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from . import jsonfile
from .atomic_files import discard, discard_unfinished, force_directory, publish_file
from .checks import integer, path_of
from .errors import DamagedFileError, InvalidUseError
from .lock import StoreLock
from .log import LogFiles, Scan, SegmentFile
from .log_end import log_end
from .new_store import appearing, description
from .rows import Rows
from .seal import Compression, add_words, seal_segment, write_sealed
from .snapshot import list_snapshots, read_manifest
from .snapshot_write import write_snapshot
from .store_diff import Position, position_of
from .storefiles import Base, StoreFiles, base_json
from .world import World

_SEGMENT_BYTES = 256 << 20


class Truncation(NamedTuple):
    """What was given up: the last tick that stays, the last there was, and how many rows are gone."""

    last_tick: int
    ended_at: int
    rows_removed: int


class Compaction(NamedTuple):
    """What was done: names of the segments written, of files that are gone, the base's tick if one was written, and the
    bytes of the log before and after."""

    written: tuple[str, ...]
    dropped: tuple[str, ...]
    base: int | None
    bytes_before: int
    bytes_after: int


@contextmanager
def writing(path: Path) -> Iterator[StoreFiles]:
    """The files of a store, with its lock held. Raises StoreLockedError, StoreNotFoundError."""
    StoreFiles(path)  # what is no store is not locked
    lock = StoreLock(path)
    try:
        yield StoreFiles(path)
    finally:
        lock.close()


def prepare(files: StoreFiles, compression: Compression = "none") -> None:
    """Finishes what was begun, proves the end of the log, and seals all that is live. The caller holds the lock."""
    log, live = files.path / "log", files.path / "log" / "live"
    for folder in (files.path, log, live, files.path / "snapshots"):
        discard_unfinished(folder)
        if folder.is_dir():
            force_directory(folder)
    finish_truncation(files)
    _drop_covered(files)
    log_end(files)
    for segment in files.segments():
        if not segment.sealed:
            seal_segment(segment.path, files.info.store, files.info.strings, segment.first_seq, compression)
    for leftover in sorted(live.iterdir()) if live.is_dir() else ():
        if leftover.suffix == ".arrows" and (log / f"{leftover.stem}.arrow").exists():
            _delete(leftover)


def _drop_covered(files: StoreFiles) -> None:
    """Deletes sealed segments whose rows an earlier one holds: a merge was interrupted (L-25)."""
    log, covered = files.log_files(), 0
    for segment in log.segments:
        if segment.sealed:
            end = log.index(segment)[1].end_seq
            if segment.first_seq < covered and end <= covered:
                _delete(segment.path)
            covered = max(covered, end)


def finish_truncation(files: StoreFiles) -> None:
    """Removes what is behind a fence, then the fence; nothing where there is none (L-21). The caller holds the lock."""
    fence = files.fence
    if fence is None:
        return
    for tick, _, directory in reversed(list_snapshots(files.path)):
        if tick > fence.tick:
            _discard_snapshot(directory)
    log = files.log_files()
    kept = [s for s in log.segments if s.first_seq < fence.seq]
    if kept:
        cut = kept[-1]
        scan = Scan(log, cut.first_seq)
        for _ in scan:
            pass
        if scan.end_seq != fence.seq:
            raise DamagedFileError(f"fence.json keeps rows up to seq {fence.seq}, the log has them up to {scan.end_seq}", cut.path)
        if not cut.sealed or log.index(cut)[1].end_seq > fence.seq:
            _rewrite(log, [cut], fence.seq, "zstd" if _is_zstd(log, cut) else "none")
        if not cut.sealed:
            _delete(cut.path)
    for segment in reversed(log.segments):
        if segment.first_seq >= fence.seq:
            _delete(segment.path)
    _delete(files.path / "fence.json")


def truncate_after(path: Path, tick: int) -> Truncation:
    """Removes every tick after one, and the snapshots of those ticks."""
    with writing(path) as files:
        prepare(files)
        span = files.span()
        first, last = span if span is not None else (0, -1)
        if not first <= tick < last:
            raise InvalidUseError(f"Cannot truncate {path} after tick {tick}: it has ticks {first} to {last}, and at least one "
                                  "must go and one stay.")
        keep, end = position_of(files, tick), position_of(files, last)
        assert keep is not None and end is not None
        publish_file(path / "fence.json", jsonfile.encode({"tick": f"{keep.tick:016x}", "seq": f"{keep.seq:016x}", "epoch": 1}))
        finish_truncation(files)
        return Truncation(keep.tick, last, end.seq - keep.seq)


def compact(path: Path, world_at: World | None, compression: Compression | None) -> Compaction:
    """Seals, merges, and gives up old history. world_at: the world that becomes the base, where some is given up."""
    with writing(path) as files:
        before = _log_bytes(files)
        prepare(files, compression or "none")
        dropped: list[str] = []
        if world_at is not None:
            _begin_with(files, world_at, dropped)
        written = _merge(files, compression)
        return Compaction(tuple(written), tuple(dropped), None if world_at is None else world_at.tick, before, _log_bytes(files))


def _begin_with(files: StoreFiles, world: World, dropped: list[str]) -> None:
    """Makes a world the base the history begins with, and deletes what is before it (L-26)."""
    position = position_of(files, world.tick)
    if position != Position(world.tick, world.seq, world.chain):
        raise InvalidUseError(f"Cannot compact {files.path}: it changed meanwhile. Try again.")
    there = [d for t, v, d in list_snapshots(files.path) if (t, v) == (world.tick, world.schema.version)]
    manifests = {m.path: m for m in files.manifests()}
    if not there or not manifests[there[0]].base:
        for directory in there:
            _discard_snapshot(directory)
        write_snapshot(files.path, files.info.store, files.info.strings, world, base=True, properties=files.info.properties)
    older = [read_manifest(d, files.info.store) for tick, _, d in list_snapshots(files.path) if tick < world.tick]
    log = files.log_files()

    def drop_snapshots(at_beginning: bool) -> None:
        for manifest in sorted(older, key=lambda m: m.base):  # others are proven from bases, so those go last
            if (manifest.base and manifest.seq == 0) == at_beginning:
                _discard_snapshot(manifest.path)
                dropped.append(f"snapshots/{manifest.path.name}")

    drop_snapshots(False)
    old = [s for s in log.segments if log.index(s)[1].end_seq <= world.seq]
    for segment in old:
        _delete(segment.path)
        dropped.append(f"log/{segment.path.name}")
    if old or not log.segments:  # a base at seq 0 goes after the segments that begin there (L-26)
        drop_snapshots(True)


def _merge(files: StoreFiles, asked: Compression | None) -> list[str]:
    """Merges neighbours up to the size of a segment, and writes anew what is compressed otherwise than asked for."""
    log = files.log_files()
    segments = list(log.segments)
    present: Compression = "zstd" if segments and _is_zstd(log, segments[-1]) else "none"
    compression = asked or present
    row_bytes = 21 + 4 * files.info.strings
    written, run, size = list[str](), list[SegmentFile](), 0
    for segment in [*segments, None]:
        weight = 0 if segment is None else max(segment.path.stat().st_size,
                                               row_bytes * (log.index(segment)[1].end_seq - segment.first_seq))
        if run and (segment is None or size + weight > _SEGMENT_BYTES):
            if len(run) > 1 or _is_zstd(log, run[0]) != (compression == "zstd"):
                _rewrite(log, run, log.index(run[-1])[1].end_seq, compression)
                for merged in run[1:]:
                    _delete(merged.path)
                written.append(f"log/{run[0].first_seq:020d}.arrow")
            run, size = [], 0
        if segment is not None:
            run.append(segment)
            size += weight
    return written


def _rewrite(log: LogFiles, run: list[SegmentFile], end: int, compression: Compression) -> None:
    """Publishes the rows of neighbours up to a seq as one sealed segment, under the name of the first."""
    part = LogFiles(log.store, log.store_id, log.strings, log.keys, tuple(run), None, log.marks)

    def rows() -> Iterator[Rows]:
        for batch in Scan(part, run[0].first_seq):
            if batch.first_seq < end:
                yield batch.slice(0, min(len(batch), end - batch.first_seq))

    words: dict[str, int] = {}
    chain = bytes(8)
    for batch in rows():
        chain = int(batch.bits[-1]).to_bytes(8, "little")
        if batch.text is not None:
            add_words(words, [w for w in batch.text.tolist() if w is not None])
    with log.open(run[0]) as reader:
        header = reader.header
    with log.open(run[-1]) as reader:
        for _ in () if run[-1].sealed else reader.batches():  # a live segment may declare keys on the way
            if reader.next_seq >= end:
                break
        header.keys = reader.header.keys
    write_sealed(log.store / "log" / f"{run[0].first_seq:020d}.arrow", log.store_id, header, rows(), words, end, chain, compression)


def _is_zstd(log: LogFiles, segment: SegmentFile) -> bool:
    """Whether the buffers of a segment's first batch are compressed."""
    with log.open(segment) as reader:
        for _ in reader.batches(1):
            return reader.compressed
    return False


def fork(source: StoreFiles, world: World, path: str | os.PathLike[str]) -> Path:
    """Makes a new store that begins with a world of another one."""
    target = path_of(path, "fork into")
    info, place = source.info, Base(world.tick, world.seq, world.chain)
    store = secrets.token_bytes(16)
    with appearing(target, source.path, f"fork {source.path} into {target}") as folder:
        publish_file(folder / "store.json", description(
            store, world.schema, strings=info.strings, tick_unit=info.tick_unit, properties=info.properties, time=info.time,
            parent={"store": info.store.hex(), **base_json(*place)}, begins=place))
        write_snapshot(folder, store, info.strings, world, base=True, properties=info.properties)
    return target


def _discard_snapshot(directory: Path) -> None:
    """A snapshot vanishes by one rename."""
    gone = directory.with_name(directory.name + ".tmp")
    discard(gone)
    directory.rename(gone)
    force_directory(directory.parent)
    discard(gone)


def _delete(path: Path) -> None:
    path.unlink()
    force_directory(path.parent)


def _log_bytes(files: StoreFiles) -> int:
    return sum(s.path.stat().st_size for s in files.segments())


def checked_ticks(keep_ticks: object) -> int | None:
    """How many ticks of history stay, None for all."""
    if keep_ticks is None:
        return None
    count = integer(keep_ticks, "keep ticks, as many as")
    if count < 0:
        raise InvalidUseError(f"Cannot keep {count} ticks: expected 0 or more.")
    return count
