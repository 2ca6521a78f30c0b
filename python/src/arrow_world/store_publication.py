# SPDX-License-Identifier: Apache-2.0
"""Publishing: a copy of a store that is sealed, compact and never changes, with a list of its files (P-1 to P-4)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import jsonfile
from .atomic_files import discard, force_directory, publish_file, write_at
from .checks import path_of
from .errors import DamagedFileError, InvalidUseError
from .file_list import FILES, Listed, is_path, listed_file, names_below
from .ipc import open_source
from .lock import output_lock, require_altogether_outside_stores
from .snapshot import list_snapshots
from .storefiles import StoreFiles
from .upkeep import compact, writing
from .verification import verify

_PIECE_BYTES = 1 << 20
_UNFINISHED = ".tmp"


class Publication(NamedTuple):
    """What was done: the store's id as 32 hex digits, its last tick (-1: none), files and bytes of the published store with
    its list, and how many of them were not there yet."""

    store: str
    last_tick: int
    files: int
    bytes: int
    sent_files: int
    sent_bytes: int


def publish(source: Path, folder: str | os.PathLike[str]) -> Publication:
    """Seals and compacts a store, proves it, and copies it."""
    target = path_of(folder, "publish to")
    require_altogether_outside_stores(target)
    with output_lock(target):
        if (source / FILES).exists():  # it is published, so nobody changes it
            return _publish(source, target)
        compact(source, None, None)
        with writing(source):
            return _publish(source, target)


def _publish(source: Path, target: Path) -> Publication:
    report = verify(source)
    if not report.ok:
        found = report.findings[0]
        raise DamagedFileError(f"it is not sound, so it is not published: {found.path}: {found.message}", source)
    files = StoreFiles(source)
    names = sorted(_names(source, files))
    for name in names:
        if not is_path(name):
            raise InvalidUseError(f"Cannot publish {source}: a list of files cannot have the name {name}; rename it.")
    parts = {name: listed_file(source / name, name) for name in names}
    encoded = jsonfile.encode({
        "kind": "arrow-world files", "format": 1, "store": files.info.store.hex(),
        "files": [{"name": p.name, "bytes": f"{p.bytes:016x}", "crc32": f"{p.crc32:08x}"} for p in parts.values()]})
    own = Listed(FILES, len(encoded), zlib.crc32(encoded))
    there = _present(source, target, own, parts)
    sent = [own] if FILES not in there else []
    if sent:
        _make_folder(target)
        publish_file(target / FILES, encoded)
    for part in sorted(parts.values(), key=lambda p: p.name == "store.json"):  # last: before it there is no store
        if part.name not in there:
            _send(source / part.name, target, part)
            sent.append(part)
        arrived = listed_file(target / part.name, part.name)
        if arrived != part:
            raise DamagedFileError(f"what arrived of it has {arrived}, expected {part}", target / part.name,
                                   remedy="Delete it there and publish again.")
    everything = [own, *parts.values()]
    return Publication(files.info.store.hex(), -1 if report.last_tick is None else report.last_tick, len(everything),
                       sum(p.bytes for p in everything), len(sent), sum(p.bytes for p in sent))


def _names(source: Path, files: StoreFiles) -> Iterator[str]:
    """The files that the store consists of."""
    yield "store.json"
    for segment in files.segments():
        yield f"log/{segment.path.name}"
    folders = [f"snapshots/{directory.name}" for _, _, directory in list_snapshots(source)]
    for folder in (*folders, "fields", "unmapped"):
        if (source / folder).is_dir():
            yield from (name for name in names_below(source / folder, f"{folder}/") if _is_part(source, name))


def _is_part(source: Path, name: str) -> bool:
    """Whether it is no lock, nothing unfinished and no empty folder."""
    parts = name.split("/")
    locks = parts[-1] == "LOCK" or parts[-1].endswith(f"{_UNFINISHED}.lock")
    empty = (source / name).is_dir() and not (source / name).is_symlink()
    return not locks and not empty and not any(part.endswith(_UNFINISHED) for part in parts)


def _present(source: Path, target: Path, own: Listed, parts: dict[str, Listed]) -> set[str]:
    """What is there of this very publication; InvalidUseError where anything else is (P-3)."""
    def taken(finding: str) -> InvalidUseError:
        return InvalidUseError(f"Cannot publish {source} to {target}: {finding}; a published store is never written over, name "
                               "an empty place.")

    if not os.path.lexists(target):
        return set()
    if not target.is_dir():
        raise taken("it is not a folder")
    there = set(names_below(target))
    begun = {FILES, *parts} if FILES in there else {FILES}
    there = {n for n in there if not (n.endswith(_UNFINISHED) and n.removesuffix(_UNFINISHED) in begun)}
    if not there:
        return there
    if FILES not in there:
        raise taken(f"{min(there)} is there already")
    if listed_file(target / FILES, FILES) != own:
        raise taken(f"another publication, with another {FILES}, is there already")
    for name in sorted(there - {FILES}):
        if name not in parts and not any(p.startswith(f"{name}/") for p in parts):
            raise taken(f"{name} is there, which is not part of it")
    return there


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        force_directory(folder.parent)


def _send(source: Path, target: Path, part: Listed) -> None:
    """Copies a file, which appears whole or not at all."""
    path = target / part.name
    _make_folder(path.parent)
    temporary = path.with_name(path.name + _UNFINISHED)
    discard(temporary)
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with open_source(source) as file:
                for at in range(0, part.bytes, _PIECE_BYTES):
                    write_at(fd, file.read(at, min(_PIECE_BYTES, part.bytes - at)), at)
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.rename(path)
    except BaseException:
        discard(temporary)
        raise
    force_directory(path.parent)
