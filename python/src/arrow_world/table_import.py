"""Tables of others as stores (import.md T-1 to T-9, T-20, T-21, T-30, T-31)."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from . import jsonfile
from .errors import DamagedFileError, InvalidUseError
from .foreign_columns import Column as Foreign
from .foreign_columns import column_of
from .publish import discard, force_directory, write_forced
from .schema import Column, Schema, TableSchema
from .segment import FORMAT
from .snapshot_write import write_snapshot
from .values import DTYPES, Array
from .world import World

_RESERVED = ("id", "gen", "born", "died", "parent", "cause")
_NAME_CHARS = 100
_COLUMNS = 16_384


@dataclass(frozen=True)
class ImportedTable:
    """What `import_table` brought in.

    path: the store. rows: rows of the table. renamed: new names by old ones. units: what values mean, by column (T-8).
    unmapped: why something became no column, by name; it is kept in the store's `unmapped/`.
    """

    path: Path
    table: str
    rows: int
    hash_world: str
    renamed: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, str] = field(default_factory=dict)


def import_table(source: Any, path: str | os.PathLike[str], *, table: str | None = None,
                 names: Mapping[str, str | None] | None = None, fill: Mapping[str, Any] | None = None) -> ImportedTable:
    """Makes a store of a table, as a base at tick 0; `aw import` makes the same of the same file.

    source: a pyarrow Table, a pandas or Polars DataFrame, whatever else gives an Arrow C stream, or the path of an Arrow
    or Parquet file. path: the new store; it must not exist. table: its name; default: the file's, or `table`. names: new
    names by old ones, None to leave a column out; a column of unique numbers called `id` makes them ids, `gen` beside it
    generations. fill: values that stand for nulls, by old name; a column with nulls and no such value is no column, nor
    is one of a type that a table cannot have: they are in `.unmapped`. NaN of a NumPy float column of pandas is a value.

    Raises InvalidUseError, DamagedFileError (a file that pyarrow cannot read) and OSError, and leaves nothing then.
    """
    target = Path(path)
    if target.exists():
        raise InvalidUseError(f"Cannot import into {target}: it exists; choose another path.")
    file = Path(source) if isinstance(source, (str, os.PathLike)) else None
    arrow = _read(file) if file is not None else _table(source)
    title = table if table is not None else _valid(file.name.rpartition(".")[0] or file.name) if file is not None else "table"
    if _valid(title) != title:
        raise InvalidUseError(f"Cannot call a table {title!r}; {_valid(title)!r} would do.")
    if arrow.num_columns > _COLUMNS:
        raise InvalidUseError(f"Cannot import table {title!r}: it has {arrow.num_columns} columns, {_COLUMNS} are the most.")
    made = _Mapping(arrow, dict(names or {}), dict(fill or {}))
    schema = Schema((made.schema(title),))
    world = World(schema, 0)
    made.fill_table(world, title)
    properties = {"import": _kind(file), **({"import.file": file.name} if file is not None else {})}
    temporary = target.with_name(f".{target.name}.tmp")
    discard(temporary)
    temporary.mkdir(parents=True)
    try:
        _write(temporary, schema, world, properties)
        if made.unmapped:
            (temporary / "unmapped").mkdir()
            _keep(temporary / "unmapped", file, arrow, made, title)
        force_directory(temporary)
        temporary.rename(target)
    except BaseException:
        discard(temporary)
        raise
    force_directory(target.absolute().parent)
    return ImportedTable(target, title, arrow.num_rows, world.hash_world(), made.renamed, made.units, made.unmapped)


def _kind(file: Path | None) -> str:
    if file is None:
        return "table"
    with file.open("rb") as f:
        return "parquet" if f.read(4) == b"PAR1" else "arrow"


def _read(file: Path) -> pa.Table:
    """An Arrow file or stream, or a Parquet file."""
    with file.open("rb") as f:
        head = f.read(6)
    try:
        if head.startswith(b"PAR1"):
            import pyarrow.parquet as pq

            return _as_parquet(pq.ParquetFile(file, page_checksum_verification=True).read())
        if head == b"ARROW1":
            with pa.OSFile(str(file)) as f:
                return pa.ipc.open_file(f).read_all()
        if head.startswith(b"\xff\xff\xff\xff"):
            with pa.OSFile(str(file)) as f:
                return pa.ipc.open_stream(f).read_all()
        if head.startswith(b"FEA1"):
            raise InvalidUseError(f"Cannot import {file}: it is a Feather file of version 1; write it again as version 2.")
    except (pa.ArrowException, OSError) as e:
        raise DamagedFileError(f"pyarrow cannot read it: {e}", file) from e
    raise InvalidUseError(f"Cannot import {file}: it is neither an Arrow nor a Parquet file. Read CSV with pandas or Polars "
                          "and import the DataFrame, or use `aw import csv`.")


def _as_parquet(table: pa.Table) -> pa.Table:
    """What the file itself says of its types, where pyarrow puts back what Arrow had said: Parquet knows neither durations
    nor seconds since 1970."""
    for i, kind in enumerate(table.schema.types):
        if pa.types.is_duration(kind) or (pa.types.is_timestamp(kind) and kind.unit == "s"):
            stored = pa.int64() if pa.types.is_duration(kind) else pa.timestamp("ms", kind.tz)
            table = table.set_column(i, table.schema.field(i).with_type(stored), table.column(i).cast(stored))
    return table


def _table(source: Any) -> pa.Table:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if type(source).__module__.split(".")[0] == "pandas":
        return _of_pandas(source)
    if hasattr(source, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(source).read_all()
    raise InvalidUseError(f"Cannot import a {type(source).__name__}: expected a table, a DataFrame, or a path.")


def _of_pandas(frame: Any) -> pa.Table:
    """A DataFrame's columns; an index that has a name is one as well."""
    if any(n is not None for n in frame.index.names):
        frame = frame.reset_index()
    arrays, titles = [], []
    for i, title in enumerate(frame.columns):
        series = frame.iloc[:, i]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind == "f":
            arrays.append(pa.array(series.to_numpy()))  # NaN is a value
        else:
            arrays.append(pa.array(series, from_pandas=True))
        titles.append(str(title))
    return pa.Table.from_arrays([a if isinstance(a, pa.ChunkedArray) else pa.chunked_array([a]) for a in arrays], names=titles)


