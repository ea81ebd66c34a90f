"""Whole numbers and amounts of money.

Amounts are exact decimals with two places, kept in JSON as text (``"6810000.00"``); a float
never touches them except where a spreadsheet has stored one, and there its 15 significant
digits count, as in the spreadsheet's own display.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.number_formats import shown_by_format
from xlsync.form.types.texts import is_percentage
from xlsync.form.types.units import FOREIGN, UNITS, YUAN, in_unit, told, typed_amount
from xlsync.form.types.width import narrow, unmarked, without_blanks

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.record import Json

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_TWO_NUMBERS = re.compile(r"[0-9]\s+[0-9]")
_EXACT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CENT = Decimal("0.01")
_PLACES = 2
_COUNTS = "零一两三四五六七八九十"
_EXAMPLE = Decimal("6810000.00")
_MAX_DIGITS = 13
MAX_AMOUNT = Decimal(10) ** _MAX_DIGITS
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
    on_sheet = OnSheet("V001", "应为整数", "IF(ISNUMBER({cell}),{cell}=INT({cell}))")

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
    """An amount, a decimal text with two places in 元 in JSON, counted on a sheet in some unit.

    ``is_said`` is for a sheet that states the unit against its form: a cell that then says another
    one contradicts it, while elsewhere the cell, which is closer, is believed.
    """

    def __init__(self, unit: str = YUAN, *, is_said: bool = False) -> None:
        """Amounts of a sheet that counts in a unit of :data:`xlsync.form.types.units.UNITS`."""
        self.unit = unit
        self.is_said = is_said
        zeros = len(str(UNITS[unit])) - 1
        self.number_format = f"#,##0.00{'#' * zeros}"
        self.places = places = _PLACES + zeros
        self.on_sheet = OnSheet(
            "M004",
            f"应为金额，以{unit}为单位，只填数字，最多{_COUNTS[places]}位小数",
            f"IF(ISNUMBER({{cell}}),AND(ABS({{cell}})<10^{_MAX_DIGITS - zeros},"
            f"ABS({{cell}}-ROUND({{cell}},{places}))<0.{'0' * (places + 4)}1))",
        )

    def parse(self, cell: Cell) -> Parsed:
        """Read an amount; M004 where there is none, M006 where it is in another unit.

        M007 where its unit is not certain: a format that shows it in another size than it says,
        a currency, a unit that contradicts the sheet's.
        """
        if is_percentage(cell):
            message = f"单元格里是 {cell.text}，显示为百分数，金额不能确定，{self._wanted}。"
            return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)
        if cell.kind is Kind.NUMBER:
            return self._of_number(cell)
        typed = typed_amount(joined_number(cell.text)) if cell.kind is Kind.TEXT else None
        number = plain_number(typed[0]) if typed else None
        if typed is None or number is None:
            return self._unreadable(cell)
        return self._counted(cell, number, typed[1], f"“{cell.text}”")

    def canonical(self, value: Json) -> Json:
        """The amount with exactly two places, such as ``-0.50``; never ``-0.00``."""
        if not _EXACT.fullmatch(value):
            raise ValueError(f"“{value}”不是金额，应为 6810000.00 的格式")
        return _exact(Decimal(value), value)

    def content(self, value: Json) -> Decimal:
        """The exact amount, in the unit of the sheet."""
        return in_unit(Decimal(value), self.unit)

    @property
    def _wanted(self) -> str:
        return f"请填写数字，单位为{self.unit}"

    def _of_number(self, cell: Cell) -> Parsed:
        """A number, counted in what its format says."""
        number = stored_number(cell.text)
        if number is None:
            return self._unreadable(cell)
        shown = shown_by_format(cell.number_format, number)
        if shown.scale == 1 and shown.unit is None:
            return self._amount(cell, number, self.unit)
        said = f"“{cell.text}”（数字格式写明“{shown.unit}”）" if shown.unit else f"“{cell.text}”"
        if shown.scale == 1:
            return self._counted(cell, number, shown.unit, said)
        # The format only makes a larger number look like so many of a unit.
        unit = shown.unit or self.unit
        if UNITS.get(unit) != shown.scale or self._contradicts(shown.unit):
            message = f"{said}按数字格式缩小 {shown.scale:,} 倍显示，金额不能确定，{self._wanted}。"
            return Parsed(None, (problem("M007", message, found=cell.text),), readable=False)
        return self._amount(cell, number, YUAN)

    def _contradicts(self, unit: str | None) -> bool:
        return unit is not None and self.is_said and unit != self.unit

    def _counted(self, cell: Cell, number: Decimal, unit: str | None, said: str) -> Parsed:
        """A number in the unit that its own cell says, or in that of the sheet."""
        if unit == FOREIGN:
            message = f"{said}的单位无法换算，金额不能确定，{self._wanted}。"
            return Parsed(None, (problem("M007", message, found=cell.text),), readable=False)
        if self._contradicts(unit):
            message = (
                f"{said}以{unit}为单位，而表上写明单位是{self.unit}，两处矛盾，未读入，"
                f"{self._wanted}。"
            )
            return Parsed(None, (problem("M007", message, found=cell.text),), readable=False)
        parsed = self._amount(cell, number, unit or self.unit)
        if not parsed.readable or unit in {None, self.unit}:
            return parsed
        amount = Decimal(str(parsed.value))
        worth = told(amount, YUAN if unit != YUAN else self.unit)
        message = f"{said}读作 {unit}，折合 {worth}，请核对。"
        return Parsed(parsed.value, (problem("M006", message, found=cell.text),))

    def _amount(self, cell: Cell, number: Decimal, unit: str) -> Parsed:
        amount = number * UNITS[unit]
        try:
            return Parsed(_exact(amount))
        except ValueError as error:
            counted = f"“{cell.text}”{unit}折合成元后，" if unit != YUAN else ""
            message = f"{counted}{error}，请按{self.unit}填写，保留两位小数。"
            if self.unit != YUAN:
                message = f"{counted}{error}，请按{self.unit}填写，折合成元后保留两位小数。"
            return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)

    def _unreadable(self, cell: Cell) -> Parsed:
        example = f"{in_unit(_EXAMPLE, self.unit):,f}"
        message = f"“{cell.text}”不是金额，{self._wanted}，如 {example}。"
        return Parsed(None, (problem("M004", message, found=cell.text),), readable=False)


def _exact(amount: Decimal, written: str | None = None) -> str:
    """An amount with exactly two places; ValueError, as it is written, for any other."""
    if abs(amount) >= MAX_AMOUNT:
        raise ValueError(f"金额“{written or f'{amount:f}'}”超出可精确保存的范围")
    exact = amount.quantize(_CENT)
    if amount != exact:
        raise ValueError(f"金额“{written or f'{amount:f}'}”超过两位小数")
    return str(exact + 0)


def says_its_unit(cell: Cell) -> bool:
    """Whether an amount says by itself in which unit it is, in its text or its number format."""
    if cell.kind is Kind.NUMBER:
        number = stored_number(cell.text)
        return number is not None and shown_by_format(cell.number_format, number).unit is not None
    typed = typed_amount(joined_number(cell.text))
    return typed is not None and typed[1] is not None


class UncertainMoney(MoneyType):
    """Amounts of a sheet that states several units, or one that nothing can convert."""

    def __init__(self, unit: str, said: str) -> None:
        """``said`` quotes what the sheet states; ``unit`` is that of the form."""
        super().__init__(unit)
        self.said = said

    def parse(self, cell: Cell) -> Parsed:
        """No amount is read (M007)."""
        message = (
            f"“{cell.text}”的单位不能确定（{self.said}），未读入。"
            f"请只留一种单位；本表以{self.unit}为单位。"
        )
        return Parsed(None, (problem("M007", message, found=cell.text),), readable=False)


@lru_cache(maxsize=32)
def money_in(unit: str, *, is_said: bool = False) -> MoneyType:
    """The amounts of a sheet that counts in a unit."""
    return MoneyType(unit, is_said=is_said)
