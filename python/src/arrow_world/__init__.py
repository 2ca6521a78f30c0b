"""Read, verify, replay and write arrow-world stores (format version 1, docs/spec)."""

from .codebook import Codebook
from .errors import ArrowWorldError, DamagedFileError, InvalidUseError, StoreLockedError, UnsupportedVersionError
from .events import Events
from .hashes import hash_columns, hash_world, resume_hash
from .lives import Lives
from .log import Fence, Log
from .mutations import Birth, Mutations
from .rows import Rows, recompute_chain, tick_chain
from .schema import Column, Event, Key, Schema, TableSchema
from .segment import Torn
from .simlog import RecordField, Records, read_records
from .snapshot import Manifest, Snapshot
from .store import Store, open_store
from .verify import Finding, Report, verify
from .world import Table, World
from .writer import LogWriter

__all__ = [
    "ArrowWorldError", "Birth", "Codebook", "Column", "DamagedFileError", "Event", "Events", "Fence", "Finding",
    "InvalidUseError", "Key", "Lives", "Log", "LogWriter", "Manifest", "Mutations", "RecordField", "Records", "Report",
    "Rows", "Schema", "Snapshot", "Store",
    "StoreLockedError", "Table", "TableSchema", "Torn", "UnsupportedVersionError", "World", "hash_columns", "hash_world",
    "open_store", "read_records", "recompute_chain", "resume_hash", "tick_chain", "verify",
]
