# SPDX-License-Identifier: Apache-2.0
"""RandomWorld.java over again with the Python package: the same calls, so the same rows in the log."""

from __future__ import annotations

import numpy as np

import arrow_world as aw

MASK = (1 << 64) - 1


class SplitMix:
    """SplitMix64, as SplitMix.java."""

    def __init__(self, seed: int, step: int) -> None:
        self._state = seed ^ (step * 0xD1342543DE82EF95 & MASK)

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        z = self._state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def below(self, bound: int) -> int:
        return self.next() % bound

    def one_in(self, bound: int) -> bool:
        return self.below(bound) == 0


def f32(bits: int) -> np.float32:
    """A float32 of these bits, NaNs untouched."""
    return np.array([bits & 0xFFFFFFFF], "<u4").view("<f4")


def signed(value: int, bits: int) -> int:
    return value - (value >> (bits - 1) << bits)


def tick(step: int) -> int:
    """The tick of a step: every tenth is left out."""
    return step + step // 9


def change(t: aw.Tick, seed: int, step: int) -> None:
    """One step of RandomWorld."""
    r, tables = SplitMix(seed, step), t.world.tables
    ids = {name: table["id"].tolist() for name, table in tables.items() if "id" in table.columns}
    target = r.below(1 << 32)
    t.input("rate", r.below(1000) / 8.0, target)
    if r.one_in(4):
        t.input("order", f"order {r.below(5)}")
    _columns(t, r, len(ids["creature"]))
    _creatures(t["creature"], r, ids["creature"])
    _births(t, r, ids["creature"])
    _hungry(t["hungry"], r, ids)
    _food(t, r, ids)
    for rid in ids["ticket"]:
        if r.one_in(5):
            t["ticket"].remove(rid)
    for _ in range(r.below(3)):
        t["ticket"].insert(price=r.below(4) / 4.0)
    badge = r.below(6)
    if badge in ids["badge"]:
        t["badge"].remove(badge)
    else:
        t["badge"].insert(id=badge, level=r.below(256))
    rows, population = tables["population"].rows, t["population"]
    newest = population.insert(n=len(ids["creature"]), mean=r.below(100) / 16.0)
    if rows and r.one_in(3):
        row = r.below(rows)
        population.set(row, n=r.below(100))
    population.event("logged", newest, r.below(100) - 50)


def _columns(t: aw.Tick, r: SplitMix, rows: int) -> None:
    if not r.one_in(3):
        t["creature"].write(x=np.array([r.next() & 0xFFFFFFFF for _ in range(rows)], "<u4").view("<f4"))
    if r.one_in(3):
        t["creature"].write(energy=np.array([r.next() for _ in range(rows)], "<u8").view("<f8"))


def _creatures(creature: aw.TickTable, r: SplitMix, ids: list[int]) -> None:
    for rid in ids:
        choice = r.below(16)
        if choice == 0:
            creature.set(rid, kind=f"kind {r.below(6)}")
        elif choice == 1:
            creature.set(rid, big=np.uint64(r.next()))
        elif choice == 2:
            creature.set(rid, debt=signed(r.next(), 64))
        elif choice in (3, 4, 5, 6, 9):
            column, bound, least = {3: ("age", 65536, 0), 4: ("level", 256, -128), 5: ("mood", 65536, -32768),
                                    6: ("score", 256, 0), 9: ("awake", 2, 0)}[choice]
            creature.set(rid, **{column: r.below(bound) + least})
        elif choice == 7:
            creature.set(rid, rank=signed(r.below(1 << 32), 32))
        elif choice == 8:
            creature.set(rid, mark=r.below(1 << 32))
        elif choice == 10:
            creature.event("ate", rid, r.below(9))
        elif choice == 11:
            creature.event("said", rid, f"wörd {r.below(30)}")
        elif choice == 12:
            creature.remove(rid, cause="starved" if r.one_in(2) else "eaten")
        elif choice == 13:
            creature.remove(rid)


def _births(t: aw.Tick, r: SplitMix, ids: list[int]) -> None:
    for _ in range(r.below(6)):
        t.system(r.below(3))
        cause, kind, x, awake = r.below(4), f"kind {r.below(6)}", f32(r.next()), r.below(2)
        parent = ids[r.below(len(ids))] if r.one_in(2) and ids else None
        t["creature"].insert(kind=kind, x=x, awake=awake, cause=cause, parent=parent)
    t.system(0)


def _hungry(hungry: aw.TickTable, r: SplitMix, ids: dict[str, list[int]]) -> None:
    for rid in ids["creature"]:
        choice, present = r.below(6), rid in ids["hungry"]
        if choice < 2 and not present:
            hungry.insert(id=rid)
        elif choice in (2, 3) and present:
            hungry.remove(rid)
            if choice == 3:
                hungry.insert(id=rid)


def _mark(marked: aw.TickTable, r: SplitMix, rid: int) -> None:
    choice = r.below(8)
    if choice == 0:
        marked.set(rid, by=f"again {r.below(3)}")
    elif choice == 1:
        marked.set(rid, weight=np.array([r.next()], "<u8").view("<f8"))
    elif choice == 2:
        marked.set(rid, open=r.below(2) == 1)
    elif choice == 3:
        marked.set(rid, bits=np.uint64(r.next()))
    elif choice == 4:
        marked.set(rid, mark=f32(r.next()))
    elif choice == 5:
        marked.remove(rid)


def _food(t: aw.Tick, r: SplitMix, ids: dict[str, list[int]]) -> None:
    removed = set()
    for rid in ids["food"]:
        if r.one_in(4):
            t["food"].remove(rid)
            removed.add(rid)
        is_marked = rid in ids["marked"]
        if r.one_in(3) and not is_marked:
            t["marked"].insert(id=rid, by=f"mark {r.below(3)}", open=True)
        elif is_marked:
            _mark(t["marked"], r, rid)
    rid = r.below(8) * 1_000_000_007 % (1 << 32)
    if rid not in ids["food"] or rid in removed:
        t["food"].insert(id=rid, size=-3, note=f"n{r.below(4)}")
