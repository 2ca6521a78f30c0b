# SPDX-License-Identifier: Apache-2.0
"""Field runs written and read by Python (docs/fields.md)."""

from __future__ import annotations

import json
import math
import random
import types
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from arrow_world import errors, field_files, fields

META = dict(fields=["phi"], velocities=["phi"], grid_shape=(2, 3), grid_spacing=(0.5, 0.25),
            grid_bounds=((0, 1), (0, 0.75)), periodic=(True, False), parameters={"c": 1.5}, bc_types=("periodic", "wall"),
            dt=0.01, spec_path="wave.json")


def values(index: int, velocity: int) -> np.ndarray:
    """A grid that tells which snapshot it is; never zero."""
    return 1.125 + 100 * index + 10 * velocity + np.arange(6.0).reshape(2, 3)


def append(writer: fields.FieldSnapshotWriter, count: int) -> None:
    for _ in range(count):
        i = writer.count
        writer.append(i * 0.5, {"phi": values(i, 0)}, {"phi": values(i, 1)})


def check(path: Path) -> int:
    """Verifies every value of a run; returns its count."""
    run = fields.FieldSnapshots.open(path)
    for i in range(run.count):
        assert run.times[i] == i * 0.5
        assert (run.field("phi")[i] == values(i, 0)).all()
        assert (run.velocity("phi")[i] == values(i, 1)).all()
    return run.count


def test_a_run_reads_with_numpy_alone_at_every_flush_of_a_running_writer(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", flush_every=3, **META) as writer:
        assert check(tmp_path / "run") == 0
        for i in range(25):
            append(writer, 1)
            mapped = np.load(tmp_path / "run" / "v_phi.npy", mmap_mode="r")
            assert mapped.shape == (writer.flushed_count, 2, 3) == ((i + 1) // 3 * 3, 2, 3)
            assert check(tmp_path / "run") == writer.flushed_count
    assert check(tmp_path / "run") == 25


def test_metadata_come_back_and_unknown_members_are_kept(tmp_path: Path) -> None:
    fields.FieldSnapshotWriter(tmp_path / "run", extra={"solver": {"order": 4}}, **META).close()
    metadata = fields.FieldSnapshots.open(tmp_path / "run").metadata
    assert metadata["solver"] == {"order": 4} and metadata["periodic"] == [True, False]
    assert metadata["grid_bounds"] == [[0, 1], [0, 0.75]] and metadata["n_snapshots"] == 0
    assert json.loads((tmp_path / "run" / "metadata.json").read_text(encoding="utf-8"))["bc_types"] == ["periodic", "wall"]


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (2, 1, 3, 2)])
def test_float32_grids_of_one_to_four_axes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    grid = np.random.default_rng(7).random(shape)
    with fields.FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=shape, dtype="float32") as writer:
        writer.append(0, {"u": grid})
        writer.append(0, {"u": np.asfortranarray(grid)})
    read = fields.FieldSnapshots.open(tmp_path / "run").field("u")
    assert read.dtype == np.float32 and read.shape == (2, *shape)
    assert (read[:] == grid.astype("f4")).all()


def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(tmp_path: Path) -> None:
    writer = fields.FieldSnapshotWriter(tmp_path / "run", expected=2, flush_every=1, **META)
    append(writer, 1)
    before = (tmp_path / "run" / "phi.npy").read_bytes()
    good = {"phi": values(1, 0)}
    for time, f, v, message in [
            (math.nan, good, good, "the time is nan, it must be finite"),
            (-0.1, good, good, "the time -0.1 is before the last one, 0.0"),
            (1, good, {}, "velocity phi is missing"),
            (1, {}, good, "field phi is missing"),
            (1, good | {"chi": values(0, 0)}, good, "field chi is not part of the run"),
            (1, good, {"phi": values(1, 0).T}, r"velocity phi has shape \(3, 2\), the grid has \(2, 3\)"),
            (1, {"phi": values(1, 0) * 1j}, good, "field phi is complex128, the run is float64")]:
        with pytest.raises(errors.InvalidUseError, match=f"Cannot append snapshot 1 to .*run: {message}"):
            writer.append(time, f, v)
    assert (tmp_path / "run" / "phi.npy").read_bytes() == before
    append(writer, 1)
    with pytest.raises(errors.InvalidUseError, match="the run expects 2 in all"):
        append(writer, 1)
    writer.close()
    writer.close()
    with pytest.raises(errors.InvalidUseError, match="is closed"):
        append(writer, 1)
    assert check(tmp_path / "run") == 2


