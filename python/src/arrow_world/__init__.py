# SPDX-License-Identifier: Apache-2.0
"""Read, verify, replay and write arrow-world stores (format version 1, docs/spec).

Names are imported when they are first used, so that `import arrow_world` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._version import __version__ as __version__
    from .codebook import Codebook as Codebook
    from .errors import ArrowWorldError as ArrowWorldError
    from .errors import DamagedFileError as DamagedFileError
    from .errors import InvalidUseError as InvalidUseError
    from .errors import MemoryFullError as MemoryFullError
    from .errors import StoreLockedError as StoreLockedError
    from .errors import StoreNotFoundError as StoreNotFoundError
    from .errors import UnsupportedVersionError as UnsupportedVersionError
    from .errors import WriterPoisonedError as WriterPoisonedError
    from .handles import Born as Born
    from .handles import BornRows as BornRows
    from .handles import EntityRef as EntityRef
    from .hashes import hash_columns as hash_columns
    from .hashes import hash_world as hash_world
    from .hashes import resume_hash as resume_hash
    from .history import History as History
    from .history_import import ImportedHistory as ImportedHistory
    from .history_import import import_history as import_history
    from .live import LiveWorld as LiveWorld
    from .lives import Lives as Lives
    from .log import Fence as Fence
    from .log import Log as Log
    from .log_plan import LogPlan as LogPlan
    from .log_plan import PlannedBase as PlannedBase
    from .log_plan import PlannedBatch as PlannedBatch
    from .log_plan import PlannedSegment as PlannedSegment
    from .log_plan import PlanReader as PlanReader
    from .log_rows import LogRows as LogRows
    from .loop_recorder import Recorded as Recorded
    from .loop_recorder import recorded as recorded
    from .mesa_recorder import MesaRecorder as MesaRecorder
    from .migration import Migration as Migration
    from .migrations import Migrations as Migrations
    from .net_change import Changes as Changes
    from .net_change import NetChange as NetChange
    from .playback import Cursor as Cursor
    from .rebound_recorder import ReboundRecorder as ReboundRecorder
    from .recovery import Recovery as Recovery
    from .recovery import recover as recover
    from .rows import Rows as Rows
    from .rows import recompute_chain as recompute_chain
    from .rows import tick_chain as tick_chain
    from .runs import Answers as Answers
    from .runs import Run as Run
    from .runs import Runs as Runs
    from .schema import NO_ROW as NO_ROW
    from .schema import Column as Column
    from .schema import Event as Event
    from .schema import Key as Key
    from .schema import Schema as Schema
    from .schema import TableSchema as TableSchema
    from .segment import Torn as Torn
    from .served import connect as connect
    from .simlog import RecordField as RecordField
    from .simlog import Records as Records
    from .simlog import read_records as read_records
    from .snapshot import Manifest as Manifest
    from .snapshot import Snapshot as Snapshot
    from .stats import Stats as Stats
    from .stats import Summary as Summary
    from .store import Store as Store
    from .store import open_store as open_store
    from .store_diff import Difference as Difference
    from .store_diff import Divergence as Divergence
    from .store_publication import Publication as Publication
    from .sweep_plan import grid as grid
    from .sweep_worker import SweepRun as SweepRun
    from .sweeps import SweepReport as SweepReport
    from .sweeps import sweep as sweep
    from .table_import import ImportedTable as ImportedTable
    from .table_import import import_table as import_table
    from .tables import Table as Table
    from .tick import Tick as Tick
    from .tick_time import TickTime as TickTime
    from .tick_table import TickTable as TickTable
    from .upkeep import Compaction as Compaction
    from .upkeep import Truncation as Truncation
    from .verification import Finding as Finding
    from .verification import Report as Report
    from .verification import verify as verify
    from .world import World as World

_HOMES = {
    "_version": ("__version__",),
    "codebook": ("Codebook",),
    "errors": ("ArrowWorldError", "DamagedFileError", "InvalidUseError", "MemoryFullError", "StoreLockedError",
               "StoreNotFoundError", "UnsupportedVersionError", "WriterPoisonedError"),
    "handles": ("Born", "BornRows", "EntityRef"),
    "hashes": ("hash_columns", "hash_world", "resume_hash"),
    "history": ("History",),
    "history_import": ("ImportedHistory", "import_history"),
    "live": ("LiveWorld",),
    "lives": ("Lives",),
    "log": ("Fence", "Log"),
    "log_plan": ("LogPlan", "PlannedBase", "PlannedBatch", "PlannedSegment", "PlanReader"),
    "log_rows": ("LogRows",),
    "loop_recorder": ("Recorded", "recorded"),
    "mesa_recorder": ("MesaRecorder",),
    "migration": ("Migration",),
    "migrations": ("Migrations",),
    "net_change": ("Changes", "NetChange"),
    "playback": ("Cursor",),
    "rebound_recorder": ("ReboundRecorder",),
    "recovery": ("Recovery", "recover"),
    "rows": ("Rows", "recompute_chain", "tick_chain"),
    "runs": ("Answers", "Run", "Runs"),
    "schema": ("NO_ROW", "Column", "Event", "Key", "Schema", "TableSchema"),
    "segment": ("Torn",),
    "served": ("connect",),
    "simlog": ("RecordField", "Records", "read_records"),
    "snapshot": ("Manifest", "Snapshot"),
    "stats": ("Stats", "Summary"),
    "store": ("Store", "open_store"),
    "store_diff": ("Difference", "Divergence"),
    "store_publication": ("Publication",),
    "sweep_plan": ("grid",),
    "sweep_worker": ("SweepRun",),
    "sweeps": ("SweepReport", "sweep"),
    "table_import": ("ImportedTable", "import_table"),
    "tables": ("Table",),
    "tick": ("Tick",),
    "tick_time": ("TickTime",),
    "tick_table": ("TickTable",),
    "upkeep": ("Compaction", "Truncation"),
    "verification": ("Finding", "Report", "verify"),
    "world": ("World",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
