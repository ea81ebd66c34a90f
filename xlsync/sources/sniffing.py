"""What a file is, told by its bytes: the one place that recognises formats.

Names of files say little: mail programs cut endings off, browsers add to them, people rename.
The first bytes decide, in a zip archive the names of its members, in an OLE compound file those
of its streams ([MS-CFB] 2.6.1).
"""

from __future__ import annotations

import codecs
import re
import struct
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsync.sources import archive

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Known(NamedTuple):
    """What people call a format, and the endings that it goes by."""

    title: str
    endings: frozenset[str]


def _known(title: str, endings: str = "") -> _Known:
    return _Known(title, frozenset(endings.split()))


class Format(Enum):
    """A format of files; the first block can be read."""

    XLSX = _known("Excel 工作簿（.xlsx）", ".xlsx .xlsm .xltx .xltm")
    XLSB = _known("二进制工作簿（.xlsb）", ".xlsb")
    XLS = _known("Excel 97-2003 工作簿（.xls 或 .et）", ".xls .et .xlt .ett")
    ODS = _known("OpenDocument 表格（.ods）", ".ods .ots")
    FLAT_ODS = _known("OpenDocument 单文件表格（.fods）", ".fods .xml")
    XML_SHEET = _known("Excel 2003 XML 表格", ".xml")
    HTML = _known("网页（HTML）文件", ".html .htm")
    DOCX = _known("Word 文档（.docx）", ".docx .docm .dotx")
    PDF = _known("PDF 文件", ".pdf")
    TEXT = _known("文本文件", ".txt .tsv .csv .tab .text")
    JSON = _known("JSON 文件", ".json .jsonl")
    ARCHIVE = _known("压缩包（.zip）", ".zip")

    ENCRYPTED = _known("设有打开密码的文件")
    DOC = _known("旧版 Word 或 WPS 文字文档（.doc 或 .wps）", ".doc .wps .dot .wpt")
    OTHER_OLE = _known("旧版 Office 文件")
    POWERPOINT = _known("PowerPoint 演示文稿", ".pptx .pptm .ppt .dps")
    OPEN_TEXT = _known("OpenDocument 文档（.odt 等）", ".odt")
    RTF = _known("RTF 文档", ".rtf")
    OFD = _known("OFD 版式文件（.ofd）", ".ofd")
    XML = _known("XML 文件", ".xml")
    MAIL = _known("邮件", ".eml .mht .mhtml")
    IMAGE = _known("图片", ".jpg .jpeg .png .gif .bmp .tif .tiff .webp .heic")
    OTHER_ARCHIVE = _known("压缩包（不是 .zip）", ".rar .7z .gz .tgz .bz2 .xz .tar")
    NOISE = _known("系统或办公软件自动生成的附带文件")
    BINARY = _known("其他文件")

    @property
    def title(self) -> str:
        """What people call it."""
        return self.value.title

    @property
    def endings(self) -> frozenset[str]:
        """The endings under which such a file is no surprise, in lower case."""
        return self.value.endings


OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_HEAD_BYTES: Final = 4096

_BY_FIRST_BYTES: Final = (
    (b"\x00\x05\x16\x07", Format.NOISE),  # AppleDouble, RFC 1740
    (b"\x00\x05\x16\x00", Format.NOISE),  # AppleSingle
    (b"\x89PNG\r\n\x1a\n", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"GIF8", Format.IMAGE),
    (b"BM", Format.IMAGE),
    (b"II*\x00", Format.IMAGE),
    (b"MM\x00*", Format.IMAGE),
    (b"RIFF", Format.IMAGE),
    (b"Rar!", Format.OTHER_ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Format.OTHER_ARCHIVE),
    (b"\x1f\x8b", Format.OTHER_ARCHIVE),
    (b"BZh", Format.OTHER_ARCHIVE),
    (b"\xfd7zXZ\x00", Format.OTHER_ARCHIVE),
    (b"{\\rtf", Format.RTF),
)
_OF_TEXT: Final = {b"BM", b"RIFF", b"BZh", b"GIF8"}
"""Marks that a text may begin with as well."""

_BIFF: Final = re.compile(rb"\x09[\x00\x02\x04\x08](?:\x04|\x06|\x08|\x10)\x00")
"""The first record of a bare stream of cells, as Excel up to version 4 wrote it."""

_MAIL: Final = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}", re.ASCII
)
_MAIL_HEADERS: Final = re.compile(
    rb"^(?:from|to|subject|date|received|mime-version|message-id):", re.IGNORECASE | re.MULTILINE
)
_JSON: Final = re.compile(r"\{\s*(?:\"|\}|$)|\[\s*(?:[\[{\"\]]|-?[0-9]|$)")
_MARKUP: Final = re.compile(
    r"<(?:!doctype\s+html|!--|html|head|body|meta|table|style|div|p\b|span)", re.IGNORECASE
)


