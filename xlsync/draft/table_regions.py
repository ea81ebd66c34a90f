"""The tables of an official blank: rows that repeat, and the headings above them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.grid import Area
    from xlsync.draft.official import Official, OfficialCell

_PLACEHOLDER = re.compile(r"(?:[^\W\d_]{2}\s*\d+\s*[:：]?|[….]+|[-—/]+)?")
"""What stands in an item that nobody has filled in yet: 指标1：, ……, —."""
_FEWEST_ROWS = 3
_FEWEST_CAPTIONED = 2
_FEWEST_COLUMNS = 2
_FEWEST_HEADINGS = 3


@dataclass(slots=True)
class TableRegion:
    """Rows that repeat: from ``top``, the first heading row, to ``bottom``, the last item row.

    ``columns`` are the places of the first item row, the caption left out; ``printed`` are the
    texts that stand in the items already, a row each. ``corners`` are blanks among the headings;
    ``shares`` are the first of the columns that belong to the region before this one as well, where
    this is the second set of columns in its rows.
    """

    top: int
    first: int
    bottom: int
    caption: OfficialCell | None
    headings: list[OfficialCell]
    columns: list[OfficialCell]
    corners: list[OfficialCell]
    printed: list[list[str]] = field(default_factory=list)
    shares: int = 0

    def heading(self, area: Area) -> OfficialCell | None:
        """The lowest heading over a column of these places; None where no column is as wide."""
        if all((one.area.left, one.area.right) != (area.left, area.right) for one in self.columns):
            return None
        over = [
            one
            for one in self.headings
            if one.area.left <= area.left and one.area.right >= area.right
        ]
        return max(over, key=lambda one: one.area.bottom, default=None)


def table_regions(official: Official) -> list[TableRegion]:
    """The longest run of rows that repeat, with headings above them, and others headed alike.

    Some offices print the same table twice, such as one for all years and one for this year.
    """
    found: list[TableRegion] = []
    for run in sorted(_runs(official), key=len, reverse=True):
        headings = list(_headings(official, run[0]))
        if len(headings) < _FEWEST_HEADINGS:
            continue
        table = _region(official, run, headings)
        is_long = len(run) >= _FEWEST_ROWS and (not found or _heads(table) == _heads(found[0]))
        is_apart = all(one.top > table.bottom or table.top > one.bottom for one in found)
        if is_apart and (is_long or _is_captioned(official, table)):
            found.append(table)
    return [half for one in sorted(found, key=lambda one: one.top) for half in _halves(one)]


def _halves(region: TableRegion) -> list[TableRegion]:
    """The sets of columns of a table: two where the last headings repeat those before them.

    What stands left of both sets, such as the first level, is shared.
    """
    headings = [region.heading(place.area) for place in region.columns]
    texts = ["".join(one.text.split()) if one else "" for one in headings]
    for count in range(len(texts) // 2, _FEWEST_COLUMNS - 1, -1):
        shared = len(texts) - 2 * count
        if shared and texts[-count:] == texts[-2 * count : -count] and all(texts):
            begin = region.columns[-count].area.left
            left = [one for one in region.headings if one.area.left < begin]
            right = [one for one in region.headings if one not in left]
            common = [one for one in left if one.area.right < region.columns[shared].area.left]
            picked = [*range(shared), *range(len(texts) - count, len(texts))]
            return [
                replace(
                    region,
                    headings=left,
                    columns=region.columns[:-count],
                    printed=[row[:-count] for row in region.printed],
                ),
                replace(
                    region,
                    caption=None,
                    headings=[*common, *right],
                    columns=[region.columns[at] for at in picked],
                    corners=[],
                    printed=[[row[at] for at in picked] for row in region.printed],
                    shares=shared,
                ),
            ]
    return [region]


def _is_captioned(official: Official, table: TableRegion) -> bool:
    """Whether a few blank rows are one table with their headings by a text along all of them."""
    caption = table.caption
    if caption is None or len(table.printed) < _FEWEST_CAPTIONED:
        return False
    is_along = caption.area.top <= table.top and caption.area.bottom >= table.bottom
    on_rows = (one for row in range(table.first, table.bottom + 1) for one in official.on_row(row))
    return is_along and not any(one.text for one in on_rows if one is not caption)


def _heads(table: TableRegion) -> list[str]:
    """The headings of a table, as texts."""
    return [
        "".join(one.text.split()) for one in sorted(table.headings, key=lambda one: one.area.left)
    ]


def _runs(official: Official) -> Iterator[list[int]]:
    """Rows one below the other that have the same empty places at their right ends."""
    run: list[int] = []
    shared: tuple[tuple[int, int], ...] = ()
    for row in range(1, len(official.heights) + 1):
        tail = _open_tail(official, row)
        length = min(len(tail), len(shared))
        is_alike = length >= _FEWEST_COLUMNS and tail[:length] == shared[:length]
        if run and is_alike and _columns(official, row) <= _columns(official, run[0]):
            run.append(row)
            shared = shared[:length]
            continue
        if run:
            yield run
        run, shared = ([row], tail) if len(tail) >= _FEWEST_COLUMNS else ([], ())
    if run:
        yield run


def _columns(official: Official, row: int) -> set[tuple[int, int]]:
    return {(one.area.left, one.area.right) for one in official.on_row(row)}


def _open_tail(official: Official, row: int) -> tuple[tuple[int, int], ...]:
    """The columns of the empty places at the right end of a row, the last first."""
    tail: list[tuple[int, int]] = []
    for one in reversed(official.on_row(row)):
        if not _PLACEHOLDER.fullmatch(one.text) or one.area.top != one.area.bottom:
            break
        tail.append((one.area.left, one.area.right))
    return tuple(tail)


def _headings(official: Official, first: int) -> Iterator[OfficialCell]:
    """The rows of nothing but labels above the first item, the lowest first.

    Over the caption the corner may be empty.
    """
    seen: set[OfficialCell] = set()
    for row in range(first - 1, 0, -1):
        places = [one for one in official.on_row(row) if not _is_caption(one, first)]
        while places and not places[0].text:
            del places[0]
        if len(places) < _FEWEST_HEADINGS or not all(one.text for one in places):
            return
        yield from (one for one in places if one not in seen)
        seen.update(places)


def _is_caption(place: OfficialCell, first: int) -> bool:
    """Whether a place stands at the left edge, down into the items."""
    return place.area.left == 1 and place.area.bottom >= first


def _region(official: Official, run: list[int], headings: list[OfficialCell]) -> TableRegion:
    first, bottom = run[0], run[-1]
    top = min(one.area.top for one in headings)
    on_first = official.on_row(first)
    leftmost = min(one.area.left for one in headings)
    before = [one for one in on_first if one.area.right < leftmost]
    caption = next((one for one in before if one.text), None)
    columns = [one for one in on_first if one.area.left >= leftmost]
    return TableRegion(
        top=top,
        first=first,
        bottom=bottom,
        caption=caption,
        headings=[one for one in headings if one.area.left >= leftmost],
        columns=columns,
        corners=[
            one
            for one in official.places
            if one not in headings and one.area.top >= top and one.area.bottom < first
        ],
        printed=[_printed(official, row, columns) for row in run],
    )


def _printed(official: Official, row: int, columns: Iterable[OfficialCell]) -> list[str]:
    """The texts of a row at the columns, those that are merged down included."""
    on_row = official.on_row(row)
    return [
        # A name that is broken to fit its cell is one name all the same.
        next(("".join(one.text.split()) for one in on_row if one.area.left == column.area.left), "")
        for column in columns
    ]
