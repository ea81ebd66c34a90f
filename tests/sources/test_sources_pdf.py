"""PDF files: cells by their ruling lines, line breaks by the room that a line had left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from clients import convert
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_forms import document
from pdf_files import form, packed, pages, ruled, stream, text, wrapped
from reading_samples import FILLED, FORMS, ROOT, read_one, record_of

from xlsync.base.grid import Address
from xlsync.exchange.reading import read_file
from xlsync.sources import open_file, pdf
from xlsync.sources.pdf_lines import Glyph, text_of
from xlsync.sources.xlsx.budget import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.grid import Workbook
    from xlsync.base.record import Record

SAMPLES = sorted((ROOT / "samples" / "changzheng-2023" / "一上").glob("*.json"))
RECORDS = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
RECORD = record_of(read_one(FILLED))


def texts(workbook: Workbook) -> dict[str, str]:
    (sheet,) = workbook.sheets
    return {address.a1: cell.text for address, cell in sheet.cells.items()}


def told(workbook: Workbook) -> list[str]:
    return [one.code for one in workbook.problems]


def without_ids(record: Record | None) -> Record:
    made: Record = json.loads(json.dumps(record))
    del made["id"]
    for item in made["indicators"]:
        del item["id"]
    return made


@pytest.mark.parametrize("records", [[RECORD], RECORDS[:4]], ids=["one", "four"])
def test_forms_come_back_from_a_file_and_that_it_was_inferred_is_told(
    tmp_path: Path, records: list[Record]
) -> None:
    path = tmp_path / "表.pdf"
    path.write_bytes(pages(map(form, records)))
    readings = read_file(FORMS, path).readings
    assert [without_ids(one.record) for one in readings] == [without_ids(one) for one in records]
    found = [one.code for reading in readings for one in reading.problems if one.code[0] in "SVX"]
    assert found == ["X009"]


@pytest.mark.client
def test_the_sixteen_forms_come_back_as_an_office_program_prints_them(tmp_path: Path) -> None:
    source = tmp_path / "十六份.docx"
    source.write_bytes(document(RECORDS))
    (path,) = convert([source], tmp_path / "pdf", to="pdf")
    readings = read_file(FORMS, path).readings
    assert [without_ids(one.record) for one in readings] == [without_ids(one) for one in RECORDS]


def test_cells_keep_their_columns_on_every_page() -> None:
    one = ruled(40, 100, 100, 120) + ruled(100, 100, 200, 120) + ruled(200, 100, 300, 120)
    one += text("甲", 44, 104) + text("乙", 104, 104) + text("丙", 204, 104)
    two = ruled(40, 100, 200, 120) + ruled(200, 100, 300, 120) + text("丁", 204, 104)
    workbook = pdf.read(pages([one, two]))
    assert texts(workbook) == {"A1": "甲", "B1": "乙", "C1": "丙", "C2": "丁"}


def test_lines_outside_of_tables_are_cut_at_wide_gaps() -> None:
    workbook = pdf.read(pages([text("项目名称", 40, 100) + text("河道保洁", 140, 100)]))
    assert texts(workbook) == {"A1": "项目名称", "B1": "河道保洁"}


def test_a_glyph_beyond_its_cell_is_not_lost() -> None:
    content = ruled(40, 100, 100, 120) + ruled(100, 100, 160, 120) + text("一二三四五", 118, 104)
    assert texts(pdf.read(pages([content]))) == {"B1": "一二三四五"}


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.text("项目河道保洁水面清淤", min_size=1, max_size=40).filter(str.strip), min_size=1
    ),
    width=st.integers(60, 300),
)
def test_a_break_is_kept_where_there_was_room_left(lines: list[str], width: int) -> None:
    size, padding = 9.0, 4.0
    room = width - 2 * padding
    most = int(room // size)
    # A line that its text fills to the end cannot be told from one that was broken there.
    typed = "\n".join(line for line in lines if len(line) % most or len(line) < most)
    glyphs = [
        Glyph(char, padding + at * size, padding + (at + 1) * size, row * 12.0, row * 12.0 + size)
        for row, line in enumerate(wrapped(typed, room))
        for at, char in enumerate(line)
    ]
    assert text_of(glyphs, (0.0, 0.0, float(width), 999.0), padding) == typed


def test_a_level_that_is_repeated_without_lines_between_belongs_to_each_row() -> None:
    content = ruled(40, 100, 100, 160) + text("产出", 44, 104) + text("产出", 44, 134)
    content += ruled(100, 100, 160, 130) + ruled(100, 130, 160, 160)
    content += text("甲", 104, 104) + text("乙", 104, 134)
    workbook = pdf.read(pages([content]))
    assert texts(workbook) == {"A1": "产出", "B1": "甲", "A2": "产出", "B2": "乙"}


def test_a_scan_is_told() -> None:
    workbook = open_file(".pdf", pages([b"q 100 0 0 100 0 0 cm Q"]))
    assert told(workbook) == ["X001"]
    assert "扫描件" in workbook.problems[0].message


def test_notes_and_fields_on_a_page_are_quoted() -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Text/Rect[9 9 20 20]/Contents(check)>>"
    field = b"<</Type/Annot/Subtype/Widget/Rect[9 9 20 20]/FT/Tx/T(a)/V(90)>>]"
    workbook = pdf.read(pages([text("正文", 40, 100)], page=note + field))
    assert [one.found for one in workbook.problems if one.code == "S007"] == ["check", "90"]


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(UnreadableError, match="2 页"):
        pdf.read(pages([text("甲", 40, 100)] * 3))


def plain(content: bytes) -> list[bytes]:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>>>"
        ),
        content,
        font,
    ]


_MANY = 10_000
_BLANK = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
HOSTILE = {
    "bomb": packed(plain(stream(b"q Q " * 100_000_000))),
    "rectangles": packed(plain(stream(b"0 0 10 10 re S " * 500_000))),
    "nested states": packed(plain(stream(b"q " * 3_000_000))),
    "pages": packed(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%s]>>"
            % (_MANY, b" ".join(b"%d 0 R" % (number + 3) for number in range(_MANY))),
            *([_BLANK] * _MANY),
        ]
    ),
    "deep": packed(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]/X " + b"[" * 100_000 + b"]" * 100_000 + b">>",
            _BLANK,
        ]
    ),
    "loop": packed([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"]),
    "places": packed(plain(stream(b"BT /F 9 Tf 10 700 Td (abc) Tj ET")), shift=77),
    "external": packed(
        plain(b"<</Length 0/F(http://127.0.0.1:9/x)/FFilter/FlateDecode>>stream\n\nendstream")
    ),
    "script": packed(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
            *plain(stream(b""))[1:],
        ]
    ),
    "noise": b"%PDF-1.7\n" + bytes(range(256)) * 4000,
    "cut": pages([form(RECORD)])[:900],
}


@pytest.mark.slow
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends_in_one_clear_problem(data: bytes) -> None:
    workbook = open_file(".pdf", data)
    assert not any(sheet.cells for sheet in workbook.sheets)
    assert told(workbook) == ["X001"]
    assert Address(1, 1).a1 not in workbook.problems[0].message
