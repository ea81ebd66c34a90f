"""Serial numbers that a number format shows as dates, to ISO text.

ECMA-376 part 1, clauses 18.17.4 (date systems) and 18.8.30, 18.8.31 (number formats).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

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
