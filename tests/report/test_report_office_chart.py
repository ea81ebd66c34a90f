"""A chart of units: bars that lie down, on a sheet of their own where there are many."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from workbook_lint import lint

from xlsync.report.books.office import FIRST_ROW, ReportColumn, book
from xlsync.report.books.office_chart import Chart, Series, draw_chart

COLUMNS = [ReportColumn("单位", 20), ReportColumn("金额", 15, "money")]


def drawn(count: int, *, by_rows: bool = False) -> bytes:
    names = [f"单位{number}" for number in range(count)]
    figures = [Decimal(number) for number in range(count)]
    buffer = io.BytesIO()
    with book("表", buffer, by_rows=by_rows) as made:
        sheet = made.sheet("表", "标题", "", COLUMNS)
        made.rows(sheet, COLUMNS, zip(names, figures, strict=True))
        rows = FIRST_ROW, FIRST_ROW + count - 1
        chart = Chart("图", rows, names, [Series("金额", 1, figures)])
        draw_chart(made, sheet, chart, at=rows[1] + 2, widths=[20, 15])
    return buffer.getvalue()


@pytest.mark.parametrize("by_rows", [False, True])
@pytest.mark.parametrize(("count", "sheets"), [(3, 1), (12, 1), (13, 2), (60, 2)])
def test_many_units_get_a_sheet_of_their_own(count: int, sheets: int, *, by_rows: bool) -> None:
    data = drawn(count, by_rows=by_rows)
    assert lint(data) == []
    worksheets = load_workbook(io.BytesIO(data)).worksheets
    assert len(worksheets) == sheets
    (chart,) = worksheets[-1]._charts  # noqa: SLF001 - openpyxl offers no other way to look
    assert chart.barDir == "bar"
    assert chart.series[0].val.numRef.f == f"表!$B$4:$B${count + 3}"
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = package.read("xl/charts/chart1.xml").decode()
    assert f"<c:v>单位{count - 1}</c:v>" in text
