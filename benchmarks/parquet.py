# SPDX-License-Identifier: Apache-2.0
"""Parquet export beside DuckDB, pyarrow, Polars and AvroParquetWriter, same rows, same run; sizes; SQLite lookups.

Rates: a world of `--rows` (36 bytes a row) and a log of `--log-rows`, uncompressed and zstd at one level, row groups of
122,880 rows, two threads each. DuckDB copies from its own table, pyarrow and Polars from memory, ours from memory (world)
and from the store (log); AvroParquetWriter gets generic records made from our rows as it goes. Every file is read back:
ordered ones must hold the bytes that Java held (a hash per column), unordered ones as many rows and the same sums. Sizes:
the log of a run of the preset `small` by profile and view beside the same columns in np.savez_compressed, which docs/formats.md
quotes. SQLite: rows found per second in our export of that run by Python's sqlite3, one statement each. AvroParquetWriter is left out, saying so, where Maven has no classes for it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import FLAGS, ROOT, benchmark, faster, java, note, scratch, smaller

GROUP = 122_880
TARGETS = {"duckdb ordered": ">= 1.3", "pyarrow": ">= 1.5", "polars": ">= 1.1", "avro": ">= 10"}
PEERS = {"duckdb ordered": "DuckDB `COPY`", "pyarrow": "pyarrow `write_table`", "polars": "Polars", "avro": "`AvroParquetWriter`"}
LOOKUPS = 200_000


def column_hash(column: pa.ChunkedArray) -> str:
    """BLAKE2b of a column's little-endian values; of texts, with a zero byte behind each."""
    digest = hashlib.blake2b(digest_size=16)
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            chunk = chunk.cast(chunk.type.value_type)
        if pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type) or pa.types.is_string_view(chunk.type):
            digest.update("\0".join(["" if w is None else w for w in chunk.to_pylist()] + [""]).encode())
        else:
            chunk = chunk.cast(pa.uint8()) if pa.types.is_boolean(chunk.type) else chunk
            digest.update(np.ascontiguousarray(chunk.to_numpy(zero_copy_only=False)).tobytes())
    return digest.hexdigest()


class Rates:
    """All writers' runs, and the check of what they wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        self.bytes: dict[tuple[str, str, str], int] = {}
        self.rows: dict[str, int] = {}
        self.hashes: dict[str, dict[str, str]] = {}
        self.sums: dict[str, dict[str, Any]] = {}

    def reference(self, view: str, table: pa.Table) -> None:
        """What every writer's file must hold. Texts are hashed over their first row group."""
        self.rows[view] = table.num_rows
        self.hashes[view] = self.hash(table)
        self.sums[view] = self.sum(table)

    @staticmethod
    def hash(table: pa.Table) -> dict[str, str]:
        short = table.slice(0, GROUP)
        return {n: column_hash((short if n == "key" else table)[n]) for n in table.column_names}

    @staticmethod
    def sum(table: pa.Table) -> dict[str, Any]:
        return {n: pc.sum(table[n]).as_py() for n in table.column_names if pa.types.is_integer(table[n].type)}

    def add(self, writer: str, view: str, codec: str, seconds: float, path: Path) -> None:
        self.seconds[view, codec, writer].append(seconds)
        self.bytes[view, codec, writer] = path.stat().st_size
        note(f"{view} {codec} {writer}: {self.rows.get(view, 0) / seconds / 1e6:.2f} M rows/s, {path.stat().st_size:,} bytes")

    def check(self, writer: str, view: str, path: Path, ordered: bool = True) -> None:
        table = pq.read_table(path)
        right = table.num_rows == self.rows[view] and (self.hash(table) == self.hashes[view] if ordered else
                                                       self.sum(table) == self.sums[view])
        if not right:
            raise SystemExit(f"{writer} wrote other rows of the {view} than it was given")

    def peer(self, writer: str, view: str, codec: str, runs: int, write: Callable[[Path], Any], ordered: bool = True) -> None:
        path = self.folder / "peer.parquet"
        for _ in range(runs):
            path.unlink(missing_ok=True)
            start = time.perf_counter()
            write(path)
            self.add(writer, view, codec, time.perf_counter() - start, path)
        self.check(writer, view, path, ordered)
        path.unlink()

    def results(self) -> list[dict[str, Any]]:
        found = []
        for (view, codec, writer), seconds in sorted(self.seconds.items()):
            ours = statistics.median(self.seconds[view, codec, "arrow-world"])
            median, rows, size = statistics.median(seconds), self.rows[view], self.bytes[view, codec, writer]
            found.append({"view": view, "codec": codec, "writer": writer, "rows_per_s": round(rows / median),
                          "mb_per_s": round(rows * {"table": 36, "log": 34}[view] / median / 1e6, 1), "bytes": size,
                          "bytes_per_row": round(size / rows, 3), "ours_is_faster_by": round(median / ours, 2),
                          "our_size_over_its": round(self.bytes[view, codec, "arrow-world"] / size, 3),
                          "seconds": [round(s, 4) for s in seconds]})
        return found


