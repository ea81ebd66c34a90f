import io
import zipfile

import pytest
from xlsx_parts import codes, packed, parts, relationships

from xlsync.sources.xlsx import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def stream(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(64)


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "X002", "空"),
        (stream("EncryptedPackage"), "X001", "密码"),
        (stream("Workbook"), "X004", "97-2003"),
        (stream("Book"), "X004", "97-2003"),
        (stream("WordDocument"), "X004", "Word"),
        (OLE, "X004", "旧版"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><table>", "X004", "HTML"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "X004", "HTML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "X004", "XML"),
        ("项目名称,金额\n一,2\n".encode("gbk"), "X004", "文本"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "X004", "图片"),
        (b"%PDF-1.7\n", "X004", "PDF"),
        (b"\xff\xd8\xff\xe0", "X004", "图片"),
        (b"\x00" * 1000, "X004", "其他"),
        (b"PK\x03\x04", "X001", "不完整"),
        (b"PK\x05\x06" + bytes(18), "X004", "压缩包"),
        (packed({"a.txt": "x"}), "X004", "压缩包"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "X004", "ods"),
    ],
)
def test_files_that_are_no_workbooks(data: bytes, code: str, word: str) -> None:
    found = read(data)
    assert found.sheets == []
    assert codes(found) == [code]
    assert word in found.problems[0].message


@pytest.mark.parametrize(
    ("main", "code", "word"),
    [
        ("word/document.xml", "X004", "Word"),
        ("ppt/presentation.xml", "X004", "PowerPoint"),
        ("xl/workbook.bin", "X004", "xlsb"),
        ("xl/gone.xml", "X001", "xl/gone.xml"),
        ("xl/worksheets/sheet1.xml", "X001", "没有列出任何工作表"),
    ],
)
def test_packages_of_other_programs(main: str, code: str, word: str) -> None:
    found = read(packed(parts(root=relationships(("r1", "officeDocument", main)))))
    assert found.sheets == []
    assert codes(found) == [code]
    assert word in found.problems[0].message


def test_an_encrypted_zip_says_so() -> None:
    data = bytearray(packed(parts()))
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        data[start + 8] |= 1
        start += 4
    found = read(bytes(data))
    assert codes(found) == ["X001"]
    assert "密码" in found.problems[0].message


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, part in parts().items():
            archive.writestr(name, part)
    found = read(buffer.getvalue())
    assert codes(found) == ["X001"]
    assert "压缩方式" in found.problems[0].message
