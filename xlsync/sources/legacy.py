"""Workbooks in the older formats, .xls, .et and .ods: read by calamine in a process of its own.

calamine is fast and trusts what it reads, so a hostile file can make it abort or take all
memory. It therefore works in a child with limits; what happens to the child is a problem of
that one file. It tells values only: errors and formulas without a result come as blanks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.base.problems import problem

SECONDS = 10
"""A form takes a tenth of a second, most of it for starting the process."""

MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes of cells that are taken from the child; a form has some 50 KB."""


def read(data: bytes) -> Workbook:
    """Read a workbook in an older format; one that cannot be read gives a problem (X001)."""
    command = [sys.executable, "-m", "xlsync.sources.legacy_worker"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, data on standard input
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(f"读取超过 {SECONDS} 秒，已放弃")
    if done.returncode != 0 or len(done.stdout) > MAX_OUTPUT:
        return _failed("文件已损坏、已加密或过大")
    return _workbook(json.loads(done.stdout))


def _failed(reason: str) -> Workbook:
    message = f"{reason}，请用 WPS 表格或 Excel 打开，另存为 .xlsx 后再提交。"
    return Workbook(problems=[problem("X001", message)])


def _workbook(told: list[dict[str, Any]]) -> Workbook:
    sheets = [
        Sheet(
            name=one["name"],
            cells={
                Address(row, column): Cell(text, Kind(kind))
                for row, column, kind, text in one["cells"]
            },
            merges=[Area(*corners) for corners in one["merges"]],
            visible=one["visible"],
            values_only=True,
        )
        for one in told
    ]
    return Workbook(sheets)
