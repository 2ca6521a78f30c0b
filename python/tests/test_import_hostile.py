# SPDX-License-Identifier: Apache-2.0
"""Files that somebody changed: imported soundly, or refused by this package's errors, and nothing is left behind.

AW_CASES sets how many of each kind (default 50), AW_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import arrow_world as aw

CASES = int(os.environ.get("AW_CASES", "50"))
SEED = int(os.environ.get("AW_SEED", time.time_ns()))
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 31, (1 << 31) - 1, (1 << 32) - 1, (1 << 63) - 1, (1 << 64) - 1)
TABLE = pa.table({
    "id": pa.array([5, 3, 4], pa.int64()), "x": [1.5, float("nan"), -0.0], "ok": [True, None, True],
    "word": pa.array(["b", "a", "b"]).dictionary_encode(), "t": pa.array([0, 1, 2], pa.timestamp("us", "UTC")),
    "list": [[1], [2], []]})


def _stream(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
        out.write_table(table)


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "parquet": pq.write_table,
    "feather": pyarrow.feather.write_feather,
    "arrow": lambda table, path: pyarrow.feather.write_feather(table, path, compression="uncompressed"),
    "stream": _stream,
}


DOORS: dict[str, Callable[[Path, Path], object]] = {
    "table": aw.import_table,
    "history": lambda source, target: aw.import_history(source, target, entity="id", time="t"),
    "instants": lambda source, target: aw.import_history(source, target, entity="word", time="t", time_as="iso", rate="1e6"),
}


def changed(sound: bytes, some: random.Random) -> bytes:
    """The bytes with one to three changes: bits, bytes, numbers, a cut, a stretch twice or left out."""
    data = bytearray(sound)
    for _ in range(some.randint(1, 3)):
        at = some.randrange(len(data))
        how = some.randrange(6)
        if how == 0:
            data[at] ^= 1 << some.randrange(8)
        elif how == 1:
            data[at] = some.randrange(256)
        elif how in (2, 3):
            width = 4 if how == 2 else 8
            at = at // width * width
            data[at:at + width] = (some.choice(NUMBERS) & (1 << 8 * width) - 1).to_bytes(width, "little")
        elif how == 4:
            data = data[:max(1, at)]
        else:
            end = some.randrange(at, len(data) + 1)
            data[at:end] = data[at:end] * some.choice((0, 2))
        if not data:
            return b"x"
    return bytes(data)


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", WRITERS)
def test_a_changed_file_is_imported_soundly_or_refused(tmp_path: Path, kind: str, door: str) -> None:
    source, target = tmp_path / f"a.{kind}", tmp_path / "stores" / "s"
    target.parent.mkdir()
    WRITERS[kind](TABLE, source)
    sound = source.read_bytes()
    print(f"{kind} {door}: AW_CASES={CASES} AW_SEED={SEED}")
    refused = 0
    DOORS[door](source, target)
    _remove(target)
    for case in range(SEED, SEED + CASES):
        source.write_bytes(changed(sound, random.Random(case)))
        try:
            DOORS[door](source, target)
        except aw.ArrowWorldError as e:
            refused += 1
            assert str(e).strip(), f"AW_SEED={case}"
            assert not list(target.parent.iterdir()), f"AW_SEED={case}"
        except BaseException as e:
            raise AssertionError(f"{kind} {door}: AW_SEED={case} AW_CASES=1") from e
        else:
            assert [p.name for p in target.parent.iterdir()] == ["s"], f"AW_SEED={case}"
            assert aw.open_store(target).verify(), f"AW_SEED={case}"
            _remove(target)
    assert refused
