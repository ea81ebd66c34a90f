"""OpenDocument spreadsheets (.ods, .fods) by lxml: values with their formats, comments, drawings.

OASIS OpenDocument 1.3 part 3, clauses 9 (tables), 10 (drawings) and 16.29 (number styles). Rows
are taken one by one and forgotten, so that a sheet formatted to its end costs no memory.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

from lxml import etree

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources import archive, wire
from xlsync.sources.runs import LOWERED, RAISED, Run, shown
from xlsync.sources.xlsx.budget import UnreadableError, damaged
from xlsync.sources.xlsx.printed import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem

MAX_CONTENT: Final = 128 * 1024 * 1024
"""Bytes of the sheets' XML; a form has one megabyte as the most verbose program writes it."""

MAX_STYLES: Final = 16 * 1024 * 1024
"""The same for what the whole document shares."""

_NS: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = _NS % "table", _NS % "office", _NS % "text"
_NUMBER, _STYLE, _DRAW = _NS % "datastyle", _NS % "style", _NS % "drawing"
_CALC: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_DATA_STYLES: Final = {f"{_NUMBER}{name}-style" for name in ("number", "currency", "percentage")}
_CELLS: Final = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_DRAWN: Final = {f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_DRAW}g", f"{_DRAW}rect"}
_MARGINS: Final = {
    f"{_STYLE}{name}"
    for name in ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")
}
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_HIDDEN: Final = {"collapse", "filter"}
_NUMBERS: Final = {"float", "currency", "percentage"}


def read(data: bytes) -> Workbook:
    """Read a whole workbook.

    Raises:
        UnreadableError: when it is damaged, encrypted or too large.
    """
    content, styles = _parts(data)
    reader = _Content()
    try:
        reader.read(content)
    except etree.XMLSyntaxError as error:
        raise damaged("部件 content.xml 不是有效的 XML") from error
    printed = _margins(styles)
    for sheet in reader.workbook.sheets:
        page = reader.pages.get(reader.page_of.get(sheet.name, ""), "Default")
        sheet.printed = tuple(printed.get(page, ()))
    return reader.workbook


def _parts(data: bytes) -> tuple[bytes, bytes | None]:
    """The parts with the sheets and with the styles; a flat file (clause 3.1.2) is both."""
    if not data.startswith(b"PK"):
        return data, data
    content = archive.member(data, "content.xml", MAX_CONTENT)
    if content is None:
        raise damaged("部件 content.xml 缺失或过大")
    if b"encryption-data" in (archive.member(data, "META-INF/manifest.xml", 1 << 20) or b""):
        raise UnreadableError("文件设有打开密码，无法读取。请取消密码，另存为 .xlsx 后再提交。")
    return content, archive.member(data, "styles.xml", MAX_STYLES)


