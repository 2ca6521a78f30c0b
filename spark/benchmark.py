# SPDX-License-Identifier: Apache-2.0
"""Four questions to a run and to its archive, in turns, in one JVM: what `benchmarks/run spark` measures.

    spark/target/venv/bin/python spark/benchmark.py RUN ARCHIVE TICKS ROUNDS

Prints a line of JSON per question: the seconds of each round after one that warms up, and whether both answered the same.
"""

from __future__ import annotations

import glob
import json
import sys
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

QUESTIONS = {
    "rows and greatest value by key": "select key, count(*) n, max(val) from {} group by key order by key",
    "the same of a hundredth of the ticks":
        "select key, count(*) n, max(val) from {} where tick between {first} and {last} group by key order by key",
    "one key": "select count(*) n, max(val), min(val) from {} where key = 'creature.energy'",
    "last value of each entity":
        "select count(*) n, max(v) from (select rid, max_by(val, seq) v from {} where key = 'creature.energy' group by rid)",
}


def main(run: str, archive: str, ticks: int, rounds: int) -> None:
    jar = glob.glob(str(Path(__file__).parent / "target" / "arrow-world-spark_2.13-*-bundle.jar"))[0]
    spark = (SparkSession.builder.master("local[2]").config("spark.jars", jar).config("spark.driver.memory", "2g")
             .config("spark.sql.shuffle.partitions", "2").config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR").getOrCreate())
    spark.read.format("arrow-world").load(run).createTempView("log")
    spark.read.parquet(str(Path(archive) / "log")).createTempView("parquet_log")
    for name, question in QUESTIONS.items():
        seconds: dict[str, list[float]] = {"log": [], "parquet_log": []}
        answers = {}
        for round_ in range(rounds + 1):
            for view in seconds if round_ % 2 else reversed(seconds):
                taken, answers[view] = timed(spark.sql(question.format(view, first=ticks // 2, last=ticks // 2 + ticks // 100)))
                if round_:
                    seconds[view].append(taken)
        print(json.dumps({"question": name, "seconds": seconds, "same": answers["log"] == answers["parquet_log"]}), flush=True)


def timed(rows: DataFrame) -> tuple[float, list[object]]:
    start = time.perf_counter()
    answer = rows.collect()
    return time.perf_counter() - start, answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
