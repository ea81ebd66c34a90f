"""What the functions of our own formulas give, as a spreadsheet has it.

Only what these formulas use is known. A value is a text, a number, a truth value or None, which is
an empty cell; an error is raised as :class:`FormulaError`.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from enum import Enum
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Value: TypeAlias = "str | float | bool | Fault | None"

Known: TypeAlias = Literal["text", "number", "truth", "any"]
"""What a part of a formula gives unless it fails; ``any`` may be nothing or an error as well."""

DAY_ZERO = dt.date(1899, 12, 30)
"""From which the serial numbers of days count, 1900-03-01 being 61 (ECMA-376 part 1, 18.17.4.1)."""

_BLANKS = re.compile(" +")
_FORMAT = re.compile(r"(?P<grouped>#,##)?0\.(?P<fixed>0+)(?P<optional>#*)(?P<percent>%?)")


class FormulaError(Exception):
    """What was asked has no value, such as the place of a text that was not found."""


class Fault(Enum):
    """The value of a cell whose formula has none."""

    ERROR = "#VALUE!"


def text_of(value: Value) -> str:
    """A value as a text.

    Raises:
        FormulaError: where it is an error.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fault):
        raise FormulaError
    # Office programs write small numbers out: a cent in 万元 is 0.000001.
    return str(int(value)) if value == int(value) else f"{Decimal(f'{value:.15g}'):f}"


def number_of(value: Value) -> float:
    """A value that is counted with.

    Raises:
        FormulaError: where it is a text or an error.
    """
    if value is None:
        return 0
    if isinstance(value, (str, Fault)):
        raise FormulaError
    return value


def truth_of(value: Value) -> bool:
    """A value as a condition.

    Raises:
        FormulaError: where it is a text or an error.
    """
    return number_of(value) != 0


def order_of(value: Value, other: Value) -> tuple[int, str | float]:
    """What a value is compared by with another: numbers come first, then texts, then truths.

    Raises:
        FormulaError: where it is an error.
    """
    if value is None:
        value = "" if isinstance(other, str) else 0
    if isinstance(value, str):
        return 1, value.lower()
    if isinstance(value, Fault):
        raise FormulaError
    return (2, value) if isinstance(value, bool) else (0, value)


def _trim(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" ")


def _find(part: str, text: str) -> Value:
    at = text.find(part)
    return at + 1 if at >= 0 else Fault.ERROR


def _search(part: str, text: str) -> Value:
    """Where a text begins in which a question mark is any character and an asterisk any number."""
    pieces = re.split(r"([?*])", part)
    any_of = {"?": ".", "*": ".*?"}
    wanted = "".join(any_of.get(piece) or re.escape(piece) for piece in pieces)
    found = re.search(wanted, text, re.DOTALL | re.IGNORECASE)
    return found.start() + 1 if found else Fault.ERROR


def _mid(text: str, start: float, count: float) -> str:
    begin = int(start) - 1
    return text[begin : begin + int(count)]


def _value(text: Value) -> Value:
    try:
        return Fault.ERROR if text is Fault.ERROR else float(text_of(text))
    except ValueError:
        return Fault.ERROR


def _rounded(number: float, places: float, rounding: str) -> float:
    if round(number, int(places)) == number:
        return +number  # of a truth value its number, 1 or 0
    exact = Decimal(f"{number:.15g}")
    return float(exact.quantize(Decimal(1).scaleb(-int(places)), rounding))


def _shown(value: float, number_format: str) -> str:
    """A number by a format with decimals; the ``#`` are shown where they say anything."""
    known = _FORMAT.fullmatch(number_format)
    if known is None:
        raise FormulaError
    fixed, optional = len(known["fixed"]), len(known["optional"])
    factor = 100 if known["percent"] else 1
    number = Decimal(f"{value * factor:.15g}")
    places = Decimal(1).scaleb(-fixed - optional)
    text = f"{number.quantize(places, ROUND_HALF_UP):{',' if known['grouped'] else ''}f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals[:fixed] + decimals[fixed:].rstrip("0")
    return f"{whole}.{decimals}{known['percent']}"


def _date(year: float, month: float, day: float) -> float:
    return (dt.date(int(year), int(month), int(day)) - DAY_ZERO).days


class ValueFunction(NamedTuple):
    """A function of single values: what it takes and gives, and whether it gives that always."""

    compute: Callable[..., Value]
    takes: Sequence[Known]
    gives: Known
    is_total: bool = True


FUNCTIONS = {
    "ABS": ValueFunction(abs, ["number"], "number"),
    "CHAR": ValueFunction(lambda code: chr(int(code)), ["number"], "text"),
    "DATE": ValueFunction(_date, ["number"] * 3, "number", is_total=False),
    "FIND": ValueFunction(_find, ["text", "text"], "any", is_total=False),
    "INT": ValueFunction(lambda number: number // 1, ["number"], "number"),
    "MID": ValueFunction(_mid, ["text", "number", "number"], "text"),
    "SEARCH": ValueFunction(_search, ["text", "text"], "any", is_total=False),
    "ROUND": ValueFunction(
        lambda number, places: _rounded(number, places, ROUND_HALF_UP), ["number"] * 2, "number"
    ),
    "ROUNDUP": ValueFunction(
        lambda number, places: _rounded(number, places, ROUND_UP), ["number"] * 2, "number"
    ),
    "TEXT": ValueFunction(_shown, ["number", "text"], "text", is_total=False),
    "TODAY": ValueFunction(lambda: 0, [], "number"),  # our formulas only wait for it
    "TRIM": ValueFunction(_trim, ["text"], "text"),
    "VALUE": ValueFunction(_value, ["any"], "any", is_total=False),
    "YEAR": ValueFunction(
        lambda day: (DAY_ZERO + dt.timedelta(days=int(day))).year,
        ["number"],
        "number",
        is_total=False,
    ),
}
"""Functions of single values."""


def _numbers(values: Iterable[Value]) -> list[float]:
    return [one for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]


def _told(values: list[Value]) -> list[Value]:
    """What ``AND`` and ``OR`` go by in cells: texts and empty ones say nothing."""
    told: list[Value] = [one for one in values if one is not None and not isinstance(one, str)]
    if Fault.ERROR in told:
        raise FormulaError
    return told


def _passed(values: list[Value]) -> list[float]:
    for one in values:
        if one is Fault.ERROR:
            raise FormulaError
    return _numbers(values)


OF_ALL: dict[str, tuple[Callable[[list[Value]], Value], Known]] = {
    "AND": (lambda values: all(_told(values)), "truth"),
    "OR": (lambda values: any(_told(values)), "truth"),
    "COUNT": (lambda values: len(_numbers(values)), "number"),
    "COUNTA": (lambda values: sum(one is not None for one in values), "number"),
    "MAX": (lambda values: max(_passed(values), default=0), "number"),
    "SUM": (lambda values: sum(_passed(values)), "number"),
}
"""Functions of all values of some cells and areas, errors among them, and what they give."""
