"""Repositories as an older xlsync made them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from xlsync.repository.arranging import Arrangement

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def in_format(number: int) -> Iterator[None]:
    """Let repositories that are made meanwhile in this process be of this format."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlsync.repository.repository.NEWEST", Arrangement(number))
        yield
