"""Labels as copies of a form decorate them: a unit or a period behind, a number in front, a colon.

Such additions do not count, unless without them two labels of the form would be the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types import comparable
from xlsync.form.types.units import said_by_label

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60
"""Characters of a text that may be a decorated label."""

_STARS = "*★☆▲△●○◆◇■※#"
_COUNT = (
    "第?[一二三四五六七八九十]{1,3}(?:部分)?|[0-9]{1,2}(?:[.][0-9]{1,2}){0,2}|[IVX]{1,4}|[A-Za-z]"
)
"""What numbers a label: 一, 第一部分, 1.2, IV, a."""

# Neither a bare number nor a dash is one: in a text with one cell a line it is the value before.
_FRONT = re.compile(
    rf"^(?:[{_STARS}•·]+|[(]?(?:{_COUNT})[)、.:]+"
    r"|[0-9]{4}(?:年?[-—–~至到]+[0-9]{4})?(?:年(?!度)|(?=年度))|其中[:,]?)(?=.)"
)
_AROUND = re.compile('^(?:【([^【】]+)】|\\[([^][]+)\\]|\\(([^()]+)\\)|[“"«<《](.+)[”"»>》])$')
_YEARS = r"[0-9]{4}年?(?:[-—–~至到]+[0-9]{4})?年?度?"
_BEHIND = re.compile(
    rf"(?<=.)(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>|[{_STARS}]+|[:∶;。、_-]+"
    rf"|(?<=[\u4e00-\u9fff])/[A-Za-z][A-Za-z&.,'/-]*|(?<=[^0-9\-—–~至到]){_YEARS})$"
)


class LabelKeys(NamedTuple):
    """A text as labels are compared: as it stands, without its unit, without any addition."""

    exact: str
    unitless: str
    plain: str


def keys_of(text: str) -> LabelKeys:
    """The keys of a text that may be a label."""
    return _keys_of(text) if len(text) <= _LONGEST else LabelKeys(*[comparable(text)] * 3)


@lru_cache(maxsize=4096)
def _keys_of(text: str) -> LabelKeys:
    exact = comparable(text)
    said = said_by_label(text)
    unitless = said.label if said is not None and said.label else exact
    plain, before = unitless, ""
    while plain != before:
        before = plain
        plain = _BEHIND.sub("", _FRONT.sub("", plain))
        if match := _AROUND.fullmatch(plain):
            plain = next(filter(None, match.groups()))
    return LabelKeys(exact, unitless, plain)


class LabelIndex:
    """Some labels of a form, each with the names of what it stands for."""

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        """Collect labels, each with a name; a label may have several."""
        self._exact: dict[str, list[str]] = {}
        self._plain: dict[str, list[str]] = {}
        for text, name in labels:
            keys = keys_of(text)
            for key in dict.fromkeys((keys.exact, keys.unitless)):
                _add(self._exact, key, name)
            _add(self._plain, keys.plain, name)
        for key, names in list(self._plain.items()):
            # Two labels that differ by their additions alone: these are meant.
            is_one = self._is_one(names)
            if key in self._exact:
                is_one = set(names) == set(self._exact[key])
            if not is_one:
                del self._plain[key]

    def names(self, text: str) -> list[str]:
        """What a text stands for, as the closest of its keys says; nothing where it is no label."""
        keys = keys_of(text)
        for key in (keys.exact, keys.unitless):
            if key in self._exact:
                return self._exact[key]
        return self._plain.get(keys.plain, [])

    def is_exact(self, text: str) -> bool:
        """Whether a text is a label as it stands, but for its unit."""
        keys = keys_of(text)
        return keys.exact in self._exact or keys.unitless in self._exact

    def __contains__(self, text: str) -> bool:
        """Whether a text is one of the labels."""
        return bool(self.names(text))

    def __bool__(self) -> bool:
        """Whether there is any label."""
        return bool(self._exact)

    def _is_one(self, names: list[str]) -> bool:
        """Whether these names share all their labels, so that nothing tells them apart anyway."""
        return len(set(names)) == 1 or any(set(names) == set(one) for one in self._exact.values())


class InlineLabels:
    """Labels that share a cell with their values: ``填报人：某某　填报日期：2024-03-01``."""

    def __init__(self, labels: Iterable[str]) -> None:
        """Collect the labels; a remark in brackets may stand behind each."""
        ordered = sorted({label.strip(" ：:") for label in labels}, key=len, reverse=True)
        words = "|".join(map(re.escape, ordered))
        self._pattern = re.compile(rf"(?:^|\s)({words})\s*(?:[（(][^（）()]{{1,12}}[）)])?\s*[：:]")

    def parts(self, text: str) -> list[tuple[str, str]]:
        """Each label of a text with what follows it; none where the text begins otherwise."""
        if len(text) > _LONGEST * 4 or not (":" in text or "：" in text):
            return []
        text = text.strip()
        found = list(self._pattern.finditer(text))
        if not found or found[0].start():
            return []
        ends = [*(one.start() for one in found[1:]), len(text)]
        return [
            (one[1], text[one.end() : end].strip(" \u3000\t\n"))
            for one, end in zip(found, ends, strict=True)
        ]


def _add(index: dict[str, list[str]], key: str, name: str) -> None:
    names = index.setdefault(key, [])
    if name not in names:
        names.append(name)


def placed(index: LabelIndex, texts: dict[int, str]) -> dict[str, int]:
    """The columns of a row in which labels stand, by name; an exact label before a decorated one.

    A label that heads several columns of the form stands for them from left to right. Where two
    cells are decorated forms of one label, neither is taken for it.
    """
    exact: dict[tuple[str, ...], list[int]] = {}
    decorated: dict[tuple[str, ...], list[int]] = {}
    for column, text in sorted(texts.items()):
        if names := tuple(index.names(text)):
            (exact if index.is_exact(text) else decorated).setdefault(names, []).append(column)
    found = {names[0]: columns[0] for names, columns in decorated.items() if len(columns) == 1}
    for names, columns in exact.items():
        found |= dict(zip(names, columns, strict=False))
    return found
