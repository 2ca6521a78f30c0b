# SPDX-License-Identifier: Apache-2.0
"""Looking at runs: the cursor beside one pass and beside `at`, the log over HTTP beside pyarrow on the file, the page in a browser.

Runs of three sizes whose rows all move. Stepping is the whole run tick by tick, one pass is the same rows applied in one go; a
seek is a cursor's, to ticks at random. The log over HTTP has two peers: pyarrow on the files, which moves no bytes between
processes, and the same bytes as one static file that the kernel sends (`sendfile`), which is the most that HTTP on this machine
can give; both with the files in the page cache, and the first without too. The browser is a headless Chromium without a GPU, so
its figures are a lower bound; without one, or without node, they are left out and the result says so. Rerun's web viewer is not measured: it takes no such run of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from common import FLAGS, ROOT, benchmark, faster, figure, java, note, scratch

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROWS_PER_ENTITY = 6


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of the runs in a folder, with its token."""
    command = ["java", *FLAGS, "-Xmx2g", "-cp", os.environ["AW_CLASSPATH"], "org.arrowworld.cli.Main", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8") as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


Use = Callable[[pa.RecordBatch], int]


def rows(batch: pa.RecordBatch) -> int:
    """Nothing but having the batch in memory."""
    return batch.num_rows


def sums(batch: pa.RecordBatch) -> int:
    """The least that one may want of it: three columns are read once."""
    for name in ("tick", "rid", "val"):
        pc.sum(batch.column(name))
    return batch.num_rows


def from_file(run: Path, use: Use) -> int:
    """Reads the sealed segments as pyarrow does; returns the rows."""
    count = 0
    for segment in sorted((run / "log").glob("*.arrow")):
        with pa.OSFile(str(segment)) as file, pa.ipc.open_file(file) as reader:
            count += sum(use(reader.get_batch(i)) for i in range(reader.num_record_batches))
    return count


def over_http(address: str, run: str, use: Use) -> int:
    """Reads the log's streams as pyarrow does, from the server; returns the rows."""
    home, token = address.split("/open?token=")
    request = urllib.request.Request(f"{home}/api/runs/{run}/log", headers={"Authorization": f"Bearer {token}"})
    count = 0
    with urllib.request.urlopen(request) as reply:
        file = pa.PythonFile(reply, mode="r")
        while True:
            try:
                reader = pa.ipc.open_stream(file)
            except pa.ArrowInvalid:  # the streams' end
                return count
            count += sum(use(batch) for batch in reader)


def _send(path: Path, told: Connection) -> None:
    """Serves one file to whoever asks, by sendfile; tells its port."""

    class Static(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with path.open("rb") as file:
                self.send_response(200)
                self.send_header("Content-Length", str(path.stat().st_size))
                self.end_headers()
                self.wfile.flush()
                self.connection.sendfile(file)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Static) as server:
        told.send(server.server_port)
        server.serve_forever()


@contextmanager
def static(address: str, run: str, file: Path) -> Iterator[str]:
    """The address of a server, in a process of its own, of the bytes that a run's log has over HTTP."""
    home, token = address.split("/open?token=")
    request = urllib.request.Request(f"{home}/api/runs/{run}/log", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as reply, file.open("wb") as copy:
        shutil.copyfileobj(reply, copy, 1 << 20)
    hears, tells = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=_send, args=(file, tells))
    server.start()
    try:
        yield f"http://127.0.0.1:{hears.recv()}/open?token=none"
    finally:
        server.terminate()
        server.join()


def forget(run: Path) -> None:
    """Takes a run's log out of the page cache."""
    for segment in (run / "log").glob("*.arrow"):
        with segment.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(job: Any, *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    found = job(*arguments)
    return time.perf_counter() - start, found


def browser() -> tuple[str, str] | str:
    """A Chromium and where playwright-core is, or why there is none."""
    chromium = os.environ.get("AW_CHROMIUM") or next((p for p in map(shutil.which, BROWSERS) if p), None)
    if not chromium or not shutil.which("node") or not shutil.which("npm"):
        return "the page in a browser: no chromium, node or npm on the PATH"
    target = ROOT / "interop-tests" / "target" / "page"
    if not (target / "node_modules" / "playwright-core").exists():
        target.mkdir(parents=True, exist_ok=True)
        for name in (".npmrc", "package.json", "package-lock.json"):
            shutil.copy(ROOT / "interop-tests" / "page" / name, target)
        done = subprocess.run(["npm", "ci", "--prefer-offline", "--no-bin-links", "--ignore-scripts"], cwd=target, capture_output=True, check=False)
        if done.returncode:
            return "the page in a browser: playwright-core cannot be had"
    return chromium, str(target / "node_modules")


def looked_at(address: str, run: str, ticks: int, count: int) -> dict[str, Any] | str:
    found = browser()
    if isinstance(found, str):
        return found
    rng = random.Random(3)
    told = {"address": address, "run": run, "chromium": found[0], "modules": found[1], "middle": ticks // 2, "from": max(1, ticks // 10),
            "ticks": [rng.randrange(ticks + 1) for _ in range(count)]}
    done = subprocess.run(["node", str(ROOT / "benchmarks" / "view.mjs"), json.dumps(told)], capture_output=True, text=True,
                          encoding="utf-8", check=False, timeout=600)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else f"the page on {run}: {done.stderr[-400:]}"


def measure(given: argparse.Namespace) -> dict[str, Any]:
    sizes, compared, left_out = {}, [], []
    for entities in given.entities:
        ticks = max(4, min(given.most_ticks, given.rows // (ROWS_PER_ENTITY * entities)))
        name = f"{entities:,} entities"
        with scratch() as folder:
            run = folder / f"run{entities}"
            list(java("ViewBench", "make", run, entities, ticks))
            read = json.loads(list(java("ViewBench", "read", run, given.seeks))[-1])
            assert read["equal"], read
            seek, at = statistics.median(read["seek"]), statistics.median(read["at"])
            compared += [figure(f"stepping through {name}", "one pass over the same rows", read["stepping"] / read["pass"], "x its time", "<= 1.2"),
                         figure(f"a tick at random of {name}", "`at`", seek / at, "x its time", "<= 0.333" if entities == 100_000 else "")]
            with served(folder) as address, static(address, run.name, folder / "log.stream") as plain:
                logs: dict[str, list[float]] = {}
                for _ in range(given.rounds):
                    for what, use in (("read", rows), ("three columns summed", sums)):
                        for where, job in (("HTTP", partial(over_http, address, run.name, use)), ("static", partial(over_http, plain, run.name, use)),
                                           ("file", partial(from_file, run, use)), ("HTTP, cold", partial(over_http, address, run.name, use)),
                                           ("file, cold", partial(from_file, run, use))):
                            if where.endswith("cold"):
                                forget(run)
                            taken, count = timed(job)
                            logs.setdefault(f"{what}, {where}", []).append(taken)
                            assert count == read["rows"], (count, read["rows"])
                compared += [faster(f"the log over HTTP, {what}, {name}", peer, statistics.median(logs[f"{what}, {ours}"]),
                                    statistics.median(logs[f"{what}, {theirs}"]), target)
                             for what in ("read", "three columns summed")
                             for peer, ours, theirs, target in (
                                 ("pyarrow on the file, in the page cache", "HTTP", "file", ">= 0.5"),
                                 ("pyarrow on the file, not in the page cache", "HTTP, cold", "file, cold", ">= 0.5"),
                                 ("the same bytes as a static file, by sendfile", "HTTP", "static", ""))]
                page = looked_at(address, run.name, ticks, given.scrubs)
            sizes[entities] = {"ticks": ticks, "read": read, "log": logs, "page": page}
            if isinstance(page, str):
                left_out.append(page)
            else:
                compared += [figure(f"key press to picture, {name}", "", 1000 * statistics.median(page["keys"]), "ms"),
                             figure(f"a tick at random to its picture, {name}", "", 1000 * statistics.median(page["random"]), "ms"),
                             figure(f"pictures a second of at most 60, {name}", "", page["play"]["pictures"] / page["play"]["seconds"], "pictures/s"),
                             figure(f"first picture, {name}", "", page["first"]["bytes"] / 1e6, "MB"),
                             figure(f"first picture, {name}, time", "", page["first"]["seconds"], "s")]
        note(f"{name}: {sizes[entities]}"[:600])
    return {"compared": compared, "not_measured": left_out, "sizes": sizes}


if __name__ == "__main__":
    benchmark(__doc__, measure, entities=([1_000, 100_000, 1_000_000], [1_000, 5_000], "rows of the world"),
              rows=(76_000_000, 300_000, "rows of each log, at most"), most_ticks=(2_000, 40, "ticks of each run, at most"),
              seeks=(40, 3, "ticks at random, by a cursor that has passed none yet"), scrubs=(12, 3, "pictures by key, and at random"), rounds=(3, 1, "readings of the log"))
