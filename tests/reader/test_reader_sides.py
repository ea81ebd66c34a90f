"""Several forms on one sheet: below each other, beside each other, shifted, broken into lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_samples import FILLED, FORM, TITLE, our_workbook, read_grid, record_of

from xlsync.base.grid import Address, Cell, Sheet, Workbook

if TYPE_CHECKING:
    from xlsync.base.record import Record

LINES = [line.split("|") for line in FILLED.rstrip("\n").split("\n")]
NAME = "河道保洁"


def typed(row: int, column: int, name: str = NAME) -> dict[Address, Cell]:
    """The small form as somebody has typed it, from a cell on."""
    return {
        Address(row + down, column + right): Cell(piece.replace(NAME, name))
        for down, line in enumerate(LINES)
        for right, piece in enumerate(line)
        if piece
    }


def named(name: str) -> Record:
    record, _ = our_workbook()
    return {**record, "project_name": name}


WIDTH = max(map(len, LINES))

# where each form begins
PLACES = {
    "below each other": [(1, 1), (30, 1)],
    "below each other, the second shifted": [(1, 1), (20, 4)],
    "beside each other": [(1, 1), (1, WIDTH + 2)],
    "beside each other without a column between": [(1, 1), (1, WIDTH + 1)],
    "beside each other, one a little lower": [(1, 1), (4, WIDTH + 3)],
    "three beside each other, shifted": [(3, 2), (3, WIDTH + 4), (3, 2 * WIDTH + 6)],
    "two by two": [(1, 1), (1, WIDTH + 2), (25, 1), (25, WIDTH + 2)],
}


@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
def test_every_form_of_a_sheet_is_read(places: list[tuple[int, int]]) -> None:
    cells: dict[Address, Cell] = {}
    for number, (row, column) in enumerate(places, start=1):
        cells |= typed(row, column, f"项目{number}")
    readings = read_grid(Workbook([Sheet("汇总", cells)]))
    found = {record_of(one)["project_name"]: one for one in readings}
    assert len(readings) == len(places)
    for number in range(1, len(places) + 1):
        reading = found[f"项目{number}"]
        expected = named(f"项目{number}") | {"id": record_of(reading)["id"]}
        assert (reading.record, reading.problems, reading.by) == (expected, [], "labels")


def test_a_comment_goes_with_the_form_that_it_stands_on() -> None:
    cells = typed(1, 1, "甲") | typed(1, WIDTH + 2, "乙")
    comments = {Address(3, 2): "一", Address(3, WIDTH + 3): "二"}
    readings = read_grid(Workbook([Sheet("汇总", cells, comments=comments)]))
    told = {record_of(one)["project_name"]: [p.found for p in one.problems] for one in readings}
    assert told == {"甲": ["一"], "乙": ["二"]}


def test_a_value_that_is_a_title_cuts_nothing() -> None:
    cells = typed(1, 1, TITLE)
    (reading,) = read_grid(Workbook([Sheet("表", cells)]))
    assert record_of(reading)["project_name"] == TITLE
    assert reading.problems == []


def test_forms_on_several_sheets_are_read_each() -> None:
    sheets = [Sheet(f"表{number}", typed(number, number, f"项目{number}")) for number in (1, 2, 3)]
    readings = read_grid(Workbook(sheets))
    assert [one.sheet for one in readings] == ["表1", "表2", "表3"]
    assert [one.problems for one in readings] == [[], [], []]


def broken(text: str) -> str:
    """A text with the soft line break that somebody has set in its middle."""
    return f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}"


def test_line_breaks_in_labels_and_extra_rows_change_nothing() -> None:
    labels = {label for item in FORM.mapping.fields.values() for label in item.labels}
    cells: dict[Address, Cell] = {}
    for address, cell in typed(4, 2).items():
        is_label = cell.text in labels or cell.text.startswith("项目资金") or cell.text == TITLE
        text = broken(cell.text) if is_label else cell.text
        below = 1 if address.row > 8 else 0
        cells[address.moved(below)] = Cell(text)
    (reading,) = read_grid(Workbook([Sheet("表", cells)]))
    assert reading.record == named(NAME)
    assert reading.problems == []
