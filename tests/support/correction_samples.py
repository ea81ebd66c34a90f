"""A form that was filled in wrong in many ways, and the copy that goes back for correction."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import openpyxl
from reading_samples import FORM, FORMS, our_workbook, read_grid

from xlsync.base.grid import Address, Cell, Kind
from xlsync.exchange import Case, cases, correction_copy
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from openpyxl import Workbook as Book

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.reader import Reading

SHEET = FORM.template.sheet
LIST = "问题清单"

WRONG = {
    "H4": "",
    "C5": " 临江镇人民政府",
    "C6": "2023-13-45",
    "D8": "abc",
    "G10": "-5",
    "B12": "<p>水清岸绿</p>",
    "B15": "产出指示",
    "F16": "≥95%",
    "E16": "",
    "G16": "",
    "D17": "XX",
    "B18": "生态效益指标",
}
"""What a person typed, by cell; a digit first makes a number of it."""


def typed(text: str) -> Cell:
    """A cell as a spreadsheet would hold what was typed."""
    is_number = text.lstrip("-").replace(".", "", 1).isdigit()
    return Cell(text, Kind.NUMBER if is_number else Kind.TEXT, locked=False)


def put(sheet: Sheet, cells: dict[str, str]) -> None:
    """Type texts into cells; an empty one clears the cell."""
    for place, text in cells.items():
        sheet.cells.pop(Address.parse(place), None)
        if text:
            sheet.cells[Address.parse(place)] = typed(text)


def spoilt(cells: dict[str, str]) -> Workbook:
    """The grid of a good workbook with these texts in its form."""
    _, grid = our_workbook()
    put(grid.sheets[0], cells)
    return grid


def case_of(grid: Workbook) -> Case:
    """The only case of a grid."""
    (case,) = cases(FORMS, read_grid(grid), "来件")
    return case


def read_bytes(data: bytes) -> Reading:
    """The only reading of a workbook's bytes."""
    (reading,) = read_grid(xlsx.read(data))
    return reading


@cache
def wrong_copy() -> tuple[Case, bytes]:
    """The case of the form that is wrong throughout, and its copy."""
    case = case_of(spoilt(WRONG))
    return case, correction_copy(case)


def opened(data: bytes) -> Book:
    """The workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Book) -> bytes:
    """The workbook as openpyxl writes it."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def placed(problems: list[Problem]) -> list[tuple[str, str | None]]:
    """Code and cell of each problem."""
    return [(one.code, one.cell) for one in problems]
