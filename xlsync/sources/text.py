"""Tables as text, as they come out of a PDF, a web page or a spreadsheet's clipboard, to a grid.

A row of the grid is a line of the text and keeps its number, a column is what lies between two
tabs. Spreadsheets set a cell in quotes where it holds line breaks, or set all texts in quotes;
a row then begins at its first line. Some save values set apart by commas (RFC 4180).
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import TYPE_CHECKING

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Cell, Sheet, Workbook
from xlsync.base.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 32 * 1024 * 1024
"""Some 25,000 forms; what is larger is something else."""

MAX_CELLS = 300_000
"""Cells that hold something, some 350 bytes of memory each."""

_LEAST_ROWS, _LEAST_COMMAS = 5, 2
"""Rows that all have as many commas, before they are taken to set values apart."""

_SAMPLE = 64 * 1024
"""Characters from which that is told."""

_PLAIN_NUMBER = re.compile(r"[-+]?[0-9.,]*%?")
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
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for row, parts in _rows(text):
        if (parts != [""] and row > MAX_ROW) or len(parts) > MAX_COLUMN:
            return _too_large(row)
        cells.update(
            (Address(row, column), Cell(part)) for column, part in enumerate(parts, 1) if part
        )
        if len(cells) > MAX_CELLS:
            return _too_large(row)
    return Workbook([Sheet("", cells)], problems=problems, is_text=True)


def _too_large(row: int) -> Workbook:
    message = f"第 {row} 行超出表格的大小，请拆分后再读取。"
    return Workbook(problems=[problem("X001", message)], is_text=True)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with the numbers of their first lines."""
    delimiter = _delimiter(text)
    if delimiter is not None and '"' in text:
        yield from _quoted_rows(text, delimiter, every=_sets_all_in_quotes(text, delimiter))
        return
    for number, line in enumerate(_lines(text), start=1):
        # One more than allowed is enough to be refused.
        yield number, line.split(delimiter, MAX_COLUMN) if delimiter else [line]


def _lines(text: str) -> Iterator[str]:
    """The lines one by one: a list of all would take many times the room of the text."""
    at = 0
    while (end := text.find("\n", at)) >= 0:
        yield text[at:end]
        at = end + 1
    yield text[at:]


def _delimiter(text: str) -> str | None:
    """What sets the cells of a row apart; None where each line is one cell."""
    if "\t" in text:
        return "\t"
    sample = text if len(text) <= _SAMPLE else text[: text.rfind("\n", 0, _SAMPLE)]
    for sign in ",;":
        rows = _quoted_rows(sample, sign, every=True)
        counts = Counter(len(parts) - 1 for _, parts in rows if parts != [""])
        if len(counts) == 1 and counts.total() >= _LEAST_ROWS and min(counts) >= _LEAST_COMMAS:
            return sign
    return None


def _sets_all_in_quotes(text: str, delimiter: str) -> bool:
    """Whether no text of a table stands without quotes."""
    rows = _quoted_rows(text, delimiter, every=True, bare=True)
    return all(_PLAIN_NUMBER.fullmatch(piece) for _, parts in rows for piece in parts)


def _quoted_rows(
    text: str, delimiter: str, *, every: bool, bare: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text in which cells may stand in quotes.

    A cell in quotes that needed none (no line break, quote or delimiter in it) was typed so,
    unless ``every`` text stands in quotes. ``bare`` gives only what stands without.
    """
    ending = re.compile(f"[{delimiter}\n]")
    parts: list[str] = []
    at, line, first = 0, 1, 1
    while True:
        cell = _quoted(text, at, delimiter)
        if cell is None or not (every or _needs_quotes(cell[0], delimiter)):
            found = ending.search(text, at)
            end = found.start() if found else len(text)
            parts.append(text[at:end])
        else:
            end = cell[1]
            line += text.count("\n", at, end)
            if not bare:
                parts.append(cell[0])
        if end < len(text) and text[end] == delimiter and len(parts) <= MAX_COLUMN:
            at = end + 1
            continue
        yield first, parts
        if end >= len(text):
            return
        line, at = line + 1, end + 1
        first, parts = line, []


_QUOTED = re.compile(r'"((?:[^"]|""){0,65536})"')


def _quoted(text: str, at: int, delimiter: str) -> tuple[str, int] | None:
    """The cell in quotes that begins there, and where it ends; None where it is none."""
    if not text.startswith('"', at):
        return None
    match = _QUOTED.match(text, at)
    if match is None or (match.end() < len(text) and text[match.end()] not in {delimiter, "\n"}):
        return None
    inner = match[1].replace('""', '"')
    # A tab within quotes is likelier two cells of which each has a quote of its own.
    return None if delimiter == "\t" and "\t" in inner else (inner, match.end())


def _needs_quotes(cell: str, delimiter: str) -> bool:
    return any(sign in cell for sign in ("\n", '"', delimiter))


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
