"""What is cut out before the parser sees a part is read as the parser would read it."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from xlsx_parts import packed, parts, strings, styles

from xlsync.base.grid import Address
from xlsync.form import Catalogue
from xlsync.sources import xlsx
from xlsync.sources.xlsx import limits, plain
from xlsync.sources.xlsx.remembered import Remembered
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.base.grid import Workbook

SHEET = "xl/worksheets/sheet1.xml"
CHECKS = "xl/worksheets/sheet2.xml"
"""Of our own workbooks that with shared formulas and their results."""

STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"

# What another program, or somebody with bad intentions, may put anywhere.
SNIPPETS = [
    *("<!-- note -->", "<![CDATA[text]]>", "<?go on?>", "<!DOCTYPE a>", "&#65;", "&amp;lt;", "&x;"),
    *("\r", "\r\n", "\n", " ", "\x01", "\uffff", "￥", "_x000D_", "x", "7", '"', "'", ">", "<"),
    *("<x/>", "<x>", "</x>", "<row>", '<row r="9">', '<row r="9"/>', "</row>", "<c><v>5</v></c>"),
    *(
        '<c r="B2" t="str"><v>twice</v></c>',
        '<c r="XFE1"><v>1</v></c>',
        "<v>6</v>",
        "<is><t>i</t></is>",
    ),
    *(
        "<f>A1</f>",
        '<f t="shared" si="0" ref="A1:A2">B1</f>',
        '<f t="shared" si="0"/>',
        "<si><t>s</t></si>",
    ),
    *(
        "<rPh><t>p</t></rPh>",
        "<extLst>",
        "</extLst>",
        "xsCut",
        '<xsCut n="0"/>',
        ' t="s"',
        ' s="1"',
    ),
    *(
        '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
        '<mergeCell ref="C3:D4"/>',
        "<mergeCells>",
        "</mergeCells>",
    ),
    *("&#31034;", "&#65292;", "&#38;", "lt;", "&#13;", "&#0;", "&#55296;", "&amp;#65;", "&#x41;"),
    *("</sheetData>", "<sheetData>", "</si>", "<si>", "<t/>", ' xml:space="preserve"'),
]


@cache
def of_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["名称", 1, True], ["a<b&c", 2.5, '=A1&"<"'], [None, " x ", "two\nlines"], ["1"]]:
        sheet.append(row)
    sheet.merge_cells("D1:E2")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@cache
def of_xlsxwriter() -> bytes:
    return splice(next(iter(Catalogue())))


@contextmanager
def uncut() -> Iterator[None]:
    """Let the parser see everything."""
    with (
        patch.object(plain, "cut_rows", lambda part: plain.Cut(part, part, [])),
        patch.object(plain, "cut_strings", lambda part: plain.Cut(part, part, [])),
        patch.object(Remembered, "get", return_value=None),
        patch.object(Remembered, "keep"),
    ):
        yield


def changed(data: bytes, part: str, position: float, snippet: str) -> bytes:
    """The file with something more in a part."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assume(part in package.namelist())  # recent openpyxl has no table of strings
        content = package.read(part)
    at = int(position * len(content))
    return replaced(data, part, content[:at] + snippet.encode() + content[at:])


