# SPDX-License-Identifier: Apache-2.0
"""Tables of others as stores (import.md T-1 to T-9, T-20, T-21, T-30, T-31)."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from . import jsonfile
from .atomic_files import discard, force_directory, write_forced
from .checks import path_of
from .errors import InvalidUseError
from .foreign_columns import Column as Foreign
from .foreign_columns import column_of
from .foreign_csv import read_csv
from .foreign_tables import ForeignTable, read_file, read_object
from .hashes import beginning
from .lock import output_lock
from .schema import RESERVED, Column, Schema, TableSchema
from .segment_header import FORMAT
from .snapshot_write import write_snapshot
from .storefiles import base_json
from .values import DTYPES, Array
from .world import World

_RESERVED = ("id", "gen", "born", "died", "parent", "cause")
_NAME_CHARS = 100
_COLUMNS = 16_384
_TEXTS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")


@dataclass(frozen=True)
class ImportedTable:
    """What `import_table` brought in.

    path: the store. rows: rows of the table. renamed: new names by old ones. units: what values mean, by column (T-8).
    unmapped: why something became no column, by name; what Arrow can hold of it is kept in the store's `unmapped/`.
    notes: what was taken in a way that its owner should know of.
    """

    path: Path
    table: str
    rows: int
    hash_world: str
    renamed: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def import_table(source: Any, path: str | os.PathLike[str], *, table: str | None = None,
                 names: Mapping[str, str | None] | None = None, fill: Mapping[str, Any] | None = None,
                 delimiter: str | None = None, decimal: str = ".", skip_lines: int = 0) -> ImportedTable:
    """Makes a store of a table, as a base at tick 0; `aw import` makes the same of the same file.

    source: a pyarrow Table, a pandas or Polars DataFrame, whatever else gives an Arrow C stream, or the path of an Arrow,
    Parquet or CSV file (`.csv`, `.tsv`, `.txt`, also in gzip, `.csv.gz`). path: the new store; it must not exist.
    table: its name; default: the file's, or `table`. names: new names by old ones, None to leave a column out; a column of unique numbers called `id` makes them ids, `gen` beside it
    generations. fill: values that stand for nulls, by old name, as they would be written to the column: nothing is
    rounded. A column with nulls and no such value is no column, nor is one of a type that a table cannot have, or whose
    objects Arrow cannot hold as they are: they are in `.unmapped`, and keep no other column out. NaN of a NumPy float column
    of pandas is a value. delimiter, decimal, skip_lines: of CSV, what separates fields if it is not to be found, the decimal
    mark (`.` or `,`), and lines before the header; an empty field is a text, or null where fill names its column.

    Raises InvalidUseError, DamagedFileError (a file that pyarrow cannot read) and OSError, and leaves nothing then.
    """
    target = path_of(path, "import into")
    require_new(target)
    given = read_source(source, table, names, fill, delimiter, decimal, skip_lines)
    made = _Mapping(given.found, given.names, given.fill)
    schema = Schema((made.schema(given.title),))
    world = World(schema, 0)
    made.fill_table(world, given.title)

    def fill_store(folder: Path) -> None:
        _write(folder, schema, world, given.properties)
        keep_lost(folder, given, made.lost)

    publish_store(target, fill_store)
    return ImportedTable(target, given.title, given.found.rows, world.hash_world(), made.renamed, made.units, made.unmapped,
                         made.notes)


@dataclass(frozen=True)
class Source:
    """A table of anyone's, as it was read, and what its owner says about it: names and values for nulls by old names."""

    found: ForeignTable
    file: Path | None
    title: str
    names: dict[str, str | None]
    fill: dict[str, Any]
    properties: dict[str, str]


