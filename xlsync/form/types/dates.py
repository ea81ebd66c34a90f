"""Dates: ISO text in JSON, a true date in a spreadsheet.

People type ``2023-1-1``, ``2023/1/1``, ``2023.01.01``, ``2023年1月1日`` or ``20230101``; a cell
may hold a real date, or a serial number that lost its format.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.width import unmarked, without_blanks

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.record import Json

_WRITTEN = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号])"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[0-9]{5}")
_WHOLE = re.compile(r"([0-9]+)\.0*")
# A time of day is more than the field can hold; midnight is what a system adds to a day.
_MIDNIGHT = re.compile(r"(?<=[0-9日号])[T\s]\s*0?0:00(?::00(?:\.0+)?)?$")

EARLIEST = dt.date(1900, 3, 1)
"""Before that day the serial numbers of spreadsheets disagree (1900 was no leap year)."""

TYPED_YEARS = range(2000, 2100)
"""The years that a sheet takes while a person types, when a slip of a digit is likelier than any
other year. What is read back, or comes from older records, may be any day from :data:`EARLIEST`
on: it was written with intent, and reading it as anything else would be a guess."""

_SERIAL_EPOCH = dt.date(1899, 12, 30)
_DAYS_TO_1904 = 1462
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _written_date(text: str) -> dt.date | None:
    folded = without_blanks(_MIDNIGHT.sub("", unmarked(text)))
    if match := _WRITTEN.fullmatch(folded):
        return _date(match[1], match[3] or match[5], match[4] or match[6])
    if match := _COMPACT.fullmatch(folded):
        return _date(match[1], match[2], match[3])
    return None


def _whole(digits: str) -> str:
    match = _WHOLE.fullmatch(digits)
    return match[1] if match else digits


def _serial(cell: Cell) -> int | None:
    """The count of days that a bare number is, or None."""
    if cell.kind is not Kind.NUMBER:
        return None
    digits = _whole(cell.text)
    return int(digits) if _SERIAL.fullmatch(digits) else None


def _hides_year(number_format: str) -> bool:
    """Whether a date format shows month or day and no year; ``e`` is the year of an era."""
    shown = set(_QUOTED.sub("", number_format).lower())
    return number_format != "General" and bool(shown & set("md")) and not shown & set("ye")


class DateType(ValueType):
    """A day, ISO 8601 in JSON."""

    number_format = "yyyy-mm-dd"
    on_sheet = OnSheet(
        "D001",
        f"应为 {TYPED_YEARS.start} 至 {TYPED_YEARS.stop - 1} 年之间的日期，如 2023-01-01",
        "IF(ISNUMBER({cell}),AND({cell}=INT({cell}),"
        f"{{cell}}>=DATE({TYPED_YEARS.start},1,1),{{cell}}<DATE({TYPED_YEARS.stop},1,1)))",
    )

    def parse(self, cell: Cell) -> Parsed:
        """Read a day; D001 where there is none."""
        day = self._day(cell)
        if day is None or day < EARLIEST:
            message = f"“{cell.text}”不是可识别的日期，请按 2023-01-01 的格式填写。"
            return Parsed(None, (problem("D001", message, found=cell.text),), readable=False)
        if _serial(cell) is not None:
            message = f"这里是数字 {cell.text}，不是日期格式，已按日期序号读作 {day}，请核对。"
            return Parsed(day.isoformat(), (problem("V002", message, found=cell.text),))
        if cell.kind is Kind.DATE and _hides_year(cell.number_format):
            message = f"这个日期的格式不显示年份，单元格里存的是 {day}，请核对年份。"
            return Parsed(day.isoformat(), (problem("V002", message, found=cell.text),))
        return Parsed(day.isoformat())

    def rebased(self, cell: Cell) -> Cell:
        """A serial number of a workbook that counts days from 1904, as others count it."""
        serial = _serial(cell)
        return cell if serial is None else cell._replace(text=str(serial + _DAYS_TO_1904))

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
        if (serial := _serial(cell)) is not None:
            return _SERIAL_EPOCH + dt.timedelta(days=serial)
        if cell.kind is Kind.NUMBER:
            return _written_date(_whole(cell.text))
        return _written_date(cell.text) if cell.kind in {Kind.TEXT, Kind.DATE} else None
