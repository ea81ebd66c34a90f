"""Files that are no .xlsx whatever their name says: recognised and called by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsync.sources.xlsx.budget import UnreadableError, damaged

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument"
_SAVE_AS = "请用 WPS 或 Excel 打开后另存为 .xlsx 格式再报送。"

# First bytes, after a byte order mark and blanks, in lower case → what the file is.
_BY_FIRST_BYTES = (
    (b"%pdf", "PDF 文件"),
    (b"\x89png", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"<?xml", "XML 文件"),
    (b"<", "网页（HTML）文件"),
)
_HEAD_BYTES: Final = 512


def is_older_format(data: bytes) -> bool:
    """Whether the bytes are an unencrypted .xls or .et workbook, or an OpenDocument one."""
    if data.startswith(_OLE):
        is_encrypted = _stream("EncryptedPackage") in data
        return not is_encrypted and (_stream("Workbook") in data or _stream("Book") in data)
    return data.startswith(_ZIP) and _OPEN_DOCUMENT in data[:_HEAD_BYTES]


def refuse_other_bytes(data: bytes) -> None:
    """Raise :class:`UnreadableError` unless the file begins as a zip archive does."""
    if not data:
        raise UnreadableError(
            "文件是空的（0 字节），可能没有下载完整或没有保存成功。请重新保存后再报送。", "X002"
        )
    if data.startswith(_OLE):
        raise _compound_file(data)
    if not data.startswith(_ZIP):
        head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        kinds = (kind for start, kind in _BY_FIRST_BYTES if head.startswith(start))
        raise _not_xlsx(next(kinds, "文本或其他文件"))


def refuse_other_package(package: Package, main_part: str | None) -> None:
    """Raise :class:`UnreadableError` when a zip's main part is missing or not a workbook's."""
    if "mimetype" in package:
        kind = next(package.chunks("mimetype"), b"")
        if kind.startswith(_OPEN_DOCUMENT):
            raise _not_xlsx("OpenDocument（.ods 等）文件")
    if main_part is None:
        raise _not_xlsx("普通的压缩包，其中没有工作簿")
    if main_part.startswith("word/"):
        raise _not_xlsx("Word 文档")
    if main_part.startswith("ppt/"):
        raise _not_xlsx("PowerPoint 演示文稿")
    if main_part.endswith(".bin"):
        raise _not_xlsx("二进制工作簿（.xlsb）")
    if main_part not in package:
        raise damaged(f"缺少工作簿的主要部件 {main_part}")


def _compound_file(data: bytes) -> UnreadableError:
    """Say what an OLE compound file is by the names of its streams ([MS-CFB] 2.6.1)."""
    if _stream("EncryptedPackage") in data:
        return UnreadableError(
            "文件设有打开密码或已加密，无法读取。请在 WPS 或 Excel 中取消打开密码（加密），"
            "另存后再报送。"
        )
    if _stream("WordDocument") in data:
        return _not_xlsx("旧版 Word 文档（.doc）")
    if _stream("Workbook") in data or _stream("Book") in data:
        return _not_xlsx("旧版 Excel 97-2003 工作簿（.xls 或 .et）")
    return _not_xlsx("旧版 Office 文件")


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def _not_xlsx(kind: str) -> UnreadableError:
    message = f"这不是 .xlsx 工作簿，而是{kind}，只是扩展名不同。{_SAVE_AS}"
    return UnreadableError(message, "X004")
