"""Put into a merged record what a person chose at its conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.diff.matching import ROW_ID
from xlsync.errors import XlsyncError
from xlsync.merge.merged import ENVELOPE, assembled
from xlsync.record import MISSING, get, join, split

if TYPE_CHECKING:
    from collections.abc import Mapping as Choices

    from xlsync.mapping import Mapping, Table
    from xlsync.merge.merged import Merged, TablePlan
    from xlsync.record import Json, Record


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
        places.append((table.pointer, _rows(table, plan, rows, choices)))
    return assembled(places)


def _rows(table: Table, plan: TablePlan, stands: Json, choices: Choices[str, Json]) -> Json:
    """The rows in their order; what stands where none is left."""
    rows: dict[str, Json] = {row[ROW_ID]: row for row in ([] if stands is MISSING else stands)}
    for pointer, value in choices.items():
        if not pointer.startswith(f"{table.pointer}/"):
            continue
        row_id, *column = split(pointer.removeprefix(table.pointer))
        row = {**rows[row_id], column[0]: value} if column else value
        rows[row_id] = MISSING if row is MISSING else {**row, ROW_ID: row_id}
    chosen = [_present(table, rows[one]) for one in plan.order if one in rows]
    kept = [row for row in chosen if row]
    return kept or choices.get(table.pointer, plan.when_empty)


def _present(table: Table, row: Json) -> Record:
    """The columns of a row that are there, in the order of the table; none for no row."""
    if row is MISSING:
        return {}
    names = {ROW_ID: None, **table.columns, **row}
    return {name: row[name] for name in names if row.get(name, MISSING) is not MISSING}
