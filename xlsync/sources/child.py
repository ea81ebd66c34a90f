"""Reading a file in a process of its own, bounded in time and memory: the parent's side.

Most formats are read by libraries that trust what they read, so a hostile file can make them
abort, spin or take all memory. They therefore work in a child with limits, one for each file;
what happens to the child is a problem of that one file. Bytes go in, a grid comes out.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsync.base.grid import Workbook
from xlsync.base.problems import problem
from xlsync.sources import wire
from xlsync.sources.sniffing import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 30
"""A form takes a fifth of a second, most of it for starting the process; the child's own limit on
processor time ends it earlier, where the machine has nothing else to do."""

_OVERTIME = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}

_BOOK = "请用 WPS 表格或 Excel 打开，另存为 .xlsx 后再提交。"
_PAPER = "请提交填报的工作簿原件（.xlsx），不要提交转换后的文件。"


class _Reader(NamedTuple):
    """Which module reads a format, the library that it needs, and what to do where it fails."""

    module: str
    library: str
    advice: str
    extra: str = ""


READERS: Final[Mapping[Format, _Reader]] = {
    Format.XLS: _Reader("xls", "xlrd", _BOOK),
    Format.XLSB: _Reader("xlsb", "zlib", _BOOK),
    Format.ODS: _Reader("opendocument", "lxml", _BOOK),
    Format.FLAT_ODS: _Reader("opendocument", "lxml", _BOOK),
    Format.XML_SHEET: _Reader("xml_sheet", "lxml", _BOOK),
    Format.HTML: _Reader("web_page", "lxml", _PAPER),
    Format.DOCX: _Reader("docx", "lxml", _PAPER),
    Format.PDF: _Reader("pdf", "pdfplumber", _PAPER, extra="pdf"),
}


def read(found: Format, data: bytes) -> Workbook:
    """Read a file of one of :data:`READERS`; one that cannot be read gives a problem (X001)."""
    reader = READERS[found]
    if find_spec(reader.library) is None:
        message = (
            f"这是{found.title}，本机没有安装读取它的组件（{_command(reader)}），未读取。"
            f"安装后再读取，或{reader.advice}"
        )
        return Workbook(problems=[problem("X004", message)])
    command = [sys.executable, "-m", "xlsync.sources.worker", reader.module]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, data on standard input
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed("读取时间过长，已放弃", reader)
    if done.returncode in _OVERTIME:
        return _failed("读取时间过长，已放弃", reader)
    if done.returncode != 0:
        return _failed("文件已损坏、已加密或过大", reader)
    return wire.unpacked(done.stdout)


def _command(reader: _Reader) -> str:
    """What installs the library of a reader."""
    return f"pip install '{f'xlsync[{reader.extra}]' if reader.extra else reader.library}'"


def _failed(reason: str, reader: _Reader) -> Workbook:
    return Workbook(problems=[problem("X001", f"{reason}，{reader.advice}")])
