# SPDX-License-Identifier: Apache-2.0
"""A Spark cluster on this machine: a master and two workers as processes on the loopback interface."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
STARTED = 600.0  # seconds a process of Spark may take to say that it is there
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # these JVMs live shortly: no optimising compiler for them


def _jars(folder: Path) -> str:
    """The connector and what speaks to S3, copied into a folder: a build meanwhile does not matter."""
    found = list((ROOT / "spark" / "target").glob("arrow-world-spark_2.13-*-bundle.jar"))
    assert len(found) == 1, f"one jar expected in spark/target, found {found}: run spark/run-tests, which builds it"
    s3 = (ROOT / "cli" / "target" / "lib" / "s3").glob("*.jar")
    return ",".join(str(shutil.copy(jar, folder)) for jar in [*found, *s3])


class Process:
    """A daemon of Spark, and all that it starts."""

    def __init__(self, folder: Path, name: str, *arguments: str) -> None:
        self.log = folder / f"{name}.log"
        home = Path(pyspark.__file__).parent
        environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m",
                       "SPARK_DAEMON_JAVA_OPTS": BRIEF}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([str(home / "bin" / "spark-class"), *arguments], stdout=out, stderr=out,
                                            env=environment, start_new_session=True)

    def says(self, pattern: str) -> str:
        """Waits for words in its log; the first group of them."""
        deadline = time.monotonic() + STARTED
        while time.monotonic() < deadline:
            text = self.log.read_text("utf-8", "replace")
            if found := re.search(pattern, text):
                return found[1]
            assert self.process.poll() is None, f"it ended:\n{text}"
            time.sleep(0.1)
        raise AssertionError(f"it did not say {pattern!r}:\n{self.log.read_text('utf-8', 'replace')}")

    def kill(self) -> None:
        """Ends it and its executors at once, as a lost machine does."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Cluster:
    """A master with two workers of one core each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.aws = folder / "aws"
        """Where all find S3 and its credentials, once a test writes it."""
        os.environ |= {"AWS_CONFIG_FILE": str(self.aws), "AWS_SHARED_CREDENTIALS_FILE": str(self.aws)}
        self.master = Process(folder, "master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0",
                              "--webui-port", "0")
        self.workers: list[Process] = []
        try:
            self.url = self.master.says(r"Starting Spark master at (spark://\S+)")
            self.add_workers(2)
        except BaseException:
            self.close()
            raise

    def add_workers(self, count: int) -> None:
        new = []
        for _ in range(count):
            name = f"worker{len(list(self.folder.glob('worker*.log')))}"
            new.append(Process(self.folder, name, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port", "0",
                               "--webui-port", "0", "--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / name), self.url))
        self.workers += new
        for worker in new:
            worker.says("(Successfully registered) with master")

    def close(self) -> None:
        for process in [*self.workers, self.master]:
            process.kill()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python" / "src"), str(ROOT / "spark" / "tests")])  # of tasks
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    yield running
    running.close()


@pytest.fixture(scope="session")
def spark(cluster: Cluster) -> Iterator[SparkSession]:
    session = (SparkSession.builder.master(cluster.url).appName("arrow-world")
               .config("spark.jars", _jars(cluster.folder))
               .config("spark.executor.memory", "768m").config("spark.driver.memory", "1g")
               .config("spark.driver.extraJavaOptions", BRIEF).config("spark.executor.extraJavaOptions", BRIEF)
               .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2").config("spark.ui.showConsoleProgress", "false")
               .config("spark.log.level", "ERROR").getOrCreate())
    yield session
    session.stop()
