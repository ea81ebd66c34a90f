"""The 修订对照表 as a workbook: old beside new, the changed parts marked, the funds by unit."""

from __future__ import annotations

import copy
import io
import json
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest
from clients import convert
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from running import FORMS, SAMPLES, invoke
from workbook_lint import lint

from xlsync.report.books.revision_book import revision_workbook
from xlsync.report.words.funds import funds
from xlsync.report.words.revisions import revisions
from xlsync.rounds.state.comparing import compare_records

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell import Cell
    from openpyxl.cell.text import InlineFont
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

    from xlsync.base.record import Record

RED, BLUE = "FFC00000", "FF0070C0"
FIRST = 4
"""The row, from 1, below the heads."""


def load(round_name: str) -> dict[str, Record]:
    texts = (path.read_text("utf-8") for path in sorted((SAMPLES / round_name).glob("*.json")))
    return {one["id"]: one for one in map(json.loads, texts)}


DELTAS = compare_records(FORMS, load("一上"), load("二上"))
DATA = revision_workbook("2023/一上", "2023/二上", DELTAS)


def sheets(data: bytes) -> list[Worksheet]:
    assert lint(data) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_workbook(io.BytesIO(data), rich_text=True).worksheets


def changed(**changes: str) -> list[Worksheet]:
    """The sheets for one record whose fields were changed, each ``old → new``."""
    old = next(iter(load("一上").values()))
    new = copy.deepcopy(old)
    for field, text in changes.items():
        old[field], _, new[field] = text.partition(" → ")
    return sheets(revision_workbook("旧", "新", compare_records(FORMS, {"a": old}, {"a": new})))


def runs(cell: Cell) -> list[tuple[str, str | None]]:
    """The stretches of a cell, each with its colour."""
    value = cell.value
    if isinstance(value, CellRichText):
        return [(one.text, colour(one.font)) for one in blocks(value)]
    return [(str(value), colour(cell.font))]


def colour(font: Font | InlineFont) -> str | None:
    """The colour that a font was given, None for that of every text."""
    has_own = font.color is not None and font.color.type == "rgb"
    return str(font.color.rgb) if has_own else None


def blocks(value: CellRichText) -> list[TextBlock]:
    return [one for one in value if isinstance(one, TextBlock)]


def test_every_revision_is_a_row_with_old_beside_new() -> None:
    table, _ = sheets(DATA)
    found = [one for record in revisions(DELTAS) for one in record]
    assert [cell.value for cell in table["A"][FIRST - 1 :]] == list(range(1, len(found) + 1))
    for row, one in zip(table.iter_rows(min_row=FIRST), found, strict=True):
        texts = [str(cell.value) for cell in row[1:5]]
        assert texts == [one.group, one.title, one.what, one.label]
        for cell, text in ((row[5], one.old_text), (row[6], one.new_text)):
            if one.difference is None:
                assert str(cell.value or "").replace("↵\n", "\n") == text
            elif text:
                assert f"{cell.value:,.2f}" == text
        by = row[7].value
        assert by is None if one.difference is None else float(one.difference) == by


def test_it_says_which_rounds_and_how_much_changed() -> None:
    table, totals = sheets(DATA)
    assert table["A1"].value == "财政项目支出绩效目标申报表修订对照表"
    assert "2023/一上 → 2023/二上　8 个项目有变化" in table["A2"].value
    assert table["F3"].value == "修订前\n（2023/一上）"
    assert totals["A1"].value == "2023/一上 → 2023/二上 资金汇总"


def test_what_went_is_red_and_struck_what_came_is_blue_and_underlined() -> None:
    table, _ = changed(annual_goal="完成 12 条道路整治 → 完成 15 条道路整治")
    (row,) = table.iter_rows(min_row=FIRST)
    assert runs(row[5]) == [("完成 ", None), ("12", RED), (" 条道路整治", None)]
    assert runs(row[6]) == [("完成 ", None), ("15", BLUE), (" 条道路整治", None)]
    (gone,) = (one for one in blocks(row[5].value) if one.text == "12")
    (come,) = (one for one in blocks(row[6].value) if one.text == "15")
    assert (gone.font.strike, gone.font.u) == (True, None)
    assert (come.font.strike, come.font.u) == (None, "single")


def test_a_side_that_is_all_new_is_marked_as_a_whole() -> None:
    table, _ = changed(annual_goal=" → 全部新写")
    (row,) = table.iter_rows(min_row=FIRST)
    assert runs(row[6]) == [("全部新写", BLUE)]
    assert row[6].font.u == "single"


def test_a_line_break_that_came_is_seen() -> None:
    table, _ = changed(annual_goal="一二 → 一\n二")
    (row,) = table.iter_rows(min_row=FIRST)
    assert runs(row[6]) == [("一", None), ("↵\n", BLUE), ("二", None)]


