"""Trying again after a lost race: another process committed first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from xlsync.repository import MovedError

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

ATTEMPTS = 20
"""Others may commit in between; each lost race is one attempt."""


def until_committed(step: Callable[[], Result]) -> Result:
    """Do a step that reads the repository and commits, anew after each lost race.

    Raises:
        MovedError: when the last attempt was lost too.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return step()
        except MovedError:
            continue
    return step()
