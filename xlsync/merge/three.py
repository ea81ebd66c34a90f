"""Merge two versions of a record on the one that both began from.

Fields and table rows are merged on that base, as the mapping describes them: what one side
alone changed stands, the same change on both sides is one change, and where the sides changed
the same place in different ways nobody but a person can say which is meant. That is a conflict;
until somebody chooses, ours stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError
from xlsync.merge.merged import ENVELOPE, Conflict, Merged, assembled, settled
from xlsync.merge.tables import merge_table
from xlsync.record import MISSING, get, join

if TYPE_CHECKING:
    from xlsync.mapping import Mapping
    from xlsync.record import Json, Record


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
