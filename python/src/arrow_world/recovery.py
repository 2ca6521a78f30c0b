# SPDX-License-Identifier: Apache-2.0
"""A new store with the longest history of a damaged one that can be proven, and what is lost."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .atomic_files import publish_file
from .checks import path_of
from .errors import DamagedFileError, InvalidUseError
from .jsonfile import chain_hex
from .new_store import appearing, description
from .recovery_source import choose, find
from .rows import Rows, commit_problem, concat, tick_chain, with_commit
from .salvage import NEVER, Salvage
from .schema import Key, declare
from .snapshot_write import write_snapshot
from .store_diff import Position
from .storefiles import Base
from .values import decode
from .verification import Report, verify_saved
from .world import World
from .writer import LogWriter


_AS_WRITTEN = "saved as it was written, which no writer may do: "


@dataclass(frozen=True)
class Recovery:
    """What came of it: the new store's id as 32 hex digits, the position after the last tick saved, how many rows are known
    to have been written and are not saved (more may have existed), what could not be saved, or was saved though no writer may
    write it (O-8, O-16), in plain words, and the verification of the new store.
    """

    store: str
    saved: Position
    rows_lost: int
    losses: tuple[str, ...]
    verification: Report

    @property
    def complete(self) -> bool:
        """Whether everything was saved."""
        return not self.losses

    def __str__(self) -> str:
        lines = [f"saved to tick {self.saved.tick}, {self.rows_lost} rows lost", *(f"  {loss}" for loss in self.losses)]
        return "\n".join(lines)


def recover(damaged: str | os.PathLike[str], path: str | os.PathLike[str]) -> Recovery:
    """Makes a new store at `path` with the longest history of a damaged one that can be proven, and says what is lost.

    The damaged one is only read, and may be in any state: what verifies is saved in whatever file it stands. Ticks, rows and
    digest chain of what is saved are those of the old store; the id is new. `path` must not exist, and appears whole or not
    at all. Raises DamagedFileError where nothing of a store can be read, UnsupportedVersionError where store.json is of a
    version that is not known.
    """
    source, target = path_of(damaged, "recover"), path_of(path, "recover into")
    if not isinstance(source, Path):
        raise InvalidUseError(f"Cannot recover {source}: only folders of this machine are recovered.")
    if source.exists() and not source.is_dir():
        raise InvalidUseError(f"Cannot recover {source}: it is a file, expected the folder of a store.")
    with appearing(target, source, f"recover {source} into {target}") as folder:
        made = _recover(source, folder)
        if len(made.verification.findings) > sum(loss.startswith(_AS_WRITTEN) for loss in made.losses):
            raise DamagedFileError(f"the new store is not sound: {made.verification}", folder, remedy="")
    return replace(made, verification=replace(made.verification, path=str(target)))


def _recover(source: Path, folder: Path) -> Recovery:
    salvage = Salvage(source)
    old = find(source, salvage)
    start = choose(salvage, old)
    if start.orphaned:
        old = old.without_tables()
    losses = list(old.losses)
    store, place = secrets.token_bytes(16), Base(*start.position)
    properties = {**old.properties, "recovered_from": old.store.hex()}
    publish_file(folder / "store.json", description(
        store, old.schema, strings=old.strings, tick_unit=old.tick_unit, properties=properties, time=old.time, parent=old.parent,
        begins=None if start.world is None else place, environment=old.environment))
    if start.world is not None:
        write_snapshot(folder, store, old.strings, start.world, base=True, properties=start.properties)
    losses += [start.loss] if start.loss else []
    with LogWriter.resume(folder, durability="none") as writer:
        writer.chain = start.position.chain
        copier = _Copier(writer, writer.end.world)
        keys = declare(old.schema)
        saved, lost, seen = salvage.copy(old.origin, start.position, keys, lambda rows: copier.take(rows, keys), copier.taken)
        writer.seal()
    (folder / "LOCK").unlink()
    losses += lost
    seen = max([seen, *(m.seq for m in old.snapshots if m.seq <= salvage.fence)])
    first = max(saved.seq, min(start.first_seq, seen))  # none are older
    rows_lost = seen - first + start.rows_before
    if not losses and (rows_lost > 0 or seen > saved.seq):
        losses.append(f"rows up to seq {seen} are known to have existed, the log ends at seq {saved.seq}")
    for tick, directory in old.unreadable:
        if tick > saved.tick and salvage.fence == NEVER:
            losses.append(f"{directory} cannot be read and stands at tick {tick}, what is saved ends at tick {saved.tick}")
    if (source / "fields").exists():
        _copy_fields(source / "fields", folder / "fields", losses)
    if losses:
        losses += old.cache_damage  # sound ones might have helped; the log makes them again
        losses += start.damage
    report, as_written = verify_saved(folder)
    losses += [_AS_WRITTEN + finding for finding in as_written]
    return Recovery(store.hex(), saved, rows_lost, tuple(losses), report)


class _Copier:
    """Writes saved rows to the new log, each tick after it was proven whole."""

    def __init__(self, writer: LogWriter, world: World) -> None:
        self._writer, self._world = writer, world
        self._pending: list[Rows] = []
        self._tick = writer.tick

    def taken(self) -> Position:
        """The position after the last tick that was taken."""
        return Position(self._writer.tick, self._writer.seq, self._writer.chain)

    def take(self, rows: Rows, keys: list[Key]) -> None:
        """Rows that follow those before. DamagedFileError where they do not; what is before the tick is taken then."""
        if not len(rows):
            return
        commits = rows.commits()
        cut = int(commits[-1]) + 1 if len(commits) else 0
        if cut:
            whole = concat([*self._pending, rows.slice(0, cut)])
            self._pending = []
            self._take_ticks(whole, keys)
        if cut < len(rows):
            self._pending.append(rows.slice(cut, len(rows)))

    def _take_ticks(self, rows: Rows, keys: list[Key]) -> None:
        before = self._world.copy()
        problem = commit_problem(rows, self._tick) or _chain_problem(rows, self._writer.chain) or self._apply(rows, keys)
        ends = (rows.commits() + 1).tolist()
        if problem is None:
            self._write(rows, ends, keys)
        elif len(ends) == 1:
            raise DamagedFileError(problem, "log", remedy="")
        else:  # up to the tick in which it is
            self._world, start = before, 0
            for end in ends:
                self._take_ticks(rows.slice(start, end), keys)
                start = end

    def _apply(self, rows: Rows, keys: list[Key]) -> str | None:
        for code in np.unique(rows.key).tolist():
            key = keys[code]
            try:
                decode("u32" if key.encoding == "code" else key.type, rows.bits[rows.key == code])
            except ValueError as e:
                return f"rows of {key.name} from seq {rows.first_seq} on: {e}"
        try:
            self._world._apply(rows, keys)
        except DamagedFileError as e:
            return e.problem
        return None

    def _write(self, rows: Rows, ends: list[int], keys: list[Key]) -> None:
        self._writer.declare_all(keys)
        start = 0
        for end in ends:
            self._writer.commit_tick(tick := int(rows.tick[start]), with_commit(rows.slice(start, end - 1), tick))
            start = end
        self._tick = self._writer.tick


def _chain_problem(rows: Rows, chain: bytes) -> str | None:
    """Where the digest chain of whole ticks does not follow from the one before them (L-15)."""
    start = 0
    for end in rows.commits().tolist():
        tick, stored = int(rows.tick[end]), int(rows.bits[end]).to_bytes(8, "little")
        chain = tick_chain(chain, tick, rows.slice(start, end))
        if chain != stored:
            return f"the chain of tick {tick} is {chain_hex(chain)}, its commit row says {chain_hex(stored)}"
        start = end + 1
    return None


def _copy_fields(source: Path, target: Path, losses: list[str]) -> None:
    """Takes gridded fields over, byte for byte: they carry no log to prove."""
    target.mkdir()
    for path in sorted(source.iterdir()):
        if path.name.endswith(".tmp") or path.name == "LOCK":
            continue
        if path.is_dir() and not path.is_symlink() and path.suffix not in (".npy", ".json"):
            _copy_fields(path, target / path.name, losses)
        elif path.is_file() and not path.is_symlink():
            try:
                shutil.copyfile(path, target / path.name)
            except OSError as e:
                losses.append(f"Cannot read {path}: {e}")
        else:
            losses.append(f"Cannot read {path}: it is not a regular file; links are not followed")
