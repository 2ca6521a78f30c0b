"""Values as 64-bit patterns and back, exactly (L-9 to L-11)."""

from __future__ import annotations

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
_SIGN = np.uint64(1 << 63)
_EXPONENT = np.uint64(0x7FF << 52)


def encode(type_name: str, values: Any) -> U64:
    """The log patterns of values of a column type; shape (n,), dtype u64.

    Strings are given as their u32 codes. Raises InvalidUseError where a value does not fit its type exactly; a Python
    float given for an f32 column must be exact in 32 bits, so pass np.float32.
    """
    array = np.atleast_1d(np.asarray(values))
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise InvalidUseError(f"Cannot log {type_name} values: got dtype {array.dtype}, shape {array.shape}; "
                              "expected a number or a one-dimensional array of numbers.")
    if type_name == "f64":
        return _exact(array, np.dtype("<f8"), type_name).view("<u8")
    if type_name == "f32":
        return _widen(array if array.dtype == "<f4" else _to_f32(array))
    dtype = DTYPES[type_name]
    if array.dtype.kind == "f" and (type_name in ("u64", "i64") or np.any((array == 0) & np.signbit(array))):
        raise InvalidUseError(f"Cannot log {type_name} values: got floats; expected integers, no -0.0 (L-11).")
    exact = _exact(array, dtype, type_name)
    if type_name == "bool" and np.any(exact > 1):
        raise InvalidUseError("Cannot log bool values: got a number other than 0 and 1.")
    return exact.view("<u8") if dtype.itemsize == 8 else exact.astype("<f8").view("<u8")


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
            if np.array_equal(plain.astype("<f8").view("<u8"), bits):
                return plain  # as nearly always; the rest is for signalling NaNs and what does not fit
        values: Array = _narrow(bits)
        wrong = _widen(values) != bits
    else:
        numbers = bits.view("<f8")
        with np.errstate(invalid="ignore"):
            values = numbers.astype(dtype)
        wrong = values.astype("<f8").view("<u8") != bits
        if type_name == "bool":
            wrong |= values > 1
    if wrong.any():
        raise ValueError(f"the pattern {int(bits[np.argmax(wrong)]):016x} is no {type_name} (L-9, L-11)")
    return values


def _exact(array: Array, dtype: np.dtype[Any], type_name: str) -> Array:
    if array.dtype == dtype:
        return np.ascontiguousarray(array)
    with np.errstate(invalid="ignore", over="ignore"):
        out = array.astype(dtype)
    lost = out.astype(array.dtype) != array
    if array.dtype.kind in "iu" and dtype.kind in "iu":
        lost |= (out < 0) != (array < 0)
    if array.dtype.kind in "iu" and dtype.kind == "f":
        lost |= np.abs(out) > 2.0**53
    if array.dtype.kind == "f" and dtype.kind == "f":
        lost &= ~np.isnan(array)
    if lost.any():
        raise InvalidUseError(f"Cannot log {array[np.argmax(lost)]!r} as {type_name}: it does not fit exactly (L-11).")
    return out


def _to_f32(array: Array) -> Array:
    wide = np.ascontiguousarray(_exact(array, np.dtype("<f8"), "f32")).view("<u8")
    narrow = _narrow(wide)
    lost = _widen(narrow) != wide
    if lost.any():
        raise InvalidUseError(f"Cannot log {array[np.argmax(lost)]!r} as f32: it does not fit exactly; "
                              "pass np.float32 values (L-11).")
    return narrow


def _widen(values: Array) -> U64:
    """f32 to f64 patterns; NaNs on their bits (L-10)."""
    raw = np.ascontiguousarray(values).view("<u4")
    nan = (raw & 0x7FFFFFFF) > 0x7F800000
    with np.errstate(invalid="ignore"):
        bits = np.ascontiguousarray(values).astype("<f8").view("<u8")
    wide = raw.astype("<u8")
    payload = (wide >> np.uint64(31)) << np.uint64(63) | _EXPONENT | (wide & np.uint64(0x7FFFFF)) << np.uint64(29)
    return np.where(nan, payload, bits)


def _narrow(bits: U64) -> Array:
    """f64 patterns to f32, the reverse of `_widen`; what is not exact does not widen back."""
    nan = (bits & ~_SIGN) > _EXPONENT
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        raw = bits.view("<f8").astype("<f4").view("<u4")
    payload = (bits >> np.uint64(63)) << np.uint64(31) | np.uint64(0x7F800000) | (bits >> np.uint64(29)) & np.uint64(
        0x7FFFFF)
    result: Array = np.where(nan, payload.astype("<u4"), raw).astype("<u4").view("<f4")
    return result
