# SPDX-License-Identifier: Apache-2.0
"""The command line `arrow-world`: exit codes 0 ok, 1 failure, 2 usage, 3 finished with something lost."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ._version import __version__
from .errors import ArrowWorldError
from .html import printable
from .storefiles import StoreFiles

OK, FAILURE, USAGE, LOSS = 0, 1, 2, 3


class _Usage(Exception):
    """Arguments that do not go together."""


def _info(options: argparse.Namespace) -> int:
    files = StoreFiles(options.store)
    span = files.span()
    facts: dict[str, Any] = {
        "store": files.info.store.hex(), "tick_unit": files.info.tick_unit,
        **({} if files.info.time is None else {"time": files.info.time.to_json()}), "strings": files.info.strings,
        "first_tick": span and span[0], "last_tick": span and span[1],
        "segments": [{"first_seq": s.first_seq, "sealed": s.sealed} for s in files.segments()],
        "snapshots": [m.tick for m in files.manifests()],
        "tables": [t.name for t in files.schema.tables], "keys": [k.name for k in files.keys()],
        "units": {f"{t.name}.{c.name}": c.unit for t in files.schema.tables for c in t.columns if c.unit},
        "docs": {f"{t.name}.{c.name}": c.doc for t in files.schema.tables for c in t.columns if c.doc},
        "properties": files.info.properties}
    for name in [n for n in ("units", "docs") if not facts[n]]:
        del facts[name]
    if options.json:
        _print_json(facts)
        return OK
    if files.info.time is not None:
        facts["time"] = str(files.info.time)
    facts["segments"] = f"{len(facts['segments'])}, of them {sum(not s['sealed'] for s in facts['segments'])} live"
    for name, value in facts.items():
        shown = ", ".join(map(str, value)) or "none" if isinstance(value, list) else value
        print(printable(f"{name.replace('_', ' ')}: {'none' if shown is None else shown}"))
    return OK


def _verify(options: argparse.Namespace) -> int:
    from .verification import verify

    report = verify(options.store).to_json()
    if options.json:
        _print_json(report)
        return OK if report["ok"] else FAILURE
    for finding in report["findings"]:
        where = ", ".join(f"{k} {finding[k]}" for k in ("batch", "offset") if finding[k] is not None)
        print(printable(f"{finding['path']}{': ' + where if where else ''}: {finding['message']}"))
    if report["torn"]:
        print(printable(f"torn end in {report['torn']['path']} at byte {report['torn']['offset']}: "
                         f"{report['torn']['reason']}"))
    print(f"{report['segments']} segments, {report['batches']} batches, {report['rows']} rows, {report['ticks']} ticks, "
          f"{report['snapshots']} snapshots; {len(report['findings'])} findings")
    end = "nothing is committed" if report["last_tick"] is None else f"valid to tick {report['last_tick']}"
    print(f"{'sound' if report['ok'] else 'DAMAGED'}: {end}")
    return OK if report["ok"] else FAILURE


def _at(options: argparse.Namespace) -> int:
    from .store import open_store

    store = open_store(options.store)
    last = store.span()
    if options.tick is None and last is None:
        raise _Usage("the store has no tick yet")
    world = store.at(options.tick if options.tick is not None else last[1] if last else 0)
    if options.table is None:
        facts = {"tick": world.tick, "hash_world": world.hash_world(),
                 "tables": {name: len(table) for name, table in world.items()}}
        if options.json:
            _print_json(facts)
        else:
            print(f"tick: {world.tick}\nhash_world: {facts['hash_world']}")
            for name, table in world.items():
                print(f"{name}: {len(table)} rows")
        return OK
    _print_rows(world[options.table].to_arrow(), options.json)
    return OK


def _history(options: argparse.Namespace) -> int:
    from .store import open_store

    history = open_store(options.store).history(options.table, options.id, options.gen)
    if not len(history):
        print(printable(f"the log has no row of {options.table} {options.id}"), file=sys.stderr)
        return FAILURE
    _print_lines(history, options.json, ("tick", "gen", "key", "value"))
    return OK


def _log(options: argparse.Namespace) -> int:
    from .store import open_store

    rows = open_store(options.store).rows(options.key, options.ticks, ids=options.id)
    _print_lines(rows, options.json, ("tick", "id", "key", "value"))
    return OK


def _export(options: argparse.Namespace) -> int:
    from .files_out import export_log, export_tables
    from .store import open_store

    store, out = open_store(options.store), Path(options.out)
    if options.view == "log":
        if options.table is not None or options.tick is not None:
            raise _Usage("--table and --tick go with --view table; --ticks is for logs")
        rows = export_log(store, out, options.to, options.key and options.key.split(","), options.ticks)
    else:
        if options.key is not None or options.ticks is not None:
            raise _Usage("--key and --ticks go with --view log; --view table has --tick")
        rows = export_tables(store, out, options.to, options.table, options.tick)
    if options.json:
        _print_json({"out": str(out), "rows": rows})
    else:
        print(printable(f"{out}: {rows} rows"))
    return OK


def _print_lines(rows: Any, as_json: bool, names: Sequence[str]) -> None:
    """Log rows, each with its value in its key's own type."""
    values = rows.python_values()
    columns = {"tick": rows.tick.tolist(), "id": rows.rid.tolist(), "key": rows.names.tolist(), "value": values}
    if "gen" in names:
        columns["gen"] = [None if g < 0 else g for g in rows.gen.tolist()]
    _print_table(names, zip(*(columns[n] for n in names)), as_json)


