"""What tests let a cluster do."""

from __future__ import annotations

import os
import signal
import time


def double(number: int) -> int:
    return 2 * number


def slowly(number: int) -> int:
    time.sleep(0.05)
    return 2 * number


def where(_: int) -> int:
    return os.getpid()


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refuse(number: int) -> int:
    raise OSError(5, f"the disk of {number} is full")
