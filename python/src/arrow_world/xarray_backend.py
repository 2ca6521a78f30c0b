# SPDX-License-Identifier: Apache-2.0
"""`xarray.open_dataset(path, engine="arrow-world")`: field runs, and tables of stores."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from xarray import Dataset
from xarray.backends import BackendEntrypoint

from .checks import path_of, several
from .errors import InvalidUseError
from .field_files import METADATA, TIMES
from .fields import FieldSnapshots
from .store import open_store


class ArrowWorldBackend(BackendEntrypoint):  # type: ignore[misc]
    """Opens field runs as `FieldSnapshots.to_xarray` does, and a table of a store as a ragged array.

    table: of a store, which table; may be left out where there is one. ticks: at which ticks, ascending, by default after
    the last one; rows stand one tick after the other along `row`, each with its `tick`, and `row_size` tells how many
    there are at each tick; where a column is called so, our name has a `_` behind it.
    """

    description = "Field runs and stores of arrow-world"
    open_dataset_parameters = ("filename_or_obj", "drop_variables", "table", "ticks")

    def open_dataset(self, filename_or_obj: Any, *, drop_variables: str | Iterable[str] | None = None,
                     table: str | None = None, ticks: Iterable[int] | None = None) -> Dataset:
        """A dataset; InvalidUseError, StoreNotFoundError and DamagedFileError as of the readers."""
        path = path_of(filename_or_obj, "open the dataset")
        if (path / METADATA).exists() and not (path / "store.json").exists():
            if table is not None or ticks is not None:
                raise InvalidUseError(f"Cannot open {path} with a table or ticks: it is a field run; choose times with `sel`.")
            dataset = FieldSnapshots.open(path).to_xarray()
        else:
            dataset = _table_dataset(path, table, ticks)
        dropped = [drop_variables] if isinstance(drop_variables, str) else list(drop_variables or ())
        return dataset.drop_vars(dropped, errors="ignore")

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Whether it is the folder of a field run or a store."""
        if not isinstance(filename_or_obj, (str, os.PathLike)):
            return False
        try:
            path = path_of(filename_or_obj, "open the dataset")
        except InvalidUseError:
            return False
        return (path / "store.json").is_file() or (path / METADATA).is_file() and (path / TIMES).is_file()


def _table_dataset(path: Path, table: str | None, ticks: Iterable[int] | None) -> Dataset:
    store = open_store(path)
    names = [t.name for t in store.schema.tables]
    if table is None and len(names) != 1:
        raise InvalidUseError(f"Cannot open {path} as a dataset: it has tables {', '.join(names) or 'none'}; choose one, as in "
                              f"table={names[0] if names else 'creature'!r}.")
    schema = store.schema.table(names[0] if table is None else table)
    span = store.span()
    if ticks is None:
        ticks = [] if span is None else [span[1]]
    wanted = several(ticks, "show the table at ticks")
    worlds = [w[schema.name] for w in store.worlds(wanted, columns=schema.name)]
    columns = [c for c in schema.file_columns]
    sizes = np.array([len(w) for w in worlds], np.int64)
    own = "row", "row_size", "tick", "tick_of_row_size"
    row, count, tick, tick_of_count = (_free(name, {c.name for c in columns}) for name in own)
    variables: dict[str, Any] = {count: ((tick_of_count,), sizes, {"sample_dimension": row})}
    for column in columns:
        parts = [w[column.name] for w in worlds]
        values = np.concatenate(parts) if parts else np.empty(0, "f8")
        about = {k: v for k, v in (("units", column.unit), ("long_name", column.doc)) if v}
        variables[column.name] = ((row,), values, about)
    ticks_of_rows = np.repeat(np.array(wanted, np.int64), sizes)
    return Dataset(variables, {tick: ((row,), ticks_of_rows), tick_of_count: np.array(wanted, np.int64)},
                   {"store": store.info.store.hex(), "table": schema.name, "tick_unit": store.info.tick_unit,
                    "featureType": "contiguous ragged array", **{f"properties.{k}": v for k, v in store.info.properties.items()}})


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
