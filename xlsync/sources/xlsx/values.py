"""What a cell element means: type, value and format to text and kind.

ECMA-376 part 1, clauses 18.3.1.4 (c) and 18.18.11 (ST_CellType).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.grid import Aside, Cell, Kind
from xlsync.sources.xlsx.spelling import unescape
from xlsync.sources.xlsx.styles import DEFAULT_STYLE, iso_to_iso, serial_to_iso

if TYPE_CHECKING:
    from xlsync.sources.xlsx.strings import Text
    from xlsync.sources.xlsx.styles import ContentStyle

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = Aside(is_whole=True)

SHARED = "s"
"""The type of a cell whose value is the number of a shared string."""

_BOOLEANS = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}


@dataclass(frozen=True, slots=True)
class Values:
    """The tables of a workbook that give its cells their meaning."""

    strings: list[Text]
    styles: dict[str, ContentStyle]
    is_1904: bool

    def style(self, number: str) -> ContentStyle:
        """The format that a cell names by its number; one that is not there is the default."""
        return self.styles.get(number, DEFAULT_STYLE)


def plain_cell(
    cell_type: str, style: ContentStyle, formula: str | None, content: Text, *, is_1904: bool
) -> Cell | None:
    """A cell in its plain spelling, None for a blank one.

    The content is as spelled, without entities, or that of a shared string.
    """
    if not isinstance(content, str) or not content or cell_type == SHARED:
        return made_cell(content, Kind.TEXT, style, formula)
    text, kind = interpret(cell_type or "n", content, style, is_1904=is_1904)
    return made_cell(text, kind, style, formula)


def made_cell(content: Text, kind: Kind, style: ContentStyle, formula: str | None) -> Cell | None:
    """A cell of a content and a format; None of nothing."""
    if isinstance(content, str):
        text, aside = content, _WHOLE if style.is_struck and content.strip() else None
    else:
        text, aside = content.shown(is_struck=style.is_struck)
    if formula is None and not text and aside is None:
        return None
    return Cell(text, kind, style.number_format, formula, style.locked, aside)


def interpret(
    cell_type: str, value: str, style: ContentStyle, *, is_1904: bool
) -> tuple[str, Kind]:
    """Return text and kind for the content of ``<v>``; ``cell_type`` is the cell's ``t``.

    What is not what the type promises (letters in a number) comes back as text, unchanged.
    """
    if cell_type == "n":
        return _number(value, style, is_1904=is_1904)
    if cell_type == "b":
        return _BOOLEANS.get(value.strip(), value), Kind.BOOLEAN
    if cell_type == "e":
        return unescape(value), Kind.ERROR
    if cell_type == "d":
        iso = iso_to_iso(value)
        return (unescape(value), Kind.TEXT) if iso is None else (iso, Kind.DATE)
    return unescape(value), Kind.TEXT


def _number(value: str, style: ContentStyle, *, is_1904: bool) -> tuple[str, Kind]:
    digits = value.strip()
    if not _NUMBER.fullmatch(digits):
        return unescape(value), Kind.TEXT
    if style.is_date:
        iso = serial_to_iso(float(digits), style.number_format, is_1904=is_1904)
        if iso is not None:
            return iso, Kind.DATE
    return digits, Kind.NUMBER
