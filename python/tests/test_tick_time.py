# SPDX-License-Identifier: Apache-2.0
"""Units, docs and the time of ticks (store.md S-15 to S-17)."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
from arrow_world import TickTime

SCHEMA = aw.Schema((aw.TableSchema("ship", columns=(
    aw.Column("x", "f64", unit="m", doc="east of the buoy"), aw.Column("open", "bool", doc="the hatch"),
    aw.Column("plain", "i8"))),))


def test_a_time_is_the_nearest_float_to_the_exact_one() -> None:
    time = TickTime("1/30", "s", zero="-0.5")
    assert [time.at(t) for t in (0, 1, 15, 30)] == [-0.5, 1 / 30 - 0.5, 0.0, 0.5]
    assert TickTime("0.1", "s").at(3) == 0.3 and TickTime("0.1", "s").at((1 << 63) - 1) == ((1 << 63) - 1) / 10


def test_every_time_leads_back_to_its_tick() -> None:
    seed = 20261130
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(400):
        step = chance.choice([f"1/{chance.randrange(1, 1000)}", f"0.{chance.randrange(1, 10**6):06d}", str(chance.randrange(1, 99))])
        time = TickTime(step, "s", zero=str(chance.choice([0, -7, "12.5", 1_000_000])))
        tick = chance.randrange(1 << chance.randrange(1, 30))
        exact = Fraction(time.zero) + tick * Fraction(time.step)
        assert time.tick(time.at(tick)) == tick and time.tick(exact) == tick and time.at(tick) == float(exact)


def test_a_time_between_two_ticks_is_refused_and_both_are_named() -> None:
    time = TickTime("0.01", "s")
    with pytest.raises(aw.InvalidUseError, match=r"no tick at time 0.405: tick 40 is at 0.4.* s, tick 41 at 0.4.* s; give"):
        time.tick(0.405)
    with pytest.raises(aw.InvalidUseError, match="no tick at time -1: it is before tick 0, which is at 0 s"):
        time.tick(-1)
    with pytest.raises(aw.InvalidUseError, match="no tick at time 1e[+]300: it is behind all ticks"):
        time.tick(1e300)
    with pytest.raises(aw.InvalidUseError, match="no tick at time 0.1"):
        time.tick(np.float32(0.1))
    with pytest.raises(aw.InvalidUseError, match="no tick at time 0.3333"):
        TickTime("1/3", "s").tick(Decimal("0.3333"))
    for wrong in (float("nan"), float("inf"), Decimal("NaN"), Decimal("1e20000"), "0.4", True, None):
        with pytest.raises(aw.InvalidUseError):
            time.tick(wrong)


def test_ticks_that_a_float_cannot_tell_apart_are_asked_for_by_decimals() -> None:
    time = TickTime("0.000000001", "s", zero="1700000000")
    with pytest.raises(aw.InvalidUseError, match="which tick is at time 1700000000.0: ticks 0 and 1 are"):
        time.tick(1.7e9)
    assert time.tick(Decimal("1700000000.000000007")) == 7


def test_instants_are_nanoseconds_and_lead_back() -> None:
    time = TickTime("1/30", "s", since="2026-11-30T12:00:00.125Z")
    assert time.instant(1) == np.datetime64("2026-11-30T12:00:00.158333333", "ns")
    assert time.tick(time.instant(7)) == 7 and time.tick(datetime(2026, 11, 30, 12, 0, 1, 125000, timezone.utc)) == 30
    assert time.tick(datetime(2026, 11, 30, 13, 0, 1, 125000, timezone(timedelta(hours=1)))) == 30
    assert TickTime("1", "d", since="0001-01-01T00:00:00Z").tick(np.datetime64("2000-01-01")) == 730_119
    with pytest.raises(aw.InvalidUseError, match="no zone"):
        time.tick(datetime(2026, 11, 30))
    with pytest.raises(aw.InvalidUseError, match="not since one"):
        TickTime("1", "s").instant(0)
    with pytest.raises(aw.InvalidUseError, match="does not hold it"):
        TickTime("1", "d", since="2026-11-30T00:00:00Z").instant(1 << 40)


@pytest.mark.parametrize("wrong", [
    {"step": "0"}, {"step": "-1"}, {"step": "1e3"}, {"step": "01"}, {"step": "1/0"}, {"step": "\u0661"}, {"step": 0.5},
    {"step": "1" * 401}, {"zero": "+1"}, {"zero": "-1/2"}, {"unit": ""}, {"unit": "x" * 101}, {"unit": "\ud800"},
    {"unit": "month", "since": "2026-11-30T00:00:00Z"}, {"since": "2026-11-30"}, {"since": "2026-02-30T00:00:00Z"},
    {"since": "2026-11-30T24:00:00Z"}, {"since": "0000-11-30T00:00:00Z"}, {"since": "2026-11-30T23:59:60Z"}])
def test_what_is_no_time_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(aw.InvalidUseError):
        TickTime(**{"step": "1", "unit": "s", **wrong})  # type: ignore[arg-type]


def test_units_docs_and_time_travel_with_a_store(tmp_path: Path) -> None:
    time = TickTime("0.5", "h", since="2026-11-30T12:00:00Z")
    with aw.LiveWorld.create(tmp_path / "run", SCHEMA, time=time) as world:
        for i in range(3):
            with world.tick() as t:
                t["ship"].insert(x=float(i))
        folder = world.snapshot()
    store = aw.open_store(tmp_path / "run")
    assert store.info.time == time and store.time(2) == 1.0 and store.at_time(1.0).tick == 2
    assert len(store.at_time(datetime(2026, 11, 30, 12, 30, tzinfo=timezone.utc))["ship"]) == 2
    with pytest.raises(aw.InvalidUseError, match="tick 1 is at 0.5 h, tick 2 at 1 h"):
        store.at_time(0.75)
    column = store.schema.table("ship").columns[0]
    assert (column.unit, column.doc) == ("m", "east of the buoy")
    for schema in (pa.ipc.open_file(folder / "ship.arrow").schema, store.at(2)["ship"].to_arrow().schema,
                   store.at(2, columns="ship.x")["ship"].to_arrow().schema):
        assert schema.field("x").metadata == {b"aw.unit": b"m", b"aw.doc": b"east of the buoy"}
    assert aw.verify(tmp_path / "run").ok


def test_words_about_columns_make_no_other_schema(tmp_path: Path) -> None:
    plain = aw.Schema((aw.TableSchema("ship", columns=(
        aw.Column("x", "f64"), aw.Column("open", "bool"), aw.Column("plain", "i8"))),))
    assert plain == SCHEMA
    for path, schema in (("a", SCHEMA), ("b", plain)):
        with aw.LiveWorld.create(tmp_path / path, schema) as world, world.tick() as t:
            t["ship"].insert(x=1.0)
    a, b = aw.open_store(tmp_path / "a"), aw.open_store(tmp_path / "b")
    assert a.at(0).resume_hash() == b.at(0).resume_hash() and a.diff(b).outcome == "equal"
    aw.LiveWorld.open(tmp_path / "a", plain).close()
    with pytest.raises(aw.InvalidUseError, match="its column 'x' has the unit None in the store, 'm' in the schema given"):
        aw.LiveWorld.open(tmp_path / "b", SCHEMA)


def test_words_beyond_their_bounds_are_refused() -> None:
    def schema(**words: object) -> aw.Schema:
        return aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f64", **words),)),))  # type: ignore[arg-type]

    schema(unit="\u00b5" * 50, doc="d" * 10_000)
    for words in ({"unit": ""}, {"unit": "\u00b5" * 51}, {"doc": "d" * 10_001}, {"doc": "\ud800"}, {"unit": 3}):
        with pytest.raises(aw.InvalidUseError, match="x has "):
            schema(**words)
    with pytest.raises(aw.InvalidUseError, match="units and docs have 8390000 bytes"):
        aw.Schema((aw.TableSchema("ship", columns=tuple(aw.Column(f"c{i}", "u8", doc="d" * 10_000) for i in range(839))),))


def test_instants_of_pandas_mean_their_nanoseconds_and_longer_floats_what_they_are() -> None:
    pandas = pytest.importorskip("pandas")
    time = aw.TickTime("1", "ns", since="2020-01-01T00:00:00Z")
    assert time.tick(pandas.Timestamp("2020-01-01T00:00:00.000001123Z")) == 1123
    assert time.tick(pandas.Timestamp("2020-01-01T01:00:00.000000007+01:00")) == 7
    with pytest.raises(aw.InvalidUseError, match="^There is no tick at time"):
        aw.TickTime("1", "s", since="2020-01-01T00:00:00Z").tick(pandas.Timestamp("2020-01-01T00:00:05.000000999Z"))
    with pytest.raises(aw.InvalidUseError, match="^Cannot find the tick at NaT"):
        time.tick(pandas.NaT)
    if np.finfo(np.longdouble).nmant > 52:
        with pytest.raises(aw.InvalidUseError, match="^Cannot find the tick at time"):
            aw.TickTime("0.1", "s").tick(np.longdouble(1) / 10)
