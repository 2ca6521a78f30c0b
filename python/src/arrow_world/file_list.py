# SPDX-License-Identifier: Apache-2.0
"""The list of files that tells a published store: files.json (P-2, P-4, P-7)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import jsonfile
from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .regular import open_regular, read_regular

FILES = "files.json"
"""The list of a published store's files, by its path in the store."""
_PIECE_BYTES = 8 << 20


@dataclass(frozen=True)
class Listed:
    """A file of a published store: its path in it, its length and the CRC-32 of all its bytes."""

    name: str
    bytes: int
    crc32: int

    def __str__(self) -> str:
        return f"{self.bytes} bytes with CRC-32 {self.crc32:08x}"


def list_of(raw: dict[str, Any], path: Path) -> dict[str, Listed]:
    """The files that files.json lists, by name (P-2)."""
    m = jsonfile.Members(raw, path)
    if m.text("kind") != "arrow-world files":
        raise DamagedFileError(f"kind is {m.text('kind')!r}, expected 'arrow-world files'", path, remedy="")
    if m.count("format") != 1:
        raise UnsupportedVersionError(f"Cannot read {path}: its format is {m.count('format')}, this package reads 1.")
    files: dict[str, Listed] = {}
    before = ""
    for entry in (jsonfile.Members(e, path, "files") for e in m.items("files")):
        name = entry.text("name")
        if not is_path(name) or name <= before:
            raise DamagedFileError(f"'name' is {name!r}, expected a path within the store, in order", path, remedy="")
        files[name] = Listed(name, entry.u64("bytes"), int(entry.hex("crc32", 8), 16))
        before = name
    return files


def is_path(name: str) -> bool:
    """Whether the list can have a name: it is a path within the store (P-2)."""
    return not (any(p in ("", ".", "..") for p in name.split("/")) or "\\" in name or "\0" in name or name == FILES)


def check_list(store: Path, store_id: str) -> Iterator[DamagedFileError]:
    """What of a published store is missing, differs from its list, or is not in it (P-7); nothing for other stores."""
    path = store / FILES
    if not path.exists():
        return
    try:
        raw = jsonfile.read(path)
        listed = list_of(raw, path)
    except DamagedFileError as e:
        yield e
        return
    if raw.get("store") != store_id:
        yield DamagedFileError(f"it is the list of store {raw.get('store')}, and this is {store_id}", path, remedy="")
    there = set(names_below(store))
    for file in listed.values():
        if file.name not in there:
            yield DamagedFileError(f"it is missing, and {FILES} has it", store / file.name, remedy="")
            continue
        try:
            found = listed_file(store / file.name, file.name)
        except DamagedFileError as e:
            yield e
            continue
        if found != file:
            yield DamagedFileError(f"it has {found}, expected {file}", store / file.name, remedy="")
    for name in sorted(there - set(listed) - {FILES}):
        yield DamagedFileError(f"it is not in {FILES}", store / name, remedy="")


def names_below(folder: Path, prefix: str = "") -> Iterator[str]:
    """The files, links and empty folders below a folder, by their paths in it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
            yield from names_below(path, f"{prefix}{path.name}/")
        else:
            yield prefix + path.name


def listed_file(path: Path, name: str) -> Listed:
    """A file as the list has it; it is read through."""
    if hasattr(path, "source"):  # a remote.RemotePath, which imports this
        data = read_regular(path)
        return Listed(name, len(data), zlib.crc32(data))
    crc, size = 0, 0
    with os.fdopen(open_regular(path), "rb") as file:
        while part := file.read(_PIECE_BYTES):
            crc, size = zlib.crc32(part, crc), size + len(part)
    return Listed(name, size, crc)


def require_unpublished(store: Path) -> None:
    """Raises InvalidUseError where a store is published, and so never changed (P-4), or where a server gives it to be read."""
    published = getattr(store, "published", None)
    if published is not None and not published.unchanging:  # a remote.RemotePath, which imports this
        raise InvalidUseError(f"Cannot change the store in {store}: a server gives it to be read. Change it where it is.")
    if (store / FILES).exists():
        raise InvalidUseError(f"Cannot change the store in {store}: it was published ({FILES}), and readers elsewhere rely on "
                              "it. Fork it to go on with it.")
