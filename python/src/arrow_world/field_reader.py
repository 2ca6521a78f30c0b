# SPDX-License-Identifier: Apache-2.0
"""Reading runs of gridded fields (docs/fields.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .checks import path_of
from .errors import DamagedFileError, InvalidUseError
from .field_files import METADATA, TIMES, Description, open_npy, read_metadata, velocity_names
from .field_xarray import to_dataset

if TYPE_CHECKING:
    import xarray


class FieldSnapshots:
    """A run opened for reading. Arrays are memory maps, cut to the count of the moment of opening.

    times: (count,) float64. metadata: the members of metadata.json, unknown ones included. notes: what was odd and
    mended while opening.
    """

    def __init__(self, path: Path, metadata: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]],
                 notes: list[str]) -> None:
        self.path = path
        self.metadata = metadata
        self.notes = notes
        self._arrays = arrays
        self.times: np.ndarray[Any, np.dtype[np.float64]] = np.array(arrays[TIMES])
        self.count = len(self.times)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> FieldSnapshots:
        """Opens a run, of ours or of another solver that writes the layout.

        Raises DamagedFileError if a file is missing, does not fit the description, or the times are not in order.
        """
        path = path_of(path, "open the run")
        metadata_path = path / METADATA
        if not metadata_path.exists():
            raise DamagedFileError(f"no field run, {METADATA} is missing", path, remedy="")
        members = read_metadata(metadata_path)
        try:
            description = Description(members)
        except ValueError as e:
            raise DamagedFileError(str(e), metadata_path, remedy="") from e
        notes: list[str] = []
        counted = members.get("n_snapshots")
        arrays = {TIMES: open_npy(path / TIMES, np.dtype("<f8"), (), counted, notes)}
        for file in description.files():
            arrays[file] = open_npy(path / file, description.dtype, description.shape, counted, notes)
        count = min(len(a) for a in arrays.values())
        if counted is not None:
            count = min(count, counted)
        run = cls(path, members, {file: a[:count] for file, a in arrays.items()}, notes)
        bad = np.flatnonzero(~np.isfinite(run.times) | np.r_[False, np.diff(run.times) < 0])
        if bad.size:
            raise DamagedFileError(f"time {bad[0]} is {run.times[bad[0]]}, not finite or before the one it follows; "
                                   "rows from there on may never have been written", path / TIMES, remedy="")
        return run

    @property
    def fields(self) -> list[str]:
        """Names of the fields."""
        return list(self.metadata["fields"])

    @property
    def velocities(self) -> list[str]:
        """Names of the fields whose velocity is stored."""
        return velocity_names(self.metadata)

    def field(self, name: str) -> np.ndarray[Any, Any]:
        """A field as a read-only map of shape (count, *grid_shape); indexing reads what it touches and no more."""
        return self._array("field", name, f"{name}.npy", self.fields)

    def velocity(self, name: str) -> np.ndarray[Any, Any]:
        """A velocity as a read-only map of shape (count, *grid_shape)."""
        return self._array("velocity", name, f"v_{name}.npy", self.velocities)

    def _array(self, kind: str, name: str, file: str, names: list[str]) -> np.ndarray[Any, Any]:
        if name not in names:
            raise InvalidUseError(f"Cannot read {kind} {name} of {self.path}: it has {names}")
        return self._arrays[file]

    def to_xarray(self, chunks: Any = None) -> xarray.Dataset:
        """An xarray.Dataset over the memory maps: fields and `v_` velocities over time and x, y, z, with the cells' centres,
        units and what else the metadata say. chunks: as of Dataset.chunk, which takes dask.
        """
        return to_dataset(self, chunks)

    def index_at(self, time: float) -> int:
        """Index of the last snapshot at or before a time."""
        index = int(np.searchsorted(self.times, time, "right")) - 1
        if index < 0 or time != time:
            raise InvalidUseError(f"Cannot find a snapshot at time {time} of {self.path}: it has none that early")
        return index
