"""A template's blocks set one below the other: every label, slot and table in its place.

How many rows a table has depends on the record that the sheet is made for, and so does where
everything below it lies; a layout is made for one such choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.form.template import FixedBlock, TableBlock, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlsync.form.template import Label


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
    ``shown`` how many rows are drawn while the table is blank, ``whole`` whether all always are.
    """

    name: str
    area: Area
    first: int
    last: int
    heading: Area
    columns: Mapping[str, int]
    styles: Mapping[int, str]
    caption: int
    shown: int
    whole: bool

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
            columns = [(f"column {name!r}", column) for name, column in table.columns.items()]
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
        else:
            count = rows[block.table]
            _place_table(layout, block, count, label_text, caption_text(block.table))
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
        )
    )
