"""Values are found by the labels beside and above them, wherever these stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_samples import FILLED, FORM, brief, read_one, record_of, structural
from small_form import load_form

from xlsync.base.grid import Address
from xlsync.base.record import get
from xlsync.reader import read
from xlsync.sources import text as text_source

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json

# what is replaced in the filled form, by what, and which value is then read where
RIGHT = {
    "an extra empty column": ("|河道保洁|项目性质|", "||河道保洁||项目性质||", {}),
    "a line for each label": ("|河道保洁|项目性质|", "|河道保洁\n项目性质|", {}),
    "blank lines between": ("\n计划开始日期", "\n\n\n计划开始日期", {}),
    "another order of lines": (
        "主管部门|临江镇人民政府|实施单位|临江镇水务所",
        "实施单位|临江镇水务所|主管部门|临江镇人民政府",
        {},
    ),
    "blanks in a label": ("项目名称|", "项 目 名\u3000称|", {}),
    "a full-width colon": ("其中：财政资金", "其中:财政资金", {}),
    "another spelling of a label": ("实施单位|", "项目单位|", {}),
    "a tag in a label": ("项目名称|", "<b>项目名称</b>|", {}),
    "another amount": ("|280,000.00|", "|28万元|", {"/funds/fiscal": "280000.00"}),
    "the right of two labels": (
        "|其他资金|20,000.00|其他资金|20,000.00",
        "|其他资金|1.00|其他资金|2.00",
        {"/funds/other": "1.00", "/funds/annual_other": "2.00"},
    ),
    "the left of two labels blank": (
        "|其他资金|20,000.00|其他资金|20,000.00",
        "|其他资金||其他资金|2.00",
        {"/funds/other": None, "/funds/annual_other": "2.00"},
    ),
    "both of two labels in lines of their own": (
        "|其他资金|20,000.00|其他资金|20,000.00",
        "|其他资金|1.00\n|||其他资金|2.00",
        {"/funds/other": "1.00", "/funds/annual_other": "2.00"},
    ),
    "the right one first": (
        "|其他资金|20,000.00|其他资金|20,000.00",
        "|||其他资金|2.00\n|其他资金|1.00",
        {"/funds/other": "1.00", "/funds/annual_other": "2.00"},
    ),
    "goals far below their labels": ("|水清岸绿", "\n\n|水清岸绿", {}),
    "only one goal": ("|水清岸绿||", "|||", {"/overall_goal": None}),
    "a blank value": ("|河道保洁|", "||", {"/project_name": None}),
}


@pytest.mark.parametrize(("old", "new", "changes"), RIGHT.values(), ids=RIGHT)
def test_a_value_is_found_by_its_label(old: str, new: str, changes: dict[str, Json]) -> None:
    assert old in FILLED
    record = record_of(read_one(FILLED.replace(old, new, 1)))
    plain = record_of(read_one(FILLED))
    for item in FORM.mapping.fields.values():
        expected = changes.get(item.pointer, get(plain, item.pointer))
        assert get(record, item.pointer) == expected, item.label
    assert len(record["indicators"]) == 5


def test_the_source_map_says_where_each_value_stands() -> None:
    places = read_one(FILLED).places
    assert places["/project_name"] == Address.parse("B3")
    assert places["/funds/annual_other"] == Address.parse("E9")
    assert places["/overall_goal"] == Address.parse("B11")
    assert places["/annual_goal"] == Address.parse("D11")
    assert places["/year"] == Address.parse("A2")
    assert places["/indicators"] == Address.parse("B12")
    assert places["/indicators/1/level1"] == Address.parse("B13")
    assert places["/indicators/1/level2"] == Address.parse("C14")


FIELDS = {slot: item for slot, item in FORM.mapping.fields.items() if item.pattern is None}


@pytest.mark.parametrize("slot", FIELDS)
def test_a_changed_label_is_told_once_and_its_value_quoted(slot: str) -> None:
    item = FIELDS[slot]
    label = "其中：财政资金" if slot == "funds_fiscal" else item.label
    before, _, after = FILLED.partition(label)
    if slot == "funds_annual_other":
        middle, _, after = after.partition(label)
        before = f"{before}{label}{middle}"
    reading = read_one(f"{before}某某某某{after}")
    told = [(one.code, one.pointer) for one in reading.problems if one.code in {"S001", "F001"}]
    assert told == [("S001", item.pointer)]
    assert any(one.code == "S007" and one.found == "某某某某" for one in reading.problems)
    assert get(reading.record, item.pointer) is None


def test_a_label_cut_from_its_value_by_a_line_is_not_guessed() -> None:
    reading = read_one(FILLED.replace("项目名称|河道保洁", "项目名称\n\n河道保洁"))
    assert record_of(reading)["project_name"] is None
    assert ("S007", "A5", "河道保洁") in brief(reading.problems)
    assert ("F001", "/project_name") in [(one.code, one.pointer) for one in reading.problems]


# a line that is no part of the form, and where its pieces are quoted
STRAY = [
    ("备注|无", ["A10", "B10"]),
    ("|||||||另附说明", ["H10"]),
    ("2022年度", ["A10"]),
]


@pytest.mark.parametrize(("line", "cells"), STRAY)
def test_what_is_neither_label_nor_value_is_quoted(line: str, cells: list[str]) -> None:
    reading = read_one(FILLED.replace("项目 绩效 目标|", f"{line}\n项目 绩效 目标|"))
    pieces = [piece for piece in line.split("|") if piece]
    assert structural(reading.problems) == [
        ("S007", cell, piece) for cell, piece in zip(cells, pieces, strict=True)
    ]
    assert record_of(reading) == record_of(read_one(FILLED))


def test_a_second_value_beside_the_first_is_quoted() -> None:
    reading = read_one(FILLED.replace("|河道保洁|", "|河道保洁|河道养护|"))
    assert record_of(reading)["project_name"] == "河道保洁"
    assert structural(reading.problems) == [("S007", "C3", "河道养护")]


def test_a_goal_of_several_lines_keeps_the_first_and_quotes_the_rest() -> None:
    reading = read_one(FILLED.replace("|水清岸绿|", "|水清岸绿\n|鱼翔浅底|"))
    assert record_of(reading)["overall_goal"] == "水清岸绿"
    assert ("S007", "B12", "鱼翔浅底") in structural(reading.problems)


# what is typed for a value, and what is told of it
BAD = [
    ("|300,000.00|年度", "|三十万元|年度", "M004", "/funds/total", "C6"),
    ("2023-01-01", "年初", "D001", "/planned_start", "B5"),
    ("2023-12-31", "2023-11-31", "D001", "/planned_end", "D5"),
    ("|河道保洁|", "|<p>河道保洁</p>|", "S003", "/project_name", "B3"),
    ("经常性项目", "长期项目", "C001", "/project_nature", "D3"),
]


@pytest.mark.parametrize(("old", "new", "code", "pointer", "cell"), BAD)
def test_what_is_wrong_with_a_value_is_told_with_its_place(
    old: str, new: str, code: str, pointer: str, cell: str
) -> None:
    assert old in FILLED
    reading = read_one(FILLED.replace(old, new, 1))
    found = new.split("|")[1] if "|" in new else new
    told = [(one.code, one.pointer, one.cell, one.found) for one in reading.problems]
    assert told == [(code, pointer, cell, found)]


LEFT_OF_A_BREAK = ["_x000a_", "_x000D_", "\\n", "&#10;", "\x07", "\x0b", "\u00ad", "\ufffd"]


@pytest.mark.parametrize("left", LEFT_OF_A_BREAK)
def test_what_a_program_left_of_a_line_break_hides_no_label_and_no_level(left: str) -> None:
    reading = read_one(
        FILLED.replace("项目名称", f"项目{left}名称")
        .replace("年度总体目标", f"年度{left}总体目标")
        .replace("数量指标", f"数量{left}指标")
    )
    assert record_of(reading) == record_of(read_one(FILLED))
    assert brief(reading.problems) == [("S003", "C13", f"数量{left}指标")]


def test_all_problems_come_in_one_pass_in_the_order_of_the_sheet() -> None:
    text = FILLED
    for old, new, *_ in BAD:
        text = text.replace(old, new, 1)
    reading = read_one(text)
    cells = [one.cell for one in reading.problems]
    assert cells == ["B3", "D3", "B5", "D5", "C6"]


def test_fields_below_a_table_are_found_by_their_labels(tmp_path: Path) -> None:
    form = load_form(tmp_path)
    table = "省|市|事由|费用\n浙江|杭州|开会|5"
    text = f"出差单\n姓名|张三\n{table}\n备注|请批准\n出发|2023-1-1\n交通|高铁".replace("|", "\t")
    (reading,) = read([form], text_source.read(text.encode()))
    record = record_of(reading)
    assert (record["note"], record["dates"], record["means"]) == (
        "请批准",
        {"left": "2023-01-01"},
        "火车",
    )
    assert [row["task"] for row in record["stops"]] == ["开会"]
    assert reading.problems == []
