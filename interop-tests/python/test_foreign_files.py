# SPDX-License-Identifier: Apache-2.0
"""Golden files of the Arrow and Parquet projects, and files that went wrong for others, against pyarrow's reading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from foreign_files import OPAQUE, Outcome, Task, as_stored, differences, filling, imports, read_arrow, read_parquet

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
SHARED = ROOT.parent / "shared"
TABLE = ROOT / "docs" / "foreign-files.md"

def judge(path: Path, kind: str, outcome: Outcome, store: Path) -> tuple[str, list[str]]:
    """The outcome in words, and what is wrong with it."""
    if outcome.outcome == "refused":
        wrong = [f"opaque: {outcome.message}"] if OPAQUE.search(outcome.message) else []
        table = read_arrow(path) if kind == "arrow" else read_parquet(path)
        named = "which is not read here" in outcome.message or "beyond" in outcome.message
        if table is not None and not named:
            wrong.append(f"refused, but pyarrow reads it: {outcome.message}")
        return "refused by name", wrong
    table = read_arrow(path) if kind == "arrow" else read_parquet(path)
    if table is None:
        return ("equal" if outcome.outcome == "taken" else "columns unmapped") + ", pyarrow does not read it", []
    if kind == "parquet":
        table = as_stored(path, table)
    wrong = differences(table, outcome, store, filled=False)
    return ("equal" if outcome.outcome == "taken" else "columns unmapped"), wrong


def corpus() -> list[tuple[str, Path]]:
    arrow = SHARED / "corpora" / "arrow-golden"
    parquet = SHARED / "corpora" / "parquet-testing"
    if not arrow.is_dir():
        pytest.skip("the golden files of the Arrow and Parquet projects are not beside the project")
    files = [("arrow", p) for p in sorted(arrow.glob("*/*")) if p.suffix in (".arrow_file", ".stream")]
    return files + [("parquet", p) for p in sorted(parquet.glob("*.parquet"))]


def test_golden_files_of_the_arrow_and_parquet_projects_come_in_exactly_or_are_refused_by_name(tmp_path: Path) -> None:
    files = corpus()
    tasks = [Task(kind, path, tmp_path / str(i)) for i, (kind, path) in enumerate(files)]
    outcomes = imports(tasks)
    lines, problems, counts = [], [], Counter[str]()
    for task, outcome in zip(tasks, outcomes):
        said, wrong = judge(task.file, task.kind, outcome, task.store)
        counts[said.split(",")[0]] += 1
        name = task.file.name if task.kind == "parquet" else f"{task.file.parent.name}/{task.file.name}"
        detail = outcome.message.split(": ", 1)[-1] if outcome.outcome == "refused" else ", ".join(outcome.unmapped)
        lines.append(f"| {name} | {said} | {detail.replace('|', ' ')[:160]} |")
        problems += [f"{name}: {w}" for w in wrong]
    assert not problems, "\n".join(problems)
    text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    head = HEAD.format(**{k.replace(" ", "_"): counts[k] for k in ("equal", "columns unmapped", "refused by name")})
    fresh = head + "\n".join(lines) + "\n"
    if text != fresh:
        TABLE.write_text(fresh, encoding="utf-8")
    print(dict(counts))


HEAD = """# Files of others: what came of the golden files

Written by `interop-tests/python/test_foreign_files.py` from the golden files of the Apache Arrow project
(arrow-testing) and of Apache Parquet (parquet-testing): {equal} equal to pyarrow's reading in every value,
{columns_unmapped} with columns that a table cannot hold (the others equal), {refused_by_name} refused by name;
none with a value that differs.

| file | outcome | what is unmapped, or why it is refused |
| --- | --- | --- |
"""


def test_golden_columns_with_nulls_come_in_where_a_value_stands_for_them(tmp_path: Path) -> None:
    tasks, tables = [], []
    for i, (kind, path) in enumerate(corpus()):
        table = None if "bigendian" in str(path) else read_arrow(path) if kind == "arrow" else read_parquet(path)
        columns = filling(table) if table is not None else ""
        if columns:
            tasks.append(Task(kind, path, tmp_path / str(i), columns))
            tables.append(as_stored(path, table) if kind == "parquet" else table)
    problems = []
    for task, table, outcome in zip(tasks, tables, imports(tasks)):
        problems += [f"{task.file.name}: {w}" for w in differences(table, outcome, task.store, filled=True)]
    assert not problems, "\n".join(problems)
    assert len(tasks) > 40


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_files_that_went_wrong_hold_pyarrows_values(kind: str, tmp_path: Path) -> None:
    folder = SHARED / "cases" / kind
    if not folder.is_dir():
        pytest.skip("the cases are not beside the project")
    tasks = [Task(kind, path, tmp_path / str(i)) for i, path in enumerate(sorted(folder.iterdir()))]
    problems = []
    refused = []
    for task, outcome in zip(tasks, imports(tasks)):
        if outcome.outcome == "refused":
            refused.append(task.file.name)
            assert not OPAQUE.search(outcome.message), outcome.message
            continue
        _, wrong = judge(task.file, kind, outcome, task.store)
        problems += [f"{task.file.name}: {w}" for w in wrong]
    assert not problems, "\n".join(problems)
    assert refused == (["pq-codec-brotli.parquet"] if kind == "parquet" else
                       ["arrow-zstd-40M-zeros.arrow", "bigendian-ints-silent.arrow_file", "feather-v1.feather"])
