"""Answers that were collected where their issue was not known, and have found it in a join."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.rounds.answers.settling import Answer
from xlsync.rounds.kept.claims import Borne, claimed, locked_changes
from xlsync.workbook.manifest import Manifest, content_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.form import Form
    from xlsync.rounds.kept.documents import ClaimedIssue, WaitingVersion
    from xlsync.rounds.kept.ledger import LedgerEntry


def found_issue(
    form: Form, one: WaitingVersion, entries: Sequence[LedgerEntry], keys: Sequence[bytes]
) -> Answer | None:
    """The answer to one of the issues that both know now; None where it answers none of them.

    ``keys`` are those that may have sealed it. One that changed what was locked, or has errors
    by now, goes on waiting.
    """
    if one.claim is None:
        return None
    borne = (
        Borne(
            entry.issue.number,
            entry.issue.printed,
            entry.issue.base,
            partial(content_mark, canonical_bytes(entry.content)),
        )
        for entry in entries
    )
    number = claimed(one.claim, borne)
    entry = next((entry for entry in entries if entry.issue.number == number), None)
    if entry is None or entry.content["form"] != form.id:
        return None
    if has_error([*form.check(one.theirs), *locked_changes(form, one.theirs, entry.issue.fixed)]):
        return None
    return Answer(
        entry.issue.number,
        entry.content,
        one.theirs,
        saved=one.saved,
        saver=one.saver,
        is_sealed=one.is_sealed or _is_sealed(one.claim, keys),
        received=one.received,
    )


def _is_sealed(claim: ClaimedIssue, keys: Sequence[bytes]) -> bool:
    """Whether one of the keys has made the seal of a workbook."""
    made = Manifest.from_pairs(claim.manifest)
    if made is None or made.issue != str(claim.issue) or made.base != claim.base:
        return False
    return any(made.is_sealed_by(key) for key in keys)
