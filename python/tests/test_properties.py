# SPDX-License-Identifier: Apache-2.0
"""Values, ids and whole logs, whatever they are."""

import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from helpers import row_by_row, SCHEMA, random_tick

import arrow_world as aw
from arrow_world.lookup import Lookup
from arrow_world.values import DTYPES, decode, encode

QUICK = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), print_blob=True, database=None)
IDS = st.integers(0, (1 << 32) - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@QUICK
@given(st.sampled_from([t for t in DTYPES if t not in ("bool", "string")]), st.binary(min_size=8, max_size=160))
def test_every_pattern_of_every_type_survives_the_log(type_name, data):  # L-9 to L-11
    dtype = DTYPES[type_name]
    values = np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)
    assert decode(type_name, encode(type_name, values)).tobytes() == values.tobytes()


@QUICK
@given(st.sampled_from(list(DTYPES)), st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=20))
def test_what_decodes_encodes_to_the_same_patterns(type_name, patterns):  # L-9 to L-11
    bits = np.frombuffer(b"".join(patterns), "<u8")
    try:
        values = decode(type_name, bits)
    except ValueError:
        return
    assert encode("u32" if type_name == "string" else type_name, values).tolist() == bits.tolist()


@QUICK
@given(st.lists(st.one_of(IDS, st.integers(0, 300)), unique=True, max_size=200), st.lists(IDS | st.integers(0, 300), max_size=50))
def test_a_lookup_finds_each_id_where_it_is(ids, others):
    lookup = Lookup(np.array(ids, "<u4"))
    wanted = ids + others
    expected = [ids.index(w) if w in ids else -1 for w in wanted]
    assert lookup.slots(np.array(wanted, "<u4")).tolist() == expected


@QUICK
@given(st.lists(st.tuples(IDS, st.floats(), TEXT, st.integers(-(1 << 63), (1 << 63) - 1)), max_size=20,
                unique_by=lambda row: row[0]))
def test_what_is_inserted_is_what_a_reader_finds(tmp_path_factory, rows):
    schema = aw.Schema((aw.TableSchema("t", ids="external", columns=(
        aw.Column("x", "f64"), aw.Column("word", "string"), aw.Column("big", "i64"))),))
    path = tmp_path_factory.mktemp("p") / "s"
    with aw.LiveWorld.create(path, schema, durability="none") as live, live.tick() as t:
        for rid, x, word, big in rows:
            t["t"].insert(id=rid, x=x, word=word, big=big)
    store = aw.open_store(path)
    again = store.at(0)
    assert again.tables["t"]["id"].tolist() == [r[0] for r in rows]
    assert again.tables["t"]["x"].tobytes() == struct.pack(f"<{len(rows)}d", *(r[1] for r in rows))
    assert again["t"]["word"].tolist() == [r[2] for r in rows]
    assert again.tables["t"].to_arrow()["big"].to_pylist() == [r[3] for r in rows]
    assert store.rows(key="t.word").values.tolist() == [r[2] for r in rows] and aw.verify(path).ok


@settings(QUICK, max_examples=15)
@given(st.randoms(use_true_random=False), st.integers(1, 12), st.integers(0, 11))
def test_any_run_replays_in_any_pieces(tmp_path_factory, rng, ticks, cut):  # O-7 to O-15
    path = tmp_path_factory.mktemp("p") / "s"
    with aw.LiveWorld.create(path, SCHEMA, durability="none") as live:
        world = live.world
        for _ in range(ticks):
            with live.tick() as t:
                random_tick(rng, t)
    log = aw.open_store(path).log()
    whole, parts = aw.World(SCHEMA), aw.World(SCHEMA)
    whole._apply(log, log.keys)
    middle = int((log.tick < cut).sum())
    for part in (log.slice(0, middle), log.slice(middle, len(log))):
        parts._apply(part, log.keys)
    assert whole.resume_hash() == parts.resume_hash() == world.resume_hash()
    expected = row_by_row(log, ticks)
    assert {n: {c: t.stored(c).tolist() for c in t} for n, t in whole.tables.items()} == expected


@settings(QUICK, max_examples=10)
@given(st.integers(1, 400), st.integers(1, 3), st.data())
def test_long_runs_and_short_ones_give_the_same_columns(rows, births, data):
    schema = aw.Schema((aw.TableSchema("t", ids="external", columns=(aw.Column("v", "f32"), aw.Column("n", "u16"))),))
    world = aw.World(schema)
    keys = aw.schema.declare(schema)
    held: dict[int, list[float]] = {}
    rids, codes, values = [], [], []
    for rid in range(births):
        rids.append(rid), codes.append(1), values.append(0.0)
        held[rid] = [0.0, 0.0]
    for code in data.draw(st.lists(st.sampled_from([3, 4]), min_size=1, max_size=6)):
        for _ in range(rows):
            rid, value = data.draw(st.integers(0, births - 1)) if rows < 20 else len(rids) % births, float(len(rids) % 1000)
            rids.append(rid), codes.append(code), values.append(value)
            held[rid][code - 3] = value
    n = len(rids)
    log = aw.Rows(0, np.zeros(n + 1, "<u8"), np.array([*rids, n], "<u4"), np.array([*codes, 0], "<u2"),
                  np.array([*values, 0.0]).view("<u8"))
    world._apply(log, keys)
    assert [world.tables["t"]["v"].tolist(), world.tables["t"]["n"].tolist()] == [list(c) for c in zip(*held.values())]


def test_a_long_run_with_one_dead_row_names_it():  # O-7
    schema = aw.Schema((aw.TableSchema("t", ids="external", columns=(aw.Column("v", "f32"),)),))
    n = 70_000
    rid = np.zeros(n + 2, "<u4")
    rid[0], rid[69_000], rid[-1] = 0, 5, n + 1
    key = np.full(n + 2, 3, "<u2")
    key[0], key[-1] = 1, 0
    log = aw.Rows(0, np.zeros(n + 2, "<u8"), rid, key, np.zeros(n + 2, "<u8"))
    with pytest.raises(aw.DamagedFileError, match="seq 69000 sets t.v of row 5, which is not live there"):
        aw.World(schema)._apply(log, aw.schema.declare(schema))
