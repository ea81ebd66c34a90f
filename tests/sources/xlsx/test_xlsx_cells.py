import pytest
from xlsx_parts import cell_of, codes, read_parts, sheet_of, strings, styles, worksheet

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, Area, Kind

RICH = (
    "<r><rPr><b/><sz val='11'/></rPr><t>绩效</t></r><r><t xml:space='preserve'> 目标</t></r>"
    "<rPh sb='0' eb='2'><t>フリガナ</t></rPh>"
)


@pytest.mark.parametrize(
    ("xml", "text", "kind"),
    [
        ("<c><v>490000000.005000000005</v></c>", "490000000.005000000005", Kind.NUMBER),
        ("<c><v>4.9E8</v></c>", "4.9E8", Kind.NUMBER),
        ("<c t='n'><v>-0</v></c>", "-0", Kind.NUMBER),
        ("<c><v> 12 </v></c>", "12", Kind.NUMBER),
        ("<c><v>１２</v></c>", "１２", Kind.TEXT),
        ("<c><v>1_000</v></c>", "1_000", Kind.TEXT),
        ("<c><v>nan</v></c>", "nan", Kind.TEXT),
        ("<c t='str'><v> 文字 </v></c>", " 文字 ", Kind.TEXT),
        ("<c t='b'><v>1</v></c>", "TRUE", Kind.BOOLEAN),
        ("<c t='b'><v>false</v></c>", "FALSE", Kind.BOOLEAN),
        ("<c t='b'><v>maybe</v></c>", "maybe", Kind.BOOLEAN),
        ("<c t='e'><v>#REF!</v></c>", "#REF!", Kind.ERROR),
        ("<c t='e'><v>#SPILL!</v></c>", "#SPILL!", Kind.ERROR),
        ("<c t='d'><v>2023-01-01T00:00:00</v></c>", "2023-01-01", Kind.DATE),
        ("<c t='d'><v>2023-01-01T08:30:00</v></c>", "2023-01-01T08:30:00", Kind.DATE),
        ("<c t='d'><v>二〇二三年</v></c>", "二〇二三年", Kind.TEXT),
        ("<c t='unheard'><v>x</v></c>", "x", Kind.TEXT),
        ("<c t='inlineStr'><is><t>内</t></is></c>", "内", Kind.TEXT),
        ("<c t='inlineStr'><t>内</t></c>", "内", Kind.TEXT),
        ("<c t='inlineStr'><v>内</v></c>", "内", Kind.TEXT),
        ("<c><is><t>内</t></is></c>", "内", Kind.TEXT),
        (f"<c t='inlineStr'><is>{RICH}</is></c>", "绩效 目标", Kind.TEXT),
        ("<c><is><r><t>_x00</t></r><r><t>41_</t></r></is></c>", "_x0041_", Kind.TEXT),
        ("<c t='str'><v><![CDATA[<b>&amp;]]></v></c>", "<b>&amp;", Kind.TEXT),
        ("<c t='str'><v>a<!-- note -->b</v></c>", "ab", Kind.TEXT),
        ("<c t='str'><v>&lt;p&gt;&#x3000;</v></c>", "<p>\u3000", Kind.TEXT),
        ("<c t='str'><v>a_x000D_\nb</v></c>", "a\r\nb", Kind.TEXT),
        ("<c t='str'><v>_x005F_x000D_</v></c>", "_x000D_", Kind.TEXT),
        ("<c t='str'><v>_xD83D__xDE00_</v></c>", "😀", Kind.TEXT),
        ("<c t='str'><v>_xD83D_</v></c>", "_xD83D_", Kind.TEXT),
        ("<c t='str'><v>xs_x0_a</v></c>", "xs_x0_a", Kind.TEXT),
    ],
)
def test_content_of_a_cell(xml: str, text: str, kind: Kind) -> None:
    cell = cell_of(xml)
    assert (cell.text, cell.kind) == (text, kind)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<t>文字</t>", "文字"),
        ("<t xml:space='preserve'>  两端 </t>", "  两端 "),
        ("<t> 也保留 </t>", " 也保留 "),
        ("<t>一&#13;&#10;二\n三</t>", "一\r\n二\n三"),
        (RICH, "绩效 目标"),
        ("<t>\u00a0\u200b½</t>", "\u00a0\u200b½"),
        ("<r><t>a_x000D_</t></r><r><t>\nb</t></r>", "a\r\nb"),
        ("<r><t>_x00</t></r><r><t>41_</t></r>", "_x0041_"),
        ("<r><t>_x00</t></r><?other?><r><t>41_</t></r>", "_x0041_"),
    ],
)
def test_shared_string(item: str, text: str) -> None:
    assert cell_of("<c t='s'><v>1</v></c>", strings=strings("<t>x</t>", item)).text == text


@pytest.mark.parametrize(
    "xml",
    [
        "<c s='1'/>",
        "<c><v></v></c>",
        "<c t='s'><v>0</v></c>",
        "<c t='inlineStr'><is/></c>",
        "<c t='s'/>",
    ],
)
def test_blank_cells_have_no_entry(xml: str) -> None:
    sheet = sheet_of(f"<row>{xml}<c><v>7</v></c></row>", strings=strings("<t></t>"))
    assert {address.a1: cell.text for address, cell in sheet.cells.items()} == {"B1": "7"}


