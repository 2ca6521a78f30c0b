# SPDX-License-Identifier: Apache-2.0
"""What a path holds that is no store, and how to go on from there."""

from __future__ import annotations

from pathlib import Path

_MAGIC = {b"ARROW1": ("an Arrow IPC file", "open it with pyarrow.ipc.open_file"),
          b"PAR1": ("a Parquet file", "open it with pyarrow.parquet, or make a store of it with `aw import parquet`"),
          b"\x93NUMPY": ("a NumPy array", "open it with numpy.load"),
          b"PK\x03\x04": ("a zip or .npz archive", "open an .npz with numpy.load, or make a store of it with `aw import npz`"),
          b"\xff\xff\xff\xff": ("an Arrow IPC stream", "open it with pyarrow.ipc.open_stream"),
          b"SQLite format 3": ("an SQLite database", "open it with sqlite3"),
          b"\x1f\x8b": ("a gzip file", "unpack it first")}


def describe(path: Path) -> str:
    """Why this is no store, in the words of an error message."""
    if not path.exists():
        return "there is no such file or directory; check the path, or begin a store there with LiveWorld.create"
    inside = next((p for p in path.resolve().parents if (p / "store.json").is_file()), None)
    if inside is not None:
        return f"it is a part of a store; open the store, {inside.name}, itself"
    if not path.is_file() and not path.is_dir():
        return "it is a FIFO or a device, and a store is a directory"
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(16)
        what, how = next((v for m, v in _MAGIC.items() if head.startswith(m)), ("a file", "a store is a directory"))
        return f"it is {what if head else 'an empty file'}, not a store; {how}"
    names = {p.name for p in path.iterdir()}
    if "metadata.json" in names and "times.npy" in names:
        return "it is a run of gridded fields; open it with arrow_world.fields.FieldSnapshots.open"
    if "_codebook.json" in names:
        return "it is a directory of the Python simlog; make a store of it with `aw import simlog`"
    if "log" in names or "snapshots" in names:
        return "its store.json is missing, though there is a log or are snapshots; restore it from a copy of the store"
    stores = sorted(p.name for p in path.iterdir() if (p / "store.json").is_file())
    if stores:
        return f"it has no store.json; there are stores in it: {', '.join(stores[:5])}"
    return "it has no store.json, so it is not an arrow-world store; check the path, or begin a store with LiveWorld.create"
