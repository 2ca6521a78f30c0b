# SPDX-License-Identifier: Apache-2.0
"""`connect`: a run that `aw serve` serves is the Store that it is where its files are, also while it goes on and changes."""

from __future__ import annotations

import pickle
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
import java_side

SCHEMA = aw.Schema((aw.TableSchema("dot", columns=(aw.Column("x", "f64"),), lineage=("cause",)),))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("served")
    java_side.aw("run", "--ticks", 120, "--out", folder / "eco", "--durability", "none", "--snapshot-every", "50")
    with aw.LiveWorld.create(folder / "dots", SCHEMA, durability="none") as world:
        with world.tick() as t:
            t["dot"].insert(4, x=[1, 2, 3, 4])
    return folder


@pytest.fixture(scope="module")
def address(runs: Path) -> Iterator[str]:
    with subprocess.Popen(java_side.aw_command("serve", runs, "--port", 0), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, encoding="utf-8") as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def test_a_served_run_is_the_store_it_is_here(runs: Path, address: str) -> None:
    here, there = aw.open_store(runs / "eco"), aw.connect(address, "eco")
    assert there.span() == here.span() == (0, 120)
    assert there.schema == here.schema and list(there) == list(here)
    for tick in random.Random(7).sample(range(121), 12):
        assert there.hash_world(tick) == here.hash_world(tick)
    assert there.at(77, columns="creature.energy")["creature"]["energy"].tolist() == here.at(77)["creature"]["energy"].tolist()
    with there.cursor() as cursor:
        assert [cursor.seek(t).hash_world() for t in (30, 90, 60)] == [here.hash_world(t) for t in (30, 90, 60)]
    lives = [(life.rid.tolist(), life.born.tolist(), life.died.tolist()) for life in (s.lives("creature") for s in (here, there))]
    assert lives[0] == lives[1]
    assert there.log().to_arrow().equals(here.log().to_arrow())
    assert there.verify().findings == [] and there.diff(here)
    assert there["creature"]["id"].tolist() == here["creature"]["id"].tolist()


def test_a_run_that_goes_on_is_read_to_where_it_is_by_then(runs: Path, address: str) -> None:
    there = aw.connect(address, "dots")
    assert there.span() == (0, 0)
    with aw.LiveWorld.resume(runs / "dots", durability="none") as world:
        for tick in range(1, 30):
            with world.tick() as t:
                t["dot"].set([0, 2], x=[tick + 0.5, -tick])
            assert there.span() == (0, tick)
            assert there.at(tick)["dot"]["x"].tolist() == [tick + 0.5, 2, -tick, 4]
        world.seal()
        assert there.at(3)["dot"]["x"].tolist() == [3.5, 2, -3, 4]
        with world.tick() as t:
            t["dot"].set([1], x=[9.0])
        assert there.at(30)["dot"]["x"].tolist() == [29.5, 9, -29, 4]
    here = aw.open_store(runs / "dots")
    here.truncate_after(10)
    assert there.span() == (0, 10)
    with aw.LiveWorld.resume(runs / "dots", durability="none") as world:
        with world.tick() as t:
            t["dot"].set([1], x=[np.pi])
    assert there.at(11)["dot"]["x"].tolist() == [10.5, np.pi, -10, 4]
    here.compact()
    assert [there.hash_world(t) for t in (0, 5, 11)] == [here.hash_world(t) for t in (0, 5, 11)]
    here.compact(keep_ticks=2)
    assert there.span() == here.span()
    assert there.hash_world(11) == here.hash_world(11)


def test_a_server_with_a_certificate_of_its_own_is_trusted_by_name(runs: Path, tmp_path: Path) -> None:
    keytool = java_side.tool("keytool")
    keys, password, certificate = tmp_path / "k.p12", tmp_path / "password", tmp_path / "c.pem"
    password.write_text("changeit\n", encoding="utf-8")
    common = ["-alias", "aw", "-keystore", str(keys), "-storepass", "changeit"]
    subprocess.run([keytool, "-genkeypair", "-storetype", "PKCS12", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                    "san=dns:localhost,ip:127.0.0.1", *common], check=True, capture_output=True)
    subprocess.run([keytool, "-exportcert", "-rfc", "-file", str(certificate), *common], check=True, capture_output=True)
    serve = java_side.aw_command("serve", runs / "eco", "--port", 0, "--tls", keys, "--tls-password-file", password)
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            there = aw.connect(address, ca_file=str(certificate))
            assert there.hash_world(64) == aw.open_store(runs / "eco").hash_world(64)
            with pytest.raises(OSError, match="certificate"):
                aw.connect(address)
            with pytest.raises(aw.InvalidUseError, match="cannot use the certificates"):
                aw.connect(address, ca_file=str(password))
        finally:
            server.terminate()


def test_it_only_reads_and_shows_its_token_to_nobody(address: str) -> None:
    there, token = aw.connect(address, "eco"), address.partition("token=")[2]
    for change in (lambda: there.compact(), lambda: there.truncate_after(3), lambda: there.seal()):
        with pytest.raises(aw.InvalidUseError, match="a server gives it to be read"):
            change()
    stored = pickle.dumps(there)
    assert token not in repr(there) + str(there.path) + repr(there.path) and token.encode() not in stored
    with pytest.raises(aw.InvalidUseError, match="without the token"):
        pickle.loads(stored)
    with pytest.raises(aw.InvalidUseError) as refused:
        aw.connect(address[:-3] + "AAA", "eco")
    assert "without the token" in str(refused.value) and token[:-3] not in str(refused.value)


def test_what_cannot_be_connected_to_is_told(address: str) -> None:
    home, token = address.partition("/open")[0], address.partition("token=")[2]
    assert aw.connect(home, "eco", token=token).span() == (0, 120)
    with pytest.raises(aw.InvalidUseError, match=r"it serves 2 runs; say which by run=, one of \['dots', 'eco'\]"):
        aw.connect(address)
    with pytest.raises(aw.StoreNotFoundError, match=r"the run 'none' .* it serves \['dots', 'eco'\]"):
        aw.connect(address, "none")
    for wrong in ("runs/eco", "ftp://localhost/x", "", None, "http://"):
        with pytest.raises(aw.InvalidUseError, match="expected the address that aw serve printed"):
            aw.connect(wrong)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="Cannot connect to http://127.0.0.1:9"):
        aw.connect("http://127.0.0.1:9", token="x")
