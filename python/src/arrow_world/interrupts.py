# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and other signals kept out of the steps that must not end halfway."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any

# As signal has them, but for the enums that it makes of handlers, which take more time than a small tick.
from _signal import getsignal as _get_handler, signal as _set_handler  # type: ignore[import-not-found]


class deferred_interrupts:
    """While its block runs, SIGINT is only noted; the handler runs, and may raise, right after the block.

    Python runs signal handlers in the main thread between any two instructions, so a KeyboardInterrupt could otherwise
    come out of the middle of a write. In other threads, and where SIGINT has no Python handler, nothing is done. May
    be nested. Other exceptions are not held back: what they interrupt must be poisoned or undone. One that comes out of
    this class itself, so that the handler is not put back, does not disable Ctrl-C: the next SIGINT, or the next such
    block, finds that the function around the block has ended, and puts it back.
    """

    def __init__(self) -> None:
        self._handler: Any = None
        self._noted = False
        self._frame: FrameType | None = None

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = True
        if self._is_over(frame):
            self.__exit__()

    def _is_over(self, frame: FrameType | None) -> bool:
        """Whether the function around the block is no longer among those that run."""
        while frame is not None:
            if frame is self._frame:
                return False
            frame = frame.f_back
        return True

    def __enter__(self) -> deferred_interrupts:
        if threading.current_thread() is threading.main_thread():
            here = sys._getframe(1)
            handler = _get_handler(signal.SIGINT)
            while isinstance(left := getattr(handler, "__self__", None), deferred_interrupts) and left._is_over(here):
                handler = left._handler
                self._noted |= left._noted
            if callable(handler):
                self._frame = here
                self._handler = handler  # before the next call: if that is interrupted, nothing is to be restored
                _set_handler(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handler is not None:
            _set_handler(signal.SIGINT, self._handler)
            self._handler = self._frame = None
            if self._noted:
                self._noted = False
                signal.raise_signal(signal.SIGINT)
