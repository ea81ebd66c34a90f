"""Official forms of the country as others fill them: read by labels, told apart by content."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest
import xlwt
from carriers import as_ods
from reading_samples import FORMS

from xlsync.exchange.workbooks import workbook
from xlsync.reader import Reading, read
from xlsync.sources import open_file, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[2] / "samples" / "official-families"
FAMILIES = sorted(path.name for path in SAMPLES.glob("*.xlsx"))


def read_changed(name: str, changes: dict[str, str]) -> Reading:
    """The one form of a sample whose texts were changed."""
    grid = xlsx.read((SAMPLES / name).read_bytes())
    (sheet,) = grid.sheets
    for place, cell in list(sheet.cells.items()):
        if cell.text in changes:
            sheet.cells[place] = cell._replace(text=changes[cell.text])
    (reading,) = read(list(FORMS.values()), grid)
    return reading


def as_document(path: Path) -> bytes:
    """The same form as a table in Word, its cells merged as on the sheet."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    made = docx.Document()
    table = made.add_table(sheet.max_row, sheet.max_column)
    rows = [row.cells for row in table.rows]
    merged = {one.start_cell.coordinate: one for one in sheet.merged_cells.ranges}
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.value is None:
            continue
        place = rows[cell.row - 1][cell.column - 1]
        area = merged.get(cell.coordinate)
        if area is not None:
            place = place.merge(rows[area.max_row - 1][area.max_col - 1])
        place.text = str(cell.value)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def as_old_workbook(path: Path) -> bytes:
    """The same form as an .xls file, without its merges."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    book = xlwt.Workbook()
    made = book.add_sheet("表")
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.value is not None:
            made.write(cell.row - 1, cell.column - 1, cell.value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_open_document(path: Path) -> bytes:
    """The same form as an .ods file, every cell a text."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    shown = (["" if one is None else str(one) for one in row] for row in sheet.values)
    return as_ods([[text.removesuffix(" 00:00:00") for text in row] for row in shown])


def the_form(ending: str, data: bytes) -> Reading:
    readings = read(list(FORMS.values()), open_file(ending, data))
    (reading,) = [one for one in readings if one.form]
    return reading


def of_sample(name: str) -> Reading:
    return the_form(".xlsx", (SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    ("make", "ending"),
    [(as_document, ".docx"), (as_old_workbook, ".xls"), (as_open_document, ".ods")],
    ids=["docx", "xls", "ods"],
)
def test_a_copy_in_another_format_says_the_same(
    name: str, make: Callable[[Path], bytes], ending: str
) -> None:
    expected = of_sample(name)
    reading = the_form(ending, make(SAMPLES / name))
    assert reading.form == expected.form
    assert reading.record == expected.record


@pytest.mark.parametrize("name", FAMILIES)
def test_a_foreign_record_goes_through_a_workbook_of_ours(name: str) -> None:
    made = of_sample(name)
    form = FORMS[made.form or ""]
    data = workbook(form, form.identified(made.record or {}))
    (reading,) = read(list(FORMS.values()), xlsx.read(data))
    assert reading.record == made.record
    codes = [one.code for one in made.problems if one.code not in {"X008", "S003"}]
    assert [one.code for one in reading.problems] == codes
    # The sheet alone, its names and its manifest gone: read by labels, and still the same.
    grid = xlsx.read(data)
    grid.names.clear()
    grid.sheets = [sheet for sheet in grid.sheets if sheet.name == form.template.sheet]
    (by_labels,) = read(list(FORMS.values()), grid)
    assert (by_labels.form, by_labels.record) == (form.id, made.record)


def test_the_unit_tells_two_self_evaluations_apart() -> None:
    name, label = "self-evaluation-2020.xlsx", "项目资金\n（万元）"
    assert read_changed(name, {}).form == "project-self-evaluation-central-2020"
    figures = {"960.5": "9605000", "912.48": "9124800", "800": "8000000", "760.3": "7603000"}
    figures |= {"120.5": "1205000", "40": "400000", "31.68": "316800"}
    other = read_changed(name, {label: "项目资金\n（元）", **figures})
    assert other.form == "project-self-evaluation-2023"
    assert other.record is not None
    assert other.record["funds"]["annual_total"]["budget"] == "9605000.00"


def test_where_nothing_tells_the_unit_no_form_is_chosen() -> None:
    figures = {"960.5": "960500", "912.48": "912480", "800": "800000", "760.3": "760300"}
    figures |= {"120.5": "120500", "40": "40000", "31.68": "31680"}
    name, label = "self-evaluation-2020.xlsx", "项目资金\n（万元）"
    reading = read_changed(name, {label: "项目资金", **figures})
    assert (reading.form, reading.record) == (None, None)
    assert [one.code for one in reading.problems] == ["S005"]
    assert "分不清" in reading.problems[0].message


def test_boxes_say_what_was_chosen() -> None:
    name, boxes = "county-2016.xlsx", "新增项目 □\u3000延续项目 ☑"
    for text, value in (
        ("☑新增项目 □延续项目", "新增"),
        ("新增□ 延续□", None),
        ("新增■ 延续□", "新增"),
        ("延续", "延续"),
    ):
        record = read_changed(name, {boxes: text}).record or {}
        assert record["project_nature"] == value
    both = read_changed(name, {boxes: "新增☑ 延续☑"})
    assert (both.record or {})["project_nature"] is None
    assert [one.message for one in both.problems if one.code == "V001"] == [
        "“项目属性”勾选了 2 项（新增、延续），只能选一项，未读入。"
    ]


def test_labels_may_share_a_cell_with_their_values() -> None:
    name, line = "county-2016.xlsx", "填报人：        单位负责人：        填报日期："
    filled = "填报人：周某　　单位负责人（签字）：吴某　　填报日期：2024-03-15"
    record = read_changed(name, {line: filled}).record or {}
    assert (record["preparer"], record["unit_head"], record["reported_on"]) == (
        "周某",
        "吴某",
        "2024-03-15",
    )


def test_two_options_ticked_in_a_row_are_none() -> None:
    reading = read_changed("monitoring-2019.xlsx", {"60%": "60%", "未测评": "√"})
    assert (reading.record or {})["indicators"][4]["reached"] == "√"
    grid = xlsx.read((SAMPLES / "monitoring-2019.xlsx").read_bytes())
    (sheet,) = grid.sheets
    (first,) = [place for place, cell in sheet.cells.items() if cell.text == "有可能"]
    sheet.cells[first._replace(row=first.row + 1)] = sheet.cells[first]._replace(text="√")
    (reading,) = read(list(FORMS.values()), grid)
    assert "确定能、有可能" in str([one.found for one in reading.problems])
