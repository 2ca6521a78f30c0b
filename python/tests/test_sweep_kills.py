# SPDX-License-Identifier: Apache-2.0
"""A sample of sweep_kills.py, which does all of it: R-5."""

import random

import pytest
import sweep_kills

pytest.importorskip("fcntl", reason="a store is written on POSIX only")


def test_a_sweep_that_is_killed_again_and_again_ends_as_one_that_was_not(tmp_path):
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"python python/tests/sweep_kills.py --runs 8 --kills 3 --seed {seed}")
    sweep_kills.check(tmp_path, 8, 3, seed)