def read_source(source: Any, table: str | None, names: Mapping[str, str | None] | None, fill: Mapping[str, Any] | None,
                delimiter: str | None, decimal: str, skip_lines: int) -> Source:
    """Reads what a caller of `import_table` or `import_history` gives; refuses by name what he says wrongly."""
    wanted, filling = said_of(names, "names"), said_of(fill, "fill")
    for old, new in wanted.items():
        if new is not None and not isinstance(new, str):
            raise InvalidUseError(f"Cannot call column {old!r} {new!r}: expected a name, or None to leave it out.")
    if table is not None and not isinstance(table, str):
        raise InvalidUseError(f"Cannot call a table {table!r}: expected a name.")
    file = path_of(source, "import") if isinstance(source, (str, os.PathLike)) else None
    text = file is not None and file.name.lower().endswith(_TEXTS)
    _check_text(text, delimiter, decimal, skip_lines)
    if file is None:
        found = read_object(source)
    elif text:
        found = read_csv(file, delimiter, decimal, skip_lines, filling)
    else:
        found = read_file(file)
    title = table if table is not None else "table" if file is None else title_of(file.name)
    if valid_name(title) != title:
        raise InvalidUseError(f"Cannot call a table {title!r}; {valid_name(title)!r} would do.")
    if len(found.columns) > _COLUMNS:
        raise InvalidUseError(f"Cannot import table {title!r}: it has {len(found.columns)} columns, {_COLUMNS} are the most.")
    for given in (wanted, filling):
        for name in given:
            if name not in found.names:
                raise InvalidUseError(f"Cannot map column {name!r}: there are {', '.join(found.names)}.")
    properties = {"import": "csv" if text else _kind(file), **({} if file is None else {
        "import.file": os.fsencode(file.name).decode("utf-8", "replace")})}
    return Source(found, file, title, wanted, filling, properties)


def publish_store(target: Path, fill: Callable[[Path], None]) -> None:
    """Makes a store whole under another name, and gives it its own."""
    with output_lock(target) as free:
        _publish_locked(target, free, fill)


def _publish_locked(target: Path, free: Callable[[Path], None], fill: Callable[[Path], None]) -> None:
    require_new(target)
    temporary = target.with_name(f".{target.name}.tmp")
    free(temporary)
    temporary.mkdir()
    try:
        fill(temporary)
        force_directory(temporary)
        require_new(target)
        try:
            temporary.rename(target)
        except OSError:
            require_new(target)
            raise
    except BaseException:
        discard(temporary)
        raise
    force_directory(target.absolute().parent)


def require_new(target: Path) -> None:
    if target.exists():
        raise InvalidUseError(f"Cannot import into {target}: it exists; choose another path.")


def title_of(name: str) -> str:
    """A table's name after its file's: without `.gz` and its last ending (T-4)."""
    plain = name[:-3] if name.lower().endswith(".gz") and len(name) > 3 else name
    name = valid_name(plain.rpartition(".")[0] or plain)
    return f"{name}_" if name in RESERVED else name


def _check_text(text: bool, delimiter: Any, decimal: Any, skip_lines: Any) -> None:
    """Refuses what cannot be said of the text of a CSV file."""
    if not text and (delimiter, decimal, skip_lines) != (None, ".", 0):
        raise InvalidUseError("Cannot tell of delimiter=, decimal= and skip_lines= what is not a CSV file.")
    if delimiter is not None and not (isinstance(delimiter, str) and len(delimiter) == 1 and " " <= delimiter <= "~"
                                      and delimiter != '"') and delimiter != "\t":
        raise InvalidUseError(f"Cannot separate fields by {delimiter!r}: expected one character of ASCII.")
    if decimal not in (".", ","):
        raise InvalidUseError(f"Cannot take {decimal!r} for a decimal mark: expected '.' or ','.")
    if isinstance(skip_lines, bool) or not isinstance(skip_lines, int) or skip_lines < 0:
        raise InvalidUseError(f"Cannot pass over {skip_lines!r} lines: expected a whole number from 0 on.")


def _kind(file: Path | None) -> str:
    if file is None:
        return "table"
    with file.open("rb") as f:
        return "parquet" if f.read(4) == b"PAR1" else "arrow"


