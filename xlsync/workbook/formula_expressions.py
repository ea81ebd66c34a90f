"""The parts of our own formulas as Python expressions over the values of cells.

What an expression gives is known as far as its function says it, so that a value is turned into a
text, a number or a truth only where it may be something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.grid import Area
    from xlsync.workbook.formula_values import Known

_SIGNS = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
COMPARED = {"=": "EQUAL", "<>": "UNEQUAL", "<": "LESS", ">": "MORE", "<=": "UP_TO", ">=": "FROM"}
"""The signs that compare, and what compares values of any kind."""


class CellReference(NamedTuple):
    """Some cells: the indices of the first row in each column, and where the area lies.

    ``moves`` says whether it moves along with a formula that goes on down the rows, ``is_stated``
    whether they are those of the manifest, where what is looked for stands letter by letter.
    """

    columns: list[int]
    area: Area
    moves: bool
    is_stated: bool

    def indices(self, below: int) -> Iterator[int]:
        """The indices of all cells, row by row."""
        step = below if self.moves else 0
        height = self.area.bottom - self.area.top + 1
        return (first + row + step for row in range(height) for first in self.columns)

    def each(self) -> str:
        """The values of all cells, as the items of a list."""
        height = self.area.bottom - self.area.top + 1
        if height == 1:
            return ", ".join(f"v[{self.at(first)}]" for first in self.columns)
        return ", ".join(f"*v[{self.at(one)}:{self.at(one + height)}]" for one in self.columns)

    def at(self, index: int) -> str:
        """An index in the row of the formula that is computed."""
        return f"{index} + b" if self.moves else str(index)


class Expression(NamedTuple):
    """A part of a formula: its Python expression, and what that gives.

    In ``source``, ``v`` are the values of all cells and ``b`` is how many rows below the
    formula's own it is computed. ``is_sure`` says that it cannot fail, ``cells`` are those that it
    is, if it is nothing else; ``fixed`` is its value if it is always the same, ``call`` the name of
    its function and ``given`` what that is given.
    """

    source: str
    known: Known = "any"
    is_sure: bool = False
    cells: CellReference | None = None
    fixed: str | float | None = None
    call: str = ""
    given: Sequence[Expression] = ()

    @property
    def text(self) -> str:
        """The source of its value as a text."""
        return self.source if self.known == "text" else f"text_of({self.source})"

    @property
    def number(self) -> str:
        """The source of its value as a number."""
        return self.source if self.known in {"number", "truth"} else f"number_of({self.source})"

    @property
    def truth(self) -> str:
        """The source of its value as a condition."""
        if self.known == "number":
            return f"({self.source} != 0)"
        return self.source if self.known == "truth" else f"truth_of({self.source})"

    @property
    def is_condition(self) -> bool:
        """Whether it can be a condition, or counted with, whatever comes."""
        return self.is_always("number")

    def given_as(self, kind: Known) -> str:
        """The source of its value as a function takes it."""
        return {"text": self.text, "number": self.number}.get(kind, self.source)

    def is_always(self, kind: Known) -> bool:
        """Whether a function that takes such values can take it, whatever comes."""
        return self.is_sure and (kind != "number" or self.known in {"number", "truth"})


def constant(value: str | float) -> Expression:
    """A value that is always the same."""
    known: Known = "text" if isinstance(value, str) else "number"
    # repr makes a literal of any text, so nothing that a form says can become code.
    known = "truth" if isinstance(value, bool) else known
    return Expression(repr(value), known, is_sure=True, fixed=value)


def where(name: str, own_row: int, cells: CellReference | None, *, moves: bool) -> Expression:
    """The row or the column of some cells, or the formula's own row, which may move."""
    if cells is not None and name == "COLUMN":
        return constant(cells.area.left)
    row, moves = (own_row, moves) if cells is None else (cells.area.top, cells.moves)
    return Expression(f"({row} + b)", "number", is_sure=True) if moves else constant(row)


def compared(sign: str, left: Expression, right: Expression) -> Expression:
    """Whether two values compare so."""
    is_sure = left.is_sure and right.is_sure
    if left.known == right.known == "number":
        return Expression(f"({left.source} {_SIGNS[sign]} {right.source})", "truth", is_sure)
    if left.known == right.known == "text":
        one, other = (_folded(side) for side in (left, right))
        return Expression(f"({one} {_SIGNS[sign]} {other})", "truth", is_sure)
    return Expression(f"{COMPARED[sign]}({left.source}, {right.source})", "truth", is_sure)


def _folded(side: Expression) -> str:
    """A text without the difference of large and small letters."""
    return f"{side.source}.lower()" if side.fixed is None else repr(str(side.fixed).lower())


def joint(parts: list[Expression]) -> Expression:
    """The texts of some values, one after the other."""
    told = [one for one in parts if one.fixed != ""]
    if all(isinstance(one.fixed, str) for one in told):
        return constant("".join(str(one.fixed) for one in told))
    source = ", ".join(one.text for one in told)
    is_sure = all(one.is_sure for one in told)
    return Expression(f"''.join(({source},))" if told[1:] else source, "text", is_sure)


def counted(first: Expression, others: Sequence[tuple[str, Expression]]) -> Expression:
    """Numbers, added and the like from left to right."""
    source, is_sure = first.number, first.is_condition
    for sign, other in others:
        if sign in "/^":
            source = f"{'divided' if sign == '/' else 'power'}({source}, {other.number})"
            is_sure = is_sure and other.is_condition and sign == "/" and bool(other.fixed)
        else:
            source += f" {sign} {other.number}"
            is_sure = is_sure and other.is_condition
    return Expression(f"({source})", "number", is_sure)
