"""Workbooks of ours, spoilt as staff and their programs spoil them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reading_samples import (
    FILLED,
    FORM,
    HEAD,
    HEADINGS,
    TITLE,
    brief,
    our_workbook,
    read_grid,
    record_of,
    structural,
)

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet
from xlsync.form.template import LISTS, SHEET
from xlsync.workbook.manifest import Manifest, field_name, table_name

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.base.record import Json
    from xlsync.reader import Reading

NAME = FORM.template.sheet
LAYOUT = FORM.layout(FORM.capacity())
(TABLE,) = LAYOUT.tables
SLOTS = {slot.name: slot.area.first for slot in LAYOUT.slots}
FOOTER = LAYOUT.footer.first


def form_sheet(grid: Workbook) -> Sheet:
    return next(sheet for sheet in grid.sheets if sheet.name == NAME)


def type_in(grid: Workbook, address: Address, text: str, kind: Kind = Kind.TEXT) -> None:
    form_sheet(grid).cells[address] = Cell(text, kind, locked=False)


def read_only(grid: Workbook) -> Reading:
    (reading,) = read_grid(grid)
    return reading


def cell_of(column: str, index: int) -> Address:
    """The cell of a table's column in the row of an item."""
    return Address(TABLE.first + index, TABLE.columns[column])


def insert_rows(grid: Workbook, row: int, count: int = 1) -> None:
    """Insert rows as an office program does: what lies below moves, what spans them grows."""
    sheet = form_sheet(grid)
    shifted = {
        address.moved(count) if address.row >= row else address: cell
        for address, cell in sheet.cells.items()
    }
    sheet.cells = {address: followed(cell, row, count) for address, cell in shifted.items()}
    for name, (sheet_name, area) in grid.names.items():
        if sheet_name == NAME:
            top = area.top + count if area.top >= row else area.top
            bottom = area.bottom + count if area.bottom >= row else area.bottom
            grid.names[name] = (NAME, area._replace(top=top, bottom=bottom))


def followed(cell: Cell, row: int, count: int) -> Cell:
    """The cell with the references of its formula moved along."""
    if cell.formula is None:
        return cell

    def moved(match: re.Match[str]) -> str:
        below = int(match[1]) >= row
        return f"${int(match[1]) + count * below}"

    return cell._replace(formula=re.sub(r"(?<=[A-Z])\$(\d+)", moved, cell.formula))


def insert_column(grid: Workbook, column: int) -> None:
    sheet = form_sheet(grid)
    sheet.cells = {
        address.moved(0, 1) if address.column >= column else address: cell
        for address, cell in sheet.cells.items()
    }
    for name, (sheet_name, area) in grid.names.items():
        if sheet_name == NAME:
            left = area.left + 1 if area.left >= column else area.left
            right = area.right + 1 if area.right >= column else area.right
            grid.names[name] = (NAME, area._replace(left=left, right=right))
    sheet.hidden_columns = frozenset(one + (one >= column) for one in sheet.hidden_columns)


def test_a_workbook_of_ours_reads_without_a_word() -> None:
    record, grid = our_workbook()
    reading = read_only(grid)
    assert (reading.record, reading.problems, reading.states_id) == (record, [], True)
    assert reading.sheet == NAME
    assert reading.places["/project_name"] == SLOTS["project_name"]
    assert reading.places["/indicators/1/value"] == cell_of("value", 1)


@pytest.mark.parametrize("row", [1, 3, 8, TABLE.area.top, FOOTER.row])
def test_rows_inserted_beside_the_table_change_nothing(row: int) -> None:
    record, grid = our_workbook()
    insert_rows(grid, row, 2)
    reading = read_only(grid)
    assert (reading.record, structural(reading.problems)) == (record, [])


@pytest.mark.parametrize("index", [0, 1, 4, 5])
def test_a_row_inserted_in_the_table_can_be_filled(index: int) -> None:
    record, grid = our_workbook()
    insert_rows(grid, TABLE.first + index)
    for column, text in (
        ("level1", "产出指标"),
        ("level2", "成本指标"),
        ("level3", "单价"),
        ("value", "低"),
    ):
        type_in(grid, cell_of(column, index), text)
    reading = read_only(grid)
    rows = record_of(reading)["indicators"]
    assert rows[index]["level3"] == "单价"
    assert rows[:index] + rows[index + 1 :] == record["indicators"]
    # The caption stands in the table's first row; a row inserted above it takes its place.
    moved = {"S001", "S007"} if index == 0 else set()
    assert {one[0] for one in structural(reading.problems)} == moved


