# SPDX-License-Identifier: Apache-2.0
"""Peak anonymous memory of each step of a log's life, over the log's size, in JVMs of 256 MiB heap and direct memory.

    ./mvnw -q -DskipTests package
    python benchmarks/memory.py curve DIR --out benchmarks/results/memory.json [--gigabytes 0.5 2 5] [--compress zstd]
    python benchmarks/memory.py queries DIR --out benchmarks/results/memory-queries.json [--gigabytes 0.5 2 5]
    python benchmarks/memory.py step append|scan|seal|compact|recover|export|export_by_entity|import DIR [--gigabytes 0.5]

A curve appends a log of each size, then scans it, seals its last segment, compacts it (`aw compact`), scans it again and
recovers it (`aw recover`), exports it as a Parquet archive in log order and by entity (zstd), and imports the first one
again (`aw import parquet`), each step in a JVM of its own. RssAnon of /proc/PID/status is sampled every 20 ms. The rows and
the checksum of the scans before and after compaction must agree. `queries` makes two histories of a million entities that
differ in one row, the first with a snapshot at its end, and asks the one through a streaming window, inside and outside,
scans it, summarises a key, tells an entity's history and the net changes of its last half, verifies it, and finds the
difference. Writes JSON and, with matplotlib, a PNG beside it. A log
of N GB needs 3 N GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED", "-Xmx256m",
         "-XX:MaxDirectMemorySize=256m"]
LIMIT_MIB = 640


def classpath() -> str:
    """AW_CLASSPATH, or the modules' classes with what `package` puts into cli/target/lib."""
    modules = [str(ROOT / m / "target" / "classes") for m in ("arrow-world", "export", "ecosystem", "cli")]
    return os.environ.get("AW_CLASSPATH") or os.pathsep.join([*modules, str(ROOT / "cli" / "target" / "lib" / "*")])


def compile_bench(folder: Path) -> str:
    """Compiles the Java side; a JVM that starts from its source would hold the compiler's memory."""
    sources = [str(ROOT / "benchmarks" / name) for name in ("MemoryBench.java", "TimelineBench.java")]
    subprocess.run(["javac", "-proc:none", "-cp", classpath(), "-d", str(folder), *sources], check=True)
    return os.pathsep.join([str(folder), classpath()])


def measured(path: str, main: str, *args: object, exit_code: int = 0) -> dict[str, Any]:
    """Runs a JVM to its end; its output, seconds and peak RssAnon in MiB."""
    command = ["java", *FLAGS, "-cp", path, main, *map(str, args)]
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


def step(path: str, name: str, store: Path, gigabytes: float, compress: str) -> dict[str, Any]:
    """One step on a store."""
    if name == "append":
        shutil.rmtree(store, ignore_errors=True)
        return measured(path, "MemoryBench", "append", store, int(gigabytes * 1e9), compress)
    if name in ("scan", "seal"):
        return measured(path, "MemoryBench", name, store)
    if name.startswith("export"):
        out = store.parent / name
        shutil.rmtree(out, ignore_errors=True)
        view = "by_entity" if name == "export_by_entity" else "log"
        result = measured(path, "org.arrowworld.cli.Main", "export", store, "--to", "parquet", "--view", view, "--out", out, "--json")
        result["archive_bytes"] = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
        if name == "export_by_entity":
            shutil.rmtree(out)
        return result
    if name == "import":
        back = store.parent / "imported"
        shutil.rmtree(back, ignore_errors=True)
        result = measured(path, "org.arrowworld.cli.Main", "import", "parquet", store.parent / "export", "--out", back, "--json")
        shutil.rmtree(back)
        return result
    if name == "compact":
        return measured(path, "org.arrowworld.cli.Main", "compact", store, "--json")
    recovered = store.parent / "recovered"
    shutil.rmtree(recovered, ignore_errors=True)
    result = measured(path, "org.arrowworld.cli.Main", "recover", store, "--out", recovered, "--json")
    shutil.rmtree(recovered)
    return result


