"""Hostile files, each made by code: what a person who means harm, or a broken disk, may send.

A file is a name, which ends as its sender would have it, and a function that makes its bytes.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Make = Callable[[], bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

TITLE = "财政项目支出绩效目标申报表"
RECORD: dict[str, Any] = {"form": "project-goal-2023", "year": 2023, "project_name": "预备费"}

HEAD = f'<worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def zipped(members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip archive of these members."""
    pairs = members.items() if hasattr(members, "items") else members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return buffer.getvalue()


def parts(rows: str = "", **changes: str | bytes) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet; ``changes`` name a part by its last word."""
    override = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{KIND}{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("styles", "styles"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{override}</Types>",
        "_rels/.rels": related(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": related(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId8", "styles", "styles.xml"),
            ("rId9", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0"/>'
        "</cellXfs></styleSheet>",
        STRINGS: f'<sst xmlns="{MAIN}"/>',
        SHEET: HEAD + rows + TAIL,
    }
    names = {"sheet": SHEET, "strings": STRINGS, "book": "xl/workbook.xml"}
    return made | {names.get(key, key): value for key, value in changes.items()}


def related(*relations: tuple[str, str, str]) -> str:
    """A part of relationships."""
    rows = "".join(
        f'<Relationship Id="{key}" Type="{DOCUMENT}/{kind}" Target="{target}"/>'
        for key, kind, target in relations
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'


def texts(*rows: Iterable[str]) -> str:
    """Rows of cells with their texts in place."""
    cells = ("".join(f'<c t="inlineStr"><is><t>{one}</t></is></c>' for one in row) for row in rows)
    return "".join(f"<row>{one}</row>" for one in cells)


def book(rows: str = "", **changes: str | bytes) -> bytes:
    """A workbook of one sheet."""
    return zipped(parts(rows, **changes))


def repeated(head: str, unit: str, megabytes: int, tail: str = "") -> bytes:
    """A raw deflate stream that says one thing over and over, made without all of it."""
    block = unit.encode() * max(1, 2**20 // len(unit.encode()))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(head.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(tail.encode()) + packer.flush()
    return start + packed * (megabytes * 2**20 // len(block)) + end


def bomb(part: str, head: str, unit: str, megabytes: int = 1024) -> bytes:
    """A workbook in which one part unpacks to that many megabytes."""
    raw = repeated(head, unit, megabytes)
    return raw_zip([*_deflated(parts(), part), (part, raw, megabytes * 2**20, 0)])


def _deflated(
    members: Mapping[str, str | bytes], without: str
) -> Iterable[tuple[str, bytes, int, int]]:
    for name, content in members.items():
        if name != without:
            data = content.encode() if isinstance(content, str) else content
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            yield name, packer.compress(data) + packer.flush(), len(data), zlib.crc32(data)


def raw_zip(members: Iterable[tuple[str, bytes, int, int]]) -> bytes:
    """An archive of deflated streams, with the sizes and check sums that it is told to claim."""
    body, directory, count = bytearray(), bytearray(), 0
    for name, raw, size, crc in members:
        key = name.encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 33, crc, len(raw), size, len(key), 0)
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body))
        directory += key
        body += b"PK\x03\x04" + common + key + raw
        count += 1
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def commented(count: int) -> bytes:
    """A workbook with so many comments."""
    comments = "".join(
        f'<comment ref="{"ABCDEFGH"[at % 8]}{at // 8 + 1}"><text><t>批注 {at}</t></text></comment>'
        for at in range(count)
    )
    rels = related(("c1", "comments", "../comments1.xml"))
    return zipped(
        parts(texts([TITLE]))
        | {
            "xl/worksheets/_rels/sheet1.xml.rels": rels,
            "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList>{comments}'
            "</commentList></comments>",
        }
    )


def document(body: str) -> bytes:
    """A text document with this body."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": related(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
            "</w:document>",
        }
    )


def spreadsheet(table: str) -> bytes:
    """An OpenDocument spreadsheet with this table."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    tables = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{tables}" '
        f'xmlns:text="{text}"><office:body><office:spreadsheet>{table}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    listed = (
        f'<m:manifest xmlns:m="{manifest}"><m:file-entry m:full-path="/" m:media-type="{kind}"/>'
        "</m:manifest>"
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": listed})


def paper(pages: int) -> bytes:
    """A PDF that claims so many pages, all of them the same one."""
    kids = " ".join(["3 0 R"] * pages)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        "<</Length 0>>stream\n\nendstream",
    ]
    body, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{one}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    at = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    body += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
    return body.encode()


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive."""
    data = zipped({"表.txt": TITLE})
    for _ in range(depth):
        data = zipped({"包.zip": data})
    return data


