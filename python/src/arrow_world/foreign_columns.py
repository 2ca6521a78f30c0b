# SPDX-License-Identifier: Apache-2.0
"""A column of an Arrow table of anyone's as a column of a store (import.md T-5, T-8, T-21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from .codebook import check_word
from .foreign_tables import Given
from .values import Array, decode, encode_one

pc: Any = pyarrow.compute  # whose functions are made when it is imported
KEPT = object()
"""Stands for nulls that stay such."""

_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_NUMBERS = {"uint8": "u8", "int8": "i8", "uint16": "u16", "int16": "i16", "uint32": "u32", "int32": "i32", "uint64": "u64",
            "int64": "i64", "float": "f32", "double": "f64"}


@dataclass(frozen=True)
class Column:
    """Values of a store's type; of words, codes into `words`. nulls: which rows have none, if any has."""

    type: str
    data: Array
    words: list[str] | None = None
    unit: str = ""
    doc: str = ""
    nulls: Array | None = None


def column_of(given: Given, fill: Any = None) -> Column | str:
    """The column, or why it is none.

    fill: the value that stands for nulls, None for none, or KEPT; InvalidUseError where it is no value of the column's type.
    """
    found = _column_of(given, fill)
    return found if isinstance(found, str) else replace(found, unit=found.unit or given.unit, doc=given.doc)


def _column_of(given: Given, fill: Any) -> Column | str:
    if isinstance(given.data, str):
        return given.data
    kind = str(given.data.type)
    try:
        plain = _plain(given.data)
        if plain is not None and given.bools:
            if (pc.max(plain).as_py() or 0) > 1:
                return "its type is bool, and it holds other bytes than 0 and 1"
            plain = plain.cast(pa.bool_())
        if plain is not None and pa.types.is_decimal(plain.type):
            return _decimal(given.name, plain, fill)
        found = None if plain is None else _mapped(plain.type)
        if plain is None or found is None:
            return f"its type is {kind}, which a table cannot have"
        return _stored(given.name, plain, found, fill)
    except (pa.ArrowException, UnicodeDecodeError, KeyError) as e:  # KeyError: a type that pyarrow has no class for
        return f"its type is {kind}, and pyarrow cannot read its values ({e!r:.200})"


def _stored(name: str, plain: pa.ChunkedArray, found: tuple[str, pa.DataType, str], fill: Any) -> Column | str:
    type_name, stored, unit = found
    if stored != plain.type:
        plain = plain.cast(stored) if pa.types.is_float16(plain.type) or type_name == "string" else _viewed(plain, stored)
    nulls, value = None, _default(type_name)
    if plain.null_count:
        if fill is None:
            return (f"its type is {type_name}, and {plain.null_count} of {len(plain)} values are null; name a value for them "
                    "with fill=")
        nulls = plain.is_null().to_numpy()
        if fill is not KEPT:
            value = _filling(type_name, fill, name, unit)
        plain = pc.fill_null(plain, pa.scalar({"string": value, "bool": False}.get(type_name, 0), stored))
    if type_name == "string":
        coded = plain.combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        return Column(type_name, coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist(), unit,
                      nulls=nulls if fill is KEPT else None)
    data = plain.to_numpy()
    if type_name == "bool":
        data = data.astype("<u1")
    if nulls is not None and fill is not KEPT:
        data = np.where(nulls, value, data)
    return Column(type_name, data, None, unit, nulls=nulls if fill is KEPT else None)


def _default(type_name: str) -> Any:
    return "" if type_name == "string" else 0


