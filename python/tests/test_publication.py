# SPDX-License-Identifier: Apache-2.0
"""Publishing a store into a folder (P-1 to P-4)."""

from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
import arrow_world.fields

SCHEMA = aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f64"), aw.Column("name", "string"))),))


@pytest.fixture
def store(tmp_path):
    """Ten ticks in three segments, the last one live, and a snapshot."""
    with aw.LiveWorld.create(tmp_path / "store", SCHEMA) as world:
        for i in range(10):
            with world.tick() as t:
                t["ship"].insert(x=float(i), name=f"ship {i}")
            if i in (3, 6):
                world.seal()
        world.snapshot()
    return aw.open_store(tmp_path / "store")


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_published_store_is_the_same_sealed_and_compact_and_never_changes(store, tmp_path):
    expected = [store.at(t).hash_world() for t in range(10)]
    done = store.publish(tmp_path / "public" / "run")
    published = aw.open_store(tmp_path / "public" / "run")
    assert [published.at(t).hash_world() for t in range(10)] == expected and published.verify()
    snapshot = "snapshots/00000000000000000009.v1/"
    assert files(published.path) == ["files.json", "log/00000000000000000000.arrow", *(snapshot + name for name in (
        "codebook.arrow", "manifest.json", "ship.arrow", "ship.free.arrow")), "store.json"]
    sizes = [p.stat().st_size for p in published.path.rglob("*") if p.is_file()]
    assert done == (store.info.store.hex(), 9, 7, sum(sizes), 7, sum(sizes))
    with pytest.raises(aw.InvalidUseError, match="it was published"):
        aw.LiveWorld.resume(published.path)


def test_it_goes_on_where_it_was_interrupted(store, tmp_path):
    whole, part = tmp_path / "whole", tmp_path / "part"
    store.publish(whole)
    store.publish(part)
    (part / "store.json").unlink()
    (part / "log" / "00000000000000000000.arrow").rename(part / "log" / "00000000000000000000.arrow.tmp")
    done = store.publish(part)
    assert done.sent_files == 2 and files(part) == files(whole)
    assert [(part / f).read_bytes() for f in files(part)] == [(whole / f).read_bytes() for f in files(whole)]
    assert store.publish(part).sent_bytes == 0


def test_a_published_store_is_published_on(store, tmp_path):
    store.publish(tmp_path / "one")
    aw.open_store(tmp_path / "one").publish(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two") and aw.verify(tmp_path / "two")


@pytest.mark.parametrize("there, why", [
    ("notes.txt", "notes.txt is there already"),
    ("log/notes.txt", "log/notes.txt is there already"),
    ("files.json", "another publication, with another files.json, is there already"),
])
def test_nothing_is_written_over(store, tmp_path, there, why):
    place = tmp_path / "public"
    (place / there).parent.mkdir(parents=True)
    (place / there).write_text("mine", "utf-8")
    with pytest.raises(aw.InvalidUseError) as e:
        store.publish(place)
    assert str(e.value) == (f"Cannot publish {store.path} to {place}: {why}; a published store is never written over, name an "
                            "empty place.")
    assert files(place) == [there] and (place / there).read_text("utf-8") == "mine"


def test_what_is_no_part_of_it_is_left_alone_and_named(store, tmp_path):
    store.publish(tmp_path / "public")
    (tmp_path / "public" / "log" / "more").write_text("mine", "utf-8")
    with pytest.raises(aw.InvalidUseError, match="log/more is there, which is not part of it; a published store"):
        store.publish(tmp_path / "public")
    (tmp_path / "a file").write_text("mine", "utf-8")
    with pytest.raises(aw.InvalidUseError, match="it is not a folder"):
        store.publish(tmp_path / "a file")


def test_what_arrived_is_compared(store, tmp_path):
    store.publish(tmp_path / "public")
    segment = tmp_path / "public" / "log" / "00000000000000000000.arrow"
    data = bytearray(segment.read_bytes())
    data[200] ^= 1
    segment.write_bytes(data)
    with pytest.raises(aw.DamagedFileError, match=r"what arrived of it has \d+ bytes with CRC-32 .*Delete it there and publish"):
        store.publish(tmp_path / "public")


def test_a_damaged_store_is_not_published(store, tmp_path):
    column = next(store.path.glob("snapshots/*/ship.arrow"))
    data = bytearray(column.read_bytes())
    data[len(data) // 2] ^= 1
    column.write_bytes(data)
    with pytest.raises(aw.DamagedFileError, match="it is not sound, so it is not published"):
        store.publish(tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_fields_and_what_an_import_kept_go_with_it(store, tmp_path):
    with aw.fields.FieldSnapshotWriter(store.path / "fields" / "u", fields=["u"], grid_shape=(2,)) as writer:
        writer.append(0.5, {"u": np.array([1.0, 2.0])})
    (store.path / "unmapped").mkdir()
    (store.path / "unmapped" / "odd.csv").write_text("odd", "utf-8")
    store.publish(tmp_path / "public")
    assert {p.partition("/")[0] for p in files(tmp_path / "public")} == {"files.json", "fields", "log", "snapshots", "store.json",
                                                                         "unmapped"}
    assert aw.verify(tmp_path / "public")


def test_a_run_in_progress_is_not_published(store, tmp_path):
    with aw.LiveWorld.resume(store.path), pytest.raises(aw.StoreLockedError):
        store.publish(tmp_path / "public")
    with pytest.raises(aw.InvalidUseError, match="it lies in the store"):
        store.publish(Path(store.path) / "public")


def test_places_and_names_that_a_publication_cannot_have_are_refused_or_passed_over(store, tmp_path):
    fields = store.path / "fields"
    (fields / "empty").mkdir(parents=True)
    (fields / "r").mkdir()
    for name in ("r/u.npy", "r/LOCK", "r.tmp.lock"):
        (fields / name).write_text("values", "utf-8")
    with pytest.raises(aw.InvalidUseError, match="it lies in the store"):
        store.publish(fields / "place")
    store.publish(tmp_path / "place")
    assert [f for f in files(tmp_path / "place") if f.startswith("fields")] == ["fields/r/u.npy"]
    assert aw.verify(tmp_path / "place").ok
    (fields / "a\\b.npy").write_text("values", "utf-8")
    with pytest.raises(aw.InvalidUseError, match=r"a list of files cannot have the name fields/a\\b.npy; rename it"):
        store.publish(tmp_path / "other")
    assert not (tmp_path / "other").exists()
