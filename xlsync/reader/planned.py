"""Finding a form in a workbook of ours whose defined names are gone: by its layout.

Older formats and some programs drop names. If the fixed texts still stand where the layout
puts them, perhaps a few rows lower, the slots stand there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.reader.anchors import Areas
from xlsync.types import comparable

if TYPE_CHECKING:
    from xlsync.form import Form, Layout
    from xlsync.grid import Sheet

_MOST = 0.9
"""The part of the fixed texts that must stand in their places."""

_LOWEST_START = 20
"""Rows that somebody may have inserted above the form."""


def planned_areas(form: Form, sheet: Sheet, last: int) -> Areas | None:
    """The areas of the fields and of the tables above a footer line; None where they do not fit."""
    for below in range(_LOWEST_START):
        layout = _layout_that_ends(form, last - below)
        if layout is not None and _fits(sheet, layout, below):
            return _areas(layout, below)
    return None


def _layout_that_ends(form: Form, last: int) -> Layout | None:
    """The layout whose footer stands in a row; a form with several tables is not unfolded."""
    rows = form.capacity()
    layout = form.layout(rows)
    if last == layout.footer.top:
        return layout
    if len(rows) != 1:
        return None
    (table,) = rows
    count = rows[table] + last - layout.footer.top
    return form.layout({table: count}) if count > 0 else None


def _fits(sheet: Sheet, layout: Layout, below: int) -> bool:
    labels = [label for label in layout.labels if label.text]
    right = sum(
        comparable(sheet.text(label.area.first.moved(below))) == comparable(label.text)
        for label in labels
    )
    return right >= _MOST * len(labels)


def _areas(layout: Layout, below: int) -> Areas:
    return Areas(
        {slot.name: slot.area.moved(below) for slot in layout.slots},
        {table.name: table.area.moved(below) for table in layout.tables},
    )
