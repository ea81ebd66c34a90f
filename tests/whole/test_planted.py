"""N errors in a form are N findings, in one pass, in the order of the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from correction_samples import put
from reading_samples import FORM, our_workbook, read_grid

from xlsync.base.grid import Address, Cell, Kind, Sheet
from xlsync.base.problems import CORE_CODES

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem

pytestmark = pytest.mark.slow

SHEET = FORM.template.sheet


class Planted(NamedTuple):
    """What is typed into cells, and the findings that come of it: code, cell, label in words."""

    cells: dict[str, str]
    findings: list[tuple[str, str, str]]


MANY = Planted(
    {
        "H4": "",
        "F4": "偶尔",
        "C6": "2023-13-45",
        "D7": "300001",
        "D8": "280000",
        "G8": "abc",
        "B12": "<p>水清岸绿</p>",
        "B15": "产出指示",
        "E15": "",
        "G15": "",
        "E16": "",
        "F16": "≥95%",
        "G16": "",
        "D17": "XX",
        "C18": "生态指标",
        "E19": "=",
        "B20": "产出指标",
        "C20": "质量指标",
        "D20": "保洁合格率",
        "E20": "≥",
        "F20": "95",
        "G20": "%",
        "B21": "产出指标",
        "C21": "数量指标",
        "D21": "清运次数",
        "F21": "若干",
        "C22": "时效指标",
        "D22": "完工时间",
        "F22": "年底前",
        "J3": "怎么填？",
        "A5": "主管单位",
    },
    [
        ("S007", "J3", ""),
        ("C001", "F4", "项目性质"),
        ("F001", "H4", "项目类别"),
        ("S001", "A5", "主管部门"),
        ("D001", "C6", "计划开始日期"),
        ("M001", "D7", "项目资金总额"),
        ("M004", "G8", "其中：当年财政拨款"),
        ("S003", "B12", "项目总目标"),
        ("I001", "B15", "绩效指标第1条"),
        ("I007", "E15", "计算符号"),
        ("I008", "G15", "计量单位"),
        ("V002", "F16", "绩效指标第2条"),
        ("I003", "D17", "三级指标"),
        ("I002", "C18", "二级指标"),
        ("I009", "E19", "计算符号"),
        ("I016", "D20", "绩效指标第6条"),
        ("I012", "F21", "指标值"),
        ("S004", "B22", "绩效指标第8条的“一级指标”"),
    ],
)
DATES = Planted(
    {"A3": "2030", "G7": "300000", "G9": "3万元"},
    [("D003", "A3", "年度"), ("M006", "G9", "上年结转资金")],
)
ORDER = Planted({"F6": "2022-12-31"}, [("D002", "F6", "计划完成日期")])
ONCE = Planted(
    {"F4": "一次性项目", "F6": "2024-12-31", "H4": "其他类"},
    [("D004", "F4", "项目性质"), ("C002", "H4", "项目类别")],
)
SUMS = Planted({"G7": "90000"}, [("M002", "G7", "年度资金申请总额")])
TOTALS = Planted({"D8": "100000"}, [("M003", "G7", "年度资金申请总额")])
ROWS = Planted(
    {f"{column}{row}": "" for column in "BCDEFGI" for row in (17, 18, 19)},
    [("I004", "A13", "效益指标"), ("I005", "A13", "满意度指标"), ("I006", "A13", "时效指标")],
)
UNITS = Planted({"G10": "5万美元"}, [("M007", "G10", "其他资金")])
ALL = {
    "units": UNITS,
    "many": MANY,
    "dates": DATES,
    "order": ORDER,
    "once": ONCE,
    "sums": SUMS,
    "totals": TOTALS,
    "rows": ROWS,
}

NOT_TYPED = {"S002", "S005", "S006", "S009", "S010", "S011", "S012"}
"""Said of rows out of place in copies of others, of other forms, of several files, of pictures, and
of how a sheet is shown."""


def findings(grid: Workbook) -> list[Problem]:
    (reading,) = read_grid(grid)
    return reading.problems


@pytest.mark.parametrize("planted", ALL.values(), ids=ALL)
def test_each_error_is_found_once_in_the_order_of_the_sheet(planted: Planted) -> None:
    _, grid = our_workbook()
    sheet = grid.sheets[0]
    put(sheet, planted.cells)
    problems = findings(grid)
    assert [(one.code, one.cell) for one in problems] == [one[:2] for one in planted.findings]
    places = [Address.parse(one.cell or "") for one in problems]
    assert places == sorted(places)
    for one, (_, cell, label) in zip(problems, planted.findings, strict=True):
        assert one.sheet == SHEET
        assert label in one.message
        assert "请" in one.message or "建议" in one.message
        typed = planted.cells.get(cell, "")
        assert not typed or one.found == typed or one.found in {f"{typed}.00", None}, one


def test_what_is_not_typed_into_the_form_is_found_too() -> None:
    _, grid = our_workbook()
    sheet = grid.sheets[0]
    sheet.protected = False
    sheet.comments[Address.parse("C5")] = "名称对吗？"
    sheet.cells[Address.parse("E12")] = Cell("2", Kind.NUMBER, formula="1+1")
    sheet.cells[Address.parse("B12")] = Cell("", formula="Sheet9!A1")
    grid.sheets.append(Sheet("附页", {Address(2, 2): Cell("另附说明")}))
    problems = findings(grid)
    assert [(one.code, one.sheet, one.cell) for one in problems] == [
        ("S008", SHEET, None),
        ("S007", SHEET, "C5"),
        ("V001", SHEET, "B12"),
        ("S008", SHEET, "E12"),
        ("S012", "附页", "B2"),
    ]
    assert all("请" in one.message for one in problems)


def test_every_code_that_a_person_can_bring_about_is_planted_here() -> None:
    rules = {rule.code for rule in FORM.mapping.rules}
    core = {code for code in CORE_CODES if code[0] in "DMSV"} - NOT_TYPED
    planted = {code for one in ALL.values() for code, _, _ in one.findings}
    assert planted | {"V001", "S008"} == rules | core
