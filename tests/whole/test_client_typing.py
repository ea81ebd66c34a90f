"""A staff member fills the form in, in a real LibreOffice, key by key.

What is typed goes through the input line, as on a screen, so locks and validations answer.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from calc import HTML, Calc
from html_cells import colours

from xlsync.base.files import write_file
from xlsync.base.grid import Address
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue
from xlsync.form.template import CHECK, CHECKS, HELP, LISTS
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.lists import FIRST, NONE
from xlsync.writer import describe, splice

if TYPE_CHECKING:
    from xlsync.base.record import Record

pytestmark = pytest.mark.client

FORM = {form.id: form for form in Catalogue()}["project-goal-2023"]
LAYOUT = FORM.layout(FORM.capacity())
(TABLE,) = LAYOUT.tables
SHEET = FORM.template.sheet
PLACES = {slot.name: slot.area.first.a1 for slot in LAYOUT.slots}
TREE = FORM.mapping.trees["indicators_2015"]
MARKS = FORM.template.marks
SAMPLE = Path(__file__).parents[2] / "samples/changzheng-2023/一上/平安办-平安工作经费.json"

GOALS = {
    "overall_goal": "改善居住环境",
    "annual_goal": "完成改造",
}
FIELDS = {
    "year": "2023",
    "project_name": "小区改造",
    "project_nature": "经常性项目",
    "project_category": "特定目标类",
    "competent_department": "长征镇政府",
    "implementing_unit": "规建办",
    "planned_start": "2023-01-01",
    "planned_end": "2023-12-31",
    "funds_fiscal": "6810000",
    "funds_other": "0",
    "funds_annual_fiscal": "6800000",
    "funds_carried_over": "10000",
    **GOALS,
}
ROWS = [
    ["产出指标", "数量指标", "巡查次数", "≥", "50", "次"],
    ["产出指标", "质量指标", "合格率", "=", "100.00", "%"],
    ["产出指标", "时效指标", "及时性", "定性", "及时", ""],
    ["效益指标", "社会效益指标", "市容", "", "改善", ""],
    ["满意度指标", "服务对象满意度指标", "居民满意度", "≥", "85", "%"],
]


def place(row: int, column: str) -> str:
    """The cell of a column in the n-th row of the table."""
    return Address(TABLE.first + row - 1, TABLE.columns[column]).a1


def unlisted(column: str) -> str:
    """What is said of a text outside of a list that is open; the text may stay."""
    label = FORM.mapping.tables[TABLE.name].columns[column].label
    return f"“{label}”不在参考列表中，可以照填：按“确定”即保留。"


class Desk:
    """The form on the screen of a staff member."""

    def __init__(self, calc: Calc, folder: Path, record: Record | None = None) -> None:
        self.calc = calc
        self.folder = folder
        write_file(folder / "form.xlsx", workbook(FORM, record))
        calc.open(folder / "form.xlsx")

    def type(self, cell: str, text: str) -> str:
        return self.calc.type(SHEET, cell, text)

    def shown(self, cell: str) -> str:
        return self.calc.shown(SHEET, cell)

    @property
    def line(self) -> str:
        return self.shown("A1")

    def findings(self) -> list[tuple[str, str]]:
        """Place and text of every line on the check sheet."""
        rows = self.calc.data(CHECK, "A5:D44")
        return [(str(cell), str(text)) for number, _, cell, text in rows if number != ""]

    def colours(self) -> dict[str, str]:
        self.calc.save(self.folder / "seen.html", HTML)
        return colours((self.folder / "seen.html").read_text(encoding="utf-8"))

    def saved(self) -> Record:
        """The record that is read from what is saved now; it must read without any note."""
        self.calc.save(self.folder / "saved.xlsx")
        (reading,) = read([FORM], xlsx.read((self.folder / "saved.xlsx").read_bytes()))
        assert [one for one in reading.problems if one.code[0] in "SX"] == []
        assert reading.record is not None
        return reading.record


@pytest.fixture
def desk(calc: Calc, tmp_path: Path) -> Desk:
    return Desk(calc, tmp_path)


def test_what_is_printed_cannot_be_changed(desk: Desk) -> None:
    labels = [label for label in LAYOUT.labels if label.text][::4]
    for cell in ["A1", LAYOUT.footer.first.a1, *(label.area.first.a1 for label in labels)]:
        before = desk.shown(cell)
        assert desk.type(cell, "改"), cell
        desk.calc.clear(SHEET, cell)
        assert desk.shown(cell) == before
    for sheet in (CHECK, HELP, CHECKS, LISTS):
        assert desk.calc.protected(sheet), sheet


def test_tab_walks_through_the_form_in_its_order(desk: Desk) -> None:
    fields = sorted(slot.area.first for slot in LAYOUT.slots)
    rows = [Address(TABLE.first, column) for column in sorted(TABLE.columns.values())]
    rows += [Address(TABLE.first + 1, min(TABLE.columns.values()))]
    expected = [cell.a1 for cell in [*fields, *rows]]
    visited = desk.calc.tab(len(expected) - 1)
    assert [area.partition(":")[0] for area in visited] == expected


def test_every_dropdown_has_its_list(desk: Desk) -> None:
    for slot in ("project_nature", "project_category"):
        codes = FORM.mapping.codes[FORM.mapping.fields[slot].codes or ""]
        assert desk.calc.options(SHEET, PLACES[slot]) == codes.values
    for column in ("operator", "unit"):
        known = FORM.mapping.codes[column]
        assert desk.calc.options(SHEET, place(1, column)) == [*known.values, *known.none]
    assert desk.calc.options(SHEET, place(24, "level1")) == list(TREE)
    assert desk.calc.options(SHEET, place(1, "level2")) == [FIRST]
    assert desk.calc.options(SHEET, place(1, "level3")) == [NONE]
    for row, (first, seconds) in enumerate(TREE.items(), start=1):
        assert desk.type(place(row, "level1"), first) == ""
        assert desk.calc.options(SHEET, place(row, "level2")) == seconds
        names = FORM.libraries["indicators"].by_level()
        for second in seconds:
            assert desk.type(place(row, "level2"), second) == ""
            assert desk.calc.options(SHEET, place(row, "level3")) == names.get(second, [])
        assert "下拉列表" in desk.type(place(row, "level2"), "别的指标")
    assert desk.type(place(1, "level1"), "别的指标")
    for column, text in (("level3", "别的名称"), ("unit", "别的单位")):
        assert desk.type(place(1, column), text) == unlisted(column)
        assert desk.shown(place(1, column)) == text


def test_a_wrong_value_is_refused_while_it_is_typed(desk: Desk) -> None:
    refused = {
        "year": ["今年", "2023.5"],
        "project_nature": ["长期项目"],
        "planned_start": ["2023-02-30", "年初", "1999-12-31", "20230101"],
        "funds_total": ["-1", "0.005", "很多", "10000000000000"],
        "funds_fiscal": ["-0.01", "10.123", "5万元"],
        "funds_carried_over": ["-10000"],
    }
    for slot, texts in refused.items():
        for text in texts:
            assert FORM.mapping.fields[slot].label in desk.type(PLACES[slot], text), text
            assert desk.shown(PLACES[slot]) == ""
    assert desk.type(PLACES["planned_start"], "2023-06-01") == ""
    assert "不能早于“计划开始日期”" in desk.type(PLACES["planned_end"], "2023-05-31")
    assert desk.type(PLACES["planned_end"], "2023-12-31") == ""
    assert "不能晚于“计划完成日期”" in desk.type(PLACES["planned_start"], "2024-01-01")
    assert desk.shown(PLACES["planned_start"]) == "2023-06-01"
    accepted = {
        "year": ("2024", "(2024年度)"),
        "project_nature": ("一次性项目", "一次性项目"),
        "planned_end": ("2023/6/1", "2023-06-01"),
        "funds_fiscal": ("1234567.8", "1,234,567.80"),
        "funds_carried_over": ("0", "0.00"),
    }
    for slot, (text, shown) in accepted.items():
        assert desk.type(PLACES[slot], text) == ""
        assert desk.shown(PLACES[slot]) == shown


ROSTER: Record = {
    "form": FORM.id,
    "id": "0123456789ab",
    "year": 2023,
    "project_name": "小区改造",
    "implementing_unit": "规建办",
}


def issued(calc: Calc, folder: Path, **stated: str) -> None:
    """Open what a coordinator sends out, with what the manifest states of it."""
    manifest = replace(describe(FORM, ROSTER), **stated)
    write_file(folder / "issued.xlsx", splice(FORM, ROSTER, manifest))
    calc.open(folder / "issued.xlsx")


def test_what_was_filled_in_before_it_was_sent_is_no_beginning(calc: Calc, tmp_path: Path) -> None:
    issued(calc, tmp_path, prefilled="3")
    assert "已填 3 项" in calc.shown(SHEET, "A1")
    assert calc.shown(CHECK, "A5") == ""
    assert calc.type(SHEET, PLACES["competent_department"], "镇政府") == ""
    assert calc.shown(CHECK, "A5") == "1"


def test_without_a_word_in_the_manifest_what_is_filled_in_was_typed(
    calc: Calc, tmp_path: Path
) -> None:
    issued(calc, tmp_path)
    assert calc.shown(CHECK, "A5") == "1"


def test_a_row_that_was_begun_is_a_beginning(calc: Calc, tmp_path: Path) -> None:
    issued(calc, tmp_path, prefilled="3")
    assert calc.type(SHEET, place(1, "level3"), "巡查次数") == unlisted("level3")
    assert calc.shown(SHEET, place(1, "level3")) == "巡查次数"
    assert calc.shown(CHECK, "A5") == "1"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, "原样返回"),
        ({"due": "2023-10-31"}, "于 2023-10-31 前原样返回"),
        ({"contact": "镇财政所 张三"}, "交至 镇财政所 张三"),
        ({"due": "2023-10-31", "contact": "张三"}, "于 2023-10-31 前交至 张三"),
    ],
)
def test_the_help_says_until_when_and_to_whom(
    calc: Calc, tmp_path: Path, stated: dict[str, str], expected: str
) -> None:
    issued(calc, tmp_path, **stated)
    step = f"4. 填完保存为 .xlsx，{expected}；文件名可以改，表内编号请勿改动。"
    assert calc.shown(HELP, "A5") == step


def test_a_goal_that_its_row_cannot_show_is_remarked(desk: Desk) -> None:
    goal = PLACES["overall_goal"]
    assert desk.type(goal, "改善居住环境。" * 20) == ""
    assert goal not in [cell for cell, text in desk.findings() if "打印可能不全" in text]
    assert desk.type(goal, "改善居住环境。" * 60) == ""
    assert goal in [cell for cell, text in desk.findings() if "打印可能不全" in text]
    assert "提醒 1 处" in desk.line
    # Excel and WPS let the row be made higher under protection; LibreOffice heeds no such leave.
    with zipfile.ZipFile(desk.folder / "form.xlsx") as package:
        protection = re.search(rb"<sheetProtection[^>]*>", package.read("xl/worksheets/sheet1.xml"))
    assert protection
    assert b' formatRows="0"' in protection[0]


def test_a_value_stays_the_text_that_was_typed(desk: Desk) -> None:
    for text in ["100%", "5-6", "0012", "+5", "@某人", "2023-01-01", "12-15天"]:
        assert desk.type(place(1, "value"), text) == ""
        assert desk.shown(place(1, "value")) == text
        assert desk.calc.data(SHEET, place(1, "value")) == [[text]]


def test_a_form_is_filled_in_from_blank_to_ready(desk: Desk) -> None:
    required = [slot for slot, item in FORM.mapping.fields.items() if item.required]
    assert desk.line == f"已填 0 项　请填写 {len(required)} 项"
    assert desk.findings() == []
    tints = {MARKS.wrong, MARKS.doubtful, MARKS.dimmed}
    assert not tints & set(desk.colours().values())

    typed = dict(FIELDS)
    for slot in list(typed)[:6]:
        assert desk.type(PLACES[slot], typed.pop(slot)) == ""
    half = desk.colours()
    assert "可以提交" not in desk.line
    assert {cell for cell, colour in half.items() if colour == MARKS.wrong} == {
        PLACES[slot] for slot in required if slot not in list(FIELDS)[:6]
    }
    assert dict(desk.findings())[PLACES["annual_goal"]] == "“年度总体目标”未填写，请填写。"

    for slot, text in typed.items():
        assert desk.type(PLACES[slot], text) == ""
    assert desk.shown(PLACES["funds_total"]) == desk.shown(PLACES["funds_annual_total"])
    assert desk.shown(PLACES["funds_total"]) == "6,810,000.00"
    assert "可以提交" not in desk.line
    assert [text for _, text in desk.findings()] == [
        f"“绩效指标”中没有“一级指标”为“{level}”的内容，请至少补充一条。"
        for level in ("产出指标", "效益指标")
    ]

    names = FORM.libraries["indicators"].by_level()
    for number, row in enumerate(ROWS, start=1):
        known = {"level3": names.get(row[1], []), "unit": FORM.mapping.codes["unit"].values}
        for column, text in zip(TABLE.columns, row, strict=True):
            if column == "operator" and text:
                # LibreOffice takes no typed "=" where there is a list, only a chosen one.
                desk.calc.choose(SHEET, place(number, column), text)
            elif text:
                said = "" if text in known.get(column, [text]) else unlisted(column)
                assert desk.type(place(number, column), text) == said
                assert desk.shown(place(number, column)) == text
    assert desk.line == f"已填 {len(required)} 项　未填 0 项　有误 0 处　提醒 0 处　　可以提交"
    assert desk.findings() == []
    seen = desk.colours()
    # The unit's box is two columns wide.
    dimmed = [place(3, "unit"), place(3, "unit").replace("G", "H")]
    assert [cell for cell, colour in seen.items() if colour in tints] == dimmed
    record = desk.saved()
    assert FORM.check(record) == []
    assert [record["year"], record["project_name"], record["planned_end"]] == [
        2023,
        "小区改造",
        "2023-12-31",
    ]
    assert record["funds"] == {
        "total": "6810000.00",
        "fiscal": "6810000.00",
        "other": "0.00",
        "annual_total": "6810000.00",
        "annual_fiscal": "6800000.00",
        "carried_over": "10000.00",
        "annual_other": None,
    }
    assert {slot: record[slot] for slot in GOALS} == GOALS
    read_rows = [[row[name] or "" for name in TABLE.columns] for row in record["indicators"]]
    assert read_rows == [["" if text == "定性" else text for text in row] for row in ROWS]


def test_a_sample_is_corrected(calc: Calc, tmp_path: Path) -> None:
    record: Record = json.loads(SAMPLE.read_text(encoding="utf-8"))
    desk = Desk(calc, tmp_path, record)
    assert "可以提交" in desk.line
    first, second = place(1, "level1"), place(1, "level2")
    total = PLACES["funds_total"]

    assert desk.type(first, "满意度指标") == ""
    assert desk.colours()[second] == MARKS.wrong
    assert "有误 1 处" in desk.line
    assert desk.findings()[0] == (
        second,
        "绩效指标第1条的“二级指标”未选或不匹配，请从列表中选择。",
    )
    assert f"#'{SHEET}'!" in calc.formula(CHECK, "C5")
    assert calc.jump(CHECK, "C5", f"'{SHEET}'!{calc.shown(CHECK, 'C5')}") == (SHEET, second)
    assert desk.type(first, record["indicators"][0]["level1"]) == ""
    assert "有误 0 处" in desk.line

    assert calc.formula(SHEET, total).startswith("=")
    assert desk.type(total, "99000000") == ""
    assert desk.colours()[total] == MARKS.wrong
    (finding,) = [text for cell, text in desk.findings() if cell == total]
    assert "与各项之和 6,640,000.00 元不符" in finding
    assert "可以提交" not in desk.line
    assert desk.saved() == record | {"funds": record["funds"] | {"total": "99000000.00"}}
