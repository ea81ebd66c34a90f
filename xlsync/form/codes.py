"""Code lists: which value a text stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.types import comparable

if TYPE_CHECKING:
    from xlsync.mapping import CodeList
    from xlsync.record import Json


def coded(codes: CodeList, text: str) -> tuple[str | None] | None:
    """The value that a text stands for, in a tuple of one, or None where the list is silent."""
    key = comparable(text)
    return (codes.known[key],) if key in codes.known else None


def decoded(codes: CodeList, text: Json) -> Json:
    """The value that a text stands for; the text itself where the list is silent."""
    known = coded(codes, text)
    return known[0] if known else text