def records(count: int, **changes: object) -> bytes:
    """So many records as JSON."""
    return json.dumps([RECORD | changes] * count, ensure_ascii=False).encode()


def one(**changes: object) -> bytes:
    """One record as JSON."""
    return json.dumps(RECORD | changes, ensure_ascii=False).encode()


LABELS = ["项目名称", "项目性质", "项目类别", "主管部门", "实施单位", "计划开始日期", "项目总目标"]
TAGS = 10_000
HOST = 'xmlns:x="http://h" '
LAUGHS = "".join(f'<!ENTITY l{at} "{"".join([f"&l{at - 1};"] * 10)}">' for at in range(1, 10))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "哈">{LAUGHS}]>'
LABELLED = texts(*([label, "值"] for label in LABELS))


def overlapping(count: int = 2_000) -> bytes:
    """Many members that are all the same bytes of the file: a bomb without nesting."""
    data = b"\0" * 4_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(data) + packer.flush()
    crc, made = zlib.crc32(data), bytearray()
    key = b"xl/a.xml"
    common = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 33, crc, len(raw), len(data), len(key), 0)
    made += b"PK\x03\x04" + common + key + raw
    at, directory = len(made), bytearray()
    for number in range(count):
        name = f"xl/{number:04}.xml".encode()
        claim = struct.pack(
            "<HHHHHIIIHH", 20, 0x800, 8, 0, 33, crc, len(raw), len(data), len(name), 0
        )
        directory += b"PK\x01\x02\x14\x00" + claim + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0)
    return bytes(made + directory + end)


