"""Binary workbooks (.xlsb): values with their formats and runs, comments, hidden rows, margins.

[MS-XLSB] 2.1.7.61 (sheets), 2.1.7.62 (the workbook), 2.2.1 (cells). Results of formulas come as
the file has them; the formulas themselves do not. No library reads more of it than values:
calamine gives errors as blanks, and neither formats nor what is struck through or hidden.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Area, Kind, Sheet, Workbook
from xlsync.sources import wire
from xlsync.sources.xlsb_records import (
    Formats,
    read_formats,
    read_strings,
    records,
    rich_text,
    text_at,
    texts_of,
)
from xlsync.sources.xlsx.budget import damaged
from xlsync.sources.xlsx.extras import report_extras
from xlsync.sources.xlsx.package import Package
from xlsync.sources.xlsx.printed import written
from xlsync.sources.xlsx.relationships import relationships_of
from xlsync.sources.xlsx.styles import DEFAULT_STYLE
from xlsync.sources.xlsx.values import interpret, made_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsync.base.problems import Problem
    from xlsync.sources.xlsx.strings import Text

_MAIN = "xl/workbook.bin"
_SHEET, _PROPERTIES = 156, 153
_ROW, _COLUMNS, _MERGE, _MARGINS = 0, 60, 176, 479
_CELLS_BEGIN, _CELLS_END = 145, 146
_WITH_CELLS = {"worksheet", "dialogsheet"}
_BLANKS = {1, 12}
_SHORT = range(12, 19)
"""Cells right behind the one before them, which do not say their column."""
_PLACE, _PLACE_OF_SHORT = 8, 4
_HIDDEN_ROW = 0x10
_COMMENT, _COMMENT_TEXT = 635, 637
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


class _Shared(NamedTuple):
    """What all sheets of a workbook refer to."""

    formats: Formats
    strings: list[Text]
    is_1904: bool


def _packed(data: bytes, at: int, _: _Shared) -> tuple[str, Kind]:
    """A number in four bytes (RkNumber): a whole one, or the upper half of a real one."""
    (packed,) = struct.unpack_from("<i", data, at)
    number: float = packed >> 2
    if not packed & 2:
        (number,) = struct.unpack("<d", struct.pack("<ii", 0, packed & ~3))
    return f"{number / 100 if packed & 1 else number:.15g}", Kind.NUMBER


def _real(data: bytes, at: int, _: _Shared) -> tuple[str, Kind]:
    return f"{struct.unpack_from('<d', data, at)[0]:.15g}", Kind.NUMBER


def _error(data: bytes, at: int, _: _Shared) -> tuple[str, Kind]:
    return _ERRORS.get(data[at], "#VALUE!"), Kind.ERROR


def _boolean(data: bytes, at: int, _: _Shared) -> tuple[str, Kind]:
    return str(bool(data[at])).upper(), Kind.BOOLEAN


def _text(data: bytes, at: int, _: _Shared) -> tuple[str, Kind]:
    return text_at(data, at)[0], Kind.TEXT


def _string(data: bytes, at: int, shared: _Shared) -> tuple[Text, Kind]:
    return shared.strings[struct.unpack_from("<I", data, at)[0]], Kind.TEXT


def _rich(data: bytes, at: int, shared: _Shared) -> tuple[Text, Kind]:
    return rich_text(data, at, shared.formats.fonts), Kind.TEXT


_CELLS: Mapping[int, Callable[[bytes, int, _Shared], tuple[Text, Kind]]] = {
    **dict.fromkeys((2, 13), _packed),
    **dict.fromkeys((5, 9, 16), _real),
    **dict.fromkeys((3, 11, 14), _error),
    **dict.fromkeys((4, 10, 15), _boolean),
    **dict.fromkeys((6, 8, 17), _text),
    **dict.fromkeys((7, 18), _string),
    62: _rich,
}
"""What cells hold, by the type of their record; those of formulas hold the result first."""


def read(data: bytes) -> Workbook:
    """Read a whole workbook.

    Raises:
        UnreadableError: when it is damaged or too large.
    """
    try:
        return _workbook(Package(data))
    except (struct.error, IndexError) as error:
        raise damaged("其中的记录不完整") from error


def _workbook(package: Package) -> Workbook:
    roots = relationships_of(package)
    main = next((one.target for one in roots if one.kind == "officeDocument"), _MAIN)
    parts = relationships_of(package, main)
    shared = _shared(package, {one.kind: one.target for one in parts})
    by_id = {one.id: one for one in parts}
    workbook = Workbook(problems=report_extras(package, parts))
    for kind, record in records(package, main):
        if kind == _PROPERTIES:
            shared = shared._replace(is_1904=bool(record[0] & 1))
        elif kind == _SHEET:
            package.budget.sheets.spend()
            relation, end = text_at(record, 8)
            if relation not in by_id:
                raise damaged("工作簿中的工作表没有对应的部件")
            sheet = Sheet(text_at(record, end)[0], is_1904=shared.is_1904)
            sheet.visible = record[0] == 0
            if by_id[relation].kind in _WITH_CELLS:
                workbook.sheets.append(sheet)
                workbook.problems += _filled(package, shared, sheet, by_id[relation].target)
    return workbook


def _shared(package: Package, parts: Mapping[str, str]) -> _Shared:
    formats, strings = Formats([], []), []
    if "styles" in parts:
        formats = read_formats(package, parts["styles"])
    if "sharedStrings" in parts:
        strings = read_strings(package, parts["sharedStrings"], formats.fonts)
    return _Shared(formats, strings, is_1904=False)


def _filled(package: Package, shared: _Shared, sheet: Sheet, part: str) -> list[Problem]:
    """Fill a sheet from its part; what stands beside its cells is a problem each."""
    _BinarySheet(package, shared, sheet).read(part)
    beside = relationships_of(package, part)
    for one in beside:
        if one.kind == "comments":
            _comments(package, one.target, sheet)
    return report_extras(package, beside, sheet.name)


def _comments(package: Package, part: str, sheet: Sheet) -> None:
    place = None
    for kind, data in records(package, part):
        if kind == _COMMENT:
            package.budget.entries.spend()
            row, _, column = struct.unpack_from("<III", data, 4)
            place = Address(row + 1, column + 1)
        elif kind == _COMMENT_TEXT and place is not None:
            text = rich_text(data, 0, [])
            sheet.comments[place] = text if isinstance(text, str) else text.text


class _BinarySheet:
    """The reader of one sheet: the row that it is in, and the column of the last cell.

    ``after`` is the first column of which nothing has been said yet; each is said once.
    """

    def __init__(self, package: Package, shared: _Shared, sheet: Sheet) -> None:
        self.package = package
        self.shared = shared
        self.sheet = sheet
        self.row = self.column = 0
        self.after = 1
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()

    def read(self, part: str) -> None:
        """Fill the sheet from its part."""
        is_inside = False
        for kind, data in records(self.package, part):
            if kind in {_CELLS_BEGIN, _CELLS_END}:
                is_inside = kind == _CELLS_BEGIN
            elif is_inside:
                self.cell(kind, data)
            else:
                self.rest(kind, data)
        self.sheet.hidden_rows = frozenset(self.hidden_rows)
        self.sheet.hidden_columns = frozenset(self.hidden_columns)

    def rest(self, kind: int, data: bytes) -> None:
        """What a sheet says beside its rows."""
        if kind == _COLUMNS:
            first, last = struct.unpack_from("<II", data)
            columns = range(max(first + 1, self.after), min(last + 1, MAX_COLUMN) + 1)
            self.after = max(self.after, columns.stop)
            if data[16] & 1:
                self.hidden_columns.update(columns)
        elif kind == _MERGE:
            self.package.budget.entries.spend()
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            self.sheet.merges.append(Area(top + 1, left + 1, bottom + 1, right + 1))
        elif kind == _MARGINS:
            self.sheet.printed = tuple(dict.fromkeys(written(texts_of(data, 2))))

    def cell(self, kind: int, data: bytes) -> None:
        """A row begins, or one of its cells: place, number of the format, what it holds."""
        if kind == _ROW:
            self.row = _within(struct.unpack_from("<I", data)[0] + 1, MAX_ROW)
            self.column = 0
            if data[11] & _HIDDEN_ROW:
                self.hidden_rows.add(self.row)
            return
        if kind not in _CELLS and kind not in _BLANKS:
            return
        at = _PLACE
        if kind in _SHORT:
            at, self.column = _PLACE_OF_SHORT, self.column + 1
        else:
            self.column = struct.unpack_from("<I", data)[0] + 1
        _within(self.column, MAX_COLUMN)
        if kind in _BLANKS:
            return
        self.package.budget.cells.spend()
        if len(self.sheet.cells) >= wire.MAX_CELLS:
            raise MemoryError
        formats = self.shared.formats.cells
        number = struct.unpack_from("<I", data, at - 4)[0] & 0xFF_FFFF
        style = formats[number] if number < len(formats) else DEFAULT_STYLE
        content, held = _CELLS[kind](data, at, self.shared)
        if isinstance(content, str) and held is Kind.NUMBER:
            content, held = interpret("n", content, style, is_1904=self.shared.is_1904)
        made = made_cell(content, held, style, None)
        if made is not None:
            self.sheet.cells[Address(self.row, self.column)] = made


def _within(number: int, most: int) -> int:
    if number > most:
        raise damaged("单元格的位置在工作表以外")
    return number
