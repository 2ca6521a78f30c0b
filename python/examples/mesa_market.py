# SPDX-License-Identifier: Apache-2.0
"""Logs a Mesa model tick by tick: agents who trade, go broke and leave, and newcomers.

    pip install mesa networkx ./python      # Mesa from 3.5 on needs networkx, and does not say so
    python python/examples/mesa_market.py --out /tmp/market

Mesa's own DataCollector runs beside the log, so that the two can be compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import mesa

import arrow_world as aw


class Trader(mesa.Agent):
    """Walks, and gives a share of what it has to whom it meets."""

    def __init__(self, model: Market) -> None:
        super().__init__(model)
        self.wealth = float(model.random.randint(1, 20))
        self.x, self.y = (model.random.randrange(model.side) for _ in "xy")
        self.trades = 0

    def step(self) -> None:
        side = self.model.side
        self.x, self.y = (self.x + self.random.choice((-1, 0, 1))) % side, (self.y + self.random.choice((-1, 0, 1))) % side
        others = [a for a in self.model.agents if (a.x, a.y) == (self.x, self.y) and a is not self]
        if others:
            amount = self.wealth * self.random.random() / 2
            self.wealth -= amount
            self.random.choice(others).wealth += amount
            self.trades += 1
        self.wealth -= 0.1
        if self.wealth < 0.5:
            self.remove()


class Market(mesa.Model):
    """Traders on a torus; the broke leave, and sometimes somebody comes."""

    def __init__(self, traders: int = 60, side: int = 8, seed: int = 7) -> None:
        super().__init__(seed=seed)
        self.side = side
        for _ in range(traders):
            Trader(self)
        self.datacollector = mesa.DataCollector(agent_reporters={n: n for n in ("wealth", "x", "y", "trades")})
        self.datacollector.collect(self)

    def step(self) -> None:
        self.agents.shuffle_do("step")
        if self.random.random() < 0.6:
            Trader(self)
        self.datacollector.collect(self)


COLUMNS = {"wealth": "f64", "x": "u8", "y": "u8", "trades": "u32"}


def record(path: str | Path, steps: int) -> Market:
    """Runs the model with a recorder; returns it with what its collector holds."""
    model = Market()
    with aw.MesaRecorder(model, path, agents={Trader: COLUMNS}):
        for _ in range(steps):
            model.step()
    return model


def main() -> None:
    """Parses the command line and records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="the new store")
    parser.add_argument("--steps", type=int, default=100)
    args = parser.parse_args()
    record(args.out, args.steps)
    store = aw.open_store(args.out)
    lives = store.lives("Trader")
    print(f"{len(lives)} agents in {args.steps} steps, {int((lives.died >= 0).sum())} went broke")


if __name__ == "__main__":
    main()
