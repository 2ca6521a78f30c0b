# SPDX-License-Identifier: Apache-2.0
"""A flipped bit in the header of a live segment: Java and Python judge it alike and recover the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import java_side

import arrow_world as aw

STRIDE = int(os.environ.get("AW_STRIDE", "401"))
"""Every such bit is flipped; 1 takes all of them, in about an hour."""


def test_java_and_python_judge_a_flipped_header_alike(tmp_path: Path) -> None:
    first = int(os.environ.get("AW_FIRST", "201"))
    print(f"every {STRIDE}th bit, repeat with AW_FIRST={first}")
    lines = [json.loads(line) for line in java_side.run("HeaderFlipsMain", tmp_path, STRIDE, first).splitlines()]
    assert lines
    wrong = [f"{Path(line['store']).name}, bit {line['bit']}: {difference}" for line in lines
             if (difference := judged_otherwise(line, tmp_path / "recovered"))]
    assert not wrong, f"{len(wrong)} of {len(lines)}\n" + "\n".join(wrong)


def judged_otherwise(line: dict[str, Any], out: Path) -> str:
    """In what Python's verdict differs from Java's; empty where it does not."""
    segment = Path(line["store"], line["segment"])
    whole = segment.read_bytes()
    at, bit = divmod(line["bit"], 8)
    segment.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1:])
    try:
        return _judged_otherwise(line, out)
    finally:
        segment.write_bytes(whole)
        shutil.rmtree(out, ignore_errors=True)


def _judged_otherwise(line: dict[str, Any], out: Path) -> str:
    try:
        findings = [f.message for f in aw.verify(line["store"]).findings]
    except aw.ArrowWorldError as e:
        findings = [str(e)]
    if line["sound"] == bool(findings):
        return f"Java finds {line['findings']}, Python {findings}"
    try:
        done = aw.recover(line["store"], out)
    except (aw.DamagedFileError, aw.UnsupportedVersionError) as e:
        return "" if "refused" in line else f"Python refuses to recover it: {e}"
    if "refused" in line:
        return f"Java refuses to recover it: {line['refused']}; Python: {done}"
    found = {"rows": done.saved.seq, "tick": done.saved.tick, "lost": done.rows_lost, "complete": done.complete}
    unlike = [f"{name}: Java {line[name]}, Python {value}" for name, value in found.items() if line[name] != value]
    return f"{'; '.join(unlike)}; Java: {line['losses']}; Python: {done}" if unlike else ""
