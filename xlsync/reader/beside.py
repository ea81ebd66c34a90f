"""What stands beside the form: other sheets and comments, of ours or of somebody else.

Our own companion sheets are known cell by cell; whatever else is there is quoted, because
nothing typed may be lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.companions import Entry, companions
from xlsync.form.lists import option_lists
from xlsync.grid import Address
from xlsync.manifest import CHECKS, LISTS, SHEET
from xlsync.problems import problem
from xlsync.reader.labels import report_stray
from xlsync.reader.located import Located

if TYPE_CHECKING:
    from xlsync.form import Form, Layout
    from xlsync.grid import Cell, Workbook


def report_other_sheets(located: Located, layout: Layout, workbook: Workbook) -> None:
    """Content of every other sheet that we did not put there (S007, S008)."""
    ours = {one.name: one.cells for one in companions(located.form, layout)}
    ours[LISTS] = _list_cells(located.form)
    hidden = _hidden_texts(located.form, layout)
    for sheet in workbook.sheets:
        if sheet is located.sheet or sheet.name == SHEET:
            continue
        beside = Located(located.form, sheet, 1)
        expected = ours.get(sheet.name, {})
        for address, cell in sorted(sheet.cells.items()):
            if sheet.name != CHECKS or cell.text not in hidden:
                _report_cell(beside, address, cell, expected.get(address))
        report_comments(beside)
        located.problems.extend(beside.problems)


def report_comments(located: Located) -> None:
    """Quote every comment on a sheet (S007)."""
    for address, comment in sorted(located.sheet.comments.items()):
        message = "批注不属于表内内容，未读入，请把要说的话填入相应栏目。"
        located.report(problem("S007", message, found=comment), address)


def _report_cell(beside: Located, address: Address, cell: Cell, expected: Entry | None) -> None:
    if expected is None or not (expected.is_formula or expected.text == cell.text):
        if cell.text.strip() or cell.formula is not None:
            report_stray(beside, address, cell)
    elif expected.is_formula and cell.formula is None and cell.text.strip():
        message = f"自动检查的公式被改为“{cell.text}”，检查结果可能不准，表内数据不受影响。"
        beside.report(problem("S008", message, found=cell.text), address)


def _hidden_texts(form: Form, layout: Layout) -> set[str]:
    """Texts of the hidden formulas, which move when rows are inserted into the form."""
    made = (companions(form, one) for one in (layout, form.layout(form.capacity())))
    sheets = (one for sheets in made for one in sheets if one.name == CHECKS)
    return {entry.text for one in sheets for entry in one.cells.values() if not entry.is_formula}


def _list_cells(form: Form) -> dict[Address, Entry]:
    return {
        Address(row, column): Entry(option)
        for column, (_, options) in enumerate(option_lists(form), start=1)
        for row, option in enumerate(options, start=1)
    }
