# SPDX-License-Identifier: Apache-2.0
"""A recorded run as a test of today's systems."""

import numpy as np
import pytest

import arrow_world as aw
from arrow_world.testing import Input, RecordedRun

SCHEMA = aw.Schema(
    (aw.TableSchema("ship", gen=True, columns=(aw.Column("x", "f32"), aw.Column("flag", "string"))),),
    (aw.Event("push", "f64"), aw.Event("paint", "string")))


def systems(tick, inputs):
    for i in inputs:
        ship = tick.world["ship"]
        if i.kind == "push":
            tick["ship"].set(i.target, x=np.float32(ship["x"][ship.slots(i.target)][0] + np.float32(i.value)))
        else:
            tick["ship"].set(i.target, flag=i.value)


@pytest.fixture
def recorded(tmp_path):
    with aw.LiveWorld.create(tmp_path / "duel", SCHEMA) as live:
        with live.tick() as t:
            t["ship"].insert(flag="red")
            t["ship"].insert(flag="blue")
        for number in range(2, 11, 2):
            with live.tick(number) as t:
                t.input("push", number / 2, 1)
                t.input("paint", "green", 0)
                systems(t, [Input("push", 1, number / 2), Input("paint", 0, "green")])
        found = live.world.hash_world()
    return RecordedRun(tmp_path / "duel", tmp_path), found


def test_a_world_of_other_words_is_another_world(tmp_path):
    for name, flag in (("a", "alpha"), ("b", "beta"), ("c", "alpha")):
        with aw.LiveWorld.create(tmp_path / name, SCHEMA) as live:
            with live.tick() as t:
                t["ship"].insert(flag=flag)
    run = RecordedRun(tmp_path / "a", tmp_path)
    run.assert_equals_recorded(aw.open_store(tmp_path / "c").at(0))
    with pytest.raises(AssertionError, match="flag was recorded as 'alpha', found 'beta'"):
        run.assert_equals_recorded(aw.open_store(tmp_path / "b").at(0))


def test_the_same_systems_on_the_recorded_inputs_make_the_recorded_run(recorded):
    run, found = recorded
    assert run.inputs(4) == [Input("push", 1, 2.0), Input("paint", 0, "green")]
    assert run.assert_same_run(systems) == 5
    run.assert_replays_to(10, found)
    run.assert_equals_recorded(run.store.at(6))


def test_a_change_of_behaviour_is_shown_row_by_row_at_its_first_tick(recorded):
    def other(tick, inputs):
        systems(tick, inputs)
        if tick.number == 6:
            tick["ship"].set(1, flag="black")
            tick["ship"].remove(0)
            tick["ship"].insert(flag="white")

    with pytest.raises(AssertionError) as failure:
        recorded[0].assert_same_run(other)
    assert str(failure.value).splitlines() == [
        "The world at tick 6 differs from the recorded one:",
        "  ship 0 gen 0: recorded, but not there",
        "  ship 1 gen 0: flag was recorded as 'blue', found 'black'",
        "  ship 1 gen 0: recorded in row 1, found in row 0",
        "  ship 0 gen 1: not recorded, but there"]


def test_a_value_written_once_more_is_a_change_of_the_log(recorded):
    def other(tick, inputs):
        systems(tick, inputs)
        if tick.number == 6:
            tick["ship"].set(1, flag="blue")

    with pytest.raises(AssertionError) as failure:
        recorded[0].assert_same_run(other)
    assert str(failure.value).splitlines()[0] == "The log of tick 6 differs from the recorded one:"
    assert str(failure.value).splitlines()[2] == "  found: tick 6: ship.flag of 1 = blue"


def test_a_record_of_one_tick_compares_nothing_and_says_so(tmp_path):
    with aw.LiveWorld.create(tmp_path / "short", SCHEMA) as live, live.tick() as t:
        t["ship"].insert(flag="red")
    with pytest.raises(aw.InvalidUseError, match="it has one tick only, 0, from which they begin"):
        RecordedRun(tmp_path / "short", tmp_path).assert_same_run(lambda tick, inputs: None)


def test_a_hash_that_is_not_the_recorded_one_is_an_assertion_error(recorded):
    with pytest.raises(AssertionError, match=f"The world at tick 10 hashes to {recorded[1]}, expected 00"):
        recorded[0].assert_replays_to(10, "00")


def test_the_fixture_opens_recorded_runs(pytester_or_skip, recorded):
    pytester_or_skip.makeconftest("pytest_plugins = ['arrow_world.pytest_plugin']")
    pytester_or_skip.makepyfile(f"""
        def test_it(recorded_run):
            assert recorded_run({str(recorded[0].store.path)!r}).assert_same_run(lambda tick, inputs: None) == 5
    """)
    result = pytester_or_skip.runpytest_inprocess("-p", "no:arrow_world", "-p", "no:hypothesispytest")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The world at tick 2 differs from the recorded one:*"])


@pytest.fixture
def pytester_or_skip(request):
    try:
        return request.getfixturevalue("pytester")
    except pytest.FixtureLookupError:
        pytest.skip("the plugin pytester is not loaded; run with -p pytester")
