"""docs/names.md says what there is, in Java, in Python and on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import arrow_world as aw

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "names.md"
NAME = re.compile(r"`([\w.]+)`")
HOMES = {"Store": "arrow-world/src/main/java/org/arrowworld/Store.java",
         "LiveWorld": "arrow-world/src/main/java/org/arrowworld/LiveWorld.java",
         "Exports": "export/src/main/java/org/arrowworld/export/Exports.java",
         "Imports": "export/src/main/java/org/arrowworld/imports/Imports.java"}


@pytest.fixture(scope="module")
def rows() -> list[list[list[str]]]:
    if not TABLE.exists():
        pytest.skip("docs/names.md is part of the repository, not of the package")
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    found = [[NAME.findall(cell) for cell in line.strip("|").split("|")[1:]] for line in lines]
    assert len(found) > 10 and all(len(row) == 3 for row in found)
    return found


def test_java_has_the_names(rows: list[list[list[str]]]) -> None:
    for name in (n for row in rows for n in row[0]):
        home, _, method = name.partition(".")
        source = (ROOT / HOMES[home]).read_text("utf-8")
        assert re.search(rf"^  public (?:static )?[\w<>?,. \[\]]*\b{method}\($", source.replace("(", "(\n"), re.M), name


def test_python_has_the_names(rows: list[list[list[str]]]) -> None:
    for name in (n for row in rows for n in row[1]):
        found: object = aw
        for part in name.split("."):
            found = getattr(found, part)


def test_aw_has_the_names(rows: list[list[list[str]]]) -> None:
    source = (ROOT / "cli/src/main/java/org/arrowworld/cli/Main.java").read_text("utf-8")
    for verb in (n for row in rows for n in row[2]):
        assert f'verbs.put("{verb}", ' in source, verb
