"""The heads of a roster: on which sheet and in which rows they stand.

A coordinator's list has its columns in any order, under titles and beside columns of its own.
A head is a label of the form, one of its spellings, a word that is usual on rosters, or a
field's name in the record. Heads may take two rows: what stands below a text that spans several
columns is read together with it. What is not certain is told, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.rounds.roster.meanings import Head, is_unit, meanings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.rounds.roster.words import RosterHeads

_ROWS = 30
"""Filled rows among which the heads must be."""


@dataclass(slots=True)
class Heads:
    """The rows of heads on a sheet: field or id by column, and what is wrong.

    ``row`` is the last of them, below which the projects stand.
    """

    sheet: Sheet
    rows: tuple[int, ...]
    columns: dict[int, Head]
    fields: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def row(self) -> int:
        """The row below which the projects stand."""
        return self.rows[-1]

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell of the sheet."""
        self.problems.append(found.at(self.sheet.name or None, address.a1))

    def place(self, column: int) -> Address:
        """The cell that names a column: the lowest one with a text."""
        places = (Address(row, column) for row in reversed(self.rows))
        return next(
            (one for one in places if self.sheet.text(one).strip()), Address(self.row, column)
        )

    def is_repeated_in(self, row: int) -> bool:
        """Whether a row says again what one of the heads says, as on a new page."""
        cells = {
            address.column: cell.text
            for column in self.columns
            if (cell := self.sheet.cells.get(address := Address(row, column))) and cell.text.strip()
        }
        return bool(cells) and any(
            all(self.sheet.text(Address(head, column)) == text for column, text in cells.items())
            for head in self.rows
        )


def find_heads(
    form: Form, words: RosterHeads, workbook: Workbook
) -> tuple[Heads | None, list[Problem]]:
    """The heads of the only sheet that has any, or None and why there are none."""
    found = [heads for sheet in workbook.sheets if (heads := _on_sheet(form, words, sheet))]
    if not found:
        message = (
            f"没有找到表头：名册要有一行写明各列是什么，至少要有{_needed(form)}。"
            if any(sheet.rows() for sheet in workbook.sheets)
            else "名册是空的。"
        )
        return None, [problem("R001", message)]
    if len(found) > 1:
        names = "、".join(f"“{one.sheet.name}”" for one in found)
        message = f"工作表{names}都像名册，请只留一张，其余删去。"
        return None, [problem("R001", message).at(found[1].sheet.name, None)]
    (heads,) = found
    return heads, []


def likely_heads(workbook: Workbook) -> Heads | None:
    """The fullest of the first rows, the first of several: where heads may be, if none is known."""
    rows = [
        (len(filled), sheet, row, filled)
        for sheet in workbook.sheets
        for row, cells in islice(sheet.rows().items(), _ROWS)
        if (filled := {at: Head(one.text) for at, one in cells.items() if one.text.strip()})
    ]
    if not rows:
        return None
    _, sheet, row, filled = max(rows, key=lambda one: one[0])
    return Heads(sheet, (row,), filled)


def _needed(form: Form) -> str:
    labels = (form.mapping.fields[slot].label for slot in form.mapping.record.identity)
    return "、".join(f"“{label}”" for label in labels)


# ---- where they stand ----------------------------------------------------------------


def _on_sheet(form: Form, words: RosterHeads, sheet: Sheet) -> Heads | None:
    """The rows that name most fields, if one of those that tell projects apart is among them."""
    best: tuple[int, Heads] | None = None
    identity = {*form.mapping.record.identity}
    for row, cells in islice(sheet.rows().items(), _ROWS):
        single = {column: Head(cell.text) for column, cell in cells.items() if cell.text.strip()}
        known = _known(words, single)
        if not known & identity:
            continue
        ways = [Heads(sheet, (row,), single)]
        if two := _two_rows(words, identity, sheet, row, single):
            ways.insert(0, two)
        for heads in ways:
            count = len(_known(words, heads.columns))
            if best is None or count > best[0]:
                best = count, heads
    return best and best[1]


def _known(words: RosterHeads, columns: Mapping[int, Head]) -> set[str]:
    return {name for column, head in columns.items() for name in meanings(words, column, head)[0]}


def _two_rows(
    words: RosterHeads, identity: set[str], sheet: Sheet, row: int, upper: Mapping[int, Head]
) -> Heads | None:
    """The heads of two rows, where the lower one is no project: nothing in it tells one."""
    own = [column for column, head in upper.items() if meanings(words, column, head)[0] & identity]
    below = {
        address.column: cell.text
        for address, cell in sheet.cells.items()
        if address.row == row + 1 and cell.text.strip()
    }
    if not below or any(column in below for column in own):
        return None
    spread = _spread(sheet, row, upper, below)
    columns = {
        column: Head(below[column], spread.get(column, "")) if column in below else upper[column]
        for column in sorted({*upper, *below})
    }
    heads = Heads(sheet, (row, row + 1), columns)
    is_merged = any(
        area.top == row and area.bottom == row + 1 and area.left in own for area in sheet.merges
    )
    says_more = len(_known(words, columns)) > len(_known(words, upper))
    is_of_units = all(map(is_unit, below.values()))
    return heads if is_merged or says_more or is_of_units else None


def _spread(
    sheet: Sheet, row: int, upper: Mapping[int, Head], below: Mapping[int, str]
) -> dict[int, str]:
    """The text above each column of the lower row; one that is merged stands above several."""
    spread = {column: head.text for column, head in upper.items()}
    merges = [area for area in sheet.merges if area.top <= row <= area.bottom]
    for area in merges:
        text = sheet.text(area.first)
        if text.strip():
            spread |= dict.fromkeys(range(area.left, area.right + 1), text)
    if not merges:
        last = ""
        for column in range(min(upper), max(below) + 1):
            last = spread.get(column, last)
            if column in below and column not in spread:
                spread[column] = last
    return spread
