# SPDX-License-Identifier: Apache-2.0
"""A published store by address beside its folder: opening it, and `at` half of its ticks.

Usage: benchmarks/run remote [TICKS] [ROUNDS]
A run of the reference simulation is published. Both read it anew in each round, in turns, in one JVM that also is the web server,
on loopback: what a network adds is its time for so many requests and bytes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

from common import FLAGS, environment, java, scratch


def main() -> None:
    ticks, rounds = (int(a) for a in (sys.argv[1:] + ["1000", "7"][len(sys.argv) - 1:]))
    with scratch() as directory:
        aw = ["java", *FLAGS, "-Xmx1g", "-cp", os.environ["AW_CLASSPATH"], "org.arrowworld.cli.Main"]
        run, published = str(directory / "run"), str(directory / "published")
        for command in (["run", "--ticks", str(ticks), "--out", run, "--durability", "none"], ["publish", run, published]):
            subprocess.run([*aw, *command], check=True, stdout=subprocess.DEVNULL)
        found = [json.loads(line) for line in java("RemoteBench", published, str(ticks // 2), str(rounds))]
        logged = sum(f.stat().st_size for f in (directory / "published" / "log").glob("*.arrow"))
    assert len({side["hash"] for each in found for side in each.values()}) == 1, found
    medians = {f"{side}, {what}": statistics.median(each[side][what] for each in found)
               for side in ("local", "remote") for what in ("open", "at")}
    print(json.dumps({"environment": environment(), "ticks": ticks, "log_bytes": logged, "rounds": found, "medians": medians,
                      "requests": found[-1]["remote"]["requests"], "bytes": found[-1]["remote"]["bytes"],
                      "times_slower": medians["remote, at"] / medians["local, at"]}, indent=1))


if __name__ == "__main__":
    main()
