"""Small .xlsx packages written by hand, part by part, for the tests of the reader."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Cell, Sheet, Workbook
from xlsync.sources.xlsx import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

# We do not read it; the programs that the reader is compared with do.
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{TYPE}{kind}+xml"/>'
        for part, kind in [
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("styles", "styles"),
            ("sharedStrings", "sharedStrings"),
        ]
    )
    + "</Types>"
)

Relation = tuple[str, str, str]  # id, kind, target


def relationships(*relations: Relation, external: Iterable[str] = ()) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{DOCUMENT}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if key in external else "/>")
        for key, kind, target in relations
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'


def worksheet(rows: str, after: str = "", before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def workbook(*sheets: str, rest: str = "", before: str = "") -> str:
    entries = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">{before}'
        f"<sheets>{entries}</sheets>{rest}</workbook>"
    )


def styles(*formats: str, codes: str = "", parents: str = "") -> str:
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f"<cellStyleXfs>{parents}</cellStyleXfs><cellXfs>{''.join(formats)}</cellXfs></styleSheet>"
    )


def strings(*items: str) -> str:
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def parts(rows: str = "", **changes: str | bytes | None) -> dict[str, str | bytes]:
    """Return the parts of a workbook with one sheet; None takes a part out."""
    whole: dict[str, str | bytes | None] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook("表"),
        "xl/_rels/workbook.xml.rels": relationships(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId8", "styles", "styles.xml"),
            ("rId9", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": styles('<xf numFmtId="0"/>'),
        "xl/sharedStrings.xml": strings(),
        "xl/worksheets/sheet1.xml": worksheet(rows),
    }
    named = {
        "root": "_rels/.rels",
        "book": "xl/workbook.xml",
        "book_rels": "xl/_rels/workbook.xml.rels",
        "styles": "xl/styles.xml",
        "strings": "xl/sharedStrings.xml",
        "sheet": "xl/worksheets/sheet1.xml",
        "sheet_rels": "xl/worksheets/_rels/sheet1.xml.rels",
    }
    whole |= {named[key]: value for key, value in changes.items()}
    return {name: value for name, value in whole.items() if value is not None}


def packed(members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    pairs = members.items() if hasattr(members, "items") else members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return buffer.getvalue()


def read_parts(rows: str = "", **changes: str | bytes | None) -> Workbook:
    return read(packed(parts(rows, **changes)))


def sheet_of(rows: str, **changes: str | bytes | None) -> Sheet:
    """Read a sheet that must be without problems."""
    found = read_parts(rows, **changes)
    assert found.problems == []
    return found.sheets[0]


def cell_of(xml: str, **changes: str | bytes | None) -> Cell:
    """Read one cell, at A1, that must be there and without problems."""
    return sheet_of(f"<row>{xml}</row>", **changes).cells[Address(1, 1)]


def codes(found: Workbook) -> list[str]:
    return [item.code for item in found.problems]
