import pytest
from xlsx_parts import (
    MAIN,
    PACKAGE,
    STRICT,
    codes,
    packed,
    parts,
    read_parts,
    relationships,
    sheet_of,
    strings,
    workbook,
    worksheet,
)

from xlsync.base.grid import Address, Area
from xlsync.sources.xlsx import read

ONE = "<row r='1'><c r='A1'><v>1</v></c></row>"


def two_sheets(book: str) -> dict[str, str | bytes]:
    members = parts(
        book=book,
        book_rels=relationships(
            ("rId1", "worksheet", "worksheets/b.xml"), ("rId2", "worksheet", "worksheets/a.xml")
        ),
        sheet=None,
    )
    members["xl/worksheets/a.xml"] = worksheet("<row><c><v>2</v></c></row>")
    members["xl/worksheets/b.xml"] = worksheet("<row><c><v>1</v></c></row>")
    return members


def test_sheets_come_in_the_order_of_the_workbook_through_their_relationships() -> None:
    found = read(packed(two_sheets(workbook("甲", "乙"))))
    assert [(sheet.name, sheet.text(Address(1, 1))) for sheet in found.sheets] == [
        ("甲", "1"),
        ("乙", "2"),
    ]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets(state: str) -> None:
    book = workbook("甲", "乙").replace('sheetId="2"', f'sheetId="2" state="{state}"')
    found = read(packed(two_sheets(book)))
    assert [sheet.visible for sheet in found.sheets] == [True, False]


def test_a_missing_sheet_is_a_problem_and_the_others_are_read() -> None:
    members = two_sheets(workbook("甲", "乙", "丙"))
    del members["xl/worksheets/b.xml"]
    found = read(packed(members))
    assert [(item.code, item.sheet) for item in found.problems] == [("X001", "甲"), ("X001", "丙")]
    assert [len(sheet.cells) for sheet in found.sheets] == [0, 1, 0]


def test_missing_styles_and_strings_are_problems() -> None:
    found = read_parts(ONE, styles=None, strings=None)
    assert codes(found) == ["X001", "X001"]
    assert found.sheets[0].text(Address(1, 1)) == "1"


@pytest.mark.parametrize("part", ["book", "book_rels"])
def test_a_workbook_without_its_main_parts(part: str) -> None:
    assert codes(read_parts(ONE, **{part: None}))[0] == "X001"


@pytest.mark.parametrize(
    ("names", "area"),
    [
        ("表!$A$1", Area(1, 1, 1, 1)),
        ("表!$B$2:$A$1", Area(1, 1, 2, 2)),
        ("'表'!A1:C3", Area(1, 1, 3, 3)),
        ("表!#REF!", None),
        ("#REF!", None),
        ("表!$A$1,表!$B$1", None),
        ("[1]表!$A$1", None),
        ("没有!$A$1", None),
        ("表!$A:$B", None),
        ("1+1", None),
        ('"表!$A$1"', None),
        ("SUM(表!$A$1)", None),
        ("$A$1", None),
    ],
)
def test_a_defined_name(names: str, area: Area | None) -> None:
    rest = f"<definedNames><definedName name='xs_total'>{names}</definedName></definedNames>"
    found = read_parts(book=workbook("表", rest=rest))
    assert found.names == ({} if area is None else {"xs_total": ("表", area)})
    assert found.problems == []


def test_names_of_sheets_and_of_the_workbook() -> None:
    rest = (
        "<definedNames>"
        "<definedName name='a' localSheetId='1'>乙!$A$2</definedName>"
        "<definedName name='a' localSheetId='0'>$A$1</definedName>"
        "<definedName name='b' localSheetId='0'>'It''s'!$B$1</definedName>"
        "<definedName name='b'>'IT''S'!$B$2</definedName>"
        "<definedName name='c' localSheetId='1'>乙!$C$1</definedName>"
        "<definedName name='d' localSheetId='9'>乙!$C$1</definedName>"
        "</definedNames>"
    )
    found = read(packed(two_sheets(workbook("It&apos;s", "乙", rest=rest))))
    assert found.names == {
        "a": ("It's", Area(1, 1, 1, 1)),
        "乙!a": ("乙", Area(2, 1, 2, 1)),
        "b": ("It's", Area(2, 2, 2, 2)),
        "It's!b": ("It's", Area(1, 2, 1, 2)),
        "c": ("乙", Area(1, 3, 1, 3)),
    }


