"""Indicator values typed in one piece: ``≥85%`` in the cell that is meant for 85 alone.

On paper operator, value and unit share one cell, so people type them so. They are taken apart
if the cells beside are blank or say the same; where they say something else, or a number could
mean two things, nothing is chosen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.codes import SHARES, is_outside, is_worded, quantity_of
from xlsync.form.types import comparable, is_fraction, is_percentage, plain_number, render_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.form.mapping import Table
    from xlsync.form.types import Quantity
    from xlsync.reader.located import Item


_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class SettledQuantity(NamedTuple):
    """The parts that hold, what is to be told, and whether the value could be read.

    ``column`` is the one that the problem is about, None for that of the value.
    """

    parts: dict[str, Json]
    problem: Problem | None = None
    is_readable: bool = True
    column: str | None = None


def settle_operator(mapping: FormMapping, table: Table, row: Record) -> SettledQuantity | None:
    """What is in the operator's cell where that is no operator; None where it is one, or blank.

    A whole quantity that was typed there, with nothing in the cell of the value, is taken apart.
    """
    if table.quantity is None:
        return None
    operator, value, unit = table.parts
    text = row.get(operator)
    if not isinstance(text, str) or not text or not is_outside(mapping, table, text):
        return None
    quantity = quantity_of(mapping, table, text)
    beside = row.get(unit)
    fits = (
        quantity.unit is None or beside is None or comparable(beside) == comparable(quantity.unit)
    )
    if quantity.operator is not None and not row.get(value) and fits:
        parts = {operator: quantity.operator, value: quantity.value, unit: quantity.unit or beside}
        shown = "，".join(
            f"{table.columns[name].label} {part}" for name, part in parts.items() if part
        )
        told = problem("V002", f"“{text}”已读作：{shown}，请核对。", found=text)
        return SettledQuantity(parts, told, column=operator)
    message = f"“{text}”不在可选范围内，未读入，请从下拉列表中选择。"
    return SettledQuantity({operator: None}, problem("V001", message, found=text), False, operator)  # noqa: FBT003


def settle_quantity(
    mapping: FormMapping, table: Table, item: Item, row: Record, *, values_only: bool
) -> SettledQuantity:
    """Operator, value and unit of a row whose cells say what ``row`` holds.

    ``values_only`` says that the file does not tell how its numbers are shown.
    """
    if table.quantity is None:
        return SettledQuantity({})
    plan = table.quantity
    text, found = row.get(plan.value), item.cells.get(plan.value)
    if not isinstance(text, str) or not text or found is None:
        return SettledQuantity({})
    if found.cell.kind is Kind.TEXT and _PLAIN.fullmatch(text):
        return SettledQuantity({})
    quantity = quantity_of(mapping, table, text)
    own = quantity._replace(operator=row.get(plan.operator), unit=row.get(plan.unit))
    typed = f"“{text}”"
    if _clashes(table, item, quantity, own):
        beside = _shown(table, {name: cell.cell.text for name, cell in item.cells.items()})
        message = f"{typed}与旁边所填的（{beside}）不一致，未读入，请改正。"
        return _refused(table, message, text)
    unit = quantity.unit or own.unit
    if found.cell.kind is Kind.NUMBER and not is_percentage(found.cell):
        doubt = _doubt(quantity, unit, values_only=values_only)
        if doubt is not None:
            return _refused(table, f"{typed}{doubt}", text)
    parts = {
        plan.operator: quantity.operator or own.operator,
        plan.value: quantity.value,
        plan.unit: unit,
    }
    return SettledQuantity(parts, _remark(mapping, table, item, text, quantity))


def _shown(table: Table, texts: Mapping[str, str | None]) -> str:
    """Operator and unit with the headings of their columns."""
    filled = [(table.columns[name].label, texts.get(name)) for name in table.parts[::2]]
    return "，".join(f"{label} {text}" for label, text in filled if text)


def _refused(table: Table, message: str, text: str) -> SettledQuantity:
    return SettledQuantity({table.parts[1]: None}, problem("V001", message, found=text), False)  # noqa: FBT003


def _clashes(table: Table, item: Item, typed: Quantity, own: Quantity) -> bool:
    """Whether a cell beside says something else than what was typed into that of the value."""
    operator, _, unit = table.parts
    for name, part, beside in (
        (operator, typed.operator, own.operator),
        (unit, typed.unit, own.unit),
    ):
        if part is None:
            continue
        if beside and comparable(beside) != comparable(part):
            return True
        cell = item.cells.get(name)
        if not beside and cell is not None and comparable(cell.cell.text):
            return True  # the cell says "none", or what could not be read
    return False


def _doubt(quantity: Quantity, unit: str | None, *, values_only: bool) -> str | None:
    """Why a bare number may mean two things; None where it does not."""
    number = plain_number(quantity.value)
    if number is None or not 0 < abs(number) <= 1 or unit not in SHARES | {None}:
        return None
    if unit is None and not (values_only and number != int(number)):
        return None
    share, plain = f"{(number * 100).normalize():f}{unit or '%'}", f"{quantity.value}{unit or ''}"
    return f"可能是 {share}，也可能是 {plain}，未读入，请按要求重新填写。"


def _remark(
    mapping: FormMapping, table: Table, item: Item, text: str, quantity: Quantity
) -> Problem | None:
    """What to tell of a value that was read otherwise than it stands there."""
    if is_fraction(text):
        message = f"“{text}”可能由软件自动转换，已照原样保留，请核对。"
        return problem("V002", message, found=text)
    is_same = quantity == (None, text, None)
    if is_same or (item.joined and not is_worded(mapping, table, text)):
        return None
    message = f"“{text}”已读作“{render_quantity(*quantity)}”，请核对。"
    if not item.joined:
        parts = dict(zip(table.parts[::2], quantity[::2], strict=True))
        shown = "，".join(filter(None, (_shown(table, parts), f"数值 {quantity.value}")))
        message = f"“{text}”已读作：{shown}，请核对。"
    return problem("V002", message, found=text)
