# SPDX-License-Identifier: Apache-2.0
"""HTTP requests whose whole reply must come within a time, header and body."""

from __future__ import annotations

import io
import socket
import time
from functools import cache
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from ssl import SSLContext
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request, build_opener


class _Bytes(io.RawIOBase):
    """What comes by a socket until a moment; a timeout of the socket alone would begin anew with each byte."""

    def __init__(self, raw: Any, sock: socket.socket, end: float) -> None:
        self._raw, self._sock, self._end = raw, sock, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        found: int | None = self._raw.readinto(buffer)
        return found

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        limit = sock.gettimeout()
        if limit is not None:
            self.fp = io.BufferedReader(_Bytes(self.fp.detach(), sock, time.monotonic() + limit))


class _Http(HTTPConnection):
    response_class = _Reply


class _Https(HTTPSConnection):
    response_class = _Reply


class _HttpHandler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Http, req)


class _HttpsHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Https, req, context=self._context)  # type: ignore[attr-defined]


def open_timely(request: Request, limit: float, context: SSLContext | None = None) -> Any:
    """As urllib's urlopen, where connecting and the whole reply may take `limit` seconds each. Raises TimeoutError, or
    URLError with one, where it takes longer.
    """
    return _opener(context).open(request, timeout=limit)


@cache
def _opener(context: SSLContext | None) -> OpenerDirector:
    return build_opener(_HttpHandler, _HttpsHandler(context=context))
