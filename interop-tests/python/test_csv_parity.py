# SPDX-License-Identifier: Apache-2.0
"""The same CSV file gives equal stores in Java and in Python, or is refused by both.

AW_CSV_CASES sets how many (default 150), AW_CSV_SEED repeats a run.
"""

from __future__ import annotations

import gzip
import os
import random
import time
from pathlib import Path

import pytest

import arrow_world
import foreign_files

CASES = int(os.environ.get("AW_CSV_CASES", "150"))
SEED = int(os.environ.get("AW_CSV_SEED", time.time_ns() % 10**9))
FIELDS = {
    "integers": ["0", "-1", "7", "9223372036854775807", "-9223372036854775808", "9007199254740993"],
    "unsigned": ["0", "18446744073709551615", "3"],
    "beyond": ["1", "18446744073709551616", "99999999999999999999"],
    "decimals": ["0.5", "-1e3", ".25", "1.", "-.5E-3", "3", "-0", "0.1", "1e-400", "5e-324", "123456789.123456789012345"],
    "special": ["NaN", "nan", "inf", "+inf", "-inf", "Infinity", "-Infinity", "1.5"],
    "nearly": ["1.5", "+1.5", "01.5", "1e999", "Nan", "INF", "infinity", "0x1p3", "1_0", " 1", "1 ", "-", "1e", "-nan", "+Infinity"],
    "whole": ["0.5", "9007199254740992", "-9007199254740992", "9007199254740993", "00", "+5", "007"],
    "bools": ["true", "false"],
    "truths": ["true", "True", "1", "FALSE"],
    "words": ["a", "b\u00e9", "\u00fcber alles", "x y", "", "\u2028", "NULL", "NA", "null", "#N/A"],
    "quoted": ['"a, ""b"""', '""', '"two\nlines"', "plain", '"7"', '"\r\n"'],
    "commas": ['"1,5"', '"2,25"', '"-3"'],
    "empties": ["", "1", ""],
}
STATE = (lambda w: w.schema.to_json(), lambda w: w.codebook.words, lambda w: w.hash_world())
ODD = ['a"b', '"a"b', '"open', "one,more", ""]


def text(some: random.Random) -> bytes:
    """A table whose columns are mostly of one kind, and now and then something that does not fit."""
    kinds = [some.choice(sorted(FIELDS)) for _ in range(some.choice((1, 2, 3, 6)))]
    mark = some.choice(",,,;\t|")
    end = some.choice(("\n", "\n", "\r\n", "\r"))
    names = [some.choice((f"c{i}", "c", "9 lives", '"a b"', "id", "gen", "n")) for i, _ in enumerate(kinds)]
    lines = [mark.join(names)]
    for _ in range(some.choice((0, 1, 3, 20))):
        fields = [some.choice(FIELDS[kind][:some.randint(1, 12)]) for kind in kinds]
        if some.random() < 0.01:
            fields[some.randrange(len(fields))] = some.choice(ODD)
        lines.append(mark.join(fields))
        if some.random() < 0.03:
            lines.append("")
    body = end.join(lines) + end * some.choice((0, 1, 1, 3))
    data = body.encode()
    if some.random() < 0.02:
        data = data[:-1] + b"\xff"
    if some.random() < 0.1:
        data = b"\xef\xbb\xbf" + data
    return gzip.compress(data) if some.random() < 0.1 else data


def test_the_same_file_gives_equal_stores(tmp_path: Path) -> None:
    print(f"AW_CSV_CASES={CASES} AW_CSV_SEED={SEED}")
    tasks = []
    for case in range(SEED, SEED + CASES):
        file = tmp_path / f"{case}.csv"
        file.write_bytes(text(random.Random(case)))
        tasks.append(foreign_files.Task("csv", file, tmp_path / f"java{case}"))
    taken, differences = 0, []
    for task, java in zip(tasks, foreign_files.imports(tasks)):
        python = task.store.with_name(task.store.name + ".python")
        try:
            found = arrow_world.import_table(task.file, python, table="t")
        except arrow_world.ArrowWorldError as e:
            if java.outcome != "refused":
                differences.append(f"{task.file.stem}: only Python refuses it: {e}")
            continue
        if java.outcome == "refused" or sorted(java.unmapped) != sorted(found.unmapped):
            differences.append(f"{task.file.stem}: {java} and {found}")
            continue
        ours, theirs = (arrow_world.open_store(path).at(0) for path in (python, task.store))
        if [made(ours) for made in STATE] != [made(theirs) for made in STATE]:
            differences.append(f"{task.file.stem}: {ours.schema.to_json()['tables']} and {theirs.schema.to_json()['tables']}")
        taken += 1
    assert not differences, "AW_CSV_CASES=1 AW_CSV_SEED=" + "\n".join(differences)
    assert taken > CASES // 4


@pytest.mark.parametrize("options", [("--decimal", ","), ("--skip-lines", "2"), ("--delimiter", "|")])
def test_what_is_said_of_the_text_counts_in_both(tmp_path: Path, options: tuple[str, str]) -> None:
    import java_side

    file = tmp_path / "a b.csv"
    file.write_text({"--decimal": "x;y\n1,5;1\n-2,25;2\n", "--skip-lines": 'made "by"\nhand\nx,y\n1,2\n',
                     "--delimiter": "x,1|y\n1|2\n"}[options[0]], encoding="utf-8")
    java_side.aw("import", "csv", file, *options, "--out", tmp_path / "java")
    name = options[0].removeprefix("--").replace("-", "_")
    value = int(options[1]) if name == "skip_lines" else options[1]
    found = arrow_world.import_table(file, tmp_path / "python", **{name: value})  # type: ignore[arg-type]
    worlds = [arrow_world.open_store(tmp_path / made).at(0) for made in ("java", "python")]
    assert found.table == "a_b" and worlds[0].schema.to_json() == worlds[1].schema.to_json()
    assert worlds[0].hash_world() == worlds[1].hash_world()
