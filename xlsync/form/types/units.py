"""Units of amounts: what a heading, a line or a typed amount says, and what it is worth.

Amounts are kept in 元. A form, a sheet or a cell may count in 千元, 万元 or 亿元, in any spelling:
萬圓, 10,000元, RMB'0000. What says so is found here, for forms, rosters and drafts alike. Nothing
here chooses between two statements.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types.texts import LONGEST_LABEL, comparable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

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

_NAMES = {len(str(worth)) - 1: name for name, worth in UNITS.items()}
_ZEROS = dict(十=1, 百=2, 千=3, k=3, 万=4, w=4, 亿=8) | dict(  # noqa: C408 - words, not a table
    ten=1, hundred=2, thousand=3, million=6, billion=9
)
"""Zeros that each word of size stands for."""

# Sign for sign, so that a match stands at the same place of the text as it was written.
_PLAIN = str.maketrans("萬億圓圆單幣臺仟佰拾壹", "万亿元元单币台千百十一") | {
    code: code + 32 for code in range(ord("A"), ord("Z") + 1)
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")

_CURRENCY = "人民币|rmb|cny|¥"
_ABROAD = (
    r"美元|美金|us\$|usd|港元|港币|hk\$|hkd|新?台币|nt\$|ntd|twd|\$|欧元|eur|日元|jpy|英镑|gbp"
    "|澳元|加元|新元|韩元|卢布|泰铢|[€£₩฿]"
)
_BASE = "元|yuan"
_SIZE = f"[{''.join(one for one in _ZEROS if len(one) == 1)}]|" + "|".join(
    one for one in _ZEROS if len(one) > 1
)
_COUNT = r"[×x*]?10\^[0-9]|[×x*]?(?<![0-9.,])1(?:0|,0(?=00))*(?![0-9.,])|'0{2,}|一"
_WORDS = rf"(?:{_CURRENCY}|{_ABROAD}|{_BASE}|{_SIZE})"
_ONE = rf"(?:{_COUNT}|{_WORDS})+"
_COUNTLESS = rf"(?:[×x*]10\^[0-9]|[×x*]10[0,]*|'0{{2,}}|{_WORDS})+"
_REMARK = rf"(?:[(](?:{_CURRENCY})[)])?"
_AND = "[/、,或和及与]"
_TOKEN = re.compile(
    rf"(?P<count>{_COUNT})|(?P<currency>{_CURRENCY})|(?P<abroad>{_ABROAD})|(?P<base>{_BASE})"
    rf"|(?P<size>{_SIZE})"
)

_IS = r"(?:单位|units?)(?:均?为|统一为|均以|是|均)?:?(?:均为|统一为)?"
_OPENING, _CLOSING = "[(\\[【〔<《{]", "[)\\]】〕>》}]"
_REST = r"(?:[,、;。/]|保留|精确|小数)[^()]{0,20}"
_MONEY = "资金|金额|经费|预算|拨款|投资|投入|支出|收入|费用|合计|总计|小计|[数额费款]"
_NO_UNIT = "(?<![过超达足满于几数余每第])"
_ENDS = r"(?![^\W\d_]|/)"
_BRACKETED = re.compile(
    rf"{_OPENING}(?:[^()]{{0,8}}?{_IS}(?P<size>{_ONE}(?:{_AND}{_ONE})*)"
    rf"|[^()0-9]{{0,6}}?{_NO_UNIT}(?P<plain>{_COUNTLESS}(?:{_AND}{_COUNTLESS})*))"
    rf"{_REMARK}(?:{_REST})?{_CLOSING}"
)
_SIZE_BRACKETED = re.compile(rf"(?:{_MONEY}){_OPENING}(?P<size>{_COUNTLESS}){_CLOSING}")
_COUNTED = re.compile(rf"{_OPENING}(?P<unit>{_ONE}){_CLOSING}")
_LINE = re.compile(
    rf"(?:(?<![^\W\d_])(?:金额|货币|资金|计量|计价|数据|预算))?{_IS}(?:人民币[,、;(])?"
    rf"[(]?(?P<size>{_ONE}(?:{_AND}{_ONE})*)[)]?{_REMARK}{_ENDS}"
)
_COUNTED_IN = re.compile(
    rf"[以按用](?P<unit>{_ONE})(?:为(?:计[量价])?单位|计(?![^\W\d_])|(?:计算|填[列报写]|列示|反映|表示))"
)
_BEHIND = re.compile(rf"(?<=[^\d几数余十百千万亿/])[/:,_-]?(?P<unit>{_COUNTLESS})$")
_SLASHED = re.compile(rf"[/](?P<unit>{_ONE})$")
_ALONE = re.compile(rf"{_OPENING}?(?:{_IS})?(?P<unit>{_COUNTLESS}){_CLOSING}?")
_SET_APART = re.compile(rf"(?:{_MONEY})\s+(?P<unit>{_COUNTLESS})\s*$")
_IN_TEXT = (_BRACKETED, _SIZE_BRACKETED, _LINE, _COUNTED_IN, _SLASHED)
_IN_LABEL = (*_IN_TEXT, _COUNTED, _BEHIND)
_IN_STORY = (re.compile(f"(?:金额|货币|计价|资金)(?={_IS}){_LINE.pattern}"), _COUNTED_IN)
_ORDINALS = {"十", "百", "一"}
"""What counts texts as well, such as 专项资金（十）."""
_MAY_SAY = re.compile(
    "[元圓圆镑币幣¥$万萬亿億千仟]|[rR][mM][bB]|[cC][nN][yY]|[yY][uU][aA][nN]|[单單]位|[(（][wkWK]"
)
_OF_ALL = re.compile("单位|unit|[以按用].*(?:计|填|列|反映|表示)")
_IN_BRACKETS = re.compile(f"{_OPENING}[^()]*{_CLOSING}")
_SAYS_NO_MORE = re.compile(
    r"(?:[,;。、:()-]|币种|单位|人民币|rmb|(?:本表|此表|[表以][中内下])(?:金额|资金|数据)?|注|说明|(?:精确|保留)[^,;。]{1,10})*"
)
_LONGEST = 60
"""Characters of a text that may be a heading; a longer one tells a story."""

_AMOUNT = re.compile(
    rf"(?:{_CURRENCY})*(?P<number>[-0-9.,]+)[(]?(?P<unit>{_WORDS}+)?[)]?整?(?:{_CURRENCY})?"
)


class Said(NamedTuple):
    """What a heading or a line says: a unit, and the text without it."""

    unit: str
    label: str


def _plain(text: str) -> str:
    """The text in the one spelling in which units are looked for, sign for sign."""
    return text.translate(_PLAIN)


def unit_named(word: str, *, is_size: bool = False) -> str | None:
    """The unit that a word is, such as ``万元`` or ``人民币10,000元``; :data:`FOREIGN` for others.

    None for what is no unit: a currency alone, and a size alone unless ``is_size``.
    """
    tokens = list(_TOKEN.finditer(_plain(word)))
    kinds = [one.lastgroup for one in tokens]
    if "abroad" in kinds:
        return FOREIGN
    zeros = [_zeros(one[0]) for one in tokens if one.lastgroup in {"count", "size"}]
    if kinds.count("base") > 1:
        return FOREIGN
    if "base" not in kinds and not (zeros and (is_size or "currency" in kinds)):
        return None
    return _NAMES.get(sum(zeros), FOREIGN)


def units_among(text: str) -> list[str]:
    """The words of units in a text, such as those that a number format sets behind a number."""
    return re.findall(f"(?<![a-z])(?:{_WORDS})+(?![a-z])", _plain(text))


def _zeros(word: str) -> int:
    _, power, exponent = word.partition("^")
    return int(exponent) if power else _ZEROS.get(word, word.count("0"))


def said_unit(text: str) -> Said | None:
    """The unit that a heading, a label or a line states, or None where it states none.

    ``项目资金（万元）``, ``单位：万元``, ``金额单位：人民币万元``, ``预算数/万元``, ``万元``.
    A text that states two different ones says :data:`FOREIGN`, which nothing can convert.
    """
    return _said(text, is_label=False) if may_say_unit(text) else None


def said_by_label(text: str) -> Said | None:
    """The same of a text that is known to be a label: ``资金总额万元`` says its unit as well."""
    return _said(text, is_label=True) if may_say_unit(text) else None


def is_said_of_all(text: str) -> bool:
    """Whether a text that states a unit speaks of the whole sheet, as a line does, no heading."""
    whole = _plain(comparable(text))
    outside = _IN_BRACKETS.sub("", whole)
    return _OF_ALL.search(outside or whole) is not None


def may_say_unit(text: str) -> bool:
    """Whether a text holds any sign of a unit; one that does not states none."""
    return len(text) <= LONGEST_LABEL and _MAY_SAY.search(text) is not None


@lru_cache(maxsize=2048)
def _said(text: str, *, is_label: bool) -> Said | None:
    label = comparable(_POWER.sub(lambda match: f"10^{match[1].translate(_RAISED)}", text))
    if len(label) > _LONGEST:
        found, _ = _taken(label, _IN_STORY)
        return Said(_one_of(found), label) if found else None
    match = _ALONE.fullmatch(_plain(label))
    if match and (unit := unit_named(match["unit"])):
        return Said(unit, "")
    found, rest = _taken(label, _IN_LABEL if is_label else _IN_TEXT)
    if not found:
        found, rest = _set_apart(text, label)
    if not found:
        return None
    return Said(_one_of(found), "" if _SAYS_NO_MORE.fullmatch(_plain(rest)) else rest)


def _one_of(found: set[str]) -> str:
    return next(iter(found)) if len(found) == 1 else FOREIGN


def _taken(label: str, patterns: Iterable[re.Pattern[str]]) -> tuple[set[str], str]:
    """The units that some patterns find in a label, and the label without them."""
    found: set[str] = set()
    for pattern in patterns:
        for match in reversed(list(pattern.finditer(_plain(label)))):
            said = _units(match)
            if said:
                found |= said
                first = match.start("size") - 1 if pattern is _SIZE_BRACKETED else match.start()
                label = label[:first] + label[match.end() :]
    return found, label


def _units(match: re.Match[str]) -> set[str]:
    """The units of a match, whose groups say whether a size alone is one."""
    groups = match.groupdict()
    words = re.findall(_ONE, next(filter(None, groups.values()), ""))
    is_size = bool(groups.get("size"))
    named = (unit_named(one, is_size=is_size) for one in words if one not in _ORDINALS)
    return {one for one in named if one is not None}


def _set_apart(text: str, label: str) -> tuple[set[str], str]:
    """What a part of a text says that blanks set apart, such as ``单位：万元 编制日期：…``."""
    if match := _SET_APART.search(_plain(text)):
        unit = unit_named(match["unit"])
        return ({unit}, comparable(text[: match.start("unit")])) if unit else (set(), label)
    for part in map(comparable, text.split()):
        match = _LINE.fullmatch(_plain(part))
        if match and (found := _units(match)):
            return found, label.replace(part, "", 1)
    return set(), label


def typed_amount(text: str) -> tuple[str, str | None] | None:
    """The number of an amount that was typed without blanks, and its unit where it says one."""
    match = _AMOUNT.fullmatch(_plain(text))
    if match is None:
        return None
    unit = unit_named(match["unit"], is_size=True) if match["unit"] else None
    return match["number"], unit


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
