# SPDX-License-Identifier: Apache-2.0
"""Just enough FlatBuffers for Arrow's IPC metadata: a bounds-checked reader and a back-to-front builder.

The layout is that of the FlatBuffers internals document; the table slots are those of Arrow's Message.fbs,
Schema.fbs and File.fbs.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple, Union

_SCALARS = {fmt: (struct.Struct("<" + fmt).unpack_from, struct.calcsize("<" + fmt)) for fmt in "bBhHiIqQ"}


class Malformed(Exception):
    """Internal: bytes that are not what the format demands; the caller adds file and offset."""


class Table:
    """One table of a FlatBuffers buffer; every access is checked against the buffer's bounds.

    Sizes and offsets of a layout are read as the accessors do that FlatBuffers generates for Java, so that both find the
    same fields in damaged metadata.
    """

    __slots__ = ("buf", "pos", "_vtable", "_vtable_size")

    def __init__(self, buf: bytes | memoryview, pos: int) -> None:
        self.buf = buf
        self.pos = pos
        self._vtable = pos - self._get("i", pos)
        self._vtable_size = self._get("h", self._vtable)

    @staticmethod
    def root(buf: bytes | memoryview) -> "Table":
        """The root table of a buffer."""
        if len(buf) < 8:
            raise Malformed(f"metadata has {len(buf)} bytes")
        return Table(buf, int(struct.unpack_from("<I", buf, 0)[0]))

    def _get(self, fmt: str, pos: int) -> int:
        read, size = _SCALARS[fmt]
        if pos < 0 or pos + size > len(self.buf):
            raise Malformed("metadata points outside itself")
        found: int = read(self.buf, pos)[0]
        return found

    def _field(self, slot: int) -> int:
        entry = 4 + 2 * slot
        if entry >= self._vtable_size:
            return 0
        offset = self._get("h", self._vtable + entry)
        return self.pos + offset if offset else 0

    def has(self, slot: int) -> bool:
        """Whether a field is there."""
        return self._field(slot) != 0

    def number(self, slot: int, fmt: str, default: int = 0) -> int:
        """A scalar field, `fmt` as in struct."""
        pos = self._field(slot)
        return self._get(fmt, pos) if pos else default

    def _target(self, slot: int) -> int:
        pos = self._field(slot)
        return pos + self._get("I", pos) if pos else 0

    def table(self, slot: int) -> "Table | None":
        """A sub-table, or None when absent."""
        pos = self._target(slot)
        return Table(self.buf, pos) if pos else None

    def vector(self, slot: int, item_bytes: int) -> tuple[int, int]:
        """Position of the first item and the number of items; (0, 0) when absent."""
        pos = self._target(slot)
        if not pos:
            return 0, 0
        count = self._get("I", pos)
        if count * item_bytes > len(self.buf) - pos - 4:
            raise Malformed(f"metadata vector of {count} items does not fit")
        return pos + 4, count

    def tables(self, slot: int) -> list["Table"]:
        """A vector of tables."""
        pos, count = self.vector(slot, 4)
        return [Table(self.buf, p + self._get("I", p)) for p in range(pos, pos + 4 * count, 4)]

    def structs(self, slot: int, fmt: str) -> list[tuple[int, ...]]:
        """A vector of structs, `fmt` as in struct."""
        size = struct.calcsize("<" + fmt)
        pos, count = self.vector(slot, size)
        return list(struct.iter_unpack("<" + fmt, self.buf[pos : pos + size * count]))

    def string(self, slot: int) -> str:
        """A string field, "" when absent."""
        pos, count = self.vector(slot, 1)
        try:
            return bytes(self.buf[pos : pos + count]).decode()
        except UnicodeDecodeError as e:
            raise Malformed("metadata string is not UTF-8") from e


class KeyValue(NamedTuple):
    """One custom metadata entry: its value and where the value's bytes start in the buffer."""

    value: str
    pos: int


def key_values(table: Table, slot: int) -> dict[str, KeyValue]:
    """Arrow's [KeyValue]; a key given twice is malformed."""
    result: dict[str, KeyValue] = {}
    for entry in table.tables(slot):
        if not (entry.has(0) and entry.has(1)):
            raise Malformed("custom metadata without key or value")
        key = entry.string(0)
        if key in result:
            raise Malformed(f"metadata key {key!r} stands twice")
        result[key] = KeyValue(entry.string(1), entry.vector(1, 1)[0])
    return result


class Ref(int):
    """Position of a written object, counted from the buffer's end."""


Field = Union[None, Ref, tuple[str, int]]


class Builder:
    """Builds a buffer from its end to its start; objects come before whatever refers to them."""

    def __init__(self) -> None:
        self._buf = bytearray()

    def _put(self, data: bytes, align: int) -> Ref:
        pad = -(len(self._buf) + len(data)) % align
        self._buf[0:0] = data + bytes(pad)
        return Ref(len(self._buf))

    def string(self, text: str) -> Ref:
        """A string, with its closing zero byte."""
        data = text.encode()
        return self._put(struct.pack("<I", len(data)) + data + b"\0", 4)

    def structs(self, fmt: str, items: Sequence[tuple[int, ...]]) -> Ref:
        """A vector of structs whose largest member has 8 bytes."""
        self._put(b"".join(struct.pack("<" + fmt, *item) for item in items), 8)
        return self._put(struct.pack("<I", len(items)), 4)

    def refs(self, items: Sequence[Ref]) -> Ref:
        """A vector of references."""
        self._put(b"", 4)
        end = len(self._buf) + 4 * len(items)
        offsets = [end - 4 * i - item for i, item in enumerate(items)]
        return self._put(struct.pack(f"<I{len(items)}I", len(items), *offsets), 4)

    def key_values(self, entries: dict[str, str]) -> Ref:
        """Arrow's [KeyValue], in order."""
        return self.refs([self.table(self.string(k), self.string(v)) for k, v in entries.items()])

    def table(self, *fields: Field) -> Ref:
        """A table; fields by slot: None (absent), a Ref, or (struct format, number)."""
        sized = [(struct.calcsize("<" + ("I" if isinstance(f, Ref) else f[0])), i, f)
                 for i, f in enumerate(fields) if f is not None]
        sized.sort(key=lambda s: (-s[0], s[1]))
        places, size = [0] * len(fields), 4
        for width, i, _ in sized:
            places[i] = size = size + -size % width
            size += width
        size += -size % 8
        self._put(b"", 8)
        end = len(self._buf) + size
        vtable = struct.pack(f"<HH{len(fields)}H", 4 + 2 * len(fields), size, *places)
        body = bytearray(size)
        struct.pack_into("<i", body, 0, len(vtable))
        for _, i, f in sized:
            if isinstance(f, Ref):
                struct.pack_into("<I", body, places[i], end - places[i] - f)
            elif f is not None:
                struct.pack_into("<" + f[0], body, places[i], f[1])
        ref = self._put(bytes(body), 8)
        self._put(vtable, 2)
        return ref

    def finish(self, root: Ref) -> bytes:
        """The whole buffer; its length is a multiple of 8."""
        pad = -(len(self._buf) + 4) % 8
        total = len(self._buf) + 4 + pad
        return struct.pack("<I", total - root) + bytes(pad) + bytes(self._buf)
