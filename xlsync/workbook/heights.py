"""How much text a place of a sheet shows: characters on a line, lines in a row.

Merged cells do not grow with their text. The writer makes rows high enough for what it fills in,
and the sheet tells by the same measure when somebody has typed more than the row shows.
"""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xlsync.form.rules.sheet import without

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.base.grid import Area
    from xlsync.form import Form, Layout
    from xlsync.form.template import Style
    from xlsync.writer.contents import FilledPlace

SIZE_OF_WIDTHS = 11.5
"""Column widths count half-width characters of about this font size (12 in 宋体 of 11 points)."""

MAX_HEIGHT = 409.0
"""Points; the highest row that a spreadsheet draws."""


LINE = 1.4
"""Height of a line, in font sizes."""

PADDING = 6.0
"""Points that a row keeps free above and below its text."""

_MARGIN = 1.5
"""Half-width characters that a cell keeps free at its sides."""


_NARROW = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?%+-*/=()[]<>_&@#'"
"""Characters of half the width of a Chinese one, letters as capitals."""


class RoomView(Protocol):
    """A form's sheet, as far as the room of its texts goes."""

    def text(self, slot: str) -> str:
        """The text of a field without blanks around it."""

    def once(self, slot: str, expression: str) -> str:
        """The result of an expression about a field, computed once for all who ask for it."""

    def height(self, slot: str) -> str:
        """An expression for the points of a field's row when the workbook was made."""


class Room(NamedTuple):
    """A place for wrapped text: half-width characters on a line, and the font's size."""

    characters: float
    size: float


def room(area: Area, columns: Sequence[float], style: Style) -> Room:
    """The room of an area of the sheet, ``columns`` being all its widths."""
    size = style.size or SIZE_OF_WIDTHS
    width = sum(columns[area.left - 1 : area.right]) - _MARGIN * size / SIZE_OF_WIDTHS
    return Room(max(2.0, width * SIZE_OF_WIDTHS / size), size)


def overflows(sheet: RoomView, slot: str, place: Room) -> str:
    """A formula that is true where a field's text surely needs more lines than its row shows.

    A line that ends early is not counted, so what the writer made room for is never called too
    long.
    """
    text = sheet.text(slot)
    breaks = f'LEN({text})-LEN(SUBSTITUTE({text},CHAR(10),""))'
    # In two steps, because programs nest functions 64 levels deep.
    half = len(_NARROW) // 2
    some = sheet.once(slot, without(f"UPPER({text})", _NARROW[:half]))
    wide = sheet.once(slot, f"LEN({without(some, _NARROW[half:])})")
    width = f"LEN({text})+{wide}-2*({breaks})"
    lines = f"MAX(ROUNDUP(({width})/{place.characters:g},0),{breaks}+1)"
    room_now = f"ROUND(({sheet.height(slot)}-{PADDING:g})/{place.size * LINE:g},0)"
    return f"{lines}>{room_now}"


class Heights:
    """The rows of a form's sheet, high enough for its labels; a record's texts may need more."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """Measure the labels, once for every record of the same layout."""
        self._widths = form.template.columns
        self._styles = {name: form.template.style(name) for name in form.template.styles}
        self._heights = list(layout.heights)
        self._needed = [0.0] * len(layout.heights)
        for table in layout.tables:
            # A row that only stands ready has room for a line: heights stay when it is filled.
            sizes = (self._styles[name].size or SIZE_OF_WIDTHS for name in table.styles.values())
            line = max(sizes) * LINE
            for row in range(table.first, table.last + 1):
                self._needed[row - 1] = max(self._needed[row - 1], line)
        for label in layout.labels:
            self._grow(self._needed, label.area, label.style, label.text)

    def needed(self, cells: Iterable[FilledPlace]) -> list[float]:
        """Points that the texts of every row need, from row 1, with these cells filled."""
        heights = self._needed.copy()
        for area, style, content in cells:
            if style is not None and isinstance(content, str):
                self._grow(heights, area, style, content)
        return heights

    def grown(self, needed: Iterable[float]) -> list[float]:
        """Points of every row: those of the template, or what its texts need."""
        return [max(pair) for pair in zip(self._heights, needed, strict=True)]

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
    return sum(map(_width, line))


@lru_cache(maxsize=8192)
def _width(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WFA" else 1
