"""Word documents (.docx) by lxml: paragraphs and tables as rows of one grid, in their order.

ECMA-376 part 1, clauses 17.3 (paragraphs and runs), 17.4 (tables) and 17.13 (revisions). A
paragraph is a row with one cell; a table gives its rows and columns, a merged cell its first.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

from lxml import etree

from xlsync.base.grid import MAX_COLUMN, Address, Area, Cell, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources import archive
from xlsync.sources.runs import LOWERED, RAISED, Run, shown
from xlsync.sources.xlsx.budget import UnreadableError, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET: Final = "文档"
"""What the only sheet is called; rows count through the whole document."""

MAX_PART: Final = 16 * 1024 * 1024
"""Bytes of a part; a form has some 100 KB."""

MAX_CELLS: Final = 100_000
"""Paragraphs and cells that hold something; sixteen forms have two thousand."""

MAX_DEPTH: Final = 100
"""Elements inside each other; a table in a table has some twenty."""

_PAGE_NUMBER: Final = re.compile(r"[\s第页共/0-9—·-]*")
"""What programs print at the edge of a page by themselves."""

_MAIN: Final = "word/document.xml"
_W: Final = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_ADVICE: Final = "请提交填报的工作簿原件（.xlsx）"

_SKIPPED: Final = {
    "pPr",
    "rPr",
    "tblPr",
    "tblGrid",
    "trPr",
    "tcPr",
    "sectPr",
    "instrText",
    "Fallback",
}
_SIGNS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_OFF: Final = {"0", "false", "off"}
_DRAWN: Final = {"drawing", "pict", "object"}
_BESIDE: Final = (
    ("word/comments", "批注"),
    ("word/footnotes", "脚注"),
    ("word/endnotes", "尾注"),
    ("word/header", "页眉"),
    ("word/footer", "页脚"),
)

_MARGINS: Final = {"页眉", "页脚"}


def read(data: bytes) -> Workbook:
    """Read a document.

    Raises:
        UnreadableError: when it is damaged or too large.
    """
    body = _part(data, _MAIN)
    if body is None:
        raise damaged(f"部件 {_MAIN} 缺失或过大")
    document = _Document()
    document.blocks(next(body.iterchildren(), body), 1)
    document.report()
    for name in sorted(archive.names(BytesIO(data)) or ()):
        what = next((what for start, what in _BESIDE if name.startswith(start)), None)
        text = _plain(_part(data, name)) if what else ""
        if text and not _PAGE_NUMBER.fullmatch(text):
            told = f"文档的{what}不属于表内内容，未读入，请把要说的话填入相应栏目"
            document.tell("S012" if what in _MARGINS else "S007", told, text)
    return document.workbook


def _part(data: bytes, name: str) -> etree._Element | None:
    content = archive.member(data, name, MAX_PART)
    if content is None:
        return None
    if b"<!DOCTYPE" in content[:1024] or b"<!ENTITY" in content:
        raise damaged(f"部件 {name} 中有不允许的实体声明")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise damaged(f"部件 {name} 不是有效的 XML") from error


class _Document:
    """The grid being made: the next row, and what was met that has no place in it."""

    def __init__(self) -> None:
        self.sheet = Sheet(SHEET)
        self.workbook = Workbook([self.sheet])
        self.row = 1
        self.left = MAX_CELLS
        self.hidden: list[tuple[Address, str]] = []
        self.deleted: list[str] = []
        self.boxes: list[str] = []
        self.pictures = 0
        self.numbered = 0

    def blocks(self, parent: etree._Element, depth: int) -> None:
        """Paragraphs and tables of the body; what only wraps them is looked into."""
        for element in parent:
            name = _name(element)
            if name == "p":
                self.put(Address(self.row, 1), self.runs(element, Address(self.row, 1)))
                self.row += 1
            elif name == "tbl":
                self.table(element, depth)
            elif name not in _SKIPPED and name != "del":
                self.blocks(element, _deeper(depth))

    def put(self, place: Address, runs: list[Run]) -> None:
        if not "".join(run.text for run in runs).strip():
            return
        self.left -= 1
        if self.left < 0:
            raise UnreadableError(f"有内容的单元格超过 {MAX_CELLS:,} 个，未读取，{_ADVICE}。")
        text, aside = shown(runs, is_struck=all(run.is_struck for run in runs if run.text.strip()))
        self.sheet.cells[place] = Cell(text.strip("\n"), aside=aside)

    # ---- tables --------------------------------------------------------------------

    def table(self, table: etree._Element, depth: int) -> None:
        """The rows of a table; one inside a cell follows below the row that holds it."""
        open_merges: dict[int, tuple[Address, int]] = {}
        for row in _inside(table, "tr"):
            column = 1 + _number(row, "trPr", "gridBefore", 0)
            inner: list[etree._Element] = []
            for cell in _inside(row, "tc"):
                width = max(1, _number(cell, "tcPr", "gridSpan", 1))
                if column + width > MAX_COLUMN:
                    raise UnreadableError(f"表格超过 {MAX_COLUMN} 列，未读取，{_ADVICE}。")
                self.cell(cell, Address(self.row, column), width, open_merges)
                inner += _inside(cell, "tbl")
                column += width
            self.row += 1
            for one in inner:
                self.table(one, _deeper(depth))
        for first, width in open_merges.values():
            self.merge(first, width)

    def cell(
        self,
        cell: etree._Element,
        place: Address,
        width: int,
        open_merges: dict[int, tuple[Address, int]],
    ) -> None:
        merged = _merged(cell)
        if merged == "continue" and place.column in open_merges:
            self.put(place, self.cell_runs(cell, place))
            return
        if place.column in open_merges:
            self.merge(*open_merges.pop(place.column))
        self.put(place, self.cell_runs(cell, place))
        open_merges[place.column] = (place, width)
        if merged is None:
            self.merge(*open_merges.pop(place.column), last=place.row)

    def merge(self, first: Address, width: int, last: int | None = None) -> None:
        bottom = self.row - 1 if last is None else last
        if (bottom > first.row or width > 1) and bottom >= first.row:
            self.sheet.merges.append(Area(*first, bottom, first.column + width - 1))

    def cell_runs(self, cell: etree._Element, place: Address) -> list[Run]:
        """The paragraphs of a cell, one a line; those of a table inside it are apart."""
        runs: list[Run] = []
        for paragraph in _inside(cell, "p"):
            if runs:
                runs.append(runs[-1]._replace(text="\n"))
            runs += self.runs(paragraph, place)
        return runs

    # ---- texts ---------------------------------------------------------------------

    def runs(self, paragraph: etree._Element, place: Address) -> list[Run]:
        """What a paragraph shows, without what is hidden or was deleted."""
        if _find(paragraph, "pPr", "numPr") is not None:
            self.numbered += 1
        return list(self.pieces(paragraph, place, Run(""), 1))

    def pieces(
        self, parent: etree._Element, place: Address, like: Run, depth: int
    ) -> Iterator[Run]:
        for element in parent:
            name = _name(element)
            if name in _SKIPPED:
                continue
            if name in {"del", "moveFrom"}:
                self.deleted.append(_plain(element))
            elif name == "r" and _is_on(element, "vanish"):
                self.hidden.append((place, _plain(element)))
            elif name in _DRAWN:
                self.drawn(element)
            elif name == "t":
                yield like._replace(text=element.text or "")
            elif name == "sym":
                yield like._replace(text=_symbol(element))
            elif name in _SIGNS:
                yield like._replace(text=_SIGNS[name])
            else:
                inner = _like(element) if name == "r" else like
                yield from self.pieces(element, place, inner, _deeper(depth))

    def drawn(self, element: etree._Element) -> None:
        """A text box with its text, or a picture."""
        boxes = [one for one in element.iter() if _name(one) == "txbxContent"]
        # A Fallback says the same again for older programs.
        text = _plain(boxes[0]) if boxes else ""
        if text:
            self.boxes.append(text)
        else:
            self.pictures += 1

    # ---- what has no place ---------------------------------------------------------

    def tell(self, code: str, what: str, found: str | None, place: Address | None = None) -> None:
        one = problem(code, f"{what}。", found=found or None)
        self.workbook.problems.append(one.at(SHEET, place.a1 if place else None))

    def report(self) -> None:
        """Tell what was met and is not in the grid."""
        for place, text in self.hidden:
            if text.strip():
                self.tell("S003", "隐藏的文字没有读入，请核对这一格", text, place)
        for text in filter(None, self.deleted):
            self.tell("S003", "修订中删除的文字没有读入，请接受或拒绝修订后再提交", text)
        for text in self.boxes:
            self.tell("S007", "文档上有一个文本框，没有读入，请把需要报送的内容写入表内", text)
        if self.pictures:
            what = (
                f"文档上有 {self.pictures} 个图片或图形，没有读入；其中如有要报送的内容，请写入表内"
            )
            self.tell("S009", what, None)
        if self.numbered:
            what = f"有 {self.numbered} 段带自动编号，编号本身没有读入，请核对"
            self.tell("S003", what, None)


def _name(element: etree._Element) -> str:
    """The local name of an element of WordprocessingML or of what may wrap it."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements of a name right inside, or inside what only wraps them (controls, revisions)."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        found = _name(element)
        if found == name:
            yield element
        elif found in {"sdt", "sdtContent", "ins", "customXml", "smartTag", "moveTo"}:
            stack += reversed(element)


