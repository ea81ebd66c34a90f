"""The sheet 资金汇总: amounts by unit and in total, before, after, and by how much they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.books.office import FIRST_ROW, ReportColumn
from xlsync.report.books.office_chart import Chart, Series, draw_chart
from xlsync.report.words.funds import AmountChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from xlsxwriter.worksheet import Worksheet

    from xlsync.report.books.office import Book
    from xlsync.report.words.funds import Funds

_NAME = "资金汇总"
_SAME = "资金没有变化。"
_NOTE = "只计金额有变化的项目；金额单位：元"
_FIGURES = ("修订前", "修订后", "增减")
_CHANGE = 2
_UNIT_WIDTH, _FIGURE_WIDTH = 36, 19
_HEIGHT = 24.0
_UP, _DOWN = "#0070C0", "#C00000"


def signed(amount: Decimal | None) -> dict[str, object]:
    """How an amount by which something changed looks: with its sign, in the colour of it."""
    is_less = amount is not None and amount < 0
    return {"num_format": "+#,##0.00;-#,##0.00;0.00", "font_color": _DOWN if is_less else _UP}


def write_funds(made: Book, sides: tuple[str, str], found: Sequence[Funds]) -> None:
    """Add the sheet, with a chart of the changes by unit."""
    title = f"{sides[0]} → {sides[1]} {_NAME}"
    heads = [f"{one.label}\n{figure}" for one in found for figure in _FIGURES] or [
        _FIGURES[_CHANGE]
    ]
    columns = [
        ReportColumn("单位", _UNIT_WIDTH),
        *(ReportColumn(head, _FIGURE_WIDTH) for head in heads),
    ]
    worksheet = made.sheet(_NAME, title, _NOTE, columns)
    worksheet.freeze_panes(FIRST_ROW, 1)
    if not found:
        worksheet.merge_range(FIRST_ROW, 0, FIRST_ROW, 1, _SAME, made.look("center"))
        return
    groups = list(dict.fromkeys(group for one in found for group in one.groups))
    for row, group in enumerate(groups, start=FIRST_ROW):
        made.write(worksheet, row, 0, group, made.look("text"))
    last = FIRST_ROW + len(groups) - 1
    made.write(worksheet, last + 1, 0, "合计", made.look("sum_text"))
    for row in range(FIRST_ROW, last + 2):
        worksheet.set_row(row, _HEIGHT)
    shown = []
    for index, one in enumerate(found):
        column = 1 + index * len(_FIGURES)
        sums = [one.groups.get(group, AmountChange()) for group in groups]
        _write_sums(made, worksheet, column, sums, one.total)
        shown.append(Series(one.label, column + _CHANGE, [each.difference for each in sums]))
    chart = Chart("各单位资金增减（元）", (FIRST_ROW, last), groups, shown)
    widths = [column.width for column in columns]
    draw_chart(made, worksheet, chart, at=last + 3, widths=widths)


def _write_sums(
    made: Book, worksheet: Worksheet, column: int, sums: Sequence[AmountChange], total: AmountChange
) -> None:
    for row, one in enumerate(sums, start=FIRST_ROW):
        for offset, figure in enumerate((one.old, one.new, one.difference)):
            look = made.look("money", **(signed(figure) if offset == _CHANGE else {}))
            made.write(worksheet, row, column + offset, figure, look)
    rows = FIRST_ROW, FIRST_ROW + len(sums) - 1
    for offset, figure in enumerate((total.old, total.new, total.difference)):
        look = made.look("sum_money", **(signed(figure) if offset == _CHANGE else {}))
        made.total(worksheet, rows, column + offset, figure, look)
