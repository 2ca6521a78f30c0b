# SPDX-License-Identifier: Apache-2.0
"""The programs of examples/: Java and Python side by side, killed and gone on with by the other, with equal hashes at every
tick."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
import java_side

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PEOPLE, DAYS = 2_000, 60


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """How a Java program of examples/ is started; all are compiled."""
    command, *flags = java_side.command("", package="")
    classes = tmp_path_factory.mktemp("classes")
    flags[flags.index("-cp") + 1] += os.pathsep + str(classes)
    javac = Path(command).with_name("javac") if Path(command).is_absolute() else shutil.which("javac")
    if not javac or not Path(javac).exists():
        pytest.skip("there is no javac beside java to compile examples/ with")
    subprocess.run([str(javac), "-proc:none", "-nowarn", "-d", str(classes), "-cp", os.environ["AW_INTEROP_CLASSPATH"],
                    *map(str, EXAMPLES.glob("*/*.java"))], check=True)
    return lambda main: [command, *flags[:-1], main]


@pytest.fixture(scope="module")
def programs(java: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """How the two programs of the epidemic are started."""
    return {"Java": java("Epidemic"), "Python": [sys.executable, str(EXAMPLES / "epidemic" / "epidemic.py")]}


def test_the_epidemic_is_the_same_in_java_and_python_and_in_both_by_turns(
        programs: dict[str, list[str]], tmp_path: Path) -> None:
    for name, command in programs.items():
        subprocess.run([*command, str(tmp_path / name), str(PEOPLE), str(DAYS)], check=True)
    for turn, days in enumerate((20, 40, DAYS)):
        subprocess.run([*programs[("Python", "Java")[turn % 2]], str(tmp_path / "both"), str(PEOPLE), str(days)], check=True)
    stores = [aw.open_store(tmp_path / name) for name in (*programs, "both")]
    for day in range(DAYS + 1):
        assert len({store.hash_world(day) for store in stores}) == 1, f"day {day}"
    last = stores[0].at(DAYS)
    assert last["day"]["infected"].max() > PEOPLE / 20 and len(last["person"]) < PEOPLE
    assert len(stores[0].events("person.infected_by")) > PEOPLE / 10


@pytest.mark.parametrize("first", ["Java", "Python"])
def test_the_epidemic_goes_on_in_the_other_language_after_a_kill(
        first: str, programs: dict[str, list[str]], tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    child = subprocess.Popen([*programs[first], str(killed), str(PEOPLE), "100000"])
    try:
        while not any(size > 100_000 for size in _live_sizes(killed)):  # some days are logged
            assert child.poll() is None
            time.sleep(0.01)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    span = aw.open_store(killed).span()
    assert span is not None
    days = span[1] + 5
    other = "Python" if first == "Java" else "Java"
    subprocess.run([*programs[other], str(killed), str(PEOPLE), str(days)], check=True)
    subprocess.run([*programs[other], str(tmp_path / "whole"), str(PEOPLE), str(days)], check=True)
    one, two = aw.open_store(killed), aw.open_store(tmp_path / "whole")
    assert one.verify() and one.hash_world(days) == two.hash_world(days)


def test_a_world_of_another_ecs_is_logged_killed_and_resumed_as_if_never_paused(
        java: Callable[[str], list[str]], tmp_path: Path) -> None:
    ticks, dump = 400, tmp_path / "dump.csv"
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*java("Meadow"), str(whole), str(ticks), str(dump)], check=True)
    for _ in range(3):
        known = aw.open_store(killed).span()[1] if killed.exists() else 0
        child = subprocess.Popen([*java("Meadow"), str(killed), "1000000"])
        try:
            while not (killed / "store.json").exists() or (aw.open_store(killed).span() or (0, 0))[1] < known + 20:
                assert child.poll() is None
                time.sleep(0.01)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
    last = aw.open_store(killed).span()[1] + 5
    subprocess.run([*java("Meadow"), str(killed), str(last)], check=True)
    subprocess.run([*java("Meadow"), str(whole), str(last)], check=True)
    one, two = aw.open_store(killed), aw.open_store(whole)
    assert one.verify() and one.hash_world(last) == two.hash_world(last)

    lives = two.lives("entity")
    assert (lives.gen > 0).any(), "no id was used twice"
    shown = _ecs_values(dump)
    for tick in range(ticks + 1):
        assert _logged_values(two.at(tick)) == shown[tick], f"tick {tick}"


def _ecs_values(dump: Path) -> dict[int, dict[tuple[int, str, str], object]]:
    """What the ECS itself held after each tick: the value of each entity's components."""
    types = {"x": np.float32, "y": np.float32, "joules": float, "since": int, "how": str, "": str,
             "whom": lambda text: int(text) if text else 0xFFFFFFFF}
    shown: dict[int, dict[tuple[int, str, str], object]] = {}
    for line in dump.read_text("utf-8").splitlines():
        tick, entity, component, name, value = line.split(",")
        shown.setdefault(int(tick), {})[int(entity), component, name] = types[name](value)
    return shown