def _margins(styles: bytes | None) -> dict[str, list[str]]:
    """What stands at the head and the foot of each kind of page; a damaged part says nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(styles or b"<none/>", parser)
    except etree.XMLSyntaxError:
        return {}
    made: dict[str, list[str]] = {}
    for page in root.iter(f"{_STYLE}master-page"):
        lines = made.setdefault(page.get(f"{_STYLE}name", ""), [])
        for part in page:
            if part.tag in _MARGINS and part.get(f"{_STYLE}display") != "false":
                for paragraph in part.iter(f"{_TEXT}p"):
                    texts = (one for one in paragraph.xpath(".//text()") if _is_typed(one))
                    lines += written(["".join(texts).replace("&", "&&")])
    return made


def _is_typed(text: etree._ElementUnicodeResult) -> bool:
    """Whether a text was typed: the number of a page or the name of the sheet was not."""
    parent = text.getparent()
    if parent is None or text.is_tail:
        return True
    return str(parent.tag) in {f"{_TEXT}{name}" for name in ("p", "span", "a")}


class _Content:
    """The content being read: the sheet and the row where the parser is, styles by their names."""

    def __init__(self) -> None:
        self.workbook = Workbook()
        self.row = 1
        self.left = wire.MAX_CELLS
        self.formats: dict[str, str] = {}
        self.styles: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.fonts: dict[str, Run] = {}
        self.is_1904 = False
        self.pages: dict[str, str] = {}
        self.page_of: dict[str, str] = {}

    def read(self, content: bytes) -> None:
        tags = (
            *_DATA_STYLES,
            *(f"{_STYLE}style", f"{_TABLE}null-date", f"{_TABLE}tracked-changes"),
            *(f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}shapes"),
        )
        # DTDs are refused by their entities not being resolved; nothing is fetched.
        events = etree.iterparse(
            BytesIO(content), ("start", "end"), tag=tags, resolve_entities=False, no_network=True
        )
        inside = 0
        for event, element in events:
            if element.tag == f"{_TABLE}tracked-changes":
                inside += 1 if event == "start" else -1
            elif inside:
                continue
            elif element.tag == f"{_TABLE}table":
                self.table(event, element)
            elif event == "end":
                self.ended(element)

    def table(self, event: str, element: etree._Element) -> None:
        """A sheet begins; the table of a chart inside one is not a sheet."""
        if event == "start":
            name = element.get(f"{_TABLE}name", "")
            sheet = Sheet(name, is_1904=self.is_1904)
            sheet.visible = element.get(f"{_TABLE}style-name") not in self.hidden
            self.page_of[name] = element.get(f"{_TABLE}style-name", "")
            self.workbook.sheets.append(sheet)
            self.row = 1
        else:
            element.clear()

    def ended(self, element: etree._Element) -> None:
        """A part is whole."""
        if element.tag in _DATA_STYLES:
            self.formats[element.get(f"{_STYLE}name", "")] = _number_format(element)
        elif element.tag == f"{_STYLE}style":
            self.style(element)
        elif element.tag == f"{_TABLE}null-date":
            self.is_1904 = element.get(f"{_TABLE}date-value", "").startswith("1904")
        elif element.tag == f"{_TABLE}shapes":
            self.workbook.problems += self.drawn(element)
            element.clear()
        elif self.workbook.sheets:
            self.table_row(element)
            element.clear()

    def style(self, element: etree._Element) -> None:
        name = element.get(f"{_STYLE}name", "")
        shown = element.get(f"{_STYLE}data-style-name")
        if shown in self.formats:
            self.styles[name] = self.formats[shown]
        self.fonts[name] = _font(element)
        if page := element.get(f"{_STYLE}master-page-name"):
            self.pages[name] = page
        properties = element.find(f"{_STYLE}table-properties")
        if properties is not None and properties.get(f"{_TABLE}display") == "false":
            self.hidden.add(name)

    def table_row(self, element: etree._Element) -> None:
        repeated = _count(element, "number-rows-repeated")
        cells = list(self.cells(element))
        if cells and element.get(f"{_TABLE}visibility") in _HIDDEN:
            rows = range(self.row, min(self.row + repeated, MAX_ROW + 1))
            self.sheet.hidden_rows |= frozenset(rows)
        if cells:
            for row in range(self.row, min(self.row + repeated, MAX_ROW + 1)):
                self.left -= len(cells)
                if self.left < 0:
                    raise UnreadableError(f"有内容的单元格超过 {wire.MAX_CELLS:,} 个，未读取。")
                self.sheet.cells.update({Address(row, column): cell for column, cell in cells})
        self.row += repeated

    @property
    def sheet(self) -> Sheet:
        return self.workbook.sheets[-1]

    def cells(self, row: etree._Element) -> Iterator[tuple[int, Cell]]:
        """The filled cells of a row with their columns; merges and comments are noted."""
        column = 1
        for element in row:
            if element.tag not in _CELLS:
                continue
            repeated = _count(element, "number-columns-repeated")
            if column > MAX_COLUMN:
                return
            self.note(element, Address(self.row, column))
            cell = self.shown(element, self.cell(element))
            if cell.text:
                for one in range(column, min(column + repeated, MAX_COLUMN + 1)):
                    yield one, cell
            column += repeated

    def note(self, element: etree._Element, place: Address) -> None:
        columns = _count(element, "number-columns-spanned")
        rows = _count(element, "number-rows-spanned")
        if columns * rows > 1:
            last = place.moved(rows - 1, columns - 1)
            self.sheet.merges.append(Area(*place, *last))
        if len(element):
            notes = element.findall(f"{_OFFICE}annotation")
            if notes:
                self.sheet.comments[place] = "\n".join(map(_paragraphs, notes))
            self.workbook.problems += self.drawn(element, place.a1)

    def shown(self, element: etree._Element, cell: Cell) -> Cell:
        """The cell with what is struck through set aside, and raised digits kept apart."""
        own = self.fonts.get(element.get(f"{_TABLE}style-name", ""), Run(""))
        spans = element.iter(f"{_TEXT}span") if cell.kind is Kind.TEXT and len(element) else ()
        fonts = [self.fonts.get(one.get(f"{_TEXT}style-name", ""), own) for one in spans]
        if not own.is_struck and all(one[1:] == (False, None) for one in fonts):
            return cell
        runs = [own._replace(text=cell.text)]
        if fonts:
            runs = [run for one in element.iterchildren(f"{_TEXT}p") for run in self.runs(one, own)]
        text, aside = shown(runs, is_struck=all(run.is_struck for run in runs if run.text.strip()))
        return cell._replace(text=text.strip("\n"), aside=aside)

    def runs(self, paragraph: etree._Element, own: Run) -> Iterator[Run]:
        """The runs of a paragraph, and the break behind it."""
        yield own._replace(text=_collapsed(paragraph.text))
        for child in paragraph:
            font = self.fonts.get(child.get(f"{_TEXT}style-name", ""), own)
            yield font._replace(text=_text_of_child(child))
            yield own._replace(text=_collapsed(child.tail))
        yield own._replace(text="\n")

    def cell(self, element: etree._Element) -> Cell:
        kind = element.get(f"{_OFFICE}value-type", "")
        text = _paragraphs(element) if len(element) else ""
        if element.get(f"{_CALC}value-type") == "error":
            return Cell(text, Kind.ERROR)
        code = self.styles.get(element.get(f"{_TABLE}style-name", ""), "General")
        if kind in _NUMBERS:
            value = element.get(f"{_OFFICE}value", text)
            if kind == "percentage" and "%" not in code:
                code = "0%"
            return Cell(value, Kind.NUMBER, code)
        if kind == "date":
            text = element.get(f"{_OFFICE}date-value", text).removesuffix("T00:00:00")
            return Cell(text, Kind.DATE)
        if kind == "boolean":
            return Cell(element.get(f"{_OFFICE}boolean-value", text).upper(), Kind.BOOLEAN)
        return Cell(element.get(f"{_OFFICE}string-value", "") if not len(element) else text)

    def drawn(self, parent: etree._Element, place: str | None = None) -> Iterator[Problem]:
        """What is drawn in a cell or on a sheet: text boxes (S007), pictures (S009), objects."""
        name = self.sheet.name
        for shape in (one for one in parent if one.tag in _DRAWN):
            text = "\n".join(filter(None, (_paragraphs(one) for one in _holders(shape))))
            if text.strip():
                what, code = "一个文本框", "S007"
            elif shape.find(f".//{_DRAW}object") is not None:
                what, code = "一个图表或嵌入的对象", "S007"
            elif shape.find(f".//{_DRAW}image") is not None:
                what, code = "一张图片", "S009"
            else:
                continue
            message = f"工作表“{name}”上有{what}，没有读入；其中如有要报送的内容，请写入表内。"
            yield problem(code, message, found=text or None).at(name, place)


def _holders(shape: etree._Element) -> Iterator[etree._Element]:
    """The elements of a drawing that hold paragraphs themselves."""
    yield from (one for one in shape.iter() if one.find(f"{_TEXT}p") is not None)


def _paragraphs(element: etree._Element) -> str:
    """The text of an element's own paragraphs, one a line."""
    return "\n".join(_text(one) for one in element.iterchildren(f"{_TEXT}p"))


