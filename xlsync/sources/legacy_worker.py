"""The child process that reads one workbook with calamine and tells its cells as JSON.

Standard input holds the file, standard output takes the cells. Memory is limited where the
system can do so; on Windows only the parent's time limit holds.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from xlsync.base.grid import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet

MAX_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space; the interpreter and calamine alone map some 200 MB of it."""

MAX_CELLS = 1_000_000

Told = dict[str, Any]


def main() -> None:
    """Read standard input, write standard output; any failure ends the process."""
    _limit_memory()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    visible = {
        one.name: one.visible == SheetVisibleEnum.Visible for one in workbook.sheets_metadata
    }
    told = [
        _sheet(workbook.get_sheet_by_name(name), visible=visible[name])
        for name in workbook.sheet_names
    ]
    sys.stdout.buffer.write(json.dumps(told).encode("ascii"))


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _sheet(sheet: CalamineSheet, *, visible: bool) -> Told:
    cells = list(told_cells(sheet))
    merges = [
        [top + 1, left + 1, bottom + 1, right + 1]
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    return {"name": sheet.name, "visible": visible, "cells": cells, "merges": merges}


def told_cells(sheet: CalamineSheet) -> Iterator[tuple[int, int, str, str]]:
    """Row, column, kind and text of every filled cell.

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
            if count > MAX_CELLS:
                raise MemoryError
            yield row, column, *_told(value)


def _told(value: object) -> tuple[str, str]:
    """The kind of a value and its text, as the grid keeps them."""
    if isinstance(value, bool):
        return Kind.BOOLEAN.value, str(value).upper()
    if isinstance(value, (int, float)):
        return Kind.NUMBER.value, f"{value:.15g}"
    if isinstance(value, (dt.date, dt.time)):
        return Kind.DATE.value, value.isoformat()
    if isinstance(value, dt.timedelta):
        return Kind.NUMBER.value, f"{value / dt.timedelta(days=1):.15g}"
    return Kind.TEXT.value, str(value)


if __name__ == "__main__":
    main()
