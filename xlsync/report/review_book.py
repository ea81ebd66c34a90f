"""The workbook on which a reviewer says what he thinks of each project of a round.

One row a project: its key figures, what the rules warn of, what changed since the round before;
the reviewer chooses a word and gives a reason. A hidden sheet says which content he saw.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from xlsync.base.record import get
from xlsync.records import amount_of, compare
from xlsync.report.lines import visible
from xlsync.report.office import FIRST_ROW, HEAD_ROW, Column, book
from xlsync.report.office_text import write_text
from xlsync.report.wording import Wording
from xlsync.rounds.exporting import by_roster
from xlsync.rounds.reviewing import (
    NOTE_SHEET,
    REASON,
    RECORD,
    SHEET,
    VERDICT,
    VERDICTS,
    note_rows,
)
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.report.office import Book, Value
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.exporting import Accepted

_NOTE = "在“意见”一列选通过、退回或有条件通过；退回和有条件通过请写理由。金额单位：元"
_NEW, _SAME = "新项目", "无变化"
_AMOUNTS = 2
"""Key figures of a form; more do not fit a page."""


def review_workbook(accepted: Accepted, key: bytes, unit: str | None = None) -> bytes:
    """Make the workbook; ``key`` seals what it says of itself.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    wordings = {one.form.id: Wording(one.form.mapping) for one in accepted.forms}
    labels = list(
        dict.fromkeys(label for one in wordings.values() for label, _ in one.amounts[:_AMOUNTS])
    )
    columns = [
        Column("序号", 6, "count"),
        Column("单位", 20),
        Column("项目", 24),
        *(Column(label, 17, "money") for label in labels),
        Column("提醒", 30),
        Column("与上一轮相比", 30),
        Column(VERDICT, 12, "center"),
        Column(REASON, 28),
        Column(RECORD, 14, "center"),
    ]
    seen: dict[str, str] = {}
    rows: list[list[Value]] = []
    for form, entry, record in by_roster(accepted, unit):
        seen[entry.id] = hashlib.sha256(accepted.snapshot.record_bytes(entry)).hexdigest()
        figures = _figures(wordings[form.id], record, labels)
        texts = [
            _warnings(form, record),
            _changes(accepted, wordings[form.id], form, entry, record),
        ]
        names = [form.group(record), form.title(record)]
        rows.append([len(rows) + 1, *names, *figures, *texts, "", "", entry.id])
    buffer = io.BytesIO()
    title = f"{accepted.round} {SHEET}表"
    with book(title, buffer) as made:
        _write_rows(made, title, columns, rows)
        _write_note(made, accepted.round, seen, key)
    return buffer.getvalue()


def _write_rows(made: Book, title: str, columns: list[Column], rows: list[list[Value]]) -> None:
    worksheet = made.sheet(SHEET, title, _NOTE, columns)
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


def _write_note(made: Book, round_name: str, seen: Mapping[str, str], key: bytes) -> None:
    worksheet = made.workbook.add_worksheet(NOTE_SHEET)
    look = made.look("text")
    for row, pair in enumerate(note_rows(round_name, seen, key)):
        for column, text in enumerate(pair):
            write_text(worksheet, row, column, text, look)
    worksheet.protect()
    worksheet.very_hidden()


def _figures(wording: Wording, record: Record, labels: list[str]) -> list[Decimal | None]:
    own = dict(wording.amounts)
    fields = (own.get(label) for label in labels)
    return [amount_of(get(record, one.pointer), one.type) if one else None for one in fields]


def _warnings(form: Form, record: Record) -> str:
    return "；".join(f"{one.code} {one.message}" for one in form.check(record))


def _changes(accepted: Accepted, wording: Wording, form: Form, entry: Entry, record: Record) -> str:
    """What changed since the last round before this one that has the project."""
    former = _former(accepted.snapshot, accepted.round, entry)
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
        f"{amounts[one.pointer]} {one.difference}"
        for one in deltas
        if one.pointer in amounts and one.difference
    ]
    return visible(f"与 {name} 相比 {len(deltas)} 处：" + "；".join([*told, "详见 diff"]))


def _former(snapshot: Snapshot, round_name: str, entry: Entry) -> tuple[str, Record] | None:
    rounds = snapshot.rounds()
    for name in reversed(rounds[: rounds.index(round_name)]):
        if (old := snapshot.records(name).get(entry.id)) is not None:
            return name, snapshot.record(old)
    return None
