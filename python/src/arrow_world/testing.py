# SPDX-License-Identifier: Apache-2.0
"""A recorded run as a test: today's systems, on the recorded start and inputs, must make the recorded worlds.

    def systems(tick, inputs):
        for i in inputs:
            tick["ship"].set(i.target, x=tick.world["ship"]["x"][0] + i.value)

    def test_the_duel_runs_as_recorded(recorded_run):
        duel = recorded_run("tests/worlds/duel")
        duel.assert_replays_to(600, "1f0c...")     # the log still gives the same world
        duel.assert_same_run(systems)              # and so do today's systems

The fixture `recorded_run` comes with the package where pytest runs; without pytest, make a RecordedRun.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .errors import InvalidUseError
from .live import LiveWorld
from .log_rows import LogRows
from .net_change import RowDifference, compare
from .segment_header import FORMAT
from .snapshot_write import write_snapshot
from .store import Store, open_store
from .storefiles import base_json
from .tick import Tick
from .values import Array
from .world import World

_MOST_LINES = 20
_TICKS_AT_ONCE = 1000


@dataclass(frozen=True)
class Input:
    """An input as it was recorded: its declared kind, the row it was about, and its number or word."""

    kind: str
    target: int
    value: Any


class RecordedRun:
    """A recorded run; it is only read. Failures are AssertionErrors that list the entities and columns that differ."""

    def __init__(self, path: str | PathLike[str], scratch: Path | None = None) -> None:
        self.store: Store = open_store(path)
        """The recorded history."""
        self._scratch = scratch

    def assert_replays_to(self, tick: int, hash_world: str) -> None:
        """Fails unless replay to a tick gives a world with this `hash_world`."""
        found = self.store.at(tick).hash_world()
        if found != hash_world:
            raise AssertionError(f"The world at tick {tick} hashes to {found}, expected {hash_world}")

    def assert_equals_recorded(self, actual: World) -> None:
        """Fails, naming the rows that differ, unless a world equals the recorded one at its tick."""
        _assert_same(actual.tick, self.store.at(actual.tick), actual)

    def inputs(self, tick: int) -> list[Input]:
        """The inputs recorded in a tick, in their order."""
        rows = self.store.rows("in.*", tick) if self.store.schema.inputs else None
        return [] if rows is None else [Input(name[3:], rid, value) for name, rid, value in
                                        zip(rows.names.tolist(), rows.rid.tolist(), rows.python_values())]

    def assert_same_run(self, systems: Callable[[Tick, list[Input]], object]) -> int:
        """Runs systems on the recorded world of the first tick and the recorded inputs, which are queued already, and
        fails at the first tick whose world differs, naming the rows; then at the first tick whose log differs, be it an
        event, a cause of death, a parent or a value written once more. Returns how many ticks were compared. Raises
        InvalidUseError if the record has only one tick, so that nothing could be compared.
        """
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder, self.store.cursor() as recorded:
            if not recorded.next():
                raise AssertionError(f"{self.store.path} has no committed tick")
            first = recorded.world.tick
            _begin_at(self.store, recorded.world, Path(folder) / "run")
            compared = 0
            with LiveWorld.resume(Path(folder) / "run", durability="none") as live:
                while recorded.next():
                    inputs = self.inputs(recorded.world.tick)
                    with live.tick(recorded.world.tick) as tick:
                        for i in inputs:
                            tick.input(i.kind, i.value, i.target)
                        systems(tick, inputs)
                    _assert_same(recorded.world.tick, recorded.world, live.world)
                    compared += 1
                last = live.last_tick
            if compared == 0:
                raise InvalidUseError(f"Cannot compare runs with {self.store.path}: it has one tick only, {first}, from which "
                                      "they begin; record another.")
            _assert_same_log(self.store, open_store(Path(folder) / "run"), first + 1, last)
            return compared


def _begin_at(store: Store, world: World, path: Path) -> None:
    """A store whose history begins with this world."""
    new_id = secrets.token_bytes(16)
    (path / "log" / "live").mkdir(parents=True)
    (path / "snapshots").mkdir()
    members = {"kind": "arrow-world store", "format": FORMAT, "store": new_id.hex(), "strings": store.info.strings,
               "tick_unit": store.info.tick_unit, "schema": store.schema.to_json(), "properties": store.info.properties,
               "environment": {"writer": "arrow_world (Python), testing"},
               **({} if store.info.time is None else {"time": store.info.time.to_json()}),
               "begins": base_json(world.tick, world.seq, world.chain)}
    (path / "store.json").write_bytes(jsonfile.encode(members))
    write_snapshot(path, new_id, store.info.strings, world, base=True)


def _assert_same(tick: int, recorded: World, actual: World) -> None:
    same = recorded.resume_hash() == actual.resume_hash()  # of words it has the codes alone
    if same and recorded.codebook.words == actual.codebook.words:
        return
    lines = list(_lines(compare(recorded, actual)))
    if same and not lines:
        return
    lines = lines or ["the rows are equal; the free ids, or the codes of words, differ"]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"and {len(lines) - _MOST_LINES} more"]
    raise AssertionError("\n  ".join([f"The world at tick {tick} differs from the recorded one:", *lines]))


def _assert_same_log(recorded: Store, actual: Store, first: int, last: int) -> None:
    for begin in range(first, last + 1, _TICKS_AT_ONCE):
        ticks = begin, min(begin + _TICKS_AT_ONCE - 1, last)
        a, b = recorded.rows(ticks=ticks), actual.rows(ticks=ticks)
        both = min(len(a), len(b))
        same = (a.tick[:both] == b.tick[:both]) & (a.rid[:both] == b.rid[:both]) & (a.names[:both] == b.names[:both])
        same &= _values(a)[:both] == _values(b)[:both]
        row = both if same.all() else int(np.argmin(same))
        if row < max(len(a), len(b)):
            tick = min(int(r.tick[row]) for r in (a, b) if row < len(r))
            raise AssertionError(f"The log of tick {tick} differs from the recorded one:\n  recorded: {_row(a, row)}\n  "
                                 f"found: {_row(b, row)}")


def _values(rows: LogRows) -> Array:
    """Words as such, for their codes are the store's own; else patterns. Object array."""
    values = rows.bits.astype(object)
    if rows.text is not None:
        words = np.array([word is not None for word in rows.text.tolist()], bool)
        values[words] = rows.text[words]
    return values


def _row(rows: LogRows, at: int) -> str:
    if at >= len(rows):
        return "nothing more"
    one = rows.where(np.array([at]))
    return f"tick {one.tick[0]}: {one.names[0]} of {one.rid[0]} = {one.python_values()[0]}"


def _lines(differences: Iterable[RowDifference]) -> Iterable[str]:
    for d in differences:
        who = f"{d.table} {d.id} gen {d.gen}"
        if d.kind == "only_left":
            yield f"{who}: recorded, but not there"
        elif d.kind == "only_right":
            yield f"{who}: not recorded, but there"
        elif d.kind == "slot":
            yield f"{who}: recorded in row {d.left}, found in row {d.right}"
        else:
            yield f"{who}: {d.column} was recorded as {d.left!r}, found {d.right!r}"
