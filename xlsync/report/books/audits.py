"""An audit of a round: lines for a console, and a workbook by unit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from xlsync.base.problems import Severity
from xlsync.form.types.units import told
from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, ReportColumn, book
from xlsync.report.words.lines import line, visible
from xlsync.rounds.sending.ceilings import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.report.books.office import Book, Value
    from xlsync.report.words.lines import Line
    from xlsync.rounds.kept.findings import Audit, Finding
    from xlsync.rounds.sending.ceilings import CeilingLine

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_ROUND = "全轮"
_FOUND = (
    ReportColumn("序号", 6, "count"),
    ReportColumn("单位", 26),
    ReportColumn("级别", 8, "center"),
    ReportColumn("代码", 8, "center"),
    ReportColumn("核查结果", 60),
    ReportColumn("涉及项目", 44),
)
_UNITS = (
    ReportColumn("单位", 40),
    ReportColumn("错误", 10, "count"),
    ReportColumn("警告", 10, "count"),
)
_CEILINGS = (
    ReportColumn("单位", 34),
    ReportColumn("控制数名称", 18, "center"),
    ReportColumn("项目", 8, "count"),
    ReportColumn("控制数（元）", 20, "money"),
    ReportColumn("申报合计（元）", 20, "money"),
    ReportColumn("余额（元）", 20, "money"),
)


def finding_lines(findings: Iterable[Finding]) -> Iterator[Line]:
    """Each finding on a line, with the unit or the projects that it is about."""
    for one in findings:
        found = one.problem
        about = "、".join(each.title for each in one.projects) if len(one.projects) == 1 else ""
        whose = " ".join(filter(None, (one.unit or _ROUND, about)))
        text = f"{found.severity.word} {found.code} {whose}：{found.message}"
        yield line(visible(text), _COLOURS[found.severity])


def audit_lines(made: Audit) -> Iterator[Line]:
    """What an audit found, how far ceilings are used, and the counts."""
    for one in made.uses:
        used = f"{told(one.amount)}，控制数 {told(one.line.amount)}，余 {told(one.left)}"
        whose = one.line.unit or _ROUND
        yield line(visible(f"{whose} {one.line.heading}：{one.projects} 个项目共 {used}。"))
    yield from finding_lines(made.findings)
    if made.lacks_ceilings:
        hint = "没有控制数名单，合计没有核对（在网页的“核查”页或用 xlsync ceilings import 录入）。"
        yield line(hint, "yellow")
    counts = "，".join(f"{one.word} {made.count(one)} 个" for one in Severity)
    yield line(visible(f"核查 {made.round}：{made.projects} 个项目，{counts}。"))


def ceiling_lines(lines: Sequence[CeilingLine]) -> Iterator[Line]:
    """A ceiling list, one line each."""
    for one in lines:
        yield line(visible(f"{one.unit or _ROUND} {one.heading} {told(one.amount)}"))


def audit_workbook(made: Audit) -> bytes:
    """The workbook: findings by unit, how many each unit has, and the ceilings.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    buffer = io.BytesIO()
    title = f"{made.round} 核查结果"
    note = f"共核查 {made.projects} 个项目"
    with book(title, buffer) as target:
        _findings(target, title, note, made)
        _by_unit(target, f"{made.round} 核查结果汇总", note, made)
        if made.uses:
            _ceilings(target, f"{made.round} 控制数执行情况", note, made)
    return buffer.getvalue()


def _sorted(made: Audit) -> dict[str, list[Finding]]:
    """Findings by unit; those of the whole round come first."""
    units: dict[str, list[Finding]] = {}
    for one in sorted(made.findings, key=lambda each: each.unit != WHOLE):
        units.setdefault(one.unit or _ROUND, []).append(one)
    return units


def _findings(target: Book, title: str, note: str, made: Audit) -> None:
    sheet = target.sheet("核查结果", title, note, _FOUND)
    rows = [
        (
            unit,
            one.problem.severity.word,
            one.problem.code,
            one.problem.message,
            "；".join(f"{each.title}（{each.record}）" for each in one.projects),
        )
        for unit, found in _sorted(made).items()
        for one in found
    ]
    end = target.rows(sheet, _FOUND, [(at, *row) for at, row in enumerate(rows, start=1)])
    if rows:
        sheet.autofilter(HEAD_ROW, 0, end - 1, len(_FOUND) - 1)
    else:
        target.cell(sheet, end, 0, "没有发现问题。", "remark")


def _by_unit(target: Book, title: str, note: str, made: Audit) -> None:
    sheet = target.sheet("汇总", title, note, _UNITS)
    rows: list[list[Value]] = [
        [unit, *(sum(one.problem.severity is each for one in found) for each in Severity)]
        for unit, found in _sorted(made).items()
    ]
    end = target.rows(sheet, _UNITS, rows)
    target.cell(sheet, end, 0, "合计", "sum_text")
    for at, severity in enumerate(Severity, start=1):
        target.cell(sheet, end, at, made.count(severity), "sum_count")


def _ceilings(target: Book, title: str, note: str, made: Audit) -> None:
    sheet = target.sheet("控制数", title, note, _CEILINGS)
    rows = [
        (
            one.line.unit or _ROUND,
            one.line.heading,
            one.projects,
            one.line.amount,
            one.amount,
            one.left,
        )
        for one in made.uses
    ]
    target.rows(sheet, _CEILINGS, rows)
    red = target.look("money", font_color="#C00000", bold=True)
    for at, one in enumerate(made.uses, start=FIRST_ROW):
        if one.left < 0:
            target.write(sheet, at, len(_CEILINGS) - 1, one.left, red)
