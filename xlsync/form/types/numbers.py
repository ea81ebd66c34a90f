"""Whole numbers and amounts of money.

Amounts are exact decimals with two places, kept in JSON as text (``"6810000.00"``); a float
never touches them except where a spreadsheet has stored one, and there its 15 significant
digits count, as in the spreadsheet's own display.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.texts import is_percentage
from xlsync.form.types.width import narrow, unmarked, without_blanks

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.record import Json

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_MONEY = re.compile(r"(?:¥|RMB|人民币)?(?P<number>[-0-9.,]+)(?P<unit>万元|万|元整|元)?")
_TWO_NUMBERS = re.compile(r"[0-9]\s+[0-9]")
_EXACT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CENT = Decimal("0.01")
_TEN_THOUSAND = 10_000
MAX_AMOUNT = Decimal(10) ** 13
"""A spreadsheet keeps 15 significant digits, two of them are cents."""

_MAX_INTEGER = 10**15


def plain_number(text: str) -> Decimal | None:
    """The number that a text is, thousands separators in their places allowed, or None."""
    folded = narrow(text).strip()
    return Decimal(folded.replace(",", "")) if _NUMBER.fullmatch(folded) else None


def joined_number(text: str) -> str:
    """A typed number without blanks; one between two digits stays, since it may part numbers."""
    folded = unmarked(text)
    return folded if _TWO_NUMBERS.search(folded) else without_blanks(folded)


def stored_number(text: str) -> Decimal | None:
    """The number of a cell, in the 15 digits that count; None where it is no finite one."""
    try:
        number = Decimal(f"{float(text):.15g}")
    except ValueError:
        return None
    return number if number.is_finite() else None


class IntegerType(ValueType):
    """A whole number, such as a year."""

    json_type = int
    number_format = "0"
    on_sheet = OnSheet("V001", "应为整数", "AND(ISNUMBER({cell}),N({cell})=INT(N({cell})))")

    def parse(self, cell: Cell) -> Parsed:
        """Read a whole number; V001 where there is none."""
        number: Decimal | None = None
        if cell.kind is not Kind.NUMBER:
            number = plain_number(joined_number(cell.text))
        elif not is_percentage(cell):
            number = stored_number(cell.text)
        if number is None or number != int(number) or abs(number) >= _MAX_INTEGER:
            message = f"“{cell.text}”不是整数，请填写整数。"
            return Parsed(None, (problem("V001", message, found=cell.text),), readable=False)
        return Parsed(int(number))

    def canonical(self, value: Json) -> Json:
        """The number itself, within what a cell keeps exactly."""
        if abs(value) >= _MAX_INTEGER:
            raise ValueError("整数过大，单元格无法精确保存")
        return value

    def content(self, value: Json) -> int:
        """The number itself."""
        return int(value)


class MoneyType(ValueType):
    """An amount in 元, a decimal text with two places in JSON."""

    number_format = "#,##0.00"
    on_sheet = OnSheet(
        "M004",
        "应为金额，以元为单位，只填数字，最多两位小数",
        "AND(ISNUMBER({cell}),ABS(N({cell}))<10^13,ABS(N({cell})-ROUND(N({cell}),2))<0.0000001)",
    )

    def parse(self, cell: Cell) -> Parsed:
        """Read an amount; M004 where there is none, M006 where it was written in 万元."""
        if is_percentage(cell):
            message = f"单元格里是 {cell.text}，显示为百分数，金额不能确定，请填写数字，单位为元。"
            return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)
        if cell.kind is Kind.NUMBER:
            return self._amount(cell, stored_number(cell.text), in_ten_thousands=False)
        match = _MONEY.fullmatch(joined_number(cell.text))
        if match is None or cell.kind is not Kind.TEXT:
            return self._unreadable(cell)
        in_ten_thousands = (match["unit"] or "").startswith("万")
        return self._amount(cell, plain_number(match["number"]), in_ten_thousands=in_ten_thousands)

    def canonical(self, value: Json) -> Json:
        """The amount with exactly two places, such as ``-0.50``; never ``-0.00``."""
        if not _EXACT.fullmatch(value):
            raise ValueError(f"“{value}”不是金额，应为 6810000.00 的格式")
        amount = Decimal(value)
        if abs(amount) >= MAX_AMOUNT:
            raise ValueError(f"金额“{value}”超出可精确保存的范围")
        if amount != amount.quantize(_CENT):
            raise ValueError(f"金额“{value}”超过两位小数")
        return str(amount.quantize(_CENT) + 0)

    def content(self, value: Json) -> Decimal:
        """The exact amount."""
        return Decimal(value)

    def _amount(self, cell: Cell, amount: Decimal | None, *, in_ten_thousands: bool) -> Parsed:
        if amount is None:
            return self._unreadable(cell)
        if in_ten_thousands:
            amount *= _TEN_THOUSAND
        try:
            value = self.canonical(f"{amount:f}")
        except ValueError as error:
            message = f"{error}，请按元填写，保留两位小数。"
            return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)
        if not in_ten_thousands:
            return Parsed(value)
        message = f"“{cell.text}”以万元为单位，已换算为 {Decimal(value):,} 元，请核对。"
        return Parsed(value, (problem("M006", message, found=cell.text),))

    def _unreadable(self, cell: Cell) -> Parsed:
        message = f"“{cell.text}”不是金额，请填写数字，单位为元，如 6,810,000.00。"
        return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)
