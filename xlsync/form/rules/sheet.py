"""The same rules as a spreadsheet says them: one formula for each place that may be wrong.

A staff member sees in the sheet what the reader would say later. Formulas keep to functions
that Excel 2007, WPS and LibreOffice have in common; none spills, none needs a macro.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from xlsync.base.problems import Severity
from xlsync.form.types import money_in
from xlsync.form.types.units import UNITS, YUAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.form.rules.subject import ColumnPlan, FormPlan, TablePlan


_BLANKS = (" ", "\u3000", "\u00a0")
"""``TRIM`` knows the first alone; Chinese keyboards type the second, web pages bring the third."""


_ROW_NUMBER = re.compile("第([0-9]+)条")


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """One thing that may be wrong on the sheet.

    ``cell`` is a reference to the place, ``wrong`` an expression that is true where it is
    wrong, ``message`` one that gives the text. A ``gap`` is a place not filled in yet.
    """

    code: str
    severity: Severity
    cell: str
    wrong: str
    message: str
    gap: bool = False

    @property
    def rank(self) -> int:
        """Where it is told: errors (0) come first, then gaps (1), then doubts (2)."""
        if self.gap:
            return 1
        return 0 if self.severity is Severity.ERROR else 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What a client may refuse while it is typed: ``holds`` must be true for the field."""

    slot: str
    holds: str
    expected: str


class RowView(Protocol):
    """One row of a table on the sheet."""

    @property
    def number(self) -> int:
        """Its number, from 1."""

    @property
    def begun(self) -> str:
        """An expression that is true where any cell of the row is filled."""

    def cell(self, column: str) -> str:
        """The reference of one cell."""

    def above(self, column: str) -> str:
        """The reference of the cells from the first row down to this one."""


class SheetView(Protocol):
    """A form's sheet as rules see it: references by slot, table and column."""

    @property
    def plan(self) -> FormPlan:
        """The mapping."""

    @property
    def begun(self) -> str:
        """An expression that is true once the person has begun to fill in the form."""

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""

    def blank(self, slot: str) -> str:
        """An expression that is true where a field says nothing: blank, or no box ticked."""

    def filled(self, slot: str) -> str:
        """An expression that is true where a field says something."""

    def says(self, slot: str, value: str) -> str:
        """An expression that is true where a field holds a value of its list, or ticks it."""

    def rows(self, table: str) -> Sequence[RowView]:
        """The rows of a table that stand ready."""

    def column(self, table: str, column: str) -> str:
        """The reference of a whole column of a table's rows."""

    def heading(self, table: str) -> str:
        """The reference of the cell where a table begins."""

    def codes(self, name: str) -> str:
        """The reference of a code list."""

    def tree(self, name: str) -> str:
        """The reference of a tree's first level."""

    def branch(self, name: str, first: str) -> str:
        """An expression for what lies under the first level that ``first`` holds."""


def quoted(text: str) -> str:
    """A text as it stands in a formula."""
    return '"' + text.replace('"', '""') + '"'


def array(texts: Iterable[str]) -> str:
    """Texts as an array constant."""
    return "{" + ",".join(map(quoted, texts)) + "}"


def packed(cell: str) -> str:
    """The text of a cell without any blank."""
    for one in _BLANKS:
        cell = f'SUBSTITUTE({cell},"{one}","")'
    return cell


def blank(cell: str) -> str:
    """True where a cell holds nothing but blanks; an error value is something."""
    return f"IFERROR(LEN({packed(cell)}),1)=0"


def filled(cell: str) -> str:
    """True where a cell holds something, be it an error value."""
    return f"IFERROR(LEN({packed(cell)}),1)>0"


def both(*conditions: str) -> str:
    """True where all conditions hold."""
    return f"AND({','.join(conditions)})"


def either(*conditions: str) -> str:
    """True where any of the conditions holds."""
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def among(cell: str, options: str) -> str:
    """True where a cell's text is one of a list; ``MATCH`` would take ``*`` for anything."""
    return f"SUMPRODUCT(--({options}=TRIM({cell})))>0"


def numbers(*cells: str) -> str:
    """True where all of these cells hold numbers."""
    return f"COUNT({','.join(cells)})={len(cells)}"


def sound(sheet: SheetView, *slots: str) -> str:
    """True where each of these fields holds a value of its type.

    What is none was found by the check of the type, and rules say nothing more of it.
    """
    fields = sheet.plan.fields
    return _holding((fields[slot], sheet.cell(slot)) for slot in slots)


def sound_in_row(table: TablePlan, row: RowView, *columns: str) -> str:
    """The same for these cells of a row."""
    return _holding((table.columns[name], row.cell(name)) for name in columns)


def _holding(cells: Iterable[tuple[ColumnPlan, str]]) -> str:
    checks = ((item.kind.on_sheet, cell) for item, cell in cells)
    return both(*(check.holds.format(cell=cell) for check, cell in checks if check))


def shown(expression: str, unit: str = YUAN) -> str:
    """An amount in a message."""
    number_format = quoted(money_in(unit).number_format)
    return f"TEXT({expression},{number_format})&{quoted(f' {unit}')}"


def decimals(unit: str) -> int:
    """How many decimals of a unit are a cent."""
    return money_in(unit).places


def worth(cell: str, item: ColumnPlan) -> str:
    """The number of a cell, an amount in 元 whatever the sheet counts it in."""
    factor = UNITS[item.counted_in]
    return f"N({cell})" if factor == 1 else f"N({cell})*{factor}"


def added_up(cells: Sequence[tuple[str, ColumnPlan]], unit: str) -> str:
    """The sum of cells or columns, in a unit; texts among them count for nothing."""
    if all(item.counted_in == unit for _, item in cells):
        return f"SUM({','.join(cell for cell, _ in cells)})"
    terms = (f"SUM({cell})*{UNITS[item.counted_in]}" for cell, item in cells)
    return f"({'+'.join(terms)})/{UNITS[unit]}"


def row_title(plan: TablePlan, row: RowView) -> str:
    """How a message on the sheet calls a row."""
    return f"{plan.label}第{row.number}条"


def numbered(message: str) -> tuple[str, int | None, str]:
    """A message cut at the number of the row that it is about, or None where it is about none."""
    match = _ROW_NUMBER.search(message)
    if match is None:
        return message, None, ""
    return message[: match.start()], int(match[1]), message[match.end() :]
