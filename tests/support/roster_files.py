"""Rosters as files: rows of texts to .xlsx and .csv, written by programs that are not ours."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from openpyxl import Workbook

from xlsync.rounds.roster import read_roster
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.rounds.roster import Roster

    Rows = Sequence[Sequence[Json]]

HEADS = ["实施单位", "主管部门", "项目名称", "项目编码"]


def project(number: int, unit: str = "水务所", name: str = "") -> list[Json]:
    """A row under :data:`HEADS`."""
    return [unit, "镇政府", name or f"项目{number:02}", f"P-{number:03}"]


def projects(count: int, units: int = 3) -> list[list[Json]]:
    """Heads and so many rows, spread over some units."""
    return [HEADS, *(project(one, f"单位{one % units}") for one in range(1, count + 1))]


def as_csv(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Rows, merges: Sequence[str] = (), **sheets: Rows) -> bytes:
    """A workbook of openpyxl; more sheets by their names."""
    book = Workbook()
    first = book.active
    assert first is not None
    contents = [(first, rows), *((book.create_sheet(name), one) for name, one in sheets.items())]
    for sheet, content in contents:
        for row in content:
            sheet.append(list(row))
    for merge in merges:
        first.merge_cells(merge)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def save_csv(path: Path, rows: Rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv(rows))
    return path


def roster_of(form: Form, rows: Rows, *merges: str) -> Roster:
    """What is read of a roster in .xlsx."""
    return read_roster(form, open_table(".xlsx", as_xlsx(rows, merges)))