def _text(element: etree._Element) -> str:
    """The text of a paragraph: blanks, tabs and line breaks are elements in it."""
    pieces = [_collapsed(element.text)]
    for child in element:
        pieces += [_text_of_child(child), _collapsed(child.tail)]
    return "".join(pieces)


def _text_of_child(child: etree._Element) -> str:
    if child.tag == f"{_TEXT}s":
        count = child.get(f"{_TEXT}c", "1")
        return " " * min(int(count) if count.isdecimal() else 1, MAX_COLUMN)
    if child.tag == f"{_OFFICE}annotation" or not isinstance(child.tag, str):
        return ""
    return {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}.get(child.tag) or _text(child)


def _font(style: etree._Element) -> Run:
    """How a style shows its text."""
    properties = style.find(f"{_STYLE}text-properties")
    if properties is None:
        return Run("")
    through = {properties.get(f"{_STYLE}text-line-through-{one}") for one in ("style", "type")}
    position = properties.get(f"{_STYLE}text-position", "").partition(" ")[0]
    lowered = LOWERED if position == "sub" or position.startswith("-") else None
    is_level = position.rstrip("%") in {"", "0"}
    raised = None if is_level else lowered or RAISED
    return Run("", bool(through - {None, "none"}), raised)


def _collapsed(text: str | None) -> str:
    """Blanks as they count in a paragraph (part 3, clause 6.1.2): a run of them is one."""
    return _BLANKS.sub(" ", text) if text else ""


def _count(element: etree._Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, min(int(text), MAX_ROW)) if text.isdecimal() else 1


def _number_format(style: etree._Element) -> str:
    """A number style as a format code, as far as it concerns what is read: digits and words."""
    pieces = []
    for part in style:
        if part.tag == f"{_NUMBER}number":
            places = part.get(f"{_NUMBER}decimal-places", "0")
            digits = "#,##0" if part.get(f"{_NUMBER}grouping") == "true" else "0"
            least = part.get(f"{_NUMBER}min-integer-digits", "1")
            if digits == "0" and least.isdecimal():
                digits = "0" * max(1, min(int(least), 30))
            tail = f".{'0' * min(int(places), 30)}" if places.isdecimal() and int(places) else ""
            scaled = part.get(f"{_NUMBER}display-factor", "1")
            pieces.append(digits + tail + "," * (max(0, len(scaled) - 1) // 3))
        elif part.tag in {f"{_NUMBER}text", f"{_NUMBER}currency-symbol"} and part.text:
            is_sign = style.tag == f"{_NUMBER}percentage-style" and part.text.strip() == "%"
            pieces.append(part.text if is_sign else '"' + part.text.replace('"', "") + '"')
    return "".join(pieces) or "General"
