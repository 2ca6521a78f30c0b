# SPDX-License-Identifier: Apache-2.0
"""One run of a sweep, in the process that makes it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from .errors import ArrowWorldError, InvalidUseError, StoreLockedError
from .live import LiveWorld
from .lock import StoreLock
from .parameters import Value, value_of
from .run_files import End, Outcome, is_live, is_store, log_end_of
from .schema import Schema
from .store import open_store

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_MOST_MESSAGE = 10_000


@dataclass(frozen=True)
class SweepRun:
    """A run to be made, for the function that makes it: its name, where its store is or is to be made, its parameters."""

    name: str
    path: Path
    texts: dict[str, str]

    @property
    def parameters(self) -> dict[str, Value]:
        """Its parameters, in order: ints, floats, bools and words."""
        return {name: value_of(text) for name, text in self.texts.items()}

    @property
    def properties(self) -> dict[str, str]:
        """Its parameters as a store's properties, for whatever else makes the store, such as a recorder."""
        return dict(self.texts)

    def __getitem__(self, name: str) -> Value:
        return self.parameters[name]

    def open(self, schema: Schema, *, durability: str = "commit", **options: Any) -> LiveWorld:
        """Begins its store, with the parameters among its properties, or goes on with it after its last committed tick.

        The other arguments are those of `LiveWorld.open`.
        """
        more = options.pop("properties", None) or {}
        for name in more:
            if name in self.texts and more[name] != self.texts[name]:
                raise InvalidUseError(f"Cannot open the run {self.name} with {name} {more[name]!r}: the plan says {self.texts[name]!r}.")
        properties = {**self.texts, **more}
        return LiveWorld.open(self.path, schema, durability=durability, properties=properties, **options)


@dataclass(frozen=True)
class Ended:
    """How a call of the function ended. outcome: None where it is none of the run's; then stop: why the sweep stops, None
    where somebody else writes the run's store.
    """

    run: str
    outcome: Outcome | None
    stop: str | None = None


def begin_worker(memory_per_job: int | None) -> None:
    """Bounds this process's memory, and ends it when its parent has gone, however that ended."""
    if memory_per_job is not None:
        import resource

        most = _allocated() + memory_per_job
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True, name="sweep parent").start()


def _allocated() -> int:
    """Bytes that this process has allocated, used or not."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData:"))


def make(run: SweepRun, function: Callable[[SweepRun], object]) -> Ended:
    """Calls the function; seals the log where it returned."""
    try:
        function(run)
        return Ended(run.name, _done(run))
    except StoreLockedError:
        return Ended(run.name, None)
    except KeyboardInterrupt:
        raise
    except BaseException as e:  # sys.exit ends a run, not the sweep
        if _is_disk_full(e):
            return Ended(run.name, None, f"run {run.name}: {_message(e)}")
        return Ended(run.name, failed(run, _message(e)))


def _done(run: SweepRun) -> Outcome:
    if not is_store(run.path):
        return failed(run, f"its function returned and made no store in {run.path}")
    try:
        StoreLock(run.path).close()
    except StoreLockedError:
        return failed(run, "its function returned and left the store open: close its LiveWorld")
    end = log_end_of(run.path)
    if end.tick < 0:
        return failed(run, "its function returned and committed no tick")
    if is_live(run.path):
        with open_store(run.path) as store:
            store.seal()
    return Outcome(end, None)


def failed(run: SweepRun, message: str) -> Outcome:
    """The outcome of a run that failed."""
    end = End()
    if is_store(run.path):
        try:
            end = log_end_of(run.path)
        except (ArrowWorldError, OSError):
            pass  # it cannot be read, which the message is about
    return Outcome(end, message)


def _is_disk_full(failure: BaseException) -> bool:
    at: BaseException | None = failure
    while at is not None:
        if isinstance(at, OSError) and at.errno in _FULL:
            return True
        at = at.__cause__ or at.__context__
    return False


def _message(failure: BaseException) -> str:
    own = isinstance(failure, ArrowWorldError)
    text = str(failure) if own else f"{type(failure).__name__}: {failure}".removesuffix(": ")
    return text if len(text) <= _MOST_MESSAGE else text[:_MOST_MESSAGE] + "..."


def can_bound_memory() -> bool:
    """Whether the system bounds what a process allocates."""
    return sys.platform.startswith("linux")
