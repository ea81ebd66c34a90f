"""Values set apart by commas, semicolons or tabs (``.csv``), as programs export lists, to a grid.

Which of the three it is stands nowhere in such a file; it is the one that gives the most rows of
the same length. A row of the grid is a record, as a spreadsheet would show it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.base.grid import MAX_COLUMN, Address, Cell, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 32 * 1024 * 1024
"""A list of 10,000 projects with their goals takes ten."""

MAX_CELLS = 300_000
"""Cells that hold something, some 350 bytes of memory each."""

_DELIMITERS = ",;\t"
_SAMPLE = 50
"""Rows from which the delimiter is told."""


def read(data: bytes) -> Workbook:
    """Read a list in UTF-8, UTF-16 with a byte-order mark, or GB 18030 (reported as X006)."""
    if len(data) > MAX_BYTES:
        return _refused(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再读取。")
    text, problems = decode(data)
    if text is None:
        return Workbook(problems=problems)
    lines = list(io.StringIO(text, newline=""))
    delimiter = max(_DELIMITERS, key=lambda one: _regularity(lines, one))
    if any(line.count(delimiter) >= MAX_COLUMN for line in lines):
        return _refused(f"有一行超过 {MAX_COLUMN} 列，请检查分隔符。")
    cells: dict[Address, Cell] = {}
    try:
        for row, values in enumerate(_rows(lines, delimiter), start=1):
            for column, value in enumerate(values, start=1):
                if value:
                    cells[Address(row, column)] = Cell(value)
            if len(cells) > MAX_CELLS:
                return _refused(f"内容超过 {MAX_CELLS} 格，请拆分后再读取。")
    except csv.Error:
        return _refused("引号不成对，或有一格过长，请用 WPS 表格或 Excel 打开，另存为 .xlsx。")
    return Workbook([Sheet("", cells, values_only=True)], problems=problems)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _regularity(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many of the first rows have the commonest number of values above one, and that number."""
    try:
        counts = Counter(len(values) for values in islice(_rows(lines, delimiter), _SAMPLE))
    except csv.Error:
        return 0, 0
    del counts[0], counts[1]
    return max(((count, length) for length, count in counts.items()), default=(0, 0))


def _refused(message: str) -> Workbook:
    return Workbook(problems=[problem("X001", message)])
