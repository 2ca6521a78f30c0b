# SPDX-License-Identifier: Apache-2.0
"""The catalogue of a folder of runs, `runs.parquet`: its rows, checked (spec R-8 to R-11)."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DamagedFileError, InvalidUseError
from .parameters import OWN, Value, is_name, text_of_cell
from .regular import open_regular
from .run_files import RunFacts

_ROWS_AT_ONCE = 1024
PUBLISHED = "published"  # the mark of a run that was
STATES = ("waiting", "begun", "done", "failed", "damaged")
"""How far a run can be: not begun; at its last tick; ended; failed or damaged, where `message` says why."""


def require_catalogue(folder: Path) -> None:
    """Raises InvalidUseError where `runs.parquet` is none of ours: nothing that a catalogue may be written over (R-8)."""
    path = folder / "runs.parquet"
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            begin = file.read(4)
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4))
            ends = begin, file.read(4)
    except FileNotFoundError:
        return
    except DamagedFileError as e:
        raise InvalidUseError(f"Cannot write the catalogue {path}: {e.problem}. Move it away.") from e
    try:
        with pq.ParquetFile(path) as parquet:
            ours = {*OWN} <= {*parquet.schema_arrow.names}
    except (pa.ArrowException, OSError):
        ours = b"PAR1" in ends or ends == (b"", b"")  # a damaged catalogue
    if not ours:
        raise InvalidUseError(f"Cannot write the catalogue {path}: something else has this name, which would be lost. Move it away.")
    if is_published(rows_in(folder, path.stat().st_size, [])):
        raise InvalidUseError(f"Cannot write in {folder}: it holds published runs, which never change. Copy its stores into a folder of "
                              "their own.")


def is_published(rows: list[dict[str, Any]]) -> bool:
    return bool(rows) and all(row["mark"] == PUBLISHED for row in rows)


def _holds_published(folder: Path) -> bool:
    """Whether all stores in a folder are published ones."""
    stores = [path for path in folder.iterdir() if (path / "store.json").is_file()]
    return bool(stores) and all((path / "files.json").is_file() for path in stores)


def rows_in(folder: Path, runs: int, warnings: list[str]) -> list[dict[str, Any]]:
    """The catalogue's rows; none where it is missing or damaged (R-8), or has far more rows than there are runs."""
    path = folder / "runs.parquet"
    if not path.is_file() or path.is_symlink():
        return []
    try:
        rows = list(catalogue_rows(path, path.stat().st_size, runs))
        for row in rows:
            facts_of(row), row["mark"], row["run"]
        return rows
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as e:
        if _holds_published(folder):
            raise DamagedFileError(f"{e}. These runs were published, and it alone says which there are", path,
                                   remedy="Publish them anew, to another place.") from e
        warnings.append(f"Damaged file {path}: {e}; the catalogue was passed over, saving it makes it anew")
        return []


def catalogue_rows(source: Any, size: int, runs: int) -> Iterator[dict[str, Any]]:
    """The rows of a catalogue; ValueError where one does not match its checksum (R-10), or it is far too large."""
    with pq.ParquetFile(source) as file:
        _require_small(file.metadata, size, runs)
        number = 0
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                if row["check"] != check_of(row):
                    raise ValueError(f"row {number} does not match its checksum")
                yield row
                number += 1
        if number != file.metadata.num_rows:
            raise ValueError(f"it has {file.metadata.num_rows} rows, and {number} can be read")


def _require_small(said: pq.FileMetaData, size: int, runs: int) -> None:
    """Reads no more than the file's length and the number of runs give reason to."""
    if said.num_rows > 10_000 + 10 * runs:
        raise ValueError(f"it says to have {said.num_rows} rows, and there are {runs} runs")
    total = sum(said.row_group(i).total_byte_size for i in range(said.num_row_groups))
    if total > max(256 << 20, 64 * size):
        raise ValueError(f"it says to hold {total} bytes in {size}")


def check_of(row: dict[str, Any]) -> str:
    """The checksum of a row's cells, its own aside (R-10)."""
    lines = [f"{name}={_shown(value)}\n" for name, value in row.items() if value is not None and name != "check"]
    return f"{zlib.crc32(''.join(lines).encode()):08x}"


def _shown(value: Value) -> str:
    return struct.pack(">d", value).hex() if isinstance(value, float) else text_of_cell(value)


def facts_of(row: dict[str, Any]) -> RunFacts:
    texts = json.loads(row["parameters"])
    if not isinstance(texts, dict) or not all(is_name(name) and isinstance(text, str) for name, text in texts.items()):
        raise ValueError("it is not a catalogue: parameters of a run are not texts by name")
    if row["state"] not in STATES:
        raise ValueError(f"it is not a catalogue: a state is {row['state']!r}")
    return RunFacts(row["state"], row["tick"], row["rows"], row["message"], row["store"], texts)
