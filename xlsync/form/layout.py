"""A template's blocks set one below the other: every label, slot and table in its place.

How many rows a table has depends on the record that the sheet is made for, and so does where
everything below it lies; a layout is made for one such choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.form.template import BesideBlock, FixedBlock, TableBlock, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlsync.form.template import Label


_MOST_COMPARED = 4_000_000
"""Pairs of items that are compared to set two tables side by side: a second of work."""


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A fixed text in its place."""

    area: Area
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class PlacedSlot:
    """A fillable place on the sheet."""

    name: str
    area: Area
    style: str


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table in its place.

    ``area`` spans from the first heading row to the row below the last item, so that a row
    inserted anywhere between still lies within. ``columns`` are the slots' columns,
    ``shown`` how many rows are drawn while the table is blank, ``whole`` whether all always are;
    ``ids`` is the hidden column in which its items carry their ids.

    Of tables in the same rows, ``shared`` are the columns that lie in the cells of another one.
    What stands there alone is an item of the first; ``beside`` are the columns by which others
    claim it.
    """

    name: str
    area: Area
    first: int
    last: int
    heading: Area
    columns: Mapping[str, int]
    styles: Mapping[int, str]
    caption: int | None
    shown: int
    whole: bool
    ids: int
    shared: frozenset[str] = frozenset()
    beside: tuple[int, ...] = ()

    @property
    def own(self) -> dict[str, int]:
        """The columns that are drawn with this table, those of the first where they are shared."""
        return {
            name: column
            for name, column in self.columns.items()
            if self.caption is not None or name not in self.shared
        }

    @property
    def drawn(self) -> dict[int, str]:
        """The styles of the columns that are drawn with this table."""
        others = {*self.columns.values()} - {*self.own.values()}
        return {column: style for column, style in self.styles.items() if column not in others}

    @property
    def telling(self) -> list[int]:
        """The columns that are of this table alone: an item is there where one is filled in."""
        return [column for name, column in self.columns.items() if name not in self.shared]

    @property
    def items(self) -> Area:
        """The rows that stand ready, without the headings and the row below."""
        return Area(self.first, self.area.left, self.last, self.area.right)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A whole sheet; ``heights`` are points by row, from row 1."""

    heights: list[float]
    labels: list[PlacedLabel]
    slots: list[PlacedSlot]
    tables: list[PlacedTable]
    check: Area
    footer: Area
    width: int

    def areas(self) -> Iterator[tuple[str, Area]]:
        """Everything that takes room, with a word on what it is."""
        for label in self.labels:
            yield f"label {label.text!r}", label.area
        for slot in self.slots:
            yield f"slot {slot.name!r}", slot.area
        for table in self.tables:
            columns = [(f"column {name!r}", column) for name, column in table.own.items()]
            empty = table.styles.keys() - table.columns.values() - {table.caption}
            columns += [("empty column", column) for column in sorted(empty)]
            for what, column in columns:
                yield f"{what} of {table.name!r}", Area(table.first, column, table.last, column)
        yield "check line", self.check
        yield "footer", self.footer


def lay_out(
    template: Template,
    label_text: Callable[[Label, str | None], str],
    caption_text: Callable[[str], str],
    rows: Mapping[str, int],
) -> Layout:
    """Place every block; ``rows`` says how many rows each table has for its items."""
    check = Area.parse(template.check.area)
    nowhere = Area(1, 1, 1, 1)
    layout = Layout([template.check.height], [], [], [], check, nowhere, len(template.columns))
    for block in template.blocks:
        if isinstance(block, FixedBlock):
            _place_fixed(layout, block, label_text)
        elif isinstance(block, BesideBlock):
            _place_beside(layout, block, label_text)
        else:
            caption = block.caption.text or caption_text(block.table)
            _place_table(layout, block, rows[block.table], label_text, caption)
    footer = Area.parse(template.footer.area).moved(len(layout.heights))
    layout.heights.append(template.footer.height)
    return replace(layout, footer=footer)


def _place_fixed(
    layout: Layout, block: FixedBlock, label_text: Callable[[Label, str | None], str]
) -> None:
    above = len(layout.heights)
    layout.heights.extend(block.rows)
    for label in block.labels:
        area = Area.parse(label.area).moved(above)
        layout.labels.append(PlacedLabel(area, label_text(label, None), label.style))
    for slot in block.slots:
        area = Area.parse(slot.area).moved(above)
        layout.slots.append(PlacedSlot(slot.slot, area, slot.style))


