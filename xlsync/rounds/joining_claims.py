"""Answers that were collected where their issue was not known, and have found it in a join."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.rounds.answers import Answer
from xlsync.rounds.claims import Borne, claimed, locked_changes
from xlsync.workbook.manifest import Manifest, content_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.rounds.documents import ClaimedIssue, WaitingVersion


def found_issue(
    form: Form, one: WaitingVersion, issues: Sequence[Json], keys: Sequence[bytes]
) -> Answer | None:
    """The answer to one of the issues that both know now; None where it answers none of them.

    ``keys`` are those that may have sealed it. One that changed what was locked, or has errors
    by now, goes on waiting.
    """
    if one.claim is None:
        return None
    borne = (
        Borne(
            issue["issue"],
            issue.get("stated", issue["issue"]),
            issue["base"],
            partial(content_mark, canonical_bytes(issue["content"])),
        )
        for issue in issues
    )
    number = claimed(one.claim, borne)
    issue = next((issue for issue in issues if issue["issue"] == number), None)
    if issue is None or issue["content"]["form"] != form.id:
        return None
    if has_error([*form.check(one.theirs), *locked_changes(form, one.theirs, issue["fixed"])]):
        return None
    return Answer(
        issue["issue"],
        issue["content"],
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
