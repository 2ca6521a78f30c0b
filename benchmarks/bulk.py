# SPDX-License-Identifier: Apache-2.0
"""Rows inserted together from arrays, against a whole-column write of the same values, in Java."""

from __future__ import annotations

import argparse
import json
from typing import Any

from common import benchmark, figure, java


def measure(given: argparse.Namespace) -> dict[str, Any]:
    found = json.loads("".join(java("BulkBench", given.runs)))
    return {"compared": [figure("100,000 rows of 6 columns inserted, Java", "a whole-column write of the same values",
                                found["ratio"], "x its time", "<= 3")], **found}


if __name__ == "__main__":
    benchmark(__doc__, measure, runs=(11, 3, "rounds, each in a new store"))
