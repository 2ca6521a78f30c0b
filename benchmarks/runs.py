# SPDX-License-Identifier: Apache-2.0
"""A key summarised by a parameter over a folder of runs: `Runs.stats` beside Polars `scan_parquet` of the exported logs.

Runs of the reference simulation with 200 creatures, half of them with another food rate. Both sides give count, mean, least,
greatest, distinct values and quartiles of creature.energy for each food rate, and must agree (means to 12 digits: sums of floats
depend on the order); Polars also without distinct values and quartiles. One JVM and one Python process, in turns. `open` is
the opening of the folder by its catalogue, and without.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import polars as pl

from common import FLAGS, benchmark, faster, scratch

KEY, PARAMETER = "creature.energy", "foodPerSecond"


def peer(archives: Path, groups: dict[str, str], whole: bool) -> dict[str, list[float]]:
    """By Polars; groups: the parameter's value by file."""
    value = pl.col("val")
    wanted = [value.count().alias("count"), value.mean().alias("mean"), value.min().alias("min"), value.max().alias("max")]
    if whole:
        wanted += [value.n_unique().alias("distinct"), *(value.quantile(q).alias(f"q{q}") for q in (0.25, 0.5, 0.75))]
    found = (pl.scan_parquet(archives / "*.parquet", include_file_paths="file").filter(pl.col("key") == KEY)
             .group_by(pl.col("file").str.split("/").list.last().replace_strict(groups).alias("group")).agg(wanted).collect())
    return {row[0]: list(row[1:]) for row in found.rows()}


def measure(given: argparse.Namespace) -> dict[str, Any]:
    runs, ticks = given.number, given.ticks
    seconds: dict[str, list[float]] = {n: [] for n in ("stats", "polars, the same", "polars, without distinct and quartiles",
                                                        "open by the catalogue", "open without")}
    with scratch() as directory:
        folder = directory / "runs"
        java = ["java", *FLAGS, "-Xmx1g", "-cp", os.environ["AW_CLASSPATH"]]
        subprocess.run([*java, "org.arrowworld.cli.Main", "sweep", "--out", folder, "--vary", f"{PARAMETER}=50,60", "--vary",
                        f"seed=1..{runs // 2}", "--vary", "creatures=200", "--vary", "food=100", "--ticks", str(ticks),
                        "--durability", "none"], check=True, stdout=subprocess.DEVNULL)
        groups = {f"{i:06d}.parquet": "50" if i < runs // 2 else "60" for i in range(runs // 2 * 2)}
        with subprocess.Popen([*java, "RunsBench", folder, KEY, PARAMETER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, encoding="utf-8") as bench:
            assert bench.stdin is not None and bench.stdout is not None
            bench.stdout.readline()

            def ask(question: str) -> dict[str, Any]:
                bench.stdin.write(question + "\n")
                bench.stdin.flush()
                return json.loads(bench.stdout.readline())

            for _ in range(given.runs):
                ours = ask("stats")
                seconds["stats"].append(ours["seconds"])
                for name, whole in (("polars, the same", True), ("polars, without distinct and quartiles", False)):
                    start = time.perf_counter()
                    theirs = peer(directory / "archives", groups, whole)
                    seconds[name].append(time.perf_counter() - start)
                    for group, mine in ours["groups"].items():
                        same = [a == b for a, b in zip(mine[:1] + mine[2:], theirs[group][:1] + theirs[group][2:5])]
                        assert all(same) and math.isclose(mine[1], theirs[group][1], rel_tol=1e-12), (mine, theirs[group])
                seconds["open by the catalogue"].append(ask("open")["seconds"])
                (folder / "runs.parquet").rename(directory / "aside")
                without = ask("open")
                assert without["read"] == without["runs"] == len(groups)
                seconds["open without"].append(without["seconds"])
                (directory / "aside").rename(folder / "runs.parquet")
            bench.stdin.close()
        logged = sum(f.stat().st_size for f in folder.glob("*/log/*.arrow"))
        archived = sum(f.stat().st_size for f in (directory / "archives").glob("*.parquet"))
    medians = {name: statistics.median(s) for name, s in seconds.items()}
    return {"compared": [
                faster(f"a key summarised by a parameter over {len(groups)} runs", "Polars `scan_parquet`", medians["stats"],
                       medians["polars, the same"]),
                faster("the same", "Polars, without distinct values and quartiles", medians["stats"],
                       medians["polars, without distinct and quartiles"]),
                faster(f"a folder of {len(groups)} runs opened by its catalogue", "without", medians["open by the catalogue"],
                       medians["open without"])],
            "runs": len(groups), "ticks": ticks, "groups": ours["groups"], "log_bytes": logged, "parquet_bytes": archived,
            "seconds": seconds, "medians": medians}


if __name__ == "__main__":
    benchmark(__doc__, measure, number=(200, 4, "runs in the folder"), ticks=(100, 10, "ticks of each"), runs=(5, 1, "rounds"))
