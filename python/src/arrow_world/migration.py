# SPDX-License-Identifier: Apache-2.0
"""A new store that begins with the last state of an old one under a newer schema (M-6, M-7)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import NamedTuple

from .atomic_files import publish_file
from .checks import path_of
from .errors import InvalidUseError
from .hashes import beginning
from .migrations import Migrations
from .new_store import appearing, description
from .snapshot_write import write_snapshot
from .store_diff import Position
from .storefiles import Base, StoreFiles, base_json
from .world import World


class Migration(NamedTuple):
    """What was done: the new store's id as 32 hex digits, the versions, where the new history begins, the first tick of the
    old one, which only the old store has, the steps in plain words, and `hash_world` of the new store's first tick."""

    store: str
    from_version: int
    to_version: int
    position: Position
    first_tick: int
    steps: tuple[str, ...]
    hash_world: str


def migrate(source: StoreFiles, known: Migrations, last: Callable[[], World], path: str | os.PathLike[str]) -> Migration:
    """Makes the new store; last: gives the last world of the old one."""
    if not isinstance(known, Migrations):
        raise InvalidUseError(f"Cannot migrate {source.path} by {known!r}: expected Migrations.")
    target, info = path_of(path, "migrate into"), source.info
    known.check(source.path, info.schema.version)
    known.migrate_schema(info.schema)  # every step fits, or nothing is written
    with appearing(target, source.path, f"migrate {source.path} into {target}") as folder:
        world = last()
        old = Base(world.tick, world.seq, world.chain)
        world = known.migrate(world)
        world.chain = beginning(world)
        store, strings = secrets.token_bytes(16), info.strings or world.schema.has_strings
        properties = {**info.properties, "migrated_from_schema": str(info.schema.version)}
        place = Base(world.tick, world.seq, world.chain)
        publish_file(folder / "store.json", description(
            store, world.schema, strings=strings, tick_unit=info.tick_unit, properties=properties, time=info.time,
            parent={"store": info.store.hex(), **base_json(*old)}, begins=place))
        write_snapshot(folder, store, strings, world, base=True, properties=properties)
    span = source.span()
    assert span is not None
    return Migration(store.hex(), info.schema.version, known.last_version, Position(*place), span[0],
                     tuple(known.describe(info.schema.version)), world.hash_world())
