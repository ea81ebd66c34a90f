"""What a file is, told by its bytes alone."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import FILLED, FORM

from xlsync.exchange.workbooks import workbook
from xlsync.sources.sniffing import Format, sniff

TEXT = FILLED.replace("|", "\t")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(*names: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, content)
    return buffer.getvalue()


def stream(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(64)


ODS = b"application/vnd.oasis.opendocument.spreadsheet"
ODT = b"application/vnd.oasis.opendocument.text"
KNOWN = [
    (workbook(FORM), Format.XLSX),
    (workbook(FORM)[:3000], Format.XLSX),
    (packed("_rels/.rels", "xl/workbook.xml", "[Content_Types].xml"), Format.XLSX),
    (packed("[Content_Types].xml", "xl/workbook.bin"), Format.XLSB),
    (packed("[Content_Types].xml", "word/document.xml"), Format.DOCX),
    (packed("[Content_Types].xml", "ppt/presentation.xml"), Format.POWERPOINT),
    (packed("mimetype", "content.xml", content=ODS), Format.ODS),
    (packed("mimetype", "content.xml", content=ODT), Format.OPEN_TEXT),
    (packed("OFD.xml", "Doc_0/Document.xml"), Format.OFD),
    (packed("甲.xlsx", "乙/丙.docx"), Format.ARCHIVE),
    (packed("解开/[Content_Types].xml", "解开/xl/workbook.xml"), Format.ARCHIVE),
    (packed("甲.txt", content=workbook(FORM)), Format.ARCHIVE),
    (stream("Workbook"), Format.XLS),
    (stream("WordDocument"), Format.DOC),
    (stream("EncryptedPackage"), Format.ENCRYPTED),
    (OLE, Format.OTHER_OLE),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", Format.XLS),
    (b"%PDF-1.4\n", Format.PDF),
    (b"\r\n\r\n%PDF-1.4\n", Format.PDF),
    (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ", Format.NOISE),
    (b"Rar!\x1a\x07\x01\x00", Format.OTHER_ARCHIVE),
    (b"{\\rtf1\\ansi", Format.RTF),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", Format.IMAGE),
    (b"<html><body><table>", Format.HTML),
    (b"\xef\xbb\xbf\n<!DOCTYPE html>", Format.HTML),
    ('<?xml version="1.0"?><html xmlns:x="urn:x">'.encode("utf-16"), Format.HTML),
    (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', Format.XML_SHEET),
    (b'<?xml version="1.0"?><a/>', Format.XML),
    (b"From: a\nSubject: b\n\n", Format.MAIL),
    (b"Received: from x\r\n\tby y\r\nDate: z\r\n\r\nText", Format.MAIL),
    (b'{"form": "x"}', Format.JSON),
    (b'\n[\n  {"form": 1}]', Format.JSON),
    (TEXT.encode(), Format.TEXT),
    (TEXT.encode("gb18030"), Format.TEXT),
    (TEXT.encode("utf-16"), Format.TEXT),
    ("项目名称：甲\n备注：乙\n".encode(), Format.TEXT),
    ("[表一] 河道保洁".encode(), Format.TEXT),
    (b"BM\n1\t2\n", Format.TEXT),
    (b"\x00\x01\x02\x03", Format.BINARY),
]


@pytest.mark.parametrize(("data", "found"), KNOWN)
def test_a_format_is_recognised(data: bytes, found: Format) -> None:
    assert sniff(data) is found


@settings(max_examples=200, deadline=None)
@given(start=st.sampled_from([data[:40] for data, _ in KNOWN]), rest=st.binary(max_size=200))
def test_any_bytes_are_something(start: bytes, rest: bytes) -> None:
    assert sniff(start + rest) in Format
    assert sniff(rest) in Format
