# SPDX-License-Identifier: Apache-2.0
"""When committed ticks are forced to the device."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from .errors import InvalidUseError

_INTERVAL = re.compile("interval:([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Durability:
    """What the end of a tick promises: `commit`: it survives a power loss; `interval:MS`: it does within so many
    milliseconds, and a killed process at once; `none`: a killed process only."""

    mode: str
    interval_ms: int = 0

    @staticmethod
    def parse(text: str) -> "Durability":
        """Reads `commit`, `interval:MS` or `none`."""
        found = _INTERVAL.fullmatch(text) if isinstance(text, str) else None
        if found:
            return Durability("interval", int(found[1]))
        if text in ("commit", "none"):
            return Durability(text)
        raise InvalidUseError(f"Unknown durability {text!r}: expected 'commit', 'interval:MS' or 'none'.")


class Forcer:
    """Calls `force` on a thread of its own, at most so many milliseconds after each `touch`.

    force: keeps what fails, for the caller's thread to tell.
    """

    def __init__(self, interval_ms: int, force: Callable[[], None]) -> None:
        self._seconds, self._force = interval_ms / 1000, force
        self._touched, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="arrow_world force", daemon=True)
        self._thread.start()

    def touch(self) -> None:
        """Says that there is something to force."""
        if not self._touched.is_set():
            self._touched.set()

    def stop(self) -> None:
        """Ends the thread; what is not forced yet is left to the caller."""
        self._stopped.set()
        self._touched.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._touched.wait()
            self._stopped.wait(self._seconds)
            if self._stopped.is_set():
                return
            self._touched.clear()
            with suppress(BaseException):
                self._force()
