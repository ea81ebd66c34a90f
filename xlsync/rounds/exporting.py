"""What a round has accepted, form by form, read one record at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.rounds.status import check_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot


@dataclass(frozen=True, slots=True)
class FormRecords:
    """The accepted records of one form; iterating reads them, in the order of unit and title."""

    form: Form
    snapshot: Snapshot
    entries: list[Entry]

    def __iter__(self) -> Iterator[Record]:
        """Read each record.

        Raises:
            XlsyncError: when a record holds what its form, as it is installed, does not know.
        """
        for entry in self.entries:
            record, problems = self.form.canonical(self.snapshot.record(entry))
            if record is None:
                first = problems[0]
                raise XlsyncError(
                    f"{entry.path} in the repository does not fit the form {self.form.id}: "
                    f"{first.pointer} {first.message}"
                )
            yield record


@dataclass(frozen=True, slots=True)
class Accepted:
    """The accepted records of a round; ``disputed`` counts those that something contradicts."""

    round: str
    snapshot: Snapshot
    forms: list[FormRecords]
    disputed: int

    @property
    def entries(self) -> list[Entry]:
        """All records, in the order of unit and title."""
        return list(self.snapshot.records(self.round).values())


def accepted(forms: Mapping[str, Form], snapshot: Snapshot, round_name: str) -> Accepted:
    """What can be exported of a round.

    Raises:
        XlsyncError: when there is no such round, nothing was accepted in it, or a form is missing.
    """
    check_known(snapshot, round_name)
    by_form: dict[str, list[Entry]] = {}
    for entry in snapshot.records(round_name).values():
        by_form.setdefault(str(snapshot.record(entry).get("form")), []).append(entry)
    if not by_form:
        raise XlsyncError(f"{round_name}: nothing was accepted in this round yet")
    for form_id in by_form:
        if form_id not in forms:
            raise XlsyncError(f"no form {form_id!r} is installed that could read these records")
    parts = [FormRecords(forms[one], snapshot, by_form[one]) for one in sorted(by_form)]
    disputed = len(snapshot.names(f"{layout.CONFLICTS}/{round_name}"))
    return Accepted(round_name, snapshot, parts, disputed)
