"""Read a conflict workbook: which choice stands in which row, and everything that is odd.

What somebody added outside the cells for choices is quoted, not lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Cell, Kind
from xlsync.base.problems import problem
from xlsync.form.cell_value import value_of
from xlsync.form.codes import coded
from xlsync.form.types import comparable
from xlsync.records.conflicts import (
    CHOICE,
    COLUMNS,
    NOTE,
    NUMBER,
    SHEET,
    SHOWN,
    TYPED,
    Choice,
    Choices,
    ConflictNote,
    Side,
    mark,
    progress,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.records.conflicts import ConflictRow

_NOTE_COLUMNS = 2
_HEADING_WITHIN = 40
"""Rows in which the headings are looked for; people insert a few above."""


def strays(
    workbook: Workbook, note: ConflictNote, main: Sheet, used: Collection[Address]
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


_EMPTY = Cell("")


def is_conflict_workbook(workbook: Workbook) -> bool:
    """Whether a workbook is, or was, one in which conflicts are decided."""
    return any(
        sheet.name == NOTE or (sheet.name == SHEET and _headings(sheet) is not None)
        for sheet in workbook.sheets
    )


def read_choices(
    forms: Mapping[str, Form], workbook: Workbook
) -> tuple[Choices | None, list[Problem]]:
    """The choices of a conflict workbook, or None where it does not say whose they are.

    Whether the note is ours is for the holder of the key to say (``ConflictNote.is_sealed_by``). A
    row without a readable choice is reported (K001) and left out.
    """
    note = _note(workbook)
    if note is None:
        message = (
            "这份冲突处理单的编号信息（隐藏表）缺失或被改动，无法确定是哪个项目，"
            "请在重新发出的处理单上选择。"
        )
        return None, [problem("K002", message)]
    form = forms.get(note.form)
    if form is None or not all(form.mapping.locate(line.pointer).is_known for line in note.lines):
        message = f"冲突处理单属于表 {note.form}，现有的表中没有它或与它不符，无法处理。"
        return None, [problem("K002", message, found=note.form)]
    found = _table(workbook)
    if found is None:
        message = f"冲突处理单中找不到表头（{'、'.join(COLUMNS)}），请在重新发出的处理单上选择。"
        return None, [problem("K002", message)]
    reading = _WorkbookReading(form.mapping, note, *found)
    choices = reading.choices()
    return choices, [*reading.problems, *strays(workbook, note, reading.sheet, reading.used)]


def _note(workbook: Workbook) -> ConflictNote | None:
    sheet = next((one for one in workbook.sheets if one.name == NOTE), None)
    if sheet is None:
        return None
    rows = sheet.rows()
    pairs = ((row.get(1, _EMPTY).text, row.get(2, _EMPTY).text) for row in rows.values())
    return ConflictNote.from_pairs(pair for pair in pairs if any(pair))


def _table(workbook: Workbook) -> tuple[Sheet, int, dict[str, int]] | None:
    """The sheet with the headings, their row, and the column of each."""
    for sheet in sorted(workbook.sheets, key=lambda one: one.name != SHEET):
        found = _headings(sheet)
        if found is not None:
            return (sheet, *found)
    return None


def _headings(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    wanted = {comparable(text): text for text in COLUMNS}
    rows: dict[int, dict[str, int]] = {}
    for address, cell in sorted(sheet.cells.items()):
        key = comparable(cell.text) if len(cell.text) <= _HEADING_WITHIN else ""
        if address.row <= _HEADING_WITHIN and key in wanted:
            rows.setdefault(address.row, {}).setdefault(wanted[key], address.column)
    return next(((row, at) for row, at in rows.items() if at.keys() == {*COLUMNS}), None)


class _WorkbookReading:
    """The rows of one conflict workbook, read one after the other."""

    def __init__(
        self,
        mapping: FormMapping,
        note: ConflictNote,
        sheet: Sheet,
        heading: int,
        at: dict[str, int],
    ) -> None:
        self.mapping = mapping
        self.note = note
        self.sheet = sheet
        self.heading = heading
        self.at = at
        self.problems: list[Problem] = []
        self.used: set[Address] = set()

    def choices(self) -> Choices:
        """The choices of all rows that have a readable one."""
        rows = self.rows()
        chosen: dict[str, Choice] = {}
        for number, line in enumerate(self.note.lines, start=1):
            row = rows.get(number)
            if row is None:
                message = f"第 {number} 处冲突的那一行不见了，这一处仍待选择。"
                self.report("K002", message, line, Address(self.heading, self.at[NUMBER]))
                continue
            choice = self.choice(line, row) if self.is_intact(line, row) else None
            if choice is not None:
                chosen[line.pointer] = choice
        return Choices(self.note, chosen)

    def rows(self) -> dict[int, int]:
        """The row of each number; a number that stands twice is read where it stands first."""
        rows: dict[int, int] = {}
        for address in sorted(self.sheet.cells):
            if address.column != self.at[NUMBER] or address.row <= self.heading:
                continue
            number = _number(self.sheet.cells[address])
            if number is None or not 1 <= number <= len(self.note.lines):
                continue
            if number in rows:
                message = f"序号 {number} 出现两次，只读第 {rows[number]} 行，请删去多余的一行。"
                line = self.note.lines[number - 1]
                self.report("K002", message, line, address, self.sheet.text(address))
                continue
            rows[number] = address.row
            self.used |= {Address(address.row, column) for column in self.at.values()}
        return rows

    def is_intact(self, line: ConflictRow, row: int) -> bool:
        """Whether it is still certain which conflict the row is; changed texts are reported."""
        place, *sides = zip(SHOWN, line.marks, strict=True)
        for heading, expected in sides:
            address = Address(row, self.at[heading])
            if mark(self.sheet.text(address)) != expected:
                message = f"“{heading}”的文字被改动，不起作用，选择仍按原来的内容处理。"
                found = self.sheet.text(address)
                self.report("S008", message, line, address, found)
        address = Address(row, self.at[place[0]])
        if mark(self.sheet.text(address)) == place[1]:
            return True
        message = f"“{place[0]}”的文字被改动，分不清是哪一处冲突，这一行的选择未读入。"
        self.report("S001", message, line, address, self.sheet.text(address))
        return False

    def choice(self, line: ConflictRow, row: int) -> Choice | None:
        """The choice of a row, or None where there is no readable one."""
        address, other = Address(row, self.at[CHOICE]), Address(row, self.at[TYPED])
        text = self.sheet.text(address)
        typed = self.sheet.cells.get(other, _EMPTY)
        is_typed = bool(typed.text.strip()) or typed.formula is not None
        item = self.mapping.locate(line.pointer).item
        options = "、".join(f"“{side}”" for side in Side if item or side is not Side.OTHER)
        side = next((one for one in Side if comparable(text) == comparable(one)), None)
        shown = typed.text or (f"={typed.formula}" if typed.formula else None)
        if not comparable(text):
            also = f"“{TYPED}”中已填写，如要采用请选“{Side.OTHER}”。" if is_typed else ""
            message = f"还没有选择，请选{options}。{also}"
            self.report("K001", message, line, address, shown)
        elif side is None or (side is Side.OTHER and item is None):
            message = f"“{text}”不是这里可选的，请选{options}。"
            self.report("K001", message, line, address, text)
            if is_typed:
                message = f"所在行的选择未读入，“{TYPED}”也未采用。"
                self.report("K001", message, line, other, shown)
        elif side is not Side.OTHER and is_typed:
            message = f"选的是“{side}”，“{TYPED}”却有内容，分不清要哪一个，请改选或清空。"
            self.report("K001", message, line, other, shown)
        elif side is not Side.OTHER or item is None:
            return Choice(side)
        elif not is_typed:
            message = f"选了“{side}”，请在“{TYPED}”中填写。"
            self.report("K001", message, line, other)
        else:
            return self.typed(line, item, other, typed)
        return None

    def typed(
        self, line: ConflictRow, item: FieldBase, address: Address, cell: Cell
    ) -> Choice | None:
        """Another value, as the type of its field reads it."""
        codes = self.mapping.codes[item.codes] if item.codes else None
        is_1904 = self.sheet.is_1904
        parsed = value_of(item.kind, codes, cell, lambda: f"“{TYPED}”", is_1904=is_1904)
        for one in parsed.problems:
            self.report(one.code, one.message, line, address, one.found)
        is_none = codes and cell.kind is Kind.TEXT and coded(codes, cell.text) == (None,)
        if parsed.value is None and not is_none:
            if parsed.readable:
                message = f"“{TYPED}”没有可读的内容，请重新填写。"
                self.report("K001", message, line, address, cell.text)
            return None
        return Choice(Side.OTHER, parsed.value)

    def report(
        self, code: str, message: str, line: ConflictRow, address: Address, found: str | None = None
    ) -> None:
        """Note a problem at a cell of the sheet."""
        made = problem(code, message, pointer=line.pointer, found=found)
        self.problems.append(made.at(self.sheet.name, address.a1))


def _number(cell: Cell) -> int | None:
    try:
        number = float(cell.text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None
