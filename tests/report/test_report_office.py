"""Texts and numbers in cells are what they were, whatever they look like."""

from __future__ import annotations

import io
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText
from running import FORMS
from workbook_lint import lint

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Address
from xlsync.form.types import MoneyType
from xlsync.report.books.office import FIRST_ROW, ReportColumn, book
from xlsync.report.books.office_text import CUT, write_runs
from xlsync.report.export.sheets import Sums
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from xlsync.form import Form
    from xlsync.report.books.office import Value

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "http://example.com/",
    "mailto:a@example.com",
    "<r><t>1</t></r>",
    "<r>粗体</r>",
    "<r>",
    "_x000D_",
    "_x000D_x000A_",
    "a_x0041_x0042_x0043_b",
    "1_x000",
    " 首尾有空白 ",
    "第一行\n第二行",
    "&amp;<b>\"'",
    "\u200b零宽",
    "𠮷" * 10,
    "0012",
    "1E5",
    "TRUE",
    "#REF!",
]
COLUMNS = [ReportColumn("编号", 10), ReportColumn("内容", 30)]


def made(values: list[Value], *, by_rows: bool = False) -> bytes:
    buffer = io.BytesIO()
    with book("表", buffer, by_rows=by_rows) as one:
        sheet = one.sheet("表", "标题", "说明", COLUMNS)
        for row, value in enumerate(values, start=FIRST_ROW):
            one.write(sheet, row, 0, row, one.look("count"))
            one.write(sheet, row, 1, value, one.look("text"))
    return buffer.getvalue()


def texts(data: bytes, count: int) -> list[str]:
    """The contents of so many cells, as our own reader reads them."""
    sheet = xlsx.read(data).sheets[0]
    return [sheet.text(Address(FIRST_ROW + 1 + at, 2)) for at in range(count)]


def opened(data: bytes) -> Worksheet:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_workbook(io.BytesIO(data), rich_text=True)["表"]


@pytest.mark.parametrize("by_rows", [False, True])
def test_a_text_is_a_text(*, by_rows: bool) -> None:
    data = made([*HOSTILE], by_rows=by_rows)
    sheet = opened(data)
    cells = [sheet.cell(FIRST_ROW + 1 + at, 2) for at in range(len(HOSTILE))]
    assert [str(cell.value) for cell in cells] == HOSTILE
    assert texts(data, len(HOSTILE)) == HOSTILE
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)
    assert lint(data) == []


def test_the_same_content_gives_the_same_bytes() -> None:
    for by_rows in (False, True):
        assert made([*HOSTILE], by_rows=by_rows) == made([*HOSTILE], by_rows=by_rows)


def test_a_text_that_no_cell_can_hold_ends_in_dots() -> None:
    for text in ("长" * 40_000, "𠮷" * 20_000):
        shown = str(opened(made([text])).cell(FIRST_ROW + 1, 2).value)
        assert shown.endswith(CUT)
        assert len(shown.encode("utf-16-le")) // 2 <= 32_767
        assert text.startswith(shown.removesuffix(CUT))


def test_a_number_that_no_cell_keeps_is_a_text() -> None:
    exact, beyond = Decimal("9999999999999.99"), Decimal("12345678901234567.89")
    sheet = opened(made([exact, beyond]))
    assert Decimal(str(sheet.cell(FIRST_ROW + 1, 2).value)) == exact
    assert sheet.cell(FIRST_ROW + 2, 2).value == "12,345,678,901,234,567.89"


def test_stretches_keep_their_fonts() -> None:
    buffer = io.BytesIO()
    with book("表", buffer) as one:
        sheet = one.sheet("表", "标题", "", COLUMNS)
        look, red = one.look("text"), one.look("text", font_color="#C00000")
        runs = [(look, "留"), (red, "删_x000D_x000A_"), (look, "留")]
        write_runs(sheet, FIRST_ROW, 1, runs, look)
        write_runs(sheet, FIRST_ROW + 1, 1, [], look)
    cell = opened(buffer.getvalue()).cell(FIRST_ROW + 1, 2)
    assert isinstance(cell.value, CellRichText)
    assert {block.font.rFont for block in cell.value} == {"宋体"}
    assert str(cell.value) == "留删_x000D_x000A_留"
    assert texts(buffer.getvalue(), 1) == ["留删_x000D_x000A_留"]
    assert lint(buffer.getvalue()) == []


def test_a_total_is_a_formula_with_its_result() -> None:
    buffer = io.BytesIO()
    with book("表", buffer) as one:
        sheet = one.sheet("表", "标题", "", COLUMNS)
        for row in (FIRST_ROW, FIRST_ROW + 1):
            one.write(sheet, row, 1, Decimal("0.10"), one.look("money"))
        one.total(sheet, (FIRST_ROW, FIRST_ROW + 1), 1, Decimal("0.20"), one.look("sum_money"))
        one.total(
            sheet, (FIRST_ROW, FIRST_ROW + 4), 1, Decimal(10) ** 16 + 1, one.look("sum_money")
        )
    place = FIRST_ROW + 3, 2
    assert opened(buffer.getvalue()).cell(*place).value == "=SUM(B4:B5)"
    shown = load_workbook(io.BytesIO(buffer.getvalue()), data_only=True)["表"]
    assert shown.cell(*place).value == 0.2
    assert shown.cell(FIRST_ROW + 6, 2).value == "10,000,000,000,000,001"


def test_what_xlsxwriter_refuses_is_an_error() -> None:
    buffer = io.BytesIO()
    with book("表", buffer) as one:
        sheet = one.sheet("表", "标题", "", COLUMNS)
        with pytest.raises(XlsyncError, match="cannot hold"):
            one.write(sheet, 1_048_576, 0, "行数太多", one.look("text"))


def test_every_sheet_is_a4_and_a_wide_one_goes_over_several_pages() -> None:
    for count, pages, repeated in ((4, 1, None), (10, 2, "$A:$B")):
        buffer = io.BytesIO()
        with book("表", buffer) as one:
            one.sheet("表", "标题", "", [ReportColumn("栏", 30)] * count)
        sheet = opened(buffer.getvalue())
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToWidth or 1) == pages
        assert sheet.print_title_cols == repeated


def test_a_title_above_pages_is_what_it_says_and_fits() -> None:
    for title, shown in (("2024 甲&乙&C&P", "2024 甲&乙&C&P"), ("长" * 300, "长" * 200 + "…")):
        buffer = io.BytesIO()
        with book("表", buffer) as one:
            sheet = one.sheet("表", title, "", [ReportColumn("栏", 30)] * 10)
            one.title_above(sheet, FIRST_ROW, 9)
        assert opened(buffer.getvalue()).oddHeader.center.text.replace("&&", "&") == shown
        assert lint(buffer.getvalue()) == []


def test_wide_sums_are_printed_with_their_chart() -> None:
    """Only what lies in the print area is printed."""

    def amounts(form: Form) -> int:
        return sum(isinstance(one.kind, MoneyType) for one in form.mapping.fields.values())

    form = max(FORMS.values(), key=amounts)
    sums = Sums(form.mapping)
    sums.add({})
    buffer = io.BytesIO()
    with book("表", buffer) as one:
        sums.write(one, "表", "标题")
    sheet = opened(buffer.getvalue())
    assert sheet.page_setup.fitToWidth > 1
    ends = [chart.anchor.to.row + 1 for chart in sheet._charts]  # noqa: SLF001 - no other way
    assert ends
    assert int(sheet.print_area.rpartition("$")[2]) >= max(ends)
