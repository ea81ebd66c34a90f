"""Children that do some work and are killed at an exact touch of the disk."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="a child is killed at an exact point by fork"
)


def in_child(work: Callable[[], object]) -> int:
    """Start a child that does the work; it exits with 0 when it came through."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except XlsyncError:
            os._exit(3)
        os._exit(0)
    return child


def exit_code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, work: Callable[[], object]) -> int:
    """The exit code of a child that is killed at its n-th touch of the disk."""
    touches = _Touches(number)

    def watched() -> None:
        sys.addaudithook(touches)
        work()

    return exit_code(in_child(watched))


def touches_of(work: Callable[[], object], told: Path) -> int:
    """How often a child that nobody kills touches the disk; it tells by a file."""
    touches = _Touches(0)

    def watched() -> None:
        sys.addaudithook(touches)
        work()
        told.write_text(str(touches.seen), encoding="utf-8")

    assert exit_code(in_child(watched)) == 0
    return int(told.read_text(encoding="utf-8"))


class _Touches:
    """Counts touches of the disk, and kills this process at one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.seen = 0

    def __call__(self, event: str, _: object) -> None:
        if event == "open" or event.startswith(("os.", "tempfile.")):
            self.seen += 1
            if self.seen == self.last:
                os.kill(os.getpid(), signal.SIGKILL)
