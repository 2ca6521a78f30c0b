# SPDX-License-Identifier: Apache-2.0
"""Makes the runs of a plan in a folder, several at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from pickle import PicklingError
from typing import Any

from .checks import integer, path_of
from .errors import ArrowWorldError, InvalidUseError
from .lock import StoreLock, require_outside_stores
from .run_files import Outcome, delete_outcome, extend_plan, rows_of
from .run_catalogue import require_catalogue
from .runs import Run, Runs
from .sweep_plan import planned_texts
from .sweep_worker import Ended, SweepRun, begin_worker, can_bound_memory, failed, make

_MOST_DEATHS = 3


@dataclass(frozen=True)
class SweepReport:
    """What became of a sweep. runs: those of the plan, as they are now; started: how many this start worked on; stopped:
    why it stopped before all had ended, None if it did not.
    """

    runs: tuple[Run, ...]
    started: int
    stopped: str | None

    def count(self, state: str) -> int:
        """How many runs are in a state."""
        return sum(run.state == state for run in self.runs)

    @property
    def is_done(self) -> bool:
        """Whether all runs are done."""
        return self.count("done") == len(self.runs)

    def __repr__(self) -> str:
        states = Counter(run.state for run in self.runs)
        return f"<sweep of {len(self.runs):,} runs: {', '.join(f'{n:,} {s}' for s, n in states.items())}>"


def sweep(path: str | os.PathLike[str], plan: Iterable[Mapping[str, Any]], function: Callable[[SweepRun], object], *,
          jobs: int | None = None, memory_per_job: int | None = None, retry: bool = False, executor: Executor | None = None,
          watch: Callable[[Run, SweepReport], object] | None = None) -> SweepReport:
    """Makes a run for each of the plan's parameters, each a store in one folder, several at a time in processes.

    ```python
    def simulate(run):
        with run.open(schema) as world:
            while world.last_tick < 1000:
                step(world, run["rate"], run["seed"])

    if __name__ == "__main__":
        sweep("sweep", grid(rate=[0.5, 1.0], seed=range(100)), simulate)
    ```

    Killed anywhere and called again it goes on where each run stopped and makes none twice; with a plan that has further runs it
    makes those. The function is called again, with the store as it is, for a run that was interrupted: it runs while
    ticks are lacking, not a number of them. A run that raises has failed: its message is kept, the others go on, and it is
    begun again only with `retry`. A full disk stops the sweep and is no failure of a run. The catalogue is written at the end.

    jobs: processes, by default one for each processor; memory_per_job: bytes that each may allocate beyond what it begins with
    (Linux); a run that needs more fails. The function is imported by the processes: it is defined in a module, not in a notebook. executor: whose
    workers make the runs instead, as a ThreadPoolExecutor. watch: called with each run that has ended, and the report by
    then. Raises StoreLockedError where another sweep works in the folder.
    """
    folder, texts = path_of(path, "sweep into"), planned_texts(plan)
    if not callable(function):
        raise InvalidUseError(f"Cannot sweep with {function!r}: expected a function of a run.")
    count = (os.cpu_count() or 1) if jobs is None else integer(jobs, "run jobs:")
    if not 1 <= count <= 1024:
        raise InvalidUseError(f"Cannot run {count} jobs at a time: expected 1 to 1024.")
    if memory_per_job is not None and (executor is not None or not can_bound_memory()):
        raise InvalidUseError("Cannot bound the memory of a job: that needs Linux, and processes of the sweep's own. Leave "
                              "memory_per_job out.")
    require_outside_stores(folder)
    if (folder / "store.json").exists():
        raise InvalidUseError(f"Cannot start a sweep in {folder}: it is a store. Choose a folder of its own.")
    require_catalogue(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = StoreLock(folder)
    try:
        planned = extend_plan(folder, texts)
        work = _Sweep(folder, planned, function, count, memory_per_job, retry, executor, watch)
        return work.run()
    finally:
        lock.close()


class _Sweep:
    """A start of a sweep. The caller holds the folder's LOCK."""

    def __init__(self, folder: Path, planned: dict[str, dict[str, str]], function: Callable[[SweepRun], object], jobs: int,
                 memory_per_job: int | None, retry: bool, executor: Executor | None,
                 watch: Callable[[Run, SweepReport], object] | None) -> None:
        self._folder, self._planned, self._function = folder, planned, function
        self._jobs, self._memory, self._retry = jobs, memory_per_job, retry
        self._given, self._watch = executor, watch
        self._stopped: str | None = None
        self._deaths: Counter[str] = Counter()
        self._alone: deque[str] = deque()
        """Runs that were going when a process died: each is tried by itself before it is blamed."""
        self._runs: dict[str, Run] = {}
        self._started = 0
        self._tried = False

    def run(self) -> SweepReport:
        """Makes the runs that are not done, and writes the catalogue."""
        self._runs = {run.name: run for run in self._of_plan(Runs.open(self._folder))}
        states = ("waiting", "begun", "failed") if self._retry else ("waiting", "begun")
        work = deque(name for name, run in self._runs.items() if run.state in states)
        self._started = len(work)
        for name in work:
            if self._runs[name].state in ("failed", "waiting"):  # waiting: of a store that is gone
                delete_outcome(self._folder, name)
        busy = self._work(work)
        self._work(busy)
        now = Runs.open(self._folder)
        try:
            now.save()
        except (ArrowWorldError, OSError) as e:
            self._stopped = self._stopped or f"the catalogue could not be written: {e}"
        self._runs = {run.name: run for run in self._of_plan(now)}
        if self._stopped is None and any(run.state in ("waiting", "begun") for run in self._runs.values()):
            self._stopped = "some runs are written by others"
        return self._report()

    def _of_plan(self, runs: Runs) -> Runs:
        return runs.where(lambda run: run.name in self._planned)

    def _report(self) -> SweepReport:
        return SweepReport(tuple(self._runs.values()), self._started, self._stopped)

    def _work(self, work: deque[str]) -> deque[str]:
        """Makes runs until there are none or the sweep stops; those that somebody else writes come back."""
        busy: deque[str] = deque()
        while (work or self._alone) and self._stopped is None:
            if self._given is not None:
                self._rounds(self._given, work, busy, self._jobs)
                continue
            some = work or deque([self._alone.popleft()])
            jobs = min(self._jobs, len(some))
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(jobs, context, begin_worker, (self._memory,)) as pool:
                try:
                    self._try(pool)
                    self._rounds(pool, some, busy, jobs)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        return busy

    def _try(self, pool: Executor) -> None:
        """Makes sure, once, that processes start and find the function, before runs are blamed for it."""
        if self._tried:
            return
        try:
            pool.submit(callable, self._function).result()
        except (BrokenProcessPool, PicklingError, AttributeError, TypeError, ImportError) as e:
            raise InvalidUseError(f"Cannot sweep in processes: they do not start, or do not find {self._function!r} ({e}). Define it at the "
                                  "top of a module or file, call sweep there under `if __name__ == \"__main__\":`, or give an "
                                  "executor of threads.") from e
        self._tried = True

    def _rounds(self, pool: Executor, work: deque[str], busy: deque[str], jobs: int) -> None:
        """Keeps as many runs going as there are jobs. Where a process died, those that were going are tried alone later."""
        going: dict[Future[Ended], str] = {}
        broken = False
        while going or (work and not broken and self._stopped is None):
            while work and not broken and self._stopped is None and len(going) < jobs:
                name = work.popleft()
                run = SweepRun(name, self._folder / name, self._planned[name])
                try:
                    going[pool.submit(make, run, self._function)] = name
                except BrokenProcessPool:
                    work.appendleft(name)
                    broken = True
            for future in wait(going, return_when=FIRST_COMPLETED).done if going else ():
                name = going.pop(future)
                try:
                    self._ended(future.result(), busy)
                except BrokenProcessPool:
                    broken = True
                    self._died(name)
        if broken and self._given is not None:
            raise InvalidUseError("Cannot go on with the sweep: a process of the executor died, and it takes no more. Call sweep "
                                  "again with a new one.")

    def _died(self, name: str) -> None:
        """One of the processes died: which, nobody knows, so each run that was going is tried by itself."""
        self._deaths[name] += 1
        if self._deaths[name] < _MOST_DEATHS:
            self._alone.append(name)
            return
        run = SweepRun(name, self._folder / name, self._planned[name])
        message = f"processes died {_MOST_DEATHS} times while it ran, twice by itself; the system may have too little memory for it"
        self._keep(name, failed(run, message))

    def _ended(self, ended: Ended, busy: deque[str]) -> None:
        if ended.outcome is not None:
            self._keep(ended.run, ended.outcome)
        elif ended.stop is not None:
            self._stopped = self._stopped or ended.stop
        else:
            busy.append(ended.run)

    def _keep(self, name: str, outcome: Outcome) -> None:
        try:
            outcome.write(self._folder, name)
        except OSError as e:
            self._stopped = self._stopped or f"run {name}: {e}"
            return
        old, tick = self._runs[name], outcome.end.tick
        state = "done" if outcome.failure is None else "failed"
        rows = rows_of(old.path, outcome.end) if tick >= 0 else None
        self._runs[name] = Run(name, old.path, state, tick if tick >= 0 else None, rows, outcome.failure, old.store, None, old.texts)
        if self._watch is not None:
            self._watch(self._runs[name], self._report())
