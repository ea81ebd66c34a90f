"""How much text a place of a sheet shows: characters on a line, lines in a row.

Merged cells do not grow with their text. The writer makes rows high enough for what it fills in,
and the sheet tells by the same measure when somebody has typed more than the row shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.rules.sheet import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.grid import Area
    from xlsync.template import Style

SIZE_OF_WIDTHS = 10.5
"""Column widths count half-width characters of about this font size."""

LINE = 1.4
"""Height of a line, in font sizes."""

PADDING = 6.0
"""Points that a row keeps free above and below its text."""

_MARGIN = 1.5
"""Half-width characters that a cell keeps free at its sides."""


_NARROW = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?%+-*/=()[]<>_&@#'"
"""Characters of half the width of a Chinese one, letters as capitals."""


class Room(NamedTuple):
    """A place for wrapped text: half-width characters on a line, and the font's size."""

    characters: float
    size: float


def room(area: Area, columns: Sequence[float], style: Style) -> Room:
    """The room of an area of the sheet, ``columns`` being all its widths."""
    size = style.size or SIZE_OF_WIDTHS
    width = sum(columns[area.left - 1 : area.right]) - _MARGIN * size / SIZE_OF_WIDTHS
    return Room(max(2.0, width * SIZE_OF_WIDTHS / size), size)


def overflows(cell: str, place: Room, height: str) -> str:
    """A formula that is true where a cell's text surely needs more lines than its row shows.

    ``height`` is an expression for the points of the row. A line that ends early is not counted,
    so what the writer made room for is never called too long.
    """
    breaks = f'LEN({cell})-LEN(SUBSTITUTE({cell},CHAR(10),""))'
    capitals = f"UPPER({cell})"
    narrow = f'SUMPRODUCT(LEN({capitals})-LEN(SUBSTITUTE({capitals},{array(_NARROW)},"")))'
    width = f"2*(LEN({cell})-({breaks}))-{narrow}"
    lines = f"MAX(ROUNDUP(({width})/{place.characters:g},0),{breaks}+1)"
    return f"{lines}>ROUND(({height}-{PADDING:g})/{place.size * LINE:g},0)"
