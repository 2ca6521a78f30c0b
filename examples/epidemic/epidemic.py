# SPDX-License-Identifier: Apache-2.0
"""An epidemic, a tick a day: `python epidemic.py STORE PEOPLE DAYS`. Started again on the same store, it goes on after the
last day that was logged, so that it may be killed at any moment. Epidemic.java is the same program in Java: either goes on
with what the other began, with equal hashes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import arrow_world as aw

SCHEMA = aw.Schema(
    [aw.TableSchema("person", columns=[aw.Column("state", "string"), aw.Column("since", "i32"), aw.Column("age", "f32")],
                    lineage=["parent", "cause"], events=[aw.Event("infected_by", "u32", "person")]),
     aw.TableSchema("sick", kind="presence", of="person"),
     aw.TableSchema("day", kind="append_only", columns=[aw.Column(c, "u32") for c in ("susceptible", "infected", "recovered")])],
    inputs=[aw.Event("vaccine", "u32")])

CONTACTS = 8
YEARS_PER_DAY = np.float32(1) / np.float32(365)
Array = np.ndarray[Any, Any]


def mix(value: Array) -> Array:
    z = value + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def chance(day: int, ids: Array, what: str) -> Array:
    """Numbers in [0, 1) that depend on nothing but the arguments: SplitMix64's mixer, three times."""
    word = 0
    for letter in what.encode("ascii"):
        word = (word * 31 + letter) % 2**64
    mixed = mix(mix(mix(np.array([word], "u8")) ^ np.uint64(day)) ^ ids.astype("u8"))
    return (mixed >> np.uint64(11)) * 2.0**-53


def begin(t: aw.Tick, people: int) -> None:
    """Day 0: people of all ages, ten of them infected."""
    ids = np.arange(people)
    states = np.where(ids < 10, "infected", "susceptible")
    born = t["person"].insert(state=states, age=(80 * chance(0, ids, "age")).astype("f4"))
    t["sick"].insert(id=born[:10])
    t["day"].insert(susceptible=people - 10, infected=10, recovered=0)


def live(t: aw.Tick) -> None:
    day = t.tick
    people = t.world["person"]
    ids, since, age = people["id"], people["since"], people["age"]
    state = people["state"]
    n = len(ids)
    susceptible, infected = state == "susceptible", state == "infected"

    dose = 0.0
    if day % 30 == 0:
        t.input("vaccine", n // 100)
        dose = (n // 100) / n

    dying = age > 60 + 40 * chance(0, ids, "limit")
    over = infected & (day - since >= 10) & ~dying
    killed = over & (chance(day, ids, "outcome") < np.where(age > 60, 0.1, 0.005))
    vaccinated = susceptible & ~dying & (chance(day, ids, "vaccine") < dose)
    recovered = (over & ~killed) | vaccinated

    slots = np.flatnonzero(infected)
    others = np.stack([(chance(day, ids[slots], f"contact{k}") * n).astype(int) for k in range(CONTACTS)], axis=1)
    caught = np.stack([chance(day, ids[slots], f"catch{k}") < 0.04 for k in range(CONTACTS)], axis=1)
    caught &= (susceptible & ~dying & ~vaccinated)[others]
    others, by = others[caught], np.broadcast_to(slots[:, None], caught.shape)[caught]
    new, first = np.unique(others, return_index=True)

    person, sick = t["person"], t["sick"]
    for slot in np.flatnonzero(dying | killed):
        person.remove(int(ids[slot]), cause="old age" if dying[slot] else "disease")
    person.event("infected_by", ids[new], ids[by[first]])
    sick.insert(id=ids[new])
    sick.remove(ids[infected & recovered])
    person.set(ids[new], state="infected", since=day)
    person.set(ids[recovered], state="recovered", since=day)

    mothers = (age > 20) & (age < 40) & ~dying & ~killed & (chance(day, ids, "child") < 0.0002)
    if mothers.any():
        person.insert(state="susceptible", since=day, parent=ids[mothers])
    person.write(age=age + YEARS_PER_DAY)

    alive = ~dying & ~killed
    now = state.copy()
    now[new], now[recovered] = "infected", "recovered"
    t["day"].insert(susceptible=int((alive & (now == "susceptible")).sum() + mothers.sum()),
                    infected=int((alive & (now == "infected")).sum()), recovered=int((alive & (now == "recovered")).sum()))


def main() -> None:
    store, people, days = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with aw.LiveWorld.open(store, SCHEMA) as world:
        while world.last_tick < days:
            first = world.last_tick < 0
            with world.tick() as t:
                begin(t, people) if first else live(t)


if __name__ == "__main__":
    main()
