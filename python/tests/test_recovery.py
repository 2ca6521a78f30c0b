# SPDX-License-Identifier: Apache-2.0
"""What is saved of damaged stores; that it is what Java saves is test_odd_stores.py's."""

import shutil

import numpy as np
import pytest

import arrow_world as aw
import arrow_world.fields
from arrow_world.ipc import open_source, read_message

SCHEMA = aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f64"), aw.Column("name", "string"))),))


@pytest.fixture
def store(tmp_path):
    """Thirty ticks of two rows and a commit: two sealed segments and a live one, snapshots at 9 and 19, a field run."""
    with aw.LiveWorld.create(tmp_path / "store", SCHEMA, properties={"seed": "3"}, time=aw.TickTime("0.5", "s")) as world:
        for i in range(30):
            with world.tick() as t:
                t["ship"].insert(x=float(i), name=f"ship {i}")
            if i in (9, 19):
                world.snapshot()
                world.seal("zstd" if i == 9 else "none")
    with aw.fields.FieldSnapshotWriter(tmp_path / "store" / "fields" / "u", fields=["u"], grid_shape=(2,)) as writer:
        writer.append(0.5, {"u": np.array([1.0, 2.0])})
    return aw.open_store(tmp_path / "store")


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(data)


def segments(store):
    return [s.path for s in store.segments()]


def recover(store, tmp_path, tick, lost, complete=False):
    """Recovers a store: what is saved is as it was."""
    whole = aw.open_store(tmp_path / "whole")
    done = aw.recover(store.path, tmp_path / "new")
    new = aw.open_store(tmp_path / "new")
    assert (done.saved.tick, done.rows_lost, done.complete) == (tick, lost, complete), str(done)
    assert new.verify() and new.span()[1] == tick and new.at(tick).resume_hash() == whole.at(tick).resume_hash()
    assert done.verification.ok and done.verification.path == str(tmp_path / "new") and not (new.path / "LOCK").exists()
    assert done.store == new.info.store.hex() != store.info.store.hex() and new.info.time == whole.info.time
    assert new.span()[0] == (0 if new.info.begins is None else new.info.begins.tick)
    return done, new


@pytest.fixture
def damaged(store, tmp_path):
    """The store, and beside it a copy that stays whole."""
    shutil.copytree(store.path, tmp_path / "whole")
    return store


def test_of_a_sound_store_everything_is_saved(damaged, tmp_path):
    done, new = recover(damaged, tmp_path, 29, 0, complete=True)
    assert done.losses == () and str(done) == "saved to tick 29, 0 rows lost"
    assert new.info.properties == {"seed": "3", "recovered_from": damaged.info.store.hex()}
    assert new.log().bits.tolist() == damaged.log().bits.tolist()
    with aw.LiveWorld.resume(new.path) as world, world.tick() as t:
        t["ship"].insert(x=1.0, name="new")
    assert aw.fields.FieldSnapshots.open(new.path / "fields" / "u").field("u")[0].tolist() == [1.0, 2.0]


def test_a_damaged_footer_loses_nothing_but_is_named(damaged, tmp_path):
    flip(segments(damaged)[1], 0.97)
    done, _ = recover(damaged, tmp_path, 29, 0, complete=True)


def test_ticks_before_a_damaged_batch_are_saved(damaged, tmp_path):
    flip(segments(damaged)[2], 0.5)
    done = aw.recover(damaged.path, tmp_path / "new")
    new = aw.open_store(tmp_path / "new")
    assert 19 < done.saved.tick < 29 and done.rows_lost > 0 and not done.complete and new.verify()
    assert new.at(done.saved.tick).hash_world() == aw.open_store(tmp_path / "whole").at(done.saved.tick).hash_world()


def test_what_is_behind_a_damaged_segment_goes_on_from_a_snapshot(damaged, tmp_path):
    flip(segments(damaged)[0], 0.5)
    done, new = recover(damaged, tmp_path, 29, 0)  # nothing tells how many there were
    assert "00000000000000000000.arrow, batch 0" in done.losses[0]
    assert new.span() == (9, 29) and new.info.begins.tick == 9


