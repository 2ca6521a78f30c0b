# SPDX-License-Identifier: Apache-2.0
"""The real launcher `aw` and a bare JVM under LC_ALL=C, in a folder whose name is not ASCII: every verb works, or
refuses by name, and writes nothing elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ROOT / "cli" / "target"

TRAJECTORIES = "1 0 0.5\n1 1 0.75\n"

# In this order: each verb with what those before it left in the folder. An exit code of 1 is a refusal by name.
SCRIPT: list[tuple[int, list[str]]] = [
    (0, ["run", "--preset", "tiny", "--ticks", "4", "--seed", "1", "--out", "lauf-ü"]),
    (0, ["resume", "lauf-ü", "--ticks", "2"]),
    (0, ["sweep", "--out", "läufe", "--vary", "seed=1..2", "--vary", "foodPerSecond=200,250", "--ticks", "2"]),
    (0, ["runs", "läufe", "--where", "seed == 1", "--stats", "creature.energy", "--by", "foodPerSecond"]),
    (0, ["info", "lauf-ü"]),
    (0, ["help", "info"]),
    (0, ["at", "lauf-ü", "--tick", "3"]),
    (0, ["at", "lauf-ü", "--tick", "3", "--to", "npy", "--table", "food", "--out", "ät-npy"]),
    (0, ["hash", "lauf-ü", "--tick", "3"]),
    (0, ["snapshot", "lauf-ü", "--tick", "4"]),
    (0, ["history", "lauf-ü", "--table", "creature", "--id", "1"]),
    (0, ["stats", "lauf-ü", "--key", "creature.energy"]),
    (0, ["log", "lauf-ü", "--range", "1..1"]),
    (0, ["verify", "lauf-ü", "--deep"]),
    (0, ["doctor", "lauf-ü"]),
    (0, ["seal", "lauf-ü"]),
    (0, ["fork", "lauf-ü", "--tick", "3", "--out", "gäbel"]),
    (0, ["diff", "lauf-ü", "lauf-ü"]),
    (0, ["truncate", "lauf-ü", "--after", "5", "--yes"]),
    (0, ["compact", "gäbel"]),
    (0, ["publish", "gäbel", "öffentlich"]),
    (0, ["recover", "lauf-ü", "--out", "heil-ü"]),
    (0, ["migrate", "lauf-ü", "--out", "neu-ü"]),
    *((0, ["export", "lauf-ü", "--to", form, "--view", "log", "--out", f"protokoll-ü.{form}"])
      for form in ("parquet", "csv", "arrow", "npz", "sqlite", "avro")),
    (0, ["export", "lauf-ü", "--to", "parquet", "--out", "archiv-ü"]),
    (0, ["export", "lauf-ü", "--to", "csv", "--table", "food", "--tick", "3", "--out", "futter-ü.csv"]),
    (0, ["export", "lauf-ü", "--to", "arrow", "--table", "food", "--tick", "3", "--out", "futter-ü.arrow"]),
    (0, ["import", "npz", "protokoll-ü.npz", "--out", "aus-npz-ü"]),
    (0, ["import", "parquet", "archiv-ü", "--out", "aus-archiv-ü"]),
    (0, ["import", "csv", "futter-ü.csv", "--table", "früchte", "--out", "aus-csv-ü"]),
    (0, ["import", "arrow", "futter-ü.arrow", "--table", "fruits", "--out", "aus-arrow-ü"]),
    (0, ["import", "npy", "ät-npy", "--out", "aus-npy-ü"]),
    (0, ["import", "trajectories", "bahnen-ü.txt", "--table", "bahnen", "--columns", "id,tick,x", "--out", "aus-bahnen-ü"]),
    (1, ["import", "fields", "nirgends-ü", "--out", "aus-feldern-ü"]),
    (1, ["import", "simlog", "nirgends-ü", "--out", "aus-simlog-ü"]),
    (1, ["info", "nirgends-ü"]),
    (1, ["view", "nirgends-ü"]),
    (1, ["serve", "nirgends-ü"]),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher and what it starts, in a folder whose name is not ASCII."""
    jars = [p for p in LIBRARIES.glob("arrow-world-cli-*.jar") if not p.name.endswith(("-sources.jar", "-javadoc.jar"))]
    if not jars or not (LIBRARIES / "lib").is_dir():
        pytest.skip("cli/target has no arrow-world-cli-*.jar; `./mvnw package` makes it")
    home = tmp_path_factory.mktemp("launcher") / "Höme"
    (home / "cli" / "target").mkdir(parents=True)
    shutil.copy2(ROOT / "aw", home / "aw")
    shutil.copy2(max(jars, key=lambda p: p.stat().st_mtime), home / "cli" / "target")
    (home / "cli" / "target" / "lib").symlink_to(LIBRARIES / "lib")
    return home


