# SPDX-License-Identifier: Apache-2.0
"""The recipe of export/README.md: an archive as a Delta table, asked by DuckDB."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from deltalake import DeltaTable, convert_to_deltalake

from conftest import ROOT
from runs import sail


def test_an_archive_is_a_delta_table_where_it_stands(tmp_path: Path) -> None:
    sail(tmp_path / "run", 30, 1)
    archive = tmp_path / "archive"
    subprocess.run([ROOT / "aw", "export", tmp_path / "run", "--to", "parquet", "--signed", "--out", archive], check=True)
    files = {path: path.read_bytes() for path in archive.rglob("*.parquet")}
    convert_to_deltalake(archive / "log")
    log = DeltaTable(archive / "log").to_pyarrow_dataset()
    expected = pq.read_table(archive / "log" / "00000000000000000000.parquet")
    assert expected.schema.field("rid").type == "int64"
    assert duckdb.sql("select count(*) from log").fetchall() == [(expected.num_rows,)]
    ships = duckdb.sql("select tick, count(*) from log where key = 'ship.x' and tick between 2 and 4 group by tick order by tick")
    assert ships.fetchall() == [(2, 20), (3, 20), (4, 20)]
    assert {path: path.read_bytes() for path in archive.rglob("*.parquet") if "_delta_log" not in path.parts} == files
