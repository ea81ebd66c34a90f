"""Which row of a new table is which row of the old one: by id, by key, then by likeness.

Comparing every name with every other is quadratic, so likeness is asked last and is bounded:
long names count by their beginnings, and a group with very many rows left is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from xlsync.form.types import comparable
from xlsync.records.delta import exact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Named = tuple[int, tuple[str, ...], str]
    """Position, levels and name of a row."""
    from collections.abc import Callable, Hashable

    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Table

    Evidence = Callable[["Traits"], Hashable | None]

THRESHOLD = 0.6
_MAX_NAME = 100
_MAX_PAIRS = 4096
ROW_ID = "id"


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


@dataclass(frozen=True, slots=True)
class Traits:
    """What a row can be known by; its id is None where it has none, its name may be empty."""

    position: int
    id: str | None
    key: tuple[str, ...]
    levels: tuple[str, ...]
    name: str
    content: str


_STAGES: tuple[Evidence, ...] = (
    # Two rows may share id and key by a mistake; what they say tells them apart.
    lambda row: (row.id, row.key, row.content) if row.id else None,
    lambda row: (row.id, row.key) if row.id else None,
    lambda row: (row.key, row.content),
    lambda row: row.key,
    lambda row: row.id,
    lambda row: (row.levels, row.name) if row.name else None,
    lambda row: (row.levels[:1], row.name) if row.name else None,
    lambda row: row.name or None,
)
_BY_KEY: tuple[Evidence, ...] = (
    lambda row: (row.key, row.content),
    lambda row: row.key if any(row.key) else None,
)


def match_rows(table: Table, old: Sequence[Record], new: Sequence[Record]) -> list[tuple[int, int]]:
    """Pairs of positions (old, new) of the rows that are the same, by new position.

    The stages: same id and key; same key; same id; same name under the nearest levels; names
    that are alike under the same levels. The key comes before the id, because the key is what
    people see and the id only a carrier: a row that is copied in a sheet takes the id along, a
    form that comes back as text has none. An id that contradicts the key is a second-hand id.

    Rows that share a key or an id are matched in their order, and none is lost: what finds no
    partner is left over. The two sides can be swapped without any change to the pairs.
    """
    left = [_traits(table, position, row) for position, row in enumerate(old)]
    right = [_traits(table, position, row) for position, row in enumerate(new)]
    if [row.content for row in left] == [row.content for row in right]:
        return [(position, position) for position in range(len(new))]
    pairs, left, right = _in_stages(_STAGES, left, right)
    pairs += similar_pairs(
        [(row.position, row.levels, row.name) for row in left],
        [(row.position, row.levels, row.name) for row in right],
    )
    return sorted(pairs, key=lambda pair: pair[1])


def match_keys(
    table: Table, one: Sequence[Record], other: Sequence[Record]
) -> list[tuple[int, int]]:
    """Pairs of positions of rows with the same key; a key that says nothing matches no row."""
    left = [_traits(table, position, row) for position, row in enumerate(one)]
    right = [_traits(table, position, row) for position, row in enumerate(other)]
    return _in_stages(_BY_KEY, left, right)[0]


def _in_stages(
    stages: Sequence[Evidence], left: list[Traits], right: list[Traits]
) -> tuple[list[tuple[int, int]], list[Traits], list[Traits]]:
    """The pairs that the evidence gives, and what is left over on both sides."""
    pairs: list[tuple[int, int]] = []
    for evidence in stages:
        found = _agreeing(evidence, left, right)
        left, right = _unmatched(left, right, found)
        pairs += found
    return pairs, left, right


def _traits(table: Table, position: int, row: Record) -> Traits:
    row_id = row.get(ROW_ID)
    return Traits(
        position=position,
        id=None if row_id is None else exact_text(row_id),
        key=tuple(_words(row.get(column)) for column in table.key),
        levels=tuple(_words(row.get(column)) for column in table.levels),
        name=_words(row.get(table.name)) if table.name else "",
        content=exact_text(content(table, row)),
    )


def content(table: Table, row: Record) -> Record:
    """The row without its id, unless the form itself has a column of that name.

    Ids carry a row from one file to the next and say nothing about the project, so a
    difference in them alone is no change and is not reported.
    """
    return {key: value for key, value in row.items() if key != ROW_ID or key in table.columns}


def _words(value: Json) -> str:
    if value is None:
        return ""
    return comparable(value if isinstance(value, str) else exact_text(value))


def _agreeing(
    evidence: Evidence, left: Sequence[Traits], right: Sequence[Traits]
) -> list[tuple[int, int]]:
    waiting = defaultdict(list)
    for row in reversed(left):
        if (trait := evidence(row)) is not None:
            waiting[trait].append(row.position)
    return [
        (waiting[trait].pop(), row.position)
        for row in right
        if (trait := evidence(row)) is not None and waiting.get(trait)
    ]


def _unmatched(
    left: Sequence[Traits], right: Sequence[Traits], pairs: Sequence[tuple[int, int]]
) -> tuple[list[Traits], list[Traits]]:
    taken = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    return (
        [row for row in left if row.position not in taken[0]],
        [row for row in right if row.position not in taken[1]],
    )
