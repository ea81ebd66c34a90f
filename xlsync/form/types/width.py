"""Blanks and full-width forms: what a Chinese keyboard types, folded before it is read.

Only the width is folded. Unicode's compatibility forms go further: they make 52 of ``5²`` and
101 of ``10①``, which would be a guess.
"""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_TO_ASCII = 0xFEE0
_NARROW = {wide: wide - _TO_ASCII for wide in range(0xFF01, 0xFF5F)} | {
    ord("\u3000"): " ",
    ord("￥"): "¥",
    ord("﹪"): "%",
    ord("−"): "-",
}


def narrow(text: str) -> str:
    """The text with ordinary letters, digits and signs in place of their full-width forms."""
    return text.translate(_NARROW)


def single_blanks(text: str) -> str:
    """The text on one line, every run of blanks one ordinary blank, none at its ends."""
    return _BLANKS.sub(" ", narrow(text)).strip()


def unmarked(text: str) -> str:
    """A typed number or date, narrow, without the apostrophe that only says "this is text"."""
    return narrow(text).strip().removeprefix("'").removeprefix("’").strip()


def without_blanks(text: str) -> str:
    """The text without any blank, line break or zero-width character."""
    return _BLANKS.sub("", text)
