"""PDF files with a text layer by pdfplumber: tables by their ruling lines, the rest line by line.

A PDF knows neither cells nor line breaks, only glyphs at places. Ruling lines give the cells, the
columns count through the whole file, and a line that ends before its cell does was broken by the
person who typed it (:mod:`.pdf_lines`). That this was inferred is told once (X009).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.utils import decode_text
from pdfplumber.utils.exceptions import PdfminerException

from xlsync.base.grid import Address, Cell, Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources.pdf_lines import Glyph, lines_of, split_at_gaps, text_of
from xlsync.sources.xlsx.budget import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pdfplumber.page import Page

    from xlsync.base.problems import Problem

SHEET: Final = "文档"
"""What the only sheet is called; rows count through all pages."""

MAX_PAGES: Final = 40
"""A page of a form takes a fifth of a second."""

_EDGE: Final = 3.0
"""Points by which edges of one column may differ from row to row."""

_UNKNOWN: Final = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")
_ADVICE: Final = "请提交填报的工作簿原件（.xlsx）"

Box = tuple[float, float, float, float]


class _PageRow(NamedTuple):
    """A row of a page: its pieces by their left edges, in cells or one behind the other."""

    cells: list[tuple[float, str]]
    is_ruled: bool


def read(data: bytes) -> Workbook:
    """Read a whole file.

    Raises:
        UnreadableError: when it is encrypted, has no text layer, or too many pages.
    """
    try:
        with pdfplumber.open(BytesIO(data)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                message = f"PDF 超过 {MAX_PAGES} 页，没有读取，请拆分，或{_ADVICE[1:]}。"
                raise UnreadableError(message)
            return _read(pdf.pages)
    except PdfminerException as error:
        if isinstance(error.args[0] if error.args else None, PDFPasswordIncorrect):
            raise UnreadableError("PDF 设有打开密码，无法读取，请取消密码后再提交。") from error
        raise UnreadableError(f"PDF 已损坏或不完整，读不出来，{_ADVICE}。") from error


def _read(pages: Iterable[Page]) -> Workbook:
    rows: list[_PageRow] = []
    edges: list[float] = []
    workbook = Workbook([Sheet(SHEET)])
    unread = 0
    for number, page in enumerate(pages, start=1):
        made = _Page(page.dedupe_chars(), number)
        rows += made.rows()
        edges += made.edges
        unread += made.unread
        workbook.problems += made.beside()
        page.close()
    if not rows:
        message = f"PDF 里没有读出文字，可能是扫描件、图片或已损坏，{_ADVICE}。"
        raise UnreadableError(message)
    columns = _clustered(edges)
    for row, (cells, is_ruled) in enumerate(rows, start=1):
        for index, (left, text) in enumerate(cells, start=1):
            column = bisect_right(columns, left + _EDGE) if is_ruled else index
            workbook.sheets[0].cells[Address(row, max(1, column))] = Cell(text)
    if unread:
        message = f"PDF 里有 {unread} 个字的字体没有文字编码，读不出来，{_ADVICE}。"
        workbook.problems.insert(0, problem("X001", message))
    message = "PDF 不保存单元格和换行，已按版面推定，请与原件核对；最好提交工作簿原件（.xlsx）。"
    workbook.problems.append(problem("X009", message))
    return workbook


class _Page:
    """One page: its glyphs, and the cells that its ruling lines make."""

    def __init__(self, page: Page, number: int) -> None:
        self.page = page
        self.number = number
        self.tables = sorted(page.find_tables(), key=lambda one: one.bbox[1])
        self.edges = [box[0] for table in self.tables for box in table.cells]
        glyphs = [Glyph.of(one) for one in page.chars]
        self.unread = sum(_UNKNOWN.search(one.text) is not None for one in glyphs)
        self.glyphs = [one for one in glyphs if one.text.strip("\0")]

    def rows(self) -> Iterator[_PageRow]:
        """The rows from top to bottom: those of tables, and the lines between them."""
        inside: dict[Box, list[Glyph]] = {box: [] for table in self.tables for box in table.cells}
        outside: list[Glyph] = []
        for glyph in self.glyphs:
            box = self.box(glyph, inside)
            (outside if box is None else inside[box]).append(glyph)
        found = [(top, _PageRow(cells, is_ruled=False)) for top, cells in _loose(outside)]
        padding = _padding(inside)
        for table in self.tables:
            tops = [row.bbox[1] for row in table.rows]
            cells: list[list[tuple[float, str]]] = [[] for _ in tops]
            for index, row in enumerate(table.rows):
                for box in (box for box in row.cells if box is not None):
                    for at, typed in _placed(inside[box], box, padding, tops, index):
                        cells[at].append((box[0], typed))
            rows = zip(tops, cells, strict=True)
            found += [(top, _PageRow(sorted(made), is_ruled=True)) for top, made in rows if made]
        yield from (row for _, row in sorted(found, key=lambda one: one[0]))

    def box(self, glyph: Glyph, boxes: Iterable[Box]) -> Box | None:
        """The cell in which a glyph stands; one beyond the edge belongs to the nearest cell."""
        x, y = glyph.middle
        for table in self.tables:
            left, top, right, bottom = table.bbox
            if not top <= y <= bottom:
                continue
            level = [box for box in boxes if box[1] <= y <= box[3] and _is_in(box, table.bbox)]
            for box in level:
                if box[0] <= x <= box[2]:
                    return box
            if level and left - glyph.size <= x <= right + glyph.size:
                return min(level, key=lambda box: min(abs(box[0] - x), abs(box[2] - x)))
        return None

    def beside(self) -> Iterator[Problem]:
        """Fields, notes and pictures on the page, which are none of its text."""
        for one in self.page.annots:
            text = _noted(one)
            if text:
                message = f"PDF 第 {self.number} 页有批注或表单域，其内容没有读入，{_ADVICE}。"
                yield problem("S007", message, found=text)
        if self.page.images and not self.glyphs:
            message = f"PDF 第 {self.number} 页只有图片，没有读入，{_ADVICE}。"
            yield problem("S007", message)


def _is_in(box: Box, outer: Box) -> bool:
    return outer[0] - _EDGE <= box[0] and box[2] <= outer[2] + _EDGE


def _loose(glyphs: list[Glyph]) -> Iterator[tuple[float, list[tuple[float, str]]]]:
    """The lines outside of tables, each cut where a gap is wide."""
    for line in lines_of(glyphs):
        pieces = [
            (piece[0].x0, "".join(one.text for one in piece)) for piece in split_at_gaps(line)
        ]
        cells = [(left, text.strip()) for left, text in pieces if text.strip()]
        if cells:
            yield min(one.top for one in line), cells


def _placed(
    glyphs: list[Glyph], box: Box, padding: float, tops: list[float], index: int
) -> Iterator[tuple[int, str]]:
    """The text of a cell with the row that it belongs to.

    A text that stands again and again in a high cell is said once for each of the rows beside it:
    a sheet whose lines between equal cells are not drawn is printed so.
    """
    lines = lines_of(glyphs)
    texts = ["".join(one.text for one in line).strip() for line in lines]
    if len(lines) > 1 and len(set(texts)) == 1:
        rows = [bisect_right(tops, line[0].middle[1]) - 1 for line in lines]
        if len(set(rows)) == len(rows):
            yield from zip(rows, texts, strict=True)
            return
    text = text_of(glyphs, box, padding)
    if text.strip():
        yield index, text


def _padding(inside: dict[Box, list[Glyph]]) -> float:
    """How far texts keep from the edges of their cells: the least that occurs on the page."""
    gaps = (min(one.x0 for one in glyphs) - box[0] for box, glyphs in inside.items() if glyphs)
    return min((gap for gap in gaps if gap > 0), default=1.0)


def _clustered(edges: list[float]) -> list[float]:
    """The left edges of the columns, near ones taken for one."""
    columns: list[float] = []
    for edge in sorted(edges):
        if not columns or edge - columns[-1] > _EDGE:
            columns.append(edge)
    return columns


def _noted(annotation: dict[str, Any]) -> str:
    """What a person wrote into a note or a field; links say nothing."""
    data = annotation.get("data") or {}
    texts = [annotation.get("contents"), data.get("V")]
    shown = [decode_text(one) if isinstance(one, bytes) else one for one in texts]
    return "\n".join(one for one in shown if isinstance(one, str) and one.strip())
