"""Read, verify, replay and write arrow-world stores (format version 1, docs/spec)."""

from .codebook import Codebook
from .errors import (ArrowWorldError, DamagedFileError, InvalidUseError, StoreLockedError, StoreNotFoundError,
                     UnsupportedVersionError, WriterPoisonedError)
from .events import Events
from .hashes import hash_columns, hash_world, resume_hash
from .handles import Born, BornRows, EntityRef
from .live import LiveWorld
from .lives import Lives
from .log import Fence, Log
from .rows import Rows, recompute_chain, tick_chain
from .schema import Column, Event, Key, Schema, TableSchema
from .segment import Torn
from .simlog import RecordField, Records, read_records
from .snapshot import Manifest, Snapshot
from .store import Store, open_store
from .tick import Tick
from .tick_table import TickTable
from .verify import Finding, Report, verify
from .world import Table, World

__all__ = [
    "ArrowWorldError", "Born", "BornRows", "Codebook", "Column", "DamagedFileError", "EntityRef", "Event", "Events",
    "Fence", "Finding", "InvalidUseError", "Key", "LiveWorld", "Lives", "Log", "Manifest", "RecordField", "Records",
    "Report", "Rows", "Schema", "Snapshot", "Store", "StoreLockedError", "StoreNotFoundError", "Table", "TableSchema",
    "Tick", "TickTable", "Torn", "UnsupportedVersionError", "World", "WriterPoisonedError", "hash_columns", "hash_world",
    "open_store", "read_records", "recompute_chain", "resume_hash", "tick_chain", "verify",
]
