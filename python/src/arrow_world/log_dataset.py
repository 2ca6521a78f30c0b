# SPDX-License-Identifier: Apache-2.0
"""The log as a pyarrow dataset: sealed segments stay files, what is live or crossed by a fence is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from .frames import text_column, words_column
from .log import LogFiles, Scan

_WORDS = pa.dictionary(pa.uint16(), pa.utf8())
_TEXT = pa.dictionary(pa.int32(), pa.utf8())


def log_dataset(files: LogFiles) -> Any:
    """tick u64, rid u32, key and (in stores with strings) text as words, val f64: all rows committed by now, commit rows too.

    Memory is that of the live segment, of a store that is read by its address that of the log. Sealed segments are read when the dataset is, without their checksums.
    """
    import pyarrow.dataset as ds

    fields = [("tick", pa.uint64()), ("rid", pa.uint32()), ("key", _WORDS), ("val", pa.float64())]
    schema = pa.schema(fields + [("text", _TEXT)] * files.strings)
    whole, end = [], files.segments[0].first_seq if files.segments else 0
    for segment in files.segments:
        if not segment.sealed or segment.first_seq > end or hasattr(segment.path, "source"):  # a remote.RemotePath
            break  # the pass below goes on from here, or names the hole
        index = files.index(segment)[1]
        if files.fence is not None and index.end_seq > files.fence.seq:
            break
        if index.end_seq > end:  # else a merge was interrupted, and those before it hold its rows (L-25)
            whole.append(str(segment.path))
            end = index.end_seq
    rest = ds.dataset(pa.concat_tables([schema.empty_table(), *_tables(Scan(files, end), schema)]).unify_dictionaries())
    return ds.dataset([ds.dataset(whole, schema=schema, format="ipc"), rest]) if whole else rest


def _tables(scan: Scan, schema: Any) -> Iterator[Any]:
    for rows in scan:
        columns = [pa.array(rows.tick), pa.array(rows.rid), words_column(rows.key, [k.name for k in scan.keys]),
                   pa.array(rows.val)]
        if rows.text is not None:
            columns.append(text_column(rows.text))
        yield pa.table(columns, schema=schema)
