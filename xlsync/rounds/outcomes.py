"""What came of each form in each file of a collection: exactly one state.

Of every file a receipt is kept, which says what was accepted and what refused. Apart from the
time and the word for how a version got in, it holds nothing that depends on when the file came,
so that the same file gives the same receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.problems import Problem, Severity, problem

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.rounds.arriving import Came, Returned


class State(StrEnum):
    """What a person is told about a returned form."""

    NEW = "新收"
    UPDATED = "更新"
    MERGED = "合并"
    UNCHANGED = "未变"
    CONFLICT = "冲突"
    REFUSED = "退回"
    OTHER_ROUND = "其他轮次"
    UNKNOWN = "未知项目"
    COPY = "他人副本"
    OTHER_FORM = "其他表"
    UNREADABLE = "无法读取"


ACCEPTED = (State.NEW, State.UPDATED, State.MERGED, State.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One form in one file: its state, what it is, and what was found.

    ``content`` is the SHA-256 of the record; ``round`` and ``issue`` are what the workbook states
    and the ledger confirms, ``base`` the commit that this issue was made from.
    """

    path: Path
    place: str
    state: State
    record_id: str | None
    title: str
    group: str
    content: str | None
    problems: tuple[Problem, ...]
    is_text: bool = False
    round: str | None = None
    issue: int | None = None
    base: str | None = None
    digest: str = ""
    """The SHA-256 of the file."""

    @property
    def is_accepted(self) -> bool:
        """Whether what it says stands in the round."""
        return self.state in ACCEPTED

    def count(self, severity: Severity) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity is severity for one in self.problems)

    def as_json(self) -> Json:
        """The outcome as ``xlsync collect --json`` prints it."""
        return {"file": str(self.path), **self.receipt()}

    def receipt(self) -> Record:
        """What is kept of it in the repository."""
        return {
            "place": self.place,
            "state": self.state.value,
            "accepted": self.is_accepted,
            "record": self.record_id,
            "round": self.round,
            "issue": self.issue,
            "base": self.base,
            "content": self.content,
            "title": self.title,
            "group": self.group,
            "problems": [_storable(one) for one in self.problems],
        }

    def settled(self, state: State, *problems: Problem) -> Outcome:
        """The same with its final state, and what else is to be told."""
        return replace(self, state=state, problems=(*self.problems, *problems))


def _storable(found: Problem) -> Json:
    """A problem as JSON; half a character, as escapes and file names can hold, is written out."""
    return {
        key: value and value.encode("utf-8", "backslashreplace").decode()
        for key, value in found.as_json().items()
    }


def first_outcome(file: Came, form: Returned) -> Outcome:
    """What a form says before it meets the repository, or what its receipt says."""
    stated: Record = form.receipt or {}
    return Outcome(
        path=file.path,
        place=form.place,
        state=State.NEW,
        record_id=form.record_id,
        title=form.title,
        group=form.group,
        content=form.content,
        problems=form.problems,
        is_text=file.is_text,
        round=form.claim.round if form.claim else stated.get("round"),
        issue=stated.get("issue"),
        base=stated.get("base"),
        digest=file.digest,
    )


def refused_for(outcome: Outcome, rivals: list[Outcome]) -> Outcome:
    """Refuse one of several versions that nothing tells apart (S006).

    Which of them is meant only a person can say; the order of the files must not decide it.
    """
    files = "、".join(sorted({f"{one.path.name} {one.place}".strip() for one in rivals}))
    message = f"同一项目收到内容不同的几份：{files}。请只留一份再收集。"
    return outcome.settled(State.REFUSED, problem("S006", message, found=outcome.title))
