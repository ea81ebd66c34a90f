"""An official blank taken apart: title, year, labels and what they label, and the table.

Everything is decided from how the sheet is drawn: which places are empty, what stands to their
left and above them, which rows repeat. What cannot be decided that way is told as a doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.form.codes import choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.draft.official import Official, OfficialCell

_YEAR = re.compile(r"(\D*?)(?:\d{4}|[Xx×_＿\s]{2,})(\s*年\D*)")
_PLACEHOLDER = re.compile(r"(?:[^\W\d_]{2}\s*\d+\s*[:：]?|[….]+|[-—/]+)?")
"""What stands in an item that nobody has filled in yet: 指标1：, ……, —."""
_WORD = re.compile(r"[^\W\d_]")
_FEWEST_ROWS = 3
_FEWEST_CAPTIONED = 2
_FEWEST_COLUMNS = 2
_FEWEST_HEADINGS = 3


class Way(StrEnum):
    """How a slot was found: where its label stands, or that it has none."""

    RIGHT = "right of its label"
    BENEATH = "beneath its label"
    MATRIX = "where a row's label meets a column's heading"
    PATTERN = "inside a text"
    ALONE = "without a label"


@dataclass(frozen=True, slots=True)
class Spot:
    """A slot: its place, its labels (a row's and a column's in a matrix), and any doubt."""

    place: OfficialCell
    way: Way
    labels: tuple[OfficialCell, ...] = ()
    doubt: str = ""
    number_format: str | None = None
    """For a value inside a text: the number format that writes the text around it."""

    @property
    def text(self) -> str:
        """What labels the slot, in one text."""
        if self.way is Way.PATTERN:
            return "".join(re.findall(r"[^\W\d_]+", self.number_format or ""))
        return " ".join(label.text for label in self.labels)


@dataclass(slots=True)
class TableRegion:
    """Rows that repeat: from ``top``, the first heading row, to ``bottom``, the last item row.

    ``columns`` are the places of the first item row, the caption left out; ``printed`` are the
    texts that stand in the items already, a row each. ``corners`` are blanks among the headings.
    """

    top: int
    first: int
    bottom: int
    caption: OfficialCell | None
    headings: list[OfficialCell]
    columns: list[OfficialCell]
    corners: list[OfficialCell]
    printed: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Regions:
    """The whole sheet; ``blanks`` are places that nobody fills in, ``tables`` go down the sheet."""

    title: OfficialCell | None
    labels: list[OfficialCell]
    spots: list[Spot]
    blanks: list[OfficialCell]
    tables: list[TableRegion]

    @property
    def headings(self) -> list[OfficialCell]:
        """The headings of all tables."""
        return [one for table in self.tables for one in table.headings]


def regions(official: Official) -> Regions:
    """Take a sheet apart."""
    tables = _tables(official)
    inside = {row for table in tables for row in range(table.top, table.bottom + 1)}
    fixed = [one for one in official.places if one.area.top not in inside]
    texts = [one for one in fixed if one.text]
    title = max(texts, key=lambda one: (one.look.size or 0, -one.area.top), default=None)
    spots = [spot for one in texts if one is not title and (spot := _year(one)) is not None]
    chosen = [one for one in texts if len(choices(one.text)) > 1]
    taken = {spot.place for spot in spots}
    labels = [one for one in texts if one not in taken]
    for one in chosen:
        if (spot := _choice(fixed, one)) is not None:
            spots.append(spot)
            labels.remove(one)
    has_open = any(one.is_open for one in official.places)
    blanks = []
    for one in fixed:
        if one.text or (has_open and not one.is_open and not one.look.border):
            continue
        if not has_open and not one.look.border:
            continue
        spot = None if has_open and not one.is_open else _spot(fixed, one)
        if spot is None:
            blanks.append(one)
        else:
            spots.append(spot)
    spots.sort(key=lambda spot: spot.place.area)
    return Regions(title, labels, spots, blanks, tables)


def _year(place: OfficialCell) -> Spot | None:
    """A line such as （2026年度）: the year is filled in, the rest belongs to the form."""
    match = _YEAR.fullmatch(place.text)
    if match is None:
        return None
    before, after = match.groups()
    return Spot(place, Way.PATTERN, number_format=f'"{before}"0"{after.strip()}"')


def _choice(fixed: list[OfficialCell], place: OfficialCell) -> Spot | None:
    """Options with a box each, printed where one is to be ticked: a field with a list of them."""
    options = tuple(one.text for one in choices(place.text))
    spot = _labelled(fixed, replace(place, text="", options=options))
    return spot if spot is not None and spot.way in {Way.RIGHT, Way.BENEATH} else None


def _spot(fixed: list[OfficialCell], place: OfficialCell) -> Spot | None:
    """What fills an empty place, from the labels around it; None for a blank of the form."""
    number_format = place.look.number_format
    if number_format and '"' in number_format:
        return Spot(place, Way.PATTERN, number_format=number_format)
    return _labelled(fixed, place) or _doubted(fixed, place)


def _labelled(fixed: list[OfficialCell], place: OfficialCell) -> Spot | None:
    row, column = _row_label(fixed, place), _column_heading(fixed, place)
    if row is not None and column is not None and _has_empty_neighbour(fixed, place):
        return Spot(place, Way.MATRIX, (row, column))
    left, above = _left_of(fixed, place), _above(fixed, place)
    while left is not None and left.text and not _says(left):
        left = _left_of(fixed, left)
    if left is not None and _says(left) and _height(left) == _height(place):
        return Spot(place, Way.RIGHT, (left,))
    if above is not None and _says(above) and not _labels_right(fixed, above):
        return Spot(place, Way.BENEATH, (above,))
    return None


def _has_empty_neighbour(fixed: list[OfficialCell], place: OfficialCell) -> bool:
    """Whether the place before or behind on the same rows is empty too."""
    area = place.area
    return any(
        not _says(one) and (one.area.right == area.left - 1 or one.area.left == area.right + 1)
        for one in fixed
        if (one.area.top, one.area.bottom) == (area.top, area.bottom)
    )


def _doubted(fixed: list[OfficialCell], place: OfficialCell) -> Spot | None:
    left = _left_of(fixed, place)
    if left is not None and _says(left) and not _heads_labels(fixed, left):
        doubt = "标签比填报格高，请核对这一格填什么"
        return Spot(place, Way.RIGHT, (left,), doubt)
    if place.is_open:
        row = place.area.top
        return Spot(place, Way.ALONE, (), f"第 {row} 行这一格没有找到标签，请写明它是什么")
    return None


def _says(place: OfficialCell) -> bool:
    """Whether a place holds words; a figure or a dash labels nothing."""
    return _WORD.search(place.text) is not None


def _height(place: OfficialCell) -> int:
    return place.area.bottom - place.area.top


def _left_of(fixed: list[OfficialCell], place: OfficialCell) -> OfficialCell | None:
    """The place that ends where another begins, and is at least as high."""
    return next(
        (
            one
            for one in fixed
            if one.area.right == place.area.left - 1
            and one.area.top <= place.area.top
            and one.area.bottom >= place.area.bottom
        ),
        None,
    )


def _above(fixed: list[OfficialCell], place: OfficialCell) -> OfficialCell | None:
    """The place on top of another, of the same columns."""
    return next(
        (
            one
            for one in fixed
            if one.area.bottom == place.area.top - 1
            and (one.area.left, one.area.right) == (place.area.left, place.area.right)
        ),
        None,
    )


def _labels_right(fixed: list[OfficialCell], label: OfficialCell) -> bool:
    """Whether the empty place to the right of a label is what it labels."""
    return any(
        not one.text
        for one in fixed
        if one.area.left == label.area.right + 1
        and one.area.top == label.area.top
        and one.area.bottom == label.area.bottom
    )


def _heads_labels(fixed: list[OfficialCell], caption: OfficialCell) -> bool:
    """Whether other labels stand to the right of a high one."""
    return any(
        one.text
        for one in fixed
        if one.area.left == caption.area.right + 1
        and caption.area.top <= one.area.top <= caption.area.bottom
    )


def _row_label(fixed: list[OfficialCell], place: OfficialCell) -> OfficialCell | None:
    """The text at the beginning of a row of empty places."""
    left = _left_of(fixed, place)
    while left is not None and not _says(left):
        left = _left_of(fixed, left)
    return left if left is not None and _height(left) == _height(place) else None


def _column_heading(fixed: list[OfficialCell], place: OfficialCell) -> OfficialCell | None:
    """The text at the top of a column of empty places."""
    above = _above(fixed, place)
    while above is not None and not _says(above):
        above = _above(fixed, above)
    return above


def _tables(official: Official) -> list[TableRegion]:
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
    return sorted(found, key=lambda one: one.top)


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
