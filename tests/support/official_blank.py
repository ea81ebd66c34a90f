"""An official blank as finance bureaus draw them: eight columns, merged items, printed levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

WIDTHS = [6, 12, 16, 14, 12, 10, 12, 12]
TREE = {
    "成本指标": ["经济成本指标", "社会成本指标", "生态环境成本指标"],
    "产出指标": ["数量指标", "质量指标", "时效指标"],
    "效益指标": ["经济效益指标", "社会效益指标"],
}
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FUNDS = [
    ("项目资金总额", "年度资金申请总额"),
    ("其中：财政资金", "其中：当年财政拨款"),
    ("", "上年结转资金"),
    ("其他资金", "其他资金"),
]


def write_official(path: Path) -> Path:
    """Write it; nothing is protected, nothing has a name, as bureaus send it out."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "附件1"
    for letter, width in zip("ABCDEFGH", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    _put(sheet, "A1:H1", "财政项目支出绩效目标申报表", size=18, box=False)
    _put(sheet, "A2:H2", "（2026年度）", size=12, box=False)
    for area in ("C3:D3", "F3", "H3", "C4:D4", "F4:H4", "C5:D5", "F5:H5", "B11:E11", "F11:H11"):
        _put(sheet, area)
    for area, text in {
        "A3:B3": "项目名称",
        "E3": "项目性质",
        "G3": "项目类别",
        "A4:B4": "主管部门",
        "E4": "实施单位",
        "A5:B5": "计划开始日期",
        "E5": "计划完成日期",
        "A6:B9": "项目资金\n（元）",
        "A10:A11": "项目绩效目标",
        "B10:E10": "项目总体目标",
        "F10:H10": "年度总体目标",
        "B12": "一级指标",
        "C12": "二级指标",
        "D12:F12": "三级指标",
        "G12:H12": "年度(/项目)指标值",
        "A12:A21": "绩效指标",
    }.items():
        _put(sheet, area, text)
    for row, (left, right) in enumerate(_FUNDS, start=6):
        _put(sheet, f"C{row}:D{row}", left)
        _put(sheet, f"E{row}")
        _put(sheet, f"F{row}:G{row}", right)
        _put(sheet, f"H{row}")
    sheet.row_dimensions[11].height = 120
    _put_items(sheet, 13)
    _put(sheet, "A22:D22", "填报人：", box=False)
    sheet.page_setup.orientation = "landscape"
    workbook.save(path)
    return path


def _put_items(sheet: Worksheet, row: int) -> None:
    for first, seconds in TREE.items():
        _put(sheet, f"B{row}:B{row + len(seconds) - 1}", first)
        for second in seconds:
            _put(sheet, f"C{row}", second)
            _put(sheet, f"D{row}:F{row}", "指标1：" if row % 2 else "")
            _put(sheet, f"G{row}:H{row}")
            row += 1
    for area in (f"B{row}", f"C{row}", f"D{row}:F{row}", f"G{row}:H{row}"):
        _put(sheet, area)


def _put(sheet: Worksheet, area: str, text: str = "", size: int = 11, *, box: bool = True) -> None:
    first, _, last = area.partition(":")
    for row in sheet[f"{first}:{last or first}"]:
        for cell in row:
            cell.border = _BOX if box else Border()
    cell = sheet[first]
    cell.value = text or None
    cell.font = Font(name="仿宋", size=size)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if last:
        sheet.merge_cells(area)
