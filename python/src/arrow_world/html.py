# SPDX-License-Identifier: Apache-2.0
"""What a notebook shows of a store, a world, a table and a log. All text comes from files, so all of it is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

from .values import Array

_ENDS = 5


def printable(text: str) -> str:
    """Control, format and direction characters as escapes: names and errors come from files."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _cell(value: Any) -> str:
    shown = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return escape(printable(shown if len(shown) <= 80 else shown[:79] + "…"))


def grid(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], note: str = "") -> str:
    """A titled HTML table."""
    lines = [f"<b>{escape(printable(title))}</b>", "<table><thead><tr>",
             *(f"<th>{_cell(h)}</th>" for h in head), "</tr></thead><tbody>"]
    for row in rows:
        lines.append("<tr>" + "".join(f"<td>{_cell(v)}</td>" for v in row) + "</tr>")
    return "".join(lines) + "</tbody></table>" + (f"<small>{escape(note)}</small>" if note else "")


def shown_rows(count: int) -> Array:
    """Which of so many rows are shown: the first and the last ones."""
    return np.arange(count) if count <= 2 * _ENDS else np.r_[:_ENDS, count - _ENDS : count]


def html_table(title: str, table: Any, count: int) -> str:
    """Rows of a table that has so many, as `shown_rows` chose them; table: a pyarrow.Table of them alone."""
    rows = _rows(table)
    if count > 2 * _ENDS:
        rows.insert(_ENDS, ["…"] * table.num_columns)
    types = ", ".join(f"{f.name} {_type(f.type)}" for f in table.schema)
    return grid(title, table.column_names, rows, types)


def _type(type_: Any) -> str:
    return "words" if str(type_).startswith("dictionary") else str(type_)


def _rows(table: Any) -> list[list[Any]]:
    return [list(row.values()) for row in table.to_pylist()]
