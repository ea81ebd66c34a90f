"""How high a row must be for its wrapped text: merged cells do not grow by themselves."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from xlsync.form.room import LINE, PADDING, room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.form import Form, Layout
    from xlsync.grid import Area
    from xlsync.template import Style
    from xlsync.writer.contents import Filled

MAX_HEIGHT = 409.0
"""Points; the highest row that a spreadsheet draws."""


class Heights:
    """The rows of a form's sheet, high enough for its labels; a record's texts may need more."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """Measure the labels, once for every record of the same layout."""
        self._widths = form.template.columns
        self._styles = {name: form.template.style(name) for name in form.template.styles}
        self._heights = list(layout.heights)
        for label in layout.labels:
            self._grow(self._heights, label.area, label.style, label.text)

    def grown(self, cells: Iterable[Filled]) -> list[float]:
        """Points of every row, from row 1, with these cells filled."""
        heights = self._heights.copy()
        for area, style, content in cells:
            if style is not None and isinstance(content, str):
                self._grow(heights, area, style, content)
        return heights

    def _grow(self, heights: list[float], area: Area, style: str, text: str) -> None:
        look = self._styles[style]
        if text and look.wrap and area.top == area.bottom:
            needed = text_height(text, area, self._widths, look)
            heights[area.top - 1] = max(heights[area.top - 1], needed)


def text_height(text: str, area: Area, columns: Sequence[float], style: Style) -> float:
    """Points that a text needs in an area of the sheet, ``columns`` being all its widths."""
    place = room(area, columns, style)
    lines = sum(max(1, math.ceil(line_width(line) / place.characters)) for line in text.split("\n"))
    return min(MAX_HEIGHT, lines * place.size * LINE + PADDING)


def line_width(line: str) -> int:
    """How many half-width characters a text on one line takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in line)
