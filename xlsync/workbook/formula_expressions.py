"""The parts of our own formulas as functions of the values of cells."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from xlsync.workbook.formula_values import Fault, FormulaError, number_of, order_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlsync.base.grid import Area
    from xlsync.workbook.formula_values import Value

Compute: TypeAlias = "Callable[[list[Value], int], Value]"
"""The value of an expression, from those of all cells, so many rows below the formula's own."""

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
COUNTED: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


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


class Expression(NamedTuple):
    """A part of a formula.

    ``cells`` are those that it is, if it is nothing else; ``fixed`` is its value if it is always
    the same, ``call`` the name of its function and ``given`` what that is given.
    """

    compute: Compute
    cells: CellReference | None = None
    fixed: str | float | None = None
    call: str = ""
    given: Sequence[Expression] = ()


def where(name: str, own_row: int, cells: CellReference | None) -> Compute:
    """The row or the column of some cells, or the formula's own row."""
    if cells is not None and name == "COLUMN":
        column = cells.area.left
        return lambda _values, _below: column
    row, moves = (own_row, True) if cells is None else (cells.area.top, cells.moves)
    return lambda _values, below: row + below if moves else row


def sound(value: Value) -> Value:
    """A value that is no error.

    Raises:
        FormulaError: where it is one.
    """
    if value is Fault.ERROR:
        raise FormulaError
    return value


def constant(value: str | float) -> Expression:
    """A value that is always the same."""
    return Expression(lambda _values, _below: value, fixed=value)


def cell(cells: CellReference) -> Compute:
    """The value of a cell."""
    index = cells.columns[0]
    if cells.moves:
        return lambda values, below: values[index + below]
    return lambda values, _below: values[index]


def compared(holds: Callable[[Any, Any], bool], left: Expression, right: Expression) -> Compute:
    """Whether two values compare so."""
    first, second, fixed = left.compute, right.compute, right.fixed
    is_number = isinstance(fixed, (int, float))

    def compute(values: list[Value], below: int) -> Value:
        one = first(values, below)
        if is_number and type(one) in {int, float}:
            return holds(one, fixed)
        other = second(values, below)
        return holds(order_of(one, other), order_of(other, one))

    return compute


def joint(parts: list[Expression]) -> Compute:
    """The texts of some values, one after the other."""
    computes = [one.compute for one in parts]
    return lambda values, below: "".join([text_of(one(values, below)) for one in computes])


def counted(count: Callable[[float, float], float], left: Expression, right: Expression) -> Compute:
    """Two numbers, added and the like."""
    first, second = left.compute, right.compute

    def compute(values: list[Value], below: int) -> Value:
        try:
            return count(number_of(first(values, below)), number_of(second(values, below)))
        except ZeroDivisionError:
            raise FormulaError from None

    return compute
