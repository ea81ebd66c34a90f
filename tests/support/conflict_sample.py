"""A record that two people edited in the same places, and its conflict workbook."""

from __future__ import annotations

import copy
import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from reading_samples import FILLED, FORM, FORMS, read_one, record_of

from xlsync.records import merge, resolve
from xlsync.records.conflict_reading import read_choices
from xlsync.records.conflicts import SHEET, ConflictNote
from xlsync.report.books.conflict_book import conflict_workbook
from xlsync.sources import open_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.records import Merged
    from xlsync.records.conflicts import Choices

KEY = b"key of the sample"
ROUND = "2024/一上"
FIRST = 7
"""The row of the first conflict; the others follow in the order of the conflicts."""

DATE, OTHER_FUNDS, GOAL, LENGTH, RATE = range(FIRST, FIRST + 5)
GOAL_TEXT = "健全河道长效保洁机制，落实专人巡查、专船打捞，全年无黑臭河道。"


@dataclass(frozen=True)
class Sample:
    ours: Record
    theirs: Record
    merged: Merged
    workbook: bytes


@cache
def sample() -> Sample:
    """Conflicts: a date, an amount, a long text, a cell of a row, a removed and changed row."""
    base = record_of(read_one(FILLED)) | {"overall_goal": GOAL_TEXT}
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    ours |= {"planned_end": "2023-11-30", "overall_goal": GOAL_TEXT.replace("专船", "机械")}
    theirs |= {"planned_end": "2023-10-31", "overall_goal": GOAL_TEXT.replace("专人", "河长")}
    ours["funds"]["other"], theirs["funds"]["other"] = "30000.00", None
    ours["indicators"][0]["value"], theirs["indicators"][0]["value"] = "13.00", "14.00"
    ours["indicators"][1]["value"] = "96.00"
    del theirs["indicators"][1]
    merged = merge(FORM.mapping, base, ours, theirs)
    note = ConflictNote.between(ROUND, ours, theirs)
    return Sample(ours, theirs, merged, conflict_workbook(FORM, note, merged, KEY))


def edited(change: Callable[[Workbook], None]) -> bytes:
    """The workbook after somebody has opened and changed it, and saved it again."""
    book = load_workbook(io.BytesIO(sample().workbook))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled(**cells: object) -> bytes:
    """The workbook with values typed into some cells of the visible sheet."""

    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book[SHEET][address] = value

    return edited(change)


def read_back(data: bytes, ending: str = ".xlsx") -> tuple[Choices | None, list[Problem]]:
    return read_choices(FORMS, open_file(ending, data))


def decided(choices: Choices | None) -> Record:
    """The record that the choices lead to."""
    assert choices is not None
    merged = sample().merged
    return resolve(FORM.mapping, merged, choices.values(merged.conflicts))
