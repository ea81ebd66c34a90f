"""One record before something happens to it: what was said of it, and the answers since.

It is read from the ledger, the receipts and what was kept of the answers (``merged/``); an older
repository that kept less is read as far as it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.rounds.answers.settling import Answer, CoordinatorStatement, Settlement, digest, settle
from xlsync.rounds.kept.documents import KeptAnswer, KeptAnswers, instant
from xlsync.rounds.kept.ledger import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.rounds.answers.round_view import RoundView
    from xlsync.rounds.kept.ledger import Issue, Issued

_MOST_SUPERSEDED = 20
"""Answers of one record that are kept after a later one took their place; the last count."""


@dataclass(frozen=True)
class RecordState:
    """One record before something happens to it: what was said, and all answers since."""

    said: CoordinatorStatement
    answers: tuple[Answer, ...] = ()

    def settled(self, form: Form) -> Settlement:
        """What it comes to."""
        return settle(form, self.said, self.answers)


def kept(said: CoordinatorStatement, answers: Sequence[Answer], last_issue: int) -> KeptAnswers:
    """A statement and the answers to it, as they are kept."""
    gone = [one for one in answers if one.is_superseded]
    gone = sorted(gone, key=lambda one: (instant(one.received), one.content))[-_MOST_SUPERSEDED:]
    left = [*(one for one in answers if not one.is_superseded), *gone]
    versions = sorted(left, key=lambda one: (one.issue or 0, one.content))
    return KeptAnswers(
        said.record,
        tuple(
            KeptAnswer(
                one.issue or 0,
                one.record,
                one.saved,
                one.saver,
                one.is_sealed,
                one.is_superseded,
                one.received,
            )
            for one in versions
        ),
        said.issue,
        last_issue,
        said.over,
        said.time,
        said.saved,
        tuple(said.closed),
        said.stands,
    )


def follows(
    view: RoundView,
    entry: Issued,
    said: CoordinatorStatement,
    answers: Sequence[Answer],
    record: Record | None,
) -> bool:
    """Whether ledger and receipts alone lead to the same statement and the same answers."""
    last = statement(entry)
    is_plain = said.issue == last.number and said.record == view.content(entry.record, last.number)
    if not is_plain or len(answers) > 1:
        return False
    if not answers:
        return said.over == view.before(entry.record, last.base) and (
            said.over is None or said.over == record
        )
    (one,) = answers
    return one.record == record and said.over == view.before(entry.record, last.base)


def record_state(view: RoundView, record_id: str, current: Record | None) -> RecordState:
    """What was said of a record and the answers since, without those that wait.

    ``current`` is the round's version of the record, None where there is none yet. What is of
    another form than the last issue is left out: it cannot be compared with it.
    """
    found = _record_state(view, record_id, current)
    form = found.said.record["form"]
    over = found.said.over
    if over is not None and over["form"] != form:
        over = None
    answers = tuple(one for one in found.answers if one.record["form"] == form == one.base["form"])
    return RecordState(replace(found.said, over=over), answers)


def _record_state(view: RoundView, record_id: str, current: Record | None) -> RecordState:
    entry = view.issued(record_id)
    if entry is None:
        raise AssertionError("only an answer to an issue is settled")
    last = statement(entry)
    plain = CoordinatorStatement(view.content(record_id, last.number), last.number, time=last.time)
    if current is None:
        return RecordState(plain)
    before = view.before(record_id, last.base)
    found = view.kept(record_id)
    if found is not None and found.last_issue == last.number:
        return _from_kept(view, record_id, found)
    if before is not None and before == current:
        # What stood there when the workbook went out, the workbook took out with it.
        return RecordState(_after(view, record_id, plain, before))
    if found is not None:
        return _moved_on(view, record_id, last, plain, found)
    evidence = view.evidence(record_id, digest(current))
    if evidence is None or (evidence.form.issue is None and evidence.form.is_sealed):
        return RecordState(CoordinatorStatement(current, stands=True))
    issue = last.number if evidence.form.issue is None else evidence.form.issue
    answer = Answer(
        issue,
        view.content(record_id, issue),
        current,
        saved=evidence.form.saved,
        saver=evidence.form.saver,
        is_sealed=evidence.form.is_sealed,
        received=evidence.received,
    )
    said = plain if before is None else _after(view, record_id, plain, before, answer.content)
    return RecordState(said, (answer,))


def _after(
    view: RoundView,
    record_id: str,
    plain: CoordinatorStatement,
    before: Record,
    since: str | None = None,
) -> CoordinatorStatement:
    """An issue that took out what had been accepted; ``since`` is the digest of what came later."""
    known = [one.form for one in view.accepted(record_id) if one.form.content != since]
    times = [one.saved for one in known if one.saved]
    return replace(
        plain,
        over=before,
        saved=max(times, key=instant, default=None),
        closed=frozenset(one.content for one in known if one.content),
        stands=True,
    )


def _from_kept(view: RoundView, record_id: str, found: KeptAnswers) -> RecordState:
    said = CoordinatorStatement(
        found.start,
        found.issue,
        found.over,
        found.time,
        found.saved,
        frozenset(found.closed),
        found.stands,
    )
    return RecordState(said, tuple(_answers(view, record_id, found.versions)))


def _answers(view: RoundView, record_id: str, versions: Iterable[KeptAnswer]) -> Iterator[Answer]:
    for one in versions:
        yield Answer(
            one.issue,
            view.content(record_id, one.issue),
            one.record,
            saved=one.saved,
            saver=one.saver,
            is_sealed=one.is_sealed,
            is_superseded=one.is_superseded,
            received=one.received,
        )


def _moved_on(
    view: RoundView, record_id: str, last: Issue, plain: CoordinatorStatement, found: KeptAnswers
) -> RecordState:
    """Answers that came while a newer workbook was going out, which it does not know."""
    if found.last_issue is None:
        # Of the first version: answers and what they were put on, and nothing else.
        is_last = found.start == plain.record
        old = replace(found, issue=plain.issue if is_last else None)
        return _from_kept(view, record_id, old)
    if found.stands and found.issue is None:
        return _from_kept(view, record_id, found)
    before = view.before(record_id, last.base)
    then = view.kept(record_id, last.base) if before is not None else None
    closed = {digest(one.record) for one in then.versions} if then else set()
    closed |= {digest(before)} if before is not None else set()
    left = [one for one in found.versions if digest(one.record) not in closed]
    said = replace(plain, over=before, closed=frozenset(closed))
    return RecordState(said, tuple(_answers(view, record_id, left)))
