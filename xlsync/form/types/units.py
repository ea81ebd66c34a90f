"""Units of amounts: what a heading, a line, a text or a number format says, and what it is worth.

Amounts are kept in 元. A form, a sheet or a cell may count in 千元, 万元 or 亿元; what says so is
found here, for forms, rosters and drafts alike. Nothing here chooses between two statements.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types.texts import LONGEST_LABEL, comparable

if TYPE_CHECKING:
    from collections.abc import Iterable

YUAN = "元"

UNITS = {
    YUAN: 1,
    "千元": 1_000,
    "万元": 10_000,
    "百万元": 1_000_000,
    "千万元": 10_000_000,
    "亿元": 100_000_000,
}
"""What one of each unit is worth in 元."""

FOREIGN = "其他单位"
"""Stands for a currency or a unit that nothing here can convert, such as 美元 or 百元."""

_LARGE = "[十百千万]?[万亿]|[十百千]"
_CURRENCY = "人民币|RMB|CNY|¥"
_FOREIGN = "美元|港元|港币|欧元|日元|英镑|澳元|加元|新元|韩元"
_NAME = rf"(?:{_LARGE})?(?:{_FOREIGN}|[元圆])"
_SAID = rf"(?:{_CURRENCY})?:?(?P<unit>{_NAME})(?:人民币)?"
_UNIT_IS = r"单位(?:均?为|统一为|是)?:?"
_OPENING, _CLOSING = "[(\\[【〔<《]", "[)\\]】〕>》]"
_REST = r"(?:[,、;。/]|保留|精确|小数)[^()]{0,20}"
_BRACKETED = re.compile(
    rf"{_OPENING}(?:[^()]{{0,8}}{_UNIT_IS})?{_SAID}(?:{_REST})?{_CLOSING}", re.IGNORECASE
)
_LINE = re.compile(
    rf"(?:金额|货币|资金|计量|计价|数据|预算)?{_UNIT_IS}{_SAID}(?![^\W\d_]|/)", re.IGNORECASE
)
_COUNTED_IN = re.compile(rf"以{_SAID}(?:为(?:计量)?单位|计(?![^\W\d_]))", re.IGNORECASE)
_BEHIND = re.compile(rf"(?<=[^\d几数余十百千万亿/])[/:_-]?{_SAID}$", re.IGNORECASE)
_SLASHED = re.compile(rf"/{_SAID}$", re.IGNORECASE)
_ALONE = re.compile(rf"{_OPENING}?(?:{_UNIT_IS})?{_SAID}{_CLOSING}?", re.IGNORECASE)
_IN_LABEL = (_BRACKETED, _LINE, _COUNTED_IN, _SLASHED)
_LONGEST = 60
"""Characters of a text that may be a heading; a longer one tells a story."""

AMOUNT = re.compile(
    rf"(?:{_CURRENCY})?(?P<number>[-0-9.,]+)"
    rf"\(?(?P<unit>(?:{_LARGE})?(?:{_FOREIGN})|(?:{_LARGE})?[元圆]|{_LARGE})?\)?整?(?:人民币)?",
    re.IGNORECASE,
)
"""A typed amount without blanks: its number, and its unit where it says one."""

_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)[^\]]*\]|([元圆十百千万亿]+)|_.|\*.')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_BRACKET = re.compile(r"\[[^\]]*\]")
_WORDS = re.compile(rf"(?:{_LARGE})?(?:{_FOREIGN}|[元圆])|{_LARGE}")
_POINT = "\x00"
"""Stands for a decimal point that a format only draws."""
_COMPARE = {
    "<": Decimal.__lt__,
    ">": Decimal.__gt__,
    "<=": Decimal.__le__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_POSITIVE, _NEGATIVE, _ZERO = range(3)


class Said(NamedTuple):
    """What a heading or a line says: a unit, and the text without it."""

    unit: str
    label: str


class ShownNumber(NamedTuple):
    """How a number format shows a number: divided by ``scale``, and with a unit behind it."""

    scale: int = 1
    unit: str | None = None


def unit_named(word: str) -> str:
    """The unit that a word is, such as ``万`` or ``人民币万元``; :data:`FOREIGN` for others."""
    if re.search(_FOREIGN, word):
        return FOREIGN
    name = f"{re.sub('[元圆]', '', word)}元"
    return name if name in UNITS else FOREIGN


def said_unit(text: str) -> Said | None:
    """The unit that a heading, a label or a line states, or None where it states none.

    ``项目资金（万元）``, ``单位：万元``, ``金额单位：人民币万元``, ``预算数/万元``, ``万元``.
    A text that states two different ones says :data:`FOREIGN`, which nothing can convert.
    """
    if len(text) > LONGEST_LABEL:
        return None
    key = comparable(text)
    return _said(key) if len(key) <= _LONGEST and re.search("[元圆镑币]", key) else None


@lru_cache(maxsize=1024)
def _said(key: str) -> Said | None:
    if match := _ALONE.fullmatch(key):
        return Said(unit_named(match["unit"]), "")
    found: set[str] = set()
    label = key
    for pattern in _IN_LABEL:
        found |= {unit_named(match["unit"]) for match in pattern.finditer(label)}
        label = pattern.sub("", label)
    if not found:
        return None
    return Said(found.pop() if len(found) == 1 else FOREIGN, label)


def said_by_label(text: str) -> Said | None:
    """The same of a text that is known to be a label: ``资金总额万元`` says its unit as well."""
    if (said := said_unit(text)) is not None:
        return said
    key = comparable(text)
    match = _BEHIND.search(key) if len(key) <= _LONGEST else None
    return Said(unit_named(match["unit"]), key[: match.start()]) if match else None


def shown_by_format(number_format: str, number: Decimal) -> ShownNumber:
    """How a format shows a number: ``0.00"万元"`` names a unit, ``0!.0,"万元"`` scales too."""
    sections = _sections(number_format)
    if not sections:
        return ShownNumber()
    return sections[_section(sections, number)].shown


class _Section(NamedTuple):
    condition: tuple[str, Decimal] | None
    shown: ShownNumber


def _section(sections: tuple[_Section, ...], number: Decimal) -> int:
    """The section of a format by which a number is shown (ECMA-376 18.8.31)."""
    if any(one.condition for one in sections):
        for index, one in enumerate(sections):
            if one.condition and _COMPARE[one.condition[0]](number, one.condition[1]):
                return index
        plain = [index for index, one in enumerate(sections) if not one.condition]
        return plain[0] if plain else len(sections) - 1
    index = _NEGATIVE if number < 0 else _ZERO if number == 0 else _POSITIVE
    return index if index < len(sections) else _POSITIVE


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[_Section, ...]:
    if number_format == "General" or not re.search(r"[元圆十百千万亿,!\\\"]", number_format):
        return ()
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    return tuple(map(_parsed, parts))


def _parsed(section: str) -> _Section:
    condition = _CONDITION.search(section)
    words: list[str] = []

    def literal(match: re.Match[str]) -> str:
        text = next((one for one in match.groups() if one), "")
        words.append(text)
        return _POINT if text == "." else ""

    drawn = _BRACKET.sub("", _LITERAL.sub(literal, section))
    before, _, after = drawn.partition(".")
    divided = re.search(r"(?<=[0#?]),+(?=[^0#?,]*$)", after or before)
    places = sum(len(re.findall("[0#?]", one)) for one in before.split(_POINT)[1:])
    scale = 1000 ** (len(divided[0]) if divided else 0) * 10**places
    said = {unit_named(one) for one in _WORDS.findall("".join(words))}
    unit = (said.pop() if len(said) == 1 else FOREIGN) if said else None
    bound = None
    if condition:
        bound = (condition[1], Decimal(condition[2]))
    return _Section(bound, ShownNumber(scale, unit))


def stated_unit(default: str, statements: Iterable[str]) -> str | None:
    """The unit that all statements agree on, the default where there are none, else None."""
    said = set(statements)
    if not said:
        return default
    unit = said.pop()
    return None if said or unit not in UNITS else unit


def in_unit(amount: Decimal, unit: str) -> Decimal:
    """An amount in 元 as so many of a unit, exactly."""
    return amount / UNITS[unit]


def told(amount: Decimal, unit: str = YUAN) -> str:
    """An amount in 元 as a message tells it in a unit: ``12,800.50 万元``, no digit lost."""
    number = f"{in_unit(amount, unit).normalize():,f}"
    whole, _, places = number.partition(".")
    return f"{whole}.{places:0<2} {unit}"
