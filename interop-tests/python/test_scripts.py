# SPDX-License-Identifier: Apache-2.0
"""One script of changes, two writers: Java and Python log the same rows, tick by tick (see scripts.py).

AW_SCRIPTS is how many scripts hypothesis makes (250; each takes 75 ms), AW_CHANGES how long the one long script is (1,000),
AW_SEED what both begin with.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import arrow_world as aw
import java_side
import scripts

SCRIPTS, CHANGES = int(os.environ.get("AW_SCRIPTS", "250")), int(os.environ.get("AW_CHANGES", "1000"))
SEED = int(os.environ.get("AW_SEED", "20261130"))
Java = Callable[[Path], dict[str, Any]]


@pytest.fixture(scope="module")
def java() -> Iterator[Java]:
    """Plays `stem.script` into the store `stem.java`, in one process for all scripts; gives its reports, and what the deep
    verification says of both stores."""
    command = java_side.command("ScriptMain")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        def play(stem: Path) -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(f"{stem}\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield play


def same(java: Java, folder: Path, rng: random.Random, changes: int) -> None:
    """Lets both play one script, and compares what they hold after each tick, chains included, and what verification finds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    reports = scripts.make(folder / "s", rng, changes)
    found = java(folder / "s")
    assert found == {"ticks": reports, "findings": {"java": [], "python": []}}


def same_logs(folder: Path) -> None:
    """Compares the logs row by row, which equal chains have promised."""
    logs = [aw.open_store(folder / f"s.{side}").log() for side in ("java", "python")]
    for column in ("tick", "rid", "key", "bits", "text"):
        one, other = (getattr(log, column).tolist() for log in logs)
        assert one == other, column
    assert [k.name for k in logs[0].keys] == [k.name for k in logs[1].keys]


def test_java_and_python_make_one_log_of_one_script(java: Java, tmp_path: Path) -> None:  # O-1 to O-6, O-16, L-12, L-15, H-2, H-3
    print(f"repeat with AW_SCRIPTS={SCRIPTS} AW_SEED={SEED}")

    @seed(SEED)
    @settings(max_examples=SCRIPTS, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False), st.integers(1, 60))
    def every_script(rng: random.Random, changes: int) -> None:
        same(java, tmp_path / "run", rng, changes)

    every_script()
    same_logs(tmp_path / "run")


def test_java_and_python_make_one_log_of_one_long_script(java: Java, tmp_path: Path) -> None:
    print(f"repeat with AW_CHANGES={CHANGES} AW_SEED={SEED}")
    same(java, tmp_path / "run", random.Random(f"script {SEED}"), CHANGES)
    same_logs(tmp_path / "run")
    assert aw.verify(tmp_path / "run" / "s.java").ok and aw.verify(tmp_path / "run" / "s.python").ok
