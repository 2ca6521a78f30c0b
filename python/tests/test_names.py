# SPDX-License-Identifier: Apache-2.0
"""docs/names.md says what there is in Python; NamesTest holds the columns of Java and `aw`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import arrow_world as aw

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "names.md"
NAME = re.compile(r"`([\w.]+)`")


@pytest.fixture(scope="module")
def rows() -> list[list[list[str]]]:
    if not TABLE.exists():
        pytest.skip("docs/names.md is part of the repository, not of the package")
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    found = [[NAME.findall(cell) for cell in line.strip("|").split("|")[1:]] for line in lines]
    assert len(found) > 10 and all(len(row) == 3 for row in found)
    return found


def test_python_has_the_names(rows: list[list[list[str]]]) -> None:
    for name in (n for row in rows for n in row[1]):
        found: object = aw
        for part in name.split("."):
            found = getattr(found, part)
