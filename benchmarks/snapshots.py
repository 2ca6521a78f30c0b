# SPDX-License-Identifier: Apache-2.0
"""Snapshots of the creature table (36 bytes a row) beside NumPy and pickle, same data, same run.

Times are in seconds, warm (everything fits the page cache); the best of the runs is compared. Nobody forces anything to the
disk, but where a line says so; every write is to a new file. `benchmarks/run all` writes the tables of docs/formats.md from
it. What is in: "arrow write" writes one table file with a CRC-32 of every byte (no hash); "snapshot
write" is a whole published snapshot with BLAKE2b hashes, which other threads compute meanwhile. The sums of all readers
must agree, or the run fails.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common import benchmark, faster, figure, java, note, scratch, smaller

SLOW_ROWS = 1_000_000  # object formats are measured up to here


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
        note(f"{self.rows:>9} {what:48} {self.best(what):10.6f} s {self.size(what):>12} bytes")

    def java(self) -> None:
        for name, values in self.columns.items():
            values.tofile(self.directory / f"{name}.bin")
        for line in map(json.loads, java("SnapshotBench", self.directory, self.rows, self.runs + 3, memory="8g")):
            self.add(line["what"], line["seconds"], line["bytes"], line["checksum"])
        for what in self.results:
            note(f"{self.rows:>9} {what:48} {self.best(what):10.6f} s {self.size(what):>12} bytes")

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


def page(runs: list[Run]) -> str:
    """The tables of docs/formats.md."""
    lines = []
    for run in runs:
        lines += [*formats_table(run), ""]
    words = [(n, runs[0].size(n)) for n in ("words json", "words pickle", "words npy <U3", "words arrow", "words arrow zstd")]
    lines += ["| 1,000,000 times the word \"eat\" | bytes |", "|---|---|",
              *(f"| {n.removeprefix('words ')}{' (codes, ours)' if 'arrow' in n else ''} | {size:,} |" for n, size in words)]
    return "\n".join(lines)


def compared(run: Run) -> list[dict[str, Any]]:
    """Our best times and sizes against the peers', with the target each is held against."""
    best, size = run.best, run.size
    at = f"{run.rows:,} rows"
    return [faster(f"{at} as Arrow", "pickle", best("arrow write"), best("pickle write"), ">= 1"),
            faster(f"{at} as Arrow, forced", "pickle, forced", best("arrow write, forced"), best("pickle write, forced"), ">= 1"),
            figure(f"{at} as a cache snapshot, forced and published", "pickle, forced",
                   best("background snapshot, until published") / best("pickle write, forced"), "x its time", "<= 1.5"),
            faster(f"{at} as a snapshot with BLAKE2b hashes", "pickle", best("snapshot write"), best("pickle write")),
            faster(f"{at} as Arrow", "`np.savez`", best("arrow write"), best("npz write"), ">= 2.5"),
            faster(f"{at} as Arrow, zstd", "`np.savez_compressed`", best("arrow zstd write"), best("npz compressed write"), ">= 40"),
            smaller(f"{at} as Arrow, zstd, size", "`np.savez_compressed`", size("arrow zstd write"), size("npz compressed write"), "<= 1.05"),
            faster(f"one column of a snapshot of {at}, checked", "`np.load` of one column of an npz",
                   best("snapshot open + one column sum, ON_FIRST_TOUCH"), best("npz one column sum"), ">= 5"),
            faster(f"one column of a snapshot of {at}, not checked", "the same",
                   best("snapshot open + one column sum, NONE"), best("npz one column sum"))]


def measure(given: argparse.Namespace) -> dict[str, Any]:
    pa.set_cpu_count(os.cpu_count() or 1)
    done = []
    for rows in given.rows:
        with scratch() as directory:
            run = Run(rows, given.runs, directory)
            run.java()
            run.formats()
            run.words()
            done.append(run)
    return {"compared": [row for run in done for row in compared(run)], "page": page(done),
            "tables": [{"rows": r.rows, "checksum": r.sum, "results": r.results} for r in done]}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=([1_000_000, 10_000_000], [20_000], "rows of the table"), runs=(7, 1, "runs of each side"))
