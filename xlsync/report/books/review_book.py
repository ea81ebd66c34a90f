"""The workbook on which a reviewer says what he thinks of each project of a round.

One row a project: its key figures, what the rules warn of, what changed since the round before;
the reviewer chooses a word and gives a reason. A hidden sheet says which content he saw.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.record import get
from xlsync.records import amount_of, compare
from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, ReportColumn, book
from xlsync.report.books.office_text import write_text
from xlsync.report.words.lines import visible
from xlsync.report.words.wording import Wording, told_together
from xlsync.rounds.checking.papers import REASON, RECORD, VERDICT, PaperKind, PaperSheet, note_rows
from xlsync.rounds.checking.reviewing import VERDICTS
from xlsync.rounds.state.exporting import by_roster
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.report.books.office import Book, Value
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.state.exporting import Accepted

_NOTE = "在“意见”一列选通过、退回或有条件通过；退回和有条件通过请写理由。金额单位：元"
_NEW, _SAME = "新项目", "无变化"
_AMOUNTS = 2
"""Key figures of a form; more do not fit a page."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """What a reviewer sees of one project; ``saw`` is the SHA-256 of its content.

    ``amounts`` are the main ones by their labels, ``changes`` says in words what is new since
    the round ``former``, None where no round before has the project.
    """

    record: str
    group: str
    title: str
    amounts: dict[str, Decimal | None]
    warnings: list[Problem]
    changes: str
    former: str | None
    saw: str


def review_workbook(accepted: Accepted, key: bytes, unit: str | None = None) -> bytes:
    """Make the workbook; ``key`` seals what it says of itself.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    found = [
        review_row(form, accepted.snapshot, accepted.round, entry)
        for form, entry, _ in by_roster(accepted, unit)
    ]
    labels = list(dict.fromkeys(label for one in found for label in one.amounts))
    columns = [
        ReportColumn("序号", 6, "count"),
        ReportColumn("单位", 20),
        ReportColumn("项目", 24),
        *(ReportColumn(label, 17, "money") for label in labels),
        ReportColumn("提醒", 30),
        ReportColumn("与上一轮相比", 30),
        ReportColumn(VERDICT, 12, "center"),
        ReportColumn(REASON, 28),
        ReportColumn(RECORD, 14, "center"),
    ]
    seen: dict[str, str] = {}
    rows: list[list[Value]] = []
    for one in found:
        seen[one.record] = one.saw
        figures = [one.amounts.get(label) for label in labels]
        warnings = told_together(one.warnings)
        names = [one.group, one.title]
        rows.append([len(rows) + 1, *names, *figures, warnings, one.changes, "", "", one.record])
    buffer = io.BytesIO()
    title = f"{accepted.round} {PaperSheet.REVIEW}表"
    with book(title, buffer) as made:
        _write_rows(made, title, columns, rows)
        write_note(made, PaperKind.REVIEW, note_rows(accepted.round, seen, key))
    return buffer.getvalue()


def _write_rows(
    made: Book, title: str, columns: list[ReportColumn], rows: list[list[Value]]
) -> None:
    worksheet = made.sheet(PaperSheet.REVIEW.value, title, _NOTE, columns)
    end = made.rows(worksheet, columns, rows)
    at = next(number for number, one in enumerate(columns) if one.head == VERDICT)
    open_look = {"bg_color": "#FFF2CC"}
    for row in range(FIRST_ROW, end):
        made.write(worksheet, row, at, None, made.look("center", **open_look))
        made.write(worksheet, row, at + 1, None, made.look("text", **open_look))
    if end > FIRST_ROW:
        options = {"validate": "list", "source": list(VERDICTS), "error_title": VERDICT}
        options |= {"error_message": f"请选择：{'、'.join(VERDICTS)}。"}
        done(worksheet.data_validation(FIRST_ROW, at, end - 1, at, options), VERDICT)
        worksheet.autofilter(HEAD_ROW, 0, end - 1, len(columns) - 1)


def write_note(made: Book, kind: PaperKind, rows: Iterable[tuple[str, str]]) -> None:
    """The hidden sheet by which a workbook of the house is known when it comes back."""
    worksheet = made.workbook.add_worksheet(kind.value)
    look = made.look("text")
    for row, pair in enumerate(rows):
        for column, text in enumerate(pair):
            write_text(worksheet, row, column, text, look)
    worksheet.protect()
    worksheet.very_hidden()


def review_row(form: Form, snapshot: Snapshot, round_name: str, entry: Entry) -> ReviewRow:
    """What a reviewer has to see of one accepted record."""
    wording, record = Wording(form.mapping), snapshot.record(entry)
    former = _former(snapshot, round_name, entry)
    return ReviewRow(
        record=entry.id,
        group=form.group(record),
        title=form.title(record),
        amounts={
            label: amount_of(get(record, one.pointer), one.type)
            for label, one in wording.amounts[:_AMOUNTS]
        },
        warnings=form.check(record),
        changes=_changes(former, wording, form, record),
        former=former[0] if former else None,
        saw=snapshot.digest(entry),
    )


def _changes(
    former: tuple[str, Record] | None, wording: Wording, form: Form, record: Record
) -> str:
    """What changed since the last round before this one that has the project."""
    if former is None:
        return _NEW
    name, old = former
    if old.get("form") != form.id:
        return f"{name} 用的是另一张表"
    deltas = compare(form.mapping, old, record)
    if not deltas:
        return f"{_SAME}（{name}）"
    amounts = {one.pointer: label for label, one in wording.amounts}
    told = [
        f"{amounts[one.pointer]} {Decimal(one.difference):+,}"
        for one in deltas
        if one.pointer in amounts and one.difference
    ]
    return visible(f"与 {name} 相比 {len(deltas)} 处：" + "；".join([*told, "详见修订对照"]))


def _former(snapshot: Snapshot, round_name: str, entry: Entry) -> tuple[str, Record] | None:
    rounds = snapshot.rounds()
    for name in reversed(rounds[: rounds.index(round_name)]):
        if (old := snapshot.records(name).get(entry.id)) is not None:
            return name, snapshot.record(old)
    return None
