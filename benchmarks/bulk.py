# SPDX-License-Identifier: Apache-2.0
"""Rows inserted together from arrays, against a whole-column write of the same values, in Java.

Usage: benchmarks/run bulk [ROUNDS]
"""

from __future__ import annotations

import json
import sys

from common import environment, java


def main() -> None:
    found = json.loads(java("BulkBench", *sys.argv[1:2]))
    print(json.dumps({"environment": environment(), **found}, indent=1))


if __name__ == "__main__":
    main()
