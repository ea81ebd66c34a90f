"""Rows whose names were reworded: the best guesses for what nothing surer has matched.

Comparing every name with every other is quadratic, so this is for leftovers and is bounded:
long names count by their beginnings, and a group with very many leftovers is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Named = tuple[int, tuple[str, ...], str]
    """Position, levels and name of a row."""

THRESHOLD = 0.6
_MAX_NAME = 100
_MAX_PAIRS = 4096


def similar_pairs(old: Iterable[Named], new: Iterable[Named]) -> list[tuple[int, int]]:
    """Pairs of positions (old, new) of rows under the same levels with names that are alike.

    The most alike come first. Ties are broken by position in a way that does not depend on
    which side is the old one.
    """
    left, right = _by_levels(old), _by_levels(new)
    scored: list[tuple[float, int, int]] = []
    for levels in left.keys() & right.keys():
        if len(left[levels]) * len(right[levels]) <= _MAX_PAIRS:
            scored += _scored(left[levels], right[levels])
    scored.sort(key=lambda item: (-item[0], item[1] + item[2], abs(item[1] - item[2]), item[1]))
    return _best(scored)


def _by_levels(rows: Iterable[Named]) -> dict[tuple[str, ...], list[tuple[int, str]]]:
    groups = defaultdict(list)
    for position, levels, name in rows:
        if name:
            groups[levels].append((position, name[:_MAX_NAME]))
    return groups


def _scored(
    left: Sequence[tuple[int, str]], right: Sequence[tuple[int, str]]
) -> Iterator[tuple[float, int, int]]:
    for old_position, old_name in left:
        for new_position, new_name in right:
            likeness = _likeness(old_name, new_name)
            if likeness >= THRESHOLD:
                yield likeness, old_position, new_position


def _likeness(one: str, other: str) -> float:
    # SequenceMatcher can give another ratio when its two texts are swapped.
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < THRESHOLD or matcher.quick_ratio() < THRESHOLD:
        return 0.0
    return matcher.ratio()


def _best(scored: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    pairs = []
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    for _, old, new in scored:
        if old not in old_taken and new not in new_taken:
            old_taken.add(old)
            new_taken.add(new)
            pairs.append((old, new))
    return pairs
