# SPDX-License-Identifier: Apache-2.0
"""What Java publishes, Python reads by address: every golden store, every tick (P-1 to P-3, P-5)."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
from java_side import aw as java_aw

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "spec" / "conformance"


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The address of a plain web server that knows GET and Range, and sends no ETag."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = folder / self.path.lstrip("/")
            if not file.is_file():
                self.send_error(404)
                return
            data = file.read_bytes()
            first, _, last = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
            body = data[int(first) : int(last) + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(body) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", sorted(p.parent.name for p in GOLDEN.glob("*/store")))
def test_every_golden_store_is_the_same_once_java_published_it(name: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(GOLDEN / name / "store", store)
    local = aw.open_store(store)
    span = local.span()
    assert span is not None
    ticks = range(span[0], span[1] + 1)
    expected, rows = [local.at(t).hash_world() for t in ticks], local.log()
    java_aw("publish", store, tmp_path / "published")
    assert aw.open_store(tmp_path / "published").verify()
    with _served(tmp_path / "published") as address:
        remote = aw.open_store(address)
        assert [remote.at(t).hash_world() for t in ticks] == expected
        found = remote.log()
        for column in ("tick", "rid", "key", "bits"):
            assert np.array_equal(getattr(found, column), getattr(rows, column)), column
