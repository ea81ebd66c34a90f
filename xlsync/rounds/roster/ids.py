"""The ids that a roster gives: read as they are shown, and told from numbers that count rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types import cell_text
from xlsync.form.types.width import narrow
from xlsync.repository import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.base.grid import Cell
    from xlsync.base.problems import Problem
    from xlsync.rounds.roster.rows import RosterProject


def own_id(cell: Cell) -> tuple[str | None, Problem | None]:
    """The id in a cell, capitals as small letters; R008 where there is none to be had."""
    text = narrow(cell_text(cell)).strip()
    if cell.kind is Kind.DATE:
        day = text.partition("T")[0]
        message = (
            f"这一格是日期 {day}，不是编号：像 3-1 这样的编号会被电子表格改成日期。"
            "请把这一列设为文本格式，重新填写编号。"
        )
        return None, problem("R008", message, found=text)
    if layout.ID.fullmatch(text.lower()):
        return text.lower(), None
    message = f"“{text}”不能用作编号：只能有字母、数字和连字符，至多 40 个；长数字请设为文本格式。"
    return None, problem("R008", message, found=text)


def drop_serials(projects: Sequence[RosterProject]) -> tuple[list[RosterProject], list[Problem]]:
    """The projects without ids that only count them: 1, 2, 3 … in the order of the rows (R016).

    After a row is put in or the list is sorted such a number belongs to another project.
    """
    ids = [one.id for one in projects]
    if not ids or ids != [str(number) for number in range(1, len(ids) + 1)]:
        return list(projects), []
    message = (
        "这一列是 1、2、3……，像是序号：插入一行或重新排序后就属于别的项目，没有用作编号。"
        "只是序号的，请把表头改为“序号”；确是编号的，请写成 P-001 这样不随行号变化的编号。"
    )
    return [replace(one, id=None, serial=one.id) for one in projects], [problem("R016", message)]
