# SPDX-License-Identifier: Apache-2.0
"""A published store by address beside its folder: opening it, and `at` half of its ticks.

A run of the reference simulation is published. Both read it anew in each round, in turns, in one JVM that also is the web server,
on loopback: what a network adds is its time for so many requests and bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from typing import Any

from common import FLAGS, benchmark, faster, java, scratch


def measure(given: argparse.Namespace) -> dict[str, Any]:
    ticks = given.ticks
    with scratch() as directory:
        aw = ["java", *FLAGS, "-Xmx1g", "-cp", os.environ["AW_CLASSPATH"], "org.arrowworld.cli.Main"]
        run, published = str(directory / "run"), str(directory / "published")
        for command in (["run", "--ticks", str(ticks), "--out", run, "--durability", "none"], ["publish", run, published]):
            subprocess.run([*aw, *command], check=True, stdout=subprocess.DEVNULL)
        found = [json.loads(line) for line in java("RemoteBench", published, ticks // 2, given.runs)]
        logged = sum(f.stat().st_size for f in (directory / "published" / "log").glob("*.arrow"))
    assert len({side["hash"] for each in found for side in each.values()}) == 1, found
    medians = {f"{side}, {what}": statistics.median(each[side][what] for each in found)
               for side in ("local", "remote") for what in ("open", "at")}
    return {"compared": [faster(f"a published store by address: {what}", "its folder", medians[f"remote, {key}"], medians[f"local, {key}"])
                         for key, what in (("open", "opened"), ("at", "the state half of its ticks in"))],
            "ticks": ticks, "log_bytes": logged, "rounds": found, "medians": medians,
            "requests": found[-1]["remote"]["requests"], "bytes": found[-1]["remote"]["bytes"]}


if __name__ == "__main__":
    benchmark(__doc__, measure, ticks=(1000, 20, "ticks of the run"), runs=(7, 1, "rounds"))
