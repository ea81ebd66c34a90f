from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from xlsx_bombs import STORED, Member, archive, read_apart, repeated, with_bomb
from xlsx_parts import MAIN, parts, relationships, styles, workbook, worksheet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MAX_SECONDS = 5
MAX_MEGABYTES = 200
GIGABYTE = 1024

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
BOOK = "xl/workbook.xml"
ROWS = f"<worksheet xmlns='{MAIN}'><sheetData>"
ROW = f"{ROWS}<row>"
TABLE = f"<sst xmlns='{MAIN}'>"

ATTRIBUTES = " ".join(f"a{number}=''" for number in range(60))

# part, head, what is repeated, megabytes of it
REPEATED = {
    "blanks between rows": (SHEET, ROWS, " ", GIGABYTE),
    "blanks in a value": (SHEET, f"{ROW}<c t='str'><v>", " ", GIGABYTE),
    "a string of a gigabyte": (STRINGS, f"{TABLE}<si><t>", "长", GIGABYTE),
    "a CDATA section": (STRINGS, f"{TABLE}<si><t><![CDATA[", "x", GIGABYTE),
    "20 million strings": (STRINGS, TABLE, "<si><t>a</t></si>", 340),
    "runs in one string": (STRINGS, f"{TABLE}<si>", "<r><t>a</t></r>", GIGABYTE),
    "texts outside of any string": (STRINGS, TABLE, "<t>a</t>", GIGABYTE),
    "blank cells": (SHEET, ROW, "<c/>", GIGABYTE),
    "filled cells": (SHEET, ROW, "<c><v>1</v></c>", GIGABYTE),
    "cells beyond the last column": (SHEET, ROW, "<c r='XFE1'><v>1</v></c>", GIGABYTE),
    "double cells": (SHEET, ROW, "<c r='A1'><v>1</v></c>", GIGABYTE),
    "rows": (SHEET, ROWS, "<row/>", GIGABYTE),
    "rows of cells": (SHEET, ROWS, "<row><c><v>1</v></c><c><f>A1</f></c></row>", GIGABYTE),
    "values in one cell": (SHEET, f"{ROW}<c>", "<v>1</v>", GIGABYTE),
    "unclosed elements": (SHEET, "<a>", "<a>", GIGABYTE),
    "a start tag": (SHEET, "<worksheet ", " ", GIGABYTE),
    "an attribute": (SHEET, "<worksheet a='", "x>", GIGABYTE),
    "elements with attributes": (
        SHEET,
        ROWS,
        f"<c {ATTRIBUTES}/>",
        GIGABYTE,
    ),
    "attributes": (SHEET, "<worksheet ", "a='' ", GIGABYTE),
    "a comment": (SHEET, f"{ROWS}<!--", "< >", GIGABYTE),
    "an instruction": (SHEET, f"{ROWS}<?a ", "x", GIGABYTE),
    "character references": (SHEET, f"{ROW}<c t='str'><v>", "&#x7532;", GIGABYTE),
    "namespaces": (SHEET, ROWS, "<c xmlns='n'/>", GIGABYTE),
    "merges": (SHEET, f"{ROWS}</sheetData>", "<mergeCell ref='A1:B2'/>", GIGABYTE),
    "long references": (SHEET, ROWS, f"<c r='{'A' * 500_000}'><v>1</v></c>", GIGABYTE),
    "formats": (STYLES, f"<styleSheet xmlns='{MAIN}'><cellXfs>", "<xf/>", GIGABYTE),
    "long format codes": (STYLES, "<a>", f"<numFmt formatCode='{'y' * 500_000}'/>", GIGABYTE),
    "sheets": (BOOK, f"<workbook xmlns='{MAIN}'>", "<sheet name='s' id='rId1'/>", GIGABYTE),
    "long sheet names": (BOOK, "<workbook>", f"<sheet name='{'s' * 500_000}'/>", GIGABYTE),
    "names": (BOOK, "<workbook>", "<definedName name='a'>A1</definedName>", GIGABYTE),
    "relationships": ("_rels/.rels", "<a>", "<Relationship Id='a' Target='b'/>", GIGABYTE),
    "no markup at all": (SHEET, "", "x", GIGABYTE),
    "a mimetype": ("mimetype", "", "x", GIGABYTE),
}


def holds(data: bytes, folder: Path, code: str | None = "X001") -> None:
    outcome = read_apart(data, folder)
    print(f"{outcome.seconds:.2f} s, {outcome.megabytes:.0f} MB, {outcome.messages[:1]}")  # noqa: T201 - shown by pytest -s: the figures of the documentation
    assert outcome.seconds < MAX_SECONDS
    assert outcome.megabytes < MAX_MEGABYTES
    assert outcome.codes == ([] if code is None else [code])


