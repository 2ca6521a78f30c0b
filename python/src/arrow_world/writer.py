# SPDX-License-Identifier: Apache-2.0
"""Writing a log: rows in, a live segment out, sealed when it is large or the writer says so (log.md)."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from . import jsonfile
from .atomic_files import discard_unfinished, force_directory, publish_file
from .checks import named, path_of, tick_of
from .codebook import as_words, check_word, checked_properties
from .durability import Durability, Forcer
from .errors import DamagedFileError, InvalidUseError, WriterPoisonedError
from .handles import ids_of
from .interrupts import deferred_interrupts
from .lock import StoreLock
from .log_end import LogEnd, log_end
from .new_store import check_empty, make_folders, undo
from .rows import Rows, concat, empty_rows, tick_chain, with_commit
from .schema import COMMIT, END_OF_TICKS, Key, Schema, declare, encoding_of, require_schema
from .seal import Compression, compression_of, seal_segment
from .segment_header import FORMAT
from .segment_write import LiveSegment, create_live_segment, key_width, keys_json
from .storefiles import StoreFiles, StoreInfo
from .tick_time import TickTime
from .upkeep import finish_truncation
from .values import Array, encode
from .world import World

_MAX_KEYS = 1 << 16
_MAX_KEY_BYTES = 15 << 20
_SEGMENT_BYTES = 256 << 20


class LogWriter:
    """The one writer of a store's log: `LiveWorld` is made of it; alone it writes rows of any declared key.

    Whatever ends a write in the middle, an exception of any kind, poisons the writer: it takes nothing more, the file is
    left as it is, and the next opening goes on after the last tick that is whole in it. Ctrl-C waits until the step is
    done. One thread, one process: a fork may not use it.
    """

    def __init__(self, path: Path, lock: StoreLock, durability: Durability, info: StoreInfo, end: LogEnd) -> None:
        self.path, self.info, self.end = path, info, end
        self._lock, self._durability, self._process = lock, durability, os.getpid()
        self.seq, self.tick, self.chain = end.world.seq, end.world.tick, end.world.chain
        self.codebook, self.keys = end.world.codebook, end.keys
        self._by_name = {k.name: k for k in self.keys}
        self._live: LiveSegment | None = None
        self._open_tick: list[Rows] = []
        self._failed: BaseException | str | None = None
        self._lost: BaseException | None = None  # set by the forcer, at any moment of this thread's steps
        self._closed = self._released = False
        self._files = threading.Lock()
        self._forced = self.seq, self.tick
        self._forcer: Forcer | None = None

    @classmethod
    def create(cls, path: str | os.PathLike[str], schema: Schema = Schema(), *, strings: bool = False, tick_unit: str = "tick",
               time: TickTime | None = None, properties: Mapping[str, str] | None = None,
               durability: str = "commit") -> "LogWriter":
        """Makes a new store; `path` must not exist or be empty. Where it fails, it leaves nothing.

        Raises InvalidUseError, StoreLockedError.
        """
        store, kind = path_of(path, "create a store at"), Durability.parse(durability)
        keys = declare(require_schema(schema))
        if not strings and schema.has_strings:
            raise InvalidUseError("Cannot create the store: its schema has strings; pass strings=True.")
        _check_keys(keys, "create the store")
        if time is not None and not isinstance(time, TickTime):
            raise InvalidUseError(f"Cannot create the store: time: expected a TickTime, got {time!r}; say TickTime('0.01', 's').")
        members = {
            "kind": "arrow-world store", "format": FORMAT, "store": secrets.token_hex(16), "strings": strings,
            "tick_unit": check_word(tick_unit, "the store's tick_unit"), "schema": schema.to_json(),
            "properties": checked_properties(properties), "environment": {"writer": "arrow_world (Python)"},
            **({} if time is None else {"time": time.to_json()})}
        content = jsonfile.encode(members)
        info = StoreInfo(bytes.fromhex(str(members["store"])), strings, tick_unit, schema, checked_properties(properties),
                         {"writer": "arrow_world (Python)"}, None, time)
        check_empty(store)
        made: list[Path] = []
        lock: StoreLock | None = None
        writer: LogWriter | None = None
        try:
            with deferred_interrupts():
                make_folders(store, made)
                lock = StoreLock(store)
                check_empty(store)
                made += [store / "LOCK"] * lock.created
                made.append(store / "store.json")
                publish_file(store / "store.json", content)
                for folder in (store / "log", store / "log" / "live"):
                    made.append(folder)
                    folder.mkdir()
                force_directory(store / "log")
                force_directory(store)
                writer = cls(store, lock, kind, info, LogEnd(World(schema), keys))
                made.append(store / "log" / "live" / f"{0:020d}.arrows")
                writer._begin_segment()
            return writer
        except BaseException:
            with deferred_interrupts():
                if writer is not None:
                    writer._close_segment()
                undo(made, lock)
            raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, durability: str = "commit") -> "LogWriter":
        """Goes on after the last committed tick: in the live segment if it ends cleanly; a torn one is sealed first.

        Finishes a truncation that was begun. Raises StoreNotFoundError, DamagedFileError, StoreLockedError.
        """
        path, kind = path_of(path, "resume the store"), Durability.parse(durability)
        StoreFiles(path)
        writer: LogWriter | None = None
        lock: StoreLock | None = None
        try:
            lock = StoreLock(path)
            finish_truncation(StoreFiles(path))
            store = StoreFiles(path)
            end = log_end(store)
            with deferred_interrupts():
                writer = cls(path, lock, kind, store.info, end)
                writer._go_on()
            return writer
        except BaseException:
            with deferred_interrupts():
                if writer is not None:
                    writer._release()
                if lock is not None:
                    lock.close()
            raise

    def _go_on(self) -> None:
        """Clears away what a dead writer left, and opens the live segment if it can be gone on in (L-23)."""
        for folder in (self.path, self.path / "log", self.path / "log" / "live", self.path / "snapshots"):
            discard_unfinished(folder)
        live = self.path / "log" / "live"
        live.mkdir(parents=True, exist_ok=True)
        for folder in (self.path, self.path / "log", live):
            force_directory(folder)
        for file in sorted(live.iterdir()):
            if file.suffix == ".arrows" and (self.path / "log" / (file.stem + ".arrow")).exists():
                file.unlink()
        last, info = self.end.last, self.info
        if last is None or last.sealed:
            return
        if self.end.torn is not None:
            seal_segment(last.path, info.store, info.strings, last.header.first_seq)
            return
        self._live = LiveSegment(last.path, info.store, last.header.first_seq, len(self.keys), last.header.key_type,
                                 info.strings, last.end, last.last_crc)
        self._live.force()

    def _begin_segment(self) -> None:
        """Begins a live segment at the next row; the one before is forced first (L-27)."""
        if self._live is not None:
            self._force()
            with self._files:
                self._live.close()
        path = self.path / "log" / "live" / f"{self.seq:020d}.arrows"
        create_live_segment(path, self.info.store, self.info.schema.version, self.seq, self.chain, self.keys,
                            self.info.strings)
        self._live = LiveSegment(path, self.info.store, self.seq, len(self.keys), key_width(len(self.keys)),
                                 self.info.strings)

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._process != os.getpid():
            raise InvalidUseError(f"Cannot write {self.path}: process {self._process} opened it, and this is a fork, process "
                                  f"{os.getpid()}. One process writes a store; send it what others compute.")
        if self._closed:
            raise InvalidUseError(f"Cannot write {self.path}: it was closed. Open it again with LiveWorld.resume.")
        self._failed = self._failed or self._lost  # told here, so close need not
        self._check_forced()
        if self._failed is not None:
            raise WriterPoisonedError(f"Cannot write {self.path}: an earlier write was not finished ({self._failed!r}). The "
                                      f"last tick known to be whole is {self.tick}. Close it and use LiveWorld.resume, which "
                                      "goes on after the last tick in the log.")

    def _check_forced(self) -> None:
        if self._lost is not None:
            raise WriterPoisonedError(f"Cannot write {self.path}: what was logged could not be forced to the device "
                                      f"({self._lost!r}). The last tick known to be on it is {self.acknowledged}. Close it and "
                                      "use LiveWorld.resume, which goes on after the last tick in the log.") from self._lost

    def declare_key(self, name: str, type_name: str, kind: str = "value", table: str | None = None) -> Key:
        """Declares a further key, or returns it if it is declared so already (L-3, L-6)."""
        self._check()
        known = named(self._by_name, name)
        key = Key(known.code if known else len(self.keys), name, type_name, encoding_of(type_name), kind, table)
        if known:
            if known != key:
                raise InvalidUseError(f"Cannot declare {name} again as {key}; it is {known}.")  # L-3
            return known
        check_word(name, "a key's name")
        try:
            Key.from_json(key.to_json(), self.path)
        except DamagedFileError as e:
            raise InvalidUseError(f"Cannot declare {name}: {e.problem}.") from e
        if key.encoding == "code" and not self.info.strings:
            raise InvalidUseError(f"Cannot declare {name}: the store has no strings.")
        _check_keys([*self.keys, key], f"declare {name}")
        self.keys.append(key)
        self._by_name[name] = key
        return key

    def declare_all(self, keys: list[Key]) -> None:
        """Takes over the further keys of another log, whose first ones are those declared here."""
        for key in keys[len(self.keys) :]:
            self.keys.append(key)
            self._by_name[key.name] = key

    def append(self, name: str, rids: Any, values: Any) -> None:
        """Appends rows of one declared key to the open tick: one value (a word for strings) per row id."""
        self._check()
        key = named(self._by_name, name)
        if key is None or key == COMMIT:
            raise InvalidUseError(f"Cannot append to {name!r}: no such key; declare it first.")
        ids = ids_of(rids, None, None, f"append to {name}").numbers
        text: Array | None = np.full(len(ids), None, object) if self.info.strings else None
        words = as_words(values, name) if key.encoding == "code" else None
        bits = np.zeros(len(words), "<u8") if words is not None else encode(key.type, values, name)
        if len(bits) != len(ids):
            raise InvalidUseError(f"Cannot append to {name}: {len(bits)} values for {len(ids)} row ids.")
        if words is not None and text is not None:
            text[:] = words
            bits = encode("u32", np.array([self.codebook.code(w) for w in words.tolist()], "<u4"))
        self._open_tick.append(Rows(0, np.zeros(len(ids), "<u8"), ids, np.full(len(ids), key.code, "<u2"),
                                    bits, text))

    def commit(self, tick: int) -> Rows:
        """Commits the appended rows as this tick; returns them with the commit row."""
        self._check()
        tick = tick_of(tick, "commit tick")
        self.check_tick(tick)
        rows = concat(self._open_tick) if self._open_tick else empty_rows(0, self.info.strings)
        rows = with_commit(Rows(self.seq, rows.tick, rows.rid, rows.key, rows.bits, rows.text), tick)
        with deferred_interrupts():
            self._open_tick = []
            self.commit_tick(tick, rows)
            return rows

    def check_tick(self, tick: int) -> None:
        """Refuses a tick that is not after the last one."""
        if not self.tick < tick < END_OF_TICKS:
            raise InvalidUseError(f"Cannot commit tick {tick}: expected one after {self.tick}, below 2^63 - 1.")  # L-2

    def commit_tick(self, tick: int, rows: Rows, *, later: bool = False) -> None:
        """Writes the rows of one tick, its commit row among them, and gives this its chain; if it is durable, forces them.

        later: another thread forces them, with all that is written by then. The caller holds interrupts back. Where writing or
        forcing fails, the writer takes no more ticks.
        """
        chain = tick_chain(self.chain, tick, rows.slice(0, len(rows) - 1))
        rows.bits[-1] = int.from_bytes(chain, "little")
        self._failed = "it was interrupted"
        try:
            if self._live is None or not self._live.fits(self.keys):
                self._begin_segment()
            elif self._live.end >= _SEGMENT_BYTES:
                self._seal()
                self._begin_segment()
            assert self._live is not None
            self._live.write(rows, self.keys, self._forced[0])
            forced = self._durability.mode == "commit"
            if forced and not later:
                self._force_to((rows.end_seq, tick))
            self.seq, self.tick, self.chain = rows.end_seq, tick, chain
            if self._durability.interval_ms or forced and later:
                if self._forcer is None:
                    self._forcer = Forcer(self._durability.interval_ms, self._force)
                self._forcer.touch()
            self._failed = None
        except BaseException as e:
            self._failed = e
            raise

    def poison(self, error: BaseException) -> None:
        """Takes nothing more: what is in memory does not stand where the log does."""
        self._failed = error

    @property
    def acknowledged(self) -> int:
        """The last tick that is known to be forced to the device, -1 for none."""
        return self._forced[1]

    def _force(self) -> None:
        """Forces what is committed."""
        self._force_to((self.seq, self.tick))

    def _force_to(self, position: tuple[int, int]) -> None:
        """Forces what was written up to there. The device tells a loss once, so what one thread was told holds for both."""
        with self._files:
            self._check_forced()
            if self._live is None or self._live.closed:
                return
            try:
                self._live.force()
            except BaseException as e:
                self._lost = e
                raise
            self._forced = max(self._forced, position)

    def sync(self) -> None:
        """Forces everything committed to the device."""
        self._check()
        with deferred_interrupts():
            try:
                self._force()
            except BaseException as e:
                self._failed = e
                raise

    def seal(self, compression: str = "none") -> None:
        """Forces and seals the live segment; the next tick begins another."""
        self._check()
        kind = compression_of(compression, f"seal {self.path}")
        with deferred_interrupts():
            self._failed = "it was interrupted"
            try:
                self._seal(kind)
                self._failed = None
            except BaseException as e:
                self._failed = e
                raise

    def _seal(self, compression: Compression = "none") -> None:
        live = self._live
        if live is None:
            return
        self._force()
        if self.seq > live.first_seq:
            with self._files:
                live.close()
                self._live = None
            seal_segment(live.path, self.info.store, self.info.strings, live.first_seq, compression)

    def close(self) -> None:
        """Lets the store go; what is committed is in the log, appended rows without a commit are discarded.

        May be called again, and tries again where it did not come to its end. In a fork it closes files and nothing else.
        """
        if self._released:
            return
        with deferred_interrupts():
            try:
                self._closed = True
                if self._forcer is not None and self._process == os.getpid():
                    self._forcer.stop()
                    if self._failed is None:
                        self._force()
            finally:
                self._release()

    def _close_segment(self) -> None:
        self._closed = True
        if self._live is not None:
            self._live.close()

    def _release(self) -> None:
        try:
            self._close_segment()
        finally:
            self._lock.close()
            self._released = True


def _check_keys(keys: list[Key], action: str) -> None:
    if len(keys) > _MAX_KEYS:
        raise InvalidUseError(f"Cannot {action}: that makes {len(keys)} keys, a log has at most {_MAX_KEYS}.")
    if len(keys) > 256 and len(keys_json(keys).encode()) > _MAX_KEY_BYTES:
        raise InvalidUseError(f"Cannot {action}: the declarations of all keys would take more than 15 MiB.")  # L-8
