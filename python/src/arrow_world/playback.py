# SPDX-License-Identifier: Apache-2.0
"""Worlds at ticks, cheap where one asks again and again: what was replayed is kept within a byte budget."""

from __future__ import annotations

import os
import threading
from bisect import bisect_right, insort
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .checks import tick_of
from .errors import AnotherHistoryError, DamagedFileError, InvalidUseError
from .kept_batches import KeptBatches
from .progress import Bar
from .remote import RemotePath
from .schema import Schema
from .snapshot import REMEDY, Manifest, list_snapshots
from .storefiles import StoreFiles
from .travel import Travel
from .world import World

_SPACING_ROWS = 1 << 17
_Stamps = dict[str, tuple[int, int, int]]


class _Keyframes:
    """Worlds by tick, spaced by log rows; where they take more than their budget, every other one goes."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget, self._spacing = budget_bytes, _SPACING_ROWS
        self._ticks: list[int] = []
        self._worlds: dict[int, World] = {}

    def before(self, tick: int) -> World | None:
        """The last one at or before a tick."""
        at = bisect_right(self._ticks, tick)
        return self._worlds[self._ticks[at - 1]] if at else None

    def offer(self, world: World) -> None:
        """Keeps a copy, if there is none near before it."""
        if world.tick < 0 or world.tick in self._worlds:
            return
        near = self.before(world.tick)
        if near is not None and world.seq - near.seq < self._spacing:
            return
        insort(self._ticks, world.tick)
        self._worlds[world.tick] = world.copy()
        while self._ticks and self._bytes() > self._budget:
            self._ticks, gone = self._ticks[::2] if len(self._ticks) > 1 else [], self._ticks[1::2] or self._ticks
            for tick in gone:
                del self._worlds[tick]
            self._spacing *= 2

    def _bytes(self) -> int:
        """What they take together; shared columns count once."""
        return sum({id(c): c.nbytes for w in self._worlds.values() for t in w.tables.values()
                    for c in t._columns.values()}.values())

    def clear(self) -> None:
        """Forgets all."""
        self._ticks, self._worlds = [], {}


class Playback:
    """Replays one store, or a part of its schema, and goes on from the nearest place it knows. Safe for threads."""

    def __init__(self, files: StoreFiles, schema: Schema | None, budget_bytes: int) -> None:
        self._files, self._schema = files, schema
        self._keyframes = _Keyframes(budget_bytes // 2)
        self._batches = KeptBatches(budget_bytes // 2)
        self._kept: Travel | None = None
        self._stamps: _Stamps = {}
        self._age = 0  # of what is kept; it is all forgotten where the files hold another history
        self._front = 0, bytes(8)  # the furthest place in the log that was read in this age
        self._lock = threading.RLock()

    def at(self, tick: int, bar: Bar) -> World:
        """The world after the last committed tick <= `tick`, the caller's to keep."""
        with self._lock:
            kept, self._kept = self._kept, None
            self._kept = self.lead(kept, tick, bar)  # what failed is not gone on with
            self._keyframes.offer(self._kept.world)
            return self._kept.world.copy()

    def span(self) -> tuple[int, int] | None:
        """The first and the last committed tick."""
        return self._files.span()

    def lead(self, travel: Travel | None, tick: int, bar: Bar) -> Travel:
        """The way that leads to a tick, gone to it. Raises InvalidUseError where no way leads there."""
        way = self.move(travel, tick)
        if way is travel and not way.reaches(tick, bar):
            way = self.move(way, tick)  # it knew the log as it was when it began
        way.to(tick, bar)
        self.note(way)
        return way

    def note(self, travel: Travel) -> None:
        """Remembers how far the log was read: the history that has that place is the one that is gone on with."""
        with self._lock:
            if travel.identity == self._age:
                self._front = max(self._front, travel.front())

    def move(self, travel: Travel | None, tick: int, onward: bool = False) -> Travel:
        """The way that leads to a tick, or beyond it, with the least replay: this one, or a new one from a keyframe or a
        snapshot. One that read the log to its end is begun anew, as the log may have grown.
        """
        with self._lock:
            self._notice_changes()
            if travel is not None and travel.identity != self._age:
                travel = None
            here = travel.world.tick if travel is not None and travel.world.tick <= tick else -1
            frame = self._keyframes.before(tick)
            there = -1 if frame is None else frame.tick
            found = next((s for s, _, _ in reversed(list_snapshots(self._files.path)) if s <= tick), -1)
            if found > max(here, there):
                manifest = self._files.nearest(tick)
                if manifest is not None and manifest.tick > max(here, there):
                    return self._from_snapshot(manifest)
            if travel is not None and here >= there and (here >= 0 or travel.world.tick < 0):
                if not travel.ended or here == tick and not onward:
                    return travel
                return self._travel(travel.world, travel.at_base)  # the log may have grown
            if frame is not None:
                base = self._files.base()
                return self._travel(frame.copy(), base is not None and base.tick == frame.tick)
            self._check_beginning(tick)
            return self._travel(World(self._schema or self._files.schema), False)

    def _check_beginning(self, tick: int) -> None:
        """Whether replay can begin with nothing."""
        first = next((s.first_seq for s in self._files.segments()), 0)
        based = self._files.is_based()
        base = self._files.base() if based else None
        if base is not None:
            raise InvalidUseError(f"Cannot show {self._files.path} at tick {tick}: it is outside the committed ticks, the "
                                  f"first is {base.tick}. `span()` tells the first and the last.")
        if first:
            raise DamagedFileError(f"the log begins at seq {first}, where no base snapshot is; its head is missing",
                                   self._files.path / "log")
        if based:
            raise self._files.missing_base()

    def _from_snapshot(self, manifest: Manifest) -> Travel:
        """A way from a snapshot of this history."""
        try:
            if self._files.log_files().segments:
                self._prove(manifest.seq, manifest.chain)
        except AnotherHistoryError as e:
            raise AnotherHistoryError(e.problem, manifest.path, remedy=REMEDY) from e
        return self._travel(self._files.open_snapshot(manifest, self._schema).world(), manifest.base)

    def _travel(self, world: World, at_base: bool) -> Travel:
        travel = Travel(self._files.path, world, self._files.scan(world.seq, kept=self._batches), at_base)
        travel.identity = self._age
        travel.keep = self._keyframes.offer
        return travel

    def _prove(self, seq: int, chain: bytes) -> bool:
        """Whether the log holds this place; AnotherHistoryError where it has another chain there."""
        scan = self._files.scan(seq, from_chain=chain)
        for _ in scan:
            break
        return scan.proven

    def _notice_changes(self) -> None:
        """Forgets what was replayed where the store's files hold another history by now, or less of it."""
        stamps = _stamps(self._files.path)
        if stamps == self._stamps:
            return
        same = {n: s[0] for n, s in stamps.items()} == {n: s[0] for n, s in self._stamps.items()}
        if not same or not self._holds_front():  # sealed, truncated, restored; or overwritten where they are
            self._keyframes.clear()
            self._batches.clear()
            self._kept, self._front = None, (0, bytes(8))
            self._age += 1
        self._stamps = stamps

    def _holds_front(self) -> bool:
        try:
            return self._front[0] == 0 or self._prove(*self._front)
        except (DamagedFileError, FileNotFoundError):
            return False


