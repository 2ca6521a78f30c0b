# SPDX-License-Identifier: Apache-2.0
"""State hashes (hash.md): BLAKE2b with 16-byte digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from .values import Array


class _State(Protocol):
    """What is hashed: a World."""

    tick: int
    tables: dict[str, Any]
    codebook: Any


def hash_columns(columns: Iterable[Array]) -> bytes:
    """H-1: the raw little-endian bytes of each column; 16 bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for column in columns:
        array = np.ascontiguousarray(column)
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).view("u1").data)
    return digest.digest()


def hash_world(world: _State) -> bytes:
    """H-2: every table's name, row count and hash over all columns; 16 bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for table in world.tables.values():
        digest.update(table.schema.name.encode() + b"\0" + table.rows.to_bytes(8, "little"))
        digest.update(table.hash_columns())
    return digest.digest()


def resume_hash(world: _State) -> bytes:
    """H-3: the state that decides how a run continues; 16 bytes. A world before its first tick has tick -1."""
    digest = hashlib.blake2b(hash_world(world), digest_size=16)
    digest.update(world.tick.to_bytes(8, "little", signed=True))
    for table in world.tables.values():
        if table.schema.kind != "row":
            continue
        stack = [i for i, _ in table.free] if table.schema.allocated else []
        next_id = table.next_id if table.schema.allocated else 0
        digest.update(np.array([next_id, len(stack), *stack], "<u4").tobytes())
    return digest.digest()


def beginning(world: _State) -> bytes:
    """H-4: the chain that a history begins with whose base is this state; 8 bytes, never all zero."""
    digest = hashlib.blake2b(resume_hash(world), digest_size=8)
    for word in world.codebook.words:
        data = word.encode()
        digest.update(len(data).to_bytes(4, "little") + data)
    chain = digest.digest()
    return chain if any(chain) else b"\1" + bytes(7)
