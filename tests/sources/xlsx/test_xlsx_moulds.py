"""A sheet that differs from a former one in its values alone is read as any other."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from xlsx_parts import packed, parts, strings, styles, worksheet

from xlsync.base.grid import Address, Kind
from xlsync.sources import xlsx
from xlsync.sources.xlsx import plain
from xlsync.sources.xlsx import skeletons as moulds

ROW = '<row r="1">{}{}{}</row>'
SHARED = '<c r="A1" t="s"><v>{}</v></c>'
RESULT = '<c r="B1" t="str"><f>xs_found</f><v>{}</v></c>'
NUMBER = '<c r="C1" s="1"><v>{}</v></c>'
ONE = strings("<t>一</t>")
FORMATS = styles("<xf/>", '<xf numFmtId="14"/>')


def made(*values: object) -> bytes:
    """A file whose sheets are all of one mould."""
    texts = strings(*(f"<t>文字{number}</t>" for number in range(3)))
    return packed(parts(filled(*values), strings=texts, styles=FORMATS))


def filled(*values: object) -> str:
    cells = zip([SHARED, RESULT, NUMBER], values, strict=True)
    return ROW.format(*(cell.format(value) for cell, value in cells))


def known() -> None:
    """Let the mould be met often enough to be remembered."""
    for number in range(3):
        xlsx.read(made(number, number, number))


def cells(data: bytes) -> dict[str, str]:
    return {place.a1: cell.text for place, cell in xlsx.read(data).sheets[0].cells.items()}


def test_only_the_values_are_read_anew() -> None:
    known()
    with patch.object(plain, "cut_rows", side_effect=AssertionError):
        assert cells(made(2, "三", 45000)) == {"A1": "文字2", "B1": "三", "C1": "2023-03-15"}


def test_a_cell_that_is_blank_now_is_gone_and_one_that_is_filled_again_is_in_its_place() -> None:
    known()
    assert cells(made(0, "", "")) == {"A1": "文字0", "B1": ""}
    assert list(cells(made(0, "", 1))) == ["A1", "B1", "C1"]


@pytest.mark.parametrize("value", ["3", "-1", "1_0", "\x0b1", "一"])
def test_a_string_that_is_not_there_is_told(value: str) -> None:
    known()
    workbook = xlsx.read(made(value, "x", 1))
    assert [one.code for one in workbook.problems] == ["X001"]


def test_a_value_that_is_more_than_a_text_is_left_to_the_parser() -> None:
    known()
    assert cells(made(0, "&#65;&lt;", 1))["B1"] == "A<"
    damaged = xlsx.read(made(0, "&unknown;", 1))
    assert [one.code for one in damaged.problems] == ["X001"]


def test_a_date_is_one_under_other_formats_no_more() -> None:
    known()
    plain = styles("<xf/>", '<xf numFmtId="0"/>')
    data = packed(parts(filled(0, 0, 45000), strings=strings("<t>一</t>"), styles=plain))
    (sheet,) = xlsx.read(data).sheets
    assert sheet.cells[Address(1, 3)].kind is Kind.NUMBER


def test_a_sheet_that_has_a_footer_of_its_own_each_time_is_not_kept_for_ever() -> None:
    def footed(number: int) -> bytes:
        footer = f"<headerFooter><oddFooter>编号 {number}</oddFooter></headerFooter>"
        return packed(parts(sheet=worksheet(filled(0, number, 1), after=footer), strings=ONE))

    for number in range(100, 110):
        xlsx.read(footed(number))
    with patch.object(moulds, "_contents", side_effect=AssertionError):
        assert cells(footed(110))["B1"] == "110"


def test_what_was_known_costs_what_it_would_cost() -> None:
    known()
    with patch("xlsync.sources.xlsx.limits.MAX_CELLS", 2):
        assert [one.code for one in xlsx.read(made(1, 2, 9)).problems] == ["X001"]
    with patch("xlsync.sources.xlsx.limits.MAX_TEXT", 1_000):
        long = made(1, "长" * 2_000, 9)
        assert [one.code for one in xlsx.read(long).problems] == ["X001"]
