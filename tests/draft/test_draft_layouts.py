"""Layouts of the declaration as other offices print them: drafted, then a filled copy is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook as Book
from openpyxl.styles import Border, Side

from xlsync import draft
from xlsync.draft import doubts
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue
from xlsync.form.codes import choices
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.draft import Draft
    from xlsync.form import Form
    from xlsync.reader import Reading

LINE = Side("thin")

# by their cells; what follows a sign of equality is merged with it
HALVES = """\
A1=H1 镇级项目绩效目标申报表（跨年项目）
A2=H2 （2024年度）
A3=C3 项目名称
D3=H3
A4=C4 主管部门
D4=E4
F4=G4 实施单位
H4
A5=C5 项目属性
D5=E5 新增项目□ 延续项目□
F5=G5 项目期
H5
A6=C8 项目资金\\n（万元）
D6 中期资金总额：
E6
F6=G6 年度资金总额：
H6
D7 其中：财政拨款
E7
F7=G7 其中：财政拨款
H7
D8 其他资金
E8
F8=G8 其他资金
H8
A9=A10 总体目标
B9=E9 中期目标（2024年—2026年）
F9=H9 年度目标
B10=E10
F10=H10
A11=A15 绩效指标
B11 一级指标
C11 二级指标
D11 三级指标
E11 指标值
F11 二级指标
G11 三级指标
H11 指标值
B12=B13 产出指标
C12 数量指标
F12 数量指标
C13 质量指标
F13 质量指标
B14 效益指标
C14 社会效益指标
F14 社会效益指标
B15 满意度指标
C15 服务对象满意度指标
F15 服务对象满意度指标
"""

FILLED = {
    "D3": "河道清淤",
    "D4": "临江镇政府",
    "H4": "临江镇水务所",
    "D5": "新增项目□ 延续项目☑",
    "H5": "3年",
    "E6": 420,
    "H6": 140,
    "E7": 400.5,
    "H7": 130,
    "E8": 19.5,
    "H8": 10,
    "B10": "三年清淤三十公里。",
    "F10": "清淤十公里。",
    "D12": "清淤长度",
    "E12": "≥30公里",
    "G12": "清淤长度",
    "H12": "≥10公里",
    "D13": "合格率",
    "E13": "≥95%",
    "G13": "合格率",
    "H13": "≥95%",
}


HALVES_OPEN = ("B12:H15",)


def sheet_of(layout: str, filled: dict[str, object], opened: Iterable[str] = HALVES_OPEN) -> bytes:
    book = Book()
    sheet = book.worksheets[0]
    for line in layout.splitlines():
        place, _, text = line.partition(" ")
        first, _, last = place.partition("=")
        for row in sheet[f"{first}:{last or first}"]:
            for cell in row:
                cell.border = Border(LINE, LINE, LINE, LINE)
        sheet[first] = text.replace("\\n", "\n") or None
        if last:
            sheet.merge_cells(f"{first}:{last}")
    for area in opened:
        for row in sheet[area]:
            for cell in row:
                cell.border = Border(LINE, LINE, LINE, LINE)
    for place, value in filled.items():
        sheet[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def drafted(folder: Path, layout: str, opened: Iterable[str] = HALVES_OPEN) -> tuple[Draft, Form]:
    path = folder / "blank.xlsx"
    path.write_bytes(sheet_of(layout, {}, opened))
    catalogue = Catalogue()
    known = [catalogue[name] for name in ("project-goal-2023", "project-goal-central-2019")]
    made = draft.draft(path, "local", None, known)
    for part, text in (("templates", made.template), ("mappings", made.mapping)):
        (folder / "forms" / part).mkdir(parents=True)
        (folder / "forms" / part / "local.toml").write_text(text, "utf-8")
    return made, Catalogue(folder / "forms")["local"]


def filled_copy(
    form: Form, layout: str, filled: dict[str, object], opened: Iterable[str] = HALVES_OPEN
) -> Reading:
    (reading,) = read([form], xlsx.read(sheet_of(layout, filled, opened)))
    return reading


def test_two_columns_of_amounts_with_the_same_labels_stay_apart(tmp_path: Path) -> None:
    made, form = drafted(tmp_path, HALVES)
    record = filled_copy(form, HALVES, FILLED).record
    assert record is not None
    by_label = {item.label: item.pointer for item in form.mapping.fields.values()}
    assert record["funds"]["annual_total"] == "1400000.00"
    assert record["funds"]["annual_other"] == "100000.00"
    amounts = {slot: record[slot] for slot in record if str(record[slot]).endswith("00.00")}
    assert sorted(amounts.values()) == ["1300000.00", "195000.00", "4005000.00", "4200000.00"]
    # Which of the two is the fiscal part of the year, no label tells: both are asked for.
    assert "annual_fiscal" not in record["funds"]
    assert by_label["中期资金总额："].startswith("/field_")
    remarks = [one.remark for one in doubts(made.mapping)]
    assert sum("新栏目" in one for one in remarks) >= 4


def test_a_drafted_form_makes_a_workbook_that_reads_back(tmp_path: Path) -> None:
    _, form = drafted(tmp_path, HALVES)
    record = filled_copy(form, HALVES, FILLED).record
    (back,) = read([form], xlsx.read(workbook(form, record)))
    assert back.record == record


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("新增项目□ 延续项目☑", "延续项目"),
        ("新增项目√ 延续项目□", "新增项目"),
        ("☑新增项目 □延续项目", "新增项目"),
        ("■新增项目、□延续项目", "新增项目"),
        ("延续项目", "延续项目"),
        ("新增项目□ 延续项目□", None),
        ("新增项目☑ 延续项目☑", None),
    ],
)
def test_a_ticked_box_is_a_choice(tmp_path: Path, typed: str, value: str | None) -> None:
    _, form = drafted(tmp_path, HALVES)
    pointer = next(
        item.pointer for item in form.mapping.fields.values() if item.label == "项目属性"
    )
    reading = filled_copy(form, HALVES, FILLED | {"D5": typed})
    assert reading.record is not None
    assert reading.record[pointer.lstrip("/")] == value
    told = [one.code for one in reading.problems if one.pointer == pointer]
    assert told == (["V001"] if typed.count("☑") > 1 else [])


@pytest.mark.parametrize("text", ["□", "项目□", "面积≥5□亩", "甲 乙", "□□甲", "甲□□乙"])
def test_a_text_with_a_box_is_no_list_of_choices(text: str) -> None:
    assert len(choices(text)) < 2


TWICE = """\
A1=F1 镇级项目绩效目标申报表（两张表）
A2=F2 （2024年度）
A3 项目名称
B3=C3
D3 实施单位
E3=F3
A4=A6 实施进度
B4=C4 实施内容
D4 开始
E4 完成
F4 说明
B5=C5
B6=C6
A7=A11 长期绩效指标
B7 一级指标
C7 二级指标
D7 指标内容
E7 指标值
F7 备注
B8=B9 产出指标
C8 数量指标
C9 质量指标
B10 效益指标
C10 社会效益指标
B11 满意度指标
C11 服务对象满意度指标
A12=A16 年度绩效指标
B12 一级指标
C12 二级指标
D12 指标内容
E12 指标值
F12 备注
B13=B14 产出指标
C13 数量指标
C14 质量指标
B15 效益指标
C15 社会效益指标
B16 满意度指标
C16 服务对象满意度指标
A17=B17 审核意见
C17=F17 审核人：　　日期：
"""
OPEN = ["D5:F6", "D8:F11", "D13:F16"]


def test_tables_that_are_headed_alike_are_tables_of_their_own(tmp_path: Path) -> None:
    _, form = drafted(tmp_path, TWICE, OPEN)
    assert len(form.mapping.tables) == 3
    filled = {"B3": "河道清淤", "E3": "临江镇水务所", "B5": "整地", "D5": "三月", "B6": "清淤"}
    filled |= {
        "D8": "清淤长度",
        "E8": "30公里",
        "D13": "清淤长度",
        "E13": "10公里",
        "D14": "合格率",
    }
    reading = filled_copy(form, TWICE, filled, OPEN)
    assert reading.record is not None
    names = {table.label: table for table in form.mapping.tables.values()}
    assert list(names) == ["实施进度", "长期绩效指标", "年度绩效指标"]
    found = [
        [row[table.name] for row in reading.record[table.pointer.lstrip("/")] if row[table.name]]
        for table in names.values()
    ]
    assert found == [["整地", "清淤"], ["清淤长度"], ["清淤长度", "合格率"]]
    assert not [one for one in reading.problems if one.code[0] in "SX"]


TASKS = """\
A1=F1 整体任务申报表
A2=F2 填报单位（盖章）：　　　　　填报日期：
A3 部门名称
B3=F3
A4=A6 概况
B4 立项情况
C4 立项的依据
D4=F4
B5
C5 立项的可行性
D5=F5
B6
C6 立项的必要性
D6=F6
A7=A12 年度主要任务
B7=B8 任务名称
C7=C8 主要内容
D7=F7 预算金额（千元）
D8 总额
E8 财政拨款
F8 其他资金
B12=C12 金额合计
D12
E12
F12
A13=F13 经办人：　　　　　负责人：
"""
TASKS_OPEN = ("B9:F11",)


def test_sums_beneath_a_table_and_lines_for_signatures_get_places(tmp_path: Path) -> None:
    made, form = drafted(tmp_path, TASKS, TASKS_OPEN)
    fields = {item.label.rstrip("："): item for item in form.mapping.fields.values()}
    assert not {"填报单位（盖章）", "填报日期", "经办人", "负责人"} - set(fields)
    # What stands over further labels with places of their own is a caption.
    assert not {"立项情况", "概况", "年度主要任务"} & set(fields)
    summed = [item for item in fields.values() if item.row is not None]
    assert [(item.type, item.unit) for item in summed] == [("money", "千元")] * 3
    assert sum("已分成两格" in one.remark for one in doubts(made.template)) == 4

    filled: dict[str, object] = {
        "A2": "填报单位（盖章）：某局　　　填报日期：三月二日",
        "B3": "某局",
        "D5": "可行",
        "B9": "造林",
        "D9": 5,
        "D12": 5,
        "E12": 3,
        "F12": 2,
        "A13": "经办人：甲　　负责人：乙",
    }
    reading = filled_copy(form, TASKS, filled, TASKS_OPEN)
    assert reading.record is not None
    assert not [one for one in reading.problems if one.code[0] in "SX"]
    values = {label: reading.record[item.pointer.lstrip("/")] for label, item in fields.items()}
    assert (values["填报单位（盖章）"], values["填报日期"]) == ("某局", "三月二日")
    assert (values["经办人"], values["负责人"]) == ("甲", "乙")
    assert [reading.record[item.pointer.lstrip("/")] for item in summed] == [
        "5000.00",
        "3000.00",
        "2000.00",
    ]


BALANCED = """\
A1=H1 镇级项目绩效目标申报表
A2=H2 （2026年度）
A3=B3 项目名称
C3=D3
E3 项目性质
F3=H3
A4 年度绩效目标
B4=H4
A5=A8 绩效指标
B5 一级指标
C5 二级指标
D5 三级指标
E5 指标性质
F5 指标值
G5 计量单位
H5 指标权重
B6 产出指标
C6 数量指标
B7 效益指标
C7 社会效益指标
B8 满意度指标
C8 服务对象满意度指标
"""
BALANCED_OPEN = ("D6:H8",)


def test_a_value_between_its_parts_is_no_whole_quantity(tmp_path: Path) -> None:
    made, form = drafted(tmp_path, BALANCED, BALANCED_OPEN)
    (table,) = form.mapping.tables.values()
    assert [column.label for column in table.columns.values()] == [
        *("一级指标", "二级指标", "三级指标", "指标性质", "指标值", "计量单位", "指标权重")
    ]
    filled: dict[str, object] = {"C3": "植树", "D6": "面积", "E6": "≥", "F6": "5", "G6": "亩"}
    reading = filled_copy(form, BALANCED, filled, BALANCED_OPEN)
    assert reading.record is not None
    (item,) = [one for one in reading.record[table.pointer.lstrip("/")] if one[table.name]]
    assert [item[part] for part in table.parts] == ["≥", "5", "亩"]
    # No option is printed: those of the form at hand are named as taken over.
    assert [one.remark for one in doubts(made.mapping) if "选项取自" in one.remark]
