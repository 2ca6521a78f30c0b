# SPDX-License-Identifier: Apache-2.0
"""A sample of interrupts.py, with Java's view of the same stores."""

from __future__ import annotations

import json
import os
from pathlib import Path

import interrupts
import java_side

COUNT = int(os.environ.get("AW_INTERRUPTS", "40"))
SEED = int(os.environ.get("AW_SEED", "20261129"))


def test_an_interrupted_writer_loses_no_acknowledged_tick_and_both_languages_go_on(tmp_path: Path) -> None:  # L-22, L-23
    print(f"repeat with AW_INTERRUPTS={COUNT} AW_SEED={SEED}")
    found = interrupts.run(tmp_path, COUNT, SEED)
    assert found.stores == COUNT and found.problems == []
    for store in map(json.loads, java_side.run("ResumeAllMain", tmp_path).splitlines()):
        assert store["findings"] == [] and store["tick"] == store["valid_to"] + 1
