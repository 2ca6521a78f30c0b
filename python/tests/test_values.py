# SPDX-License-Identifier: Apache-2.0
"""Values keep every bit through the log, or are refused when they are appended."""

import numpy as np
import pytest

import arrow_world as aw
from arrow_world.values import DTYPES, decode, encode

F32 = np.array([0x7F800001, 0xFF800001, 0x7FC00000, 0xFFFFFFFF, 0x7FBFFFFF, 0x80000000, 0x00000001, 0x7F800000,
                0x3DCCCCCD], "<u4").view("<f4")
F64 = np.array([0x7FF0000000000001, 0xFFF8000000000123, 0x8000000000000000, 1, 0x7FEFFFFFFFFFFFFF], "<u8").view("<f8")


def test_float_bits_survive_log_snapshot_and_replay(tmp_path):  # L-9, L-10, L-11
    schema = aw.Schema((aw.TableSchema("a", "append_only", columns=(aw.Column("f", "f32"), aw.Column("d", "f64"))),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as w:
        world = w.world
        with w.tick() as t:
            for value in F32:
                t["a"].insert(f=value)
        with w.tick() as t:
            t["a"].write(f=F32[::-1])
            t["a"].set(np.arange(len(F64)), d=F64)
        w.snapshot()
    store = aw.open_store(tmp_path / "s")
    assert store.at(0).tables["a"]["f"].tobytes() == F32.tobytes()
    for tables in (store.at(1).tables, store.snapshot(1).tables, world.tables):
        assert tables["a"]["f"].tobytes() == F32[::-1].tobytes()
        assert tables["a"]["d"].tobytes() == F64.tobytes() + bytes(8 * (len(F32) - len(F64)))


def test_a_signalling_f32_nan_widens_as_the_spec_says():  # L-10
    assert [f"{int(b):016x}" for b in encode("f32", F32[:2])] == ["7ff0000020000000", "fff0000020000000"]


@pytest.mark.parametrize("type_name", ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"])
def test_the_ends_of_every_integer_type_survive(type_name):  # L-9
    info = np.iinfo(DTYPES[type_name])
    values = np.array([info.min, 0, 1, info.max], DTYPES[type_name])
    assert decode(type_name, encode(type_name, values)).tolist() == values.tolist()


@pytest.mark.parametrize("type_name, value", [
    ("u8", 256), ("u8", -1), ("i8", 128), ("u32", 2**32), ("i64", 2**63), ("u64", -1), ("u8", 0.5), ("i32", -0.0),
    ("f64", 2**53 + 1), ("f32", 0.1), ("f32", 2**24 + 1), ("bool", 2), ("u16", float("nan")), ("u64", 1.0),
    ("f32", F64[0]), ("f32", 1e300), ("u8", "7"), ("u8", True), ("i64", [True, 2]), ("bool", 1.0), ("f64", np.float32(0.5)), ("f64", [2**53 + 1, 0.5]),
    ("i64", [2**63, -1]), ("f64", 2**70), ("f32", np.float16(0.5)), ("u8", None), ("f64", "1"), ("f64", 1 + 0j),
])
def test_a_number_that_does_not_fit_is_refused(type_name, value):  # L-11
    with pytest.raises(aw.InvalidUseError, match="Cannot write"):
        encode(type_name, value)


def test_f32_widening_is_exact_for_random_patterns():  # L-10
    raw = np.random.default_rng(7).integers(0, 2**32, 200_000, dtype="u4")
    bits = encode("f32", raw.view("<f4"))
    assert decode("f32", bits).view("<u4").tolist() == raw.tolist()
    real = ~np.isnan(raw.view("<f4"))
    assert np.array_equal(bits.view("<f8")[real], raw.view("<f4")[real].astype("f8"))
