# SPDX-License-Identifier: Apache-2.0
"""The triple log and SimLog beside their peers, one run of everything: ns per triple and record, rates, pauses, commits.

Peers: a raw write of the same bytes and one fdatasync of them (in LogBench.java), java.util.logging (RecordBench.java),
NumPy slice assignment, Python's `logging`, SimLogPeer below, and Chronicle Queue where Maven can fetch it. Both sides check what they wrote: the Java side recomputes the digest chain of every log
and counts records, the peers' files are read back.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import shutil
import statistics
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from common import ROOT, benchmark, faster, figure, java, scratch, smaller

ACTIVITIES = ["picking", "packing", "waiting", "moving", "idle"]
ENTITIES = 1000
CHRONICLE = ROOT / "benchmarks" / "chronicle"
"""Chronicle Queue's own list of what it needs opened on JDK 17 and later."""
CHRONICLE_FLAGS = [
    "-Dchronicle.analytics.disable=true", "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED", "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED", "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
    *(f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in ("java.lang", "java.lang.reflect", "java.io", "java.nio", "java.util", "sun.nio.ch"))]


class SimLogPeer:
    """The Python simlog, from its files and description: schema-free triples in two NumPy buffers, strings through a
    codebook, full buffers written as `chunk_NNNNNN.npz` of `rids` i4, `keys` i2, `vals` f8, and `_codebook.json`."""

    def __init__(self, folder: Path, buffer_size: int = 200_000) -> None:
        folder.mkdir(parents=True)
        self.folder, self.size = folder, buffer_size
        self.buffers = [(np.empty(buffer_size, "i4"), np.empty(buffer_size, "i2"), np.empty(buffer_size, "f8")) for _ in range(2)]
        self.active, self.at, self.record, self.chunks = 0, 0, 0, 0
        self.keys: dict[str, int] = {}
        self.types: dict[str, str] = {}
        self.words: dict[str, int] = {}

    def log(self, time_value: float, **fields: Any) -> None:
        """Logs one record."""
        if self.at + 1 + len(fields) > self.size:
            self.flush()
        self.put("time", time_value)
        for name, value in fields.items():
            self.put(name, value)
        self.record += 1

    def put(self, name: str, value: Any) -> None:
        """Logs one triple; the first type of a field is kept."""
        code = self.keys.get(name)
        if code is None:
            code = self.keys[name] = len(self.keys)
            self.types[name] = type(value).__name__
        if isinstance(value, str):
            word = self.words.get(value)
            if word is None:
                word = self.words[value] = len(self.words)
            value = word
        rids, keys, vals = self.buffers[self.active]
        rids[self.at] = self.record
        keys[self.at] = code
        vals[self.at] = value
        self.at += 1

    def flush(self) -> None:
        """Writes the active buffer as a chunk and turns to the other."""
        rids, keys, vals = self.buffers[self.active]
        np.savez(self.folder / f"chunk_{self.chunks:06d}.npz", rids=rids[: self.at], keys=keys[: self.at], vals=vals[: self.at])
        self.active, self.at, self.chunks = 1 - self.active, 0, self.chunks + 1

    def close(self) -> None:
        """Writes what is left, and the codebook."""
        self.flush()
        (self.folder / "_codebook.json").write_text(json.dumps({"keys": self.keys, "types": self.types, "words": self.words}), encoding="utf-8")


def peer_records(folder: Path, fields: int, records: int) -> float:
    """ns per record of the peer, its last flush included; the chunks are read back."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.perf_counter_ns()
    log = SimLogPeer(folder)
    for i in range(records):
        v = i + 0.5
        if fields == 5:
            log.log(i * 0.5, activity=ACTIVITIES[i % 5], f0=v, f1=v, f2=v)
        else:
            log.log(i * 0.5, activity=ACTIVITIES[i % 5], f0=v, f1=v, f2=v, f3=v, f4=v, f5=v, f6=v, f7=v, f8=v)
    log.close()
    nanos = (time.perf_counter_ns() - start) / records
    rows = sum(len(np.load(f)["rids"]) for f in folder.glob("chunk_*.npz"))
    assert rows == records * fields, (rows, records)
    return nanos


def numpy_assign(rows: int) -> float:
    """ns per triple of assigning whole columns of 100,000 values into preallocated arrays."""
    n = 100_000
    ids, values = np.arange(n, dtype="u4"), np.arange(n) * 0.5
    tick, rid, key, val = (np.empty(n * 2, t) for t in ("u8", "u4", "u2", "f8"))
    start = time.perf_counter_ns()
    for i in range(rows // n):
        at = (i % 2) * n
        tick[at : at + n] = i
        rid[at : at + n] = ids
        key[at : at + n] = 1
        val[at : at + n] = values
    nanos = (time.perf_counter_ns() - start) / (rows // n * n)
    assert (val[:n] == values).all()
    return nanos


def text_logging(path: Path, records: int) -> dict[str, float]:
    """Python's `logging` to a file: ns and bytes per event, ms to find the events of entity 42."""
    logger = logging.getLogger("bench")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = logging.FileHandler(path, "w")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    start = time.perf_counter_ns()
    for i in range(records):
        logger.info("time=%s activity=%s entity=%d value=%s", i * 0.5, ACTIVITIES[i % 5], i % ENTITIES, i * 0.25)
    handler.close()
    written = (time.perf_counter_ns() - start) / records
    logger.removeHandler(handler)
    pattern = re.compile(r" entity=42 ")
    start = time.perf_counter_ns()
    with path.open(encoding="utf-8") as lines:
        found = sum(1 for line in lines if pattern.search(line))
    question = (time.perf_counter_ns() - start) / 1e6
    assert found == (records - 43 + ENTITIES) // ENTITIES, found
    size = path.stat().st_size / records
    path.unlink()
    return {"write": written, "size": size, "question": question}