def _filling(type_name: str, fill: Any, name: str, unit: str) -> Any:
    """What stands for nulls, as a word or in the type's dtype; it must fit exactly (T-3)."""
    what = f"the nulls of column {name!r}" + (f", which holds integers in {unit}" if unit else "")
    if type_name == "string":
        return check_word(fill, what)
    return decode(type_name, np.array([encode_one(type_name, fill, what)], "<u8"))[0]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column without dictionaries, runs, extensions and views; None if it is nested."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        if pa.types.is_dictionary(kind.value_type) or pa.types.is_run_end_encoded(kind.value_type):
            return None
        return _taken(kind.value_type, [(c.values, _places(c)) for c in column.chunks])
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        return None
    if isinstance(kind, pa.BaseExtensionType):
        storage = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
        return pc.not_equal(storage, pa.scalar(0, pa.int8())) if kind.extension_name == "arrow.bool8" else _plain(storage)
    if pa.types.is_dictionary(kind):
        if pa.types.is_nested(kind.value_type) or pa.types.is_dictionary(kind.value_type):
            return None
        return _taken(kind.value_type, [(c.dictionary, c.indices) for c in column.chunks])
    return column.cast(pa.large_string()) if str(kind) == "string_view" else column


def _taken(kind: pa.DataType, chunks: list[tuple[pa.Array, pa.Array]]) -> pa.ChunkedArray | None:
    """The values of a type at places, chunk after chunk."""
    none = _plain(pa.chunked_array([], kind))
    if none is None:
        return None
    parts = []
    for values, places in chunks:
        plain = _plain(pa.chunked_array([values], kind))
        assert plain is not None
        parts += plain.take(places).chunks
    return pa.chunked_array(parts, none.type)


def _places(runs: Any) -> pa.Array:
    """In which run each row is."""
    rows = np.arange(runs.offset, runs.offset + len(runs))
    return pa.array(np.searchsorted(runs.run_ends.to_numpy(), rows, "right"))


def _viewed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([c.view(kind) for c in column.chunks], kind)


def _mapped(kind: pa.DataType) -> tuple[str, pa.DataType, str] | None:
    """Name of the store's type, what it is read as, and its unit."""
    if str(kind) in _NUMBERS:
        return _NUMBERS[str(kind)], kind, ""
    if pa.types.is_float16(kind):
        return "f32", pa.float32(), ""
    if pa.types.is_boolean(kind):
        return "bool", kind, ""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "string", pa.large_string(), ""
    if pa.types.is_timestamp(kind):
        return "i64", pa.int64(), f"{_UNITS[kind.unit]} since 1970-01-01T00:00:00{'Z' if kind.tz else ''}"
    if pa.types.is_date32(kind):
        return "i32", pa.int32(), "days since 1970-01-01"
    if pa.types.is_date64(kind):
        return "i64", pa.int64(), "milliseconds since 1970-01-01"
    if pa.types.is_time(kind):
        name = "i32" if pa.types.is_time32(kind) else "i64"
        return name, pa.int32() if name == "i32" else pa.int64(), f"{_UNITS[kind.unit]} since midnight"
    if pa.types.is_duration(kind):
        return "i64", pa.int64(), _UNITS[kind.unit]
    return None


def _decimal(name: str, column: pa.ChunkedArray, fill: Any) -> Column | str:
    """Unscaled values, if all of them are integers of 64 bits."""
    scale = column.type.scale
    unit = f"1e-{scale}" if scale else ""
    if scale < 0:
        return f"its type is {column.type}, which a table cannot have"
    if column.null_count and fill is None:
        return (f"its type is {column.type}, and {column.null_count} of {len(column)} values are null; name a value for them "
                "with fill=")
    for_null = int(_filling("i64", fill, name, unit)) if column.null_count and fill is not KEPT else 0
    values = []
    for value in column.to_pylist():
        if value is None:
            values.append(for_null)
            continue
        sign, digits, exponent = value.as_tuple()
        shift = int(exponent) + scale
        number = int("".join(map(str, digits))) * 10 ** max(shift, 0)
        values.append(-number if sign else number)
        if not -(1 << 63) <= values[-1] < 1 << 63:
            return f"its type is {column.type}, and {value} does not fit an integer of 64 bits"
    nulls = column.is_null().to_numpy() if column.null_count and fill is KEPT else None
    return Column("i64", np.array(values, "<i8"), None, unit, nulls=nulls)