def test_blank_rows_between_items_are_passed_over() -> None:
    record, grid = our_workbook()
    insert_rows(grid, TABLE.first + 2, 5)
    assert read_only(grid).record == record


def test_a_column_inserted_changes_no_value() -> None:
    record, grid = our_workbook()
    insert_column(grid, 1)
    reading = read_only(grid)
    assert reading.record == record
    # Here the totals still add up the cells of the columns before: that is told.
    assert {one[0] for one in structural(reading.problems)} == {"S008"}


def test_sheets_renamed_and_in_another_order() -> None:
    record, grid = our_workbook()
    form_sheet(grid).name = "Sheet1"
    grid.names = {
        name: ("Sheet1" if sheet == NAME else sheet, area)
        for name, (sheet, area) in grid.names.items()
    }
    grid.sheets.reverse()
    reading = read_only(grid)
    assert (reading.record, reading.sheet, structural(reading.problems)) == (record, "Sheet1", [])


LABELS = [
    label
    for label in LAYOUT.labels
    if label.text and not (label.area.top == TABLE.first and label.area.left == TABLE.caption)
]


@pytest.mark.parametrize("label", LABELS, ids=[label.area.a1 for label in LABELS])
def test_a_changed_label_is_told_with_both_texts(label: object) -> None:
    assert hasattr(label, "area")
    record, grid = our_workbook()
    type_in(grid, label.area.first, "某某")
    reading = read_only(grid)
    assert reading.record == record
    (told,) = reading.problems
    assert (told.code, told.sheet, told.cell) == ("S001", NAME, label.area.first.a1)
    assert told.found == "某某"


def test_a_deleted_label_is_told() -> None:
    record, grid = our_workbook()
    del form_sheet(grid).cells[LABELS[0].area.first]
    reading = read_only(grid)
    assert reading.record == record
    (told,) = reading.problems
    assert (told.code, told.cell, told.found) == ("S001", LABELS[0].area.first.a1, None)
    assert TITLE in told.message


BLANKS = [label.area.first for label in LAYOUT.labels if not label.text]
OUTSIDE = [
    Address(FOOTER.row + 3, 2),
    Address(5, 20),
    SLOTS["project_name"].moved(0, 1),
    Address(TABLE.first + 3, TABLE.caption),
    Address(TABLE.last + 1, 2) if TABLE.last + 1 != FOOTER.row else Address(FOOTER.row, 3),
    Address(TABLE.first + 20, len(FORM.template.columns) + 1),
]


@pytest.mark.parametrize("address", BLANKS + OUTSIDE, ids=lambda address: address.a1)
def test_a_text_where_the_form_has_none_is_quoted(address: Address) -> None:
    record, grid = our_workbook()
    type_in(grid, address, "另见附件")
    reading = read_only(grid)
    assert reading.record == record
    assert structural(reading.problems) == [("S007", address.a1, "另见附件")]


def test_a_formula_without_a_result_where_the_form_has_none_is_quoted() -> None:
    _, grid = our_workbook()
    form_sheet(grid).cells[Address(3, 20)] = Cell("", formula="1+1")
    assert structural(read_only(grid).problems) == [("S007", "T3", "=1+1")]


def test_a_comment_is_quoted() -> None:
    record, grid = our_workbook()
    form_sheet(grid).comments[SLOTS["project_name"]] = "名称待定"
    grid.sheets[1].comments[Address(1, 1)] = "看不懂"
    reading = read_only(grid)
    assert reading.record == record
    assert structural(reading.problems) == [
        ("S007", SLOTS["project_name"].a1, "名称待定"),
        ("S007", "A1", "看不懂"),
    ]


def test_a_sheet_of_somebody_else_is_quoted_and_refuses_nothing() -> None:
    record, grid = our_workbook()
    grid.sheets.append(
        Sheet("测算", {Address(1, 1): Cell("人工"), Address(2, 1): Cell("", formula="A1*2")})
    )
    reading = read_only(grid)
    assert reading.record == record
    assert [(one.code, one.sheet, one.cell, one.found) for one in reading.problems] == [
        ("S012", "测算", "A1", "A1 人工\nA2 =A1*2"),
    ]


