"""A cell as a value: formula results, code lists, dates from 1904 and types, in one place.

Forms, rosters and conflict workbooks all read their cells here, so that the same cell means the
same everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.codes import coded
from xlsync.form.types.base import Parsed

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.form.mapping import CodeList
    from xlsync.form.types import ValueType


def value_of(
    kind: ValueType, codes: CodeList | None, cell: Cell, title: str, *, is_1904: bool = False
) -> Parsed:
    """Read a cell that holds a text or a formula, as a value of a type.

    Args:
        kind: the type.
        codes: the list whose spellings are understood, if there is one.
        cell: the cell, not blank.
        title: what messages call the place, such as ``“项目名称”``.
        is_1904: whether serial numbers of the workbook count days from 1904.

    Returns:
        the value with all problems, without places; not readable where there is none to be had.
    """
    told = []
    if cell.formula is not None:
        formula = f"={cell.formula}"
        if not cell.text:
            message = f"{title}填的是公式 {formula}，文件里没有结果，请直接填写内容，不用公式。"
            return Parsed(None, (problem("V001", message, found=formula),), readable=False)
        message = f"{title}填的是公式 {formula}，已取其结果 {cell.text}，请核对。"
        told.append(problem("S008", message, found=formula))
    if codes and cell.kind is Kind.TEXT and (known := coded(codes, cell.text)):
        return Parsed(known[0], tuple(told))
    parsed = kind.parse(kind.rebased(cell) if is_1904 else cell)
    told += [replace(one, message=f"{title}：{one.message}") for one in parsed.problems]
    return parsed._replace(problems=tuple(told))
