# SPDX-License-Identifier: Apache-2.0
"""Every notebook runs from a fresh kernel, and the outputs in the files are those of a whole run without errors."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

import java_side

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w.])/(tmp|home|root|Users|var|work|mnt)/|[A-Z]:\\\\|0x[0-9a-f]{8}")

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
pytest.importorskip("nbclient", reason="nbclient is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def kinds(notebook: Any) -> list[list[str]]:
    """Per code cell what it put out: stream names and types of shown things."""
    return [[o.get("name") or "+".join(sorted(o.get("data", {}))) or o.output_type for o in cell.outputs]
            for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_the_nine_notebooks() -> None:
    assert [p.name[:2] for p in NOTEBOOKS] == [f"{i}-" for i in range(1, 10)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_outputs_in_the_file_are_of_one_run_without_errors_and_name_no_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(o.output_type != "error" and o.get("name") != "stderr" for cell in code for o in cell.outputs)
    text = "".join(str(o.get("text", "")) + str({k: v for k, v in o.get("data", {}).items() if k.startswith("text/")})
                   for cell in code for o in cell.outputs)
    assert not MACHINE_PATH.search(text), MACHINE_PATH.search(text)
    assert any("image/png" in o.get("data", {}) for c in code for o in c.outputs) or path.name.startswith(("1-", "6-"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if path.stem == "8-a-mesa-model":
        pytest.importorskip("mesa", reason="Mesa needs Python 3.11 or later")
    elif path.stem != "9-an-ensemble":
        java_side.command("Main")  # skips where there is no Java side
    if path.stem == "6-archive" and "export" not in java_side.aw("--help"):
        pytest.skip("this aw has no verb export yet")
    monkeypatch.syspath_prepend(str(ROOT / "notebooks"))
    sys.modules.pop("run", None)
    import run

    assert kinds(run.execute(path)) == kinds(nbformat.read(path, as_version=4))
