# SPDX-License-Identifier: Apache-2.0
"""Where published files come from: what answers GET with Range, asked as often as it may help (P-5, P-6)."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request

from .errors import InvalidUseError
from .timely_http import open_timely

_LIKELY_BYTES = 1 << 20
_MOST_BYTES = 64 << 20
_NO_RANGES = "the server sends whole files and no parts of them (Range); serve the store with one that does, as most do"


class Patience(NamedTuple):
    """How often the same is asked for, seconds before the second time (four times as long before each further one), and
    seconds for one attempt, as many again for each 4 MiB.
    """

    attempts: int = 4
    pause: float = 0.1
    limit: float = 30.0

    def limit_for(self, length: int) -> float:
        """Seconds that one attempt may take."""
        return self.limit * (1 + length / (4 << 20))


class Replaced(Exception):
    """Another file stands there than the one that was read before."""


class Refused(Exception):
    """What no further attempt will change."""


class TooLong(Exception):
    """A file that is to come whole is longer than any such file."""


class Objects(ABC):
    """The files below an address. Safe for threads."""

    def __init__(self, address: str, patience: Patience) -> None:
        self.address, self.patience = address, patience

    @abstractmethod
    def get(self, name: str, start: int, length: int, version: str) -> tuple[bytes, int, str]:
        """One attempt: the bytes, the length of the whole file, and its version.

        version: what an earlier reply for this file had, empty for the first. Raises FileNotFoundError, PermissionError,
        Replaced, Refused, and OSError for what may succeed when it is tried again.
        """

    def ask(self, name: str, start: int, length: int, version: str = "") -> tuple[bytes, int, str]:
        """As `get`, as often as it may help (P-6)."""
        pause = self.patience.pause
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return self.get(name, start, length, version)
            except (FileNotFoundError, PermissionError, Replaced):
                raise
            except (OSError, http.client.HTTPException, ValueError, OverflowError, Refused) as e:
                if isinstance(e, (ValueError, OverflowError)):  # what a server led to is no address, or no reply of HTTP
                    e = Refused(f"it led to what cannot be asked: {e}")
                if attempt == self.patience.attempts or isinstance(e, Refused):
                    times = "once" if attempt == 1 else f"{attempt} times"
                    raise OSError(f"Cannot read bytes {start} to {start + length - 1} of {name} in {self.address}, asked {times}: "
                                  f"{e}") from e
            time.sleep(pause)
            pause *= 4
        raise AssertionError

    def whole(self, name: str) -> bytes:
        """All of a file of which no list says how long it is; TooLong if it has more than 64 MiB."""
        data, total, version = self.ask(name, 0, _LIKELY_BYTES)
        if total > _MOST_BYTES:
            raise TooLong(f"it has {total} bytes")
        return data if len(data) == total else self.ask(name, 0, total, version)[0]


class HttpObjects(Objects):
    """A folder that a web server serves."""

    def __init__(self, address: str, patience: Patience, context: ssl.SSLContext | None = None,
                 headers: dict[str, str] | None = None) -> None:
        """headers: what each request says besides what it is for."""
        try:
            parts = urlsplit(address)
            host = (parts.hostname or "").encode("idna")
            readable = bool(host) and parts.port != 0 and not re.search(r"[\s\x00-\x1f\x7f]", address)
        except ValueError as e:  # brackets, a port, a host's name
            raise InvalidUseError(f"Cannot read a store at {address!r}: it is not an address ({e}).") from e
        if not readable:
            raise InvalidUseError(f"Cannot read a store at {address!r}: it is not an address; expected https://host/folder.")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise InvalidUseError(f"Cannot read a store at {parts.scheme}://{parts.hostname}{parts.path}: its files have "
                                  "addresses below it, so it can have no user, query or fragment.")
        super().__init__(address.rstrip("/") + "/", patience)
        self._context, self._headers = context, headers or {}

    def get(self, name: str, start: int, length: int, version: str) -> tuple[bytes, int, str]:
        headers = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity", **self._headers}
        if version.startswith('"'):  # a strong ETag; a weak one never matches
            headers["If-Match"] = version
        limit = self.patience.limit_for(length)
        try:
            with open_timely(Request(self.address + quote(name), headers=headers), limit, self._context) as reply:
                found = reply.headers.get("ETag") or reply.headers.get("Last-Modified") or ""
                total = total_of(reply.headers.get("Content-Range", "") if reply.status == 206 else None, start)
                if total is None and reply.length is not None and reply.length > length:
                    raise Refused(_NO_RANGES)
                data = body_of(reply.read1, length, limit)
        except HTTPError as e:
            e.close()
            raise refusal(e.code, f"HTTP {e.code}", name, start) from e
        except URLError as e:
            raise OSError(str(e.reason)) from e
        except TimeoutError as e:
            raise OSError(f"no answer within {limit:g} s") from e
        return data, checked(data, total, start, length), found


class S3Objects(Objects):
    """A prefix of a bucket, by GetObject. Endpoint, region and credentials as boto3 finds them; never in an address."""

    def __init__(self, address: str, patience: Patience) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError as e:
            raise InvalidUseError(f"Cannot read {address}: reading from S3 needs boto3. Install arrow-world[s3].") from e
        parts = urlsplit(address)
        if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc or parts.query or parts.fragment:
            shown = parts.netloc.rpartition("@")[2] + parts.path
            raise InvalidUseError(f"Cannot use s3://{shown} as the address of a store: expected s3://bucket/prefix, without user, "
                                  "port, query or fragment. The endpoint is given by AWS_ENDPOINT_URL_S3, credentials as for "
                                  "every tool of AWS.")
        self._bucket, folder = parts.netloc, unquote(parts.path).removeprefix("/").rstrip("/")
        self._folder = f"{folder}/" if folder else ""
        super().__init__(f"s3://{self._bucket}/{self._folder}", patience)
        config = Config(connect_timeout=patience.limit, read_timeout=patience.limit, retries={"total_max_attempts": 1})
        self._client = boto3.session.Session().client("s3", config=config)

    def get(self, name: str, start: int, length: int, version: str) -> tuple[bytes, int, str]:
        from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
        from urllib3.exceptions import HTTPError as BodyError

        wanted = {"Bucket": self._bucket, "Key": self._folder + name, "Range": f"bytes={start}-{start + length - 1}"}
        if version:
            wanted["IfMatch"] = version
        try:
            reply = self._client.get_object(**wanted)
            with reply["Body"] as body:  # the answer of urllib3
                total = total_of(reply.get("ContentRange"), start)
                if total is None and reply.get("ContentLength", 0) > length:
                    raise Refused(_NO_RANGES)
                some = getattr(body, "read1", body.read)  # read waits for all of a piece, however slowly it comes
                data = body_of(some, length, self.patience.limit_for(length))
        except ClientError as e:
            code = e.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            raise refusal(code, f"HTTP {code} {e.response.get('Error', {}).get('Code', '')}".rstrip(), name, start) from e
        except (BodyError, ConnectionError, HTTPClientError) as e:
            raise OSError(str(e)) from e
        except BotoCoreError as e:
            raise Refused(str(e)) from e
        return data, checked(data, total, start, length), reply.get("ETag", "")


def is_address(text: str) -> bool:
    """Whether it is an address at which published files are read."""
    return text[:8].lower().startswith(("http://", "https://", "s3://"))


def objects_at(address: str, patience: Patience) -> Objects:
    """The files below an http, https or s3 address. Asks for nothing yet."""
    return (S3Objects if address[:5].lower() == "s3://" else HttpObjects)(address, patience)


def body_of(read: Callable[[int], bytes], length: int, limit: float) -> bytes:
    """A reply's body, which may not be longer than what was asked for, nor take longer than may be waited."""
    end = time.monotonic() + limit
    parts: list[bytes] = []
    left = length
    while part := read(1 << 20):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise Refused(f"more than the {length} bytes that were asked for came")
        if time.monotonic() > end:
            raise OSError(f"no answer within {limit:g} s")
    return b"".join(parts)


