# SPDX-License-Identifier: Apache-2.0
"""The writer: keys, strings, batches, locks, going on after a close, and stock readers that follow it."""

import random
import subprocess
import sys
import textwrap

import numpy as np
import pyarrow as pa
import pytest
from helpers import SCHEMA, live_file, random_tick, run
from sealing import seal

import arrow_world as aw
from arrow_world.writer import LogWriter


def test_a_new_key_in_the_middle_of_a_log_is_declared_with_its_batch(tmp_path):  # L-3, L-8
    with LogWriter.create(tmp_path / "s", strings=True) as w:
        w.declare_key("x", "f64")
        w.append("x", [0], [1.5]), w.commit(0)
        w.declare_key("word", "string")
        w.append("word", [0, 1], ["a", "b"]), w.append("x", [1], [2.5]), w.commit(1)
        with pytest.raises(aw.InvalidUseError, match=r"Cannot declare x again .*"):
            w.declare_key("x", "u64")
    store = aw.open_store(tmp_path / "s")
    assert [k.name for k in store.keys] == ["tick.commit", "x", "word"] and store.log().keys == tuple(store.keys)
    assert store.log().text.tolist() == [None, None, "a", "b", None, None]
    table = pa.ipc.open_stream(live_file(store.path)).read_all()
    assert table["key"].to_pylist() == ["x", "tick.commit", "word", "word", "x", "tick.commit"]


def test_the_257th_key_begins_a_segment_with_u16_codes(tmp_path):  # L-7, L-16, L-1
    with LogWriter.create(tmp_path / "s") as w:
        for i in range(255):
            w.declare_key(f"k{i}", "u8")
        w.append("k254", 1, 7), w.commit(0)
        w.declare_key("k255", "u8")
        w.append("k255", 1, 8), w.append("k0", 1, 9), w.commit(1)
    store = aw.open_store(tmp_path / "s")
    widths = [pa.ipc.open_stream(s.path).schema.field("key").type.index_type for s in store.segments()]
    assert widths == [pa.uint8(), pa.uint16()] and store.segments()[1].first_seq == 2
    log = store.log()
    assert log.key.tolist() == [255, 0, 256, 1, 0] and log.val[[0, 2, 3]].tolist() == [7, 8, 9]
    assert aw.verify(store.path).ok


