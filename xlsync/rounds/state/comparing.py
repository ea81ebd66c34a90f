"""What changed: between two sets of records, two rounds, or two versions of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.records import RecordDelta, compare_record
from xlsync.rounds.kept.decisions import cancelled
from xlsync.rounds.kept.ledger import roster_order
from xlsync.rounds.state.exporting import counted_records
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot


def compare_rounds(
    forms: Mapping[str, Form], snapshot: Snapshot, old: str, new: str
) -> list[RecordDelta]:
    """Every record that differs between two rounds; only those are loaded.

    A cancelled project is none of its round. One that went out in the new round and did not come
    back yet has not changed: see :func:`still_out`. The order is that of the new round's roster.

    Raises:
        XlsyncError: when one of the rounds does not exist.
    """
    for name in (old, new):
        check_known(snapshot, name)
    before, after = counted_records(snapshot, old), counted_records(snapshot, new)
    waiting = {one.id for one in still_out(snapshot, old, new)}
    deltas = []
    for record_id in before | after:
        one, other = before.get(record_id), after.get(record_id)
        is_same = one is not None and other is not None and one.blob == other.blob
        if is_same or record_id in waiting:
            continue
        versions = (snapshot.record(entry) if entry else None for entry in (one, other))
        deltas.append(compare_versions(forms, *versions))
    return _ordered(deltas, {**roster_order(snapshot, old), **roster_order(snapshot, new)})


def still_out(snapshot: Snapshot, old: str, new: str) -> list[Entry]:
    """The projects of the old round that went out in the new one and did not come back yet."""
    before, out = counted_records(snapshot, old), cancelled(snapshot, new)
    return [one for one in snapshot.outstanding(new) if one.id in before and one.id not in out]


def round_records(snapshot: Snapshot, round_name: str) -> dict[str, Record]:
    """Every record of a round by id.

    Raises:
        XlsyncError: when the round does not exist.
    """
    check_known(snapshot, round_name)
    entries = counted_records(snapshot, round_name).values()
    return {entry.id: snapshot.record(entry) for entry in entries}


def compare_records(
    forms: Mapping[str, Form], old: Mapping[str, Record], new: Mapping[str, Record]
) -> list[RecordDelta]:
    """Every record that differs between two sets of records, each by id.

    A record's partner has its id; where both sides hold one record only, they are partners.
    """
    if len(old) == len(new) == 1:
        return _ordered([compare_versions(forms, *old.values(), *new.values())])
    return _ordered(compare_versions(forms, old.get(one), new.get(one)) for one in {**old, **new})


def compare_versions(
    forms: Mapping[str, Form], old: Record | None, new: Record | None
) -> RecordDelta | None:
    """What changed in one record, or None where nothing did.

    Raises:
        XlsyncError: when the form of the record is not at hand.
    """
    last = new or old or {}
    form_id = last.get("form")
    form = forms.get(str(form_id))
    if form is None:
        raise XlsyncError(f"no form {form_id!r} is installed that could read this record")
    return compare_record(form.mapping, last["id"], old, new)


def _ordered(
    deltas: Iterable[RecordDelta | None], order: Mapping[str, int] | None = None
) -> list[RecordDelta]:
    """By their places in a roster, then by unit and title."""
    found = [one for one in deltas if one is not None]
    places = order or {}
    last = len(places)
    return sorted(
        found,
        key=lambda one: (places.get(one.id, last), str(one.group), str(one.title), one.id),
    )