def avro_classpath(folder: Path) -> str | None:
    """Our classes and what parquet-java's stock writers need: Hadoop's, which are test dependencies."""
    listed = folder / "avro-classpath"
    made = subprocess.run([ROOT / "mvnw", "-q", "-o", "dependency:build-classpath", "-pl", "export", "-am", "-Dmdep.includeScope=test",
                           f"-Dmdep.outputFile={listed}"], cwd=ROOT, stdout=sys.stderr, check=False)
    if made.returncode or not listed.exists():
        return None
    path = os.pathsep.join([str(folder), os.environ["AW_CLASSPATH"], listed.read_text(encoding="utf-8").strip()])
    done = subprocess.run(["javac", "-proc:none", "-nowarn", "-d", folder, "-cp", path, ROOT / "benchmarks/avro/AvroParquetBench.java"],
                          stdout=sys.stderr, check=False)
    return None if done.returncode else path


def rates(folder: Path, rows: int, log_rows: int, runs: int, level: int) -> tuple[list[dict[str, Any]], list[str]]:
    result, left_out = Rates(folder), []
    lines = []
    for line in java("ParquetBench", "write", str(folder), str(rows), str(log_rows), str(runs), str(level)):
        note(line)
        lines.append(json.loads(line))
    facts = next(line for line in lines if "table_hashes" in line)
    for line in lines:
        if "writer" in line:
            result.add("arrow-world", line["view"], line["codec"], line["seconds"], folder / f"{line['view']}-{line['codec']}.parquet")
    pa.set_cpu_count(2)
    path = avro_classpath(folder)
    if path is None:
        left_out.append("AvroParquetWriter: Maven does not have the test dependencies of export offline")
    for view in ("table", "log"):
        source = pq.read_table(folder / f"{view}-none.parquet")
        result.reference(view, source)
        if view == "table" and result.hashes[view] != facts["table_hashes"]:
            raise SystemExit("our table file does not hold what Java held")
        if view == "log":
            last = f"{source['val'].chunk(source['val'].num_chunks - 1).to_numpy()[-1:].view('<u8')[0]:016x}"
            if last != facts["chain"] or source.num_rows != facts["log_rows"]:
                raise SystemExit("our log file does not end where the log does")
        result.check("arrow-world", view, folder / f"{view}-zstd.parquet")
        db = duckdb.connect()
        db.execute("SET threads = 2")
        db.register("source", source)
        db.execute("CREATE TABLE t AS SELECT * FROM source")
        db.unregister("source")
        frame = pl.from_arrow(source)
        for codec in ("none", "zstd"):
            at = level if codec == "zstd" else None
            options = "FORMAT parquet, ROW_GROUP_SIZE 122880, COMPRESSION " + ("uncompressed" if at is None else f"zstd, COMPRESSION_LEVEL {at}")
            for order in ("true", "false"):
                db.execute(f"SET preserve_insertion_order = {order}")
                result.peer(f"duckdb {'ordered' if order == 'true' else 'any order'}", view, codec, runs,
                            lambda p: db.execute(f"COPY t TO '{p}' ({options})"), order == "true")
            result.peer("pyarrow", view, codec, runs, lambda p: pq.write_table(
                source, p, compression=codec, compression_level=at, write_page_checksum=True, write_page_index=True, row_group_size=GROUP))
            result.peer("polars", view, codec, runs, lambda p: frame.write_parquet(
                p, compression="zstd" if at else "uncompressed", compression_level=at, row_group_size=GROUP))
            if path is not None:
                avro(result, path, folder, view, codec, rows, runs, level)
        db.close()
    return result.results(), left_out


def avro(result: Rates, path: str, folder: Path, view: str, codec: str, rows: int, runs: int, level: int) -> None:
    command = ["java", *FLAGS, "-Xmx3g", "-XX:MaxDirectMemorySize=4g", "-cp", path, "AvroParquetBench", str(folder), view, codec,
               str(rows), str(runs), str(level)]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=True, encoding="utf-8").stdout
    file = folder / "avro.parquet"
    for line in map(json.loads, out.splitlines()):
        result.add("avro", view, codec, line["seconds"], file)
    found = pq.read_metadata(file)
    column = "id" if view == "table" else "rid"
    total = pc.sum(pq.read_table(file, columns=[column])[column]).as_py()
    if found.num_rows != result.rows[view] or total != result.sums[view][column]:
        raise SystemExit(f"AvroParquetWriter wrote other rows of the {view} than it was given")
    file.unlink()


