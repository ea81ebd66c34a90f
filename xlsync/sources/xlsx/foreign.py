"""Files that are no .xlsx whatever their name says: called by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsync.sources.sniffing import Format, sniff
from xlsync.sources.xlsx.budget import UnreadableError, damaged

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package

_SAVE_AS = "请用 WPS 或 Excel 打开后另存为 .xlsx 格式再报送。"
_BY_MAIN_PART: Final = (
    ("word/", Format.DOCX),
    ("ppt/", Format.POWERPOINT),
    ("xl/workbook.bin", Format.XLSB),
)


def refuse_other_bytes(data: bytes) -> None:
    """Raise :class:`UnreadableError` unless the file may be a workbook in a zip archive."""
    if not data:
        raise UnreadableError(
            "文件是空的（0 字节），可能没有下载完整或没有保存成功。请重新保存后再报送。", "X002"
        )
    found = sniff(data)
    if found is Format.ENCRYPTED:
        raise UnreadableError(
            "文件设有打开密码或已加密，无法读取。请在 WPS 或 Excel 中取消打开密码（加密），"
            "另存后再报送。"
        )
    # A broken archive is told as such, and one of other things by its main part.
    if found not in {Format.XLSX, Format.ARCHIVE}:
        raise _not_xlsx(found.title)


def refuse_other_package(package: Package, main_part: str | None) -> None:
    """Raise :class:`UnreadableError` when a zip's main part is missing or not a workbook's."""
    if main_part is None:
        raise _not_xlsx("普通的压缩包，其中没有工作簿")
    for start, found in _BY_MAIN_PART:
        if main_part.startswith(start):
            raise _not_xlsx(found.title)
    if main_part not in package:
        raise damaged(f"缺少工作簿的主要部件 {main_part}")


def _not_xlsx(kind: str) -> UnreadableError:
    message = f"这不是 .xlsx 工作簿，而是{kind}，只是扩展名不同。{_SAVE_AS}"
    return UnreadableError(message, "X004")
