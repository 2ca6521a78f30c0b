# SPDX-License-Identifier: Apache-2.0
"""The connector against Spark's Parquet reader over the same rows, in one JVM, alternating.

    ./aw run --preset tiny --ticks 1000 --durability none --out /tmp/w
    ./aw export /tmp/w --to parquet --view log --signed --out /tmp/w.parquet     # a folder with log/
    spark/target/venv/bin/python spark/benchmark.py /tmp/w /tmp/w.parquet

Prints, per question, the milliseconds of each of five rounds after one that warms up, and whether both answered the same.
"""

from __future__ import annotations

import glob
import sys
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

QUESTIONS = {
    "rows by key": "select key, count(*) n, max(val) from {} group by key order by key",
    "eleven ticks": "select key, count(*) n, max(val) from {} where tick between 400 and 410 group by key order by key",
    "one key": "select count(*) n, max(val), min(val) from {} where key = 'creature.energy'",
    "last value per entity": "select count(*) n, max(v) from (select rid, max_by(val, seq) v from {} where key = 'creature.energy' group by rid)",
}


def main(run: str, archive: str) -> None:
    jar = glob.glob(str(Path(__file__).parent / "target" / "arrow-world-spark_2.13-*-bundle.jar"))[0]
    spark = (SparkSession.builder.master("local[2]").config("spark.jars", jar).config("spark.driver.memory", "2g")
             .config("spark.sql.shuffle.partitions", "2").config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR").getOrCreate())
    spark.read.format("arrow-world").load(run).createTempView("log")
    spark.read.parquet(str(Path(archive) / "log")).createTempView("parquet_log")
    for name, question in QUESTIONS.items():
        times: dict[str, list[int]] = {"log": [], "parquet_log": []}
        answers = {}
        for round_ in range(6):
            for view in times if round_ % 2 else reversed(times):
                taken, answers[view] = timed(spark.sql(question.format(view)))
                if round_:
                    times[view].append(taken)
        same = "the same answer" if answers["log"] == answers["parquet_log"] else "ANOTHER ANSWER"
        print(f"{name}: arrow-world {times['log']} ms, parquet {times['parquet_log']} ms, {same}", flush=True)


def timed(rows: DataFrame) -> tuple[int, list[object]]:
    start = time.perf_counter()
    answer = rows.collect()
    return round(1000 * (time.perf_counter() - start)), answer


if __name__ == "__main__":
    main(*sys.argv[1:])
