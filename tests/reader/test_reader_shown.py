"""What a sheet shows is not always what it holds, in our workbooks and in foreign copies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import FILLED, FORM, our_workbook, read_grid

from xlsync.base.grid import Address, Aside, Cell, Sheet, Workbook
from xlsync.base.record import get
from xlsync.sources.text import read as text_grid
from xlsync.workbook.manifest import field_name

NAME = FORM.template.sheet
LAYOUT = FORM.layout(FORM.capacity())
(TABLE,) = LAYOUT.tables
SLOTS = {slot.name: slot.area.first for slot in LAYOUT.slots}
COLUMNS = sorted(TABLE.columns)

places = st.sampled_from([*SLOTS, *COLUMNS])


def spoilt(grid: Workbook, place: str, change: dict[str, object]) -> Address:
    """Change the cell of a field, or of a column in the table's first row."""
    sheet = next(one for one in grid.sheets if one.name == NAME)
    address = SLOTS.get(place) or Address(TABLE.first, TABLE.columns[place])
    sheet.cells[address] = sheet.cells.get(address, Cell(""))._replace(**change)  # type: ignore[arg-type]
    return address


@given(places, st.sampled_from(["struck", "notes"]))
def test_what_is_set_aside_is_quoted_wherever_it_stands(place: str, kind: str) -> None:
    record, grid = our_workbook()
    aside = Aside(**{kind: "旧"})
    at = spoilt(grid, place, {"aside": aside})
    (reading,) = read_grid(grid)
    told = [one for one in reading.problems if one.code == "S010"]
    assert [(one.cell, one.found) for one in told] == [(at.a1, "旧")]
    assert reading.record == record


@given(places)
def test_what_is_struck_as_a_whole_is_read_and_told(place: str) -> None:
    record, grid = our_workbook()
    at = spoilt(grid, place, {"aside": Aside(is_whole=True)})
    text = grid.sheets[0].text(at)
    (reading,) = read_grid(grid)
    told = [(one.cell, one.found) for one in reading.problems if one.code == "S011"]
    assert told == ([(at.a1, text)] if text else [])
    assert reading.record == record


def test_a_struck_part_of_a_label_is_quoted_too() -> None:
    _, grid = our_workbook()
    at = LAYOUT.labels[1].area.first
    cell = grid.sheets[0].cells[at]
    grid.sheets[0].cells[at] = cell._replace(aside=Aside(struck="原"))
    (reading,) = read_grid(grid)
    assert [(one.code, one.cell, one.found) for one in reading.problems] == [("S010", at.a1, "原")]


@pytest.mark.parametrize("hidden", ["rows", "columns", "sheet"])
def test_what_nobody_sees_is_read_and_told(hidden: str) -> None:
    record, grid = our_workbook()
    sheet = grid.sheets[0]
    if hidden == "rows":
        sheet.hidden_rows = frozenset({TABLE.first, TABLE.first + 1, TABLE.last})
    elif hidden == "columns":
        sheet.hidden_columns |= {TABLE.columns["level3"]}
    else:
        sheet.visible = False
    (reading,) = read_grid(grid)
    assert reading.record == record
    assert [one.code for one in reading.problems] == ["S011"]
    if hidden == "rows":
        assert f"第 {TABLE.first}、{TABLE.first + 1} 行" in reading.problems[0].message


FORMULAS = ['_xlfn.DISPIMG("ID_1",1)', 'DISPIMG("ID_1",1)', '_xlfn.IMAGE("http://x/y.png")']


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("place", ["overall_goal", "funds_fiscal", "value", "level3"])
@pytest.mark.parametrize("text", ["", '=DISPIMG("ID_1",1)'])
def test_a_picture_is_no_text(place: str, formula: str, text: str) -> None:
    _, grid = our_workbook()
    change = {"text": text, "formula": formula} if not text else {"text": text, "formula": None}
    at = spoilt(grid, place, change)
    (reading,) = read_grid(grid)
    told = [one for one in reading.problems if one.cell == at.a1 and "图片" in one.message]
    assert [one.code for one in told] == ["V001"]
    assert get(reading.record, told[0].pointer or "") is None


def test_what_is_printed_in_the_margin_is_quoted_unless_it_is_ours() -> None:
    record, grid = our_workbook()
    footer = FORM.footer(record["id"], None, None)
    grid.sheets[0].printed = ("已审核 张三", footer)
    (reading,) = read_grid(grid)
    assert [(one.code, one.found) for one in reading.problems] == [("S012", "已审核 张三")]


def foreign() -> Workbook:
    """The form retyped on a sheet, as somebody else has it."""
    grid = text_grid(FILLED.replace("|", "\t").encode())
    grid.sheets[0].name = "Sheet1"
    grid.is_text = False
    return grid


