# SPDX-License-Identifier: Apache-2.0
"""Published stores, read by GET with Range alone (P-5, P-6)."""

from __future__ import annotations

import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union

from . import jsonfile
from .errors import DamagedFileError, InvalidUseError, StoreNotFoundError
from .file_list import FILES, Listed, list_of
from .remote_objects import Patience, Replaced, TooLong, is_address, objects_at

BLOCK_BYTES = 64 << 10
"""What a small read asks for."""
WHOLE_BYTES = 256 << 10
"""A file up to this length comes whole, and is compared with its checksum."""
_KEPT_BYTES = 16 << 20
PIECE_BYTES = 8 << 20
"""The most that one request asks for."""


class Published:
    """The files of a published store at an http, https or s3 address. Safe for threads."""

    unchanging = True
    """Whether what is there stays as it is."""

    def __init__(self, address: str, patience: Patience = Patience()) -> None:
        self._objects = objects_at(address, patience)
        self.address = self._objects.address
        self.patience = patience
        self._versions: dict[str, str] = {}
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.RLock()
        self.files: dict[str, Listed] = {}
        data = self._list()
        listed = list_of(jsonfile.members(data, self.path(FILES)), self.path(FILES))
        self.files = {**listed, FILES: Listed(FILES, len(data), zlib.crc32(data))}
        self.folders = {name[:i] for name in listed for i in range(len(name)) if name[i] == "/"} | {""}

    def __reduce__(self) -> tuple[Any, ...]:
        return Published, (self.address, self.patience)

    def stamps(self) -> dict[str, tuple[int, int, int]]:
        """What tells whether the history is another one by now."""
        return {}

    def source(self, file: Listed) -> RemoteSource:
        """A file as bytes at offsets."""
        return RemoteSource(self, file)

    def path(self, name: str = "") -> Path:
        """A file or folder as a path."""
        return RemotePath(self, name)  # type: ignore[return-value]

    def _list(self) -> bytes:
        try:
            return self._objects.whole(FILES)
        except TooLong as e:
            raise DamagedFileError(str(e), self.path(FILES), remedy="") from e
        except FileNotFoundError as e:
            raise StoreNotFoundError(f"Cannot open {self.address}: there is no {FILES}; check the address, and publish the store "
                                     "there with `aw publish`.") from e

    def part(self, file: Listed, start: int, length: int) -> bytes:
        """A part of a file, compared with what is known of it (P-5)."""
        if not length:
            return b""
        try:
            data, total, version = self._objects.ask(file.name, start, length, self._versions.get(file.name, ""))
        except FileNotFoundError as e:
            raise DamagedFileError(f"{self.address} does not have it any more", self.path(file.name), remedy="") from e
        except Replaced as e:
            raise self._replaced(file, str(e)) from e
        if total != file.bytes:
            raise self._replaced(file, f"it has {total} bytes, expected {file.bytes}")
        first = self._versions.setdefault(file.name, version)
        if first != version:
            raise self._replaced(file, f"its version is {version}, and was {first}")
        if length == file.bytes and zlib.crc32(data) != file.crc32:
            raise self._replaced(file, f"it has {Listed('', length, zlib.crc32(data))}, expected {file}")
        return data

    def block(self, file: Listed, start: int, length: int) -> bytes:
        """A part of a file, which is kept."""
        with self._lock:
            key = file.name, start
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            data = self._kept[key] = self.part(file, start, length)
            self._kept_bytes += len(data)
            while self._kept_bytes > _KEPT_BYTES:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
            return data

    def _replaced(self, file: Listed, finding: str) -> DamagedFileError:
        return DamagedFileError(f"{finding}, as {FILES} of {self.address} has it: it was replaced; a published store never "
                                "changes", self.path(file.name), remedy="Open it again.")


class RemoteSource:
    """A file of a published store as bytes at offsets."""

    inode = 0
    changed_ns = 0
    """Unknown."""

    def __init__(self, published: Published, file: Listed) -> None:
        self._published, self._file = published, file
        self.size = file.bytes

    def __enter__(self) -> RemoteSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""

    def map(self) -> memoryview:
        """The whole file."""
        return self.read(0, self.size)

    def grow(self) -> None:
        """It never changes."""

    def read(self, offset: int, length: int) -> memoryview:
        """`length` bytes from `offset`, fewer at the end."""
        parts: list[bytes] = []
        end = min(offset + length, self.size)
        while offset < end:
            parts.append(self._some(offset, end - offset))
            offset += len(parts[-1])
        return memoryview(parts[0] if len(parts) == 1 else b"".join(parts))

    def _some(self, offset: int, length: int) -> bytes:
        if self.size <= WHOLE_BYTES:
            return self._published.block(self._file, 0, self.size)[offset : offset + length]
        if length >= BLOCK_BYTES:
            return self._published.part(self._file, offset, min(length, PIECE_BYTES))
        start = min(offset - offset % BLOCK_BYTES, self.size - BLOCK_BYTES)  # the last one ends where the file does
        if offset >= self.size - BLOCK_BYTES:
            start = self.size - BLOCK_BYTES
        return self._published.block(self._file, start, BLOCK_BYTES)[offset - start :][:length]


class RemotePath:
    """A file or folder of a published store, with what readers use of `pathlib.Path`."""

    def __init__(self, published: Published, name: str) -> None:
        self.published, self._at = published, name

    def __truediv__(self, name: str | os.PathLike[str]) -> RemotePath:
        parts = [p for p in f"{self._at}/{os.fspath(name)}".split("/") if p]
        return RemotePath(self.published, "/".join(parts))

    def __fspath__(self) -> str:
        return self.published.address + self._at

    def __str__(self) -> str:
        return self.__fspath__()

    def __repr__(self) -> str:
        return f"RemotePath({self.__fspath__()!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemotePath) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __lt__(self, other: RemotePath) -> bool:
        return str(self) < str(other)

    @property
    def name(self) -> str:
        """The last part."""
        return str(self).rstrip("/").rpartition("/")[2]

    @property
    def parent(self) -> RemotePath:
        """What it is in."""
        return RemotePath(self.published, self._at.rpartition("/")[0])

    def exists(self) -> bool:
        """Whether the list has it."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Whether it is a file of the list."""
        return self._at in self.published.files

    def is_dir(self) -> bool:
        """Whether files of the list are in it."""
        return self._at in self.published.folders

    def is_symlink(self) -> bool:
        """There are none."""
        return False

    def iterdir(self) -> Iterator[RemotePath]:
        """What is in the folder."""
        prefix = f"{self._at}/" if self._at else ""
        inside = {n[len(prefix) :].partition("/")[0] for n in self.published.files if n.startswith(prefix)}
        return (self / name for name in sorted(inside))

    def stat(self) -> os.stat_result:
        """Its checksum as inode, and its length."""
        file = self.listed()
        return os.stat_result((0o100444, file.crc32, 0, 1, 0, 0, file.bytes, 0, 0, 0))

    def listed(self) -> Listed:
        """Its entry in the list; FileNotFoundError if it has none."""
        if not self.is_file():
            raise FileNotFoundError(str(self))
        return self.published.files[self._at]

    def source(self) -> RemoteSource:
        """Its bytes."""
        return self.published.source(self.listed())


StorePath = Union[Path, RemotePath]


def published_at(value: Any) -> Path | None:
    """The published store that an http, https or s3 address names, or None for what is no such address."""
    if isinstance(value, RemotePath):
        return value  # type: ignore[return-value]
    if isinstance(value, str) and is_address(value):
        return Published(value).path()
    return None
