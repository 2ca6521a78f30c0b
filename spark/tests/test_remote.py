# SPDX-License-Identifier: Apache-2.0
"""Published stores, read from a web server by GET with Range."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from runs import sail
from worlds import JavaStore, hash_worlds, view


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The address of a web server that gives parts of the files in tmp_path, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = tmp_path / self.path.removeprefix("/")
            if not file.is_file():
                self.send_error(404)
                return
            data = body = file.read_bytes()
            if part := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
                body = data[int(part[1]):int(part[2]) + 1]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {part[1]}-{int(part[1]) + len(body) - 1}/{len(data)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_published_store_is_read_from_a_web_server(spark: SparkSession, tmp_path: Path, web: str) -> None:
    sail(tmp_path / "run", 12, 1)
    with JavaStore(spark, tmp_path / "run") as java:
        java.store.publish(spark._jvm.java.io.File(str(tmp_path / "published")).toPath())
        expected = {tick: java.hash_world(tick) for tick in (3, 11)}
    assert hash_worlds(spark, tmp_path / "run", expected, pack=f"{web}/published") == expected
    local, remote = view(spark, tmp_path / "run", "log"), view(spark, f"{web}/published", "log")
    assert remote.where("tick >= 5").collect() == local.where("tick >= 5").collect()


def test_published_runs_are_read_from_a_web_server(spark: SparkSession, tmp_path: Path, web: str) -> None:
    for number in (1, 2):
        sail(tmp_path / "runs" / f"run{number}", 6, number)
    runs = spark._jvm.org.arrowworld.runs.Runs.open(spark._jvm.java.io.File(str(tmp_path / "runs")).toPath())
    runs.publish(spark._jvm.java.io.File(str(tmp_path / "published")).toPath())
    local, remote = view(spark, tmp_path / "runs", "log"), view(spark, f"{web}/published", "log")
    assert remote.columns == local.columns and "run" in remote.columns
    assert sorted(map(str, remote.collect())) == sorted(map(str, local.collect())) != []
    assert {row.run for row in remote.where("run = 'run2' and tick = 3").collect()} == {"run2"}
