"""Which rows of three versions of a table are the same row, and in which order they stand.

Both sides are matched with the base as for a diff (:mod:`xlsync.diff.matching`). What a side
added, or renamed beyond recognition, then meets the other side by its key, so that no row is
had twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.diff.matching import match_keys, match_rows
from xlsync.diff.tables import out_of_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlsync.mapping import Table
    from xlsync.record import Record

    Rows = Sequence[Record]


class Entry(NamedTuple):
    """One row: its positions in the three versions, None where a version does not have it."""

    base: int | None
    ours: int | None
    theirs: int | None


def match_three(table: Table, base: Rows | None, ours: Rows, theirs: Rows) -> list[Entry]:
    """Every row that ours or theirs has, in the merged order; the base may be unknown.

    The order is that of ours. What only theirs has, or what theirs moved and ours did not,
    stands behind the row that it follows in theirs. A row that both moved stays as ours has it.
    """
    if base is None:
        partners = dict(match_rows(table, ours, theirs))
        entries = [Entry(None, at, partners.get(at)) for at in range(len(ours))]
        entries += [Entry(None, None, at) for at in _without(range(len(theirs)), partners.values())]
    else:
        entries = _on_base(table, base, ours, theirs)
    return _in_order(entries)


def _on_base(table: Table, base: Rows, ours: Rows, theirs: Rows) -> list[Entry]:
    in_ours = dict(match_rows(table, base, ours))
    in_theirs = dict(match_rows(table, base, theirs))
    our_new = _without(range(len(ours)), in_ours.values())
    their_new = _without(range(len(theirs)), in_theirs.values())
    both = _by_key(table, ours, our_new, theirs, their_new)
    our_new, their_new = _without(our_new, both), _without(their_new, both.values())
    # A row that one side renamed beyond recognition may be what the other side has renamed too.
    lost_by_theirs = {ours_at: at for at, ours_at in in_ours.items() if at not in in_theirs}
    lost_by_ours = {theirs_at: at for at, theirs_at in in_theirs.items() if at not in in_ours}
    met_in_theirs = _by_key(table, ours, lost_by_theirs, theirs, their_new)
    met_in_ours = _by_key(table, theirs, lost_by_ours, ours, our_new)
    in_theirs |= {lost_by_theirs[one]: other for one, other in met_in_theirs.items()}
    in_ours |= {lost_by_ours[one]: other for one, other in met_in_ours.items()}
    entries = [Entry(at, in_ours.get(at), in_theirs.get(at)) for at in range(len(base))]
    entries += [Entry(None, one, other) for one, other in both.items()]
    entries += [Entry(None, at, None) for at in _without(our_new, met_in_ours.values())]
    entries += [Entry(None, None, at) for at in _without(their_new, met_in_theirs.values())]
    return entries


def _without(positions: Iterable[int], taken: Collection[int]) -> list[int]:
    gone = set(taken)
    return [at for at in positions if at not in gone]


def _by_key(
    table: Table, one: Rows, some: Collection[int], other: Rows, others: Collection[int]
) -> dict[int, int]:
    """Of some rows of two versions, those with the same key: position → position."""
    left, right = sorted(some), sorted(others)
    pairs = match_keys(table, [one[at] for at in left], [other[at] for at in right])
    return {left[first]: right[second] for first, second in pairs}


def _in_order(entries: list[Entry]) -> list[Entry]:
    """The entries that a side still has, in the merged order."""
    by_ours = {one.ours: one for one in entries if one.ours is not None}
    by_theirs = {one.theirs: one for one in entries if one.theirs is not None}
    moved_here = _moved(by_ours)
    moved_there = _moved(by_theirs) - moved_here
    order = [by_ours[at] for at in sorted(by_ours) if by_ours[at] not in moved_there]
    placed = set(order)
    before: Entry | None = None
    before_in_place: Entry | None = None
    for at in sorted(by_theirs):
        one = by_theirs[at]
        if one not in placed:
            # A moved row does not follow one that ours moved elsewhere; an added row belongs to it.
            anchor = before if one.base is None else before_in_place
            order.insert(0 if anchor is None else order.index(anchor) + 1, one)
        before = one
        if one not in moved_here:
            before_in_place = one
    return order


def _moved(side: dict[int, Entry]) -> set[Entry]:
    """The entries that a side moved, of those that it has by position."""
    pairs = [(one.base, at) for at, one in sorted(side.items()) if one.base is not None]
    return {side[at] for at in out_of_order(pairs)}
