"""Deciding a conflict without its workbook: the same choices, given by a program or a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.files import safe_text
from xlsync.base.grid import Cell
from xlsync.records.conflicts import Choice, Choices, Side
from xlsync.repository import Changes, layout
from xlsync.rounds.answers.chosen import decide
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.outcomes import Outcome, State
from xlsync.rounds.returned.returning import disputes
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.receipts import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase
    from xlsync.repository import Repository
    from xlsync.rounds.returned.returning import Dispute

CHOSEN = "裁定"
"""The word with which the message of such a commit begins."""


def waiting_disputes(
    repository: Repository, forms: Mapping[str, Form], round_name: str
) -> list[Dispute]:
    """Every conflict of a round that waits for a decision."""
    names = repository.snapshot().names(layout.folder(layout.CONFLICTS, round_name))
    return disputes(repository, forms, round_name, names)


def choose(
    repository: Repository,
    forms: Mapping[str, Form],
    dispute: Dispute,
    chosen: Mapping[str, Choice],
    reason: str,
) -> list[Problem]:
    """Put what was chosen at each place of a conflict into the round, as one commit.

    The result is what is wrong with the record that would come of it; where that holds an error,
    nothing was written.

    Raises:
        XlsyncError: without a reason, when a place has no choice, or the conflict is no longer
            as it was shown.
    """
    if not reason.strip():
        raise MistypedError("请写明选定的理由。")
    choices = Choices(dispute.note, chosen)
    if any(one.pointer not in chosen for one in dispute.merged.conflicts):
        raise MistypedError("每一处都要选定，才能记入版本库。")
    form, record = dispute.form, dispute.merged.record
    group, title = form.group(record), form.title(record)
    snapshot = repository.snapshot()
    check_open(snapshot, dispute.note.round)
    changes = Changes(snapshot, dispute.note.round)
    view = RoundView(repository, snapshot, dispute.note.round, forms)
    asked = Outcome(Path(), "", State.NEW, dispute.note.record, title, group, None, ())
    made = decide(RoundAnswers(view, changes, now()), choices, asked)
    if made.state is State.MERGED:
        head = f"{CHOSEN} {dispute.note.round}：{safe_text(f'{group} {title}')}"
        repository.commit(changes, f"{head}\n\n{safe_text(reason)}")
        return list(made.problems)
    if made.problems and made.problems[0].code != "B004":
        return list(made.problems)
    raise XlsyncError("这处冲突已经变动或已经裁定，请重新载入后再看。")


def other_value(item: FieldBase, text: str) -> tuple[Choice | None, list[Problem]]:
    """A value that somebody types instead of either version; None where it is none."""
    parsed = item.kind.parse(Cell(text))
    if parsed.value is None:
        return None, list(parsed.problems)
    return Choice(Side.OTHER, parsed.value), list(parsed.problems)
