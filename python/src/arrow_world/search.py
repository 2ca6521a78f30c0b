# SPDX-License-Identifier: Apache-2.0
"""Looking for record batches among bytes of which nothing is known (B-5, L-23), with bounded work."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .flatbuf import Malformed, Table
from .ipc import BATCH, CONTINUATION, MAX_METADATA_BYTES, Source

READ_AGAIN_RATIO = 4
_WINDOW_BYTES = 1 << 20
_PREFIX_BYTES = 8
_MOST_PAIRS = 64
_MOST_VALUE_BYTES = 64
_V5 = 4


class BatchSearch:
    """Well-framed record batches at any 8-aligned offset, whatever lengths say.

    However often something looks like a beginning, the work is bounded by a small multiple of the file's bytes: a
    window is read once and looked at in place; metadata that reach beyond it are read for as long as all such together
    take READ_AGAIN_RATIO times the file's size. Then `gave_up` is true, and it is not known that nothing follows.
    """

    def __init__(self, source: Source) -> None:
        self.gave_up = False
        self._source = source
        self._read_again = 0

    def batches(self, start: int) -> Iterator[tuple[int, dict[str, str]]]:
        """(offset, custom metadata but for long values) of each, from the first 8-aligned offset on."""
        pos, size = start + -start % 8, self._source.size
        while pos + _PREFIX_BYTES <= size:
            window = self._source.read(pos, _WINDOW_BYTES)
            words = np.frombuffer(window, "u1")[: len(window) // 8 * 8].reshape(-1, 8)
            more = pos + len(window) < size
            for hit in np.flatnonzero((words[:, :4] == CONTINUATION[0]).all(axis=1)).tolist():
                at = 8 * hit
                length = int.from_bytes(window[at + 4 : at + 8], "little")
                if length < 8 or length % 8 or length > min(MAX_METADATA_BYTES, size - pos - at - _PREFIX_BYTES):
                    continue
                if more and at > _WINDOW_BYTES // 2 and at + _PREFIX_BYTES + length > len(window):
                    window = window[:at]  # the next window begins here
                    break
                custom = self._candidate(pos + at, window[at + _PREFIX_BYTES :][:length], length)
                if self.gave_up:
                    return
                if custom is not None:
                    yield pos + at, custom
            if not window:
                return
            pos += len(window) // 8 * 8 or 8

    def _candidate(self, offset: int, metadata: memoryview, length: int) -> dict[str, str] | None:
        root = int.from_bytes(metadata[:4], "little")
        if len(metadata) >= 4 and not 4 <= root <= length - 4:
            return None
        if len(metadata) < length:
            self._read_again += length
            if self._read_again > READ_AGAIN_RATIO * self._source.size:
                self.gave_up = True
                return None
            metadata = self._source.read(offset + _PREFIX_BYTES, length)
        try:
            return _custom(metadata, self._source.size - offset - _PREFIX_BYTES - length)
        except (Malformed, UnicodeDecodeError):
            return None


def _custom(metadata: memoryview, room: int) -> dict[str, str] | None:
    """The custom metadata of a record batch whose body fits into the room; None for anything else."""
    root = Table.root(metadata)
    body_bytes = root.number(3, "q")
    if root.number(0, "h") != _V5 or root.number(1, "B") != BATCH or body_bytes % 8 or not 0 <= body_bytes <= room:
        return None
    pos, count = root.vector(4, 4)
    pairs: dict[str, str] = {}
    for at in range(pos, pos + 4 * min(count, _MOST_PAIRS), 4):
        pair = Table(metadata, at + int.from_bytes(metadata[at : at + 4], "little"))
        (key_at, key_bytes), (value_at, value_bytes) = pair.vector(0, 1), pair.vector(1, 1)
        if max(key_bytes, value_bytes) <= _MOST_VALUE_BYTES:
            key = bytes(metadata[key_at : key_at + key_bytes]).decode()
            pairs[key] = bytes(metadata[value_at : value_at + value_bytes]).decode()
    return pairs
