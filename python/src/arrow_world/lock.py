"""The writer's lock: a POSIX record lock on LOCK, the kind Java's FileChannel.tryLock takes (S-11)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from .errors import StoreLockedError

_held: set[tuple[int, int]] = set()


class StoreLock:
    """Holds LOCK until closed.

    POSIX locks belong to the process, so a second writer in this process is refused by a registry, before LOCK is
    opened again: closing any descriptor of a file drops all of the process's locks on it.
    """

    def __init__(self, store: Path) -> None:
        path = store / "LOCK"
        self._fd = -1
        if path.exists() and _identity(os.stat(path)) in _held:
            raise StoreLockedError(f"Cannot write {store}: this process is writing it already. Close that writer first.")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            holder = os.pread(fd, 1000, 0).decode("utf-8", "replace").strip() or "an unnamed holder"
            os.close(fd)
            raise StoreLockedError(f"Cannot write {store}: locked by {holder!r}. Wait for it, or open read-only.") from e
        self._fd, self._key = fd, _identity(os.fstat(fd))
        _held.add(self._key)
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"arrow_world (Python), process {os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Releases the lock; may be called again."""
        if self._fd >= 0:
            _held.discard(self._key)
            os.close(self._fd)
            self._fd = -1


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino
