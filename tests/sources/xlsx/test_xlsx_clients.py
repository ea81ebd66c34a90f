"""The reader against openpyxl and calamine, on workbooks of three writers.

Where the three differ, the test says which of them is right and why; the same list stands in
docs/reading-xlsx.md.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.workbook.defined_name import DefinedName
from xlsx_parts import packed, parts, read_parts, strings, styles

from xlsync.base.grid import Address, Area, Cell, Kind
from xlsync.sources.xlsx import read

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.grid import Workbook

# The packages written by hand in these tests hold what they are about and no more.
pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style")

TEXTS = [
    "文字",
    " 两端 ",
    "一\n二",
    "=100.00 (%)",
    "0012",
    "<b>&amp;</b>",
    "½",
    "\u3000\u00a0\u200b",
    "😀",
]
NUMBERS = [0, -1.5, 490000000.005, 1e-7, 12345678901234.5]
DATES = [date(2023, 1, 1), datetime(2023, 12, 31, 8, 30)]  # noqa: DTZ001


def by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("申报表")
        dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "locked": False})
        for row, text in enumerate(TEXTS):
            sheet.write_string(row, 0, text)
        for row, number in enumerate(NUMBERS):
            sheet.write_number(row, 1, number)
        for row, day in enumerate(DATES):
            sheet.write_datetime(row, 2, day, dated)
        sheet.write(0, 3, True)  # noqa: FBT003 - XlsxWriter takes it by position
        sheet.write_formula(1, 3, "=SUM(B1:B2)", None, -1.5)
        sheet.merge_range(20, 0, 21, 3, "合并")
        sheet.write_comment(0, 0, "批注一\n二")
        sheet.protect()
        book.add_worksheet("隐藏").hide()
        book.add_worksheet("_xlsync").very_hidden()
        book.define_name("xs_total", "=申报表!$B$1:$B$3")
        book.set_properties({"category": "xlsync:1"})
        book.set_custom_property("记录", "一")
    return buffer.getvalue()


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "申报表"
    for row, text in enumerate(TEXTS, 1):
        sheet.cell(row, 1).value = text
        sheet.cell(row, 1).data_type = "s"
    for row, number in enumerate(NUMBERS, 1):
        sheet.cell(row, 2, number)
    for row, day in enumerate(DATES, 1):
        cell = sheet.cell(row, 3, day)
        cell.number_format = "yyyy-mm-dd hh:mm"
        cell.protection = Protection(locked=False)
    sheet["D1"] = True
    sheet["D2"] = "=SUM(B1:B2)"
    sheet["A21"] = "合并"
    sheet.merge_cells("A21:D22")
    sheet["A1"].comment = Comment("批注一\n二", "审核")
    sheet.protection.sheet = True
    book.create_sheet("隐藏").sheet_state = "hidden"
    book.create_sheet("_xlsync").sheet_state = "veryHidden"
    book.defined_names["xs_total"] = DefinedName("xs_total", attr_text="申报表!$B$1:$B$3")
    book.properties.category = "xlsync:1"
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="记录", value="一"))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_libreoffice(folder: Path, suffix: str = "xlsx") -> bytes:
    if shutil.which("soffice") is None:
        if os.environ.get("XLSYNC_REQUIRE_CLIENTS") == "1":
            pytest.fail("soffice is required and not on the PATH")
        pytest.skip("soffice is not on the PATH")
    source = folder / "source.xlsx"
    source.write_bytes(by_xlsxwriter())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    # Unless told (76 is UTF-8), it writes a text in the characters of the machine's language.
    kind = "csv:Text - txt - csv (StarCalc):44,34,76" if suffix == "csv" else suffix
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir"]
    subprocess.run([*command, folder / "out", source], check=True, capture_output=True, timeout=120)
    return (folder / "out" / f"source.{suffix}").read_bytes()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs of LibreOffice: making its profile takes most of a run's time."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(
    scope="module",
    params=["xlsxwriter", "openpyxl", pytest.param("libreoffice", marks=pytest.mark.client)],
)
def data(request: pytest.FixtureRequest, office: Path) -> bytes:
    if request.param == "libreoffice":
        return by_libreoffice(office)
    return by_xlsxwriter() if request.param == "xlsxwriter" else by_openpyxl()


@pytest.fixture(scope="module")
def ours(data: bytes) -> Workbook:
    found = read(data)
    assert found.problems == []
    return found


def value_of(cell: Cell) -> object:
    """What openpyxl would call the value of a cell."""
    if cell.formula is not None:
        return f"={cell.formula}"
    if cell.kind is Kind.NUMBER:
        return float(cell.text)
    if cell.kind is Kind.DATE:
        return datetime.fromisoformat(cell.text)
    return cell.text == "TRUE" if cell.kind is Kind.BOOLEAN else cell.text


def test_values_formats_and_locks_are_those_of_openpyxl(data: bytes, ours: Workbook) -> None:
    theirs = openpyxl.load_workbook(io.BytesIO(data))
    assert theirs.sheetnames == [sheet.name for sheet in ours.sheets]
    for sheet in ours.sheets:
        seen = {}
        for cell in (cell for row in theirs[sheet.name].iter_rows() for cell in row):
            if cell.value is not None:
                place = Address(cell.row, cell.column)
                seen[place] = (cell.value, cell.number_format, cell.protection.locked)
        assert seen == {
            place: (value_of(cell), cell.number_format, cell.locked)
            for place, cell in sheet.cells.items()
        }


def test_the_rest_of_the_sheets_is_that_of_openpyxl(data: bytes, ours: Workbook) -> None:
    theirs = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in ours.sheets:
        other: Any = theirs[sheet.name]
        assert {area.a1 for area in sheet.merges} == {
            str(area) for area in other.merged_cells.ranges
        }
        assert sheet.visible is (other.sheet_state == "visible")
        assert sheet.protected is other.protection.sheet
        comments = {
            Address(cell.row, cell.column): cell.comment.text
            for row in other.iter_rows()
            for cell in row
            if cell.comment
        }
        assert sheet.comments == comments
    assert ours.names["xs_total"] == (
        "申报表",
        Area.parse(theirs.defined_names["xs_total"].attr_text.partition("!")[2]),
    )
    assert ours.properties["category"] == theirs.properties.category == "xlsync:1"
    assert ours.properties["记录"] == theirs.custom_doc_props["记录"].value == "一"


def test_the_values_are_those_that_were_written(ours: Workbook) -> None:
    sheet = ours.sheets[0]
    assert [sheet.text(Address(row, 1)) for row in range(1, len(TEXTS) + 1)] == TEXTS
    numbers = [float(sheet.text(Address(row, 2))) for row in range(1, len(NUMBERS) + 1)]
    assert numbers == NUMBERS
    assert sheet.text(Address(1, 3)) == "2023-01-01"
    assert sheet.text(Address(2, 3)) == "2023-12-31T08:30:00"
    assert sheet.cells[Address(2, 4)].formula == "SUM(B1:B2)"
    assert [sheet.visible for sheet in ours.sheets] == [True, False, False]
    assert sheet.protected
    assert sheet.comments == {Address(1, 1): "批注一\n二"}


def test_values_are_those_of_calamine(data: bytes, ours: Workbook) -> None:
    theirs = python_calamine.load_workbook(io.BytesIO(data))
    assert theirs.sheet_names == [sheet.name for sheet in ours.sheets]
    sheet = ours.sheets[0]
    rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    for place, cell in sheet.cells.items():
        if cell.formula is None:
            seen = rows[place.row - 1][place.column - 1]
            if isinstance(seen, date) and not isinstance(seen, datetime):
                seen = datetime.combine(seen, datetime.min.time())
            assert seen == value_of(cell)


@pytest.mark.client
@pytest.mark.parametrize(("suffix", "word"), [("xls", "97-2003"), ("ods", "ods"), ("csv", "文本")])
def test_other_formats_under_our_name_are_called_by_theirs(
    suffix: str, word: str, office: Path
) -> None:
    found = read(by_libreoffice(office, suffix))
    assert [item.code for item in found.problems] == ["X004"]
    assert word in found.problems[0].message


# Where the two are wrong. Each test fails when a new version of theirs mends it.


def openpyxl_value(data: bytes) -> object:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return sheet["A1"].value


def calamine_value(data: bytes) -> object:
    rows = (
        python_calamine.load_workbook(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    return rows[0][0] if rows else None


def ours_and(rows: str, **changes: str) -> tuple[Cell, bytes]:
    cell = read_parts(rows, **changes).sheets[0].cells[Address(1, 1)]
    return cell, packed(parts(rows, **changes))


def test_calamine_gives_nothing_for_an_error() -> None:
    cell, data = ours_and("<row r='1'><c r='A1' t='e'><v>#REF!</v></c></row>")
    assert (cell.text, cell.kind) == ("#REF!", Kind.ERROR)
    assert calamine_value(data) == ""


def test_calamine_gives_nothing_for_a_formula_without_a_result() -> None:
    cell, data = ours_and("<row r='1'><c r='A1'><f>NOW()</f></c><c r='B1'><v>1</v></c></row>")
    assert cell.formula == "NOW()"
    assert calamine_value(data) == ""


def test_calamine_fails_over_new_errors() -> None:
    cell, data = ours_and("<row r='1'><c r='A1' t='e'><v>#SPILL!</v></c></row>")
    assert cell.text == "#SPILL!"
    with pytest.raises(python_calamine.CalamineError):
        calamine_value(data)


def test_calamine_strips_blanks() -> None:
    cell, data = ours_and(
        "<row r='1'><c r='A1' t='s'><v>0</v></c></row>", strings=strings("<t> x </t>")
    )
    assert cell.text == " x "
    assert calamine_value(data) == "x"


def test_openpyxl_leaves_escapes() -> None:
    cell, data = ours_and(
        "<row r='1'><c r='A1' t='s'><v>0</v></c></row>", strings=strings("<t>a_x000D_</t>")
    )
    assert cell.text == "a\r"
    assert openpyxl_value(data) == "a_x000D_"


def test_both_round_digits() -> None:
    cell, data = ours_and("<row r='1'><c r='A1'><v>490000000.005000000005</v></c></row>")
    assert cell.text == "490000000.005000000005"
    assert str(openpyxl_value(data)) == "490000000.005"
    assert str(calamine_value(data)) == "490000000.005"


def test_both_have_two_numbers_for_28_february_1900() -> None:
    formats = styles('<xf numFmtId="14"/>')
    for serial in ("59", "60"):
        rows = f"<row r='1'><c r='A1' s='0'><v>{serial}</v></c></row>"
        cell, data = ours_and(rows, styles=formats)
        assert cell.kind is (Kind.DATE if serial == "59" else Kind.NUMBER)
        assert openpyxl_value(data) == datetime(1900, 2, 28)  # noqa: DTZ001
        assert calamine_value(data) == date(1900, 2, 28)


def test_both_overwrite_double_cells() -> None:
    rows = "<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>"
    found = read_parts(rows)
    assert [item.found for item in found.problems] == ["2"]
    assert openpyxl_value(packed(parts(rows))) == 2
    assert calamine_value(packed(parts(rows))) == 2


def test_both_lose_inline_strings_without_is() -> None:
    cell, data = ours_and("<row r='1'><c r='A1' t='inlineStr'><v>文</v></c></row>")
    assert cell.text == "文"
    assert openpyxl_value(data) is None
    assert calamine_value(data) is None
