# SPDX-License-Identifier: Apache-2.0
"""NumPy and Java read each other's .npy and .npz bit for bit, in 2,000 random cases and the odd ones."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np

import java_side

DTYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8", "<f4",
          ">f4", "<f8", ">f8"]
CASES = 2000


def random_array(rng: np.random.Generator) -> np.ndarray:
    """Any dtype, byte order, element order and shape; any bits, NaN payloads included."""
    dtype = np.dtype(DTYPES[rng.integers(len(DTYPES))])
    shape = tuple(int(d) for d in rng.integers(0, 6, rng.integers(0, 5)))
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.kind == "b":
        flat = rng.integers(0, 2, count).astype(bool)
    else:
        flat = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype)
    array = flat.reshape(shape)
    return np.asfortranarray(array) if rng.integers(2) else array


def c_order_little_endian(array: np.ndarray) -> np.ndarray:
    """What Java must make of it."""
    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).reshape(array.shape)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def test_random_arrays_of_numpy_come_back_from_java_bit_for_bit(tmp_path: Path) -> None:
    seed = int(os.environ.get("AW_SEED", random.randrange(2**32)))
    print("repeat with AW_SEED =", seed)
    rng = np.random.default_rng(seed)
    given, out = tmp_path / "given", tmp_path / "out"
    given.mkdir()
    out.mkdir()
    arrays = {f"a{i:04}": random_array(rng) for i in range(CASES)}
    for i, (name, array) in enumerate(arrays.items()):
        with (given / f"{name}.npy").open("wb") as file:
            np.lib.format.write_array(file, array, version=[None, (1, 0), (2, 0), (3, 0)][i % 4])
    java_side.run("NpyParityMain", "npy", given, out)
    with np.load(out / "stored.npz") as stored, np.load(out / "deflated.npz") as deflated:
        assert list(stored) == list(deflated) == list(arrays)
        for name, array in arrays.items():
            expected = c_order_little_endian(array)
            for got in (np.load(out / f"{name}.npy"), stored[name], deflated[name]):
                assert same(got, expected), name


def test_archives_of_numpy_come_back_from_java_bit_for_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    arrays = {f"a{i}": random_array(rng) for i in range(50)} | {"päth/of array": np.arange(7.0)}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "given.npz", **arrays)
        out = tmp_path / save.__name__
        (out / "päth").mkdir(parents=True)
        java_side.run("NpyParityMain", "npz", tmp_path / "given.npz", out)
        for name, array in arrays.items():
            assert same(np.load(out / f"{name}.npy"), c_order_little_endian(array)), name


def test_java_writes_the_very_bytes_numpy_writes(tmp_path: Path) -> None:
    given, out = tmp_path / "given", tmp_path / "out"
    given.mkdir()
    out.mkdir()
    arrays = {"a": np.arange(12, dtype="<i4").reshape(3, 4), "b": np.array(2.5), "c": np.zeros((0, 7), "<f4")}
    for name, array in arrays.items():
        np.save(given / f"{name}.npy", array)
    java_side.run("NpyParityMain", "npy", given, out)
    for name in arrays:
        assert (out / f"{name}.npy").read_bytes() == (given / f"{name}.npy").read_bytes()


def test_java_files_map(tmp_path: Path) -> None:
    given, out = tmp_path / "given", tmp_path / "out"
    given.mkdir()
    out.mkdir()
    array = np.asfortranarray(np.arange(5000.0).reshape(50, 100))
    np.save(given / "a.npy", array)
    java_side.run("NpyParityMain", "npy", given, out)
    mapped = np.load(out / "a.npy", mmap_mode="r")
    assert isinstance(mapped, np.memmap) and mapped.offset % 64 == 0 and (mapped[7] == array[7]).all()
