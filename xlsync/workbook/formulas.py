"""The hidden sheet of formulas: every check of the form, and the figures made of them.

Column A has one formula for each check: its number and the place where something is wrong, or
nothing. These texts are joined, so that the n-th finding is cut out of them. What is to be said
there stands once for all rows of a table; which message belongs to which check follows from the
runs in which checks repeat. So the sheet is small, and typing into the form computes little anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area, column_letters
from xlsync.form.rules.sheet import either, numbered, quoted
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

_FIGURES, _RUNS, _MESSAGES, _FOUND, _GROUPS = 2, 3, 6, 7, 9
"""Columns; the runs take three."""

_HASH = "#"
_NUMBER = f"第{_HASH}条"
"""Stands for the number of a row in a message."""

_DIGITS, _PADDED = 4, 8
_WIDTH = _DIGITS + _PADDED
"""Characters of a finding: the number of its check, its place between blanks."""

_JOINED = 25
"""Checks whose findings one formula joins."""


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
    sheet.name_column(names.PLACES, 1, map(_fired, checks), FIRST_CHECK)
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
    sheet.names[names.LISTED] = Area(1, _FOUND, SHOWN, _FOUND)
    sheet.fill(sheet.names[names.LISTED], _position())
    _summarise(sheet, form, layout, view, checks)
    _group(sheet, form, layout)
    return sheet


def finding(number: str) -> tuple[str, str, str]:
    """Expressions for the n-th check that fires: its kind, its place, its message."""
    position = f"INDEX({names.LISTED},{number})"
    run, first, length = (f"VLOOKUP({position},{names.RUNS},{column})" for column in (1, 2, 3))
    kinds = ",".join(map(quoted, _WORDS))
    rank = f"1+({number}>{names.ERRORS})+({number}>{names.FOUND}-{names.WARNINGS})"
    text = f"INDEX({names.MESSAGES},{first}+MOD({position}-{run},{length}))"
    row = f"1+INT(({position}-{run})/{length})"
    said = quoted(_NUMBER).replace(_HASH, f'"&{row}&"')
    return (
        f"CHOOSE({rank},{kinds})",
        f"TRIM(MID(INDEX({names.PLACES},{position}),{_DIGITS + 1},{_PADDED}))",
        f"SUBSTITUTE({text},{quoted(_NUMBER)},{said})",
    )


def is_among(place: str, *found: str) -> str:
    """True where an address is one of those that some texts of findings name.

    They are looked for in the text of one cell, not in a column of formulas, which would be
    searched anew for every cell that has the condition.
    """
    return f'ISNUMBER(FIND(" "&{place}&" ",{"&".join(found)}))'


def _fired(check: SheetCheck) -> HelperCell:
    """Nothing, or which check it is and where it fires, in a fixed number of characters."""
    place = f"ADDRESS(ROW({check.cell}),COLUMN({check.cell}),4)"
    number = f'TEXT(ROW()-{FIRST_CHECK - 1},"{"0" * _DIGITS}")'
    said = f'{number}&LEFT(" "&{place}&"{" " * _PADDED}",{_PADDED})'
    return _formula(f'IFERROR(IF({check.wrong},{said},""),"")')


def _message(message: str) -> HelperCell:
    fixed = message[1:-1]
    return HelperCell(message, is_formula=True) if '"' in fixed else HelperCell(fixed)


def _position() -> str:
    """Which check is the n-th that fires, in the n-th row; 0 for none."""
    begin = f"{_WIDTH}*ROW()-{_WIDTH - 1}"
    found = f"VALUE(MID({names.WRONG}&{names.DOUBTFUL},{begin},{_DIGITS}))"
    return f"IF(ROW()<={names.FOUND},{found},0)"


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
    errors, gaps, row_gaps, doubts = _texts(sheet, form, view, checks)
    figures = {
        names.BEGUN: _begun(form, layout, view),
        names.DONE: _count(view.filled(slot) for slot in required),
        names.OPEN: _count(view.blank(slot) for slot in required) + f"+{_number(row_gaps)}",
        names.WRONG: "&".join([*errors, *gaps, *row_gaps]) or '""',
        names.DOUBTFUL: "&".join(doubts) or '""',
        names.ERRORS: _number(errors),
        names.WARNINGS: _number(doubts),
        names.FOUND: _number([names.WRONG, names.DOUBTFUL]),
    }
    for row, (name, formula) in enumerate(figures.items(), start=1):
        sheet.cells[Address(row, _FIGURES)] = _formula(formula)
        sheet.names[name] = Area(row, _FIGURES, row, _FIGURES)


def _texts(
    sheet: Companion, form: Form, view: FormSheetView, checks: Sequence[SheetCheck]
) -> tuple[list[str], ...]:
    """What errors, gaps of fields, gaps of rows and doubts say: references to texts of a few each.

    The checks come in this order but for the two kinds of gaps, which keep that of the rules.
    """
    fields = {view.cell(slot) for slot in form.mapping.fields}
    cells: tuple[list[str], ...] = ([], [], [], [])
    row = 0
    for (rank, of_rows), some in groupby(
        enumerate(checks), lambda one: (one[1].rank, one[1].gap and one[1].cell not in fields)
    ):
        places = [Address(at + FIRST_CHECK, 1).a1 for at, _ in some]
        for begin in range(0, len(places), _JOINED):
            row += 1
            text = "&".join(places[begin : begin + _JOINED])
            sheet.cells[Address(row, _FOUND + 1)] = _formula(text)
            cells[rank + (rank > 1 or of_rows)].append(Address(row, _FOUND + 1).a1)
    return cells


def _number(texts: Iterable[str]) -> str:
    """How many findings some texts tell."""
    lengths = "+".join(f"LEN({text})" for text in texts)
    return f"({lengths})/{_WIDTH}" if lengths else "0"


def _begun(form: Form, layout: Layout, view: FormSheetView) -> str:
    """True once there is more than the fields that were filled in before it was sent out.

    How many these are stands in the manifest; without it, or where it was changed, none were.
    """
    sums = totals(form.mapping)
    typed = _count(view.filled(slot) for slot in form.mapping.fields if slot not in sums)
    prefilled = f"IFERROR(VALUE({stated(names.PREFILLED)}),0)"
    rows = (f"COUNTA({_cells(form, table)})>0" for table in layout.tables)
    return either(f"{typed}>{prefilled}", *rows)


def _group(sheet: Companion, form: Form, layout: Layout) -> None:
    """Where the groups of equal levels begin, and in which row each shows its level.

    A group begins anew on a printed page.
    """
    column = _GROUPS
    begins: dict[str, str] = {}
    page = Area(1, 1, STATED, 1).absolute
    for table in layout.tables:
        plan = form.mapping.tables[table.name]
        outer = ""
        for level, name in enumerate(plan.levels):
            place = column_letters(table.columns[name])
            if name not in table.own:
                outer = begins[place]
                continue
            start, middle = column_letters(column), column_letters(column + 1)
            top, second = table.first, table.first + 1
            above, here = (f"'{form.template.sheet}'!${place}{row}" for row in (top, second))
            new = f"{outer}{second}=ROW({here})"
            if not outer:
                new = f"ISNUMBER(MATCH(\"{names.PAGE} \"&ROW({here}),'{SHEET}'!{page},0))"
            begun = f'AND(IFERROR(AND({here}<>"",{here}={above}),FALSE),NOT({new}))'
            sheet.cells[Address(top, column)] = _formula(f"ROW({above})")
            starts = Area(top, column, table.last, column)
            sheet.fill(starts._replace(top=second), f"IF({begun},{start}{top},ROW({here}))")
            # Below the last row stands nothing, which equals none.
            goes_on = f"IFERROR({start}{second}={start}{top},FALSE)"
            own = f"INT(({start}{top}+ROW({above}))/2)"
            middles = starts.moved(0, 1)
            sheet.fill(middles, f"IF({goes_on},{middle}{second},{own})")
            sheet.names[names.starts_name(table.name, level)] = starts
            sheet.names[names.middles_name(table.name, level)] = middles
            outer = begins[place] = start
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
