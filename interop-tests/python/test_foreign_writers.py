# SPDX-License-Identifier: Apache-2.0
"""Random tables, each written by every library that writes Arrow or Parquet files, against pyarrow's reading of the file.

`AW_FOREIGN_TABLES=2000` sets how many per writer, `AW_SEED` repeats a run. The matrix says for each writer and type how
many columns came in with every bit, how many a table cannot hold, and which the writer does not write.
"""

from __future__ import annotations

import decimal
import functools
import json
import os
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import arrow_world as aw
import languages
from foreign_files import Task, as_stored, differences, filling, imports, read_arrow, read_parquet

TABLES = int(os.environ.get("AW_FOREIGN_TABLES", "50"))
SEED = int(os.environ.get("AW_SEED", str(time.time_ns() % 1_000_000_000)))

DECIMAL = decimal.Context(prec=60)
TYPES: dict[str, pa.DataType] = {
    **{str(t): t for t in (
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
        pa.float16(), pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.large_string(), pa.string_view(),
        pa.binary(), pa.date32(), pa.date64(), pa.time32("ms"), pa.time64("us"), pa.duration("ns"),
        pa.timestamp("ms"), pa.timestamp("us", "UTC"), pa.timestamp("ns"), pa.decimal128(9, 2), pa.decimal128(38, 3),
        pa.null(), pa.list_(pa.int32()), pa.struct([("a", pa.int8()), ("b", pa.string())]))},
    "dictionary of words": pa.dictionary(pa.int32(), pa.string()),
    "dictionary of ints": pa.dictionary(pa.int8(), pa.int64()),
}
FLOATS = [0.0, -0.0, 1.5, float("nan"), float("inf"), -float("inf"), 6e-8, -2.25]
WORDS = ["", "a", "b", "grün", "longer than the twelve bytes of a view", "日本"]


