"""Reminding: what each unit still owes, with the workbooks that it has not sent back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import unique_names
from xlsync.base.record import canonical_bytes
from xlsync.exchange.workbooks import workbook
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.kept.ledger import issued, issued_record
from xlsync.rounds.sending.issuing import Ticket, locked_slots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Snapshot
    from xlsync.rounds.state.notices import Notice


@dataclass(frozen=True, slots=True)
class Reminded:
    """What was written of a reminder: a notice a unit that owes something, and the files."""

    round: str
    notices: list[Notice]
    paths: list[Path]

    def as_json(self) -> Json:
        """The reminder as ``xlsync remind --json`` prints it."""
        return {
            "round": self.round,
            "units": [one.as_json() for one in self.notices],
            "files": [str(path) for path in self.paths],
        }


def owed_workbooks(
    forms: Mapping[str, Form], snapshot: Snapshot, notice: Notice, password: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the workbook of each project that never came back, as it went out last.

    What was sent back for correction is with its unit, filled in; a blank one would only harm.

    Raises:
        XlsyncError: when a form is missing.
    """
    keys = seal_keys(snapshot)
    waiting = [one for one in notice.items if one.record and one.is_missing]
    names = unique_names([one.title for one in waiting], suffix=".xlsx")
    for name, item in zip(names, waiting, strict=True):
        entry = issued(snapshot, notice.round, item.record or "")
        if entry is None:
            continue
        issue = entry.distributed
        record = issued_record(snapshot, notice.round, entry.record, issue.number)
        form = forms.get(str(record["form"])) if record else None
        if record is None or form is None:
            raise XlsyncError(f"没有安装表 {entry.form}，做不出要附上的工作簿")
        ticket = Ticket(
            content=canonical_bytes(record),
            round=notice.round,
            number=issue.printed,
            base=issue.base,
            fixed=issue.fixed,
            due=issue.due,
            contact=issue.contact,
        )
        manifest = ticket.manifest(form, keys[0])
        locked = locked_slots(form, issue.fixed)
        yield name, workbook(form, record, manifest=manifest, locked=locked, password=password)
