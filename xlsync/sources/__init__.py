"""Opening a file by its content: a workbook, a document or a text becomes a grid.

What a file is, :mod:`.sniffing` says; its name only counts where that says something else (X007).
A file that cannot be read gives an empty workbook with a problem; nothing here raises for what a
file holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Workbook
from xlsync.base.problems import problem
from xlsync.sources import child, delimited, text, xlsx
from xlsync.sources.sniffing import Format, sniff

if TYPE_CHECKING:
    from xlsync.base.problems import Problem

_ADVICE = {
    Format.ENCRYPTED: "请在 WPS 或 Office 中取消打开密码（加密），另存后再提交",
    Format.DOC: "请用 WPS 文字或 Word 打开，另存为 .docx 后再提交，或填写下发的工作簿",
    Format.IMAGE: "图片里的文字读不出来，请提交填报的工作簿原件",
    Format.MAIL: "请把邮件里的附件另存为文件后再提交",
    Format.ARCHIVE: "请解压后再提交其中的文件",
    Format.OTHER_ARCHIVE: "请解压后提交其中的文件，或改用 .zip 压缩",
    Format.NOISE: "它里面没有表，请提交填报的工作簿本身",
}
_OTHERWISE = "请提交填报的工作簿（.xlsx）"


def open_file(ending: str, data: bytes) -> Workbook:
    """Read a file's bytes; ``ending`` is that of its name, in lower case, such as ``.xlsx``."""
    if not data.strip():
        return _refused("X002", "文件是空的，请重新导出或重新发送。")
    found = sniff(data)
    if found is Format.XLSX:
        workbook = xlsx.read(data)
    elif found in child.READERS:
        workbook = child.read(found, data)
    elif found in {Format.TEXT, Format.JSON}:
        workbook = text.read(data)
    elif found is Format.BINARY and ending in Format.TEXT.endings:
        workbook = text.read(data)  # says what is wrong with its encoding
    else:
        message = f"这是{found.title}，不能读取，{_ADVICE.get(found, _OTHERWISE)}。"
        return _refused("X004", message)
    if workbook.sheets:
        workbook.problems += other_ending(ending, found)
    return workbook


def open_table(ending: str, data: bytes) -> Workbook:
    """Read a file that holds a list, one row an item: a workbook, or values set apart by a sign."""
    if ending in Format.TEXT.endings and sniff(data) in {Format.TEXT, Format.JSON, Format.BINARY}:
        return delimited.read(data) if data.strip() else open_file(ending, data)
    return open_file(ending, data)


def other_ending(ending: str, found: Format) -> list[Problem]:
    """That a file's name says something else than its content (X007)."""
    others = (one.endings for one in Format if one is not found)
    is_unknown = not any(ending in endings for endings in others)
    # Any ending does for a text, as long as it promises nothing else.
    if ending in found.endings or (found is Format.TEXT and is_unknown):
        return []
    named = f"扩展名 {ending} 与内容不符" if ending else "文件名没有扩展名"
    message = f"{named}，内容是“{found.title}”，已按内容读取，请用正确的扩展名保存。"
    return [problem("X007", message)]


def _refused(code: str, message: str) -> Workbook:
    return Workbook(problems=[problem(code, message)])
