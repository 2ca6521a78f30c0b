# SPDX-License-Identifier: Apache-2.0
"""Net changes, two histories side by side, and statistics of keys."""

import math

import numpy as np
import pyarrow as pa
import pytest
from helpers import run
from recorded_store import hashes, hashes_and_path, store

import arrow_world as aw
from arrow_world.stats import summary


def life(world, name, id, slot):
    """The generation of a row; in a presence table that of who is in it."""
    table = world[name]
    if table.schema.of:
        table, slot = world[table.schema.of], world[table.schema.of].slots(id)[0]
    return int(table["gen"][slot]) if table.schema.gen else 0


def test_net_changes_turn_one_world_into_the_other(store, hashes):
    ticks = list(hashes)
    for a, b in ((ticks[5], ticks[6]), (ticks[5], ticks[40]), (ticks[9], ticks[9])):
        before, after = store.at(a), store.at(b)
        changes = store.between(a, b)
        assert bool(len(changes)) == (a != b)
        for name in before:
            if before[name].schema.kind == "append_only":
                continue
            old, new = ({(int(i), life(world, name, int(i), s)): s for s, i in enumerate(world[name]["id"])}
                        for world in (before, after))
            assert {(c.id, c.gen) for c in changes if c.key == f"{name}.died"} == set(old) - set(new)
            assert {(c.id, c.gen) for c in changes if c.key == f"{name}.born"} == set(new) - set(old)
            values = [c for c in changes if c.table == name and c.key.partition(".")[2] not in ("born", "died")]
            for c in values:
                column = c.key.partition(".")[2]
                was, now = (t[column].tolist()[at[c.id, c.gen]] for t, at in ((before[name], old), (after[name], new)))
                assert (c.before, c.after) == (was, now) and was != now
            both = set(old) & set(new)
            differing = sum(before[name].stored(c)[old[e]].tobytes() != after[name].stored(c)[new[e]].tobytes()
                            for c in before[name] if c not in ("id", "gen") for e in both)
            assert differing == len(values)
        assert pa.table(changes).num_rows == len(changes)


def changed_copy(path, to, at):
    """The same run up to a tick, then another one."""
    run(to, at, seed=23, snapshot_every=25)
    return aw.open_store(to)


def test_two_histories_are_compared_by_their_chains(store, hashes, tmp_path):
    same = store.diff(store)
    assert same and same.outcome == "equal" and (same.first_compared, same.last_equal) == (0, max(hashes))
    shorter = changed_copy(store.path, tmp_path / "shorter", 40)
    ends, following = list(hashes)[39], list(hashes)[40]
    for found, who in ((store.diff(shorter), "left"), (shorter.diff(store), "right")):
        assert found.outcome == f"{who}_goes_on" and found.last_equal == ends and found.tick == following and not found
        assert f"only the {who} store goes on" in str(found)
    with aw.LiveWorld.resume(tmp_path / "shorter") as live:
        rows = store.rows(ticks=following)
        with live.tick(following) as t:
            t["creature"].write(age=np.full(len(live["creature"]), 77))
        for _ in range(3):
            with live.tick() as t:
                t.input("rate", 1.0)
    found = store.diff(aw.open_store(tmp_path / "shorter"), most=3)
    assert found.outcome == "different" and (found.last_equal, found.tick) == (ends, following)
    assert found.count > 3 and len(found.differences) == 3 and len(rows)
    assert f"different from tick {following} on, in {found.count} rows" in str(found)
    other = aw.Schema((aw.TableSchema("x"),))
    with aw.LiveWorld.create(tmp_path / "x", other) as live, live.tick() as t:
        t["x"].insert()
    with pytest.raises(aw.InvalidUseError, match="Cannot compare two stores of different schemas"):
        store.diff(aw.open_store(tmp_path / "x"))


def test_statistics_are_those_of_the_values(store):
    rows = store.rows("creature.age")
    stats, values = store.stats("creature.age", bins=4), np.sort(rows.val)
    whole = stats.all
    assert (whole.count, whole.nans, whole.min, whole.max) == (len(rows), 0, values[0], values[-1])
    assert math.isclose(whole.mean, math.fsum(values) / len(values), rel_tol=1e-15) and whole.distinct == len(set(values.tolist()))
    assert whole.quartiles == tuple(values[math.ceil(len(values) * k / 4) - 1] for k in (1, 2, 3))
    assert sum(whole.histogram) == len(rows) and len(whole.histogram) == 4
    assert sum(s.count for s in stats.by_tick.values()) == len(rows) and list(stats.by_tick) == sorted(set(rows.tick.tolist()))
    assert pa.table(stats).column_names == ["tick", "count", "nans", "mean", "min", "max", "distinct"]
    for wrong, says in (("creature.name", "its values are words, not numbers"), ("creature.agee", "did you mean 'creature.age'")):
        with pytest.raises(aw.InvalidUseError, match=says):
            store.stats(wrong)
    assert math.isnan(store.stats("creature.age", range(0)).all.mean)


def test_sums_beyond_the_largest_number_and_back_are_no_failure():
    values = np.array([1e308, 1e308, -1e308, -1e308, 1.0])
    assert summary(values, values.view("<u8")).count == 5
    values = np.array([1e16, 1.0, -1e16])
    assert summary(values, values.view("<u8")).mean == 1 / 3


def test_odd_numbers_are_summarised_by_their_order(tmp_path):
    values = [0.0, -0.0, 1.5, math.nan, -math.inf, -3.0]
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((), (aw.Event("x", "f64"),))) as live:
        for value in values:
            with live.tick() as t:
                t.input("x", value)
    found = aw.open_store(tmp_path / "s").stats("in.x").all
    assert (found.count, found.nans, found.distinct, found.min, found.max) == (6, 1, 6, -math.inf, 1.5)
    assert found.quartiles == (-3.0, -0.0, 0.0) and math.copysign(1, found.quartiles[1]) == -1


def test_bins_are_equally_wide_however_far_apart_the_values_are():
    def bins(*values):
        numbers = np.array(values)
        return summary(numbers, numbers.view("<u8"), 4).histogram

    assert bins(-1.7e308, 1.7e308) == (1, 0, 0, 1) and bins(1.0, 2.0, 3.0, 5.0) == (1, 1, 1, 1) and bins(1.0, float("inf")) == ()
