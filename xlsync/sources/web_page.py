"""Web pages (HTML) by lxml, as systems and spreadsheets save tables, often under .xls.

A text outside of tables is a row with one cell; a table gives its rows and columns, spanned cells
their first. What a browser does not show (scripts, styles, hidden parts) is no content; what it
shows as crossed out, raised or lowered is kept apart as in other files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from xlsync.base.grid import MAX_COLUMN, Address, Area, Cell, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources import text, wire
from xlsync.sources.page_styles import numbered, styled_by_classes
from xlsync.sources.runs import LOWERED, RAISED, Run, shown
from xlsync.sources.xlsx.budget import UnreadableError, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET: Final = "网页"
"""What the only sheet is called; rows count through the whole page."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""A form has some 100 KB."""

MAX_DEPTH: Final = 200
"""Elements inside each other; the parser itself gives up at 256."""

MAX_SPAN: Final = 1_000
"""Rows that a cell may go down."""

_UNSEEN: Final = {"head", "script", "style", "template", "noscript", "colgroup", "title"}
_RAISED: Final = {"sup": RAISED, "sub": LOWERED}
_STRUCK: Final = {"s", "strike", "del"}
_BLOCKS: Final = {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"}
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LONGEST: Final = 4_000
"""Characters of hidden texts that are quoted."""
_CROSSED: Final = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
_IN_GB: Final = re.compile(rb"charset\s*=\s*[\"']?gb", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_SHEET: Final = re.compile(r"table[0-9]{1,3}")
_TICKS: Final = {"checkbox", "radio"}
_UNTYPED: Final = {"hidden", "button", "submit", "reset", "image", "file", "password"}


def read(data: bytes) -> Workbook:
    """Read a page.

    Raises:
        UnreadableError: when it is damaged or too large.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"网页超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后再读取。")
    content, problems = text.decode(data)
    if content is None:
        return Workbook(problems=problems)
    if _IN_GB.search(data[:2048]):
        problems = []  # the page says so itself, so that there is nothing to doubt
    content = re.sub(r"^\s*<\?xml[^>]*\?>", "", content)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged("网页读不出来") from error
    if any("depth" in one.message for one in parser.error_log):
        raise UnreadableError("网页的内容嵌套过深，未读取，请提交填报的工作簿原件（.xlsx）。")
    page = _WebPage(len(list(root.iter("caption"))) if root is not None else 0)
    if root is not None:
        styled_by_classes(root)
        page.blocks(root, Run(""), 1)
        page.end_line()
    page.report()
    page.workbook.problems += problems
    return page.workbook


class _WebPage:
    """The grid being made: the next row, and the text that stands in it so far."""

    def __init__(self, captions: int) -> None:
        self.captions = captions
        self.sheet = Sheet(SHEET)
        self.workbook = Workbook([self.sheet])
        self.row = 1
        self.line: list[Run] = []
        self.pictures = 0
        self.is_divided = False
        self.hidden: list[str] = []

    def blocks(self, parent: etree._Element, like: Run, depth: int) -> None:
        """Texts and tables outside of tables, in their order."""
        _check(depth)
        self.line.append(like._replace(text=parent.text or ""))
        for element in parent:
            name, inner = _name(element), _like(element, like)
            if name == "a" and _SHEET.fullmatch(element.get("name") or ""):
                self.begin_sheet("".join(next(element.iter("em"), element).itertext()))
                continue
            if name == "table":
                caption = element.find("caption") if self.captions > 1 else None
                if caption is not None:
                    self.begin_sheet("".join(caption.itertext()))
                    element.remove(caption)
                self.end_line()
                self.table(element, inner, depth + 1)
            elif name in _BLOCKS or name == "br":
                self.end_line()
                self.blocks(element, inner, depth + 1)
                self.end_line()
            elif (said := self.control(element, inner)) is not None:
                self.line += said
            else:
                self.blocks(element, inner, depth + 1)
            self.line.append(like._replace(text=element.tail or ""))

    def begin_sheet(self, name: str) -> None:
        """Another sheet, as spreadsheets mark it: LibreOffice by an anchor, Gnumeric by a caption.

        What lies before the first is a list of them.
        """
        self.line.clear()
        if not self.is_divided:
            self.workbook.sheets.clear()
        self.is_divided = True
        self.sheet = Sheet(name.strip() or f"{SHEET}{len(self.workbook.sheets) + 1}")
        self.workbook.sheets.append(self.sheet)
        self.row = 1

    def end_line(self) -> None:
        runs, self.line = self.line, []
        if self.put(Address(self.row, 1), runs):
            self.row += 1

    def put(self, place: Address, runs: list[Run]) -> bool:
        """Fill a cell as a browser shows it: blanks in a row are one."""
        runs = [one._replace(text=_BLANKS.sub(" ", one.text)) for one in runs]
        runs = [one._replace(text=one.text.replace("\v", "\n")) for one in runs]
        if not "".join(one.text for one in runs).strip():
            return False
        if len(self.sheet.cells) >= wire.MAX_CELLS:
            raise MemoryError
        said, aside = shown(runs, is_struck=all(one.is_struck for one in runs if one.text.strip()))
        said = re.sub(r" *\n+ *", "\n", said.replace("\xa0", " ")).strip()
        self.sheet.cells[place] = Cell(said, aside=aside)
        return True

    def table(self, table: etree._Element, like: Run, depth: int) -> None:
        """The rows of a table; one inside a cell follows below the row that holds it."""
        taken: dict[int, int] = {}
        for row in _rows(table):
            if _is_hidden(row):
                self.sheet.hidden_rows |= {self.row}
            column = 1
            inner: list[tuple[etree._Element, Run]] = []
            for cell in row:
                if _name(cell) in {"td", "th"}:
                    while taken.get(column, 0) >= self.row:
                        column += 1
                    area = self.area(cell, column)
                    of_cell = _like(cell, _like(row, like))
                    if self.put(area.first, list(self.runs(cell, of_cell, inner, depth))):
                        made = self.sheet.cells[area.first]
                        self.sheet.cells[area.first] = numbered(cell, made)
                    if area.bottom > area.top:
                        columns = range(column, area.right + 1)
                        taken.update(dict.fromkeys(columns, area.bottom))
                    column = area.right + 1
            self.row += 1
            for one, of_table in inner:
                self.table(one, of_table, depth + 1)

    def area(self, cell: etree._Element, column: int) -> Area:
        """What a cell of the row covers; one that is hidden hides its column."""
        width, height = _span(cell, "colspan", MAX_COLUMN), _span(cell, "rowspan", MAX_SPAN)
        if column + width > MAX_COLUMN:
            raise UnreadableError(f"表格超过 {MAX_COLUMN} 列，未读取。")
        if _is_hidden(cell):
            self.sheet.hidden_columns |= {column}
        area = Area(self.row, column, self.row + height - 1, column + width - 1)
        if width > 1 or height > 1:
            self.sheet.merges.append(area)
        return area

    def runs(
        self,
        parent: etree._Element,
        like: Run,
        tables: list[tuple[etree._Element, Run]],
        depth: int,
    ) -> Iterator[Run]:
        """What a cell shows, a vertical tab for each line break; tables inside it are noted."""
        _check(depth)
        yield like._replace(text=parent.text or "")
        for element in parent:
            name, inner = _name(element), _like(element, like)
            said = self.control(element, inner)
            if name == "table" and said is None:
                tables.append((element, inner))
            elif name == "br":
                yield like._replace(text="\v")
            elif said is not None:
                yield from said
            else:
                edge = [like._replace(text="\v")] if name in _BLOCKS else []
                yield from edge
                yield from self.runs(element, inner, tables, depth + 1)
                yield from edge
            yield like._replace(text=element.tail or "")

    def control(self, element: etree._Element, like: Run) -> list[Run] | None:
        """What an element shows that is no text of its own; None for one that is to be read."""
        name = _name(element)
        if name in _UNSEEN or not name:
            return []
        if _is_hidden(element):
            self.hidden.append(" ".join("".join(element.itertext()).split()))
            return []
        if name == "img":
            self.pictures += 1
            return []
        said = _filled_in(element, name)
        return None if said is None else [like._replace(text=said)]

    def report(self) -> None:
        """Tell of pictures and hidden texts once."""
        if hidden := "\n".join(filter(None, self.hidden)):
            message = "网页里有不显示的文字，没有读入；其中如有要报送的内容，请写入表内。"
            found = hidden if len(hidden) <= _LONGEST else f"{hidden[:_LONGEST]}……"
            self.workbook.problems.append(problem("S012", message, found=found).at(None, None))
        if self.pictures:
            message = (
                f"网页上有 {self.pictures} 张图片，没有读入；其中如有要报送的内容，请写入表内。"
            )
            self.workbook.problems.append(problem("S009", message).at(self.sheet.name, None))


def _filled_in(element: etree._Element, name: str) -> str | None:
    """What was typed into a field of a page, or chosen there; None for what is no field."""
    if name == "select":
        chosen = [one for one in element.iter("option") if one.get("selected") is not None]
        return "".join("".join(one.itertext()).strip() for one in chosen)
    if name != "input":
        return None
    kind = (element.get("type") or "text").lower()
    if kind in _TICKS:
        return "☑" if element.get("checked") is not None else "□"
    return "" if kind in _UNTYPED else element.get("value") or ""


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, whatever part of it they stand in."""
    for element in table:
        if _name(element) == "tr":
            yield element
        elif _name(element) in {"thead", "tbody", "tfoot", "form"}:
            yield from _rows(element)
        elif _name(element) == "caption":
            row = etree.Element("tr")
            etree.SubElement(row, "td").extend(list(element))
            row[0].text = element.text
            yield row


def _name(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _is_hidden(element: etree._Element) -> bool:
    return _HIDDEN.search(element.get("style") or "") is not None


def _like(element: etree._Element, like: Run) -> Run:
    """How an element shows its text."""
    name = _name(element)
    is_struck = name in _STRUCK or _CROSSED.search(element.get("style") or "") is not None
    return like._replace(
        text="", is_struck=like.is_struck or is_struck, raised=_RAISED.get(name, like.raised)
    )


def _span(cell: etree._Element, name: str, most: int) -> int:
    told = (cell.get(name) or "1").strip()
    return max(1, min(int(told), most)) if told.isascii() and told.isdecimal() else 1


def _check(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableError(f"网页的内容嵌套超过 {MAX_DEPTH} 层，未读取。")
