"""The hidden sheet of formulas: every check of the form, and the figures made of them.

Column A has one formula for each check: the place where something is wrong, or nothing. What is
to be said there stands once for all rows of a table; which message belongs to which check follows
from the runs in which checks repeat. So the sheet is small, and typing into the form computes
little anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area, column_letters
from xlsync.form.rules.sheet import blank, either, filled, numbered, quoted
from xlsync.form.template import CHECKS, SHEET
from xlsync.workbook import manifest as names
from xlsync.workbook.checks import sheet_checks, totals
from xlsync.workbook.helper_sheet import Companion, HelperCell
from xlsync.workbook.sheet_view import STATED, FormSheetView, stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.form.rules.sheet import SheetCheck

SHOWN = 40
"""Findings that the check sheet lists at a time."""

FIRST_CHECK = 2
"""The row of the first check."""

_WORDS = ("有误", "未填", "提醒")
"""What a check is called, by its rank: errors come first, then gaps, then doubts."""

_FIGURES, _RUNS, _MESSAGES, _FOUND, _GROUPS = 2, 3, 6, 7, 8
"""Columns; the runs take three."""

_HASH = "#"
_NUMBER = f"第{_HASH}条"
"""Stands for the number of a row in a message."""

_ANY_TEXT = '"?*"'
"""What ``MATCH`` finds any text with, but not an empty one."""


@dataclass(slots=True)
class _Run:
    """Checks that follow one another and repeat the same messages, row by row of a table.

    Checks that belong to no row are one run, in which nothing is repeated.
    """

    start: int
    is_numbered: bool
    messages: list[str] = field(default_factory=list)

    def takes(self, position: int, message: str, number: int | None) -> bool:
        """Add the check at a position, if it continues the run."""
        offset = position - self.start
        if (number is not None) != self.is_numbered:
            return False
        if number in {None, 1} and offset == len(self.messages):
            self.messages.append(message)
            return True
        turn, place = divmod(offset, len(self.messages) or 1)
        return number == turn + 1 and self.messages[place] == message


def check_formulas(form: Form, layout: Layout) -> Companion:
    """The hidden sheet of a form with so many rows in its tables."""
    view = FormSheetView(form, layout)
    checks = sheet_checks(form.mapping, view)
    sheet = Companion(CHECKS, [10, 12, 8, 8, 8, 60, 8], visible=False)
    sheet.name_column(names.PLACES, 1, map(_place, checks), FIRST_CHECK)
    runs = _runs(checks)
    first = 1
    for row, run in enumerate(runs, start=1):
        figures = (run.start, first, len(run.messages))
        for column, figure in enumerate(figures, start=_RUNS):
            sheet.cells[Address(row, column)] = HelperCell(str(figure), is_formula=True)
        first += len(run.messages)
    sheet.names[names.RUNS] = Area(1, _RUNS, max(1, len(runs)), _RUNS + 2)
    messages = (message for run in runs for message in run.messages)
    sheet.name_column(names.MESSAGES, _MESSAGES, map(_message, messages))
    sheet.name_column(names.LISTED, _FOUND, map(_position, range(1, SHOWN + 1)))
    _summarise(sheet, form, layout, view, checks)
    _group(sheet, form, layout)
    return sheet


def finding(number: int) -> tuple[str, str, str]:
    """Expressions for the n-th check that fires: its kind, its place, its message."""
    position = f"INDEX({names.LISTED},{number})"
    run, first, length = (f"VLOOKUP({position},{names.RUNS},{column})" for column in (1, 2, 3))
    kinds = ",".join(map(quoted, _WORDS))
    rank = f"1+({position}>{names.LAST_ERROR})+({position}>{names.LAST_GAP})"
    text = f"INDEX({names.MESSAGES},{first}+MOD({position}-{run},{length}))"
    row = f"1+INT(({position}-{run})/{length})"
    said = quoted(_NUMBER).replace(_HASH, f'"&{row}&"')
    return (
        f"CHOOSE({rank},{kinds})",
        f"INDEX({names.PLACES},{position})",
        f"SUBSTITUTE({text},{quoted(_NUMBER)},{said})",
    )


def _place(check: SheetCheck) -> HelperCell:
    place = f"ADDRESS(ROW({check.cell}),COLUMN({check.cell}),4)"
    return HelperCell(f'IF(IFERROR({check.wrong},FALSE),{place},"")', is_formula=True)


def _message(message: str) -> HelperCell:
    fixed = message[1:-1]
    return HelperCell(message, is_formula=True) if '"' in fixed else HelperCell(fixed)


def _position(number: int) -> HelperCell:
    """Which check is the n-th that fires: the next one after the one before; 0 for none."""
    before = Area(number - 1, _FOUND, number - 1, _FOUND).absolute
    places, skipped = names.PLACES, ""
    if number > 1:
        places = f"INDEX({names.PLACES},{before}+1):INDEX({names.PLACES},ROWS({names.PLACES}))"
        skipped = f"{before}+"
    found = f"{skipped}MATCH({_ANY_TEXT},{places},0)"
    return HelperCell(f"IF({number}<={names.FOUND},{found},0)", is_formula=True)


def _runs(checks: Sequence[SheetCheck]) -> list[_Run]:
    runs: list[_Run] = []
    for position, check in enumerate(checks, start=1):
        before, number, after = numbered(check.message)
        repeated = check.message if number is None else f"{before}{_NUMBER}{after}"
        if runs and runs[-1].takes(position, repeated, number):
            continue
        if number == 1:
            runs.append(_Run(position, is_numbered=True))
            runs[-1].takes(position, repeated, number)
        elif not runs or not runs[-1].takes(position, check.message, None):
            runs.append(_Run(position, is_numbered=False))
            runs[-1].takes(position, check.message, None)
    return runs


def _summarise(
    sheet: Companion,
    form: Form,
    layout: Layout,
    view: FormSheetView,
    checks: list[SheetCheck],
) -> None:
    """The figures of the check line, and the areas of the tints."""
    required = [slot for slot, item in form.mapping.fields.items() if item.required]
    fields = {view.cell(slot) for slot in form.mapping.fields}
    ranks = [check.rank for check in checks]
    row_gaps = [check.gap and check.cell not in fields for check in checks]
    last_error, last_gap = ranks.count(0), ranks.count(0) + ranks.count(1)
    figures = {
        names.BEGUN: _begun(form, layout, view),
        names.DONE: _count(filled(view.cell(slot)) for slot in required),
        names.OPEN: _count(blank(view.cell(slot)) for slot in required) + f"+{_fired(row_gaps)}",
        names.ERRORS: _fired([rank == 0 for rank in ranks]),
        names.WARNINGS: _fired([rank > 1 for rank in ranks]),
        names.FOUND: _fired([True] * len(checks)),
        names.LAST_ERROR: str(last_error),
        names.LAST_GAP: str(last_gap),
    }
    for row, (name, formula) in enumerate(figures.items(), start=1):
        sheet.cells[Address(row, _FIGURES)] = HelperCell(formula, is_formula=True)
        sheet.names[name] = Area(row, _FIGURES, row, _FIGURES)
    end = len(checks)
    sheet.names[names.WRONG] = _checks(1, max(1, last_gap))
    sheet.names[names.DOUBTFUL] = _checks(min(last_gap + 1, end), end)


def _begun(form: Form, layout: Layout, view: FormSheetView) -> str:
    """True once there is more than the fields that were filled in before it was sent out.

    How many these are stands in the manifest; without it, or where it was changed, none were.
    """
    sums = totals(form.mapping)
    typed = _count(filled(view.cell(slot)) for slot in form.mapping.fields if slot not in sums)
    prefilled = f"IFERROR(VALUE({stated(names.PREFILLED)}),0)"
    rows = (f"COUNTA({_cells(form, table)})>0" for table in layout.tables)
    return either(f"{typed}>{prefilled}", *rows)


def _group(sheet: Companion, form: Form, layout: Layout) -> None:
    """Where the groups of equal levels begin, and in which row each shows its level.

    A group begins anew on a printed page.
    """
    column = _GROUPS
    page = Area(1, 1, STATED, 1).absolute
    for table in layout.tables:
        plan = form.mapping.tables[table.name]
        outer = ""
        for level, name in enumerate(plan.levels):
            place = column_letters(table.columns[name])
            start, middle = column_letters(column), column_letters(column + 1)
            starts, middles = [], []
            for row in range(table.first, table.last + 1):
                cell, above = (f"'{form.template.sheet}'!${place}${at}" for at in (row, row - 1))
                new = f"{outer}{row}=ROW({cell})"
                if not outer:
                    key = f'"{names.PAGE} "&ROW({cell})'
                    new = f"ISNUMBER(MATCH({key},'{SHEET}'!{page},0))"
                same = f'IFERROR(AND({cell}<>"",{cell}={above}),FALSE)'
                begun = "FALSE" if row == table.first else f"AND({same},NOT({new}))"
                last = f"INT(({start}{row}+ROW({cell}))/2)"
                starts.append(f"IF({begun},{start}{row - 1},ROW({cell}))")
                below = f"IF(IFERROR({start}{row + 1}={start}{row},FALSE),{middle}{row + 1},{last})"
                middles.append(last if row == table.last else below)
            sheet.name_column(
                names.starts_name(table.name, level), column, map(_formula, starts), table.first
            )
            sheet.name_column(
                names.middles_name(table.name, level),
                column + 1,
                map(_formula, middles),
                table.first,
            )
            outer = start
            column += 2


def _formula(text: str) -> HelperCell:
    return HelperCell(text, is_formula=True)


def _cells(form: Form, table: PlacedTable) -> str:
    """The reference of every cell of a table that can be filled in."""
    columns = table.columns.values()
    area = Area(table.first, min(columns), table.last, max(columns))
    return f"'{form.template.sheet}'!{area.absolute}"


def _count(conditions: Iterable[str]) -> str:
    return "+".join(f"({condition})" for condition in conditions) or "0"


def _checks(first: int, last: int) -> Area:
    """The places of some checks, by their positions."""
    return Area(first + FIRST_CHECK - 1, 1, last + FIRST_CHECK - 1, 1)


def _fired(chosen: list[bool]) -> str:
    """How many of the chosen checks fire, added up in runs that stand one below the other."""
    edges = [
        position
        for position, (one, other) in enumerate(pairwise([False, *chosen, False]), start=1)
        if one != other
    ]
    areas = (_checks(first, end - 1) for first, end in zip(edges[::2], edges[1::2], strict=True))
    return "+".join(f"SUMPRODUCT(--(LEN({area.absolute})>0))" for area in areas) or "0"
