# SPDX-License-Identifier: Apache-2.0
"""Where a store may begin, and how a beginning that fails is undone."""

from __future__ import annotations

from pathlib import Path

from .errors import InvalidUseError
from .lock import StoreLock, require_outside_stores


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
