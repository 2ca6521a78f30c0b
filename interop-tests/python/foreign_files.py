# SPDX-License-Identifier: Apache-2.0
"""Files of others through `aw import`, compared value by value with pyarrow's reading of the same file."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import java_side

# Addresses, hex words, class names, enum numbers and dumps of structures: nothing a person can act on.
OPAQUE = re.compile(r"0x|Exception|@[0-9a-f]{5,}|\b(?=[0-9a-f]*[a-f])[0-9a-f]{16}\b|ArrowBuf|Struct:|:null|type \d+\b")


@dataclass
class Task:
    """One import: a file, where its store goes, and what is said about columns, and of a history about times."""

    kind: str
    file: Path
    store: Path
    columns: str = ""
    more: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What `aw` said."""

    outcome: str
    message: str = ""
    unmapped: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    renamed: list[str] = field(default_factory=list)


def imports(tasks: Iterable[Task]) -> list[Outcome]:
    """Runs imports in one process."""
    tasks = list(tasks)
    lines = "".join("\t".join((t.kind, str(t.file), str(t.store), t.columns, *t.more)) + "\n" for t in tasks)
    done = subprocess.run(java_side.command("ImportsMain"), input=lines, capture_output=True, text=True,
                          timeout=1800, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(tasks), done.stderr
    return [Outcome(**{k: v for k, v in each.items() if k != "file"}) for each in found]


def values(store: Path) -> pa.Table:
    """The table of an imported store, read with nothing but pyarrow."""
    [path] = store.glob("snapshots/*/t.arrow")
    return pa.ipc.open_file(path).read_all()


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without dictionaries, runs and views."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType) and not pa.types.is_nested(kind.storage_type):
        if kind.extension_name == "arrow.bool8":
            storage = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
            return pc.not_equal(storage, pa.scalar(0, pa.int8()))
        return plain(pa.chunked_array([c.storage for c in column.chunks], kind.storage_type))
    if pa.types.is_dictionary(kind):
        # Not cast(): it is not there for every type of value; take() is not there for views.
        values = kind.value_type
        taken = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}.get(values, values)
        parts = [c.dictionary.cast(taken).take(c.indices) if taken != values else c.dictionary.take(c.indices)
                 for c in column.chunks]
        return plain(pa.chunked_array(parts, taken))
    if pa.types.is_run_end_encoded(kind):
        return plain(pa.chunked_array([pc.run_end_decode(c) for c in column.chunks], kind.value_type))
    return column


def mapped_type(kind: pa.DataType) -> pa.DataType | None:
    """The type of the column that a type becomes (import.md T-8, T-21, T-31), None if it is none."""
    if isinstance(kind, pa.BaseExtensionType):
        return pa.bool_() if kind.extension_name == "arrow.bool8" else mapped_type(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return mapped_type(kind.value_type)
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return kind
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return pa.string()
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_date64(kind) or pa.types.is_time64(kind):
        return pa.int64()
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    if pa.types.is_decimal(kind) and kind.scale >= 0:
        return pa.int64()
    if str(kind) == "month_interval":
        return pa.int32()
    return None


def unscaled(column: pa.ChunkedArray) -> list[int | None]:
    """The integers that decimals are stored as."""
    scale = column.type.scale
    return [None if v is None else int(v.scaleb(scale)) if abs(v.adjusted()) + scale < 25 else _exact(v, scale)
            for v in column.to_pylist()]


def _exact(value: Any, scale: int) -> int:
    import decimal

    with decimal.localcontext(decimal.Context(prec=100)):
        return int(value.scaleb(scale))


def expected(column: pa.ChunkedArray) -> list[Any] | np.ndarray | None:
    """What a column must hold, with None where it has no value; None if it can be no column."""
    target = mapped_type(column.type)
    if target is None:
        return None
    if str(column.type) == "month_interval":  # which pyarrow knows by name only
        return [None] * len(column) if column.null_count else UNKNOWN
    column = plain(column)
    if pa.types.is_decimal(column.type):
        numbers = unscaled(column)
        fits = all(n is None or -2**63 <= n < 2**63 for n in numbers)
        return numbers if fits else None
    if pa.types.is_floating(target):
        kind = np.uint32 if target == pa.float32() else np.uint64
        bits = []
        for chunk in column.chunks:
            array = chunk.fill_null(0).to_numpy(zero_copy_only=False) if chunk.null_count else chunk.to_numpy(zero_copy_only=False)
            if array.dtype == np.float16:
                array = array.astype(np.float32)
            bits.append(array.view(kind))
        flat = np.concatenate(bits) if bits else np.zeros(0, kind)
        missing = column.is_null().to_pylist()
        return [None if m else int(b) for b, m in zip(flat.tolist(), missing)]
    if target == pa.string() or target == pa.bool_():
        return column.to_pylist()
    if column.type != target:
        column = pa.chunked_array([c.view(target) for c in column.chunks], target)
    return column.to_pylist()


def held(column: pa.ChunkedArray, target: pa.DataType) -> list[Any]:
    """What a store's column holds, in the same form."""
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string()).to_pylist()
    if pa.types.is_floating(target):
        kind = np.uint32 if target == pa.float32() else np.uint64
        flat = column.to_numpy().view(kind) if len(column) else np.zeros(0, kind)
        return [int(b) for b in flat.tolist()]
    if target == pa.bool_():
        return [bool(v) for v in column.to_pylist()]
    return column.to_pylist()