def test_properties() -> None:
    members = parts(
        root=relationships(
            ("r1", "officeDocument", "xl/workbook.xml"),
            ("r2", "metadata/core-properties", "docProps/core.xml"),
            ("r3", "custom-properties", "docProps/custom.xml"),
            ("r4", "custom-properties", "docProps/gone.xml"),
        )
    )
    members["docProps/core.xml"] = (
        '<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><cp:category>xlsync:1</cp:category>'
        "<dc:title>标题</dc:title><dc:creator/></cp:coreProperties>"
    )
    members["docProps/custom.xml"] = (
        '<Properties xmlns="p" xmlns:vt="v"><property name="记录"><vt:lpwstr>一</vt:lpwstr>'
        '</property><property name="n"><vt:i4>1</vt:i4></property>'
        '<property name="title"><vt:lpwstr>二</vt:lpwstr></property></Properties>'
    )
    assert read(packed(members)).properties == {
        "category": "xlsync:1",
        "title": "标题",
        "记录": "一",
    }


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: f"/{name}",
        lambda name: name.replace("/", "\\"),
        lambda name: name.upper(),
        lambda name: f"./{name}",
    ],
)
def test_spellings_of_part_names(rename) -> None:  # noqa: ANN001 - one of the lambdas above
    found = read(packed({rename(name): part for name, part in parts(ONE).items()}))
    # A zip archive must begin with its own signature; all of these do.
    assert found.problems == []
    assert found.sheets[0].text(Address(1, 1)) == "1"


@pytest.mark.parametrize(
    "target",
    [
        "worksheets/sheet1.xml",
        "/xl/worksheets/sheet1.xml",
        "\\xl\\worksheets\\sheet1.xml",
        "./worksheets/../worksheets/sheet1.xml",
        "worksheets/sheet%31.xml",
    ],
)
def test_spellings_of_targets(target: str) -> None:
    assert sheet_of(ONE, book_rels=relationships(("rId1", "worksheet", target))).cells


@pytest.mark.parametrize("target", ["../../etc/passwd", "../../xl/worksheets/sheet1.xml", ""])
def test_targets_outside_of_the_package_lead_nowhere(target: str) -> None:
    found = read_parts(ONE, book_rels=relationships(("rId1", "worksheet", target)))
    assert codes(found) == ["X001"]


def test_an_external_sheet_is_not_followed() -> None:
    rels = relationships(("rId1", "worksheet", "worksheets/sheet1.xml"), external=["rId1"])
    found = read_parts(ONE, book_rels=rels)
    assert codes(found) == ["X001"]
    assert found.sheets[0].cells == {}


def test_members_outside_of_the_package_are_no_parts() -> None:
    members = parts(ONE)
    members["../xl/worksheets/sheet1.xml"] = worksheet("<row><c><v>2</v></c></row>")
    found = read(packed(members))
    assert found.problems == []
    assert found.sheets[0].text(Address(1, 1)) == "1"


def test_strict_namespaces() -> None:
    members = {
        name: str(part)
        .replace(MAIN, STRICT)
        .replace(
            "http://schemas.openxmlformats.org/officeDocument/2006",
            "http://purl.oclc.org/ooxml/officeDocument",
        )
        for name, part in parts(ONE).items()
    }
    found = read(packed(members))
    assert found.problems == []
    assert found.sheets[0].text(Address(1, 1)) == "1"


