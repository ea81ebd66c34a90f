"""Cell formats: number format, date or not, locked or not; serial numbers to ISO dates.

The formats that a file names by number alone (ECMA-376 part 1, clause 18.8.30) differ from 27
on between editions of Excel; here they are those of the Chinese edition, where our files come
from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsync.sources.xlsx.markup import Attributes, Wanted, is_true, parse

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package

BUILT_IN: Final = {
    "0": "General",
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "5": '"¥"#,##0;"¥"\\-#,##0',
    "6": '"¥"#,##0;[Red]"¥"\\-#,##0',
    "7": '"¥"#,##0.00;"¥"\\-#,##0.00',
    "8": '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    "9": "0%",
    "10": "0.00%",
    "11": "0.00E+00",
    "12": "# ?/?",
    "13": "# ??/??",
    "14": "mm-dd-yy",
    "15": "d-mmm-yy",
    "16": "d-mmm",
    "17": "mmm-yy",
    "18": "h:mm AM/PM",
    "19": "h:mm:ss AM/PM",
    "20": "h:mm",
    "21": "h:mm:ss",
    "22": "m/d/yy h:mm",
    "27": 'yyyy"年"m"月"',
    "28": 'm"月"d"日"',
    "29": 'm"月"d"日"',
    "30": "m-d-yy",
    "31": 'yyyy"年"m"月"d"日"',
    "32": 'h"时"mm"分"',
    "33": 'h"时"mm"分"ss"秒"',
    "34": '上午/下午h"时"mm"分"',
    "35": '上午/下午h"时"mm"分"ss"秒"',
    "36": 'yyyy"年"m"月"',
    "37": "#,##0 ;(#,##0)",
    "38": "#,##0 ;[Red](#,##0)",
    "39": "#,##0.00;(#,##0.00)",
    "40": "#,##0.00;[Red](#,##0.00)",
    "41": '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ',
    "42": '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    "43": '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    "44": '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    "45": "mm:ss",
    "46": "[h]:mm:ss",
    "47": "mmss.0",
    "48": "##0.0E+0",
    "49": "@",
    "50": 'yyyy"年"m"月"',
    "51": 'm"月"d"日"',
    "52": 'yyyy"年"m"月"',
    "53": 'm"月"d"日"',
    "54": 'm"月"d"日"',
    "55": '上午/下午h"时"mm"分"',
    "56": '上午/下午h"时"mm"分"ss"秒"',
    "57": 'yyyy"年"m"月"',
    "58": 'm"月"d"日"',
}
# Colours, conditions and locales ([Red], [>100], [$-804]), quoted text, escaped, padding and
# repeated characters: none of them says what kind of number it is.
_DECORATION = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_MERIDIEM = re.compile(r"AM/PM|A/P|上午/下午", re.IGNORECASE)

_DAY_LETTERS = frozenset("yd")
_DATE_LETTERS = frozenset("ymdhs")

_EPOCH_1900: Final = datetime(1899, 12, 31)  # noqa: DTZ001 - a sheet's dates have no zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_BUG: Final = 60  # the 29 February 1900 that Excel kept from Lotus 1-2-3
_MS_PER_DAY: Final = 86_400_000
_LAST_DAY: Final = date.max.toordinal()


def is_date_format(code: str) -> bool:
    """Whether a number format shows a number as a date or a time of day.

    An elapsed time (``[h]:mm``) is a quantity and no date.
    """
    if code == "General" or _ELAPSED.search(code):
        return False
    # Only the first section speaks of positive numbers.
    bare = _DECORATION.sub("", code).partition(";")[0].lower()
    return not _DATE_LETTERS.isdisjoint(bare)


def serial_to_iso(serial: float, code: str, *, is_1904: bool) -> str | None:
    """Turn a serial number into ``2023-01-01``, ``2023-01-01T08:30:00`` or ``08:30:00``.

    ``serial`` counts days. Returns None where it is no day of the calendar: below zero, after
    the year 9999, and the 29 February 1900. Time is rounded to milliseconds, as deep as a number
    format can show it.
    """
    if not 0 <= serial <= _LAST_DAY:
        return None
    days, milliseconds = divmod(round(serial * _MS_PER_DAY), _MS_PER_DAY)
    time = timedelta(milliseconds=milliseconds)
    if days == 0 and not _shows_days(code):
        return _time_text(_EPOCH_1904 + time)
    try:
        moment = _day(days, is_1904=is_1904) + time
    except (OverflowError, ValueError):
        return None
    if moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return f"{moment.date().isoformat()}T{_time_text(moment)}"


def iso_to_iso(text: str) -> str | None:
    """Bring an ISO date cell (``t="d"``) to the same shape; None where it is no ISO date."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None and moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return moment.isoformat()


