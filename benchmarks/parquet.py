"""Rows per second and size of Parquet export beside DuckDB COPY (2 threads) and pyarrow write_table, same data.

Usage: AW_CLASSPATH=... python benchmarks/parquet.py DIR [TABLE_ROWS] [LOG_ENTITIES] [RUNS] [LEVEL]
Prints one JSON line per run, then the best of each. The peers' data comes from our own files, read back first.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED", "-Xmx2g",
         "-XX:MaxDirectMemorySize=4g"]


def main() -> None:
    out = Path(sys.argv[1])
    rows, entities, runs, level = (int(a) for a in (sys.argv[2:] + ["10000000", "2200000", "3", "1"][len(sys.argv) - 2:]))
    out.mkdir(parents=True, exist_ok=True)
    print(json.dumps({"cpus": os.cpu_count(), "python": platform.python_version(), "duckdb": duckdb.__version__,
                      "pyarrow": pa.__version__, "zstd_level": level, "load": os.getloadavg()}))
    results = []

    def report(line: dict) -> None:
        line["rows_per_s"] = round(line["rows"] / line["seconds"])
        results.append(line)
        print(json.dumps(line), flush=True)

    java = subprocess.run(["java", *FLAGS, "-cp", os.environ["AW_CLASSPATH"], "ParquetBench",
                           *map(str, (out, rows, entities, runs, level))], stdout=subprocess.PIPE, text=True, check=True)
    for line in java.stdout.splitlines():
        report(json.loads(line))
    pa.set_cpu_count(2)
    for view in ("table", "log"):
        source = pq.read_table(out / f"{view}-none.parquet")
        db = duckdb.connect()
        db.execute("SET threads = 2")
        db.register("source", source)
        db.execute("CREATE TABLE t AS SELECT * FROM source")
        for codec in ("none", "zstd"):
            for _ in range(runs):
                path = out / "peer.parquet"
                for order in ("true", "false"):
                    db.execute(f"SET preserve_insertion_order = {order}")
                    options = f"FORMAT parquet, COMPRESSION {'zstd' if codec == 'zstd' else 'uncompressed'}"
                    options += f", COMPRESSION_LEVEL {level}" if codec == "zstd" else ""
                    start = time.perf_counter()
                    db.execute(f"COPY t TO '{path}' ({options})")
                    report({"writer": f"duckdb ordered={order}", "view": view, "codec": codec, "rows": source.num_rows,
                            "bytes": path.stat().st_size, "seconds": time.perf_counter() - start})
                start = time.perf_counter()
                pq.write_table(source, path, compression=codec, compression_level=level if codec == "zstd" else None,
                               write_page_checksum=True, write_page_index=True, row_group_size=122_880)
                report({"writer": "pyarrow", "view": view, "codec": codec, "rows": source.num_rows,
                        "bytes": path.stat().st_size, "seconds": time.perf_counter() - start})
        db.close()
    best: dict = {}
    for r in results:
        key = (r["view"], r["codec"], r["writer"])
        if key not in best or r["seconds"] < best[key]["seconds"]:
            best[key] = r
    for key, r in sorted(best.items()):
        print(f"{' '.join(key):45} {r['rows_per_s'] / 1e6:7.2f} M rows/s {r['bytes'] / r['rows']:7.2f} B/row")


if __name__ == "__main__":
    main()
