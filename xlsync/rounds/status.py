"""Where a round stands: each project that went out or came in, and for whom it waits."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import Severity
from xlsync.repository import check_round, layout
from xlsync.rounds.known import statement
from xlsync.rounds.ledger import issues
from xlsync.rounds.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from xlsync.base.record import Json, Record
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.ledger import Issued


class Place(StrEnum):
    """Where a project stands in a round."""

    MISSING = "未回"
    ACCEPTED = "已收"
    REFUSED = "退回"
    CONFLICT = "冲突"


UNIT, COORDINATOR = "单位", "统筹"

_OF_THE_RECORD = {
    *(State.NEW, State.UPDATED, State.MERGED, State.UNCHANGED),
    *(State.CONFLICT, State.REFUSED),
}
"""What came of a form that is truly one of its record."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One project in a round.

    ``sent`` and ``returned`` are the times (ISO, with zone) of the last workbook that went out
    and of the last that came, None where there was none or the time was not noted; ``issues`` and
    ``returns`` are how many. ``issue`` is the one that came back last, and ``is_stale`` says that
    it was not the one that went out last, or that the record moved on meanwhile. ``is_again``
    marks an accepted project of which something newer was refused. ``errors`` and ``warnings``
    count what was found in the version that stands, or in what was refused last.
    """

    record: str | None
    group: str
    title: str
    state: Place
    is_again: bool
    sent: str | None
    issues: int
    returned: str | None
    returns: int
    issue: int | None
    is_stale: bool
    errors: int
    warnings: int

    @property
    def waits_for(self) -> str:
        """Who has to do something: the unit, the coordinator, or nobody."""
        if self.state is Place.CONFLICT:
            return COORDINATOR
        return "" if self.state is Place.ACCEPTED and not self.is_again else UNIT

    @property
    def shown(self) -> str:
        """The state in full."""
        return f"{self.state}（又{Place.REFUSED}）" if self.is_again else self.state.value

    def is_in(self, state: str) -> bool:
        """Whether somebody who asks for a state wants to see this."""
        return self.state == state or (self.is_again and state == Place.REFUSED)

    def as_json(self) -> Json:
        """The standing as ``xlsync status --json`` prints it."""
        return {
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "state": self.shown,
            "waits_for": self.waits_for or None,
            "sent": self.sent,
            "issues": self.issues,
            "returned": self.returned,
            "returns": self.returns,
            "issue": self.issue,
            "stale": self.is_stale,
            "errors": self.errors,
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class _Return:
    """What came of a record in one file."""

    received: str
    state: State
    form: Record

    @property
    def is_accepted(self) -> bool:
        return bool(self.form["accepted"])

    def count(self, severity: Severity) -> int:
        return sum(one["severity"] == severity.value for one in self.form["problems"])


def check_known(snapshot: Snapshot, round_name: str) -> None:
    """Make sure that something went out or came in, in a round.

    Raises:
        XlsyncError: naming the rounds that there are.
    """
    rounds = snapshot.rounds()
    if check_round(round_name) not in rounds:
        known = ", ".join(rounds) or "none yet"
        raise XlsyncError(f"no round {round_name!r} in this repository; there are: {known}")


def narrowed(
    rows: Iterable[Standing], unit: str | None = None, states: Collection[str] = ()
) -> list[Standing]:
    """The projects of units whose name holds a text, in any of some states; all without either."""
    return [
        one
        for one in rows
        if (unit is None or unit in one.group)
        and (not states or any(one.is_in(state) for state in states))
    ]


def standings(snapshot: Snapshot, round_name: str) -> list[Standing]:
    """Every project of a round, by unit and title; refused ones that have no record yet too.

    Raises:
        XlsyncError: when nothing went out and nothing came in.
    """
    check_known(snapshot, round_name)
    returns: dict[str, list[_Return]] = {}
    # What was chosen in a conflict workbook has a record, but is none that came back.
    for one in _returns(snapshot, round_name):
        if one.form["content"] is not None and one.state in _OF_THE_RECORD:
            returns.setdefault(one.form["record"], []).append(one)
    ledger, accepted = issues(snapshot, round_name), snapshot.records(round_name)
    waiting = set(snapshot.names(f"{layout.CONFLICTS}/{round_name}"))
    rows = []
    for record_id in {**ledger, **accepted, **returns}:
        came = sorted(returns.get(record_id, []), key=lambda one: one.received)
        entry = accepted.get(record_id)
        counted = _counted(snapshot, entry, came)
        rows.append(
            _standing(record_id, ledger.get(record_id), entry, came, counted, record_id in waiting)
        )
    return sorted(rows, key=lambda row: (row.group, row.title, row.record or ""))


def others(snapshot: Snapshot, round_name: str) -> dict[State, int]:
    """How many forms came that belong to no project of the round, by what they were."""
    states = Counter(one.state for one in _returns(snapshot, round_name))
    return {one: states[one] for one in State if states[one] and one not in _OF_THE_RECORD}


def _returns(snapshot: Snapshot, round_name: str) -> Iterable[_Return]:
    for receipt in snapshot.receipts(round_name):
        for form in receipt["forms"]:
            yield _Return(receipt.get("received", ""), state_of(form), form)


def state_of(form: Record) -> State:
    """The state in a receipt; the first ones said no more than whether a form was accepted."""
    if "state" in form:
        return State(form["state"])
    if form["accepted"]:
        return State.NEW
    return State.REFUSED if form["record"] else State.UNREADABLE


def _counted(snapshot: Snapshot, entry: Entry | None, came: list[_Return]) -> list[_Return]:
    """Of all that came for a record, what the round's version was accepted from."""
    accepted = [one for one in came if one.is_accepted]
    if entry is None or not accepted:
        return [one for one in came if one.state is State.REFUSED][-1:]
    if len(accepted) > 1:
        content = hashlib.sha256(snapshot.record_bytes(entry)).hexdigest()
        accepted = [one for one in accepted if one.form["content"] == content] or accepted
    return accepted


def _standing(  # noqa: PLR0913, PLR0917 - one row, put together from all that is known
    record_id: str,
    issued: Issued | None,
    entry: Entry | None,
    came: list[_Return],
    counted: list[_Return],
    is_disputed: bool,  # noqa: FBT001 - one more thing that is known
) -> Standing:
    last = came[-1] if came else None
    said = statement(issued).number if issued else None
    issue = last.form.get("issue") if last else None
    moved = last is not None and last.state in {State.MERGED, State.CONFLICT}
    state = Place.ACCEPTED if entry else (Place.REFUSED if came else Place.MISSING)
    form: Record = last.form if last else {}
    names = entry or issued
    taken = max((one.received for one in came if one.is_accepted), default="")
    refused = max((one.received for one in came if one.state is State.REFUSED), default="")
    return Standing(
        record=record_id,
        group=names.group if names else form["group"],
        title=names.title if names else form["title"],
        state=Place.CONFLICT if is_disputed else state,
        is_again=not is_disputed and entry is not None and refused > taken,
        sent=issued.last.time if issued else None,
        issues=len(issued.issues) if issued else 0,
        returned=(last.received or None) if last else None,
        returns=len(came),
        issue=issue,
        is_stale=moved or (issue is not None and said is not None and issue < said),
        errors=max((one.count(Severity.ERROR) for one in counted), default=0),
        warnings=max((one.count(Severity.WARNING) for one in counted), default=0),
    )