def test_an_existing_run_is_refused_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 4)
    with pytest.raises(errors.InvalidUseError, match="the directory is not empty"):
        fields.FieldSnapshotWriter(tmp_path / "run", **META)
    with fields.FieldSnapshotWriter(tmp_path / "run", replace=True, flush_every=1, **META) as writer:
        assert check(tmp_path / "run.replaced.tmp") == 4
        append(writer, 1)
        assert not (tmp_path / "run.replaced.tmp").exists()
        with pytest.raises(errors.StoreLockedError):
            fields.FieldSnapshotWriter(tmp_path / "run", replace=True, **META)
    assert check(tmp_path / "run") == 1


def test_replacing_a_run_keeps_what_is_not_of_it(tmp_path: Path) -> None:  # F-9
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 4)
    for name in ("run/notes.txt", "run/weights.npy", "run/weights.npy.tmp", "arrays/times.npy", "run.replaced.tmp/times.npy"):
        kept = tmp_path / name
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"mine")
        folder = tmp_path / ("arrays" if "arrays" in name else "run")
        with pytest.raises(errors.InvalidUseError, match="Cannot replace .*move it elsewhere"):
            fields.FieldSnapshotWriter(folder, replace=True, **META)
        assert kept.read_bytes() == b"mine"
        kept.unlink()
    (tmp_path / "run.replaced.tmp").rmdir()
    with fields.FieldSnapshotWriter(tmp_path / "run", replace=True, **META) as writer:
        append(writer, 1)
    assert check(tmp_path / "run") == 1


def test_a_run_shorter_than_announced_warns_and_has_its_true_count(tmp_path: Path) -> None:
    writer = fields.FieldSnapshotWriter(tmp_path / "run", expected=10, **META)
    append(writer, 3)
    with pytest.warns(UserWarning, match="ends with 3 snapshots, 10 were announced"):
        writer.close()
    assert check(tmp_path / "run") == 3
    assert np.load(tmp_path / "run" / "phi.npy").shape == (3, 2, 3)


def test_a_torn_header_is_made_up_for_by_the_metadata(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 11)
    path = tmp_path / "run" / "phi.npy"
    data = bytearray(path.read_bytes())
    assert data[61:63] == b"11"
    for torn in (b"91", b"1,"):
        data[61:63] = torn
        path.write_bytes(data)
        assert check(tmp_path / "run") == 11
        assert "cut off in mid-write" in fields.FieldSnapshots.open(tmp_path / "run").notes[0]
    data[61:63] = b"10"
    path.write_bytes(data)
    run = fields.FieldSnapshots.open(tmp_path / "run")
    assert len(run.times) == 10 and "its header counts 10 snapshots, the metadata 11; the later ones are not shown" in run.notes[0]
    with pytest.raises(errors.InvalidUseError, match="Cannot find a snapshot at time nan"):
        run.index_at(float("nan"))
    data[20] = ord("x")
    path.write_bytes(data)
    with pytest.raises(errors.DamagedFileError, match="its header does not read"):
        fields.FieldSnapshots.open(tmp_path / "run")


def test_every_truncation_is_an_error_of_ours(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 3)
    for name in ("phi.npy", "times.npy", "metadata.json"):
        path = tmp_path / "run" / name
        whole = path.read_bytes()
        for length in range(len(whole) - 1):
            path.write_bytes(whole[:length])
            with pytest.raises(errors.DamagedFileError):
                fields.FieldSnapshots.open(tmp_path / "run")
        path.write_bytes(whole)
    assert check(tmp_path / "run") == 3


