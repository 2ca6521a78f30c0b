# SPDX-License-Identifier: Apache-2.0
"""The Python program of the repository's README runs and prints what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import arrow_world

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.skipif(not (README.parent / "pom.xml").exists(), reason="the repository is not around this package")
def test_the_program_of_the_readme_runs(tmp_path: Path) -> None:
    program = README.read_text("utf-8").split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
                          env=os.environ | {"PYTHONPATH": str(Path(arrow_world.__file__).parents[1])})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[25.]") and "ship.born" in done.stdout


@pytest.mark.skipif(not (README.parent / "pom.xml").exists(), reason="the repository is not around this package")
def test_each_duty_of_the_specification_has_an_id_of_its_own() -> None:
    given = [(name, page.name) for page in sorted((README.parent / "docs" / "spec").glob("*.md"))
             for name in re.findall(r"^- \*\*([A-Z]+-\d+)\*\*", page.read_text("utf-8"), re.MULTILINE)]
    places = {name: [page for n, page in given if n == name] for name, _ in given}
    assert len(given) > 100
    assert {name: pages for name, pages in places.items() if len(pages) > 1} == {}
