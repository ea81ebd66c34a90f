"""The hidden sheet of formulas: every check of the form, and the figures made of them.

What goes on down the rows is one formula, written once; what is said of a finding is a text that
stands once. So the sheet is small, and typing into the form computes little anew.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area, column_letters
from xlsync.form.rules.sheet import GIVEN, NUMBERED, either, quoted
from xlsync.form.template import CHECKS, SHEET
from xlsync.workbook import manifest as names
from xlsync.workbook.checks import totals
from xlsync.workbook.helper_sheet import Companion, HelperCell
from xlsync.workbook.hidden_checks import KIND, LABELLED, NUMBER, PLACE, WIDTH, HiddenChecks
from xlsync.workbook.sheet_view import STATED, in_row, stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.workbook.sheet_view import HiddenColumn, HiddenView

SHOWN = 40
"""Findings that the check sheet lists at a time."""

_STIR = "+0*TODAY()"
"""Lets a figure be computed as soon as a workbook is opened, and with it what shows the figure.

LibreOffice would go on showing what stands beside those formulas for viewers that do not compute.
"""

_WORDS = ("有误", "未填", "提醒")
"""What a check is called, by its rank: errors come first, then gaps, then doubts."""


def check_formulas(form: Form, layout: Layout) -> Companion:
    """The hidden sheet of a form with so many rows in its tables."""
    checks = HiddenChecks(form, layout)
    view = checks.view
    sheet = Companion(CHECKS, [], visible=False)
    labels, messages, given, listed = (view.new_column().number for _ in range(4))
    sheet.name_column(names.LABELS, labels, map(HelperCell, map(checks.label, view.subjects)))
    sheet.name_column(names.MESSAGES, messages, (HelperCell(one.message) for one in checks.kinds))
    sheet.names[names.GIVEN] = Area(1, given, len(checks.kinds), given)
    for row, kind in enumerate(checks.kinds, start=1):
        if kind.given is not None:
            sheet.cells[Address(row, given)] = _formula(kind.given)
    sheet.names[names.LISTED] = Area(1, listed, SHOWN, listed)
    found = f"MID({names.WRONG}&{names.DOUBTFUL},{WIDTH}*ROW()-{WIDTH - 1},{WIDTH})"
    sheet.fill(sheet.names[names.LISTED], found)
    _summarise(sheet, form, layout, checks)
    _group(sheet, form, layout, view)
    for column in view.columns:
        _write(sheet, column)
    return sheet


def finding(number: str) -> tuple[str, str, str]:
    """Expressions for the n-th check that fires: its kind, its place, its message."""
    found = f"INDEX({names.LISTED},{number})"
    kind = f"VALUE(LEFT({found},{KIND}))"
    row = f"VALUE(MID({found},{KIND + 1},{NUMBER}))"
    words = ",".join(map(quoted, _WORDS))
    rank = f"1+({number}>{names.ERRORS})+({number}>{names.FOUND}-{names.WARNINGS})"
    before, after = map(quoted, NUMBERED.split("#"))
    meant = {
        NUMBERED: f"{before}&{row}&{after}",
        # The number of a row may be beyond those of fields; then there is no label to be put in.
        LABELLED: f'IFERROR("“"&INDEX({names.LABELS},{row})&"”","")',
        GIVEN: f'" "&INDEX({names.GIVEN},{kind})',
    }
    message = f"INDEX({names.MESSAGES},{kind})"
    for mark, text in meant.items():
        message = f"SUBSTITUTE({message},{quoted(mark)},{text})"
    place = f"TRIM(MID({found},{KIND + NUMBER + 1},{PLACE}))"
    return f"CHOOSE({rank},{words})", place, message


def is_among(place: str, *found: str) -> str:
    """True where an address is one of those that some texts of findings name.

    They are looked for in the text of one cell, not in a column of formulas, which would be
    searched anew for every cell that has the condition.
    """
    return f'ISNUMBER(FIND(" "&{place}&" ",{"&".join(found)}))'


def said(form: Form, layout: Layout) -> Iterator[str]:
    """Every fixed text of the hidden sheet; messages also as former releases wrote them, whole."""
    checks = HiddenChecks(form, layout)
    for subject in checks.view.subjects:
        label = checks.label(subject)
        yield label
        for kind in checks.kinds:
            yield kind.message
            yield kind.message.replace(LABELLED, f"“{label}”")


def _write(sheet: Companion, column: HiddenColumn) -> None:
    """Write a column; a formula that goes on from row to row is shared."""
    cells = sorted(column.cells.items())
    runs = groupby(enumerate(cells), key=lambda one: (one[1][0] - one[0], one[1][1]))
    for (_, formula), run in runs:
        rows = [row for _, (row, _) in run]
        area = Area(rows[0], column.number, rows[-1], column.number)
        if len(rows) > 1:
            sheet.fill(area, in_row(formula, rows[0]))
        else:
            sheet.cells[area.first] = _formula(in_row(formula, rows[0]))


def _summarise(sheet: Companion, form: Form, layout: Layout, checks: HiddenChecks) -> None:
    """The figures of the check line, and the areas of the tints."""
    view = checks.view
    required = [slot for slot, item in form.mapping.fields.items() if item.required]
    errors, gaps, row_gaps, doubts = checks.joined()
    figures = {
        names.BEGUN: _begun(form, layout, view),
        names.DONE: _count(f"{view.length(slot)}>0" for slot in required),
        names.OPEN: f"{len(required)}-{names.DONE}+{_number(row_gaps)}",
        names.WRONG: "&".join([*errors, *gaps, *row_gaps]) or '""',
        names.DOUBTFUL: "&".join(doubts) or '""',
        names.ERRORS: f"{_number(errors)}{_STIR}",
        names.WARNINGS: _number(doubts),
        names.FOUND: f"{_number([names.WRONG, names.DOUBTFUL])}{_STIR}",
    }
    column = view.new_column()
    for row, (name, formula) in enumerate(figures.items(), start=1):
        column.cells[row] = formula
        sheet.names[name] = Area(row, column.number, row, column.number)


def _number(texts: Iterable[str]) -> str:
    """How many findings some texts tell."""
    lengths = "+".join(f"LEN({text})" for text in texts)
    return f"({lengths})/{WIDTH}" if lengths else "0"


def _begun(form: Form, layout: Layout, view: HiddenView) -> str:
    """True once there is more than the fields that were filled in before it was sent out.

    How many these are stands in the manifest; without it, or where it was changed, none were.
    """
    sums = totals(form.mapping)
    typed = _count(f"{view.length(slot)}>0" for slot in form.mapping.fields if slot not in sums)
    prefilled = f"IFERROR(VALUE({stated(names.PREFILLED)}),0)"
    rows = (f"COUNTA({_cells(form, table)})>0" for table in layout.tables)
    return either(f"{typed}>{prefilled}", *rows)


def _group(sheet: Companion, form: Form, layout: Layout, view: HiddenView) -> None:
    """Where the groups of equal levels begin, and in which row each shows its level.

    A group begins anew on a printed page.
    """
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
            column = view.new_column().number
            start, middle = column_letters(column), column_letters(view.new_column().number)
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


def _formula(text: str) -> HelperCell:
    return HelperCell(text, is_formula=True)


def _cells(form: Form, table: PlacedTable) -> str:
    """The reference of every cell of a table that can be filled in."""
    columns = table.columns.values()
    area = Area(table.first, min(columns), table.last, max(columns))
    return f"'{form.template.sheet}'!{area.absolute}"


def _count(conditions: Iterable[str]) -> str:
    return "+".join(f"({condition})" for condition in conditions) or "0"
