"""Where a round stands: each project that went out or came in, and for whom it waits."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import unknown_name
from xlsync.base.problems import Severity
from xlsync.repository import check_round, layout
from xlsync.rounds.kept.deadlines import days_late, deadlines, due_of
from xlsync.rounds.kept.decisions import Act, decisions, is_cancelled
from xlsync.rounds.kept.ledger import CORRECTED, issues, roster_order, statement
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import receipts_of
from xlsync.rounds.state.standing import RETURNED, UNIT, Place, Standing, waits_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.kept.decisions import Decision
    from xlsync.rounds.kept.ledger import Issued
    from xlsync.rounds.kept.receipt_documents import FormReceipt


_OF_THE_RECORD = {
    *(State.NEW, State.UPDATED, State.MERGED, State.UNCHANGED),
    *(State.CONFLICT, State.REFUSED),
}
"""What came of a form that is truly one of its record."""


class _Return(NamedTuple):
    """What came of a record in one file."""

    received: str
    form: FormReceipt


def check_known(snapshot: Snapshot, round_name: str) -> None:
    """Make sure that something went out or came in, in a round.

    Raises:
        UsageError: naming the rounds that there are.
    """
    rounds = snapshot.rounds()
    if check_round(round_name) not in rounds:
        raise unknown_name("round", round_name, rounds)


def check_unit(text: str | None, units: Iterable[str]) -> None:
    """Make sure that a text, where one is given, is in the name of some unit.

    Raises:
        UsageError: naming the units that there are.
    """
    names = list(units)
    if text is not None and not any(text in name for name in names):
        raise unknown_name("unit", text, names)


def narrowed(
    rows: Iterable[Standing], unit: str | None = None, states: Collection[str] = ()
) -> list[Standing]:
    """The projects of units whose name holds a text, in any of some states; all without either.

    Raises:
        UsageError: when no unit is called so.
    """
    rows = list(rows)
    check_unit(unit, (one.group for one in rows))
    return [
        one
        for one in rows
        if (unit is None or unit in one.group)
        and (not states or any(one.is_in(state) for state in states))
    ]


def standings(snapshot: Snapshot, round_name: str, today: date | None = None) -> list[Standing]:
    """Every project of a round in the order of its roster, then by unit and title.

    Refused ones that have no record yet are among them. ``today`` is the day by which a date
    has passed; by default it is today.

    Raises:
        XlsyncError: when nothing went out and nothing came in.
    """
    check_known(snapshot, round_name)
    returns: dict[str, list[_Return]] = {}
    # What was chosen in a conflict workbook has a record, but is none that came back.
    for one in _returns(snapshot, round_name):
        if one.form.content is not None and one.form.state in _OF_THE_RECORD:
            returns.setdefault(one.form.record or "", []).append(one)
    ledger, accepted = issues(snapshot, round_name), snapshot.records(round_name)
    known = _RoundFacts(snapshot, round_name, today or date.today())  # noqa: DTZ011 - the office's day
    rows = []
    for record_id in {**ledger, **accepted, **returns}:
        came = sorted(returns.get(record_id, []), key=lambda one: one.received)
        facts = _RecordFacts(record_id, ledger.get(record_id), accepted.get(record_id), came)
        rows.append(_standing(facts, known))
    order = roster_order(snapshot, round_name)
    last = len(order)
    return sorted(
        rows, key=lambda row: (order.get(row.record or "", last), row.group, row.title, row.record)
    )


def others(snapshot: Snapshot, round_name: str) -> dict[State, int]:
    """How many forms came that belong to no project of the round, by what they were."""
    states = Counter(one.form.state for one in _returns(snapshot, round_name))
    return {one: states[one] for one in State if states[one] and one not in _OF_THE_RECORD}


def _returns(snapshot: Snapshot, round_name: str) -> Iterable[_Return]:
    for _, receipt in receipts_of(snapshot, round_name):
        for form in receipt.forms:
            yield _Return(receipt.received or "", form)


def _counted(snapshot: Snapshot, entry: Entry | None, came: list[_Return]) -> list[_Return]:
    """Of all that came for a record, what the round's version was accepted from."""
    accepted = [one for one in came if one.form.accepted]
    if entry is None or not accepted:
        return [one for one in came if one.form.state is State.REFUSED][-1:]
    if len(accepted) > 1:
        content = snapshot.digest(entry)
        accepted = [one for one in accepted if one.form.content == content] or accepted
    return accepted


