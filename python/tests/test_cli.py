"""`python -m arrow_world`: what it prints and how it ends."""

import json

from helpers import live_file, run

from arrow_world.cli import run as command


def test_info_and_verify_end_with_0_on_a_good_store(tmp_path, capsys):
    hashes = run(tmp_path / "s", 5, seed=2, snapshot_every=5)
    capsys.readouterr()
    assert command(["info", str(tmp_path / "s"), "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert (info["first_tick"], info["last_tick"], info["snapshots"]) == (0, max(hashes), [max(hashes)])
    assert command(["verify", str(tmp_path / "s"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] and report["ticks"] == 5 and report["findings"] == []


def test_verify_ends_with_1_on_damage_and_says_where(tmp_path, capsys):
    run(tmp_path / "s", 5, seed=2)
    path = live_file(tmp_path / "s")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    capsys.readouterr()
    assert command(["verify", str(tmp_path / "s")]) == 1
    out = capsys.readouterr().out
    assert path.name in out and "batch " in out and "valid to tick" in out


def test_misuse_ends_with_2_and_a_path_that_is_no_store_with_1(tmp_path, capsys):
    assert command(["prove", "x"]) == 2
    assert command([]) == 2
    assert command(["verify", str(tmp_path)]) == 1
    assert "it has no store.json" in capsys.readouterr().err
    assert command(["--help"]) == 0