def test_prefixed_namespaces() -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v>'
        '</x:c></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells>'
        "</x:worksheet>"
    )
    table = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>文</x:t></x:si></x:sst>'
    rels = (
        f'<p:Relationships xmlns:p="{PACKAGE}"><p:Relationship Id="rId1" '
        'Type="a/worksheet" Target="worksheets/sheet1.xml"/><p:Relationship Id="rId2" '
        'Type="a/sharedStrings" Target="sharedStrings.xml"/></p:Relationships>'
    )
    book = workbook("表").replace("r:id", "rel:id").replace("xmlns:r=", "xmlns:rel=")
    found = sheet_of("", sheet=sheet, strings=table, book_rels=rels, book=book)
    assert found.text(Address(1, 1)) == "文"
    assert found.merges == [Area(1, 1, 1, 2)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings_of_parts(encoding: str) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    sheet = mark + worksheet("<row><c t='str'><v>文字</v></c></row>")
    assert sheet_of("", sheet=sheet.encode(encoding)).text(Address(1, 1)) == "文字"


def test_an_encoding_that_nobody_knows() -> None:
    for encoding in ("gb18030", "no-such", "rot13"):
        sheet = f'<?xml version="1.0" encoding="{encoding}"?>' + worksheet(ONE)
        assert codes(read_parts(sheet=sheet)) == ["X001"]


def comments(*items: tuple[str, str]) -> str:
    rows = "".join(f"<comment ref='{ref}'><text>{text}</text></comment>" for ref, text in items)
    return f'<comments xmlns="{MAIN}"><commentList>{rows}</commentList></comments>'


def commented(classic: str, threads: str | None = None) -> dict[str, str | bytes]:
    relations = [("c", "comments", "../comments1.xml")]
    members = parts(ONE)
    members["xl/comments1.xml"] = classic
    if threads is not None:
        relations.append(("t", "threadedComment", "../threadedComments/1.xml"))
        members["xl/threadedComments/1.xml"] = threads
    members["xl/worksheets/_rels/sheet1.xml.rels"] = relationships(*relations)
    return members


def test_classic_comments() -> None:
    rich = "<r><t>审核：</t></r><r><t xml:space='preserve'>\n请改_x000D_</t></r><rPh><t>x</t></rPh>"
    found = read(packed(commented(comments(("A1", rich), ("C9", "<t>二</t>"), ("D1", "<t/>")))))
    assert found.problems == []
    assert found.sheets[0].comments == {Address(1, 1): "审核：\n请改\r", Address(9, 3): "二"}


def test_threads_replace_the_comments_that_stand_for_them() -> None:
    threads = (
        "<ThreadedComments xmlns='t'><threadedComment ref='A1' id='1'><text>问</text>"
        "</threadedComment><threadedComment ref='A1' id='2' parentId='1'><text>答</text>"
        "</threadedComment></ThreadedComments>"
    )
    classic = comments(("A1", "<t>[Threaded comment]</t>"), ("B1", "<t>旧</t>"))
    found = read(packed(commented(classic, threads)))
    assert found.problems == []
    assert found.sheets[0].comments == {Address(1, 1): "问\n答", Address(1, 2): "旧"}


def test_comments_nowhere_or_double_are_reported() -> None:
    found = read(
        packed(commented(comments(("A0", "<t>一</t>"), ("B1", "<t>二</t>"), ("B1", "<t>三</t>"))))
    )
    assert {(item.code, item.cell, item.found) for item in found.problems} == {
        ("S007", "A0", "一"),
        ("S007", "B1", "三"),
    }
    assert found.sheets[0].comments == {Address(1, 2): "二"}


def test_missing_comments_make_the_file_damaged() -> None:
    members = commented(comments())
    del members["xl/comments1.xml"]
    assert codes(read(packed(members))) == ["X001"]


@pytest.mark.parametrize(
    ("kind", "word", "code"),
    [
        ("vbaProject", "宏", "S007"),
        ("externalLink", "其他文件", "S012"),
        ("connections", "外部", "S007"),
        ("cellImage", "图片", "S009"),
    ],
)
def test_what_the_workbook_carries_beside_its_sheets(kind: str, word: str, code: str) -> None:
    rels = relationships(("rId1", "worksheet", "worksheets/sheet1.xml"), ("x", kind, "more.bin"))
    found = read_parts(ONE, book_rels=rels)
    assert codes(found) == [code]
    assert word in found.problems[0].message
    assert found.sheets[0].text(Address(1, 1)) == "1"


def test_an_external_link_names_its_file() -> None:
    members = parts(
        ONE,
        book_rels=relationships(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "externalLink", "externalLinks/externalLink1.xml"),
        ),
    )
    members["xl/externalLinks/_rels/externalLink1.xml.rels"] = relationships(
        ("rId1", "externalLinkPath", "file:///C:/预算.xlsx"), external=["rId1"]
    )
    assert [item.found for item in read(packed(members)).problems] == ["file:///C:/预算.xlsx"]


