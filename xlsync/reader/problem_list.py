"""A copy that was sent back for correction: our own list and comments are taken out first.

What remains is what a person typed, and nothing of ours is read as if it were. A row of the
list that was changed, and a comment that somebody added to, remain and are quoted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.workbook.problem_list import is_own_comment, own_places

if TYPE_CHECKING:
    from xlsync.base.grid import Sheet, Workbook


def without_returns(workbook: Workbook) -> Workbook:
    """The workbook without what a correction copy carries beside the form."""
    if workbook.is_text:
        return workbook
    return replace(workbook, sheets=[_without_returns(sheet) for sheet in workbook.sheets])


def _without_returns(sheet: Sheet) -> Sheet:
    comments = {
        address: text for address, text in sheet.comments.items() if not is_own_comment(text)
    }
    ours = set(own_places(sheet))
    if not ours and len(comments) == len(sheet.comments):
        return sheet
    cells = {address: cell for address, cell in sheet.cells.items() if address not in ours}
    return replace(sheet, cells=cells, comments=comments)
