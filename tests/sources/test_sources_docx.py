"""Word documents: the form typed or pasted in Word, and what Word keeps beside its text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from paper_forms import document
from reading_samples import FILLED, FORMS, ROOT, read_one, record_of

from xlsync.base.grid import Address
from xlsync.exchange.reading import read_file
from xlsync.sources import docx as source
from xlsync.sources import open_file
from xlsync.sources.xlsx.budget import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from xlsync.base.grid import Workbook
    from xlsync.base.record import Record

SAMPLES = sorted((ROOT / "samples" / "changzheng-2023" / "一上").glob("*.json"))
RECORD = record_of(read_one(FILLED))


def saved(made: Document) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def made_by(fill: Callable[[Document], None]) -> Workbook:
    made = docx.Document()
    fill(made)
    return source.read(saved(made))


def add(paragraph: Paragraph, markup: str) -> None:
    paragraph._p.append(parse_xml(markup))  # noqa: SLF001 - there is no public way


def texts(workbook: Workbook) -> dict[str, str]:
    (sheet,) = workbook.sheets
    return {address.a1: cell.text for address, cell in sheet.cells.items()}


def told(workbook: Workbook) -> list[tuple[str, str | None]]:
    return [(one.code, one.found) for one in workbook.problems]


def without_ids(record: Record | None) -> Record:
    made: Record = json.loads(json.dumps(record))
    del made["id"]
    for item in made["indicators"]:
        del item["id"]
    return made


def test_the_sixteen_forms_come_back_from_one_document(tmp_path: Path) -> None:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
    path = tmp_path / "十六份.docx"
    path.write_bytes(document(records))
    readings = read_file(FORMS, path).readings
    assert [without_ids(one.record) for one in readings] == [without_ids(one) for one in records]
    assert not [one for reading in readings for one in reading.problems if one.code[0] in "SVX"]


def test_merged_cells_stand_once_at_their_first_place() -> None:
    def fill(made: Document) -> None:
        made.add_paragraph("前言")
        table = made.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(1, 1)).text = "甲"
        table.cell(0, 2).text = "乙\n二行"
        table.cell(2, 1).text = "丙"
        made.add_paragraph("结尾")

    workbook = made_by(fill)
    assert texts(workbook) == {"A1": "前言", "A2": "甲", "C2": "乙\n二行", "B4": "丙", "A5": "结尾"}
    assert [one.a1 for one in workbook.sheets[0].merges] == ["A2:B3"]


def test_what_is_wrapped_in_controls_or_was_inserted_is_read() -> None:
    def fill(made: Document) -> None:
        paragraph = made.add_paragraph("名称：")
        run = "<w:r><w:t>{}</w:t></w:r>"
        space = nsdecls("w")
        control = f"<w:sdt {space}><w:sdtContent>{run.format('甲')}</w:sdtContent></w:sdt>"
        inserted = f"<w:ins {space} w:id='1'>{run.format('乙')}</w:ins>"
        link = f"<w:hyperlink {space}>{run.format('丙')}</w:hyperlink>"
        for one in (control, inserted, link):
            add(paragraph, one)

    assert texts(made_by(fill)) == {"A1": "名称：甲乙丙"}


def test_what_was_deleted_is_told() -> None:
    def fill(made: Document) -> None:
        paragraph = made.add_paragraph("九十")
        deleted = "<w:del {} w:id='1'><w:r><w:delText>八十五</w:delText></w:r></w:del>"
        add(paragraph, deleted.format(nsdecls("w")))

    workbook = made_by(fill)
    assert texts(workbook) == {"A1": "九十"}
    assert [found for _, found in told(workbook)] == ["八十五"]


def test_text_boxes_headers_notes_and_comments_are_quoted() -> None:
    def fill(made: Document) -> None:
        paragraph = made.add_paragraph("正文")
        made.add_comment(paragraph.runs, text="请核实", author="甲")
        made.sections[0].header.paragraphs[0].text = "内部资料"
        made.sections[0].footer.paragraphs[0].text = "第 1 页 共 2 页"
        box = (
            f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p>"
            "</w:txbxContent></w:pict></w:r>"
        )
        add(paragraph, box)

    workbook = made_by(fill)
    assert texts(workbook) == {"A1": "正文"}
    assert sorted(found or "" for _, found in told(workbook)) == ["内部资料", "框里的字", "请核实"]


def test_struck_runs_are_set_aside_and_raised_digits_kept_apart() -> None:
    def fill(made: Document) -> None:
        paragraph = made.add_paragraph("")
        paragraph.add_run("85").font.strike = True
        paragraph.add_run("90×10")
        paragraph.add_run("4").font.superscript = True

    (cell,) = made_by(fill).sheets[0].cells.values()
    assert (cell.text, cell.aside and cell.aside.struck) == ("90×10⁴", "85")


def changed(pattern: str, new: str) -> bytes:
    """A document of which the main part was changed."""
    data = document([RECORD])
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = re.sub(pattern, lambda _: new, part.decode(), count=1).encode()
            made.writestr(name, part)
    return buffer.getvalue()


HOSTILE = {
    "entities": changed(
        r"<w:document", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document'
    ),
    "laughs": changed(
        r"<w:document",
        '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;">]><w:document',
    ),
    "bomb": changed(r"</w:body>", "<w:p/>" * 8_000_000 + "</w:body>"),
    "paragraphs": changed(
        r"</w:body>", "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 200_000 + "</w:body>"
    ),
    "deep": changed(
        r"</w:body>",
        "<w:tbl><w:tr><w:tc>" * 5000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 5000 + "</w:body>",
    ),
    "wide": changed(r'w:gridSpan w:val="2"', 'w:gridSpan w:val="99999999"'),
    "cut": document([RECORD])[:-3000],
    "no body": changed(r"(?s)<w:body>.*</w:body>", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_ends_in_a_clear_problem(data: bytes) -> None:
    workbook = open_file(".docx", data)
    assert not any(sheet.cells for sheet in workbook.sheets)
    assert {one.code for one in workbook.problems} <= {"X001"}


def test_a_table_in_a_table_follows_below_the_row() -> None:
    def fill(made: Document) -> None:
        table = made.add_table(2, 2)
        table.cell(0, 0).text = "外"
        table.cell(0, 1).add_table(1, 2).cell(0, 1).text = "内"
        table.cell(1, 0).text = "末"

    assert texts(made_by(fill)) == {"A1": "外", "B2": "内", "A3": "末"}


def test_depth_is_bounded() -> None:
    with pytest.raises(UnreadableError):
        source.read(HOSTILE["deep"])
    assert Address(1, 1) in source.read(document([RECORD])).sheets[0].cells
