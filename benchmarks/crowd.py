"""How large a world can be inside a frame: tick times by world size, log mode and threads, with equal hashes.

Usage: benchmarks/run crowd [TICKS] [CREATURES...]
Prints one JSON object: environment, every measurement, and the largest world whose median tick fits into 33 ms.
"""

from __future__ import annotations

import json
import sys

from common import environment, java, scratch

FRAME_MS = 33.0


def main() -> None:
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
    print(json.dumps({"environment": environment(), "ticks": int(ticks), "rows": rows, "fits_33_ms": fits(rows)}, indent=1))


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
