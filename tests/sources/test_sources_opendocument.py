"""OpenDocument spreadsheets as programs write them, also with blanks between their elements."""

from __future__ import annotations

import io
import zipfile

import pytest

from xlsync.base.grid import Address, Kind
from xlsync.sources import open_file, opendocument
from xlsync.sources.xlsx.budget import UnreadableError

NAMES = ("office", "table", "text", "style", "drawing", "fo")
SPACES = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in NAMES)
STYLES = """
<style:style style:name="T1" style:family="text">
  <style:text-properties style:text-line-through-type="single"/></style:style>
<style:style style:name="T2" style:family="text">
  <style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="ta2" style:family="table">
  <style:table-properties table:display="false"/></style:style>
<n:number-style xmlns:n="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" style:name="N1">
  <n:number n:decimal-places="2" n:grouping="true"/><n:text>万元</n:text></n:number-style>
<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>
"""


def ods(rows: str, *, tables: str = "", styles: str = STYLES) -> bytes:
    content = written("document-content", rows, tables, styles)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
    return buffer.getvalue()


def fods(rows: str) -> bytes:
    root = 'document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    return written(root, rows, "", STYLES).encode()


def written(root: str, rows: str, tables: str, styles: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:{root} {SPACES}>
  <office:automatic-styles>{styles}</office:automatic-styles>
  <office:body><office:spreadsheet>
    <table:table table:name="表">{rows}</table:table>{tables}
  </office:spreadsheet></office:body>
</office:{root.partition(" ")[0]}>"""


def row(*cells: str, about: str = "") -> str:
    inside = "\n  ".join(cells)
    return f"\n<table:table-row{about}>\n  {inside}\n</table:table-row>\n"


def text(content: str, about: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string"{about}>\n'
        f"<text:p>{content}</text:p></table:table-cell>"
    )


def number(value: str, about: str = "", kind: str = "float") -> str:
    return f'<table:table-cell office:value-type="{kind}" office:value="{value}"{about}/>'


def test_cells_keep_their_places_kinds_and_formats() -> None:
    day = '<table:table-cell office:value-type="date" office:date-value="2023-01-02T00:00:00"/>'
    rows = row(
        '<table:table-cell table:number-columns-repeated="2"/>',
        text("甲<text:s text:c='2'/>乙<text:line-break/>丙", ' table:number-columns-spanned="2"'),
        "<table:covered-table-cell/>",
        number("12.5", ' table:style-name="ce1"'),
    )
    rows += row("<table:table-cell/>", about=' table:number-rows-repeated="1000000"')
    rows += row(number("0.85", kind="percentage"), day, about=' table:visibility="filter"')
    tables = '<table:table table:name="藏" table:style-name="ta2"></table:table>'
    sheet, hidden = open_file(".ods", ods(rows, tables=tables)).sheets
    cells = {address.a1: cell[:3] for address, cell in sheet.cells.items()}
    assert cells == {
        "C1": ("甲  乙\n丙", Kind.TEXT, "General"),
        "E1": ("12.5", Kind.NUMBER, '#,##0.00"万元"'),
        "A1000002": ("0.85", Kind.NUMBER, "0%"),
        "B1000002": ("2023-01-02", Kind.DATE, "General"),
    }
    assert [one.a1 for one in sheet.merges] == ["C1:D1"]
    assert sheet.hidden_rows == {1_000_002}
    assert (sheet.visible, hidden.visible) == (True, False)


def test_comments_and_text_boxes_are_kept_with_their_texts() -> None:
    note = "<office:annotation><text:p>请核实</text:p></office:annotation>"
    cell = f"<table:table-cell office:value-type='string'>{note}<text:p>甲</text:p>"
    cell += "<drawing:custom-shape><text:p>框里的字</text:p></drawing:custom-shape>"
    workbook = open_file(".ods", ods(row(cell + "</table:table-cell>")))
    (sheet,) = workbook.sheets
    assert sheet.text(Address(1, 1)) == "甲"
    assert sheet.comments == {Address(1, 1): "请核实"}
    assert [(one.code, one.found) for one in workbook.problems] == [("S007", "框里的字")]


def test_struck_spans_are_set_aside_and_raised_digits_kept_apart() -> None:
    typed = '<text:span text:style-name="T1">85</text:span>90'
    typed += '<text:span text:style-name="T2">2</text:span>'
    (sheet,) = open_file(".ods", ods(row(text(typed)))).sheets
    cell = sheet.cells[Address(1, 1)]
    assert (cell.text, cell.aside and cell.aside.struck) == ("90²", "85")


def test_a_repeated_cell_with_content_is_bounded() -> None:
    rows = row(
        text("x", ' table:number-columns-repeated="16000"'),
        about=' table:number-rows-repeated="1000000"',
    )
    with pytest.raises(UnreadableError):
        opendocument.read(ods(rows))


def test_entities_are_not_resolved() -> None:
    data = ods(row(text("&x;")))
    whole = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(whole, "w") as made,
    ):
        for name in old.namelist():
            part = old.read(name).decode()
            entity = '?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            made.writestr(name, part.replace("?>", entity, 1))
    workbook = open_file(".ods", whole.getvalue())
    texts = [cell.text for sheet in workbook.sheets for cell in sheet.cells.values()]
    assert workbook.problems or texts in ([], [""])


def test_what_a_person_wrote_at_the_edge_of_a_page_is_kept() -> None:
    styles = f"""<office:document-styles {SPACES}><office:master-styles>
<style:master-page style:name="Default"><style:header><text:p>单位：万元</text:p></style:header>
  <style:footer><text:p>第 <text:page-number>1</text:page-number> 页</text:p>
    <text:p>制表：<text:span>张三</text:span><text:date>2023-01-01</text:date></text:p></style:footer>
  <style:footer-left style:display="false"><text:p>不印</text:p></style:footer-left>
</style:master-page></office:master-styles></office:document-styles>"""
    whole = io.BytesIO(ods(row(text("甲"))))
    with zipfile.ZipFile(whole, "a") as made:
        made.writestr("styles.xml", styles)
    (sheet,) = opendocument.read(whole.getvalue()).sheets
    assert sheet.printed == ("单位：万元", "制表：张三")
    (bare,) = opendocument.read(ods(row(text("甲")))).sheets
    assert bare.printed == ()


def test_a_flat_file_is_read_like_a_packed_one() -> None:
    rows = row(text("项目名称"), text("道路养护")) + row(text("资金"), text("12"))
    flat, packed = (open_file(".fods", data) for data in (fods(rows), ods(rows)))
    assert [one.cells for one in flat.sheets] == [one.cells for one in packed.sheets]
    assert flat.problems == []
    assert [one.code for one in packed.problems] == ["X007"]


@pytest.mark.parametrize(
    "data",
    [
        fods(row(text("甲")))[:-40],
        fods(row(text("甲"))).replace(b"<office:document ", b"<office:document <", 1),
    ],
    ids=["cut", "no XML"],
)
def test_a_flat_file_that_lies_is_told(data: bytes) -> None:
    workbook = open_file(".fods", data)
    assert (workbook.sheets, [one.code for one in workbook.problems]) == ([], ["X001"])
