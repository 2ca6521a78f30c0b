# SPDX-License-Identifier: Apache-2.0
"""The package's types hold under mypy's strict rules."""

import subprocess
import sys
from pathlib import Path

import pytest


def test_mypy_finds_nothing(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    folder = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)], cwd=folder, capture_output=True,
                          text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "src" / "arrow_world" / "py.typed").exists()
