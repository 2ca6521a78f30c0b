# SPDX-License-Identifier: Apache-2.0
"""What Java publishes to a server of others that speaks S3, Java, Python and Spark read by its address, with equal hashes.

The server is s3proxy, a process on the loopback interface. Its address and the credentials stand in a file of the AWS tools, where
boto3 and the AWS SDK find them; not in an address, nor in an option.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import arrow_world as aw
import pytest
from pyspark.sql import SparkSession

from conftest import ROOT, Cluster
from runs import sail
from test_golden import GOLDEN
from worlds import JavaStore, hash_worlds, view

STARTED = re.compile(r"Started \S*ServerConnector.*\{(127\.0\.0\.1:\d+)\}")
CONFIG = """[default]
endpoint_url = http://{address}
region = us-east-1
aws_access_key_id = somebody
aws_secret_access_key = a-secret
"""


@pytest.fixture(scope="module")
def bucket(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    jar = ROOT / "s3" / "target" / "s3proxy.jar"
    if not jar.exists():
        pytest.skip("it needs s3proxy (55 MB), which spark/run-tests brings where it runs all")
    home = tmp_path_factory.mktemp("s3")
    (home / "data" / "bucket").mkdir(parents=True)
    (home / "conf").write_text("\n".join([
        "s3proxy.endpoint=http://127.0.0.1:0", "s3proxy.authorization=aws-v2-or-v4", "s3proxy.identity=somebody",
        "s3proxy.credential=a-secret", "jclouds.provider=filesystem-nio2", f"jclouds.filesystem.basedir={home / 'data'}"]), "utf-8")
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java" if "JAVA_HOME" in os.environ else "java"
    with subprocess.Popen([java, "-Xmx256m", "-jar", jar, "--properties", home / "conf"], stdout=subprocess.PIPE,
                          stderr=(home / "err").open("wb"), text=True, encoding="utf-8") as server:
        assert server.stdout is not None
        started = next(filter(None, map(STARTED.search, server.stdout)))
        threading.Thread(target=server.stdout.read, daemon=True).start()
        cluster.aws.write_text(CONFIG.format(address=started[1]), "utf-8")
        yield "s3://bucket"
        cluster.aws.unlink()
        server.kill()


@pytest.mark.parametrize("folder", GOLDEN, ids=[folder.name for folder in GOLDEN])
def test_every_golden_store_has_its_hash_in_java_python_and_spark(spark: SparkSession, bucket: str, tmp_path: Path, folder: Path) -> None:
    ticks = json.loads((folder / "expected.json").read_text("utf-8"))["ticks"]
    hashes = {tick["tick"]: tick["hash_world"] for tick in ticks}
    place = f"{bucket}/golden/{folder.name}"
    shutil.copytree(folder / "store", tmp_path / "store")
    with JavaStore(spark, tmp_path / "store") as java:
        java.store.publish(spark._jvm.java.net.URI.create(place))
    with JavaStore(spark, place) as java:
        assert {tick: java.hash_world(tick) for tick in hashes} == hashes
    with aw.open_store(place) as store:
        assert {tick: store.hash_world(tick) for tick in hashes} == hashes
    assert hash_worlds(spark, place, hashes) == hashes


def test_published_runs_are_the_same_runs_in_java_python_and_spark(spark: SparkSession, bucket: str, tmp_path: Path) -> None:
    for number in (1, 2):
        sail(tmp_path / "runs" / f"run{number}", 6, number)
    place = f"{bucket}/runs"
    subprocess.run([ROOT / "aw", "publish", tmp_path / "runs", place], check=True)
    expected = {run.name: (run.tick, run.parameters["rate"]) for run in aw.Runs.open(tmp_path / "runs")}
    assert expected.keys() == {"run1", "run2"}
    told = spark._jvm.org.arrowworld.runs.Runs.open(spark._jvm.java.net.URI.create(place)).list()
    assert {run.name(): (run.tick().getAsLong(), run.parameters().doubleValue("rate")) for run in told} == expected
    assert {run.name: (run.tick, run.parameters["rate"]) for run in aw.Runs.open(place)} == expected
    shown = view(spark, place, "runs").collect()
    assert {row.run: (row.tick, row.rate) for row in shown} == expected
    local, remote = view(spark, tmp_path / "runs", "log"), view(spark, place, "log")
    assert sorted(map(str, remote.collect())) == sorted(map(str, local.collect())) != []
    for name in expected:
        with aw.open_store(tmp_path / "runs" / name) as store:
            hashes = {tick: store.hash_world(tick) for tick in (0, 5)}
        with aw.open_store(f"{place}/{name}") as store:
            assert {tick: store.hash_world(tick) for tick in hashes} == hashes
        assert hash_worlds(spark, f"{place}/{name}", hashes, run=name, pack=place) == hashes
