# SPDX-License-Identifier: Apache-2.0
"""Every benchmark in turn, and the pages that quote them: benchmarks/results, docs/benchmarks.md, README's table.

    ./benchmarks/run all                     about an hour and a half on two cores that do nothing else
    ./benchmarks/run all --only log,diff     these alone; the pages take the others from benchmarks/results
    ./benchmarks/run all --pages             only the pages, from benchmarks/results
    ./benchmarks/run all --small             shows in minutes that all work; writes nothing
    ./benchmarks/run all --only spark,runs,remote    what lies past one machine; `spark` is taken only where it is named

A benchmark that fails is named at the end (exit 1), and the others are taken. `commits` is not among them: it needs an older
tree of this project built beside this one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import RESULTS, ROOT, note

NAMES = ("log", "bulk", "python_insert", "snapshots", "fields", "timeline", "diff", "python_replay", "python_reading",
         "python_recorders", "parquet", "imports", "runs", "remote", "view", "memory", "crowd")
NAMED = ("spark",)
"""Those that are taken where they are named, since they need what this project's build does not bring."""
README = (
    ("log", "one triple, logged, checksummed and on disk", ""), ("log", "records, a triple", "the Python simlog"),
    ("log", "one triple", "Chronicle Queue, a message per triple"), ("log", "events written", "Python `logging`"),
    ("log", "events, size", "Python `logging`"), ("log", "a durable commit of 10,000 triples", "one `fdatasync` of the same bytes"),
    ("snapshots", "10,000,000 rows as Arrow", "`np.savez`"), ("snapshots", "10,000,000 rows as Arrow, zstd", "`np.savez_compressed`"),
    ("timeline", "state at a tick of 100,000,000 triples, 1,000,000 entities", "DuckDB `arg_max`"),
    ("timeline", "state at a tick of 100,000,000 triples, 1,000,000 entities", "Polars"),
    ("timeline", "state at a tick of 100,000,000 triples, 1,000,000 entities", "NumPy"),
    ("timeline", "replay, keys mixed", "NumPy's scatter through an id map"),
    ("parquet", "Parquet of a world, zstd", "DuckDB `COPY`"), ("parquet", "Parquet of a log, zstd", "DuckDB `COPY`"),
    ("parquet", "Parquet of a log, zstd", "Polars"), ("parquet", "Parquet of a log, zstd, size", "Polars"),
    ("parquet", "Parquet of a log, zstd", "`AvroParquetWriter`"), ("imports", "`aw import` of parquet", "DuckDB's load into a table"),
    ("python_recorders", "MesaRecorder, Boltzmann model", "Mesa's DataCollector"),
    ("memory", "a history of 5 GB scanned, sealed, compacted, recovered, exported, imported", "`-Xmx256m`, 256 MiB direct"))
"""README's rows: the benchmark, what, against."""


def written(path: Path, name: str, text: str) -> None:
    """Puts a text between a page's two marks."""
    begin, end = f"<!-- written by benchmarks/run all: {name} -->", "<!-- end -->"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(begin)
    path.write_text(before + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1], encoding="utf-8")


def shown(row: dict[str, Any]) -> str:
    """A row's value with its unit."""
    value = row["value"]
    digits = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{digits}{row['unit']}" if row["unit"].startswith("x ") else f"{digits} {row['unit']}"


def met(row: dict[str, Any]) -> str:
    """A row's target, and whether it is met."""
    if not row["target"]:
        return ""
    sign, value = row["target"].split()
    reached = row["value"] >= float(value) if sign == ">=" else row["value"] <= float(value)
    return f"{row['target']}{'' if reached else ': not met'}"


def page(results: dict[str, dict[str, Any]]) -> str:
    """The tables of docs/benchmarks.md."""
    lines = []
    for name, found in results.items():
        environment = found["environment"]
        doc = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8").split('"""')[1].strip()
        lines += [f"## {name}", "", doc.split("\n\n")[0].replace("\n", " "), "",
                  f"`./{found['command']}`, {found['date']}, {environment['cpus']} cores, load at its end "
                  f"{environment['load_at_end'][0]:.1f}, Java {environment['java'].split(chr(34))[1]}; "
                  f"[every run](../benchmarks/results/{name}.json).", "",
                  "| what | against | result | target |", "|---|---|---|---|"]
        lines += [f"| {row['what']} | {row['against']} | {shown(row)} | {met(row)} |" for row in found["compared"]]
        for left_out in found.get("not_measured", []):
            lines += ["", f"Not measured: {left_out}."]
        lines.append("")
    return "\n".join(lines)


def table(results: dict[str, dict[str, Any]]) -> str:
    """README's table."""
    lines = ["| what | against | result |", "| --- | --- | --- |"]
    for name, what, against in README:
        rows = [r for r in results.get(name, {}).get("compared", []) if (r["what"], r["against"]) == (what, against)]
        lines += [f"| {r['what']} | {r['against']} | {shown(r)} |" for r in rows]
    return "\n".join(lines)


def pages() -> None:
    """Writes every page from the results."""
    results = {name: json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")) for name in (*NAMES, *NAMED)
               if (RESULTS / f"{name}.json").exists()}
    results = {name: found for name, found in results.items() if "compared" in found}
    written(ROOT / "docs" / "benchmarks.md", "figures", page(results))
    if set(results) >= set(NAMES):
        written(ROOT / "README.md", "figures", table(results))
    if "snapshots" in results:
        written(ROOT / "docs" / "formats.md", "formats", results["snapshots"]["page"])
    if "crowd" in results:
        import crowd

        written(ROOT / "docs" / "world-size.md", "world sizes", "\n".join(crowd.tables(results["crowd"])))


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/run all", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="small sizes; writes nothing")
    parser.add_argument("--only", default=",".join(NAMES), help="names, separated by commas")
    parser.add_argument("--pages", action="store_true", help="only the pages")
    given = parser.parse_args()
    names = [] if given.pages else given.only.split(",")
    unknown = set(names) - {*NAMES, *NAMED}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join((*NAMES, *NAMED))}")
    failed = []
    for name in names:
        start = time.monotonic()
        options = ["--small"] if given.small else ["--out", str(RESULTS / f"{name}.json")]
        command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *options]
        code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        note(f"{name}: {'failed' if code else 'done'}, {time.monotonic() - start:.0f} s")
        if code:
            failed.append(name)
    if not given.small:
        pages()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
