# SPDX-License-Identifier: Apache-2.0
"""What stands in a folder of runs: the plan, outcomes, and what each run's own files say (docs/spec/runs.md)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from . import jsonfile
from .atomic_files import force_directory, publish_file
from .errors import ArrowWorldError, DamagedFileError, UnsupportedVersionError
from .jsonfile import Members
from .lock import output_lock
from .log import Scan, Wanted
from .parameters import is_name, sense_of, senses
from .storefiles import StoreFiles

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=,+-]{0,99}")
_NEVER = (1 << 63) - 1
_FORMAT = 1


def is_run_name(name: str) -> bool:
    """Whether it can be a run's name (R-1)."""
    return _NAME.fullmatch(name) is not None and not name.endswith(".tmp")


def run_names(folder: Path) -> list[str]:
    """The subdirectories that are runs; links are not followed."""
    with os.scandir(folder) as found:
        return sorted(e.name for e in found if is_run_name(e.name) and e.is_dir(follow_symlinks=False) and is_store(Path(e.path)))


def is_store(path: Path) -> bool:
    """Whether there is a store, by its store.json; links are not followed."""
    file = path / "store.json"
    return file.is_file() and not file.is_symlink() and not path.is_symlink()


def read_plan(folder: Path) -> dict[str, dict[str, str]]:
    """The planned parameters by run, in the plan's order; empty where there is no plan (R-4)."""
    path = folder / "sweep.json"
    if not path.exists():
        return {}
    plan = Members(jsonfile.read(path), path)
    if plan.text("kind") != "arrow-world sweep":
        raise DamagedFileError(f"kind is {plan.text('kind')!r}, expected 'arrow-world sweep'", path)
    if plan.count("format") != _FORMAT:
        raise UnsupportedVersionError(f"Cannot read {path}: its format is {plan.count('format')}, this package reads {_FORMAT}. "
                                      "Use a newer arrow-world.")
    runs: dict[str, dict[str, str]] = {}
    for item in plan.items("runs"):
        run = Members(item, path, "a run")
        name, texts = run.text("run"), run.strings("parameters")
        if not is_run_name(name) or name in runs or not all(map(is_name, texts)):
            raise DamagedFileError(f"{name!r} is not a run's name, stands twice, or has parameters without a name", path)
        runs[name] = texts
    return runs


