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
from xlsync.rounds.kept.claims import locked_changes
from xlsync.rounds.kept.outcomes import State

if TYPE_CHECKING:
    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.rounds.answers.round_view import RoundView
    from xlsync.rounds.kept.ledger import Issue, Issued
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.returned.received_forms import IssueClaim, ReceivedForm


def attribute(view: RoundView, form: ReceivedForm, outcome: Outcome) -> Outcome:
    """The outcome with its issue and what is doubtful about it; with its state where it is out.

    The state of one that belongs here stays :attr:`State.NEW`.
    """
    claim, record_id = form.claim, outcome.record_id
    if claim and claim.round and claim.round != view.round:
        message = f"这是 {claim.round} 的表，本次收集的是 {view.round}，未收入。"
        return outcome.settled(State.OTHER_ROUND, problem("B001", message, found=claim.round))
    entry = view.issued(record_id) if record_id else None
    if gone := _withdrawn(view, form, record_id, entry):
        return outcome.settled(State.WITHDRAWN, gone)
    return _belongs(view, form, outcome, entry)


def _belongs(
    view: RoundView, form: ReceivedForm, outcome: Outcome, entry: Issued | None
) -> Outcome:
    """The same of a form of this round, given what went out for its record."""
    claim = form.claim
    if entry is None and claim is not None and claim.issue is not None and form.is_typed:
        return outcome.settled(State.NO_BASE, _without_base(claim))
    if view.has_issues and entry is None:
        message = f"本轮没有下发过这个项目（“{outcome.title}”），未收入，原件已留存。"
        return outcome.settled(State.UNKNOWN, problem("B002", message, found=outcome.record_id))
    if entry is None:
        return _of_year(view, form, _among_records(view, form, outcome))
    if entry.form != form.form:
        message = f"下发给这个项目的是 {entry.form}，收到的是 {form.form}，请换成下发的表。"
        return outcome.settled(State.OTHER_FORM, problem("B005", message, found=form.form))
    return _of_issue(view, form, outcome, entry)


def _withdrawn(
    view: RoundView, form: ReceivedForm, record_id: str | None, entry: Issued | None
) -> Problem | None:
    """What is said of an answer to a workbook that was taken back (B013)."""
    claim = form.claim
    if record_id is None or claim is None or claim.issue is None:
        return None
    if entry is not None and view.claimed(entry, claim) is not None:
        return None
    gone = view.withdrawn(record_id, claim)
    if gone is None:
        return None
    if entry is None:
        advice = "本轮没有再下发过这个项目；需要的请先重新下发"
    else:
        advice = f"请单位改用第 {entry.distributed.printed} 次下发的表填报"
    message = (
        f"这是第 {gone.printed} 次下发的表，那次下发已于 {gone.time[:10]} 撤销，未收入，"
        f"原件已留存。{advice}；仍要采用的，请先撤销那次撤销（xlsync undo），再收集一次。"
    )
    return problem("B013", message, found=str(gone.printed))


def _of_year(
    view: RoundView, form: ReceivedForm, outcome: Outcome, issue: Issue | None = None
) -> Outcome:
    """The outcome; an error (B008) where the form is for another year than the round.

    Not where that year went out locked: then it is what the coordinator said.
    """
    year = view.round.partition("/")[0]
    known = view.forms.get(form.form or "")
    plan = known.mapping if known else None
    if outcome.state is not State.NEW or form.year is None or plan is None:
        return outcome
    if str(form.year) == year or plan.record.year is None:
        return outcome
    pointer = plan.fields[plan.record.year].pointer
    if issue is not None and pointer in issue.fixed:
        return outcome
    message = (
        f"表上的年度是 {form.year}，本轮（{view.round}）收的是 {year} 年度的表，未收入。"
        f"请改用 {year} 年度的表，或收集到 {form.year} 年度的轮次里。"
    )
    found = problem("B008", message, pointer=pointer, found=str(form.year))
    return replace(outcome, problems=(*outcome.problems, found))


def _without_base(claim: IssueClaim) -> Problem:
    """What is said of an answer to an issue that this repository does not hold (B010)."""
    message = (
        f"这是第 {claim.issue} 次下发的表，本库没有这次下发的底稿（可能由另一位统筹人发出），"
        "还不能比较，先留存等待。请与发出它的库同步（xlsync sync）后再收集。"
    )
    return problem("B010", message, found=str(claim.issue))


def _among_records(view: RoundView, form: ReceivedForm, outcome: Outcome) -> Outcome:
    """In a round without a ledger, what was collected before is all that is view."""
    entry = view.entry(outcome.record_id)
    if entry is None or not form.states_id:
        return outcome
    names = (safe_name(outcome.group), safe_name(outcome.title))
    other = view.namesake(outcome.group, outcome.title)
    if (entry.group, entry.title) != names and other not in {None, entry.id}:
        return outcome.settled(State.COPY, _copied(outcome, entry.title))
    if form.form != view.snapshot.record(entry).get("form"):
        message = f"本轮这个项目已收的是另一张表，收到的是 {form.form}，未收入。"
        return outcome.settled(State.OTHER_FORM, problem("B005", message, found=form.form))
    return outcome


def _of_issue(view: RoundView, form: ReceivedForm, outcome: Outcome, entry: Issued) -> Outcome:
    """What went out and what came back, held against each other."""
    claim = form.claim
    issue = view.claimed(entry, claim) if claim and claim.issue is not None else None
    if claim is not None and claim.issue is not None and issue is None:
        return outcome.settled(State.NO_BASE, _without_base(claim))
    is_trusted = claim is not None and claim.is_sealed
    answered = issue or entry.last
    if form.identity != view.identity_of(entry.record, answered.number):
        owner = view.owner(form.identity)
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
    outcome = replace(outcome, is_sealed=is_trusted)
    if form.is_typed:
        doubts = () if is_trusted and issue else (_doubt(form, answered.number, known=issue),)
        outcome = replace(
            outcome,
            round=view.round,
            issue=answered.number,
            base=answered.base,
            problems=(*doubts, *outcome.problems),
        )
    return _of_year(view, form, outcome, answered)


def check_locked(form: Form, outcome: Outcome, record: Record, issue: Issue) -> Outcome:
    """The outcome, with an error for each locked value that is not as it went out."""
    wrong = locked_changes(form, record, issue.fixed)
    said = {one.pointer for one in wrong}
    left = [one for one in outcome.problems if one.code != "S008" or one.pointer not in said]
    return replace(outcome, problems=(*left, *wrong))


def _copied(outcome: Outcome, owner: str) -> Problem:
    message = (
        f"这份工作簿是“{owner}”的，里面填的却是“{outcome.title}”，像是在另一个项目的表上改填的，"
        f"未收入。请把内容填到“{outcome.title}”自己的表上。"
    )
    return problem("B003", message, found=outcome.title)


def _doubt(form: ReceivedForm, number: int, known: Issue | None) -> Problem:
    """What is said of a workbook whose own account of itself cannot be relied upon (S008)."""
    if form.claim is None:
        what = "随表的清单不见了"
    elif known is not None:
        what = "随表的清单被改动"
    else:
        what = "随表的清单没有说是第几次下发"
    return problem("S008", f"{what}，已按表中所填核对，并按第 {number} 次下发的内容比较。")