def said_of(given: Any, what: str) -> dict[str, Any]:
    """What is said about columns, by their old names."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidUseError(f"Cannot map columns by {what}={given!r}: expected a dict by the columns' names.")
    for name in given:
        if not isinstance(name, str):
            raise InvalidUseError(f"Cannot map column {name!r} by {what}=: columns are named by text, say {str(name)!r}.")
    return dict(given)


def valid_name(name: str) -> str:
    """A name with everything replaced that S-9 does not allow (T-4)."""
    plain = re.sub(r"[^A-Za-z0-9_#-]", "_", name)
    return ("_" + plain if not plain or plain[0].isdigit() else plain)[:_NAME_CHARS]


def fitting(text: str, most: int) -> str | None:
    """A unit or a doc, if a store can have one of that length (T-8)."""
    return text if 1 <= len(text.encode()) <= most else None


class _Mapping:
    """Which columns of a table become which of a store's."""

    def __init__(self, table: ForeignTable, names: dict[str, str | None], fill: dict[str, Any]) -> None:
        self.rows = table.rows
        self.notes: list[str] = []
        self.renamed: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.unmapped: dict[str, str] = {}
        self.lost: list[int] = []
        self.identity: dict[str, Array] = {}
        self.values: dict[str, Foreign] = {}
        seen: set[str] = set()
        rest: list[tuple[str, Foreign, bool]] = []
        taken: dict[str, Foreign] = {}
        places: dict[str, int] = {}
        for i, given_column in enumerate(table.columns):
            name = given_column.name
            first = name not in seen
            seen.add(name)
            said = first and name in names
            if said and names[name] is None:
                continue
            found = column_of(given_column, fill.get(name) if first else None)
            if isinstance(found, str):
                if first and (said or name in fill):
                    raise InvalidUseError(f"Cannot map column {name!r}: {found}.")
                self._no_column(i, name, found)
                continue
            if given_column.extension not in ("", "arrow.bool8"):
                self.notes.append(f"column {name!r} is of the extension type {given_column.extension}; it was taken as what "
                                  f"it is stored as, {found.type}")
            wanted = names[name] if said else name
            assert wanted is not None
            if self._identity(name, wanted, found, said, set(names.values())):
                taken[wanted], places[wanted] = found, len(rest)
            else:
                rest.append((wanted, found, said))
        if "gen" in self.identity and "id" not in self.identity:
            del self.identity["gen"]
            rest.insert(places["gen"], ("gen", taken["gen"], False))
        self._name(rest)

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
        if found.unit:
            if said:
                raise InvalidUseError(f"Cannot import column {name!r} as {wanted}: its values are in {found.unit!r}, and ids "
                                      "and generations are plain integers.")
            return False
        kind = DTYPES[found.type].kind
        fits = found.words is None and found.type != "bool" and not (kind == "f" and ((found.data != np.floor(found.data)) | np.signbit(found.data)).any())
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

    def _name(self, rest: Sequence[tuple[str, Foreign, bool]]) -> None:
        taken = {*_RESERVED, *(wanted for wanted, _, said in rest if said)}
        for wanted, found, said in rest:
            name = valid_name(wanted)
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
        columns = tuple(Column(name, c.type, unit=fitting(c.unit, 100), doc=fitting(c.doc, 10_000))
                        for name, c in self.values.items())
        if "id" in self.identity:
            return TableSchema(title, "row", columns, ids="external", gen="gen" in self.identity)
        return TableSchema(title, "append_only", columns)

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
    world.chain = beginning(world)
    members = {"kind": "arrow-world store", "format": FORMAT, "store": store.hex(), "strings": schema.has_strings,
               "tick_unit": "tick", "schema": schema.to_json(), "properties": properties,
               "environment": {"writer": "arrow_world (Python)"}, "begins": base_json(world.tick, world.seq, world.chain)}
    write_forced(folder / "store.json", jsonfile.encode(members))
    write_snapshot(folder, store, schema.has_strings, world, base=True, properties=properties)


def keep_lost(folder: Path, given: Source, lost: list[int]) -> None:
    """Keeps in `unmapped/` the file, or, of a table in memory, the columns that became none, as far as Arrow has them."""
    if not lost:
        return
    folder = folder / "unmapped"
    folder.mkdir()
    if given.file is not None:
        name = "".join(chr(b) if chr(b).isalnum() and b < 128 or chr(b) in "_#.-" and (i or b != 46) else f"%{b:02X}"
                       for i, b in enumerate(os.fsencode(given.file.name)))
        shutil.copyfile(given.file, folder / name)
    else:
        kept = [c for c in (given.found.columns[i] for i in lost) if not isinstance(c.data, str)]
        names = [c.name.encode("utf-8", "replace").decode() for c in kept]
        table = pa.Table.from_arrays([c.data for c in kept], names=names)
        try:
            _write_arrow(folder / f"{given.title}.arrow", table, pa.ipc.new_file)
        except pa.ArrowException:  # a file cannot hold words that differ from batch to batch, nor all be united; a stream can
            discard(folder / f"{given.title}.arrow")
            _write_arrow(folder / f"{given.title}.arrows", table, pa.ipc.new_stream)
    force_directory(folder)


def _write_arrow(path: Path, table: pa.Table, make: Callable[..., Any]) -> None:
    with pa.OSFile(str(path), "wb") as sink:
        with make(sink, table.schema, options=pa.ipc.IpcWriteOptions(unify_dictionaries=make is pa.ipc.new_file)) as writer:
            writer.write_table(table)
