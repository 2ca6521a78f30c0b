# SPDX-License-Identifier: Apache-2.0
"""Opening regular files, and nothing else: a FIFO would wait for a writer, a link may lead anywhere (S-12)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import DamagedFileError

_KINDS = {stat.S_IFDIR: "a directory", stat.S_IFLNK: "a link", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket",
          stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def require_regular(path: str | os.PathLike[str], mode: int) -> None:
    """Raises DamagedFileError unless a mode, as `os.lstat` and `os.fstat` give it, is that of a regular file."""
    if not stat.S_ISREG(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "no file")
        raise DamagedFileError(f"it is {what}, expected a regular file; links are not followed", path, remedy="")


def open_regular(path: str | os.PathLike[str], flags: int = os.O_RDONLY) -> int:
    """The descriptor of a regular file, which the caller closes.

    Raises DamagedFileError for links, directories, FIFOs and devices, without waiting; FileNotFoundError.
    """
    require_regular(path, os.lstat(path).st_mode)
    fd = os.open(path, flags | _SAFELY)
    try:
        require_regular(path, os.fstat(fd).st_mode)
    except BaseException:
        os.close(fd)
        raise
    return fd


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a regular file, or of one of a published store; raises as `open_regular`."""
    remote = getattr(path, "source", None)
    if remote is not None:  # of a remote.RemotePath, which imports this
        source = remote()
        return bytes(source.read(0, source.size))
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read()


def require_real(folder: Path) -> None:
    """Raises DamagedFileError where a folder of a store is a link, or no folder at all; it may be absent."""
    if hasattr(folder, "source"):
        return
    try:
        mode = os.lstat(folder).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode):
        what = _KINDS.get(stat.S_IFMT(mode), "a file")
        raise DamagedFileError(f"it is {what}, expected a directory; links are not followed", folder)
