"""What a workbook carries beside its cells: comments, text boxes, pictures, macros, links.

ECMA-376 part 1, clause 18.7 (comments); [MS-XLSX] 2.6.205 (threadedComment). Excel keeps a
classic comment beside each thread that only says that there is a thread; the thread replaces it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, parse
from xlsync.sources.xlsx.relationships import relationships_of
from xlsync.sources.xlsx.strings import NOT_TEXT, RUN_TEXTS, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlsync.base.grid import Sheet
    from xlsync.base.problems import Problem
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.relationships import Relationship

# The texts of a part's comments by the reference of their cell, in their order.
_Comments = dict[str, list[str]]
_ANCHORS = ("absoluteAnchor", "oneCellAnchor", "twoCellAnchor")
_PICTURE = "一张图片"
_OBJECTS = {"pic": _PICTURE, "graphicFrame": "一个图表或图形"}
_MACROS = ("宏代码", "宏不会运行，也不会读入。请另存为不含宏的 .xlsx 文件后再报送")
_OUTSIDE = ("对外部文件或数据的引用", "不会打开外部内容。请断开链接，改为直接填写的数值后再报送")
_OBJECT = ("嵌入的对象或控件", "没有读入。请把其中的内容写入表内后删除该对象")

# By the kind of relationship, of the workbook or of a sheet.
_REPORTED = {
    "vbaProject": _MACROS,
    "xlMacrosheet": _MACROS,
    "xlIntlMacrosheet": _MACROS,
    "connections": _OUTSIDE,
    "queryTable": _OUTSIDE,
    "oleObject": _OBJECT,
    "package": _OBJECT,
    "control": _OBJECT,
    "ctrlProp": _OBJECT,
}
_LINK = "externalLink"
_CELL_PICTURES = "cellImage"

_LINKED = re.compile(r"\[[0-9]{1,4}\][^!]{0,200}!")


def read_comments(
    package: Package, relationships: list[Relationship], sheet: Sheet
) -> list[Problem]:
    """Fill ``sheet.comments`` from the sheet's relationships.

    Returns a problem for each comment at a place that does not exist, and for a second one at the
    same place; raises :class:`UnreadableError` for a damaged part.
    """
    classic: _Comments = {}
    threads: _Comments = {}
    for item in relationships:
        if item.kind == "comments":
            _read(package, item.target, classic, Wanted(texts=RUN_TEXTS, skipped=NOT_TEXT))
        elif item.kind == "threadedComment":
            _read(package, item.target, threads, Wanted(texts=frozenset({"text"})))
    texts = {reference: "\n".join(pieces) for reference, pieces in threads.items()}
    problems = []
    for reference, pieces in classic.items():
        texts.setdefault(reference, pieces[0])
        if reference not in threads:
            problems += [_stray(sheet, reference, text) for text in pieces[1:]]
    for reference, text in texts.items():
        try:
            sheet.comments[Address.parse(reference)] = text
        except ValueError:
            problems.append(_stray(sheet, reference, text))
    package.budget.strays.spend(len(problems))
    return problems


def _read(package: Package, part: str, comments: _Comments, wanted: Wanted) -> None:
    def comment(attributes: Attributes, texts: Texts) -> None:
        package.budget.spend_entry(attributes)
        text = joined(texts)
        if text:
            comments.setdefault(attributes.get("ref", ""), []).append(text)

    wanted.records = {"comment": comment, "threadedComment": comment}
    parse(package, part, wanted)


def _stray(sheet: Sheet, reference: str, text: str) -> Problem:
    message = (
        f"工作表“{sheet.name}”中位于 {reference or '（无地址）'} 的批注重复或位置无效，没有读入。"
        "请核对该批注的内容，需要保留的请写入表内。"
    )
    return problem("S007", message, found=text).at(sheet.name, reference or None)


def read_drawing(package: Package, part: str, sheet: str | None) -> list[Problem]:
    """Return one problem for each text box, picture and chart of a drawing part.

    Raises :class:`UnreadableError` for a damaged part. Shapes without text are no content.
    """
    drawing = _Drawing(package, sheet)
    parse(package, part, drawing.wanted())
    drawing.report()
    return drawing.problems


class _Drawing:
    """What the parser of a drawing part calls; it holds the pieces of one anchored object."""

    def __init__(self, package: Package, sheet: str | None) -> None:
        self.problems: list[Problem] = []
        self._spend_stray = package.budget.strays.spend
        self._sheet = sheet
        self._cell: str | None = None
        self._paragraphs: list[str] = []
        self._objects: list[str] = []

    def wanted(self) -> Wanted:
        return Wanted(
            records={"from": self._place, "p": self._paragraph},
            texts=frozenset({"row", "col", "t"}),
            starts={
                **dict.fromkeys(_ANCHORS, self._anchor),
                **{name: self._object_noter(what) for name, what in _OBJECTS.items()},
            },
            # A Fallback says the same again for older programs (part 3, clause 10.2).
            skipped=frozenset({"Fallback"}),
        )

    def report(self) -> None:
        """Report the objects of the last anchor and forget them."""
        text = "\n".join(self._paragraphs)
        if text.strip():
            self._add("一个文本框", text)
        for what in self._objects:
            self._add(what, None)
        self._paragraphs.clear()
        self._objects.clear()

    def _add(self, what: str, text: str | None) -> None:
        self._spend_stray()
        message = (
            f"工作表“{self._sheet}”上有{what}，其内容没有读入。"
            "请把需要报送的内容写入表内的单元格，并删除它。"
        )
        if what == _PICTURE:
            message = (
                f"工作表“{self._sheet}”上有{what}，没有读入；其中如有要报送的内容，请写入表内。"
            )
        found = problem("S009" if what == _PICTURE else "S007", message, found=text)
        self.problems.append(found.at(self._sheet, self._cell))

    def _anchor(self, _attributes: Attributes) -> None:
        self.report()
        self._cell = None

    def _object_noter(self, what: str) -> Callable[[Attributes], None]:
        def note(_attributes: Attributes) -> None:
            self._objects.append(what)

        return note

    def _paragraph(self, _attributes: Attributes, texts: Texts) -> None:
        self._paragraphs.append("".join(text for _, text in texts))

    def _place(self, _attributes: Attributes, texts: Texts) -> None:
        """Note the cell under the upper left corner; the file counts rows and columns from 0."""
        numbers = dict(texts)
        try:
            cell = Address(int(numbers["row"]) + 1, int(numbers["col"]) + 1)
            self._cell = Address.parse(cell.a1).a1
        except (KeyError, ValueError):
            self._cell = None


"""A reference to another workbook, by its number among the external links (18.17.2.3)."""


def report_extras(
    package: Package, relationships: list[Relationship], sheet: str | None = None
) -> list[Problem]:
    """Return one problem for each macro, link and object that a part's relationships show.

    ``sheet`` is the name of the sheet whose relationships they are, None for the workbook. Raises
    :class:`UnreadableError` for a damaged part.
    """
    problems = []
    for item in relationships:
        if item.kind == _CELL_PICTURES:
            message = "工作簿里存有单元格内的图片，没有读入；其中如有要报送的内容，请写入表内。"
            problems.append(problem("S009", message).at(sheet, None))
        elif item.kind in _REPORTED:
            what, advice = _REPORTED[item.kind]
            where = "工作簿" if sheet is None else f"工作表“{sheet}”"
            message = f"{where}含有{what}，{advice}。"
            found = _outside_target(package, item)
            problems.append(problem("S007", message, found=found).at(sheet, None))
        elif item.kind == "drawing" and item.target in package:
            problems += read_drawing(package, item.target, sheet)
    package.budget.strays.spend(len(problems))
    return problems


def report_links(
    package: Package, relationships: list[Relationship], sheets: Iterable[Sheet]
) -> list[Problem]:
    """Return one problem for each link to another workbook.

    One that no cell uses is a remainder of something that was copied; of one that is used, a value
    of the form may be a result that nobody typed. Raises :class:`UnreadableError`.
    """
    links = [item for item in relationships if item.kind == _LINK]
    if not links:
        return []
    formulas = (cell.formula or "" for sheet in sheets for cell in sheet.cells.values())
    is_used = any(map(_LINKED.search, formulas))
    code = "S007" if is_used else "S012"
    message = f"工作簿含有{_OUTSIDE[0]}，{_OUTSIDE[1]}。"
    if not is_used:
        message = (
            "工作簿里留有指向其他文件的链接，没有单元格用到，不影响表内数据；链接没有打开，"
            "可在“数据—编辑链接”中断开。"
        )
    package.budget.strays.spend(len(links))
    return [problem(code, message, found=_outside_target(package, item)) for item in links]


def _outside_target(package: Package, item: Relationship) -> str | None:
    """The address that a link leads to, as far as the file says it; nothing is opened."""
    if item.external or item.kind != _LINK:
        return item.target if item.external else None
    inner = relationships_of(package, item.target)
    return next((link.target for link in inner if link.external), None)
