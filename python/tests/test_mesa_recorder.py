# SPDX-License-Identifier: Apache-2.0
"""Mesa models are recorded as they are, gone on with after a kill, and refused where they differ."""

import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

import arrow_world as aw

mesa = pytest.importorskip("mesa", reason="mesa is not installed (it needs Python 3.11)")


class Sheep(mesa.Agent):
    """Walks, eats, and dies at random; has a lamb now and then."""

    def __init__(self, model):
        super().__init__(model)
        self.energy, self.awake, self.name, self.partner = 4, True, f"sheep {self.unique_id % 3}", None
        self.pos = (model.random.randrange(9), model.random.random())

    def step(self):
        self.energy += self.random.choice((-1, 0, 0, 1))
        self.awake = self.energy > 3
        if self.random.random() < 0.05:
            Sheep(self.model)
        if self.energy < 2:
            self.remove()


class Wolf(mesa.Agent):
    """Moves on a line."""

    def __init__(self, model):
        super().__init__(model)
        self.speed = np.float32(0.5)
        self.x = -0.0

    def step(self):
        self.x = self.x * 0.5 + float(self.speed)


class Pasture(mesa.Model):
    """Both, with a collector that keeps what the recorder should."""

    def __init__(self, seed=7, sheep=12):
        super().__init__(seed=seed)
        Sheep.create_agents(self, sheep)
        Wolf.create_agents(self, 2)
        self.datacollector = mesa.DataCollector(agenttype_reporters={Sheep: {"energy": "energy", "name": "name", "pos": "pos"}},
                                                model_reporters={"count": lambda m: len(m.agents)})
        self.datacollector.collect(self)

    @property
    def count(self):
        return len(self.agents)

    def step(self):
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)


def record(path, steps, **options):
    model = Pasture()
    with aw.MesaRecorder(model, path, variables=["count"], **options) as recorder:
        for _ in range(steps):
            model.step()
        hash_world = recorder.world.world.hash_world()
    return model, hash_world


def test_every_step_is_what_the_model_s_own_collector_holds(tmp_path):
    model, _ = record(tmp_path / "run", 40)
    store = aw.open_store(tmp_path / "run")
    assert store.verify() and store.span() == (0, 40)
    assert [f"{c.name} {c.type}" for c in store.schema.table("Sheep").columns] == [
        "energy i64", "awake bool", "name string", "pos_x i64", "pos_y f64"]
    assert [f"{c.name} {c.type}" for c in store.schema.table("Wolf").columns] == ["speed f32", "x f64"]
    frame = model.datacollector.get_agenttype_vars_dataframe(Sheep)
    for world in store.cursor():
        there = frame.loc[world.tick].sort_index()
        seen = world["Sheep"].to_pandas().set_index("id").sort_index()
        assert seen.index.tolist() == there.index.tolist()
        for name in ("energy", "name"):
            assert seen[name].tolist() == there[name].tolist()
        assert list(zip(seen.pos_x, seen.pos_y)) == there.pos.tolist()
    assert store["model"]["count"].tolist() == model.datacollector.model_vars["count"]
    assert store["model"]["step"].tolist() == list(range(41))
    lives = store.lives("Sheep")
    assert lives.alive([40]).tolist() == [len(model.agents_by_type[Sheep])] and (lives.died >= 0).any()
    assert store.info.properties == {"application": "mesa", "model": "Pasture", "seed": "7"}


def test_only_what_changed_is_logged(tmp_path):
    record(tmp_path / "run", 5)
    store = aw.open_store(tmp_path / "run")
    assert len(store.rows("Wolf.speed")) == 2 and len(store.rows("Wolf.x")) > 5 and len(store.rows("Sheep.name")) < 30


