"""The functions of our own formulas, put to what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import column_letters
from xlsync.workbook.formula_expressions import Expression, constant, sound
from xlsync.workbook.formula_values import (
    FUNCTIONS,
    OF_ALL,
    Fault,
    FormulaError,
    number_of,
    text_of,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlsync.workbook.formula_expressions import CellReference, Compute
    from xlsync.workbook.formula_values import Value


def called(name: str, given: list[Expression]) -> Expression:
    """A function of what it is given."""
    return Expression(_called(name, given), call=name, given=given)


def _called(name: str, given: list[Expression]) -> Compute:
    if name in _SPECIAL:
        return _SPECIAL[name](given)
    if name in OF_ALL:
        return _of_all(name, given)
    function = FUNCTIONS[name]
    computes = [one.compute for one in given]
    if len(computes) == 1:
        (only,) = computes
        return lambda values, below: function(sound(only(values, below)))
    return lambda values, below: function(*[sound(one(values, below)) for one in computes])


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


def _all_or_any(given: list[Expression], *, decides: bool) -> Compute:
    """Whether any condition is what ``decides``; texts in cells say nothing."""
    conditions = [one.compute for one in given]
    if any(one.cells is not None for one in given):
        return _of_all("OR" if decides else "AND", given)

    def compute(values: list[Value], below: int) -> Value:
        found = not decides
        for condition in conditions:
            value = condition(values, below)
            if (value if isinstance(value, bool) else truth_of(value)) is decides:
                found = decides  # an error further on is one all the same
        return found

    return compute


def _length(given: list[Expression]) -> Compute:
    (text,) = (one.compute for one in given)

    def compute(values: list[Value], below: int) -> Value:
        value = text(values, below)
        return len(value) if isinstance(value, str) else len(text_of(value))

    return compute


def _if(given: list[Expression]) -> Compute:
    condition, then = given[0].compute, given[1].compute
    otherwise = given[2].compute if given[2:] else constant(value=False).compute

    def compute(values: list[Value], below: int) -> Value:
        value = condition(values, below)
        if value if isinstance(value, bool) else truth_of(value):
            return then(values, below)
        return otherwise(values, below)

    return compute


def _if_error(given: list[Expression]) -> Compute:
    inner, other = given
    if inner.call == "IF" and other.fixed is not None and inner.given[-1].fixed == other.fixed:
        return _fired(inner.given, other.fixed)
    first, otherwise = inner.compute, other.compute

    def compute(values: list[Value], below: int) -> Value:
        try:
            return sound(first(values, below))
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
                if value is False:
                    return otherwise
                if value is True or (is_cell and (value is None or isinstance(value, str))):
                    continue
                if not truth_of(value):
                    return otherwise
            return sound(then(values, below))
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
        return lambda values, below: whole(*[sound(one(values, below)) for one in others])
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
    first, text = cells.columns[0], text_of(wanted)
    below = first + cells.area.bottom - cells.area.top + 1
    if cells.is_stated:
        try:
            return values.index(text, first, below) - first
        except ValueError:
            raise FormulaError from None
    text = text.lower()
    for at, value in enumerate(values[first:below]):
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
    "AND": lambda given: _all_or_any(given, decides=False),
    "CELL": lambda _given: constant("G").compute,
    "CHOOSE": _choose,
    "IF": _if,
    "IFERROR": _if_error,
    "INDEX": _index,
    "ISERROR": _is_error,
    "ISNA": _is_error,
    "ISNUMBER": _is_number,
    "LEN": _length,
    "MATCH": _match,
    "OR": lambda given: _all_or_any(given, decides=True),
    "SUBSTITUTE": _substitute,
    "VLOOKUP": _look_up,
}
"""Functions that do not compute all of what they are given, or that take cells."""