def sheets(count: int) -> bytes:
    """A workbook of so many sheets, each with a form's title."""
    rows = "".join(
        f'<sheet name="表{at}" sheetId="{at}" r:id="r{at}"/>' for at in range(1, count + 1)
    )
    made = parts() | {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{rows}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related(
            *((f"r{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, count + 1))
        ),
    }
    sheet = HEAD + texts([TITLE], LABELS) + TAIL
    return zipped(made | {f"xl/worksheets/sheet{at}.xml": sheet for at in range(1, count + 1)})


HOSTILE: dict[str, tuple[str, Make]] = {
    # Workbooks that are bombs.
    "a gigabyte of blanks": ("表.xlsx", lambda: bomb(SHEET, HEAD, " ")),
    "a gigabyte in one string": (
        "表.xlsx",
        lambda: bomb(STRINGS, f"<sst xmlns='{MAIN}'><si><t>", "长"),
    ),
    "20 million strings": (
        "表.xlsx",
        lambda: bomb(STRINGS, f"<sst xmlns='{MAIN}'>", "<si><t>a</t></si>", 340),
    ),
    "a gigabyte of cells": ("表.xlsx", lambda: bomb(SHEET, f"{HEAD}<row>", "<c><v>1</v></c>")),
    "elements that never end": ("表.xlsx", lambda: bomb(SHEET, "<a>", "<a>")),
    "a gigabyte in an attribute": ("表.xlsx", lambda: bomb(SHEET, "<worksheet a='", "x>")),
    "a million merged areas": (
        "表.xlsx",
        lambda: bomb(SHEET, f"{HEAD}</sheetData><mergeCells>", "<mergeCell ref='A1:B2'/>", 64),
    ),
    # Workbooks that lie.
    "entities that multiply": (
        "表.xlsx",
        lambda: book(sheet=f"{DOCTYPE}{HEAD}<row><c t='str'><v>&l9;</v></c></row>{TAIL}"),
    ),
    "an entity that reads a file": (
        "表.xlsx",
        lambda: book(
            sheet=f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>{HEAD}<row><c t="str"><v>&e;</v></c></row>{TAIL}'
        ),
    ),
    "a cell in the far corner": (
        "表.xlsx",
        lambda: book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    ),
    "a table of strings that lies": (
        "表.xlsx",
        lambda: book(strings=f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"/>'),
    ),
    "a dimension that lies": (
        "表.xlsx",
        lambda: book(
            sheet=f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>{texts([TITLE])}{TAIL}'
        ),
    ),
    "a string that is not there": (
        "表.xlsx",
        lambda: book('<row><c t="s"><v>99999999</v></c></row>'),
    ),
    "a part that names itself": (
        "表.xlsx",
        lambda: zipped(
            parts() | {"xl/_rels/workbook.xml.rels": related(("rId1", "worksheet", "workbook.xml"))}
        ),
    ),
    "a part outside of the package": (
        "表.xlsx",
        lambda: zipped(
            parts()
            | {"xl/_rels/workbook.xml.rels": related(("rId1", "worksheet", "../../../etc/passwd"))}
        ),
    ),
    "two members of one name": (
        "表.xlsx",
        lambda: zipped([*parts().items(), (SHEET, HEAD + texts(["另一个"]) + TAIL)]),
    ),
    "members that overlap": ("表.xlsx", overlapping),
    "half a workbook": ("表.xlsx", lambda: book(LABELLED)[:900]),
    "a workbook of zeros": ("表.xlsx", lambda: bytes(100_000)),
    # Workbooks that are too much.
    "88,000 labels": (
        "表.xlsx",
        lambda: book(texts(*(LABELS + LABELS[:1] for _ in range(11_000)))),
    ),
    "90,000 labels with values": (
        "表.xlsx",
        lambda: book(texts(*([LABELS[at % 7], "值"] * 4 for at in range(11_250)))),
    ),
    "90,000 long cells": (
        "表.xlsx",
        lambda: book(texts([TITLE], *(["很长的文字" * 16] * 8 for _ in range(11_250)))),
    ),
    "90,000 comments": ("表.xlsx", lambda: commented(90_000)),
    "10,000 titles": ("表.xlsx", lambda: book(texts(*([TITLE] for _ in range(10_000))))),
    "1,000 forms in one sheet": (
        "表.xlsx",
        lambda: book(texts(*([row for _ in range(1_000) for row in ([TITLE], LABELS, LABELS)]))),
    ),
    "10,000 signs of less": (
        "表.xlsx",
        lambda: book(texts([TITLE], ["项目名称", "&lt;" * TAGS + "b>"])),
    ),
    "24 cells of signs of less": (
        "表.xlsx",
        lambda: book(texts([TITLE], *(["项目总目标", "&lt;" * TAGS + "b>"] for _ in range(24)))),
    ),
    "tags nested 10,000 deep": (
        "表.xlsx",
        lambda: book(texts([TITLE], ["项目总目标", "&lt;b>" * TAGS + "&lt;/b>" * TAGS])),
    ),
    "1,000 sheets": ("表.xlsx", lambda: sheets(1_000)),
    "formulas that call themselves": (
        "表.xlsx",
        lambda: book(
            texts([TITLE])
            + '<row><c><f t="shared" ref="A2:A99999" si="0">A2</f></c></row>'
            + '<row><c><f t="shared" si="0"/></c></row>' * 20_000
        ),
    ),
    # Texts.
    "10,000 titles as text": ("表.txt", lambda: f"{TITLE}\n".encode() * 10_000),
    "a million words": ("表.txt", lambda: (TITLE + "\n" + "词 " * 1_000_000).encode()),
    "60 rows of tabs": ("表.txt", lambda: (TITLE + "\n" + ("\t" * 1_000_000 + "\n") * 60).encode()),
    "5,000 labels in any order": (
        "表.txt",
        lambda: (
            TITLE
            + "\n"
            + "\n".join("\t".join(LABELS[at % 7 :] + LABELS[: at % 7]) for at in range(715))
        ).encode(),
    ),
    "a million lines": ("表.txt", lambda: "项目名称\t值\n".encode() * 1_000_000),
    "one line of 60 MB": ("表.txt", lambda: "项目".encode() * 10_000_000),
    "quotes without end": ("表.txt", lambda: (TITLE + '\n"' + '"\t"' * 500_000).encode()),
    "signs that drive a terminal": (
        "表.txt",
        lambda: (TITLE + "\n项目名称\t\u009b2J\u202e\x1b]0;x\x07坏\n").encode(),
    ),
    "bytes of no encoding": ("表.txt", lambda: b"\x81\xff\xfe\xfa" * 100_000),
    # JSON.
    "200,000 double keys": ("表.json", lambda: ("{" + '"a":1,' * 200_000 + '"a":1}').encode()),
    "20 million integers": ("表.json", lambda: b"[" + b"1," * 20_000_000 + b"1]"),
    "a million lines of JSON": ("表.jsonl", lambda: b'{"form":"project-goal-2023"}\n' * 1_000_000),
    "a list of two million lists": ("表.json", lambda: b"[" + b"[]," * 2_000_000 + b"[]]"),
    "lists nested 700 deep": ("表.json", lambda: one(indicators=json.loads("[" * 700 + "]" * 700))),
    "lists nested 100,000 deep": ("表.json", lambda: b"[" * 100_000 + b"]" * 100_000),
    "10,000 signs of less in JSON": ("表.json", lambda: one(overall_goal="<" * TAGS + "b>")),
    "tags nested 10,000 deep in JSON": (
        "表.json",
        lambda: one(overall_goal="<b>" * TAGS + "</b>" * TAGS),
    ),
    "a number of a million digits": (
        "表.json",
        lambda: b'{"form":"project-goal-2023","year":' + b"9" * 1_000_000 + b"}",
    ),
    "an exponent without end": (
        "表.json",
        lambda: b'{"form":"project-goal-2023","funds":{"total":1e999999999}}',
    ),
    "a severity that is a list": (
        "表.json",
        lambda: json.dumps(
            {
                "form": "x",
                "record": None,
                "problems": [{"code": "X001", "severity": ["error"], "message": []}],
            }
        ).encode(),
    ),
    "100,000 rows in one record": (
        "表.json",
        lambda: one(indicators=[{"level1": "产出指标"}] * 100_000),
    ),
    "10,000 empty records": ("表.json", lambda: records(10_000)),
    "half a character": ("表.json", lambda: b'{"form":"\xe9\xa1"}'),
    "a lone surrogate": (
        "表.json",
        lambda: b'{"form":"project-goal-2023","project_name":"\\ud800"}',
    ),
    # Archives.
    "16 archives of archives": (
        "包.zip",
        lambda: zipped({f"{at}.zip": zipped({"大.txt": bytes(64_000_000)}) for at in range(16)}),
    ),
    "20,000 empty members": ("包.zip", lambda: zipped({f"{at}.xlsx": b"" for at in range(20_000)})),
    "20,000 small members": ("包.zip", lambda: zipped({f"{at}.txt": b"x" for at in range(20_000)})),
    "an archive in an archive in an archive": ("包.zip", lambda: nested(5)),
    "a bomb of texts": (
        "包.zip",
        lambda: zipped({f"{at}.txt": bytes(4_000_000) for at in range(100)}),
    ),
    "250 records of 4 MB": (
        "包.zip",
        lambda: zipped({f"{at}.json": one(overall_goal="目" * 1_300_000) for at in range(60)}),
    ),
    "names that lead outside": (
        "包.zip",
        lambda: zipped({"../../../出.txt": TITLE, "/etc/x.txt": TITLE, "C:\\x.txt": TITLE}),
    ),
    "half an archive": ("包.zip", lambda: zipped({"表.txt": TITLE * 1_000})[:200]),
    "a directory that lies": (
        "包.zip",
        lambda: zipped({"表.txt": TITLE}).replace(b"PK\x01\x02", b"PK\x01\x03"),
    ),
    # Documents and other spreadsheets.
    "a document of 100,000 tables": (
        "表.docx",
        lambda: document("<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" * 100_000),
    ),
    "tables nested 5,000 deep": (
        "表.docx",
        lambda: document("<w:tbl><w:tr><w:tc>" * 5_000 + "</w:tc></w:tr></w:tbl>" * 5_000),
    ),
    "a document of a million runs": (
        "表.docx",
        lambda: document(f"<w:p>{'<w:r><w:t>字</w:t></w:r>' * 1_000_000}</w:p>"),
    ),
    "a cell repeated two billion times": (
        "表.ods",
        lambda: spreadsheet(
            '<table:table table:name="a"><table:table-row table:number-rows-repeated="2000000000"><table:table-cell table:number-columns-repeated="2000000000"><text:p>1</text:p></table:table-cell></table:table-row></table:table>'
        ),
    ),
    "a PDF of 100,000 pages": ("表.pdf", lambda: paper(100_000)),
    "half a PDF": ("表.pdf", lambda: paper(3)[:120]),
    "a PDF of noise": ("表.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400),
    "an old workbook of noise": (
        "表.xls",
        lambda: (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(range(256)) * 400
            + "Workbook".encode("utf-16-le")
            + b"\0\0"
        ),
    ),
    "a picture under the name of a workbook": (
        "表.xlsx",
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(1_000),
    ),
    "nothing at all": ("表.xlsx", lambda: b""),
}
