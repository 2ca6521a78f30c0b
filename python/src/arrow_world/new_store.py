# SPDX-License-Identifier: Apache-2.0
"""Where a store may begin, what its store.json says, and how a beginning that fails is undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import jsonfile
from .atomic_files import discard, force_directory
from .errors import InvalidUseError
from .lock import StoreLock, output_lock, require_outside_stores
from .schema import Schema
from .segment_header import FORMAT
from .storefiles import Base, base_json
from .tick_time import TickTime


def check_empty(store: Path) -> None:
    """Refuses a path at which no store can begin."""
    if store.is_symlink() and not store.exists() or store.exists() and not store.is_dir():
        raise InvalidUseError(f"Cannot create a store at {store}: it is not a folder. Choose another path.")
    require_outside_stores(store)
    mine = "LOCK", "store.json.tmp"
    found = [p.name for p in store.iterdir() if p.name not in mine] if store.exists() else []
    if "store.json" in found:
        raise InvalidUseError(f"Cannot create a store at {store}: there is one already. LiveWorld.resume goes on with it; or "
                              "choose another path.")
    if found:
        raise InvalidUseError(f"Cannot create a store at {store}: it is not empty, it has {sorted(found)[0]}. Use "
                              "LiveWorld.resume to go on with a store, or choose another path.")


def make_folders(store: Path, made: list[Path]) -> None:
    """Makes the folder and those above it; `made` takes in those that were not there, the outermost first."""
    for folder in reversed([p for p in (store, *store.parents) if not p.exists()]):
        folder.mkdir(exist_ok=True)
        made.append(folder)


def undo(made: list[Path], lock: StoreLock | None) -> None:
    """Deletes what a failed `create` made, the last first; what others put there meanwhile stays."""
    for path in reversed(made):
        try:
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        except OSError:
            pass
    if lock is not None:
        lock.close()


@contextmanager
def appearing(target: Path, source: Path, what: str) -> Iterator[Path]:
    """The unfinished folder of a store that is made of another one: it appears at `target` whole, or not at all where the
    block raises. what: what is done, for messages.
    """
    def refuse_existing() -> None:
        if target.exists() or target.is_symlink():
            raise InvalidUseError(f"Cannot {what}: it exists; choose another path.")

    refuse_existing()
    if isinstance(source, Path) and target.resolve().is_relative_to(source.resolve()):
        raise InvalidUseError(f"Cannot {what}: that is inside the store; choose a path outside.")
    with output_lock(target) as free:
        refuse_existing()
        temporary = target.with_name(target.name + ".tmp")
        free(temporary)
        try:
            temporary.mkdir()
            yield temporary
            temporary.rename(target)
        except BaseException:
            discard(temporary)
            raise
        force_directory(target.parent)


def description(
    store: bytes, schema: Schema, *, strings: bool, tick_unit: str, properties: Mapping[str, str], time: TickTime | None,
    parent: Mapping[str, Any] | None, begins: Base | None, environment: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of store.json (S-4)."""
    return jsonfile.encode({
        "kind": "arrow-world store", "format": FORMAT, "store": store.hex(), "strings": strings, "tick_unit": tick_unit,
        "schema": schema.to_json(), "properties": dict(properties),
        "environment": {"writer": "arrow_world (Python)"} if environment is None else dict(environment),
        **({} if time is None else {"time": time.to_json()}), **({} if parent is None else {"parent": dict(parent)}),
        **({} if begins is None else {"begins": base_json(*begins)})})
