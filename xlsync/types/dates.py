"""Dates: ISO text in JSON, a true date in a spreadsheet.

People type ``2023-1-1``, ``2023/1/1``, ``2023.01.01``, ``2023年1月1日`` or ``20230101``; a cell
may hold a real date, or a serial number that lost its format.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING

from xlsync.grid import Kind
from xlsync.problems import problem
from xlsync.types.base import Parsed, ValueType

if TYPE_CHECKING:
    from xlsync.grid import Cell
    from xlsync.record import Json

_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_WRITTEN = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.0*)?")
_MIDNIGHT = "T00:00:00"

EARLIEST = dt.date(1900, 3, 1)
"""Before that day the serial numbers of spreadsheets disagree (1900 was no leap year)."""

_SERIAL_EPOCH = dt.date(1899, 12, 30)


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _written_date(text: str) -> dt.date | None:
    folded = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    if match := _WRITTEN.fullmatch(folded):
        return _date(match[1], match[3] or match[5], match[4] or match[6])
    if match := _COMPACT.fullmatch(folded):
        return _date(match[1], match[2], match[3])
    return None


class DateType(ValueType):
    """A day, ISO 8601 in JSON."""

    number_format = "yyyy-mm-dd"

    def parse(self, cell: Cell) -> Parsed:
        """Read a day; D001 where there is none."""
        day = self._day(cell)
        if day is None or day < EARLIEST:
            message = f"“{cell.text}”不是可识别的日期，请按 2023-01-01 的格式填写。"
            return Parsed(None, (problem("D001", message, found=cell.text),), readable=False)
        return Parsed(day.isoformat())

    def canonical(self, value: Json) -> Json:
        """The ISO date, checked."""
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}”不是日期，应为 2023-01-01 的格式") from None
        if day < EARLIEST:
            raise ValueError(f"日期“{value}”早于 {EARLIEST}，电子表格无法保存")
        return day.isoformat()

    def content(self, value: Json) -> dt.date:
        """The day."""
        return dt.date.fromisoformat(value)

    def _day(self, cell: Cell) -> dt.date | None:
        if cell.kind is Kind.DATE:
            # A time of day is more than the field can hold, so such a cell is not read.
            day = cell.text.removesuffix(_MIDNIGHT)
            return _written_date(day)
        if cell.kind is Kind.NUMBER and _SERIAL.fullmatch(cell.text):
            return _SERIAL_EPOCH + dt.timedelta(days=int(float(cell.text)))
        if cell.kind in {Kind.TEXT, Kind.NUMBER}:
            return _written_date(cell.text)
        return None
