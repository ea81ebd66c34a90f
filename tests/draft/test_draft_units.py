"""A blank in 万元, with broken level names and two sets of columns, drafted and read."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook as Book
from openpyxl.styles import Border, Side
from reading_samples import FORMS

from xlsync.draft import draft
from xlsync.form import Form
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import write

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record

THIN = Border(*[Side(style="thin")] * 4)

BLANK = {
    "A1:H1": "专项项目绩效目标表",
    "A2:H2": "（2025年度）",
    "A3:B3": "项目名称",
    "E3": "实施单位",
    "A4:B6": "项目资金\n（万元）",
    "C4:D4": "年度资金总额：",
    "G4:G4": "执行率\n分值",
    "H4:H4": "(10)",
    "C5:D5": "  其中：财政补助",
    "C6:D6": "  其他资金",
    "A7": "年度总体目标",
    "A8:A12": "绩效指标",
    "B8": "一级指标",
    "C8": "二级指标",
    "D8": "三级指标",
    "E8": "指标值",
    "F8": "二级指标",
    "G8": "三级指标",
    "H8": "指标值",
    "B9:B10": "产出指标",
    "C9": "数量指标",
    "F9": "数量指标",
    "C10": "质量指标",
    "F10": "质量指标",
    "B11": "效益指标",
    "C11": "社会效益\n指标",
    "F11": "社会效益\n指标",
    "B12": "满意度\n指标",
    "C12": "服务对象\n满意度指标",
    "F12": "服务对象\n满意度指标",
}
EMPTY = ["C3:D3", "F3:H3", "E4:F4", "E5:F5", "G5:H6", "E6:F6", "B7:H7"]
FILLED = {
    "C3": "义务植树",
    "F3": "某镇林业站",
    "E4": 520.5,
    "E5": 500,
    "E6": 20.5,
    "B7": "全年植树五千株。",
    "D9": "植树株数",
    "E9": "≥5000株",
    "G9": "植树株数",
    "H9": "≥2500株",
    "D10": "成活率",
    "E10": "≥90%",
    "G10": "成活率",
    "H10": "≥90%",
    "D11": "带动参与",
    "E11": "≥300人次",
    "G11": "带动参与",
    "H11": "≥150人次",
    "D12": "群众满意度",
    "E12": "≥85%",
    "G12": "群众满意度",
    "H12": "≥85%",
}


def saved(path: Path, cells: dict[str, object]) -> Path:
    book = Book()
    sheet = book.worksheets[0]
    for row in range(3, 13):
        for column in range(1, 9):
            sheet.cell(row, column).border = THIN
    for area, text in BLANK.items():
        sheet[area.partition(":")[0]] = text
    for area in (*BLANK, *EMPTY):
        first, _, last = area.partition(":")
        if last not in {"", first}:
            sheet.merge_cells(area)
    for cell, value in cells.items():
        sheet[cell] = value
    book.save(path)
    return path


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Form, str]:
    folder = tmp_path_factory.mktemp("draft")
    made = draft(saved(folder / "blank.xlsx", {}), "tree-goal", None, FORMS.values())
    (folder / "t.toml").write_text(made.template, encoding="utf-8")
    (folder / "tree-goal.toml").write_text(made.mapping, encoding="utf-8")
    return Form.load(folder / "t.toml", folder / "tree-goal.toml"), made.mapping


@pytest.fixture(scope="module")
def filled(drafted: tuple[Form, str], tmp_path_factory: pytest.TempPathFactory) -> Record:
    path = saved(tmp_path_factory.mktemp("filled") / "filled.xlsx", dict(FILLED))
    (reading,) = read([drafted[0]], xlsx.read(path.read_bytes()))
    assert reading.record is not None
    assert not [one for one in reading.problems if one.code in {"S001", "S007", "M006"}]
    return reading.record


def test_amounts_under_a_heading_are_in_its_unit(drafted: tuple[Form, str]) -> None:
    fields = drafted[0].mapping.fields.values()
    amounts = {one.label.strip(): one.unit for one in fields if one.type == "money"}
    assert amounts == dict.fromkeys(["年度资金总额：", "其中：财政补助", "其他资金"], "万元")


SAID = [
    {"A4": "项目资金\n（萬元）"},
    {"A4": "项目资金\n万元"},
    {"A4": "项目资金（10,000元）"},
    {"A4": "项目资金（单位：万）"},
    {"A4": "项目资金", "A2": "（2025年度）　　金额单位：人民币万元"},
    {"A4": "项目资金", "A2": "单位：10,000元　　2025年度"},
]


@pytest.mark.parametrize("printed", SAID)
def test_a_unit_in_any_spelling_and_place_is_that_of_the_amounts_alone(
    printed: dict[str, object], tmp_path: Path
) -> None:
    made = draft(saved(tmp_path / "blank.xlsx", printed), "other-goal", None, [])
    fields = tomllib.loads(made.mapping)["fields"].values()
    amounts = {one["label"].strip(): one["unit"] for one in fields if "unit" in one}
    assert amounts == dict.fromkeys(["年度资金总额：", "其中：财政补助", "其他资金"], "万元")


def test_a_filled_copy_is_read_in_yuan(filled: Record) -> None:
    assert filled["funds"]["annual_total"] == "5205000.00"
    assert "5000000.00" in filled.values()


def test_a_goal_beside_its_label_is_read(filled: Record) -> None:
    assert filled["annual_goal"] == "全年植树五千株。"


def test_level_names_that_are_broken_on_paper_are_whole(drafted: tuple[Form, str]) -> None:
    (tree,) = drafted[0].mapping.trees.values()
    assert tree["满意度指标"] == ["服务对象满意度指标"]
    assert "社会效益指标" in tree["效益指标"]


def test_two_sets_of_columns_stay_apart(drafted: tuple[Form, str], filled: Record) -> None:
    left, right = (value for value in filled.values() if isinstance(value, list))
    for rows, value in ((left, "5000"), (right, "2500")):
        first = rows[0]
        assert (first["operator"], first["value"], first["unit"]) == ("≥", value, "株")
        assert [row["level1"] for row in rows] == [row["level1"] for row in left]
    (beside,) = (one for one in drafted[0].template.blocks if one.kind == "beside")
    assert beside.shares == ["level1"]
    # What is drafted so goes out and comes back as any other form does.
    record = drafted[0].identified(filled)
    (reading,) = read([drafted[0]], xlsx.read(write(drafted[0], record)))
    assert reading.record == record
