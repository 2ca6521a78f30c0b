# SPDX-License-Identifier: Apache-2.0
"""Values as 64-bit patterns and back, exactly (L-9 to L-11)."""

from __future__ import annotations

import operator
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InvalidUseError

Array = npt.NDArray[Any]
U64 = npt.NDArray[np.uint64]

DTYPES: dict[str, np.dtype[Any]] = {
    "u8": np.dtype("<u1"), "i8": np.dtype("<i1"), "u16": np.dtype("<u2"), "i16": np.dtype("<i2"),
    "u32": np.dtype("<u4"), "i32": np.dtype("<i4"), "u64": np.dtype("<u8"), "i64": np.dtype("<i8"),
    "f32": np.dtype("<f4"), "f64": np.dtype("<f8"), "bool": np.dtype("<u1"), "string": np.dtype("<u4"),
}
_U64, _F64 = struct.Struct("<Q"), struct.Struct("<d")
_MASK, _ONE = (1 << 64) - 1, 0x3FF0 << 48
_RANGES = {name: (int(np.iinfo(d).min), int(np.iinfo(d).max)) for name, d in DTYPES.items()
           if d.kind in "iu" and name not in ("bool", "string")}
_SIGN = np.uint64(1 << 63)
_EXPONENT = np.uint64(0x7FF << 52)


_TAKES = {
    "f32": "np.float32 values, and numbers that float32 holds exactly",
    "f64": "float64 values, and integers that float64 holds exactly", "bool": "True and False",
}


def takes(type_name: str) -> str:
    """What a column of this type takes, for messages."""
    if type_name in _TAKES:
        return _TAKES[type_name]
    info = np.iinfo(DTYPES[type_name])
    return f"integers from {info.min} to {info.max}"


def encode(type_name: str, values: Any, name: str = "") -> U64:
    """The log patterns of values of a column type; shape (n,), dtype u64; memory of their own.

    Strings are given as their u32 codes; name: of the column or key, for messages. Integers go where they fit exactly,
    floats into f64 and, if exact, into f32, np.float32 into f32 alone, bools into bool, which also takes the integers 0
    and 1. Raises InvalidUseError for anything else: nothing is rounded or widened, nulls and masked places are refused.
    """
    dtype = DTYPES[type_name]
    if type(values) is np.ndarray and values.dtype == dtype and values.ndim == 1 and type_name not in ("f32", "bool"):
        return values.copy().view("<u8") if dtype.itemsize == 8 else values.astype("<f8").view("<u8")
    check_complete(values, f"write {name or type_name + ' values'}")
    array = np.atleast_1d(values if isinstance(values, np.ndarray) else _array(type_name, values, name))
    kind, what = array.dtype.kind, name or f"{type_name} values"
    if array.ndim != 1 or kind not in "biuf" and len(array):
        got = "text" if kind in "US" else "objects" if kind == "O" else f"dtype {array.dtype}"
        raise InvalidUseError(f"Cannot write {what}: got {got}, shape {np.shape(values)}; expected a number or a "
                              f"one-dimensional array. The type is {type_name}: it takes {takes(type_name)}.")
    if not len(array):
        return np.empty(0, "<u8")
    if (kind == "b") != (type_name == "bool") and not (type_name == "bool" and kind in "iu"):
        raise _refused(array[0], type_name, what, "a bool column takes it" if kind == "b" else "")
    if type_name == "f32" and array.dtype.itemsize == 4 and kind == "f":
        return widened(np.ascontiguousarray(array, "<f4"))
    if kind == "f" and (type_name not in ("f32", "f64") or array.dtype.itemsize != 8):
        hint = "an f32 column takes it, or convert the values to float64" if array.dtype.itemsize == 4 and (
            type_name == "f64") else "an f64 column takes it, or convert the values to integers"
        raise _refused(array[0], type_name, what, hint)
    if type_name == "f32":
        return widened(_to_f32(array, what))
    if type_name == "f64":
        return _exact(array, np.dtype("<f8"), type_name, what).view("<u8")
    exact = _exact(array, dtype, type_name, what)
    if type_name == "bool" and np.any(exact > 1):
        raise _refused(array[np.argmax(exact > 1)], type_name, what)
    return exact.view("<u8") if exact.itemsize == 8 else exact.astype("<f8").view("<u8")


