"""Ctrl-C and other signals kept out of the steps that must not end halfway."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class deferred_interrupts:
    """While its block runs, SIGINT is only noted; the handler runs, and may raise, right after the block.

    Python runs signal handlers in the main thread between any two instructions, so a KeyboardInterrupt could otherwise
    come out of the middle of a write. In other threads, and where SIGINT has no Python handler, nothing is done. May
    be nested. Other exceptions are not held back: what they interrupt must be poisoned or undone.
    """

    def __init__(self) -> None:
        self._handler: Any = None
        self._noted = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = True

    def __enter__(self) -> deferred_interrupts:
        if threading.current_thread() is threading.main_thread():
            handler = signal.getsignal(signal.SIGINT)
            if callable(handler):
                self._handler = handler  # before the next call: if that is interrupted, nothing is to be restored
                signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            signal.signal(signal.SIGINT, self._handler)
            if self._noted:
                signal.raise_signal(signal.SIGINT)
