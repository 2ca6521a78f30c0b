# SPDX-License-Identifier: Apache-2.0
"""Plans of the batches of a log, for workers that read them in any order."""

import pickle
import random

import numpy as np
import pytest

import arrow_world as aw

SCHEMA = aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f64"), aw.Column("name", "string"))),))


@pytest.fixture
def store(tmp_path):
    """Forty ticks: two sealed segments of one batch each, and a live one of twenty."""
    with aw.LiveWorld.create(tmp_path / "store", SCHEMA, durability="none") as world:
        for i in range(40):
            with world.tick() as t:
                t["ship"].insert(x=float(i), name=f"ship {i}")
            if i in (9, 19):
                world.seal()
    return aw.open_store(tmp_path / "store")


def rows(plan, path, batches=None):
    with aw.PlanReader(path, plan) as reader:
        found = [reader.read(b) for b in (plan.batches if batches is None else batches)]
    return {name: np.concatenate([getattr(r, name) for r in found]).tolist() for name in ("seq", "tick", "rid", "key", "bits", "text")}


def columns(log):
    return {name: getattr(log, name).tolist() for name in ("seq", "tick", "rid", "key", "bits", "text")}


def test_the_batches_of_a_plan_are_the_log(store):
    plan = store.plan()
    assert rows(plan, store.path) == columns(store.log())
    assert (plan.rows, plan.end.tick, len(plan.segments)) == (len(store.log()), 39, 3)
    assert plan.bytes == sum(b.length_bytes for b in plan.batches) and plan.base is None
    assert repr(plan) == f"<plan of {len(plan.batches)} batches, {plan.rows} rows, up to tick 39>"


def test_batches_are_read_in_any_order_by_whoever_got_the_plan(store):
    plan = pickle.loads(pickle.dumps(store.plan()))
    batches = list(plan.batches)
    random.Random(3).shuffle(batches)
    found = rows(plan, store.path, batches)
    order = np.argsort(found["seq"])
    assert {n: np.array(v, object)[order].tolist() for n, v in found.items()} == columns(store.log())
    for batch in batches:
        part = plan.only([batch])
        assert part.segments[0].path == batch.segment and len(part.segments) == len(part.batches) == 1
        rows(part, store.path)


def test_a_plan_leaves_out_what_cannot_hold_what_is_wanted(store):
    plan = store.plan((12, 21))
    assert [s.path for s in plan.segments][0] == store.segments()[1].path.relative_to(store.path).as_posix() and len(plan.segments) == 2
    log = store.log()
    kept = (log.tick >= 12) & (log.tick <= 21)
    assert rows(plan, store.path) == {name: values for name, column in columns(log).items()
                                      for values in [np.array(column, object)[kept].tolist()]}
    assert store.plan(ids=range(100, 200)).batches == ()
    for ticks, ids, why in (((5, 3), None, "No such range of ticks: 5 to 3"), (None, (0, 1 << 32), "No such range of row ids")):
        with pytest.raises(aw.InvalidUseError, match=why):
            store.plan(ticks, ids=ids)


def test_a_writer_that_goes_on_does_not_change_a_plan(store):
    plan, before = store.plan(), columns(store.log())
    with aw.LiveWorld.resume(store.path) as world:
        with world.tick() as t:
            t["ship"].insert(x=1.0, name="new")
        assert rows(plan, store.path) == before
        world.seal("zstd")
        assert rows(plan, store.path) == before  # under the new name


def test_what_was_merged_or_cut_meanwhile_is_refused(store):
    plan = store.plan()
    store.seal()
    store.compact()
    with pytest.raises(aw.DamagedFileError, match=r"it is not the segment of the plan of store \w+ up to tick 39: .*; it was "
                                                  r"merged, dropped or replaced meanwhile\. Plan again\.$"):
        rows(plan, store.path)
    plan = store.plan()
    store.truncate_after(12)
    with pytest.raises(aw.DamagedFileError, match="Plan again"):
        rows(plan, store.path)


def test_another_plans_batch_is_refused(store):
    sealed, live = store.plan(0), store.plan(39)
    with aw.PlanReader(store.path, sealed) as reader, pytest.raises(aw.InvalidUseError, match="has no batch of that segment"):
        reader.read(live.batches[0])


def test_a_history_that_begins_with_a_base_says_so(store, tmp_path):
    store.fork(20, tmp_path / "fork")
    fork = aw.open_store(tmp_path / "fork")
    plan = fork.plan()
    assert plan.base.snapshot == "snapshots/00000000000000000020.v1" and plan.base.position.tick == 20 and not plan.batches
    (fork.path / plan.base.snapshot).rename(tmp_path / "gone")
    with pytest.raises(aw.DamagedFileError, match="is missing"):
        fork.plan()
