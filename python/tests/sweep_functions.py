# SPDX-License-Identifier: Apache-2.0
"""What sweeps of the tests run, in a module that their processes import."""

import os
import sys
import signal

import arrow_world as aw

SCHEMA = aw.Schema((aw.TableSchema("ship", columns=(aw.Column("x", "f64"),), events=(aw.Event("seen", "u32"),)),))
LAST = 10


def tick(world, run):
    with world.tick() as t:
        if t.tick == 0:
            t["ship"].insert(x=float(run["seed"]))
        else:
            t["ship"].set(0, x=run["seed"] + run["rate"] * t.tick)
            t["ship"].event("seen", 0, t.tick)


def simulate(run, last=LAST):
    with run.open(SCHEMA, durability="none") as world:
        while world.last_tick < last:
            tick(world, run)


def fail_on_two(run):
    if run["seed"] == 2:
        with run.open(SCHEMA, durability="none") as world:
            tick(world, run)
        raise ArithmeticError("seed 2 divides by zero")
    simulate(run)


def stop_early(run):
    with run.open(SCHEMA, durability="none") as world:
        while world.last_tick < 3:
            tick(world, run)
    raise OSError(28, "No space left on device")


def allocate(run):
    held = [bytearray(1 << 20) for _ in range(512 if run["seed"] == 2 else 1)]
    simulate(run)
    return len(held)


def die_once(run):
    """The first call for seed 2 is killed in the middle of the run."""
    with run.open(SCHEMA, durability="none") as world:
        while world.last_tick < LAST:
            tick(world, run)
            if world.last_tick == 4 and run["seed"] == 2:
                mark = run.path.parent / "died"
                if not mark.exists():
                    mark.touch()
                    os.kill(os.getpid(), signal.SIGKILL)


def die_always(run):
    if run["seed"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    simulate(run)


def no_store(run):
    pass


_open = []


def leave_open(run):
    world = aw.LiveWorld.create(run.path, SCHEMA, durability="none")
    tick(world, run)
    _open.append(world)


def leave(run):
    """Of seed 2 it ends as programs do."""
    if run["seed"] == 2:
        sys.exit(0)
    simulate(run)


def other_properties(run):
    """Gives the store another seed than the plan."""
    run.open(SCHEMA, properties={"seed": "9"}).close()
