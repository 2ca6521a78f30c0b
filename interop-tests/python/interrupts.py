# SPDX-License-Identifier: Apache-2.0
"""Real Ctrl-C at random moments of Python writers: nothing acknowledged is lost, nothing damaged, all goes on.

    python interop-tests/python/interrupts.py --count 2000 --seed 1 --out /tmp/interrupts

A child process writes one store after another, each until a SIGINT comes: in `create`, in a tick, in its durable commit,
in a snapshot, a seal or `close`. Half of them go on in the same `with` block, half leave it. What a tick changes depends
on its number alone, so the rows of every tick are known.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import arrow_world as aw

SCHEMA = aw.Schema((aw.TableSchema("t", ids="external", columns=(aw.Column("n", "i64"), aw.Column("w", "string"))),))
_ROWS = 20


def change(t: aw.Tick) -> None:
    """What tick `t.number` changes."""
    ids = range(t.number * _ROWS, (t.number + 1) * _ROWS)
    t["t"].insert(id=ids, n=[i * i for i in ids], w=[f"word {i % 37}" for i in ids])


def write(path: Path, rng: random.Random, go_on: bool, begin: bytes) -> None:
    """Writes ticks until interrupted; then a few more if it is to go on. What is acknowledged is told in a file."""
    interrupted = False
    ends = rng.randrange(40) if rng.random() < 0.25 else 1 << 60
    with open(f"{path}.acknowledged", "ab", buffering=0) as told:
        os.write(1, begin)
        while True:
            try:
                with aw.LiveWorld.open(path, SCHEMA) as live:
                    while True:
                        try:
                            for _ in range(5 if interrupted else 1):
                                with live.tick() as t:
                                    change(t)
                                told.write(b"%d\n" % live.last_tick)
                            if interrupted or live.last_tick >= ends:
                                break
                            if rng.random() < 0.05:
                                live.snapshot()
                            if rng.random() < 0.05:
                                live.seal()
                        except KeyboardInterrupt:
                            interrupted = True
                            if not go_on:
                                raise
                if interrupted:
                    return
                while True:  # it left before the signal came
                    time.sleep(1)
            except KeyboardInterrupt:
                interrupted = True
                if not go_on:
                    return


def child(folder: Path, first: int, end: int, seed: int) -> None:
    """Writes stores `first` to `end` - 1, one signal each."""
    for i in range(first, end):
        try:
            write(folder / f"{i:05d}", random.Random(f"{seed} {i}"), i % 2 == 0, b"%d\n" % i)
        except KeyboardInterrupt:
            pass


@dataclass
class Found:
    """What a check found."""

    stores: int = 0
    acknowledged: int = 0
    ticks: int = 0
    torn: int = 0
    unborn: int = 0
    problems: list[str] = field(default_factory=list)


def interrupt(folder: Path, first: int, end: int, seed: int) -> None:
    """Runs a child over some stores and sends one SIGINT to each writer, at a random moment."""
    rng = random.Random(f"{seed} parent {first}")
    command = [sys.executable, str(Path(__file__).resolve()), "--child", str(first), str(end), "--seed", str(seed), "--out",
               str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None and process.stderr is not None
        for i in range(first, end):
            line = process.stdout.readline()
            if line.strip() != str(i):
                raise AssertionError(f"the writer of store {i} said {line!r}; {process.stderr.read()}")
            time.sleep(rng.random() * rng.choice([0.01, 0.05, 0.1, 0.4]))
            process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
        if process.wait() or errors:
            raise AssertionError(f"a writer ended with {process.returncode}: {errors}")


def check(folder: Path) -> Found:
    """Looks at every store by Python, resumes a copy of each and goes on in it."""
    found = Found()
    for told in sorted(folder.glob("*.acknowledged")):
        path, lines = told.with_suffix(""), told.read_bytes().split(b"\n")[:-1]
        found.stores += 1
        last = int(lines[-1]) if lines else -1
        found.acknowledged += last + 1
        if not (path / "store.json").exists():
            found.unborn += 1
            if lines or path.exists():
                found.problems.append(f"{path.name}: no store, though tick {last} was acknowledged or files are left")
            continue
        try:
            found.problems += [f"{path.name}: {p}" for p in _check(path, last, found)]
        except aw.ArrowWorldError as e:
            found.problems.append(f"{path.name}: {e}")
    return found


def _check(path: Path, last: int, found: Found) -> list[str]:
    report = aw.verify(path)
    if not report.ok:
        return [str(f.message) for f in report.findings]
    found.torn += report.torn is not None
    copy = shutil.copytree(path, path.with_name(path.name + ".copy"))
    with aw.LiveWorld.resume(copy) as live:
        end = live.last_tick
        problems = [] if end >= last else [f"tick {last} was acknowledged, the log ends at {end}"]
        if live["t"]["n"].tolist() != [i * i for i in range((end + 1) * _ROWS)]:
            problems.append("the rows are not those of its ticks")
        found.ticks += end + 1
        with live.tick() as t:
            change(t)
    again = aw.verify(copy)
    problems += [str(f.message) for f in again.findings]
    if again.last_tick != end + 1 or again.torn is not None:
        problems.append(f"after resuming the log ends at {again.last_tick}, torn: {again.torn}")
    shutil.rmtree(copy)
    return problems


def run(folder: Path, count: int, seed: int, at_once: int = 100) -> Found:
    """The whole of it for so many signals."""
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, count, at_once):
        interrupt(folder, first, min(first + at_once, count), seed)
    return check(folder)


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    parser.add_argument("--child", nargs=2, type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # which a process begun in the background has not
        child(Path(args.out), *args.child, args.seed)
        return
    found = run(Path(args.out), args.count, args.seed)
    print(f"seed {args.seed}: {found.stores} writers interrupted, {found.acknowledged} ticks acknowledged, {found.ticks} found, "
          f"{found.torn} logs torn, {found.unborn} not begun; {len(found.problems)} problems")
    print("\n".join(found.problems))
    sys.exit(bool(found.problems))


if __name__ == "__main__":
    main()
