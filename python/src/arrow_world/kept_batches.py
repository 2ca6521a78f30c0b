# SPDX-License-Identifier: Apache-2.0
"""Batches of sealed segments that were verified a moment ago: read again, they come from memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Optional

from .ipc import Message
from .rows import Rows
from .schema import Key

Verified = tuple[Message, int, Rows]
"""A batch, its checksum and its rows."""


class KeptBatches:
    """The verified batches used last, within a byte budget. Safe for threads.

    A batch is known by its place: its file (path, inode, size and time of change), where in it, and the checksum before
    it, so that one of a file that was replaced or written to is read, and verified, again. Batches with text are not
    kept: nobody knows what their words take.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget, self._bytes = budget_bytes, 0
        self._batches: OrderedDict[Hashable, tuple[Verified, tuple[Key, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def batch(self, place: Hashable, keys: list[Key], read: Callable[[], Optional[Verified]]) -> Verified | None:
        """The batch at a place, read and kept if it is not kept yet; keys: those its reader knows, with the batch's after it."""
        with self._lock:
            known = self._batches.get(place)
            if known is not None:
                self._batches.move_to_end(place)
                keys.extend(known[1][len(keys):])
                return known[0]
        found = read()
        if found is not None:
            self._keep(place, found, tuple(keys))
        return found

    def _keep(self, place: Hashable, found: Verified, keys: tuple[Key, ...]) -> None:
        message, crc, rows = found
        size = _bytes(rows)
        if rows.text is not None or size > self._budget:
            return
        with self._lock:
            if place not in self._batches:
                self._batches[place] = (replace(message, body=memoryview(b"")), crc, rows), keys
                self._bytes += size
            while self._bytes > self._budget:
                (_, _, gone), _ = self._batches.popitem(last=False)[1]
                self._bytes -= _bytes(gone)

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._batches.clear()
            self._bytes = 0


def _bytes(rows: Rows) -> int:
    return rows.tick.nbytes + rows.rid.nbytes + rows.key.nbytes + rows.bits.nbytes