def sniff(data: bytes) -> Format:
    """Return what the bytes are; those of no known format are a text or :attr:`Format.BINARY`."""
    if data.startswith(_ZIP):
        return _of_zip(data)
    if data.startswith(OLE):
        return _of_compound(data)
    head = data[:_HEAD_BYTES]
    return _of_binary(head) or _of_text(head)


def _of_binary(head: bytes) -> Format | None:
    for mark, found in _BY_FIRST_BYTES:
        if head.startswith(mark) and not (mark in _OF_TEXT and _text(head) is not None):
            return found
    # ISO 32000-1, annex H: readers take the header anywhere within the first 1024 bytes.
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    if head[4:8] == b"ftyp":
        return Format.IMAGE
    return Format.XLS if _BIFF.match(head) else None


def _of_text(head: bytes) -> Format:
    text = _text(head)
    if text is None:
        return Format.BINARY
    start = text.lstrip()
    if start.startswith("<?xml"):
        return _of_xml(start)
    if _MARKUP.match(start):
        return Format.HTML
    if _JSON.match(start):
        return Format.JSON
    mail = _MAIL.match(head.lstrip())
    if mail is not None and _MAIL_HEADERS.search(mail[0]):
        return Format.MAIL
    return Format.TEXT


def _of_xml(start: str) -> Format:
    if "urn:schemas-microsoft-com:office:spreadsheet" in start or "Excel.Sheet" in start:
        return Format.XML_SHEET
    if "<office:document" in start:
        is_sheet = (_OPEN_DOCUMENT + b"spreadsheet").decode() in start
        return Format.FLAT_ODS if is_sheet else Format.OPEN_TEXT
    return Format.HTML if re.search(r"<html[\s>]", start, re.IGNORECASE) else Format.XML


def _text(head: bytes) -> str | None:
    """The first characters as text, or None where they are none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            text = decoder.decode(head)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _of_compound(data: bytes) -> Format:
    def has(*names: str) -> bool:
        return any(name.encode("utf-16-le") + b"\0\0" in data for name in names)

    if has("EncryptedPackage"):
        return Format.ENCRYPTED
    if has("Workbook", "Book"):
        return Format.XLS
    if has("WordDocument"):
        return Format.DOC
    return Format.POWERPOINT if has("PowerPoint Document") else Format.OTHER_OLE


_BY_MEMBER: Final = (
    ("xl/workbook.bin", Format.XLSB),
    ("word/", Format.DOCX),
    ("ppt/", Format.POWERPOINT),
)
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."


_TYPES: Final = b"[Content_Types].xml"
_ELSEWHERE: Final = (
    *(b"mimetype", b"ofd.xml", b"xl/workbook.bin", b"word/", b"ppt/"),
    b"/[content_types].xml",
)
"""Names that tell other formats, or workbooks in a folder, in lower case."""


def _of_zip(data: bytes) -> Format:
    directory = _directory(data)
    # What Excel, WPS and most programs write; the rest has to be looked at more closely.
    if b"xl/workbook.xml" in directory and (
        _first_name(data) == _TYPES or (_TYPES in directory and not _has_other_names(directory))
    ):
        return Format.XLSX
    names = archive.names(BytesIO(data))
    if names is None:
        return _of_damaged_zip(data[: 16 * _HEAD_BYTES])
    return _of_members({name.replace("\\", "/").lstrip("/") for name in names}, data)


def _has_other_names(directory: bytes) -> bool:
    lowered = directory.lower()
    return any(name in lowered for name in _ELSEWHERE)


def _of_members(names: Iterable[str], data: bytes) -> Format:
    lowered = {name.lower() for name in names}
    if "mimetype" in lowered:
        kind = archive.member(data, "mimetype", _HEAD_BYTES) or b""
        return Format.ODS if kind.startswith(_OPEN_DOCUMENT + b"spreadsheet") else Format.OPEN_TEXT
    if "ofd.xml" in lowered:
        return Format.OFD
    if "[content_types].xml" not in lowered:
        return Format.ARCHIVE
    for start, found in _BY_MEMBER:
        if any(name.startswith(start) for name in lowered):
            return found
    return Format.XLSX


def _of_damaged_zip(head: bytes) -> Format:
    """An archive whose directory is gone, by the names in front of its first members."""
    if b"[Content_Types].xml" in head or b"xl/" in head or b"_rels/" in head:
        return Format.DOCX if b"word/" in head else Format.XLSX
    return Format.ODS if _OPEN_DOCUMENT + b"spreadsheet" in head else Format.ARCHIVE


def _first_name(data: bytes) -> bytes:
    length = int.from_bytes(data[26:28], "little")
    return data[30 : 30 + length]


_END: Final = struct.Struct("<4s4H2LH")


def _directory(data: bytes) -> bytes:
    """The directory of a plain zip archive, or nothing where its end is not where it belongs."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    if at < 0 or at + _END.size > len(data):
        return b""
    size, start = _END.unpack_from(data, at)[5:7]
    return data[start : start + size]
