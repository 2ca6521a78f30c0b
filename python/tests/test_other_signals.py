# SPDX-License-Identifier: Apache-2.0
"""An exception of another signal's handler (a timeout's, say) may come out of any instruction: nothing stays locked or deaf."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import arrow_world as aw
from arrow_world import lock
from arrow_world.interrupts import deferred_interrupts

FOLDER = str(Path(aw.__file__).parent)
SCHEMA = aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))
STEP = int(os.environ.get("AW_STEP", "17"))


class Alarm(BaseException):
    """What the handler of another signal raises."""


def raised_at(number: int, work: Callable[[], Any]) -> bool:
    """Raises Alarm at the instruction of this package with this number; whether there was one."""
    left = number

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise Alarm
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except Alarm:
        return True
    finally:
        sys.settrace(before)
    return False


def check_ctrl_c_is_heard() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.fixture(autouse=True)
def default_handler() -> Any:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
    with contextlib.suppress(RuntimeError):  # a tracer, unlike a signal, may raise between the taking of a lock and its block
        while True:
            lock._guard.release()


def run(world: aw.LiveWorld) -> None:
    for _ in range(2):
        with world.tick() as t:
            t["a"].insert(x=1.0)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tracers raise elsewhere in older versions")
def test_close_is_tried_again_until_the_store_is_let_go(tmp_path: Path) -> None:
    number, going = 0, True
    while going:
        number += STEP
        world = aw.LiveWorld.create(tmp_path / f"{number}", SCHEMA, durability="none")
        run(world)
        going = raised_at(number, world.close)
        check_ctrl_c_is_heard()
        world.close()
        with aw.LiveWorld.resume(world.path, durability="none") as again:
            assert again.last_tick == 1, f"at instruction {number}"
    assert number > 5 * STEP


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tracers raise elsewhere in older versions")
@pytest.mark.parametrize("what", ["create", "resume"])
def test_what_did_not_begin_can_be_begun_again(tmp_path: Path, what: str) -> None:
    number, going = 0, True
    while going:
        number += 31 * STEP
        path = tmp_path / f"{number}"
        if what == "resume":
            with aw.LiveWorld.create(path, SCHEMA, durability="none") as world:
                run(world)
        made: list[aw.LiveWorld] = []
        going = raised_at(number, lambda: made.append(
            aw.LiveWorld.resume(path, durability="none") if what == "resume" else aw.LiveWorld.create(path, SCHEMA, durability="none")))
        check_ctrl_c_is_heard()
        for world in made:
            world.close()
        again = aw.LiveWorld.open(path, SCHEMA, durability="none")
        run(again)
        again.close()
        assert aw.verify(path), f"at instruction {number}"
    assert number > 5 * STEP


def test_ctrl_c_is_heard_by_the_next_block_after_one_that_was_not_left() -> None:
    def left_open() -> deferred_interrupts:
        held = deferred_interrupts()
        held.__enter__()
        signal.raise_signal(signal.SIGINT)
        return held

    held = left_open()
    with pytest.raises(KeyboardInterrupt):
        with deferred_interrupts():
            pass  # what was noted is told now
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler and held is not None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_create_without_room_for_the_holders_name_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def full(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as m:
        m.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match=os.strerror(code)):
            aw.LiveWorld.create(tmp_path / "deep" / "s", SCHEMA)
    assert not any(tmp_path.iterdir())
    aw.LiveWorld.create(tmp_path / "deep" / "s", SCHEMA).close()
    with monkeypatch.context() as m:
        m.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match=os.strerror(code)):
            aw.LiveWorld.resume(tmp_path / "deep" / "s")
    assert (tmp_path / "deep" / "s" / "LOCK").exists()
    aw.LiveWorld.resume(tmp_path / "deep" / "s").close()
