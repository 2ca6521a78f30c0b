# SPDX-License-Identifier: Apache-2.0
"""Builds the programs of interop-tests/languages into target/languages, or skips, saying why.

A dependency that cannot be had (no toolchain, no registry and nothing in its cache) is a reason to skip; a program that
does not build is a failure. Downloading is a step of its own, so that the two are told apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "mvnw").exists())
SOURCES = ROOT / "interop-tests" / "languages"
TARGET = ROOT / "interop-tests" / "target" / "languages"
SECONDS = 400  # for any one step

Programs = dict[str, list[str]]  # a program's name and the command that runs it


def _run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True,
                          timeout=SECONDS, check=False, encoding="utf-8")


def _need(*tools: str) -> None:
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"no `{tool}` on the PATH")


def _fetch(command: list[str], folder: Path, **variables: str) -> None:
    """What may need a registry, or a newer toolchain than there is."""
    try:
        done = _run(command, folder, **variables)
    except subprocess.TimeoutExpired:
        pytest.skip(f"`{' '.join(command)}` took more than {SECONDS} s")
    if done.returncode != 0:
        pytest.skip(f"`{' '.join(command)}` failed: {(done.stderr.strip() or done.stdout.strip())[-400:]}")


def _build(command: list[str], folder: Path, **variables: str) -> None:
    done = _run(command, folder, **variables)
    assert done.returncode == 0, done.stdout + done.stderr


def go() -> Programs:
    _need("go")
    source, out = SOURCES / "go", TARGET / "go"
    out.mkdir(parents=True, exist_ok=True)
    _fetch(["go", "mod", "download"], source, GOTOOLCHAIN="local", GOFLAGS="-mod=readonly")
    _build(["go", "build", "-o", f"{out}{os.sep}", "./cmd/..."], source, GOTOOLCHAIN="local",
           GOFLAGS="-mod=readonly -trimpath", GOPROXY="off", CGO_ENABLED="0")
    return {name: [str(out / name)] for name in ("check", "conformance", "read", "replay", "write")}


def rust() -> Programs:
    _need("cargo")
    source, out = SOURCES / "rust", TARGET / "rust"
    _fetch(["cargo", "fetch", "--locked"], source)
    _build(["cargo", "build", "--locked", "--offline", "--bins", "--target-dir", str(out)], source)
    return {name: [str(out / "debug" / name)] for name in ("read", "write")}


def javascript() -> Programs:
    _need("node", "npm")
    out = TARGET / "js"
    out.mkdir(parents=True, exist_ok=True)
    for name in (".npmrc", "package.json", "package-lock.json", "read.js", "rewrite.js"):
        shutil.copy(SOURCES / "js" / name, out)
    _fetch(["npm", "ci", "--prefer-offline", "--no-bin-links", "--ignore-scripts"], out)
    return {"read": ["node", str(out / "read.js")], "rewrite": ["node", str(out / "rewrite.js")]}


def cpp() -> Programs:
    """Arrow C++ is the library inside the pyarrow wheel."""
    _need("cmake", "c++")
    libraries = [f for d in pa.get_library_dirs() for f in sorted(Path(d).glob("libarrow.so.*"))]
    if not libraries:
        pytest.skip(f"no libarrow.so beside pyarrow {pa.__version__}")
    out = TARGET / "cpp"
    _build(["cmake", "-S", str(SOURCES / "cpp"), "-B", str(out), f"-DARROW_INCLUDE={pa.get_include()}",
            f"-DARROW_LIBRARY={libraries[0]}"], ROOT)
    _build(["cmake", "--build", str(out)], ROOT)
    return {"read": [str(out / "read")]}


BUILDERS: dict[str, Callable[[], Programs]] = {"Rust": rust, "Go": go, "JavaScript": javascript, "C++": cpp}


def run(command: list[str], *args: object, code: int = 0) -> str:
    """Runs a program to its end, expects an exit code, returns its standard output."""
    done = subprocess.run([*command, *map(str, args)], capture_output=True, text=True, encoding="utf-8", timeout=120,
                          check=False)
    assert done.returncode == code, f"exit {done.returncode}: {done.stderr}{done.stdout}"
    return done.stdout
