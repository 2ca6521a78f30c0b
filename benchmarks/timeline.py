# SPDX-License-Identifier: Apache-2.0
"""State at a tick, replay and history beside DuckDB, NumPy and Polars; how cost grows.

State at the last tick is DuckDB's arg_max over a Parquet file of the same log, Polars' last of group, and a NumPy
scatter through an id -> slot map; all four must agree on the column `energy` bit by bit. The growth
curves become PNGs in benchmarks/results, where matplotlib is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from common import RESULTS, benchmark, faster, java, note, scratch

COLUMNS = {"c.x": np.float32, "c.y": np.float32, "c.energy": np.float64, "c.heat": np.uint16}
TICK = 100_000
POOL = 4_000_000
"""Different rows in memory: more than caches hold."""

CURVES = {"T - S in ticks": ("distance", "State at T, by its distance from the snapshot at S"),
          "triples of history": ("length", "State at the last tick, by length of the history (no snapshot)"),
          "entities": ("size", "State at the last tick, by size of the world (no snapshot)")}


def bench(*arguments: object) -> list[dict[str, Any]]:
    rows = []
    for line in java("TimelineBench", *arguments):
        note(line)
        rows.append(json.loads(line))
    return rows


def digest(column: np.ndarray) -> str:
    return hashlib.blake2b(np.ascontiguousarray(column).tobytes(), digest_size=16).hexdigest()


def parquet(store: Path, path: Path) -> int:
    """Our log as one Parquet file, with stock pyarrow alone: seq, tick, rid, key, val."""
    seq = 0
    writer = None
    for segment in sorted((store / "log").glob("*.arrow")):
        with pa.OSFile(str(segment)) as file, pa.ipc.open_file(file) as reader:
            for i in range(reader.num_record_batches):
                batch = reader.get_batch(i)
                numbers = pa.array(np.arange(seq, seq + len(batch), dtype=np.uint64))
                table = pa.table({"seq": numbers, **{n: batch.column(n) for n in ("tick", "rid", "key", "val")}})
                writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
                writer.write_table(table)
                seq += len(batch)
    assert writer is not None
    writer.close()
    return seq


def duckdb_state(path: Path, entities: int) -> np.ndarray:
    db = duckdb.connect()
    found = db.execute(f"SELECT rid, key, arg_max(val, seq) AS val FROM '{path}' WHERE key IN "
                       f"{tuple(COLUMNS)} GROUP BY rid, key").fetchnumpy()
    energy = np.zeros(entities)
    mine = np.asarray(found["key"]) == "c.energy"
    energy[found["rid"][mine]] = found["val"][mine]
    return energy


def polars_state(path: Path, entities: int) -> np.ndarray:
    found = (pl.scan_parquet(path).filter(pl.col("key").cast(pl.String).is_in(list(COLUMNS)))
             .group_by("rid", "key").agg(pl.col("val").last()).collect())
    mine = found.filter(pl.col("key").cast(pl.String) == "c.energy")
    energy = np.zeros(entities)
    energy[mine["rid"].to_numpy()] = mine["val"].to_numpy()
    return energy


def numpy_state(store: Path, entities: int) -> np.ndarray:
    """A replay from our Arrow files: per batch and column, col[slot[rid]] = val."""
    slot = np.arange(entities, dtype=np.int32)
    columns = {name: np.zeros(entities, dtype) for name, dtype in COLUMNS.items()}
    for segment in sorted((store / "log").glob("*.arrow")):
        with pa.memory_map(str(segment)) as file, pa.ipc.open_file(file) as reader:
            for i in range(reader.num_record_batches):
                batch = reader.get_batch(i)
                keys = batch.column("key")
                codes = keys.indices.to_numpy()
                rid, val = batch.column("rid").to_numpy(), batch.column("val").to_numpy()
                for code, name in enumerate(keys.dictionary.to_pylist()):
                    if name in columns:
                        mine = codes == code
                        columns[name][slot[rid[mine]]] = val[mine]
    return columns["c.energy"]


def numpy_replay(triples: int, entities: int, runs: int) -> dict[str, list[float]]:
    """Triples a second of rows in memory, a tick at a time, each row another: per key of a tick, col[slot[rid]] = val.

    The keys come one after the other, or mixed as a log may have them, which takes a mask per key.
    """
    random = np.random.default_rng(9)
    slot = np.arange(entities, dtype=np.int32)
    ticks = POOL // TICK
    rid = random.integers(0, entities, (ticks, TICK), dtype=np.uint32)
    key = random.integers(0, len(COLUMNS), (ticks, TICK), dtype=np.uint16)
    val = np.floor(random.random((ticks, TICK)) * 65535)
    columns = [np.zeros(entities, dtype) for dtype in COLUMNS.values()]
    part = TICK // len(columns)

    def ordered(tick: int) -> None:
        for code, column in enumerate(columns):
            mine = slice(code * part, (code + 1) * part)
            column[slot[rid[tick, mine]]] = val[tick, mine]

    def mixed(tick: int) -> None:
        for code, column in enumerate(columns):
            mine = key[tick] == code
            column[slot[rid[tick][mine]]] = val[tick][mine]

    rates: dict[str, list[float]] = {}
    for name, replay in (("column by column", ordered), ("keys mixed", mixed)):
        for run in range(runs + 1):
            start = time.perf_counter()
            for done in range(triples // TICK):
                replay(done % ticks)
            rate = triples // TICK * TICK / (time.perf_counter() - start)
            if run > 0:
                rates.setdefault(name, []).append(rate)
    return rates


def timed(runs: int, work: Callable[[], Any]) -> tuple[list[float], Any]:
    seconds, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def median(rows: list[dict[str, Any]], what: str, member: str = "seconds") -> float:
    return statistics.median(r[member] for r in rows if r["what"] == what)


def curves(triples: int, entities: int, runs: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds for the state by T - S, by length of the history, by size of the world."""
    found: dict[str, list[tuple[float, float]]] = {}
    with scratch() as directory:
        bench("make", directory / "s", triples, entities, 1)
        rows = bench("distance", directory / "s", runs)
        found["T - S in ticks"] = [(t, statistics.median(r["seconds"] for r in rows if r["ticks"] == t))
                                   for t in sorted({r["ticks"] for r in rows})]
    lengths, sizes = [], []
    for part in (8, 4, 2, 1):
        with scratch() as directory:
            made = bench("make", directory / "s", max(triples // part, 2 * entities), entities, -1)[0]
            lengths.append((made["triples"], median(bench("state", directory / "s", runs), "state")))
        with scratch() as directory:
            made = bench("make", directory / "s", triples, entities // part, -1)[0]
            sizes.append((made["entities"], median(bench("state", directory / "s", runs), "state")))
    return {**found, "triples of history": lengths, "entities": sizes}


def draw(found: dict[str, list[tuple[float, float]]]) -> list[str]:
    try:
        import matplotlib
    except ImportError:
        print("no curves are drawn: matplotlib is not installed", file=sys.stderr)
        return []
    matplotlib.use("Agg")
    from matplotlib import pyplot

    RESULTS.mkdir(exist_ok=True)
    written = []
    for name, (file, title) in CURVES.items():
        figure, axes = pyplot.subplots(figsize=(7, 4))
        axes.plot(*zip(*found[name]), marker="o")
        axes.set(title=title, xlabel=name, ylabel="seconds, median of the runs")
        axes.set_xlim(0, None)
        axes.set_ylim(0, None)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x / 1e6:g} M" if x >= 1e6 else f"{x:,g}")
        axes.grid(alpha=0.3)
        figure.tight_layout()
        path = RESULTS / f"timeline-{file}.png"
        figure.savefig(path, dpi=120)
        pyplot.close(figure)
        written.append(path.name)
    return written


def measure(given: argparse.Namespace) -> dict[str, Any]:
    triples, entities, runs = given.triples, given.entities, given.runs
    peers: dict[str, list[float]] = {}
    with scratch() as directory:
        store, log = directory / "store", directory / "log.parquet"
        rows = bench("make", store, triples, entities, -1)
        assert parquet(store, log) > triples
        rows += bench("state", store, runs)
        rows += bench("history", store, runs)
        expected = {r["energy"] for r in rows if r["what"].startswith("state")}
        states = {"duckdb arg_max": lambda: duckdb_state(log, entities), "polars": lambda: polars_state(log, entities),
                  "numpy": lambda: numpy_state(store, entities)}
        for name, work in states.items():
            peers[name], energy = timed(runs, work)
            assert {digest(energy)} == expected, f"{name} finds another state"
            note(f"{name} {peers[name]}")
    replayed = min(triples, 20_000_000)
    rows += bench("replay", replayed, entities, runs)
    rates = numpy_replay(replayed, entities, runs)
    state = median(rows, "state")
    grown = curves(triples // 4, entities // 2, runs + 2)
    names = {"duckdb arg_max": "DuckDB `arg_max`", "polars": "Polars", "numpy": "NumPy"}
    targets = {"numpy": ">= 3", "keys mixed": ">= 6", "column by column": ">= 3"}
    return {"compared": [
                *(faster(f"state at a tick of {triples:,} triples, {entities:,} entities", names[n], state, statistics.median(s),
                         targets.get(n, "")) for n, s in peers.items()),
                *(faster(f"replay, {n}", "NumPy's scatter through an id map", 1 / median(rows, f"replay, {n}", "rate"),
                         1 / statistics.median(r), targets[n]) for n, r in rates.items())],
            "triples": triples, "entities": entities, "rows": rows, "peers_seconds": peers, "numpy_replay_rates": rates,
            "curves": grown, "pictures": [] if given.small else draw(grown)}


if __name__ == "__main__":
    benchmark(__doc__, measure, triples=(100_000_000, 400_000, "rows of the log"), entities=(1_000_000, 50_000, "entities"),
              runs=(3, 1, "runs of each side"))
