# SPDX-License-Identifier: Apache-2.0
"""The files of a gridded run: names, metadata, growing arrays, the directory (docs/fields.md, F-1 ...)."""

from __future__ import annotations

import io
import json
import math
import os
import platform
import re
import shutil
import sys
import tokenize
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from . import jsonfile
from .atomic_files import force_directory, publish_file, write_at
from .errors import ArrowWorldError, DamagedFileError, InvalidUseError, UnsupportedVersionError
from .lock import StoreLock
from .regular import open_regular, read_regular

VERSION = 1
TIMES, METADATA, LOCK = "times.npy", "metadata.json", "LOCK"

_TAIL = re.compile(rb',"crc":"([0-9a-f]{8})"}\n')
_TAIL_BYTES = 19
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_#-]{0,99}")
_MAX_METADATA_BYTES = 16 << 20
_DTYPES: dict[str, np.dtype[Any]] = {"float64": np.dtype("<f8"), "float32": np.dtype("<f4")}


class Description:
    """The members of metadata.json this package relies on, checked. Raises ValueError, or UnsupportedVersionError."""

    def __init__(self, members: dict[str, Any]) -> None:
        version = members.get("version", VERSION)
        if version != VERSION:
            raise UnsupportedVersionError(f"field run version {version!r} is not known to this package ({VERSION} is)")
        self.fields = _strings(members, "fields")
        self.velocities = velocity_names(members)
        shape = members.get("grid_shape")
        if not isinstance(shape, list) or not all(type(d) is int and d > 0 for d in shape):
            raise ValueError(f"grid_shape is {shape!r}, expected positive numbers")
        self.shape: tuple[int, ...] = tuple(shape)
        if not 1 <= len(shape) <= 4:
            raise ValueError(f"grid_shape has {len(shape)} axes, 1 to 4 are allowed")
        dtype = members.get("dtype", "float64")
        if dtype not in _DTYPES:
            raise ValueError(f'dtype is {dtype!r}, expected "float32" or "float64"')
        self.dtype = _DTYPES[dtype]
        count = members.get("n_snapshots")
        if count is not None and (type(count) is not int or count < 0):
            raise ValueError(f"n_snapshots is {count!r}")
        if not self.fields:
            raise ValueError("fields is missing or empty")
        for name in self.fields + self.velocities:
            if not name or len(name) > 100 or any(c < " " or c in "/\\\x7f" for c in name):
                raise ValueError(f"the field name {name!r} is refused: names are at most 100 characters without / and \\")
        files = [TIMES, *self.files()]
        for file in files:
            if files.count(file) > 1:
                raise ValueError(f"two arrays would share the file {file}")
        for name in self.velocities:
            if name not in self.fields:
                raise ValueError(f"velocity {name} belongs to no field")
        for member in ("grid_spacing", "grid_bounds", "periodic", "bc_types"):
            values = members.get(member)
            if values is not None and (not isinstance(values, list) or len(values) not in (0, len(shape))):
                raise ValueError(f"{member} is {values!r}, expected a value for each of {len(shape)} axes")

    def files(self) -> list[str]:
        """All arrays but the times: fields, then velocities."""
        return [f"{name}.npy" for name in self.fields] + [f"v_{name}.npy" for name in self.velocities]

    def check_for_writing(self) -> None:
        for name in self.fields:
            if not _NAME.fullmatch(name):
                raise ValueError(f"the field name {name!r} is refused: names are 1 to 100 of A-Z a-z 0-9 _ # -, the "
                                 "first no digit")
        lower = [file.lower() for file in self.files()]
        if len(set(lower)) != len(lower):
            raise ValueError("file names that differ in case only")


class GrowingNpy:
    """One .npy file whose first dimension grows: rows are written behind the counted ones, then counted (F-4)."""

    def __init__(self, path: Path, dtype: np.dtype[Any], row_shape: tuple[int, ...]) -> None:
        self._dtype, self._row_shape = dtype, row_shape
        self._header = header(dtype, (0, *row_shape))
        self._row_bytes = dtype.itemsize * math.prod(row_shape)
        self._fd = open_regular(path, os.O_RDWR)

    def reserve(self, rows: int) -> None:
        end = len(self._header) + rows * self._row_bytes
        if rows and end > os.fstat(self._fd).st_size:
            os.ftruncate(self._fd, end)

    def write(self, row: int, values: np.ndarray[Any, Any]) -> None:
        data = cast("bytes", values.reshape(-1).view(np.uint8).data)  # a view, nothing is copied
        write_at(self._fd, data, len(self._header) + row * self._row_bytes)

    def count(self, rows: int) -> None:
        """Counts so many rows, by one write of the bytes that change."""
        counted = header(self._dtype, (rows, *self._row_shape))
        changed = [i for i, (a, b) in enumerate(zip(self._header, counted, strict=True)) if a != b]
        if changed:
            write_at(self._fd, counted[changed[0]:changed[-1] + 1], changed[0])
            self._header = counted

    def force(self) -> None:
        os.fdatasync(self._fd) if hasattr(os, "fdatasync") else os.fsync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape})
    return out.getvalue()