@pytest.mark.parametrize("index", ["2", "-1", "x", "99999999999999999999"])
def test_a_missing_shared_string_is_reported_at_its_cell(index: str) -> None:
    found = read_parts(f"<row r='3'><c r='C3' t='s'><v>{index}</v></c></row>")
    assert codes(found) == ["X001"]
    assert (found.problems[0].cell, found.problems[0].found) == ("C3", index)


def test_places_without_references_follow_each_other() -> None:
    rows = (
        "<row><c><v>1</v></c><c r='D1'><v>2</v></c><c><v>3</v></c></row>"
        "<row r='5'/><row><c><v>4</v></c></row>"
    )
    sheet = sheet_of(rows)
    assert {address.a1: cell.text for address, cell in sheet.cells.items()} == {
        "A1": "1",
        "D1": "2",
        "E1": "3",
        "A6": "4",
    }


def test_cells_out_of_order_are_read_where_they_say() -> None:
    sheet = sheet_of(
        "<row r='2'><c r='C2'><v>1</v></c><c r='A2'><v>2</v></c></row>"
        "<row r='1'><c r='$b$1'><v>3</v></c></row>"
    )
    assert {address.a1: cell.text for address, cell in sheet.cells.items()} == {
        "C2": "1",
        "A2": "2",
        "B1": "3",
    }


def test_the_last_cell_of_a_sheet_costs_nothing() -> None:
    sheet = sheet_of("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")
    assert list(sheet.cells) == [Address(MAX_ROW, MAX_COLUMN)]


@pytest.mark.parametrize("reference", ["A1", "A1:XFD1048576", "B2:C3", "", "nonsense"])
def test_the_dimension_is_not_believed(reference: str) -> None:
    sheet = worksheet(
        "<row r='9'><c r='Z9'><v>1</v></c></row>", before=f"<dimension ref='{reference}'/>"
    )
    assert list(sheet_of("", sheet=sheet).cells) == [Address(9, 26)]


@pytest.mark.parametrize(
    "reference", ["XFE1", "A1048577", "A0", "1", "A", "", "AAAA1", "R1C1", "A-1"]
)
def test_a_cell_nowhere_is_reported_with_its_text(reference: str) -> None:
    found = read_parts(
        f"<row><c r='{reference}' t='str'><v>丢不得</v></c><c r='B1'><v>1</v></c></row>"
    )
    assert codes(found) == ["S007"]
    assert found.problems[0].found == "丢不得"
    assert found.problems[0].sheet == "表"
    assert list(found.sheets[0].cells) == [Address(1, 2)]


def test_a_double_cell_is_reported_and_the_first_one_stays() -> None:
    found = read_parts(
        "<row><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c><c r='A1'/><c r='A1'><f>B1</f></c></row>"
    )
    assert found.sheets[0].text(Address(1, 1)) == "1"
    assert [(item.code, item.cell, item.found) for item in found.problems] == [
        ("S007", "A1", "2"),
        ("S007", "A1", "=B1"),
    ]


def test_a_cell_that_says_two_things_is_reported() -> None:
    found = read_parts("<row><c r='A1'><v>1</v><v>2</v><is><t>三</t></is></c></row>")
    assert found.sheets[0].text(Address(1, 1)) == "1"
    assert [item.found for item in found.problems] == ["2", "三"]


def test_a_cell_that_says_the_same_twice_is_not() -> None:
    assert cell_of("<c t='inlineStr'><is><t>一</t></is><v>一</v></c>").text == "一"


def test_merges_and_protection() -> None:
    after = (
        "<sheetProtection sheet='1'/>"
        "<mergeCells><mergeCell ref='A1:B2'/><mergeCell ref='#REF!'/></mergeCells>"
    )
    sheet = sheet_of("", sheet=worksheet("", after=after))
    assert sheet.merges == [Area(1, 1, 2, 2)]
    assert sheet.protected


@pytest.mark.parametrize(
    ("xml", "is_protected"),
    [("", False), ("<sheetProtection/>", False), ("<sheetProtection sheet='true'/>", True)],
)
def test_protection(xml: str, *, is_protected: bool) -> None:
    assert sheet_of("", sheet=worksheet("", after=xml)).protected is is_protected


def test_a_sheet_without_cells() -> None:
    assert sheet_of("").cells == {}


def test_what_stands_in_extensions_is_no_cell() -> None:
    after = "<extLst><ext><c r='A1'><f>A1</f><v>1</v></c></ext></extLst>"
    assert sheet_of("", sheet=worksheet("", after=after)).cells == {}


def test_the_format_and_lock_of_a_cell() -> None:
    formats = styles(
        '<xf numFmtId="0"/>',
        '<xf numFmtId="170"><protection locked="0"/></xf>',
        codes='<numFmt numFmtId="170" formatCode="#,##0.00&quot;元&quot;"/>',
    )
    cell = cell_of("<c s='1'><v>1</v></c>", styles=formats)
    assert (cell.number_format, cell.locked) == ('#,##0.00"元"', False)
    assert cell_of("<c s='77'><v>1</v></c>", styles=formats).locked
