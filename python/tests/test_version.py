# SPDX-License-Identifier: Apache-2.0
"""One version everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import arrow_world

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not (ROOT / "pom.xml").exists(), reason="the repository is not around this package")
def test_the_package_has_the_version_of_the_maven_build() -> None:
    found = ElementTree.parse(ROOT / "pom.xml").getroot().findtext("{http://maven.apache.org/POM/4.0.0}version") or ""
    assert arrow_world.__version__ == re.sub("-SNAPSHOT$", ".dev0", found)
    for pom in ROOT.glob("*/pom.xml"):
        assert f"<version>{found}</version>" in pom.read_text("utf-8"), pom
    assert f'arrow-world-bom:{found}"' in (ROOT / "examples" / "gradle" / "build.gradle.kts").read_text("utf-8")


def test_the_oldest_versions_that_are_tested_are_those_that_are_claimed():
    folder = Path(__file__).resolve().parents[1]
    if not (folder / "pyproject.toml").exists():
        pytest.skip("pyproject.toml is not beside the tests")
    claimed = dict(re.findall(r'"([a-z]+)>=([0-9.]+)"', (folder / "pyproject.toml").read_text(encoding="utf-8")))
    tested = dict(re.findall(r"^([a-z]+)==([0-9.]+)$", (folder / "versions" / "oldest.txt").read_text(encoding="utf-8"), re.MULTILINE))
    del claimed["setuptools"]
    plain = [{name: re.sub(r"(\.0)+$", "", versions[name]) for name in claimed} for versions in (tested, claimed)]
    assert plain[0] == plain[1]
