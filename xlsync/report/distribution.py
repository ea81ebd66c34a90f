"""What went out in a distribution, by unit and in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.report.lines import line, visible
from xlsync.report.terminal import BOX
from xlsync.rounds.sendings import Dispatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.report.lines import Line
    from xlsync.rounds.distributing import Distribution

_SHORT_HASH = 10
_MOST_NAMED = 20


def unit_table(done: Distribution) -> Table:
    """One row a unit: how many workbooks are new, sent anew or unchanged, and their folder."""
    table = Table(box=BOX, safe_box=False)
    states = list(done.counts())
    for head in ("单位", *states, "文件夹"):
        is_count = isinstance(head, Dispatch)
        table.add_column(str(head), justify="right" if is_count else "left", overflow="fold")
    units: dict[str, dict[Dispatch, int]] = {}
    folders: dict[str, str] = {}
    for one in done.sendings:
        counts = units.setdefault(one.group, dict.fromkeys(states, 0))
        counts[one.state] += 1
        if one.is_written:
            folders[one.group] = one.file.partition("/")[0]
    for unit, counts in units.items():
        row = (unit, *map(str, counts.values()), folders.get(unit, ""))
        table.add_row(*map(visible, row))
    return table


def distribution_lines(done: Distribution) -> Iterator[Line]:
    """What a distribution did, what changed since the last one, and what it left alone."""
    counts = "，".join(f"{state} {count}" for state, count in done.counts().items())
    yield line(f"下发 {done.wishes.round}：{counts}。")
    for one in done.sendings:
        if one.changes:
            told = "；".join(one.changes)
            yield line(visible(f"  第{one.number}次 {one.group} {one.title}：{told}"))
        if one.replaces:
            yield line(visible(f"  原来的文件 {one.replaces} 已作废，请不要再发。"), "yellow")
    if outdated := done.outdated():
        text = f"{outdated} 份未变的工作簿里仍是原来的截止日期或联系方式，要更新请加 --all。"
        yield line(text, "yellow")
    if done.missing:
        names = "、".join(one.title for one in done.missing[:_MOST_NAMED])
        more = "等" if len(done.missing) > _MOST_NAMED else ""
        text = f"此前已下发、这次名册里没有的项目 {len(done.missing)} 个：{names}{more}。"
        yield line(visible(text), "yellow")
    if any(one.is_written for one in done.sendings):
        yield line(visible(f"工作簿在 {done.wishes.folder}。"))
    if done.commit is None:
        yield line("没有新内容，版本库未改动。")
    else:
        yield line(f"已记入版本库：{done.commit[:_SHORT_HASH]}。")
