"""Where a round stands in a few figures, and what a coordinator has to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.rounds.state.standing import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.rounds.state.standing import Standing


@dataclass(frozen=True, slots=True)
class Overview:
    """A round in figures: projects that count, and by state; ``late`` are past their date.

    ``cancelled`` projects do not count, and a ledger lists them all the same.

    ``todo`` says in a sentence what is to be done next, ``place`` on which page: ``sending``,
    ``collecting``, ``ledger``, ``conflicts`` or ``totals``.
    """

    name: str
    total: int
    accepted: int
    refused: int
    conflicts: int
    missing: int
    cancelled: int
    late: int
    due: str | None
    todo: str
    place: str

    @property
    def figures(self) -> list[tuple[str, int]]:
        """State and number, for those that a ledger can be asked for."""
        told = [
            (Place.ACCEPTED.value, self.accepted),
            (Place.REFUSED.value, self.refused),
            (Place.CONFLICT.value, self.conflicts),
            (Place.MISSING.value, self.missing),
        ]
        return [*told, (Place.CANCELLED.value, self.cancelled)] if self.cancelled else told


def overview(name: str, rows: Iterable[Standing], *, is_closed: bool = False) -> Overview:
    """Count a round's projects, and say what comes next; cancelled ones do not count."""
    every = list(rows)
    rows = [one for one in every if one.state is not Place.CANCELLED]
    states = Counter(one.state for one in rows)
    conflicts, missing = states[Place.CONFLICT], states[Place.MISSING]
    refused = states[Place.REFUSED] + states[Place.SENT_BACK] + sum(one.is_again for one in rows)
    late = sum(one.days_late is not None and one.days_late > 0 for one in rows)
    todo, place = _next(len(rows), conflicts, refused, missing)
    if is_closed:
        todo, place = "已封存，可以核对汇总、导出上报。", "totals"
    return Overview(
        name=name,
        total=len(rows),
        accepted=states[Place.ACCEPTED] + states[Place.REVIEWED],
        refused=refused,
        conflicts=conflicts,
        missing=missing,
        cancelled=len(every) - len(rows),
        late=late,
        due=max((one.due for one in rows if one.due), default=None),
        todo=todo,
        place=place,
    )


def _next(total: int, conflicts: int, refused: int, missing: int) -> tuple[str, str]:
    if not total:
        return "导入名册，生成工作簿下发给各单位。", "sending"
    if conflicts:
        return f"{conflicts} 个项目的两份来件互相矛盾，请逐处选定。", "conflicts"
    if refused:
        return f"{refused} 个项目已退回，请把退回的工作簿发给单位，改好后再收。", "ledger"
    if missing:
        return f"还有 {missing} 个项目没有回来，收到后拖进收集页。", "collecting"
    return "全部收齐，可以核对汇总、导出上报。", "totals"
