# SPDX-License-Identifier: Apache-2.0
"""The Spark connector beside Spark's own Parquet reader over the same rows.

A run of the reference simulation as it is, and its log as `aw export --to parquet --view log --signed` writes it. The same four
questions to both, in one JVM, in turns; their answers must be equal. It needs pyspark, which spark/run-tests installs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from typing import Any

from common import FLAGS, ROOT, benchmark, faster, scratch

PYTHON = ROOT / "spark" / "target" / "venv" / "bin" / "python"


def measure(given: argparse.Namespace) -> dict[str, Any]:
    if not PYTHON.exists():
        raise SystemExit(f"{PYTHON} is missing, which has pyspark: run spark/run-tests --sample first")
    subprocess.run([ROOT / "mvnw", "-q", "-Dquick", "-DskipTests", "-Pspark", "package", "-pl", "spark", "-am"], cwd=ROOT, check=True)
    with scratch() as directory:
        run, archive = directory / "run", directory / "archive"
        aw = ["java", *FLAGS, "-Xmx1g", "-cp", os.environ["AW_CLASSPATH"], "org.arrowworld.cli.Main"]
        for command in (["run", "--preset", "tiny", "--ticks", given.ticks, "--durability", "none", "--out", run],
                        ["export", run, "--to", "parquet", "--view", "log", "--signed", "--out", archive]):
            subprocess.run([*aw, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
        asked = subprocess.run([PYTHON, ROOT / "spark" / "benchmark.py", run, archive, str(given.ticks), str(given.runs)], check=True,
                               stdout=subprocess.PIPE, text=True, encoding="utf-8")
        found = [json.loads(line) for line in asked.stdout.splitlines()]
        logged = sum(f.stat().st_size for f in (run / "log").rglob("*.arrow"))
        archived = sum(f.stat().st_size for f in archive.rglob("*.parquet"))
    assert all(each["same"] for each in found), found
    medians = {each["question"]: {side: statistics.median(each["seconds"][side]) for side in ("log", "parquet_log")} for each in found}
    return {"compared": [faster(question, "Spark's Parquet reader", sides["log"], sides["parquet_log"])
                         for question, sides in medians.items()],
            "ticks": given.ticks, "log_bytes": logged, "parquet_bytes": archived, "questions": found, "medians": medians}


if __name__ == "__main__":
    benchmark(__doc__, measure, ticks=(1000, 30, "ticks of the run"), runs=(5, 1, "rounds after one that warms up"))
