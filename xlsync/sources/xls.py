"""Workbooks of Excel 97-2003 and of WPS (.xls, .et) by xlrd: values with their formats, comments.

Errors and results of formulas come as the file has them; the formulas themselves do not.
[MS-XLS] 2.4.181 (Obj), 2.4.329 (TxO).
"""

from __future__ import annotations

import os
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import xlrd
from xlrd.sheet import Sheet as XlsSheet

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources.runs import LOWERED, RAISED, Run, shown
from xlsync.sources.xlsx.budget import UnreadableError
from xlsync.sources.xlsx.printed import written
from xlsync.sources.xlsx.styles import is_date_format, serial_to_iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem

_RAISED = {1: RAISED, 2: LOWERED}
_BIFF8 = 80
_HEAD, _FOOT, _EOF = 0x14, 0x15, 0x0A
_COMMENT, _PICTURE = 0x19, 0x08
_TEXTLESS = {0x14}
"""Objects that are no content: the arrows of an automatic filter."""


class _Drawn(XlsSheet):  # type: ignore[misc] # xlrd has no types
    """A sheet that remembers its drawn objects, of which xlrd itself keeps the comments."""

    def __init__(self, *args: Any) -> None:
        """Begin without objects."""
        super().__init__(*args)
        self.drawn: list[tuple[int | None, str]] = []

    def handle_obj(self, data: bytes) -> Any:  # noqa: ANN401 - xlrd's own object, or None
        """Note an object; its text follows."""
        made = super().handle_obj(data)
        self.drawn.append((made.type if made else None, ""))
        return made

    def handle_txo(self, data: bytes) -> Any:  # noqa: ANN401 - xlrd's own object, or None
        """Note the text of the last object."""
        made = super().handle_txo(data)
        kind = self.drawn.pop()[0] if self.drawn else None
        self.drawn.append((kind, made.text if made else ""))
        return made


def read(data: bytes) -> Workbook:
    """Read a whole workbook.

    Raises:
        UnreadableError: when it is protected by a password.
    """
    xlrd.book.Sheet = xlrd.sheet.Sheet = _Drawn
    try:
        with open(os.devnull, "w", encoding="utf-8") as quiet:  # noqa: PTH123 - a device
            book = xlrd.open_workbook(
                file_contents=data,
                logfile=quiet,
                formatting_info=True,
                ragged_rows=True,
                on_demand=True,  # keeps the bytes, where heads and feet of pages are looked for
            )
            sheets = book.sheets()
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            message = "文件设有打开密码或已加密，请取消打开密码，另存为 .xlsx 后再提交。"
            raise UnreadableError(message) from None
        raise
    workbook = Workbook()
    for number, one in enumerate(sheets):
        sheet = Sheet(one.name, dict(_cells(book, one)), is_1904=bool(book.datemode))
        sheet.visible = one.visibility == 0
        sheet.hidden_rows = _hidden(one.rowinfo_map)
        sheet.hidden_columns = _hidden(one.colinfo_map)
        sheet.merges = [
            Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in one.merged_cells
        ]
        sheet.comments = {
            Address(row + 1, column + 1): note.text
            for (row, column), note in one.cell_note_map.items()
        }
        sheet.printed = tuple(dict.fromkeys(written(_margins(book, number))))
        workbook.sheets.append(sheet)
        workbook.problems += _objects(one)
    book.release_resources()
    return workbook


def _margins(book: xlrd.Book, number: int) -> Iterator[str]:
    """The lines at the head and the foot of a sheet's pages ([MS-XLS] 2.4.136 and 2.4.124)."""
    if book.biff_version < _BIFF8:
        return
    at, end = book._sh_abs_posn[number], book.base + book.stream_len  # noqa: SLF001 - nowhere else
    while 0 <= at <= end - 4:
        code, length = struct.unpack_from("<HH", book.mem, at)
        if code == _EOF:
            return
        if code in {_HEAD, _FOOT} and length > 2:  # noqa: PLR2004 - more than the count
            yield xlrd.biffh.unpack_unicode(book.mem[at + 4 : at + 4 + length], 0, lenlen=2)
        at += 4 + length


def _hidden(lines: dict[int, Any]) -> frozenset[int]:
    """The rows or columns that are not shown, counted from 1."""
    return frozenset(number + 1 for number, one in lines.items() if one.hidden)


def _cells(book: xlrd.Book, sheet: XlsSheet) -> Iterator[tuple[Address, Cell]]:
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            kind = sheet.cell_type(row, column)
            if kind not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
                style = book.xf_list[sheet.cell_xf_index(row, column)]
                code = book.format_map[style.format_key].format_str
                cell = _cell(kind, sheet.cell_value(row, column), code, is_1904=bool(book.datemode))
                if cell.text:
                    runs = _runs(book, sheet, (row, column), cell.text)
                    text, aside = shown(runs, is_struck=all(one.is_struck for one in runs))
                    yield Address(row + 1, column + 1), cell._replace(text=text, aside=aside)


def _cell(kind: int, value: Any, code: str, *, is_1904: bool) -> Cell:  # noqa: ANN401 - of any kind
    if kind == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(value, "#VALUE!"), Kind.ERROR, code)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return Cell(str(bool(value)).upper(), Kind.BOOLEAN, code)
    if kind == xlrd.XL_CELL_TEXT:
        return Cell(value, Kind.TEXT, code)
    day = serial_to_iso(value, code, is_1904=is_1904) if is_date_format(code) else None
    return Cell(day, Kind.DATE, code) if day else Cell(f"{value:.15g}", Kind.NUMBER, code)


def _runs(book: xlrd.Book, sheet: XlsSheet, place: tuple[int, int], text: str) -> list[Run]:
    """A text as it is shown: by the font of its cell, and from some characters on by others."""
    own = book.xf_list[sheet.cell_xf_index(*place)].font_index
    changes = sheet.rich_text_runlist_map.get(place, ())
    starts = [(0, own), *changes, (len(text), own)]
    runs = []
    for (start, number), (end, _) in pairwise(starts):
        font = book.font_list[number]
        raised = _RAISED.get(font.escapement)
        runs.append(Run(text[start:end], bool(font.struck_out), raised))
    return [run for run in runs if run.text]


def _objects(sheet: _Drawn) -> Iterator[Problem]:
    """What is drawn on a sheet: text boxes with their text (S007), pictures (S009)."""
    for kind, text in sheet.drawn:
        if kind == _COMMENT or kind in _TEXTLESS:
            continue
        if text.strip():
            message = (
                f"工作表“{sheet.name}”上有一个文本框，其内容没有读入。"
                "请把需要报送的内容写入表内的单元格，并删除它。"
            )
            yield problem("S007", message, found=text).at(sheet.name, None)
        elif kind == _PICTURE:
            message = (
                f"工作表“{sheet.name}”上有一张图片，没有读入；其中如有要报送的内容，请写入表内。"
            )
            yield problem("S009", message).at(sheet.name, None)