def _logged_values(world: aw.World) -> dict[tuple[int, str, str], object]:
    values: dict[tuple[int, str, str], object] = {}
    for component in ("position", "energy", "hungry", "follows", "resting"):
        table = world[component]
        names = [name for name in table.columns if name != "id"]
        for slot, entity in enumerate(table["id"].tolist()):
            values.update({(entity, component, name): table[name][slot] for name in names} or {(entity, component, ""): ""})
    return values


def test_the_replay_of_a_discrete_event_simulator_has_its_own_statistics(java: Callable[[str], list[str]], tmp_path: Path) -> None:
    printed = subprocess.run([*java("Datacenter"), str(tmp_path / "store"), "40"], check=True, capture_output=True, encoding="utf-8")
    own = {int(job): (int(machine), float(start), float(finish)) for job, machine, start, finish in
           (line.split(",") for line in printed.stdout.splitlines())}
    store = aw.open_store(tmp_path / "store")
    assert store.verify()
    clock = store.at(store.span()[1])["clock"]["seconds"]
    starts: dict[int, float] = {}
    replayed = {}
    for world in store.worlds(range(len(clock))):
        jobs = world["job"]
        for job, status, machine in zip(jobs["id"].tolist(), jobs["status"], jobs["machine"].tolist(), strict=True):
            if status == "INEXEC":
                starts.setdefault(job, clock[world.tick])
            elif status == "SUCCESS":
                replayed.setdefault(job, (machine, starts[job], clock[world.tick]))
    assert len(own) == 40 and replayed == own
    finished = store.events("job.finished")
    assert dict(zip(finished.rid.tolist(), finished.values, strict=True)) == {job: finish for job, (_, _, finish) in own.items()}


def _live_sizes(store: Path) -> list[int]:
    sizes = []
    for path in (store / "log").glob("**/*.arrow*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # sealed meanwhile
            continue
    return sizes


def test_a_sweep_of_mesa_models_is_made_once_and_grows(tmp_path: Path) -> None:
    pytest.importorskip("mesa", reason="mesa is not installed (it needs Python 3.11)")
    command = [sys.executable, str(EXAMPLES / "sweep" / "boltzmann.py"), str(tmp_path / "runs"), "5"]
    said = [subprocess.run([*command, seeds], check=True, capture_output=True, encoding="utf-8").stdout for seeds in ("2", "2", "3")]
    assert [line.split(">")[1].split()[0] for line in said] == ["4", "0", "2"]
    assert "200 people: Gini 0." in said[2] and "in 3 runs" in said[2]
    with aw.Runs.open(tmp_path / "runs")["000001"].open() as store:
        assert store.at(5)["Person"]["wealth"].sum() == 50 and store.info.properties["seed"] == "1"
