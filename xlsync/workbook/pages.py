"""The printed pages of a form's sheet: which rows begin one, and how a table's rows fill it.

A sheet is printed as wide as its paper, which says how many points of rows a page holds. Where it
goes on is said in the file, so that it does not depend on the program that prints; the rows of a
short form are made high enough that the form fills its page, as on paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.form import Layout
    from xlsync.form.template import Page

PAPERS = {"A3": (297.0, 420.0), "A4": (210.0, 297.0)}
"""Width and height in millimetres, upright (ISO 216)."""

MILLIMETRES = 25.4
"""Of an inch."""

_INCH = 72
_CHARACTER = 6.0
"""Points that a half-width character of a column's width takes: 8 pixels, in 宋体 of 11 points."""

_GAP = 5 / 7
"""Characters that a column has beyond its width (ECMA-376 part 1, 18.3.1.13)."""

_SAFE = 0.98
"""How much of a page is planned: programs round the scale and the heights."""

_TIGHTER = 3.0
"""Points by which a row may be lower than usual, where the page would be too short."""

_LOWEST, _HIGHEST = 0.6, 1.6
"""How low a row that only stands ready may be, how high any row, in its usual heights."""


_SMALLER = 1.15
"""By how much more than a page a form may have that is printed smaller, on a single one."""


class Pages(NamedTuple):
    """Points of every row, and the rows (from 1) that begin a page, without the first page's."""

    heights: list[float]
    starts: list[int]


class RowHeights(NamedTuple):
    """Points of every row, what its texts need of them, and the last row filled in a table."""

    heights: list[float]
    needed: list[float]
    used: int

    def cut(self, row: int, most: float) -> float:
        """By how much a row can be lower, so that no text of it is cut off."""
        return max(0.0, min(most, self.heights[row - 1] - self.needed[row - 1]))


def paged(layout: Layout, page: Page, columns: Sequence[float], given: RowHeights) -> Pages:
    """Lay rows on pages.

    Rows that only stand ready never make a page of their own: they stand closer instead.
    """
    heights, _, used = given
    room = page_room(page, columns)
    items = {row for one in layout.tables for row in range(one.first, one.last + 1)}
    first, last = printed(layout)
    spare = room - sum(heights[first - 1 : last])
    if spare >= 0:
        flexible = [row for row in range(first, last + 1) if row in items]
        return Pages(_raised(heights, flexible, spare), [])
    cuts = {row: given.cut(row, heights[row - 1] * (1 - _LOWEST)) for row in items if row > used}
    closest = [height - cuts.get(row, 0.0) for row, height in enumerate(heights, start=1)]
    end = layout.footer.top - 1
    # A page begins only where a filled row, or what stands below the tables, is to follow.
    needed = end if end > max(items, default=0) else min(used, end)
    starts = [row for row in _starts(layout, closest, room) if row <= needed]
    if sum(closest[first - 1 : last]) <= room * _SMALLER:
        starts = []
    rows = range(starts[-1] if starts else first, last + 1)
    flexible = [row for row in rows if row in items]
    spare = room - sum(heights[row - 1] for row in rows)
    spare -= _repeated(layout, heights) if starts else 0.0
    filled = list(heights)
    if spare < 0:
        spare = _lowered(filled, {row: cuts[row] for row in flexible if row in cuts}, spare)
        lower = given._replace(heights=filled)
        _lowered(filled, {row: lower.cut(row, _TIGHTER) for row in flexible}, spare)
    return Pages(filled, starts)


def _raised(heights: Sequence[float], flexible: Sequence[int], spare: float) -> list[float]:
    """All heights, some rows higher by what is left of their page."""
    raised = list(heights)
    for row in flexible:
        height = raised[row - 1]
        raised[row - 1] = min(height + spare / len(flexible), height * _HIGHEST)
    return raised


def _lowered(heights: list[float], cuts: Mapping[int, float], missing: float) -> float:
    """Lower rows by at most these points each; what is missing of a page afterwards."""
    most = sum(cuts.values())
    if most and missing < 0:
        part = min(1.0, -missing / most)
        for row, cut in cuts.items():
            heights[row - 1] -= cut * part
        missing += most * part
    return missing


def printed(layout: Layout) -> tuple[int, int]:
    """The first and the last row on paper: not the check line, nor the id, which each foot says."""
    return layout.check.bottom + 1, layout.footer.top - 1


def page_room(page: Page, columns: Sequence[float]) -> float:
    """Points of rows that a page holds."""
    width, height = PAPERS[page.paper]
    if page.orientation == "landscape":
        width, height = height, width
    free = {side: page.margins.get(side, 0.0) for side in ("left", "right", "top", "bottom")}
    width = (width - free["left"] - free["right"]) / MILLIMETRES * _INCH
    height = (height - free["top"] - free["bottom"]) / MILLIMETRES * _INCH
    sheet = sum((column + _GAP) * _CHARACTER for column in columns)
    return height / min(1.0, width / sheet) * _SAFE


def _starts(layout: Layout, heights: Sequence[float], room: float) -> list[int]:
    """The rows at which a page is full; the headings of a table stand on each."""
    starts: list[int] = []
    first, last = printed(layout)
    taken = 0.0
    for row in range(first, last + 1):
        height = heights[row - 1]
        if taken and taken + height > room:
            starts.append(row)
            taken = _repeated(layout, heights)
        taken += height
    return starts


def _repeated(layout: Layout, heights: Sequence[float]) -> float:
    """The height of the headings that every page begins with: those of the last table."""
    if not layout.tables:
        return 0.0
    heading = layout.tables[-1].heading
    return sum(heights[heading.top - 1 : heading.bottom])
