# SPDX-License-Identifier: Apache-2.0
"""Log, replay and hashes: what was written is what any tick gives back."""

import hashlib

import numpy as np
import pytest
from helpers import SCHEMA, row_by_row, run

import arrow_world as aw
from arrow_world.writer import LogWriter


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "store"
    return path, run(path, 60, seed=20261121, snapshot_every=20)


def test_every_tick_replays_to_the_hashes_the_run_had(made):  # O-7 to O-15, H-1 to H-3
    path, hashes = made
    store = aw.open_store(path)
    for tick, expected in hashes.items():
        world = store.at(tick)
        assert (world.hash_world(), world.resume_hash()) == expected


def test_a_world_before_its_first_tick_is_of_tick_minus_one(tmp_path):  # H-3
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        expected = hashlib.blake2b(bytes.fromhex(live.world.hash_world()) + (2**64 - 1).to_bytes(8, "little"), digest_size=16)
        for table in SCHEMA.tables:
            if table.kind == "row":
                expected.update(bytes(8))
        assert live.world.resume_hash() == expected.hexdigest()


def test_the_vectorised_replay_equals_a_row_by_row_one(made):  # O-7, O-8, O-9, O-13
    path, hashes = made
    log = aw.open_store(path).log()
    for tick in list(hashes)[::7]:
        world = aw.World(SCHEMA)
        world._apply(log.slice(0, int((log.tick <= tick).sum())), log.keys)
        expected = row_by_row(log, tick)
        assert {n: {c: t.stored(c).tolist() for c in t} for n, t in world.tables.items()} == expected


def test_a_tick_in_a_gap_shows_the_tick_before_it_and_outside_is_an_error(made):  # O-15, L-2
    path, hashes = made
    store, ticks = aw.open_store(path), list(hashes)
    gap = next(t for t in range(ticks[-1]) if t not in hashes)
    assert store.at(gap).tick == max(t for t in ticks if t < gap)
    with pytest.raises(aw.InvalidUseError, match=f"at tick {ticks[-1] + 1}: it is outside the committed ticks"):
        store.at(ticks[-1] + 1)
    with pytest.raises(aw.InvalidUseError, match="the last before it is none"):
        aw.open_store(path).at(-1)


def test_snapshots_are_what_replay_gives_and_verify_says_so(made):  # N-5, N-7, L-24
    path, hashes = made
    report = aw.verify(path)
    assert report.ok and report.torn is None and report.snapshots == 3 and report.ticks == 60
    assert report.last_tick == max(hashes)
    for manifest in aw.open_store(path).manifests():
        snapshot = aw.open_store(path).snapshot(manifest.tick)
        assert (snapshot.hash_world(), snapshot.world().resume_hash()) == hashes[manifest.tick]


def test_snapshot_columns_are_views_of_the_file(made):  # N-1, N-6
    path, _ = made
    store = aw.open_store(path)
    snapshot = store.snapshot(store.manifests()[0].tick)
    array = snapshot.tables["creature"]["pos_x"]
    assert not array.flags.owndata and not array.flags.writeable and array.dtype == np.float32
    assert array.__array_interface__["data"][0] % 64 == 0


def test_hash_columns_is_blake2b_over_the_columns(made):  # H-1
    path, hashes = made
    table = aw.open_store(path).at(max(hashes)).tables["creature"]
    digest = hashlib.blake2b(digest_size=16)
    for name in ("name", "pos_x"):
        digest.update(table.stored(name).tobytes())
    assert table.hash_columns(["name", "pos_x"]) == digest.digest()


def test_the_chain_recomputes_and_its_first_link_is_by_hand(made):  # L-14, L-15
    import zlib
    path, _ = made
    log = aw.open_store(path).log()
    assert all(stored == computed for _, _, stored, computed in aw.recompute_chain(log, bytes(8)))
    end = int(log.commits()[0])
    text = b"".join(b"\xff" * 4 if w is None else len(w.encode()).to_bytes(4, "little") + w.encode()
                    for w in log.text[:end])
    parts = [log.tick[:end].tobytes(), log.rid[:end].tobytes(), log.key[:end].astype("<u2").tobytes(),
             log.val[:end].tobytes(), text]
    data = bytes(8) + bytes(8) + end.to_bytes(4, "little") + b"".join(
        zlib.crc32(p).to_bytes(4, "little") for p in parts)
    assert int(log.bits[end]).to_bytes(8, "little") == hashlib.blake2b(data, digest_size=8).digest()
    assert int(log.rid[end]) == end and int(log.key[end]) == 0