def values_of(kind: pa.DataType, rows: int, nulls: bool, rng: random.Random) -> pa.Array:
    """A column of a type."""
    if pa.types.is_null(kind):
        return pa.nulls(rows)
    if pa.types.is_dictionary(kind):
        words = values_of(kind.value_type, max(1, rows // 3), False, rng).unique()
        indices = pa.array([None if nulls and rng.random() < 0.2 else rng.randrange(len(words)) for _ in range(rows)],
                           kind.index_type)
        return pa.DictionaryArray.from_arrays(indices, words)
    if pa.types.is_list(kind):
        content: Callable[[], Any] = lambda: [rng.randrange(9) for _ in range(rng.randrange(3))]
    elif pa.types.is_struct(kind):
        content = lambda: {"a": rng.randrange(9), "b": rng.choice(WORDS)}
    elif pa.types.is_floating(kind):
        content = lambda: np.float16(rng.choice(FLOATS)) if pa.types.is_float16(kind) else rng.choice([*FLOATS, rng.gauss(0, 1e5)])
    elif pa.types.is_boolean(kind):
        content = lambda: rng.random() < 0.5
    elif pa.types.is_binary(kind):
        content = lambda: rng.randbytes(rng.randrange(5))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        content = lambda: rng.choice(WORDS)
    elif pa.types.is_decimal(kind):
        digits = rng.choice([kind.precision, 5])
        content = lambda: decimal.Decimal(rng.randrange(-10**digits + 1, 10**digits)).scaleb(-kind.scale, DECIMAL)
    elif pa.types.is_integer(kind):
        low, high = (0, 2**kind.bit_width) if str(kind).startswith("u") else (-2**(kind.bit_width - 1), 2**(kind.bit_width - 1))
        content = lambda: rng.choice([low, high - 1, 0, 1, rng.randrange(low, high)])
    else:
        bits, most = (pa.int32(), 86_000) if kind.bit_width == 32 else (pa.int64(), 86_000_000)
        step = 86_400_000 if pa.types.is_date64(kind) else 1
        numbers = [None if nulls and rng.random() < 0.2 else step * rng.randrange(most // step + 1) for _ in range(rows)]
        return pa.array(numbers, bits).view(kind)
    return pa.array([None if nulls and rng.random() < 0.2 else content() for _ in range(rows)], kind)


def random_table(types: list[str], rng: random.Random) -> pa.Table:
    """A table of several batches; a column's name ends in its type's."""
    rows = rng.choice([0, 1, 7, 100, 1000])
    chosen = [rng.choice(types) for _ in range(rng.randrange(1, 7))]
    columns = [values_of(TYPES[t], rows, rng.random() < 0.3, rng) for t in chosen]
    table = pa.table(columns, names=[f"c{i}" for i in range(len(chosen))])
    cut = rng.randrange(rows + 1)
    return pa.concat_tables([table.slice(0, cut), table.slice(cut)]) if rng.random() < 0.5 else table


def _arrow(table: pa.Table, path: Path, rng: random.Random) -> None:
    how = rng.choice(["file", "stream", "feather"])
    if how == "feather":
        pa.feather.write_feather(table, path, compression=rng.choice(["lz4", "zstd", "uncompressed"]))
        return
    codec = rng.choice([None, "lz4", "zstd"])
    version = rng.choice([pa.ipc.MetadataVersion.V4, pa.ipc.MetadataVersion.V5])
    if codec is not None:
        version = pa.ipc.MetadataVersion.V5  # version 4 has no compression; pyarrow does not read back what it writes then
    options = pa.ipc.IpcWriteOptions(compression=codec, unify_dictionaries=how == "file", metadata_version=version)
    make = pa.ipc.new_file if how == "file" else pa.ipc.new_stream
    with make(path, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=rng.choice([None, 64]))


def _parquet(table: pa.Table, path: Path, rng: random.Random) -> None:
    pq.write_table(table, path, compression=rng.choice(["none", "snappy", "gzip", "zstd", "lz4"]),
                   data_page_version=rng.choice(["1.0", "2.0"]), use_dictionary=rng.random() < 0.5,
                   row_group_size=rng.choice([None, 50]), write_page_checksum=rng.random() < 0.5,
                   use_deprecated_int96_timestamps=rng.random() < 0.2)


def _polars_ipc(table: pa.Table, path: Path, rng: random.Random) -> None:
    import polars as pl

    pl.DataFrame(table).write_ipc(path, compression=rng.choice(["uncompressed", "lz4", "zstd"]),
                                  compat_level=rng.choice([pl.CompatLevel.oldest(), pl.CompatLevel.newest()]))


def _polars_parquet(table: pa.Table, path: Path, rng: random.Random) -> None:
    import polars as pl

    pl.DataFrame(table).write_parquet(path, compression=rng.choice(["uncompressed", "snappy", "gzip", "lz4", "zstd"]),
                                      row_group_size=rng.choice([None, 50]))


def _duckdb(table: pa.Table, path: Path, rng: random.Random) -> None:
    import duckdb

    with duckdb.connect() as db:
        db.register("given", table)
        codec, version = rng.choice(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw"]), rng.choice(["V1", "V2"])
        db.execute(f"COPY given TO '{path}' (FORMAT parquet, COMPRESSION {codec}, PARQUET_VERSION {version})")


def _arro3_ipc(table: pa.Table, path: Path, rng: random.Random) -> None:
    import arro3.io

    (arro3.io.write_ipc if rng.random() < 0.5 else arro3.io.write_ipc_stream)(
        table, path, compression=rng.choice([None, "lz4", "zstd"]))


def _arro3_parquet(table: pa.Table, path: Path, rng: random.Random) -> None:
    import arro3.io

    arro3.io.write_parquet(table, path, compression=rng.choice(["uncompressed", "snappy", "zstd(3)", "lz4_raw"]))


def _datafusion(table: pa.Table, path: Path, form: str) -> None:
    import datafusion

    context = datafusion.SessionContext()
    context.register_record_batches("given", [table.to_batches()])
    context.sql(f"COPY given TO '{path}' STORED AS {form}").collect()


def _datafusion_ipc(table: pa.Table, path: Path, rng: random.Random) -> None:
    _datafusion(table, path, "ARROW")


def _datafusion_parquet(table: pa.Table, path: Path, rng: random.Random) -> None:
    _datafusion(table, path, "PARQUET")


@functools.cache
def _rewriter() -> subprocess.Popen[str]:
    command = languages.javascript()["rewrite"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def _javascript(table: pa.Table, path: Path, rng: random.Random) -> None:
    """apache-arrow reads what pyarrow wrote, and writes it again."""
    given = path.with_suffix(".given")
    with pa.ipc.new_stream(given, table.schema) as writer:
        writer.write_table(table)
    node = _rewriter()
    assert node.stdin is not None and node.stdout is not None
    task = {"from": str(given), "to": str(path), "form": rng.choice(["file", "stream"]), "build": rng.random() < 0.5}
    node.stdin.write(json.dumps(task) + "\n")
    node.stdin.flush()
    answer = node.stdout.readline()
    if answer != "ok\n":
        raise ValueError(answer)


Writer = Callable[[pa.Table, Path, random.Random], None]
WRITERS: dict[str, tuple[str, str, Writer]] = {
    "pyarrow": ("pyarrow", "arrow", _arrow), "pyarrow parquet": ("pyarrow", "parquet", _parquet),
    "Polars": ("polars", "arrow", _polars_ipc), "Polars parquet": ("polars", "parquet", _polars_parquet),
    "DuckDB parquet": ("duckdb", "parquet", _duckdb),
    "arro3": ("arro3.io", "arrow", _arro3_ipc), "arro3 parquet": ("arro3.io", "parquet", _arro3_parquet),
    "apache-arrow JS": ("languages", "arrow", _javascript),
    "DataFusion": ("datafusion", "arrow", _datafusion_ipc), "DataFusion parquet": ("datafusion", "parquet", _datafusion_parquet),
}


def reading(path: Path, kind: str) -> pa.Table | None:
    if kind == "arrow":
        return read_arrow(path)
    table = read_parquet(path)
    return None if table is None else as_stored(path, table)


def writes(writer: Writer, kind: str, name: str, folder: Path) -> bool:
    """Whether the writer writes columns of a type that pyarrow reads."""
    path = folder / f"{name}.probe"
    try:
        writer(pa.table({"c": values_of(TYPES[name], 3, False, random.Random(1))}), path, random.Random(1))
    except BaseException as e:  # Rust's panics are no Exceptions
        if isinstance(e, (KeyboardInterrupt, SystemExit)):
            raise
        return False
    return path.exists() and reading(path, kind) is not None


@pytest.mark.parametrize("name", WRITERS)
def test_random_tables_of_every_writer_come_in_bit_for_bit(name: str, tmp_path: Path) -> None:
    module, kind, writer = WRITERS[name]
    pytest.importorskip(module)
    if writer is _javascript:
        _rewriter()  # or a skip that says why
    print(f"{name}: {TABLES} tables, AW_SEED={SEED}")
    types = [t for t in TYPES if writes(writer, kind, t, tmp_path)]
    tasks, tables, seeds = [], [], []
    cells: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for i in range(TABLES):
        rng = random.Random(f"{SEED} {name} {i}")
        table = random_table(types, rng)
        path = tmp_path / f"{i}.{kind}"
        try:
            writer(table, path, rng)
        except Exception:  # a column it writes with some values only
            continue
        read = reading(path, kind) if path.exists() else None
        if read is None or read.num_columns == 0:
            continue
        tasks.append(Task(kind, path, tmp_path / f"store{i}", filling(read)))
        tables.append((table, read))
        seeds.append(i)
    assert len(tasks) > (TABLES // 4 if TABLES >= 50 else 0), f"{name} wrote {len(tasks)} of {TABLES}"
    problems = []
    for task, (given, read), outcome, i in zip(tasks, tables, imports(tasks), seeds):
        problems += [f"table {i}: {w}" for w in differences(read, outcome, task.store, filled=True)]
        for column, kind_of in zip(read.column_names, given.schema.types):
            label = next((n for n, t in TYPES.items() if t == kind_of), str(kind_of))
            cells[label][column in outcome.unmapped] += 1
    for label in TYPES:
        taken, unmapped = cells[label]
        print(f"{name} | {label} | " + (f"{taken} equal, {unmapped} unmapped" if label in types else "not written"))
    assert not problems, f"AW_SEED={SEED}\n" + "\n".join(problems[:20])


def test_python_and_java_make_the_same_store_of_the_same_file(tmp_path: Path) -> None:
    print(f"AW_SEED={SEED}")
    tasks = []
    for i in range(TABLES):
        rng = random.Random(f"{SEED} parity {i}")
        kind, writer = rng.choice([("arrow", _arrow), ("parquet", _parquet)])
        path = tmp_path / f"{i}.{kind}"
        writer(random_table(list(TYPES), rng), path, rng)
        tasks.append(Task(kind, path, tmp_path / f"java{i}"))
    for i, (task, outcome) in enumerate(zip(tasks, imports(tasks))):
        assert outcome.outcome in ("taken", "unmapped"), f"table {i}, AW_SEED={SEED}: {outcome.message}"
        found = aw.import_table(task.file, tmp_path / f"python{i}", table="t")
        assert set(found.unmapped) == set(outcome.unmapped), f"table {i}, AW_SEED={SEED}"
        assert {f"t.{k}": v for k, v in found.units.items()} == outcome.units, f"table {i}, AW_SEED={SEED}"
        java, python = aw.open_store(task.store), aw.open_store(tmp_path / f"python{i}")
        assert python.at(0).hash_world() == java.at(0).hash_world(), f"table {i}, AW_SEED={SEED}"
        assert python.schema == java.schema and python.verify(), f"table {i}, AW_SEED={SEED}"
