# SPDX-License-Identifier: Apache-2.0
"""One script of changes, two writers: Java and Python log the same rows, tick by tick (see scripts.py).

AW_SCRIPTS is how many scripts (300), AW_CHANGES how many changes each (60); 1 and 10000 for one long script.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import arrow_world as aw
import java_side
import scripts

SCRIPTS, CHANGES = int(os.environ.get("AW_SCRIPTS", "300")), int(os.environ.get("AW_CHANGES", "60"))
SEED = int(os.environ.get("AW_SEED", "20261129"))


def test_java_and_python_make_one_log_of_one_script(tmp_path: Path) -> None:  # O-1 to O-6, O-16, L-12, L-15, H-2, H-3
    print(f"repeat with AW_SCRIPTS={SCRIPTS} AW_CHANGES={CHANGES} AW_SEED={SEED}")
    expected = {seed: scripts.make(tmp_path, seed, CHANGES) for seed in range(SEED, SEED + SCRIPTS)}
    found: dict[int, list[dict[str, object]]] = {seed: [] for seed in expected}
    for line in map(json.loads, java_side.run("ScriptMain", tmp_path).splitlines()):
        found[int(line.pop("script"))].append(line)
    for seed, reports in expected.items():
        assert found[seed] == reports, f"script {seed}"
    for seed in list(expected)[:10]:
        java, python = (aw.open_store(tmp_path / f"{seed}.{side}").log() for side in ("java", "python"))
        for column in ("tick", "rid", "key", "bits"):
            assert getattr(java, column).tolist() == getattr(python, column).tolist()
        assert java.text.tolist() == python.text.tolist()
        assert aw.verify(tmp_path / f"{seed}.java").ok and aw.verify(tmp_path / f"{seed}.python").ok
