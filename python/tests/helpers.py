# SPDX-License-Identifier: Apache-2.0
"""Stores to test with, and a second, row-by-row replayer to compare the vectorised one with."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import numpy as np

import arrow_world as aw

SCHEMA = aw.Schema(
    tables=(
        aw.TableSchema("creature", gen=True, lineage=("parent", "cause"), events=(aw.Event("ate", "u32", "food"),),
                       columns=(aw.Column("pos_x", "f32"), aw.Column("age", "u16"), aw.Column("name", "string"),
                                aw.Column("big", "i64"), aw.Column("awake", "bool", True))),
        aw.TableSchema("food", ids="external", gen=True, removal="compact", columns=(aw.Column("energy", "f64", 1),)),
        aw.TableSchema("nest", gen=False, removal="compact", columns=(aw.Column("size", "i8"),)),
        aw.TableSchema("reading", "append_only", columns=(aw.Column("value", "f64"), aw.Column("flag", "u64"))),
        aw.TableSchema("hungry", "presence", of="creature"),
        aw.TableSchema("tired", "presence", of="creature", removal="compact", columns=(
            aw.Column("since", "f64", 1.5), aw.Column("why", "string"), aw.Column("by", "u32", table="creature"))),
    ),
    inputs=(aw.Event("rate", "f64"),))


def live_file(store: Path) -> Path:
    """The one live segment."""
    (path,) = (store / "log" / "live").iterdir()
    return path


def random_tick(rng: random.Random, t: aw.Tick) -> None:
    """A tick that touches every kind of table."""
    tables, creature = t.world.tables, t["creature"]
    creatures = tables["creature"]["id"].tolist()
    births = []
    dying = [c for c in creatures if rng.random() < 0.25]
    for _ in range(rng.randrange(4)):
        t.system(rng.randrange(3))
        births.append(creature.insert(
            name=f"n{rng.randrange(9)}", pos_x=np.float32(rng.random()), awake=rng.random() < 0.5, cause=rng.randrange(5),
            parent=rng.choice(creatures if dying else [*creatures, *births]) if creatures and rng.random() < 0.5 else None))
    for c in rng.sample(dying, len(dying)):
        creature.remove(c, cause=rng.choice([None, "age", "cold"]))
    if creatures:
        creature.write(age=np.array([rng.randrange(9) for _ in creatures]))
        creature.set([rng.choice(creatures)], big=[rng.randrange(-2**63, 2**63)])
        creature.set([rng.choice(creatures)], name=[f"n{rng.randrange(20)}"])
        creature.event("ate", rng.choice([*creatures, *births]), rng.randrange(9))
    foods = tables["food"]["id"].tolist()
    for f in foods:
        if rng.random() < 0.3:
            t["food"].remove(f)
    for f in {rng.randrange(12) for _ in range(2)} - set(foods):
        t["food"].insert(id=f, energy=rng.random())
    for i in tables["nest"]["id"].tolist():
        if rng.random() < 0.3:
            t["nest"].remove(i)
    for _ in range(rng.randrange(3)):
        t["nest"].insert(size=rng.randrange(-128, 128))
    t["reading"].insert(value=rng.random())
    if len(tables["reading"]):
        t["reading"].set([rng.randrange(len(tables["reading"]))], flag=[rng.randrange(2**64)])
    hungry = set(tables["hungry"]["id"].tolist())
    for c in creatures:
        if c in hungry and rng.random() < 0.2:
            t["hungry"].remove(c)
        elif c not in hungry and c not in dying and rng.random() < 0.3:
            t.system(rng.randrange(2))
            t["hungry"].insert(id=c)
    t.system(9)
    for b in births[:1]:
        t["hungry"].insert(id=b)
    tired = tables["tired"]["id"].tolist()
    for c in tired:
        if rng.random() < 0.3:
            t["tired"].set(c, since=rng.random(), by=rng.choice([*creatures, *births]))
        if rng.random() < 0.2:
            t["tired"].remove(c)
            if rng.random() < 0.5:
                t["tired"].insert(id=c, why="again")
    for c in (*births, *creatures):
        if c not in tired and rng.random() < 0.3:
            t["tired"].insert(id=c, why=f"w{rng.randrange(5)}")
            if c in births:
                t["tired"].set(c, since=2.5)
    t.input("rate", rng.random())


def run(path: Path, ticks: int, seed: int, snapshot_every: int = 0, durability: str = "commit") -> dict[int, tuple[str, str]]:
    """A seeded run; per tick its (hash_world, resume_hash). Ticks have gaps."""
    print(f"repeat with run(path, {ticks}, seed={seed})")
    rng, hashes, tick = random.Random(seed), {}, 0
    with aw.LiveWorld.create(path, SCHEMA, durability=durability) as live:
        for i in range(ticks):
            with live.tick(tick) as t:
                random_tick(rng, t)
            hashes[tick] = live.world.hash_world(), live.world.resume_hash()
            if snapshot_every and i % snapshot_every == snapshot_every - 1:
                live.snapshot()
            tick += rng.choice([1, 1, 3])
    return hashes


def row_by_row(log: aw.Log, until_tick: int) -> dict[str, dict[str, list[Any]]]:
    """State after `until_tick` by the plainest reading of order.md, one row at a time, on Python lists."""
    state = {t.name: {c.name: [] for c in t.file_columns} for t in SCHEMA.tables}
    schemas = {t.name: t for t in SCHEMA.tables}
    types = {f"{t.name}.{c.name}": c for t in SCHEMA.tables for c in t.columns}
    for i in range(len(log)):
        if int(log.tick[i]) > until_tick:
            break
        key, rid = log.keys[int(log.key[i])], int(log.rid[i])
        raw = int(log.bits[i])
        number = struct.unpack("<d", raw.to_bytes(8, "little"))[0]
        if key.kind not in ("born", "died", "value"):
            continue
        table, schema = state[key.owner], schemas[key.owner]
        if key.kind == "born":
            for c in schema.columns:
                default = struct.unpack("<d", c.default_bits.to_bytes(8, "little"))[0]
                table[c.name].append(c.default_bits if c.type in ("u64", "i64") else default)
            if schema.kind != "append_only":
                table["id"].append(rid)
            if schema.gen:
                table["gen"].append(number)
            continue
        slot = rid if schema.kind == "append_only" else table["id"].index(rid)
        if key.kind == "value":
            kind = types[key.name].type
            table[key.member][slot] = raw - (raw >> 63 << 64) if kind == "i64" else raw if kind == "u64" else number
            continue
        for column in table.values():
            if schema.removal == "compact":
                del column[slot]
            else:
                last = column.pop()
                if slot < len(column):
                    column[slot] = last
    return state
