# SPDX-License-Identifier: Apache-2.0
"""The page of `aw view` in a real browser: what it draws is what Python's own reader says the runs hold.

Needs a Chromium (the package `chromium`, or AW_CHROMIUM), node and npm; without one it is skipped, saying so. AW_PICTURES
names a folder for the pictures of each state; `view.png` of them is the README's.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arrow_world as aw
import java_side
import languages

SOURCES = languages.ROOT / "interop-tests" / "page"
TARGET = languages.ROOT / "interop-tests" / "target" / "page"
TICKS, SEED = 240, random.SystemRandom().randrange(1 << 32)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str:
    found = os.environ.get("AW_CHROMIUM") or next((p for p in map(shutil.which, BROWSERS) if p), None)
    if not found:
        pytest.skip("no Chromium on the PATH: install the package `chromium`, or name one in AW_CHROMIUM")
    return found


def modules() -> Path:
    languages._need("node", "npm")
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in (".npmrc", "package.json", "package-lock.json", "page.mjs"):
        shutil.copy(SOURCES / name, TARGET)
    languages._fetch(["npm", "ci", "--prefer-offline", "--no-bin-links", "--ignore-scripts"], TARGET)
    return TARGET / "page.mjs"


def known_places(x: Any, y: Any, rng: random.Random) -> list[list[float]]:
    return [[float(x[i]), float(y[i])] for i in rng.sample(range(len(x)), 5)]


def empty_places(tables: list[Any], rng: random.Random) -> list[list[float]]:
    """Places in the world that nothing is near."""
    xs = np.concatenate([np.asarray(t["pos_x"], dtype=np.float64) for t in tables])
    ys = np.concatenate([np.asarray(t["pos_y"], dtype=np.float64) for t in tables])
    found: list[list[float]] = []
    while len(found) < 3:
        place = [rng.uniform(2, 98), rng.uniform(2, 98)]
        if np.hypot(xs - place[0], ys - place[1]).min() > 2:
            found.append(place)
    return found


def chosen(store: Any, rng: random.Random) -> dict[str, Any]:
    """A creature that stands alone at some tick, with what its life must say."""
    lives = store.lives("creature")
    whole = [row for row in range(len(lives)) if lives.born[row] >= 0 and lives.died[row] >= lives.born[row] + 30 and lives.parent[row] >= 0]
    while True:
        row = rng.choice(whole)
        one, gen, born, died = (int(column[row]) for column in (lives.rid, lives.gen, lives.born, lives.died))
        tick = (born + died) // 2
        creatures, food = (store.at(tick)[name] for name in ("creature", "food"))
        slot = int(np.flatnonzero(np.asarray(creatures["id"]) == one)[0])
        x, y = float(creatures["pos_x"][slot]), float(creatures["pos_y"][slot])
        far = [np.sort(np.hypot(np.asarray(t["pos_x"]) - x, np.asarray(t["pos_y"]) - y)) for t in (creatures, food)]
        if far[0][1] > 1.5 and far[1][0] > 1.5 and 15 < x < 85 and 15 < y < 85:
            parent, life = (int(column[lives.parent[row]]) for column in (lives.rid, lives.gen))
            text = f"{parent} (life {life + 1})" if life else str(parent)
            return {"tick": tick, "id": one, "gen": gen, "x": x, "y": y, "parent": {"id": parent, "gen": life, "text": text},
                    "said": [f"creature {one}", f"tick {born}", f"tick {died}", str(lives.cause[row]), text]}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What the checks said, one line each."""
    chromium, script = browser(), modules()
    print("seed", SEED)
    rng = random.Random(SEED)
    folder = tmp_path_factory.mktemp("page")
    runs = folder / "runs"
    runs.mkdir()
    quick = ["--durability", "none", "--snapshot-every", "100"]
    java_side.aw("run", "--ticks", TICKS, "--out", runs / "eco", *quick)
    java_side.aw("fork", runs / "eco", "--tick", 100, "--out", runs / "fork")
    java_side.run("PageMain", runs / "fork", runs / "empty")
    shutil.copytree(runs / "fork", runs / "damaged")
    segment = sorted((runs / "damaged" / "log").glob("*.arrow"))[-1]
    content = bytearray(segment.read_bytes())
    content[-40] ^= 1
    segment.write_bytes(content)
    store = aw.open_store(runs / "eco")
    frames = {}
    for tick in rng.sample(range(TICKS + 1), 50):
        world = store.at(tick)
        creatures = world["creature"]
        x, y = np.asarray(creatures["pos_x"]), np.asarray(creatures["pos_y"])
        frames[tick] = {"id": np.asarray(creatures["id"]).tolist(), "x": x.astype(float).tolist(), "y": y.astype(float).tolist(),
                        "known": known_places(x, y, rng), "empty": empty_places([creatures, world["food"]], rng)}
    creatures = store.at(60)["creature"]
    filtered = int(((np.asarray(creatures["energy"]) < 5) & (np.asarray(creatures["pos_x"]) > 50)).sum())
    pictures = Path(os.environ.get("AW_PICTURES", folder / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    told = {"chromium": chromium, "pictures": str(pictures), "last": TICKS, "frames": frames, "filtered": filtered,
            "chosen": chosen(store, rng), "difference": 101, "only": os.environ.get("AW_PAGE_ONLY", "")}
    with subprocess.Popen(java_side.aw_command("serve", runs, "--port", 0), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, encoding="utf-8") as server, \
         subprocess.Popen(java_side.command("PageMain", runs / "live"), stdin=subprocess.PIPE) as live:
        try:
            assert server.stdout is not None
            told["address"] = server.stdout.readline().strip()
            (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
            done = subprocess.run(["node", str(script), str(folder / "told.json")], capture_output=True, text=True, encoding="utf-8",
                                  timeout=400, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            print(done.stdout)
            yield done.stdout.splitlines()
        finally:
            live.kill()
            server.terminate()


def test_the_page_shows_what_the_runs_hold_and_does_what_it_is_told(said: list[str]) -> None:
    failed = [line for line in said if not line.startswith("ok ")]
    assert not failed, f"seed {SEED}:\n" + "\n".join(failed)
    assert said, "no check was made"