def test_ticks_behind_a_header_without_its_dictionaries_are_saved(tmp_path):
    with aw.LiveWorld.create(tmp_path / "store", SCHEMA) as world:
        for i in range(10):
            with world.tick() as t:
                t["ship"].insert(x=float(i), name=f"ship {i}")
            if i == 5:
                world.snapshot()
    state = aw.open_store(tmp_path / "store").at(9).resume_hash()
    live = next((tmp_path / "store" / "log" / "live").iterdir())
    with open_source(live) as source:
        schema = read_message(source, 0)
        keys = read_message(source, schema.end)
    data = live.read_bytes()
    live.write_bytes(data[:schema.end] + bytes(keys.end - schema.end) + data[keys.end:])
    done = aw.recover(tmp_path / "store", tmp_path / "new")
    new = aw.open_store(tmp_path / "new")
    assert not done.complete and "the header lacks a dictionary message" in str(done)
    assert new.verify() and new.span() == (5, 9) and new.at(9).resume_hash() == state


def test_a_store_without_its_json_is_known_by_the_rest(damaged, tmp_path):
    (damaged.path / "store.json").unlink()
    done = aw.recover(damaged.path, tmp_path / "new")
    assert done.saved.tick == 29 and done.rows_lost == 0 and "its properties, its tick unit and its time are lost" in done.losses[0]
    assert aw.open_store(tmp_path / "new").at(29).hash_world() == aw.open_store(tmp_path / "whole").at(29).hash_world()


def test_a_segment_under_another_name_is_found(damaged, tmp_path):
    one, two, _ = segments(damaged)
    two.rename(one.with_name("lost and found"))
    recover(damaged, tmp_path, 29, 0, complete=True)


def test_without_its_log_the_latest_state_is_saved(damaged, tmp_path):
    shutil.rmtree(damaged.path / "log")
    done, new = recover(damaged, tmp_path, 19, 79)
    assert done.losses == ("79 rows before seq 79: they do not lead to what follows; what is saved begins with the snapshot of tick 19",)
    assert new.span() == (19, 19)


def test_a_state_that_is_lost_with_its_log_is_told(damaged, tmp_path):
    shutil.rmtree(damaged.path / "log")
    for table in damaged.path.glob("snapshots/*/ship.arrow"):
        flip(table, 0.5)
    done = aw.recover(damaged.path, tmp_path / "new")
    assert done.saved.tick == -1 and not done.complete
    assert "are known to have existed, the log ends at seq 0" in str(done), str(done)


def test_where_nothing_of_a_store_is_nothing_is_made(tmp_path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(aw.DamagedFileError, match="nothing of a store can be read in it: neither store.json, nor the manifest of a "
                                                  "snapshot, nor a batch of a log"):
        aw.recover(tmp_path / "nothing", tmp_path / "new")
    assert [p.name for p in tmp_path.iterdir()] == ["nothing"]


def test_it_is_written_beside_what_is_there(damaged, tmp_path):
    with pytest.raises(aw.InvalidUseError, match="it exists; choose another path"):
        aw.recover(damaged.path, tmp_path / "whole")
    with pytest.raises(aw.InvalidUseError, match="that is inside the store"):
        aw.recover(damaged.path, damaged.path / "new")


def test_a_log_behind_a_link_is_not_followed_and_named_and_a_file_is_no_store(damaged, tmp_path):
    (damaged.path / "log").rename(tmp_path / "elsewhere")
    (damaged.path / "log").symlink_to(tmp_path / "elsewhere")
    done = aw.recover(damaged.path, tmp_path / "new")
    assert any(loss.endswith("log is a link, and links are not followed") for loss in done.losses)
    (tmp_path / "file").touch()
    with pytest.raises(aw.InvalidUseError, match="it is a file, expected the folder of a store"):
        aw.recover(tmp_path / "file", tmp_path / "again")