def _shows_days(code: str) -> bool:
    bare = _MERIDIEM.sub("", _DECORATION.sub("", code)).lower()
    return not _DAY_LETTERS.isdisjoint(bare)


def _day(days: int, *, is_1904: bool) -> datetime:
    """The day of a serial number; raises ValueError for one that the calendar lacks."""
    if is_1904:
        return _EPOCH_1904 + timedelta(days=days)
    if days in {0, _LEAP_BUG}:
        raise ValueError(f"day {days} of the 1900 system does not exist")
    return _EPOCH_1900 + timedelta(days=days - (days > _LEAP_BUG))


def _time_text(moment: datetime) -> str:
    return moment.time().isoformat("milliseconds" if moment.microsecond else "seconds")


class ContentStyle(NamedTuple):
    """What of a cell's format concerns its content."""

    number_format: str = "General"
    is_date: bool = False
    locked: bool = True
    is_struck: bool = False


DEFAULT_STYLE = ContentStyle()


def read_styles(package: Package, part: str) -> dict[str, ContentStyle]:
    """Return the cell formats by their index as cells give it (``s="3"`` → ``"3"``).

    Raises :class:`UnreadableError` for a damaged part.
    """
    reader = _StylesReader(package)
    parse(package, part, reader.wanted())
    return reader.styles()


@dataclass(slots=True)
class _Format:
    """One ``xf`` as it stands in the file; ``locked`` is None where it says nothing."""

    number_format: str
    parent: str
    font: str
    locked: bool | None = None


class _StylesReader:
    def __init__(self, package: Package) -> None:
        self._spend_entry = package.budget.spend_entry
        self._codes = dict(BUILT_IN)
        self._parents: list[_Format] = []
        self._formats: list[_Format] = []
        self._group: list[_Format] | None = None
        self._fonts: list[bool] = []

    def wanted(self) -> Wanted:
        return Wanted(
            starts={
                "numFmt": self._number_format,
                "font": self._font,
                "strike": self._strike,
                "cellStyleXfs": self._parents_begin,
                "cellXfs": self._formats_begin,
                "xf": self._format,
                "protection": self._protection,
            },
            # The formats inside of conditional formats concern no cell.
            skipped=frozenset({"dxfs"}),
        )

    def styles(self) -> dict[str, ContentStyle]:
        parents = {str(index): parent.locked for index, parent in enumerate(self._parents)}
        # Many formats differ in font and border only: one object serves them all.
        same: dict[tuple[str, bool, bool], ContentStyle] = {}
        struck = {str(index) for index, is_struck in enumerate(self._fonts) if is_struck}
        styles: dict[str, ContentStyle] = {}
        for index, item in enumerate(self._formats):
            code = self._codes.get(item.number_format, "General")
            # A format without a word on protection has that of its named style.
            locked = parents.get(item.parent) if item.locked is None else item.locked
            key = (code, locked is not False, item.font in struck)
            if key not in same:
                same[key] = ContentStyle(code, is_date_format(code), *key[1:])
            styles[str(index)] = same[key]
        return styles

    def _number_format(self, attributes: Attributes) -> None:
        self._spend_entry(attributes)
        self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")

    def _font(self, attributes: Attributes) -> None:
        self._spend_entry(attributes)
        self._fonts.append(False)

    def _strike(self, attributes: Attributes) -> None:
        if self._fonts:
            self._fonts[-1] = is_true(attributes.get("val", "1"))

    def _parents_begin(self, _attributes: Attributes) -> None:
        self._group = self._parents

    def _formats_begin(self, _attributes: Attributes) -> None:
        self._group = self._formats

    def _format(self, attributes: Attributes) -> None:
        if self._group is not None:
            self._spend_entry(attributes)
            code, parent, font = (
                attributes.get(name, default)
                for name, default in (("numFmtId", "0"), ("xfId", ""), ("fontId", "0"))
            )
            self._group.append(_Format(code, parent, font))

    def _protection(self, attributes: Attributes) -> None:
        if self._group:
            self._group[-1].locked = is_true(attributes.get("locked", "1"))
