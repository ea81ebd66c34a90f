"""The functions of our own formulas as Python expressions, put to what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import column_letters
from xlsync.workbook.formula_expressions import Expression, constant
from xlsync.workbook.formula_values import FUNCTIONS, OF_ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlsync.workbook.formula_expressions import CellReference
    from xlsync.workbook.formula_values import Known


def called(name: str, given: list[Expression]) -> Expression:
    """A function of what it is given."""
    if name in _SPECIAL:
        return _SPECIAL[name](given)._replace(call=name, given=given)
    if name in OF_ALL:
        return _of_all(name, given)
    function = FUNCTIONS[name]
    if all(one.fixed is not None for one in given):
        value = function.compute(*(one.fixed for one in given))
        if isinstance(value, (str, int, float)):
            return constant(value)
    takes = [*zip(given, function.takes, strict=True)]
    source = f"{name}({', '.join(one.given_as(kind) for one, kind in takes)})"
    is_sure = function.is_total and all(one.is_always(kind) for one, kind in takes)
    return Expression(source, function.gives, is_sure, call=name, given=given)


def _of_all(name: str, given: Sequence[Expression]) -> Expression:
    """A function of all values of some cells; those that count cells take errors for values."""
    _, known = OF_ALL[name]
    is_lenient = name in {"COUNT", "COUNTA"}
    items = (
        one.cells.each() if one.cells else _caught(one) if is_lenient else one.source
        for one in given
    )
    is_sure = is_lenient or all(one.is_sure for one in given)
    return Expression(f"{name}([{', '.join(items)}])", known, is_sure)


def _caught(value: Expression) -> str:
    return value.source if value.is_sure or value.cells else f"caught(lambda: {value.source})"


def _all_or_any(name: str, given: list[Expression]) -> Expression:
    """Whether all or any conditions hold. Texts in cells say nothing."""
    if any(one.cells is not None and one.known != "truth" for one in given):
        return _of_all(name, given)
    each, one_by_one = (" & ", " and ") if name == "AND" else (" | ", " or ")
    # An error in a condition is one whatever the others say, so all that may fail are computed.
    conditions = [each.join(one.truth for one in given if not one.is_condition)]
    conditions += [one.truth for one in given if one.is_condition]
    is_sure = all(one.is_condition for one in given)
    return Expression(f"({one_by_one.join(filter(None, conditions))})", "truth", is_sure)


def _not(given: list[Expression]) -> Expression:
    (condition,) = given
    if isinstance(condition.fixed, bool):
        return constant(not condition.fixed)
    return Expression(f"(not {condition.truth})", "truth", condition.is_condition)


def _if(given: list[Expression]) -> Expression:
    condition, then = given[:2]
    otherwise = given[2] if given[2:] else constant(value=False)
    if isinstance(condition.fixed, bool):
        return then if condition.fixed else otherwise
    known: Known = then.known if then.known == otherwise.known else "any"
    is_sure = condition.is_condition and then.is_sure and otherwise.is_sure
    source = f"({then.source} if {condition.truth} else {otherwise.source})"
    return Expression(source, known, is_sure)


def _if_error(given: list[Expression]) -> Expression:
    inner, other = given
    if inner.is_sure:
        return inner
    known: Known = inner.known if inner.known == other.known else "any"
    if inner.call == "IF" and inner.given[2:] and inner.given[2].fixed == other.fixed is not None:
        return _fired(*inner.given)._replace(known=known)
    if other.is_sure:
        return Expression(f"if_error(lambda: {inner.source}, {other.source})", known, is_sure=True)
    source = f"if_error_compute(lambda: {inner.source}, lambda: {other.source})"
    return Expression(source, known)


def _fired(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    """``IFERROR(IF(AND(…),…,x),x)``, the form of all checks.

    Since an error comes to the same as a condition that does not hold, the first one that does not
    hold decides, and those that cannot fail come first.
    """
    conditions = [one for one in _conditions(condition) if one.fixed is not True]
    if any(one.fixed is False for one in conditions):
        return otherwise
    sure = " and ".join(one.truth for one in conditions if one.is_condition)
    unsure = " and ".join(one.truth for one in conditions if not one.is_condition)
    source = f"{then.source} if {unsure} else {otherwise.source}" if unsure else then.source
    if unsure or not then.is_sure:
        source = f"if_error(lambda: {source}, {otherwise.source})"
    if sure:
        source = f"({source} if {sure} else {otherwise.source})"
    return Expression(source, is_sure=True)


def _conditions(condition: Expression) -> Iterator[Expression]:
    if condition.call != "AND":
        yield condition
        return
    for one in condition.given:
        if one.cells is not None and one.known != "truth":
            yield Expression(f"all(map(agrees, [{one.cells.each()}]))", "truth", is_sure=True)
        else:
            yield from _conditions(one)


def _is_number(given: list[Expression]) -> Expression:
    (value,) = given
    if value.call == "FIND":
        return _is_found(value)
    return Expression(f"(type({_caught(value)}) in NUMBERS)", "truth", is_sure=True)


def _is_error(given: list[Expression]) -> Expression:
    (value,) = given
    if value.is_sure:
        return constant(value=False)
    if value.call == "FIND":
        return _not([_is_found(value)])
    return Expression(f"({_caught(value)} is ERROR)", "truth", is_sure=True)


def _is_found(value: Expression) -> Expression:
    part, text = value.given
    source = f"({part.text} in {text.text})"
    if not (part.is_sure and text.is_sure):
        source = f"if_error(lambda: {source}, False)"
    return Expression(source, "truth", is_sure=True)


def _choose(given: list[Expression]) -> Expression:
    which, *choices = given
    each = ", ".join(f"lambda: {one.source}" for one in choices)
    return Expression(f"({each},)[int({which.number}) - 1]()")


def _index(given: list[Expression]) -> Expression:
    first = _area(given[0]).columns[0]
    return Expression(f"v[{first - 1} + int({given[1].number})]")


def _match(given: list[Expression]) -> Expression:
    wanted, cells = given[0].text, _area(given[1])
    rows = f"{cells.columns[0]}, {cells.columns[0] + cells.area.bottom - cells.area.top + 1}"
    # What the manifest says stands there letter by letter, which is found much faster.
    search = "place_stated" if cells.is_stated else "place_of"
    return Expression(f"{search}(v, {wanted}, {rows})")


def _look_up(given: list[Expression]) -> Expression:
    columns = _area(given[1]).columns
    before = columns[int(given[2].fixed or 0) - 1] - 1
    return Expression(f"beside(v, {_match(given).source}, {before})")


def _area(given: Expression) -> CellReference:
    if given.cells is None or given.cells.moves:
        raise TypeError
    return given.cells


def _address(given: list[Expression]) -> Expression:
    row, column = given[:2]
    letters = column_letters(int(column.fixed or 0))
    return Expression(f"({letters!r} + {row.text})", "text", row.is_sure)


def _length(given: list[Expression]) -> Expression:
    return Expression(f"len({given[0].text})", "number", given[0].is_sure)


def _begin(given: list[Expression]) -> Expression:
    return _piece("[:{}]", given)


def _end(given: list[Expression]) -> Expression:
    return _piece("[-{}:]", given)


def _piece(cut: str, given: list[Expression]) -> Expression:
    text, count = given
    number = count.source if isinstance(count.fixed, int) else f"int({count.number})"
    is_sure = text.is_sure and count.is_condition
    return Expression(text.text + cut.format(number), "text", is_sure)


def _substitute(given: list[Expression]) -> Expression:
    text, old, new = given
    is_sure = all(one.is_sure for one in given)
    return Expression(f"{text.text}.replace({old.text}, {new.text})", "text", is_sure)


def _upper(given: list[Expression]) -> Expression:
    return Expression(f"{given[0].text}.upper()", "text", given[0].is_sure)


_SPECIAL: dict[str, Callable[[list[Expression]], Expression]] = {
    "ADDRESS": _address,
    "AND": lambda given: _all_or_any("AND", given),
    "CELL": lambda _given: constant("G"),
    "CHOOSE": _choose,
    "HYPERLINK": lambda given: Expression(f"({given[0].text}, {given[1].text})[1]", "text"),
    "IF": _if,
    "IFERROR": _if_error,
    "INDEX": _index,
    "ISERROR": _is_error,
    "ISNA": _is_error,
    "ISNUMBER": _is_number,
    "LEFT": _begin,
    "LEN": _length,
    "MATCH": _match,
    "NOT": _not,
    "OR": lambda given: _all_or_any("OR", given),
    "RIGHT": _end,
    "SUBSTITUTE": _substitute,
    "UPPER": _upper,
    "VLOOKUP": _look_up,
}
"""Functions that do not compute all of what they are given, or that Python has as well."""
