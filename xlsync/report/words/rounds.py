"""Collections, standings and the lives of records as tables for a console."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from rich.table import Table

from xlsync.base.problems import Severity
from xlsync.report.words.lines import line, visible
from xlsync.report.words.terminal import BOX
from xlsync.report.words.wording import of_change, quoted, told_together
from xlsync.rounds.kept.outcomes import SILENT, State, change_text
from xlsync.rounds.state.standing import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.report.words.lines import Line
    from xlsync.repository import Commit
    from xlsync.rounds.checking.papers import PaperTaken
    from xlsync.rounds.kept.decisions import Decision
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.returned.collecting import Collection
    from xlsync.rounds.state.closing import Closure
    from xlsync.rounds.state.life import Event
    from xlsync.rounds.state.receipts import KeptFile
    from xlsync.rounds.state.standing import Standing

SHORT_HASH = 10
_WIDTHS = (18, 24, 14, 4, 9, 5, 5)
"""Columns of a screen that the table of a round takes at most; with its lines, 100 in all."""
_MOST_CHANGES = 20
"""Changes of one record that are listed one by one; ``log`` and ``diff`` show all."""


def outcome_table(collection: Collection) -> Table:
    """One row for each form in each file of a collection that is new or still open."""
    rows = (
        (
            _file(one.path) + (f" {one.place}" if one.place else ""),
            one.group,
            one.title,
            one.state.value,
            str(one.count(Severity.ERROR)),
            str(one.count(Severity.WARNING)),
        )
        for one in collection.news()
    )
    return plain_table(("文件", "单位", "项目", "状态", "错误", "警告"), rows, numbers=2)


def _file(path: Path) -> str:
    """The name of a file, with that of the archive that it came in."""
    parents = [one.name for one in path.parents if one.name.lower().endswith(".zip")]
    return "/".join([*reversed(parents), path.name])


def collection_lines(collection: Collection, written: Sequence[Path] = ()) -> Iterator[Line]:
    """What a collection did in a sentence, whether it changed anything, and what goes back."""
    counts = "，".join(f"{state.value} {count}" for state, count in collection.counts().items())
    if counts or not collection.reviews:
        what = "将收集" if collection.is_preview else "收集"
        yield line(f"{what} {collection.round}：{counts or '没有找到文件'}。")
    if collection.commit is None and not collection.is_preview:
        yield line("没有新内容，版本库未改动。")
    elif collection.commit:
        yield line(f"已记入版本库：{collection.commit[:SHORT_HASH]}。")
    settled = sum(collection.counts().get(state, 0) for state in SILENT)
    if settled:
        yield line(f"其中 {settled} 份先前已处理完毕，不再列出。")
    for one in collection.outcomes:
        for told in changes_told(one)[:_MOST_CHANGES]:
            yield line(f"  {one.state} {visible(f'{one.group} {one.title}')} {told}")
        if len(one.changes) > _MOST_CHANGES:
            more = len(one.changes) - _MOST_CHANGES
            yield line(visible(f"  {one.state} {one.group} {one.title} 另有 {more} 处改动"))
    if collection.resolved:
        yield line(visible(f"冲突已解决：{'、'.join(collection.resolved)}。"))
    books = [one for one in written if one.suffix == ".xlsx"]
    if books:
        yield line(visible(f"退回用的工作簿 {len(books)} 份，在 {books[0].parent}。"))


def changes_told(one: Outcome) -> list[str]:
    """What a form changed of its record, place by place."""
    return [visible(change_text(told)) for told in one.changes]


def review_lines(reviews: Sequence[PaperTaken]) -> Iterator[Line]:
    """What came of review workbooks, and what could not be taken."""
    for one in reviews:
        left = f"，未填 {one.open}" if one.open else ""
        told = f"已采用 {one.taken}，已有 {one.unchanged}{left}，未采用 {len(one.problems)}"
        yield line(visible(f"{one.kind.word} {one.path.name}：{told}。"))
        for found in one.problems:
            yield line(visible(f"  {found.code} {found.message}"), "yellow")


def standing_table(rows: Sequence[Standing], *, is_wide: bool = False) -> Table:
    """Where a round stands, one row a project; within 100 columns, unless all is asked for."""
    if is_wide:
        return _wide_table(rows)
    cells = (
        (
            row.group,
            row.title,
            row.shown,
            row.waits_for,
            row.timeliness,
            day(row.returned),
            f"{row.errors}/{row.warnings}",
        )
        for row in rows
    )
    heads = ("单位", "项目", "状态", "等待", "期限", "收到", "错/警")
    return plain_table(heads, cells, numbers=1, widths=_WIDTHS)


def level_table(rows: Sequence[Standing], unit_of: Callable[[str], str]) -> Table:
    """How many projects of each unit stand where, with those of the units below it."""
    units: dict[str, list[Standing]] = {}
    for row in rows:
        units.setdefault(unit_of(row.group), []).append(row)
    cells = [
        (
            unit,
            *(str(sum(row.state is place for row in own)) for place in Place),
            str(sum(row.days_late is not None and row.days_late > 0 for row in own)),
            str(len(own)),
        )
        for unit, own in units.items()
    ]
    return plain_table(
        ("单位", *(one.value for one in Place), "逾期", "项目"), cells, numbers=len(Place) + 2
    )


def _wide_table(rows: Sequence[Standing]) -> Table:
    cells = (
        (
            row.group,
            row.title,
            row.shown,
            row.waits_for,
            row.due or "",
            row.timeliness,
            _times(row.sent, row.issues),
            _times(row.returned, row.returns),
            basis(row),
            str(row.errors),
            str(row.warnings),
            row.record or "",
        )
        for row in rows
    )
    heads = ("单位", "项目", "状态", "等待", "截止", "期限", "下发", "收到", "依据")
    return plain_table((*heads, "错误", "警告", "编号"), cells, numbers=2, last=1)


def _times(time: str | None, count: int) -> str:
    """When last, and how often where it was more than once."""
    more = f"（{count} 次）" if count > 1 else ""
    return f"{minute(time)}{more}" if time else (f"{count} 次" if count else "")


def minute(time: str | None) -> str:
    """A time as people read it, to the minute; empty where there is none."""
    return time[:16].replace("T", " ") if time else ""


def day(time: str | None) -> str:
    """The day of a time, without its year."""
    return time[5:10] if time else ""


def basis(row: Standing) -> str:
    """On which workbook the last one that came back was filled in, and whether that is old."""
    if row.issue is None:
        return ""
    return f"第{row.issue}次" + ("（旧）" if row.is_stale else "")


def standing_lines(
    round_name: str,
    rows: Sequence[Standing],
    others: Mapping[State, int] | None = None,
    closing: Closure | None = None,
) -> Iterator[Line]:
    """The totals of a round, and what came that belongs to none of its projects.

    ``closing`` is the one that holds, where the round is closed.
    """
    if closing is not None:
        yield line(visible(f"{round_name} 已封存（{closing.said}）。"), "yellow")
    counts = Counter(row.shown for row in rows)
    totals = "，".join(f"{state} {count}" for state, count in counts.items())
    yield line(f"{round_name}：共 {len(rows)} 个项目，{totals or '尚未收到'}。")
    waiting = Counter(row.waits_for for row in rows if row.waits_for)
    if waiting:
        yield line("等待" + "，".join(f"{who} {count} 个" for who, count in waiting.items()) + "。")
    late = sum(row.days_late is not None and row.days_late > 0 for row in rows)
    if late:
        yield line(f"已过截止日期的 {late} 个。", "yellow")
    for row in rows:
        for decision in row.decisions:
            yield line(visible(f"{row.group} {row.title}：{decision_line(decision)}"))
    left = dict(others or {})
    late_ones = left.pop(State.CLOSED, 0)
    if late_ones:
        yield line(f"封存后又来 {late_ones} 份，只留存，没有采用（xlsync received 可写出原件）。")
    withdrawn = left.pop(State.WITHDRAWN, 0)
    if withdrawn:
        yield line(f"填在已撤销的下发上的 {withdrawn} 份，只留存，没有采用。")
    if left:
        told = "，".join(f"{state} {count}" for state, count in left.items())
        yield line(f"另有来件不属于本轮的项目：{told}。")


def life_table(events: Sequence[Event]) -> Table:
    """What happened to a record, the newest first."""
    rows = (
        (
            minute(one.time),
            one.round,
            one.kind,
            f"第{one.issue}次" if one.issue else "",
            one.file or "",
            one.commit[:SHORT_HASH] if one.commit else "",
            one.author or "",
            _why(one),
        )
        for one in events
    )
    return plain_table(("时间", "轮次", "事项", "下发", "文件", "版本", "经办", "说明"), rows)


def _why(event: Event) -> str:
    """Why something was refused, or what was decided and why."""
    if event.decision is None:
        return told_together(event.errors)
    return decided_text(event.decision)


def trail_table(commits: Iterable[Commit]) -> Table:
    """One row a commit: when, what, by whom on which machine, the command, version, signature."""
    said = [one.trail() for one in commits]
    rows = (
        (
            minute(one["time"]),
            one["commit"][:SHORT_HASH],
            one["what"],
            one["author"],
            one["user"] or "",
            one["command"] or "",
            one["version"] or "",
            "有" if one["signed"] else "",
        )
        for one in said
    )
    heads = ("时间", "版本", "内容", "经办", "用户@电脑", "命令", "程序", "签名")
    return plain_table(heads, rows)


def decision_line(decision: Decision) -> str:
    """A decision with its day and its person, on one line."""
    told = decided_text(decision)
    return f"{decision.time[:10]} {decision.act.word}（{decision.by}）{told}"


def decided_text(decision: Decision) -> str:
    """What was decided about a record, on one line."""
    reason = f"理由：{decision.reason}" if decision.reason else ""
    return "；".join(filter(None, (decision.verdict, changes_text(decision), reason)))


def changes_text(decision: Decision) -> str:
    """What a decision changed, on one line."""
    return "；".join(
        f"{one.label} {quoted(of_change(one.old))} → {quoted(of_change(one.new))}"
        for one in decision.changes
    )


def received_table(found: Sequence[KeptFile]) -> Table:
    """The files that came, the last first, and what became of each form in them."""
    rows = (
        (
            minute(one.received),
            one.file.name,
            form.group,
            form.title,
            form.state.value,
            one.file.key[:SHORT_HASH],
        )
        for one in found
        for form in one.forms
    )
    return plain_table(("收到", "文件", "单位", "项目", "状态", "指纹"), rows)


def plain_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: int = 0,
    last: int = 0,
    widths: Sequence[int] = (),
) -> Table:
    """A table; ``numbers`` columns before the ``last`` ones are set to the right.

    ``widths`` are how many columns of the screen each takes at most.
    """
    table = Table(box=BOX, safe_box=False)
    for index, head in enumerate(heads):
        is_number = len(heads) - numbers - last <= index < len(heads) - last
        justify: Literal["left", "right"] = "right" if is_number else "left"
        width = widths[index] if widths else None
        table.add_column(head, justify=justify, overflow="fold", max_width=width)
    for row in rows:
        table.add_row(*map(visible, row))
    return table