def _place_table(
    layout: Layout,
    block: TableBlock,
    rows: int,
    label_text: Callable[[Label, str | None], str],
    caption: str,
) -> None:
    above = len(layout.heights)
    layout.heights.extend(block.heading_rows)
    for label in block.headings:
        area = Area.parse(label.area).moved(above)
        layout.labels.append(PlacedLabel(area, label_text(label, block.table), label.style))
    first = len(layout.heights) + 1
    last = first + rows - 1
    layout.heights.extend([block.row_height] * rows)
    columns = {item.column: Address.parse(f"{item.column}1").column for item in block.columns}
    caption_column = Address.parse(f"{block.caption.column}1").column
    styles = {columns[item.column]: item.style for item in block.columns}
    styles[caption_column] = block.caption.style
    layout.labels.append(
        PlacedLabel(
            Area(first, caption_column, first, caption_column), caption, block.caption.style
        )
    )
    layout.tables.append(
        PlacedTable(
            name=block.table,
            area=Area(above + 1, min(styles), last + 1, max(styles)),
            first=first,
            last=last,
            heading=Area(above + 1, min(styles), first - 1, max(styles)),
            columns={item.slot: columns[item.column] for item in block.columns if item.slot},
            styles=styles,
            caption=caption_column,
            shown=block.shown,
            whole=block.whole,
            ids=layout.width + 1,
        )
    )


def _place_beside(
    layout: Layout, block: BesideBlock, label_text: Callable[[Label, str | None], str]
) -> None:
    """Another table in the rows of the last one; see :class:`BesideBlock`."""
    at, lead = next(one for one in enumerate(layout.tables) if one[1].name == block.beside)
    above = lead.heading.top - 1
    for label in block.headings:
        area = Area.parse(label.area).moved(above)
        layout.labels.append(PlacedLabel(area, label_text(label, block.table), label.style))
    places = {item.column: Address.parse(f"{item.column}1").column for item in block.columns}
    styles = {places[item.column]: item.style for item in block.columns}
    own = {item.slot: places[item.column] for item in block.columns if item.slot}
    left, right = min(styles), max(styles)
    layout.tables[at] = replace(
        lead,
        shared=lead.shared | {*block.shares},
        beside=(*lead.beside, *own.values()),
    )
    layout.tables.append(
        PlacedTable(
            name=block.table,
            area=Area(lead.area.top, left, lead.area.bottom, right),
            first=lead.first,
            last=lead.last,
            heading=Area(lead.heading.top, left, lead.heading.bottom, right),
            columns={**{name: lead.columns[name] for name in block.shares}, **own},
            styles={lead.columns[name]: lead.styles[lead.columns[name]] for name in block.shares}
            | styles,
            caption=None,
            shown=lead.shown,
            whole=lead.whole,
            ids=layout.tables[-1].ids + 1,
            shared=frozenset(block.shares),
        )
    )


def aligned(sequences: Sequence[Sequence[object]]) -> list[list[int]]:
    """The rows, from 0, for the items of tables that stand side by side, given by their keys.

    Items with equal keys share a row where their order allows it, so that as few rows as can be
    are needed; the order of each table stays.
    """
    merged: list[object] = []
    places: list[list[int]] = []
    for keys in sequences:
        pairs = _common(merged, keys)
        longer: list[object] = []
        moved: dict[int, int] = {}
        own: list[int] = []
        ends = [(-1, -1), *pairs, (len(merged), len(keys))]
        for (left, right), (left_end, right_end) in pairwise(ends):
            for index in range(left + 1, left_end):
                moved[index] = len(longer)
                longer.append(merged[index])
            for index in range(right + 1, right_end):
                own.append(len(longer))
                longer.append(keys[index])
            if left_end < len(merged) and right_end < len(keys):
                moved[left_end] = len(longer)
                own.append(len(longer))
                longer.append(merged[left_end])
        places = [[moved[row] for row in rows] for rows in places]
        places.append(own)
        merged = longer
    return places


def _common(one: Sequence[object], other: Sequence[object]) -> list[tuple[int, int]]:
    """The pairs of a longest common subsequence, as early as can be; none of very long ones."""
    if len(one) * len(other) > _MOST_COMPARED:
        return []
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for left in reversed(range(len(one))):
        for right in reversed(range(len(other))):
            longest[left][right] = (
                longest[left + 1][right + 1] + 1
                if one[left] == other[right]
                else max(longest[left + 1][right], longest[left][right + 1])
            )
    pairs: list[tuple[int, int]] = []
    left = right = 0
    while left < len(one) and right < len(other):
        if one[left] == other[right]:
            pairs.append((left, right))
            left, right = left + 1, right + 1
        elif longest[left + 1][right] >= longest[left][right + 1]:
            left += 1
        else:
            right += 1
    return pairs