def replaced(data: bytes, part: str, content: str | bytes) -> bytes:
    """The file with something else as a part."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), content if name == part else old.read(name))
    return made.getvalue()


def told(book: Workbook) -> list[str]:
    """The problems; where in the XML something is wrong is counted without what was cut."""
    return [re.sub("line [0-9]+, column [0-9]+", "", str(one)) for one in book.problems]


def is_the_same(one: Workbook, other: Workbook) -> bool:
    return one.sheets == other.sheets and told(one) == told(other)


@pytest.mark.parametrize("make", [of_openpyxl, of_xlsxwriter])
def test_a_file_reads_the_same_with_and_without_cutting(make: object) -> None:
    data = make()  # type: ignore[operator]
    with uncut():
        slow = xlsx.read(data)
    assert slow.sheets[0].cells
    for _ in range(2):  # read, then remembered
        assert is_the_same(xlsx.read(data), slow)


@given(
    st.sampled_from([of_openpyxl, of_xlsxwriter]),
    st.sampled_from([SHEET, STRINGS, CHECKS]),
    st.floats(0, 1, exclude_max=True),
    st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=3).map("".join),
)
def test_whatever_else_stands_in_a_part_is_read_as_the_parser_reads_it(
    make: object, part: str, position: float, snippet: str
) -> None:
    data = changed(make(), part, position, snippet)  # type: ignore[operator]
    with uncut():
        slow = xlsx.read(data)
    xlsx.read(make())  # type: ignore[operator] - now its moulds are known
    fast = xlsx.read(data)
    assert is_the_same(fast, slow) or is_lenient(slow)


@pytest.mark.slow
@given(
    st.sampled_from([(of_openpyxl, SHEET), (of_xlsxwriter, SHEET), (of_xlsxwriter, CHECKS)]),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.sampled_from(["", "0", "3", "-1", "1_0", " 2 ", "99999", "45000.5", "１", "1e3"])
            | st.sampled_from(SNIPPETS)
            | st.text("a1&;<>\r\n\t_x000D_\x0b￥=", max_size=8),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_other_values_in_a_known_sheet_are_read_as_the_parser_reads_them(
    made: tuple[Callable[[], bytes], str], values: list[tuple[float, str]]
) -> None:
    make, part = made
    data = make()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        pieces = re.split(r"(?<=<v>)([^<]*)", package.read(part).decode())
    for position, value in values:
        pieces[1 + 2 * int(position * (len(pieces) // 2))] = value
    xlsx.read(data)
    other = replaced(data, part, "".join(pieces))
    with uncut():
        slow = xlsx.read(other)
    for _ in range(2):
        assert is_the_same(xlsx.read(other), slow)


def is_lenient(slow: Workbook) -> bool:
    """An attribute of a row that stands twice is passed over where it does no harm."""
    return any("duplicate attribute" in str(one) for one in slow.problems)


NUMBERED = ["9", "10", "13", "32", "38", "60", "133", "9999", "31034", "54999", "55295", "57344"]
NUMBERED += ["58000", "65292", "65499", "65533", "128512", "0065", "x41"]
NOT_NUMBERED = ["", "0", "8", "31", "55296", "57343", "65534", "1114112", "99999999999", "x0", "-1"]


@pytest.mark.parametrize("number", [*NUMBERED, *NOT_NUMBERED])
def test_an_entity_by_number_is_read_as_the_parser_reads_it(number: str) -> None:
    text = f"一&#{number};lt;#65;_x0041_&amp;#{number};"
    row = (
        f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><f>"{text}"</f><v>{text}</v></c>'
        f'<c r="C1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    )
    data = packed(parts(row, strings=strings(f"<t>{text}</t>")))
    with uncut():
        slow = xlsx.read(data)
    assert bool(slow.problems) is (number in NOT_NUMBERED)
    for _ in range(2):
        assert is_the_same(xlsx.read(data), slow)


def test_what_is_written_in_ascii_alone_is_cut_out_too() -> None:
    with zipfile.ZipFile(io.BytesIO(of_openpyxl())) as package:
        part = package.read(SHEET)
    assert b"&#21517;&#31216;" in part
    (rows,) = plain.cut_rows(part).pieces
    assert len(rows) == 4


def test_a_text_in_ascii_counts_as_the_characters_that_it_stands_for() -> None:
    text = "&#31034;" * 300
    row = f'<row r="1"><c r="A1" t="str"><f>"{text}"</f><v>{text}</v></c></row>'
    with patch.object(limits, "MAX_TEXT", 2_000):
        book = xlsx.read(packed(parts(row)))
    assert book.problems == []
    assert book.sheets[0].cells[Address(1, 1)].text == "示" * 300


ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45000</v></c></row>'


def with_tables(string: str, number_format: str) -> bytes:
    """A file whose sheet is always the same; its strings and its formats are not."""
    formats = styles("<xf/>", f'<xf numFmtId="{number_format}"/>')
    return packed(parts(ROW, strings=strings(f"<t>{string}</t>"), styles=formats))


def test_the_same_sheet_says_something_else_under_other_strings_and_formats() -> None:
    seen = []
    for string, number_format in [
        ("one", "0"),
        ("two", "0"),
        ("two", "14"),
        ("one", "14"),
        ("one", "0"),
    ]:
        (sheet,) = xlsx.read(with_tables(string, number_format)).sheets
        seen.append((sheet.text(Address(1, 1)), sheet.text(Address(1, 2))))
    assert seen == [
        ("one", "45000"),
        ("two", "45000"),
        ("two", "2023-03-15"),
        ("one", "2023-03-15"),
        ("one", "45000"),
    ]


def test_a_row_with_other_numbers_is_not_taken_for_that_of_a_former_file() -> None:
    """The numbers of strings differ from file to file, and so does what stands under them."""

    def made(number: int, *texts: str) -> bytes:
        row = f'<row r="1"><c r="A1" t="s"><v>{number}</v></c></row>'
        return packed(parts(row, strings=strings(*(f"<t>{text}</t>" for text in texts))))

    files = [
        made(0, "same", "x"),
        made(1, "y", "same"),
        made(1, "same", "other"),
        made(1, "z", "same"),
    ]
    texts = [xlsx.read(data).sheets[0].text(Address(1, 1)) for data in files]
    assert texts == ["same", "same", "other", "same"]


def test_sheets_that_differ_in_what_is_merged_are_told_apart() -> None:
    """LibreOffice merges what is centred over several cells where these are filled."""
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    plain_sheet = parts(row)[SHEET]
    assert isinstance(plain_sheet, str)
    seen = []
    for areas in (["A1:B1"], [], ["A1:B1", "C1:D2"], ["E1:E2"]):
        cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
        merges = f'<mergeCells count="{len(areas)}">{cells}</mergeCells>' if areas else ""
        sheet = plain_sheet.replace("</sheetData>", f"</sheetData>{merges}")
        (read,) = xlsx.read(packed(parts(row) | {SHEET: sheet})).sheets
        seen.append([area.a1 for area in read.merges])
    assert seen == [["A1:B1"], [], ["A1:B1", "C1:D2"], ["E1:E2"]]


def test_what_is_remembered_is_not_changed_by_whoever_got_it() -> None:
    data = with_tables("kept", "0")
    xlsx.read(data).sheets[0].cells.clear()
    assert xlsx.read(data).sheets[0].text(Address(1, 1)) == "kept"


def test_a_remembered_part_costs_what_it_cost_at_first() -> None:
    row = "".join(f'<c r="{letter}1"><v>1</v></c>' for letter in "ABCDEFGH")
    data = packed(parts(f'<row r="1">{row}</row>'))
    assert xlsx.read(data).problems == []
    with patch("xlsync.sources.xlsx.limits.MAX_CELLS", 7):
        assert [one.code for one in xlsx.read(data).problems] == ["X001"]


def test_plain_rows_that_the_parser_skips_are_skipped() -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    hidden = parts("")["xl/worksheets/sheet1.xml"]
    assert isinstance(hidden, str)
    skipped = hidden.replace("</worksheet>", f"<extLst>{row}</extLst></worksheet>")
    shown = hidden.replace("</worksheet>", f"{row}</worksheet>")
    for sheet, cells in [(skipped, 0), (shown, 1), (skipped, 0)]:
        read = xlsx.read(packed(parts("") | {"xl/worksheets/sheet1.xml": sheet}))
        assert len(read.sheets[0].cells) == cells
