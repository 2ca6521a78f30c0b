# SPDX-License-Identifier: Apache-2.0
"""What the notebooks share: the command line `aw`, a scratch folder, and the look of pictures."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

HOME = Path(__file__).resolve().parent.parent
JAVA_FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]

plt.rcParams.update({"figure.figsize": (8, 3.6), "figure.dpi": 100, "figure.constrained_layout.use": True,
                     "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
                     "image.cmap": "viridis", "legend.frameon": False, "font.size": 9.5})


def scratch() -> Path:
    """A new folder that goes when the notebook's kernel ends."""
    path = Path(tempfile.mkdtemp(prefix="arrow-world-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def aw(*arguments: object) -> str:
    """Runs `aw`, the command line of the Java library; returns what it printed on standard output.

    Within the build's tests it runs from AW_INTEROP_CLASSPATH, as the launcher would build it.
    """
    classpath = os.environ.get("AW_INTEROP_CLASSPATH")
    java = str(Path(os.environ["JAVA_HOME"]) / "bin" / "java") if "JAVA_HOME" in os.environ else "java"
    start = [java, *JAVA_FLAGS, "-Xmx512m", "-cp", classpath, "org.arrowworld.cli.Main"] if classpath else [str(HOME / "aw")]
    done = subprocess.run([*start, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"aw {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a directory."""
    return path.stat().st_size if path.is_file() else sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
