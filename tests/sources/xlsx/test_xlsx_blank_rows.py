"""Formatted rows without content, down to the end of a sheet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from xlsx_parts import packed, parts, sheet_of, worksheet

from xlsync.base.grid import MAX_ROW, Address
from xlsync.sources.xlsx import read
from xlsync.sources.xlsx.blank_rows import without_blank_rows

FILLED = '<row r="{0}" ht="20"><c r="A{0}"><v>{0}</v></c></row>'
BARE = '<row r="{0}" spans="1:9" ht="24" customHeight="1"/>'
STYLED = '<row r="{0}" s="3"><c r="A{0}" s="3"/><c r="B{0}" s="3" /><c r="C{0}"></c></row>'


def test_a_sheet_with_formatted_rows_to_its_end_is_read() -> None:
    rows = "".join(BARE.format(row) for row in range(3, MAX_ROW))
    found = read(packed(parts(FILLED.format(1) + rows + FILLED.format(MAX_ROW))))
    assert found.problems == []
    assert sorted(found.sheets[0].cells) == [Address(1, 1), Address(MAX_ROW, 1)]


@given(
    st.lists(st.sampled_from([FILLED, BARE, STYLED, "<row/>", "\n "]), max_size=30),
    st.integers(1, 300),
)
def test_what_is_left_of_a_sheet_says_the_same(kinds: list[str], size: int) -> None:
    rows = "".join(kind.format(number) for number, kind in enumerate(kinds, start=1))
    whole = worksheet(rows).encode()
    pieces = (whole[start : start + size] for start in range(0, len(whole), size))
    thin = b"".join(without_blank_rows(pieces)).decode()
    left = thin.partition("<sheetData>")[2].partition("</sheetData>")[0]
    assert sheet_of(left).cells == sheet_of(rows).cells


def test_what_only_looks_like_a_row_is_left_alone() -> None:
    texts = '<row r="1"><c r="A1" t="str"><v><![CDATA[<row r="5"/><row r="6"/>]]></v></c></row>'
    assert b"".join(without_blank_rows([texts.encode()])).decode() == texts
