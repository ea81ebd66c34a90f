"""Whether a returned form belongs here: this round, this project, this form.

A workbook says of itself which project it is, and its fields say it once more. Where the two
contradict each other it was filled in for another project, or put together from two; then
nobody but a person can say whose it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.files import safe_name
from xlsync.base.problems import problem
from xlsync.rounds.outcomes import State

if TYPE_CHECKING:
    from xlsync.base.problems import Problem
    from xlsync.rounds.arriving import Returned
    from xlsync.rounds.known import Known
    from xlsync.rounds.ledger import Issued
    from xlsync.rounds.outcomes import Outcome


def placed(known: Known, form: Returned, outcome: Outcome) -> Outcome:
    """The outcome with its issue and what is doubtful about it; with its state where it is out.

    The state of one that belongs here stays :attr:`State.NEW`.
    """
    claim, record_id = form.claim, outcome.record_id
    if claim and claim.round and claim.round != known.round:
        message = f"这是 {claim.round} 的表，本次收集的是 {known.round}，未收入。"
        return outcome.settled(State.OTHER_ROUND, problem("B001", message, found=claim.round))
    entry = known.issued(record_id) if record_id else None
    if known.issued_ids and entry is None:
        message = f"本轮没有下发过这个项目（“{outcome.title}”），未收入，原件已留存。"
        return outcome.settled(State.UNKNOWN, problem("B002", message, found=record_id))
    if entry is None:
        return _among_records(known, form, outcome)
    if entry.form != form.form:
        message = f"下发给这个项目的是 {entry.form}，收到的是 {form.form}，请换成下发的表。"
        return outcome.settled(State.OTHER_FORM, problem("B005", message, found=form.form))
    return _of_issue(known, form, outcome, entry)


def _among_records(known: Known, form: Returned, outcome: Outcome) -> Outcome:
    """In a round without a ledger, what was collected before is all that is known."""
    entry = known.records.get(outcome.record_id or "")
    if entry is None or not form.states_id:
        return outcome
    names = (safe_name(outcome.group), safe_name(outcome.title))
    other = known.namesake(outcome.group, outcome.title)
    if (entry.group, entry.title) != names and other not in {None, entry.id}:
        return outcome.settled(State.COPY, _copied(outcome, entry.title))
    if form.form != known.snapshot.record(entry).get("form"):
        message = f"本轮这个项目已收的是另一张表，收到的是 {form.form}，未收入。"
        return outcome.settled(State.OTHER_FORM, problem("B005", message, found=form.form))
    return outcome


def _of_issue(known: Known, form: Returned, outcome: Outcome, entry: Issued) -> Outcome:
    """What went out and what came back, held against each other."""
    claim = form.claim
    issue = entry.claimed(claim.issue, claim.base) if claim and claim.issue is not None else None
    is_trusted = claim is not None and claim.is_sealed
    number = issue.number if issue else entry.last.number
    if form.identity != known.identity_of(entry.record, number):
        owner = known.owner(form.identity)
        if owner is not None and owner != entry.record:
            return outcome.settled(State.COPY, _copied(outcome, entry.title))
        if form.is_typed and not is_trusted:
            message = (
                f"随表的清单被改动或不见了，表中的项目（“{outcome.title}”）与下发的"
                f"（“{entry.title}”）又对不上，不能断定是哪个项目，未收入。"
            )
            return outcome.settled(State.UNKNOWN, problem("B002", message, found=outcome.title))
        if claim and claim.is_renamed:
            return outcome.settled(State.COPY, _copied(outcome, entry.title))
    if not form.is_typed:
        return outcome
    doubts = [] if is_trusted and issue else [_doubt(form, number, is_known=issue is not None)]
    base = (issue or entry.last).base
    made = replace(outcome, round=known.round, issue=number, base=base)
    return replace(made, problems=(*doubts, *made.problems))


def _copied(outcome: Outcome, owner: str) -> Problem:
    message = (
        f"这份工作簿是“{owner}”的，里面填的却是“{outcome.title}”，像是在另一个项目的表上改填的，"
        f"未收入。请把内容填到“{outcome.title}”自己的表上。"
    )
    return problem("B003", message, found=outcome.title)


def _doubt(form: Returned, number: int, *, is_known: bool) -> Problem:
    """What is said of a workbook whose own account of itself cannot be relied upon (S008)."""
    if form.claim is None:
        what = "随表的清单不见了"
    elif is_known:
        what = "随表的清单被改动"
    else:
        what = (
            f"随表的清单说是第 {form.claim.issue} 次下发，本轮没有"
            if form.claim.issue
            else ("随表的清单没有说是第几次下发")
        )
    return problem("S008", f"{what}，已按表中所填核对，并按第 {number} 次下发的内容比较。")
