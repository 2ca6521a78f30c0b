# SPDX-License-Identifier: Apache-2.0
"""Log rows as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from .errors import InvalidUseError
from .frames import Frame, text_column, words_column
from .schema import Key
from .values import U64, Array, decode

@dataclass(frozen=True, repr=False)
class LogRows(Frame):
    """Log rows that need not be adjacent; all arrays have shape (n,). `key` are codes into `keys`."""

    seq: U64
    tick: U64
    rid: Array
    key: Array
    bits: U64
    text: Array | None
    keys: tuple[Key, ...]

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def val(self) -> Array:
        """`val` as the file has it: float64, but patterns where a key's encoding is `bits`, codes where it is `code`."""
        return self.bits.view("<f8")

    @property
    def names(self) -> Array:
        """Each row's key by name; object array."""
        return np.array([k.name for k in self.keys], object)[self.key]

    @property
    def values(self) -> Array:
        """Each row's value in its key's own type, words for strings; InvalidUseError if the keys' types differ."""
        types = sorted({self.keys[int(code)].type for code in np.unique(self.key)})
        if len(types) > 1:
            raise InvalidUseError(f"Cannot give values of {', '.join(types)} as one array; choose one key, or use val.")
        if types == ["string"]:
            assert self.text is not None
            return self.text
        return decode(types[0], self.bits) if types else np.empty(0)

    def val_text(self) -> pa.Array:
        """Each row's `val` in decimal, as its key's type says: integers exact, bools 0 or 1, codes of words."""
        places, texts = [np.empty(0, np.int64)], [pa.array([], pa.utf8())]
        for code in np.unique(self.key).tolist():
            places.append(np.flatnonzero(self.key == code))
            texts.append(pa.array(decode(self.keys[code].type, self.bits[places[-1]])).cast(pa.utf8()))
        return pa.concat_arrays(texts).take(pa.array(np.argsort(np.concatenate(places))))

    def python_values(self) -> list[Any]:
        """Each row's value in its key's own type as Python has it: int, float, bool or str."""
        out: list[Any] = [None] * len(self)
        for code in np.unique(self.key).tolist():
            at = np.flatnonzero(self.key == code)
            type_name = self.keys[code].type
            if type_name == "string":
                found = [] if self.text is None else self.text[at].tolist()
            else:
                values = decode(type_name, self.bits[at])
                found = (values.view(bool) if type_name == "bool" else values).tolist()
            for i, value in zip(at.tolist(), found):
                out[i] = value
        return out

    def where(self, chosen: Array) -> LogRows:
        """The rows a boolean mask or indices choose."""
        return LogRows(self.seq[chosen], self.tick[chosen], self.rid[chosen], self.key[chosen], self.bits[chosen],
                       None if self.text is None else self.text[chosen], self.keys)

    def to_arrow(self) -> pa.Table:
        """seq, tick, rid, key, val, and text where the store has strings; with one key also `value` in its type."""
        columns: dict[str, Any] = {"seq": self.seq, "tick": self.tick, "rid": self.rid,
                                   "key": words_column(self.key, [k.name for k in self.keys]), "val": self.val}
        found = np.unique(self.key)
        if len(found) == 1 and self.keys[int(found[0])].type not in ("f64", "string"):
            values = self.values
            columns["value"] = values.view(bool) if self.keys[int(found[0])].type == "bool" else values
        if self.text is not None:
            columns["text"] = text_column(self.text)
        return pa.table(columns)

    def _at(self, rows: Array) -> pa.Table:
        return self.where(rows).to_arrow()

    def _title(self) -> str:
        return f"{len(self):,} log rows"
