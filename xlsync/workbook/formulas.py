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
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.workbook.sheet_view import HiddenColumn, HiddenView

SHOWN = 40
"""Findings that the check sheet lists at a time."""

_NOW = "0*TODAY()"
"""Nothing, computed as soon as a workbook is opened, and with it what shows a figure.

LibreOffice takes the results of figures from the file, and of an entry it tells only those formulas
that hang on it by others which it has computed.
"""

_WORDS = ("有误", "未填", "提醒")
"""What a check is called, by its rank: errors come first, then gaps, then doubts."""


def check_formulas(form: Form, layout: Layout) -> Companion:
    """The hidden sheet of a form with so many rows in its tables."""
    checks = HiddenChecks(form, layout)
    view = checks.view
    sheet = Companion(CHECKS, [], visible=False)
    labels, messages, given = (view.new_column().number for _ in range(3))
    sheet.name_column(names.LABELS, labels, map(HelperCell, map(checks.label, view.subjects)))
    sheet.name_column(names.MESSAGES, messages, (HelperCell(one.message) for one in checks.kinds))
    sheet.names[names.GIVEN] = Area(1, given, len(checks.kinds), given)
    for row, kind in enumerate(checks.kinds, start=1):
        if kind.given is not None:
            sheet.cells[Address(row, given)] = _formula(kind.given)
    figures = _figures(form, layout, checks)
    for column in view.columns:
        _write(sheet, column)
    _write_results(sheet, form, layout, figures)
    return sheet


def finding(number: str) -> tuple[str, str, str]:
    """Expressions for the n-th check that fires: its kind, its place, its message."""
    found = f"INDEX({names.LISTED},{number})"
    kind = f"VALUE(RIGHT({found},{KIND}))"
    row = f"VALUE(LEFT({found},{NUMBER}))"
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
    place = f"TRIM(MID({found},{NUMBER + 1},{PLACE}))"
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


def _write_results(
    sheet: Companion, form: Form, layout: Layout, figures: Mapping[str, str]
) -> None:
    """What other sheets go by: figures, what was found, groups of levels.

    It stands below all else, since it is what differs from workbook to workbook.
    """
    top = max(at.row for at in sheet.cells) + 1
    for row, (name, formula) in enumerate(figures.items(), start=top):
        sheet.names[name] = Area(row, 1, row, 1)
        sheet.cells[Address(row, 1)] = _formula(formula)
    sheet.names[names.LISTED] = listed = Area(top, 2, top + SHOWN - 1, 2)
    at = f"{WIDTH}*ROW()-{WIDTH * top - 1}"
    sheet.fill(listed, f"MID({names.WRONG}&{names.DOUBTFUL},{at},{WIDTH})")
    _group(sheet, form, layout, Address(top, 3))
    told = [one for one in sheet.cells if one.row >= top]
    sheet.told = Area(top, 1, max(told).row, max(one.column for one in told))


def _figures(form: Form, layout: Layout, checks: HiddenChecks) -> dict[str, str]:
    """The figures of the check line, and the areas of the tints, by name."""
    view = checks.view
    required = [slot for slot, item in form.mapping.fields.items() if item.required]
    errors, gaps, row_gaps, doubts = checks.joined()
    return {
        names.BEGUN: either(_begun(form, layout, view), f"{_NOW}<>0"),
        names.DONE: f"{_count(f'{view.length(slot)}>0' for slot in required)}+{_NOW}",
        names.OPEN: f"{len(required)}-{names.DONE}+{_number(row_gaps)}",
        names.WRONG: _text([*errors, *gaps, *row_gaps]),
        names.DOUBTFUL: _text(doubts),
        names.ERRORS: f"{_number(errors)}+{_NOW}",
        names.WARNINGS: f"{_number(doubts)}+{_NOW}",
        names.FOUND: _number([names.WRONG, names.DOUBTFUL]),
    }


def _text(texts: Iterable[str]) -> str:
    """What some texts tell."""
    return "&".join([*texts, f'LEFT("",{_NOW})'])


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


def _group(sheet: Companion, form: Form, layout: Layout, corner: Address) -> None:
    """Where the groups of equal levels begin, and in which row each shows its level.

    A group begins anew on a printed page.
    """
    begins: dict[str, str] = {}
    page = Area(1, 1, STATED, 1).absolute
    below = corner.row - min((table.first for table in layout.tables), default=0)
    column = corner.column
    for table in layout.tables:
        plan = form.mapping.tables[table.name]
        outer = ""
        for level, name in enumerate(plan.levels):
            place = column_letters(table.columns[name])
            if name not in table.own:
                outer = begins[place]
                continue
            start, middle = column_letters(column), column_letters(column + 1)
            starts = Area(table.first, column, table.last, column).moved(below)
            top, second = starts.top, starts.top + 1
            above, here = (
                f"'{form.template.sheet}'!${place}{row}" for row in (table.first, table.first + 1)
            )
            new = f"{outer}{second}=ROW({here})"
            if not outer:
                new = f"ISNUMBER(MATCH(\"{names.PAGE} \"&ROW({here}),'{SHEET}'!{page},0))"
            begun = f'AND(IFERROR(AND({here}<>"",{here}={above}),FALSE),NOT({new}))'
            sheet.cells[starts.first] = _formula(f"ROW({above})")
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
