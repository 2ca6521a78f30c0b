# SPDX-License-Identifier: Apache-2.0
"""Scripts of changes that Java and Python writers both play: one line per change, fields with tabs between.

    tick 7                                   begins a tick
    system 2                                 the order of the system that makes what follows
    insert TABLE HANDLE ID CAUSE PARENT COLUMN=VALUE ...     `-` where there is none
    set TABLE ID COLUMN VALUE                also of a newborn; in a presence table by its handle there or by its own
    set_slot TABLE SLOT COLUMN VALUE
    write TABLE COLUMN VALUE ...             a whole column
    remove TABLE ID [CAUSE]
    remove_slot TABLE SLOT [CAUSE]
    event TABLE NAME ID VALUE
    input NAME TARGET VALUE
    changed_only                             values that are what they were are no rows of this tick
    end                                      of the tick

`*5` instead of an id is the newborn with handle 5 of the same tick; also as the value of an id column. Values: integers in decimals, f32 and f64 as their bits
in decimals, bools as 0 and 1, words as they are.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np

import arrow_world as aw

_TYPES = ("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bool", "string")
_WORDS = ["", "a", "ship", "wörd", "\U0001f6a2", "zero\0", "=", "-", "*1", "日本"]
SCHEMA = aw.Schema((
    aw.TableSchema("ship", gen=True, lineage=("parent", "cause"), columns=tuple(aw.Column(f"c_{t}", t) for t in _TYPES),
                   events=(aw.Event("hit", "f64"), aw.Event("said", "string"), aw.Event("met", "u32", "ship"))),
    aw.TableSchema("port", ids="external", gen=True, removal="compact",
                   columns=(aw.Column("size", "f64", 1.5), aw.Column("owner", "u32", table="ship"))),
    aw.TableSchema("nest", gen=False, removal="compact", lineage=("parent",),
                   columns=(aw.Column("eggs", "i8", -3), aw.Column("next", "u32", table="nest"),
                            aw.Column("near", "u32", table="port"))),
    aw.TableSchema("reading", "append_only", columns=(aw.Column("value", "f32"), aw.Column("flag", "u64")),
                   events=(aw.Event("noted", "i16"),)),
    aw.TableSchema("docked", "presence", of="ship"), aw.TableSchema("open", "presence", of="port", removal="compact"),
    aw.TableSchema("hungry", "presence", of="ship", columns=(
        aw.Column("since", "f64", 1.5), aw.Column("why", "string"), aw.Column("by", "u32", table="ship"),
        aw.Column("told", "u32", table="port"), aw.Column("big", "u64"))),
    aw.TableSchema("stock", "presence", of="port", removal="compact",
                   columns=tuple(aw.Column(f"c_{t}", t) for t in _TYPES))),
    (aw.Event("rate", "f64"), aw.Event("order", "string"), aw.Event("count", "i64"), aw.Event("on", "bool")))


def chance(rng: random.Random, tenths: int) -> bool:
    """Yes, so many times of ten. Hypothesis makes simpler scripts of draws of small integers, not of those of floats."""
    return rng.randrange(10) < tenths


def value(rng: random.Random, type_name: str) -> str:
    """A random value of a type."""
    if type_name == "string":
        return rng.choice(_WORDS) if chance(rng, 7) else f"word {rng.randrange(200)}"
    if type_name == "bool":
        return str(rng.randrange(2))
    if type_name in ("f32", "f64"):
        bits = int(type_name[1:])
        return str(rng.choice([0, 1 << bits - 1, rng.randrange(1 << bits), rng.randrange(1 << bits)]))
    info = np.iinfo(aw.values.DTYPES[type_name])
    return str(rng.choice([0, int(info.min), int(info.max), rng.randint(int(info.min), int(info.max))]))


def read(type_name: str, text: str, born: dict[str, aw.Born]) -> Any:
    """What a value means in Python."""
    if type_name == "string":
        return text
    if text.startswith("*"):
        return born[text]
    if type_name == "bool":
        return text == "1"
    if type_name in ("f32", "f64"):
        return np.array([int(text)], f"<u{int(type_name[1:]) // 8}").view(f"<f{int(type_name[1:]) // 8}")[0]
    return np.uint64(text) if type_name == "u64" else int(text)


class Maker:
    """Makes the changes of ticks of a world."""

    def __init__(self, rng: random.Random, world: aw.World) -> None:
        self._rng, self._world = rng, world
        self._handles = 0

    def tick(self, number: int, changes: int) -> list[str]:
        """One tick's lines."""
        self._lines = [f"tick\t{number}"]
        self._born: dict[str, list[str]] = {t: [] for t in self._world.tables}
        self._dead: dict[str, set[str]] = {t: set() for t in self._world.tables}
        self._used: dict[str, set[str]] = {t: set() for t in self._world.tables}
        self._entered: dict[str, list[str]] = {t: [] for t in self._world.tables}
        self._kin: set[str] = set()
        if chance(self._rng, 3):
            self._put("changed_only")
        for _ in range(changes):
            getattr(self, self._rng.choice(["_insert", "_insert", "_insert", "_set", "_set", "_write", "_remove", "_event", "_input",
                                            "_system"]))()
        return [*self._lines, "end"]

    def _put(self, *fields: object) -> None:
        self._lines.append("\t".join(map(str, fields)))

    def _live(self, table: str) -> list[str]:
        shown = self._world.tables[table]
        return list(map(str, shown["id"].tolist() if "id" in shown else range(shown.rows)))

    def _some(self, table: str, newborn: bool = True) -> str | None:
        known = [*self._live(table), *(self._born[table] if newborn else [])]
        return self._rng.choice(known) if known else None

    def _system(self) -> None:
        self._put("system", self._rng.randrange(4))

    def _insert(self) -> None:
        rng, schema = self._rng, self._rng.choice(SCHEMA.tables)
        for _ in range(rng.choice([1, 1, 1, 5])):
            id, cause, parent = "-", "-", "-"
            if schema.kind == "presence":
                assert schema.of is not None
                found = self._some(schema.of)
                present = set(self._live(schema.name)) - self._dead[schema.name] | self._used[schema.name]
                if found is None or found in present:
                    return
                if found in self._dead[schema.of]:
                    return  # a newborn may get its id, and enter too
                id = found
                self._used[schema.name].add(id)
                self._entered[schema.name] += [f"*{self._handles + 1}", *([id] if id.startswith("*") else [])]
            elif schema.kind == "row" and not schema.allocated:
                id = str(rng.randrange(12) * 357_913_941)
                if id in self._used["port"] or id in self._live("port") and id not in self._dead["port"]:
                    return
                self._used["port"].add(id)
            elif schema.kind == "row" and chance(rng, 5):
                cause = str(rng.randrange(5))
            if "parent" in schema.lineage and chance(rng, 5):
                parent = self._some(schema.name, newborn=not self._dead[schema.name]) or "-"
                if parent.startswith("*"):
                    self._kin.add(schema.name)  # nobody may die there: the parent could get the id (O-17)
            self._handles += 1
            handle = f"*{self._handles}"
            columns = [c for c in schema.columns if c.type == "string" or chance(rng, 5)]
            cells = [f"{c.name}={self._value(c)}" for c in columns]
            self._put("insert", schema.name, handle, id, cause, parent, *cells)
            if schema.kind != "presence":
                self._born[schema.name].append(handle)

    def _value(self, column: aw.Column, newborn: bool = True) -> str:
        if column.table is None:
            return value(self._rng, column.type)
        found = self._some(column.table, newborn) if chance(self._rng, 8) else None
        return str(aw.NO_ROW) if found is None else found

    def _anew(self, schema: aw.TableSchema, column: aw.Column, slot: int, newborn: bool = True) -> str:
        """A value for a row that is there, now and then the one that it has."""
        if column.table is not None or chance(self._rng, 7):
            return self._value(column, newborn)
        held = self._world.tables[schema.name][column.name][slot]
        return str(held.view(f"<u{held.itemsize}") if column.type in ("f32", "f64") else held if column.type == "string" else int(held))

    def _target(self, schemas: list[aw.TableSchema]) -> aw.TableSchema:
        return self._rng.choice(schemas)

    def _set(self) -> None:
        schema = self._target([t for t in SCHEMA.tables if t.columns])
        column = self._rng.choice(schema.columns)
        rows = self._world.tables[schema.name].rows
        if chance(self._rng, 4) and rows:
            slot = self._rng.randrange(rows)
            self._put("set_slot", schema.name, slot, column.name, self._anew(schema, column, slot))
            return
        known = [*self._live(schema.name), *self._born[schema.name], *self._entered[schema.name]]
        if known:
            self._put("set", schema.name, self._rng.choice(known), column.name, self._value(column))

    def _write(self) -> None:
        schema = self._target([t for t in SCHEMA.tables if t.columns])
        column, rows = self._rng.choice(schema.columns), self._world.tables[schema.name].rows
        if chance(self._rng, 3):
            self._put("write", schema.name, column.name, *(self._anew(schema, column, slot, newborn=False) for slot in range(rows)))

    def _remove(self) -> None:
        schema = self._target([t for t in SCHEMA.tables if t.kind != "append_only"])
        live = self._live(schema.name)
        if not live or schema.name in self._kin:
            return
        slot = self._rng.randrange(len(live))
        if any(live[slot] in self._used[other.name] for other in SCHEMA.tables if other.of == schema.name):
            return
        cause = ["", f"cause {self._rng.randrange(6)}"][self._rng.randrange(2)] if "cause" in schema.lineage else ""
        by_slot = chance(self._rng, 4)
        self._put(*(["remove_slot", schema.name, slot] if by_slot else ["remove", schema.name, live[slot]]),
                  *([cause] if cause else []))
        self._dead[schema.name].add(live[slot])
        for other in SCHEMA.tables:
            if other.of == schema.name and live[slot] in self._live(other.name):
                self._dead[other.name].add(live[slot])

    def _event(self) -> None:
        schema = self._target([t for t in SCHEMA.tables if t.events])
        event, found = self._rng.choice(schema.events), self._some(schema.name)
        if found is not None:
            told = self._some("ship") if event.table else value(self._rng, event.type)
            if told is not None:
                self._put("event", schema.name, event.name, found, told)

    def _input(self) -> None:
        event = self._rng.choice(SCHEMA.inputs)
        self._put("input", event.name, self._rng.randrange(1 << 32), value(self._rng, event.type))


