# SPDX-License-Identifier: Apache-2.0
"""Tables of anyone's, column by column: what Arrow cannot hold, or only with other values, is told and keeps nothing out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .errors import DamagedFileError, InvalidUseError

_FOREIGN = (pa.ArrowException, ValueError, TypeError, OverflowError, AttributeError, NotImplementedError)
"""What pyarrow, pandas and Polars raise where they do not know what to do with values."""


@dataclass(frozen=True)
class Given:
    """A column as its owner has it: its values, or why Arrow has none of it. extension: its extension type, if it is of
    one; bools: whether its bytes are those of bools (T-21); unit, doc: what it says of itself (S-15)."""

    name: str
    data: pa.ChunkedArray | str
    extension: str = ""
    bools: bool = False
    unit: str = ""
    doc: str = ""


@dataclass(frozen=True)
class ForeignTable:
    """A table of anyone's."""

    rows: int
    columns: list[Given]

    @property
    def names(self) -> list[str]:
        """Of the columns, as they are."""
        return [c.name for c in self.columns]


def damaged(problem: str, file: Path) -> DamagedFileError:
    """What is wrong with a file of others; nothing here mends those."""
    return DamagedFileError(problem, file, remedy="")


def require_file(file: Path) -> None:
    """Refuses directories, FIFOs, which would wait for a writer, and devices, which may have no end."""
    if file.exists() and not file.is_file():
        raise InvalidUseError(f"Cannot import {file}: it is not a regular file.")


def read_file(file: Path) -> ForeignTable:
    """The table of an Arrow file or stream, or a Parquet file.

    Raises DamagedFileError, InvalidUseError for other files, OSError.
    """
    require_file(file)
    with file.open("rb") as f:
        head = f.read(6)
    try:
        found = _table_of(file, head)
        names = found.column_names
    except (pa.ArrowException, OSError, UnicodeDecodeError) as e:
        raise damaged(f"pyarrow cannot read it: {e}", file) from e
    for name, column in zip(names, found.columns):
        problem = _damage(column)
        if problem:
            raise damaged(f"column {name!r} is damaged: {problem}", file)
    return _of_arrow(found)


def _table_of(file: Path, head: bytes) -> pa.Table:
    with pa.OSFile(os.fsencode(file)) as f:
        if head.startswith(b"PAR1"):
            import pyarrow.parquet as pq

            return _as_parquet(pq.ParquetFile(f, page_checksum_verification=True).read())
        if head == b"ARROW1":
            return pa.ipc.open_file(f).read_all()
        if head.startswith(b"\xff\xff\xff\xff"):
            return pa.ipc.open_stream(f).read_all()
    if head.startswith(b"FEA1"):
        raise InvalidUseError(f"Cannot import {file}: it is a Feather file of version 1; write it again as version 2.")
    raise InvalidUseError(f"Cannot import {file}: it is neither an Arrow nor a Parquet file, and not called as CSV text is: "
                          ".csv, .tsv, .txt, or one of these and .gz.")


def _as_parquet(table: pa.Table) -> pa.Table:
    """What the file itself says of its types, where pyarrow puts back what Arrow had said: Parquet knows neither durations
    nor seconds since 1970, nor what Arrow notes of a field."""
    fields, columns = [], []
    for field, column in zip(table.schema, table.columns):
        kind = field.type
        if pa.types.is_duration(kind) or (pa.types.is_timestamp(kind) and kind.unit == "s"):
            kind = pa.int64() if pa.types.is_duration(kind) else pa.timestamp("ms", kind.tz)
            column = column.cast(kind)
        fields.append(pa.field(field.name, kind, field.nullable))
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _damage(column: pa.ChunkedArray) -> str:
    """What is wrong with lengths, and with what points to other bytes: texts, words and runs."""
    kind = column.type
    coded = pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind)
    if pa.types.is_nested(kind) and not coded:
        return ""
    whole = coded or not (pa.types.is_primitive(kind) or pa.types.is_decimal(kind))
    try:
        column.validate(full=whole)
    except (pa.ArrowException, UnicodeDecodeError) as e:
        return str(e)
    return ""


def _of_arrow(table: pa.Table) -> ForeignTable:
    columns = []
    for field, column in zip(table.schema, table.columns):
        noted = field.metadata or {}
        extension = noted.get(b"ARROW:extension:name", b"").decode("utf-8", "replace")
        bools = column.type == pa.uint8() and noted.get(b"aw.type") == b"bool"
        if isinstance(column.type, pa.BaseExtensionType):
            extension = column.type.extension_name
        unit, doc = (noted.get(key, b"").decode("utf-8", "replace") for key in (b"aw.unit", b"aw.doc"))
        columns.append(Given(field.name, column, extension, bools, unit, doc))
    return ForeignTable(table.num_rows, columns)


