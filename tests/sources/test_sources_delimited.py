"""Values set apart by commas, semicolons or tabs: against what Python's own writer wrote."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsync.base.grid import Address
from xlsync.sources import delimited, open_table

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), min_size=1, max_size=9)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=60))
def test_what_was_written_is_read_with_any_text_in_it(
    delimiter: str, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    book = delimited.read(text.getvalue().encode())
    (sheet,) = book.sheets
    assert book.problems == []
    assert sheet.cells.keys() == {
        Address(row, column) for row in range(1, len(rows) + 1) for column in (1, 2, 3)
    }
    found = [
        [sheet.text(Address(row, one)) for one in (1, 2, 3)] for row in range(1, len(rows) + 1)
    ]
    assert found == rows


def test_the_delimiter_is_the_one_of_most_rows() -> None:
    text = "甲;乙;丙\n一,二;三;四,五\n六,七,八;九;十\n"
    (sheet,) = delimited.read(text.encode()).sheets
    assert sheet.text(Address(3, 1)) == "六,七,八"


def test_a_single_column_is_a_table_too() -> None:
    (sheet,) = delimited.read("甲\r\n乙\r丙\n".encode()).sheets
    assert [sheet.text(Address(row, 1)) for row in (1, 2, 3)] == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    "data",
    [b'a,b\n"c,d\n', b"," * 20_000, b"a" * 200_000, b"\xff\xfe\x00", b"\x80\x81\xff\xff"],
)
def test_what_cannot_be_read_is_told(data: bytes) -> None:
    book = open_table(".csv", data)
    assert book.sheets == []
    assert [one.code for one in book.problems] == ["X001"]


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_CELLS", 10)
    assert [one.code for one in delimited.read(b"a,b\n" * 6).problems] == ["X001"]
    monkeypatch.setattr(delimited, "MAX_BYTES", 10)
    assert [one.code for one in delimited.read(b"a,b\n" * 6).problems] == ["X001"]