def test_a_long_text_loses_what_stayed_and_never_what_changed() -> None:
    same = "保持原样，" * 500
    old, new = "甲乙" * 400, "丙丁" * 400
    table, _ = changed(annual_goal=f"{same}{old}{same} → {same}{new}{same}")
    rows = list(table.iter_rows(min_row=FIRST))
    before = "".join(str(row[5].value) for row in rows if row[5].value)
    after = "".join(str(row[6].value) for row in rows if row[6].value)
    assert old in before
    assert new in after
    assert before.count("……") == 2
    assert len(rows) > 1
    assert [row[0].value for row in rows] == [1, *[None] * (len(rows) - 1)]
    assert all(str(row[4].value).endswith("（续）") for row in rows[1:])
    assert len({(row[1].value, row[2].value, row[3].value) for row in rows}) == 1
    heights = [table.row_dimensions[row[0].row].height for row in rows]
    assert max(heights) < 300


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["=1+1", "<r><t>1</t></r>", "_x000D_x000A_", "http://example.com", "+1", "长" * 32_767]
)
def test_no_text_of_a_form_becomes_anything_else(text: str) -> None:
    for sides in (f"旧 → {text}", f"{text} → 新"):
        table, _ = changed(annual_goal=sides, project_name=sides)
        cells = [cell for row in table.iter_rows(min_row=FIRST) for cell in row if cell.value]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        assert not any(cell.hyperlink for cell in cells)


def test_the_table_is_ready_to_print_and_to_filter() -> None:
    for sheet in sheets(DATA):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        # One page wide is what the format leaves out.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$3"
        assert "&P" in sheet.oddFooter.center.text
    table, totals = sheets(DATA)
    assert (table.freeze_panes, totals.freeze_panes) == ("E4", "B4")
    assert table.auto_filter.ref == f"A3:H{table.max_row}"


def test_the_funds_add_up_by_unit_and_in_total() -> None:
    _, totals = sheets(DATA)
    shown = load_workbook(io.BytesIO(DATA), data_only=True).worksheets[1]
    found = funds(DELTAS)
    groups = list(dict.fromkeys(group for one in found for group in one.groups))
    last = FIRST + len(groups)
    assert [totals.cell(row, 1).value for row in range(FIRST, last + 1)] == [*groups, "合计"]
    for index, one in enumerate(found):
        column = 2 + 3 * index
        assert str(totals.cell(3, column).value).startswith(one.label)
        for row, group in enumerate(groups, start=FIRST):
            here = one.groups[group]
            figures = [float(each) for each in (here.old, here.new, here.difference)]
            assert [totals.cell(row, column + at).value for at in range(3)] == figures
        total = [float(each) for each in (one.total.old, one.total.new, one.total.difference)]
        assert [shown.cell(last, column + at).value for at in range(3)] == total
        assert str(totals.cell(last, column).value).startswith("=SUM(")


def test_a_chart_shows_the_changes_by_unit() -> None:
    with zipfile.ZipFile(io.BytesIO(DATA)) as package:
        (name,) = (one for one in package.namelist() if one.startswith("xl/charts/chart"))
        chart = package.read(name).decode()
    assert "<c:barChart>" in chart
    assert chart.count("<c:ser>") == len(funds(DELTAS))
    assert "资金汇总!$D$4:$D$6" in chart
    assert "-10000000.00" in chart


def test_a_comparison_without_differences_says_so() -> None:
    table, totals = sheets(revision_workbook("2023/一上", "2023/二上", []))
    assert table["A4"].value == "两份内容相同，没有差异。"
    assert totals["A4"].value == "资金没有变化。"
    assert not totals._charts  # noqa: SLF001 - openpyxl offers no other way to look


def test_the_same_changes_give_the_same_bytes() -> None:
    assert revision_workbook("2023/一上", "2023/二上", DELTAS) == DATA


def test_the_command_writes_it_and_never_over_another_file(tmp_path: Path) -> None:
    path = tmp_path / "新夹" / "修订.xlsx"
    sides = SAMPLES / "一上", SAMPLES / "二上"
    result = invoke("diff", *sides, "--xlsx", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "8 个项目有变化" in result.stdout
    table, _ = sheets(path.read_bytes())
    assert "一上 → 二上" in table["A2"].value or str(sides[0]) in table["A2"].value
    path.write_bytes(b"mine")
    assert invoke("diff", *sides, "--xlsx", path).exit_code == 3
    assert path.read_bytes() == b"mine"
    assert invoke("diff", *sides, "--xlsx", path, "--force").exit_code == 0
    assert len(sheets(path.read_bytes())) == 2


@pytest.mark.client
def test_libreoffice_sees_the_same_figures(tmp_path: Path) -> None:
    path = tmp_path / "修订.xlsx"
    path.write_bytes(DATA)
    (saved,) = convert([path], tmp_path)
    for ours, theirs in zip(
        load_workbook(path, data_only=True), load_workbook(saved, data_only=True), strict=True
    ):
        for row in ours.iter_rows():
            for cell in row:
                assert theirs[cell.coordinate].value == cell.value, cell.coordinate
    assert len(load_workbook(saved).worksheets[1]._charts) == 1  # noqa: SLF001 - as above