def test_a_sheet_of_notes_beside_a_foreign_copy_is_quoted_and_refuses_nothing() -> None:
    grid = foreign()
    (alone,) = read_grid(foreign())
    notes = Sheet("备注", {Address(1, 1): Cell("联系电话 5555 1234")}, comments={})
    notes.comments[Address(2, 2)] = "周五前"
    grid.sheets.insert(0, notes)
    (reading,) = read_grid(grid)
    (told,) = [one for one in reading.problems if one not in alone.problems]
    assert (told.code, told.sheet) == ("S012", "备注")
    assert told.found == "A1 联系电话 5555 1234\nB2 批注：周五前"
    assert reading.record == alone.record


def test_a_long_sheet_of_notes_is_one_finding() -> None:
    _, grid = our_workbook()
    cells = {Address(row, 1): Cell("很长的话" * 100) for row in range(1, 1000)}
    grid.sheets.append(Sheet("另", cells))
    (reading,) = read_grid(grid)
    (told,) = reading.problems
    assert "999 处" in told.message
    assert len(told.found or "") < 10_000


def test_helper_sheets_are_known_by_what_stands_on_them() -> None:
    record, grid = our_workbook()
    for number, sheet in enumerate(grid.sheets[1:], start=1):
        sheet.name = f"表{number}"
    copies = [Sheet(f"{one.name}_2", dict(one.cells)) for one in grid.sheets[1:]]
    grid.sheets += copies
    (reading,) = read_grid(grid)
    assert reading.record == record
    assert {one.code for one in reading.problems} == {"S008"}
    assert len(reading.problems) == 2 * len(copies)


def test_what_was_typed_on_a_renamed_helper_sheet_is_still_quoted() -> None:
    _, grid = our_workbook()
    sheet = next(one for one in grid.sheets if one.name == "填报说明")
    sheet.name = "说明"
    sheet.cells[Address(200, 3)] = Cell("请来电")
    (reading,) = read_grid(grid)
    quoted = [(one.sheet, one.found) for one in reading.problems if one.code == "S007"]
    assert quoted == [("说明", "请来电")]


# ---- names against labels, and what is no operator ----------------------------------


def swapped(grid: Workbook, *slots: str) -> None:
    """Amounts that were cut and pasted: the names move with them, the labels stay."""
    one, other = (field_name(slot) for slot in slots)
    grid.names[one], grid.names[other] = grid.names[other], grid.names[one]


@pytest.mark.parametrize(
    "slots", [("funds_fiscal", "funds_other"), ("funds_other", "funds_annual_other")]
)
def test_amounts_that_were_cut_and_pasted_are_read_by_their_labels(slots: tuple[str, str]) -> None:
    record, grid = our_workbook()
    swapped(grid, *slots)
    (reading,) = read_grid(grid)
    assert reading.record == record
    told = {(one.code, one.cell) for one in reading.problems}
    assert told == {("S008", SLOTS[slot].a1) for slot in slots}


def test_an_amount_that_was_pasted_over_another_one_is_read_by_its_label() -> None:
    record, grid = our_workbook()
    grid.names[field_name("funds_fiscal")] = grid.names.pop(field_name("funds_other"))
    (reading,) = read_grid(grid)
    assert reading.record == record
    assert {one.code for one in reading.problems} == {"S008"}


def in_row(grid: Workbook, **texts: str) -> None:
    for name, text in texts.items():
        spoilt(grid, name, {"text": text})


@pytest.mark.parametrize("text", ["按要求", "~", "大概", "！"])
def test_what_is_no_operator_is_an_error_at_its_cell(text: str) -> None:
    _, grid = our_workbook()
    in_row(grid, operator=text)
    (reading,) = read_grid(grid)
    told = [(one.code, one.cell, one.found) for one in reading.problems if one.code == "V001"]
    assert told == [("V001", Address(TABLE.first, TABLE.columns["operator"]).a1, text)]


@pytest.mark.parametrize(
    ("typed", "parts"),
    [("≥85", ("≥", "85", "公里")), (">=85公里", ("≥", "85", "公里"))],
)
def test_a_quantity_in_the_cell_of_the_operator_is_taken_apart_and_told(
    typed: str, parts: tuple[str, str, str]
) -> None:
    _, grid = our_workbook()
    in_row(grid, operator=typed, value="")
    (reading,) = read_grid(grid)
    assert reading.record is not None
    row = reading.record["indicators"][0]
    assert (row["operator"], row["value"], row["unit"]) == parts
    assert [(one.code, one.found) for one in reading.problems] == [("V002", typed)]