def _print_rows(table: Any, as_json: bool) -> None:
    _print_table(table.column_names, (tuple(row.values()) for row in table.to_pylist()), as_json)


def _print_table(names: Sequence[str], rows: Iterable[Sequence[Any]], as_json: bool) -> None:
    if not as_json:
        print("\t".join(map(printable, names)))
    for row in rows:
        if as_json:
            print(json.dumps(dict(zip(names, map(_json_value, row))), allow_nan=False))
        else:
            print("\t".join("-" if v is None else printable(str(v)) for v in row))


def _json_value(value: Any) -> Any:
    """JSON has no NaN and no infinities: they are words, as `aw` has them."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _print_json(value: Any) -> None:
    print(json.dumps(value))


def _ticks(text: str) -> tuple[int, int] | int:
    first, dots, last = text.partition("..")
    return (int(first), int(last)) if dots else int(first)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("arrow-world", description="Read and verify arrow-world stores.",
                                     epilog="Exit codes: 0 ok, 1 failure, 2 usage, 3 finished with something lost.")
    parser.add_argument("--version", action="version", version=f"arrow-world {__version__}")
    verbs = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def verb(name: str, action: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
        made.add_argument("store", metavar="STORE", help="the store's directory")
        made.add_argument("--json", action="store_true", help="print JSON")
        made.set_defaults(action=action)
        return made

    verb("info", _info, "show what a store is: ticks, segments, snapshots, tables and keys")
    verb("verify", _verify, "check every byte, the digest chain, and every snapshot against replay")
    at = verb("at", _at, "show the world after a tick, or the rows of one of its tables")
    at.add_argument("--tick", type=int, metavar="T", help="the tick; the last committed one by default")
    at.add_argument("--table", metavar="N", help="print the rows of this table")
    history = verb("history", _history, "print all that happened to one id")
    history.add_argument("--table", required=True, metavar="N", help="its table")
    history.add_argument("--id", required=True, type=int, metavar="ID", help="the id")
    history.add_argument("--gen", type=int, metavar="G", help="which of its lives; all by default")
    log = verb("log", _log, "print log rows")
    log.add_argument("--key", metavar="K", help="only this key, or keys by a pattern: 'creature.*'")
    log.add_argument("--ticks", type=_ticks, metavar="A..B", help="only these ticks, both included")
    log.add_argument("--id", type=int, metavar="ID", help="only rows of this id")
    export = verb("export", _export, "write tables after a tick, or the log, as Parquet, Arrow or CSV files")
    export.add_argument("--to", required=True, choices=("parquet", "arrow", "csv"), help="the format")
    export.add_argument("--out", required=True, metavar="PATH", help="what to write; it must not exist. All tables are a folder")
    export.add_argument("--view", choices=("table", "log"), default="table", help="what is written; tables by default")
    export.add_argument("--table", metavar="N", help="of the tables only this one, as a file")
    export.add_argument("--tick", type=int, metavar="T", help="of tables: after this tick; the last one by default")
    export.add_argument("--key", metavar="K,L", help="of the log: only these keys, or keys by patterns")
    export.add_argument("--ticks", type=_ticks, metavar="A..B", help="of the log: only these ticks, both included")
    return parser


def run(args: Sequence[str]) -> int:
    """Runs the command line; returns the exit code."""
    try:
        options = _parser().parse_args(args)
    except SystemExit as e:
        return int(e.code or 0)
    try:
        code: int = options.action(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except _Usage as e:
        print(printable(str(e)), file=sys.stderr)
        return USAGE
    except (ArrowWorldError, OSError) as e:
        print(printable(str(e)), file=sys.stderr)
        return FAILURE


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
