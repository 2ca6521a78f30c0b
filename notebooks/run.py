# SPDX-License-Identifier: Apache-2.0
"""Executes the notebooks headless: `python notebooks/run.py [--save] [NOTEBOOK ...]`; all of them by default.

--save: the outputs are kept in the files. Ends with 1 at the first error, which it prints.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
SECONDS_PER_CELL = 300
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
          "language_info": {"name": "python"}}


def notebooks() -> list[Path]:
    """All notebooks, in reading order."""
    return sorted(HERE.glob("*.ipynb"))


def execute(path: Path) -> Any:
    """The notebook, run from a fresh kernel in this folder with the package of this repository; raises at an error."""
    source = os.pathsep.join(filter(None, [str(HERE.parent / "python" / "src"), os.environ.get("PYTHONPATH")]))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=SECONDS_PER_CELL, kernel_name="python3", record_timing=False, coalesce_streams=True,
                            resources={"metadata": {"path": str(HERE)}})
    client.execute(env={**os.environ, "PYTHONPATH": source})
    notebook.metadata = nbformat.from_dict(KERNEL)
    return notebook


def main() -> int:
    """Parses the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("notebook", nargs="*", type=Path)
    options = parser.parse_args()
    for path in options.notebook or notebooks():
        start = time.monotonic()
        try:
            notebook = execute(path)
        except CellExecutionError as e:
            print(f"{path.name} failed:\n{e}", file=sys.stderr)
            return 1
        if options.save:
            nbformat.write(notebook, path)
        print(f"{path.name}: {time.monotonic() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