def test_a_lifted_protection_is_told() -> None:
    record, grid = our_workbook()
    form_sheet(grid).protected = False
    reading = read_only(grid)
    assert reading.record == record
    assert [(one.code, one.sheet, one.cell) for one in reading.problems] == [("S008", NAME, None)]


def test_a_changed_option_is_told() -> None:
    record, grid = our_workbook()
    lists = next(sheet for sheet in grid.sheets if sheet.name == LISTS)
    lists.cells[Address(1, 1)] = Cell("长期项目")
    reading = read_only(grid)
    assert reading.record == record
    assert [(one.code, one.sheet, one.cell, one.found) for one in reading.problems] == [
        ("S007", LISTS, "A1", "长期项目")
    ]


def without(grid: Workbook, *names: str) -> Workbook:
    grid.sheets = [sheet for sheet in grid.sheets if sheet.name not in names]
    return grid


def test_without_the_manifest_names_and_footer_tell_what_it_is() -> None:
    record, grid = our_workbook()
    reading = read_only(without(grid, SHEET))
    assert (reading.record, reading.states_id) == (record, True)
    assert [one[0] for one in structural(reading.problems)] == ["S008"]


def test_a_changed_manifest_is_told_and_quoted() -> None:
    record, grid = our_workbook()
    hidden = next(sheet for sheet in grid.sheets if sheet.name == SHEET)
    row = next(at.row for at, cell in hidden.cells.items() if cell.text == record["id"])
    hidden.cells[Address(row, 2)] = Cell("another")
    reading = read_only(grid)
    assert reading.record == record
    codes = {one.code for one in reading.problems}
    assert codes == {"S007", "S008"}
    assert "another" in [one.found for one in reading.problems if one.sheet == SHEET]


def test_a_note_on_the_hidden_sheet_is_quoted() -> None:
    record, grid = our_workbook()
    hidden = next(sheet for sheet in grid.sheets if sheet.name == SHEET)
    hidden.cells[Address(1, 3)] = Cell("甲")
    reading = read_only(grid)
    assert reading.record == record
    assert structural(reading.problems) == [("S007", "C1", "甲")]


def test_without_names_the_labels_lead_to_the_values() -> None:
    record, grid = our_workbook()
    grid.names.clear()
    reading = read_only(grid)
    assert (reading.record, reading.states_id) == (record, True)
    assert [one[0] for one in structural(reading.problems)] == ["S008"]


def test_the_form_sheet_alone_in_another_file_still_says_what_it_is() -> None:
    record, grid = our_workbook()
    grid.sheets = [form_sheet(grid)]
    grid.names.clear()
    grid.properties.clear()
    reading = read_only(grid)
    assert (reading.record, reading.problems, reading.states_id) == (record, [], True)
    assert (reading.by, reading.manifest) == ("labels", Manifest(FORM.id, record["id"]))


def test_without_manifest_names_and_footer_a_new_id_is_made_from_content() -> None:
    record, grid = our_workbook()
    grid.sheets = [form_sheet(grid)]
    grid.names.clear()
    grid.properties.clear()
    del grid.sheets[0].cells[FOOTER]
    reading = read_only(grid)
    assert (reading.record, reading.states_id) == (record, False)


def test_another_form_in_the_names_is_not_taken_for_ours() -> None:
    _, grid = our_workbook()
    without(grid, SHEET)
    grid.properties.clear()
    type_in(grid, FOOTER, "表单 another-form　编号 x")
    reading = read_only(grid)
    assert not reading.states_id
    assert "表单 another-form　编号 x" in [one.found for one in reading.problems]


def test_two_names_on_one_cell_are_not_believed() -> None:
    record, grid = our_workbook()
    grid.names[field_name("implementing_unit")] = grid.names[field_name("project_name")]
    reading = read_only(grid)
    assert reading.record == record
    assert [one[0] for one in structural(reading.problems)] == ["S008"]


def test_a_value_that_was_cut_and_pasted_elsewhere_is_followed_and_told() -> None:
    record, grid = our_workbook()
    target = Address(4, 12)
    sheet = form_sheet(grid)
    sheet.cells[target] = sheet.cells.pop(SLOTS["project_name"])
    grid.names[field_name("project_name")] = (NAME, Area(*target, *target))
    reading = read_only(grid)
    assert reading.record == record
    assert [(one.code, one.cell) for one in reading.problems] == [("S008", "L4")]


