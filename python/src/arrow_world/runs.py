# SPDX-License-Identifier: Apache-2.0
"""The runs of a folder: which there are, their parameters and how far they are, and questions to all of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .atomic_files import discard, force_directory
from .checks import nearest, path_of
from .errors import DamagedFileError, InvalidUseError, StoreNotFoundError
from .frames import Frame
from .lives import Lives
from .lock import output_lock
from .log_rows import LogRows
from .parameters import Value, cell, column_type, sense_of, value_of
from .remote_objects import Patience, TooLong, is_address, objects_at
from .run_catalogue import PUBLISHED, STATES, catalogue_rows, check_of, facts_of, is_published, require_catalogue, rows_in
from .run_files import is_run_name, mark_of, read_plan, read_run, run_names
from .run_filter import RunFilter
from .selection import Ticks
from .stats import Stats, Summary, summary
from .store import Store, open_store
from .world import World

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """A run as it was when its folder was opened.

    path: its folder, of published runs its name; state: one of `waiting`, `begun`, `done`, `failed`, `damaged`; tick: the last committed one, rows: those of its log,
    both None where there is none; message: why it failed or what is damaged; texts: its parameters as they are written;
    address: where its published store is, None in a folder.
    """

    name: str
    path: Path
    state: str
    tick: int | None
    rows: int | None
    message: str | None
    store: str | None
    mark: str | None
    texts: dict[str, str]
    address: str | None = None

    @property
    def parameters(self) -> dict[str, Value]:
        """Its parameters, in order: ints, floats, bools and words."""
        return {name: value_of(text) for name, text in self.texts.items()}

    def open(self) -> Store:
        """Its store, for reading. Raises DamagedFileError if it was published, and is another one than the catalogue says."""
        store = open_store(self.path if self.address is None else self.address)
        if self.address is None and self.mark != PUBLISHED:
            return store
        span = store.span()
        found = store.info.store.hex(), None if span is None else span[1]
        if found != (self.store, self.tick):
            store.close()
            raise DamagedFileError(f"it is the store {found[0]} up to tick {found[1]}, where the catalogue has {self.store} up to "
                                   f"tick {self.tick}: it was replaced; published runs never change", self.address or self.path,
                                   remedy="Open them again.")
        return store


class Answers(Generic[T]):
    """What was found in each of many runs: pairs of the run and its answer, one run after the other, when they are asked
    for. Memory is that of one answer. May be gone through again.
    """

    def __init__(self, runs: Callable[[], Iterator[Run]], ask: Callable[[Store], T]) -> None:
        self._runs, self._ask = runs, ask

    def __iter__(self) -> Iterator[tuple[Run, T]]:
        for run in self._runs():
            with run.open() as store:
                yield run, self._ask(store)

    def tables(self, table: str | None = None) -> Iterator[pa.Table]:
        """Each run's answer as an Arrow table whose first column, `run`, is the run's name.

        table: of worlds, the table that is wanted.
        """
        for run, answer in self:
            found: Any = answer if table is None else answer[table]  # type: ignore[index]
            if not isinstance(found, Frame):
                raise InvalidUseError(f"Cannot make a table of a {type(found).__name__}: say which one, as in "
                                      "tables('creature').")
            rows = found.to_arrow()
            names = pa.array([run.name], pa.string()).dictionary_encode()
            yield rows.add_column(0, "run", pa.DictionaryArray.from_arrays(np.zeros(rows.num_rows, "i4"), names.dictionary))

    def to_arrow(self, table: str | None = None) -> pa.Table:
        """All answers as one Arrow table, held in memory; see `tables`. Raises InvalidUseError where there are none, or where they
        have not the same columns.
        """
        found = list(self.tables(table))
        if not found:
            raise InvalidUseError("Cannot make a table of the answers of no run: none of these runs has a tick.")
        found = [each for each in found if each.num_rows] or found[:1]  # no rows, no type of their values
        if any(each.schema != found[0].schema for each in found):
            raise InvalidUseError("Cannot make one table of these answers: their columns are not the same in all runs. Go through "
                                  "tables().")
        return pa.concat_tables(found).unify_dictionaries()


class Runs(Frame):
    """The runs of a folder as they were when it was opened, for reading; nothing is locked or written.

    ```python
    runs = Runs.open("sweep")
    for run, stats in runs.where("rate >= 0.5 and state == done").stats("creature.energy"):
        print(run.parameters, stats.all.mean)
    ```

    Questions open one run after the other, in the order of their names. They pass over runs that have no tick yet, and raise
    DamagedFileError for one that is damaged, naming it: `where("state != damaged")` leaves those out. As a frame: the
    catalogue, one row per run: run, state, tick, rows, message, store, mark, check, and each parameter.
    """

    def __init__(self, path: Path | str, runs: Iterable[Run], parameters: Iterable[str], warnings: Iterable[str], read: int) -> None:
        """Use `open`."""
        self.path, self._runs = path, tuple(runs)
        self.parameters = tuple(parameters)
        """The names of all parameters, those of the plan first."""
        self.warnings = tuple(warnings)
        """What was passed over when the folder was opened, in plain words."""
        self.read = read
        """How many runs were read themselves when the folder was opened; the others from the catalogue."""

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Runs:
        """Opens a folder of runs. Of runs that did not change since the catalogue was written only the catalogue is read.
        Runs that were published (`aw publish`) are opened by their http, https or s3 address, by one request for their
        catalogue; they never change.

        Raises StoreNotFoundError, and DamagedFileError where the plan, or the catalogue at an address, is damaged; a damaged
        run is no error but its state.
        """
        if isinstance(path, str) and is_address(path):
            return cls._published(path)
        folder = path_of(path, "open runs in")
        if not folder.is_dir():
            raise StoreNotFoundError(f"Cannot open runs in {folder}: there is no such folder.")
        plan, warnings = read_plan(folder), list[str]()
        names = sorted({*run_names(folder), *plan})
        rows = rows_in(folder, len(names), warnings)
        if is_published(rows):
            try:
                return cls._of_catalogue(folder, rows, lambda name: (folder / name, None))
            except ValueError as e:
                raise DamagedFileError(str(e), folder / "runs.parquet", remedy="") from e
        known = {(row["run"], row["mark"]): facts_of(row) for row in rows if row["mark"] is not None}
        runs, read = list[Run](), 0
        for name in names:
            mark = mark_of(folder, name, plan.get(name, {}))
            facts = known.get((name, mark)) if mark is not None else None
            if facts is None:
                facts = read_run(folder, name, plan.get(name))
                read += 1
            texts = {**plan.get(name, {}), **{n: t for n, t in facts.texts.items() if n not in plan.get(name, {})}}
            runs.append(Run(name, folder / name, facts.state, facts.tick, facts.rows, facts.message, facts.store,
                            None if facts.state == "damaged" else mark, texts))
        parameters = dict.fromkeys(n for texts in (*plan.values(), *(r.texts for r in runs)) for n in texts)
        return cls(folder, runs, parameters, warnings, read)

    @classmethod
    def _published(cls, address: str) -> Runs:
        """By the catalogue alone (R-11)."""
        objects = objects_at(address, Patience())
        catalogue = f"{objects.address}runs.parquet"
        try:
            data = objects.whole("runs.parquet")
        except FileNotFoundError as e:
            raise StoreNotFoundError(f"Cannot open runs at {objects.address}: there is no runs.parquet; check the address, and "
                                     "publish the runs there with `aw publish`.") from e
        except TooLong as e:
            raise DamagedFileError(str(e), catalogue, remedy="") from e
        try:
            rows = catalogue_rows(pa.BufferReader(data), len(data), len(data))  # no row takes less than a byte
            return cls._of_catalogue(address, rows, lambda name: (Path(name), f"{address.rstrip('/')}/{name}"))
        except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as e:
            raise DamagedFileError(str(e), catalogue, remedy="Publish the runs anew, to another place.") from e

    @classmethod
    def _of_catalogue(cls, path: Path | str, rows: Iterable[dict[str, Any]], place: Callable[[str], tuple[Path, str | None]]) -> Runs:
        """By the rows of published runs; ValueError where they are no catalogue."""
        runs, names = list[Run](), set[str]()
        for row in rows:
            name, f = row["run"], facts_of(row)
            if not isinstance(name, str) or not is_run_name(name) or name in names:
                raise ValueError("it is not a catalogue: it has a run twice, or a run without a valid name")
            names.add(name)
            folder, address = place(name)
            runs.append(Run(name, folder, f.state, f.tick, f.rows, f.message, f.store, row["mark"], f.texts, address))
        return cls(path, runs, dict.fromkeys(n for r in runs for n in r.texts), (), 0)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Run:
        for run in self._runs:
            if run.name == name:
                return run
        raise InvalidUseError(f"No run {name!r} in {self.path}{nearest(name, [r.name for r in self._runs])}")

    def where(self, conditions: str | Callable[[Run], bool]) -> Runs:
        """The runs for which conditions hold, as `"rate >= 0.5 and state == done"`, or a function says so.

        Names are parameters, `run`, `state`, `tick` and `rows`; numbers are compared by == != < <= > >=, words and bools by
        == and !=. Files are read of none of them. Raises InvalidUseError where it cannot be read, saying where.
        """
        if callable(conditions):
            chosen = filter(conditions, self._runs)
        elif isinstance(conditions, str):
            holds = RunFilter(conditions, self.parameters).holds
            chosen = filter(lambda r: holds(r.name, r.state, r.tick, r.rows, r.parameters), self._runs)
        else:
            raise InvalidUseError(f"Cannot filter runs by {conditions!r}: expected conditions, as 'seed == 1', or a function.")
        return Runs(self.path, chosen, self.parameters, self.warnings, self.read)

    def save(self) -> None:
        """Writes the catalogue of these runs, which speeds up the next opening; best of all runs. Raises InvalidUseError where
        `runs.parquet` is something else, and StoreLockedError while somebody else writes it.
        """
        if isinstance(self.path, str):
            raise InvalidUseError(f"Cannot save the catalogue of {self.path}: published runs are only read.")
        temporary = self.path / "runs.parquet.tmp"
        with output_lock(self.path / "runs.parquet") as free:
            require_catalogue(self.path)
            free(temporary)
            try:
                pq.write_table(self.to_arrow(), temporary, compression="zstd")
                with temporary.open("rb") as file:
                    os.fsync(file.fileno())
                temporary.rename(self.path / "runs.parquet")
            except BaseException:
                discard(temporary)
                raise
            force_directory(self.path)

    def to_arrow(self) -> pa.Table:
        """The catalogue."""
        own = {"run": pa.string(), "state": pa.string(), "tick": pa.int64(), "rows": pa.int64(), "message": pa.string(),
               "store": pa.string(), "mark": pa.string()}
        columns = {n: pa.array([getattr(r, "name" if n == "run" else n) for r in self._runs], t) for n, t in own.items()}
        written = [json.dumps(run.texts, ensure_ascii=False, separators=(",", ":")) for run in self._runs]
        columns["parameters"] = pa.array(written, pa.string())
        columns["check"] = pa.nulls(len(self), pa.string())
        for name in self.parameters:
            texts = [run.texts.get(name) for run in self._runs]
            kind = column_type(texts)
            columns[name] = pa.array([cell(text, kind) for text in texts], pa.type_for_alias(kind))
        columns["check"] = pa.array(map(check_of, pa.table(columns).to_pylist()), pa.string())
        return pa.table(columns)

    def _title(self) -> str:
        counts = {state: sum(r.state == state for r in self._runs) for state in STATES}
        return f"{len(self):,} runs in {os.path.basename(str(self.path).rstrip('/'))}" + "".join(f", {n:,} {state}" for state, n in counts.items() if n)

    # Questions to all runs.

    def at(self, tick: int, *, columns: str | Iterable[str] | None = None) -> Answers[World]:
        """The world of each run at a tick; columns as of `Store.at`.

        Raises InvalidUseError where a run has no such tick; `where("tick >= 100")` leaves out those that are not there yet.
        """
        return Answers(self._readable, lambda store: store.at(tick, columns=columns))

    def rows(self, key: str | Iterable[str] | None = None, ticks: Ticks = None, *, ids: Any = None) -> Answers[LogRows]:
        """The log rows of these keys, ticks and ids of each run, in log order."""
        return Answers(self._readable, lambda store: store.rows(key, ticks, ids=ids))

    def events(self, key: str | Iterable[str] | None = None, ticks: Ticks = None, *, ids: Any = None) -> Answers[LogRows]:
        """The rows of declared events of each run, in log order."""
        return Answers(self._readable, lambda store: store.events(key, ticks, ids=ids))

    def lives(self, table: str) -> Answers[Lives]:
        """All lives of a table of each run, by birth."""
        return Answers(self._readable, lambda store: store.lives(table))

    def stats(self, key: str, ticks: Ticks = None, *, bins: int = 0) -> Answers[Stats]:
        """Statistics of the values of a key of each run."""
        return Answers(self._readable, lambda store: store.stats(key, ticks, bins=bins))

    def stats_by(self, parameter: str, key: str, ticks: Ticks = None, *, bins: int = 0) -> dict[Value, Summary]:
        """A summary of all values of a key in the runs that have one value of a parameter, by that, in the order of the runs.

        Memory is that of the values of one such group. Raises InvalidUseError for a parameter that no run has.
        """
        if parameter not in self.parameters:
            raise InvalidUseError(f"Cannot group runs by {parameter!r}{nearest(parameter, self.parameters)}")
        groups: dict[Any, list[Run]] = {}
        for run in self._runs:
            if parameter in run.texts:
                groups.setdefault(sense_of(run.texts[parameter]), []).append(run)
        found: dict[Value, Summary] = {}
        for group in groups.values():
            part = Runs(self.path, group, self.parameters, (), 0)
            stats = [s for _, s in part.stats(key, ticks)]
            if len({s.type for s in stats}) > 1:
                raise InvalidUseError(f"Cannot summarise {key} of several runs together: its type is not the same in all.")
            value = group[0].parameters[parameter]
            if value in found:
                raise InvalidUseError(f"Cannot group runs by {parameter!r}: in some it is {value!r}, in others "
                                      f"{next(v for v in found if v == value)!r}. Choose one kind by where().")
            if stats:
                found[value] = summary(np.concatenate([s.numbers for s in stats]),
                                                                np.concatenate([s.bits for s in stats]), bins)
        return found

    def _readable(self) -> Iterator[Run]:
        for run in self._runs:
            if run.state == "damaged":
                raise DamagedFileError(f"run {run.name} cannot be read: {run.message}", run.address or run.path,
                                       remedy='where("state != damaged") leaves it out.')
            if run.tick is not None:
                yield run