def _valid(name: str) -> str:
    """A name with everything replaced that S-9 does not allow (T-4)."""
    plain = re.sub(r"[^A-Za-z0-9_#-]", "_", name)
    return ("_" + plain if not plain or plain[0].isdigit() else plain)[:_NAME_CHARS]


class _Mapping:
    """Which columns of a table become which of a store's."""

    def __init__(self, table: pa.Table, names: dict[str, str | None], fill: dict[str, Any]) -> None:
        self.rows = table.num_rows
        self.renamed: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.unmapped: dict[str, str] = {}
        self.lost: list[int] = []
        self.identity: dict[str, Array] = {}
        self.values: dict[str, Foreign] = {}
        for given in (names, fill):
            for name in given:
                if name not in table.column_names:
                    raise InvalidUseError(f"Cannot map column {name!r}: there are {', '.join(table.column_names)}.")
        seen: set[str] = set()
        rest: list[tuple[str, Foreign, bool]] = []
        for i, (name, data) in enumerate(zip(table.column_names, table.columns)):
            first = name not in seen
            seen.add(name)
            said = first and name in names
            if said and names[name] is None:
                continue
            found = column_of(data, fill.get(name) if first else None)
            if isinstance(found, str):
                if first and (said or name in fill):
                    raise InvalidUseError(f"Cannot map column {name!r}: {found}.")
                self._no_column(i, name, found)
                continue
            wanted = names[name] if said else name
            assert wanted is not None
            if not self._identity(name, wanted, found, said, set(names.values())):
                rest.append((wanted, found, said))
        if "gen" in self.identity and "id" not in self.identity:
            gen = self.identity.pop("gen")
            rest.insert(0, ("gen", Foreign("u32", gen), False))
        self._name(rest, table.column_names)

    def _no_column(self, i: int, name: str, why: str) -> None:
        key, n = name, 2
        while key in self.unmapped:
            key, n = f"{name} ({n})", n + 1
        self.unmapped[key] = why
        self.lost.append(i)

    def _identity(self, name: str, wanted: str, found: Foreign, said: bool, targets: set[str | None]) -> bool:
        """Takes a column as `id` or `gen`, if it is called so and can be it (T-2)."""
        if wanted not in ("id", "gen") or wanted in self.identity or (not said and wanted in targets):
            return False
        kind = DTYPES[found.type].kind
        fits = found.words is None and found.type != "bool" and not (kind == "f" and (found.data != np.floor(found.data)).any())
        fits = fits and bool(((found.data >= 0) & (found.data <= 0xFFFF_FFFF)).all())
        ids = found.data.astype("<u4") if fits else np.empty(0, "<u4")
        if not fits or (wanted == "id" and len(np.unique(ids)) != self.rows):
            if said:
                raise InvalidUseError(f"Cannot import column {name!r} as {wanted}: expected {'unique ' if wanted == 'id' else ''}"
                                      "integers from 0 to 4294967295.")
            return False
        self.identity[wanted] = ids
        if wanted != name:
            self.renamed[name] = wanted
        return True

    def _name(self, rest: Sequence[tuple[str, Foreign, bool]], old: Sequence[str]) -> None:
        taken = {*_RESERVED, *(wanted for wanted, _, said in rest if said)}
        for wanted, found, said in rest:
            name = _valid(wanted)
            if said:
                if name != wanted or name in self.values or name in _RESERVED:
                    raise InvalidUseError(f"Cannot call a column {wanted!r}: the name is taken or not allowed.")
            else:
                candidate, n = name, 1
                while candidate in taken:
                    ending = "_" if n == 1 else f"_{n}"
                    candidate, n = name[:_NAME_CHARS - len(ending)] + ending, n + 1
                name = candidate
            taken.add(name)
            if name != wanted:
                self.renamed[wanted] = name
            self.values[name] = found
            if found.unit:
                self.units[name] = found.unit

    def schema(self, title: str) -> TableSchema:
        columns = tuple(Column(name, c.type, unit=self._unit(name)) for name, c in self.values.items())
        if "id" in self.identity:
            return TableSchema(title, "row", columns, ids="external", gen="gen" in self.identity)
        return TableSchema(title, "append_only", columns)

    def _unit(self, name: str) -> str | None:
        """What a column is counted in, if a store can have a unit of that length (T-8)."""
        unit = self.units.get(name)
        return unit if unit is not None and len(unit.encode()) <= 100 else None

    def fill_table(self, world: World, title: str) -> None:
        table = world.tables[title]
        table.rows = self.rows
        for name, ids in self.identity.items():
            table._columns[name] = ids
        for name, column in self.values.items():
            data = column.data
            if column.words is not None:
                # Codes by first use: column by column, row by row (T-6).
                used, places = np.unique(data, return_index=True)
                codes = np.zeros(max(1, len(column.words)), "<u4")
                for word in used[np.argsort(places)].tolist():
                    codes[word] = world.codebook.code(column.words[word])
                data = codes[data]
            table._columns[name] = np.ascontiguousarray(data, DTYPES[column.type])


def _write(folder: Path, schema: Schema, world: World, properties: dict[str, str]) -> None:
    store = secrets.token_bytes(16)
    members = {"kind": "arrow-world store", "format": FORMAT, "store": store.hex(), "strings": schema.has_strings,
               "tick_unit": "tick", "schema": schema.to_json(), "properties": properties,
               "environment": {"writer": "arrow_world (Python)"}}
    write_forced(folder / "store.json", jsonfile.encode(members))
    write_snapshot(folder, store, schema.has_strings, world, base=True, properties=properties)


def _keep(folder: Path, file: Path | None, arrow: pa.Table, made: _Mapping, title: str) -> None:
    """Keeps the file, or, of a table in memory, the columns that became none."""
    if file is not None:
        name = "".join(chr(b) if chr(b).isalnum() and b < 128 or chr(b) in "_#.-" and (i or b != 46) else f"%{b:02X}"
                       for i, b in enumerate(file.name.encode()))
        shutil.copyfile(file, folder / name)
    else:
        lost = arrow.select(made.lost)
        with pa.OSFile(str(folder / f"{title}.arrow"), "wb") as sink, pa.ipc.new_file(sink, lost.schema) as writer:
            writer.write_table(lost)
    force_directory(folder)
