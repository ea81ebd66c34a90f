"""Dates in every spelling that people use, and the ones that are none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import Cell, Kind
from xlsync.form.types import TYPES

DATE = TYPES["date"]

SPELLINGS = [
    *("2023-01-05", "2023-1-5", "2023/1/5", "2023/01/05", "2023.01.05", "2023.1.5"),
    *("2023年1月5日", "2023年01月05号", "2023 年 1 月 5 日", "20230105", "２０２３－０１－０５"),
    *("'2023-01-05", "’2023-1-5"),
    *("２０２３年１月５日", "2023-01-05\u00a0", "\u200b2023-01-05", "2023年1月\n5日"),
    *("2023-01-05 00:00:00", "2023-01-05T00:00:00", "2023/1/5 0:00", "2023-01-05 00:00:00.000"),
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_day_as_typed(text: str) -> None:
    parsed = DATE.parse(Cell(text))
    assert (parsed.value, parsed.problems) == ("2023-01-05", ())


# what a cell that is no text holds
STORED = [
    ("44931", Kind.NUMBER),
    ("44931.0", Kind.NUMBER),
    ("20230105", Kind.NUMBER),
    ("20230105.0", Kind.NUMBER),
    ("2023-01-05", Kind.DATE),
    ("2023-01-05T00:00:00", Kind.DATE),
]


@pytest.mark.parametrize(("text", "kind"), STORED)
def test_a_day_as_stored(text: str, kind: Kind) -> None:
    assert DATE.parse(Cell(text, kind)).value == "2023-01-05"


@pytest.mark.parametrize("text", ["44931", "44931.0"])
def test_a_serial_number_that_lost_its_format_is_told(text: str) -> None:
    (told,) = DATE.parse(Cell(text, Kind.NUMBER)).problems
    assert (told.code, told.found) == ("V002", text)
    assert "2023-01-05" in told.message


def test_serial_numbers_may_count_from_1904() -> None:
    assert DATE.parse(DATE.rebased(Cell("43469", Kind.NUMBER))).value == "2023-01-05"
    assert TYPES["money"].rebased(Cell("43469", Kind.NUMBER)).text == "43469"
    for cell in (
        Cell("43469"),
        Cell("20230105", Kind.NUMBER),
        Cell("2023-01-05", Kind.DATE),
    ):
        assert DATE.rebased(cell) == cell


FORMATS = {
    "yyyy-mm-dd": False,
    'yyyy"年"m"月"d"日"': False,
    "[$-404]e/m/d": False,
    "General": False,
    'm"月"d"日"': True,
    "m/d": True,
    "[$-804]d-mmm": True,
}


@pytest.mark.parametrize(("number_format", "hides"), FORMATS.items())
def test_a_date_whose_format_hides_the_year_is_told(number_format: str, *, hides: bool) -> None:
    parsed = DATE.parse(Cell("2026-01-01", Kind.DATE, number_format))
    assert parsed.value == "2026-01-01"
    assert [one.code for one in parsed.problems] == ["V002"] * hides


NONE = [
    *((text, Kind.TEXT) for text in ("2023-02-29", "2023-13-01", "2023-00-10", "2023-1-32")),
    *((text, Kind.TEXT) for text in ("2023", "2023年", "2023年1月", "1月5日", "1/5", "23-1-5")),
    *((text, Kind.TEXT) for text in ("5.1.2023", "2023-1/5", "2023-01-05 08:30", "长期", "待定")),
    *((text, Kind.TEXT) for text in ("2023-01-05至2023-12-31", "44931", "2023010", "２０２３①1①1")),
    *((text, Kind.TEXT) for text in ("1899-12-31", "1900-02-28")),
    *((text, Kind.NUMBER) for text in ("44931.5", "2023.1", "20231301", "-1", "4.4931e4", "59")),
    ("2023-01-05T08:30:00", Kind.DATE),
    ("TRUE", Kind.BOOLEAN),
    ("#REF!", Kind.ERROR),
]


@pytest.mark.parametrize(("text", "kind"), NONE)
def test_what_is_no_day_is_quoted(text: str, kind: Kind) -> None:
    parsed = DATE.parse(Cell(text, kind))
    assert (parsed.value, parsed.readable) == (None, False)
    (told,) = parsed.problems
    assert (told.code, told.found) == ("D001", text)
    assert "2023-01-01" in told.message


@pytest.mark.parametrize("value", ["", "2023-02-30", "2023-1-1", "2023年1月1日", "1900-02-28"])
def test_a_record_states_days_as_iso(value: str) -> None:
    with pytest.raises(ValueError, match="日期"):
        DATE.canonical(value)


@given(st.dates(dt.date(1900, 3, 1)))
def test_a_day_survives_a_cell(day: dt.date) -> None:
    value = day.isoformat()
    assert DATE.canonical(value) == value
    assert DATE.content(value) == day
    assert DATE.parse(Cell(value, Kind.DATE)).value == value
    assert DATE.parse(Cell(f"{day.year:04}年{day.month}月{day.day}日")).value == value


@given(st.text(), st.sampled_from(Kind))
def test_no_text_breaks_a_day(text: str, kind: Kind) -> None:
    parsed = DATE.parse(Cell(text, kind))
    if parsed.value is None:
        assert parsed.problems[0].found == text
    else:
        assert DATE.canonical(parsed.value) == parsed.value
