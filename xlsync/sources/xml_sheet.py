"""Workbooks in the XML of Excel 2003 (SpreadsheetML) by lxml, which report systems write.

Values come with their number formats, comments, hidden rows and the lines of printed pages;
formulas are left to their results. Source: XML Spreadsheet Reference, Microsoft, 2003.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.sources import wire
from xlsync.sources.runs import LOWERED, RAISED, Run, shown
from xlsync.sources.xlsx.budget import UnreadableError, damaged
from xlsync.sources.xlsx.printed import written

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 16 * 1024 * 1024
"""A workbook of ours has some 400 KB in this format."""

_KINDS: Final = {"Number": Kind.NUMBER, "Boolean": Kind.BOOLEAN, "Error": Kind.ERROR}
_FORMATS: Final = {
    "General Number": "General",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Currency": "#,##0.00",
    "Euro Currency": "#,##0.00",
    "Scientific": "0.00E+00",
}
"""Names that stand for number formats."""

_DIGITS: Final = 9
_MIDNIGHT: Final = "T00:00:00"
_RAISED: Final = {"Sup": RAISED, "Sub": LOWERED}


def read(data: bytes) -> Workbook:
    """Read a workbook.

    Raises:
        UnreadableError: when it is damaged or too large.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再读取。")
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise damaged("文件中有不允许的实体声明")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged("不是有效的 XML") from error
    styles = {_of(one, "ID"): one for one in root.iter("{*}Style")}
    sheets = [_XmlSheet(sheet, styles).made for sheet in root.iterchildren("{*}Worksheet")]
    return Workbook(sheets)


class _XmlSheet:
    """One sheet being read."""

    def __init__(self, sheet: etree._Element, styles: dict[str, etree._Element]) -> None:
        self.styles = styles
        self.made = Sheet(_of(sheet, "Name"))
        for table in sheet.iterchildren("{*}Table"):
            self.made.hidden_columns = frozenset(_hidden(table, "Column"))
            self.made.hidden_rows = frozenset(_hidden(table, "Row"))
            for row, element in _numbered(table, "Row", MAX_ROW):
                for column, cell in _numbered(element, "Cell", MAX_COLUMN):
                    self.cell(Address(row, column), cell, _of(element, "StyleID"))
        options = sheet.find("{*}WorksheetOptions")
        if options is not None:
            self.made.visible = options.findtext("{*}Visible") in {None, "SheetVisible"}
            setup = options.iterfind("{*}PageSetup/*")
            self.made.printed = tuple(written(filter(None, (_of(one, "Data") for one in setup))))

    def cell(self, place: Address, cell: etree._Element, of_row: str) -> None:
        """Note a cell, its merge and its comment."""
        across = min(_whole(cell, "MergeAcross", 0), MAX_COLUMN - place.column)
        down = min(_whole(cell, "MergeDown", 0), MAX_ROW - place.row)
        if across or down:
            corner = Address(place.row + down, place.column + across)
            self.made.merges.append(Area(*place, *corner))
        comment = cell.find("{*}Comment/{*}Data")
        if comment is not None and (said := "".join(comment.itertext()).strip()):
            self.made.comments[place] = said
        data = cell.find("{*}Data")
        if data is None or not "".join(data.itertext()):
            return
        if len(self.made.cells) >= wire.MAX_CELLS:
            raise MemoryError
        style = self.styles.get(_of(cell, "StyleID") or of_row or "Default")
        is_struck = self.of_style(style, "Font", "StrikeThrough") == "1"
        said, aside = shown(_runs(data, Run("", is_struck)), is_struck=is_struck)
        code = self.of_style(style, "NumberFormat", "Format") or "General"
        kind = _of(data, "Type")
        if kind == "DateTime":
            day = said.partition(".")[0]
            found = Cell(day.removesuffix(_MIDNIGHT), Kind.DATE, code, aside=aside)
        else:
            number_format = _FORMATS.get(code, code)
            found = Cell(said, _KINDS.get(kind, Kind.TEXT), number_format, aside=aside)
        if found.kind is Kind.BOOLEAN:
            found = found._replace(text="TRUE" if said == "1" else "FALSE")
        elif found.kind is Kind.NUMBER:
            found = found._replace(text=_number(said))
        self.made.cells[place] = found

    def of_style(self, style: etree._Element | None, part: str, name: str) -> str:
        """What a style says, or the one that it is made after."""
        for _ in range(len(self.styles)):
            if style is None:
                break
            found = style.find(f"{{*}}{part}")
            if found is not None and _of(found, name):
                return _of(found, name)
            style = self.styles.get(_of(style, "Parent"))
        return ""


def _number(text: str) -> str:
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def _runs(element: etree._Element, like: Run) -> Iterator[Run]:
    """The runs of a text with marks of HTML in it."""
    yield like._replace(text=element.text or "")
    for one in element:
        name = etree.QName(one).localname if isinstance(one.tag, str) else ""
        raised = _RAISED.get(name, like.raised)
        yield from _runs(one, like._replace(is_struck=like.is_struck or name == "S", raised=raised))
        yield like._replace(text=one.tail or "")


def _numbered(parent: etree._Element, name: str, most: int) -> Iterator[tuple[int, etree._Element]]:
    """Rows or cells with their numbers: each follows the one before, unless it says its own."""
    number = 1
    for one in parent.iterchildren(f"{{*}}{name}"):
        number = _whole(one, "Index", number)
        if not 1 <= number <= most:
            raise damaged("单元格的位置无效")
        yield number, one
        number += 1 + _whole(one, "Span" if name != "Cell" else "MergeAcross", 0)


def _hidden(table: etree._Element, name: str) -> Iterator[int]:
    most = MAX_ROW if name == "Row" else MAX_COLUMN
    for number, one in _numbered(table, name, most):
        if _of(one, "Hidden") == "1":
            yield from range(number, min(most, number + _whole(one, "Span", 0)) + 1)


def _whole(element: etree._Element, name: str, default: int) -> int:
    told = _of(element, name)
    return int(told) if told.isascii() and told.isdecimal() and len(told) < _DIGITS else default


def _of(element: etree._Element, name: str) -> str:
    """An attribute, whatever the prefix of its namespace."""
    for key, value in element.attrib.items():
        if key == name or str(key).endswith(f"}}{name}"):
            return str(value)
    return ""
