"""Points that are given, and shares in percent.

Both are exact decimals, kept in JSON as text: points with two places (``"9.50"``), a share in
percent with two or more (``"94.87"``). In a cell a share is what a spreadsheet makes of it, the
hundredth part with a percent format.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.numbers import joined_number, plain_number, stored_number
from xlsync.form.types.texts import is_percentage

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.record import Json

_EXACT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_POINTS = re.compile(r"(?P<number>[0-9.]+)分?")
_PERCENT = re.compile(r"(?P<number>-?[0-9.,]+)%")
_HUNDREDTH = Decimal("0.01")
_HUNDRED = Decimal(100)
_DIGITS = 15
"""Significant digits that a spreadsheet keeps."""

MAX_SCORE = Decimal(1_000)
MAX_SHARE = Decimal(100_000)
_LIKELY = 10
"""A number without a percent format above this was meant in percent, and cannot be told."""


class ScoreType(ValueType):
    """Points, from 0 and with two decimals at most."""

    on_sheet = OnSheet(
        "V001",
        "应为分数，只填数字，不为负，最多两位小数",
        "IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<1000,ABS({cell}-ROUND({cell},2))<0.0000001))",
    )

    def parse(self, cell: Cell) -> Parsed:
        """Read points; V001 where there are none."""
        number: Decimal | None = None
        if cell.kind is Kind.NUMBER and not is_percentage(cell):
            number = stored_number(cell.text)
        elif cell.kind is Kind.TEXT and (match := _POINTS.fullmatch(joined_number(cell.text))):
            number = plain_number(match["number"])
        return _parsed(self, cell, number, "分数，请填写数字，如 9.5")

    def canonical(self, value: Json) -> Json:
        """The points with exactly two places, such as ``9.50``."""
        if not _EXACT.fullmatch(value):
            raise ValueError(f"“{value}”不是分数，应为 9.50 的格式")
        score = Decimal(value)
        if not 0 <= score < MAX_SCORE:
            raise ValueError(f"分数“{value}”应不小于 0，小于 {MAX_SCORE}")
        if score != score.quantize(_HUNDREDTH):
            raise ValueError(f"分数“{value}”超过两位小数")
        return str(abs(score.quantize(_HUNDREDTH)))

    def content(self, value: Json) -> Decimal:
        """The exact points."""
        return Decimal(value)


class PercentType(ValueType):
    """A share in percent, such as ``94.87`` for 94.87%."""

    number_format = "0.00%"
    on_sheet = OnSheet("V001", "应为百分数，如 95%", "IF(ISNUMBER({cell}),ABS({cell})<1000)")

    def parse(self, cell: Cell) -> Parsed:
        """Read a share; V001 where it is not clear, S008 where only its format is gone."""
        if cell.kind is Kind.NUMBER:
            return self._of_number(cell, stored_number(cell.text))
        match = _PERCENT.fullmatch(joined_number(cell.text))
        number = plain_number(match["number"]) if match and cell.kind is Kind.TEXT else None
        return self._share(cell, number)

    def canonical(self, value: Json) -> Json:
        """The share with two places or more, such as ``95.00`` or ``33.3333``."""
        if not _EXACT.fullmatch(value):
            raise ValueError(f"“{value}”不是百分数，应为 95.00 的格式")
        share = Decimal(value)
        if abs(share) >= MAX_SHARE:
            raise ValueError(f"百分数“{value}”过大")
        if len(share.normalize().as_tuple().digits) > _DIGITS:
            raise ValueError(f"百分数“{value}”位数过多，单元格无法精确保存")
        short = share.quantize(_HUNDREDTH) + 0
        return f"{short if short == share else share.normalize():f}"

    def content(self, value: Json) -> Decimal:
        """The hundredth part, as a cell with a percent format holds it."""
        return Decimal(value) / _HUNDRED

    def _of_number(self, cell: Cell, fraction: Decimal | None) -> Parsed:
        if fraction is None or (abs(fraction) > _LIKELY and not is_percentage(cell)):
            return self._share(cell, None)
        share = self._share(cell, fraction * _HUNDRED)
        if is_percentage(cell) or not share.readable or not fraction:
            return share
        message = f"“{cell.text}”没有百分数格式，已读作 {share.value}%，请核对。"
        return Parsed(share.value, (problem("S008", message, found=cell.text),))

    def _share(self, cell: Cell, share: Decimal | None) -> Parsed:
        return _parsed(self, cell, share, "百分数，请填写如 95% 的形式")


def _parsed(kind: ValueType, cell: Cell, number: Decimal | None, wanted: str) -> Parsed:
    """The canonical value of a number; V001 where there is none, or it is none of its type."""
    message = f"“{cell.text}”不是{wanted}。"
    if number is not None:
        try:
            return Parsed(kind.canonical(f"{number:f}"))
        except ValueError as error:
            message = f"{error}。"
    return Parsed(None, (problem("V001", message, found=cell.text),), readable=False)
