# SPDX-License-Identifier: Apache-2.0
"""Stores that `aw serve` and `aw view` serve, read over HTTP as if they were here: `connect`."""

from __future__ import annotations

import json
import ssl
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

from .errors import DamagedFileError, InvalidUseError, StoreNotFoundError
from .file_list import Listed
from .remote import BLOCK_BYTES, PIECE_BYTES, Published, RemoteSource
from .remote_objects import HttpObjects, Patience, Replaced
from .store import Store

_MOST_LIST_BYTES = 64 << 20
_RUNS = "/api/runs"


def connect(address: str, run: str | None = None, *, token: str | None = None, ca_file: str | None = None) -> Store:
    """A run that a server of arrow-world serves, as `open_store` gives one of this machine: the same Store, read by GET.

    ```python
    store = connect("http://127.0.0.1:8421/open?token=...")
    store.at(500)["creature"]
    ```

    address: what `aw serve` printed; the token may stand in it. run: its name, where several are served. token: where it is
    not in the address. ca_file: a PEM file with the certificate to trust, for a server with one of its own.

    Every call reads what is committed by then, also of a run that goes on; what was read is compared with its checksums
    here. Nothing can be changed through it. The token is in no repr, and a pickled Store has none.

    Raises InvalidUseError for an address that is none, a wrong token, or where `run` must be said; StoreNotFoundError where
    there is no such run; OSError where nobody answers.
    """
    parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidUseError(f"Cannot connect to {_shown(address)}: expected the address that aw serve printed, "
                              "http://... or https://...")
    if parts.scheme == "http" and ca_file is not None:
        raise InvalidUseError(f"Cannot connect to {_shown(address)} with ca_file: that is for https addresses.")
    given = token or parse_qs(parts.query).get("token", [""])[0]
    server = _Server(f"{parts.scheme}://{parts.netloc}", given, ca_file)
    runs = {r["name"]: r for r in server.json(_RUNS)["runs"]}
    if run is None and len(runs) != 1:
        raise InvalidUseError(f"Cannot connect to {server.home}: it serves {len(runs)} runs; say which by run=, one of {list(runs)}")
    name = next(iter(runs)) if run is None else run
    if name not in runs:
        raise StoreNotFoundError(f"Cannot connect to the run {name!r} at {server.home}: it serves {list(runs)}.")
    return Store(Served(server, name).path())


def _shown(address: object) -> str:
    return repr(address).partition("?")[0]


class _Server:
    """Where to ask, and with which token, which it shows to nobody."""

    def __init__(self, home: str, token: str, ca_file: str | None, patience: Patience = Patience()) -> None:
        self.home, self.patience = home, patience
        self._token = token
        try:
            self.context = ssl.create_default_context(cafile=ca_file) if home.startswith("https:") else None
        except OSError as e:
            raise InvalidUseError(f"Cannot connect to {home}: cannot use the certificates in {ca_file}: {e}") from e

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def json(self, path: str) -> Any:
        """A reply in JSON; refusals become errors."""
        try:
            with urlopen(Request(self.home + path, headers=self.headers()), timeout=self.patience.limit, context=self.context) as reply:
                body = reply.read(_MOST_LIST_BYTES + 1)
        except HTTPError as e:
            with e:
                raise _refusal(self.home + path, e.code, e.read(1 << 16)) from None
        except URLError as e:
            raise OSError(f"Cannot connect to {self.home}: {e.reason}") from e
        if len(body) > _MOST_LIST_BYTES:
            raise DamagedFileError(f"a reply of more than {_MOST_LIST_BYTES} bytes", Path(path), remedy="")
        try:
            return json.loads(body)
        except ValueError as e:
            raise InvalidUseError(f"Cannot connect to {self.home}: it is not a server of arrow-world.") from e


