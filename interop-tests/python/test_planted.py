# SPDX-License-Identifier: Apache-2.0
"""The planted bugs are run on demand, so what they replace is looked for here: a tree that went on is told at once."""

from __future__ import annotations

import runpy
from pathlib import Path

PLANTED = runpy.run_path(str(Path(__file__).parents[1] / "planted" / "planted.py"))


def test_every_planted_bug_finds_the_text_that_it_replaces() -> None:
    root, main = PLANTED["ROOT"], PLANTED["MAIN"]
    gone = []
    for name, (file, text, _, _) in PLANTED["BUGS"].items():
        path = root / file if (root / file).is_file() else root / main / file
        if text and not (path.is_file() and text in path.read_text(encoding="utf-8")):
            gone.append(f"{name}: {file}")
    assert not gone, "bring planted.py up to date"
