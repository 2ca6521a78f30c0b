# SPDX-License-Identifier: Apache-2.0
"""Forced writes and atomic publishing (S-3)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_at(fd: int, data: bytes | memoryview, offset: int) -> None:
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


def force_all(path: Path) -> None:
    """Forces a file, or a folder with all files below it."""
    for each in path.iterdir() if path.is_dir() else ():
        force_all(each)
    force_directory(path)


def write_forced(path: Path, data: bytes) -> None:
    """Creates a file with these bytes, forced; it must not exist."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        write_at(fd, data, 0)
        os.fsync(fd)
    finally:
        os.close(fd)


def publish_file(path: Path, data: bytes) -> None:
    """Makes a complete file visible by one rename. If that fails, no temporary stays."""
    temporary = path.with_name(path.name + ".tmp")
    discard(temporary)
    try:
        write_forced(temporary, data)
        temporary.rename(path)
    except BaseException:
        discard(temporary)
        raise
    force_directory(path.parent)


def discard(path: Path) -> None:
    """Deletes a file, a link (not what it leads to) or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def discard_unfinished(folder: Path) -> None:
    """Deletes what a writer left unfinished in a folder (S-2). The caller holds the store's lock."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.endswith(".tmp"):
            discard(path)
