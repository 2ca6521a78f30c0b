# SPDX-License-Identifier: Apache-2.0
"""The search for batches behind damage: bounded work, counted in bytes read (B-5, B-10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from arrow_world.errors import DamagedFileError
from arrow_world.ipc import BytesSource, FileSource
from arrow_world.search import READ_AGAIN_RATIO, BatchSearch
from arrow_world.store import open_store
from arrow_world.verification import verify
from helpers import live_file, run


class Counted(BytesSource):
    """Counts the bytes that are read."""

    read_bytes = 0

    def read(self, offset: int, length: int) -> memoryview:
        data = super().read(offset, length)
        self.read_bytes += len(data)
        return data


@pytest.mark.parametrize(("pattern", "gives_up"), [
    (bytes.fromhex("fffffffff8ffff00"), False),
    (bytes.fromhex("fffffffff8ffff000000200000000000"), True),
    (bytes.fromhex("ffffffff08000000"), False),
    (bytes.fromhex("ffffffff00000800"), False),
    (bytes.fromhex("ffffffff000008000400000000000000"), False),
])
def test_whatever_is_repeated_few_times_the_bytes_are_read(pattern: bytes, gives_up: bool) -> None:
    source = Counted(pattern * ((24 << 20) // len(pattern)))
    search = BatchSearch(source)
    assert list(search.batches(0)) == []
    assert search.gave_up == gives_up
    assert source.read_bytes <= (2 + READ_AGAIN_RATIO) * source.size


def live_store(tmp_path: Path) -> Path:
    run(tmp_path / "store", 6, seed=5, durability="commit")
    return tmp_path / "store"


def test_a_store_with_a_hostile_tail_is_verified_with_few_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = live_store(tmp_path)
    live = live_file(store)
    with live.open("ab") as file:
        file.write(bytes(-live.stat().st_size % 8) + bytes.fromhex("fffffffff8ffff00") * 600_000)
    read = 0
    original = FileSource.read

    def counted(self: FileSource, offset: int, length: int) -> memoryview:
        nonlocal read
        data = original(self, offset, length)
        read += len(data)
        return data

    monkeypatch.setattr(FileSource, "read", counted)
    assert verify(store).ok
    assert read <= 4 * (2 + READ_AGAIN_RATIO) * live.stat().st_size


@pytest.mark.parametrize("gap", [0, 8, (1 << 20) - 64, (1 << 20) - 8, 1 << 20, 3 << 20])
def test_a_later_batch_is_found_wherever_it_stands(tmp_path: Path, gap: int) -> None:
    store = live_store(tmp_path)
    live = live_file(store)
    data = live.read_bytes()
    starts = [at for at, custom in BatchSearch(BytesSource(data)).batches(0) if "aw.first_seq" in custom]
    assert len(starts) > 3
    cut = starts[1] + -starts[1] % 8
    live.write_bytes(data[:cut] + b"\7" * gap + b"\7" * 8 + data[cut + 8 :])
    with pytest.raises(DamagedFileError, match="a later batch of the log stands at byte"):
        open_store(store).log()
