"""Merge two versions of a record on the one that both began from, and resolve its conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING, get, join
from xlsync.records.matching import ROW_ID
from xlsync.records.merge_tables import merge_table
from xlsync.records.merged import ENVELOPE, Conflict, Merged, assembled, settled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Choices

    from xlsync.base.record import Json, Record
    from xlsync.form.locate import Location
    from xlsync.form.mapping import Mapping, Table
    from xlsync.records.merged import RowOrder


def resolve(mapping: Mapping, merged: Merged, choices: Choices[str, Json]) -> Record:
    """The merged record with the chosen values, by the pointers of the conflicts.

    A chosen value is canonical; MISSING takes the field, the column or the row away. A conflict
    that nothing was chosen for keeps ours.

    Raises:
        XlsyncError: when a pointer is that of no conflict.
    """
    if stray := sorted(choices.keys() - {one.pointer for one in merged.conflicts}):
        raise XlsyncError(f"no conflict at {', '.join(stray)}")
    places: list[tuple[str, Json]] = [(join(key), merged.record[key]) for key in ENVELOPE]
    for field in mapping.fields.values():
        stands = get(merged.record, field.pointer)
        places.append((field.pointer, choices.get(field.pointer, stands)))
    for table in mapping.tables.values():
        rows = get(merged.record, table.pointer)
        plan = merged.tables[table.pointer]
        chosen = ((mapping.locate(one), value) for one, value in choices.items())
        inside = [(at, value) for at, value in chosen if at.table is table]
        places.append((table.pointer, _rows(table, plan, rows, inside)))
    return assembled(places)


def _rows(
    table: Table, plan: RowOrder, stands: Json, choices: Iterable[tuple[Location, Json]]
) -> Json:
    """The rows in their order; what stands where none is left."""
    rows: dict[str, Json] = {row[ROW_ID]: row for row in ([] if stands is MISSING else stands)}
    when_empty = plan.when_empty
    for at, value in choices:
        if at.row is None:
            when_empty = value
            continue
        row = value if at.column is None else {**rows[at.row], at.column: value}
        rows[at.row] = MISSING if row is MISSING else {**row, ROW_ID: at.row}
    chosen = [_present(table, rows[one]) for one in plan.order if one in rows]
    kept = [row for row in chosen if row]
    return kept or when_empty


def _present(table: Table, row: Json) -> Record:
    """The columns of a row that are there, in the order of the table; none for no row."""
    if row is MISSING:
        return {}
    names = {ROW_ID: None, **table.columns, **row}
    return {name: row[name] for name in names if row.get(name, MISSING) is not MISSING}


def merge(
    mapping: Mapping,
    base: Record | None,
    ours: Record,
    theirs: Record,
    *,
    every_difference: bool = False,
) -> Merged:
    """Merge records in canonical form with all their ids; None is a base that nobody knows.

    Without a base nothing tells who changed what, so every difference between ours and theirs
    is a conflict; so it is where ``every_difference`` is asked for, such as for sides that
    agree place by place and break a rule of the form together. Whether the merged record keeps
    the rules is not looked at here. Rows that both sides moved stay where ours has them.

    Raises:
        XlsyncError: when the versions are not of this form, or not of one record.
    """
    _check_envelope(mapping, base, ours, theirs)
    places: list[tuple[str, Json]] = [(join(key), ours[key]) for key in ENVELOPE]
    conflicts: list[Conflict] = []
    plans = {}
    known = base is not None and not every_difference
    for field in mapping.fields.values():
        sides = [get(one, field.pointer) for one in (base, ours, theirs)]
        value, contradict = settled(*sides, known=known)
        places.append((field.pointer, value))
        if contradict:
            conflicts.append(Conflict(field.pointer, *sides))
    for table in mapping.tables.values():
        sides = [get(one, table.pointer) for one in (base, ours, theirs)]
        merged = merge_table(table, sides, known=known, has_base=base is not None)
        places.append((table.pointer, merged.rows))
        conflicts += merged.conflicts
        plans[table.pointer] = merged.plan
    return Merged(assembled(places), tuple(conflicts), plans)


def _check_envelope(mapping: Mapping, base: Record | None, ours: Record, theirs: Record) -> None:
    for one in (base, ours, theirs):
        if one is not None and one.get("form") != mapping.form:
            raise XlsyncError(
                f"cannot merge: a version is of form {one.get('form')!r}, not of {mapping.form!r}"
            )
    if ours.get("id", MISSING) != theirs.get("id", MISSING):
        raise XlsyncError(
            f"cannot merge: {ours.get('id')!r} and {theirs.get('id')!r} are two records"
        )
