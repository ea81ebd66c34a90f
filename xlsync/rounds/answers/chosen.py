"""A conflict workbook that came back: what was chosen becomes the round's version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import Severity, has_error, problem
from xlsync.records import merge, resolve
from xlsync.repository import layout
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.kept.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Merged
    from xlsync.records.conflicts import Choices
    from xlsync.rounds.answers.record_answers import RoundAnswers
    from xlsync.rounds.kept.documents import WaitingVersion
    from xlsync.rounds.kept.outcomes import Outcome


def contradiction(form: Form, waiting: WaitingVersion, ours: Record) -> Merged:
    """What a person has to choose between the round's version and one that waits.

    Where no single place contradicts another, but both together break a rule of the form, all
    that differs is to be chosen.
    """
    merged = merge(form.mapping, waiting.base, ours, waiting.theirs)
    return merged if merged.conflicts else merge(form.mapping, None, ours, waiting.theirs)


def decide(answers: RoundAnswers, choices: Choices, outcome: Outcome) -> Outcome:
    """Put the choices of a genuine conflict workbook into its record, all of them or none."""
    note, view = choices.note, answers.view
    if note.round != view.round:
        message = f"这是 {note.round} 的冲突处理单，本次收集的是 {view.round}，未采用。"
        return outcome.settled(State.OTHER_ROUND, problem("B001", message, found=note.round))
    path = layout.conflict_path(view.round, note.record, note.returned)
    waiting = answers.waiting(note.record).get(path)
    ours = answers.standing(note.record)
    if waiting is None or ours is None:
        is_settled = view.evidence(note.record, note.returned) is not None
        message = "本轮没有这张处理单所说的冲突，未采用。"
        missing = () if is_settled else (problem("B002", message),)
        return outcome.settled(State.UNCHANGED if is_settled else State.UNKNOWN, *missing)
    if has_error(outcome.problems):
        return outcome.settled(State.REFUSED)
    if digest(ours) != note.ours:
        message = "发出这张处理单以后库中又有变动，没有采用；请在重新发出的处理单上选择。"
        return outcome.settled(State.REFUSED, problem("B004", message))
    form = view.forms[note.form]
    merged = contradiction(form, waiting, ours)
    record, wrong = _checked(form, merged, choices.values(merged.conflicts))
    if record is None or has_error(wrong):
        return outcome.settled(State.REFUSED, *wrong)
    answers.correct(record, ending=path)
    doubtful = [one for one in wrong if one.severity is Severity.WARNING]
    return outcome.settled(State.MERGED, *doubtful)


def _checked(
    form: Form, merged: Merged, choices: Mapping[str, Json]
) -> tuple[Record | None, list[Problem]]:
    """The record with what was chosen, None where it is none, and what is wrong with it."""
    record, wrong = form.canonical(resolve(form.mapping, merged, choices))
    return record, wrong + (form.check(record) if record else [])