def open_npy(path: Path, dtype: np.dtype[Any], row_shape: tuple[int, ...], counted: int | None,
              notes: list[str]) -> np.ndarray[Any, Any]:
    """The array as a read-only map; a header torn in its shape is made up for by the metadata (F-8)."""
    if not path.exists():
        raise DamagedFileError("the file is missing, the metadata name it", path, remedy="")
    ours = header(dtype, (counted or 0, *row_shape))
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, found = read(file)
            offset = file.tell()
        if offset + math.prod(shape) * found.itemsize > path.stat().st_size:
            raise ValueError("the header counts more rows than there are")
    except (ValueError, OverflowError, TypeError, SyntaxError, RecursionError, tokenize.TokenError) as e:
        with os.fdopen(open_regular(path), "rb") as file:
            data = file.read(len(ours))
        same = ours.index(b"'shape': (") + len(b"'shape': (")
        enough = len(ours) + (counted or 0) * dtype.itemsize * math.prod(row_shape) <= path.stat().st_size
        if counted is None or len(data) < len(ours) or data[:same] != ours[:same] or not enough:
            raise DamagedFileError(f"its header does not read: {e}", path, 0, remedy="") from e
        notes.append(f"{path}: its header was cut off in mid-write, {counted} snapshots are by the metadata")
        shape, fortran, found, offset = (counted, *row_shape), False, dtype, len(ours)
    if found != dtype or (fortran and row_shape) or len(shape) == 0 or tuple(shape[1:]) != row_shape:
        raise DamagedFileError(f"its header is {found.str} {shape}, the metadata say {dtype.str} in C order with "
                               f"snapshots of {row_shape}", path, 0, remedy="")
    if shape[0] < (counted or 0):
        notes.append(f"{path}: its header counts {shape[0]} snapshots, the metadata {counted}; the later ones are not shown")  # F-7
    if math.prod(shape) == 0:
        return np.empty(shape, dtype)
    return np.memmap(path, dtype, "r", offset, tuple(shape))


def create_directory(path: Path, description: Description, members: dict[str, Any], replace: bool) -> Path | None:
    """Makes the run's directory, whole at once (F-3); returns where a replaced run was set aside (F-9).

    The caller holds the output's lock, and has made the unfinished name free. Where it fails, the run that was there is there.
    """
    present = sorted(p.name for p in path.iterdir()) if path.exists() else []
    if present and not replace:
        raise InvalidUseError(f"Cannot write a field run to {path}: the directory is not empty ({present[0]}); choose "
                              "another one, or replace the run")
    temporary, aside = path.with_name(path.name + ".tmp"), path.with_name(path.name + ".replaced.tmp")
    if present:
        _check_replaceable(path)
        if aside.exists():
            _check_replaceable(aside)
        StoreLock(path).close()  # nobody writes it now
    try:
        temporary.mkdir(parents=True)
        publish_file(temporary / TIMES, header(np.dtype("<f8"), (0,)))
        for file in description.files():
            publish_file(temporary / file, header(description.dtype, (0, *description.shape)))
        publish_file(temporary / METADATA, encode(members))
        if present and aside.exists() and _snapshots(path) == 0:
            shutil.rmtree(path)  # a replacement that showed nothing; the run set aside still counts
        elif present:
            shutil.rmtree(aside, ignore_errors=True)
            path.rename(aside)
        elif path.exists():
            path.rmdir()
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists() and not path.exists():
            aside.rename(path)
        raise
    force_directory(path.parent)
    return aside if aside.exists() else None


def _check_replaceable(path: Path) -> None:
    """Refuses a directory that holds anything but one run's files (F-9)."""
    try:
        names = {TIMES, METADATA, LOCK, *Description(read_metadata(path / METADATA)).files()}
    except (OSError, ValueError, ArrowWorldError) as e:
        raise InvalidUseError(f"Cannot replace {path}: it is not a field run whose metadata can be read ({e}); move it "
                              "elsewhere") from e
    for file in sorted(path.iterdir()):
        if file.is_dir() or file.name.removesuffix(".tmp") not in names:
            raise InvalidUseError(f"Cannot replace {path}: it holds {file.name}, which is not part of the run; move "
                                  "it elsewhere")


def _snapshots(path: Path) -> int:
    metadata = path / METADATA
    return int(read_metadata(metadata).get("n_snapshots", 1)) if metadata.exists() else 0


def encode(members: dict[str, Any]) -> bytes:
    lines = [f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False, allow_nan=False)}"
             for k, v in members.items() if k != "crc"]
    body = ("{" + ",\n".join(lines)).encode()
    return body + b',"crc":"%08x"}\n' % zlib.crc32(body)


def read_metadata(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _MAX_METADATA_BYTES:
        raise DamagedFileError(f"{path.stat().st_size} bytes of metadata, at most {_MAX_METADATA_BYTES} are read", path,
                               remedy="")
    data = read_regular(path)
    tail = _TAIL.fullmatch(data[-_TAIL_BYTES:])  # other writers have none
    if tail is not None and b"%08x" % zlib.crc32(data[:-_TAIL_BYTES]) != tail[1]:
        raise DamagedFileError("its CRC-32 is not the one it names", path, remedy="")
    try:
        members = jsonfile.parse(data)
    except (ValueError, RecursionError) as e:
        raise DamagedFileError(f"it is not JSON: {e}", path, remedy="") from e
    if not isinstance(members, dict):
        raise DamagedFileError("it is not a JSON object", path, remedy="")
    members.pop("crc", None)
    return members


def velocity_names(members: Mapping[str, Any]) -> list[str]:
    # Older solvers call the list momenta, and newer ones write both.
    return _strings(members, "velocities" if "velocities" in members else "momenta")


def _strings(members: Mapping[str, Any], name: str) -> list[str]:
    values = members.get(name, [])
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise ValueError(f"{name} is {values!r}, expected a list of strings")
    return list(values)


def plain(value: Any) -> Any:
    """NumPy scalars and tuples as JSON has them; ValueError for what JSON has not."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"the name {key!r} is not text")
        return {k: plain(v) for k, v in value.items()}
    if value is not None and not isinstance(value, (str, int, float)):
        raise ValueError(f"{value!r} is not a number, text, list or dict")
    return value


def environment_of_this_process() -> dict[str, str]:
    return {"python": platform.python_version(), "numpy": np.__version__, "os": sys.platform}
