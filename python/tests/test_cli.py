# SPDX-License-Identifier: Apache-2.0
"""The command line `arrow-world`: what it prints and how it ends."""

import json
import subprocess
import sys

import pytest
from helpers import live_file, run

import arrow_world as aw
from arrow_world.cli import run as command


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "s"
    return path, run(path, 12, seed=2, snapshot_every=5)


def printed(capsys, *args, code=0):
    capsys.readouterr()
    assert command([str(a) for a in args]) == code
    return capsys.readouterr()


def test_info_and_verify_end_with_0_on_a_good_store(good, capsys):
    path, hashes = good
    info = json.loads(printed(capsys, "info", path, "--json").out)
    assert (info["first_tick"], info["last_tick"], len(info["snapshots"])) == (0, max(hashes), 2)
    assert f"last tick: {max(hashes)}\n" in printed(capsys, "info", path).out
    report = json.loads(printed(capsys, "verify", path, "--json").out)
    assert report["ok"] and report["ticks"] == 12 and report["findings"] == []
    assert printed(capsys, "verify", path).out.endswith(f"sound: valid to tick {max(hashes)}\n")


def test_verify_ends_with_1_on_damage_and_says_where(tmp_path, capsys):
    run(tmp_path / "s", 5, seed=2)
    path = live_file(tmp_path / "s")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    out = printed(capsys, "verify", tmp_path / "s", code=1).out
    assert path.name in out and "byte 0" in out or "offset 0" in out
    assert "DAMAGED" in out


def test_at_shows_a_world_and_the_rows_of_a_table(good, capsys):
    path, hashes = good
    tick = list(hashes)[7]
    shown = json.loads(printed(capsys, "at", path, "--tick", tick, "--json").out)
    assert (shown["tick"], shown["hash_world"]) == (tick, hashes[tick][0])
    assert f"hash_world: {hashes[max(hashes)][0]}" in printed(capsys, "at", path).out
    rows = [json.loads(line) for line in printed(capsys, "at", path, "--tick", tick, "--table", "creature", "--json").out.splitlines()]
    assert rows == aw.open_store(path).at(tick)["creature"].to_arrow().to_pylist()
    text = printed(capsys, "at", path, "--tick", tick, "--table", "creature").out.splitlines()
    assert text[0].split("\t")[:2] == ["id", "gen"] and len(text) == len(rows) + 1
    assert "did you mean 'creature'" in printed(capsys, "at", path, "--table", "creatur", code=1).err


def test_history_and_log_print_rows_with_their_values(good, capsys):
    path, _ = good
    store = aw.open_store(path)
    out = [json.loads(line) for line in printed(capsys, "history", path, "--table", "creature", "--id", 0, "--json").out.splitlines()]
    history = store.history("creature", 0)
    assert [r["tick"] for r in out] == history.tick.tolist() and [r["value"] for r in out] == history.python_values()
    assert out[0] == {"tick": out[0]["tick"], "gen": 0, "key": "creature.born", "value": 0}
    assert "no row of creature 4000000000" in printed(capsys, "history", path, "--table", "creature", "--id", 4_000_000_000, code=1).err
    lines = printed(capsys, "log", path, "--key", "creature.n*", "--ticks", "2..6").out.splitlines()
    found = store.rows("creature.n*", (2, 6))
    assert lines == ["tick\tid\tkey\tvalue"] + [f"{t}\t{r}\tcreature.name\t{w}" for t, r, w in
                                                zip(found.tick.tolist(), found.rid.tolist(), found.values.tolist())]


def test_misuse_ends_with_2_and_a_path_that_is_no_store_with_1(tmp_path, capsys):
    for args in (["prove", "x"], [], ["at"], ["log", "x", "--ticks", "a..b"], ["history", "x", "--table", "t"]):
        printed(capsys, *args, code=2)
    assert "it has no store.json" in printed(capsys, "verify", tmp_path, code=1).err
    assert "Exit codes: 0 ok, 1 failure, 2 usage" in printed(capsys, "--help").out
    assert "--table" in printed(capsys, "history", "--help").out and "arrow-world " in printed(capsys, "--version").out


def test_a_reader_that_stops_reading_is_no_failure(good):
    program = subprocess.run(f"{sys.executable} -m arrow_world log {good[0]} | head -1", shell=True, capture_output=True,
                             text=True, encoding="utf-8", check=True)
    assert program.stdout == "tick\tid\tkey\tvalue\n" and program.stderr == ""


def test_what_json_has_no_number_for_is_a_word(tmp_path, capsys):
    with aw.LiveWorld.create(tmp_path / "s", aw.Schema((aw.TableSchema("t", columns=(aw.Column("x", "f64"),)),))) as world:
        with world.tick() as t:
            t["t"].insert(x=[float("nan"), float("-inf"), 1.5])

    def none(word):
        raise AssertionError(word)

    for verb in (("at", tmp_path / "s", "--table", "t"), ("log", tmp_path / "s", "--key", "t.x")):
        rows = [json.loads(line, parse_constant=none) for line in printed(capsys, *verb, "--json").out.splitlines()]
        assert [row["x" if verb[0] == "at" else "value"] for row in rows] == ["NaN", "-Infinity", 1.5]
