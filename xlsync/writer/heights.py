"""How high a row must be for its wrapped text: merged cells do not grow by themselves."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.grid import Area
    from xlsync.template import Style

MAX_HEIGHT = 409.0
"""Points; the highest row that a spreadsheet draws."""

_SIZE_OF_WIDTHS = 10.5
"""Column widths count half-width characters of about this font size."""

_LINE = 1.4
_PADDING = 6.0
_MARGIN = 1.5
"""Half-width characters that a cell keeps free at its sides."""


def text_height(text: str, area: Area, columns: Sequence[float], style: Style) -> float:
    """Points that a text needs in an area of the sheet, ``columns`` being all its widths."""
    size = style.size or _SIZE_OF_WIDTHS
    width = sum(columns[area.left - 1 : area.right]) - _MARGIN * size / _SIZE_OF_WIDTHS
    characters = max(2.0, width * _SIZE_OF_WIDTHS / size)
    lines = sum(max(1, math.ceil(_width(line) / characters)) for line in text.split("\n"))
    return min(MAX_HEIGHT, lines * size * _LINE + _PADDING)


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in line)
