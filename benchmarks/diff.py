# SPDX-License-Identifier: Apache-2.0
"""Two runs that differ in one triple: `aw diff` beside a comparison of all rows with NumPy.

Each run is a process of its own, its start included. Both must name the same tick, column and entity, which is the one
that was changed: the last bit of one float64.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import FLAGS, benchmark, faster, java, scratch

SCAN = """
import json, sys
from pathlib import Path
import numpy as np
import pyarrow as pa

def column(store, name):
    for segment in sorted((Path(store) / "log").glob("*.arrow")):
        with pa.memory_map(str(segment)) as file, pa.ipc.open_file(file) as reader:
            yield from (reader.get_batch(i).column(name) for i in range(reader.num_record_batches))

def values(store):
    return np.concatenate([c.to_numpy().view(np.uint64) for c in column(store, "val")])

left, right = values(sys.argv[1]), values(sys.argv[2])
odd = int(np.argmax(left != right))
tick, rid, key = (pa.chunked_array(c.dictionary_decode() if name == "key" else c for c in column(sys.argv[1], name))[odd].as_py()
                  for name in ("tick", "rid", "key"))
table, name = key.split(".")
print(json.dumps({"tick": tick, "table": table, "column": name, "id": rid}))
"""


def ours(left: Path, right: Path) -> dict[str, Any]:
    command = ["java", *FLAGS, "-cp", os.environ["AW_CLASSPATH"], "org.arrowworld.cli.Main", "diff", left, right, "--json"]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout)
    assert found["differing_rows"] == 1
    return {"tick": found["tick"], **{n: found["rows"][0][n] for n in ("table", "column", "id")}}


def peer(left: Path, right: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", SCAN, left, right]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, encoding="utf-8").stdout)


def measure(given: argparse.Namespace) -> dict[str, Any]:
    triples, entities, runs = given.triples, given.entities, given.runs
    seconds: dict[str, list[float]] = {"aw diff": [], "numpy, all rows": []}
    with scratch() as directory:
        left, right = directory / "left", directory / "right"
        odd_tick = max(1, (triples - entities) // 100_000 * 2 // 3)
        list(java("TimelineBench", "make", str(left), str(triples), str(entities), "-1"))
        made = list(java("TimelineBench", "make", str(right), str(triples), str(entities), "-1", str(odd_tick)))
        odd = json.loads(made[0])
        assert odd.pop("what") == "odd"
        for _ in range(runs):
            for name, work in (("aw diff", ours), ("numpy, all rows", peer)):
                start = time.perf_counter()
                found = work(left, right)
                seconds[name].append(time.perf_counter() - start)
                assert found == odd, f"{name} finds {found}, not {odd}"
    medians = {name: statistics.median(s) for name, s in seconds.items()}
    return {"compared": [faster("the first difference of two histories", "NumPy, all rows", medians["aw diff"], medians["numpy, all rows"])],
            "triples": triples, "entities": entities, "odd": odd, "seconds": seconds}


if __name__ == "__main__":
    benchmark(__doc__, measure, triples=(10_000_000, 300_000, "rows of each log"), entities=(1_000_000, 50_000, "entities"),
              runs=(5, 1, "runs of each side"))
