"""A grid as JSON, the way it comes out of the process that read a file."""

from __future__ import annotations

import json
from typing import Any

from xlsync.base.grid import Address, Area, Aside, Cell, Kind, Sheet, Workbook
from xlsync.base.problems import problem

MAX_CELLS = 300_000
"""Cells that hold something; a hundred forms in one file have 60,000."""

MAX_BYTES = 64 * 1024 * 1024
"""What a child may tell; a form has some 50 KB."""

MAX_PROBLEMS = 200
"""Findings that are told one by one; more of one code are summed up in one."""


def packed(workbook: Workbook) -> bytes:
    """The sheets and problems of a workbook; names and properties come from .xlsx alone.

    Raises:
        MemoryError: when there is more of it than any file of forms holds.
    """
    if sum(len(sheet.cells) for sheet in workbook.sheets) > MAX_CELLS:
        raise MemoryError
    told = {
        "sheets": [_sheet(one) for one in workbook.sheets],
        "problems": [
            [one.code, one.message, one.sheet, one.cell, one.found]
            for one in workbook.problems[:MAX_PROBLEMS]
        ],
        "more": len(workbook.problems) - MAX_PROBLEMS,
    }
    made = json.dumps(told).encode("ascii")
    if len(made) > MAX_BYTES:
        raise MemoryError
    return made


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "visible": sheet.visible,
        "is_1904": sheet.is_1904,
        "cells": [
            [*address, one.text, one.kind.value, one.number_format, one.aside]
            for address, one in sheet.cells.items()
        ],
        "hidden": [sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)],
        "merges": sheet.merges,
        "comments": [[*address, text] for address, text in sheet.comments.items()],
        "printed": sheet.printed,
    }


def unpacked(data: bytes) -> Workbook:
    """The workbook that :func:`packed` told; it holds values only."""
    told = json.loads(data)
    workbook = Workbook()
    for one in told["sheets"]:
        cells = {
            Address(row, column): Cell(
                text, Kind(kind), number_format, aside=Aside(*aside) if aside else None
            )
            for row, column, text, kind, number_format, aside in one["cells"]
        }
        sheet = Sheet(one["name"], cells, visible=one["visible"], values_only=True)
        sheet.is_1904 = one["is_1904"]
        sheet.hidden_rows, sheet.hidden_columns = map(frozenset, one["hidden"])
        sheet.merges = [Area(*corners) for corners in one["merges"]]
        sheet.comments = {Address(row, column): text for row, column, text in one["comments"]}
        sheet.printed = tuple(one["printed"])
        workbook.sheets.append(sheet)
    for code, message, sheet_name, cell, found in told["problems"]:
        workbook.problems.append(problem(code, message, found=found).at(sheet_name, cell))
    if told["more"] > 0:
        message = f"还有 {told['more']} 处类似的问题没有一一列出，请检查原文件。"
        workbook.problems.append(problem("S007", message))
    return workbook
