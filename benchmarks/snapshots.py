# SPDX-License-Identifier: Apache-2.0
"""Snapshots of the creature table (36 bytes a row) beside NumPy and pickle, same data, same run.

    benchmarks/run snapshots --rows 1000000 10000000 --runs 7 \\
        --out benchmarks/results/snapshots.json --docs docs/formats.md

Prints the environment and a line per measurement: the best and all runs, in seconds, warm (everything fits the page
cache). `--docs` replaces the tables of that page. Nobody forces anything to the disk, but where a line says so; every
write is to a new file. What is in: "arrow write" writes one table file with a CRC-32 of every byte (no hash); "snapshot
write" is a whole published snapshot with BLAKE2b hashes, which other threads compute meanwhile. The sums of all readers
must agree, or the run fails.
"""

from __future__ import annotations

import argparse
import glob
import json
import math
import os
import pickle
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

REPO = Path(__file__).resolve().parent.parent
FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED", "-Xmx2g",
         "-XX:MaxDirectMemorySize=8g"]
SLOW_ROWS = 1_000_000  # object formats are measured up to here
BEGIN, END = "<!-- written by benchmarks/snapshots.py: begin -->", "<!-- written by benchmarks/snapshots.py: end -->"


def creatures(rows: int) -> dict[str, np.ndarray]:
    """A table as the reference simulation has it after a while: ids in order of birth, disturbed by removals."""
    rng = np.random.default_rng(20261121)
    ids = np.arange(rows, dtype="<u4")
    moved = rng.choice(rows, rows // 10, replace=False)
    ids[moved] = ids[rng.permutation(moved)]
    return {"id": ids, "gen": rng.geometric(0.6, rows).astype("<u4") - 1,
            "pos_x": rng.uniform(0, 1000, rows).astype("<f4"), "pos_y": rng.uniform(0, 1000, rows).astype("<f4"),
            "vel_x": rng.normal(0, 1, rows).astype("<f4"), "vel_y": rng.normal(0, 1, rows).astype("<f4"),
            "energy": rng.uniform(0, 100, rows).astype("<f4"),
            "birth_t": np.sort(rng.integers(0, 20_000, rows)).astype("<f8") * 0.05}


class Run:
    """The measurements of one table size."""

    def __init__(self, rows: int, runs: int, directory: Path) -> None:
        self.rows, self.runs, self.directory = rows, runs, directory
        self.columns = creatures(rows)
        self.results: dict[str, dict[str, Any]] = {}
        self.sum = float(self.columns["energy"].sum(dtype="f8"))

    def add(self, what: str, seconds: float, size: int, checksum: float | None) -> None:
        entry = self.results.setdefault(what, {"seconds": [], "bytes": size})
        entry["seconds"].append(round(seconds, 6))
        if checksum and not math.isclose(checksum, self.sum, rel_tol=1e-6):
            raise SystemExit(f"{what}: the sum is {checksum}, expected {self.sum}")

    def best(self, what: str) -> float:
        return min(self.results[what]["seconds"])

    def size(self, what: str) -> int:
        return int(self.results[what]["bytes"])

    def measure(self, what: str, path: Path | None, step: Callable[[], Any], runs: int | None = None) -> None:
        for _ in range(runs or self.runs):
            if path is not None:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            start = time.perf_counter()
            checksum = step()
            seconds = time.perf_counter() - start
            size = 0 if path is None else sum(f.stat().st_size for f in ([path] if path.is_file() else path.iterdir()))
            self.add(what, seconds, size, checksum if isinstance(checksum, float) else None)
        print(f"{self.rows:>9} {what:48} {self.best(what):10.6f} s {self.size(what):>12} bytes", flush=True)

    def java(self, classpath: str) -> None:
        for name, values in self.columns.items():
            values.tofile(self.directory / f"{name}.bin")
        command = ["java", *FLAGS, "-cp", classpath, str(REPO / "benchmarks/SnapshotBench.java"), str(self.directory),
                   str(self.rows), str(self.runs + 3)]
        out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8").stdout
        for line in map(json.loads, out.splitlines()):
            self.add(line["what"], line["seconds"], line["bytes"], line["checksum"])
        for what in self.results:
            print(f"{self.rows:>9} {what:48} {self.best(what):10.6f} s {self.size(what):>12} bytes", flush=True)

    def formats(self) -> None:
        d, c = self.directory, self.columns
        energy = lambda values: float(np.asarray(values).sum(dtype="f8"))  # noqa: E731
        self.measure("pickle write", d / "columns.pickle", lambda: _pickle(c, d / "columns.pickle"))
        self.measure("pickle write, forced", d / "columns.pickle", lambda: _pickle(c, d / "columns.pickle", force=True))
        self.measure("pickle read all", None, lambda: energy(_unpickle(d / "columns.pickle")["energy"]))
        self.measure("npz write", d / "t.npz", lambda: np.savez(d / "t.npz", **c))
        self.measure("npz read all", None, lambda: energy(_load_all(d / "t.npz")["energy"]))
        self.measure("npz one column sum", None, lambda: energy(np.load(d / "t.npz")["energy"]))
        few = max(1, self.runs // 3)
        self.measure("npz compressed write", d / "z.npz", lambda: np.savez_compressed(d / "z.npz", **c), few)
        self.measure("npz compressed read all", None, lambda: energy(_load_all(d / "z.npz")["energy"]), few)
        self.measure("npz compressed one column sum", None, lambda: energy(np.load(d / "z.npz")["energy"]), few)
        self.measure("npy directory write", d / "npy", lambda: _write_npy(c, d / "npy"))
        self.measure("npy directory read all", None,
                     lambda: energy({n: np.load(d / "npy" / f"{n}.npy") for n in c}["energy"]))
        self.measure("npy directory one column sum", None, lambda: energy(np.load(d / "npy/energy.npy")))
        mapped = lambda: np.load(d / "npy/energy.npy", mmap_mode="r")  # noqa: E731
        self.mapped("npy directory", mapped)
        for form, file in (("arrow", "plain.arrow"), ("arrow zstd", "zstd.arrow")):
            self.measure(f"{form} read all", None, lambda f=file: energy(_read_arrow(d / f, None)["energy"]))
            self.measure(f"{form} one column sum", None, lambda f=file: energy(_read_arrow(d / f, "energy")["energy"]))
        self.mapped("arrow", lambda: _map_arrow(d / "plain.arrow"))
        self.measure("parquet read all", None, lambda: energy(pq.read_table(d / "table.parquet")["energy"]))
        self.measure("parquet one column sum", None,
                     lambda: energy(pq.read_table(d / "table.parquet", columns=["energy"])["energy"]))
        if self.rows <= SLOW_ROWS:
            self.objects()

    def mapped(self, form: str, open_column: Callable[[], np.ndarray]) -> None:
        self.measure(f"{form} map: open", None, lambda: open_column() is None)
        self.measure(f"{form} map: first touch", None, lambda: bool(open_column()[self.rows // 2]))
        self.measure(f"{form} map: full sum", None, lambda: float(open_column().sum(dtype="f8")))

    def objects(self) -> None:
        d = self.directory
        names = list(self.columns)
        rows = [dict(zip(names, values)) for values in zip(*(v.tolist() for v in self.columns.values()))]
        total = lambda items: float(sum(r["energy"] for r in items))  # noqa: E731

        def write_json() -> None:
            with open(d / "rows.json", "w", encoding="utf-8") as f:
                json.dump(rows, f)

        def read_json() -> float:
            with open(d / "rows.json", encoding="utf-8") as f:
                return total(json.load(f))

        self.measure("json write", d / "rows.json", write_json, 1)
        self.measure("json read all", None, read_json, 1)
        self.measure("pickle of objects write", d / "rows.pickle", lambda: _pickle(rows, d / "rows.pickle"), 1)
        self.measure("pickle of objects read all", None, lambda: total(_unpickle(d / "rows.pickle")), 1)

    def words(self) -> None:
        d, eat = self.directory, ["eat"] * 1_000_000

        def write_json() -> None:
            with open(d / "words.json", "w", encoding="utf-8") as f:
                json.dump(eat, f)

        self.measure("words json", d / "words.json", write_json, 1)
        self.measure("words pickle", d / "words.pickle", lambda: _pickle([s[:] + "" for s in eat], d / "words.pickle"), 1)
        self.measure("words npy <U3", d / "words.npy", lambda: np.save(d / "words.npy", np.array(eat)), 1)


def _pickle(value: Any, path: Path, force: bool = False) -> None:
    with open(path, "wb") as f:
        pickle.dump(value, f, protocol=5)
        if force:
            f.flush()
            os.fsync(f.fileno())


def _unpickle(path: Path) -> Any:
    with open(path, "rb") as f:
        return pickle.load(f)


def _load_all(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as npz:
        return {name: npz[name] for name in npz.files}


def _write_npy(columns: dict[str, np.ndarray], directory: Path) -> None:
    directory.mkdir()
    for name, values in columns.items():
        np.save(directory / f"{name}.npy", values)


def _read_arrow(path: Path, column: str | None) -> pa.Table:
    options = pa.ipc.IpcReadOptions(included_fields=None)
    with pa.OSFile(str(path)) as source:
        reader = pa.ipc.open_file(source)
        if column:
            options = pa.ipc.IpcReadOptions(included_fields=[reader.schema.get_field_index(column)])
        return pa.ipc.open_file(source, options=options).read_all()


def _map_arrow(path: Path) -> np.ndarray:
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0).column("energy").to_numpy(zero_copy_only=True)


ROWS = [("one object per row, JSON", "json"), ("one object per row, pickle", "pickle of objects"),
        ("columns, pickle protocol 5", "pickle"), ("npz", "npz"), ("npz, compressed", "npz compressed"),
        ("npy directory", "npy directory"), ("Arrow, plain (ours)", "arrow"), ("Arrow, zstd (ours)", "arrow zstd"),
        ("Parquet (ours)", "parquet")]


def formats_table(run: Run) -> list[str]:
    """The table of formats, times in milliseconds."""

    def ms(what: str) -> str:
        return f"{run.best(what) * 1000:,.2f}" if what in run.results else "-"

    lines = [f"{run.rows:,} rows of 36 bytes; times in ms, the best of {run.runs} runs; reading by Python (pyarrow, NumPy).",
             "", "| format | size, MB | write | read all | one column, summed | map: open | map: first touch | map: full sum |",
             "|---|---|---|---|---|---|---|---|"]
    for label, key in ROWS:
        if f"{key} write" in run.results:
            lines.append(f"| {label} | {run.size(f'{key} write') / 1e6:,.1f} | " + " | ".join(
                ms(f"{key} {what}") for what in ("write", "read all", "one column sum", "map: open",
                                                 "map: first touch", "map: full sum")) + " |")
    return lines


def targets(run: Run) -> list[tuple[str, float, str]]:
    """Ratios to the peers, with the target each is held against."""
    best = run.best
    return [("arrow write / pickle write, time", best("arrow write") / best("pickle write"), "<= 1.1 (0.8 at 10 M)"),
            ("snapshot write (hashes in) / pickle write, time", best("snapshot write") / best("pickle write"), ""),
            ("arrow write, forced / pickle write, forced, time",
             best("arrow write, forced") / best("pickle write, forced"), ""),
            ("arrow write / npz write, time", best("arrow write") / best("npz write"), "<= 0.4"),
            ("npz compressed write / arrow zstd write, time", best("npz compressed write") / best("arrow zstd write"), ">= 40"),
            ("arrow zstd / npz compressed, size", run.size("arrow zstd write") / run.size("npz compressed write"), "<= 1.05"),
            ("npz one column / snapshot open + one column sum, time", best("npz one column sum")
             / best("snapshot open + one column sum, ON_FIRST_TOUCH"), ">= 50"),
            ("the same, unverified", best("npz one column sum") / best("snapshot open + one column sum, NONE"), ""),
            ("pause of a background snapshot, ms", 1000 * best("background snapshot, pause"), "")]


def page(runs: list[Run]) -> str:
    lines = []
    for run in runs:
        lines += [*formats_table(run), ""]
    lines += ["| against its peer, same run | " + " | ".join(f"{r.rows:,} rows" for r in runs) + " | target |",
              "|---|" + "---|" * (len(runs) + 1)]
    for parts in zip(*(targets(r) for r in runs)):
        lines.append(f"| {parts[0][0]} | " + " | ".join(f"{p[1]:.2f}" for p in parts) + f" | {parts[0][2]} |")
    words = [(n, runs[0].size(n)) for n in ("words json", "words pickle", "words npy <U3", "words arrow", "words arrow zstd")]
    lines += ["", "| 1,000,000 times the word \"eat\" | bytes |", "|---|---|",
              *(f"| {n.removeprefix('words ')}{' (codes, ours)' if 'arrow' in n else ''} | {size:,} |" for n, size in words)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--classpath", default=os.environ.get("AW_CLASSPATH") or ":".join(
        [str(REPO / "arrow-world/target/classes"), str(REPO / "export/target/classes"),
         *glob.glob(str(REPO / "cli/target/lib/*.jar"))]))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--docs", type=Path)
    args = parser.parse_args()
    environment = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(),
                   "numpy": np.__version__, "pyarrow": pa.__version__, "load": os.getloadavg(),
                   "java": subprocess.run(["java", "-version"], stderr=subprocess.PIPE, text=True, encoding="utf-8").stderr.splitlines()[0]}
    print(json.dumps(environment))
    pa.set_cpu_count(os.cpu_count() or 1)
    done = []
    for rows in args.rows:
        with tempfile.TemporaryDirectory() as directory:
            run = Run(rows, args.runs, Path(directory))
            run.java(args.classpath)
            run.formats()
            run.words()
            done.append(run)
        for what, ratio, target in targets(run):
            print(f"{rows:>9} {what:60} {ratio:10.3f}  target {target or '-'}")
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps({"environment": environment, "command": " ".join(map(str, [
            "benchmarks/snapshots.py", "--rows", *args.rows, "--runs", args.runs])),
            "tables": [{"rows": r.rows, "checksum": r.sum, "results": r.results} for r in done]}, indent=1) + "\n", encoding="utf-8")
    if args.docs:
        text = args.docs.read_text(encoding="utf-8")
        head, rest = text.split(BEGIN)
        args.docs.write_text(head + BEGIN + "\n" + page(done) + "\n" + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
