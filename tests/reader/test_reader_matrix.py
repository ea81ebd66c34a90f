"""Fields in a matrix are found by row label and column heading; nothing around them is lost."""

from __future__ import annotations

import re

import pytest
from evaluation_sample import FORM, record
from reading_samples import FORMS, brief, read_one, read_text, record_of

from xlsync.base.grid import Address, Cell
from xlsync.base.record import get, put
from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import xlsx

HEAD = """\
财政项目支出绩效自评表
(2023年度)
项目名称|小区改造
主管部门|镇政府|实施单位|建设办
项目资金（元）||年初预算数|全年预算数|全年执行数|分值|执行率|得分
|年度资金总额|6,000,000|6,400,000|6,000,000|10|93.75%|9.38
|其中：当年财政拨款|6,000,000|6,000,000|6,000,000|—|100%|—
|上年结转资金||400,000|0|—|0%|—
|其他资金||||—||—
年度总体目标|年初设定目标||实际完成情况
|完成改造||已完成
"""
TABLE = """\
绩效指标|一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施
|产出指标|数量指标|巡查次数|≥50.00(次)|52|40|40
||质量指标|一次验收合格率|=100.00(%)|98.00%|20|18|两处返工
|效益指标|社会效益指标|市容面貌|改善|改善|30|30
总分||||||100|97.38
"""
FILLED = HEAD + TABLE


def same(pointers: list[str], text: str) -> bool:
    made, expected = record_of(read_one(text)), record()
    return all(get(made, one) == get(expected, one) for one in pointers)


POINTERS = [item.pointer for item in FORM.mapping.fields.values()]


def test_a_foreign_copy_is_read_whole() -> None:
    reading = read_one(FILLED)
    assert reading.form == FORM.id
    assert brief(reading.problems) == []
    assert same(POINTERS, FILLED)
    rows, expected = record_of(reading)["indicators"], record()["indicators"]
    for name in ("level1", "level2", "level3", "operator", "value", "unit", "actual", "weight"):
        assert [row[name] for row in rows] == [row[name] for row in expected]
    assert [row["cause"] for row in rows] == [None, "两处返工", None]


def test_other_spellings_of_both_sides_are_known() -> None:
    text = FILLED.replace("年度资金总额|", "资金总额|").replace("全年预算数", "调整预算数")
    assert same(POINTERS, text.replace("其中：当年财政拨款", "当年财政拨款"))


def test_the_columns_may_stand_in_any_order() -> None:
    lines = FILLED.split("\n")
    for number in range(4, 9):
        cells = lines[number].split("|")
        cells[2], cells[4] = cells[4], cells[2]
        lines[number] = "|".join(cells)
    assert same(POINTERS, "\n".join(lines))


def test_a_value_beside_the_columns_is_quoted() -> None:
    reading = read_one(FILLED.replace("6,000,000|10|93.75%|9.38", "6,000,000|10|93.75%|9.38|另加"))
    assert [(one.code, one.found) for one in reading.problems] == [("S007", "另加")]


@pytest.mark.parametrize("typed", ["12", "0", "——x"])
def test_other_points_than_those_printed_are_quoted(typed: str) -> None:
    reading = read_one(FILLED.replace("|10|93.75%", f"|{typed}|93.75%"))
    assert [(one.code, one.found) for one in reading.problems] == [("S007", typed)]


def test_a_figure_that_is_printed_elsewhere_is_no_label_here() -> None:
    """100 is printed in the last row alone: as a stray text it is told."""
    reading = read_one(FILLED.replace("主管部门|镇政府|", "主管部门|镇政府|100|"))
    assert ("S007", "100") in [(one.code, one.found) for one in reading.problems]


def test_full_points_beside_the_printed_ones_are_a_value() -> None:
    reading = read_one(FILLED.replace("|100|97.38", "|100|100"))
    assert record_of(reading)["total_score"] == "100.00"


MISSING = {
    "a row": ("|上年结转资金|", "|上年的钱|", "上年结转资金", "/funds/carried_over/budget"),
    "a column": ("|全年执行数|", "|花掉的钱|", "全年执行数", "/funds/annual_total/executed"),
}


@pytest.mark.parametrize(("old", "new", "label", "pointer"), MISSING.values(), ids=MISSING)
def test_a_label_that_is_gone_is_told_once(old: str, new: str, label: str, pointer: str) -> None:
    reading = read_one(FILLED.replace(old, new))
    told = [one for one in reading.problems if one.code == "S001"]
    assert [label in one.message for one in told] == [True]
    assert get(record_of(reading), pointer) is None
    assert "F001" not in [one.code for one in reading.problems if one.pointer == pointer]
    quoted = " ".join(one.found or "" for one in reading.problems if one.code == "S007")
    assert new.strip("|") in quoted


def test_every_value_is_read_or_quoted_wherever_a_row_slips() -> None:
    slipped = FILLED.replace("|其中：当年财政拨款|6,000,000|", "|其中：当年财政拨款||6,000,001|")
    reading = read_one(slipped)
    told = str(record_of(reading)) + " ".join(one.found or "" for one in reading.problems)
    assert "6000001" in re.sub(r",", "", told)


def test_a_copy_of_our_own_sheet_without_names_and_footer_is_read_by_its_labels() -> None:
    made = record()
    grid = xlsx.read(workbook(FORM, made))
    grid.names.clear()
    (sheet,) = [sheet for sheet in grid.sheets if sheet.name == FORM.template.sheet]
    grid.sheets = [sheet]
    for address, cell in list(sheet.cells.items()):
        if FORM.stated(cell.text) is not None:
            sheet.cells[address] = Cell("")
    (reading,) = read(list(FORMS.values()), grid)
    found = record_of(reading)
    assert [get(found, one) for one in POINTERS] == [get(made, one) for one in POINTERS]
    assert found["indicators"] == made["indicators"]
    assert reading.places["/funds/annual_total/score"] == Address(7, 11)


def test_two_forms_beneath_each_other_have_a_matrix_each() -> None:
    other = FILLED.replace("小区改造", "道路改造").replace("9.38", "9.39").replace("97.38", "97.39")
    first, second = read_text(FILLED + other)
    assert record_of(first)["funds"]["annual_total"]["score"] == "9.38"
    assert record_of(second)["funds"]["annual_total"]["score"] == "9.39"


def test_the_first_of_two_rows_with_one_label_counts_and_the_other_is_quoted() -> None:
    reading = read_one(FILLED.replace("|其他资金||||—||—", "|其他资金|1|2|3|—||—\n|其他资金|7|8|9"))
    expected = record()
    put(expected, "/funds/annual_other/executed", "3.00")
    assert get(record_of(reading), "/funds/annual_other/executed") == "3.00"
    assert {"7", "8", "9"} <= set(" ".join(one.found or "" for one in reading.problems).split())
