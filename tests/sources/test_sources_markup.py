"""Web pages and Excel 2003 XML: what they show, where it stands, and files that lie."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from paper_forms import TITLE, cells
from reading_samples import FORMS

from xlsync.base.grid import Address, Area, Kind, Workbook
from xlsync.exchange.reading import read_file
from xlsync.sources import open_file, web_page, xml_sheet
from xlsync.sources.xlsx.budget import UnreadableError

SAMPLES = sorted(
    (Path(__file__).resolve().parents[2] / "samples" / "changzheng-2023" / "一上").glob("*.json")
)
NAME = "urn:schemas-microsoft-com:office:spreadsheet"


def page(body: str) -> Workbook:
    return web_page.read(f"<html><head><title>表</title></head><body>{body}</body></html>".encode())


def texts(workbook: Workbook) -> dict[str, str]:
    (sheet,) = workbook.sheets
    return {address.a1: cell.text for address, cell in sheet.cells.items()}


def told(workbook: Workbook) -> list[tuple[str, str | None]]:
    return [(one.code, one.found) for one in workbook.problems]


def without_ids(record: object) -> object:
    made = json.loads(json.dumps(record))
    del made["id"]
    for item in made["indicators"]:
        del item["id"]
    return made


def as_page(record: dict[str, object]) -> str:
    """The official form as a page of the web, merged as on paper."""
    rows: dict[int, str] = {}
    for (top, left, bottom, right), text in sorted(cells(record)):
        span = f'rowspan="{bottom - top + 1}" colspan="{right - left + 1}"'
        said = escape(text).replace("\n", "<br/>")
        rows[top] = rows.get(top, "") + f"<td {span}>{said}</td>"
    table = "".join(f"<tr>{row}</tr>\n" for _, row in sorted(rows.items()))
    return f"<h2>{TITLE}</h2><p>({record['year']}年度)</p><table>{table}</table>"


def test_the_sixteen_forms_come_back_from_one_page_under_the_ending_of_a_workbook(
    tmp_path: Path,
) -> None:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
    assert len(records) == 16
    path = tmp_path / "十六份.xls"
    path.write_text(f"<html><body>{''.join(map(as_page, records))}</body></html>", encoding="utf-8")
    readings = read_file(FORMS, path).readings
    assert [without_ids(one.record) for one in readings] == [without_ids(one) for one in records]
    structural = {one.code for each in readings for one in each.problems if one.code[0] in "SVX"}
    assert structural == {"X007"}


def test_spanned_cells_stand_once_and_keep_their_columns() -> None:
    made = page(
        "<table><tr><td rowspan=2>甲</td><td colspan='2'>乙</td></tr>"
        "<tr><td>丙</td><td>丁</td></tr><tr><td>戊</td></tr></table><p>己</p>"
    )
    assert texts(made) == {"A1": "甲", "B1": "乙", "B2": "丙", "C2": "丁", "A3": "戊", "A4": "己"}
    assert set(made.sheets[0].merges) == {Area(1, 1, 2, 1), Area(1, 2, 1, 3)}


def test_blanks_and_breaks_are_as_a_browser_shows_them() -> None:
    made = page("<table><tr><td>  一\n 行&nbsp;<br>二 行<p>三</p></td><td>&nbsp;</td></tr></table>")
    assert texts(made) == {"A1": "一 行\n二 行\n三"}


def test_struck_and_raised_texts_keep_their_meaning() -> None:
    made = page(
        "<table><tr><td><s>85</s>90</td><td>5×10<sup>4</sup></td><td>95<sup>①</sup></td>"
        "<td><span style='text-decoration: line-through'>旧</span>新</td></tr></table>"
    )
    (sheet,) = made.sheets
    assert list(texts(made).values()) == ["90", "5×10⁴", "95", "新"]
    asides = [cell.aside and (cell.aside.struck, cell.aside.notes) for cell in sheet.cells.values()]
    assert asides == [("85", ""), None, ("", "①"), ("旧", "")]


CLASSES = r"""<style>
td {padding:0px; mso-number-format:General}
.xl65, td.xl66 {mso-number-format:"\#\,\#\#0\.00\0022万元\0022"; text-align:right}
.xl67 {mso-number-format:"0\.0\,\0022千元\0022"}
.xl68 {text-decoration:line-through}
.xl69 {display:none}
</style>"""


def test_what_the_classes_of_a_page_say_of_its_cells_is_kept() -> None:
    workbook = page(
        f"{CLASSES}<table><tr><td class=xl65>120</td><td class='a xl66'>1,200.50</td>"
        "<td class=xl67 x:num='300000'>300.0</td><td class=xl65>120.00万元</td></tr>"
        "<tr><td class=xl68>划掉</td><td>旧<font class=xl68>去年</font>新</td>"
        "<td style='mso-number-format:\"0\\.00\\0022亿元\\0022\"'>2.5</td>"
        "<td style='mso-number-format:\"\\@\"'>007</td></tr>"
        "<tr class=xl69><td>藏</td></tr></table>"
    )
    (sheet,) = workbook.sheets
    made = {at.a1: (one.text, one.number_format) for at, one in sheet.cells.items()}
    assert made["A1"] == ("120", '#,##0.00"万元"')
    assert made["B1"] == ("1200.50", '#,##0.00"万元"')
    assert made["C1"] == ("300000", '0.0,"千元"')
    assert made["D1"] == ("120.00万元", "General")
    assert made["C2"] == ("2.5", '0.00"亿元"')
    assert made["D2"] == ("007", "General")
    assert sheet.struck == {Address.parse("A2")}
    assert sheet.cells[Address.parse("B2")].text == "旧新"
    assert sheet.hidden_rows == {3}


def test_fields_of_a_page_are_read_as_they_were_filled_in() -> None:
    made = page(
        "<table><tr><td><input value='河道'><input type=hidden value=x></td>"
        "<td><input type=checkbox checked>新增<input type=checkbox>延续</td>"
        "<td><select><option>一</option><option selected>二</option></select></td></tr></table>"
    )
    assert texts(made) == {"A1": "河道", "B1": "☑新增□延续", "C1": "二"}


def test_what_is_not_shown_is_told_and_scripts_are_no_content() -> None:
    made = page(
        "<script>alert('x')</script><style>td {}</style><!-- 注 -->"
        "<table><tr style='display:none'><td>甲</td></tr>"
        "<tr><td>乙<span style='display:none'>暗</span></td><td style='display:none'>丙</td></tr>"
        "</table><img src='http://example.invalid/a.png'>"
    )
    assert texts(made) == {"A1": "甲", "A2": "乙", "B2": "丙"}
    (sheet,) = made.sheets
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({1}, {2})
    assert told(made) == [("S012", "暗"), ("S009", None)]


def test_a_table_in_a_table_follows_below_the_row() -> None:
    made = page(
        "<table><tr><td>甲<table><tr><td>乙</td></tr></table></td></tr><tr><td>丙</td></tr></table>"
    )
    assert texts(made) == {"A1": "甲", "A2": "乙", "A3": "丙"}


OF_LIBREOFFICE = (
    "<h1>Overview</h1><a href='#table0'>甲</a>"
    "<a name='table0'><h1>Sheet 1: <em>甲</em></h1></a><table><tr><td>1</td></tr></table>"
    "<a name='table1'><h1>Sheet 2: <em>乙</em></h1></a><table><tr><td>2</td></tr></table>"
)
OF_GNUMERIC = (
    "<table><caption>甲</caption><tr><td>1</td></tr></table>"
    "<table><caption>乙</caption><tr><td>2</td></tr></table>"
)


@pytest.mark.parametrize("body", [OF_LIBREOFFICE, OF_GNUMERIC])
def test_the_sheets_of_a_workbook_stay_apart(body: str) -> None:
    made = page(body)
    assert [(one.name, one.text(Address(1, 1))) for one in made.sheets] == [
        ("甲", "1"),
        ("乙", "2"),
    ]


def test_a_page_says_its_encoding_or_it_is_told() -> None:
    body = "<table><tr><td>项目名称</td></tr></table>"
    said = f'<html><head><meta charset="gb2312"></head>{body}</html>'.encode("gb18030")
    assert told(web_page.read(said)) == []
    assert told(web_page.read(f"<html>{body}</html>".encode("gb18030"))) == [("X006", None)]


HOSTILE = {
    "deep": b"<div>" * 5_000 + b"x",
    "deep cells": b"<table><tr><td>" * 300 + b"x",
    "wide": b"<table><tr>" + b"<td colspan=16000>x</td>" * 3 + b"</tr></table>",
    "long": b"<p>" + b"x" * (web_page.MAX_BYTES + 1),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_ends_in_a_clear_problem(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        web_page.read(b"<html><body>" + data)


def test_a_cell_that_goes_down_for_ever_is_cut() -> None:
    made = page("<table><tr><td rowspan=99999999>甲</td></tr><tr><td>乙</td></tr></table>")
    assert texts(made) == {"A1": "甲", "B2": "乙"}


# ---- Excel 2003 XML --------------------------------------------------------------


def book(rows: str, *, styles: str = "", options: str = "", table: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{NAME}" xmlns:ss="{NAME}" '
        f'xmlns:x="urn:schemas-microsoft-com:office:excel" '
        f'xmlns:html="http://www.w3.org/TR/REC-html40"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="表"><Table>{table}{rows}</Table>{options}</Worksheet></Workbook>'
    ).encode()


def data(kind: str, text: str, about: str = "") -> str:
    return f'<Cell{about}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_cells_of_xml_keep_their_places_kinds_and_formats() -> None:
    styles = (
        '<Style ss:ID="s1"><NumberFormat ss:Format="0.00&quot;万元&quot;"/></Style>'
        '<Style ss:ID="s2" ss:Parent="s1"><Font ss:StrikeThrough="1"/></Style>'
        '<Style ss:ID="s3"><NumberFormat ss:Format="Percent"/></Style>'
    )
    first = [data("String", "甲"), data("Number", "120", ' ss:Index="3" ss:StyleID="s1"')]
    second = [
        data("DateTime", "2023-01-01T00:00:00.000"),
        data("Number", "0.85", ' ss:StyleID="s3" ss:MergeAcross="1"'),
        data("Error", "#N/A"),
        data("Boolean", "1"),
        data("Number", "7", ' ss:StyleID="s2"'),
    ]
    hidden = f'<Row ss:Index="4" ss:Hidden="1">{"".join(second)}</Row>'
    rows = f"<Row>{''.join(first)}</Row>{hidden}"
    made = xml_sheet.read(book(rows, styles=styles))
    (sheet,) = made.sheets
    cell = {address.a1: one for address, one in sheet.cells.items()}
    assert {a1: (one.text, one.kind) for a1, one in cell.items()} == {
        "A1": ("甲", Kind.TEXT),
        "C1": ("120", Kind.NUMBER),
        "A4": ("2023-01-01", Kind.DATE),
        "B4": ("0.85", Kind.NUMBER),
        "D4": ("#N/A", Kind.ERROR),
        "E4": ("TRUE", Kind.BOOLEAN),
        "F4": ("7", Kind.NUMBER),
    }
    assert (cell["C1"].number_format, cell["B4"].number_format) == ('0.00"万元"', "0.00%")
    assert cell["F4"].number_format == '0.00"万元"'
    assert cell["F4"].aside is not None
    assert cell["F4"].aside.is_whole
    assert (sheet.hidden_rows, sheet.merges) == ({4}, [Area(4, 2, 4, 3)])


def test_comments_margins_and_runs_of_xml_are_kept() -> None:
    rows = (
        '<Row><Cell><Data ss:Type="String"><html:S>85</html:S>90<html:Sup>2</html:Sup></Data>'
        "<Comment><ss:Data>张三：请核对</ss:Data></Comment></Cell></Row>"
    )
    options = (
        '<x:WorksheetOptions><x:PageSetup><x:Header x:Data="&amp;C单位：万元"/></x:PageSetup>'
        "<x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    )
    (sheet,) = xml_sheet.read(book(rows, options=options)).sheets
    cell = sheet.cells[Address(1, 1)]
    assert (cell.text, cell.aside and cell.aside.struck) == ("90²", "85")
    assert sheet.comments == {Address(1, 1): "张三：请核对"}
    assert (sheet.visible, sheet.printed) == (False, ("单位：万元",))


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Workbook/>',
        book('<Row ss:Index="99999999"><Cell/></Row>'),
        book("<Row>")[:-40],
        b" " * (xml_sheet.MAX_BYTES + 1),
    ],
    ids=["entities", "far", "cut", "long"],
)
def test_a_hostile_xml_ends_in_a_clear_problem(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        xml_sheet.read(data)


def test_both_are_read_in_a_process_of_their_own() -> None:
    made = open_file(".xml", book(f"<Row>{data('String', '甲')}</Row>"))
    assert (texts(made), made.problems) == ({"A1": "甲"}, [])
    made = open_file(".html", b"<table><tr><td>x</td></tr></table>")
    assert (texts(made), made.problems) == ({"A1": "x"}, [])
