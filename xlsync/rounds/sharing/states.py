"""What the two sides of a join know of one record, put together.

Issues have the numbers here that they have in the ledger of both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.record import canonical_bytes
from xlsync.rounds.answers.record_state import RecordState
from xlsync.rounds.kept.documents import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.rounds.answers.settling import Answer, CoordinatorStatement


@dataclass(frozen=True)
class SideState:
    """What one side knows of a record: its state, and the last issue that this takes account of."""

    state: RecordState
    last_issue: int


def _word(said: CoordinatorStatement) -> bytes:
    """What a statement says, whatever number its issue has and when it was noted."""
    return canonical_bytes([said.record, said.over])


def _same_statement(one: CoordinatorStatement, other: CoordinatorStatement) -> CoordinatorStatement:
    """One statement that both sides know, with all that either knows of it."""
    issues = [said.issue for said in (one, other) if said.issue is not None]
    saved = [said.saved for said in (one, other) if said.saved is not None]
    return replace(
        one,
        issue=max(issues, default=None),
        time=min(one.time, other.time, key=instant),
        saved=max(saved, key=instant, default=None),
        closed=one.closed | other.closed,
        stands=one.stands or other.stands,
    )


def union(answers: Iterable[Answer]) -> list[Answer]:
    """The answers of both sides, each once; what a side has put aside is aside."""
    found: dict[tuple[object, ...], Answer] = {}
    for one in answers:
        other = found.get(one.key)
        if other is not None:
            one = replace(  # noqa: PLW2901 - the same answer as both sides know it
                other,
                is_superseded=one.is_superseded or other.is_superseded,
                waits=one.waits and other.waits,
                received=min(one.received, other.received, key=instant),
            )
        found[one.key] = one
    return sorted(found.values(), key=lambda one: (one.issue or 0, one.content, one.saved or ""))


def renumbered_state(state: RecordState, numbers: Mapping[int, int]) -> RecordState:
    """The same where issues have other numbers now."""

    def now(issue: int | None) -> int | None:
        return None if issue is None else numbers.get(issue, issue)

    answers = tuple(replace(one, issue=now(one.issue)) for one in state.answers)
    return RecordState(replace(state.said, issue=now(state.said.issue)), answers)


def together(sides: list[SideState | None]) -> SideState | None:
    """The answers of both sides on one statement; None where each has one of its own."""
    base, ours, theirs = sides
    if ours is None or theirs is None:
        return ours or theirs
    words = [one and _word(one.state.said) for one in (base, ours, theirs)]
    if words[1] == words[2]:
        last = min(ours.last_issue, theirs.last_issue)
        said = _same_statement(ours.state.said, theirs.state.said)
    elif words[1] == words[0]:
        said, last = theirs.state.said, theirs.last_issue
    elif words[2] == words[0]:
        said, last = ours.state.said, ours.last_issue
    else:
        return None
    own = {
        one.content
        for side in (ours, theirs)
        if _word(side.state.said) == _word(said)
        for one in side.state.answers
    }
    answers = [
        one
        for one in union([*ours.state.answers, *theirs.state.answers])
        if one.content in own or one.content not in said.closed
    ]
    if any(one.record["form"] != said.record["form"] for one in answers):
        return None
    return SideState(RecordState(said, tuple(answers)), last)
