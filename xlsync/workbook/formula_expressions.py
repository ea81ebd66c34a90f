"""The parts of our own formulas as functions of the values of cells."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from xlsync.base.grid import Area, column_letters
from xlsync.workbook.formula_values import (
    FUNCTIONS,
    OF_ALL,
    Fault,
    FormulaError,
    number_of,
    order_of,
    text_of,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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

    ``moves`` says whether it moves along with a formula that goes on down the rows.
    """

    columns: list[int]
    area: Area
    moves: bool

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


def called(name: str, given: list[Expression]) -> Expression:
    """A function of what it is given."""
    return Expression(_called(name, given), call=name, given=given)


def _called(name: str, given: list[Expression]) -> Compute:
    if name in OF_ALL:
        return _of_all(name, given)
    if name in _SPECIAL:
        return _SPECIAL[name](given)
    function = FUNCTIONS[name]
    computes = [one.compute for one in given]
    if len(computes) == 1:
        (only,) = computes
        return lambda values, below: function(_sound(only(values, below)))
    return lambda values, below: function(*[_sound(one(values, below)) for one in computes])


def where(name: str, own_row: int, cells: CellReference | None) -> Compute:
    """The row or the column of some cells, or the formula's own row."""
    if cells is not None and name == "COLUMN":
        column = cells.area.left
        return lambda _values, _below: column
    row, moves = (own_row, True) if cells is None else (cells.area.top, cells.moves)
    return lambda _values, below: row + below if moves else row


def _sound(value: Value) -> Value:
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


def _of_all(name: str, given: list[Expression]) -> Compute:
    function = OF_ALL[name]
    is_lenient = name in {"COUNT", "COUNTA"}

    def compute(values: list[Value], below: int) -> Value:
        found: list[Value] = []
        for one in given:
            if one.cells is not None:
                found += [values[index] for index in one.cells.indices(below)]
                continue
            try:
                found.append(one.compute(values, below))
            except FormulaError:
                if not is_lenient:
                    raise
                found.append(Fault.ERROR)
        return function(found)

    return compute


def _if(given: list[Expression]) -> Compute:
    condition, then = given[0].compute, given[1].compute
    otherwise = given[2].compute if given[2:] else constant(value=False).compute
    return lambda values, below: (
        then(values, below) if truth_of(condition(values, below)) else otherwise(values, below)
    )


def _if_error(given: list[Expression]) -> Compute:
    inner, other = given
    if inner.call == "IF" and other.fixed is not None and inner.given[-1].fixed == other.fixed:
        return _fired(inner.given, other.fixed)
    first, otherwise = inner.compute, other.compute

    def compute(values: list[Value], below: int) -> Value:
        try:
            return _sound(first(values, below))
        except FormulaError:
            return otherwise(values, below)

    return compute


def _fired(given: Sequence[Expression], otherwise: str | float) -> Compute:
    """``IFERROR(IF(AND(…),…,x),x)``, the form of all checks.

    Since an error comes to the same as a condition that does not hold, the first one that does not
    hold decides.
    """
    conditions = [(one.compute, one.cells is not None) for one in _conditions(given[0])]
    then = given[1].compute

    def compute(values: list[Value], below: int) -> Value:
        try:
            for condition, is_cell in conditions:
                value = condition(values, below)
                if is_cell and (value is None or isinstance(value, str)):
                    continue
                if not truth_of(value):
                    return otherwise
            return _sound(then(values, below))
        except FormulaError:
            return otherwise

    return compute


def _conditions(condition: Expression) -> Iterator[Expression]:
    if condition.call != "AND":
        yield condition
        return
    for one in condition.given:
        yield from _conditions(one)


def _substitute(given: list[Expression]) -> Compute:
    """Fixed texts put for others, as many as follow one another, in one go."""
    text, old, new = given
    changes: list[tuple[str, str]] = []
    while isinstance(old.fixed, str) and isinstance(new.fixed, str):
        changes.insert(0, (old.fixed, new.fixed))
        if text.call != "SUBSTITUTE":
            break
        text, old, new = text.given
    else:
        whole, others = FUNCTIONS["SUBSTITUTE"], [one.compute for one in given]
        return lambda values, below: whole(*[_sound(one(values, below)) for one in others])
    first = text.compute

    def compute(values: list[Value], below: int) -> Value:
        changed = text_of(first(values, below))
        for one, other in changes:
            changed = changed.replace(one, other)
        return changed

    return compute


def _is_error(given: list[Expression]) -> Compute:
    return _is(lambda value: value is Fault.ERROR, given)


def _is_number(given: list[Expression]) -> Compute:
    return _is(lambda value: isinstance(value, (int, float)) and not isinstance(value, bool), given)


def _is(holds: Callable[[Value], bool], given: list[Expression]) -> Compute:
    (first,) = (one.compute for one in given)

    def compute(values: list[Value], below: int) -> Value:
        try:
            return holds(first(values, below))
        except FormulaError:
            return holds(Fault.ERROR)

    return compute


def _choose(given: list[Expression]) -> Compute:
    which, *choices = (one.compute for one in given)
    return lambda values, below: choices[int(number_of(which(values, below))) - 1](values, below)


def _index(given: list[Expression]) -> Compute:
    which, first = given[1].compute, _area(given[0]).columns[0]
    return lambda values, below: values[first + int(number_of(which(values, below))) - 1]


def _match(given: list[Expression]) -> Compute:
    wanted, cells = given[0].compute, _area(given[1])
    return lambda values, below: _position(cells, values, wanted(values, below)) + 1


def _look_up(given: list[Expression]) -> Compute:
    wanted, cells, which = given[0].compute, _area(given[1]), given[2].compute

    def compute(values: list[Value], below: int) -> Value:
        at = _position(cells, values, wanted(values, below))
        return values[cells.columns[int(number_of(which(values, below))) - 1] + at]

    return compute


def _position(cells: CellReference, values: list[Value], wanted: Value) -> int:
    """How many rows of an area stand above the one that begins with a text."""
    first, text = cells.columns[0], text_of(wanted).lower()
    for at in range(cells.area.bottom - cells.area.top + 1):
        value = values[first + at]
        if isinstance(value, str) and value.lower() == text:
            return at
    raise FormulaError


def _area(given: Expression) -> CellReference:
    if given.cells is None:
        raise TypeError
    return given.cells


def _address(given: list[Expression]) -> Compute:
    row, column = given[0].compute, given[1].compute
    return lambda values, below: (
        column_letters(int(number_of(column(values, below)))) + text_of(row(values, below))
    )


_SPECIAL: dict[str, Callable[[list[Expression]], Compute]] = {
    "ADDRESS": _address,
    "CELL": lambda _given: constant("G").compute,
    "CHOOSE": _choose,
    "IF": _if,
    "IFERROR": _if_error,
    "INDEX": _index,
    "ISERROR": _is_error,
    "ISNA": _is_error,
    "ISNUMBER": _is_number,
    "MATCH": _match,
    "SUBSTITUTE": _substitute,
    "VLOOKUP": _look_up,
}
"""Functions that do not compute all of what they are given, or that take cells."""
