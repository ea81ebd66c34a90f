"""Indicator values written in one piece: ``≥85.00(%)`` is ≥, 85.00 and %.

On paper and in extracts the operator, the value and the unit of an indicator stand in one cell.
A text that is no number (``达标``, ``12-15天``, ``2023年6月底前``) is a value as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types.width import narrow, unmarked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_OPERATORS = {
    "=": "=",
    "==": "=",
    "≥": "≥",
    ">=": "≥",
    "=>": "≥",
    "≧": "≥",
    "⩾": "≥",
    "≤": "≤",
    "<=": "≤",
    "=<": "≤",
    "≦": "≤",
    "⩽": "≤",
    ">": ">",
    "<": "<",
}
_SPELLINGS = "|".join(re.escape(spelling) for spelling in sorted(_OPERATORS, key=len, reverse=True))
_NUMBER = r"[-+]?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_INVISIBLE = re.compile(r"[\u200b-\u200d\u2060\ufeff]")
_UNIT = r"(?:\((?P<bracketed>[^()\d]{1,12})\)|(?P<bare>[^()\d\s]{1,12}))?"
_AMOUNT = rf"(?P<value>{_NUMBER})\s*{_UNIT}"
_WHOLE = re.compile(rf"(?P<operator>{_SPELLINGS})?\s*{_AMOUNT}")
_OPERATOR_FIRST = re.compile(rf"(?P<operator>{_SPELLINGS})\s*(?P<value>\S.*)", re.DOTALL)
_FRACTION = re.compile(r"[¼-¾⅐-⅞]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


class Quantity(NamedTuple):
    """An indicator value in its three parts; the value as written."""

    operator: str | None
    value: str
    unit: str | None


def parse_quantity(
    text: str, units: Collection[str] = (), words: Mapping[str, str] | None = None
) -> Quantity:
    """Split an indicator value.

    A unit is what stands in brackets, or one of ``units`` (or ``%`` and its kin) behind the
    number; anything else is kept whole, because ``2023年`` may be a day and not an amount.
    ``words`` lead from other spellings (``不低于``) to operators; they count before a number only.
    """
    folded = _INVISIBLE.sub("", unmarked(text)).strip()
    if words and folded.startswith(tuple(words)):
        word = next(one for one in sorted(words, key=len)[::-1] if folded.startswith(one))
        rest = parse_quantity(folded.removeprefix(word), units)
        if rest.operator is None and re.fullmatch(_NUMBER, rest.value):
            return rest._replace(operator=words[word])
    match = _WHOLE.fullmatch(folded)
    if match is None or not _is_unit(match["value"], match["bare"], units):
        whole = text.strip()
        lead = _OPERATOR_FIRST.fullmatch(narrow(whole))
        if lead is None:
            return Quantity(None, whole, None)
        return Quantity(_OPERATORS[lead["operator"]], whole[lead.start("value") :], None)
    operator = _OPERATORS[match["operator"]] if match["operator"] else None
    unit = match["bracketed"] or match["bare"]
    return Quantity(operator, match["value"], unit.strip() if unit else None)


def is_fraction(text: str) -> bool:
    """Whether a text holds a sign such as ``½``, which programs make of a typed ``1/2``."""
    return _FRACTION.search(text) is not None


def _is_unit(value: str, bare: str | None, units: Collection[str]) -> bool:
    if bare is None:
        return True
    return bare in {"%", "‰"} or (bare in units and not _YEAR.fullmatch(value))


def render_quantity(operator: str | None, value: str | None, unit: str | None) -> str:
    """Write the three parts as on paper: ``≥85.00(%)``, ``0起``, ``达标``."""
    if unit is None:
        return f"{operator or ''}{value or ''}"
    shown_unit = f"({unit})" if operator is not None or "%" in unit else unit
    return f"{operator or ''}{value or ''}{shown_unit}"
