"""Forced writes and atomic publishing (S-3)."""

from __future__ import annotations

import os
from pathlib import Path


def write_at(fd: int, data: bytes, offset: int) -> None:
    """Writes all of `data` at `offset`."""
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, offset)
        view, offset = view[done:], offset + done


def force_directory(path: Path) -> None:
    """Forces a directory's entries to the device."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_forced(path: Path, data: bytes) -> None:
    """Creates a file with these bytes, forced; it must not exist."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        write_at(fd, data, 0)
        os.fsync(fd)
    finally:
        os.close(fd)


def publish_file(path: Path, data: bytes) -> None:
    """Makes a complete file visible by one rename."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    write_forced(temporary, data)
    temporary.rename(path)
    force_directory(path.parent)
