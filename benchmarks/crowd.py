# SPDX-License-Identifier: Apache-2.0
"""How large a world can be inside a frame: tick times by world size, log mode and threads, with equal hashes.

Usage: benchmarks/run crowd [TICKS] [CREATURES...]      prints one JSON object: environment, every measurement, and the
                                                        largest world whose median tick fits into 33 ms
       benchmarks/run crowd docs JSON                   writes the tables of docs/world-size.md from such an object
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from common import environment, java, scratch

FRAME_MS = 33.0
PAGE = Path(__file__).parent.parent / "docs" / "world-size.md"
BEGIN, END = "<!-- written by benchmarks/run crowd docs: begin -->", "<!-- end -->"
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


def docs(path: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[:text.index(BEGIN)], text[text.index(END):]
    lines = tables(json.loads(Path(path).read_text(encoding="utf-8")))
    PAGE.write_text("\n".join([before + BEGIN, *lines, after]), encoding="utf-8")


def main() -> None:
    if sys.argv[1:2] == ["docs"]:
        docs(sys.argv[2])
        return
    ticks = sys.argv[1] if len(sys.argv) > 1 else "15"
    sizes = sys.argv[2:] or ["50000", "100000", "200000", "400000", "1000000"]
    rows = []
    for size in sizes:
        with scratch() as directory:
            for line in java("CrowdBench", str(directory), size, ticks):
                rows.append({"size": int(size), **json.loads(line)})
                print(line, file=sys.stderr, flush=True)
        hashes = {r["resume_hash"] for r in rows if r["size"] == int(size)}
        assert len(hashes) == 1, f"the outcome depends on the mode or the threads: {hashes}"
    print(json.dumps({"environment": environment(), "date": str(datetime.date.today()), "ticks": int(ticks), "rows": rows, "fits_33_ms": fits(rows)}, indent=1))


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
    main()
