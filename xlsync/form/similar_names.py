"""Names that may be one: written with a slip, units also without what stands above them.

Whether two such names are one only a person can say, so they are found and shown.
"""

from __future__ import annotations

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
    """Each new name with another one that it may be a slip for.

    Args:
        names: the names that are in question; one that is known already is not.
        known: the names that have been in use.

    Returns:
        pairs of a name and the other one; of two new ones the later comes first.
    """
    index: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    endings: dict[str, list[str]] = {}

    def learn(name: str) -> None:
        key = comparable(name)
        if key in seen:
            return
        seen[key] = name
        for part in _shortened(key):
            index.setdefault(part, []).append(key)
        for part in _endings(key):
            endings.setdefault(part, []).append(key)

    for name in known:
        learn(name)
    for name in dict.fromkeys(names):
        key = comparable(name)
        if key not in seen:
            other = next(_others(key, seen, index, endings), None)
            if other is not None:
                yield name, seen[other]
        learn(name)


class KnownNames:
    """Names in use, asked for one that another name may be a slip for."""

    def __init__(self, names: Iterable[str]) -> None:
        """Learn the names once."""
        self.names = frozenset(names := list(names))
        self._seen: dict[str, str] = {}
        self._index: dict[str, list[str]] = {}
        for name in names:
            key = comparable(name)
            if key not in self._seen:
                self._seen[key] = name
                for part in _shortened(key):
                    self._index.setdefault(part, []).append(key)

    def slip_for(self, name: str) -> str | None:
        """The known name that differs in one character or in blanks; None for a known one."""
        key = comparable(name)
        if key in self._seen:
            return None if self._seen[key] == name else self._seen[key]
        found = next(_others(key, self._seen, self._index, {}, endings_too=False), None)
        return None if found is None else self._seen[found]


def _others(
    key: str,
    seen: dict[str, str],
    index: dict[str, list[str]],
    endings: dict[str, list[str]],
    *,
    endings_too: bool = True,
) -> Iterator[str]:
    """Known names that differ in one character, or of which one ends in the other."""
    if len(key) >= _SHORTEST:
        candidates = [one for part in (*_shortened(key), key) for one in index.get(part, ())]
        candidates += [part for part in _shortened(key) if part in seen]
        yield from (one for one in dict.fromkeys(candidates) if _is_slip(key, one))
        yield from endings.get(key, ())
    if endings_too:
        yield from (part for part in _endings(key) if part in seen)


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
