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
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<sheet>'(?:[^']|'')*')!|(?P<number>\d+(?:\.\d+)?)"""
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d+(?![\w(]))|(?P<word>[A-Za-z_]\w*)|(?P<sign><>|<=|>=|[^\s\w])"
)


class CellPlaces(Protocol):
    """Where the values of cells stand in the list that expressions are computed from."""

    def of(self, sheet: str, column: int) -> int:
        """The index of row 0 of a column; those of its rows follow."""

    def named(self, name: str) -> tuple[str, Area]:
        """What a defined name leads to."""


class FormulaParser:
    """One formula, read from its beginning to its end.

    ``read`` are the cells that its value depends on.
    """

    def __init__(
        self, formula: str, sheet: str, own_row: int, places: CellPlaces, *, shared: bool
    ) -> None:
        """Take a formula that stands on a sheet in a row, and maybe goes on down the rows."""
        self.read: list[CellReference] = []
        self._sheet, self._row, self._places, self._shared = sheet, own_row, places, shared
        self._tokens = [
            (match.lastgroup or "", match[match.lastgroup or 0])
            for match in _TOKEN.finditer(formula)
        ]
        self._at = 0

    def source(self) -> str:
        """The Python expression of the whole formula."""
        made = self._comparison().source
        if self._at != len(self._tokens):
            raise ValueError(self._tokens[self._at :])
        return made

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _is_next(self, *signs: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] in {
            ("sign", sign) for sign in signs
        }

    def _comparison(self) -> Expression:
        left = self._joined()
        while self._is_next(*COMPARED):
            left = compared(self._next(), left, self._joined())
        return left

    def _joined(self) -> Expression:
        parts = [self._sum()]
        while self._is_next("&"):
            self._next()
            parts.append(self._sum())
        return parts[0] if len(parts) == 1 else joint(parts)

    def _sum(self) -> Expression:
        return self._counted(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._counted(self._power, "*", "/")

    def _power(self) -> Expression:
        return self._counted(self._single, "^")

    def _counted(self, part: Callable[[], Expression], *signs: str) -> Expression:
        first, others = part(), []
        while self._is_next(*signs):
            others.append((self._next(), part()))
        return counted(first, others) if others else first

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
            inner = self._comparison()
            self._next()
            return inner._replace(cells=None, call="")
        if kind == "sign" and content == "-":
            self._next()
            return counted(constant(0), [(content, self._single())])
        if kind == "word" and not self._opens_call():
            return self._name()
        return self._call() if kind == "word" else self._cells()

    def _opens_call(self) -> bool:
        following = self._tokens[self._at + 1 : self._at + 2]
        return following == [("sign", "(")]

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
        moves = self._shared and "$" not in text[1:]
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
        return Expression(f"v[{cells.at(columns[0])}]", cells=cells)

    def _call(self) -> Expression:
        name = self._next()
        self._next()
        known = len(self.read)
        given: list[Expression] = []
        while not self._is_next(")"):
            given.append(self._comparison())
            if self._is_next(","):
                self._next()
        self._next()
        if name in {"ROW", "COLUMN"}:
            del self.read[known:]  # where cells are does not depend on what is in them
            cells = given[0].cells if given else None
            return where(name, self._row, cells, moves=self._shared)
        return called(name, given)
