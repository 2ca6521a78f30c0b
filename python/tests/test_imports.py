# SPDX-License-Identifier: Apache-2.0
"""The package's modules: no circles among them, and nothing heavy before it is needed."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import numpy as np
import pytest

import arrow_world as aw
import arrow_world.fields

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


PLAIN_SYSTEM = """
import os, sys
for name in ("fcntl", "pwd", "resource"):
    sys.modules[name] = None
for name in ("pread", "pwrite", "fork", "fdatasync", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY"):
    if hasattr(os, name):
        delattr(os, name)
plain_open = os.open
def open_file(path, *rest, **named):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))
    return plain_open(path, *rest, **named)
os.open = open_file
import arrow_world as aw
from arrow_world.fields import FieldSnapshots, FieldSnapshotWriter
"""
"""What a system other than POSIX lacks, as far as that can be shown here."""


def run_without_posix(program, *args):
    """What a program prints where nothing is that only POSIX has."""
    done = subprocess.run([sys.executable, "-c", PLAIN_SYSTEM + program, *map(str, args)], capture_output=True, text=True,
                          encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_reading_needs_nothing_that_only_posix_has(tmp_path):
    root = next((p for p in FOLDER.parents if (p / "docs" / "spec" / "conformance").is_dir()), None)
    if root is None:
        pytest.skip("the conformance stores are not beside the package")
    with aw.fields.FieldSnapshotWriter(tmp_path / "field", fields=["u"], grid_shape=(2,)) as writer:
        writer.append(0.5, {"u": np.array([1.0, 2.0])})
    paths = [p.parent for p in sorted((root / "docs" / "spec" / "conformance").rglob("store.json"))]
    assert run_without_posix("""
assert FieldSnapshots.open(sys.argv[1]).field("u")[0].tolist() == [1.0, 2.0]
for path in sys.argv[2:]:
    store = aw.open_store(path)
    first, last = store.span()
    assert store.verify() and store.at(last).tick == last == max(store.log().tick), path
    assert [w.tick for w in store.cursor()][0] == first and len(store.rows()) + len(set(store.log().tick.tolist())) == len(store.log())
    assert all(store.snapshot(m.tick).tables for m in store.manifests())
print(len(sys.argv) - 2)
""", tmp_path / "field", *paths) == f"{len(paths)}\n"


def test_writing_says_what_system_it_needs_and_touches_nothing(tmp_path):
    with aw.LiveWorld.create(tmp_path / "there", aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))) as world:
        with world.tick():
            pass
    before = sorted(tmp_path.rglob("*"))
    said = run_without_posix("""
import pyarrow
from pathlib import Path
here = Path(sys.argv[1])
schema = aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))
for write in (lambda: aw.LiveWorld.create(here / "new", schema), lambda: aw.LiveWorld.resume(here / "there"),
              lambda: aw.import_table(pyarrow.table({"x": [1.0]}), here / "new"),
              lambda: FieldSnapshotWriter(here / "new", fields=["u"], grid_shape=(2,))):
    try:
        write()
    except aw.InvalidUseError as e:
        print(e)
""", tmp_path).splitlines()
    assert [s.replace(str(tmp_path), "") for s in said] == [
        f"Cannot write /{name}: this system ({sys.platform}) has no POSIX record locks, which keep a second writer out. Reading "
        "works here; write on Linux or macOS, or with the Java library." for name in ("new", "there", "new", "new")]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_path_may_begin_with_a_tilde_or_be_a_file_address(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    schema = aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))
    aw.LiveWorld.create("~/a run", schema).close()
    store = tmp_path / "a run"
    for path in ("~/a run", store.as_uri(), f"file://localhost{store.as_uri()[7:]}"):
        assert aw.open_store(path).path == store and aw.verify(path).ok
    for path, why in (("gs://bucket/run", "only paths of this machine and published stores at http, https and s3 addresses can be "
                       "opened, not gs addresses. Copy it to a folder first."),
                      ("file://elsewhere/run", "it is on the machine 'elsewhere'; expected file:///path of this one.")):
        with pytest.raises(aw.InvalidUseError) as e:
            aw.open_store(path)
        assert str(e.value) == f"Cannot open the store {path!r}: {why}"
