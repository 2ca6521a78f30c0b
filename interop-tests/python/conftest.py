# SPDX-License-Identifier: Apache-2.0
"""Stores that Java wrote, for all tests of a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import java_side

SEED, STEPS = 20261121, 300


@dataclass(frozen=True)
class JavaRun:
    """A store of RandomWorld, and what Java held after each step."""

    path: Path
    reports: list[dict[str, Any]]

    @property
    def ends_live(self) -> bool:
        return any((self.path / "log" / "live").glob("*.arrows"))


def java_steps(path: Path, first: int, end: int, how: str = "live", every: int = 75) -> list[dict[str, Any]]:
    """Steps of RandomWorld by Java, from step 0 in a new store; one report per step."""
    return [json.loads(line) for line in java_side.run("StoreMain", "run", path, SEED, first, end, how, every).splitlines()]


@pytest.fixture(scope="session", params=["sealed", "live", "zstd"])
def java_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> JavaRun:
    """300 steps in several segments, the last one sealed or not, sealed ones compressed or not, with 4 snapshots."""
    path = tmp_path_factory.mktemp(request.param) / "store"
    run = JavaRun(path, java_steps(path, 0, STEPS, request.param))
    assert run.ends_live == (request.param == "live") and len(list((path / "log").glob("*.arrow"))) > 1
    return run
