"""Files that were cut, flipped or forged on the way: a problem, never an exception."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
import xlsxwriter
from xlsx_bombs import Member, archive
from xlsx_parts import MAIN, codes, packed, parts, read_parts, relationships, worksheet

from xlsync.base.grid import Workbook
from xlsync.sources.xlsx import read

ONE = "<row r='1'><c r='A1'><v>1</v></c></row>"


@pytest.fixture(scope="module")
def form() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("申报表")
        for row in range(40):
            sheet.write_row(row, 0, [f"指标{row}", row, f"=A{row + 1}", "=B1+1"])
        sheet.write_comment("A1", "批注")
        book.define_name("xs_total", "=申报表!$B$1")
        book.set_custom_property("xlsync", "记录")
    return buffer.getvalue()


def test_every_truncation_ends_in_a_problem(form: bytes) -> None:
    for length in range(0, len(form) - 1, 37):
        found = read(form[:length])
        assert codes(found) == (["X001"] if length else ["X002"])
        assert found.sheets == []


def test_every_flipped_byte_reads_the_same_or_ends_in_a_problem(form: bytes) -> None:
    whole = read(form)
    assert whole.problems == []
    for position in range(0, len(form), 17):
        damaged = bytearray(form)
        damaged[position] ^= 0x55
        found = read(bytes(damaged))
        # What is not read (times, the theme) may be damaged unseen.
        assert found.problems or found.sheets == whole.sheets


def test_random_damage_never_raises(form: bytes) -> None:
    chance = random.Random(20230101)  # noqa: S311 - the same damage each time
    for _ in range(400):
        damaged = bytearray(form)
        for _ in range(chance.randrange(1, 30)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert isinstance(read(bytes(damaged)), Workbook)


def test_random_damage_inside_of_parts_never_raises(form: bytes) -> None:
    chance = random.Random(20240101)  # noqa: S311
    with zipfile.ZipFile(io.BytesIO(form)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for _ in range(250):
        name = chance.choice(list(members))
        damaged = bytearray(members[name])
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert isinstance(read(packed(members | {name: bytes(damaged)})), Workbook)


def test_a_wrong_checksum() -> None:
    members = parts(ONE)
    sheet = Member.of("xl/worksheets/sheet1.xml", members.pop("xl/worksheets/sheet1.xml"))
    wrong = Member(sheet.name, sheet.raw, sheet.size, crc=sheet.crc ^ 1)
    found = read(archive([*(Member.of(*member) for member in members.items()), wrong]))
    assert codes(found) == ["X001"]
    assert "校验" in found.problems[0].message


def test_double_part_names() -> None:
    pairs = [*parts(ONE).items(), ("XL/worksheets/Sheet1.xml", worksheet(""))]
    found = read(packed(pairs))
    assert codes(found) == ["X001"]
    assert "出现 2 次" in found.problems[0].message


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "haha">{ENTITIES}]>',
    "one long entity": f'<!DOCTYPE x [<!ENTITY l9 "{"x" * 100_000}">]>',
    "an external entity": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>',
    "an external type": '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    "a plain type": "<!DOCTYPE worksheet>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", DOCTYPES)
def test_document_types_are_refused(kind: str, encoding: str) -> None:
    body = worksheet(
        f"<row><c t='str'><v>{'&l9;' if 'ENTITY l9' in DOCTYPES[kind] else ''}</v></c></row>"
    )
    found = read_parts(sheet=(DOCTYPES[kind] + body).encode(encoding))
    assert codes(found) == ["X001"]
    assert "DOCTYPE" in found.problems[0].message


@pytest.mark.parametrize("part", ["root", "book", "book_rels", "styles", "strings", "sheet_rels"])
def test_document_types_are_refused_in_every_part(part: str) -> None:
    found = read_parts(ONE, **{part: "<!DOCTYPE x><x/>"})
    assert codes(found) == ["X001"]
    assert "DOCTYPE" in found.problems[0].message


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "text",
        "<worksheet>",
        "<worksheet></sheet>",
        f"<worksheet xmlns='{MAIN}'><sheetData><row><c>",
        "<worksheet/><worksheet/>",
        "<worksheet>&unknown;</worksheet>",
        "<worksheet>\x0b</worksheet>",
        "<c><c><v>1</v></c></c>",
        "<c><v>1<v>2</v></v></c>",
    ],
)
def test_bad_markup_is_a_problem(sheet: str) -> None:
    found = read_parts(sheet=sheet)
    assert codes(found) == ["X001"]
    assert found.sheets == []
    assert "sheet1.xml" in found.problems[0].message


def test_a_workbook_that_is_its_own_sheet() -> None:
    rels = relationships(("rId1", "worksheet", "workbook.xml"))
    found = read_parts(ONE, book_rels=rels)
    assert found.sheets[0].cells == {}