def test_a_name_that_leads_to_no_sheet_is_not_believed() -> None:
    record, grid = our_workbook()
    grid.names[table_name("indicators")] = ("gone", TABLE.area)
    assert read_only(grid).record == record


# what is typed into the value of the first item: level, name, …; and what is told
TYPED: list[tuple[str, Cell, Json, list[str]]] = [
    ("level3", Cell("  长度 "), "长度", ["S003"]),
    ("level1", Cell("产出 指标"), "产出指标", ["S003"]),
    ("operator", Cell("不低于"), "≥", []),
    ("operator", Cell("定性"), None, ["I007"]),
    ("unit", Cell("％"), "%", []),
    ("value", Cell("0.5", Kind.NUMBER, "0%"), None, ["V001"]),
    ("value", Cell("0.5", Kind.NUMBER), "0.5", []),
    ("value", Cell("12", Kind.NUMBER, "@"), "12", []),
    ("value", Cell("2023-05-06", Kind.DATE), None, ["V001"]),
    ("value", Cell("#DIV/0!", Kind.ERROR), None, ["V001"]),
    ("value", Cell("12", Kind.NUMBER, formula="3*4"), "12", ["S008"]),
    ("value", Cell("", formula="3*4"), None, ["V001"]),
    ("value", Cell("<p>12</p>"), "12", ["S003"]),
]


@pytest.mark.parametrize(("column", "cell", "value", "codes"), TYPED)
def test_a_cell_of_the_table_as_it_comes_back(
    column: str, cell: Cell, value: Json, codes: list[str]
) -> None:
    _, grid = our_workbook()
    form_sheet(grid).cells[cell_of(column, 0)] = cell
    reading = read_only(grid)
    assert record_of(reading)["indicators"][0][column] == value
    told = [one for one in reading.problems if one.cell == cell_of(column, 0).a1]
    assert sorted(one.code for one in told if one.code != "I008") == sorted(codes)


def test_a_blank_level_is_inherited_and_told() -> None:
    record, grid = our_workbook()
    del form_sheet(grid).cells[cell_of("level1", 1)]
    reading = read_only(grid)
    assert reading.record == record
    assert [(one.code, one.cell) for one in reading.problems] == [("S004", cell_of("level1", 1).a1)]


def test_a_row_that_says_nothing_readable_is_quoted_and_the_rest_is_read() -> None:
    record, grid = our_workbook()
    type_in(grid, cell_of("operator", 7), "定性")
    type_in(grid, cell_of("value", 7), "#REF!", Kind.ERROR)
    type_in(grid, cell_of("value", 9), "\u200b")
    reading = read_only(grid)
    assert reading.record == record
    assert structural(reading.problems) == [
        ("S007", cell_of("operator", 7).a1, "定性"),
        ("S007", cell_of("value", 7).a1, "#REF!"),
        ("S007", cell_of("value", 9).a1, "\u200b"),
    ]


def test_a_deleted_row_is_gone_and_the_others_keep_their_ids() -> None:
    record, grid = our_workbook()
    for column in range(1, len(FORM.template.columns) + 2):
        form_sheet(grid).cells.pop(Address(TABLE.first + 1, column), None)
    rows = record_of(read_only(grid))["indicators"]
    assert rows == record["indicators"][:1] + record["indicators"][2:]


def test_a_copied_row_gets_an_id_of_its_own() -> None:
    record, grid = our_workbook()
    cells = form_sheet(grid).cells
    for column in range(1, len(FORM.template.columns) + 2):
        source = Address(TABLE.first + 1, column)
        if source in cells:
            cells[Address(TABLE.first + 5, column)] = cells[source]
    rows = record_of(read_only(grid))["indicators"]
    assert rows[:5] == record["indicators"]
    assert {key: rows[5][key] for key in rows[5] if key != "id"} == {
        key: rows[1][key] for key in rows[1] if key != "id"
    }
    assert len({row["id"] for row in rows}) == 6


def test_a_text_in_the_place_of_a_row_id_is_quoted() -> None:
    record, grid = our_workbook()
    place = Address(TABLE.first, len(FORM.template.columns) + 1)
    type_in(grid, place, "请 看")
    reading = read_only(grid)
    assert record_of(reading)["indicators"] == record["indicators"]
    assert structural(reading.problems) == [("S007", place.a1, "请 看")]


