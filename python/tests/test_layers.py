# SPDX-License-Identifier: Apache-2.0
"""No module imports one that imports it: read from the source, imports inside functions and for types counted in."""

from __future__ import annotations

import ast
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import arrow_world

PACKAGE = Path(arrow_world.__file__).parent


def imports(package: Path) -> dict[str, set[str]]:
    """The modules of a package and what each imports of them."""
    paths = {
        ".".join((package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in package.rglob("*.py")
    }
    return {module: imported(module, path, paths.keys()) for module, path in paths.items()}


def imported(module: str, path: Path, known: Collection[str]) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
            within = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join((*within, *filter(None, [node.module])))
            names |= {f"{base}.{a.name}" if f"{base}.{a.name}" in known else base for a in node.names}
    return {name for name in names if name in known and name != module}


def in_order(graph: dict[str, set[str]]) -> list[str]:
    return list(TopologicalSorter(graph).static_order())


def test_no_module_imports_one_that_imports_it() -> None:
    assert "arrow_world" in in_order(imports(PACKAGE))


def test_a_circle_is_found(tmp_path: Path) -> None:
    package = tmp_path / "planted"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    (package / "one.py").write_text("def call():\n    from .two import other\n    return other", "utf-8")
    (package / "two.py").write_text("from planted import one\n\ndef other():\n    return one", "utf-8")
    with pytest.raises(CycleError, match="planted.one"):
        in_order(imports(package))
