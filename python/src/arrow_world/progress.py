# SPDX-License-Identifier: Apache-2.0
"""Progress bars on long reads; tqdm is optional."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from .errors import InvalidUseError


class Bar(Protocol):
    """What a progress bar must be able to do."""

    def update(self, n: int) -> Any:
        """Moves on by so many steps."""


class _Silent:
    def update(self, n: int) -> None:
        pass


def bar(wanted: bool, what: str, ticks: int) -> AbstractContextManager[Bar]:
    """A bar over so many ticks on stderr (or in a notebook), or one that does nothing."""
    if not wanted:
        return nullcontext(_Silent())
    try:
        from tqdm.auto import tqdm
    except ImportError as e:
        raise InvalidUseError("Cannot show progress: tqdm is not installed. Run `pip install 'arrow-world[progress]'`, or "
                              "open the store without progress.") from e
    shown: AbstractContextManager[Bar] = tqdm(total=ticks, desc=what, unit=" ticks", mininterval=0.5, leave=False)
    return shown