def checked(data: bytes, total: int | None, start: int, length: int) -> int:
    """The length of the whole file; OSError if the reply was cut."""
    whole = len(data) if total is None else total
    if len(data) != min(length, whole - start):
        raise OSError(f"{len(data)} bytes came, expected {min(length, whole - start)}")
    return whole


def total_of(content_range: str | None, start: int) -> int | None:
    """The length of the whole file, as the Content-Range of a reply with a part of it says; None for a reply with all of it."""
    if content_range is None:
        if start:
            raise Refused(_NO_RANGES)
        return None
    unit, _, rest = content_range.partition(" ")
    span, _, total = rest.partition("/")
    if unit != "bytes" or span.partition("-")[0] != str(start) or not re.fullmatch("[0-9]{1,19}", total):
        raise Refused(f"it answered bytes {start} on with Content-Range {content_range!r}")
    return int(total)


def refusal(code: int, said: str, name: str, start: int) -> Exception:
    """The error that a status means."""
    if code in (404, 410):
        return FileNotFoundError(name)
    if code in (401, 403):
        return PermissionError(f"Cannot read {name}: {said}")
    if code == 412:
        return Replaced(f"{said}, its ETag is another one")
    if code == 416:
        return Replaced(f"it ends before byte {start}")
    return OSError(said) if code >= 500 or code in (408, 425, 429) else Refused(said)
