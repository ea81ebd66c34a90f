"""The coordinator's own word about a record: a correction, with a person, a time and a reason.

:func:`correct` is the one way in which anybody but the unit changes what a record says: the
commands, the roster and the page go through it. What the unit sends later is merged on what
had gone out to it, so that a correction stands where the unit left the place alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.problems import Severity, has_error
from xlsync.rounds.answers.corrected_values import changes_made, known_again, with_values
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.kept.decisions import Act, Decision, put_decision
from xlsync.rounds.kept.ledger import CORRECTED, Issue, next_issue, put_issue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.rounds.answers.record_answers import RoundAnswers
    from xlsync.rounds.kept.ledger import Issued


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """Who decides, when (ISO 8601 with a zone), and why."""

    by: str
    time: str
    reason: str
    act: Act = Act.CORRECT


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that was made: the record before and after, and what the rules warn of.

    ``is_pending`` says that nothing had come back yet: what the unit sends is merged with it.
    """

    record_id: str
    group: str
    title: str
    decision: Decision
    before: Record
    after: Record
    warnings: tuple[Problem, ...] = ()
    is_pending: bool = False

    def as_json(self) -> Json:
        """The correction as the commands print it with ``--json``."""
        return {
            "record": self.record_id,
            "group": self.group,
            "title": self.title,
            **self.decision.as_json(),
            "pending": self.is_pending,
            "problems": [one.as_json() for one in self.warnings],
        }


def correct(
    answers: RoundAnswers, record_id: str, values: Mapping[str, Json], note: DecisionNote
) -> Correction | None:
    """Change values of a record, by pointer, and note who did it and why; nothing is committed.

    Of rows that come or go: :mod:`xlsync.rounds.answers.corrected_values`. A record that only
    went out so far is corrected as it went out. None where the record says all of it already.

    Raises:
        XlsyncError: when the round has no such record, a value has no place in it, or the record
            would break a rule of its form that it keeps now.
    """
    accepted = answers.changes.record(record_id)
    before = answers.standing(record_id)
    if before is None:
        raise XlsyncError(f"{answers.view.round} 没有编号为 {record_id} 的项目")
    form = _form(answers, before)
    made, wrong = form.canonical(with_values(form, before, values))
    if made is None or has_error(wrong):
        raise MistypedError(f"不能这样更正：{_told(wrong)}")
    after = form.identified(made)
    if after == before:
        return None
    warnings = _broken(form, before, after, is_whole=accepted is not None)
    decision = Decision(
        act=note.act,
        time=note.time,
        by=note.by,
        reason=note.reason,
        saw=digest(accepted) if accepted is not None else None,
        made=digest(after),
        changes=changes_made(form.mapping, before, after, values),
    )
    if accepted is None:
        _send_nothing(answers, form, after, note)
    else:
        answers.correct(after)
    put_decision(answers.changes, record_id, decision)
    names = form.group(after), form.title(after)
    pending = accepted is None
    return Correction(record_id, *names, decision, before, after, warnings, is_pending=pending)


def _form(answers: RoundAnswers, record: Record) -> Form:
    form = answers.view.forms.get(str(record.get("form")))
    if form is None:
        raise XlsyncError(f"没有安装表 {record.get('form')}，不能更正这个项目")
    return form


def _broken(form: Form, before: Record, after: Record, *, is_whole: bool) -> tuple[Problem, ...]:
    """The warnings that came with a correction; MistypedError where an error came with it.

    What only went out is not filled in yet, and the rules have nothing to say of it.
    """
    if not is_whole:
        return ()
    known = {known_again(form.mapping, before, one) for one in form.check(before)}
    found = form.check(after)
    new = [one for one in found if known_again(form.mapping, after, one) not in known]
    errors = [one for one in new if one.severity is Severity.ERROR]
    if errors:
        raise MistypedError(f"这样更正后不符合表的规则：{_told(errors)}")
    return tuple(new)


def _told(problems: list[Problem]) -> str:
    return "；".join(f"{one.code} {one.message.rstrip('。')}" for one in problems)


def _send_nothing(answers: RoundAnswers, form: Form, after: Record, note: DecisionNote) -> None:
    """Let the ledger know what the coordinator says now, without a workbook."""
    former: Issued | None = answers.view.issued(after["id"])
    last = former.last if former else None
    issue = Issue(
        number=next_issue(answers.changes, answers.changes.round, former or after["id"]),
        time=note.time,
        base=answers.view.snapshot.commit,
        file=None,
        reason=CORRECTED,
        fixed=dict(last.fixed) if last else {},
        due=last.due if last else None,
        contact=last.contact if last else None,
    )
    put_issue(answers.changes, form.group(after), form.title(after), after, issue)