@pytest.mark.parametrize("name", REPEATED)
def test_a_bomb_ends_in_a_problem(name: str, tmp_path: Path) -> None:
    part, head, unit, megabytes = REPEATED[name]
    # A mimetype is read for its first bytes and nothing in the workbook refers to it.
    code = None if part == "mimetype" else "X001"
    holds(with_bomb(part, repeated(head, unit, megabytes)), tmp_path, code)


@pytest.mark.parametrize("claim", [10, 0xFFFFFFF0])
def test_the_zip_directory_is_not_believed(claim: int, tmp_path: Path) -> None:
    raw, _ = repeated(f"{TABLE}<si><t>", "x", GIGABYTE)
    holds(with_bomb(STRINGS, (raw, claim)), tmp_path)


def test_a_directory_of_many_members(tmp_path: Path) -> None:
    many = [Member(f"{number}", b"", 0, method=STORED) for number in range(300_000)]
    holds(archive(many), tmp_path)


def test_a_directory_of_long_names(tmp_path: Path) -> None:
    many = [
        Member(f"{number:05}" + "\u00e9" * 32_000, b"", 0, method=STORED) for number in range(250)
    ]
    holds(archive(many), tmp_path, "X004")


def test_one_large_sheet_that_is_listed_many_times(tmp_path: Path) -> None:
    names = [f"表{number}" for number in range(900)]
    book_rels = relationships(
        *((f"rId{number}", "worksheet", "worksheets/sheet1.xml") for number in range(1, 901))
    )
    rows = "<row><c><v>1</v></c></row>" * 20_000
    members = parts(rows, book=workbook(*names), book_rels=book_rels)
    holds(archive([Member.of(*member) for member in members.items()]), tmp_path)


def test_a_long_string_that_all_cells_share(tmp_path: Path) -> None:
    table = f"{TABLE}<si><t>{'x' * 100_000}</t></si></sst>"
    members = parts("<row><c t='s'><v>0</v></c></row>" * 100_000, strings=table)
    holds(archive([Member.of(*member) for member in members.items()]), tmp_path)


def test_a_long_formula_that_all_cells_share(tmp_path: Path) -> None:
    master = "<row><c r='A1'><f t='shared' si='0'>" + "A1+" * 3_000 + "A1</f></c></row>"
    rows = master + "<row><c><f t='shared' si='0'/></c></row>" * 1_000
    members = parts(rows)
    holds(archive([Member.of(*member) for member in members.items()]), tmp_path)


def test_a_number_of_a_million_digits(tmp_path: Path) -> None:
    codes = '<numFmt numFmtId="0" formatCode="yyyy"/>'
    rows = f"<row><c><v>{'1' * 1_000_000}</v></c><c t='s'><v>{'1' * 1_000_000}</v></c></row>"
    members = parts(rows, styles=styles('<xf numFmtId="0"/>', codes=codes))
    holds(archive([Member.of(*member) for member in members.items()]), tmp_path)


def test_the_last_cell_and_a_lying_dimension(tmp_path: Path) -> None:
    sheet = worksheet(
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        before="<dimension ref='A1:XFD1048576'/>",
    )
    table = f"<sst xmlns='{MAIN}' count='4294967295' uniqueCount='4294967295'/>"
    members = parts(sheet=sheet, strings=table)
    holds(archive([Member.of(*member) for member in members.items()]), tmp_path, None)


def test_the_largest_honest_sheet_is_read(tmp_path: Path) -> None:
    row = "<row s='1' customFormat='1' ht='15.75' customHeight='1'/>".ljust(63) + "\n"
    head = f"{ROWS}<row r='1'><c r='A1'><v>1</v></c></row>"
    tail = "</sheetData></worksheet>"
    # 32 MB of rows of 64 bytes are half of the rows that a sheet can have.
    checksum = zlib.crc32(head.encode())
    for _ in range(32):
        checksum = zlib.crc32(row.encode() * 2**14, checksum)
    checksum = zlib.crc32(tail.encode(), checksum)
    sheet = Member(SHEET, *repeated(head, row, 32, tail), checksum)
    members = [Member.of(*member) for member in parts(sheet=None).items()]
    outcome = read_apart(archive([*members, sheet]), tmp_path)
    print(f"{outcome.seconds:.2f} s, {outcome.megabytes:.0f} MB")  # noqa: T201 - see above
    assert (outcome.codes, outcome.cells) == ([], 1)
    assert outcome.seconds < MAX_SECONDS
    assert outcome.megabytes < MAX_MEGABYTES
