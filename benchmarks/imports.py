# SPDX-License-Identifier: Apache-2.0
"""Imports of Parquet, Arrow and CSV files beside pyarrow's and Polars' reading of the same file and DuckDB's load, in one run.

A table (an i64, two f64, an i32, a word of a thousand) as Parquet (snappy), Feather (LZ4) and plain Arrow, and its rows, again
and again, as a CSV file of `--csv-mb`. Each import is one `aw import`, JVM and
forced store included; DuckDB loads into a new table of a database on the same disk; Polars and pyarrow read into memory.
Two threads for the peers. After the runs the store's rows and sums are compared with the source's. Peak resident memory is
the child's own; `allowed_mib` is what the file may make an import allocate (import.md T-9). The ratios are of processor time, which tells less of what else the disk and the
machine do, and of time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq

from common import benchmark, faster, scratch

AW = Path(__file__).parents[1] / "aw"

PEERS = {
    "pyarrow": {"parquet": "import pyarrow.parquet as q; q.read_table(F)", "feather": "import pyarrow.feather as q; q.read_table(F)",
                "arrow": "import pyarrow.feather as q; q.read_table(F, memory_map=False)",
                "csv": "import pyarrow.csv as q; q.read_csv(F)"},
    "polars": {"parquet": "import polars as q; q.read_parquet(F)", "feather": "import polars as q; q.read_ipc(F)",
               "arrow": "import polars as q; q.read_ipc(F)", "csv": "import polars as q; q.read_csv(F)"},
    "duckdb": {"parquet": "import duckdb as q; c = q.connect(F + '.db'); c.execute('set threads = 2'); "
                          "c.execute(f\"create or replace table t as from read_parquet('{F}')\"); c.close()",
               "feather": "import duckdb as q, pyarrow.feather as p; t = p.read_table(F); c = q.connect(F + '.db'); "
                          "c.execute('set threads = 2'); c.execute('create or replace table t as from t'); c.close()",
               "arrow": "import duckdb as q, pyarrow.feather as p; t = p.read_table(F); c = q.connect(F + '.db'); "
                        "c.execute('set threads = 2'); c.execute('create or replace table t as from t'); c.close()",
               "csv": "import duckdb as q; c = q.connect(F + '.db'); c.execute('set threads = 2'); "
                      "c.execute(f\"create or replace table t as from read_csv('{F}')\"); c.close()"},
}


def table(rows: int) -> pa.Table:
    rng = np.random.default_rng(20261130)
    words = pa.array([f"word {i}" for i in range(1000)])
    return pa.table({"n": rng.integers(-2**40, 2**40, rows), "x": rng.normal(0, 1e3, rows), "y": rng.random(rows),
                     "k": rng.integers(0, 10_000, rows, dtype="i4"), "word": words.take(pa.array(rng.integers(0, 1000, rows)))})


def files(whole: pa.Table, folder: Path, csv_mb: int) -> dict[str, Path]:
    made = {kind: folder / f"rows.{kind}" for kind in ("parquet", "feather", "arrow", "csv")}
    pq.write_table(whole, made["parquet"])
    pa.feather.write_feather(whole, made["feather"])
    pa.feather.write_feather(whole, made["arrow"], compression="uncompressed")
    import polars as pl

    frame = pl.DataFrame(whole)
    with made["csv"].open("wb") as out:
        frame.head(0).write_csv(out)
        at = 0
        while out.tell() < csv_mb << 20:
            frame.slice(at % len(whole), 100_000).write_csv(out, include_header=False)
            at += 100_000
    return made


# A process of its own: what a child's peak is told as begins with what its parent holds.
LAUNCHER = """
import json, os, subprocess, sys, tempfile, time
for line in sys.stdin:
    with tempfile.TemporaryFile() as said:
        before = time.perf_counter()
        child = subprocess.Popen(json.loads(line), stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - before
        said.seek(0)
        error = said.read()[-2000:].decode("utf-8", "replace") if status else ""
    print(json.dumps([seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10, error]), flush=True)
"""


def launcher() -> subprocess.Popen[str]:
    """Starts and measures children; begun before this process holds much."""
    return subprocess.Popen([sys.executable, "-S", "-c", LAUNCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            encoding="utf-8", env={**os.environ, "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"})


def timed(starting: subprocess.Popen[str], command: list[str]) -> tuple[float, float, int]:
    """Seconds, seconds of processors, and peak resident MiB of a child."""
    assert starting.stdin is not None and starting.stdout is not None
    starting.stdin.write(json.dumps(command) + "\n")
    starting.stdin.flush()
    seconds, processors, peak, error = json.loads(starting.stdout.readline())
    if error:
        raise SystemExit(f"{command[0]} failed: {error}")
    return seconds, processors, peak


def check(store: Path, source: pa.Table) -> None:
    """The store's rows and sums are the source's."""
    [path] = store.glob("snapshots/*/t.arrow")
    with pa.memory_map(str(path)) as f:
        got = pa.ipc.open_file(f).read_all()
    assert len(got) == len(source), len(got)
    for name in ("n", "k"):
        assert pc.sum(got[name]).as_py() == pc.sum(source[name]).as_py(), name
    for name in ("x", "y"):
        assert np.array_equal(got[name].to_numpy(), source[name].to_numpy()), name
    assert pc.sum(pc.binary_length(got["word"].cast("string"))).as_py() == pc.sum(pc.binary_length(source["word"])).as_py()


def measure(given: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    compared = []
    with scratch() as folder, launcher() as starting:
        subprocess.run([AW, "--version"], check=True, stdout=subprocess.DEVNULL)  # prepares its fast start, once
        whole = table(given.rows)
        made = files(whole, folder, given.csv_mb)
        sizes = {kind: path.stat().st_size for kind, path in made.items()}
        for kind, path in made.items():
            store = folder / f"store-{kind}"
            commands = {"aw": [str(AW), "import", "csv" if kind == "csv" else "parquet" if kind == "parquet" else "arrow", str(path),
                               "--table", "t", "--out", str(store)]}
            commands |= {peer: [sys.executable, "-c", f"F = {str(path)!r}\n{how[kind]}"] for peer, how in PEERS.items()}
            taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
            for _ in range(given.runs):  # in turns, so that what else the machine does meets all alike
                for name, command in commands.items():
                    if name == "aw":  # every side begins with nothing, and deletes nothing
                        shutil.rmtree(store, ignore_errors=True)
                    path.with_name(path.name + ".db").unlink(missing_ok=True)
                    taken[name].append(timed(starting, command))
            check(store, pa.csv.read_csv(path) if kind == "csv" else whole)
            medians = {name: statistics.median(s for s, _, _ in each) for name, each in taken.items()}
            found[kind] = {"seconds": {n: [round(s, 2) for s, _, _ in e] for n, e in taken.items()},
                           "processor_seconds": {n: [round(s, 2) for _, s, _ in e] for n, e in taken.items()},
                           "peak_mib": {n: max(m for _, _, m in e) for n, e in taken.items()},
                           "allowed_mib": max(256, sizes[kind] * 64 >> 20),
                           "ratio": {f"aw/{n}": round(medians["aw"] / m, 2) for n, m in medians.items() if n != "aw"}}
            names = {"duckdb": "DuckDB's load into a table", "polars": "Polars' reading", "pyarrow": "pyarrow's reading"}
            processors = {name: statistics.median(s for _, s, _ in each) for name, each in taken.items()}
            for name, against in names.items():
                target = ">= 0.5" if name == ("polars" if kind == "csv" else "duckdb") else ""
                compared.append(faster(f"`aw import` of {kind}", against, medians["aw"], medians[name], target))
                compared.append(faster(f"`aw import` of {kind}, processor time", against, processors["aw"], processors[name], target))
        assert starting.stdin is not None
        starting.stdin.close()
    return {"compared": compared, "rows": given.rows, "bytes": sizes, "formats": found}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=(10_000_000, 100_000, "rows of the table"), csv_mb=(1000, 4, "MiB of the CSV file"),
              runs=(3, 1, "runs of each side"))
