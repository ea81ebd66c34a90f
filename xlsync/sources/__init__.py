"""Opening a file by its content and its ending: a workbook or a text becomes a grid.

A file that cannot be read gives an empty workbook with a problem; nothing here raises for
what a file holds.
"""

from __future__ import annotations

from xlsync.base.grid import Workbook
from xlsync.base.problems import problem
from xlsync.sources import delimited, legacy, text, xlsx

_WORKBOOKS = {".xlsx", ".xlsm"}
_OLDER_WORKBOOKS = {".xls", ".et", ".ods"}
_TEXTS = {".txt", ".tsv"}
_LISTS = _TEXTS | {".csv"}
_ZIP = b"PK"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ENDINGS = _WORKBOOKS | _OLDER_WORKBOOKS | _TEXTS
"""The endings of the files that can be opened here."""


def open_file(ending: str, data: bytes) -> Workbook:
    """Read a file's bytes; ``ending`` is that of its name, in lower case, such as ``.xlsx``."""
    if not data.strip():
        return _refused("X002", "文件是空的，请重新导出或重新发送。")
    if ending in _WORKBOOKS | _OLDER_WORKBOOKS:
        return _read_workbook(ending, data)
    if ending in _TEXTS:
        if data.startswith((_ZIP, _COMPOUND)):
            return _refused("X004", f"文件名以 {ending} 结尾，内容却是电子表格，请改正扩展名。")
        return text.read(data)
    known = "、".join(sorted(ENDINGS))
    return _refused("X004", f"不支持的文件类型“{ending or '无扩展名'}”，可读取：{known}、.json。")


def open_table(ending: str, data: bytes) -> Workbook:
    """Read a file that holds a list, one row an item: a workbook, or values set apart by a sign."""
    if ending in _LISTS and data.strip() and not data.startswith((_ZIP, _COMPOUND)):
        return delimited.read(data)
    return open_file(ending, data)


def _read_workbook(ending: str, data: bytes) -> Workbook:
    """Read a workbook by what it is; an ending that says otherwise is told (X007)."""
    is_older = xlsx.is_older_format(data)
    workbook = legacy.read(data) if is_older else xlsx.read(data)
    if workbook.sheets and is_older != (ending in _OLDER_WORKBOOKS):
        message = f"扩展名 {ending} 与文件内容不符，已按内容读取，请用正确的扩展名保存。"
        workbook.problems.append(problem("X007", message))
    return workbook


def _refused(code: str, message: str) -> Workbook:
    return Workbook(problems=[problem(code, message)])
