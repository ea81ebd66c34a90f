"""Glyphs to lines, and lines to the text that was typed: which breaks are the typist's own."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAME_LINE = 0.5
"""Parts of a glyph's height by which glyphs of one line may lie apart."""

_GAP = 1.5
"""Heights of a glyph between two words that belong to different cells."""

_ROUNDING = 0.1
"""Points by which places in a PDF are rounded."""

# What programs never part (UAX 14): a closing sign from what is before it, an opening one from
# what follows, and the letters of a word or the digits of a figure.
_CLOSING = "，。、；：？！）〕】》〉”’…—%％℃,.;:?!)]}"
_OPENING = "（〔【《〈“‘([{"
_WORD = re.compile(r"[A-Za-z0-9.,%:/_-]+")


class Glyph(NamedTuple):
    """A piece of text at its place on a page, in points from the upper left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @classmethod
    def of(cls, char: dict[str, Any]) -> Glyph:
        """The glyph that pdfplumber tells."""
        return cls(char["text"], char["x0"], char["x1"], char["top"], char["bottom"])

    @property
    def middle(self) -> tuple[float, float]:
        """Where its middle lies."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """Its height."""
        return self.bottom - self.top


def lines_of(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """The lines from top to bottom, each from left to right."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda one: one.middle[1]):
        if lines:
            last = lines[-1][-1]
            if abs(glyph.middle[1] - last.middle[1]) <= _SAME_LINE * max(glyph.size, last.size):
                lines[-1].append(glyph)
                continue
        lines.append([glyph])
    return [sorted(line, key=lambda one: one.x0) for line in lines]


def split_at_gaps(line: list[Glyph]) -> Iterator[list[Glyph]]:
    """The pieces of a line between wide gaps."""
    piece = line[:1]
    for before, glyph in pairwise(line):
        if glyph.x0 - before.x1 > _GAP * max(glyph.size, before.size):
            yield piece
            piece = []
        piece.append(glyph)
    yield piece


def text_of(glyphs: list[Glyph], box: tuple[float, float, float, float], padding: float) -> str:
    """The text of a cell; a line that had no room for what follows goes on in the next one."""
    room = box[2] - box[0] - 2 * padding
    lines = [line for line in lines_of(glyphs) if "".join(one.text for one in line).strip()]
    text = ""
    for index, line in enumerate(lines):
        text += "".join(one.text for one in line).rstrip()
        if index + 1 < len(lines) and not _is_full(line, lines[index + 1], room):
            text += "\n"
    return text


def _is_full(line: list[Glyph], following: list[Glyph], room: float) -> bool:
    """Whether what the next line begins with would not have fitted behind a line."""
    first, last = _inked(line)[0], _inked(line)[-1]
    begun = _inked(following)
    unit = begun[: _unbroken([one.text for one in begun])]
    width = (last.x1 - first.x0) + (unit[-1].x1 - unit[0].x0)
    return width > room + _ROUNDING


def _inked(line: list[Glyph]) -> list[Glyph]:
    return [one for one in line if one.text.strip()] or line


def _unbroken(texts: list[str]) -> int:
    """How many glyphs at the start of a line stay together, at least one."""
    count = 0
    while count < len(texts) and texts[count] in _OPENING:
        count += 1
    is_word = count < len(texts) and _WORD.fullmatch(texts[count])
    count += 1
    while is_word and count < len(texts) and _WORD.fullmatch(texts[count]):
        count += 1
    while count < len(texts) and texts[count] in _CLOSING:
        count += 1
    return min(count, len(texts))
