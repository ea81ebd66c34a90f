"""Everything that is wrong or doubtful with a roster, in one table, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.base.problems import Severity
from xlsync.report.words.lines import line, visible
from xlsync.report.words.terminal import BOX
from xlsync.rounds.roster import doubtful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.problems import Problem
    from xlsync.report.words.lines import Line

_CORRECT, _CONFIRM, _KNOW = "请改正", "请确认", "请知悉"
_STYLES = {_CORRECT: "red", _CONFIRM: "yellow", _KNOW: ""}
_LONGEST = 24
"""Characters of the text found that are quoted; all of it stands in the cell."""


def findings_table(problems: Sequence[Problem]) -> Table:
    """One row a problem: its severity, code and place, what is asked, the text, and why."""
    table = Table(box=BOX, safe_box=False)
    for head in ("问题", "处理", "原文", "说明"):
        table.add_column(head, overflow="fold", no_wrap=head == "处理")
    doubts = {id(one) for one in doubtful(problems)}
    for one in problems:
        is_error = one.severity is Severity.ERROR
        asked = _CORRECT if is_error else _CONFIRM if id(one) in doubts else _KNOW
        place = f"{one.sheet}!{one.cell}" if one.sheet and one.cell else one.cell or ""
        what = f"{one.severity.word} {one.code} {place}"
        cells = (what, asked, _short(one.found), one.message)
        table.add_row(*map(visible, cells), style=_STYLES[asked])
    return table


def findings_lines(problems: Sequence[Problem], *, held: bool) -> Iterator[Line]:
    """How much of each kind there is, and what to do before anything is written."""
    errors = sum(one.severity is Severity.ERROR for one in problems)
    doubts = len(doubtful(problems))
    others = len(problems) - errors - doubts
    counts = (("错误", errors), ("待确认", doubts), ("提醒", others))
    yield line("，".join(f"{word} {count} 处" for word, count in counts if count) + "。", "bold")
    if errors:
        yield line("没有写出任何文件：请先改正错误，再下发。", "red")
    elif held:
        yield line("没有写出任何文件：请核对待确认之处，无误后加 --yes 再运行。", "yellow")


def _short(text: str | None) -> str:
    found = text or ""
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"
