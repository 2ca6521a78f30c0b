# SPDX-License-Identifier: Apache-2.0
"""What a notebook shows of a store."""

from __future__ import annotations

from .html import grid
from .storefiles import StoreFiles


def store_page(files: StoreFiles) -> str:
    """As HTML; reads the ends of the log."""
    span, info = files.span(), files.info
    ticks = "none" if span is None else f"{span[0]:,} to {span[1]:,} ({info.tick_unit})"
    segments, snapshots = files.segments(), files.snapshots()
    live = sum(not s.sealed for s in segments)
    rows = [("store", info.store.hex()), ("ticks", ticks), *([("time", str(info.time))] if info.time else []),
            ("tables", ", ".join(f"{t.name} ({t.kind.replace('_', ' ')})" for t in files.schema.tables) or "none"),
            ("segments", f"{len(segments)}, of them {live} live"),
            ("snapshots", f"{len(snapshots)}" + (f", the last of tick {snapshots[-1][0]:,}" if snapshots else "")),
            *info.properties.items()]
    return grid(f"Store {files.path.name}", ("", ""), rows)
