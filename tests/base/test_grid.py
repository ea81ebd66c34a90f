"""Addresses, areas and sparse sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Area, Cell, Sheet, column_letters

LETTERS = {1: "A", 26: "Z", 27: "AA", 28: "AB", 52: "AZ", 703: "AAA", MAX_COLUMN: "XFD"}


@pytest.mark.parametrize(("column", "letters"), LETTERS.items())
def test_letters_of_a_column(column: int, letters: str) -> None:
    assert column_letters(column) == letters
    assert Address.parse(f"{letters}1") == Address(1, column)


@pytest.mark.parametrize("text", ["C14", "$C$14", "c14", "$C14", " C14 "])
def test_an_address_as_people_write_it(text: str) -> None:
    assert Address.parse(text) == Address(14, 3)


@pytest.mark.parametrize(
    "text", ["", "C", "14", "C0", "C014", "3H", "A1:B2", "XFE1", "A1048577", "AAAA1", "Ａ1", "A-1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cell address|outside a worksheet"):
        Address.parse(text)


@given(st.builds(Address, st.integers(1, MAX_ROW), st.integers(1, MAX_COLUMN)))
def test_an_address_reads_back(address: Address) -> None:
    assert Address.parse(address.a1) == address


def test_addresses_sort_in_reading_order() -> None:
    assert sorted(map(Address.parse, ["B2", "A10", "AA1", "B1"])) == [
        Address.parse(text) for text in ("B1", "AA1", "B2", "A10")
    ]


@pytest.mark.parametrize("text", ["C3:D5", "D5:C3", "$C$3:$D$5", "c5:d3"])
def test_an_area_in_any_order_of_corners(text: str) -> None:
    area = Area.parse(text)
    assert area == Area(3, 3, 5, 4)
    assert (area.a1, area.absolute, area.first) == ("C3:D5", "$C$3:$D$5", Address(3, 3))


def test_a_single_cell_is_an_area() -> None:
    area = Area.parse("C3")
    assert (area.a1, area.absolute) == ("C3", "$C$3")
    assert list(area.cells()) == [Address(3, 3)]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("A1:B2", "B2:C3", True),
        ("A1:B2", "C1:C2", False),
        ("A1:B2", "A3:B4", False),
        ("A1:D4", "B2", True),
        ("B2", "A1:D4", True),
        ("A1", "A1", True),
    ],
)
def test_overlapping_areas(one: str, other: str, *, shared: bool) -> None:
    first, second = Area.parse(one), Area.parse(other)
    assert first.overlaps(second) == shared
    assert bool({*first.cells()} & {*second.cells()}) == shared


def test_an_area_knows_its_cells() -> None:
    area = Area.parse("B2:C3")
    assert [address.a1 for address in area.cells()] == ["B2", "C2", "B3", "C3"]
    assert area.moved(2, 1).a1 == "C4:D5"
    assert Address.parse("A1").moved(2, 1).a1 == "B3"


def test_the_rows_of_a_sheet_are_what_holds_something() -> None:
    sheet = Sheet(
        "", {Address(3, 2): Cell("乙"), Address(3, 1): Cell("甲"), Address(1, 1): Cell(" ")}
    )
    sheet.cells[Address(2, 4)] = Cell("", formula="A1")
    assert [(row, [*cells]) for row, cells in sheet.rows().items()] == [(2, [4]), (3, [1, 2])]
    assert sheet.text(Address(3, 2)) == "乙"
    assert sheet.text(Address(9, 9)) == ""
