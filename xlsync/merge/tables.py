"""The rows of a table merged: each column by itself, a row that one side removed as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.diff.matching import ROW_ID, content
from xlsync.diff.values import exact_text, same
from xlsync.form.identity import with_row_ids
from xlsync.merge.merged import Conflict, TablePlan, settled
from xlsync.merge.rows import match_three
from xlsync.record import MISSING, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.mapping import Table
    from xlsync.merge.rows import Entry, Rows
    from xlsync.record import Json, Record

_WHOLE = None
"""The column of a conflict about a whole row."""


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
    plan: TablePlan


def merge_table(table: Table, sides: Sequence[Json], *, known: bool, has_base: bool) -> MergedTable:
    """Merge base, ours and theirs of a table, each a list of rows or MISSING.

    Rows find each other by a base that there is, even where it is not ``known``: not trusted to
    tell who changed what.
    """
    base, ours, theirs = sides
    value, contradict = settled(base, ours, theirs, known=known)
    if not contradict:
        order = tuple(row[ROW_ID] for row in _rows(value))
        return MergedTable(value, [], TablePlan(order, MISSING if value is MISSING else []))
    if not known and not _rows(ours) and not _rows(theirs):
        # Absent and empty are two statements, and nothing tells which of them is newer.
        return MergedTable(ours, [Conflict(table.pointer, *sides)], TablePlan((), ours))
    rows = (_rows(base), _rows(ours), _rows(theirs))
    entries = match_three(table, rows[0] if has_base else None, *rows[1:])
    merged = [_merge_row(table, _versions(entry, rows, known=known)) for entry in entries]
    told = [row for row in merged if row.kept is not None or row.conflicts]
    ids = _ids(table, told)
    named = list(zip(told, ids, strict=True))
    kept = [_with_id(row.kept, row_id) for row, row_id in named if row.kept is not None]
    conflicts = [one for row, row_id in named for one in _conflicts(table, row, row_id)]
    when_empty = _when_empty(base, ours, theirs, known=known)
    return MergedTable(kept or when_empty, conflicts, TablePlan(tuple(ids), when_empty))


def _when_empty(base: Json, ours: Json, theirs: Json, *, known: bool) -> Json:
    absent = (side is MISSING for side in (base, ours, theirs))
    is_absent, contradict = settled(*absent, known=known)
    return MISSING if is_absent or contradict else []


def _rows(value: Json) -> Rows:
    return [] if value is MISSING else value


def _versions(entry: Entry, sides: Sequence[Rows], *, known: bool) -> _Versions:
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