def test_a_killed_run_goes_on_as_if_it_had_not_been(tmp_path):
    _, expected = record(tmp_path / "whole", 30)
    program = f"""
import os, signal, sys
sys.path[:0] = {[os.path.dirname(__file__), *sys.path]!r}
import arrow_world as aw
from test_mesa_recorder import Pasture
model = Pasture()
recorder = aw.MesaRecorder(model, {str(tmp_path / "run")!r}, variables=["count"])
for _ in range(17):
    model.step()
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, text=True, encoding="utf-8")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert aw.open_store(tmp_path / "run").span() == (0, 17)
    assert record(tmp_path / "run", 30)[1] == expected
    assert not aw.open_store(tmp_path / "run").diff(aw.open_store(tmp_path / "whole")).differences
    assert aw.verify(tmp_path / "run")


def test_another_model_is_told_where_it_differs_and_changes_nothing(tmp_path):
    record(tmp_path / "run", 10)
    end = "Run the same model with the same seed from the start, or choose another path."
    with pytest.raises(aw.InvalidUseError, match=rf"^Cannot go on with .*run: the model is not what was recorded: at 0 Sheep\.pos_. of "
                                                 rf"\d+ was recorded as .*, found .*\. {re.escape(end)}$"):
        aw.MesaRecorder(Pasture(seed=8), tmp_path / "run", variables=["count"])
    with pytest.raises(aw.InvalidUseError, match="at 0 there is a Sheep 13 that was not recorded|at 0 Wolf|there is a Sheep"):
        aw.MesaRecorder(Pasture(sheep=13), tmp_path / "run", variables=["count"])
    model = Pasture()
    with aw.MesaRecorder(model, tmp_path / "run", variables=["count"]):
        model.step()
        next(iter(model.agents)).x = 9
        next(iter(model.agents_by_type[Wolf])).x = 3.25
        with pytest.raises(aw.InvalidUseError, match=r"at 2 (Sheep|Wolf)\.\w+ of \d+ was recorded as .*, found "):
            model.step()
    late = Pasture()
    for _ in range(11):
        late.step()
    with pytest.raises(aw.InvalidUseError, match=r"it ends with step 10, the model is at step 11\. Begin with the model at or before"):
        aw.MesaRecorder(late, tmp_path / "run", variables=["count"])
    assert aw.open_store(tmp_path / "run").span() == (0, 10) and aw.verify(tmp_path / "run")


def test_columns_are_chosen_by_name_type_or_function(tmp_path):
    class Late(mesa.Agent):
        """Comes in step 2."""

        def __init__(self, model):
            super().__init__(model)
            self.weight = 1

    model = Pasture()
    with aw.MesaRecorder(model, tmp_path / "run", agents={
            Sheep: {"energy": "f64", "twice": lambda a: a.energy * 2}, Late: {"weight": "f32"}},
            variables={"half": lambda m: m.steps / 2}) as recorder:
        model.step()
        Late(model)
        model.step()
        recorder.world.seal()
    store = aw.open_store(tmp_path / "run")
    world = store.at(2)
    assert list(world) == ["Sheep", "Late", "model"] and world["Sheep"]["energy"].dtype == np.float64
    assert (world["Sheep"]["twice"] == 2 * world["Sheep"]["energy"]).all() and world["Late"]["weight"].tolist() == [1.0]
    assert store["model"]["half"].tolist() == [0.0, 0.5, 1.0]
    model.step()  # unrecorded: the recorder is closed
    assert store.span() == (0, 2)


def test_what_cannot_be_recorded_is_named(tmp_path):
    class Empty(mesa.Model):
        """Nobody is there."""

    def refused(model, message, **options):
        with pytest.raises(aw.InvalidUseError, match=message):
            aw.MesaRecorder(model, tmp_path / "run", **options)
        assert not (tmp_path / "run").exists()

    refused(Empty(), r"^Cannot record Empty: it has no agents yet\. Name their classes, as in agents=\{Wolf: \{'energy': 'f64'\}\}\.$")
    refused(Empty(), r"^Cannot tell the type of Wolf\.x: there is no Wolf yet\. Give it, as in agents=\{Wolf: \{'x': 'f64'\}\}\.$",
            agents={Wolf: ["x"]})
    refused(Pasture(), r"^Cannot record Sheep\.partner: no column holds None and what the others have; columns hold numbers, bools or "
                       r"words of one kind\.$", agents={Sheep: ["partner"]})
    refused(Pasture(), r"^Cannot record Sheep\.energy as 'float': expected one of u8, ", agents={Sheep: {"energy": "float"}})
    refused(Pasture(), r"^Cannot record Sheep: its columns are 'energy'; expected names in a list", agents={Sheep: "energy"})
    model = Pasture()
    with aw.MesaRecorder(model, tmp_path / "run"):
        next(iter(model.agents_by_type[Sheep])).energy = 2.5
        with pytest.raises(aw.InvalidUseError, match=r"to Sheep\.energy: the type is i64, .*an f64 column takes it"):
            model.step()
    assert aw.open_store(tmp_path / "run").span() == (0, 0)


def test_a_class_that_comes_later_is_not_left_out_silently(tmp_path):
    class Late(mesa.Agent):
        """Comes later."""

    model = Pasture()
    with aw.MesaRecorder(model, tmp_path / "run"):
        Late(model)
        with pytest.raises(aw.InvalidUseError, match=r"^Cannot record step 1: there are agents of Late, which came after the recorder\. "
                                                     r"Name all classes when it is made, as in agents=\{Late: \{'energy': 'f64'\}\}\.$"):
            model.step()


def test_a_variable_that_the_model_has_not_is_refused_by_name(tmp_path):
    with pytest.raises(aw.InvalidUseError, match="^Cannot record model.cuont: no such attribute; did you mean 'count'"):
        aw.MesaRecorder(Pasture(seed=7), tmp_path / "run", variables=["cuont"])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("number, message", [
    (2.5, r"^Cannot record Wolf\.unique_id: 2\.5 is not an id"), (-1, r"^Cannot record Wolf\.unique_id: -1 is not an id"),
    (np.int64(2**32 + 2), r"^Cannot record Wolf\.unique_id: np\.int64\(4294967298\) is not an id"), (None, r"^Cannot record Wolf\.unique_id: None is not an id"),
    ((1, 2), r"^Cannot record Wolf\.unique_id: \(1, 2\) is not an id"), (13, r"^Cannot record Wolf: 13 is the id of 2 rows; each has its own"),
])
def test_an_agent_whose_number_is_no_id_of_its_own_is_refused(number, message, tmp_path):
    model = Pasture()  # the wolves are 13 and 14
    with aw.MesaRecorder(model, tmp_path / "run"):
        next(reversed(model.agents_by_type[Wolf])).unique_id = number
        with pytest.raises(aw.InvalidUseError, match=message):
            model.step()
    assert aw.open_store(tmp_path / "run").span() == (0, 0)


def test_what_an_agent_has_lost_and_a_variable_of_several_values_are_refused(tmp_path):
    model = Pasture()
    model.g = 1.0
    with aw.MesaRecorder(model, tmp_path / "run", variables=["g"]) as recorder:
        model.g = [1.0, 2.0]
        with pytest.raises(aw.InvalidUseError, match=r"^Cannot record model\.g: it is \[1\.0, 2\.0\]; expected one value a tick"):
            model.step()
        model.g = 1.0
        del next(iter(model.agents_by_type[Wolf])).speed
        with pytest.raises(aw.InvalidUseError, match=r"^Cannot record step 1: 'Wolf' object has no attribute 'speed'"):
            recorder.record()
    assert aw.open_store(tmp_path / "run").span() == (0, 0)
