"""The 修订对照表 as offices file it: every revision, old beside new, and the funds by unit."""

from __future__ import annotations

import io
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import TYPE_CHECKING

from xlsync.report.books.funds_sheet import signed, write_funds
from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, Book, ReportColumn, book
from xlsync.report.books.office_text import write_runs
from xlsync.report.books.revision_rows import Rooms, revision_rows
from xlsync.report.words.changes import Part
from xlsync.report.words.deltas import summary
from xlsync.report.words.funds import funds
from xlsync.report.words.lines import visible
from xlsync.workbook.heights import MAX_HEIGHT
from xlsync.writer.house import SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.records import RecordDelta
    from xlsync.report.books.revision_rows import RevisionRow, Spans

_NAME = "修订对照表"
_HEADS = ("序号", "单位", "项目", "事项", "栏目/指标", "修订前", "修订后", "增减（元）")
_LEGEND = "红色删除线为删去，蓝色下划线为新增；金额单位：元"
_GROUP, _TITLE, _WHAT, _LABEL, _OLD, _NEW, _BY = range(1, 8)
_WIDTHS = (6, 20, 20, 10, 24, 38, 38, 17)
_INDENT = 2.0
"""Half-width characters that a cell keeps free at its sides."""
_LINE, _PADDING, _LOWEST = SIZE * 1.4, 6.0, 24.0

_MARKS: dict[Part, dict[str, object]] = {
    Part.REMOVED: {"font_color": "#C00000", "font_strikeout": True},
    Part.ADDED: {"font_color": "#0070C0", "underline": 1},
    Part.CUT: {"font_color": "#808080"},
}
_AGAIN: dict[str, object] = {"font_color": "#808080"}
"""A name that stood in the row above: there for the filter, and not in the way of the eye."""
_MEDIUM = 2
_LONG = 24
_UNCHANGED = "两份内容相同，没有差异。"


def revision_workbook(
    old: str, new: str, records: Sequence[RecordDelta], unit_of: Callable[[str], str] = str
) -> bytes:
    """Make the workbook; the sides are called by name. The same changes give the same bytes.

    ``unit_of`` is the unit under which the sums count a unit.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    buffer = io.BytesIO()
    titles = {visible(record.mapping.title) for record in records}
    title = "".join(titles if len(titles) == 1 else ()) + _NAME
    sides = _called(old), _called(new)
    with book(title, buffer) as made:
        _write_revisions(made, title, sides, records)
        write_funds(made, sides, funds(records, unit_of))
    return buffer.getvalue()


def _called(side: str) -> str:
    """A round or record as it is called, a file by its name alone where it lies far away."""
    return visible(side if len(side) <= _LONG else PurePath(side).name)


def _write_revisions(
    made: Book, title: str, sides: tuple[str, str], records: Sequence[RecordDelta]
) -> None:
    """The sheet with one row a revision."""
    old, new = sides
    heads = (*_HEADS[:_OLD], f"修订前\n（{old}）", f"修订后\n（{new}）", _HEADS[_BY])
    columns = [ReportColumn(*pair) for pair in zip(heads, _WIDTHS, strict=True)]
    worksheet = made.sheet(_NAME, title, f"{old} → {new}　{summary(records)}{_LEGEND}", columns)
    worksheet.freeze_panes(FIRST_ROW, _LABEL)
    rooms = Rooms(*(_WIDTHS[column] - _INDENT for column in (_GROUP, _TITLE, _LABEL, _OLD)))
    last = HEAD_ROW
    for last, row in enumerate(revision_rows(records, rooms), start=FIRST_ROW):
        _write_row(made, worksheet, last, row)
    if last == HEAD_ROW:
        worksheet.merge_range(FIRST_ROW, 0, FIRST_ROW, _BY, _UNCHANGED, made.look("center"))
        worksheet.set_row(FIRST_ROW, _LOWEST)
    else:
        worksheet.autofilter(HEAD_ROW, 0, last, _BY)


def _write_row(made: Book, worksheet: Worksheet, at: int, row: RevisionRow) -> None:
    begins: dict[str, object] = {"top": _MEDIUM} if row.is_first else {}
    known = begins if row.is_first else _AGAIN
    worksheet.set_row(at, min(MAX_HEIGHT, max(_LOWEST, row.lines * _LINE + _PADDING)))
    made.write(worksheet, at, 0, row.number, made.look("count", **begins))
    made.write(worksheet, at, _GROUP, row.group, made.look("text", **known))
    made.write(worksheet, at, _TITLE, row.title, made.look("text", **known))
    made.write(worksheet, at, _WHAT, row.what, made.look("center", **begins))
    made.write(worksheet, at, _LABEL, row.label, made.look("text", **begins))
    for column, spans in ((_OLD, row.old), (_NEW, row.new)):
        amount = None if row.difference is None else _amount(spans)
        if amount is None:
            # A text of one stretch has its font from its cell.
            own = _MARKS.get(spans[0][0], {}) if len(spans) == 1 else {}
            look = made.look("text", num_format="General", **own, **begins)
            runs = [(_font(made, part, look), text) for part, text in spans]
            write_runs(worksheet, at, column, runs, look)
        else:
            made.write(worksheet, at, column, amount, made.look("money", **begins))
    by = made.look("money", **signed(row.difference), **begins)
    made.write(worksheet, at, _BY, row.difference, by)


def _amount(spans: Spans) -> Decimal | None:
    """The amount that a side shows; None where it has none, or a sign that says so."""
    try:
        return Decimal("".join(text for _, text in spans).replace(",", ""))
    except InvalidOperation:
        return None


def _font(made: Book, part: Part, look: Format) -> Format:
    return made.look("text", **_MARKS[part]) if part in _MARKS else look
