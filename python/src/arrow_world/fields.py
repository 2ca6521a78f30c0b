# SPDX-License-Identifier: Apache-2.0
"""Gridded fields: runs of snapshots of a grid in `.npy` files NumPy reads at every moment (docs/fields.md, F-1 ...).

    with FieldSnapshotWriter("run", fields=["u"], grid_shape=(64, 64)) as writer:
        for t, u in solver:
            writer.append(t, {"u": u})

    run = FieldSnapshots.open("run")
    run.field("u")[17, 10:20]        # one time, one slab: only those bytes are read
"""

from __future__ import annotations

import math
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from .atomic_files import publish_file
from .checks import path_of
from .errors import InvalidUseError
from .field_files import (
    METADATA, TIMES, VERSION, Description, GrowingNpy, create_directory, encode, environment_of_this_process, plain,
)
from .field_reader import FieldSnapshots as FieldSnapshots
from .field_xarray import write_dataset
from .lock import StoreLock, output_lock
from .values import array_of, check_complete, is_one

if TYPE_CHECKING:
    import xarray

def snapshot_count(t_end: float, interval: float) -> int:
    """Snapshots at 0, interval, 2 interval, ... up to and including `t_end`: 0.3 / 0.1 gives 4, not 3.

    The quotient is taken exactly; one that the rounding of the two numbers alone can have kept from being whole is
    whole. Raises InvalidUseError for arguments that are not finite and positive.
    """
    for what, value in (("end time", t_end), ("interval", interval)):
        if not (value > 0 and math.isfinite(value)):
            raise InvalidUseError(f"Cannot count snapshots: the {what} is {value}, it must be finite and positive")
    quotient = Fraction(t_end) / Fraction(interval)
    whole = quotient.numerator // quotient.denominator
    reaches_next = whole + 1 < 1 << 40 and whole + 1 - quotient <= Fraction(whole + 1, 1 << 52)
    return whole + 2 if reaches_next else whole + 1


def _is_other(given: np.ndarray[Any, Any], made: np.ndarray[Any, Any]) -> bool:
    """Whether an integer is not what it was, or a finite value became infinite."""
    if given.dtype.kind in "iu":
        large = np.abs(made) > 2 ** (np.finfo(made.dtype).nmant)
        return any(int(m) != g for g, m in zip(given[large].tolist(), made[large].tolist(), strict=True))
    return given.dtype.kind == "f" and given.dtype.itemsize > made.dtype.itemsize and bool((np.isinf(made) & np.isfinite(given)).any())


