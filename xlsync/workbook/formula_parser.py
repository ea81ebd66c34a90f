"""Our own formulas made into functions: what a cell shows, from the values of others.

The formulas are those that the program itself writes, so whatever is not known here is a mistake
in the program. They are read once a form, with all rows of a shared formula alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from xlsync.base.grid import Area
from xlsync.form.template import SHEET
from xlsync.workbook.formula_calls import called
from xlsync.workbook.formula_expressions import (
    COMPARED,
    CellReference,
    Expression,
    compared,
    constant,
    counted,
    joint,
    where,
)

if TYPE_CHECKING:
    from xlsync.workbook.formula_values import Known

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<sheet>'(?:[^']|'')*')!|(?P<number>\d+(?:\.\d+)?)"""
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d+(?![\w(]))|(?P<word>[A-Za-z_]\w*)|(?P<sign><>|<=|>=|[^\s\w])"
)


_JOINED = 2
_LEVELS = dict.fromkeys(COMPARED, 1) | {"&": _JOINED, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
"""The signs between two parts of a formula; the higher ones hold more closely together."""

_END = ("end", "")


class CellPlaces(Protocol):
    """Where the values of cells stand in the list that expressions are computed from."""

    def of(self, sheet: str, column: int) -> int:
        """The index of row 0 of a column; those of its rows follow."""

    def named(self, name: str) -> tuple[str, Area]:
        """What a defined name leads to."""

    def gives(self, place: int) -> tuple[Known, bool]:
        """What the cell at an index shows, and whether that is never an error."""


class FormulaParser:
    """One formula, read from its beginning to its end.

    ``read`` are the cells that its value depends on.
    """

    def __init__(
        self, formula: str, sheet: str, own_row: int, places: CellPlaces, *, rows: int
    ) -> None:
        """Take a formula that stands on a sheet in a row and goes on down so many rows in all."""
        self.read: list[CellReference] = []
        self._sheet, self._row, self._places, self._rows = sheet, own_row, places, rows
        self._tokens = [
            (match.lastgroup or "", match[match.lastgroup or 0])
            for match in _TOKEN.finditer(formula)
        ]
        self._tokens.append(_END)
        self._at = 0

    def expression(self) -> Expression:
        """The Python expression of the whole formula."""
        made = self._from()
        if self._tokens[self._at] != _END:
            raise ValueError(self._tokens[self._at :])
        return made

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _is_next(self, sign: str) -> bool:
        return self._tokens[self._at] == ("sign", sign)

    def _level(self) -> int:
        kind, content = self._tokens[self._at]
        return _LEVELS.get(content, 0) if kind == "sign" else 0

    def _from(self, lowest: int = 1) -> Expression:
        """What signs of a level and of those above it hold together."""
        left = self._single()
        while (level := self._level()) >= lowest:
            others: list[tuple[str, Expression]] = []
            while self._level() == level:
                others.append((self._next(), self._from(level + 1)))
            if level > _JOINED:
                left = counted(left, others)
            elif level == _JOINED:
                left = joint([left, *(other for _, other in others)])
            else:
                for sign, other in others:
                    left = compared(sign, left, other)
        return left

    def _single(self) -> Expression:
        kind, content = self._tokens[self._at]
        if kind == "text":
            self._next()
            return constant(content[1:-1].replace('""', '"'))
        if kind == "number":
            self._next()
            return constant(float(content) if "." in content else int(content))
        if self._is_next("("):
            self._next()
            inner = self._from()
            self._next()
            return inner._replace(cells=None, call="")
        if kind == "sign" and content == "-":
            self._next()
            return counted(constant(0), [(content, self._single())])
        if kind != "word":
            return self._cells()
        return self._call() if self._tokens[self._at + 1] == ("sign", "(") else self._name()

    def _name(self) -> Expression:
        name = self._next()
        if name in {"TRUE", "FALSE"}:
            return constant(name == "TRUE")
        sheet, area = self._places.named(name)
        return self._reference(sheet, area, moves=False)

    def _cells(self) -> Expression:
        sheet = self._sheet
        if self._tokens[self._at][0] == "sheet":
            sheet = self._next()[1:-1].replace("''", "'")
        text = self._next()
        moves = self._rows > 1 and "$" not in text[1:]
        if self._is_next(":"):
            self._next()
            text += f":{self._next()}"
        return self._reference(sheet, Area.parse(text.replace("$", "")), moves=moves)

    def _reference(self, sheet: str, area: Area, *, moves: bool) -> Expression:
        columns = [
            self._places.of(sheet, one) + area.top for one in range(area.left, area.right + 1)
        ]
        cells = CellReference(columns, area, moves, sheet == SHEET)
        self.read.append(cells)
        each = {
            self._places.gives(index)
            for below in range(self._rows if moves else 1)
            for index in cells.indices(below)
        }
        is_sure = all(sure for _, sure in each)
        is_one = is_sure and len(each) == 1 and area.first == (area.bottom, area.right)
        known: Known = next(iter(each))[0] if is_one else "any"
        return Expression(f"v[{cells.at(columns[0])}]", known, is_sure, cells)

    def _call(self) -> Expression:
        name = self._next()
        self._next()
        known = len(self.read)
        given: list[Expression] = []
        while not self._is_next(")"):
            given.append(self._from())
            if self._is_next(","):
                self._next()
        self._next()
        if name in {"ROW", "COLUMN"}:
            del self.read[known:]  # where cells are does not depend on what is in them
            cells = given[0].cells if given else None
            return where(name, self._row, cells, moves=self._rows > 1)
        return called(name, given)