def chronicle(folder: Path, rows: int) -> list[float]:
    """ns per triple of Chronicle Queue, one message each, per run; empty where it cannot be fetched."""
    jars, classes = ROOT / "target" / "chronicle", folder / "chronicle-classes"
    fetch = [str(ROOT / "mvnw"), "-q", "-f", str(CHRONICLE / "pom.xml"), "dependency:copy-dependencies",
             f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    if not jars.exists() and subprocess.run(fetch).returncode:
        return []
    path = f"{classes}{os.pathsep}{jars}/*"
    subprocess.run(["javac", "-cp", path, "-d", str(classes), str(CHRONICLE / "ChronicleBench.java")], check=True)
    queue = folder / "chronicle"
    queue.mkdir()
    try:
        out = subprocess.run(["java", *CHRONICLE_FLAGS, "-cp", path, "ChronicleBench", str(queue), str(rows)],
                             stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8").stdout
    finally:
        shutil.rmtree(queue)
    return [float(line.split()[1]) for line in out.splitlines() if line.startswith("chronicle_scalar ")]


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs both sides."""
    with scratch() as folder:
        return both(args, folder)


def both(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    runs: dict[str, list[float]] = defaultdict(list)
    units: dict[str, str] = {}
    facts: dict[str, Any] = {}
    for line in map(json.loads, java("LogBench", folder, args.rows, args.runs, memory="2g")):
        if "unit" in line:
            runs[line["name"]].append(line["value"])
            units[line["name"]] = line["unit"]
        else:
            facts[line["name"]] = line["value"]
    peer = min(args.rows, 1_000_000)
    for _ in range(args.runs):
        for fields in (5, 11):
            nanos = peer_records(folder / "peer", fields, peer // fields)
            runs[f"simlog_python_{fields}_record"].append(nanos)
            runs[f"simlog_python_{fields}_triple"].append(nanos / fields)
        runs["numpy_slice_assign"].append(numpy_assign(args.rows))
        for name, value in text_logging(folder / "text.log", peer // 4).items():
            scale = args.rows / peer if name == "question" else 1
            runs[f"events_python_logging_{name}"].append(value * scale)
    shutil.rmtree(folder / "peer")
    queue = chronicle(folder, min(args.rows, 5_000_000))
    if queue:
        runs["chronicle_scalar"] = queue
    median = {name: statistics.median(values) for name, values in runs.items()}
    records = (("5", "5 fields"), ("11", "11 fields"))
    compared = [
        figure("one triple, logged, checksummed and on disk", "", median["scalar_sustained"], "ns", "<= 10"),
        faster("the same, bytes a second", "a raw write", 1 / median["scalar_bytes"], 1 / median["raw_bytes"], ">= 1"),
        *(figure(f"one triple of a record of {what}", "", median[f"simlog_builder_{n}_triple"], "ns", "<= 10") for n, what in records),
        faster("records, a triple", "the Python simlog", median["simlog_builder_5_triple"], median["simlog_python_5_triple"]),
        faster("records by varargs, a triple", "the Python simlog", median["simlog_varargs_5_triple"], median["simlog_python_5_triple"]),
        figure("whole columns, a triple of the producer", "", median["column_producer"], "ns", "<= 1"),
        faster("the same", "NumPy's assignment of a slice", median["column_producer"], median["numpy_slice_assign"]),
        faster("whole columns, bytes a second", "a raw write", 1 / median["column_bytes"], 1 / median["raw_bytes"], ">= 0.8"),
        figure("pause of the producer, 99.99 % of triples", "", median["pause_p99.99"], "us", "<= 1"),
        figure("a durable commit of 10,000 triples", "one `fdatasync` of the same bytes", median["durable_commit"] / median["one_fdatasync"],
               "x its time", "<= 0.7"),
        faster("ticks of 1,000 rows that share forces (`tickLater`)", "a force each", 1 / median["ticks_later"], 1 / median["ticks_waited_for"],
               ">= 5"),
        faster("events written", "Python `logging`", median["events_simlog_write"], median["events_python_logging_write"]),
        smaller("events, size", "Python `logging`", median["events_simlog_size"], median["events_python_logging_size"]),
        faster("events of one entity", "a search of the text log", median["events_simlog_question"], median["events_python_logging_question"],
               ">= 20"),
        smaller("one value of twenty changed, size", "whole columns", median["sparse_plain"], median["sparse_dense_columns"])]
    if queue:
        compared.append(faster("one triple", "Chronicle Queue, a message per triple", median["scalar_sustained"], median["chronicle_scalar"]))
    facts.pop("java")
    return {"compared": compared, "rows": args.rows, "not_measured": [] if queue else ["Chronicle Queue: Maven could not fetch it"],
            "checksum": facts, "median": {k: round(v, 3) for k, v in median.items()}, "units": units,
            "runs": {k: [round(v, 4) for v in values] for k, values in runs.items()}}


if __name__ == "__main__":
    benchmark(__doc__, measure, rows=(20_000_000, 1_000_000, "triples"), runs=(5, 1, "runs of each side"))
