"""Texts as a cell can hold them, with a visible sign for what it cannot."""

from __future__ import annotations

from xlsync.types.texts import MAX_LENGTH, UNWRITABLE, length_on_sheet

_PIECE = MAX_LENGTH // 2
"""Characters that fit however they are counted."""

_CONTROL_PICTURES = 0x2400
_FIRST_PRINTABLE = 0x20


def fits(text: str) -> bool:
    """Whether a cell holds a text as it is."""
    return UNWRITABLE.search(text) is None and length_on_sheet(text) <= MAX_LENGTH


def holdable(text: str) -> str:
    """The text with a sign in place of every character that no cell can hold."""
    return UNWRITABLE.sub(lambda match: _sign(ord(match[0])), text)


def pieces(text: str) -> list[str]:
    """The text as cells can hold it, in as many as it needs; one at least."""
    shown = holdable(text)
    return [shown[at : at + _PIECE] for at in range(0, len(shown), _PIECE)] or [""]


def cut(text: str, length: int) -> str:
    """The beginning of a long text, as a cell can hold it."""
    shown = holdable(text)
    return shown if len(shown) <= length else f"{shown[:length]}……"


def _sign(code: int) -> str:
    return chr(_CONTROL_PICTURES + code) if code < _FIRST_PRINTABLE else "\ufffd"
