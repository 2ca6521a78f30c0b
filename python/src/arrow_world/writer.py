"""Writing a store: ticks in, a live segment out (log.md). Python writes live segments only; Java seals them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from . import jsonfile
from .codebook import Codebook, as_words
from .errors import ArrowWorldError, DamagedFileError, InvalidUseError
from .live import LiveSegment, create_live_segment
from .lock import StoreLock
from .mutations import Mutations
from .publish import force_directory, publish_file
from .rows import Rows, concat, empty_rows, tick_chain
from .schema import COMMIT, Key, Schema, declare, encoding_of
from .segment import FORMAT
from .snapshot_write import write_snapshot
from .storefiles import StoreFiles
from .values import Array, encode
from .world import World

_MAX_KEYS = 1 << 16
_TICKS = 1 << 63


class LogWriter:
    """The one writer of a store. Use `create` or `resume`, best in a `with` statement.

    Rows appended since the last commit are discarded by `close`. After a failed write every further call fails: the
    file is left as it is, for recovery. Not safe for several threads.
    """

    def __init__(self, path: Path, lock: StoreLock, durability: str, batch_rows: int) -> None:
        self.path = path
        self._lock = lock
        self._durability, self._batch_rows = durability, batch_rows
        self._live: LiveSegment | None = None
        self._open_tick: list[Rows] = []
        self._committed: list[Rows] = []
        self._failed: Exception | None = None
        self._closed = False

    @classmethod
    def create(cls, path: str | Path, schema: Schema = Schema(), *, strings: bool = False, tick_unit: str = "tick",
               properties: Mapping[str, str] | None = None, durability: Literal["commit", "none"] = "commit",
               batch_rows: int = 1) -> "LogWriter":
        """Makes a new store; `path` must not exist or be empty.

        durability: `commit` forces each committed tick, `none` leaves that to the system; batch_rows: a batch is
        written at the first commit that brings at least so many rows. Raises InvalidUseError, StoreLockedError.
        """
        store = Path(path)
        if not strings and schema.has_strings:
            raise InvalidUseError("Cannot create the store: its schema has strings; pass strings=True.")
        if len(declare(schema)) > _MAX_KEYS:
            raise InvalidUseError(f"Cannot create the store: its schema makes more than {_MAX_KEYS} keys.")
        if store.exists() and any(p.name != "LOCK" and p.suffix != ".tmp" for p in store.iterdir()):
            raise InvalidUseError(f"Cannot create a store at {store}: it is not empty. Use LogWriter.resume to go on.")
        store.mkdir(parents=True, exist_ok=True)
        lock = StoreLock(store)
        try:
            publish_file(store / "store.json", jsonfile.encode({
                "kind": "arrow-world store", "format": FORMAT, "store": secrets.token_hex(16), "strings": strings,
                "tick_unit": tick_unit, "schema": schema.to_json(), "properties": dict(properties or {}),
                "environment": {"writer": "arrow_world (Python)"}}))
            (store / "log").mkdir()
            (store / "log" / "live").mkdir()
            force_directory(store / "log")
            force_directory(store)
            return cls(store, lock, durability, batch_rows)._start()
        except BaseException:
            lock.close()
            raise

    @classmethod
    def resume(cls, path: str | Path, *, durability: Literal["commit", "none"] = "commit",
               batch_rows: int = 1) -> "LogWriter":
        """Goes on after the last committed tick: in the live segment if it ends cleanly, else in a new one.

        Raises InvalidUseError for a torn live segment or a fenced store, DamagedFileError, StoreLockedError.
        """
        store = Path(path)
        StoreFiles(store)
        lock = StoreLock(store)
        try:
            return cls(store, lock, durability, batch_rows)._start()
        except BaseException:
            lock.close()
            raise

    def _start(self) -> "LogWriter":
        """Finds where the log ends: seq, tick, chain, keys, codebook."""
        store = StoreFiles(self.path)
        if store.fence is not None:
            raise InvalidUseError(f"Cannot write {self.path}: a truncation is under way (fence.json). "
                                  "Finish it with `aw truncate` first.")
        self.info = store.info
        manifests = store.manifests()
        self.seq, self.chain, self.tick, self.codebook = 0, bytes(8), -1, Codebook()
        if manifests:
            m = manifests[-1]
            self.seq, self.chain, self.tick = m.seq, m.chain, m.tick
            self.codebook = store.snapshot(m.tick).codebook.copy()
        scan = store.scan(self.seq, self.codebook)
        for rows in scan:
            if rows.first_seq > self.seq:
                raise DamagedFileError(f"the log goes on at seq {rows.first_seq}, expected {self.seq}", self.path / "log")
            self.seq, self.tick = rows.end_seq, int(rows.tick[-1])
        if scan.torn is not None:
            raise InvalidUseError(f"Cannot write {self.path}: the live segment is torn at byte {scan.torn.offset} of "
                                  f"{scan.torn.path.name}, {scan.torn.reason}. Open it once with `aw resume`, or save "
                                  "it with `aw recover`.")
        reader = scan.reader
        if reader is not None and scan.end_seq != self.seq:
            raise DamagedFileError(f"the log ends at seq {scan.end_seq}, a snapshot is at {self.seq}; a tail is missing "
                                   "(L-24)", reader.path)
        if reader is not None and manifests and scan.chain != self.chain and self.seq == manifests[-1].seq:
            raise DamagedFileError("the log's chain is not that of the newest snapshot (L-24)", reader.path)
        self.chain = scan.chain or self.chain
        self.keys = list(scan.keys) or declare(self.info.schema)
        self._by_name = {k.name: k for k in self.keys}
        if reader is not None and not reader.sealed:
            self._live = LiveSegment(reader.path, self.info.store, reader.header.first_seq, len(self.keys),
                                     reader.header.key_type, self.info.strings, reader.end, reader.last_crc)
        else:
            self._roll()
        return self

    def _roll(self) -> None:
        if self._live is not None:
            self._live.close()
        path = self.path / "log" / "live" / f"{self._written_seq():020d}.arrows"
        prev_chain = self.chain if not self._committed else self._chain_before
        create_live_segment(path, self.info.store, self.info.schema.version, self._written_seq(), prev_chain, self.keys,
                            self.info.strings)
        self._live = LiveSegment(path, self.info.store, self._written_seq(), len(self.keys),
                                 "u8" if len(self.keys) <= 256 else "u16", self.info.strings)

    def _written_seq(self) -> int:
        return self._committed[0].first_seq if self._committed else self.seq

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._closed:
            raise InvalidUseError(f"The writer of {self.path} is closed.")
        if self._failed is not None:
            raise InvalidUseError(f"The writer of {self.path} failed earlier ({self._failed}); open the store again.")

    def declare_key(self, name: str, type_name: str, kind: str = "value", table: str | None = None) -> Key:
        """Declares a further key, or returns it if it is declared so already (L-3, L-6)."""
        self._check()
        known = self._by_name.get(name)
        key = Key(known.code if known else len(self.keys), name, type_name, encoding_of(type_name), kind, table)
        if known:
            if known != key:
                raise InvalidUseError(f"Cannot declare {name} again as {key}; it is {known} (L-3).")
            return known
        Key.from_json(key.to_json(), self.path)
        if key.encoding == "code" and not self.info.strings or len(self.keys) >= _MAX_KEYS:
            raise InvalidUseError(f"Cannot declare {name}: the store has no strings, or {_MAX_KEYS} keys.")
        self.keys.append(key)
        self._by_name[name] = key
        return key

    def append(self, name: str, rids: Any, values: Any) -> None:
        """Appends rows of one declared key to the open tick: one value (a word for strings) per row id."""
        self._check()
        key = self._by_name.get(name)
        if key is None or key == COMMIT:
            raise InvalidUseError(f"Cannot append to {name!r}: no such key; declare it first.")
        ids = np.atleast_1d(np.asarray(rids))
        if ids.dtype.kind not in "iu" or len(ids) and (ids.min() < 0 or ids.max() >= 1 << 32):
            raise InvalidUseError(f"Cannot append to {name}: row ids must be u32 numbers.")
        text: Array | None = np.full(len(ids), None, object) if self.info.strings else None
        if key.encoding == "code":
            words = as_words(values)
            if len(words) != len(ids):
                raise InvalidUseError(f"Cannot append to {name}: {len(words)} words for {len(ids)} row ids.")
            assert text is not None
            text[:] = words
            bits = encode("u32", np.array([self.codebook.code(w) for w in words.tolist()], "<u4"))
        else:
            bits = encode(key.type, values)
        if len(bits) != len(ids):
            raise InvalidUseError(f"Cannot append to {name}: {len(bits)} values for {len(ids)} row ids.")
        self._open_tick.append(Rows(0, np.zeros(len(ids), "<u8"), ids.astype("<u4"), np.full(len(ids), key.code, "<u2"),
                                    bits, text))

    def commit(self, tick: int) -> Rows:
        """Commits the open tick under this number; returns its rows with the commit row."""
        self._check()
        if not self.tick < tick < _TICKS:
            raise InvalidUseError(f"Cannot commit tick {tick}: the last one is {self.tick} (L-2).")
        if self._open_tick:
            rows = concat(self._open_tick)
            self._open_tick = []
        else:
            rows = empty_rows(0, self.info.strings)
        rows = Rows(self.seq, np.full(len(rows), tick, "<u8"), rows.rid, rows.key, rows.bits, rows.text)
        return self._commit(tick, rows)

    def step(self, world: World, tick: int, mutations: Mutations) -> Rows:
        """Logs one tick of mutations, commits it, and applies it to the world; returns the rows."""
        self._check()
        if self._open_tick or mutations.world is not world or world.seq != self.seq:
            raise InvalidUseError(f"Cannot step: the world is at seq {world.seq}, the log at {self.seq}, or rows are open.")
        if not self.tick < tick < _TICKS:
            raise InvalidUseError(f"Cannot commit tick {tick}: the last one is {self.tick} (L-2).")
        rows = mutations.rows(tick, self.seq, self.info.strings)
        problem = self.codebook.absorb(rows)
        if problem:
            raise InvalidUseError(f"Cannot step: {problem}.")
        rows = self._commit(tick, rows)
        world.apply(rows, self.keys, self.path)
        return rows

    def _commit(self, tick: int, rows: Rows) -> Rows:
        chain = tick_chain(self.chain, tick, rows)
        text = np.full(1, None, object) if self.info.strings else None
        commit = Rows(rows.end_seq, np.array([tick], "<u8"), np.array([len(rows) % (1 << 32)], "<u4"),
                      np.zeros(1, "<u2"), np.frombuffer(chain, "<u8"), text)
        rows = concat([rows, commit])
        if not self._committed:
            self._chain_before = self.chain
        self._committed.append(rows)
        self.seq, self.tick, self.chain = rows.end_seq, tick, chain
        if sum(map(len, self._committed)) >= self._batch_rows:
            self.flush()
        return rows

    def flush(self) -> None:
        """Hands all committed ticks to the system as one batch, and forces them if the store is durable."""
        self._check()
        if not self._committed:
            return
        try:
            if self._live is None or not self._live.fits(self.keys):
                self._roll()
            assert self._live is not None
            self._live.write(concat(self._committed), self.keys)
            if self._durability == "commit":
                self._live.force()
        except (OSError, ArrowWorldError) as e:
            self._failed = e
            raise
        self._committed = []

    def sync(self) -> None:
        """Flushes and forces everything committed to the device."""
        self.flush()
        if self._live is not None:
            self._live.force()

    def write_snapshot(self, world: World, *, properties: Mapping[str, str] | None = None) -> Path:
        """Forces the log, then publishes a snapshot of the world, which must be at the log's end (N-8)."""
        if (world.seq, world.chain) != (self.seq, self.chain):
            raise InvalidUseError(f"Cannot write a snapshot: the world is at seq {world.seq}, the log at {self.seq}.")
        self.sync()
        return write_snapshot(self.path, self.info.store, self.info.strings, world, properties=properties)

    def close(self) -> None:
        """Writes what is committed and closes; uncommitted rows are discarded. May be called again."""
        if self._closed:
            return
        try:
            if self._failed is None:
                self.flush()
        finally:
            self._closed = True
            if self._live is not None:
                self._live.close()
            self._lock.close()


