"""Drawings on a sheet: text boxes with their text, pictures, charts.

ECMA-376 part 1, clause 20.5. A form has no place for them, so each becomes a problem at the cell
that it is anchored to. A picture holds nothing that was typed (it is mostly a seal), so it is told
and keeps no form from being accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.grid import Address
from xlsync.problems import problem
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.problems import Problem
    from xlsync.sources.xlsx.package import Package

_ANCHORS = ("absoluteAnchor", "oneCellAnchor", "twoCellAnchor")
_PICTURE = "一张图片"
_OBJECTS = {"pic": _PICTURE, "graphicFrame": "一个图表或图形"}


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
