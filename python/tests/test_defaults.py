# SPDX-License-Identifier: Apache-2.0
"""Nothing depends on the machine's locale, charset or time zone."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("python", "interop-tests", "benchmarks")
TEXT_FILES = {"open", "read_text", "write_text", "NamedTemporaryFile", "TemporaryFile", "fdopen"}
OF_THE_MACHINE = {"setlocale", "getpreferredencoding", "getlocale", "localtime", "strftime", "fromtimestamp"}


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"target", "build"} & set(path.relative_to(ROOT).parts):
                yield path


def name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def names_encoding(call: ast.Call) -> bool:
    return any(k.arg in ("encoding", None) for k in call.keywords)


def is_binary(call: ast.Call) -> bool:
    modes = [a.value for a in call.args if isinstance(a, ast.Constant)] + [
        k.value.value for k in call.keywords if k.arg == "mode" and isinstance(k.value, ast.Constant)]
    return any(isinstance(m, str) and "b" in m and set(m) <= set("rwxab+") for m in modes)


def opens_text(call: ast.Call) -> bool:
    """Whether a call opens a file, or a child's streams, as text in the machine's own charset."""
    word = name(call)
    if names_encoding(call):
        return False
    if any(k.arg in ("text", "universal_newlines") and getattr(k.value, "value", False) for k in call.keywords):
        return True
    if word == "read_text":
        return not call.args
    if word == "write_text":
        return len(call.args) < 2
    if word == "open" and isinstance(call.func, ast.Attribute):
        receiver = ast.unparse(call.func.value)
        return receiver.lower().endswith("path") and not is_binary(call)
    if word == "open":
        return not is_binary(call)
    return word in TEXT_FILES and any(
        isinstance(k.value, ast.Constant) and isinstance(k.value.value, str) and "b" not in k.value.value
        for k in call.keywords if k.arg == "mode")


@pytest.mark.skipif(not (ROOT / "pom.xml").exists(), reason="the repository is not around this package")
def test_every_text_file_is_opened_with_its_encoding() -> None:
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (opens_text(node) or name(node) in OF_THE_MACHINE):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)[:80]}")
    assert not found, "\n".join(found)


HOSTILE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Kathmandu"}


def said(folder: Path, store: Path, **defaults: str) -> tuple[int, bytes]:
    """What the command line says of a store, under some defaults of the machine."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON", "TZ"))}
    variables = {**plain, "PYTHONPATH": str(ROOT / "python" / "src"), **defaults}
    done = [subprocess.run([sys.executable, "-m", "arrow_world", verb, str(store)], cwd=folder, env=variables,
                           capture_output=True, check=False) for verb in ("info", "verify")]
    return max(d.returncode for d in done), b"".join(d.stdout + d.stderr for d in done)


def test_reading_is_the_same_under_other_defaults_in_a_folder_that_is_not_ascii(tmp_path: Path) -> None:
    vectors = ROOT / "docs" / "spec" / "conformance"
    if not vectors.exists():
        pytest.skip("the conformance vectors are not around this package")
    folder = tmp_path / "\u00dcn\u00ef"
    for name in ("first", "wide", "forked"):
        shutil.copytree(vectors / name / "store", folder / name)
        code, text = said(folder, Path(name), LC_ALL="C.UTF-8")
        assert code == 0, text
        assert said(folder, Path(name), **HOSTILE) == (code, text)
        assert said(tmp_path, folder / name, **HOSTILE)[0] == 0