def _refusal(address: str, code: int, body: bytes) -> Exception:
    try:
        error = json.loads(body)["error"]
        kind, message = str(error["kind"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        return InvalidUseError(f"Cannot read {address}: HTTP {code}; is it a server of arrow-world?")
    if kind in ("run_not_found", "store_not_found"):
        return StoreNotFoundError(f"Cannot read {address}: {message}")
    return OSError(f"Cannot read {address}: {message}") if code >= 500 else InvalidUseError(f"Cannot read {address}: {message}")


@dataclass(frozen=True)
class _File(Listed):
    """A file of a served run; instead of a checksum, a number that tells it from another one of its name."""

    version: str


def _file(entry: dict[str, Any]) -> _File:
    version = str(entry["version"])
    return _File(str(entry["path"]), int(entry["bytes"]), zlib.crc32(version.encode()), version)


def _without_token(home: str, run: str) -> Served:
    return Served(_Server(home, "", None), run)


class Served(Published):
    """The files of a run that a server serves; they may grow and change. Safe for threads."""

    unchanging = False

    def __init__(self, server: _Server, run: str) -> None:
        self._server, self._run = server, run
        self._at = f"{_RUNS}/{quote(run, safe='')}/files"
        self.address = f"{server.home}{self._at}/"
        self.patience = server.patience
        self._objects = HttpObjects(self.address, server.patience, server.context, server.headers())

    def __reduce__(self) -> tuple[Any, ...]:
        return _without_token, (self._server.home, self._run)

    @property
    def files(self) -> dict[str, Listed]:  # type: ignore[override]
        """The files there are now."""
        found = map(_file, self._server.json(self._at)["files"])
        return {f.name: f for f in found}

    @property
    def folders(self) -> set[str]:  # type: ignore[override]
        """The folders that have files now."""
        return {name[:i] for name in self.files for i in range(len(name)) if name[i] == "/"} | {""}

    def stamps(self) -> dict[str, tuple[int, int, int]]:
        """Which files make up the history, and how long they are; and what it begins with."""
        files = sorted(self.files.items())
        base = next((name.split("/")[1] for name, _ in files if name.startswith("snapshots/")), "")
        return {name: (f.crc32, f.bytes, 0) for name, f in files
                if name.startswith(("log/", f"snapshots/{base}/")) or name == "fence.json"}

    def part(self, file: Listed, start: int, length: int) -> bytes:
        """A part of a file, whose checksums prove it. FileNotFoundError where another one has its name by now."""
        assert isinstance(file, _File)
        try:
            return self._objects.ask(file.name, start, length, f'"{file.version}"')[0] if length else b""
        except Replaced as e:
            raise FileNotFoundError(f"{self.address}{file.name}: {e}; it was sealed, merged or replaced meanwhile") from e

    def source(self, file: Listed) -> RemoteSource:
        """A file as bytes at offsets."""
        return _ServedSource(self, file)


class _ServedSource(RemoteSource):
    """A file of a served run, as long as it was when it was asked for; small reads bring what is around them."""

    _MOST_BLOCKS = 64

    def __init__(self, served: Served, file: Listed) -> None:
        super().__init__(served, file)
        self.inode = file.crc32
        self._blocks: dict[int, bytes] = {}

    def grow(self) -> None:
        """Reads up to the length the file has now."""
        now = self._published.files.get(self._file.name)
        if now is not None and now.crc32 == self.inode and now.bytes > self.size:
            self._file, self.size = now, now.bytes
        self._blocks.clear()  # there may be more in what was read, too

    def _some(self, offset: int, length: int) -> bytes:
        if length >= BLOCK_BYTES:
            return self._published.part(self._file, offset, min(length, PIECE_BYTES))
        start = offset - offset % BLOCK_BYTES
        if start not in self._blocks:
            if len(self._blocks) == self._MOST_BLOCKS:
                self._blocks.clear()
            self._blocks[start] = self._published.part(self._file, start, min(BLOCK_BYTES, self.size - start))
        return self._blocks[start][offset - start :][:length]
