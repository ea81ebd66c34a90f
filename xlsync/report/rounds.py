"""Collections, standings and histories as tables for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.problems import Severity
from xlsync.report.lines import line, visible
from xlsync.report.terminal import BOX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.report.lines import Line
    from xlsync.repository import Revision
    from xlsync.rounds import Collection, Standing

_SHORT_HASH = 10


def outcome_table(collection: Collection) -> Table:
    """One row for each form in each file of a collection."""
    rows = (
        (
            one.path.name + (f" {one.place}" if one.place else ""),
            one.group,
            one.title,
            one.state.value,
            str(one.count(Severity.ERROR)),
            str(one.count(Severity.WARNING)),
        )
        for one in collection.outcomes
    )
    return _table(("文件", "单位", "项目", "状态", "错误", "警告"), rows, numbers=2)


def collection_lines(collection: Collection) -> Iterator[Line]:
    """What a collection did in a sentence, and whether it changed anything."""
    counts = "，".join(f"{state.value} {count}" for state, count in collection.counts().items())
    yield line(f"收集 {collection.round}：{counts or '没有找到文件'}。")
    if collection.commit is None:
        yield line("没有新内容，版本库未改动。")
    else:
        yield line(f"已记入版本库：{collection.commit[:_SHORT_HASH]}。")


def standing_table(rows: Sequence[Standing]) -> Table:
    """Where a round stands, one row a project."""
    cells = (
        (row.group, row.title, row.state, str(row.errors), str(row.warnings), row.record or "")
        for row in rows
    )
    return _table(("单位", "项目", "状态", "错误", "警告", "编号"), cells, numbers=2, last=1)


def standing_lines(round_name: str, rows: Sequence[Standing]) -> Iterator[Line]:
    """The totals of a round."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    totals = "，".join(f"{state} {count}" for state, count in counts.items())
    yield line(f"{round_name}：共 {len(rows)} 个项目，{totals or '尚未收到'}。")


def history_table(revisions: Sequence[Revision]) -> Table:
    """The versions of a record, the newest first."""
    words = {"added": "新收", "changed": "更新", "renamed": "改名", "removed": "移除"}
    rows = (
        (
            one.commit[:_SHORT_HASH],
            f"{one.time:%Y-%m-%d %H:%M}",
            one.round,
            words[one.kind.value],
            one.author,
            one.path,
        )
        for one in revisions
    )
    return _table(("版本", "时间", "批次", "变动", "经办", "记录"), rows)


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0, last: int = 0
) -> Table:
    """A table; ``numbers`` columns before the ``last`` ones are set to the right."""
    table = Table(box=BOX, safe_box=False)
    for index, head in enumerate(heads):
        is_number = len(heads) - numbers - last <= index < len(heads) - last
        table.add_column(head, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(visible, row))
    return table
