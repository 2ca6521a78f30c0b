# SPDX-License-Identifier: Apache-2.0
"""The entry to a recorded run: its world at any tick, the life of any entity, every row of its log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .checks import integer, nearest, row_id, several, tick_of
from .codebook import Codebook
from .errors import DamagedFileError, InvalidUseError
from .history import History, check_life, history_of
from .lives import Lives, lives_of
from .log import Fence, Log, Scan, SegmentFile
from .log_dataset import log_dataset
from .log_plan import LogPlan, plan_of
from .log_rows import LogRows
from .net_change import Changes, net_changes
from .playback import Cursor, Playback
from .progress import Bar, bar
from .projection import project
from .rows import Rows, concat, empty_rows
from .schema import Key, Schema
from .selection import Selection, Ticks
from .snapshot import Manifest, Snapshot
from .stats import Stats
from .store_page import store_page
from .store_upkeep import Upkeep
from .store_diff import Divergence, Side, diff
from .storefiles import StoreFiles, StoreInfo
from .tables import Table
from .tick_time import TickTime
from .verification import Report, verify
from .world import World

_CACHE_BYTES = 256 << 20
_LAST = (1 << 63) - 1
_PARTS = 4


class Store(Upkeep):
    """A store open for reading. Takes no lock and writes nothing; every call reads what is committed by then.

    `store["creature"]` is the table after the last committed tick; iteration and `in` go over the tables' names. May be
    pickled: the copy opens the same path. Safe for several threads.
    """

    def __init__(self, path: str | PathLike[str], progress: bool = False, cache_bytes: int = _CACHE_BYTES) -> None:
        self._files = StoreFiles(path)
        self._progress = progress
        self._cache_bytes = integer(cache_bytes, "keep cache_bytes of")
        self._playbacks: dict[Schema | None, Playback] = {}

    def close(self) -> None:
        """Gives back what was kept, an open file among it. The store may be read on, and closed again."""
        self._playbacks.clear()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return Store, (self.path, self._progress, self._cache_bytes)

    @property
    def path(self) -> Path:
        """The store's directory."""
        return self._files.path

    @property
    def info(self) -> StoreInfo:
        """What store.json says: id, properties, what wrote it."""
        return self._files.info

    @property
    def schema(self) -> Schema:
        """The schema the store was created with."""
        return self.info.schema

    @property
    def keys(self) -> list[Key]:
        """All declared keys in code order. Reads the last segment's header; of a live one what it got since last asked."""
        return self._files.keys()

    @property
    def fence(self) -> Fence | None:
        """The truncation under way, if any (L-21)."""
        return self._files.fence

    def segments(self) -> list[SegmentFile]:
        """All segments by first seq, those behind a fence included."""
        return self._files.segments()

    def manifests(self) -> list[Manifest]:
        """Manifests of all snapshots by tick; those behind a fence are left out."""
        return self._files.manifests()

    def snapshot(self, tick: int) -> Snapshot:
        """The snapshot of exactly this tick, highest schema version; InvalidUseError if there is none."""
        return self._files.snapshot(tick_of(tick, "read the snapshot of tick"))

    def span(self) -> tuple[int, int] | None:
        """The first and the last tick that `at` shows, None if there is none. Reads the ends of the log: footers of sealed
        segments, and of a live one what it got since last asked. Raises DamagedFileError where the base is missing that the
        history begins with.
        """
        return self._files.span()

    # Worlds.

    def at(self, tick: int, *, columns: str | Iterable[str] | None = None) -> World:
        """The world after the last committed tick <= `tick`; it is yours and never changes.

        What was replayed is kept, so asking for tick after tick costs about one pass over the log. columns: only these
        tables (`creature`) and columns (`creature.energy`). Raises InvalidUseError outside the committed span,
        DamagedFileError where the log contradicts itself.
        """
        wanted = tick_of(tick, "show the world at tick")
        with self._bar("replay", 0, wanted) as shown:
            return self._playback(columns).at(wanted, shown)

    def at_time(self, time: Any, *, columns: str | Iterable[str] | None = None) -> World:
        """The world at a time, where the store says when its ticks are: `at` the tick of which `time` gives it.

        time: a float stands for the tick whose time it is nearest to, as float64; an int, a Decimal and a Fraction are
        exact; a datetime or datetime64 where the store counts since an instant. Raises InvalidUseError where there is no
        tick at that time, naming those beside it.
        """
        return self.at(self._time().tick(time), columns=columns)

    def time(self, tick: int) -> float:
        """The time of a tick, counted in `info.time.unit`: the nearest float64. InvalidUseError where the store does not
        say when its ticks are.
        """
        return self._time().at(tick)

    def _time(self) -> TickTime:
        if self.info.time is None:
            raise InvalidUseError(f"Cannot tell the time in {self.path}: the store does not say the time of its ticks, it "
                                  f"counts them by {self.info.tick_unit!r}. Use at(tick).")
        return self.info.time

    def worlds(self, ticks: Iterable[int], *, columns: str | Iterable[str] | None = None) -> Iterator[World]:
        """The worlds after several ticks, given in ascending order, in one pass over the log; each is yours to keep."""
        wanted = [tick_of(t, "show the world at tick") for t in several(ticks, "show the worlds at ticks")]
        if any(b < a for a, b in zip(wanted, wanted[1:])):
            raise InvalidUseError("Cannot show these ticks: they must be in ascending order. A cursor goes anywhere.")
        return self._worlds(wanted, columns)

    def _worlds(self, wanted: list[int], columns: str | Iterable[str] | None) -> Iterator[World]:
        with self._bar("replay", 0, wanted[-1] if wanted else 0) as shown:
            with Cursor(self._playback(columns), shown) as cursor:
                for tick in wanted:
                    yield cursor.seek(tick)

    def cursor(self, *, columns: str | Iterable[str] | None = None) -> Cursor:
        """A place in the history that moves by `seek(tick)` and `next()`; columns as for `at`."""
        return Cursor(self._playback(columns), _silent())

    def hash_world(self, tick: int) -> str:
        """`hash_world` of the world at a tick as 32 hex digits: equal hashes of one store are equal
        worlds. Words count by their codes, which are the store's own."""
        return self.at(tick).hash_world()

    def hash_columns(self, tick: int, table: str, columns: Iterable[str] | None = None) -> str:
        """`hash_columns` of columns of a table at a tick, all in file order by default, as 32 hex digits."""
        self.schema.table(table)
        return self.at(tick, columns=table).hash_columns(table, columns)

    def _playback(self, columns: str | Iterable[str] | None) -> Playback:
        part = None if columns is None else project(self.schema, columns)
        if part not in self._playbacks:
            if len(self._playbacks) >= _PARTS:
                self._playbacks.pop(next((p for p in self._playbacks if p is not None), None))
            self._playbacks[part] = Playback(self._files, part, self._cache_bytes)
        return self._playbacks[part]

    # Tables, as of the last tick.

    def __getitem__(self, table: str) -> Table:
        if not isinstance(table, str) or not self.schema.has(table):
            raise InvalidUseError(f"No table {table!r} in {self.path.name}{nearest(table, iter(self))}")
        span = self.span()
        return (World(self.schema) if span is None else self.at(span[1]))[table]

    def __contains__(self, table: object) -> bool:
        return isinstance(table, str) and self.schema.has(table)

    def __iter__(self) -> Iterator[str]:
        return iter([t.name for t in self.schema.tables])

    def __len__(self) -> int:
        return len(self.schema.tables)

    def __bool__(self) -> bool:
        return True

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    # The log.

    def log(self) -> Log:
        """All committed rows as columns: tick u64, rid u32, key u16, bits u64 / val f64, text; shape (n,) each. Raises
        DamagedFileError if any batch fails; a torn end is no error but told in `.torn`.
        """
        files = self._files.log_files()
        first = files.segments[0].first_seq if files.segments else 0
        base = self._base()
        codebook_seq = base.manifest.seq if base else 0
        if first > codebook_seq:
            raise DamagedFileError(f"the log begins at seq {first}, expected {codebook_seq} or less; its head is missing",
                                   self.path / "log")
        scan = Scan(files, codebook=base.codebook.copy() if base else Codebook(), codebook_seq=codebook_seq)
        rows = concat([*scan] or [empty_rows(first, self.info.strings)])
        return Log(rows.first_seq, rows.tick, rows.rid, rows.key, rows.bits, rows.text, tuple(scan.keys), scan.torn)

    def batches(self, from_seq: int = 0) -> Iterator[Rows]:
        """Committed rows in runs of whole ticks, about one per record batch, verified (B-2, L-14)."""
        return iter(self._files.scan(integer(from_seq, "read from seq")))

    def scan(self, what: Literal["log"] = "log") -> Any:
        """The committed log as a pyarrow.dataset.Dataset, for questions that need not all of it: tick, rid, key, val, and
        text where the store has strings, commit rows included.

        Sealed segments are read when somebody asks the dataset, without proof of their checksums (`verify` proves them);
        what is live, as far as it is committed, and what a fence cuts is read now. Polars takes it by
        `polars.scan_pyarrow_dataset(…)`, DuckDB by the variable's name.
        """
        if what != "log":
            raise InvalidUseError(f"Cannot scan {what!r}: expected 'log'. A table at a tick is at(tick)[table].")
        return log_dataset(self._files.log_files())

    def plan(self, ticks: Ticks = None, *, ids: Ticks = None) -> LogPlan:
        """The batches of the log that may hold rows of these ticks and row ids, each one, a range, or the first and the last:
        for workers that read them anywhere, in any order, each by a `PlanReader`. The plan may be pickled and cut.
        """
        return plan_of(self._files, ticks, ids)

    def rows(self, key: str | Iterable[str] | None = None, ticks: Ticks = None, *, ids: Any = None) -> LogRows:
        """The log rows of these keys, ticks and ids, in log order.

        key: names, or patterns such as `creature.*`, where no key has that very name; without it all but commit rows. ticks: one tick, a range, or the
        first and last tick, both included. ids: one or several. Segments and batches that cannot hold such rows are not
        read; memory is that of the result. Raises InvalidUseError for unknown keys.
        """
        return self._select(Selection(key, ticks, ids))

    def events(self, key: str | Iterable[str] | None = None, ticks: Ticks = None, *, ids: Any = None) -> LogRows:
        """The rows of declared events, all or those of these keys, ticks and subjects; arguments as for `rows`.

        Raises InvalidUseError for a key that is no event; `rows` reads keys of every kind.
        """
        return self._select(Selection(key, ticks, ids, "event"))

    def _select(self, selection: Selection) -> LogRows:
        selection.check(self.keys)
        scan = Scan(self._files.log_files(), wanted=selection.wanted)
        with self._bar("read", selection.first, selection.last) as shown:
            last = selection.first
            for rows in scan:
                selection.take(rows, scan.keys)
                shown.update(max(0, int(rows.tick[-1]) - last))
                last = max(last, int(rows.tick[-1]))
                if last > selection.last:
                    break
        return selection.rows(scan.keys, self.info.strings)

    def history(self, table: str, id: int, gen: int | None = None, *, ticks: Ticks = None) -> History:
        """What happened to an id, in log order from where the history begins: births and deaths with their lineage, values,
        events, and its coming and going in presence tables; in all its lives, or in the one of generation `gen`.

        Raises InvalidUseError if that life never was, or the table counts no generations.
        """
        schema = self.schema.table(table)
        rid = row_id(id, f"tell the history of {table}")
        if gen is not None:
            gen = row_id(gen, f"tell the history of {table} {rid} in generation")
            if not schema.gen:
                raise InvalidUseError(f"Cannot tell the history of {table} {rid} in generation {gen}: the table counts no "
                                      "generations. Leave `gen` out, and choose by ticks.")
        listing = [t.name for t in self.schema.tables if t.of == table]
        shown = Selection(None, ticks)
        names = [k.name for k in self.keys if k.owner in (table, *listing)]
        base = self._files.first_base()  # rows before it are of lives that nothing tells of
        first = max(shown.first, 0 if base is None else base.tick + 1)
        rows = self._select(Selection(names, (first, shown.last) if first <= shown.last else range(0), rid))
        before, lives = self._lives_before(table, rid, first) if schema.gen else ([], False)
        if gen is not None:
            check_life(rows, table, rid, gen, before)
        return history_of(rows, table, before[-1] if before else -1, lives, bool(schema.gen), gen)

    def _lives_before(self, table: str, rid: int, tick: int) -> tuple[list[int], bool]:
        """The generations in which an id lived before a tick, in order, as far as the history goes back; and whether it
        lives right before it."""
        base, found, first = self._base(f"{table}.id"), list[int](), 0
        if base is not None:
            start, first = base.tables[table], base.manifest.tick + 1
            slot = int(start.lookup().slots(np.array([rid], "<u4"))[0]) if start.rows else -1
            found += [int(start._columns["gen"][slot])] if slot >= 0 else []
        lives = bool(found)
        if tick > first:
            rows = self._select(Selection([f"{table}.born", f"{table}.died"], (first, tick - 1), rid))
            born = rows.names == f"{table}.born"
            found += rows.val[born].astype(np.int64).tolist()
            lives = bool(born[-1]) if len(rows) else lives
        return found, lives

    def lives(self, table: str) -> Lives:
        """Births, deaths, parents and causes of a row or presence table, one row per entity that ever lived."""
        schema = self.schema.table(table)
        if schema.kind == "append_only":
            raise InvalidUseError(f"Nobody lives or dies in {table}: rows are only added to it. Read it with at(tick).")
        base = self._base(f"{table}.id")
        names = [f"{table}.{what}" for what in ("born", "died", *schema.lineage)]
        rows = self.rows(names, None if base is None else (base.manifest.tick + 1, _LAST))
        return lives_of(table, rows, None, 0) if base is None else lives_of(table, rows, base.tables[table], base.manifest.tick)

    def _base(self, columns: str | None = None) -> Snapshot | None:
        base = self._files.first_base()
        part = None if columns is None else project(self.schema, columns)
        return None if base is None else self._files.open_snapshot(base, part)

    # Comparing and summarising.

    def between(self, a: int, b: int) -> Changes:
        """The net changes from the world at tick `a` to the world at tick `b`: who was born and lives, who died, which
        values differ."""
        first, last = tick_of(a, "compare from tick"), tick_of(b, "compare to tick")
        return net_changes(self.at(first), self.at(last), first, last)

    def diff(self, other: Store, most: int = 20) -> Divergence:
        """The first tick at which this history and another differ, and up to `most` differences in it.

        Reads a few batches of each log. Raises InvalidUseError if their schemas differ or they have no tick in common.
        """
        if not isinstance(other, Store):
            raise InvalidUseError(f"Cannot compare {self.path} with {other!r}: expected a store, as open_store gives it.")
        return diff(self._side(), other._side(), integer(most, "name differences, at most"))

    def _side(self) -> Side:
        span = self.span()
        if span is None:
            raise InvalidUseError(f"Cannot compare {self.path}: no tick was committed yet.")
        return Side(self._files, self.at, *span)

    def stats(self, key: str, ticks: Ticks = None, *, bins: int = 0) -> Stats:
        """Statistics of the values log rows of one key carry: `.all` together, `.by_tick`, and as a frame by tick.

        bins: of the histogram, 0 for none. Memory is that of the values. Raises InvalidUseError for unknown keys and for
        words.
        """
        if not isinstance(key, str):
            raise InvalidUseError(f"Cannot summarise {key!r}: expected the full name of one key, as 'creature.energy'.")
        names = [k.name for k in self.keys]
        if key not in names:
            raise InvalidUseError(f"No key {key!r}{nearest(key, names)}")
        return Stats(self.rows(key, ticks), key, integer(bins, "make bins"))

    def verify(self) -> Report:
        """Checks CRCs, footers, continuity, the digest chain, and every snapshot against replay; true only if sound."""
        return verify(self.path)

    def _bar(self, what: str, first: int, last: int) -> AbstractContextManager[Bar]:
        if not self._progress:
            return bar(False, what, 0)
        end = self.span()
        return bar(True, what, max(0, min(last, end[1] if end else 0) - max(0, first)))

    def __repr__(self) -> str:
        return f"<arrow-world store {self.path.name}>"

    def _repr_html_(self) -> str:
        return store_page(self._files)


def _silent() -> Bar:
    return bar(False, "", 0).__enter__()


def open_store(path: str | PathLike[str], *, progress: bool = False, cache_bytes: int = _CACHE_BYTES) -> Store:
    """Opens a store for reading, also while it is written; or a published one (`aw publish`) by its http or https address.

    A published store never changes; where its files are replaced or cut meanwhile, reading raises DamagedFileError.
    progress: long reads and replays show a bar (tqdm); cache_bytes: how much is kept of what was replayed, and
    of verified batches of sealed segments, which are read and verified again where their file changed. Raises
    StoreNotFoundError, UnsupportedVersionError, DamagedFileError.
    """
    return Store(path, progress, cache_bytes)
