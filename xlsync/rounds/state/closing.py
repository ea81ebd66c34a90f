"""Closing a round (封存) and opening it again: each an entry with who, when and why.

While a round is closed nothing is put into it. What units send is kept as it came and told, and
gets in when it is collected after the round was opened again. What another coordinator took in
before this one's closing reached them is joined all the same: it was right when it was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.files import safe_text
from xlsync.base.problems import problem
from xlsync.repository import Changes, layout, until_committed
from xlsync.rounds.kept.documents import Members
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.state.receipts import now
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.repository import Repository, Snapshot
    from xlsync.rounds.kept.outcomes import Outcome

_KEY = "closures"

_STOPPED = {State.NEW, State.REFUSED, State.NO_BASE}
"""What would change a round, or go back for correction, were it not closed."""


class Gate(StrEnum):
    """What was done to a round, as the repository keeps it."""

    CLOSE = "close"
    REOPEN = "reopen"

    @property
    def word(self) -> str:
        """What people call it."""
        return "封存" if self is Gate.CLOSE else "解除封存"


@dataclass(frozen=True, slots=True)
class Closure:
    """That a round was closed, or opened again: when (ISO 8601 with a zone), by whom, and why."""

    act: Gate
    time: str
    by: str
    reason: str

    @classmethod
    def from_json(cls, value: Json, path: str) -> Closure:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "封存记录", value)
        act = members.get("act", str)
        if act not in [*Gate]:
            raise members.error("act")
        time, by = members.required_time("time"), members.get("by", str)
        return cls(Gate(act), time, by, members.get("reason", str))

    def as_json(self) -> Json:
        """The entry as it stands in the repository."""
        return {
            "act": self.act.value,
            "time": self.time,
            "by": self.by,
            "reason": self.reason,
        }

    @property
    def said(self) -> str:
        """When, by whom and why, in words."""
        return safe_text(f"{self.time[:10]} {self.by}：{self.reason}")


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing or opening a round did, or would do; ``commit`` is None for a preview.

    ``is_new`` is false where the round stood so already; then nothing was written.
    """

    round: str
    closure: Closure
    commit: str | None
    is_preview: bool = False
    is_new: bool = True

    def as_json(self) -> Json:
        """What ``xlsync close --json`` and ``reopen --json`` print."""
        return {
            "round": self.round,
            **self.closure.as_json(),
            "new": self.is_new,
            "commit": self.commit,
            "preview": self.is_preview,
        }


def closures(snapshot: Snapshot, round_name: str) -> list[Closure]:
    """Every closing and opening of a round, the oldest first.

    Raises:
        DocumentError: when the document is not as xlsync writes it.
    """
    path = layout.closed_path(round_name)
    document = snapshot.document(path)
    if document is None:
        return []
    found = Members(path, "封存记录", document).list(_KEY, dict)
    return [Closure.from_json(one, path) for one in found]


def closed(snapshot: Snapshot, round_name: str) -> Closure | None:
    """The closing that holds; None while a round is open."""
    last = next(reversed(closures(snapshot, round_name)), None)
    return last if last is not None and last.act is Gate.CLOSE else None


def check_open(snapshot: Snapshot, round_name: str) -> None:
    """Make sure that a round may be changed.

    Raises:
        XlsyncError: while it is closed.
    """
    found = closed(snapshot, round_name)
    if found is not None:
        raise XlsyncError(
            f"{round_name} 已封存（{found.said}），没有改动。{_way_out(round_name)}。"
        )


def check_may_remind(snapshot: Snapshot, round_name: str) -> None:
    """Make sure that what a reminder would ask for is still taken in.

    Raises:
        XlsyncError: while the round is closed.
    """
    found = closed(snapshot, round_name)
    if found is not None:
        raise XlsyncError(
            f"{round_name} 已封存（{found.said}），交来的不再采用，所以不催报。"
            f"{_way_out(round_name)}。"
        )


def kept_aside(round_name: str) -> Problem:
    """What is said of a file that came to a closed round (B012)."""
    message = f"{round_name} 已封存，本份只留存，没有采用。{_way_out(round_name)}，再收集一次。"
    return problem("B012", message)


def unless_closed(outcome: Outcome, closing: Closure | None, round_name: str) -> Outcome:
    """A form as it stands before it meets a record; kept aside where its round is closed."""
    if closing is None or outcome.state not in _STOPPED:
        return outcome
    return outcome.became(State.CLOSED, kept_aside(round_name))


def put_closing(  # noqa: PLR0913 - what can be said of it
    repository: Repository,
    round_name: str,
    act: Gate,
    reason: str,
    *,
    by: str | None = None,
    is_preview: bool = False,
) -> Closed:
    """Close a round, or open it again, as one commit.

    Raises:
        XlsyncError: when there is no such round, no reason, or the repository cannot be written.
    """
    if not safe_text(reason).strip():
        raise MistypedError(f"请写明{act.word}的理由，它会记入版本库")

    def once() -> Closed:
        snapshot = repository.snapshot()
        check_known(snapshot, round_name)
        former = closures(snapshot, round_name)
        made = Closure(act, now(), by or repository.author, reason)
        standing = closed(snapshot, round_name)
        if (standing is not None) is (act is Gate.CLOSE):
            return Closed(round_name, standing or made, None, is_preview, is_new=False)
        changes = Changes(snapshot, round_name)
        entries = [one.as_json() for one in (*former, made)]
        changes.put_document(layout.closed_path(round_name), {_KEY: entries})
        message = f"{act.word} {round_name}\n\n{safe_text(reason)}"
        commit = None if is_preview else repository.commit(changes, message)
        return Closed(round_name, made, commit, is_preview)

    return until_committed(once)


def _way_out(round_name: str) -> str:
    return (
        f"确要改动，请先解除封存（网页上在“催报”，命令是 xlsync reopen {round_name} --reason 理由）"
    )
