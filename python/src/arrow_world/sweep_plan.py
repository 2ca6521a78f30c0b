# SPDX-License-Identifier: Apache-2.0
"""Which runs a sweep has: a grid or a list of parameters."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from .errors import InvalidUseError
from .parameters import senses, text_of

_MOST_RUNS = 1_000_000


def grid(**values: Iterable[Any]) -> list[dict[str, Any]]:
    """Parameters for each combination of values; the last parameter changes fastest.

    `grid(rate=[0.5, 1.0], seed=range(1, 101))` is 200 runs.
    """
    varied, runs = dict[str, list[Any]](), 1
    for name, each in values.items():
        if isinstance(each, (str, bytes, Mapping)) or not isinstance(each, Iterable):
            raise InvalidUseError(f"Cannot vary {name!r} over {each!r}: expected several values, as in a list or a range.")
        varied[name] = list(itertools.islice(each, _MOST_RUNS + 1))
        runs *= len(varied[name])
        if runs > _MOST_RUNS:
            raise _too_many()
    return [dict(zip(varied, point)) for point in itertools.product(*varied.values())]


def _too_many() -> InvalidUseError:
    """What to say of a plan that is too large."""
    return InvalidUseError(f"Cannot plan more than {_MOST_RUNS:,} runs: make several sweeps.")


def planned_texts(plan: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """A plan's parameters as texts. Raises InvalidUseError for what is no parameter, and for two runs that would be one."""
    if isinstance(plan, (str, bytes, Mapping)) or not isinstance(plan, Iterable):
        raise InvalidUseError(f"Cannot sweep over {plan!r}: expected parameters for each run, as grid(seed=range(100)) or a list of "
                              "dicts gives them.")
    runs, known = list[dict[str, str]](), set[Any]()
    for given in plan:
        if not isinstance(given, Mapping):
            raise InvalidUseError(f"Cannot plan a run of {given!r}: expected its parameters by name, in a dict.")
        texts = {name: text_of(name, value) for name, value in given.items()}
        if senses(texts) in known:
            shown = " ".join(f"{n}={t}" for n, t in texts.items())
            raise InvalidUseError(f"Cannot plan two runs with the parameters {shown}: they would be the same. Tell them apart by a "
                                  "parameter such as seed.")
        known.add(senses(texts))
        runs.append(texts)
        if len(runs) > _MOST_RUNS:
            raise _too_many()
    return runs
