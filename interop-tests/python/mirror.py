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


def mutations(world: aw.World, seed: int, step: int) -> aw.Mutations:
    """One step of RandomWorld."""
    r, m = SplitMix(seed, step), aw.Mutations(world)
    ids = {name: table.columns["id"].tolist() for name, table in world.tables.items() if "id" in table.columns}
    target = r.below(1 << 32)
    m.input("rate", r.below(1000) / 8.0, target)
    if r.one_in(4):
        m.input("order", f"order {r.below(5)}")
    _columns(m, r, len(ids["creature"]))
    _creatures(m, r, ids["creature"])
    _births(m, r)
    _hungry(m, r, ids)
    _food(m, r, ids)
    for rid in ids["ticket"]:
        if r.one_in(5):
            m.remove("ticket", rid)
    for _ in range(r.below(3)):
        m.insert("ticket", {"price": r.below(4) / 4.0})
    badge = r.below(6)
    if badge in ids["badge"]:
        m.remove("badge", badge)
    else:
        m.insert("badge", {"level": r.below(256)}, id=badge)
    rows = world.tables["population"].rows
    m.insert("population", {"n": len(ids["creature"]), "mean": r.below(100) / 16.0})
    if rows and r.one_in(3):
        row = r.below(rows)
        m.set("population", "n", row, r.below(100))
    m.event("population", "logged", rows, r.below(100) - 50)
    return m


def _columns(m: aw.Mutations, r: SplitMix, rows: int) -> None:
    if not r.one_in(3):
        m.set_column("creature", "x", np.array([r.next() & 0xFFFFFFFF for _ in range(rows)], "<u4").view("<f4"))
    if r.one_in(3):
        m.set_column("creature", "energy", np.array([r.next() for _ in range(rows)], "<u8").view("<f8"))


def _creatures(m: aw.Mutations, r: SplitMix, ids: list[int]) -> None:
    for rid in ids:
        choice = r.below(16)
        if choice == 0:
            m.set("creature", "kind", rid, f"kind {r.below(6)}")
        elif choice == 1:
            m.set("creature", "big", rid, np.uint64(r.next()))
        elif choice == 2:
            m.set("creature", "debt", rid, signed(r.next(), 64))
        elif choice in (3, 4, 5, 6, 9):
            column, bound, least = {3: ("age", 65536, 0), 4: ("level", 256, -128), 5: ("mood", 65536, -32768),
                                    6: ("score", 256, 0), 9: ("awake", 2, 0)}[choice]
            m.set("creature", column, rid, r.below(bound) + least)
        elif choice == 7:
            m.set("creature", "rank", rid, signed(r.below(1 << 32), 32))
        elif choice == 8:
            m.set("creature", "mark", rid, r.below(1 << 32))
        elif choice == 10:
            m.event("creature", "ate", rid, r.below(9))
        elif choice == 11:
            m.event("creature", "said", rid, f"wörd {r.below(30)}")
        elif choice == 12:
            m.remove("creature", rid, "starved" if r.one_in(2) else "eaten")
        elif choice == 13:
            m.remove("creature", rid)


def _births(m: aw.Mutations, r: SplitMix) -> None:
    for _ in range(r.below(6)):
        system, cause_id = r.below(3), r.below(4)
        values = {"kind": f"kind {r.below(6)}", "x": f32(r.next()), "awake": r.below(2)}
        parent = r.below(50) if r.one_in(2) else None
        m.insert("creature", values, system=system, cause_id=cause_id, parent=parent)


def _hungry(m: aw.Mutations, r: SplitMix, ids: dict[str, list[int]]) -> None:
    for rid in ids["creature"]:
        choice, present = r.below(6), rid in ids["hungry"]
        if choice < 2 and not present:
            m.insert("hungry", id=rid)
        elif choice in (2, 3) and present:
            m.remove("hungry", rid)
            if choice == 3:
                m.insert("hungry", id=rid)


def _food(m: aw.Mutations, r: SplitMix, ids: dict[str, list[int]]) -> None:
    removed = set()
    for rid in ids["food"]:
        if r.one_in(4):
            m.remove("food", rid)
            removed.add(rid)
        if r.one_in(3) and rid not in ids["marked"]:
            m.insert("marked", id=rid)
    rid = r.below(8) * 1_000_000_007 % (1 << 32)
    if rid not in ids["food"] or rid in removed:
        m.insert("food", {"size": -3, "note": f"n{r.below(4)}"}, id=rid)
