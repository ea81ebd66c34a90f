"""How a number format shows an amount: in which unit, divided by what, and whether at all.

Sections, conditions and literals are those of ECMA-376, part 1, 18.8.31.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlsync.form.types.units import FOREIGN, unit_named, units_among

_LITERAL = re.compile(
    r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)[^\]]*\]|([元圆圓十百千万亿萬億¥￥$-]+)|_.|\*.'
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_BRACKET = re.compile(r"\[[^\]]*\]")
_PLAIN_FORMAT = re.compile(r"[#,]*0(?:\.[0#]+)?")
_POINT = "\x00"
"""Stands for a decimal point that a format only draws."""
_WORD = "\x01"
"""Stands for a literal text."""
_NO_TIME = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", re.IGNORECASE)
_SHOWS = re.compile(r"[0#?@]|General|G/通用格式|[ymdhs]", re.IGNORECASE)
"""What shows a number, if only as a time."""
_COMPARE = {
    "<": Decimal.__lt__,
    ">": Decimal.__gt__,
    "<=": Decimal.__le__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_POSITIVE, _NEGATIVE, _ZERO = range(3)


class ShownNumber(NamedTuple):
    """How a number format shows a number: divided by ``scale``, and with a unit behind it.

    ``oddity`` says what a person sees instead of the number: nothing, a text, another sign, a
    smaller number without a word of it.
    """

    scale: int = 1
    unit: str | None = None
    oddity: str = ""


class _Section(NamedTuple):
    condition: tuple[str, Decimal] | None
    shown: ShownNumber
    words: str
    has_digits: bool
    is_signed: bool


def shown_by_format(number_format: str, number: Decimal) -> ShownNumber:
    """How a format shows a number: ``0.00"万元"`` names a unit, ``0!.0,"万元"`` scales too."""
    sections = _sections(number_format)
    if not sections:
        return ShownNumber()
    index = _section(sections, number)
    section = sections[index]
    oddity = _oddity(section, index, number)
    return section.shown._replace(oddity=oddity) if oddity else section.shown


def _oddity(section: _Section, index: int, number: Decimal) -> str:
    """What a section shows that a number is not; a zero may look like nothing."""
    if number == 0:
        return ""
    if not section.has_digits:
        return f"只显示“{section.words}”" if section.words.strip() else "不显示"
    if section.condition is None and index == _NEGATIVE and number < 0 and not section.is_signed:
        return "不显示负号"
    if number > 0 and section.words.startswith("-"):
        return "显示为负数"
    scale, unit, _ = section.shown
    return f"缩小 {scale:,} 倍显示" if scale > 1 and unit is None else ""


def _section(sections: tuple[_Section, ...], number: Decimal) -> int:
    """The section of a format by which a number is shown."""
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
    if number_format in {"General", "@"} or _PLAIN_FORMAT.fullmatch(number_format):
        return ()
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    return tuple(map(_parsed, parts))


def _parsed(section: str) -> _Section:
    condition = _CONDITION.search(section)
    words: list[str] = []

    def literal(match: re.Match[str]) -> str:
        text = next((one for one in match.groups() if one), "")
        words.append(text)
        return _POINT if text == "." else _WORD

    drawn = _LITERAL.sub(literal, section)
    # Words with figures between them are no one word: 0"万"0000"元" shows 1万2345元.
    behind = iter(words)
    parts = re.split("[0#?]+", drawn)
    joined = ["".join(next(behind) for one in part if one in {_WORD, _POINT}) for part in parts]
    said = {
        unit
        for part in joined
        for one in units_among(part)
        if (unit := unit_named(one, is_size=True))
    }
    unit = (said.pop() if len(said) == 1 else FOREIGN) if said else None
    has_digits = _SHOWS.search(_NO_TIME.sub("", drawn)) is not None
    drawn = _BRACKET.sub("", drawn.replace(_WORD, ""))
    before, _, after = drawn.partition(".")
    divided = re.search(r"(?<=[0#?]),+(?=[^0#?,]*$)", after or before)
    places = sum(len(re.findall("[0#?]", one)) for one in before.split(_POINT)[1:])
    scale = 1000 ** (len(divided[0]) if divided else 0) * 10**places
    shown = "".join(words)
    bound = None
    if condition:
        bound = (condition[1], Decimal(condition[2]))
    is_signed = "-" in shown or "(" in drawn + shown
    return _Section(bound, ShownNumber(scale, unit), shown, has_digits, is_signed)
