"""Documents that are lists joined: decisions, deadlines, ticks and the order of a roster.

Nothing in them is ever changed, so what stands is what both sides have and what either has
added; what one side took out, by undoing, is out. Both coordinators come to the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.rounds.documents import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Json, Record

_LISTS = {
    layout.DECISIONS: "decisions",
    layout.DEADLINES: "deadlines",
    layout.TICKS: "ticks",
    layout.ROSTERS: "records",
}


def is_list(path: str) -> bool:
    """Whether a list of ours stands at a path."""
    return path.partition("/")[0] in _LISTS and path.endswith(".json")


def join_lists(
    path: str, base: Record | None, ours: Record | None, theirs: Record | None
) -> Record:
    """What both sides come to; a side may have none.

    Raises:
        XlsyncError: when a document is not as xlsync writes it.
    """
    top = path.partition("/")[0]
    key = _LISTS[top]
    try:
        sides = [list(one[key]) if one else [] for one in (base, ours, theirs)]
        order = _by_place(sides[1:]) if top == layout.ROSTERS else _by_time
        kept = _kept(*sides)
        heads = ({name: one[name] for name in one if name != key} for one in (ours, theirs) if one)
        head = min(heads, key=canonical_bytes, default={})
        return {**head, key: sorted(kept, key=order)}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise XlsyncError(f"{path} 不是 xlsync 写的样子：{error!r}") from None


def _kept(base: list[Json], ours: list[Json], theirs: list[Json]) -> list[Json]:
    held = [{canonical_bytes(one) for one in side} for side in (base, ours, theirs)]
    found = {canonical_bytes(one): one for one in (*ours, *theirs)}
    return [
        one
        for data, one in found.items()
        if (data in held[1] and data in held[2]) or data not in held[0]
    ]


def _by_time(one: Json) -> tuple[float, bytes]:
    return instant(one["time"]), canonical_bytes(one)


def _by_place(sides: list[list[Json]]) -> Callable[[Json], tuple[int, str]]:
    places = [{one: at for at, one in enumerate(side)} for side in sides]
    return lambda one: (min(place[one] for place in places if one in place), str(one))
