"""Filling a drawn sheet with XlsxWriter, cell by cell: what a record says, and its row heights."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from xlsync.form.checks import total_formula, totals
from xlsync.writer.contents import Total
from xlsync.writer.strict import done

if TYPE_CHECKING:
    from xlsync.writer.contents import Contents, Filled
    from xlsync.writer.sheet import FormSheet


def fill(sheet: FormSheet, contents: Contents) -> None:
    """Put contents into the cells of a sheet that was drawn for as many rows.

    Raises:
        XlsyncError: when XlsxWriter refuses a cell.
    """
    for filled in contents.cells:
        if isinstance(filled.content, str):
            sheet.text(filled.area, filled.content)
        elif filled.content is not None:
            _write(sheet, filled)
    for row, height in enumerate(contents.heights):
        done(sheet.worksheet.set_row(row, height), f"row {row + 1}")
    row, column = contents.start.row - 1, contents.start.column - 1
    sheet.worksheet.set_selection(row, column, row, column)
    sheet.worksheet.set_footer(contents.page_footer)


def _write(sheet: FormSheet, filled: Filled) -> None:
    """A cell that holds no text."""
    area, content = filled.area, filled.content
    row, column, look = area.top - 1, area.left - 1, sheet.looks[area.first]
    if isinstance(content, Total):
        parts = totals(sheet.form.mapping)[content.slot]
        formula = f"={total_formula(sheet.view, parts)}"
        shown = "" if content.shown is None else content.shown
        done(sheet.worksheet.write_formula(row, column, formula, look, shown), area.a1)
    elif isinstance(content, dt.date):
        done(sheet.worksheet.write_datetime(row, column, content, look), area.a1)
    else:
        done(sheet.worksheet.write_number(row, column, content, look), area.a1)
