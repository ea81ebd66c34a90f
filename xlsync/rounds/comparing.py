"""What changed: between two files, two rounds, or two versions of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.diff import RecordDelta, compare_record
from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.form import Form
    from xlsync.record import Record
    from xlsync.repository import Snapshot


def compare_rounds(
    forms: Mapping[str, Form], snapshot: Snapshot, old: str, new: str
) -> list[RecordDelta]:
    """Every record that differs between two rounds; only those are loaded.

    Raises:
        XlsyncError: when one of the rounds does not exist.
    """
    for name in (old, new):
        if name not in snapshot.rounds():
            known = ", ".join(snapshot.rounds()) or "none yet"
            raise XlsyncError(f"no round {name!r} in this repository; there are: {known}")
    before, after = snapshot.records(old), snapshot.records(new)
    deltas = []
    for record_id in before | after:
        one, other = before.get(record_id), after.get(record_id)
        if one is not None and other is not None and one.blob == other.blob:
            continue
        versions = (snapshot.record(entry) if entry else None for entry in (one, other))
        deltas.append(compare_versions(forms, *versions))
    return _ordered(deltas)


def compare_files(
    forms: Mapping[str, Form], old: Iterable[Record], new: Iterable[Record]
) -> list[RecordDelta]:
    """Every record that differs between two sets of records.

    A record's partner has its id; where both sides hold one record only, they are partners.
    """
    before = {record["id"]: record for record in old}
    after = {record["id"]: record for record in new}
    if len(before) == len(after) == 1:
        return _ordered([compare_versions(forms, *before.values(), *after.values())])
    return _ordered(
        compare_versions(forms, before.get(one), after.get(one)) for one in before | after
    )


def compare_versions(
    forms: Mapping[str, Form], old: Record | None, new: Record | None
) -> RecordDelta | None:
    """What changed in one record, or None where nothing did."""
    last = new or old or {}
    form_id = last.get("form")
    form = forms.get(str(form_id))
    if form is None:
        raise XlsyncError(f"no form {form_id!r} is installed that could read this record")
    return compare_record(form.mapping, last["id"], old, new)


def _ordered(deltas: Iterable[RecordDelta | None]) -> list[RecordDelta]:
    found = [one for one in deltas if one is not None]
    return sorted(found, key=lambda one: (str(one.group), str(one.title), one.id))
