# SPDX-License-Identifier: Apache-2.0
"""From row ids to slots."""

from __future__ import annotations

import numpy as np

from .values import Array

_SPARE = 1 << 16


class Lookup:
    """Where each id of an array of distinct ids stands. Tables of ids are dense as a rule: then it is one array."""

    def __init__(self, ids: Array) -> None:
        self.ids = ids
        size = int(ids.max()) + 1 if len(ids) else 0
        self._slot: Array | None = None
        if size <= 8 * len(ids) + _SPARE:
            self._slot = np.full(size + 1, -1, np.int64)  # the last entry answers for all ids beyond
            self._slot[ids] = np.arange(len(ids))
        else:
            self._order = np.argsort(ids)
            self._sorted = ids[self._order]

    def slots(self, wanted: Array) -> Array:
        """Slots of wanted u32 ids, -1 for those that are not there; int64 of the same shape."""
        if self._slot is not None:
            return self._slot.take(wanted, mode="clip")
        places = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[places] == wanted, self._order[places], -1)
