# SPDX-License-Identifier: Apache-2.0
"""What Spark shows of a run as the bytes that its hashes are of (docs/spec/hash.md), by nothing of this project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

STORED = {"u8": "<u1", "i8": "<i1", "u16": "<u2", "i16": "<i2", "u32": "<u4", "i32": "<i4", "u64": "<u8", "i64": "<i8",
          "f32": "<f4", "f64": "<f8", "bool": "<u1", "string": "<u4"}


def view(spark: SparkSession, path: Path | str, name: str, **options: Any) -> DataFrame:
    reader = spark.read.format("arrow-world").option("view", name)
    for option, value in options.items():
        reader = reader.option(option, value)
    return reader.load(str(path))


class JavaStore:
    """The same store, by its path or address, by the library itself, in the driver's JVM."""

    def __init__(self, spark: SparkSession, path: Path | str) -> None:
        jvm, text = spark._jvm, str(path)
        place = jvm.java.net.URI.create(text) if "://" in text else jvm.java.io.File(text).toPath()
        self.store = jvm.org.arrowworld.Store.open(place)

    def __enter__(self) -> JavaStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def hash_world(self, tick: int) -> str:
        return self.store.hashWorld(tick)

    def tables(self) -> dict[str, list[tuple[str, str]]]:
        """Per table its columns in file order: name and type."""
        return {t.name(): [(c.name(), c.type().label()) for c in t.allColumns()] for t in self.store.schema().tables()}

    def codes(self) -> dict[str, int]:
        """The codes of all words."""
        world = self.store.columnsAt(self.store.lastTick())
        try:
            return {word: code for code, word in enumerate(world.words())}
        finally:
            world.close()


def hash_worlds(spark: SparkSession, path: Path | str, ticks: Iterable[int], run: str | None = None,
                pack: Path | str | None = None) -> dict[int, str]:
    """hash_world of the states at these ticks, as Spark shows them; of a run in a folder `pack` of runs, where one is named."""
    wanted = list(ticks)
    with JavaStore(spark, path) as java:
        tables, codes = java.tables(), java.codes()
    hashes = {tick: hashlib.blake2b(digest_size=16) for tick in wanted}
    for table, columns in tables.items():
        rows = view(spark, pack or path, "state", table=table, tick=",".join(map(str, wanted)))
        if run is not None:
            name = rows.columns[0]  # run, or run_ where the table has a column run
            rows = rows.where(f"{name} = '{run}'").drop(*rows.columns[:rows.columns.index("slot") - 1])
        add(hashes, table, columns, rows.toArrow(), codes)
    return {tick: hash.hexdigest() for tick, hash in hashes.items()}


def add(hashes: dict[int, Any], table: str, columns: list[tuple[str, str]], rows: pa.Table, codes: dict[str, int]) -> None:
    """Adds a table's rows, which begin with tick and slot, to the hash of each tick."""
    order = np.lexsort((rows.column(1).to_numpy(), rows.column(0).to_numpy()))
    rows = rows.take(pa.array(order))
    of = rows.column(0).to_numpy()
    for tick, total in hashes.items():
        part = rows.slice(int(np.searchsorted(of, tick)), int(np.searchsorted(of, tick, "right") - np.searchsorted(of, tick)))
        assert part.column(1).to_pylist() == list(range(part.num_rows)), f"slots of {table} at tick {tick}"
        own = hashlib.blake2b(digest_size=16)
        for index, (name, kind) in enumerate(columns):
            own.update(stored(part.column(index + 2), kind, codes))
        total.update(table.encode() + b"\0" + part.num_rows.to_bytes(8, "little") + own.digest())


def stored(column: pa.ChunkedArray, kind: str, codes: dict[str, int]) -> bytes:
    assert column.null_count == 0
    if kind == "string":
        return np.array([codes[word] for word in column.to_pylist()], "<u4").tobytes()
    if kind == "bool":
        return np.array(column.to_pylist(), "<u1").tobytes()
    return column.combine_chunks().to_numpy(zero_copy_only=False).astype(STORED[kind]).tobytes()
