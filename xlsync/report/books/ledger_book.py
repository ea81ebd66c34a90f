"""The ledger of a round as a workbook: one row a project, and the totals by unit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, Book, ReportColumn, book
from xlsync.report.books.review_book import write_note
from xlsync.report.words.rounds import basis, decision_line, minute
from xlsync.rounds.checking.papers import MARK, SEEN, PaperKind, PaperSheet, note_rows
from xlsync.rounds.checking.ticking import DONE, OPEN, TICKED
from xlsync.rounds.state.standing import COORDINATOR, UNIT, Place
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsync.rounds.checking.ticking import RoundWarning
    from xlsync.rounds.state.standing import Standing

_COLUMNS = (
    ReportColumn("序号", 6, "count"),
    ReportColumn("单位", 20),
    ReportColumn("项目", 26),
    ReportColumn("状态", 14, "center"),
    ReportColumn("等待", 6, "center"),
    ReportColumn("最近下发", 16, "center"),
    ReportColumn("下发\n次数", 6, "count"),
    ReportColumn("最近收到", 16, "center"),
    ReportColumn("收到\n次数", 6, "count"),
    ReportColumn("依据", 10, "center"),
    ReportColumn("错误", 5, "count"),
    ReportColumn("警告", 5, "count"),
    ReportColumn("截止", 11, "center"),
    ReportColumn("期限", 9, "center"),
    ReportColumn("裁定", 30),
    ReportColumn("编号", 14, "center"),
)
_STATE = 3
_TINTS = {
    Place.MISSING: {"bg_color": "#FFF2CC"},
    Place.REFUSED: {"bg_color": "#FFC7CE"},
    Place.CONFLICT: {"bg_color": "#F4B084"},
    Place.SENT_BACK: {"bg_color": "#FFC7CE"},
    Place.REVIEWED: {"bg_color": "#E2EFDA"},
    Place.CANCELLED: {"bg_color": "#D9D9D9"},
}
_TOTALS = (
    ReportColumn("单位", 34),
    ReportColumn("项目", 12, "count"),
    *(ReportColumn(one, 12, "count") for one in Place),
)


_WARNINGS = (
    ReportColumn("序号", 6, "count"),
    ReportColumn("单位", 22),
    ReportColumn("项目", 24),
    ReportColumn("代码", 7, "center"),
    ReportColumn("提醒", 58),
    ReportColumn("表内\n位置", 14, "center"),
    ReportColumn(SEEN, 7, "center"),
    ReportColumn("核实人", 12, "center"),
    ReportColumn("核实时间", 16, "center"),
    ReportColumn(MARK, 18, "center"),
)
_SEEN = 6
_HOW = f"看过的在“{SEEN}”一列填 {TICKED}，存盘后像回表一样收集，即记入版本库；清空则取消"


class LedgerWarnings(NamedTuple):
    """What stands on the sheet 提醒, and the key that seals it; without one nothing comes back."""

    found: Sequence[RoundWarning]
    key: bytes | None = None


def ledger_workbook(
    round_name: str,
    rows: Sequence[Standing],
    unit_of: Callable[[str], str] = str,
    warnings: LedgerWarnings | None = None,
) -> bytes:
    """Make the workbook; the same standings give the same bytes.

    ``unit_of`` is the unit under which the totals count a unit; ``warnings`` are put on a sheet
    of their own, by unit and project, to be ticked off.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    buffer = io.BytesIO()
    title = f"{round_name} 下发回收台账"
    with book(title, buffer) as made:
        _projects(made, title, rows)
        _units(made, f"{round_name} 回收情况汇总", rows, unit_of)
        if warnings is not None:
            _seen_or_not(made, round_name, warnings)
    return buffer.getvalue()


def _until(rows: Sequence[Standing]) -> str:
    """Up to when the ledger tells, as far as anything happened."""
    times = [time for row in rows for time in (row.sent, row.returned) if time]
    return f"截至 {minute(max(times))}" if times else ""


