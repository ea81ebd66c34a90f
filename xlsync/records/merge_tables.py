"""The rows of a table merged: each column by itself, a row that one side removed as a whole.

Both sides are matched with the base as for a diff (:mod:`xlsync.records.matching`). What a side
added, or renamed beyond recognition, then meets the other side by its key, so that no row is
had twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.record import MISSING, join
from xlsync.form.identity import with_row_ids
from xlsync.records.delta import exact_text, same
from xlsync.records.matching import ROW_ID, content, match_keys, match_rows
from xlsync.records.merged import Conflict, RowOrder, settled
from xlsync.records.tables import out_of_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlsync.base.record import Record
    from xlsync.form.mapping import Table

    Rows = Sequence[Record]
    from collections.abc import Iterator, Sequence

    from xlsync.base.record import Json, Record

_WHOLE = None
"""The column of a conflict about a whole row."""


class MergedRow(NamedTuple):
    """One row: its positions in the three versions, None where a version does not have it."""

    base: int | None
    ours: int | None
    theirs: int | None


def match_three(table: Table, base: Rows | None, ours: Rows, theirs: Rows) -> list[MergedRow]:
    """Every row that ours or theirs has, in the merged order; the base may be unknown.

    The order is that of ours. What only theirs has, or what theirs moved and ours did not,
    stands behind the row that it follows in theirs. A row that both moved stays as ours has it.
    """
    if base is None:
        partners = dict(match_rows(table, ours, theirs))
        entries = [MergedRow(None, at, partners.get(at)) for at in range(len(ours))]
        entries += [
            MergedRow(None, None, at) for at in _without(range(len(theirs)), partners.values())
        ]
    else:
        entries = _on_base(table, base, ours, theirs)
    return _in_order(entries)


def _on_base(table: Table, base: Rows, ours: Rows, theirs: Rows) -> list[MergedRow]:
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
    entries = [MergedRow(at, in_ours.get(at), in_theirs.get(at)) for at in range(len(base))]
    entries += [MergedRow(None, one, other) for one, other in both.items()]
    entries += [MergedRow(None, at, None) for at in _without(our_new, met_in_ours.values())]
    entries += [MergedRow(None, None, at) for at in _without(their_new, met_in_theirs.values())]
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


def _in_order(entries: list[MergedRow]) -> list[MergedRow]:
    """The entries that a side still has, in the merged order."""
    by_ours = {one.ours: one for one in entries if one.ours is not None}
    by_theirs = {one.theirs: one for one in entries if one.theirs is not None}
    moved_here = _moved(by_ours)
    moved_there = _moved(by_theirs) - moved_here
    order = [by_ours[at] for at in sorted(by_ours) if by_ours[at] not in moved_there]
    placed = set(order)
    before: MergedRow | None = None
    before_in_place: MergedRow | None = None
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


def _moved(side: dict[int, MergedRow]) -> set[MergedRow]:
    """The entries that a side moved, of those that it has by position."""
    pairs = [(one.base, at) for at, one in sorted(side.items()) if one.base is not None]
    return {side[at] for at in out_of_order(pairs)}


@dataclass(frozen=True, slots=True)
class _Versions:
    """One row as the three sides have it, None where they do not; the base may be unknown."""

    base: Record | None
    ours: Record | None
    theirs: Record | None
    known: bool

    def sides(self) -> list[Record]:
        """The versions that are there, the base first, the others in an order of their own.

        Nothing here depends on which side is ours, so that two coordinators who merge with
        each other give a row the same id.
        """
        others = [row for row in (self.ours, self.theirs) if row is not None]
        return [*([self.base] if self.base else []), *sorted(others, key=exact_text)]

    def id(self) -> Json:
        """The id that a side gave the row last; that of the base where both gave another."""
        ids = [None if row is None else row.get(ROW_ID) for row in (self.ours, self.theirs)]
        base = self.base.get(ROW_ID) if self.base else None
        new = {one for one in ids if one is not None and one != base}
        if len(new) == 1:
            return new.pop()
        return base if base is not None else min(new, default=None)


@dataclass(frozen=True, slots=True)
class _MergedRow:
    """What a row comes to: kept as it is here, or not at all; and what a person must choose."""

    versions: _Versions
    kept: Record | None
    conflicts: tuple[tuple[str | None, Json, Json, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class MergedTable:
    """The rows that stand in the record (or MISSING), the conflicts, and where rows belong."""

    rows: Json
    conflicts: list[Conflict]
    plan: RowOrder


def merge_table(table: Table, sides: Sequence[Json], *, known: bool, has_base: bool) -> MergedTable:
    """Merge base, ours and theirs of a table, each a list of rows or MISSING.

    Rows find each other by a base that there is, even where it is not ``known``: not trusted to
    tell who changed what.
    """
    base, ours, theirs = sides
    value, contradict = settled(base, ours, theirs, known=known)
    if not contradict:
        order = tuple(row[ROW_ID] for row in _rows(value))
        return MergedTable(value, [], RowOrder(order, MISSING if value is MISSING else []))
    if not known and not _rows(ours) and not _rows(theirs):
        # Absent and empty are two statements, and nothing tells which of them is newer.
        return MergedTable(ours, [Conflict(table.pointer, *sides)], RowOrder((), ours))
    rows = (_rows(base), _rows(ours), _rows(theirs))
    entries = match_three(table, rows[0] if has_base else None, *rows[1:])
    merged = [_merge_row(table, _versions(entry, rows, known=known)) for entry in entries]
    told = [row for row in merged if row.kept is not None or row.conflicts]
    ids = _ids(table, told)
    named = list(zip(told, ids, strict=True))
    kept = [_with_id(row.kept, row_id) for row, row_id in named if row.kept is not None]
    conflicts = [one for row, row_id in named for one in _conflicts(table, row, row_id)]
    when_empty = _when_empty(base, ours, theirs, known=known)
    return MergedTable(kept or when_empty, conflicts, RowOrder(tuple(ids), when_empty))


def _when_empty(base: Json, ours: Json, theirs: Json, *, known: bool) -> Json:
    absent = (side is MISSING for side in (base, ours, theirs))
    is_absent, contradict = settled(*absent, known=known)
    return MISSING if is_absent or contradict else []


def _rows(value: Json) -> Rows:
    return [] if value is MISSING else value


def _versions(entry: MergedRow, sides: Sequence[Rows], *, known: bool) -> _Versions:
    base, ours, theirs = (
        None if at is None else side[at] for at, side in zip(entry, sides, strict=True)
    )
    return _Versions(base, ours, theirs, known)


def _merge_row(table: Table, row: _Versions) -> _MergedRow:
    sides: list[Json] = [
        MISSING if side is None else content(table, side)
        for side in (row.base, row.ours, row.theirs)
    ]
    base, ours, theirs = sides
    whole = ((_WHOLE, base, ours, theirs),)
    if ours is not MISSING and theirs is not MISSING:
        # What both sides added has no base to tell who changed what.
        kept, conflicts = _merge_columns(table, row, known=row.known and base is not MISSING)
        if _can_be_blank(table, kept, conflicts) and not same(ours, theirs):
            return _MergedRow(row, ours, whole)
        return _MergedRow(row, kept, conflicts)
    value, contradict = settled(base, ours, theirs, known=row.known)
    return _MergedRow(row, None if value is MISSING else value, whole if contradict else ())


def _merge_columns(
    table: Table, row: _Versions, *, known: bool
) -> tuple[Record, tuple[tuple[str, Json, Json, Json], ...]]:
    base, ours, theirs = (side or {} for side in (row.base, row.ours, row.theirs))
    kept: Record = {}
    conflicts = []
    for name in {**table.columns, **content(table, ours), **content(table, theirs)}:
        sides = [side.get(name, MISSING) for side in (base, ours, theirs)]
        value, contradict = settled(*sides, known=known)
        if value is not MISSING:
            kept[name] = value
        if contradict:
            conflicts.append((name, *sides))
    return kept, tuple(conflicts)


def _can_be_blank(
    table: Table, kept: Record, conflicts: tuple[tuple[str, Json, Json, Json], ...]
) -> bool:
    """Whether a row of these values, whatever is chosen at its conflicts, could say nothing."""
    open_columns = {name: sides for name, *sides in conflicts}
    return all(
        any(_is_blank(side) for side in open_columns.get(name, [None, kept.get(name)])[1:])
        for name in {**table.columns, **kept, **open_columns}
    )


def _is_blank(value: Json) -> bool:
    return value is MISSING or value is None or value == ""


def _ids(table: Table, rows: list[_MergedRow]) -> list[str]:
    """An id for each row, no two the same; an id that two rows claim stays with its own row."""

    def claim(number: int) -> tuple[bool, bool, list[str]]:
        versions = rows[number].versions
        base = versions.base
        owns = base is not None and base.get(ROW_ID) == versions.id()
        return not owns, base is None, [exact_text(side) for side in versions.sides()]

    numbers = sorted(range(len(rows)), key=claim)
    versions = [rows[number].versions for number in numbers]
    made = with_row_ids(table, [one.sides()[0] for one in versions], [one.id() for one in versions])
    ids = {number: row[ROW_ID] for number, row in zip(numbers, made, strict=True)}
    return [ids[number] for number in range(len(rows))]


def _with_id(row: Json, row_id: str) -> Json:
    return MISSING if row is MISSING else {ROW_ID: row_id, **row}


def _conflicts(table: Table, row: _MergedRow, row_id: str) -> Iterator[Conflict]:
    for column, *sides in row.conflicts:
        if column is _WHOLE:
            whole = (_with_id(side, row_id) for side in sides)
            yield Conflict(f"{table.pointer}{join(row_id)}", *whole)
        else:
            yield Conflict(f"{table.pointer}{join(row_id, column)}", *sides)
