# SPDX-License-Identifier: Apache-2.0
"""Recorded pedestrians as worlds: at each frame exactly that frame's people and coordinates, against the raw file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import java_side

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
DATA = ROOT.parent / "shared" / "data" / "pedestrians"
FILES = ["corridor_uni_050.txt", "corridor_uni_180_120.txt"]

Frame = dict[int, tuple[float, ...]]


def raw_frames(path: Path) -> dict[int, Frame]:
    """frame -> id -> (x, y, z), as the file has them."""
    frames: dict[int, Frame] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            person, frame, *coordinates = line.split()
            frames.setdefault(int(frame), {})[int(person)] = tuple(map(float, coordinates))
    return frames


def log_frames(store: Path) -> dict[int, Frame]:
    """The same from the log alone: a dictionary of live rows, copied at each commit."""
    frames: dict[int, Frame] = {}
    live: dict[int, dict[str, float]] = {}
    for path in sorted((store / "log").glob("*.arrow")):
        table = pa.ipc.open_file(path).read_all()
        rows = zip(table["tick"].to_pylist(), table["rid"].to_pylist(), table["key"].to_pylist(), table["val"].to_pylist())
        for tick, rid, key, value in rows:
            name = key.split(".", 1)[1]
            if key == "tick.commit":
                frames[tick] = {r: (v["x"], v["y"], v["z"]) for r, v in live.items()}
            elif name == "born":
                live[rid] = {"x": 0.0, "y": 0.0, "z": 0.0}
            elif name == "died":
                del live[rid]
            else:
                live[rid][name] = value
    return frames


@pytest.mark.parametrize("name", FILES)
def test_the_world_at_each_frame_is_that_frame(name: str, tmp_path: Path) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"the recorded trajectories are not beside the project: {name}")
    store = tmp_path / "store"
    java_side.aw("import", "trajectories", DATA / name, "--columns", "id,tick,x,y,z", "--out", store)
    expected = raw_frames(DATA / name)
    assert len(expected) > 500
    assert log_frames(store) == expected
    java_side.aw("verify", store, "--deep")


def test_a_malformed_line_is_refused_and_leaves_no_store(tmp_path: Path) -> None:
    source = tmp_path / "bad.txt"
    source.write_text("1 1 0.5 0.5 0\n1 2 0.5 oops 0\n", encoding="utf-8")
    store = tmp_path / "store"
    java_side.aw("import", "trajectories", source, "--columns", "id,tick,x,y,z", "--out", store, code=1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.txt"]
