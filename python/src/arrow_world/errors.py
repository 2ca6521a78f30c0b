# SPDX-License-Identifier: Apache-2.0
"""The errors this package raises. Nothing else leaves the public API, except OSError from the file system."""

from __future__ import annotations

import os


class ArrowWorldError(Exception):
    """Base of every error of this package."""


class DamagedFileError(ArrowWorldError):
    """A file does not hold what its checksums, framing or format demand.

    path: the file; offset: byte offset of the failing part, if known; batch: number of the record batch within the
    file, from 0, if known.
    """

    def __init__(
        self, problem: str, path: str | os.PathLike[str], offset: int | None = None, batch: int | None = None,
        remedy: str = "Run `aw recover` to save what is valid into a new store.",
    ) -> None:
        self.path = os.fspath(path)
        self.offset = offset
        self.batch = batch
        self.problem = problem
        where = self.path
        if batch is not None:
            where += f", batch {batch}"
        if offset is not None:
            where += f", byte {offset}"
        super().__init__(f"Damaged file {where}: {problem}. {remedy}".rstrip())


class AnotherHistoryError(DamagedFileError):
    """The log does not hold the history that is to be gone on with: that of a snapshot, or of what was read before."""


class InvalidUseError(ArrowWorldError):
    """A call that cannot be carried out; nothing was changed."""


class StoreNotFoundError(ArrowWorldError):
    """There is no store at the path; the message says what is there."""


class MemoryFullError(ArrowWorldError, MemoryError):
    """There is not the memory a tick needs. It is as if it had never begun, unless the message says to resume."""


class WriterPoisonedError(ArrowWorldError):
    """A writer failed or was interrupted in the middle of a write or of applying a tick, and takes nothing more.

    Close it and resume the store: that goes on after the last tick that is in the log.
    """


class UnsupportedVersionError(ArrowWorldError):
    """A format version or feature this package does not know (V-1)."""


class StoreLockedError(ArrowWorldError):
    """Another writer holds the store's LOCK (S-11)."""
