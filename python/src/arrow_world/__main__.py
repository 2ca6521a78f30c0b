"""`python -m arrow_world info|verify PATH [--json]`: exit codes 0 ok, 1 failure, 2 usage."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from .errors import ArrowWorldError
from .html import printable
from .store import open_store
from .verify import verify


def _info(path: str) -> dict[str, Any]:
    store = open_store(path)
    scan = store.scan()
    rows, first = 0, None
    for run in scan:
        rows += len(run)
        first = int(run.tick[0]) if first is None else first
    return {"store": store.info.store.hex(), "tick_unit": store.info.tick_unit, "strings": store.info.strings,
            "rows": rows, "first_tick": first, "last_tick": scan.last_tick if rows else None,
            "segments": [{"first_seq": s.first_seq, "sealed": s.sealed} for s in store.segments()],
            "snapshots": [m.tick for m in store.manifests()], "tables": [t.name for t in store.schema.tables],
            "keys": [k.name for k in scan.keys], "torn": scan.torn and scan.torn.reason}


def _print_report(report: dict[str, Any]) -> None:
    for finding in report["findings"]:
        where = ", ".join(f"{k} {finding[k]}" for k in ("batch", "offset") if finding[k] is not None)
        print(printable(f"{finding['path']}{': ' + where if where else ''}: {finding['message']}"))
    if report["torn"]:
        print(printable(f"torn end in {report['torn']['path']} at byte {report['torn']['offset']}: "
                         f"{report['torn']['reason']}"))
    print(f"{report['segments']} segments, {report['batches']} batches, {report['rows']} rows, {report['ticks']} ticks, "
          f"{report['snapshots']} snapshots; {len(report['findings'])} findings; valid to tick {report['last_tick']}")


def run(args: Sequence[str]) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser("python -m arrow_world")
    parser.add_argument("command", choices=("info", "verify"))
    parser.add_argument("path")
    parser.add_argument("--json", action="store_true", help="print JSON")
    try:
        options = parser.parse_args(args)
    except SystemExit as e:
        return int(e.code or 0)
    try:
        out = _info(options.path) if options.command == "info" else verify(options.path).to_json()
    except (ArrowWorldError, OSError) as e:
        print(printable(str(e)), file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(out))
    elif options.command == "verify":
        _print_report(out)
    else:
        for name, value in out.items():
            print(printable(f"{name}: {value}"))
    return 0 if out.get("ok", True) else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
