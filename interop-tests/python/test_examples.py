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
from pathlib import Path

import pytest

import arrow_world as aw
import java_side

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PEOPLE, DAYS = 2_000, 60


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """How the two programs are started."""
    java, *flags = java_side.command("Epidemic", package="")
    flags[flags.index("-cp") + 1] += os.pathsep + str(classes := tmp_path_factory.mktemp("classes"))
    javac = Path(java).with_name("javac") if Path(java).is_absolute() else shutil.which("javac")
    if not javac or not Path(javac).exists():
        pytest.skip("there is no javac beside java to compile examples/ with")
    subprocess.run([str(javac), "-proc:none", "-nowarn", "-d", str(classes), "-cp", os.environ["AW_INTEROP_CLASSPATH"],
                    str(EXAMPLES / "epidemic" / "Epidemic.java")], check=True)
    return {"Java": [java, *flags[:-1], "Epidemic"], "Python": [sys.executable, str(EXAMPLES / "epidemic" / "epidemic.py")]}


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


def _live_sizes(store: Path) -> list[int]:
    sizes = []
    for path in (store / "log").glob("**/*.arrow*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # sealed meanwhile
            continue
    return sizes