def play(live: aw.LiveWorld, lines: list[str], rng: random.Random) -> None:
    """Plays one tick by the package; runs of like insertions go in at once, sometimes."""
    number = int(lines[0].split("\t")[1])
    with (live.tick_later if number % 2 else live.tick)(number) as t:
        born: dict[str, aw.Born] = {}
        waiting: list[list[str]] = []
        for line in lines[1:-1]:
            fields = line.split("\t")
            if waiting and (fields[0] != "insert" or _shape(fields) != _shape(waiting[0]) or chance(rng, 2)
                            or any(f"*{f[2][1:]}" in line.split("\t")[3:] or f"={f[2]}" in line for f in waiting)):
                _insert(t, waiting, born)
                waiting = []
            if fields[0] == "insert":
                waiting.append(fields)
            else:
                _change(t, fields, born)
        if waiting:
            _insert(t, waiting, born)


def _shape(fields: list[str]) -> list[str]:
    return [fields[1], *(str(f == "-") for f in fields[3:6]), *(f.split("=")[0] for f in fields[6:])]


def _type(table: str, column: str) -> str:
    return next(c.type for c in SCHEMA.table(table).columns if c.name == column)


def _id(text: str, born: dict[str, aw.Born]) -> Any:
    return born[text] if text.startswith("*") else int(text)


