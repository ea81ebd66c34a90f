"""The official form as people have it on paper: its cells, and a Word document made of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import docx
from docx.oxml.ns import qn
from docx.shared import Pt

from xlsync.base.grid import Area
from xlsync.form.types import render_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record

TITLE = "财政项目支出绩效目标申报表"
COLUMNS = 8
_WIDTHS = (40, 60, 90, 60, 80, 70, 60, 80)


class Placed(NamedTuple):
    """A cell of the table, merged over its area."""

    area: Area
    text: str


def _at(row: int, left: int, right: int, text: str | None, *, rows: int = 1) -> Placed:
    return Placed(Area(row, left, row + rows - 1, right), text or "")


def amount(value: str | None) -> str:
    return "" if value is None else f"{float(value):,.2f}"


def cells(record: Record) -> Iterator[Placed]:
    """The table of the form of 2023 below title and year; rows count from 1."""
    funds = record["funds"]
    yield from (_at(1, 1, 2, "项目名称"), _at(1, 3, 4, record["project_name"]))
    yield from (_at(1, 5, 5, "项目性质"), _at(1, 6, 6, record["project_nature"]))
    yield from (_at(1, 7, 7, "项目类别"), _at(1, 8, 8, record["project_category"]))
    yield from (_at(2, 1, 2, "主管部门"), _at(2, 3, 4, record["competent_department"]))
    yield from (_at(2, 5, 5, "实施单位"), _at(2, 6, 8, record["implementing_unit"]))
    yield from (_at(3, 1, 2, "计划开始日期"), _at(3, 3, 4, record["planned_start"]))
    yield from (_at(3, 5, 5, "计划完成日期"), _at(3, 6, 8, record["planned_end"]))
    yield _at(4, 1, 2, "项目资金\n(元)", rows=4)
    lines = (
        ("项目资金总额", "total", "年度资金申请总额", "annual_total"),
        ("其中：财政资金", "fiscal", "其中：当年财政拨款", "annual_fiscal"),
        ("", "", "上年结转资金", "carried_over"),
        ("其他资金", "other", "其他资金", "annual_other"),
    )
    for row, (left, one, right, other) in enumerate(lines, start=4):
        yield from (_at(row, 3, 4, left), _at(row, 5, 5, amount(funds[one]) if one else ""))
        yield from (_at(row, 6, 7, right), _at(row, 8, 8, amount(funds[other])))
    yield _at(8, 1, 1, "项目绩效目标", rows=2)
    yield from (_at(8, 2, 5, "项目总目标"), _at(8, 6, 8, "年度总体目标"))
    yield from (_at(9, 2, 5, record["overall_goal"]), _at(9, 6, 8, record["annual_goal"]))
    items = record["indicators"]
    yield _at(10, 1, 1, "绩效指标", rows=len(items) + 1)
    yield from (_at(10, 2, 2, "一级指标"), _at(10, 3, 3, "二级指标"))
    yield from (_at(10, 4, 6, "三级指标"), _at(10, 7, 8, "年度(/项目)指标值"))
    for row, item in enumerate(items, start=11):
        for column, level in ((2, "level1"), (3, "level2")):
            upper = items[row - 12] if row > 11 else {}
            is_first = item[level] != upper.get(level) or item["level1"] != upper.get("level1")
            if is_first:
                rows = 1
                for other in items[row - 10 :]:
                    if (other[level], other["level1"]) != (item[level], item["level1"]):
                        break
                    rows += 1
                yield _at(row, column, column, item[level], rows=rows)
        quantity = render_quantity(item["operator"], item["value"], item["unit"])
        yield from (_at(row, 4, 6, item["level3"]), _at(row, 7, 8, quantity))


def document(records: list[Record]) -> bytes:
    """One Word document with a form for each record."""
    made = docx.Document()
    font = made.styles["Normal"].font
    font.name, font.size = "Noto Sans CJK SC", Pt(9)
    made.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")
    for number, record in enumerate(records):
        if number:
            made.add_page_break()
        made.add_paragraph(TITLE)
        made.add_paragraph(f"({record['year']}年度)")
        placed = list(cells(record))
        table = made.add_table(max(one.area.bottom for one in placed), COLUMNS)
        table.style = "Table Grid"
        for column, width in zip(table.columns, _WIDTHS, strict=True):
            column.width = Pt(width)
        rows = [row.cells for row in table.rows]
        for (top, left, bottom, right), text in placed:
            cell = rows[top - 1][left - 1]
            if (bottom, right) != (top, left):
                cell = cell.merge(rows[bottom - 1][right - 1])
            cell.text = text
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()
