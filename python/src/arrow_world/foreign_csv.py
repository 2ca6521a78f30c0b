# SPDX-License-Identifier: Apache-2.0
"""Tables in CSV text (import.md T-10 to T-15): split by pyarrow once its quotes are strict, typed as Java's import types them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from .errors import InvalidUseError
from .foreign_tables import ForeignTable, Given, damaged, require_file
from .values import Array

pc: Any = pyarrow.compute  # whose functions are made when it is imported
_CANDIDATES = b",;\t|"
_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 25  # of pyarrow: no record is longer
_COLUMNS = 16_384
_EXACT = 1 << 53
_INTEGER = r"^(?:0|-?[1-9][0-9]{0,19})$"
_DECIMAL = r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?$"
_SPECIALS = {"NaN": "nan", "nan": "nan", "inf": "inf", "+inf": "inf", "-inf": "-inf", "Infinity": "inf", "-Infinity": "-inf"}


def read_csv(file: Path, delimiter: str | None, decimal: str, skip_lines: int, filled: Collection[str]) -> ForeignTable:
    """The table of a CSV file, gzip too. filled: columns whose empty fields are nulls.

    Raises DamagedFileError, with the line where it is known, InvalidUseError, OSError.
    """
    text, first_line = _skipped(_text(file), skip_lines)
    mark = delimiter.encode() if delimiter is not None else _delimiter(text)
    header, _ = _counted(text, 0, mark)
    if not text or text[:1] in b"\r\n":
        raise damaged(f"line {first_line}: there is no header", file)
    if header[0] >= _COLUMNS:
        raise damaged(f"line {first_line}: more than {_COLUMNS} fields", file)
    problem = _quotes(np.frombuffer(text, "u1"), mark[0])
    if problem is not None:
        place, what = problem
        raise damaged(f"line {first_line + text.count(10, 0, place)}: {what}", file)
    found = _split(file, text, mark, header[0] + 1)
    names = [str(column[0].as_py()) for column in found.columns]
    columns = []
    for name, column in zip(names, found.columns):
        fields = column.slice(1)
        if len(names) == 1:
            fields = _without_blank_end(fields)
        if name in filled:
            fields = _own(fields)
            fields = pc.if_else(pc.equal(fields, ""), pa.scalar(None, pa.large_string()), fields)
        columns.append(Given(name, _typed(file, name, fields, decimal)))
    return ForeignTable(len(columns[0].data), columns)


def _text(file: Path) -> bytes:
    """What a file holds, out of gzip and without a byte order mark."""
    require_file(file)
    data = file.read_bytes()
    if data[:2] == b"\x1f\x8b":
        most = max(256 << 20, 64 * len(data))
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as f:
                data = f.read(most + 1)
        except (OSError, EOFError, zlib.error) as e:
            raise damaged("it is damaged or cut, as its gzip frame says", file) from e
        if len(data) > most:
            raise damaged(f"it decodes to more than the {most} bytes that a file of its size may", file)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InvalidUseError(f"Cannot read {file}: it is UTF-16; write it as UTF-8, for instance with "
                              "iconv -f UTF-16 -t UTF-8")
    return data[3:] if data[:3] == b"\xef\xbb\xbf" else data


def _skipped(text: bytes, lines: int) -> tuple[bytes, int]:
    """The text behind its first lines, and the line it begins on."""
    at = line = 0
    while line < lines and at < len(text):
        end = text.find(b"\n", at)
        at, line = (end + 1, line + 1) if end >= 0 else (len(text), line)
    return text[at:], line + 1


def _counted(text: bytes, at: int, marks: bytes) -> tuple[list[int], int]:
    """How often each mark stands outside quotes in the record there, and where the next one begins."""
    counts, quoted = [0] * len(marks), False
    while at < len(text):
        byte = text[at]
        if byte == 34:
            quoted = not quoted
        elif not quoted and byte in b"\r\n":
            break
        elif not quoted and byte in marks:
            counts[marks.index(byte)] += 1
        at += 1
    while at < len(text) and text[at] in b"\r\n":
        at += 1
    return counts, at


def _delimiter(text: bytes) -> bytes:
    """What separates the fields (T-13)."""
    head = text[:_HEAD_BYTES]
    header, second = _counted(head, 0, _CANDIDATES)
    row, _ = _counted(head, second, _CANDIDATES)
    there = [i for i, count in enumerate(header) if count]
    best = [i for i in there if header[i] == row[i]] or there or [0]
    return _CANDIDATES[best[0]:best[0] + 1]


def _quotes(text: Array, mark: int) -> tuple[int, str] | None:
    """Where a quote first stands that RFC 4180 does not allow, and what it is. Of the quotes every other one opens."""
    places = np.flatnonzero(text == 34)
    if not len(places):
        return None
    around = np.isin(np.arange(256), (mark, 10, 13))
    opening, closing = places[::2], places[1::2]
    begins = (opening == 0) | around[text[opening - 1]]
    begins[1:] |= closing[:len(opening) - 1] == opening[1:] - 1  # the second of a doubled one
    ends = (closing == len(text) - 1) | around[text[np.minimum(closing + 1, len(text) - 1)]]
    ends[:len(opening) - 1] |= opening[1:] == closing[:len(opening) - 1] + 1
    problems = []
    if not begins.all():
        problems.append((int(opening[~begins][0]), "a quote inside a field, which does not begin with one; write the field in "
                         "quotes and the quote twice"))
    if not ends.all():
        i = int(np.flatnonzero(~ends)[0])
        problems.append((int(opening[i]), "something follows the closing quote of a field that opens here"))
    if len(opening) > len(closing):
        problems.append((int(opening[-1]), "a quote opens here and is never closed"))
    return min(problems, default=None)


def _split(file: Path, text: bytes, mark: bytes, columns: int) -> pa.Table:
    """All fields as they stand, the header's first; of a single column blank lines are nulls."""
    import pyarrow.csv as csv

    single = columns == 1
    cut = text[-1:] not in (b"\n", b"\r") and _counted(text, 0, mark)[1] >= len(text)
    lines = text + b"\n" if cut else text  # pyarrow takes a header without an end for no file
    try:
        return csv.read_csv(
            pa.BufferReader(lines),
            csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, autogenerate_column_names=True),
            csv.ParseOptions(delimiter=mark.decode("ascii"), newlines_in_values=b'"' in text, ignore_empty_lines=not single),
            csv.ConvertOptions(column_types={f"f{i}": pa.large_string() for i in range(columns)}, strings_can_be_null=single,
                               null_values=[""], quoted_strings_can_be_null=False))
    except (pa.ArrowException, UnicodeDecodeError) as e:
        raise damaged(f"pyarrow cannot read it: {e}; if lines stand before the header, pass over them with "
                               "skip_lines=", file) from e