def _stamps(store: Path) -> _Stamps:
    """Inodes, sizes and times of the files that make up the history; and what it begins with."""
    if isinstance(store, RemotePath):
        return store.published.stamps()
    found: _Stamps = {}
    for _, _, path in list_snapshots(store)[:1]:
        with suppress(FileNotFoundError):
            found[path.name] = path.stat().st_ino, 0, 0
    for name in ("log", "log/live", ""):
        for entry in _entries(store / name):
            if name or entry.name == "fence.json":
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    found[f"{name}/{entry.name}"] = stat.st_ino, stat.st_size, stat.st_mtime_ns
    return found


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return


class Cursor:
    """Goes through a history tick by tick, forwards and backwards: what it shows is what `store.at` gives.

    It begins before the first committed tick; `next` moves on by one, `seek` to any. `world` is yours to keep. One
    thread; close it, or leave a `with` block, to give its file back at once.
    """

    def __init__(self, playback: Playback, bar: Bar) -> None:
        self._playback, self._bar = playback, bar
        self._travel: Travel | None = None
        self._world: World | None = None
        self._closed = False

    @property
    def tick(self) -> int | None:
        """The tick it stands at, None before the first."""
        return None if self._travel is None or self._travel.world.tick < 0 else self._travel.world.tick

    @property
    def world(self) -> World:
        """The world after the tick it stands at. Raises InvalidUseError before the first move."""
        if self.tick is None:
            raise InvalidUseError("Cannot show a world: the cursor stands before the first tick. Call next() or seek(tick).")
        if self._world is None:
            assert self._travel is not None
            self._world = self._travel.world.copy()
        return self._world

    def seek(self, tick: int) -> World:
        """Moves to the last committed tick <= `tick`; the world there. Raises InvalidUseError as `store.at` does."""
        wanted = tick_of(tick, "move the cursor to tick")
        with self._standing() as stood:
            self._travel = self._playback.lead(stood, wanted, self._bar)
        return self.world

    def next(self) -> bool:
        """Moves on by one committed tick; the first call goes to the first one. False, and stays, where there is none yet."""
        stood = self.tick
        if stood is None:
            span = self._playback.span()
            return span is not None and self.seek(span[0]).tick >= 0
        with self._standing() as travel:
            moved, way = False, travel
            for _ in range(2):  # the second time with the log as it is by now
                way = self._playback.move(travel, stood, onward=True)
                way.to(stood, self._bar)
                moved = way.next(self._bar)
                self._playback.note(way)
                if moved or way is not travel:
                    break
            self._travel = way
        return moved

    @contextmanager
    def _standing(self) -> Iterator[Travel | None]:
        """A move from where it stands: where that fails half-way it stands nowhere."""
        if self._closed:
            raise InvalidUseError("Cannot move the cursor: it is closed. Ask the store for another.")
        stood, travel = self.tick, self._travel
        self._travel = self._world = None
        try:
            yield travel
        except InvalidUseError:  # a tick that there is not: it stays where it was
            if stood is not None:
                self._travel = self._playback.lead(None, stood, self._bar)
            raise

    def __iter__(self) -> Iterator[World]:
        """The worlds after each further committed tick."""
        while self.next():
            yield self.world

    def close(self) -> None:
        """Gives its file back; may be called again."""
        self._closed, self._travel, self._world = True, None, None

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<cursor {'before the first tick' if self.tick is None else f'at tick {self.tick}'}>"
