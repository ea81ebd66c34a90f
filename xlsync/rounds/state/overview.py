"""What rounds there are, and where each of them stands; and which one a new name may not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import unknown_name
from xlsync.repository import check_round
from xlsync.rounds.state.closing import closed
from xlsync.rounds.state.standing import UNIT, Place
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from xlsync.base.record import Json
    from xlsync.repository import Snapshot
    from xlsync.rounds.state.closing import Closure


@dataclass(frozen=True, slots=True)
class RoundState:
    """One round: how many projects it has, where they stand, and when something last happened."""

    round: str
    projects: int
    states: dict[str, int]
    waiting: int
    late: int
    due: str | None
    last: str | None
    closed: Closure | None = None
    """The closing that holds."""

    def as_json(self) -> Json:
        """The round as ``xlsync rounds --json`` prints it."""
        return {
            "round": self.round,
            "projects": self.projects,
            "states": self.states,
            "waiting_for_units": self.waiting,
            "late": self.late,
            "due": self.due,
            "last": self.last,
            "closed": self.closed.as_json() if self.closed else None,
        }


def overview(snapshot: Snapshot) -> list[RoundState]:
    """Every round that holds something, the earliest first."""
    return [_state(snapshot, name) for name in snapshot.rounds()]


def _state(snapshot: Snapshot, name: str) -> RoundState:
    rows = standings(snapshot, name)
    counts = Counter(row.state for row in rows)
    times = [time for row in rows for time in (row.sent, row.returned) if time]
    return RoundState(
        round=name,
        projects=len(rows),
        states={one.value: counts[one] for one in Place if counts[one]},
        waiting=sum(row.waits_for == UNIT for row in rows),
        late=sum(row.days_late is not None and row.days_late > 0 for row in rows),
        due=max((row.due for row in rows if row.due), default=None),
        last=max(times, default=None),
        closed=closed(snapshot, name),
    )


def check_may_begin(snapshot: Snapshot, round_name: str, *, is_new: bool) -> None:
    """Make sure that a round exists, or that it is meant to begin now.

    The first round of a repository needs nothing; any other one that is not there is most
    likely a name that was mistyped.

    Raises:
        UsageError: naming the rounds that there are.
    """
    rounds = snapshot.rounds()
    if is_new or not rounds or check_round(round_name) in rounds:
        return
    raise unknown_name("round", round_name, rounds, "；要开始新的一轮，请加 --new")
