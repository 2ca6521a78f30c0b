# SPDX-License-Identifier: Apache-2.0
"""A sweep whose processes, the parent and those that make its runs, are killed (SIGKILL) again and again ends as one that
was not: each run equal, none made twice, a failing one told and retried.

    python python/tests/sweep_kills.py --runs 200 --kills 50 [--seed S]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import sweep_functions as functions  # noqa: E402

import arrow_world as aw  # noqa: E402

LAST, FAILING = 40, 5


def plan(runs: int) -> list[dict[str, object]]:
    return aw.grid(rate=[0.25], seed=range(1, runs + 1))


def simulate(run: aw.SweepRun) -> None:
    """Says each tick and its process on stdout, writes down that it was called, and fails for one seed until it is mended."""
    home = run.path.parent.parent
    (home / "calls").mkdir(exist_ok=True)
    ended = (run.path.parent / "outcomes" / f"{run.name}.json").exists()
    with open(home / "calls" / run.name, "a", encoding="ascii") as calls:
        calls.write("after its end\n" if ended else "begun\n")
    with run.open(functions.SCHEMA, durability="none" if run["seed"] % 2 else "commit") as world:
        while world.last_tick < LAST:
            if world.last_tick == 9 and run["seed"] == FAILING and not (home / "mended").exists():  # also where it goes on there
                raise RuntimeError(f"seed {FAILING} is not mended")
            functions.tick(world, run)
            if "SWEEP_KILLS" in os.environ:
                os.write(1, f"{os.getpid():8d}".encode())


def child(folder: Path, runs: int) -> None:
    report = aw.sweep(folder, plan(runs), simulate, jobs=3)
    os.write(1, b" stopped" if report.stopped else b"   ended")


def run_and_kill(folder: Path, runs: int, kills: dict[int, str]) -> bool:
    """Runs the sweep; after so many ticks were committed kills the parent, or the child that committed the last one. Whether
    it came to its end. What was killed is waited for, and the parent's children end without it.
    """
    process = subprocess.Popen([sys.executable, __file__, "--child", str(folder), "--runs", str(runs)], stdout=subprocess.PIPE,
                               env={**os.environ, "SWEEP_KILLS": "1"})
    assert process.stdout is not None
    seen = 0
    while (word := process.stdout.read(8)) and word.strip().isdigit():
        seen += 1
        if seen in kills:
            with suppress(ProcessLookupError):  # it was gone already, with the others
                os.kill(process.pid if kills[seen] == "parent" else int(word), signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return word == b"   ended"


def check(home: Path, runs: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    folder = home / "killed" / "runs"
    most, left = max(2, runs * LAST // (kills + 1)), kills
    while left:
        children = chance.randint(0, min(2, left - 1))
        at = chance.sample(range(1, 2 * most + 1), children + 1)
        run_and_kill(folder, runs, {**dict.fromkeys(at, "child"), max(at): "parent"})
        left -= children + 1
        if folder.exists():
            assert not [r.message for r in aw.Runs.open(folder) if r.state == "damaged"]
    assert run_and_kill(folder, runs, {}), "it goes on to the end"
    failed = aw.Runs.open(folder).where("state == failed")
    assert [(r.parameters["seed"], r.message) for r in failed] == [(FAILING, f"RuntimeError: seed {FAILING} is not mended")]
    (home / "killed" / "mended").touch()
    (home / "alone").mkdir()
    (home / "alone" / "mended").touch()
    with ThreadPoolExecutor(1) as pool:
        report = aw.sweep(folder, plan(runs), simulate, retry=True, executor=pool)
        alone = aw.sweep(home / "alone" / "runs", plan(runs), simulate, executor=pool)
    assert report.is_done and report.started == 1 and alone.is_done
    for one, other in zip(alone.runs, report.runs, strict=True):
        with one.open() as a, other.open() as b:
            assert one.texts == other.texts, (one, other)
            assert one.tick == other.tick == LAST and a.hash_world(LAST) == b.hash_world(LAST), (one, other)
            assert a.log().bits.tolist() == b.log().bits.tolist(), (one, other)  # every row, once, and the digest chain
        assert "after its end" not in (home / "killed" / "calls" / other.name).read_text(encoding="ascii")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=200)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments.add_argument("--child", type=Path)
    given = arguments.parse_args()
    if given.child is not None:
        child(given.child, given.runs)
        return
    print(f"{given.runs} runs, {given.kills} kills, --seed {given.seed}", flush=True)
    home = Path(tempfile.mkdtemp())
    check(home, given.runs, given.kills, given.seed)
    shutil.rmtree(home)  # stays where the check failed
    print("each run is equal to an undisturbed one, and none was made twice")


if __name__ == "__main__":
    main()
