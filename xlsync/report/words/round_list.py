"""The rounds of a repository, the warnings of one, and what was taken back, for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.words.lines import line, visible
from xlsync.report.words.rounds import SHORT_HASH, minute, plain_table
from xlsync.report.words.sentences import brought_lines
from xlsync.rounds.checking.ticking import SHORT_MARK, TICK, UNTICK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from xlsync.report.words.lines import Line
    from xlsync.rounds.checking.ticking import RoundWarning, Ticked
    from xlsync.rounds.deciding.undoing import Undone
    from xlsync.rounds.state.overview import RoundState


def overview_table(found: Sequence[RoundState]) -> Table:
    """One row a round."""
    cells = (
        (
            one.round,
            ("已封存：" if one.closed else "")
            + "，".join(f"{state} {count}" for state, count in one.states.items()),
            one.due or "",
            minute(one.last),
            str(one.projects),
            str(one.waiting),
            str(one.late),
        )
        for one in found
    )
    heads = ("轮次", "状态", "截止", "最近往来", "项目", "等单位", "逾期")
    return plain_table(heads, cells, numbers=3)


def overview_lines(found: Sequence[RoundState]) -> Iterator[Line]:
    """How many there are, and which are closed since when, by whom and why."""
    for one in found:
        if one.closed:
            yield line(visible(f"{one.round} 已封存（{one.closed.said}）。"), "yellow")
    yield line(f"共 {len(found)} 个轮次。" if found else "版本库里还没有轮次。")


def warnings_table(found: Sequence[RoundWarning]) -> Table:
    """One row a warning, with the beginning of its mark."""
    cells = (
        (
            one.mark[:SHORT_MARK],
            one.group,
            one.title,
            f"{one.problem.code} {one.problem.message}",
            f"{one.tick.by} {minute(one.tick.time)}" if one.tick else "",
        )
        for one in found
    )
    return plain_table(("标记", "单位", "项目", "提醒", "核实"), cells)


def warning_lines(round_name: str, found: Sequence[RoundWarning]) -> Iterator[Line]:
    """How many there are, and how many are open."""
    waiting = sum(one.is_open for one in found)
    yield line(f"{round_name}：提醒 {len(found)} 条，未核实 {waiting} 条。")


def ticked_lines(round_name: str, made: Ticked, *, is_back: bool) -> Iterator[Line]:
    """How many warnings were ticked off, and under which version that stands."""
    word = f"{'将' if made.is_preview else ''}{UNTICK if is_back else TICK}"
    yield line(f"{word} {round_name}：{made.count} 条提醒。")
    if made.commit:
        yield line(f"已记入版本库：{made.commit[:SHORT_HASH]}。")


def undone_lines(made: Undone) -> Iterator[Line]:
    """What was taken back, what stays and why."""
    what = visible(
        f"{made.head}（{made.target.commit[:SHORT_HASH]}，{made.target.time:%Y-%m-%d %H:%M}）"
    )
    projects = f"：{made.count} 个项目恢复原状" if made.count else ""
    yield line(f"{'将撤销' if made.is_preview else '撤销'} {what}{projects}。")
    if made.passed_over:
        short = made.passed_over[:SHORT_HASH]
        yield line(f"最近的合并（{short}）不在其内；要撤销它，请写明：undo {short}。", "yellow")
    if made.brings:
        told = "合并带来的内容从本库撤去，历史里仍在；下次交换时，对方那里也会撤去"
        yield line(f"{told}。单位名单和密钥保持合并后的样子。", "yellow")
        yield from brought_lines("  带来", made.brings)
    for one in made.kept:
        yield line(visible(f"  保留 {one.round} {one.group} {one.title}：{one.why}。"), "yellow")
    if made.commit:
        yield line(f"已记入版本库：{made.commit[:SHORT_HASH]}。")
    elif not made.is_preview:
        yield line("没有可以恢复的内容，版本库未改动。")
