"""Expressions of our own formulas made into functions, and what these expressions use by name.

The source of such a function is put together by :mod:`xlsync.workbook.formula_expressions` and
:mod:`xlsync.workbook.formula_calls` alone, from formulas that the program itself writes: names of
this module, numbers, and texts as literals. No formula of a workbook that came back gets here.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeAlias

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
    from collections.abc import Callable, Sequence

    from xlsync.workbook.formula_values import Value

Compute: TypeAlias = "Callable[[list[Value], int], Value]"
"""The value of an expression, from those of all cells, so many rows below the formula's own."""

_NUMBERS = frozenset({int, float})


def compiled(sources: Sequence[str]) -> list[Compute]:
    """The functions of some expressions.

    Raises:
        FormulaError: from a function, where its value is an error.
    """
    text = "\n".join(f"lambda v, b: {one}," for one in sources)
    made: list[Compute] = eval(f"[{text}]", dict(_NAMES))  # noqa: S307 - see above
    return made


def _caught(compute: Callable[[], Value]) -> Value:
    """A value, or the error instead of it."""
    try:
        return compute()
    except FormulaError:
        return Fault.ERROR


def _if_error(compute: Callable[[], Value], otherwise: Value) -> Value:
    try:
        value = compute()
    except FormulaError:
        return otherwise
    return otherwise if value is Fault.ERROR else value


def _if_error_compute(compute: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
    value = _caught(compute)
    return otherwise() if value is Fault.ERROR else value


def _agrees(value: Value) -> bool:
    """Whether a cell among conditions lets them hold; a text says nothing."""
    return value is not Fault.ERROR and (value is None or isinstance(value, str) or bool(value))


def _divided(number: float, other: float) -> float:
    if other == 0:
        raise FormulaError
    return number / other


def _place_stated(values: list[Value], text: str, first: int, end: int) -> Value:
    """In which row of a column a text stands, letter by letter."""
    try:
        return values.index(text, first, end) - first + 1
    except ValueError:
        return Fault.ERROR


def _place_of(values: list[Value], text: str, first: int, end: int) -> Value:
    """In which row of a column a text stands, in large or small letters."""
    part = [one.lower() if isinstance(one, str) else None for one in values[first:end]]
    text = text.lower()
    return part.index(text) + 1 if text in part else Fault.ERROR


def _beside(values: list[Value], row: Value, before: int) -> Value:
    """The value of a row in a column that begins behind an index, if there is such a row."""
    return values[before + row] if isinstance(row, int) else Fault.ERROR


def _comparison(holds: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compare(one: Value, other: Value) -> bool:
        if type(one) in _NUMBERS and type(other) in _NUMBERS:
            return holds(one, other)
        return holds(order_of(one, other), order_of(other, one))

    return compare


_NAMES: dict[str, Any] = {
    "__builtins__": {"all": all, "int": int, "len": len, "map": map, "type": type},
    "ERROR": Fault.ERROR,
    "NUMBERS": _NUMBERS,
    "EQUAL": _comparison(operator.eq),
    "UNEQUAL": _comparison(operator.ne),
    "LESS": _comparison(operator.lt),
    "MORE": _comparison(operator.gt),
    "UP_TO": _comparison(operator.le),
    "FROM": _comparison(operator.ge),
    "agrees": _agrees,
    "beside": _beside,
    "caught": _caught,
    "divided": _divided,
    "if_error": _if_error,
    "if_error_compute": _if_error_compute,
    "number_of": number_of,
    "place_of": _place_of,
    "place_stated": _place_stated,
    "power": operator.pow,
    "text_of": text_of,
    "truth_of": truth_of,
    **{name: one.compute for name, one in FUNCTIONS.items()},
    **{name: compute for name, (compute, _) in OF_ALL.items()},
}
"""All names that an expression can use; the built-in functions of Python are five of them."""
