"""One project's year in words: a row for each field and item, a column for each round.

Workbook, page and terminal show the same rows; what differs from the step before is marked.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from xlsync.report.books.audits import finding_lines
from xlsync.report.books.office import FIRST_ROW, ReportColumn, book
from xlsync.report.words.lines import line, visible, visible_lines
from xlsync.report.words.wording import of_item, quantity
from xlsync.writer.house import row_height

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.record import Json
    from xlsync.form.mapping import FieldBase
    from xlsync.report.words.lines import Line
    from xlsync.rounds.checking.project_year import ProjectYear, YearItem

_FIELDS = "项目与资金、目标"
_NOT_THERE = "（无此条）"
"""What stands for an item that one step has and another does not."""

_WHOLE = 118
"""Characters of a page's width, shared by the columns of the rounds."""
_CHANGED = {"bg_color": "#FFF2CC"}
_FOUND = (
    ReportColumn("轮次", 14, "center"),
    ReportColumn("级别", 8, "center"),
    ReportColumn("代码", 8, "center"),
    ReportColumn("表间核对", 100),
)


@dataclass(frozen=True, slots=True)
class ShownYearRow:
    """A field or an item: its label, a text for each step, and the steps where it was changed.

    A row of a section has its heading and no texts.
    """

    label: str
    texts: tuple[str, ...] = ()
    changed: frozenset[int] = frozenset()


def year_heads(made: ProjectYear) -> list[str]:
    """What heads the column of each step: the round, and the form."""
    return [f"{visible(one.round)}\n{visible(one.form.mapping.title)}" for one in made.steps]


def year_rows(made: ProjectYear) -> Iterator[ShownYearRow]:
    """Every row, section by section."""
    count = len(made.steps)
    yield ShownYearRow(_FIELDS)
    for one in made.lines:
        texts = {at: _text(held.value, held.item) for at, held in one.values.items()}
        # An amount is the same, whatever unit each form counts it in.
        values = {at: held.value or "" for at, held in one.values.items()}
        yield _row(visible(one.label), texts, values, count)
    for table in made.tables:
        yield ShownYearRow(visible(table.label))
        for row in table.rows:
            at_first = row.items[min(row.items)]
            texts = {
                at: _item(row.items[at]) if at in row.items else _NOT_THERE for at in table.steps
            }
            targets = {at: text.partition("\n")[0] for at, text in texts.items()}
            yield _row(_name(at_first), texts, targets, count)


def _row(
    label: str, texts: Mapping[int, str], compared: Mapping[int, Json], count: int
) -> ShownYearRow:
    """A row; of an item only its quantity is compared, not what another form says of it besides."""
    pairs = pairwise(sorted(compared))
    changed = frozenset(at for before, at in pairs if compared[at] != compared[before])
    return ShownYearRow(label, tuple(texts.get(at, "") for at in range(count)), changed)


def _text(value: Json, item: FieldBase) -> str:
    return "" if value in {None, ""} else of_item(value, item).text


def _name(item: YearItem) -> str:
    parts = (item.row.get(name) for name in (*item.table.levels, item.table.name))
    return "/".join(visible(str(one)) for one in parts if one)


def _item(item: YearItem) -> str:
    """The quantity, then each other column with its label, a line each."""
    table = item.table
    told = {*table.levels, table.name, *table.parts}
    others = (
        f"{visible(column.label)}：{_text(item.row.get(name), column)}"
        for name, column in table.columns.items()
        if name not in told and item.row.get(name) not in {None, ""}
    )
    return visible_lines("\n".join(filter(None, (quantity(table, item.row), *others)))) or "（有）"


def year_lines(made: ProjectYear) -> Iterator[Line]:
    """The year on a terminal: the steps, what changed between them, and what the rules find."""
    rounds = " → ".join(f"{one.round} {one.form.mapping.title}" for one in made.steps)
    yield line(visible(f"{made.title}（{made.group}，编号 {made.record}）"), "bold")
    yield line(visible(f"{made.year} 年：{rounds}"))
    rows = [row for row in year_rows(made) if row.changed]
    if not rows and len(made.steps) > 1:
        yield line("  各步相同，没有改动。")
    for row in rows:
        texts = " → ".join(text.partition("\n")[0] for text in row.texts if text)
        yield line(visible(f"  {row.label}：{texts}"))
    yield from finding_lines(one for _, one in made.findings)


def year_workbook(made: ProjectYear) -> bytes:
    """The year as a workbook: a sheet with all rows, and one with what the rules find.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    title = f"{made.title} {made.year}年全年对照"
    width = max(22.0, _WHOLE / len(made.steps))
    columns = [ReportColumn("栏目/指标", 34)]
    columns += [ReportColumn(head, width) for head in year_heads(made)]
    note = f"{made.group}　编号 {made.record}　黄底为与前一步不同，未注单位的金额为元"
    buffer = io.BytesIO()
    with book(title, buffer) as target:
        sheet = target.sheet("全年对照", title, note, columns)
        sheet.set_row(FIRST_ROW - 1, 36)
        widths = [one.width for one in columns]
        for at, row in enumerate(year_rows(made), start=FIRST_ROW):
            texts = row.texts or ("",) * len(made.steps)
            sheet.set_row(at, row_height(enumerate((row.label, *texts)), widths))
            head = target.look("text") if row.texts else target.look("heading", align="left")
            target.write(sheet, at, 0, row.label, head)
            for step, text in enumerate(texts):
                more = _CHANGED if step in row.changed else {}
                look = target.look("text", **more) if row.texts else target.look("heading")
                target.write(sheet, at, step + 1, text or None, look)
        if made.findings:
            found = target.sheet("表间核对", f"{title}：表间核对", "", _FOUND)
            target.rows(
                found,
                _FOUND,
                (
                    (name, one.problem.severity.word, one.problem.code, one.problem.message)
                    for name, one in made.findings
                ),
            )
    return buffer.getvalue()
