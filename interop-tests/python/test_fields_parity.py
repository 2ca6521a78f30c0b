# SPDX-License-Identifier: Apache-2.0
"""Field runs go both ways: Java's read by NumPy while they grow, Python's and the reference run read by Java."""

from __future__ import annotations

import os
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import java_side
from arrow_world import fields


def grid(snapshot: int, array: int) -> np.ndarray:
    """The values FieldParityMain writes."""
    return (snapshot * 1000 + array * 100 + np.arange(60) + 1.0).reshape(3, 4, 5) / 7.0


def test_numpy_reads_a_java_run_at_every_flush_of_the_running_writer(tmp_path: Path) -> None:
    path, total = tmp_path / "run", 110
    child = subprocess.Popen(java_side.command("FieldParityMain", "write", path, total), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True, bufsize=1, encoding="utf-8")
    assert child.stdin and child.stdout
    for appended in range(1, total + 1):
        flushed = int(child.stdout.readline())
        assert flushed == appended // 3 * 3
        maps = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in ("u", "w", "v_w", "times")}
        assert {len(m) for m in maps.values()} == {flushed}
        if flushed:
            for array, name in enumerate(("u", "w", "v_w")):
                assert maps[name][flushed - 1].tobytes() == grid(flushed - 1, array).tobytes()
        assert fields.FieldSnapshots.open(path).count == flushed
        child.stdin.write("\n")
    child.stdin.close()
    assert child.wait(60) == 0
    run = fields.FieldSnapshots.open(path)
    assert run.count == total and run.times.tolist() == [i * 0.1 for i in range(total)]
    for i in range(total):
        assert run.field("u")[i].tobytes() == grid(i, 0).tobytes()
        assert run.velocity("w")[i].tobytes() == grid(i, 2).tobytes()
    assert run.metadata["grid_bounds"] == [[0, 0.3], [-1, 1], [2, 3.5]] and run.metadata["dt"] == 1e-3
    assert run.metadata["periodic"] == [True, False, False] and run.metadata["parameters"] == {"c": 0.1}


def crc(array: np.ndarray) -> str:
    return f"{zlib.crc32(np.ascontiguousarray(array).tobytes()):x}"


def bits(values: np.ndarray) -> list[str]:
    return [f"{b:x}" for b in np.asarray(values, "<f8").view("<u8")]


def expected_report(times: np.ndarray, arrays: dict[str, np.ndarray], velocities: dict[str, np.ndarray]) -> list[str]:
    """What FieldParityMain prints of a run with these values."""
    lines = [f"count {len(times)}", *(f"time {b}" for b in bits(times))]
    for name, array in arrays.items():
        for snapshot in array:
            lines.append(f"field {name} {crc(snapshot)}")
            lines.append(f"slab {name} {crc(snapshot[snapshot.shape[0] // 2][..., 1:3])}")
        lines += [f"point {b}" for b in bits(array[(slice(None), *[-1] * (array.ndim - 1))])]
    for name, array in velocities.items():
        lines += [f"velocity {name} {crc(snapshot)}" for snapshot in array]
    return lines


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_java_reads_a_python_run(tmp_path: Path, dtype: str) -> None:
    rng = np.random.default_rng(3)
    u, v = rng.random((2, 13, 4, 6, 5)).astype(dtype)
    times = np.sort(rng.random(13))
    with fields.FieldSnapshotWriter(tmp_path / "run", fields=["u"], velocities=["u"], grid_shape=(4, 6, 5),
                                    dtype=dtype) as writer:
        for i in range(13):
            writer.append(times[i], {"u": u[i]}, {"u": v[i]})
    report = java_side.run("FieldParityMain", "read", tmp_path / "run")
    assert report.splitlines() == expected_report(times, {"u": u}, {"u": v})


def test_java_reads_the_reference_run() -> None:
    root = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
    run = root.parent / "shared" / "data" / "field-run"
    if not run.is_dir():
        pytest.skip("the reference inputs shared/data/field-run are not here")
    report = java_side.run("FieldParityMain", "read", run)
    assert report.splitlines() == expected_report(
        np.load(run / "times.npy"), {"phi_0": np.load(run / "phi_0.npy")}, {"phi_0": np.load(run / "v_phi_0.npy")})


def test_both_languages_write_the_same_files(tmp_path: Path) -> None:
    child = subprocess.run(java_side.command("FieldParityMain", "write", tmp_path / "java", 12), input="\n" * 12,
                           capture_output=True, text=True, check=True, timeout=60, encoding="utf-8")
    assert child.stdout.splitlines()[-1] == "12"
    with fields.FieldSnapshotWriter(tmp_path / "python", fields=["u", "w"], velocities=["w"], grid_shape=(3, 4, 5),
                                    flush_every=3) as writer:
        for i in range(12):
            writer.append(i * 0.1, {"u": grid(i, 0), "w": grid(i, 1)}, {"w": grid(i, 2)})
    for name in sorted(os.listdir(tmp_path / "python")):
        if name.endswith(".npy"):
            assert (tmp_path / "java" / name).read_bytes() == (tmp_path / "python" / name).read_bytes(), name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_range_of_a_run_is_exported_as_arrays_and_as_rows(tmp_path: Path, dtype: str) -> None:
    rng = np.random.default_rng(5)
    u = rng.normal(size=(6, 70, 300)).astype(dtype)
    v = rng.normal(size=(6, 70, 300)).astype(dtype)
    u[2, 1, 1], u[3, 0, 0] = np.nan, -0.0
    with fields.FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(70, 300), velocities=["u"], dtype=dtype) as writer:
        for i in range(6):
            writer.append(i * 0.5, {"u": u[i]}, {"u": v[i]})
    for ending in ("npz", "parquet", "csv"):
        java_side.aw("export", tmp_path / "run", "--to", ending, "--range", "2..4", "--out", tmp_path / f"out.{ending}")
    arrays = np.load(tmp_path / "out.npz")
    assert arrays["times"].tolist() == [1.0, 1.5, 2.0]
    assert arrays["u"].tobytes() == u[2:5].tobytes() and arrays["v_u"].tobytes() == v[2:5].tobytes()
    table = pq.read_table(tmp_path / "out.parquet")
    frame = pd.read_csv(tmp_path / "out.csv")
    snapshot, first, second = np.meshgrid(range(2, 5), range(70), range(300), indexing="ij")
    for name, want in {"snapshot": snapshot, "axis0": first, "axis1": second, "time": snapshot * 0.5}.items():
        assert (table[name].to_numpy() == want.ravel()).all() and (frame[name] == want.ravel()).all()
    for name, want in {"u": u, "v_u": v}.items():
        assert table[name].to_numpy().tobytes() == want[2:5].tobytes()
        read = frame[name].to_numpy().astype(dtype)
        assert np.array_equal(read, want[2:5].ravel(), equal_nan=True)
    java_side.aw("export", tmp_path / "run", "--to", "npz", "--range", "9..12", "--out", tmp_path / "none", code=2)
    assert not (tmp_path / "none").exists()
