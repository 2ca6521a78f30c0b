# SPDX-License-Identifier: Apache-2.0
"""One way through the log with a world in tow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .log import Scan
from .progress import Bar
from .rows import Rows, concat
from .world import World

_CHUNK_ROWS = 1 << 18


class Travel:
    """Moves a world forward tick by tick, each log row read once."""

    def __init__(self, store: Path, world: World, scan: Scan, at_base: bool) -> None:
        self.world = world
        self.at_base = at_base
        """Whether the world began as a base."""
        self.identity: object = None
        """Which files it reads, where its owner keeps track."""
        self.keep: Callable[[World], None] = lambda world: None
        """Shown the world now and then on a long way."""
        self._store, self._scan = store, scan
        self._start = world.seq
        self._runs = iter(scan)
        self._ahead: Rows | None = None
        self.ended = False
        """Whether the log was read to its end, as it was when the way began."""

    def to(self, tick: int, bar: Bar) -> World:
        """The world after the last committed tick <= `tick`, which must not be behind it."""
        if not self.reaches(tick, bar):
            world = self.world
            raise InvalidUseError(f"Cannot show {self._store} at tick {tick}: it is outside the committed ticks, the last "
                                  f"before it is {world.tick if world.tick >= 0 else 'none'}. `span()` tells the first "
                                  "and the last.")
        return self.world

    def reaches(self, tick: int, bar: Bar) -> bool:
        """Goes to a tick; whether the log, as it was when the way began, reaches that far."""
        self._advance(tick, bar)
        return self.world.tick >= 0 and (self._ahead is not None or self.world.tick >= tick)

    def front(self) -> tuple[int, bytes]:
        """The furthest place it knows of the log: seq, and the chain before it."""
        if self._scan.chain is None or self._scan.end_seq < self.world.seq:
            return self.world.seq, self.world.chain
        return self._scan.end_seq, self._scan.chain

    def next(self, bar: Bar) -> bool:
        """Moves on by one committed tick; whether there was one."""
        rows = self._next_run()
        if rows is None:
            self._check_end()
            return False
        self._ahead = rows
        self._advance(int(rows.tick[0]), bar)
        return True

    def _next_run(self) -> Rows | None:
        if self._ahead is not None:
            return self._ahead
        rows = None if self.ended else next(self._runs, None)
        self.ended = rows is None
        return rows

    def _advance(self, tick: int, bar: Bar) -> None:
        chunk: list[Rows] = []
        size = 0
        while (rows := self._next_run()) is not None:
            cut = int(np.searchsorted(rows.tick, np.uint64(tick), "right")) if tick >= 0 else 0
            self._ahead = rows.slice(cut, len(rows)) if cut < len(rows) else None
            if cut:
                chunk.append(rows.slice(0, cut))
                size += cut
            if self._ahead is not None:
                break
            if size >= _CHUNK_ROWS:
                self._apply(chunk, bar)
                self.keep(self.world)
                chunk, size = [], 0
        self._apply(chunk, bar)
        self._check_end()

    def _check_end(self) -> None:
        scan = self._scan
        if scan.end_seq < self._start and not (scan.reader is None and self.at_base):
            raise DamagedFileError(f"the log ends at seq {scan.end_seq}, the snapshot of tick {self.world.tick} is at "
                                   f"{self._start}; a tail is missing", self._store / "log")  # L-24

    def _apply(self, chunk: list[Rows], bar: Bar) -> None:
        if not chunk:
            return
        world, scan = self.world, self._scan
        if scan.schema_version != world.schema.version:
            raise UnsupportedVersionError(f"Cannot replay schema version {scan.schema_version} onto a world of version "
                                          f"{world.schema.version} in {self._store}; replay never crosses a change.")
        before = world.tick
        world._apply(concat(chunk), scan.keys, self._store / "log")
        bar.update(world.tick - before)
