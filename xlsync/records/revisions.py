"""What happened, in the words of a coordinator: which kind of revision a delta is.

A form says by the types of its fields and the parts of its tables what is money, a name, a
level, a quantity or wording, so no form has to be known here.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING
from xlsync.form.types import TYPES
from xlsync.form.types.numbers import MoneyType
from xlsync.form.types.texts import TextType
from xlsync.records.delta import ChangeKind, Delta, RecordDelta

if TYPE_CHECKING:
    from xlsync.base.record import Json
    from xlsync.form.mapping import FieldBase, Table


class What(StrEnum):
    """The kinds of revision, in the order in which a reader wants to see them."""

    NEW = "新增项目"
    DROPPED = "取消项目"
    RETITLED = "项目改名"
    REGROUPED = "单位变更"
    MORE_FUNDS = "资金增加"
    LESS_FUNDS = "资金减少"
    ROW_ADDED = "增加指标"
    ROW_REMOVED = "删除指标"
    ROW_RENAMED = "指标改名"
    ROW_MOVED = "指标移动"
    ROW_VALUE = "指标数值"
    """The value, operator or unit of a row."""
    TEXT = "文字修改"
    OTHER = "其他修改"
    """Dates, codes, and whatever the form does not know."""


_RECORDS = {ChangeKind.ADDED: What.NEW, ChangeKind.REMOVED: What.DROPPED}
_ROWS = {
    ChangeKind.ADDED: What.ROW_ADDED,
    ChangeKind.REMOVED: What.ROW_REMOVED,
    ChangeKind.MOVED: What.ROW_MOVED,
}


def what_happened(record: RecordDelta, delta: Delta) -> What:
    """The kind of revision that one delta of a record is.

    Everything in a record that is new or gone is part of that.
    """
    if record.kind in _RECORDS:
        return _RECORDS[record.kind]
    plan, fields = record.mapping.record, record.mapping.fields
    if delta.pointer == fields[plan.title].pointer:
        return What.RETITLED
    if delta.pointer == fields[plan.group].pointer:
        return What.REGROUPED
    table = delta.at.row_table
    if table is None:
        return _value(delta.at.item, delta)
    return _ROWS[delta.kind] if delta.at.is_row else _cell(table, delta)


def _cell(table: Table, delta: Delta) -> What:
    column = delta.at.column
    if column in table.levels:
        return What.ROW_MOVED
    if column == table.name:
        return What.ROW_RENAMED
    if column in table.parts:
        return What.ROW_VALUE
    return _value(delta.at.item, delta)


def _value(field: FieldBase | None, delta: Delta) -> What:
    if field is None:
        return What.OTHER
    by = amount_change(field.type, delta.old, delta.new)
    if by:
        return What.MORE_FUNDS if by > 0 else What.LESS_FUNDS
    is_wording = isinstance(TYPES[field.type], TextType) and field.codes is None
    return What.TEXT if is_wording else What.OTHER


def amount_change(type_name: str, old: Json, new: Json) -> Decimal | None:
    """By how much an amount of money grew; a side left empty counts as nothing.

    None where the type is not money, where neither side is an amount, or where a side holds
    something that is no amount: a sum with it would be a guess.
    """
    amounts = [amount_of(side, type_name) for side in (old, new)]
    if amounts == [None, None] or not all(
        amount is not None or _is_empty(side)
        for amount, side in zip(amounts, (old, new), strict=True)
    ):
        return None
    before, after = (amount or Decimal(0) for amount in amounts)
    return after - before


def amount_of(value: Json, type_name: str) -> Decimal | None:
    """The amount that a value of a type of money is, or None."""
    money = TYPES[type_name]
    if not (isinstance(money, MoneyType) and isinstance(value, str)):
        return None
    try:
        return Decimal(money.canonical(value))
    except ValueError:
        return None


def _is_empty(value: Json) -> bool:
    return value is None or value is MISSING or value == ""
