"""Documents that are lists joined: decisions, deadlines, closures, ticks, withdrawals, rosters.

Nothing in them is ever changed, so what stands is what both sides have and what either has
added; what one side took out, by undoing, is out. Both coordinators come to the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.records.merged import one_sided
from xlsync.repository import layout
from xlsync.rounds.kept.documents import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Json, Record

_LISTS = {
    layout.DECISIONS: "decisions",
    layout.DEADLINES: "deadlines",
    layout.CLOSED: "closures",
    layout.TICKS: "ticks",
    layout.WITHDRAWN: "issues",
    layout.ROSTERS: "records",
}


_KEYED = {layout.UNITS: ("units", ("name",)), layout.CEILINGS: ("ceilings", ("unit", "heading"))}
"""Lists whose entries are changed in place: the key of the list, and what an entry goes by."""


def is_list(path: str) -> bool:
    """Whether a list of ours stands at a path."""
    top = path.partition("/")[0]
    return top in _KEYED or (top in _LISTS and path.endswith(".json"))


def join_lists(
    path: str, base: Record | None, ours: Record | None, theirs: Record | None
) -> Record:
    """What both sides come to; a side may have none.

    Raises:
        XlsyncError: when a document is not as xlsync writes it, or both sides have changed one
            value of an entry, each in its way.
    """
    top = path.partition("/")[0]
    try:
        if top in _KEYED:
            return _join_keyed(*_KEYED[top], (base, ours, theirs))
        key = _LISTS[top]
        sides = [list(one[key]) if one else [] for one in (base, ours, theirs)]
        order = _by_place(sides[1:]) if top == layout.ROSTERS else _by_time
        kept = _kept(*sides)
        heads = ({name: one[name] for name in one if name != key} for one in (ours, theirs) if one)
        head = min(heads, key=canonical_bytes, default={})
        return {**head, key: sorted(kept, key=order)}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise XlsyncError(f"{path} 不是 xlsync 写的样子：{error!r}") from None


def _join_keyed(name: str, keys: tuple[str, ...], documents: tuple[Record | None, ...]) -> Record:
    """A list whose entries go by some of their values: joined entry by entry, value by value."""
    sides = [
        {tuple(one[key] for key in keys): one for one in (document or {name: ()})[name]}
        for document in documents
    ]
    base, ours, theirs = sides
    places = [{key: at for at, key in enumerate(side)} for side in (ours, theirs)]
    found: dict[tuple[str, ...], Record] = {}
    for key in {**ours, **theirs}:
        versions = [side.get(key) for side in (base, ours, theirs)]
        if (one := _entry(" ".join(filter(None, key)), *versions)) is not None:
            found[key] = one
    order = sorted(found, key=lambda key: (min(at[key] for at in places if key in at), key))
    return {name: [found[key] for key in order]}


def _entry(
    name: str, base: Record | None, ours: Record | None, theirs: Record | None
) -> Record | None:
    """One entry; what one side took out and the other left as it was is out."""
    one, contradict = one_sided(base, ours, theirs)
    if not contradict:
        return one
    if ours is None or theirs is None:
        return ours or theirs
    made = dict(ours)
    for key, value in theirs.items():
        joined, contradict = one_sided((base or {}).get(key), ours.get(key), value)
        if contradict:
            raise _DifferentError(name, str(ours.get(key)), str(value))
        if joined != ours.get(key):
            made[key] = joined
    return made


class _DifferentError(XlsyncError):
    """One value of an entry that two sides have changed, each in its way."""

    def __init__(self, name: str, ours: str, theirs: str) -> None:
        super().__init__(
            f"“{name}”两边改得不一样：本库“{ours}”，对方“{theirs}”，没有合并。"
            "请在一边改成一致（xlsync units import 或 ceilings import）后再同步。"
        )


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