def test_keys_are_wide_from_the_start_where_there_are_many(tmp_path):  # L-7
    columns = tuple(aw.Column(f"c{i}", "u8") for i in range(300))
    schema = aw.Schema((aw.TableSchema("a", "append_only", columns=columns),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as live, live.tick() as t:
        t["a"].insert(**{c.name: i % 256 for i, c in enumerate(columns)})
    table = aw.open_store(tmp_path / "s").at(0).tables["a"]
    assert [int(table[c.name][0]) for c in columns] == [i % 256 for i in range(300)]


def test_going_on_in_a_clean_live_segment_equals_never_having_stopped(tmp_path):  # B-2, L-1, L-12, L-15
    hashes = run(tmp_path / "a", 20, seed=8)
    rng, tick = random.Random(8), 0
    live = aw.LiveWorld.create(tmp_path / "b", SCHEMA)
    for i in range(20):
        if i % 6 == 5:
            live.close()
            live = aw.LiveWorld.resume(tmp_path / "b")
            if i == 11:
                live.snapshot()
        with live.tick(tick) as t:
            random_tick(rng, t)
        tick += rng.choice([1, 1, 3])
    live.close()
    assert aw.open_store(tmp_path / "b").at(max(hashes)).resume_hash() == hashes[max(hashes)][1]
    assert np.array_equal(aw.open_store(tmp_path / "a").log().bits, aw.open_store(tmp_path / "b").log().bits)
    assert len(aw.open_store(tmp_path / "b").segments()) == 1 and aw.verify(tmp_path / "b").ok


def test_going_on_after_a_sealed_segment_begins_a_live_one_at_the_next_seq(tmp_path):  # L-16, L-23
    run(tmp_path / "s", 5, seed=1)
    store = aw.open_store(tmp_path / "s")
    seq = store.log().end_seq
    seal(live_file(store.path), store.info.store, True, 0)
    with aw.LiveWorld.resume(store.path) as live:
        world = live.world
        with live.tick() as t:
            t["creature"].insert(name="later")
    assert [s.first_seq for s in store.segments()] == [0, seq]
    assert store.at(world.tick).resume_hash() == world.resume_hash() and aw.verify(store.path).ok


@pytest.mark.parametrize("junk", [-8, -200, b"\0\1", bytes(16) + b"\1", b"\xff" * 4 + bytes(4), b"junk" * 100])
def test_a_torn_live_segment_is_sealed_up_to_its_last_commit_and_gone_on_from(tmp_path, junk):  # L-22, L-23
    hashes = run(tmp_path / "s", 6, seed=1)
    path, store = live_file(tmp_path / "s"), aw.open_store(tmp_path / "s")
    data = path.read_bytes()
    path.write_bytes(data[:junk] if isinstance(junk, int) else data + junk)
    assert store.log().torn is not None
    expected = store.log()
    with aw.LiveWorld.resume(store.path) as live:
        assert live.world.resume_hash() == hashes[live.last_tick][1] and not path.exists()
        with live.tick() as t:
            t["creature"].insert(name="later")
    log = store.log()
    assert [s.sealed for s in store.segments()] == [True, False] and log.torn is None
    assert log.bits[: len(expected)].tolist() == expected.bits.tolist() and aw.verify(store.path).ok


def test_a_live_segment_without_a_whole_tick_is_put_away(tmp_path):  # L-22, L-23
    with LogWriter.create(tmp_path / "s", strings=True) as w:
        w.declare_key("x", "string"), w.append("x", 0, "word"), w.commit(0)
    path = live_file(tmp_path / "s")
    path.write_bytes(path.read_bytes()[:-8])
    with LogWriter.resume(tmp_path / "s") as w:
        assert not path.exists() and w.tick == -1
        w.declare_key("x", "string"), w.append("x", 0, "other"), w.commit(0)
    assert aw.open_store(tmp_path / "s").log().text.tolist() == ["other", None] and aw.verify(tmp_path / "s").ok


def test_a_sealed_log_is_one_stock_file_with_the_same_rows(tmp_path):  # L-20, B-2, B-7
    run(tmp_path / "a", 12, seed=4)
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        live.seal()
        for tick in range(12):
            with live.tick() as t:
                random_tick(random.Random(tick), t)
            if tick == 5:
                live.seal(), live.seal()
        before = aw.open_store(live.path).log()
        live.seal()
    store = aw.open_store(tmp_path / "s")
    log = store.log()
    assert [s.sealed for s in store.segments()] == [True, True] and not list((store.path / "log" / "live").iterdir())
    assert log.bits.tolist() == before.bits.tolist() and log.text.tolist() == before.text.tolist()
    assert aw.verify(store.path).ok and store.at(11).hash_world() == live.world.hash_world()
    tables = [pa.ipc.open_file(s.path).read_all() for s in store.segments()]
    assert pa.concat_tables(tables)["text"].to_pylist() == log.text.tolist()


def test_uncommitted_rows_are_discarded(tmp_path):  # L-14
    with LogWriter.create(tmp_path / "s") as w:
        w.declare_key("x", "u8")
        w.append("x", 0, 1), w.commit(4)
        w.append("x", 0, 2)
        with pytest.raises(aw.InvalidUseError, match=r"Cannot commit tick 4: expected one after 4, below 2\^63 - 1"):
            w.commit(4)
        with pytest.raises(aw.InvalidUseError, match=r"Cannot commit tick 9223372036854775807"):  # L-2
            w.commit(2**63 - 1)
    assert aw.open_store(tmp_path / "s").log().val[:-1].tolist() == [1.0]
    with pytest.raises(aw.InvalidUseError, match="it was closed. Open it again with LiveWorld.resume"):
        w.commit(5)
    w.close()


def test_a_batch_without_its_commit_row_is_hidden_until_that_row_comes(tmp_path):  # L-14, L-22
    from arrow_world.segment_write import LiveSegment
    from arrow_world.segment import SegmentReader
    with LogWriter.create(tmp_path / "s") as w:
        w.declare_key("x", "u8")
        w.commit(0)
    log = aw.open_store(tmp_path / "s").log()
    rows = aw.Rows(1, np.full(2, 5, "<u8"), np.array([3, 1], "<u4"), np.array([1, 0], "<u2"), np.array([2.0, 0]).view("u8"))
    chain = aw.tick_chain(int(log.bits[0]).to_bytes(8, "little"), 5, rows.slice(0, 1))
    rows.bits[1] = int.from_bytes(chain, "little")
    path = live_file(tmp_path / "s")
    with SegmentReader(path, aw.open_store(tmp_path / "s").info.store, False, 0, False) as reader:
        list(reader.batches())
    live = LiveSegment(path, reader._store_id, 0, 2, "u8", False, reader.end, reader.last_crc)
    live.write(rows.slice(0, 1), list(log.keys))
    half = aw.open_store(tmp_path / "s").log()
    assert half.tick.tolist() == [0] and half.torn.reason == "the last rows have no commit row"
    live.write(rows.slice(1, 2), list(log.keys))
    live.close()
    whole = aw.open_store(tmp_path / "s").log()
    assert whole.tick.tolist() == [0, 5, 5] and whole.torn is None and aw.verify(tmp_path / "s").ok


def test_a_second_writer_fails_at_once_and_names_the_holder(tmp_path):  # S-11
    with LogWriter.create(tmp_path / "s") as w:
        with pytest.raises(aw.StoreLockedError, match="this process is writing it already"):
            aw.LiveWorld.resume(tmp_path / "s")
        code = textwrap.dedent("""
            import sys, arrow_world as aw
            try:
                aw.LiveWorld.resume(sys.argv[1])
            except aw.StoreLockedError as e:
                print(e)
        """)
        out = subprocess.run([sys.executable, "-c", code, str(w.path)], capture_output=True, text=True, check=True, encoding="utf-8").stdout
        assert "locked by 'arrow_world (Python), process" in out
    aw.LiveWorld.resume(tmp_path / "s").close()


def test_a_killed_writer_loses_no_acknowledged_tick_and_readers_meet_no_damage(tmp_path):  # L-18, L-22, S-11
    code = textwrap.dedent("""
        import sys
        from arrow_world.writer import LogWriter
        with LogWriter.create(sys.argv[1], strings=True) as w:
            w.declare_key("x", "string")
            for tick in range(100_000):
                w.append("x", range(20), [f"w{tick}"] * 20)
                w.commit(tick)
                print(tick, flush=True)
    """)
    path = tmp_path / "s"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:
        try:
            for _ in range(8):
                acknowledged = int(child.stdout.readline())
                assert aw.open_store(path).log().tick[-1] >= acknowledged
        finally:
            child.kill()
        acknowledged = max([acknowledged, *map(int, child.stdout.read().split("\n")[:-1])])
    log = aw.open_store(path).log()
    assert log.tick[-1] in (acknowledged, acknowledged + 1)
    assert log.text[-21:-1].tolist() == [f"w{log.tick[-1]}"] * 20 and aw.verify(path).ok


@pytest.mark.parametrize("word", ["\ud800", b"x", None, 3])
def test_a_word_that_is_no_text_is_refused(tmp_path, word):  # L-9
    with LogWriter.create(tmp_path / "s", strings=True) as w:
        w.declare_key("x", "string")
        with pytest.raises(aw.InvalidUseError, match=r"Cannot (write|store as) .*(to x: |'x')"):
            w.append("x", 0, [word])


def test_a_store_is_not_created_over_another(tmp_path):  # S-4
    LogWriter.create(tmp_path / "s").close()
    before = (tmp_path / "s" / "store.json").read_bytes()
    with pytest.raises(aw.InvalidUseError, match="there is one already. LiveWorld.resume goes on"):
        LogWriter.create(tmp_path / "s")
    assert (tmp_path / "s" / "store.json").read_bytes() == before


def test_stock_pyarrow_reads_the_live_segment_while_it_grows(tmp_path):  # L-17, L-18, L-19, B-6
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as w:
        path = live_file(tmp_path / "s")
        assert pa.ipc.open_stream(path).read_all().num_rows == 0
        for tick in range(8):
            with w.tick() as t:
                t["creature"].insert(name=f"n{tick}", pos_x=np.float32(0.1))
            with open(path, "r+b") as f:  # what a reader sees in the middle of the next write
                f.seek(0, 2)
                end = f.tell()
                f.write(bytes(8) + b"\x55" * 40)
            table = pa.ipc.open_stream(path).read_all()
            table.validate(full=True)
            log = aw.open_store(tmp_path / "s").log()
            assert table["tick"].to_pylist() == log.tick.tolist() and table["text"].to_pylist() == log.text.tolist()
            assert table["key"].to_pylist() == [log.keys[k].name for k in log.key.tolist()]
            assert table["val"].combine_chunks().to_numpy().tobytes() == log.val.tobytes()
            assert log.torn.offset == end
            with open(path, "r+b") as f:
                f.truncate(end)
    assert table.schema.field("text").nullable and not table.schema.field("tick").nullable


def test_stock_polars_reads_live_segment_and_snapshot(tmp_path):  # L-19, N-1, N-2
    pl = pytest.importorskip("polars")
    run(tmp_path / "s", 12, seed=5, snapshot_every=12)
    store = aw.open_store(tmp_path / "s")
    log = store.log()
    frame = pl.read_ipc_stream(live_file(store.path))
    assert frame["tick"].to_list() == log.tick.tolist() and frame["text"].to_list() == log.text.tolist()
    assert frame["key"].to_list() == [log.keys[k].name for k in log.key.tolist()]
    manifest = store.manifests()[0]
    world = store.at(manifest.tick)
    frame = pl.read_ipc(manifest.path / "creature.arrow")
    assert frame["name"].to_list() == world["creature"]["name"].tolist()
    assert frame["big"].to_list() == world.tables["creature"]["big"].tolist()


def test_stock_pyarrow_reads_every_snapshot_file_without_a_copy(tmp_path):  # N-1 to N-4
    run(tmp_path / "s", 12, seed=5, snapshot_every=12)
    manifest = aw.open_store(tmp_path / "s").manifests()[0]
    world = aw.open_store(tmp_path / "s").at(manifest.tick)
    for name, table in world.tables.items():
        with pa.memory_map(str(manifest.path / f"{name}.arrow")) as source:
            read = pa.ipc.open_file(source).read_all()
            read.validate(full=True)
            assert read.column_names == list(table.columns) and read.num_rows == len(table)
            for column in table:
                chunk = read[column].chunk(0)
                chunk = chunk.indices if pa.types.is_dictionary(chunk.type) else chunk
                assert chunk.to_numpy(zero_copy_only=True).tobytes() == table.stored(column).tobytes()
        if table.schema.kind == "row":
            free = pa.ipc.open_file(manifest.path / f"{name}.free.arrow").read_all()
            assert list(zip(free["id"].to_pylist(), free["gen"].to_pylist())) == table.free_rows()
    words = pa.ipc.open_file(manifest.path / "codebook.arrow").read_all()["word"].to_pylist()
    assert words == world.codebook.words
    assert read is not None and pa.ipc.open_file(manifest.path / "creature.arrow").read_all().schema.field(
        "awake").metadata == {b"aw.type": b"bool"}


@pytest.mark.parametrize("tables, message", [
    (("1st", {}), "not 1 to 100"), (("t", {"kind": "heap"}), "kind 'heap'"),
    (("t", {"columns": (aw.Column("id", "u8"),)}), "no column or event is called id"),
    (("t", {"columns": (aw.Column("born", "u8"),)}), "no column or event is called born"),
    (("tick", {}), "no table is called tick"),
    (("t", {"columns": (aw.Column("x", "f16"),)}), "type 'f16'"),
    (("t", {"kind": "presence", "of": "u"}), "expected a row table"),
    (("t", {"removal": "lazy"}), "removal 'lazy'"),
    (("t", {"columns": (aw.Column("x", "f64", table="t"),)}), "names a table; ids are u32"),
    (("t", {"columns": (aw.Column("x", "u32", table="u"),)}), "names the table 'u', which is not a row table"),
])
def test_a_schema_that_breaks_the_rules_is_refused(tables, message):  # S-5 to S-9
    name, options = tables
    with pytest.raises(aw.InvalidUseError, match=message):
        aw.Schema((aw.TableSchema(name, **options),))


@pytest.mark.parametrize("within", ["log/x", "snapshots/x", "log/live/x", "x"])
def test_no_store_is_made_in_a_store(tmp_path, within):
    aw.LiveWorld.create(tmp_path / "s", aw.Schema(())).close()
    with pytest.raises(aw.InvalidUseError, match="it lies in the store .*s; choose a path outside of it"):
        aw.LiveWorld.create(tmp_path / "s" / within, aw.Schema(()))
    assert aw.open_store(tmp_path / "s").verify()
