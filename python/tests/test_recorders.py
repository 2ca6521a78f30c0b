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
    refused({"a": np.zeros((2, 2, 2))}, r"^Cannot record a: its shape is \(2, 2, 2\); expected \(rows,\), or \(rows, at most 64\)")
    refused({"a": np.zeros(2, complex)}, "^Cannot record a: no column holds dtype complex128; columns hold numbers, bools or words")
    refused({"id": [1, 1], "a": [1, 2]}, "^Cannot record the ids of the state: expected integers, each once")
    refused({"id": [-1, 1], "a": [1, 2]}, "^Cannot record the id -1: ids go from 0 to 4294967295")
    with pytest.raises(aw.InvalidUseError, match="^Cannot show what <lambda> writes: it was not called yet"):
        _ = aw.recorded(tmp_path / "run")(lambda: {"a": 1}).world
