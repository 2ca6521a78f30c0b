# SPDX-License-Identifier: Apache-2.0
"""How unequal does chance make people? Mesa's Boltzmann model, once for each number of people and seed, in parallel.

    python examples/sweep/boltzmann.py FOLDER [STEPS] [SEEDS]

Each run is recorded as it is, into a store of its own. Stopped or killed anywhere, the same command goes on: a run that was
cut off is made again from its seed, compared with what was recorded, and recorded further. More seeds are more runs.
"""

import sys

import mesa
import numpy as np

import arrow_world as aw


class Person(mesa.Agent):
    """Gives a coin to somebody in each step, if there is one."""

    def __init__(self, model):
        super().__init__(model)
        self.wealth = 1

    def step(self):
        if self.wealth > 0:
            self.random.choice(self.model.agents).wealth += 1
            self.wealth -= 1


class Money(mesa.Model):
    """People who give each other coins."""

    def __init__(self, people, seed):
        super().__init__(seed=seed)
        Person.create_agents(self, people)

    def step(self):
        self.agents.shuffle_do("step")


def simulate(run):
    """Makes one run of the sweep; `run.properties` are its parameters, for the store."""
    model = Money(run["people"], run["seed"])
    with aw.MesaRecorder(model, run.path, agents={Person: {"wealth": "i64"}}, properties=run.properties):
        while model.steps < run["steps"]:
            model.step()


def gini(wealth):
    """0: all have the same; 1: one has all."""
    ordered = np.sort(wealth)
    return 1 - 2 * float(np.sum(np.cumsum(ordered) / ordered.sum()) - 0.5) / len(ordered)


def main():
    folder, steps, seeds = sys.argv[1], *(int(a) for a in (sys.argv[2:] + ["50", "10"][len(sys.argv) - 2:]))
    report = aw.sweep(folder, aw.grid(people=[50, 200], steps=[steps], seed=range(seeds)), simulate)
    print(report, f"{report.started} made now")
    runs = aw.Runs.open(folder).where(f"steps == {steps} and state == done")
    found = {}
    for run, world in runs.at(steps):
        found.setdefault(run.parameters["people"], []).append(gini(world["Person"]["wealth"]))
    for people, values in found.items():
        print(f"{people} people: Gini {np.mean(values):.3f} in {len(values)} runs")


if __name__ == "__main__":
    main()