def test_the_log_does_not_depend_on_how_it_is_batched(tmp_path):  # L-1, L-8, L-19
    run(tmp_path / "a", 25, seed=4)
    run(tmp_path / "b", 25, seed=4)
    with aw.LiveWorld.resume(tmp_path / "b") as live:
        live.seal()
    a, b = (aw.open_store(tmp_path / n) for n in "ab")
    assert len(list(a.batches())) == 25 > len(list(b.batches()))
    la, lb = a.log(), b.log()
    for name in ("tick", "rid", "key", "bits", "text"):
        assert np.array_equal(getattr(la, name), getattr(lb, name))


def test_ids_are_recycled_from_the_top_of_the_stack_with_their_next_generation(tmp_path):  # O-10, O-11
    schema = aw.Schema((aw.TableSchema("t", gen=True),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as w:
        with w.tick() as t:
            t["t"].insert(4)
        with w.tick() as t:
            t["t"].remove(1), t["t"].remove([3, 1])
            reborn = [t["t"].insert() for _ in range(3)]
    assert [b.id for b in reborn] == [1, 3, 4]  # slot 3 dies first, so 1 is on top
    again = aw.open_store(tmp_path / "s").at(1).tables["t"]
    assert again["id"].tolist() == [0, 2, 1, 3, 4] and again["gen"].tolist() == [0, 0, 1, 1, 0]
    assert again.free == [] and again.next_id == 5


def test_a_value_of_a_dead_entity_does_not_reach_the_one_that_has_its_id_now(tmp_path):  # O-6, O-7, O-11
    schema = aw.Schema((aw.TableSchema("t", columns=(aw.Column("v", "f64", 1),)),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as w:
        with w.tick() as t:
            t["t"].insert()
        with w.tick() as t:
            t["t"].set(0, v=7.0), t["t"].remove(0), t["t"].insert()
    assert [int(k) for k in t.rows.key] == [3, 2, 1, 0]
    assert aw.open_store(tmp_path / "s").at(1).tables["t"]["v"].tolist() == [1.0]


@pytest.mark.parametrize("wrong, message", [
    ([("t.born", 1, 0)], r"the next new id is 0"),
    ([("t.born", 0, 1)], r"generation 1, expected 0"),
    ([("t.died", 0, 0)], r"not live"),
    ([("t.v", 0, 1.0)], r"not live there"),
    ([("t.v", 0, 1.0), ("t.born", 0, 0)], r"not live there"),
    ([("t.born", 0, 0), ("t.died", 0, 0), ("t.v", 0, 1.0)], r"not live there"),
    ([("t.born", 0, 0), ("t.born", 0, 0)], "where it is live"),
    ([("t.born", 0, 0), ("t.born", 1, 0), ("t.died", 0, 0), ("t.died", 1, 0), ("t.born", 0, 1)],
     r"the stack's top is 1"),
    ([("a.born", 1, 0)], r"expected 0"),
    ([("a.w", 0, 1)], r"not live there"),
    ([("t.born", 0, 0), ("p.born", 0, 0), ("t.died", 0, 0)], r"not live in t after tick 0"),
])
def test_a_log_that_contradicts_its_state_is_refused(tmp_path, wrong, message):
    schema = aw.Schema((aw.TableSchema("t", gen=True, columns=(aw.Column("v", "f64"),)),
                        aw.TableSchema("a", "append_only", columns=(aw.Column("w", "u8"),)),
                        aw.TableSchema("p", "presence", of="t")))
    with LogWriter.create(tmp_path / "s", schema) as w:
        for row in wrong:
            w.append(*row)
        w.commit(0)
    with pytest.raises(aw.DamagedFileError, match=message):
        aw.open_store(tmp_path / "s").at(0)
    assert not aw.verify(tmp_path / "s").ok


def test_a_pattern_that_is_no_value_of_its_type_is_refused(tmp_path):  # L-9, L-11
    schema = aw.Schema((aw.TableSchema("a", "append_only", columns=(aw.Column("w", "u8"),)),))
    for bits in (0.5, 256.0, -1.0, -0.0, float("nan")):
        rows = aw.Rows(0, np.zeros(3, "<u8"), np.array([0, 0, 2], "<u4"), np.array([1, 2, 0], "<u2"),
                       np.array([0.0, bits, 0.0]).view("<u8"))
        with pytest.raises(aw.DamagedFileError, match=r"is not a value of u8"):
            aw.World(schema)._apply(rows, [aw.Key(0, "tick.commit", "u64", "bits", "commit"),
                                          aw.Key(1, "a.born", "u32", "value", "born"),
                                          aw.Key(2, "a.w", "u8", "value", "value")])
