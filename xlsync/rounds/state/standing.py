"""One project in a round: where it stands, for whom it waits, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.rounds.kept.deadlines import timeliness

if TYPE_CHECKING:
    from datetime import date

    from xlsync.base.record import Json
    from xlsync.rounds.kept.decisions import Decision


class Place(StrEnum):
    """Where a project stands in a round."""

    MISSING = "未回"
    ACCEPTED = "已收"
    REFUSED = "退回"
    CONFLICT = "冲突"
    REVIEWED = "已审"
    SENT_BACK = "退回修改"
    CANCELLED = "取消"


UNIT, COORDINATOR = "单位", "统筹"

PASSED, CONDITIONAL, RETURNED = "通过", "有条件通过", "退回"
"""What a reviewer may say."""

_SETTLED = {Place.ACCEPTED, Place.REVIEWED, Place.CANCELLED}


def waits_for(state: Place, *, is_again: bool) -> str:
    """Who has to do something where a project stands so: the unit, the coordinator, or nobody."""
    if state is Place.CONFLICT:
        return COORDINATOR
    return "" if state in _SETTLED and not is_again else UNIT


@dataclass(frozen=True, slots=True)
class Standing:
    """One project in a round.

    ``sent`` and ``returned`` are the times (ISO, with zone) of the last workbook that went out
    and of the last that came, None where there was none or the time was not noted; ``issues`` and
    ``returns`` are how many. ``issue`` is the one that came back last, and ``is_stale`` says that
    it was not the one that went out last, or that the record moved on meanwhile. ``is_again``
    marks an accepted project of which something newer was refused. ``errors`` and ``warnings``
    count what was found in the version that stands, or in what was refused last.

    ``due`` is the ISO date until which it is to come back, ``days_late`` how many days that has
    passed (below zero while it is to come), None where nothing is waited for from the unit.
    ``decisions`` are all that people decided about it, the oldest first; ``verdict`` is a
    reviewer's word on the version that stands, and ``is_outdated`` says that there was one on
    an earlier version.
    """

    record: str | None
    group: str
    title: str
    state: Place
    is_again: bool
    sent: str | None
    issues: int
    returned: str | None
    returns: int
    issue: int | None
    is_stale: bool
    errors: int
    warnings: int
    due: str | None = None
    days_late: int | None = None
    decisions: tuple[Decision, ...] = ()
    verdict: str | None = None
    is_outdated: bool = False

    @property
    def waits_for(self) -> str:
        """Who has to do something: the unit, the coordinator, or nobody."""
        return waits_for(self.state, is_again=self.is_again)

    @property
    def timeliness(self) -> str:
        """未到期, 将到期 or 逾期, where the unit is waited for and there is a date."""
        return timeliness(self.days_late) if self.waits_for == UNIT else ""

    @property
    def shown(self) -> str:
        """The state in full."""
        if self.is_again:
            return f"{self.state}（又{Place.REFUSED}）"
        if self.state is Place.REVIEWED and self.verdict != PASSED:
            return f"{self.state}（有条件）"
        return f"{self.state}（审后改动）" if self.is_outdated else self.state.value

    def is_in(self, state: str) -> bool:
        """Whether somebody who asks for a state wants to see this."""
        return self.state == state or (self.is_again and state == Place.REFUSED)

    def is_due_within(self, days: int) -> bool:
        """Whether the unit is waited for, and its date comes in so many days, today counted."""
        return self.days_late is not None and -days <= self.days_late <= 0

    def is_due_by(self, day: date) -> bool:
        """Whether it is, or was, to come back by that day."""
        return self.due is not None and self.due <= day.isoformat()

    def as_json(self) -> Json:
        """The standing as ``xlsync status --json`` prints it."""
        return {
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "state": self.shown,
            "waits_for": self.waits_for or None,
            "sent": self.sent,
            "issues": self.issues,
            "returned": self.returned,
            "returns": self.returns,
            "issue": self.issue,
            "stale": self.is_stale,
            "errors": self.errors,
            "warnings": self.warnings,
            "due": self.due,
            "days_late": self.days_late,
            "timeliness": self.timeliness or None,
            "verdict": self.verdict,
            "review_outdated": self.is_outdated,
            "decisions": [one.as_json() for one in self.decisions],
        }
