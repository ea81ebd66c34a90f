"""The 汇总表: one row a project, one row a row of each table, and the sums by unit.

The first sheets are written row by row, so that a round of any size needs little memory; how
wide their columns have to be is known when the last row is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.record import rows_at
from xlsync.report.books.office import ReportColumn, book
from xlsync.report.books.office_chart import CHART_SHEET
from xlsync.report.export.columns import (
    RECORD_ID,
    field_places,
    naming_places,
    row_places,
)
from xlsync.report.export.sheets import RowSheet, Sums
from xlsync.report.words.lines import visible
from xlsync.report.words.rounds import changes_text, minute

if TYPE_CHECKING:
    from typing import IO

    from xlsync.report.books.office import Book
    from xlsync.rounds.state.exporting import Accepted, FormRecords

_PROJECTS, _SUMS = "项目", "汇总"
_DECIDED = "裁定"
_DECIDED_COLUMNS = (
    ReportColumn("单位", 24),
    ReportColumn("项目", 30),
    ReportColumn("时间", 17, "center"),
    ReportColumn("经办", 12, "center"),
    ReportColumn("事项", 12, "center"),
    ReportColumn("内容", 60),
    ReportColumn("理由", 36),
)
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31


def write_summary(accepted: Accepted, file: IO[bytes]) -> None:
    """Write the workbook; several forms get a set of sheets each. Same records, same bytes.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    with book(f"{accepted.round} {_SUMS}", file, by_rows=True) as made:
        for number, records in enumerate(accepted.forms, start=1):
            mark = f"（{number}）" if len(accepted.forms) > 1 else ""
            _write_form(made, accepted, records, mark)
        if accepted.decided:
            _write_decided(made, accepted)


def _write_decided(made: Book, accepted: Accepted) -> None:
    """What people decided: corrections, cancelled projects, reviews, each with its reason."""
    worksheet = made.sheet(_DECIDED, f"{accepted.round} {_DECIDED}", "", _DECIDED_COLUMNS)
    cells = (
        (
            one.group,
            one.title,
            minute(one.decision.time),
            one.decision.by,
            one.decision.act.word,
            one.decision.verdict or changes_text(one.decision),
            one.decision.reason,
        )
        for one in accepted.decided
    )
    made.rows(worksheet, _DECIDED_COLUMNS, cells)


def _write_form(made: Book, accepted: Accepted, records: FormRecords, mark: str) -> None:
    mapping = records.form.mapping
    title = f"{accepted.round} {visible(mapping.title)}"
    naming = naming_places(mapping)
    taken = {_PROJECTS, _SUMS, _DECIDED, f"{_SUMS}{CHART_SHEET}"}
    places = field_places(mapping)
    projects = RowSheet(
        made,
        _PROJECTS + mark,
        f"{title}{_SUMS}",
        [*places, RECORD_ID],
        title_at=places.index(naming[-1]),
        has_totals=True,
    )
    tables = []
    for table in mapping.tables.values():
        name = _sheet_name(table.label, mark, taken)
        heads = [*naming, *row_places(table), RECORD_ID]
        head = f"{title}——{visible(table.label)}"
        tables.append((table, RowSheet(made, name, head, heads, title_at=len(naming) - 1)))
    sums = Sums(mapping, accepted.unit_of)
    for record in records:
        projects.add([place.content(record) for place in projects.places])
        whose = [place.content(record) for place in naming]
        for table, sheet in tables:
            columns = sheet.places[len(naming) : -1]
            for row in rows_at(record, table.pointer):
                values = (place.content(row) for place in columns)
                sheet.add([*whose, *values, RECORD_ID.content(record)])
        sums.add(record)
    projects.finish()
    for _, sheet in tables:
        sheet.finish()
    sums.write(made, _SUMS + mark, f"{title}分单位{_SUMS}")


def _sheet_name(label: str, mark: str, taken: set[str]) -> str:
    """A name that a sheet may have, and no other one has."""
    plain = _NOT_IN_A_NAME.sub("_", visible(label))
    name, times = "", 0
    while not name or name.lower() in taken:
        times += 1
        again = str(times) if times > 1 else ""
        name = plain[: _LONGEST_NAME - len(mark) - len(again)] + again
    taken.add(name.lower())
    return name + mark
