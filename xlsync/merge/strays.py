"""What somebody added to a conflict workbook outside the cells for choices: quoted, not lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.merge.choices import NOTE, Side, mark, progress
from xlsync.problems import problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlsync.grid import Address, Cell, Sheet, Workbook
    from xlsync.merge.choices import Note
    from xlsync.problems import Problem

_NOTE_COLUMNS = 2


def strays(
    workbook: Workbook, note: Note, main: Sheet, used: Collection[Address]
) -> Iterator[Problem]:
    """S007 for every text and comment that no conflict workbook has; ``used`` cells were read."""
    known = {*note.texts, *(one for line in note.lines for one in line.marks)}
    for sheet in workbook.sheets:
        for address, cell in sorted(sheet.cells.items()):
            if sheet is main and (address in used or _is_progress(sheet, cell, len(note.lines))):
                continue
            text = cell.text or (f"={cell.formula}" if cell.formula else "")
            if text.strip() and mark(text) not in known and not _is_note(sheet, address, cell):
                message = "冲突处理单里只能填“选择”和“另填内容”，这里的内容未采用，请另行告知。"
                yield problem("S007", message, found=text).at(sheet.name, address.a1)
        for address, text in sorted(sheet.comments.items()):
            message = "冲突处理单上的批注未采用，请另行告知。"
            yield problem("S007", message, found=text).at(sheet.name, address.a1)


def _is_note(sheet: Sheet, address: Address, cell: Cell) -> bool:
    is_pair = address.column <= _NOTE_COLUMNS
    return sheet.name == NOTE and (is_pair or cell.text in {side.value for side in Side})


def _is_progress(sheet: Sheet, cell: Cell, count: int) -> bool:
    """The line that counts the choices, whatever a program has made of its formula.

    Of a formula with a text, a source that tells values alone can say nothing but a figure.
    """
    expected = re.escape(progress("#", count)).replace(re.escape("#"), "[0-9]+")
    if re.fullmatch(expected, cell.text):
        return True
    if cell.formula is not None:
        return "COUNTA(" in cell.formula and not cell.text
    return sheet.values_only and cell.text == "0"
