"""Names that may be one: written with a slip, units also without what stands above them.

Whether two such names are one only a person can say, so they are found and shown.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORTEST = 4
"""Characters of a name from which on a single one may be a slip."""

# A character that tells true siblings apart, such as 第一小学 and 第二小学, 城东 and 城西.
_TELLING = frozenset(
    "0123456789〇零一二三四五六七八九十百千甲乙丙丁戊己庚辛壬癸东南西北中上下左右前后内外大小新老"
    "高初长短男女ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


def similar_names(names: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each new name with another one that it may be a slip for, or of which one ends in the other.

    Args:
        names: the names that are in question; one that is known already is not.
        known: the names that have been in use.

    Returns:
        pairs of a name and the other one; of two new ones the later comes first.
    """
    learnt = KnownNames(known)
    for name in dict.fromkeys(names):
        other = next(learnt.others(name), None)
        if other is not None:
            yield name, other
        learnt.learn(name)


def close_hint(name: str, known: Iterable[str]) -> str:
    """Asks whether the known name was meant that is closest to this one; empty where none is.

    It goes into what is told anyway, and is no finding: true siblings are as close.
    """
    close = get_close_matches(name, known, n=1)
    return f"是不是“{close[0]}”？" if close else ""


class KnownNames:
    """Names in use, asked for one that another name may be a slip for."""

    def __init__(self, names: Iterable[str]) -> None:
        """Learn the names once."""
        self._seen: dict[str, str] = {}
        self._index: dict[str, list[str]] = {}
        self._endings: dict[str, list[str]] = {}
        # Of two names that differ in one character, the first two are the same or the last two.
        self._firsts: set[str] = set()
        self._lasts: set[str] = set()
        self.names = frozenset(names := list(names))
        for name in names:
            self.learn(name)

    def learn(self, name: str) -> None:
        """Know one more; of two spellings of one name the first stands."""
        key = comparable(name)
        if key in self._seen:
            return
        self._seen[key] = name
        self._firsts.add(key[:2])
        self._lasts.add(key[-2:])
        for part in _shortened(key):
            self._index.setdefault(part, []).append(key)
        for part in _endings(key):
            self._endings.setdefault(part, []).append(key)

    def slip_for(self, name: str) -> str | None:
        """The known name that differs in one character or in blanks; None for a known one."""
        key = comparable(name)
        if key in self._seen:
            return None if self._seen[key] == name else self._seen[key]
        return next(map(self._seen.__getitem__, self._slips(key)), None)

    def others(self, name: str) -> Iterator[str]:
        """Known names that differ in one character, or of which one ends in the other."""
        key = comparable(name)
        if key in self._seen:
            return
        found = [*self._slips(key)]
        if len(key) >= _SHORTEST:
            found += self._endings.get(key, ())
        found += (part for part in _endings(key) if part in self._seen)
        yield from (self._seen[one] for one in found)

    def _slips(self, key: str) -> Iterator[str]:
        if key[:2] not in self._firsts and key[-2:] not in self._lasts:
            return iter(())
        parts = _shortened(key)
        if self._index.keys().isdisjoint((*parts, key)) and self._seen.keys().isdisjoint(parts):
            return iter(())
        near = [one for part in (*parts, key) for one in self._index.get(part, ())]
        near += (part for part in parts if part in self._seen)
        return (one for one in dict.fromkeys(near) if len(key) >= _SHORTEST and _is_slip(key, one))


def _shortened(key: str) -> list[str]:
    """The name without each of its characters."""
    return [key[:at] + key[at + 1 :] for at in range(len(key))] if len(key) >= _SHORTEST else []


def _endings(key: str) -> list[str]:
    """What a name ends in, itself aside."""
    return [key[at:] for at in range(1, len(key) - _SHORTEST + 1)]


def _is_slip(one: str, other: str) -> bool:
    """Whether two names differ in a single character that does not tell siblings apart."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        at = min(len(one), len(other))
    if len(one) == len(other):
        apart = {one[at : at + 1], other[at : at + 1]}
        is_single = one[at + 1 :] == other[at + 1 :]
    else:
        long, short = (one, other) if len(one) > len(other) else (other, one)
        apart = {long[at : at + 1]}
        is_single = long[at + 1 :] == short[at:]
    return is_single and not apart & _TELLING
