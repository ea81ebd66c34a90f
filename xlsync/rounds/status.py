"""Where a round stands: each project with its state, and what is wrong with what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.problems import Severity

if TYPE_CHECKING:
    from xlsync.record import Json, Record
    from xlsync.repository import Snapshot

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


def standings(snapshot: Snapshot, round_name: str) -> list[Standing]:
    """Every project of a round, by unit and title; refused ones that have no record yet too."""
    receipts: dict[str | None, list[Record]] = {}
    for receipt in snapshot.receipts(round_name):
        for form in receipt["forms"]:
            receipts.setdefault(form["record"], []).append(form)
    accepted = snapshot.records(round_name)
    rows = [
        _standing(entry.id, entry.group, entry.title, ACCEPTED, receipts.get(entry.id, []))
        for entry in accepted.values()
    ]
    rows += [
        _standing(record_id, forms[0]["group"], forms[0]["title"], REFUSED, forms)
        for record_id, forms in receipts.items()
        if record_id is not None and record_id not in accepted
    ]
    return sorted(rows, key=lambda row: (row.group, row.title, row.record or ""))


def _standing(record_id: str, group: str, title: str, state: str, forms: list[Record]) -> Standing:
    counted = [form for form in forms if form["accepted"] == (state == ACCEPTED)]
    return Standing(
        record_id,
        group,
        title,
        state,
        _most(counted, Severity.ERROR),
        _most(counted, Severity.WARNING),
    )


def _most(forms: list[Record], severity: Severity) -> int:
    counts = (sum(one["severity"] == severity.value for one in form["problems"]) for form in forms)
    return max(counts, default=0)
