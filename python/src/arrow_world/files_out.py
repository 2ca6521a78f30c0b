# SPDX-License-Identifier: Apache-2.0
"""Tables at a tick and the log as Parquet, Arrow and CSV files, as pyarrow writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from .atomic_files import discard, force_all, force_directory
from .errors import InvalidUseError
from .lock import output_lock
from .log_rows import LogRows
from .selection import Ticks
from .store import Store

Format = Literal["parquet", "arrow", "csv"]
FORMATS: tuple[Format, ...] = ("parquet", "arrow", "csv")


def export_tables(store: Store, out: Path, to: Format, table: str | None = None, tick: int | None = None) -> int:
    """Writes one table to a file, or all to a folder of `<table>.<format>`; returns the number of rows."""
    span = store.span()
    if span is None:
        raise InvalidUseError(f"Cannot export {store.path}: no tick was committed yet.")
    world = store.at(span[1] if tick is None else tick, columns=table)
    tables = {t.name: t for t in world.schema.tables} if table is None else {table: world.schema.table(table)}
    for name, each in tables.items():
        if to != "arrow" and not each.file_columns:
            raise InvalidUseError(f"Cannot export table {name!r} as {to}: it has no columns, only {len(world[name])} rows. Export the "
                                  "log, other tables, or --to arrow.")
    with _appearing(store, out) as path:
        if table is None:
            path.mkdir()
        for name in tables:
            _write(path if table is not None else path / f"{name}.{to}", to, [world[name].to_arrow()])
    return sum(len(world[name]) for name in tables)


def export_log(store: Store, out: Path, to: Format, keys: Iterable[str] | None = None, ticks: Ticks = None) -> int:
    """Writes log rows to a file: seq, tick, rid, key, val, and text; returns how many. Of the whole log memory is that of a
    batch, else that of the rows."""
    counted = 0

    def parts() -> Iterator[Any]:
        nonlocal counted
        if keys is None and ticks is None:
            names = tuple(store.keys)
            found: Iterable[LogRows] = (
                LogRows(_seqs(r), r.tick, r.rid, r.key, r.bits, r.text, names) for r in store.batches())
        else:
            found = [store.rows([k.name for k in store.keys] if keys is None else list(keys), ticks)]
        schema = None
        for rows in found:
            counted += len(rows)
            part = rows.to_arrow()
            part = part.drop_columns(["value"]) if "value" in part.column_names else part
            if to == "csv":
                part = part.set_column(part.column_names.index("val"), "val", rows.val_text())
            if to == "arrow" and "text" in part.column_names:  # an Arrow file has one dictionary for all batches
                part = part.set_column(part.num_columns - 1, "text", part["text"].cast(pa.utf8()))
            schema = schema or part.schema
            yield part.cast(schema)
        if schema is None:
            yield store.rows(ticks=range(0)).to_arrow()

    with _appearing(store, out) as path:
        _write(path, to, parts())
    return counted


def _seqs(rows: Any) -> Any:
    import numpy as np

    return np.arange(rows.first_seq, rows.end_seq, dtype="<u8")


@contextmanager
def _appearing(store: Store, out: Path) -> Iterator[Path]:
    """Where to write what appears whole or not at all."""
    if isinstance(store.path, Path) and out.resolve().is_relative_to(store.path.resolve()):
        raise InvalidUseError(f"Cannot export to {out}: that is inside the store; choose a path outside.")
    with output_lock(out) as free:
        if out.exists() or out.is_symlink():
            raise InvalidUseError(f"Cannot export to {out}: it exists; choose another path.")
        temporary = out.with_name(out.name + ".tmp")
        free(temporary)
        try:
            yield temporary
            force_all(temporary)
            temporary.rename(out)
        except BaseException:
            discard(temporary)
            raise
        force_directory(out.parent)


def _write(path: Path, to: Format, parts: Iterable[Any]) -> None:
    """Writes tables of one schema, of which there is one at least, to one file."""
    writer: Any = None
    try:
        for part in parts:
            part = part if to != "csv" else _plain(part)
            writer = writer or _writer(to)(path, part.schema)
            writer.write_table(part)
    finally:
        if writer is not None:
            writer.close()


def _writer(to: Format) -> Callable[[Path, Any], Any]:
    if to == "parquet":
        from pyarrow import parquet

        return lambda path, schema: parquet.ParquetWriter(str(path), schema, compression="zstd")
    if to == "arrow":
        return lambda path, schema: pa.ipc.new_file(str(path), schema)
    return _CsvWriter


class _CsvWriter:
    """CSV as RFC 4180 has it: quotes where they are needed, nulls empty, an empty word in quotes."""

    def __init__(self, path: Path, schema: Any) -> None:
        self._file = path.open("wb")
        self._write([pa.array([name]) for name in schema.names])

    def write_table(self, table: Any) -> None:
        for batch in table.to_batches(max_chunksize=1 << 16):
            self._write(batch.columns)

    def _write(self, columns: list[Any]) -> None:
        pc = _compute()
        fields = [pc.coalesce(_quoted(c) if pa.types.is_string(c.type) else c.cast(pa.utf8()), pa.scalar("")) for c in columns]
        for line in pc.binary_join_element_wise(*fields, ",").to_pylist():
            self._file.write(line.encode() + b"\r\n")

    def close(self) -> None:
        self._file.close()


def _compute() -> Any:
    """pyarrow.compute, whose functions are made when it is imported."""
    import pyarrow.compute

    return pyarrow.compute


def _quoted(words: Any) -> Any:
    pc = _compute()
    needed = pc.match_substring_regex(words, '[",\r\n]|^$')
    return pc.if_else(needed, pc.binary_join_element_wise("\"", pc.replace_substring(words, "\"", "\"\""), "\"", ""), words)


def _plain(table: Any) -> Any:
    """Words as words, which is all that CSV has."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))