def curve(path: str, folder: Path, sizes: list[float], compress: str) -> list[dict[str, Any]]:
    """All steps at all sizes."""
    results = []
    for gigabytes in sizes:
        store, scans = folder / "log", []
        for name in ("append", "scan", "seal", "compact", "scan", "recover", "export", "export_by_entity", "import"):
            result = {"gigabytes": gigabytes, "step": name, **step(path, name, store, gigabytes, compress)}
            if name == "scan":
                scans.append(result["output"])
                result["step"] = "scan" if len(scans) == 1 else "scan again"
            result["store_bytes"] = sum(f.stat().st_size for f in store.rglob("*") if f.is_file())
            print(json.dumps(result), flush=True)
            results.append(result)
        if scans[0] != scans[1]:
            raise SystemExit(f"compaction changed the log: {scans}")
        shutil.rmtree(store)
        shutil.rmtree(folder / "export")
    return results


def queries(path: str, folder: Path, sizes: list[float]) -> list[dict[str, Any]]:
    """All queries at all sizes."""
    results = []
    for gigabytes in sizes:
        triples, entities, per_tick = int(gigabytes * 1e9 / 22), 1_000_000, 100_000
        last = -((entities - triples) // per_tick)
        store, other = folder / "left", folder / "right"

        def aw(verb: str, *args: object, exit_code: int = 0) -> dict[str, Any]:
            return measured(path, "org.arrowworld.cli.Main", verb, *args, "--json", exit_code=exit_code)

        steps = {
            "make, snapshot": lambda: measured(path, "TimelineBench", "make", store, triples, entities, last),
            "make another": lambda: measured(path, "TimelineBench", "make", other, triples, entities, -1, last * 2 // 3),
            "window": lambda: measured(path, "MemoryBench", "window", store),
            "scan": lambda: measured(path, "MemoryBench", "scan", store),
            "stats": lambda: aw("stats", store, "--key", "c.energy"),
            "history": lambda: aw("history", store, "--table", "c", "--id", 17),
            "verify": lambda: aw("verify", store),
            "diff": lambda: aw("diff", store, other, exit_code=1),
            "net changes": lambda: aw("diff", store, "--between", f"{last // 2}..{last}", exit_code=1)}
        for folder_ in (store, other):
            shutil.rmtree(folder_, ignore_errors=True)
        for name, step_ in steps.items():
            results.append({"gigabytes": gigabytes, "step": name, **step_()})
            print(json.dumps(results[-1])[:400], flush=True)
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
        print("no matplotlib, no PNG")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name in dict.fromkeys(r["step"] for r in results):
        points = [(r["gigabytes"], r["peak_rss_anon_mib"]) for r in results if r["step"] == name]
        axes.plot(*zip(*points), marker="o", label=name)
    axes.axhline(LIMIT_MIB, color="grey", linestyle="--", label=f"limit {LIMIT_MIB} MiB")
    axes.set(xlabel="log, GB", ylabel="peak anonymous RSS, MiB", ylim=(0, LIMIT_MIB * 1.3))
    axes.legend(fontsize=8, ncols=3)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Runs one step or the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    one, all_steps, asked = verbs.add_parser("step"), verbs.add_parser("curve"), verbs.add_parser("queries")
    one.add_argument("name", choices=["append", "scan", "seal", "compact", "recover", "export", "export_by_entity", "import"])
    for verb in (one, all_steps, asked):
        verb.add_argument("folder", type=Path)
        verb.add_argument("--compress", default="none")
    one.add_argument("--gigabytes", type=float, default=0.5)
    for verb in (all_steps, asked):
        verb.add_argument("--gigabytes", type=float, nargs="+", default=[0.5, 2, 5])
        verb.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as classes:
        path = compile_bench(Path(classes))
        if args.verb == "step":
            print(json.dumps(step(path, args.name, args.folder / "log", args.gigabytes, args.compress)))
            return
        if args.verb == "queries":
            results = queries(path, args.folder, args.gigabytes)
        else:
            results = curve(path, args.folder, args.gigabytes, args.compress)
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True, encoding="utf-8").stderr.splitlines()[0]
    peak = max(r["peak_rss_anon_mib"] for r in results)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    environment = {"cpus": os.cpu_count(), "machine": platform.machine(), "java": java, "flags": FLAGS[-2:]}
    args.out.write_text(json.dumps({"environment": environment, "limit_mib": LIMIT_MIB, "peak_mib": peak, "compress": args.compress,
                                    "steps": results}, indent=1) + "\n", encoding="utf-8")
    draw(results, args.out.with_suffix(".png"))
    print(f"peak {peak} MiB of {LIMIT_MIB}: {'met' if peak <= LIMIT_MIB else 'not met'}")


if __name__ == "__main__":
    main()
