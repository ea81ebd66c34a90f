"""Where a round stands: each project with its state, and what is wrong with what was refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError
from xlsync.problems import Severity
from xlsync.repository import check_round

if TYPE_CHECKING:
    from xlsync.record import Json, Record
    from xlsync.repository import Entry, Snapshot

ACCEPTED = "已收"
REFUSED = "退回"


@dataclass(frozen=True, slots=True)
class Standing:
    """One project in a round.

    ``errors`` and ``warnings`` count what was found in the file that was accepted, or in those
    that were refused where none was.
    """

    record: str | None
    group: str
    title: str
    state: str
    errors: int
    warnings: int

    def as_json(self) -> Json:
        """The standing as ``xlsync status --json`` prints it."""
        return {
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "state": self.state,
            "errors": self.errors,
            "warnings": self.warnings,
        }


def check_known(snapshot: Snapshot, round_name: str) -> None:
    """Make sure that something came into a round.

    Raises:
        XlsyncError: naming the rounds that there are.
    """
    rounds = snapshot.rounds()
    if check_round(round_name) not in rounds:
        known = ", ".join(rounds) or "none yet"
        raise XlsyncError(f"no round {round_name!r} in this repository; there are: {known}")


def standings(snapshot: Snapshot, round_name: str) -> list[Standing]:
    """Every project of a round, by unit and title; refused ones that have no record yet too.

    Raises:
        XlsyncError: when nothing came into the round yet.
    """
    check_known(snapshot, round_name)
    receipts: dict[str | None, list[Record]] = {}
    for receipt in snapshot.receipts(round_name):
        for form in receipt["forms"]:
            receipts.setdefault(form["record"], []).append(form)
    accepted = snapshot.records(round_name)
    rows = [
        _standing(
            entry.id,
            entry.group,
            entry.title,
            ACCEPTED,
            _current(snapshot, entry, receipts.get(entry.id, [])),
        )
        for entry in accepted.values()
    ]
    rows += [
        _standing(record_id, forms[0]["group"], forms[0]["title"], REFUSED, forms)
        for record_id, forms in receipts.items()
        if record_id is not None and record_id not in accepted
    ]
    return sorted(rows, key=lambda row: (row.group, row.title, row.record or ""))


def _current(snapshot: Snapshot, entry: Entry, forms: list[Record]) -> list[Record]:
    """Of all that came for a record, what the round's version was accepted from."""
    accepted = [form for form in forms if form["accepted"]]
    if len(accepted) > 1:
        content = hashlib.sha256(snapshot.record_bytes(entry)).hexdigest()
        accepted = [form for form in accepted if form["content"] == content] or accepted
    return accepted


def _standing(record_id: str, group: str, title: str, state: str, forms: list[Record]) -> Standing:
    errors, warnings = (_most(forms, one) for one in (Severity.ERROR, Severity.WARNING))
    return Standing(record_id, group, title, state, errors, warnings)


def _most(forms: list[Record], severity: Severity) -> int:
    counts = (sum(one["severity"] == severity.value for one in form["problems"]) for form in forms)
    return max(counts, default=0)
