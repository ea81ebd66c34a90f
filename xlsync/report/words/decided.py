"""What a coordinator decided, or would decide, as lines for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.words.lines import line, visible
from xlsync.report.words.wording import of_change, quoted
from xlsync.rounds.deciding.coordinator import Dated
from xlsync.rounds.state.closing import Closed, Gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.report.words.lines import Line
    from xlsync.rounds.deciding.coordinator import DecisionMade

_SHORT_HASH = 10


def decided_lines(made: DecisionMade | Dated | Closed) -> Iterator[Line]:
    """What changed, why, and under which version it stands."""
    if isinstance(made, Dated):
        former = f"（原为 {made.former}）" if made.former else ""
        yield line(f"{made.round} 截止日期 {made.deadline.due}{former}。")
    elif isinstance(made, Closed):
        yield from _about_round(made)
    else:
        yield from _about_project(made)
    if made.commit:
        yield line(f"已记入版本库：{made.commit[:_SHORT_HASH]}。")


def _about_round(made: Closed) -> Iterator[Line]:
    closure = made.closure
    if not made.is_new:
        stands = f"已经封存（{closure.said}）" if closure.act is Gate.CLOSE else "没有封存"
        yield line(visible(f"{made.round} {stands}，没有改动。"))
        return
    yield line(f"{closure.act.word} {made.round}", "bold")
    yield line(visible(f"  理由：{closure.reason}（{closure.by}）"))


def _about_project(made: DecisionMade) -> Iterator[Line]:
    name = visible(f"{made.round} {made.group} {made.title}（{made.record_id}）")
    if made.decision is None:
        yield line(f"{name}：本来就是这样，没有改动。")
        return
    yield line(f"{made.decision.act.word} {name}", "bold")
    for one in made.decision.changes:
        sides = (quoted(of_change(side)) for side in (one.old, one.new))
        yield line(f"  {visible(one.label)}  {' → '.join(sides)}")
    yield line(visible(f"  理由：{made.decision.reason}（{made.decision.by}）"))
    if made.is_pending:
        yield line("  这个项目还没有收到；单位交来后与更正合在一起。")
    for found in made.problems:
        yield line(visible(f"  提醒 {found.code} {found.message}"), "yellow")