def _projects(made: Book, title: str, rows: Sequence[Standing]) -> None:
    worksheet = made.sheet("台账", title, _until(rows), _COLUMNS)
    cells = (
        (
            number,
            row.group,
            row.title,
            row.shown,
            row.waits_for,
            minute(row.sent),
            row.issues,
            minute(row.returned),
            row.returns,
            basis(row),
            row.errors,
            row.warnings,
            row.due or "",
            row.timeliness,
            "；".join(map(decision_line, row.decisions)),
            row.record,
        )
        for number, row in enumerate(rows, start=1)
    )
    end = made.rows(worksheet, _COLUMNS, cells)
    if rows:
        worksheet.autofilter(HEAD_ROW, 0, end - 1, len(_COLUMNS) - 1)
    for place, tint in _TINTS.items():
        worksheet.conditional_format(
            FIRST_ROW,
            _STATE,
            max(end - 1, FIRST_ROW),
            _STATE,
            {
                "type": "text",
                "criteria": "containing",
                "value": place.value,
                "format": made.tint(**tint),
            },
        )


def _seen_or_not(made: Book, round_name: str, warnings: LedgerWarnings) -> None:
    """The sheet 提醒: every warning of what was accepted, units together, the open ones marked."""
    units = dict.fromkeys(one.group for one in warnings.found)
    order = {unit: at for at, unit in enumerate(units)}
    found = sorted(warnings.found, key=lambda one: order[one.group])
    still = sum(one.is_open for one in found)
    note = f"共 {len(found)} 条，未核实 {still} 条。{_HOW if warnings.key else ''}"
    worksheet = made.sheet(PaperSheet.LEDGER.value, f"{round_name} 提醒", note, _WARNINGS)
    cells = [
        (
            number,
            one.group,
            one.title,
            one.problem.code,
            one.problem.message,
            one.problem.cell or "",
            "" if one.tick is None else TICKED,
            one.tick.by if one.tick else "",
            minute(one.tick.time) if one.tick else "",
            one.mark,
        )
        for number, one in enumerate(found, start=1)
    ]
    end = made.rows(worksheet, _WARNINGS, cells)
    if found:
        worksheet.autofilter(HEAD_ROW, 0, end - 1, len(_WARNINGS) - 1)
        options = {"validate": "list", "source": [TICKED], "ignore_blank": True}
        done(worksheet.data_validation(FIRST_ROW, _SEEN, end - 1, _SEEN, options), SEEN)
        for row, one in enumerate(found, start=FIRST_ROW):
            if one.is_open:
                made.write(worksheet, row, _SEEN, None, made.look("center", bg_color="#FFF2CC"))
    if warnings.key is not None:
        made_of = {one.mark: OPEN if one.is_open else DONE for one in found}
        write_note(made, PaperKind.LEDGER, note_rows(round_name, made_of, warnings.key))


def _units(made: Book, title: str, rows: Sequence[Standing], unit_of: Callable[[str], str]) -> None:
    worksheet = made.sheet("汇总", title, _until(rows), _TOTALS)
    units: dict[str, list[Standing]] = {}
    for row in rows:
        units.setdefault(unit_of(row.group), []).append(row)
    end = made.rows(worksheet, _TOTALS, [[unit, *_counts(one)] for unit, one in units.items()])
    made.cell(worksheet, end, 0, "合计", "sum_text")
    for at, count in enumerate(_counts(rows), start=1):
        made.cell(worksheet, end, at, count, "sum_count")
    waiting = [
        f"等待{who} {sum(row.waits_for == who for row in rows)}" for who in (UNIT, COORDINATOR)
    ]
    made.cell(worksheet, end + 1, 0, "，".join(waiting), "remark")


def _counts(rows: Sequence[Standing]) -> list[int]:
    """How many projects there are, and how many stand in each place."""
    return [len(rows), *(sum(row.state is one for row in rows) for one in Place)]
