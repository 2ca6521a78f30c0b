# SPDX-License-Identifier: Apache-2.0
"""What a store can have done to itself: it takes the writer's lock while it works."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from . import upkeep
from .checks import tick_of
from .errors import InvalidUseError
from .migration import Migration, migrate
from .migrations import Migrations
from .seal import compression_of
from .store_publication import Publication, publish
from .storefiles import StoreFiles
from .upkeep import Compaction, Truncation
from .world import World


class Upkeep(ABC):
    """Each takes the store's lock and fails with StoreLockedError at once where a run holds it; may be repeated after a
    failure at any point. Afterwards the store shows what it has become. Raises DamagedFileError for a log that is damaged,
    which is left as it is.
    """

    _files: StoreFiles
    at: Callable[..., World]

    @property
    def _path(self) -> Path:
        return self._files.path

    @abstractmethod
    def close(self) -> None:
        """Forgets what was replayed."""

    def seal(self, compression: str = "none") -> None:
        """Seals what a writer left unsealed: files of the log then never change. compression: `none` or `zstd`."""
        kind = compression_of(compression, f"seal {self._path}")
        with upkeep.writing(self._path) as files:
            upkeep.prepare(files, kind)

    def compact(self, *, keep_ticks: int | None = None, compression: str | None = None) -> Compaction:
        """Seals what is live and merges small segments; returns what was done.

        keep_ticks: give up all history but so many ticks; a base snapshot stands for what is given up. compression: of all
        segments afterwards, `none` or `zstd`; by default they stay as the last one is.
        """
        what = f"compact {self._path}"
        kind = None if compression is None else compression_of(compression, what)
        count, world = upkeep.checked_ticks(keep_ticks), None
        span = self._files.span()
        if count is not None:
            self._require_tables("drop history of")
            if span is not None and span[1] - count > span[0]:
                world = self.at(span[1] - count)
        done = upkeep.compact(self._path, world, kind)
        self.close()
        return done

    def truncate_after(self, tick: int) -> Truncation:
        """Removes every tick after `tick`, and the snapshots of those ticks, for good; returns what is gone.

        Whatever interrupts it, the store is the old one or the new one. Raises InvalidUseError where nothing would go, or
        nothing stay.
        """
        done = upkeep.truncate_after(self._path, tick_of(tick, "truncate after tick"))
        self.close()
        return done

    def fork(self, tick: int, path: str | PathLike[str]) -> Path:
        """Makes a new store at `path` that goes on from the last committed tick <= `tick`; returns its path.

        Ticks and digest chain continue; `LiveWorld.resume` runs it on. This store is only read. `path` must not exist, and
        appears whole or not at all.
        """
        self._require_tables("fork")
        return upkeep.fork(self._files, self.at(tick), path)

    def migrate(self, known: Migrations, path: str | PathLike[str]) -> Migration:
        """Makes a new store at `path` that begins with the last world of this one under a newer schema; returns what was done.

        This store is only read, and keeps the history before. `path` must not exist, and appears whole or not at all. Raises
        InvalidUseError naming the step that does not fit, UnsupportedVersionError where the schema is newer than the last
        known one.
        """
        return migrate(self._files, known, lambda: self.at(self._last("migrate")), path)

    def publish(self, folder: str | PathLike[str]) -> Publication:
        """Publishes this store into a folder, for any web server: a copy that is sealed, compact and never changes, to be read
        by `open_store(address)`; returns what was done.

        This store is sealed, compacted and proven first; every tick of it stays. The folder is made; if it exists, it holds
        nothing but a part of this publication. After a failure it is called again, and goes on. Raises DamagedFileError
        where this store is not sound, or what arrived is not what was sent.
        """
        done = publish(self._path, folder)
        self.close()
        return done

    def _last(self, action: str) -> int:
        span = self._files.span()
        if span is None:
            raise InvalidUseError(f"Cannot {action} {self._path}: no tick was committed yet.")
        return span[1]

    def _require_tables(self, action: str) -> None:
        if not self._files.schema.tables:
            raise InvalidUseError(f"Cannot {action} {self._path}: it has no tables, so no base could stand for what is before.")