def _find(parent: etree._Element, group: str, name: str) -> etree._Element | None:
    for properties in parent:
        if _name(properties) == group:
            return next((one for one in properties if _name(one) == name), None)
    return None


def _value(element: etree._Element | None, default: str) -> str:
    if element is None:
        return default
    return (
        next((element.get(f"{space}val") for space in _W if element.get(f"{space}val")), "") or ""
    )


def _number(parent: etree._Element, group: str, name: str, default: int) -> int:
    text = _value(_find(parent, group, name), str(default))
    return min(int(text), MAX_COLUMN) if text.isdecimal() else default


def _merged(cell: etree._Element) -> str | None:
    """``restart``, ``continue`` or None: whether a cell is part of one that goes down."""
    found = _find(cell, "tcPr", "vMerge")
    return None if found is None else _value(found, "") or "continue"


def _is_on(run: etree._Element, name: str) -> bool:
    """Whether a run has a property that is either on or off."""
    found = _find(run, "rPr", name)
    return found is not None and _value(found, "") not in _OFF


def _like(run: etree._Element) -> Run:
    """How a run is shown."""
    raised = _value(_find(run, "rPr", "vertAlign"), "")
    is_struck = _is_on(run, "strike") or _is_on(run, "dstrike")
    return Run("", is_struck, raised if raised in {RAISED, LOWERED} else None)


def _symbol(element: etree._Element) -> str:
    code = next((element.get(f"{space}char") for space in _W if element.get(f"{space}char")), "")
    boxes = {"F0FE": "☑", "F052": "☑", "F0A8": "□", "F06F": "□", "F0A3": "□"}
    return boxes.get(code or "", "�")


def _plain(element: etree._Element | None) -> str:
    """All the text in an element, paragraphs as lines."""
    if element is None:
        return ""
    lines: list[str] = [""]
    for one in element.iter():
        name = _name(one)
        if name == "p":
            lines.append("")
        elif name in {"t", "delText"}:
            lines[-1] += one.text or ""
    return "\n".join(line for line in lines if line.strip())


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise UnreadableError(f"文档的内容嵌套超过 {MAX_DEPTH} 层，未读取，{_ADVICE}。")
    return depth + 1
