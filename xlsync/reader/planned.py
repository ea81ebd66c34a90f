"""Finding a form in a workbook of ours whose defined names are gone: by its layout.

Older formats and some programs drop names. If the fixed texts still stand where the layout
puts them, perhaps a few rows lower, the slots stand there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form import Form, Layout
    from xlsync.grid import Area, Sheet, Workbook
    from xlsync.manifest import Manifest

_MOST = 0.9
"""The part of the fixed texts that must stand in their places."""

_LOWEST_START = 20
"""Rows that somebody may have inserted above the form."""

Areas = tuple[str, "dict[str, Area]", "dict[str, Area]"]


def planned_areas(form: Form, manifest: Manifest, workbook: Workbook) -> Areas | None:
    """The sheet, the areas of the fields and of the tables; None where no sheet fits."""
    footer = comparable(form.footer(manifest.record))
    for sheet in workbook.sheets:
        for last in _rows_with(sheet, footer):
            for below in range(_LOWEST_START):
                layout = _layout_that_ends(form, last - below)
                if layout is not None and _fits(sheet, layout, below):
                    return _areas(sheet, layout, below)
    return None


def _rows_with(sheet: Sheet, key: str) -> Iterator[int]:
    for address, cell in sorted(sheet.cells.items()):
        if comparable(cell.text) == key:
            yield address.row


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


def _areas(sheet: Sheet, layout: Layout, below: int) -> Areas:
    return (
        sheet.name,
        {slot.name: slot.area.moved(below) for slot in layout.slots},
        {table.name: table.area.moved(below) for table in layout.tables},
    )