class _RecordFacts(NamedTuple):
    """What went out for a record, what the round holds of it, and what came."""

    id: str
    issued: Issued | None
    entry: Entry | None
    came: list[_Return]


class _RoundFacts:
    """What a round knows beside what went out and came: conflicts, decisions, dates."""

    def __init__(self, snapshot: Snapshot, round_name: str, today: date) -> None:
        self.snapshot = snapshot
        self.waiting = set(snapshot.names(layout.folder(layout.CONFLICTS, round_name)))
        self.decisions = decisions(snapshot, round_name)
        self.deadline = next(reversed(deadlines(snapshot, round_name)), None)
        self.today = today

    def state(self, record: _RecordFacts, found: Sequence[Decision], verdict: str | None) -> Place:
        """Where a record stands, by what people decided first."""
        if is_cancelled(found):
            return Place.CANCELLED
        if record.id in self.waiting:
            return Place.CONFLICT
        if verdict is not None:
            return Place.SENT_BACK if verdict == RETURNED else Place.REVIEWED
        if record.entry:
            return Place.ACCEPTED
        return Place.REFUSED if record.came else Place.MISSING

    def verdict(self, entry: Entry | None, found: Sequence[Decision]) -> tuple[str | None, bool]:
        """The reviewer's word on the version that stands, and whether it was on another one."""
        last = next((one for one in reversed(found) if one.act is Act.REVIEW), None)
        if last is None or entry is None:
            return None, False
        is_meant = last.saw == self.snapshot.digest(entry)
        return (last.verdict, False) if is_meant else (None, True)


def _standing(record: _RecordFacts, known: _RoundFacts) -> Standing:
    issued, entry, came = record.issued, record.entry, record.came
    last = came[-1] if came else None
    said = statement(issued).number if issued else None
    # Of several that came at once none is the last one: which of them was moved does not count.
    at_once = [one for one in came if last is not None and one.received == last.received]
    moved = any(one.form.state in {State.MERGED, State.CONFLICT} for one in at_once)
    issue = max((one.form.issue for one in at_once if one.form.issue), default=None)
    names = entry or issued or (last.form if last else None)
    sent = [one for one in issued.issues if one.reason != CORRECTED] if issued else []
    taken = max((one.received for one in came if one.form.accepted), default="")
    refused = max((one.received for one in came if one.form.state is State.REFUSED), default="")
    counted = _counted(known.snapshot, entry, came)
    found = known.decisions.get(record.id, [])
    verdict, is_outdated = known.verdict(entry, found)
    state = known.state(record, found, verdict)
    is_again = entry is not None and refused > taken and state in {Place.ACCEPTED, Place.REVIEWED}
    due = due_of(known.deadline, issued)
    is_awaited = waits_for(state, is_again=is_again) == UNIT
    return Standing(
        record=record.id,
        group=names.group if names else "",
        title=names.title if names else "",
        state=state,
        is_again=is_again,
        sent=sent[-1].time if sent else None,
        issues=len(sent),
        returned=(last.received or None) if last else None,
        returns=len(came),
        issue=issue,
        is_stale=moved or (issue is not None and said is not None and issue < said),
        errors=max((one.form.count(Severity.ERROR) for one in counted), default=0),
        warnings=max((one.form.count(Severity.WARNING) for one in counted), default=0),
        due=due,
        days_late=days_late(due, known.today) if is_awaited else None,
        decisions=tuple(found),
        verdict=verdict,
        is_outdated=is_outdated,
    )
