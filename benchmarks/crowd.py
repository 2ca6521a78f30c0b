# SPDX-License-Identifier: Apache-2.0
"""How large a world can be inside a frame: tick times by world size, log mode and threads, with equal hashes.

`benchmarks/run all` writes the tables of docs/world-size.md from it.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from common import benchmark, figure, java, note, scratch

FRAME_MS = 33.0
MODES = [(mode, threads) for threads in (1, 2) for mode in ("unlogged", "logged", "durable")]


def tables(found: dict[str, Any]) -> list[str]:
    """The page's tables: tick times, memory and log, largest worlds."""
    sizes = sorted({r["size"] for r in found["rows"]})
    rows = {(r["size"], r["mode"], r["threads"]): r for r in found["rows"]}
    load = found["environment"]["load_at_end"][0]
    lines = [f"Taken {found['date']} with {found['environment']['cpus']} cores, load {load:.1f}, {found['ticks']} ticks each.", "",
             "Milliseconds per tick, median:", "",
             "| creatures | " + " | ".join(f"{m}, {t} thread{'s' * (t > 1)}" for m, t in MODES) + " |", "|---" * 7 + "|"]
    for size in sizes:
        times = [f"{rows[size, m, t]['median_ms']:.1f}" for m, t in MODES]
        lines.append(f"| {rows[size, 'logged', 1]['creatures']:,} | " + " | ".join(times) + " |")
    lines += ["", "Memory and log:", "",
              "| creatures | rows of all tables | Arrow, bytes a row | heap, bytes a row | log rows a tick | log MB a tick "
              "| log bytes a row |", "|---" * 7 + "|"]
    for size in sizes:
        r, bare = rows[size, "logged", 1], rows[size, "unlogged", 1]
        world, logged, written = r["world_rows"], r["log_rows_per_tick"], r["log_bytes_per_tick"]
        lines.append(f"| {r['creatures']:,} | {world:,} | {r['arrow_bytes'] / world:.0f} | {bare['heap_bytes'] / world:.0f} "
                     f"| {logged:,} | {written / 1e6:.1f} | {written / logged:.1f} |")
    lines += ["", f"Creatures of which a tick takes {FRAME_MS:.0f} ms, by interpolation between the sizes measured:", "",
              "| " + " | ".join(found["fits_33_ms"]) + " |", "|---" * len(found["fits_33_ms"]) + "|",
              "| " + " | ".join(f"{n:,}" for n in found["fits_33_ms"].values()) + " |"]
    return lines


def measure(given: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for size in given.creatures:
        with scratch() as directory:
            for line in java("CrowdBench", directory, size, given.ticks):
                rows.append({"size": size, **json.loads(line)})
                note(line)
        hashes = {r["resume_hash"] for r in rows if r["size"] == size}
        assert len(hashes) == 1, f"the outcome depends on the mode or the threads: {hashes}"
    fitting = fits(rows)
    logged = fitting["logged, 1 thread"] / fitting["unlogged, 1 thread"]
    return {"compared": [figure("creatures of which a tick fits into 33 ms, logged", "the same world without a log", logged, "x as many")],
            "ticks": given.ticks, "rows": rows, "fits_33_ms": fitting}


def fits(rows: list[dict]) -> dict[str, int]:
    """Per mode and threads, creatures at which the median tick takes a frame, by linear interpolation."""
    found = {}
    for key in sorted({(r["mode"], r["threads"]) for r in rows}):
        points = [(0, 0.0)] + [(r["creatures"], r["median_ms"]) for r in rows if (r["mode"], r["threads"]) == key]
        below = max(p for p in points if p[1] <= FRAME_MS)
        above = [p for p in points if p[1] > FRAME_MS]
        size = below[0]
        if above:
            size += round((above[0][0] - below[0]) * (FRAME_MS - below[1]) / (above[0][1] - below[1]))
        found[f"{key[0]}, {key[1]} thread{'s' if key[1] > 1 else ''}"] = size
    return found


if __name__ == "__main__":
    benchmark(__doc__, measure, ticks=(15, 3, "ticks of each world"),
              creatures=([50_000, 100_000, 200_000, 400_000, 1_000_000], [1_000, 2_000], "sizes of the world"))
