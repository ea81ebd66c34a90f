"""Until when a round is to come back: what was said with the workbooks, and changed since."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from xlsync.repository import layout
from xlsync.rounds.kept.documents import Members

if TYPE_CHECKING:
    from xlsync.base.record import Json
    from xlsync.repository import Changes, Snapshot
    from xlsync.rounds.kept.ledger import Issued

_WHAT = "截止日期记录"

SOON = 3
"""Days before a date from which it is near."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date (ISO) that a coordinator set for a round, who did, when and why."""

    due: str
    time: str
    by: str
    reason: str

    @classmethod
    def from_json(cls, value: Json, path: str) -> Deadline:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        due, time = members.get("due", str), members.required_time("time")
        try:
            date.fromisoformat(due)
        except ValueError:
            raise members.error("due") from None
        return cls(due, time, members.get("by", str), members.get("reason", str))

    def as_json(self) -> Json:
        """The deadline as it stands in the repository."""
        return asdict(self)


def deadlines(snapshot: Snapshot, round_name: str) -> list[Deadline]:
    """Every deadline that was set for a round by itself, the oldest first.

    Raises:
        DocumentError: when the document is not as xlsync writes it.
    """
    path = layout.deadlines_path(round_name)
    document = snapshot.document(path)
    found = Members(path, _WHAT, document).list("deadlines", dict) if document is not None else []
    return [Deadline.from_json(one, path) for one in found]


def put_deadline(changes: Changes, made: Deadline) -> None:
    """Note a deadline behind those that stand there."""
    path = layout.deadlines_path(changes.round)
    former = changes.document(path) or {"deadlines": []}
    changes.put_document(path, {"deadlines": [*former["deadlines"], made.as_json()]})


def due_of(last: Deadline | None, issued: Issued | None) -> str | None:
    """The date that counts for a project: the one that was said last."""
    sent = issued.last if issued else None
    if last is None or (sent is not None and sent.due is not None and sent.time > last.time):
        return sent.due if sent else None
    return last.due


def days_late(due: str | None, today: date) -> int | None:
    """How many days a date has passed; below zero while it is to come, None without a date."""
    return (today - date.fromisoformat(due)).days if due else None


def timeliness(days: int | None) -> str:
    """How people say it: 未到期, 将到期 or 逾期; empty where there is no date."""
    if days is None:
        return ""
    if days > 0:
        return f"逾期{days}天"
    return "将到期" if days >= -SOON else "未到期"
