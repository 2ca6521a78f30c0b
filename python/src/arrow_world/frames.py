# SPDX-License-Identifier: Apache-2.0
"""Columns as Arrow tables and data frames, with the very types the store has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .errors import InvalidUseError
from .html import html_table, shown_rows
from .values import Array


if TYPE_CHECKING:
    import pandas
    import polars


class Frame(ABC):
    """Something with named columns of equal length.

    Whoever reads Arrow's C stream interface takes it as it is: `pyarrow.table(frame)`, `polars.DataFrame(frame)`,
    `duckdb.sql("from frame")`.
    """

    @abstractmethod
    def to_arrow(self) -> pa.Table:
        """A pyarrow.Table; numbers are not copied."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as a PyCapsule of an ArrowArrayStream (Arrow's PyCapsule interface)."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The table's schema as a PyCapsule of an ArrowSchema."""
        return self.to_arrow().schema.__arrow_c_schema__()

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas.DataFrame. Words are categoricals; integers that may be missing are nullable (`UInt64`)."""
        try:
            import pandas as pd
        except ImportError as e:
            raise InvalidUseError("Cannot make a data frame: pandas is not installed. Run `pip install "
                                  "'arrow-world[pandas]'`, or use to_arrow().") from e
        nullable = {pa.uint64(): pd.UInt64Dtype(), pa.int64(): pd.Int64Dtype(), pa.uint32(): pd.UInt32Dtype()}
        table = self.to_arrow()
        if not table.num_columns:
            return pd.DataFrame(index=pd.RangeIndex(table.num_rows))
        return pd.DataFrame({name: _signed(column).to_pandas(types_mapper=nullable.get if column.null_count else None)
                             for name, column in zip(table.column_names, table.columns)}, copy=False)

    def to_polars(self) -> polars.DataFrame:
        """A polars.DataFrame over the same memory; words are categoricals."""
        try:
            import polars as pl
        except ImportError as e:
            raise InvalidUseError("Cannot make a data frame: polars is not installed. Run `pip install "
                                  "'arrow-world[polars]'`, or use to_arrow().") from e
        table = self.to_arrow()
        if table.num_rows and not table.num_columns:
            raise InvalidUseError(f"Cannot make a Polars frame of {table.num_rows} rows without columns, which it cannot hold. Use "
                                  "to_arrow() or to_pandas().")
        frame: Any = pl.from_arrow(table)
        return frame

    @abstractmethod
    def _title(self) -> str:
        """What this is, in a few words."""

    def __repr__(self) -> str:
        return f"<{self._title()}>"

    def _repr_html_(self) -> str:
        rows = len(self)
        return html_table(self._title(), self._at(shown_rows(rows)), rows)

    @abstractmethod
    def __len__(self) -> int:
        """How many rows it has."""

    def _at(self, rows: Array) -> pa.Table:
        """Some rows of it."""
        return self.to_arrow().take(rows)


def _signed(column: Any) -> Any:
    """A column whose words have signed codes, as older pyarrow must have them for pandas."""
    if not pa.types.is_dictionary(column.type) or not pa.types.is_unsigned_integer(column.type.index_type):
        return column
    return pa.chunked_array([pa.DictionaryArray.from_arrays(c.indices.cast(pa.int32()), c.dictionary) for c in column.chunks],
                            pa.dictionary(pa.int32(), column.type.value_type))


def words_column(codes: Array, words: Sequence[str]) -> Any:
    """Codes and the words they mean as a dictionary column."""
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words, pa.utf8()))


def text_column(text: Array) -> Any:
    """Words or None as a dictionary column."""
    return pa.array(text, pa.utf8()).dictionary_encode()


def nullable_column(values: Array, type_: Any) -> Any:
    """Integers of which -1 means none."""
    return pa.array(values.astype(np.int64), pa.int64(), mask=values < 0).cast(type_)


def typed_column(type_name: str, values: Array, words: Sequence[str]) -> Any:
    """A table column: bools and words as such, numbers without a copy."""
    if type_name == "string":
        return words_column(values, words)
    return pa.array(values.view(bool) if type_name == "bool" else values)
