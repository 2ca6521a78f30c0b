# SPDX-License-Identifier: Apache-2.0
"""The same table gives the same history in Java and in Python, or is refused by both (import.md T-50 to T-54).

AW_HISTORY_CASES sets how many (default 60), AW_HISTORY_SEED repeats a run.
"""

from __future__ import annotations

import decimal
import os
import random
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq

import arrow_world
import foreign_files

CASES = int(os.environ.get("AW_HISTORY_CASES", "60"))
SEED = int(os.environ.get("AW_HISTORY_SEED", time.time_ns() % 10**9))


def whos(some: random.Random, rows: int) -> pa.Array:
    pick = some.choices(range(some.choice((1, 3, 8))), k=rows)
    return some.choice((
        lambda: pa.array(pick), lambda: pa.array(pick, pa.uint8()), lambda: pa.array([float(p) for p in pick]),
        lambda: pa.array([p + 0.5 for p in pick], pa.float32()), lambda: pa.array([f"b\u00e9 {9 - p}" for p in pick]),
        lambda: pa.array([decimal.Decimal(p) / 2 for p in pick], pa.decimal128(8, 2)),
        lambda: pa.array([p * 1e23 + 1e-40 for p in pick]), lambda: pa.array([1.7e38 / (1 + p) for p in pick], pa.float32()),
        lambda: pa.array([p * 2**33 for p in pick]), lambda: pa.array([p % 2 == 0 for p in pick]),
        lambda: pa.array([None if p == 7 else str(p) for p in pick])))()


def whens(some: random.Random, rows: int, time_as: str) -> pa.Array:
    pick = [some.randrange(some.choice((3, 12))) - (some.random() < 0.05) for _ in range(rows)]
    if time_as == "tick":
        return some.choice((lambda: pa.array(pick), lambda: pa.array([float(p) for p in pick]),
                            lambda: pa.array([decimal.Decimal(p) for p in pick], pa.decimal128(8, 2)),
                            lambda: pa.array([p + (0.5 if p == 11 else 0) for p in pick], pa.float32())))()
    if time_as == "seconds":
        return some.choice((lambda: pa.array([p * 0.04 for p in pick]), lambda: pa.array([p / 25 for p in pick], pa.float32()),
                            lambda: pa.array([decimal.Decimal(4 * p) / 100 for p in pick], pa.decimal128(8, 3)),
                            lambda: pa.array([40 * p for p in pick], pa.duration("ms")),
                            lambda: pa.array([p * 0.04 + (0.01 if p == 2 else 0) for p in pick])))()
    return some.choice((
        lambda: pa.array([10**9 + 40 * p for p in pick], pa.timestamp("ms", some.choice((None, "UTC")))),
        lambda: pa.array([f"2026-11-30T{12 + p % 3:02}:00:{p % 60:02}.04{some.choice(('Z', '+01:00', '', '-02'))}" for p in pick]),
        lambda: pa.array([f"2026-11-{1 + p % 28:02}" for p in pick]),
        lambda: pa.array([p if p else None for p in pick])))()


def value(some: random.Random, rows: int) -> pa.Array:
    holes = some.choice((0.0, 0.0, 0.3))
    make, kind = some.choice((
        (lambda: some.choice((0.0, -0.0, 1.5, float("nan"), float("inf"))), pa.float64()), (lambda: some.randrange(5), pa.int64()),
        (lambda: some.randrange(2**64), pa.uint64()), (lambda: some.random() < 0.5, pa.bool_()),
        (lambda: some.choice(("", "a", "\u00fc\u00fc")), pa.string()), (lambda: some.randrange(3) / 2, pa.float32()),
        (lambda: some.randrange(100), pa.timestamp("us")), (lambda: [some.randrange(3)], pa.list_(pa.int8())),
        (lambda: decimal.Decimal(some.randrange(500)) / 100, pa.decimal128(9, 2))))
    return pa.array([None if some.random() < holes else make() for _ in range(rows)], kind)


def case(seed: int, folder: Path) -> foreign_files.Task:
    some = random.Random(seed)
    rows = some.choice((1, 5, 40, 40))
    time_as = some.choice(("tick", "tick", "seconds", "iso"))
    columns = {"who": whos(some, rows), "when": whens(some, rows, time_as)}
    columns |= {some.choice((f"v{i}", f"{i} lives", "id", "tick")): value(some, rows) for i in range(some.randrange(4))}
    names = list(columns)
    some.shuffle(names)
    table = pa.table({n: columns[n] for n in names})
    seen: set[Any] = set()
    kept = [i for i, key in enumerate(zip(table["who"].to_pylist(), table["when"].to_pylist()))
            if some.random() < 0.02 or not (key in seen or seen.add(key))]
    table = table.take(kept)
    kind = some.choice(("parquet", "arrow", "csv"))
    if kind == "csv":
        table = table.select([n for n in names if not pa.types.is_nested(table[n].type)])
    file = folder / f"{seed}.{kind}"
    {"parquet": pq.write_table, "arrow": pa.feather.write_feather, "csv": pyarrow.csv.write_csv}[kind](table, file)
    rate = some.choice(("25", "25", "30", "12.5", "1e-1", "1e3")) if time_as != "tick" or some.random() < 0.2 else ""
    more = (time_as, rate, some.choice(("", "snap")), some.choice(("", "auto")), some.choice(("", "", "keep")))
    return foreign_files.Task(kind, file, folder / f"java{seed}", more=more)


def history(path: Path) -> list[Any]:
    """All that two stores of one history have alike."""
    store = arrow_world.open_store(path)
    assert store.verify(), path
    rows = store.log().to_arrow()
    return [store.info.schema.to_json(), dict(store.info.properties), store.info.time and store.info.time.to_json(),
            *(rows[name].to_pylist() for name in rows.column_names if name != "val"), rows["val"].to_numpy().view("u8").tolist()]


def test_the_same_table_gives_the_same_history(tmp_path: Path) -> None:
    print(f"AW_HISTORY_CASES={CASES} AW_HISTORY_SEED={SEED}")
    tasks = [case(seed, tmp_path) for seed in range(SEED, SEED + CASES)]
    taken, differences = 0, []
    for task, java in zip(tasks, foreign_files.imports(tasks)):
        python, (time_as, rate, snap, first, keep) = task.file.with_suffix(".python"), task.more
        try:
            found = arrow_world.import_history(
                task.file, python, entity="who", time="when", table="t", time_as=time_as, rate=rate or None, snap=bool(snap),
                first_tick=first or None, keep=bool(keep))
        except arrow_world.ArrowWorldError as e:
            if java.outcome != "refused":
                differences.append(f"{task.file.name} {task.more}: only Python refuses it: {e}")
            continue
        if java.outcome == "refused" or sorted(java.unmapped) != sorted(found.unmapped):
            differences.append(f"{task.file.name} {task.more}: {java.outcome} {java.message} {java.unmapped} != {found}")
        elif history(python) != history(task.store):
            differences.append(f"{task.file.name} {task.more}: the stores differ: {history(python)} != {history(task.store)}")
        taken += 1
    assert not differences, "\n".join(differences[:5])
    assert CASES < 30 or CASES / 3 < taken < CASES
