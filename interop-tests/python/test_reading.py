# SPDX-License-Identifier: Apache-2.0
"""One script of questions, answered by Java and by Python alike: golden, random, forked, cut and live stores; and by `aw`."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
import conftest
import java_side
from conftest import JavaRun

CASES = int(os.environ.get("AW_CASES", "3"))
SEED = int(os.environ.get("AW_SEED", "9100"))
GOLDEN = Path(__file__).parents[2] / "docs" / "spec" / "conformance"
Question = tuple[Any, ...]


def test_both_languages_read_the_golden_stores_alike(tmp_path: Path) -> None:
    stores = sorted(p.parent for p in GOLDEN.glob("*/**/store.json"))
    assert len(stores) >= 4
    for store in stores:
        agree(store, questions(store, random.Random(1), store), tmp_path)


def test_both_languages_read_random_stores_alike(tmp_path: Path) -> None:
    java_side.run("TimelineMain", "cases", tmp_path / "cases", SEED, CASES)
    for seed in range(SEED, SEED + CASES):
        store = tmp_path / "cases" / str(seed)
        agree(store, questions(store, random.Random(seed), store), tmp_path, f"repeat with AW_SEED={seed} AW_CASES=1")


def test_both_languages_read_a_fork_and_compare_it_alike(java_run: JavaRun, tmp_path: Path) -> None:
    origin, fork, cut = java_run.path, tmp_path / "fork", tmp_path / "cut"
    java_side.aw("fork", origin, "--tick", sorted(r["tick"] for r in java_run.reports)[140], "--out", fork)
    java_side.run("StoreMain", "run", fork, 4711, 141, 160, "sealed", 1000)
    shutil.copytree(origin, cut)
    java_side.aw("truncate", cut, "--after", sorted(r["tick"] for r in java_run.reports)[200], "--yes")
    dice = random.Random(3)
    for store, other in ((fork, origin), (cut, fork)):
        agree(store, questions(store, dice, other), tmp_path)


def test_both_languages_compare_stores_with_words_of_their_own_alike(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    for case in range(max(CASES, 3)):
        sides = [tmp_path / f"{case}-{side}" for side in "ab"]
        rows = dice.sample(range(9), 5)
        for path in sides:
            words = [dice.choice("pqrs") for _ in rows]
            aw.import_table(pa.table({"id": rows, "w": words, "n": [dice.randrange(3) for _ in rows]}), path, table="t")
        agree(sides[0], [("diff", sides[1]), ("diff", sides[0])], tmp_path)


def test_both_languages_compare_stores_with_a_base_amid_their_log_alike(tmp_path: Path) -> None:
    schema = aw.Schema([aw.TableSchema("ship", columns=[aw.Column("x", "f64"), aw.Column("name", "string")],
                                       events=[aw.Event("hit", "i64")])])
    for side, hit in (("a", 1), ("b", 2)):
        with aw.LiveWorld.create(tmp_path / side, schema) as world:
            for tick in range(20):
                with world.tick() as t:
                    if not tick:
                        t["ship"].insert(x=np.zeros(3), name=["p", "q", "p"])
                    t["ship"].event("hit", 0, hit if tick < 2 else 7)
        aw.open_store(tmp_path / side).compact(keep_ticks=5)
    agree(tmp_path / "a", [("span",), ("plan", "-", "-"), ("diff", tmp_path / "b"), ("diff", tmp_path / "a")], tmp_path)


def test_no_base_is_of_the_tick_that_there_cannot_be(tmp_path: Path) -> None:  # L-2
    np.savez(tmp_path / "c.npz", x=np.arange(3.0), tick=np.int64(2**63 - 1))
    java_side.aw("import", "npz", tmp_path / "c.npz", "--out", tmp_path / "s", "--table", "t", code=1)
    assert not (tmp_path / "s").exists()


def questions(path: Path, dice: random.Random, other: Path) -> list[Question]:
    """What is asked of a store: every kind of question, valid and not."""
    store = aw.open_store(path)
    span = store.span()
    if span is None:
        return [("span",), ("verify",), ("plan", "-", "-")]
    first, last = span

    def tick() -> int:
        return dice.randint(first, last)

    def ticks() -> str:
        a, b = sorted((tick(), tick()))
        return dice.choice(("-", f"{a}..{b}"))

    asked: list[Question] = [("span",), ("verify",), ("diff", other), ("at", last + 1, "-"), ("events", "-", "-"),
                             ("events", "-", ticks()), ("hash", tick()), ("rows", "no.such", "-"), ("lives", "none"),
                             ("cursor", "-", *["next"] * 12), ("cursor", "-", last, "next", first, "next")]
    asked += [("at", tick(), "-") for _ in range(4)]
    asked += [("cursor", "-", *[dice.choice(("next", tick())) for _ in range(12)]) for _ in range(3)]
    asked += [("between", *sorted((tick(), tick()))) for _ in range(3)]
    asked += [("plan", wanted, ids) for wanted in ("-", ticks(), f"{tick()}..{last + 9}") for ids in ("-", f"0..{dice.randint(0, 12)}")]
    asked += [("plan", "-", "7..4294967295"), ("plan", "-", "4294967294..4294967295"), ("plan", "3..2", "-")]
    for table in store.schema.tables:
        if table.columns:
            asked += [("at", tick(), table.name), ("cursor", table.name, tick(), "next", tick())]
        asked.append(("lives", table.name))
        for _ in range(3):
            id_ = dice.randint(0, 12)
            asked += [("history", table.name, id_, "-", ticks()), ("history", table.name, id_, dice.randint(0, 2), ticks())]
    for key in store.keys:
        asked += [("rows", key.name, ticks()), ("events", key.name, ticks()), ("stats", key.name, ticks(), dice.choice((0, 5)))]
    return asked


def agree(path: Path, asked: list[Question], tmp_path: Path, said: str = "") -> None:
    script = tmp_path / "script"
    script.write_text("".join(" ".join(map(str, q)) + "\n" for q in asked), "utf-8")
    answers = [json.loads(line) for line in java_side.run("ReadingMain", path, script).splitlines()]
    assert len(answers) == len(asked)
    store = aw.open_store(path)
    for question, java in zip(asked, answers):
        python = json.loads(json.dumps(answer(store, question)))
        assert python == java, f"{path.name}: {' '.join(map(str, question))} {said}"


def answer(store: aw.Store, q: Question) -> Any:
    try:
        return ANSWERS[q[0]](store, *q[1:])
    except aw.InvalidUseError:
        return {"error": "invalid use"}


def columns(names: str) -> list[str] | None:
    return None if names == "-" else names.split(",")


def span_of(ticks: str) -> tuple[int, int] | None:
    return None if ticks == "-" else tuple(map(int, ticks.split("..")))  # type: ignore[return-value]


def shown(world: aw.World) -> list[Any]:
    return [world.tick, world.hash_world()]


def at(store: aw.Store, tick: int, names: str) -> Any:
    return shown(store.at(tick, columns=columns(names)))


def cursor(store: aw.Store, names: str, *steps: Any) -> Any:
    seen: list[Any] = []
    moved = store.cursor(columns=columns(names))
    for step in steps:
        if step != "next":
            moved.seek(step)
        elif not moved.next():
            seen.append("end")
            continue
        seen.append(shown(moved.world))
    return seen


def log_rows(rows: aw.LogRows) -> list[list[Any]]:
    text = [None] * len(rows) if rows.text is None else rows.text.tolist()
    return [[t, rows.keys[k].name, r, f"{b:016x}", w] for t, k, r, b, w in
            zip(rows.tick.tolist(), rows.key.tolist(), rows.rid.tolist(), rows.bits.tolist(), text)]


def plan(store: aw.Store, ticks: str, ids: str) -> Any:
    """A plan, and the rows that its batches give, the last one read first."""
    made = store.plan(span_of(ticks), ids=span_of(ids))
    rows: list[list[Any]] = []
    with aw.PlanReader(store.path, made) as reader:
        for batch in reversed(made.batches):
            read = reader.read(batch)
            rows += [[*row, seq] for row, seq in zip(log_rows(read), read.seq.tolist())]
    return [made.store.hex(), [k.name for k in made.keys], position(made.start), position(made.end),
            made.base and [made.base.snapshot, position(made.base.position)],
            [[s.path, position(s.start), position(s.end)] for s in made.segments],
            [list(dataclasses.astuple(b)) for b in reversed(made.batches)], [made.bytes, made.rows], rows]


def position(p: Any) -> list[Any]:
    return [p.tick, p.seq, f"{int.from_bytes(p.chain, 'little'):016x}"]


def history(store: aw.Store, table: str, id_: int, gen: Any, ticks: str) -> Any:
    found = store.history(table, id_, None if gen == "-" else gen, ticks=span_of(ticks))
    return [[*row, g] for row, g in zip(log_rows(found), found.gen.tolist())]


def lives(store: aw.Store, table: str) -> Any:
    found = store.lives(table)
    who = [[r, g] for r, g in zip(found.rid.tolist(), found.gen.tolist())]
    return [[who[i], int(found.born[i]), int(found.died[i]), found.cause[i],
             who[int(found.parent[i])] if found.parent[i] >= 0 else None] for i in range(len(found))]


def between(store: aw.Store, a: int, b: int) -> Any:
    return [[c.key, [c.id, c.gen], value(c.before), value(c.after)] for c in store.between(a, b)]


def diff(store: aw.Store, other: Path) -> Any:
    found = store.diff(aw.open_store(other))
    return [found.outcome, found.first_compared, -1 if found.last_equal is None else found.last_equal,
            -1 if found.tick is None else found.tick,
            [[d.key, d.id, value(d.left), value(d.right)] for d in found.differences], found.count]


def stats(store: aw.Store, key: str, ticks: str, bins: int) -> Any:
    found = store.stats(key, span_of(ticks), bins=bins)
    return [summary(found.all), {str(t): summary(s) for t, s in found.by_tick.items()}]


def summary(s: aw.Summary) -> list[Any]:
    mean = f"{s.mean:.12e}" if math.isfinite(s.mean) else value(s.mean)
    return [s.count, s.nans, mean, value(s.min), value(s.max), s.distinct, [value(q) for q in s.quartiles],
            list(s.histogram)]


def value(found: Any) -> Any:
    """Floats bit by bit, integers as digits."""
    if isinstance(found, float):
        return "nan" if math.isnan(found) else struct.pack(">d", found).hex()
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else found


ANSWERS: dict[str, Any] = {
    "span": lambda store: list(store.span() or (pytest.fail("no tick"),)),
    "at": at, "cursor": cursor, "history": history, "lives": lives,
    "rows": lambda store, key, ticks: log_rows(store.rows(key, span_of(ticks))),
    "events": lambda store, key, ticks: log_rows(store.events(None if key == "-" else key, span_of(ticks))),
    "plan": plan, "between": between, "diff": diff, "stats": stats,
    "hash": lambda store, tick: store.hash_world(tick),
    "verify": lambda store: bool(store.verify()),
}


def lines(*args: object) -> list[dict[str, Any]]:
    """The JSON lines `aw` prints."""
    return [json.loads(line) for line in java_side.aw(*args, "--json").splitlines()]


def same_value(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and not math.isfinite(ours):
        return str(theirs).lower().replace("infinity", "inf") in (str(ours), "none")
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return np.float64(ours).tobytes() == np.float64(theirs).tobytes() or np.float32(ours) == np.float32(theirs)
    return bool(ours == theirs)


def test_aw_tells_the_same_histories(java_run: JavaRun) -> None:
    store, rng = aw.open_store(java_run.path), random.Random(SEED)
    lives = store.lives("creature")
    for rid in rng.sample(sorted(set(lives.rid.tolist())), 5):
        ours = store.history("creature", rid)
        theirs = lines("history", java_run.path, "--table", "creature", "--id", rid)
        assert ours.tick.tolist() == [r["tick"] for r in theirs]
        assert ours.names.tolist() == [r["key"] for r in theirs]
        assert [None if g < 0 else g for g in ours.gen.tolist()] == [r["gen"] for r in theirs]
        values = ours.python_values()
        wrong = [(a, r["val"]) for a, r in zip(values, theirs) if not same_value(a, r["val"])]
        assert not wrong, (rid, wrong[:3])


def test_aw_tells_the_same_net_changes(java_run: JavaRun) -> None:
    store, rng = aw.open_store(java_run.path), random.Random(SEED)
    first, last = store.span() or (0, 0)
    for _ in range(3):
        a, b = sorted(rng.randrange(first, last + 1) for _ in range(2))
        theirs = json.loads(java_side.aw("diff", java_run.path, "--between", f"{a}..{b}", "--limit", 100_000, "--json",
                                         code=int(a != b)))
        ours = [(c.key, c.id, c.before, c.after) for c in store.between(a, b)]
        rows = [(f"{r['table']}.{r['column']}", r["id"], r["before"], r["after"]) for r in theirs["rows"]]
        assert [c[:2] for c in ours] == [r[:2] for r in rows]
        assert all(same_value(x, y) for c, r in zip(ours, rows) for x, y in zip(c[2:], r[2:]))


def test_aw_tells_the_same_statistics(java_run: JavaRun) -> None:
    store = aw.open_store(java_run.path)
    keys = [k for k in store.keys if k.type != "string" and k.kind != "commit"]
    turn = [java_run.path.parent.name.startswith(how) for how in ("sealed", "live", "zstd")].index(True)
    for key in keys[turn::3]:  # a process each: every key in one of the three forms of the log
        theirs = json.loads(java_side.aw("stats", java_run.path, "--key", key.name, "--bins", 5, "--json"))
        ours = store.stats(key.name, bins=5).all
        assert (ours.count, ours.nans, ours.distinct) == (theirs["count"], theirs["nans"], theirs["distinct"]), key.name
        if ours.count > ours.nans:
            assert same_value(ours.min, theirs["min"]) and same_value(ours.max, theirs["max"]), key.name
            assert all(map(same_value, ours.quartiles, theirs["quartiles"])), key.name
            assert list(ours.histogram) == theirs["histogram"], key.name
            assert same_value(ours.mean, theirs["mean"]), key.name


def test_aw_tells_the_same_first_tick_that_differs(java_run: JavaRun, tmp_path: Path) -> None:
    store = aw.open_store(java_run.path)
    tick = sorted(r["tick"] for r in java_run.reports)[150]
    fork = tmp_path / "fork"
    java_side.aw("fork", java_run.path, "--tick", tick, "--out", fork)
    java_side.run("StoreMain", "run", fork, conftest.SEED + 1, 151, 170, "sealed", 1000)
    theirs = json.loads(java_side.aw("diff", java_run.path, fork, "--limit", 1000, "--json", code=1))
    ours = store.diff(aw.open_store(fork), most=1000)
    assert (ours.outcome, ours.first_compared, ours.last_equal, ours.tick, ours.count) == (
        theirs["outcome"], theirs["first_compared"], theirs["last_equal"], theirs["tick"], theirs["differing_rows"])
    rows = [(f"{r['table']}.{r['column']}", r["id"]) for r in theirs["rows"]]
    assert [d[:2] for d in ours.differences] == rows
    assert all(same_value(d.left, r["left"]) and same_value(d.right, r["right"])
               for d, r in zip(ours.differences, theirs["rows"]))


def test_a_cursor_of_every_tick_is_javas(java_run: JavaRun) -> None:
    with aw.open_store(java_run.path).cursor() as cursor:
        assert [(w.tick, w.hash_world(), w.resume_hash()) for w in cursor] == [
            (r["tick"], r["hash_world"], r["resume_hash"]) for r in java_run.reports]


def test_aw_tells_the_same_rows(java_run: JavaRun) -> None:
    store = aw.open_store(java_run.path)
    first, last = store.span() or (0, 0)
    middle = (first + last) // 2
    theirs = lines("log", java_run.path, "--range", f"{middle}..{middle + 3}")
    ours = store.rows(ticks=(middle, middle + 3))
    kept = [r for r in theirs if r["key"] != "tick.commit"]
    assert list(zip(ours.tick.tolist(), ours.rid.tolist(), ours.names.tolist())) == [
        (r["tick"], r["rid"], r["key"]) for r in kept]
    assert all(same_value(a, r["val"]) for a, r in zip(ours.python_values(), kept))
