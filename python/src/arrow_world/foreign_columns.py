"""A column of an Arrow table of anyone's as a column of a store (import.md T-5, T-8, T-21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .errors import InvalidUseError
from .values import Array

_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_NUMBERS = {"uint8": "u8", "int8": "i8", "uint16": "u16", "int16": "i16", "uint32": "u32", "int32": "i32", "uint64": "u64",
            "int64": "i64", "float": "f32", "double": "f64"}


@dataclass(frozen=True)
class Column:
    """Values of a store's type; of words, codes into `words`."""

    type: str
    data: Array
    words: list[str] | None = None
    unit: str = ""


def column_of(data: pa.ChunkedArray, fill: Any = None) -> Column | str:
    """The column, or why it is none. fill: the value that stands for nulls, None for none."""
    kind = str(data.type)
    plain = _plain(data)
    if plain is None:
        return f"its type is {kind}, which a table cannot have"
    if pa.types.is_decimal(plain.type):
        return _decimal(plain, fill)
    found = _mapped(plain.type)
    if found is None:
        return f"its type is {kind}, which a table cannot have"
    name, stored, unit = found
    if stored != plain.type:
        plain = plain.cast(stored) if pa.types.is_float16(plain.type) or name == "string" else _viewed(plain, stored)
    if plain.null_count:
        if fill is None:
            return (f"its type is {name}, and {plain.null_count} of {len(plain)} values are null; name a value for them "
                    "with fill=")
        try:
            plain = pc.fill_null(plain, pa.scalar(fill, stored))
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, OverflowError) as e:
            raise InvalidUseError(f"Cannot let {fill!r} stand for nulls of a column of {name}: {e}.") from e
    if name == "string":
        coded = plain.combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        return Column(name, coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist(), unit)
    if name == "bool":
        return Column(name, plain.to_numpy().astype("<u1"), None, unit)
    return Column(name, plain.to_numpy(), None, unit)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column without dictionaries, runs and extensions; None if it is nested."""
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        return None
    if isinstance(kind, pa.BaseExtensionType):
        storage = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
        return pc.not_equal(storage, pa.scalar(0, pa.int8())) if kind.extension_name == "arrow.bool8" else _plain(storage)
    if pa.types.is_dictionary(kind):
        if pa.types.is_nested(kind.value_type) or pa.types.is_dictionary(kind.value_type):
            return None
        return _plain(pa.chunked_array([c.dictionary.take(c.indices) for c in column.chunks], kind.value_type))
    if pa.types.is_run_end_encoded(kind):
        return _plain(pa.chunked_array([pc.run_end_decode(c) for c in column.chunks], kind.value_type))
    return column


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
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
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


def _decimal(column: pa.ChunkedArray, fill: Any) -> Column | str:
    """Unscaled values, if all of them are integers of 64 bits."""
    scale = column.type.scale
    values = []
    if scale < 0:
        return f"its type is {column.type}, which a table cannot have"
    for value in column.to_pylist():
        if value is None:
            if fill is None:
                return f"its type is {column.type}, and {column.null_count} of {len(column)} values are null; name a value for " \
                       "them with fill="
            values.append(int(fill))
            continue
        sign, digits, exponent = value.as_tuple()
        shift = int(exponent) + scale
        number = int("".join(map(str, digits))) * 10 ** max(shift, 0)
        values.append(-number if sign else number)
        if not -(1 << 63) <= values[-1] < 1 << 63:
            return f"its type is {column.type}, and {value} does not fit an integer of 64 bits"
    return Column("i64", np.array(values, "<i8"), None, f"1e-{scale}" if scale else "")
