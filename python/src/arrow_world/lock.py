# SPDX-License-Identifier: Apache-2.0
"""The writer's lock: a POSIX record lock on LOCK, the kind Java's FileChannel.tryLock takes (S-11)."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .atomic_files import discard, force_directory
from .errors import InvalidUseError, StoreLockedError
from .file_list import require_unpublished
from .interrupts import deferred_interrupts

_Identity = tuple[int, int]

_held: dict[_Identity, int] = {}
"""LOCK files that this process holds, by device and inode, with the process that took them: a fork holds none."""
_parked: dict[_Identity, list[int]] = {}
"""Descriptors of held LOCK files that must not be closed before they are let go."""
_guard = threading.RLock()  # re-entrant: a collected lock may be let go while another is taken


class StoreLock:
    """Holds LOCK until closed, or until nobody holds this object any more.

    POSIX locks belong to the process, and closing any descriptor of a file drops all of the process's locks on it. So
    a second writer in this process is refused by a registry of files, whatever path leads to them, before LOCK is
    opened again. LOCK must be a regular file: a link is refused, never followed.
    """

    def __init__(self, store: Path, file: Path | None = None) -> None:
        """store: what is to be written, for messages; file: the lock's own, by default the store's LOCK.

        `left` says afterwards whether the file still had the text of a holder, who then ended without letting it go.
        """
        self._fd, self._key, self.created, self.left = -1, (0, 0), False, False
        path = file or store / "LOCK"
        require_writing(store)
        if file is None:
            require_unpublished(store)
        with deferred_interrupts(), _guard:
            self._refuse(store, _entry(path))
            self.created = not path.exists()
            try:
                fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
            except OSError as e:
                self._refuse(store, _entry(path))
                raise e
            found = os.fstat(fd)
            key = found.st_dev, found.st_ino
            if _held.get(key) == os.getpid():  # it came there after the check: closing now would drop the lock
                _parked.setdefault(key, []).append(fd)
                raise _mine(store)
            self._fd, self._key = fd, key  # from here on `close` gives it back
            try:
                self._refuse(store, found)
                _lock(fd, store)
                now = _entry(path)
                if now is None or (now.st_dev, now.st_ino) != key:
                    raise StoreLockedError(f"Cannot write {store}: its LOCK was replaced while it was taken. Try again.")
                _held[key] = os.getpid()
                self.left = os.fstat(fd).st_size > 0
                text = f"arrow_world (Python), process {os.getpid()}\n".encode()
                os.pwrite(fd, text, 0)
                os.ftruncate(fd, len(text))
            except BaseException:
                if self.created and not self.left and _held.get(key) == os.getpid():  # no room for the holder's name, say
                    path.unlink(missing_ok=True)
                self.close()
                raise

    @staticmethod
    def _refuse(store: Path, entry: os.stat_result | None) -> None:
        if entry is None:
            return
        if not stat.S_ISREG(entry.st_mode):
            kind = "a symbolic link" if stat.S_ISLNK(entry.st_mode) else "no regular file"
            raise InvalidUseError(f"Cannot write {store}: its LOCK is {kind}, expected a regular file. It was not "
                                  "opened. Delete it if nobody writes this store.")
        if _held.get((entry.st_dev, entry.st_ino)) == os.getpid():
            raise _mine(store)

    def force(self) -> None:
        """Makes the holder's text survive a power loss."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Empties LOCK and lets it go; may be called again. In a fork, which holds no lock, it only closes the file."""
        if self._fd < 0:
            return
        with deferred_interrupts(), _guard:
            ours = _held.get(self._key) == os.getpid()
            try:
                if ours:
                    os.ftruncate(self._fd, 0)
            finally:
                if ours:
                    _held.pop(self._key, None)
                fd, self._fd = self._fd, -1
                for each in (fd, *_parked.pop(self._key, ())):
                    os.close(each)

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            self.close()


def require_writing(path: Path) -> None:
    """Raises InvalidUseError on a system that has no POSIX record locks and writes by position, before anything is touched."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        positioned = False
    else:
        positioned = hasattr(os, "pwrite") and hasattr(os, "pread")
    if not positioned:
        raise InvalidUseError(f"Cannot write {path}: this system ({sys.platform}) has no POSIX record locks, which keep a second "
                              "writer out. Reading works here; write on Linux or macOS, or with the Java library.")


def _lock(fd: int, store: Path) -> None:
    import fcntl

    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as e:
        holder = os.pread(fd, 1000, 0).decode("utf-8", "replace").strip() or "an unnamed holder"
        raise StoreLockedError(f"Cannot write {store}: locked by {holder!r}. Wait until it is done, or open the store for "
                               "reading with open_store, which needs no lock.") from e


def require_outside_stores(output: Path) -> None:
    """Refuses a path in a store, where it would be taken for one of its files. Its `fields` are its own affair, unless it is
    published, and so never changes (P-4).
    """
    absolute = output.absolute()
    for above in absolute.parents:
        field = absolute.relative_to(above).parts[0] == "fields" and not (above / "files.json").exists()
        if (above / "store.json").is_file() and not field:
            raise InvalidUseError(f"Cannot write to {output}: it lies in the store {above}; choose a path outside of it.")


def require_altogether_outside_stores(output: Path) -> None:
    """Refuses a path in a store, in its `fields` too."""
    for above in output.absolute().parents:
        if (above / "store.json").is_file():
            raise InvalidUseError(f"Cannot write to {output}: it lies in the store {above}; choose a path outside of it.")


@contextmanager
def output_lock(output: Path) -> Iterator[Callable[[Path], None]]:
    """The right to make what is called so: `<output>.tmp.lock` beside it, which is gone afterwards.

    Gives a function that makes an unfinished name free: what a process that was killed left there is removed, known by the
    text it left in its lock; anything else is not ours, and InvalidUseError. Java's writers take the same lock. Raises
    StoreLockedError where somebody else is making it.
    """
    require_writing(output)
    if not output.name:
        raise InvalidUseError(f"Cannot write {output}: it names no file or folder in another one.")
    require_outside_stores(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    file = output.with_name(output.name + ".tmp.lock")
    lock = StoreLock(output, file)

    def free(unfinished: Path) -> None:
        if not lock.left and os.path.lexists(unfinished):
            raise InvalidUseError(f"Cannot write {output}: {unfinished.name} stands where it is made, and no interrupted export left "
                                  "it; move it away or delete it.")
        discard(unfinished)

    try:
        if not lock.left:  # what a power loss leaves of the output is known by it
            lock.force()
            force_directory(output.parent)
        yield free
    finally:
        with deferred_interrupts():
            file.unlink(missing_ok=True)
            lock.close()


def _mine(store: Path) -> StoreLockedError:
    return StoreLockedError(f"Cannot write {store}: this process is writing it already, by this or another path. Close "
                            "that writer first.")


def _entry(path: Path) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
