# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: their command line and result, the environment they ran in, Java children, scratch folders.

Every benchmark is `benchmarks/run NAME [--small] [--out FILE] [--NUMBER N ...]`: its numbers have a full size, which the
documents quote, and a small one, which shows in seconds that it works. It prints one JSON object:

    benchmark, command, date, environment     what was run, and where
    compared                                  rows of the comparison, made by `faster`, `smaller` and `figure`
    ...                                       every single run, and the checksums that show that all sides did the same
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
PEERS = ("numpy", "pyarrow", "duckdb", "polars", "pandas", "mesa", "rebound", "zarr", "h5py", "rerun-sdk")

Numbers = int | float | list[int] | list[float]
Measure = Callable[[argparse.Namespace], dict[str, Any]]


def benchmark(doc: str | None, measure: Measure, **numbers: tuple[Numbers, Numbers, str]) -> None:
    """The main programme of a benchmark; numbers: the full size, the small size, and what it is, by the option's name."""
    name = Path(sys.argv[0]).stem
    parser = argparse.ArgumentParser(prog=f"benchmarks/run {name}", description=doc,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="sizes that show in seconds that it works; figures mean nothing")
    parser.add_argument("--out", type=Path, help=f"where the JSON goes too, as benchmarks/results/{name}.json")
    for option, (full, small, what) in numbers.items():
        one = full[0] if isinstance(full, list) else full
        parser.add_argument("--" + option.replace("_", "-"), type=type(one), nargs="+" if isinstance(full, list) else None,
                            help=f"{what} (default {full}, small {small})")
    given = parser.parse_args()
    for option, (full, small, _) in numbers.items():
        if getattr(given, option) is None:
            setattr(given, option, small if given.small else full)
    found = measure(given)
    out = given.out
    arguments = [a for a in sys.argv[1:] if out is None or (a != "--out" and a != str(out) and not a.startswith("--out="))]
    result = {"benchmark": name, "command": " ".join(["benchmarks/run", name, *arguments]), "date": str(datetime.date.today()),
              "environment": environment(), **found}
    text = json.dumps(result, indent=1)
    print(text)
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")


def faster(what: str, against: str, ours: float, theirs: float, target: str = "") -> dict[str, Any]:
    """A row of the comparison: how many times as fast we are, of two times for the same work; target: such as ">= 1.1"."""
    return figure(what, against, theirs / ours, "x as fast", target)


def smaller(what: str, against: str, ours: float, theirs: float, target: str = "") -> dict[str, Any]:
    """A row of the comparison: our size over the peer's; target: such as "<= 0.8"."""
    return figure(what, against, ours / theirs, "x its size", target)


def figure(what: str, against: str, value: float, unit: str, target: str = "") -> dict[str, Any]:
    """A row of the comparison that is no ratio of times: value in a unit."""
    return {"what": what, "against": against, "value": round(value, 3), "unit": unit, "target": target}


def note(text: object) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def java(main: str, *arguments: object, memory: str = "4g") -> Iterator[str]:
    """Runs a benchmark class and yields its lines; its failure is ours."""
    command = ["java", *FLAGS, f"-Xmx{memory}", f"-XX:MaxDirectMemorySize={memory}", "-cp", os.environ["AW_CLASSPATH"],
               main, *map(str, arguments)]
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
    for name in PEERS:
        try:
            peers[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {"cpus": os.cpu_count(), "machine": platform.machine(), "java": version, "python": platform.python_version(),
            "system": platform.system(), "load_at_end": os.getloadavg(), **peers}


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory on the disk that AW_SCRATCH names (default: the temporary one), gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="aw-bench-", dir=os.environ.get("AW_SCRATCH")))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
