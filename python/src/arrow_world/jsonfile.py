# SPDX-License-Identifier: Apache-2.0
"""JSON files that end in their own CRC-32, and the hex strings inside them (J-1 to J-3)."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

from .errors import DamagedFileError
from .regular import read_regular

_TAIL = re.compile(rb',"crc":"([0-9a-f]{8})"}\n')
_TAIL_BYTES = len(b',"crc":"00000000"}\n')


def encode(members: dict[str, Any]) -> bytes:
    """The file's bytes for these members; `crc` is added."""
    head = json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()[:-1]
    return head + b',"crc":"%08x"}\n' % zlib.crc32(head)


def read(path: Path) -> dict[str, Any]:
    """The members of a JSON file, its CRC verified first.

    Raises DamagedFileError, or FileNotFoundError.
    """
    return members(read_regular(path), path)


def members(data: bytes, path: Path) -> dict[str, Any]:
    """The members of a JSON file of these bytes, their CRC verified first."""
    head, tail = data[:-_TAIL_BYTES], _TAIL.fullmatch(data[-_TAIL_BYTES:])
    if tail is None:
        raise DamagedFileError("the file does not end in its crc member and one newline", path, len(head))
    actual = b"%08x" % zlib.crc32(head)
    if actual != tail[1]:
        raise DamagedFileError(f"CRC-32 is {actual.decode()}, the file says {tail[1].decode()}", path)
    try:
        found = parse(data)
    except (ValueError, RecursionError) as e:
        raise DamagedFileError(f"not JSON: {e}", path) from e
    if not isinstance(found, dict):
        raise DamagedFileError("not a JSON object", path)
    return found


def parse(data: bytes) -> Any:
    """The value of a JSON file; ValueError where it is not UTF-8, or as loads."""
    value = loads(data.decode())
    json.dumps(value, ensure_ascii=False).encode()  # an escape can spell a lone surrogate, which nobody wrote
    return value


def loads(text: str) -> Any:
    """Reads JSON; ValueError also where a name stands twice in one object, of which readers would take either."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"{twice!r} stands twice in one object")
    return members


def chain_hex(chain: bytes) -> str:
    """A chain's 8 digest bytes as JSON and metadata show them: the little-endian u64 in hex (J-2, L-14)."""
    return f"{int.from_bytes(chain, 'little'):016x}"


class Members:
    """Typed access to the members of one JSON object of a file; what is missing or of another type is damage."""

    def __init__(self, members: Any, path: Path, what: str = "the file") -> None:
        if not isinstance(members, dict):
            raise DamagedFileError(f"{what} is not an object", path)
        self.raw: dict[str, Any] = members
        self._path = path
        self._what = what

    def _member(self, name: str, kind: type, expected: str) -> Any:
        value = self.raw.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(name, expected)
        return value

    def inner(self, value: Any, what: str) -> Members:
        """An object within this one."""
        return Members(value, self._path, what)

    def wrong(self, name: str, expected: str) -> DamagedFileError:
        """What to say of a member that is not as expected."""
        return DamagedFileError(f"{self._what}: {name!r} is {self.raw.get(name)!r}, expected {expected}", self._path)

    def real(self, name: str, absent: float) -> int | float:
        """A number member, integer or not; `absent` where there is none."""
        value = self.raw.get(name, absent)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(name, "a number")
        return value

    def text(self, name: str) -> str:
        """A string member."""
        return str(self._member(name, str, "a string"))

    def flag(self, name: str) -> bool:
        """A boolean member."""
        return bool(self._member(name, bool, "true or false"))

    def count(self, name: str) -> int:
        """A number member: an integer, not negative."""
        value = int(self._member(name, int, "a number"))
        if value < 0:
            raise DamagedFileError(f"{self._what}: {name!r} is {value}, expected no negative number", self._path)
        return value

    def items(self, name: str) -> list[Any]:
        """An array member."""
        return list(self._member(name, list, "an array"))

    def hex(self, name: str, digits: int = 16) -> str:
        """A string of `digits` lower-case hex digits (J-2)."""
        value = self.text(name)
        if not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise self.wrong(name, f"{digits} lower-case hex digits")
        return value

    def u64(self, name: str) -> int:
        """A tick, seq, offset, length or bit pattern: 16 hex digits as a number (J-2)."""
        return int(self.hex(name), 16)

    def chain(self, name: str) -> bytes:
        """A chain as its 8 digest bytes; the digits are those of the u64 (J-2, L-14)."""
        return self.u64(name).to_bytes(8, "little")

    def strings(self, name: str) -> dict[str, str]:
        """An object of strings."""
        value = self._member(name, dict, "an object of strings")
        if not all(isinstance(v, str) for v in value.values()):
            raise DamagedFileError(f"{self._what}: {name!r} holds other things than strings", self._path)
        return dict(value)
