# SPDX-License-Identifier: Apache-2.0
"""Two built trees of this project, an old and a new commit, in alternating pairs: is anything that led before slower now?

    git worktree add --detach ../old COMMIT && (cd ../old && ./mvnw -q -DskipTests package -pl cli -am)
    ./benchmarks/run commits ../old [--pairs 9] [--only append,replay]

Each pair runs the old tree's own programme and the new tree's with the same arguments, one after the other, the order
changing from pair to pair. A row is the median over all pairs of new time / old time (1.05: five percent slower), with the
lower and upper quartile. Rates are turned into times first. Programmes check their own results (chains, hashes, sums).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from common import FLAGS, environment, scratch

NEW = Path(__file__).parent.parent
Row = tuple[str, float]


def classes(tree: Path) -> str:
    """The class path of a built tree; compiles its benchmarks."""
    out = tree / "target" / "benchmarks"
    out.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([*(str(tree / m / "target" / "classes") for m in ("arrow-world", "export", "ecosystem", "cli")),
                            str(tree / "cli" / "target" / "lib" / "*")])
    subprocess.run(["javac", "-proc:none", "-nowarn", "-d", str(out), "-cp", path,
                    *map(str, (tree / "benchmarks").glob("*.java"))], check=True)
    return f"{out}{os.pathsep}{path}"


def lines(path: str, *command: object) -> Iterator[dict[str, object]]:
    """The JSON lines of a benchmark class."""
    run = subprocess.run(["java", *FLAGS, "-Xmx2g", "-XX:MaxDirectMemorySize=6g", "-cp", path, *map(str, command)],
                         stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8")
    yield from map(json.loads, run.stdout.splitlines())


def append(path: str, folder: Path) -> Iterator[Row]:
    """The log: scalar and column appends, commits, a sealed read; ns per triple or ms."""
    for line in lines(path, "LogBench", folder, 5_000_000, 3):
        unit = str(line.get("unit", ""))
        if unit:
            value = float(line["value"])  # type: ignore[arg-type]
            yield f"{line['name']}", 1 / value if unit.endswith("/s") else value


def replay(path: str, folder: Path) -> Iterator[Row]:
    """Replay of 10 million triples in memory over 1 million entities."""
    yield from timed(lines(path, "TimelineBench", "replay", 10_000_000, 1_000_000, 3))


def state(path: str, folder: Path) -> Iterator[Row]:
    """State at the last tick of a history of 20 million triples on the disk, and an id's history."""
    if not (folder / "store.json").exists():
        list(lines(path, "TimelineBench", "make", folder, 20_000_000, 1_000_000, -1))
    yield from timed(lines(path, "TimelineBench", "state", folder, 3))
    yield from timed(lines(path, "TimelineBench", "history", folder, 3))


def snapshot(path: str, folder: Path) -> Iterator[Row]:
    """Snapshots of 1 million rows, written and read."""
    import numpy as np

    if not (folder / "energy.bin").exists():
        rng = np.random.default_rng(1)
        (folder / "id.bin").write_bytes(np.arange(1_000_000, dtype="<u4").tobytes())
        (folder / "gen.bin").write_bytes(np.zeros(1_000_000, "<u4").tobytes())
        for name, kind in (("pos_x", "f4"), ("pos_y", "f4"), ("vel_x", "f4"), ("vel_y", "f4"), ("energy", "f4"), ("birth_t", "f8")):
            (folder / f"{name}.bin").write_bytes(rng.random(1_000_000).astype(f"<{kind}").tobytes())
    yield from timed(lines(path, "SnapshotBench", folder, 1_000_000, 3))


def crowd(path: str, folder: Path) -> Iterator[Row]:
    """Ticks of the simulation with 50,000 creatures."""
    for line in lines(path, "CrowdBench", folder, 50_000, 15):
        if "median_ms" in line:
            yield f"{line['mode']}, {line['threads']} thread(s)", float(line["median_ms"])  # type: ignore[arg-type]


def timed(found: Iterator[dict[str, object]]) -> Iterator[Row]:
    """The rows that say seconds."""
    for line in found:
        if "seconds" in line:
            yield str(line["what"]), float(line["seconds"])  # type: ignore[arg-type]


PARTS: dict[str, Callable[[str, Path], Iterator[Row]]] = {
    "append": append, "replay": replay, "state": state, "snapshot": snapshot, "crowd": crowd}


def medians(rows: Iterator[Row]) -> dict[str, float]:
    """One time per row of one process."""
    found = defaultdict(list)
    for name, value in rows:
        found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--only", default=",".join(PARTS))
    args = parser.parse_args()
    paths = [classes(args.old.resolve()), classes(NEW.resolve())]
    result = []
    with scratch() as folder:
        for part in args.only.split(","):
            ratios, times = defaultdict(list), defaultdict(list)
            (folder / part).mkdir()
            for pair in range(args.pairs):
                found: list[dict[str, float]] = [{}, {}]
                for side in ((0, 1), (1, 0))[pair % 2]:
                    found[side] = medians(PARTS[part](paths[side], folder / part))
                for name in found[0].keys() & found[1].keys():
                    ratios[name].append(found[1][name] / found[0][name])
                    times[name].append((found[0][name], found[1][name]))
                print(f"{part}: pair {pair + 1} of {args.pairs}", file=sys.stderr)
            for name, values in sorted(ratios.items()):
                low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
                result.append({"part": part, "row": name, "new/old": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)],
                               "old": statistics.median(t[0] for t in times[name]), "new": statistics.median(t[1] for t in times[name])})
                print(json.dumps(result[-1]), file=sys.stderr)
    print(json.dumps({"environment": environment(), "pairs": args.pairs, "rows": result}, indent=1))


if __name__ == "__main__":
    main()
