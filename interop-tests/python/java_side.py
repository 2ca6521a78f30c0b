# SPDX-License-Identifier: Apache-2.0
"""Runs the Java mains of this module's test classes. AW_INTEROP_CLASSPATH names them and what they need."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# What Arrow's direct memory needs; options a JDK does not know are skipped.
FLAGS = ["-XX:+IgnoreUnrecognizedVMOptions", "--add-opens=java.base/java.nio=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]


def command(main: str, *args: object, package: str = "org.arrowworld.interop") -> list[str]:
    """The command line of a main class, or a skip."""
    classpath = os.environ.get("AW_INTEROP_CLASSPATH")
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not classpath or not java:
        pytest.skip("AW_INTEROP_CLASSPATH and a java are needed for the Java side")
    return [java, *FLAGS, "-Xmx512m", "-cp", classpath, f"{package}.{main}", *map(str, args)]


def run(main: str, *args: object) -> str:
    """Runs a main class to its end and returns what it printed."""
    done = subprocess.run(command(main, *args), capture_output=True, text=True, timeout=300, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def tool(name: str) -> str:
    """A tool of the JDK, or a skip."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / name) if home else shutil.which(name)
    if not found:
        pytest.skip(f"no `{name}` of a JDK on the PATH")
    return found


def aw_command(*args: object) -> list[str]:
    """The command line of `aw`."""
    return command("Main", *args, package="org.arrowworld.cli")


def aw(*args: object, code: int = 0) -> str:
    """Runs `aw` to its end, expects an exit code, returns its standard output."""
    done = subprocess.run(aw_command(*args), capture_output=True, text=True, timeout=300, check=False, encoding="utf-8")
    assert done.returncode == code, done.stderr
    return done.stdout