def extend_plan(folder: Path, wanted: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Adds to the plan what it lacks; the wanted parameters by run. The caller holds the folder's LOCK."""
    runs = read_plan(folder)
    known, before = {senses(texts): name for name, texts in runs.items()}, len(runs)
    named: dict[str, dict[str, str]] = {}
    for texts in wanted:
        name = known.get(senses(texts)) or _free(folder, runs)
        runs.setdefault(name, dict(texts))
        known[senses(texts)] = name
        named[name] = dict(texts)
    if len(runs) > before or not before:
        with output_lock(folder / "sweep.json") as free:
            free(folder / "sweep.json.tmp")
            publish_file(folder / "sweep.json", jsonfile.encode({
                "kind": "arrow-world sweep", "format": _FORMAT,
                "runs": [{"run": name, "parameters": texts} for name, texts in runs.items()]}))
    return named


def _free(folder: Path, runs: Mapping[str, object]) -> str:
    """The next number that is neither planned nor a store's or an outcome's that was there before."""
    number = len(runs)
    while (name := f"{number:06d}") in runs or (folder / name).exists() or (folder / "outcomes" / f"{name}.json").exists():
        number += 1
    return name


@dataclass(frozen=True)
class End:
    """Where a log ends: its last committed tick, -1 for none, the seq after it, and the digest chain there."""

    tick: int = -1
    seq: int = 0
    chain: str = "0" * 16


@dataclass(frozen=True)
class Outcome:
    """How a run ended: where its log ended, and why it failed, if it did (R-5)."""

    end: End
    failure: str | None

    def write(self, folder: Path, run: str) -> None:
        """Publishes it. The caller holds the folder's LOCK."""
        path = _outcome_path(folder, run)
        if not path.parent.exists():
            path.parent.mkdir()
            force_directory(folder)
        members: dict[str, object] = {"kind": "arrow-world outcome", "run": run, "outcome": "done" if self.failure is None else "failed"}
        if self.end.tick >= 0:
            members |= {"tick": f"{self.end.tick:016x}", "seq": f"{self.end.seq:016x}", "chain": self.end.chain}
        if self.failure is not None:
            members["message"] = self.failure.encode("utf-8", "replace").decode()
        publish_file(path, jsonfile.encode(members))


def delete_outcome(folder: Path, run: str) -> None:
    """Deletes the outcome of a run that is to be begun again, if it has one."""
    path = _outcome_path(folder, run)
    if path.exists():
        path.unlink()
        force_directory(path.parent)


def _outcome_path(folder: Path, run: str) -> Path:
    return folder / "outcomes" / f"{run}.json"


def _read_outcome(folder: Path, run: str) -> Outcome | None:
    path = _outcome_path(folder, run)
    if not path.exists():
        return None
    m = Members(jsonfile.read(path), path)
    kind = m.text("outcome")
    if m.text("kind") != "arrow-world outcome" or m.text("run") != run or kind not in ("done", "failed"):
        raise DamagedFileError(f"it is not the outcome of {run}", path)
    end = End(m.u64("tick"), m.u64("seq"), m.hex("chain")) if "tick" in m.raw else End()
    return Outcome(end, m.text("message") if kind == "failed" else None)


def is_live(path: Path) -> bool:
    """Whether a segment is live, and the run so may be written now."""
    live = path / "log" / "live"
    return live.is_dir() and any(p.name.endswith(".arrows") for p in live.iterdir())


def mark_of(folder: Path, run: str, planned: Mapping[str, str]) -> str | None:
    """The mark (R-8): None where there is no store, or one that may change at any time."""
    path = folder / run
    if not is_store(path) or is_live(path) or (path / "fence.json").exists():
        return None
    lines = [f"{name}={text}\n" for name, text in planned.items()]
    lines += _line(_outcome_path(folder, run)) + _line(path / "store.json")
    log = path / "log"
    for name in sorted(os.listdir(log)) if log.is_dir() else ():
        lines += _line(log / name)
    return blake2b("".join(lines).encode(), digest_size=8).hexdigest()


def _line(file: Path) -> list[str]:
    try:
        found = os.lstat(file)
    except FileNotFoundError:
        return []
    return [f"{file.name} {found.st_size} {found.st_mtime_ns}\n"] if file.is_file() and not file.is_symlink() else []


def log_end_of(path: Path) -> End:
    """Where a store's log ends; reads the ends of its last segments."""
    files = StoreFiles(path).log_files()
    for segment in reversed(files.segments):
        end = Scan(files, segment.first_seq, wanted=Wanted(_NEVER, _NEVER))
        for _ in end:
            pass
        if end.last_tick >= 0 and end.chain is not None:
            return End(end.last_tick, end.end_seq, jsonfile.chain_hex(end.chain))
    base = StoreFiles(path).base()
    return End() if base is None else End(base.tick, base.seq, jsonfile.chain_hex(base.chain))


def rows_of(path: Path, end: End) -> int:
    """How many rows a store's log has up to there."""
    segments = StoreFiles(path).segments()
    return end.seq - segments[0].first_seq if segments else 0


@dataclass(frozen=True)
class RunFacts:
    """What a run's own files say (R-3, R-6)."""

    state: str
    tick: int | None
    rows: int | None
    message: str | None
    store: str | None
    texts: dict[str, str]


def read_run(folder: Path, run: str, planned: Mapping[str, str] | None) -> RunFacts:
    """Reads a run; planned: the plan's parameters, None for a run that it does not name."""
    path, texts = folder / run, dict(planned or {})
    outcome, end, rows, store, live = None, End(), 0, None, False
    damage = "it is a link, and links are not followed" if path.is_symlink() else None
    try:
        outcome = _read_outcome(folder, run)
        if is_store(path):
            info = StoreFiles(path).info
            end, store, live = log_end_of(path), info.store.hex(), is_live(path)
            rows = rows_of(path, end)
            for name, text in info.properties.items():
                if name in texts and sense_of(texts[name]) != sense_of(text):
                    damage = f"the store says that {name} is {text}, the plan that it is {texts[name]}"
                elif is_name(name):
                    texts.setdefault(name, text)
    except (ArrowWorldError, OSError) as e:
        damage = str(e)
    if outcome is not None and outcome.failure is not None:
        state, damage = "failed", outcome.failure
    elif not is_store(path) and not path.is_symlink():
        state, damage = "waiting", None
    elif damage is not None:
        state = "damaged"
    elif outcome is not None:
        state = "done" if outcome.end == end else "begun"
    elif end.tick < 0:
        state = "waiting"
    else:
        state = "begun" if planned is not None or live else "done"
    known = end.tick >= 0
    return RunFacts(state, end.tick if known else None, rows if known else None, damage, store, texts)