@pytest.mark.parametrize(
    ("formula", "code"),
    [("[1]Sheet1!A1*2", "S007"), ("SUM('[12]表 1'!A1:A2)", "S007"), ('B1&amp;"[1]"', "S012")],
)
def test_a_link_to_another_workbook_counts_where_a_cell_uses_it(formula: str, code: str) -> None:
    rels = relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"), ("x", "externalLink", "more.bin")
    )
    row = f'<row r="1"><c r="A1"><f>{formula}</f><v>1</v></c></row>'
    assert codes(read_parts(row, book_rels=rels)) == [code]


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_sheets_of_other_kinds_are_reported(kind: str) -> None:
    rels = relationships(("rId1", kind, "worksheets/sheet1.xml"))
    found = read_parts(ONE, book_rels=rels)
    assert "S007" in codes(found)
    assert found.sheets[0].cells == {}


DRAWING = """<xdr:wsDr xmlns:xdr="x" xmlns:a="a" xmlns:mc="m">
<xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:row>4</xdr:row></xdr:from>
<xdr:to><xdr:col>9</xdr:col><xdr:row>9</xdr:row></xdr:to>
<xdr:sp><xdr:txBody><a:p><a:r><a:t>第一</a:t></a:r><a:r><a:t>行</a:t></a:r></a:p>
<a:p><a:r><a:t>第二行</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor>
<xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>0</xdr:row></xdr:from><xdr:pic/>
</xdr:oneCellAnchor>
<xdr:absoluteAnchor><mc:AlternateContent><mc:Choice><xdr:graphicFrame/></mc:Choice>
<mc:Fallback><xdr:sp><a:p><a:t>此图表不可用</a:t></a:p></xdr:sp></mc:Fallback></mc:AlternateContent>
</xdr:absoluteAnchor>
<xdr:twoCellAnchor><xdr:sp><a:p/></xdr:sp></xdr:twoCellAnchor>
</xdr:wsDr>"""


def test_drawings_are_reported_with_their_text() -> None:
    members = parts(ONE, sheet_rels=relationships(("d", "drawing", "../drawings/drawing1.xml")))
    members["xl/drawings/drawing1.xml"] = DRAWING
    found = read(packed(members)).problems
    assert [(item.code, item.sheet, item.cell, item.found) for item in found] == [
        ("S007", "表", "C5", "第一行\n第二行"),
        ("S009", "表", "A1", None),
        ("S007", "表", None, None),
    ]


def test_problems_say_what_to_do_in_chinese() -> None:
    found = read_parts("<row><c r='A0' t='str'><v>x</v></c></row>", styles=None)
    assert all("请" in item.message and item.message.endswith("。") for item in found.problems)


def test_shared_strings_need_no_counts() -> None:
    table = strings("<t>文</t>").replace("<sst ", "<sst count='9' uniqueCount='4294967295' ")
    sheet = sheet_of("<row><c t='s'><v>0</v></c></row>", strings=table)
    assert sheet.text(Address(1, 1)) == "文"