def encode_one(type_name: str, value: Any, name: str = "") -> int:
    """The log pattern of one value, as `encode`; quicker for plain Python numbers."""
    kind = type(value)
    if kind is float and type_name == "f64":
        return _U64.unpack(_F64.pack(value))[0]  # type: ignore[no-any-return]
    if kind is int and type_name in _RANGES:
        least, most = _RANGES[type_name]
        if least <= value <= most:
            if type_name in ("u64", "i64"):
                return value & _MASK  # type: ignore[no-any-return]
            return _U64.unpack(_F64.pack(float(value)))[0]  # type: ignore[no-any-return]
    elif kind is bool and type_name == "bool":
        return _ONE if value else 0
    bits = encode(type_name, value, name)
    if len(bits) != 1:
        raise InvalidUseError(f"Cannot write {name or type_name + ' values'}: got {len(bits)} values, expected one.")
    return int(bits[0])


def _array(type_name: str, values: Any, name: str) -> Array:
    """Values that are no array as one, with no integer rounded on the way."""
    what = name or f"{type_name} values"
    if isinstance(values, int) and not isinstance(values, bool):
        if not -(1 << 63) <= values < 1 << 64:
            raise _refused(values, type_name, what)
        return np.array(values, "<i8" if values < 1 << 63 else "<u8")
    if not isinstance(values, (list, tuple, range)):
        return array_of(values, f"write {what}")
    kinds = set(map(type, values))
    bools = {k for k in kinds if issubclass(k, (bool, np.bool_))}
    if bools and bools != kinds:
        raise InvalidUseError(f"Cannot write {what}: bools and numbers are mixed in one list. The type is {type_name}: it "
                              f"takes {takes(type_name)}.")
    if kinds and not bools and all(issubclass(k, (int, np.integer)) for k in kinds):
        values = values if kinds == {int} else [int(v) for v in values]
        least, most = min(values), max(values)
        if least < -(1 << 63) or most >= 1 << 64 or least < 0 and most >= 1 << 63:
            raise _refused(least if least < -(1 << 63) or most < 1 << 64 and type_name == "u64" else most, type_name, what)
        return np.array(values, "<i8" if most < 1 << 63 else "<u8")
    array = array_of(values, f"write {what}")
    if array.dtype.kind == "f" and array.ndim == 1 and any(hasattr(k, "__index__") for k in kinds):
        for given, taken in zip(values, array.tolist()):
            whole = _whole(given)
            if whole is not None and whole != taken:
                raise _refused(whole, type_name, what)
    return array


def _whole(value: Any) -> int | None:
    """A value as an int, if it is an integer of any kind."""
    try:
        return operator.index(value)
    except TypeError:
        return None


def is_one(value: Any) -> bool:
    """Whether it is one value, no sequence and no array of one dimension or more."""
    if isinstance(value, (list, tuple, range)):
        return False
    try:
        return np.ndim(value) == 0
    except Exception:  # what gives no array is told where it is used
        return False


def array_of(values: Any, what: str) -> Array:
    """What gives itself as an array; InvalidUseError where that fails. what: what is to be done, for the message."""
    try:
        return np.asarray(values)
    except MemoryError:
        raise
    except Exception as e:  # whoever owns the values raises what he likes
        raise InvalidUseError(f"Cannot {what}: a {type(values).__name__} gives no array: {e}.") from e


def check_complete(given: Any, what: str) -> None:
    """Refuses values and ids of which some are not there: masked places, and nulls of Arrow, Polars and pandas.

    NumPy drops a mask where it makes a plain array of one, and makes NaN of nulls, and floats of integers beside them.
    what: what is to be done, for the message.
    """
    if isinstance(given, np.ma.MaskedArray):
        masked, places = int(np.count_nonzero(np.ma.getmaskarray(given))), given.size
    elif isinstance(given, (list, tuple)):
        if not any(issubclass(k, np.ma.MaskedArray) for k in set(map(type, given))):
            return
        masked, places = sum(bool(np.ma.is_masked(v)) for v in given), len(given)
    else:
        nulls = _null_count(given)
        if nulls:
            raise InvalidUseError(f"Cannot {what}: {nulls} of {len(given)} values are null, and nulls are not taken. Fill "
                                  "them first, or leave them out.")
        return
    if masked:
        raise InvalidUseError(f"Cannot {what}: {masked} of {places} places are masked. Say what stands there, as in "
                              "values.filled(0), or leave them out, as in values.compressed().")