def test_rows_typed_into_a_table_that_was_absent_are_read() -> None:
    _, grid = our_workbook(HEAD + HEADINGS)
    for column, text in (
        ("level1", "产出指标"),
        ("level2", "数量指标"),
        ("level3", "长度"),
        ("value", "5"),
    ):
        type_in(grid, cell_of(column, 0), text)
    assert [row["level3"] for row in record_of(read_only(grid))["indicators"]] == ["长度"]


def test_all_problems_come_in_the_order_of_the_sheets() -> None:
    _, grid = our_workbook()
    type_in(grid, Address(30, 15), "下")
    type_in(grid, Address(2, 15), "上")
    type_in(grid, SLOTS["planned_start"], "年初")
    grid.sheets.append(Sheet("另", {Address(1, 1): Cell("另")}))
    form_sheet(grid).protected = False
    found = [(one.code, one.sheet, one.found) for one in read_only(grid).problems]
    assert found == [
        ("S008", NAME, None),
        ("S007", NAME, "上"),
        ("D001", NAME, "年初"),
        ("S007", NAME, "下"),
        ("S012", "另", "另"),
    ]


def test_a_blank_workbook_is_a_record_without_values() -> None:
    _, grid = our_workbook()
    record = record_of(read_only(grid))
    for address in SLOTS.values():
        form_sheet(grid).cells.pop(address, None)
    for address in Area(TABLE.first, 2, TABLE.last, len(FORM.template.columns) + 1).cells():
        form_sheet(grid).cells.pop(address, None)
    reading = read_only(grid)
    blank = record_of(reading)
    assert blank["id"] == record["id"]
    assert blank["funds"] == dict.fromkeys(record["funds"])
    assert (blank["project_name"], blank["indicators"]) == (None, [])
    assert {one.code for one in reading.problems} <= {"F001", "I004", "I005", "I006"}


def test_a_foreign_copy_is_read_by_its_labels() -> None:
    """What somebody has typed from the paper: no names, no ids, nothing locked."""
    cells = {
        Address(row, column): Cell(piece)
        for row, line in enumerate(FILLED.split("\n"), start=1)
        for column, piece in enumerate(line.split("|"), start=1)
        if piece
    }
    _, grid = our_workbook()
    record = record_of(read_only(grid))
    copy = replace(grid, sheets=[Sheet("Sheet1", cells)], names={}, properties={})
    copy.sheets[0].comments = {Address(1, 1): "在标题上", Address(99, 1): "在表下"}
    reading = read_only(copy)
    assert (reading.record, reading.sheet) == (record, "Sheet1")
    assert brief(reading.problems) == [("S007", "A1", "在标题上"), ("S007", "A99", "在表下")]


def test_a_file_without_a_form_quotes_every_sheet() -> None:
    _, grid = our_workbook()
    sheets = [Sheet("一", {Address(1, 1): Cell("甲")}), Sheet("二", comments={Address(1, 1): "乙"})]
    found = [brief(one.problems) for one in read_grid(replace(grid, sheets=sheets, names={}))]
    assert found == [[("X003", None, None)], [("S007", "A1", "甲")], [("S007", "A1", "乙")]]


def test_a_serial_number_of_a_1904_workbook_is_counted_from_there() -> None:
    _, grid = our_workbook()
    form_sheet(grid).is_1904 = True
    type_in(grid, SLOTS["planned_start"], "43469", Kind.NUMBER)
    type_in(grid, SLOTS["funds_other"], "43469", Kind.NUMBER)
    reading = read_only(grid)
    assert record_of(reading)["planned_start"] == "2023-01-05"
    assert record_of(reading)["funds"]["other"] == "43469.00"
    told = [(one.code, one.cell) for one in reading.problems if one.code == "V002"]
    assert told == [("V002", SLOTS["planned_start"].a1)]


@pytest.mark.parametrize("text", ["（2024年度）", "2024年", "２０２４"])
def test_a_year_is_read_with_the_words_around_it(text: str) -> None:
    _, grid = our_workbook()
    type_in(grid, SLOTS["year"], text)
    assert record_of(read_only(grid))["year"] == 2024