def sizes(folder: Path, store: Path) -> list[dict[str, Any]]:
    """The log of a run by profile and view, and its columns as NumPy compresses them."""
    found = []
    for name, options in {"compat": ["--view", "log"], "compact": ["--view", "log", "--profile", "compact"],
                          "by_entity, compat": ["--view", "by_entity"],
                          "by_entity, compact": ["--view", "by_entity", "--profile", "compact"]}.items():
        out = folder / name.replace(", ", "-")
        list(java("org.arrowworld.cli.Main", "export", str(store), "--to", "parquet", "--out", str(out), *options))
        found.append({"form": name, "bytes": sum(p.stat().st_size for p in out.glob("*/*.parquet"))})
    table = pa.concat_tables(pq.read_table(p) for p in sorted((folder / "compat" / "log").glob("*.parquet")))
    columns: dict[str, np.ndarray] = {}
    for name in table.column_names:
        values = table[name].combine_chunks()
        if pa.types.is_dictionary(values.type):
            words = values.dictionary.to_pylist()
            columns[name] = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            columns[f"{name}.words"] = np.array(words)
        else:
            columns[name] = values.to_numpy()
    memory = io.BytesIO()
    np.savez_compressed(memory, **columns)
    found.append({"form": "np.savez_compressed", "bytes": memory.getbuffer().nbytes})
    for line in found:
        line["bytes_per_row"] = round(line["bytes"] / table.num_rows, 3)
    return [{"rows": table.num_rows}, *found]


def lookups(folder: Path, store: Path, runs: int) -> dict[str, Any]:
    """Rows per second out of our SQLite export of the run's log and last world."""
    for view in ("log", "table"):
        list(java("org.arrowworld.cli.Main", "export", str(store), "--to", "sqlite", "--view", view, "--out", str(folder / f"{view}.sqlite")))
    log, world = sqlite3.connect(folder / "log.sqlite"), sqlite3.connect(folder / "table.sqlite")
    ids = [row[0] for row in world.execute("SELECT id FROM creature")]
    ticks = [row[0] for row in log.execute("SELECT DISTINCT tick FROM log")]
    rids = [row[0] for row in log.execute("SELECT DISTINCT rid FROM log WHERE key = 'creature.born'")]
    rng = random.Random(20261121)
    questions = {
        "by id": (world, "SELECT * FROM creature WHERE id = ?", [(rng.choice(ids),) for _ in range(LOOKUPS)]),
        "by entity and range of ticks": (log, "SELECT key, tick, val FROM log WHERE rid = ? AND tick BETWEEN ? AND ?",
                                         [(rng.choice(rids), t, t + 9) for t in rng.choices(ticks, k=LOOKUPS // 20)]),
        "by tick": (log, "SELECT rid, key, val FROM log WHERE tick = ?", [(t,) for t in rng.choices(ticks, k=100)]),
    }
    found = {}
    for name, (base, sql, arguments) in questions.items():
        speeds, rows = [], 0
        for _ in range(runs):
            start = time.perf_counter()
            rows = sum(len(base.execute(sql, a).fetchall()) for a in arguments)
            seconds = time.perf_counter() - start
            speeds.append({"lookups_per_s": round(len(arguments) / seconds), "rows_per_s": round(rows / seconds)})
        if name == "by id" and rows != len(arguments):
            raise SystemExit("a live id was not found once")
        median = sorted(speeds, key=lambda s: s["lookups_per_s"])[len(speeds) // 2]
        found[name] = {**median, "rows_per_lookup": round(rows / len(arguments), 2), "runs": speeds}
    log.close()
    world.close()
    return found


def compared(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rates and sizes against each peer."""
    rows = []
    for line in found:
        if line["writer"] in PEERS:
            unit = "a world" if line["view"] == "table" else "a log"
            what = f"Parquet of {unit}, {'zstd' if line['codec'] == 'zstd' else 'uncompressed'}"
            rows.append(faster(what, PEERS[line["writer"]], 1, line["ours_is_faster_by"], TARGETS[line["writer"]]))
            size = "<= 0.8" if line["writer"] == "polars" and line["view"] == "log" else ""
            rows.append(smaller(f"{what}, size", PEERS[line["writer"]], line["our_size_over_its"], 1, size))
    return rows


def measure(given: argparse.Namespace) -> dict[str, Any]:
    with scratch() as folder:
        store = folder / "run"
        list(java("org.arrowworld.cli.Main", "run", "--preset", "small", "--ticks", given.ticks, "--out", store, "--durability", "none"))
        small = sizes(folder, store)
        sqlite = lookups(folder, store, given.runs)
        found, left_out = rates(folder, given.rows, given.log_rows, given.runs, given.zstd_level)
    return {"compared": compared(found), "zstd_level": given.zstd_level, "not_measured": left_out, "rates": found,
            "sizes": {"command": f"aw run --preset small --ticks {given.ticks}", "forms": small},
            "sqlite": {"sqlite": sqlite3.sqlite_version, "peer": "the book: 830,000 to 900,000 lookups a second", **sqlite}}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=(10_000_000, 300_000, "rows of the world"), log_rows=(20_000_000, 300_000, "rows of the log"),
              runs=(5, 1, "runs of each side"), zstd_level=(1, 1, "level of zstd"), ticks=(1000, 20, "ticks of the run whose sizes are told"))
