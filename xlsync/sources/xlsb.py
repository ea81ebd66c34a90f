"""Binary workbooks (.xlsb) by calamine: values only.

calamine gives errors, and formulas whose result was not saved, as blanks.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources import archive, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet

_BESIDE = {"comments": "批注", "drawings/drawing": "文本框、图片或图形"}


def read(data: bytes) -> Workbook:
    """Read a whole workbook; what it carries beside its cells is told once."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    workbook = Workbook([_sheet(book.get_sheet_by_name(name)) for name in book.sheet_names])
    visible = {one.name: one.visible for one in book.sheets_metadata}
    for sheet in workbook.sheets:
        sheet.visible = visible[sheet.name] == SheetVisibleEnum.Visible
    names = [name.lower() for name in archive.names(io.BytesIO(data)) or ()]
    beside = {what for part, what in _BESIDE.items() if any(part in name for name in names)}
    for what in sorted(beside):
        message = f"文件里有{what}，这种格式（.xlsb）读不出其内容，请另存为 .xlsx 后再提交。"
        workbook.problems.append(problem("S007", message))
    return workbook


def _sheet(sheet: CalamineSheet) -> Sheet:
    made = Sheet(sheet.name, dict(cells(sheet)))
    made.merges = [
        Area(top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    return made


def cells(sheet: CalamineSheet) -> Iterator[tuple[Address, Cell]]:
    """Every filled cell.

    Raises:
        MemoryError: when there are more of them than any form has.
    """
    # calamine gives all rows from the first of the sheet on, but only the columns in use.
    _, first_column = sheet.start or (0, 0)
    count = 0
    for row, values in enumerate(sheet.iter_rows(), start=1):
        for column, value in enumerate(values, start=first_column + 1):
            if value == "" and isinstance(value, str):
                continue
            count += 1
            if count > wire.MAX_CELLS:
                raise MemoryError
            yield Address(row, column), _cell(value)


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell(str(value).upper(), Kind.BOOLEAN)
    if isinstance(value, (int, float)):
        return Cell(f"{value:.15g}", Kind.NUMBER)
    if isinstance(value, (dt.date, dt.time)):
        return Cell(value.isoformat(), Kind.DATE)
    if isinstance(value, dt.timedelta):
        return Cell(f"{value / dt.timedelta(days=1):.15g}", Kind.NUMBER)
    return Cell(str(value))