def _without_blank_end(fields: pa.ChunkedArray) -> pa.ChunkedArray:
    """Blank lines at the end are passed over (T-14)."""
    there = np.flatnonzero(fields.is_valid().to_numpy())
    return fields.slice(0, int(there[-1]) + 1 if len(there) else 0)


def _own(fields: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same in memory of their own: if_else of older pyarrow takes other bytes of words that begin amid an array."""
    return fields.take(pa.array(np.arange(len(fields))))


def _typed(file: Path, name: str, fields: pa.ChunkedArray, decimal: str) -> pa.ChunkedArray:
    """The first of i64, u64, f64, bool and string that all fields are (T-11)."""
    given = fields.drop_null()
    if not len(given):
        return fields
    if _all(given, _INTEGER):
        for kind in (pa.int64(), pa.uint64()):
            try:
                return fields.cast(kind)
            except pa.ArrowInvalid:
                continue
    numbers = _numbers(fields, decimal)
    if numbers is not None:
        return numbers
    if pc.all(pc.is_in(given, pa.array(["true", "false"], given.type))).as_py():
        return pc.equal(fields, "true")
    if decimal == "." and _numbers(given, ",", point=True) is not None:
        place = pc.index(pc.match_substring(fields, ","), True).as_py()
        raise damaged(f"column {name!r} holds numbers with a decimal comma, such as {fields[place].as_py()!r}, in row "
                               f"{place + 1}; say decimal=','", file)
    return fields


def _all(fields: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(fields, pattern), min_count=0).as_py())


def _numbers(fields: pa.ChunkedArray, decimal: str, point: bool = False) -> pa.ChunkedArray | None:
    """Float64 of fields that all are numbers with that decimal mark; with `point`, a point is one as well."""
    if decimal == ",":
        if not point and pc.any(pc.match_substring(fields, ".")).as_py():
            return None
        fields = pc.replace_substring(fields, ",", ".")
    special = pc.is_in(fields, pa.array(list(_SPECIALS), fields.type))
    plain = fields.filter(pc.invert(special)).drop_null()
    whole = plain.filter(pc.match_substring_regex(plain, r"^-?[0-9]+$"))
    if not _all(plain, _DECIMAL) or pc.any(pc.greater(pc.utf8_length(whole), 17)).as_py():
        return None
    try:
        values = fields.cast(pa.float64()) if not pc.any(special).as_py() else _with_specials(fields, special)
        if pc.any(pc.greater(pc.abs(whole.cast(pa.int64())), _EXACT)).as_py():
            return None
    except pa.ArrowInvalid:
        return None
    infinite = pc.and_(pc.is_inf(values), pc.invert(special))
    return None if pc.any(infinite).as_py() else values


def _with_specials(fields: pa.ChunkedArray, special: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers among which are `nan` and `inf` in the words that T-11 allows."""
    values = pc.if_else(special, pa.scalar("0", fields.type), _own(fields)).cast(pa.float64())
    for word, meant in _SPECIALS.items():
        values = pc.if_else(pc.equal(fields, word), pa.scalar(float(meant)), values)
    return values
