# SPDX-License-Identifier: Apache-2.0
"""REBOUND simulations and plain loops are recorded as they are, and gone on with."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import arrow_world as aw


def planets(named, seed=3):
    rebound = pytest.importorskip("rebound", reason="rebound is not installed")
    rng = np.random.default_rng(seed)
    simulation = rebound.Simulation()
    simulation.add(m=1.0, **({"name": "sun"} if named else {}))
    for i in range(4):
        simulation.add(m=float(rng.random() * 1e-4), a=1.0 + i, e=float(rng.random() / 5), **({"name": f"p{i}"} if named else {}))
    simulation.move_to_com()
    return simulation


def states(simulation):
    return [[getattr(p, c) for c in ("m", "r", "x", "y", "z", "vx", "vy", "vz")] for p in simulation.particles]


@pytest.mark.parametrize("named", [False, True])
def test_particles_are_recorded_bit_for_bit(tmp_path, named):
    simulation, expected = planets(named), []
    expected.append(states(simulation))
    with aw.ReboundRecorder(simulation, tmp_path / "run") as recorder:
        for time in np.linspace(0, 10, 21)[1:]:
            recorder.integrate([time])
            expected.append(states(simulation))
    store = aw.open_store(tmp_path / "run")
    assert store.verify() and store.span() == (0, 20) and store.info.properties["application"] == "rebound"
    for tick, there in enumerate(expected):
        table = store.at(tick)["particle"]
        seen = np.array([table[c] for c in ("m", "r", "x", "y", "z", "vx", "vy", "vz")]).T
        assert np.array_equal(seen.view("<u8"), np.array(there).view("<u8"))
    assert np.array_equal(store["simulation"]["t"], np.linspace(0, 10, 21)) and (np.diff(store["simulation"]["steps"]) > 0).all()
    assert len(store.rows("particle.m")) == 5, "what does not change is logged once"


def test_named_particles_come_and_go(tmp_path):
    simulation = planets(True)
    with aw.ReboundRecorder(simulation, tmp_path / "run") as recorder:
        recorder.integrate([1.0])
        simulation.remove(2)
        simulation.add(m=1e-9, a=7.0, name="comet")
        recorder.integrate([2.0])
        simulation.add(m=1e-9, a=9.0)
        with pytest.raises(aw.InvalidUseError, match=r"^Cannot record t = 3\.0: the name .* is not one particle's alone\. Give each a name of"):
            recorder.integrate([3.0])
    store = aw.open_store(tmp_path / "run")
    lives = store.lives("particle")
    assert lives.born.tolist() == [0, 0, 0, 0, 0, 2] and (lives.died >= 0).sum() == 1
    assert store["particle"]["name"].tolist().count("comet") == 1


def test_named_particles_are_known_though_a_compaction_gave_up_their_births(tmp_path):
    simulation = planets(True)
    names = [p.name for p in simulation.particles]
    with aw.ReboundRecorder(simulation, tmp_path / "run") as recorder:
        recorder.integrate([1.0, 2.0])
        again = simulation.copy()
    for particle, name in zip(again.particles, names, strict=True):
        particle.name = name
    ids = aw.open_store(tmp_path / "run")["particle"]["id"].tolist()
    aw.open_store(tmp_path / "run").compact(keep_ticks=0)
    with aw.ReboundRecorder(again, tmp_path / "run") as recorder:
        recorder.integrate([3.0])
    store = aw.open_store(tmp_path / "run")
    assert store.span() == (2, 3) and store["particle"]["id"].tolist() == ids and store["particle"]["name"].tolist() == names


def test_unnamed_particles_may_not_go(tmp_path):
    simulation = planets(False)
    with aw.ReboundRecorder(simulation, tmp_path / "run") as recorder:
        simulation.add(m=1e-9, a=9.0)
        recorder.integrate([1.0])
        simulation.remove(2)
        with pytest.raises(aw.InvalidUseError, match=r"there are 5 particles, 6 were recorded, and without names nobody knows which"):
            recorder.integrate([2.0])
    assert aw.open_store(tmp_path / "run").at(1)["particle"].rows == 6


def test_a_simulation_goes_on_from_any_recorded_time_and_another_is_refused(tmp_path):
    times = np.linspace(0, 5, 11)
    with aw.ReboundRecorder(planets(True), tmp_path / "whole") as recorder:
        recorder.integrate(times)
        expected = recorder.world.world.hash_world()
    with aw.ReboundRecorder(planets(True), tmp_path / "run") as recorder:
        recorder.integrate(times[:6])
    with aw.ReboundRecorder(planets(True), tmp_path / "run") as recorder:
        recorder.integrate(times)
        assert recorder.world.world.hash_world() == expected
    with pytest.raises(aw.InvalidUseError, match=r"the simulation is not what was recorded: at 0 particle\.m of 1 was recorded as"):
        aw.ReboundRecorder(planets(True, seed=4), tmp_path / "run")
    late = planets(True)
    late.integrate(0.123)
    with pytest.raises(aw.InvalidUseError, match=r"the simulation is at t = 0\.123, which was not recorded; there are times from 0\.0 to 5\.0"):
        aw.ReboundRecorder(late, tmp_path / "run")


def test_a_plain_loop_is_recorded_and_goes_on(tmp_path):
    def make():
        @aw.recorded(tmp_path / "run", properties={"note": "drift"})
        def drift(state):
            """Moves everything."""
            state["x"] += state["v"]
            state["energy"] += 0.5
            state["phase"] = "late" if state["energy"] > 3 else "early"
            return state
        return drift

    step = make()
    assert step.last is None and step.__doc__ == "Moves everything."
    state = {"x": np.zeros((5, 2)), "v": np.arange(10.0).reshape(5, 2), "kind": np.array(["a", "b", "a", "b", "a"]), "energy": 1.0,
             "alive": np.array([True, False] * 2 + [True])}
    for _ in range(4):
        state = step(state)
    step.close()
    again = make()
    last = again.last
    assert set(last) == {"id", *state} and last["energy"] == 3.0 and last["phase"] == "early" and last["kind"].tolist() == list("ababa")
    last["x"], last["energy"] = last["x"].copy(), last["energy"]
    assert np.array_equal(last["x"], state["x"]) and last["x"].shape == (5, 2) and last["alive"].dtype == bool
    with again:
        for _ in range(2):
            last = again(last)
    store = aw.open_store(tmp_path / "run")
    assert [s.sealed for s in store.segments()] == [True, True]
    assert store.span() == (0, 5) and store.verify() and store["state"]["x_1"].tolist() == (6 * np.arange(10.0).reshape(5, 2))[:, 1].tolist()
    assert store["step"]["energy"].tolist() == [1.5, 2.0, 2.5, 3.0, 3.5, 4.0] and store["step"]["phase"][-1] == "late"
    assert len(store.rows("state.v_1")) == 5 and store.info.properties == {
        "application": "drift", "note": "drift", "width.x": "2", "width.v": "2"}


def test_a_loop_may_change_its_object_and_say_who_is_who(tmp_path):
    @dataclass
    class State:
        """Of a herd."""
        id: Any = field(default_factory=lambda: np.array([3, 9]))
        weight: Any = field(default_factory=lambda: np.array([1.0, 2.0], np.float32))

    @aw.recorded(tmp_path / "run")
    def step(herd):
        herd.id = np.append(herd.id[1:], herd.id.max() + 1)
        herd.weight = np.append(herd.weight[1:], np.float32(0.5))

    herd = State()
    for _ in range(3):
        assert step(herd) is None
    step.close()
    store = aw.open_store(tmp_path / "run")
    assert store["state"]["id"].tolist() == [11, 12] and store["state"]["weight"].dtype == np.float32
    assert store.lives("state").rid.tolist() == [9, 10, 11, 12] and store.lives("state").died.tolist() == [1, 2, -1, -1]


def test_what_a_loop_cannot_record_is_named(tmp_path):
    def refused(state, message):
        with pytest.raises(aw.InvalidUseError, match=message):
            aw.recorded(tmp_path / "run")(lambda: state)()
        assert not (tmp_path / "run").exists()

    refused(3, r"^Cannot record what <lambda> gives: it is int; expected a dict of arrays and numbers, or an object that has them")
    refused({}, "there is no array and no number in it")
    refused({"a": [1, 2], "b": [1.0]}, "^Cannot record b: it has 1 rows, a has 2; expected one for each")
    refused({"a": np.zeros((2, 2, 2))}, r"^Cannot record a: its shape is \(2, 2, 2\); expected \(rows,\), or \(rows, 1 to 64\)")
    refused({"a": np.zeros(2, complex)}, "^Cannot record a: no column holds dtype complex128; columns hold numbers, bools or words")
    refused({"id": [1, 1], "a": [1, 2]}, "^Cannot record the ids of the state: one is there twice")
    refused({"id": [-1, 1], "a": [1, 2]}, "^Cannot record the ids of the state: -1 is not an id; expected an integer from 0 to 4294967295")
    with pytest.raises(aw.InvalidUseError, match="^Cannot show what <lambda> writes: it was not called yet"):
        _ = aw.recorded(tmp_path / "run")(lambda: {"a": 1}).world


@pytest.mark.parametrize("first, second, message", [
    ({"x": np.zeros((2, 2))}, {"x": np.ones((2, 3))}, "^Cannot record state at 1: x_2 was not there when the recording began"),
    ({"x": np.zeros((2, 3))}, {"x": np.ones((2, 2))}, "^Cannot record state at 1: x_2 is missing"),
    ({"x": np.zeros(2)}, {"x": np.ones(2), "y": np.ones(2)}, "y was not there when the recording began"),
    ({"x": np.zeros(2), "e": 1.0}, {"e": 2.0}, "^Cannot record state at 1: x is missing"),
    ({"x": np.zeros(2), "e": 1.0}, {"x": np.ones(2)}, "^Cannot record step at 1: e is missing"),
    ({"x": np.zeros(2)}, {"x": np.ones(2), "e": 1.0}, "^Cannot record step at 1: e was not there.* no such table"),
])
def test_a_state_that_is_not_made_as_the_first_was_is_refused(first, second, message, tmp_path):
    step = aw.recorded(tmp_path / "run")(lambda state: state)
    with step:
        step(first)
        with pytest.raises(aw.InvalidUseError, match=message):
            step(second)
    assert aw.open_store(tmp_path / "run").span() == (0, 0)


@pytest.mark.parametrize("state, message", [
    ({"x": np.zeros((2, 1)), "x_0": np.zeros(2)}, "x_0 would be a column of it, and is one already"),
    ({"x": np.ma.array([1.0, 2.0], mask=[0, 1])}, "^Cannot record x: 1 of 2 places are masked"),
    ({"x": [2**53 + 1, 1.5]}, "^Cannot write 9007199254740993 to state.x"),
    ({"x": [[2**53 + 1, 1.5], [1.5, 1.5]]}, "^Cannot write 9007199254740993 to state.x_0"),
    ({"x": [2**63, -1]}, "^Cannot write 9223372036854775808 to state.x"),
    ({"x": ["a", 1]}, "^Cannot record x: no column holds these values"),
    ({"x": [True, 2]}, "^Cannot record x: no column holds these values"),
    ({"x": [[1.0, 2.0], [1.0]]}, "^Cannot record x: its rows are not of one length"),
    ({"x": 1.0, "rng": np.random.default_rng()}, "^Cannot record rng: it is Generator; .* begins with _ is left out"),
    ({"x": 1.0, "none": None}, "^Cannot record none: it is NoneType"),
    ({"id": [1, 1], "x": [1.0, 2.0]}, "^Cannot record the ids of the state: one is there twice"),
    ({"id": [1.5, 2.0], "x": [1.0, 2.0]}, "^Cannot record the ids of the state: 1.5 is not an id"),
])
def test_what_would_be_recorded_as_another_value_is_refused(state, message, tmp_path):
    with pytest.raises(aw.InvalidUseError, match=message):
        aw.recorded(tmp_path / "run")(lambda: state)()


def test_arrays_of_other_libraries_and_names_like_columns_come_back(tmp_path):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    given = {"x": np.array([[1.0, 2.0], [3.0, 4.0]]), "x_5": [7.0, 8.0], "p": pandas.Series([1, 2]), "q": polars.Series([0.5, 1.5]),
             "w": ["a\0", "b"], "z": np.array(3.0), "_rng": object()}
    step = aw.recorded(tmp_path / "run")(lambda: given)
    with step:
        step()
    last = step.last
    assert {n: np.asarray(v).tolist() for n, v in last.items()} == {
        "id": [0, 1], "x": [[1.0, 2.0], [3.0, 4.0]], "x_5": [7.0, 8.0], "p": [1, 2], "q": [0.5, 1.5], "w": ["a\0", "b"], "z": 3.0}
