# SPDX-License-Identifier: Apache-2.0
"""Peak anonymous memory of each step of a log's life, over the log's size, in JVMs of 256 MiB heap and direct memory.

`curve` appends a log of each size, then scans it, seals its last segment, compacts it (`aw compact`), scans it again and
recovers it (`aw recover`), exports it as a Parquet archive in log order and by entity (zstd), and imports the first one
again (`aw import parquet`), each step in a JVM of its own. RssAnon of /proc/PID/status is sampled every 20 ms. The rows and
the checksum of the scans before and after compaction must agree. `queries` makes two histories of a million entities that
differ in one row, the first with a snapshot at its end, and asks the one through a streaming window, inside and outside,
scans it, summarises a key, tells an entity's history and the net changes of its last half, verifies it, and finds the
difference. Both are drawn in benchmarks/results, where matplotlib is installed. A log of N GB needs
3 N GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from common import FLAGS as OPENED
from common import RESULTS, benchmark, figure, note, scratch

FLAGS = [*OPENED, "-Xmx256m", "-XX:MaxDirectMemorySize=256m"]
LIMIT_MIB = 640


def measured(main: str, *args: object, exit_code: int = 0) -> dict[str, Any]:
    """Runs a JVM to its end; its output, seconds and peak RssAnon in MiB."""
    command = ["java", *FLAGS, "-cp", os.environ["AW_CLASSPATH"], main, *map(str, args)]
    start, peak, samples = time.perf_counter(), 0, 0
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        while process.poll() is None:
            try:
                found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8"))
            except OSError:
                found = None
            if found:
                peak, samples = max(peak, int(found[1])), samples + 1
            time.sleep(0.02)
        out.seek(0)
        err.seek(0)
        if process.returncode != exit_code:
            raise SystemExit(f"{' '.join(command[-4:])} failed with exit {process.returncode}:\n{err.read()[-3000:]}")
        return {"seconds": round(time.perf_counter() - start, 2), "peak_rss_anon_mib": round(peak / 1024, 1), "samples": samples,
                "output": out.read().strip().splitlines()[-1:]}


def step(name: str, store: Path, gigabytes: float, compress: str) -> dict[str, Any]:
    """One step on a store."""
    if name == "append":
        shutil.rmtree(store, ignore_errors=True)
        return measured("MemoryBench", "append", store, int(gigabytes * 1e9), compress)
    if name in ("scan", "seal"):
        return measured("MemoryBench", name, store)
    if name.startswith("export"):
        out = store.parent / name
        shutil.rmtree(out, ignore_errors=True)
        view = "by_entity" if name == "export_by_entity" else "log"
        result = measured("org.arrowworld.cli.Main", "export", store, "--to", "parquet", "--view", view, "--out", out, "--json")
        result["archive_bytes"] = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
        if name == "export_by_entity":
            shutil.rmtree(out)
        return result
    if name == "import":
        back = store.parent / "imported"
        shutil.rmtree(back, ignore_errors=True)
        result = measured("org.arrowworld.cli.Main", "import", "parquet", store.parent / "export", "--out", back, "--json")
        shutil.rmtree(back)
        return result
    if name == "compact":
        return measured("org.arrowworld.cli.Main", "compact", store, "--json")
    recovered = store.parent / "recovered"
    shutil.rmtree(recovered, ignore_errors=True)
    result = measured("org.arrowworld.cli.Main", "recover", store, "--out", recovered, "--json")
    shutil.rmtree(recovered)
    return result


def curve(folder: Path, sizes: list[float], compress: str) -> list[dict[str, Any]]:
    """All steps at all sizes."""
    results = []
    for gigabytes in sizes:
        store, scans = folder / "log", []
        for name in ("append", "scan", "seal", "compact", "scan", "recover", "export", "export_by_entity", "import"):
            result = {"gigabytes": gigabytes, "step": name, **step(name, store, gigabytes, compress)}
            if name == "scan":
                scans.append(result["output"])
                result["step"] = "scan" if len(scans) == 1 else "scan again"
            result["store_bytes"] = sum(f.stat().st_size for f in store.rglob("*") if f.is_file())
            note(json.dumps(result))
            results.append(result)
        if scans[0] != scans[1]:
            raise SystemExit(f"compaction changed the log: {scans}")
        shutil.rmtree(store)
        shutil.rmtree(folder / "export")
    return results


def queries(folder: Path, sizes: list[float]) -> list[dict[str, Any]]:
    """All queries at all sizes."""
    results = []
    for gigabytes in sizes:
        triples = int(gigabytes * 1e9 / 22)
        entities, per_tick = min(1_000_000, triples // 10), 100_000
        last = -((entities - triples) // per_tick)
        store, other = folder / "left", folder / "right"

        def aw(verb: str, *args: object, exit_code: int = 0) -> dict[str, Any]:
            return measured("org.arrowworld.cli.Main", verb, *args, "--json", exit_code=exit_code)

        steps = {
            "make, snapshot": lambda: measured("TimelineBench", "make", store, triples, entities, last),
            "make another": lambda: measured("TimelineBench", "make", other, triples, entities, -1, last * 2 // 3),
            "window": lambda: measured("MemoryBench", "window", store),
            "scan": lambda: measured("MemoryBench", "scan", store),
            "stats": lambda: aw("stats", store, "--key", "c.energy"),
            "history": lambda: aw("history", store, "--table", "c", "--id", 17),
            "verify": lambda: aw("verify", store),
            "diff": lambda: aw("diff", store, other, exit_code=1),
            "net changes": lambda: aw("diff", store, "--between", f"{last // 2}..{last}", exit_code=1)}
        for folder_ in (store, other):
            shutil.rmtree(folder_, ignore_errors=True)
        for name, step_ in steps.items():
            results.append({"gigabytes": gigabytes, "step": name, **step_()})
            note(json.dumps(results[-1])[:400])
        found = json.loads(results[-2]["output"][0])
        assert (found["tick"], found["differing_rows"], found["rows"][0]["column"]) == (last * 2 // 3, 1, "energy"), found
        for folder_ in (store, other):
            shutil.rmtree(folder_)
    return results


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """The curve, if matplotlib is there."""
    try:
        import matplotlib
    except ImportError:
        note("no curves are drawn: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    drawing, axes = pyplot.subplots(figsize=(7, 4.5))
    for name in dict.fromkeys(r["step"] for r in results):
        points = [(r["gigabytes"], r["peak_rss_anon_mib"]) for r in results if r["step"] == name]
        axes.plot(*zip(*points), marker="o", label=name)
    axes.axhline(LIMIT_MIB, color="grey", linestyle="--", label=f"limit {LIMIT_MIB} MiB")
    axes.set(xlabel="log, GB", ylabel="peak anonymous RSS, MiB", ylim=(0, LIMIT_MIB * 1.3))
    axes.legend(fontsize=8, ncols=3)
    drawing.tight_layout()
    drawing.savefig(path, dpi=120)


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Both series of steps."""
    compress = "zstd" if given.zstd else "none"
    with scratch() as folder:
        steps = {"curve": curve(folder, given.gigabytes, compress), "queries": queries(folder, given.gigabytes)}
    if not given.small:
        for name, results in steps.items():
            draw(results, RESULTS / f"memory-{name}.png")
    largest = max(given.gigabytes)
    return {"compared": [figure(f"a history of {largest:g} GB {what}", "`-Xmx256m`, 256 MiB direct",
                                max(r["peak_rss_anon_mib"] for r in steps[name]), "MiB resident", f"<= {LIMIT_MIB}")
                         for name, what in (("curve", "scanned, sealed, compacted, recovered, exported, imported"),
                                            ("queries", "queried, verified, compared"))],
            "limit_mib": LIMIT_MIB, "flags": FLAGS[-2:], "compress": compress, "steps": steps}


if __name__ == "__main__":
    benchmark(__doc__, measure, gigabytes=([0.5, 2.0, 5.0], [0.1], "sizes of the log"), zstd=(0, 0, "1: the log is compressed"))
