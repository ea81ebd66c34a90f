"""Lines of a report before they meet a screen: pieces of text, each with a style.

The text alone says everything; a style (a word such as ``red``) only makes it easier to see.
What comes from a form passes through :func:`visible`, so that nothing in it can hide.
"""

from __future__ import annotations

import re

Span = tuple[str, str]
"""A piece of text and its style, which may be empty."""
Line = tuple[Span, ...]

# Control characters could drive the terminal, directions could turn a line around, and blanks
# without width or of an odd kind would make two different texts look the same.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
LINE_BREAK = "〔换行〕"


def visible(text: str) -> str:
    """The text on one line, with everything that does not show written out."""
    return _HIDDEN.sub(_written_out, text)


def visible_lines(text: str) -> str:
    """The same for a text that may keep its line breaks."""
    return "\n".join(visible(one) for one in text.split("\n"))


def _written_out(match: re.Match[str]) -> str:
    return LINE_BREAK if match[0] == "\n" else f"〔U+{ord(match[0]):04X}〕"


def line(text: str, style: str = "") -> Line:
    """A line in one style."""
    return ((text, style),)


def plain(spans: Line) -> str:
    """The line without its styles."""
    return "".join(text for text, _ in spans)
