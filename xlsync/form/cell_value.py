"""A cell as a value: formula results, code lists, dates from 1904 and types, in one place.

Forms, rosters and conflict workbooks all read their cells here, so that the same cell means the
same everywhere.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.codes import choices, coded
from xlsync.form.types.base import Parsed
from xlsync.form.types.number_formats import shown_by_format
from xlsync.form.types.numbers import stored_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.base.grid import Cell
    from xlsync.base.problems import Problem
    from xlsync.form.mapping import CodeList
    from xlsync.form.types import ValueType

_PICTURE = re.compile(r"=(?:_xlfn\.)*(?:DISPIMG|IMAGE)\(", re.IGNORECASE)
"""The formulas that put a picture into a cell, as WPS and Excel have them."""


def value_of(
    kind: ValueType,
    codes: CodeList | None,
    cell: Cell,
    title: Callable[[], str],
    *,
    is_1904: bool = False,
) -> Parsed:
    """Read a cell that holds a text or a formula, as a value of a type.

    Args:
        kind: the type.
        codes: the list whose spellings are understood, if there is one.
        cell: the cell, not blank.
        title: what messages call the place, such as ``“项目名称”``; asked where there are any.
        is_1904: whether serial numbers of the workbook count days from 1904.

    Returns:
        the value with all problems, without places; not readable where there is none to be had.
    """
    if is_picture(cell):
        message = f"{title()}是单元格里的图片，图片不能读作文字，请改为直接填写。"
        text = cell.formula or cell.text
        return Parsed(None, (problem("V001", message, found=text),), readable=False)
    told: tuple[Problem, ...] = ()
    if cell.aside is not None:
        told = tuple(set_aside(cell, f"{title()}："))
    if cell.formula is not None:
        formula = f"={cell.formula}"
        if not cell.text:
            message = f"{title()}填的是公式 {formula}，文件里没有结果，请直接填写内容，不用公式。"
            return Parsed(None, (problem("V001", message, found=formula),), readable=False)
        message = f"{title()}填的是公式 {formula}，已取其结果 {cell.text}，请核对。"
        told = (*told, problem("S008", message, found=formula))
    if codes and cell.kind is Kind.TEXT and (chosen := _chosen(codes, cell.text, title)):
        return chosen._replace(problems=(*told, *chosen.problems))
    parsed = kind.parse(kind.rebased(cell) if is_1904 else cell)
    if cell.kind is Kind.NUMBER and parsed.readable and (oddity := _oddity(cell)):
        message = f"{title()}：“{cell.text}”按数字格式 {cell.number_format} {oddity}，请核对。"
        told = (*told, problem("V002", message, found=cell.text))
    if not (told or parsed.problems):
        return parsed
    found = (replace(one, message=f"{title()}：{one.message}") for one in parsed.problems)
    return parsed._replace(problems=(*told, *found))


def _oddity(cell: Cell) -> str:
    """What the number format of a cell makes of its number; empty where it is plain to see."""
    number = stored_number(cell.text)
    return "" if number is None else shown_by_format(cell.number_format, number).oddity


def _chosen(codes: CodeList, text: str, title: Callable[[], str]) -> Parsed | None:
    """The option of a list that a text stands for, or ticks; None where the list is silent."""
    if known := coded(codes, text):
        return Parsed(known[0])
    options = [one.text for one in choices(text) if one.is_ticked and coded(codes, one.text)]
    if len(options) <= 1:
        return None
    message = f"{title()}勾选了 {len(options)} 项（{'、'.join(options)}），只能选一项，未读入。"
    return Parsed(None, (problem("V001", message, found=text),), readable=False)


def set_aside(cell: Cell, title: str = "") -> Iterator[Problem]:
    """Quote what a cell shows and what was not read with it (S010)."""
    if cell.aside is None:
        return
    for text, what in (
        (cell.aside.struck, "划掉的文字"),
        (cell.aside.notes, "上标的注释标记"),
    ):
        if text:
            message = f"{title}{what}“{text}”没有读入，读作“{cell.text}”，请核对。"
            yield problem("S010", message, found=text)


def is_picture(cell: Cell) -> bool:
    """Whether a cell holds a picture: no text, whatever its formula says."""
    if cell.formula is not None:
        return _PICTURE.match(f"={cell.formula}") is not None
    return cell.text.startswith("=") and _PICTURE.match(cell.text) is not None
