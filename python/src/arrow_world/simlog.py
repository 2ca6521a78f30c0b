# SPDX-License-Identifier: Apache-2.0
"""Record logs (SimLog): named values per record, joined from the log's keys (docs/spec/simlog.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import DamagedFileError, InvalidUseError, UnsupportedVersionError
from .rows import Rows
from .schema import Key
from .store import open_store
from .values import Array

RULES = "1"
_EXACT = 1 << 53
_NAME = re.compile("((?:[^#]|##)+)(?:#([^#]*))?", re.DOTALL)
_KINDS = {"num": ("f64", True), "i64": ("i64", False), "str": ("string", True), "bool": ("bool", True)}


@dataclass(frozen=True)
class RecordField:
    """The values of one field; a record that is not in `records` has none.

    records: record numbers, ascending, int64, shape (n,); type: int64, float64, string, bool or mixed; values: shape
    (n,), an array of that type, of objects for string and mixed.
    """

    name: str
    type: str
    records: Array
    values: Array


@dataclass(frozen=True)
class Records:
    """A record log: the number of records that are known of, and the fields in order of their first keys."""

    count: int
    fields: dict[str, RecordField]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each record as a dict of the values it has, in Python's own types."""
        columns = [(f.name, f.records.tolist(), f.values.tolist()) for f in self.fields.values()]
        at = [0] * len(columns)
        for record in range(self.count):
            row = {}
            for i, (name, records, values) in enumerate(columns):
                if at[i] < len(records) and records[at[i]] == record:
                    row[name] = values[at[i]]
                    at[i] += 1
            yield row


def read_records(path: str | Path) -> Records:
    """Reads a record log whole; every batch is verified.

    Raises InvalidUseError (another kind of store), UnsupportedVersionError, DamagedFileError.
    """
    store = open_store(path)
    rules = store.info.properties.get("records")
    if rules is None:
        raise InvalidUseError(f"Cannot read records from {path}: the store is not a record log.")  # G-1
    if rules != RULES:
        raise UnsupportedVersionError(f"Cannot read records from {path}: their rules are {rules}, this package reads {RULES}.")
    log = store.log()
    rows = _numbered(log)
    if not len(log):
        return Records(0, {})
    targets = {key.code: _target(key, store.path) for key in log.keys[1:]}
    by_field: dict[str, dict[str, Array]] = {}
    for code, (name, kind) in targets.items():
        at = np.flatnonzero(log.key == code)
        if len(at):
            kinds = by_field.setdefault(name, {})
            kinds[kind] = np.union1d(kinds[kind], at) if kind in kinds else at  # bare and with its kind: two keys (G-5)
    fields = {name: _join(name, kinds, log, rows) for name, kinds in by_field.items()}
    values = rows[log.key != 0]
    return Records(int(values.max()) + 1 if len(values) else 0, fields)


def _numbered(rows: Rows) -> Array:
    """The record number of each row: `rid` is mod 2^32, the next one less than 2^31 further (G-2); commit rows keep it."""
    rid = rows.rid.astype("<i8")
    own = np.flatnonzero(rows.key != 0)
    numbers = np.zeros(len(rid), "<i8")
    if len(own):
        steps = np.diff(rid[own], prepend=rid[own[0]]) % (1 << 32)
        numbers[own] = rid[own[0]] + np.cumsum(steps)
    return numbers


def _target(key: Key, path: Path) -> tuple[str, str]:
    """The field and kind a key carries (G-4)."""
    name = _NAME.fullmatch(key.name)
    for kind, (type_name, may_be_bare) in _KINDS.items():
        if name and (name[2] == kind or name[2] is None and may_be_bare) and key.type == type_name and key.kind == "event":
            return name[1].replace("##", "#"), kind
    raise DamagedFileError(f"key {key.name!r} of type {key.type} and kind {key.kind} is not a key of a record log",  # G-4
                           path / "log")


def _join(name: str, kinds: dict[str, Array], log: Rows, numbers: Array) -> RecordField:
    """All kinds of one field under its name, typed by G-6."""
    parts: list[tuple[str, Array, Array]] = []
    floats = False
    if "num" in kinds:
        values = log.val[kinds["num"]]
        with np.errstate(invalid="ignore"):  # of signalling NaNs
            whole = (values == np.trunc(values)) & (np.abs(values) <= _EXACT) & ~((values == 0) & np.signbit(values))
        floats = not bool(whole.all())
        parts.append(("float64" if floats else "int64", kinds["num"], values if floats else values.astype("<i8")))
    if "i64" in kinds:
        integers = log.bits[kinds["i64"]].view("<i8")
        exact = floats and all(int(float(i)) == i for i in integers.tolist())
        parts.append(("float64" if exact else "int64", kinds["i64"], integers.astype("<f8") if exact else integers))
    if "str" in kinds and log.text is not None:
        parts.append(("string", kinds["str"], log.text[kinds["str"]]))
    if "bool" in kinds:
        parts.append(("bool", kinds["bool"], log.val[kinds["bool"]] != 0))
    at = np.concatenate([p[1] for p in parts])
    types = {p[0] for p in parts}
    if len(types) == 1:
        values = np.concatenate([p[2] for p in parts])
    else:
        values = np.empty(len(at), object)
        values[:] = [v for p in parts for v in p[2].tolist()]
    order = np.argsort(at, kind="stable")
    records, values = numbers[at[order]], values[order]
    last = np.append(records[1:] != records[:-1], True)  # of several values in one record the last counts (G-5)
    return RecordField(name, types.pop() if len(types) == 1 else "mixed", records[last], values[last])
