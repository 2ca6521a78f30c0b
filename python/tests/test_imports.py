# SPDX-License-Identifier: Apache-2.0
"""The package's modules: no circles among them, and nothing heavy before it is needed."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import arrow_world as aw

FOLDER = Path(aw.__file__).parent


def imported(module):
    """The modules of the package that a module imports anywhere, in functions and for types too."""
    found = set()
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module] if node.module else [a.name for a in node.names]
            found |= {n.partition(".")[0] for n in names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("arrow_world"):
            found |= {node.module.partition(".")[2]} if "." in node.module else {a.name for a in node.names}
    return found


def test_no_module_imports_itself_by_way_of_others():
    modules = [p.stem for p in FOLDER.glob("*.py") if p.stem != "__init__"]
    try:
        TopologicalSorter({m: imported(m) for m in modules}).prepare()
    except CycleError as e:
        pytest.fail(f"a circle: {' <- '.join(e.args[1])}")


def test_the_package_itself_imports_nothing_heavy():
    loaded = subprocess.run([sys.executable, "-c", "import arrow_world, sys; print(*sys.modules)"], check=True,
                            capture_output=True, text=True, encoding="utf-8").stdout.split()
    assert not {"numpy", "pyarrow", "pandas", "polars", "json"} & set(loaded)


def test_every_public_name_is_there_and_is_listed():
    for name in aw.__all__:
        public = getattr(aw, name)
        assert name in dir(aw) and (name in ("NO_ROW", "__version__") or public.__name__ == name)
    with pytest.raises(AttributeError, match="no attribute 'Audit'"):
        _ = aw.Audit


def test_the_names_the_checkers_see_are_those_that_are_there():
    declared = {a.asname for node in ast.walk(ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom) and node.level == 1 for a in node.names}
    assert declared == {*aw.__all__, "__version__"}


def test_reading_needs_nothing_that_only_posix_has():
    root = next((p for p in FOLDER.parents if (p / "docs" / "spec" / "conformance").is_dir()), None)
    if root is None:
        pytest.skip("the conformance stores are not beside the package")
    program = """
import os, sys
for name in ("fcntl", "pwd", "resource"):
    sys.modules[name] = None
del os.pread, os.pwrite
import arrow_world as aw
for path in sys.argv[1:]:
    store = aw.open_store(path)
    first, last = store.span()
    assert store.verify() and store.at(last).tick == last == max(store.log().tick), path
    assert [w.tick for w in store.cursor()][0] == first and len(store.rows(ticks=last))
print(len(sys.argv) - 1)
"""
    paths = [str(p.parent) for p in sorted((root / "docs" / "spec" / "conformance").rglob("store.json"))]
    done = subprocess.run([sys.executable, "-c", program, *paths], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (0, f"{len(paths)}\n"), done.stderr
