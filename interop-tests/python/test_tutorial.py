# SPDX-License-Identifier: Apache-2.0
"""The programs of docs/tutorial.md and docs/how-to.md run as they stand there, print what they say, and make equal stores."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import arrow_world as aw
import java_side

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return [textwrap.dedent(b) for b in re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)]


def run(command: list[str], folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    where = {**os.environ, "PYTHONPATH": str(Path(aw.__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, env=where, capture_output=True, text=True, encoding="utf-8", timeout=300,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tutorial")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, list[str]]:
    """What the programs print, by their language; each runs in a folder of its own."""
    python = "\n".join(blocks("tutorial.md", "python") + blocks("how-to.md", "python"))
    java, *flags = java_side.command("Tutorial", package="")
    javac = Path(java).with_name("javac") if Path(java).is_absolute() else shutil.which("javac")
    if not javac or not Path(javac).exists():
        pytest.skip("there is no javac beside java to compile the tutorial with")
    imports, *body = blocks("tutorial.md", "java") + blocks("how-to.md", "java")
    program = folder / "Tutorial.java"
    steps = "\n".join(f"static void step{i}() throws Exception {{\n{b}\n}}" for i, b in enumerate(body[1:]))
    calls = " ".join(f"step{i}();" for i in range(len(body) - 1))
    program.write_text(f"{imports}\nclass Tutorial {{\nstatic {body[0]}\n{steps}\n"
                       f"public static void main(String[] a) throws Exception {{ {calls} }}\n}}", "utf-8")
    subprocess.run([str(javac), "-proc:none", "-nowarn", "-d", str(folder), "-cp", os.environ["AW_INTEROP_CLASSPATH"],
                    str(program)], check=True)
    flags[flags.index("-cp") + 1] += os.pathsep + str(folder)
    return {"java": run([java, *flags[:-1], "Tutorial"], folder / "java"),
            "python": run([sys.executable, "-c", python], folder / "python")}


def test_both_programs_print_what_the_tutorial_says(printed: dict[str, list[str]]) -> None:
    said = "".join(blocks("tutorial.md", "text")).splitlines()
    assert printed["java"][:len(said)] == said
    assert printed["python"][:len(said)] == said


def test_the_answers_are_the_same_in_both_languages(printed: dict[str, list[str]]) -> None:
    assert [p for p in printed["java"] if p in printed["python"]][-2:] == ["Alba ends at 40.0", "changes: 4"]
    assert "ships: 1" in printed["java"] and "could not come in: {}" in printed["python"]


def test_both_stores_are_equal_and_the_command_line_reads_them(printed: dict[str, list[str]], folder: Path) -> None:
    stores = [aw.open_store(folder / language / "harbour") for language in printed]
    for tick in range(102):
        assert len({store.hash_world(tick) for store in stores}) == 1, f"tick {tick}"
    (commands,) = blocks("tutorial.md", "console")
    for line in commands.splitlines():
        _, verb, store, *options = shlex.split(line)
        assert java_side.aw(verb, folder / "python" / store, *options, code=int(verb == "diff"))  # 1: they differ
