# SPDX-License-Identifier: Apache-2.0
"""What stands where an output is made and is not ours is neither deleted nor overwritten."""

import pyarrow as pa
import pytest

import arrow_world
from arrow_world import InvalidUseError, lock

ROWS = pa.table({"id": [1, 2], "x": [1.5, 2.5]})


def outputs(tmp_path):
    from arrow_world.fields import FieldSnapshotWriter

    arrow_world.import_table(ROWS, tmp_path / "s", table="t")
    store = arrow_world.open_store(tmp_path / "s")
    return {"run.tmp": lambda: FieldSnapshotWriter(tmp_path / "run", fields=["u"], grid_shape=[2]),
            ".out.tmp": lambda: arrow_world.import_table(ROWS, tmp_path / "out", table="t"),
            "out.tmp": lambda: store.fork(0, tmp_path / "out")}


@pytest.mark.parametrize("name", [".out.tmp", "out.tmp", "run.tmp"])
def test_a_file_at_the_unfinished_name_is_left_alone(tmp_path, name):
    make = outputs(tmp_path)[name]
    theirs = tmp_path / name
    theirs.write_text("a letter", "utf-8")
    with pytest.raises(InvalidUseError, match="(out|run).tmp stands where it is made, and no interrupted export left it"):
        make()
    assert theirs.read_text("utf-8") == "a letter"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "s"])


@pytest.mark.parametrize("name", [".out.tmp", "out.tmp"])
def test_what_a_killed_writer_left_is_in_nobodys_way(tmp_path, name):
    make = outputs(tmp_path)[name]
    (tmp_path / name).mkdir()
    (tmp_path / "out.tmp.lock").write_text("process 1", "utf-8")
    make()
    assert arrow_world.verify(tmp_path / "out").ok
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "s"]


def test_a_lock_that_was_let_go_meanwhile_tells_nothing_of_what_stands_there(tmp_path, monkeypatch):
    theirs, out = tmp_path / "out.tmp", tmp_path / "out"
    theirs.write_text("a letter", "utf-8")
    first = lock.output_lock(out)
    first.__enter__()
    taking = lock.StoreLock

    def let_go_just_before(store, file):
        first.__exit__(None, None, None)
        monkeypatch.setattr(lock, "StoreLock", taking)
        return taking(store, file)

    monkeypatch.setattr(lock, "StoreLock", let_go_just_before)
    for _ in range(2):
        with pytest.raises(InvalidUseError, match="out.tmp stands where it is made"), lock.output_lock(out) as free:
            free(theirs)
        (tmp_path / "out.tmp.lock").touch()  # of one that is just beginning
    assert theirs.read_text("utf-8") == "a letter"