def _insert(t: aw.Tick, runs: list[list[str]], born: dict[str, aw.Born]) -> None:
    table = runs[0][1]
    options: dict[str, Any] = {}
    for at, name in ((3, "id"), (4, "cause"), (5, "parent")):
        if runs[0][at] != "-":
            options[name] = [_id(f[at], born) for f in runs]
    for i, cell in enumerate(runs[0][6:], 6):
        name = cell.split("=")[0]
        given = [read(_type(table, name), f[i].split("=", 1)[1], born) for f in runs]
        options[name] = np.array(given, "<f4") if _type(table, name) == "f32" else given
    made = t[table].insert(len(runs), **options) if len(runs) > 1 else [t[table].insert(**{
        k: v[0] for k, v in options.items()})]
    born.update((f[2], b) for f, b in zip(runs, made))


def _change(t: aw.Tick, fields: list[str], born: dict[str, aw.Born]) -> None:
    kind = fields[0]
    if kind == "system":
        t.system(int(fields[1]))
    elif kind == "changed_only":
        t.changed_only()
    elif kind == "set":
        t[fields[1]].set(_id(fields[2], born), **{fields[3]: read(_type(fields[1], fields[3]), fields[4], born)})
    elif kind == "set_slot":
        t[fields[1]].set_slot(int(fields[2]), **{fields[3]: read(_type(fields[1], fields[3]), fields[4], born)})
    elif kind == "write":
        type_name = _type(fields[1], fields[2])
        given = [read(type_name, f, born) for f in fields[3:]]
        t[fields[1]].write(**{fields[2]: np.array(given, aw.values.DTYPES[type_name]) if type_name[0] in "uif" else given})
    elif kind in ("remove", "remove_slot"):
        getattr(t[fields[1]], kind)(int(fields[2]), cause=fields[3] if len(fields) > 3 else None)
    elif kind == "event":
        event = next(e for e in SCHEMA.table(fields[1]).events if e.name == fields[2])
        t[fields[1]].event(fields[2], _id(fields[3], born), read(event.type, fields[4], born))
    else:
        event = next(e for e in SCHEMA.inputs if e.name == fields[1])
        t.input(fields[1], read(event.type, fields[3], born), target=int(fields[2]))


def report(world: aw.World) -> dict[str, Any]:
    """What both sides say after a tick."""
    return {"tick": world.tick, "seq": world.seq, "chain": f"{int.from_bytes(world.chain, 'little'):016x}",
            "hash_world": world.hash_world(), "resume_hash": world.resume_hash()}


def make(stem: Path, rng: random.Random, changes: int) -> list[dict[str, Any]]:
    """Makes and plays one script: `stem.script` and the store `stem.python`, whose log Python seals, at its end and now and
    then before; what Python holds after every tick."""
    reports, tick = [], 0
    with open(stem.with_suffix(".script"), "w", encoding="utf-8", newline="\n") as script, \
            aw.LiveWorld.create(stem.with_suffix(".python"), SCHEMA, durability="none") as live:
        maker = Maker(rng, live.world)
        while changes > 0:
            lines = maker.tick(tick, min(changes, rng.choice([0, 3, 10, 30, 60])))
            changes -= max(len(lines) - 2, 1)
            script.write("".join(line + "\n" for line in lines))
            play(live, lines, rng)
            reports.append(report(live.world))
            tick += rng.choice([1, 1, 4])
            if changes <= 0 or rng.randrange(40) == 39:
                live.seal(rng.choice(["none", "zstd"]))
    return reports
