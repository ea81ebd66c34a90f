"""A conflict workbook that came back: what was chosen becomes the round's version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import Severity, has_error, problem
from xlsync.records import merge, resolve
from xlsync.repository import layout
from xlsync.rounds.outcomes import State
from xlsync.rounds.versions import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Merged
    from xlsync.records.conflicts import Choices
    from xlsync.rounds.outcomes import Outcome
    from xlsync.rounds.versions import Versions


def contradiction(form: Form, waiting: Record, ours: Record) -> Merged:
    """What a person has to choose between the round's version and one that waits.

    Where no single place contradicts another, but both together break a rule of the form, all
    that differs is to be chosen.
    """
    merged = merge(form.mapping, waiting["base"], ours, waiting["theirs"])
    return merged if merged.conflicts else merge(form.mapping, None, ours, waiting["theirs"])


def decide(versions: Versions, choices: Choices, outcome: Outcome) -> Outcome:
    """Put the choices of a genuine conflict workbook into its record, all of them or none."""
    note, known = choices.note, versions.known
    if note.round != known.round:
        message = f"这是 {note.round} 的冲突处理单，本次收集的是 {known.round}，未采用。"
        return outcome.settled(State.OTHER_ROUND, problem("B001", message, found=note.round))
    path = layout.conflict_path(known.round, note.record, note.returned)
    waiting = versions.waiting(note.record).get(path)
    ours = versions.standing(note.record)
    if waiting is None or ours is None:
        is_settled = any(
            (one.record, one.content) == (note.record, note.returned) for one in known.taken
        )
        message = "本轮没有这张处理单所说的冲突，未采用。"
        missing = () if is_settled else (problem("B002", message),)
        return outcome.settled(State.UNCHANGED if is_settled else State.UNKNOWN, *missing)
    if has_error(outcome.problems):
        return outcome.settled(State.REFUSED)
    if digest(ours) != note.ours:
        message = "发出这张处理单以后库中又有变动，没有采用；请在重新发出的处理单上选择。"
        return outcome.settled(State.REFUSED, problem("B004", message))
    form = known.forms[note.form]
    merged = contradiction(form, waiting, ours)
    record, wrong = _checked(form, merged, choices.values(merged.conflicts))
    if record is None or has_error(wrong):
        return outcome.settled(State.REFUSED, *wrong)
    versions.resolve(note.record, path, record)
    doubtful = [one for one in wrong if one.severity is Severity.WARNING]
    return outcome.settled(State.MERGED, *doubtful)


def prefer(versions: Versions, record_id: str, content: str) -> bool:
    """Let what waits take the place of what it contradicts; not where that breaks a rule."""
    path = layout.conflict_path(versions.known.round, record_id, content)
    waiting, ours = versions.waiting(record_id).get(path), versions.standing(record_id)
    if waiting is None or ours is None:
        return False
    form = versions.known.forms[ours["form"]]
    merged = contradiction(form, waiting, ours)
    record, wrong = _checked(form, merged, {one.pointer: one.theirs for one in merged.conflicts})
    if record is None or has_error(wrong):
        return False
    versions.resolve(record_id, path, record)
    return True


def _checked(
    form: Form, merged: Merged, choices: Mapping[str, Json]
) -> tuple[Record | None, list[Problem]]:
    """The record with what was chosen, None where it is none, and what is wrong with it."""
    record, wrong = form.canonical(resolve(form.mapping, merged, choices))
    return record, wrong + (form.check(record) if record else [])