class FieldSnapshotWriter:
    """Streams snapshots of a grid to a directory; memory does not grow with the run. One per directory.

    path: the run's directory, made by this call. fields, velocities: names; a velocity belongs to a field.
    grid_shape: 1 to 4 axes. dtype: float64 or float32. replace: set a run that is there aside, and delete it at the
    first flush. durable: a flush survives a power loss, else the end of the process. flush_every: snapshots between
    flushes; readers see what is flushed. expected: the count, if known: more are refused, fewer warned about. extra:
    further members of metadata.json. The others are written to metadata.json as they are.

    `close`, or leaving the `with` block, flushes and ends the run. After a failed write the run keeps what was flushed.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, fields: Sequence[str], grid_shape: Sequence[int],
        velocities: Sequence[str] = (), dtype: str = "float64", grid_spacing: Sequence[float] | None = None,
        grid_bounds: Sequence[Sequence[float]] | None = None, periodic: Sequence[bool] | None = None,
        parameters: Mapping[str, float] | None = None, bc_types: Sequence[str] | None = None, dt: float | None = None,
        spec_path: str | None = None, environment: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None, replace: bool = False, durable: bool = True, flush_every: int = 10,
        expected: int | None = None,
    ) -> None:
        members: dict[str, Any] = {
            "version": VERSION, "n_snapshots": 0, "grid_spacing": grid_spacing, "grid_bounds": grid_bounds,
            "grid_shape": list(grid_shape), "periodic": periodic, "parameters": dict(parameters or {}),
            "fields": list(fields), "velocities": list(velocities), "dtype": np.dtype(dtype).name, "bc_types": bc_types,
            "dt": dt, "spec_path": spec_path,
            "environment": dict(environment) if environment is not None else environment_of_this_process()}
        members = {k: v for k, v in members.items() if v is not None}
        if extra is not None and not isinstance(extra, Mapping):
            raise InvalidUseError(f"Cannot describe a run by extra={extra!r}: expected members by name, as a dict")
        for name, value in (extra or {}).items():
            if name in members or name == "crc":
                raise InvalidUseError(f"Cannot describe a run: member {name} has a meaning of its own")
            members[name] = value
        for what, number in (("flush_every", flush_every), ("expected", expected)):
            if number is not None and number < 1:
                raise InvalidUseError(f"Cannot write a run with {what}={number}: 1 is the least")
        try:
            members = plain(members)
            self._description = Description(members)
            self._description.check_for_writing()
            encode(members)
        except ValueError as e:
            raise InvalidUseError(f"Cannot describe a run: {e}") from e
        self.path = path_of(path, "write a run at")
        self._members = members
        self._durable, self._flush_every, self._expected = durable, flush_every, expected
        self._written = self._flushed = 0
        self._last_time = -math.inf
        self._state = "open"
        self._process = os.getpid()
        with output_lock(self.path) as free:  # of two that begin the same run, one looks, makes and locks it before the other looks
            free(self.path.with_name(self.path.name + ".tmp"))
            self._aside = create_directory(self.path, self._description, members, replace)
            self._lock = StoreLock(self.path)
        self._files: list[GrowingNpy] = []
        try:
            self._files.append(GrowingNpy(self.path / TIMES, np.dtype("<f8"), ()))
            for file in self._description.files():
                self._files.append(GrowingNpy(self.path / file, self._description.dtype, self._description.shape))
            for grown in self._files:
                grown.reserve(expected or 0)
        except BaseException:
            self._release()
            raise

    @property
    def count(self) -> int:
        """Snapshots appended, flushed or not."""
        return self._written

    @property
    def flushed_count(self) -> int:
        """Snapshots flushed: what readers see."""
        return self._flushed

    def append(self, time: float, fields: Mapping[str, np.ndarray[Any, Any]],
               velocities: Mapping[str, np.ndarray[Any, Any]] | None = None) -> None:
        """Appends a snapshot, every array in the grid's shape; flushes when one is due.

        Values are converted to the run's dtype (float64 to float32 rounds); integers that it does not hold exactly, finite
        values beyond its range, complex and object arrays are refused. Raises InvalidUseError naming what does not fit, the run unchanged.
        """
        self._require_open("append a snapshot")
        time = self._time(time)
        if not math.isfinite(time):
            raise self._refused(f"the time is {time}, it must be finite")
        if time < self._last_time:
            raise self._refused(f"the time {time} is before the last one, {self._last_time}")
        if self._expected is not None and self._written >= self._expected:
            raise self._refused(f"the run expects {self._expected} in all")
        rows = [np.array(time, "<f8")]
        rows += self._collect("field", self._description.fields, fields)
        rows += self._collect("velocity", self._description.velocities, velocities or {})
        self._state = "failed"  # until every byte is written
        for grown, row in zip(self._files, rows, strict=True):
            grown.write(self._written, row)
        self._written += 1
        self._last_time = time
        self._state = "open"
        if self._written - self._flushed >= self._flush_every:
            self.flush()

    def _time(self, time: Any) -> float:
        try:
            if isinstance(time, (str, bytes, bool, np.bool_)) or not is_one(time) or np.ma.is_masked(time):
                raise TypeError("it is not a number")
            return float(time)
        except (TypeError, ValueError, OverflowError) as e:
            raise self._refused(f"the time is {time!r}, expected a number ({e})") from e

    def _collect(self, kind: str, names: list[str],
                 given: Mapping[str, np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
        rows = []
        if not isinstance(given, Mapping):
            raise self._refused(f"got {type(given).__name__}, expected the {kind} arrays by name, as a dict")
        for name in names:
            if name not in given:
                raise self._refused(f"{kind} {name} is missing")
            check_complete(given[name], f"write {kind} {name}")
            values = array_of(given[name], f"write {kind} {name}")
            if values.shape != self._description.shape:
                raise self._refused(
                    f"{kind} {name} has shape {values.shape}, the grid has {self._description.shape}")
            if values.dtype.kind not in "fiub":
                raise self._refused(f"{kind} {name} is {values.dtype}, the run is {self._description.dtype}")
            with np.errstate(over="ignore"):
                made = np.ascontiguousarray(values, self._description.dtype)
            if _is_other(values, made):
                raise self._refused(f"{kind} {name} is {values.dtype} with a value that {self._description.dtype} cannot hold")
            rows.append(made)
        extra = sorted(set(given) - set(names))
        if extra:
            raise self._refused(f"{kind} {extra[0]} is not part of the run")
        return rows

    def flush(self) -> None:
        """Makes every appended snapshot visible, and durable if the run is: data, headers, metadata (F-5)."""
        self._require_open("flush")
        if self._flushed == self._written:
            return
        self._state = "failed"
        self._force()
        for grown in reversed(self._files):
            grown.count(self._written)
        self._force()
        members = self._members | {"n_snapshots": self._written}
        if self._durable:
            publish_file(self.path / METADATA, encode(members))
        else:
            temporary = self.path / (METADATA + ".tmp")
            temporary.write_bytes(encode(members))
            temporary.rename(self.path / METADATA)
        if self._aside is not None:
            shutil.rmtree(self._aside)
            self._aside = None
        self._members, self._flushed, self._state = members, self._written, "open"

    def _force(self) -> None:
        if self._durable:
            for grown in self._files:
                grown.force()

    def close(self) -> None:
        """Flushes, unless a write has failed, and ends the run; may be called again. In a fork it only closes the files."""
        if self._state == "closed":
            return
        try:
            if self._state == "open" and self._process == os.getpid():
                self.flush()
                if self._expected is not None and self._written != self._expected:
                    warnings.warn(f"{self.path} ends with {self._written} snapshots, {self._expected} were announced",
                                  stacklevel=2)
        finally:
            self._state = "closed"
            self._release()

    def abandon(self) -> None:
        """Ends the run as if it had never begun, as long as nothing was flushed: a run that was set aside is back."""
        if self._state == "closed" or self._flushed or self._process != os.getpid():
            self.close()
            return
        self._state = "closed"
        self._release()
        shutil.rmtree(self.path)
        if self._aside is not None:
            self._aside.rename(self.path)

    def _release(self) -> None:
        for grown in self._files:
            grown.close()
        self._lock.close()

    def _require_open(self, action: str) -> None:
        if self._process != os.getpid():
            raise InvalidUseError(f"Cannot {action}: process {self._process} writes the run {self.path}, and this is a fork, "
                                  f"process {os.getpid()}. One process writes a run; send it what others compute.")
        if self._state != "open":
            why = "is closed" if self._state == "closed" else f"ended at snapshot {self._flushed}, a write failed"
            raise InvalidUseError(f"Cannot {action}: the run {self.path} {why}")

    def _refused(self, finding: str) -> InvalidUseError:
        return InvalidUseError(f"Cannot append snapshot {self._written} to {self.path}: {finding}")

    def __enter__(self) -> FieldSnapshotWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


def from_xarray(dataset: xarray.Dataset, path: str | os.PathLike[str], **options: Any) -> FieldSnapshots:
    """Writes a dataset as a field run, one time after the other, and opens it; what `to_xarray` gives comes back equal.

    Every variable has the dimension `time` and the same 1 to 4 others, and becomes a field; `v_u` is the velocity of `u`.
    Times are numbers, or dates, which become seconds; coordinates are numbers along an axis. options: those of
    FieldSnapshotWriter. The run is there whole when this returns; where it fails, what was there before is there.

    Raises InvalidUseError for what a run cannot hold as it is, and whatever reading the dataset raises.
    """
    write_dataset(dataset, lambda **described: FieldSnapshotWriter(path, **described), options)
    return FieldSnapshots.open(path)


class PdeRecorder:
    """A py-pde tracker callback that streams the states of a simulation into a run.

        with PdeRecorder("run") as recorder:
            equation.solve(state, t_range=20, tracker=[pde.CallbackTracker(recorder, interrupts=0.5)])

    The first state tells fields (its labels), grid and dtype. velocities: {field: label of the field that holds its
    velocity}. options: those of FieldSnapshotWriter, `parameters` and `replace` above all. py-pde is not imported; any
    state with `data`, `grid` and, for collections, `fields` will do.
    """

    def __init__(self, path: str | os.PathLike[str], *, velocities: Mapping[str, str] | None = None,
                 **options: Any) -> None:
        self._path, self._velocities, self._options = path, dict(velocities or {}), options
        self.writer: FieldSnapshotWriter | None = None

    def __call__(self, state: Any, time: float) -> None:
        """Appends one state."""
        arrays = dict(_components(state))
        missing = sorted({*self._velocities, *self._velocities.values()} - set(arrays))
        if missing:
            raise InvalidUseError(f"Cannot record {missing[0]}: the state has {list(arrays)}")
        velocities = {name: arrays[label] for name, label in self._velocities.items()}
        fields = {name: a for name, a in arrays.items() if name not in self._velocities.values()}
        if self.writer is None:
            grid = state.grid
            described: dict[str, Any] = {
                "fields": list(fields), "velocities": list(velocities), "grid_shape": grid.shape,
                "grid_spacing": grid.discretization, "grid_bounds": grid.axes_bounds, "periodic": grid.periodic,
                "dtype": "float32" if state.data.dtype == np.float32 else "float64"}
            self.writer = FieldSnapshotWriter(self._path, **(described | self._options))
        self.writer.append(time, fields, velocities)

    def close(self) -> None:
        """Flushes and ends the run, if a state ever came; may be called again."""
        if self.writer is not None:
            self.writer.close()

    def __enter__(self) -> PdeRecorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


def snapshot_callback(writer: FieldSnapshotWriter, view: Callable[[Any], Mapping[str, np.ndarray[Any, Any]]]
                      ) -> Callable[[float, Any], None]:
    """For any solver loop: `(time, state) -> append`, with a function from the state to its fields."""
    def callback(time: float, state: Any) -> None:
        writer.append(time, view(state))
    return callback


def _components(state: Any) -> Iterable[tuple[str, np.ndarray[Any, Any]]]:
    """The scalar arrays of a py-pde state: one per scalar field, one per component of a vector or tensor."""
    members = list(state.fields) if hasattr(state, "fields") else [state]
    for position, member in enumerate(members):
        default = "field" if len(members) == 1 else f"field_{position}"
        name = re.sub(r"[^A-Za-z0-9_#-]", "_", member.label or default)
        data = np.asarray(member.data)
        axes = len(state.grid.shape)
        for index in np.ndindex(*data.shape[:data.ndim - axes]):
            yield "_".join([name, *map(str, index)]), data[index]
