# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: the environment they ran in, Java children, scratch directories."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]


def java(main: str, *arguments: str, memory: str = "4g") -> Iterator[str]:
    """Runs a benchmark class and yields its lines; its failure is ours."""
    command = ["java", *FLAGS, f"-Xmx{memory}", f"-XX:MaxDirectMemorySize={memory}", "-cp", os.environ["AW_CLASSPATH"],
               main, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield line.rstrip("\n")
    if process.returncode:
        raise SystemExit(f"{main} ended with {process.returncode}")


def environment() -> dict[str, Any]:
    """Versions, cores and load; a high load makes the figures worthless."""
    version = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True, encoding="utf-8").stderr.splitlines()[0]
    peers = {}
    for name in ("numpy", "pyarrow", "duckdb", "polars", "pandas"):
        try:
            peers[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {"cpus": os.cpu_count(), "java": version, "python": platform.python_version(), "system": platform.system(),
            "load_at_end": os.getloadavg(), **peers}


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk that AW_SCRATCH names (default: the temporary one), gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="aw-bench-", dir=os.environ.get("AW_SCRATCH")))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