NOT_READ = re.compile("which is not read here|it is encrypted")
UNKNOWN: list[Any] = [object()]
FILL = {"bool": False, "string": ""}


def differences(table: pa.Table, outcome: Outcome, store: Path, filled: bool) -> list[str]:
    """What is wrong with an import of a table; columns are compared by position and name."""
    if outcome.outcome not in ("taken", "unmapped"):
        return [f"{outcome.outcome}: {outcome.message}"]
    got = values(store)
    names = got.column_names
    wrong: list[str] = []
    missing = list(outcome.unmapped)
    at = 0
    for name, column in zip(table.column_names, table.columns):
        want = expected(column)
        target = mapped_type(column.type)
        nulls = want is not None and any(v is None for v in want)
        if name in missing and NOT_READ.search(outcome.unmapped[name]):
            want = None
        not_filled = nulls and (not filled or str(column.type) == "month_interval")  # which `filling` leaves out
        if want is None or not_filled:
            keys = [k for k in missing if k == name or re.fullmatch(re.escape(name) + r" \(\d+\)", k)]
            if not keys:
                wrong.append(f"{name} ({column.type}) is not reported as unmapped")
            else:
                missing.remove(keys[0])
                if OPAQUE.search(outcome.unmapped[keys[0]]):
                    wrong.append(f"{name}: opaque: {outcome.unmapped[keys[0]]}")
            continue
        if at >= len(names):
            wrong.append(f"{name} ({column.type}) is not in the store; unmapped: {outcome.unmapped}")
            continue
        if nulls:
            filling = FILL.get(str(target), 0)
            want = [filling if v is None else v for v in want]
        if want is UNKNOWN:
            at += 1
            continue
        have = held(got.column(names[at]), target)
        if have != want:
            row = next((i for i, (a, b) in enumerate(zip(have, want)) if a != b), min(len(have), len(want)))
            wrong.append(f"{name} ({column.type}) differs at row {row} of {len(want)}: "
                         f"{have[row:row + 1]} for {want[row:row + 1]}")
        at += 1
    if missing:
        wrong.append(f"unmapped for nothing: {missing}")
    if at != len(names):
        wrong.append(f"columns {names[at:]} come from nowhere")
    return wrong


def filling(table: pa.Table) -> str:
    """What `--columns` says so that columns with nulls come in too; of names that stand once."""
    entries = []
    for i, (name, column) in enumerate(zip(table.column_names, table.columns)):
        target = mapped_type(column.type)
        if target is None or not column.null_count or expected(column) is None or "month_interval" in str(column.type):
            continue
        if table.column_names.count(name) > 1:
            continue
        fill = {"bool": "false", "string": '""'}.get(str(target), "0")
        quoted = '"' + name.replace('"', '""') + '"'
        entries.append(f"filled_{i}={quoted}?{fill}")
    return ",".join(entries)


def read_arrow(path: Path) -> pa.Table | None:
    """pyarrow's reading; None if it has none."""
    data = path.read_bytes()
    try:
        reader = pa.ipc.open_file(data) if data.startswith(b"ARROW1") else pa.ipc.open_stream(data)
        with reader:
            return reader.read_all()
    except (pa.ArrowException, OSError):
        return None


def read_parquet(path: Path) -> pa.Table | None:
    """pyarrow's reading, of INT96 what fits nanoseconds; None if it has none."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
            leaves = [file.schema.column(i) for i in range(file.metadata.num_columns)]
            old = [table.column_names.index(c.path) for c in leaves if c.physical_type == "INT96" and c.path in table.column_names]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError):
        return None
    if old:
        with pq.ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            exact = file.read()
        for i in old:
            micros = exact.column(i).cast(pa.int64()).to_pylist()
            if any(v is not None and not -2**63 <= 1000 * v < 2**63 for v in micros):
                table = table.set_column(i, exact.schema.field(i).with_type(pa.binary()),
                                         pa.nulls(len(exact), pa.binary()))
    return table


# Parquet's own types of small integers and bytes reach pyarrow's schema as something wider or richer.
def as_stored(path: Path, table: pa.Table) -> pa.Table:
    """The table with what pyarrow widens or narrows put back as the file has it."""
    with pq.ParquetFile(path) as file:
        for i, name in enumerate(table.column_names):
            kind = table.schema.field(i).type
            if pa.types.is_nested(kind) or pa.types.is_null(kind):
                continue
            leaves = [c for c in range(file.metadata.num_columns) if file.schema.column(c).path == name]
            if not leaves:
                continue
            leaf = file.schema.column(leaves[0])
            logical = str(leaf.logical_type.type)
            if logical == "INT" and "UINT_32" in str(leaf.converted_type) and kind == pa.int64():
                table = table.set_column(i, name, table.column(i).cast(pa.uint32()))
    return table
