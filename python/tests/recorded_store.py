# SPDX-License-Identifier: Apache-2.0
"""One run, live and sealed, that the tests of reading and comparing share."""

import shutil

import pytest
from helpers import live_file, run
from sealing import seal

import arrow_world as aw

TICKS = 60


@pytest.fixture(scope="module")
def hashes_and_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("reading") / "store"
    return run(path, TICKS, seed=23, snapshot_every=25), path


@pytest.fixture(scope="module", params=["live", "sealed"])
def store(request, hashes_and_path, tmp_path_factory):
    """The same run, live or sealed as a foreign writer seals it."""
    _, path = hashes_and_path
    copy = tmp_path_factory.mktemp(request.param) / "store"
    shutil.copytree(path, copy)
    opened = aw.open_store(copy)
    if request.param == "sealed":
        segment = opened.segments()[-1]
        if not segment.sealed:
            seal(live_file(copy), opened.info.store, True, segment.first_seq)
    return aw.open_store(copy)


@pytest.fixture(scope="module")
def hashes(hashes_and_path):
    return hashes_and_path[0]
