"""An official blank taken apart: title, year, labels and what they label, and the table.

Everything is decided from how the sheet is drawn: which places are empty, what stands to their
left and above them, which rows repeat. What cannot be decided that way is told as a doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.draft.table_regions import TableRegion, table_regions
from xlsync.form.codes import choices

if TYPE_CHECKING:
    from xlsync.draft.official import Official, OfficialCell

_YEAR = re.compile(r"(\D*?)(?:\d{4}|[Xx×_＿\s]{2,})(\s*年\D*)")
_WORD = re.compile(r"[^\W\d_]")


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
    tables = table_regions(official)
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
        if one.text or not (one.is_cut or one.is_open or one.look.border):
            continue
        can_fill = one.is_cut or one.is_open or not has_open
        spot = _spot(fixed, tables, one) if can_fill else None
        if spot is None:
            blanks.append(one)
        else:
            spots.append(spot)
    spots.sort(key=lambda spot: spot.place.area)
    corners = [one for one in blanks if any(_is_corner(one, spot) for spot in spots)]
    blanks = [one for one in blanks if one not in corners]
    return Regions(title, [*labels, *corners], spots, blanks, tables)


def _is_corner(blank: OfficialCell, spot: Spot) -> bool:
    """Whether a blank lies where the labels of rows and the headings of a matrix meet."""
    if spot.way is not Way.MATRIX:
        return False
    (row, heading), area = spot.labels, blank.area
    is_over_rows = (area.left, area.right) == (row.area.left, row.area.right)
    return is_over_rows and (area.top, area.bottom) == (heading.area.top, heading.area.bottom)


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


def _spot(fixed: list[OfficialCell], tables: list[TableRegion], place: OfficialCell) -> Spot | None:
    """What fills an empty place, from the labels around it; None for a blank of the form."""
    left = _left_of(fixed, place)
    if place.is_cut and left is not None:
        return Spot(place, Way.RIGHT, (left,), "与标签同在一格，已分成两格，请核对")
    number_format = place.look.number_format
    if number_format and '"' in number_format:
        return Spot(place, Way.PATTERN, number_format=number_format)
    summed = next((spot for one in tables if (spot := _summed(fixed, one, place))), None)
    return summed or _labelled(fixed, place) or _doubted(fixed, place)


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


def _summed(fixed: list[OfficialCell], table: TableRegion, place: OfficialCell) -> Spot | None:
    """A sum on the row beneath a table: where the row's label meets the heading of the column."""
    row, heading = _row_label(fixed, place), table.heading(place.area)
    if place.area.top != table.bottom + 1 or row is None or heading is None:
        return None
    begins_with_table = row.area.left == table.columns[0].area.left
    if not begins_with_table or not _has_empty_neighbour(fixed, place):
        return None
    return Spot(place, Way.MATRIX, (row, heading))


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
    """Whether a label's place is to its right: empty, or further labels with theirs."""
    right = next(
        (
            one
            for one in fixed
            if one.area.left == label.area.right + 1
            and one.area.top == label.area.top
            and one.area.bottom == label.area.bottom
        ),
        None,
    )
    return right is not None and (not right.text or _labels_right(fixed, right))


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
