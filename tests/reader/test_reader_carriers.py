"""What a workbook of ours is: told by its hidden sheet, its footer line or its properties."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from reading_samples import FORM, our_workbook, read_grid, record_of, structural

from xlsync.base.grid import Address, Cell
from xlsync.form.template import CHECK, SHEET
from xlsync.sources import xlsx
from xlsync.workbook.manifest import Manifest
from xlsync.writer import describe, splice

if TYPE_CHECKING:
    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.record import Record
    from xlsync.reader import Reading

FOOTER = FORM.layout(FORM.capacity()).footer.first
PLACES = {slot.name: slot.area.first for slot in FORM.layout(FORM.capacity()).slots}
ISSUE = {"round": "2023/一上", "issue": "2"}


@cache
def _written() -> bytes:
    record, _ = our_workbook()
    fixed = {"/project_name": record["project_name"], "/year": str(record["year"])}
    manifest = replace(describe(FORM, record), **ISSUE, fixed=fixed)
    return pickle.dumps((record, xlsx.read(splice(FORM, record, manifest))))


def issued() -> tuple[Record, Workbook]:
    """A record and the workbook that went out for it as the second one of a round."""
    made: tuple[Record, Workbook] = pickle.loads(_written())  # noqa: S301 - made above
    return made


def form_sheet(grid: Workbook) -> Sheet:
    return next(sheet for sheet in grid.sheets if sheet.name == FORM.template.sheet)


def only(grid: Workbook) -> Reading:
    (reading,) = read_grid(grid)
    return reading


LOST = {
    "the hidden sheet": ("hidden",),
    "the hidden sheet and the properties": ("hidden", "properties"),
    "the hidden sheet and the footer": ("hidden", "footer"),
    "the properties and the footer": ("properties", "footer"),
    "the names": ("names",),
    "the names and the hidden sheet": ("names", "hidden"),
    "the names, the hidden sheet and the properties": ("names", "hidden", "properties"),
    "the names, the hidden sheet and the footer": ("names", "hidden", "footer"),
    "the names and the footer": ("names", "footer"),
}


def lose(grid: Workbook, *what: str) -> None:
    if "hidden" in what:
        grid.sheets = [sheet for sheet in grid.sheets if sheet.name != SHEET]
    if "properties" in what:
        grid.properties.clear()
    if "footer" in what:
        del form_sheet(grid).cells[FOOTER]
    if "names" in what:
        grid.names.clear()


@pytest.mark.parametrize("what", LOST.values(), ids=LOST)
def test_whatever_is_left_tells_which_workbook_it_is(what: tuple[str, ...]) -> None:
    record, grid = issued()
    lose(grid, *what)
    reading = only(grid)
    assert (reading.record, reading.states_id) == (record, True)
    assert reading.manifest is not None
    said = (reading.manifest.record, reading.manifest.round, reading.manifest.issue)
    assert said == (record["id"], ISSUE["round"], ISSUE["issue"])
    assert {one.code for one in reading.problems} <= {"S001", "S007", "S008"}
    assert "S008" in {one.code for one in reading.problems} or what[0] != "hidden"


OTHER = "0123456789ab"


def test_a_footer_of_another_record_wins_and_is_told() -> None:
    _, grid = issued()
    form_sheet(grid).cells[FOOTER] = Cell(FORM.footer(OTHER, *ISSUE.values()))
    reading = only(grid)
    assert record_of(reading)["id"] == OTHER
    assert reading.manifest == Manifest(FORM.id, OTHER, **ISSUE)
    told = [(one.code, one.cell) for one in reading.problems]
    assert told == [("S008", FOOTER.a1)]


def test_properties_of_another_record_are_told() -> None:
    record, grid = issued()
    grid.properties["xlsync"] = f"{FORM.id}/{OTHER}"
    reading = only(grid)
    assert reading.record == record
    assert [one[0] for one in structural(reading.problems)] == ["S008"]
    assert OTHER in reading.problems[0].message


def test_a_fixed_value_that_was_changed_is_told_with_both_texts() -> None:
    record, grid = issued()
    assert only(grid).problems == []
    place = PLACES["project_name"]
    form_sheet(grid).cells[place] = Cell("河道疏浚")
    reading = only(grid)
    assert record_of(reading)["project_name"] == "河道疏浚"
    (told,) = reading.problems
    assert (told.code, told.cell, told.found) == ("S008", place.a1, "河道疏浚")
    assert record["project_name"] in told.message


def test_a_fixed_value_that_was_cleared_is_told() -> None:
    _, grid = issued()
    del form_sheet(grid).cells[PLACES["project_name"]]
    codes = {(one.code, one.cell) for one in only(grid).problems}
    assert ("S008", PLACES["project_name"].a1) in codes


def test_two_sheets_that_say_they_are_the_same_are_both_read() -> None:
    record, grid = issued()
    copy = pickle.loads(pickle.dumps(form_sheet(grid)))  # noqa: S301 - made in this line
    copy.name = "绩效目标申报表 (2)"
    copy.cells[PLACES["project_name"]] = Cell("河道疏浚")
    grid.sheets.append(copy)
    first, second = read_grid(grid)
    assert (first.record, first.problems) == (record, [])
    assert record_of(second)["id"] == record["id"]
    assert record_of(second)["project_name"] == "河道疏浚"
    assert second.sheet == copy.name
    assert first.sheet is not None
    assert first.sheet in second.problems[0].message


def test_sheets_of_several_workbooks_in_one_file_are_read_each() -> None:
    """The names of a sheet that was moved here are its own, or are gone."""
    record, grid = issued()
    for number, keeps_names in enumerate((True, False), start=2):
        moved = pickle.loads(pickle.dumps(form_sheet(grid)))  # noqa: S301 - made in this line
        moved.name = f"表{number}"
        moved.cells[FOOTER] = Cell(FORM.footer(OTHER[:-1] + str(number), *ISSUE.values()))
        grid.sheets.append(moved)
        if keeps_names:
            own = {f"{moved.name}!{name}": area for name, (_, area) in grid.names.items()}
            grid.names |= {name: (moved.name, area) for name, area in own.items()}
    readings = read_grid(grid)
    assert [record_of(one)["id"][-1] for one in readings] == [record["id"][-1], "2", "3"]
    assert [one.by for one in readings] == ["names", "names", "layout"]
    for one in readings:
        assert record_of(one) | {"id": record["id"]} == record
        assert {told.code for told in one.problems} <= {"S008"}


def test_a_foreign_form_on_another_sheet_of_ours_is_read_as_one() -> None:
    record, grid = issued()
    sheet = form_sheet(grid)
    moved = {
        Address(at.row + 3, at.column + 2): cell
        for at, cell in sheet.cells.items()
        if at != FOOTER and at.column < 9 and cell.formula is None
    }
    moved[Address(PLACES["project_name"].row + 3, PLACES["project_name"].column + 2)] = Cell("甲")
    grid.sheets.append(replace(sheet, name="手填", cells=moved, merges=[], protected=False))
    first, second = read_grid(grid)
    assert first.record == record
    assert (second.by, second.sheet, second.states_id) == ("labels", "手填", False)
    assert record_of(second)["project_name"] == "甲"


def test_a_text_on_a_helper_sheet_is_quoted_though_the_sheet_was_met_as_we_left_it() -> None:
    _, grid = issued()
    only(grid)
    helper = next(sheet for sheet in grid.sheets if sheet.name == CHECK)
    text, formula = (
        next(at for at, cell in helper.cells.items() if (cell.formula is None) is is_text)
        for is_text in (True, False)
    )
    helper.cells |= {text: Cell("看这里"), formula: helper.cells[formula]._replace(text="7")}
    assert [one.found for one in only(grid).problems if one.sheet == CHECK] == ["看这里"]


def test_of_two_hidden_sheets_of_one_name_only_the_true_one_is_silent() -> None:
    _, grid = issued()
    forged = replace(next(one for one in grid.sheets if one.name == SHEET))
    forged.cells = {**forged.cells, Address(2, 2): Cell("别的表")}
    grid.sheets.append(forged)
    assert "别的表" in [one.found for one in only(grid).problems if one.sheet == SHEET]