def read_object(source: Any) -> ForeignTable:
    """The table of a pyarrow Table, a pandas or Polars DataFrame, or whatever else gives an Arrow C stream.

    Raises InvalidUseError for what is no table.
    """
    homes = {c.__module__.split(".")[0] for c in type(source).__mro__}
    library = next((name for name in ("pandas", "polars") if name in homes), "")
    if isinstance(source, pa.RecordBatch):
        found = _of_arrow(pa.Table.from_batches([source]))
    elif isinstance(source, pa.Table):
        found = _of_arrow(source)
    elif library and not hasattr(type(source), "columns"):
        raise InvalidUseError(f"Cannot import a {type(source).__name__}: expected a table, a DataFrame, or a path. Make a "
                              "DataFrame of one column of it: series.to_frame('name').")
    elif library == "polars" and not hasattr(source, "get_column"):
        raise InvalidUseError(f"Cannot import a {type(source).__name__}: it holds no rows yet; use .collect() first.")
    elif library == "pandas":
        found = _of_pandas(source)
    elif library == "polars":
        found = ForeignTable(source.height, [_column(s.name, s.dtype, lambda s=s: _of_polars(s))  # type: ignore[misc]
                                             for s in source.get_columns()])
    elif hasattr(source, "__arrow_c_stream__"):
        try:
            found = _of_arrow(pa.RecordBatchReader.from_stream(source).read_all())
        except MemoryError:
            raise
        except Exception as e:
            raise InvalidUseError(f"Cannot import a {type(source).__name__}: its Arrow stream cannot be read as a table: {e}"
                                  ) from e
    else:
        raise InvalidUseError(f"Cannot import a {type(source).__name__}: expected a table, a DataFrame, or a path.")
    return ForeignTable(found.rows, [_sound(c) for c in found.columns])


def _sound(given: Given) -> Given:
    problem = "" if isinstance(given.data, str) else _damage(given.data)
    return Given(given.name, f"its type is {given.data.type}, and it is damaged: {problem}") if problem else given  # type: ignore[union-attr]


def _column(name: str, dtype: Any, read: Callable[[], pa.ChunkedArray]) -> Given:
    """A column of a DataFrame by itself."""
    try:
        data = read()
    except _FOREIGN as e:
        return Given(name, f"its type is {dtype}, and Arrow cannot take its values: {_first_line(e)}. Convert it first; it "
                           "was not kept")
    extension = data.type.extension_name if isinstance(data.type, pa.BaseExtensionType) else ""
    return Given(name, data, extension)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _of_polars(series: Any) -> pa.ChunkedArray:
    return pa.chunked_array(series) if hasattr(series, "__arrow_c_stream__") else _chunked(series.to_arrow())


def _of_pandas(frame: Any) -> ForeignTable:
    """A DataFrame's columns; an index that has a name is one as well."""
    columns = []
    if any(n is not None for n in frame.index.names):
        for i, title in enumerate(frame.index.names):
            name = f"level_{i}" if title is None else str(title)
            values = frame.index.get_level_values(i).to_series()
            columns.append(_column(name, values.dtype, lambda v=values: _of_series(v)))  # type: ignore[misc]
    for i, title in enumerate(frame.columns):
        series = frame.iloc[:, i]
        columns.append(_column(str(title), series.dtype, lambda s=series: _of_series(s)))  # type: ignore[misc]
    return ForeignTable(len(frame), columns)


def _of_series(series: Any) -> pa.ChunkedArray:
    """NaN of a NumPy float column is a value."""
    values = series.array.to_dense() if hasattr(series.array, "to_dense") else series
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind in "mM":
        made = pa.array(values, from_pandas=True)
        if isinstance(made, pa.DictionaryArray):
            _check_kept(values.cat.categories.tolist(), made.dictionary)
        return _chunked(made)
    if values.dtype.kind != "O":
        plain = np.asarray(values)
        return _chunked(pa.array(plain.astype(plain.dtype.newbyteorder("="))))
    made = pa.array(values, from_pandas=True)
    _check_kept(values.tolist(), made)
    return _chunked(made)


def _check_kept(values: list[Any], made: pa.Array) -> None:
    """Refuses objects that Arrow makes others of: an integer of a bool, a time of another without its zone."""
    if pa.types.is_nested(made.type) or isinstance(made, pa.ChunkedArray):
        return
    bools = pa.types.is_boolean(made.type)
    for row, (given, taken) in enumerate(zip(values, made.to_pylist())):
        if taken is not None and (given != taken or isinstance(given, (bool, np.bool_)) != bools):
            raise ValueError(f"row {row} holds {given!r} among others, which would become {taken!r}")


def _chunked(made: Any) -> pa.ChunkedArray:
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])
