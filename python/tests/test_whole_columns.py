# SPDX-License-Identifier: Apache-2.0
"""Whole columns and single rows, which have short ways into the log and into the world."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from helpers import SCHEMA as MIXED
from helpers import random_tick

import arrow_world as aw

TYPES = {"a": "f64", "b": "f32", "c": "u8", "d": "i16", "e": "u64", "f": "bool", "g": "string", "h": "i64"}
SCHEMA = aw.Schema((
    aw.TableSchema("body", gen=True, columns=tuple(aw.Column(n, t) for n, t in TYPES.items())),
    aw.TableSchema("chosen", ids="external", columns=(aw.Column("x", "f64"),)),
    aw.TableSchema("series", "append_only", columns=(aw.Column("t", "f64", 1.0), aw.Column("n", "u16"), aw.Column("w", "string")))))
ROWS = 7


def values(tick):
    rng = np.random.default_rng(tick)
    return {"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS).astype("f4"), "c": rng.integers(0, 256, ROWS),
            "d": rng.integers(-9, 9, ROWS).astype("i2"), "e": rng.integers(0, 1 << 63, ROWS, "u8"),
            "f": rng.integers(0, 2, ROWS).astype(bool), "g": [f"word {i}" for i in rng.integers(0, 99, ROWS)],
            "h": rng.integers(-(1 << 62), 1 << 62, ROWS)}


def by_column(t, new):
    t["body"].write(**new)


def by_value(t, new):
    for name in reversed(new):
        for i in reversed(range(ROWS)):
            t["body"].set(i, **{name: new[name][i]})


def over_a_column(t, new):
    t["body"].write(**{name: list(reversed(given)) for name, given in new.items()})
    t["body"].set(2, **{name: given[2] for name, given in new.items()})
    t["body"].set_slot([*range(2), *range(3, ROWS)], **{n: [*given[:2], *given[3:]] for n, given in new.items()})


def under_a_column(t, new):
    t["body"].set([3, 1], **{name: given[:2] for name, given in new.items()})
    t["body"].write(**new)


@pytest.mark.parametrize("way", [by_value, over_a_column, under_a_column])
def test_a_whole_column_is_the_rows_that_its_values_make(tmp_path, way):  # O-2
    logs = []
    for number, made in enumerate((by_column, way)):
        with aw.LiveWorld.create(tmp_path / str(number), SCHEMA, durability="none") as world:
            with world.tick() as t:
                t["body"].insert(ROWS, g="")
            for tick in range(1, 5):
                with world.tick() as t:
                    made(t, values(tick))
            live = world.world.resume_hash()
        store = aw.open_store(tmp_path / str(number))
        assert store.at(4).resume_hash() == live and aw.verify(store.path).ok
        logs.append([getattr(store.log(), part).tolist() for part in ("tick", "rid", "key", "bits", "text")])
    assert logs[0] == logs[1]


def test_rows_born_alone_are_those_born_together(tmp_path):  # O-2
    logs = []
    for number, count in enumerate((1, 3)):
        with aw.LiveWorld.create(tmp_path / str(number), SCHEMA, durability="none") as world:
            with world.tick() as t:
                for i in range(0, 6, count):
                    given = {"t": [0.0, 1.0, 2.0, 1.0, 4.0, 5.0], "n": [0, 0, 2, 3, 0, 5], "w": list("uvwxyz")}
                    some = {n: v[i : i + count] if count > 1 else v[i] for n, v in given.items()}
                    t["series"].insert(**some)
            assert world["series"]["t"].tolist() == [0.0, 1.0, 2.0, 1.0, 4.0, 5.0]
        log = aw.open_store(tmp_path / str(number)).log()
        logs.append([getattr(log, part).tolist() for part in ("rid", "key", "bits", "text")])
    assert logs[0] == logs[1]


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), database=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_a_tick_knows_where_the_rows_of_each_key_are(tmp_path_factory, rng, ticks):
    with aw.LiveWorld.create(tmp_path_factory.mktemp("p") / "s", MIXED, durability="none") as world:
        for _ in range(ticks):
            tick = world.tick()
            with tick as t:
                random_tick(rng, t)
                rows, places = t._make(world.world.seq, world.info.strings)
            known = {key.name: np.concatenate([np.arange(len(rows))[at] for at in places.get(key.name, ())] or [[]]).tolist()
                     for key in world._keys.values() if key.kind in ("value", "born", "died")}
            assert known == {name: np.flatnonzero(rows.key == world._keys[name].code).tolist() for name in known}


def test_rows_that_come_one_by_one_leave_what_was_handed_out_as_it_was(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA, durability="none") as world:
        seen, copies = [], []
        for i in range(40):
            with world.tick() as t:
                t["series"].insert(t=float(i), w=f"w{i}")
                if i and i % 5 == 0:
                    t["series"].set(i - 1, t=-1.0)
                    t["series"].write(n=np.arange(i))
            if i % 3 == 0:
                seen.append((world["series"]["t"], world["series"]["w"], world["series"]["t"].tolist()))
            if i % 7 == 0:
                copies.append((world.world.copy(), world.world.hash_world()))
        for times, words, then in seen:
            assert times.tolist() == then and words.tolist() == [f"w{j}" for j in range(len(then))]
        for copy, then in copies:
            assert copy.hash_world() == then
        store = aw.open_store(tmp_path / "s")
        assert store.at(39).hash_world() == world.world.hash_world()
        log = store.log()
        rest = log.slice(copies[2][0].seq, len(log))
        for _ in range(2):  # each copy goes on alone
            other = copies[2][0].copy()
            other._apply(rest, log.keys)
            assert other.hash_world() == world.world.hash_world() and copies[2][0].hash_world() == copies[2][1]
