# SPDX-License-Identifier: Apache-2.0
"""The fixture `recorded_run` for tests that use pytest; see arrow_world.testing."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import RecordedRun


@pytest.fixture
def recorded_run(tmp_path: Path) -> Callable[[str | PathLike[str]], RecordedRun]:
    """Opens a recorded run as a RecordedRun: `recorded_run("tests/worlds/duel").assert_same_run(systems)`."""
    from .testing import RecordedRun

    return lambda path: RecordedRun(path, tmp_path)
