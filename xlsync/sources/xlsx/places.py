"""Where on a sheet a reference leads; the same few thousand references come in every file."""

from __future__ import annotations

from functools import lru_cache

from xlsync.grid import MAX_COLUMN, MAX_ROW, Address

_DIGITS = "0123456789"

LONGEST_REFERENCE = 20
"""Characters; what is longer names no place."""


@lru_cache(maxsize=8192)
def start(reference: str) -> Address | None:
    """The place that a reference names; None for one that a sheet does not have."""
    letters = reference.rstrip(_DIGITS)
    try:
        return address(int(reference[len(letters) :]), Address.parse(f"{letters}1").column)
    except ValueError:
        return None


def address(row: int, column: int) -> Address | None:
    """The place in a row and column, None outside of a sheet."""
    is_on_sheet = 0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN
    return Address(row, column) if is_on_sheet else None
