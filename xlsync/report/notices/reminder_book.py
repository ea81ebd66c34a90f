"""The overview of a reminder as a workbook: what each unit owes, and how it is reached."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from xlsync.report.books.office import HEAD_ROW, ReportColumn, book
from xlsync.report.notices.notice_text import lateness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.report.books.office import Book
    from xlsync.rounds.state.notices import Notice

_UNITS = (
    ReportColumn("序号", 6, "count"),
    ReportColumn("单位", 30),
    ReportColumn("未交\n项目", 8, "count"),
    ReportColumn("截止日期", 13, "center"),
    ReportColumn("期限", 12, "center"),
    ReportColumn("联系人", 12, "center"),
    ReportColumn("电话", 16, "center"),
    ReportColumn("邮箱", 28),
)
_PROJECTS = (
    ReportColumn("序号", 6, "count"),
    ReportColumn("单位", 26),
    ReportColumn("项目", 32),
    ReportColumn("状态", 13, "center"),
    ReportColumn("截止日期", 13, "center"),
    ReportColumn("期限", 12, "center"),
    ReportColumn("需要修改之处", 46),
)


def reminder_workbook(round_name: str, notices: Sequence[Notice], day: str) -> bytes:
    """Make the workbook: units with what they owe, and the projects themselves.

    Args:
        round_name: the round that it is about.
        notices: what each unit owes.
        day: the day on which it is told (ISO).
    """
    buffer = io.BytesIO()
    with book(f"{round_name} 催报一览", buffer) as made:
        _units(made, f"{round_name} 催报一览", notices, day)
        _projects(made, f"{round_name} 未交项目", notices, day)
    return buffer.getvalue()


def _units(made: Book, title: str, notices: Sequence[Notice], day: str) -> None:
    sheet = made.sheet("单位", title, f"截至 {day}", _UNITS)
    rows = [
        (
            number,
            one.unit.name,
            len(one.items),
            one.due,
            lateness(one.days_late),
            one.unit.contact,
            one.unit.phone,
            one.unit.mail or "（没有邮箱）",
        )
        for number, one in enumerate(notices, start=1)
    ]
    end = made.rows(sheet, _UNITS, rows)
    if rows:
        sheet.autofilter(HEAD_ROW, 0, end - 1, len(_UNITS) - 1)
    made.cell(sheet, end, 1, "合计", "sum_text")
    made.cell(sheet, end, 2, sum(len(one.items) for one in notices), "sum_count")


def _projects(made: Book, title: str, notices: Sequence[Notice], day: str) -> None:
    sheet = made.sheet("项目", title, f"截至 {day}", _PROJECTS)
    rows = [
        (
            one.unit.name,
            item.title,
            item.state,
            item.due,
            lateness(item.days_late),
            "；".join(item.wrong),
        )
        for one in notices
        for item in one.items
    ]
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    end = made.rows(sheet, _PROJECTS, numbered)
    if rows:
        sheet.autofilter(HEAD_ROW, 0, end - 1, len(_PROJECTS) - 1)
