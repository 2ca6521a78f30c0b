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
from arrow_world.fields import FieldSnapshotWriter

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


def found(store: Any) -> dict[str, Any]:
    """When a condition on the number of creatures begins to hold, and when there were most."""
    counts = [len(store.at(tick)["creature"]) for tick in range(TICKS + 1)]
    limit = sorted(counts)[len(counts) // 2]
    below = [count < limit for count in counts]
    begins = [t for t in range(TICKS + 1) if below[t] and (t == 0 or not below[t - 1])]
    return {"condition": f"creature.count < {limit}", "ticks": begins, "most": max(counts), "mostAt": counts.index(max(counts))}


def lives(store: Any) -> dict[str, Any]:
    """How many ever lived, the commonest cause of death, and the longest life."""
    found = store.lives("creature")
    causes = [cause for cause, died in zip(found.cause, found.died) if died >= 0 and cause]
    commonest = max(sorted(set(causes)), key=causes.count)
    longest = max((died if died >= 0 else TICKS) - born for born, died in zip(found.born.tolist(), found.died.tolist()))
    return {"all": len(found.rid), "cause": commonest, "ended": causes.count(commonest), "longest": int(longest)}


def deaths(store: Any) -> dict[str, Any]:
    """Who died at a tick, and why, as the page tells it."""
    lives = store.lives("creature")
    tick = int(np.bincount(lives.died[lives.died >= 0]).argmax())
    return {"tick": tick, "lines": sorted(f"creature {lives.rid[r]} died ({lives.cause[r]})" for r in np.flatnonzero(lives.died == tick))}


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


def parts(path: Path) -> dict[str, Any]:
    """A run of cells whose place and heat are components, over a field; with what its last tick must show."""
    schema = aw.Schema((aw.TableSchema("cell", columns=(aw.Column("age", "u32"),)),
                        aw.TableSchema("place", "presence", columns=(aw.Column("x", "f64"), aw.Column("y", "f64")), of="cell"),
                        aw.TableSchema("heat", "presence", columns=(aw.Column("level", "f32"),), of="cell"),
                        aw.TableSchema("asleep", "presence", of="cell")))
    with aw.LiveWorld.create(path, schema, durability="none") as world:
        with world.tick() as t:
            cells = t["cell"].insert(30)
        cells = cells.ids
        with world.tick() as t:
            t["place"].insert(id=cells, x=np.arange(30) % 6 * 2.0 + 1, y=np.arange(30) // 6 * 2.0 + 1)
            t["heat"].insert(id=cells[::2], level=np.arange(15))
            t["asleep"].insert(id=cells[:4])
        for tick in range(2, 9):
            with world.tick() as t:
                t["heat"].set(cells[::2], level=np.arange(15) + tick)
                t["place"].set(cells[:1], x=1.0 + tick / 10)
        world.seal()
    i, j = np.meshgrid(np.arange(12), np.arange(10), indexing="ij")
    with FieldSnapshotWriter(path / "fields" / "air", fields=["warmth"], grid_shape=(12, 10), grid_bounds=[(0, 12), (0, 10)],
                             grid_spacing=[1, 1], periodic=[False, False]) as fields:
        for tick in (0, 5):
            fields.append(tick, {"warmth": np.sin(i / 3) * np.cos(j / 3) + tick / 10})
    shown = np.sin(i / 3) * np.cos(j / 3) + 0.5
    world = aw.open_store(path).at(8)
    heat = dict(zip(world["heat"]["id"].tolist(), world["heat"]["level"].tolist()))
    place = dict(zip(world["place"]["id"].tolist(), world["place"]["x"].tolist()))
    ids = world["cell"]["id"].tolist()
    low, high = (np.unravel_index(k, shown.shape) for k in (shown.argmin(), shown.argmax()))
    return {"tick": 8, "id": ids, "x": [place[k] for k in ids], "level": [heat.get(k) for k in ids], "snapshot": 1,
            "field": shown.ravel().tolist(), "places": [[float(a) + 0.25, float(b) + 0.25] for a, b in (low, high)]
            + [[float(low[0]) + 0.75, float(low[1]) + 0.75]], "known": [[place[ids[0]], 1.0], [5.0, 3.0]]}


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
    java_side.aw("run", "--ticks", 30, "--out", runs / "short", "--durability", "none")
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
            "found": found(store), "deaths": deaths(store), "lives": lives(store), "parts": parts(runs / "parts"), "cut": {
                "last": 30, "after": 12, "command": java_side.aw_command("truncate", runs / "short", "--after", 12, "--yes")},
            "chosen": chosen(store, rng), "difference": 101, "forkLast": aw.open_store(runs / "fork").span()[1], "only": os.environ.get("AW_PAGE_ONLY", "")}
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