def _null_count(given: Any) -> int:
    """Of a column of another library; NaN of a NumPy column of pandas is a value."""
    count = getattr(given, "null_count", None)
    if callable(count):
        count = count()
    elif count is None and hasattr(given, "isna") and not isinstance(getattr(given, "dtype", np.dtype(int)), np.dtype):
        count = np.count_nonzero(np.asarray(given.isna()))
    return int(count) if isinstance(count, (int, np.integer)) else 0


def _refused(value: Any, type_name: str, what: str, hint: str = "") -> InvalidUseError:
    value = value.item() if isinstance(value, np.generic) else value
    return InvalidUseError(f"Cannot write {value!r} to {what}: the type is {type_name}, which takes {takes(type_name)}"
                           f"{'; ' + hint if hint else ''}.")  # L-11


def decode(type_name: str, bits: U64) -> Array:
    """Column values of log patterns; shape (n,), the type's dtype; strings are their codes.

    Raises ValueError, naming the first pattern that is no value of the type.
    """
    dtype = DTYPES[type_name]
    if dtype.itemsize == 8:
        return bits.view(dtype)
    if type_name == "f32":
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            plain = bits.view("<f8").astype("<f4")
            if (plain.astype("<f8").view("<u8") == bits).all():
                return plain  # as nearly always; the rest is for signalling NaNs and what does not fit
        values: Array = _narrow(bits)
        wrong = widened(values) != bits
    else:
        numbers = bits.view("<f8")
        with np.errstate(invalid="ignore"):
            values = numbers.astype(dtype)
        wrong = values.astype("<f8").view("<u8") != bits
        if type_name == "bool":
            wrong |= values > 1
    if wrong.any():
        raise ValueError(f"the pattern {int(bits[np.argmax(wrong)]):016x} is not a value of {type_name}")  # L-9, L-11
    return values


def _exact(array: Array, dtype: np.dtype[Any], type_name: str, what: str) -> Array:
    if array.dtype == dtype:
        return array.copy()  # the caller may write the next values into the same array
    with np.errstate(invalid="ignore", over="ignore"):
        out = array.astype(dtype)
        lost = out.astype(array.dtype) != array
    if array.dtype.kind in "iu" and dtype.kind in "iu":
        lost |= (out < 0) != (array < 0)
    if array.dtype.kind in "iu" and dtype.kind == "f":
        lost |= np.abs(out) > 2.0**53
    if array.dtype.kind == "f":
        lost &= ~np.isnan(array)
    if lost.any():
        hint = "an i64 or u64 column takes it" if dtype.kind == "f" else ""
        raise _refused(array[np.argmax(lost)], type_name, what, hint)
    return out


def _to_f32(array: Array, what: str) -> Array:
    wide = np.ascontiguousarray(_exact(array, np.dtype("<f8"), "f32", what)).view("<u8")
    narrow = _narrow(wide)
    lost = widened(narrow) != wide
    if lost.any():
        value = array[np.argmax(lost)].item()
        raise _refused(value, "f32", what, f"pass np.float32({value!r}) to round it" if array.dtype.kind == "f" else "")
    return narrow


def widened(values: Array) -> U64:
    """f32 values as f64 patterns; NaNs on their bits (L-10)."""
    raw = np.ascontiguousarray(values).view("<u4")
    nan = (raw & 0x7FFFFFFF) > 0x7F800000
    with np.errstate(invalid="ignore"):
        bits = np.ascontiguousarray(values).astype("<f8").view("<u8")
    wide = raw.astype("<u8")
    payload = (wide >> np.uint64(31)) << np.uint64(63) | _EXPONENT | (wide & np.uint64(0x7FFFFF)) << np.uint64(29)
    return np.where(nan, payload, bits)


def _narrow(bits: U64) -> Array:
    """f64 patterns to f32, the reverse of `widened`; what is not exact does not widen back."""
    nan = (bits & ~_SIGN) > _EXPONENT
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        raw = bits.view("<f8").astype("<f4").view("<u4")
    payload = (bits >> np.uint64(63)) << np.uint64(31) | np.uint64(0x7F800000) | (bits >> np.uint64(29)) & np.uint64(
        0x7FFFFF)
    result: Array = np.where(nan, payload.astype("<u4"), raw).astype("<u4").view("<f4")
    return result
