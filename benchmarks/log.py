# SPDX-License-Identifier: Apache-2.0
"""The triple log and SimLog beside their peers, one run of everything: ns per triple and record, rates, pauses, commits.

    ./mvnw -q -DskipTests package
    python benchmarks/log.py DIR --out benchmarks/results/log.json [--rows 20000000] [--runs 5]

Peers: a raw write of the same bytes and one fdatasync of them (in LogBench.java), java.util.logging (RecordBench.java),
NumPy slice assignment, Python's `logging`, SimLogPeer below, and Chronicle Queue where Maven can fetch it. Prints and stores the environment, all runs, medians, and
the ratios the targets are about. Both sides check what they wrote: the Java side recomputes the digest chain of every log
and counts records, the peers' files are read back.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from memory import ROOT, classpath

FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED", "-Xmx2g"]
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


def chronicle(scratch: Path, rows: int) -> list[float]:
    """ns per triple of Chronicle Queue, one message each, per run; empty where it cannot be fetched."""
    jars, classes = ROOT / "target" / "chronicle", scratch / "chronicle-classes"
    fetch = [str(ROOT / "mvnw"), "-q", "-f", str(CHRONICLE / "pom.xml"), "dependency:copy-dependencies",
             f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    if not jars.exists() and subprocess.run(fetch).returncode:
        return []
    path = f"{classes}{os.pathsep}{jars}/*"
    subprocess.run(["javac", "-cp", path, "-d", str(classes), str(CHRONICLE / "ChronicleBench.java")], check=True)
    folder = scratch / "chronicle"
    folder.mkdir()
    try:
        out = subprocess.run(["java", *CHRONICLE_FLAGS, "-cp", path, "ChronicleBench", str(folder), str(rows)],
                             stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8").stdout
    finally:
        shutil.rmtree(folder)
    return [float(line.split()[1]) for line in out.splitlines() if line.startswith("chronicle_scalar ")]


def main() -> None:
    """Runs both sides and stores the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    runs: dict[str, list[float]] = defaultdict(list)
    units: dict[str, str] = {}
    facts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as classes:
        sources = [str(ROOT / "benchmarks" / f"{name}.java") for name in ("LogBench", "RecordBench", "ThrottledStorage")]
        subprocess.run(["javac", "-cp", classpath(), "-d", classes, *sources], check=True)
        java = subprocess.run(["java", *FLAGS, "-cp", os.pathsep.join([classes, classpath()]), "LogBench", str(args.folder),
                               str(args.rows), str(args.runs)], stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8")
    for line in map(json.loads, java.stdout.splitlines()):
        if "unit" in line:
            runs[line["name"]].append(line["value"])
            units[line["name"]] = line["unit"]
        else:
            facts[line["name"]] = line["value"]
    peer = min(args.rows, 1_000_000)
    for _ in range(args.runs):
        for fields in (5, 11):
            nanos = peer_records(args.folder / "peer", fields, peer // fields)
            runs[f"simlog_python_{fields}_record"].append(nanos)
            runs[f"simlog_python_{fields}_triple"].append(nanos / fields)
        runs["numpy_slice_assign"].append(numpy_assign(args.rows))
        for name, value in text_logging(args.folder / "text.log", peer // 4).items():
            scale = args.rows / peer if name == "question" else 1
            runs[f"events_python_logging_{name}"].append(value * scale)
    shutil.rmtree(args.folder / "peer")
    queue = chronicle(args.folder, min(args.rows, 5_000_000))
    if queue:
        runs["chronicle_scalar"] = queue
    median = {name: statistics.median(values) for name, values in runs.items()}
    ratios = {
        "scalar: ns per triple to disk (<= 10)": median["scalar_sustained"],
        "simlog builder, 5 fields: ns per triple to disk (<= 10)": median["simlog_builder_5_triple"],
        "simlog builder, 11 fields: ns per triple to disk (<= 10)": median["simlog_builder_11_triple"],
        "simlog builder over Python simlog, 5 fields": median["simlog_python_5_triple"] / median["simlog_builder_5_triple"],
        "simlog varargs over Python simlog, 5 fields": median["simlog_python_5_triple"] / median["simlog_varargs_5_triple"],
        "columns: ns per triple of the producer (<= 1)": median["column_producer"],
        "columns, producer: time over NumPy slice assign": median["column_producer"] / median["numpy_slice_assign"],
        "columns: bytes a second over raw write (>= 0.8)": median["column_bytes"] / median["raw_bytes"],
        "producer pause p99.99, us (<= 1)": median["pause_p99.99"],
        "durable commit over one fdatasync (<= 0.7)": median["durable_commit"] / median["one_fdatasync"],
        "ticks not waited for over ticks that are, 1,000 rows (>= 5)": median["ticks_later"] / median["ticks_waited_for"],
        "events: Python logging write time over simlog": median["events_python_logging_write"] / median["events_simlog_write"],
        "events: Python logging size over simlog": median["events_python_logging_size"] / median["events_simlog_size"],
        "events of entity 42: Python logging over simlog": median["events_python_logging_question"] / median["events_simlog_question"],
        "5 % density: dense columns over log bytes": median["sparse_dense_columns"] / median["sparse_plain"],
    }
    if queue:
        ratios["Chronicle Queue, a message per triple, over scalar"] = median["chronicle_scalar"] / median["scalar_sustained"]
    result = {
        "environment": {"cpus": os.cpu_count(), "machine": platform.machine(), "load": os.getloadavg(), "java": facts.pop("java"),
                        "python": platform.python_version(), "numpy": np.__version__},
        "rows": args.rows, "not_measured": [] if queue else ["Chronicle Queue: Maven could not fetch it"], "checksum": facts,
        "targets": {k: round(v, 3) for k, v in ratios.items()}, "median": {k: round(v, 3) for k, v in median.items()},
        "units": units, "runs": {k: [round(v, 4) for v in values] for k, values in runs.items()}}
    text = json.dumps(result, indent=1)
    print(text)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
