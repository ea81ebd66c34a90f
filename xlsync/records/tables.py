"""Differences between the rows of two versions of a table.

The rows are paired first (:mod:`xlsync.records.matching`); a pair is then compared column by
column, and what has no partner was added or removed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, join
from xlsync.records.delta import ChangeKind, Delta, difference, is_same_number, kind_of, same
from xlsync.records.matching import ROW_ID, content, match_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form.locate import Location
    from xlsync.form.mapping import Mapping, Table


def compare_rows(
    mapping: Mapping, table: Table, old: Sequence[Record], new: Sequence[Record]
) -> Iterator[Delta]:
    """The deltas of a table: new and kept rows in their new order, then the removed ones."""
    pairs = match_rows(table, old, new)
    partners = {new_position: old_position for old_position, new_position in pairs}
    moved = out_of_order(pairs)
    for position, row in enumerate(new):
        partner = partners.get(position)
        if partner is None:
            yield _whole(ChangeKind.ADDED, table, _at(mapping, table, position), row)
            continue
        yield from _columns(mapping, table, position, (old[partner], row))
        if position in moved:
            at, known = _at(mapping, table, position), _known_by(table, row)
            yield Delta(ChangeKind.MOVED, at, table.label, partner + 1, position + 1, known)
    kept = set(partners.values())
    for position, row in enumerate(old):
        if position not in kept:
            yield _whole(ChangeKind.REMOVED, table, _at(mapping, table, position), row)


def _at(mapping: Mapping, table: Table, *place: int | str) -> Location:
    """Where a row stands by its position, or one of its columns."""
    return mapping.locate(f"{table.pointer}{join(*place)}")


def _known_by(table: Table, row: Record) -> Record:
    return {key: row[key] for key in (ROW_ID, *table.levels, table.name) if key in row}


def _whole(kind: ChangeKind, table: Table, at: Location, row: Record) -> Delta:
    old, new = (MISSING, row) if kind is ChangeKind.ADDED else (row, MISSING)
    return Delta(kind, at, table.label, old, new, _known_by(table, row))


def _columns(
    mapping: Mapping, table: Table, position: int, pair: tuple[Record, Record]
) -> Iterator[Delta]:
    old, new = pair
    for name in {**table.columns, **content(table, old), **content(table, new)}:
        before, after = old.get(name, MISSING), new.get(name, MISSING)
        if same(before, after) or (name in table.parts and is_same_number(before, after)):
            continue
        column = table.columns.get(name)
        is_renamed = name == table.name and _is_name(before) and _is_name(after)
        yield Delta(
            ChangeKind.RENAMED if is_renamed else kind_of(before, after),
            _at(mapping, table, position, name),
            column.label if column else name,
            before,
            after,
            _known_by(table, new),
            difference(column.type if column else None, before, after),
        )


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def out_of_order(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The fewest rows (new positions) whose moves explain the new order.

    They are all the pairs outside one longest run of pairs whose old positions increase.
    """
    lowest: list[int] = []
    """For each length of run, the lowest old position that such a run can end with."""
    ends: list[int] = []
    """The pair which that position belongs to."""
    before: list[int | None] = []
    """For each pair, the one before it in its longest run."""
    for index, (old, _) in enumerate(pairs):
        length = bisect_left(lowest, old)
        before.append(ends[length - 1] if length else None)
        lowest[length : length + 1] = [old]
        ends[length : length + 1] = [index]
    stays: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        stays.add(pairs[at][1])
        at = before[at]
    return {new for _, new in pairs} - stays
