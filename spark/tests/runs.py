# SPDX-License-Identifier: Apache-2.0
"""Runs to be read, written by the Python package."""

from __future__ import annotations

from pathlib import Path

import arrow_world as aw
import numpy as np

FLEET = aw.Schema([
    aw.TableSchema("ship", columns=[aw.Column("x", "f64"), aw.Column("kind", "string"), aw.Column("run", "u8"),
                                    aw.Column("serial", "u64")],
                   gen=True, lineage=["parent", "cause"], events=[aw.Event("hit", "i64")])])


def sail(path: Path, ticks: int, seed: int, ships: int = 20) -> None:
    """A run whose ships move at every tick; some are sunk, and others launched. Parameters: seed, rate, port."""
    parameters = {"seed": str(seed), "rate": str(seed / 4), "port": "AB"[seed % 2]}
    with aw.LiveWorld.create(path, FLEET, durability="none", properties=parameters) as world:
        with world.tick() as t:
            for i in range(ships):
                t["ship"].insert(x=float(i), kind=("tug", "brig")[i % 2], run=7, serial=2**63 + i)
        _sail_on(world, ticks - 1, np.random.default_rng(seed))


def sail_on(path: Path, ticks: int) -> None:
    with aw.LiveWorld.resume(path, durability="none") as world:
        _sail_on(world, ticks, np.random.default_rng(0))


def _sail_on(world: aw.LiveWorld, ticks: int, random: np.random.Generator) -> None:
    for _ in range(ticks):
        with world.tick() as t:
            ids = world["ship"]["id"].copy()
            t["ship"].set(ids, x=random.random(len(ids)))
            t["ship"].event("hit", ids[:1], [2**53 + 1])
            if t.tick % 5 == 0:
                t["ship"].remove(ids[:1], cause="storm")
                t["ship"].insert(x=0.5, kind="sloop", run=7, serial=1, parent=int(ids[1]))
