"""Tab-separated text, as tables come out of a PDF or a web page, to a grid.

A row of the grid is a line of the text and keeps its number, a column is what lies between
two tabs.
"""

from __future__ import annotations

import codecs

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Cell, Sheet, Workbook
from xlsync.base.problems import Problem, problem

MAX_BYTES = 64 * 1024 * 1024
"""Some 50,000 forms; what is larger is something else."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read(data: bytes) -> Workbook:
    """Read a text in UTF-8, UTF-16 with a byte-order mark, or GB 18030 (reported as X006)."""
    if len(data) > MAX_BYTES:
        message = f"文本超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再读取。"
        return Workbook(problems=[problem("X001", message)], is_text=True)
    text, problems = decode(data)
    if text is None:
        return Workbook(problems=problems, is_text=True)
    cells: dict[Address, Cell] = {}
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row, line in enumerate(lines, start=1):
        parts = line.split("\t")
        if (parts != [""] and row > MAX_ROW) or len(parts) > MAX_COLUMN:
            message = f"第 {row} 行超出表格的大小，请拆分后再读取。"
            return Workbook(problems=[problem("X001", message)], is_text=True)
        for column, part in enumerate(parts, start=1):
            if part:
                cells[Address(row, column)] = Cell(part)
    return Workbook([Sheet("", cells)], problems=problems, is_text=True)


def decode(data: bytes) -> tuple[str | None, list[Problem]]:
    """The text of a file and how it was told (X006), or None and why it cannot be (X001)."""
    marked = next((one for mark, one in _MARKS.items() if data.startswith(mark)), None)
    if marked is not None:
        if (text := _decoded(data, marked)) is not None:
            return text, []
        return None, [problem("X001", "文字的编码已损坏，请重新导出或重新发送。")]
    if (text := _decoded(data, "utf-8")) is not None:
        return text, []
    if (text := _decoded(data, "gb18030")) is not None and "\x00" not in text:
        return text, [problem("X006", "文字不是 UTF-8 编码，已按 GB 18030 读取，请核对汉字。")]
    return None, [problem("X001", "文字的编码无法识别，请另存为 UTF-8 编码的文本。")]


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
