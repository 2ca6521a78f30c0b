# SPDX-License-Identifier: Apache-2.0
"""Published stores by address, from a web server that fails in every way (P-1 to P-7)."""

from __future__ import annotations

import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import arrow_world as aw
from arrow_world import jsonfile
from arrow_world.fields import FieldSnapshotWriter
from arrow_world.files_out import export_log
from arrow_world.file_list import FILES
from arrow_world.remote import BLOCK_BYTES, Published
from arrow_world.remote_objects import Patience, S3Objects

SEGMENT = "log/00000000000000000000.arrow"
TICKS = 5
SHORT = Patience(3, 0.001, 2.0)


class Server:
    """Serves a folder on loopback; `plan(number, name)` says what happens to a request."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.requests, self.bytes, self.address = folder, list[str](), 0, ""
        self.fault: Callable[[int, str], str] = lambda number, name: ""
        self.end = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def plan(self, fault: Callable[[int, str], str]) -> None:
        self.requests, self.bytes, self.fault = [], 0, fault

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.partition("?")[0].removeprefix("/run/")
        fault = self.fault(len(self.requests), name)
        self.requests.append(name)
        file = self.folder / name
        if fault == "silent":
            self.end.wait()
            return
        if fault == "503" or not file.is_file():
            handler.send_error(503 if fault == "503" else 404)
            return
        if fault == "trickle":
            while not self.end.wait(0.05):
                try:
                    handler.wfile.write(b"H")
                except OSError:
                    return  # nobody reads on
            return
        if fault.startswith("to "):
            handler.send_response(302)
            handler.send_header("Location", fault[3:])
            handler.end_headers()
            return
        data = file.read_bytes()
        version = f'"{zlib.crc32(data):08x}"'
        if fault != "no version" and handler.headers.get("If-Match", version) != version:
            handler.send_error(412)
            return
        asked = handler.headers.get("Range", "")
        body, status = data, 200
        if asked and fault != "whole files":
            start, _, last = asked.removeprefix("bytes=").partition("-")
            if int(start) >= len(data):
                handler.send_error(416)
                return
            body, status = data[int(start) : int(last) + 1], 206
        handler.send_response(status)
        if status == 206:
            handler.send_header("Content-Range", f"bytes {start}-{int(start) + len(body) - 1}/{len(data)}")
        if fault != "no version":
            handler.send_header("ETag", version)
        if fault == "endless":
            handler.end_headers()
            try:
                while not self.end.is_set():
                    handler.wfile.write(bytes(1 << 20))
            except OSError:
                return  # nobody reads on
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        sent = body[: len(body) // 2] if fault == "cut" else body
        self.bytes += len(sent)
        handler.wfile.write(sent)

    def close(self) -> None:
        self.end.set()
        self.http.shutdown()
        self.http.server_close()


def _make(folder: Path, ticks: int) -> Path:
    schema = aw.Schema([aw.TableSchema("ship", columns=[aw.Column("x", "f64"), aw.Column("flag", "string")])])
    with aw.LiveWorld.create(folder, schema, durability="none") as world:
        for tick in range(ticks):
            with world.tick() as t:
                t["ship"].insert(x=[float(i) for i in range(5000)], flag=[f"of {tick}"] * 5000)
            if tick == 2:
                world.snapshot()
        world.seal()
    return folder


def _publish(folder: Path, out: Path) -> Path:
    """What `aw publish` makes of a sealed store."""
    shutil.copytree(folder, out, ignore=shutil.ignore_patterns("LOCK", "live"))
    files = sorted((p.relative_to(out).as_posix(), p.read_bytes()) for p in out.rglob("*") if p.is_file())
    listed = [{"name": n, "bytes": f"{len(b):016x}", "crc32": f"{zlib.crc32(b):08x}"} for n, b in files]
    store = aw.open_store(folder).info.store.hex()
    (out / FILES).write_bytes(jsonfile.encode({"kind": "arrow-world files", "format": 1, "store": store, "files": listed}))
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("runs") / "run", TICKS)


@pytest.fixture(scope="module")
def hashes(run: Path) -> list[str]:
    return _hashes(aw.open_store(run))


@pytest.fixture
def web(run: Path, tmp_path: Path) -> Path:
    return _publish(run, tmp_path / "web")


@pytest.fixture(params=["http", "s3"])
def server(web: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the folder that is a web server, and by the same GETs with Range a bucket `run` of S3."""
    if request.param == "s3":
        pytest.importorskip("boto3", reason="stores in S3 are not read: boto3 is not installed")
    found = Server(web)
    found.address = f"{found.endpoint()}/run" if request.param == "http" else "s3://run"
    for name, value in {"ENDPOINT_URL_S3": found.endpoint(), "ACCESS_KEY_ID": "somebody", "SECRET_ACCESS_KEY": "secret",
                        "CONFIG_FILE": "/none", "SHARED_CREDENTIALS_FILE": "/none"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    yield found
    found.close()


def _hashes(store: aw.Store) -> list[str]:
    span = store.span()
    assert span is not None
    return [store.at(t).hash_world() for t in range(span[0], span[1] + 1)]


def _open(server: Server, patience: Patience = SHORT) -> aw.Store:
    return aw.open_store(Published(server.address, patience).path())


def test_worlds_rows_and_lives_are_the_same_by_address(server: Server, run: Path, hashes: list[str]) -> None:
    store, local = aw.open_store(server.address), aw.open_store(run)
    assert _hashes(store) == hashes
    assert store.history("ship", 12_000).to_arrow().equals(local.history("ship", 12_000).to_arrow())
    assert store.log().to_arrow().equals(local.log().to_arrow())
    assert repr(store.stats("ship.x")) == repr(local.stats("ship.x")) and "store run" in repr(store)
    assert store.verify(), store.verify()
    assert aw.open_store(run.as_uri()).at(1).hash_world() == hashes[1]


def test_the_log_by_address_is_a_dataset_and_is_exported(server: Server, run: Path, tmp_path: Path) -> None:
    store, local = aw.open_store(server.address), aw.open_store(run)
    assert store.scan().count_rows() == local.scan().count_rows() == len(local.log())
    assert export_log(store, tmp_path / "log.parquet", "parquet") == len(local.log())


def test_opening_and_reading_take_few_requests_and_bytes(server: Server, web: Path, hashes: list[str]) -> None:
    store = _open(server)
    assert server.requests == [FILES, "store.json"]
    assert server.bytes < BLOCK_BYTES
    assert store.at(4).hash_world() == hashes[4]
    assert len(server.requests) < 30
    assert server.bytes < 3 * (web / SEGMENT).stat().st_size


def test_what_fails_once_is_asked_for_again(server: Server, hashes: list[str]) -> None:
    for fault in ("503", "cut"):  # P-6
        server.plan(lambda number, name, fault=fault: fault if number % 2 == 0 else "")  # type: ignore[misc]
        assert _hashes(_open(server)) == hashes, fault


def test_what_fails_again_and_again_is_an_error_that_says_so(server: Server) -> None:
    for fault in ("503", "cut"):
        server.plan(lambda number, name: "")
        store = _open(server)
        server.plan(lambda number, name, fault=fault: fault)  # type: ignore[misc]
        with pytest.raises(OSError, match=f"of {SEGMENT} in {server.address}/, asked 3 times"):
            store.at(1)


def test_a_server_that_keeps_silent_is_asked_again_and_given_up(server: Server) -> None:
    shorter = Patience(2, 0.001, 0.3)
    server.plan(lambda number, name: "silent" if number == 0 else "")
    assert _open(server, shorter).schema.tables
    server.plan(lambda number, name: "silent")
    with pytest.raises(OSError, match="asked 2 times: (no answer within|Read timeout on endpoint)"):
        _open(server, shorter)


@pytest.mark.parametrize("versions", ["", "no version"])
def test_a_file_that_is_replaced_while_it_is_read_is_an_error_and_never_a_mix(server: Server, web: Path, tmp_path: Path,
                                                                              versions: str) -> None:
    other = _publish(_make(tmp_path / "other", TICKS + 1), tmp_path / "other published")
    server.plan(lambda number, name: versions)
    store = _open(server)
    shutil.copy(other / SEGMENT, web / SEGMENT)
    with pytest.raises(aw.DamagedFileError, match="it was replaced; a published store never changes"):  # P-5
        store.at(1)
    shutil.copy(other / "store.json", web / "store.json")
    with pytest.raises(aw.DamagedFileError, match="it was replaced"):
        _open(server)


def test_a_file_of_the_same_length_with_other_bytes_is_found_by_its_checksums(server: Server, web: Path) -> None:
    server.plan(lambda number, name: "no version")
    store = _open(server)
    data = bytearray((web / SEGMENT).read_bytes())
    data[len(data) // 2] ^= 1
    (web / SEGMENT).write_bytes(data)
    with pytest.raises(aw.DamagedFileError):
        store.at(1)


def test_a_file_that_is_cut_or_gone_is_named(server: Server, web: Path) -> None:
    data = (web / SEGMENT).read_bytes()
    (web / SEGMENT).write_bytes(data[:-1])
    with pytest.raises(aw.DamagedFileError, match=f"it has {len(data) - 1} bytes, expected {len(data)}"):
        _open(server).at(1)
    (web / SEGMENT).unlink()
    with pytest.raises(aw.DamagedFileError, match="does not have it any more"):
        _open(server).at(1)
    (web / FILES).unlink()
    with pytest.raises(aw.StoreNotFoundError, match=f"Cannot open {server.address}/: there is no files.json"):
        aw.open_store(server.address)


def test_an_answer_without_an_end_is_refused_and_not_held(server: Server) -> None:
    server.plan(lambda number, name: "endless" if number == 1 else "")
    with pytest.raises(OSError, match="more than the [0-9]+ bytes that were asked for came"):
        aw.open_store(server.address).at(4)


def test_an_answer_that_comes_byte_by_byte_is_waited_for_only_so_long(server: Server) -> None:
    if server.address.startswith("s3:"):
        pytest.skip("boto3 reads a header as long as something of it comes")
    server.plan(lambda number, name: "trickle")
    with pytest.raises(OSError, match="asked 2 times: no answer within"):  # P-6
        _open(server, Patience(2, 0.001, 0.3))


@pytest.mark.parametrize("address", ["http://[bad/", "http://" + "a" * 64 + ".org/", "http://\ud800.org/", "http:///x", "http://h:99999/",
                                     "http://h:x/", "http://a b/"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(aw.InvalidUseError, match="Cannot read a store at .*: it is not an address"):
        aw.open_store(address)


@pytest.mark.parametrize("place", ["http://[bad/", "http://" + "a" * 64 + ".org/"])
def test_a_redirection_to_what_is_no_address_is_told(server: Server, place: str) -> None:
    if server.address.startswith("s3:"):
        pytest.skip("boto3 follows redirections to other regions alone")
    server.plan(lambda number, name: "to " + place)
    with pytest.raises(OSError, match="asked once: it led to what cannot be asked"):
        _open(server)


def test_a_server_without_ranges_is_told_apart(server: Server) -> None:
    server.plan(lambda number, name: "whole files")
    with pytest.raises(OSError, match="asked once: the server sends whole files and no parts of them"):
        aw.open_store(server.address).at(1)


def test_writing_is_refused_by_name(server: Server, web: Path, tmp_path: Path, hashes: list[str]) -> None:
    store = _open(server)
    for change in (store.seal, store.compact, lambda: store.truncate_after(1)):
        with pytest.raises(aw.InvalidUseError, match=r"it was published \(files.json\)"):  # P-4
            change()
    with pytest.raises(aw.InvalidUseError, match=r"it was published \(files.json\)"):
        aw.LiveWorld.resume(web)
    with pytest.raises(aw.InvalidUseError):
        aw.LiveWorld.resume(server.address)
    with pytest.raises(aw.InvalidUseError, match="it lies in the store"):
        FieldSnapshotWriter(web / "fields" / "wave", fields=["u"], grid_shape=[2])
    assert aw.open_store(web).verify()
    assert aw.open_store(store.fork(3, tmp_path / "fork")).at(3).hash_world() == hashes[3]


def test_verification_compares_a_published_store_with_its_list(web: Path) -> None:
    assert aw.open_store(web).verify()
    content = (web / FILES).read_bytes()
    members = jsonfile.read(web / FILES)
    members.pop("crc", None)
    (web / FILES).write_bytes(jsonfile.encode(members | {"store": "0" * 32}))  # P-2
    assert any(f"it is the list of store {'0' * 32}, and this is" in f.message for f in aw.open_store(web).verify().findings)
    (web / FILES).write_bytes(content)
    (web / "notes").write_bytes(b"x")  # P-7
    (web / SEGMENT).write_bytes((web / SEGMENT).read_bytes() + b"\0")
    problems = [f.message for f in aw.open_store(web).verify().findings]
    assert "it is not in files.json" in problems
    assert any("expected" in p and "with CRC-32" in p for p in problems)


def test_an_address_in_s3_is_a_bucket_and_a_prefix_and_nothing_else() -> None:
    pytest.importorskip("boto3", reason="stores in S3 are not read: boto3 is not installed")
    assert S3Objects("s3://bucket/the%20one//x/", SHORT).address == "s3://bucket/the one//x/"
    for wrong in ("s3://key:secret@bucket/x", "s3://bucket:90/x", "s3:///x", "s3://bucket/x?y=1"):
        with pytest.raises(aw.InvalidUseError, match="expected s3://bucket/prefix, without user, port") as e:
            aw.open_store(wrong)
        assert "secret" not in str(e.value)


def test_published_runs_are_opened_by_their_catalogue(tmp_path: Path) -> None:
    for name, ticks in (("a", 3), ("b", 4)):
        _make(tmp_path / "runs" / name, ticks)
    local = aw.Runs.open(tmp_path / "runs")
    local.save()
    for name in ("a", "b"):
        _publish(tmp_path / "runs" / name, tmp_path / "web" / name)
    shutil.copy(tmp_path / "runs" / "runs.parquet", tmp_path / "web")
    server = Server(tmp_path / "web")
    try:
        runs = aw.Runs.open(f"{server.endpoint()}/run")
        assert server.requests == ["runs.parquet"]
        assert [(r.name, r.state, r.tick, r.texts) for r in runs] == [(r.name, r.state, r.tick, r.texts) for r in local]
        assert [(r.name, w.hash_world()) for r, w in runs.at(2)] == [(r.name, w.hash_world()) for r, w in local.at(2)]
        with pytest.raises(aw.InvalidUseError, match="published runs are only read"):
            runs.save()
        shutil.rmtree(tmp_path / "web" / "a")
        shutil.copytree(tmp_path / "web" / "b", tmp_path / "web" / "a")
        with pytest.raises(aw.DamagedFileError, match="it was replaced; published runs never change. Open them again."):
            runs["a"].open()
        data = (tmp_path / "web" / "runs.parquet").read_bytes()
        (tmp_path / "web" / "runs.parquet").write_bytes(data[:-1])
        with pytest.raises(aw.DamagedFileError):
            aw.Runs.open(f"{server.endpoint()}/run")
        with pytest.raises(aw.StoreNotFoundError, match="there is no runs.parquet"):
            aw.Runs.open(f"{server.endpoint()}/run/none")
    finally:
        server.close()