def environment(**more: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    return {**plain, "LC_ALL": "C", **more}


def names(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


def called(command: list[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, timeout=120, check=False)
    said = done.stderr.decode("utf-8", "replace")
    assert "\tat " not in said and "Exception" not in said, said
    return done.returncode, done.stdout.decode("utf-8", "replace"), said


def test_every_verb_of_the_launcher_works_with_names_that_are_not_ascii(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Ünï"
    folder.mkdir()
    (folder / "bahnen-ü.txt").write_text(TRAJECTORIES, encoding="ascii")
    for code, words in SCRIPT:
        exit_code, _, said = called([str(home / "aw"), *words], folder)
        assert exit_code == code, (words, said)
        if code:
            assert "nirgends-ü" in said and "Cannot " in said, (words, said)
        if "--out" in words and not code:
            assert (folder / words[words.index("--out") + 1]).exists(), words
    assert set(os.listdir(tmp_path)) == {"Ünï"}
    assert not [n for n in os.listdir(folder) if "?" in n or "\ufffd" in n]
    help_text = called([str(home / "aw"), "--help"], folder)[1]
    verbs = set(re.findall(r"^  (\w+) ", help_text, re.MULTILINE))
    assert verbs == {words[0] for _, words in SCRIPT}


def test_a_bare_jvm_refuses_by_name_what_it_cannot_name(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Ünï"
    folder.mkdir()
    (folder / "bahnen.txt").write_text(TRAJECTORIES, encoding="ascii")
    store = tmp_path / "store"
    assert called([str(home / "aw"), *SCRIPT[0][1][:-1], str(store)], tmp_path)[0] == 0
    java_home = os.environ.get("JAVA_HOME")
    java = str(Path(java_home) / "bin" / "java") if java_home else "java"
    bare = [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar",
            str(next((LIBRARIES).glob("arrow-world-cli-*.jar")))]
    before = names(tmp_path)
    for words in (["run", "--ticks", "1", "--out", "new"], ["info", "bahnen.txt"], ["fork", str(store), "--tick", "1", "--out", "new"],
                  ["export", str(store), "--to", "csv", "--view", "log", "--out", "new.csv"],
                  ["export", str(store), "--to", "sqlite", "--view", "log", "--out", "new.sqlite"],
                  ["at", str(store), "--tick", "1", "--to", "npz", "--out", "new.npz"],
                  ["recover", str(store), "--out", "new"], ["migrate", str(store), "--out", "new"],
                  ["import", "trajectories", "bahnen.txt", "--columns", "id,tick,x", "--out", "new"]):
        code, _, said = called([*bare, *words], folder)
        assert code == 1 and "current folder" in said and "Java takes it for" in said and "LC_ALL=C.UTF-8" in said, (words, said)
    for words in (["info", "lauf-ü"], ["verify", str(folder / "store")], ["import", "csv", "ü.csv", "--out", "new"]):
        code, _, said = called([*bare, *words], folder)
        assert code == 2 and "Cannot read the argument '" in said and "LC_ALL=C.UTF-8" in said, (words, said)
    assert called([*bare, "verify", str(store)], tmp_path)[0] == 0
    assert names(tmp_path) == before
