"""One way through the log with a world in tow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .log import Scan
from .progress import Bar
from .rows import Rows, concat
from .world import World

_CHUNK_ROWS = 1 << 20


class Travel:
    """Moves a world forward tick by tick, each log row read once."""

    def __init__(self, store: Path, world: World, scan: Scan, at_base: bool) -> None:
        self.world = world
        self._store, self._scan, self._at_base = store, scan, at_base
        self._start = world.seq
        self._runs = iter(scan)
        self._ahead: Rows | None = None

    def to(self, tick: int, bar: Bar) -> World:
        """The world after the last committed tick <= `tick`, which must not be behind it."""
        chunk: list[Rows] = []
        while True:
            rows = next(self._runs, None) if self._ahead is None else self._ahead
            if rows is None:
                break
            cut = int(np.searchsorted(rows.tick, np.uint64(tick), "right")) if tick >= 0 else 0
            self._ahead = rows.slice(cut, len(rows)) if cut < len(rows) else None
            if cut:
                chunk.append(rows.slice(0, cut))
            if self._ahead is not None:
                break
            if sum(map(len, chunk)) >= _CHUNK_ROWS:
                self._apply(chunk, bar)
                chunk = []
        self._apply(chunk, bar)
        self._check_end(tick)
        return self.world

    def _check_end(self, tick: int) -> None:
        world, scan = self.world, self._scan
        if scan.end_seq < self._start and not (scan.reader is None and self._at_base):
            raise DamagedFileError(f"the log ends at seq {scan.end_seq}, the snapshot of tick {world.tick} is at "
                                   f"{self._start}; a tail is missing (L-24)", self._store / "log")
        if world.tick < 0 or self._ahead is None and world.tick < tick:
            raise InvalidUseError(f"Cannot show {self._store} at tick {tick}: it is outside the committed ticks, the last "
                                  f"before it is {world.tick if world.tick >= 0 else 'none'} (O-15).")

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
