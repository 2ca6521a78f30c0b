# SPDX-License-Identifier: Apache-2.0
"""Odd and damaged stores: Java's verify, Python's verify and the readers of Java, Python and Go agree on each."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import java_side
import languages

import arrow_world as aw
from arrow_world.errors import ArrowWorldError
from arrow_world.verification import verify

CASES = int(os.environ.get("AW_CASES", "40"))


def refused_by_go(stores: list[str]) -> dict[str, str]:
    """Why the Go reader refuses a store, by directory; empty where it reads it."""
    program = languages.go()["check"]
    refused: dict[str, str] = {}
    for i in range(0, len(stores), 50):
        done = subprocess.run([*program, *stores[i : i + 50]], capture_output=True, text=True, encoding="utf-8",
                              timeout=300, check=True)
        for line in done.stdout.splitlines():
            store, result = line.split(": ", 1)
            refused[store] = "" if result == "ok" else result
    return refused


def refused_by_python(store: str) -> str:
    """Why the Python reader refuses a store: the log, or the world at any tick; empty where it reads it."""
    try:
        opened = aw.Store(store)
        opened.log()
        span = opened.span()
        for tick in range(span[0], span[1] + 1) if span else ():
            opened.at(tick)
    except ArrowWorldError as e:
        return f"{type(e).__name__}: {e}"
    return ""


def test_verify_speaks_for_all_readers_and_what_is_recovered_is_read_by_all(tmp_path: Path) -> None:
    seed = int(os.environ.get("AW_SEED", 894287))
    print(f"{CASES} odd stores, repeat with AW_SEED={seed}")
    lines: list[dict[str, Any]] = [json.loads(line) for line in
                                   java_side.run("OddStoresMain", tmp_path, CASES, seed).splitlines()]
    assert len(lines) == CASES
    cases = [(line["store"], line["sound"], f"{line['what']} {line['findings'][:1]}") for line in lines]
    cases += [(line["recovered"], line["recovered_sound"], f"recovered from {line['what']}") for line in lines if "recovered" in line]
    go = refused_by_go([store for store, _, _ in cases])
    wrong = []
    for store, sound, what in cases:
        try:
            findings = [f.message for f in verify(store).findings]
        except ArrowWorldError as e:
            findings = [str(e)]
        if sound and (findings or refused_by_python(store) or go[store]):
            wrong.append(f"{store}, {what}: Java passes it; Python finds {findings[:1]}, its reader "
                         f"{refused_by_python(store)!r}, Go {go[store]!r}")
        if not sound and not findings:
            wrong.append(f"{store}, {what}: Python's verify passes it")
        if "PANIC" in go[store]:
            wrong.append(f"{store}, {what}: Go {go[store]}")
    assert not wrong, "\n".join(wrong)
    for line in lines:
        if "recovered" in line:
            span = aw.Store(line["recovered"]).span()
            assert (span[1] if span else -1) == line["tick"], line
    wrong = [f"{line['store']}, {line['what']}: {difference}" for line in lines
             if not line["forged"] and (difference := recovered_otherwise(line))]  # of a forgery nobody can tell what was written
    assert not wrong, "\n".join(wrong)


def recovered_otherwise(line: dict[str, Any]) -> str:
    """In what Python's recovery of a store differs from Java's; empty where it is the same in content."""
    out = Path(line["store"] + "-by-python")
    try:
        done = aw.recover(line["store"], out)
    except (aw.DamagedFileError, aw.UnsupportedVersionError) as e:
        return "" if "refused" in line else f"Python refuses it: {e}"
    if "recovered" not in line:
        return f"Java refuses it: {line['refused']}; Python: {done}"
    found = {"rows": done.saved.seq, "tick": done.saved.tick, "lost": done.rows_lost, "complete": done.complete, **content(out)}
    wanted = {**{n: line[n] for n in ("rows", "tick", "lost", "complete")}, **content(Path(line["recovered"]))}
    if len(line["what"]) > 1:  # how many rows more are known of is what each can still read of several damages
        del wanted["lost"]
    unlike = [f"{n}: Python {str(found[n])[:300]}, Java {str(wanted[n])[:300]}" for n in wanted if found[n] != wanted[n]]
    return f"{'; '.join(unlike)}; Python: {done}; Java: {line['losses']}" if unlike else ""


def content(path: Path) -> dict[str, Any]:
    """What a recovered store holds, but for its id."""
    store = aw.open_store(path)
    log, span = store.log(), store.span()
    info = store.info
    return {"schema": info.schema.to_json(), "strings": info.strings, "properties": info.properties, "time": info.time,
            "tick_unit": info.tick_unit, "parent": info.parent, "begins": info.begins, "environment": info.environment,
            "keys": store.keys, "log": [getattr(log, n).tolist() for n in ("tick", "rid", "key", "bits", "text") if
                                        getattr(log, n) is not None],
            "span": span, "worlds": [store.at(t).resume_hash() for t in (span or ())],
            "bases": [(m.tick, m.seq, m.chain, m.properties) for m in store.manifests()],
            "fields": sorted(p.relative_to(path).as_posix() for p in (path / "fields").rglob("*"))}
