"""A roster as a workbook that coordinators change and distribute again."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.report.books.office import ReportColumn, book

if TYPE_CHECKING:
    from xlsync.form.types.base import Content
    from xlsync.report.books.office import Value
    from xlsync.rounds.roster.export import ExportedRoster, RosterColumn

_WIDTHS = {"text": 24.0, "money": 20.0, "center": 16.0}
_LOOKS: dict[type, str] = {Decimal: "money", dt.date: "center", int: "count"}


def roster_workbook(roster: ExportedRoster) -> bytes:
    """Make the workbook; the same roster gives the same bytes."""
    buffer = io.BytesIO()
    columns = [_column(roster, at, one) for at, one in enumerate(roster.columns)]
    title = f"{roster.round} 项目名册"
    with book(title, buffer) as made:
        sheet = made.sheet("名册", title, f"共 {len(roster.rows)} 个项目", columns)
        made.rows(sheet, columns, [[_value(one) for one in row] for row in roster.rows])
    return buffer.getvalue()


def _column(roster: ExportedRoster, at: int, column: RosterColumn) -> ReportColumn:
    """A column that shows what stands in it; texts stay texts."""
    kinds = {type(row[at]) for row in roster.rows if row[at] is not None}
    look = _LOOKS.get(kinds.pop(), "text") if len(kinds) == 1 else "text"
    return ReportColumn(column.head, _WIDTHS.get(look, 10.0), look)


def _value(content: Content | None) -> Value:
    """A date as it is written everywhere, so that no format of a cell can hide a part of it."""
    return content.isoformat() if isinstance(content, dt.date) else content