def test_every_flipped_bit_of_the_metadata_is_reported(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 1)
    path = tmp_path / "run" / "metadata.json"
    whole = path.read_bytes()
    for bit in range((len(whole) - 19) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(errors.DamagedFileError):
            fields.FieldSnapshots.open(tmp_path / "run")


def test_rows_that_were_never_written_are_not_taken_for_snapshots(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", **META) as writer:
        append(writer, 5)
    np.save(tmp_path / "run" / "times.npy", np.array([0, 0.5, 1, 0, 0]))
    with pytest.raises(errors.DamagedFileError, match="time 3 is 0.0"):
        fields.FieldSnapshots.open(tmp_path / "run")


@pytest.mark.parametrize("bad, message", [
    (dict(fields=[]), "fields is missing or empty"),
    (dict(grid_shape=(1,) * 5), "grid_shape has 5 axes"),
    (dict(grid_spacing=(1,)), "grid_spacing is"),
    (dict(velocities=["w"]), "velocity w belongs to no field"),
    (dict(fields=["times"], velocities=[]), "two arrays would share the file times.npy"),
    (dict(fields=["../u"], velocities=[]), "is refused"),
    (dict(fields=["u", "U"], velocities=[]), "differ in case only"),
    (dict(dtype="int32"), "dtype is 'int32'"),
    (dict(dt=math.nan), "not JSON compliant"),
    (dict(extra={"dtype": 1}), "member dtype has a meaning of its own")])
def test_descriptions_that_make_no_sense_are_refused(tmp_path: Path, bad: dict, message: str) -> None:
    with pytest.raises(errors.InvalidUseError, match=message):
        fields.FieldSnapshotWriter(tmp_path / "run", **(META | bad))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("t_end, interval, expected", [
    (0.3, 0.1, 4), (0.7, 0.1, 8), (1.0, 0.3, 4), (8.0, 0.2, 41), (0.05, 0.1, 1), (0.9, 0.1 + 0.2, 4), (0.29, 0.1, 3)])
def test_snapshot_counts_are_exact(t_end: float, interval: float, expected: int) -> None:
    assert fields.snapshot_count(t_end, interval) == expected


def test_every_decimal_interval_reaches_its_multiples() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    rng = random.Random(seed)
    for _ in range(20_000):
        steps, thousandths = rng.randint(1, 10**6), rng.randint(1, 10**5)
        assert fields.snapshot_count(float(Fraction(steps * thousandths, 1000)), thousandths / 1000) == steps + 1


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_snapshot_counts_of_nonsense_are_refused(bad: float) -> None:
    with pytest.raises(errors.InvalidUseError, match="must be finite and positive"):
        fields.snapshot_count(bad, 1)
    with pytest.raises(errors.InvalidUseError, match="must be finite and positive"):
        fields.snapshot_count(1, bad)


def _state(label: str | None, data: np.ndarray) -> types.SimpleNamespace:
    grid = types.SimpleNamespace(shape=(2, 3), discretization=np.array([0.5, 0.25]),
                                 axes_bounds=((0.0, 1.0), (0.0, 0.75)), periodic=[True, False])
    return types.SimpleNamespace(label=label, data=data, grid=grid)


def test_states_shaped_like_py_pde_are_recorded_with_their_grid(tmp_path: Path) -> None:
    with fields.PdeRecorder(tmp_path / "run", velocities={"phi": "rate"}, parameters={"c": 1.5}) as recorder:
        for i in range(3):
            phi, rate, flow = _state("phi", values(i, 0)), _state("rate", values(i, 1)), _state(
                "my flow", np.stack([values(i, 2), values(i, 3)]))
            both = _state(None, np.concatenate([phi.data, rate.data]))
            both.fields = [phi, rate, flow]
            recorder(both, i * 0.5)
    assert check(tmp_path / "run") == 3
    run = fields.FieldSnapshots.open(tmp_path / "run")
    assert run.fields == ["phi", "my_flow_0", "my_flow_1"] and run.velocities == ["phi"]
    assert (run.field("my_flow_1")[2] == values(2, 3)).all()
    assert run.metadata["grid_spacing"] == [0.5, 0.25] and run.metadata["parameters"] == {"c": 1.5}
    assert run.index_at(0.7) == 1


def test_a_recorder_that_never_saw_a_state_writes_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with fields.PdeRecorder(tmp_path / "run"):
            pass
    assert not list(tmp_path.iterdir())


def test_solver_callbacks_append(tmp_path: Path) -> None:
    with fields.FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=(3,)) as writer:
        callback = fields.snapshot_callback(writer, lambda state: {"u": state})
        callback(0.0, np.zeros(3))
        callback(0.5, np.ones(3))
    assert fields.FieldSnapshots.open(tmp_path / "run").field("u")[1].tolist() == [1, 1, 1]


def test_a_disk_full_at_any_write_leaves_what_was_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, fail_at, died = 0, 0, True
    real = field_files.os.pwrite

    def full(fd: int, data: bytes, offset: int) -> int:
        nonlocal calls
        calls += 1
        if calls > fail_at:
            raise OSError(28, "No space left on device")
        return real(fd, data, offset)

    monkeypatch.setattr(field_files.os, "pwrite", full)
    while died:
        path, calls, flushed, died = tmp_path / f"run{fail_at}", 0, -1, False
        try:
            with fields.FieldSnapshotWriter(path, flush_every=1, **META) as writer:
                flushed = 0
                for _ in range(11):
                    append(writer, 1)
                    flushed = writer.flushed_count
        except OSError:
            died = True
        if flushed >= 0:
            assert flushed <= check(path) <= 11
        else:
            assert not path.exists() or check(path) == 0
        fail_at += 1
    assert fail_at > 60
