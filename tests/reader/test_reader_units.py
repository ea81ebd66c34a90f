"""The unit of amounts: said in a heading, a line, a label, a cell or a format, in any carrier."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import docx
import pytest
from carriers import CARRIERS, as_docx, carried, rows_of
from correction_samples import put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from reading_samples import FILLED, FORM, FORMS, our_workbook, read_grid, read_text, record_of

from xlsync.base.grid import Address, Cell, Kind, Sheet
from xlsync.base.problems import problem
from xlsync.exchange.corrections import cases, correction_copy
from xlsync.form.types.units import UNITS
from xlsync.reader import read
from xlsync.sources import docx as docx_source
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.reader import Reading

YUAN = record_of(read_text(FILLED)[0])["funds"]
AMOUNT = re.compile(r"(?<=\|)[0-9,]+\.00(?=\||\n)")
NUMBER = re.compile(r"(?<=\|)[0-9,]+\.[0-9]+(?=\||\n)")
OTHERS = [unit for unit in UNITS if unit != "元"]
HEADING = "项目资金 (元)"

# how a sheet says its unit: the text of a form in 元 → one that is counted in another unit
PLACES = {
    "heading": lambda text, unit: text.replace(HEADING, f"项目资金（{unit}）"),
    "heading in two lines": lambda text, unit: text.replace(HEADING, f"项目资金 ({unit})"),
    "line": lambda text, unit: text.replace(HEADING, "").replace(
        "项目名称|", f"单位：{unit}\n项目名称|"
    ),
    "line of money": lambda text, unit: text.replace(HEADING, "").replace(
        "项目名称|", f"|||金额单位：人民币{unit}\n项目名称|"
    ),
    "line above the title": lambda text, unit: f"单位：{unit}\n" + text.replace(HEADING, ""),
    "title": lambda text, unit: text.replace(HEADING, "").replace(
        "申报表\n", f"申报表（单位：{unit}）\n", 1
    ),
    "label of the total": lambda text, unit: text.replace(HEADING, "").replace(
        "项目资金总额|", f"项目资金总额（{unit}）|"
    ),
    "every label": lambda text, unit: re.sub(
        r"((?:总额|财政资金|财政拨款|结转资金|其他资金))\|",
        rf"\1（{unit}）|",
        text.replace(HEADING, ""),
    ),
}
IN_CELLS = {
    "cell": lambda text, unit: NUMBER.sub(lambda match: f"{match[0]}{unit}", text),
    "cell in brackets": lambda text, unit: NUMBER.sub(lambda match: f"{match[0]}（{unit}）", text),
}


# the same units as people write them
SPELLED = {
    "萬元": "万元",
    "万圆": "万元",
    "W元": "万元",
    "人民币万元": "万元",
    "万元人民币": "万元",
    "万元RMB": "万元",
    "￥万元": "万元",
    "万": "万元",
    "10,000元": "万元",
    "10000 元": "万元",
    "1万元": "万元",
    "×10⁴元": "万元",
    "ten thousand yuan": "万元",
    "仟元": "千元",
    "1,000元": "千元",
    "佰万元": "百万元",
    "RMB million": "百万元",
    "億元": "亿元",
    "亿": "亿元",
}
BEHIND_A_NUMBER = [one for one in SPELLED if one[0] not in "1×tR￥人"]


def counted(text: str, unit: str) -> str:
    """The form with its amounts in a unit; the text keeps saying 元."""
    return AMOUNT.sub(lambda match: _in(match[0], unit), text)


def _in(amount: str, unit: str) -> str:
    return f"{Decimal(amount.replace(',', '')) / UNITS[unit]:f}"


def as_workbook(text: str, number_format: str = "General") -> bytes:
    """A copy of the text as cells, amounts as numbers in a format."""
    book = Book()
    sheet = book.worksheets[0]
    for row, line in enumerate(text.split("\n"), start=1):
        for column, cell in enumerate(line.split("|"), start=1):
            if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", cell) and 5 < row < 12:
                sheet.cell(row, column, float(cell)).number_format = number_format
            elif cell:
                sheet.cell(row, column, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def of_grid(grid: Workbook) -> Reading:
    return next(one for one in read_grid(grid) if one.form)


def of_text(text: str) -> Reading:
    return of_grid(carried(text, "text"))


# every unit in the two that are cheap, the commonest one in all
UNIT_IN_CARRIER = [
    (unit, carrier)
    for carrier in CARRIERS
    for unit in (OTHERS if carrier in {"text", "xlsx"} else ["万元"])
]


@pytest.mark.parametrize(("unit", "carrier"), UNIT_IN_CARRIER)
@pytest.mark.parametrize("place", PLACES)
def test_a_unit_that_the_sheet_says_is_believed_and_told_once(
    unit: str, place: str, carrier: str
) -> None:
    reading = of_grid(carried(PLACES[place](counted(FILLED, unit), unit), carrier))
    assert record_of(reading)["funds"] == YUAN
    (told,) = [one for one in reading.problems if one.code == "M006"]
    assert f"读作 {unit}" in told.message
    assert "300,000.00 元" in told.message
    assert not [one for one in reading.problems if one.code in {"S001", "S007", "M007"}]


@pytest.mark.parametrize(("unit", "carrier"), UNIT_IN_CARRIER)
@pytest.mark.parametrize("place", IN_CELLS)
def test_a_unit_that_each_cell_says_is_believed_and_told_at_the_cell(
    unit: str, carrier: str, place: str
) -> None:
    reading = of_grid(carried(IN_CELLS[place](counted(FILLED, unit), unit), carrier))
    assert record_of(reading)["funds"] == YUAN
    told = [one for one in reading.problems if one.code == "M006"]
    assert len(told) == len(YUAN)
    assert all(f"读作 {unit}" in one.message for one in told)


@pytest.mark.parametrize("spelling", SPELLED)
@pytest.mark.parametrize("place", PLACES)
def test_a_unit_is_known_in_every_spelling(spelling: str, place: str) -> None:
    unit = SPELLED[spelling]
    reading = of_text(PLACES[place](counted(FILLED, unit), spelling))
    assert record_of(reading)["funds"] == YUAN
    (told,) = [one for one in reading.problems if one.code == "M006"]
    assert f"读作 {unit}" in told.message
    assert not [one for one in reading.problems if one.code in {"S001", "S007", "M007"}]


@pytest.mark.parametrize("spelling", BEHIND_A_NUMBER)
@pytest.mark.parametrize("place", IN_CELLS)
def test_a_unit_behind_a_number_is_known_in_every_spelling(spelling: str, place: str) -> None:
    reading = of_text(IN_CELLS[place](counted(FILLED, SPELLED[spelling]), spelling))
    assert record_of(reading)["funds"] == YUAN
    assert len([one for one in reading.problems if one.code == "M006"]) == len(YUAN)


@pytest.mark.parametrize("spelling", BEHIND_A_NUMBER)
def test_a_number_format_is_known_in_every_spelling(spelling: str) -> None:
    data = as_workbook(counted(FILLED, SPELLED[spelling]), f'#,##0.00"{spelling}"')
    (reading,) = read(list(FORMS.values()), xlsx.read(data))
    assert record_of(reading)["funds"] == YUAN
    assert len([one for one in reading.problems if one.code == "M006"]) == len(YUAN)


BESIDE_OTHER_WORDS = [
    "单位：万元 编制日期：2023年3月",
    "填报单位（盖章）：临江镇水务所 金额单位：万元",
    "币种：人民币 单位：万元（保留两位小数）",
    "注：表中金额均以万元为单位，不足一万元的不填。" * 3,
    "说明：按万元填列",
]


@pytest.mark.parametrize("line", BESIDE_OTHER_WORDS)
def test_a_line_that_says_more_than_the_unit_is_believed(line: str) -> None:
    copy = counted(FILLED, "万元").replace(HEADING, "").replace("项目名称|", f"{line}\n项目名称|")
    assert record_of(of_text(copy))["funds"] == YUAN


HEADINGS_WITHOUT_BRACKETS = [
    "项目资金 万元",
    "项目资金，万元",
    "项目资金：万元",
    "项目资金 单位万元",
    "项目资金\u000b万元",
]


@pytest.mark.parametrize("heading", HEADINGS_WITHOUT_BRACKETS)
def test_a_heading_says_the_unit_without_brackets(heading: str) -> None:
    reading = of_text(counted(FILLED, "万元").replace(HEADING, heading))
    assert record_of(reading)["funds"] == YUAN
    assert [one.code for one in reading.problems] == ["M006"]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "单位：元谋县水务局",
            "编制单位：万宁市财政局",
            "单位：千山区",
            "万元村",
            "带动万元以上户",
        ),
        *(
            "单位：万人",
            "（超过万元的项目另行说明）",
            "投入 300 万元",
            "补助（5,000元）",
            "专项资金（十）",
        ),
    ],
)
def test_words_that_only_look_like_a_unit_are_none(line: str) -> None:
    reading = of_text(FILLED.replace("项目名称|", f"{line}\n项目名称|"))
    assert record_of(reading)["funds"] == YUAN
    assert not [one for one in reading.problems if one.code[0] == "M"]


@pytest.mark.parametrize("unit", OTHERS)
def test_a_number_format_that_says_the_unit_is_believed(unit: str) -> None:
    data = as_workbook(counted(FILLED, unit), f'#,##0.00"{unit}"')
    (reading,) = read(list(FORMS.values()), xlsx.read(data))
    assert record_of(reading)["funds"] == YUAN
    assert len([one for one in reading.problems if one.code == "M006"]) == len(YUAN)


SCALING = {"万元": '0!.0,"万元"', "千元": '#,##0.00,"千元"', "亿元": '0!.00,,"亿元"'}


@pytest.mark.parametrize("unit", SCALING)
def test_a_number_format_that_only_scales_the_display_changes_nothing(unit: str) -> None:
    plain = counted(FILLED, "元")
    (reading,) = read(list(FORMS.values()), xlsx.read(as_workbook(plain, SCALING[unit])))
    assert record_of(reading)["funds"] == YUAN
    assert not [one for one in reading.problems if one.code[0] == "M"]


@pytest.mark.parametrize(
    "number_format",
    ['0"万"0000"元"', "[$€-2] 0.00", "0!.0,", '0.0,"万元"', '0.00"美元"', '0"百元"', '#,##0,"元"'],
)
def test_a_number_format_that_leaves_the_size_open_gives_no_amount(number_format: str) -> None:
    plain = counted(FILLED, "元")
    (reading,) = read(list(FORMS.values()), xlsx.read(as_workbook(plain, number_format)))
    assert set(record_of(reading)["funds"].values()) == {None}
    assert {one.code for one in reading.problems if one.pointer == "/funds/total"} == {"M007"}


ODD_FORMATS = {
    '0.00;0.00;"--"': (-5, "不显示负号"),
    ";;;": (5, "不显示"),
    '"面议"': (5, "只显示“面议”"),
    '"-"0.00': (5, "显示为负数"),
    "0.0,": (5000, "缩小 1,000 倍显示"),
}


@pytest.mark.parametrize("number_format", ODD_FORMATS)
def test_a_number_that_its_format_shows_otherwise_is_told(number_format: str) -> None:
    number, oddity = ODD_FORMATS[number_format]
    grid = carried(FILLED, "xlsx")
    place = next(at for at, cell in grid.sheets[0].cells.items() if "12.50" in cell.text)
    grid.sheets[0].cells[place] = Cell(str(number), Kind.NUMBER, number_format=number_format)
    told = [one for one in of_grid(grid).problems if one.code == "V002"]
    assert [oddity in one.message for one in told if one.found == str(number)] == [True]


@pytest.mark.parametrize(
    "number_format",
    ["#,##0.00;(#,##0.00)", "#,##0;-#,##0", "_-* #,##0.00_-", "# ?/?", "[Red]General"],
)
def test_a_number_that_its_format_shows_plainly_is_not_told(number_format: str) -> None:
    reading = of_grid(xlsx.read(as_workbook(FILLED.replace(",", ""), number_format)))
    assert record_of(reading)["funds"] == YUAN
    assert not [one for one in reading.problems if one.code == "V002"]


CONTRADICTIONS = {
    "heading and line": FILLED.replace(HEADING, "项目资金(万元)").replace(
        "项目名称|", "单位：元\n项目名称|"
    ),
    "heading of ours and line": FILLED.replace("项目名称|", "单位：万元\n项目名称|"),
    "title and heading": FILLED.replace("申报表\n", "申报表（万元）\n", 1),
    "one text with two": FILLED.replace(HEADING, "项目资金（万元）（单位：元）"),
    "one line with two": FILLED.replace("项目名称|", "单位：元/万元\n项目名称|"),
    "a currency": FILLED.replace(HEADING, "项目资金（万美元）"),
    "heading and cells": IN_CELLS["cell"](FILLED.replace(HEADING, "项目资金（万元）"), "元"),
}


@pytest.mark.parametrize("carrier", ["text", "xlsx"])
@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_units_that_contradict_each_other_give_no_amount(case: str, carrier: str) -> None:
    reading = of_grid(carried(CONTRADICTIONS[case], carrier))
    assert set(record_of(reading)["funds"].values()) == {None}
    told = [one for one in reading.problems if one.code == "M007"]
    assert len(told) == len(YUAN)
    assert not [one for one in reading.problems if one.code == "S001"]


def in_wan(where: str) -> Workbook:
    """A copy in 万元 without a heading for it; the unit is said outside of its cells."""
    book = load_workbook(io.BytesIO(as_workbook(counted(FILLED, "万元").replace(HEADING, ""))))
    sheet = book.worksheets[0]
    if where == "name":
        sheet.title = "绩效目标（万元）"
    elif where == "head":
        sheet.oddHeader.right.text = "单位：万元"
    elif where == "foot":
        sheet.oddFooter.center.text = "金额单位：万元"
    stream = io.BytesIO()
    book.save(stream)
    grid = xlsx.read(stream.getvalue())
    if where == "comment":
        grid.sheets[0].comments[Address(6, 3)] = "张三:\n单位：万元"
    if where == "another sheet":
        grid.sheets.append(Sheet("说明", {Address(1, 1): Cell("金额单位：万元")}))
    if where == "text box":
        told = problem("S007", "工作表上有一个文本框，没有读入。", found="单位：万元")
        grid.problems.append(told.at(grid.sheets[0].name, None))
    return grid


@pytest.mark.parametrize("where", ["name", "head", "foot", "text box", "comment", "another sheet"])
def test_a_unit_that_is_said_outside_of_cells_is_believed(where: str) -> None:
    (reading,) = read_grid(in_wan(where))
    assert record_of(reading)["funds"] == YUAN
    told, *notes = sorted(reading.problems, key=lambda one: one.code)
    assert (told.code, told.cell) == ("M006", None)
    assert [one.code for one in notes] == (["S012"] if where == "another sheet" else [])
    assert "读作 万元" in told.message


def test_a_margin_that_says_the_unit_contradicts_a_sheet_of_ours() -> None:
    _, grid = our_workbook()
    grid.sheets[0].printed += ("单位：万元",)
    (reading,) = read_grid(grid)
    assert set(record_of(reading)["funds"].values()) == {None}
    assert "M007" in {one.code for one in reading.problems}


def test_a_head_of_a_document_that_says_the_unit_is_believed() -> None:
    made = docx.Document(io.BytesIO(as_docx(rows_of(counted(FILLED, "万元").replace(HEADING, "")))))
    made.sections[0].header.paragraphs[0].text = "单位：万元"
    stream = io.BytesIO()
    made.save(stream)
    (reading,) = read_grid(docx_source.read(stream.getvalue()))
    assert record_of(reading)["funds"] == YUAN
    assert [one.code for one in reading.problems] == ["M006"]


def test_a_copy_that_leaves_the_unit_out_says_what_was_assumed() -> None:
    reading = of_text(FILLED.replace(HEADING, ""))
    assert record_of(reading)["funds"] == YUAN
    (told,) = [one for one in reading.problems if one.code == "M006"]
    assert "没有写明金额的单位" in told.message


def test_a_copy_whose_cells_say_the_unit_assumes_nothing() -> None:
    reading = of_text(IN_CELLS["cell"](counted(FILLED, "万元").replace(HEADING, ""), "万元"))
    assert record_of(reading)["funds"] == YUAN
    assert not [one for one in reading.problems if "没有写明" in one.message]


def test_a_sheet_of_ours_whose_heading_was_changed_contradicts_itself() -> None:
    _, grid = our_workbook()
    put(grid.sheets[0], {"A7": "项目资金\n(万元)", "G8": "12800"})
    (reading,) = read_grid(grid)
    assert set(record_of(reading)["funds"].values()) == {None}
    assert [one.cell for one in reading.problems if one.code == "M007"]


def test_two_forms_each_below_its_own_line_of_the_unit() -> None:
    one = "单位：万元\n" + counted(FILLED, "万元").replace(HEADING, "")
    readings = [reading for reading in read_text(f"{one}\n{one}") if reading.form]
    assert [record_of(reading)["funds"] for reading in readings] == [YUAN, YUAN]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cents=st.integers(1, 10**14),
    spelling=st.sampled_from([*OTHERS, *SPELLED]),
    place=st.sampled_from(list(PLACES)),
    carrier=st.sampled_from(["text", "xlsx", "html", "xml"]),
)
def test_any_amount_in_any_unit_comes_back_exactly_or_is_reported(
    cents: int, spelling: str, place: str, carrier: str
) -> None:
    unit = SPELLED.get(spelling, spelling)
    amount = Decimal(cents) / 100
    text = AMOUNT.sub("0.00", FILLED).replace("总额|0.00", f"总额|{amount / UNITS[unit]:f}")
    reading = of_grid(carried(PLACES[place](text, spelling), carrier))
    assert record_of(reading)["funds"]["total"] == f"{amount:.2f}"


def test_the_places_of_units_do_not_hide_a_label() -> None:
    reading = of_text(PLACES["every label"](counted(FILLED, "万元"), "万元"))
    assert reading.places["/funds/total"] == Address.parse("C6")
    assert reading.form == FORM.id


@pytest.mark.slow
@pytest.mark.parametrize("place", ["heading", "line", "label of the total"])
def test_a_copy_for_correction_says_both_figures_and_comes_back_the_same(place: str) -> None:
    reading = of_grid(carried(PLACES[place](counted(FILLED, "万元"), "万元"), "xlsx"))
    (case,) = cases(FORMS, [reading], "来件")
    data = correction_copy(case)
    (back,) = read(list(FORMS.values()), xlsx.read(data))
    assert record_of(back)["funds"] == YUAN
    listed = load_workbook(io.BytesIO(data))["问题清单"]
    shown = " ".join(str(cell) for row in listed.iter_rows(values_only=True) for cell in row)
    assert "30.00 万元即 300,000.00 元" in shown


def test_a_copy_for_correction_never_shows_an_amount_whose_unit_is_open() -> None:
    reading = of_grid(carried(CONTRADICTIONS["heading and line"], "xlsx"))
    (case,) = cases(FORMS, [reading], "来件")
    (back,) = read(list(FORMS.values()), xlsx.read(correction_copy(case)))
    assert set(record_of(back)["funds"].values()) == {None}
