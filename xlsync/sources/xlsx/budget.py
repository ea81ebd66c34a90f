"""What one file may still use up: the limits of :mod:`.limits`, counted down while reading.

A file that uses up its budget, or that is damaged, ends in the one exception of this package.
It carries the message for the person who sent the file and never leaves the package:
:func:`xlsync.sources.xlsx.reading.read` turns it into a problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.sources.xlsx import limits

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADVICE = (
    "这不像一份正常的申报表，已停止读取。"
    "请删除多余的工作表、行、列和内容，另存为新的 .xlsx 文件后再报送。"
)


class UnreadableError(Exception):
    """Why a file cannot be read, in Chinese, with the code of the problem it becomes."""

    def __init__(self, message: str, code: str = "X001") -> None:
        """Keep the message (what is wrong and what to do) and the code (see CORE_CODES)."""
        super().__init__(message)
        self.code = code


def damaged(what: str) -> UnreadableError:
    """Return the error for a damaged file: what is wrong in it, and what to do."""
    return UnreadableError(
        f"文件已损坏：{what}。"
        "请在 WPS 或 Excel 中打开原文件检查并另存，或向报送人重新索取后再读取。"
    )


class Allowance:
    """One limit that is counted down."""

    __slots__ = ("_most", "_what", "left")

    def __init__(self, most: int, what: str) -> None:
        """Allow ``most`` units; ``what`` names them in the message, with ``{}`` for the figure."""
        self.left = self._most = most
        self._what = what

    def spend(self, amount: int = 1) -> None:
        """Take so many units, or raise :class:`UnreadableError` where fewer are left."""
        self.left -= amount
        if self.left < 0:
            raise UnreadableError(f"{self._what.format(f'{self._most:,}')}，{_ADVICE}")


class Budget:
    """All allowances of one file; ``unpacked`` counts bytes, ``text`` characters."""

    def __init__(self) -> None:
        """Start with everything that :mod:`.limits` allows."""
        self.unpacked = Allowance(limits.MAX_UNPACKED_BYTES, "文件解压后的内容超过 {} 字节")
        self.parsed = Allowance(limits.MAX_PARSED_BYTES, "文件内的 XML 超过 {} 字节")
        self.tags = Allowance(limits.MAX_TAGS, "文件内的 XML 标记超过 {} 个")
        self.attributes = Allowance(limits.MAX_ATTRIBUTES, "文件内的 XML 属性超过 {} 个")
        self.text = Allowance(limits.MAX_TEXT, "文件内的文字超过 {} 字")
        self.shifted = Allowance(limits.MAX_SHIFTED, "共享公式展开后超过 {} 字")
        self.strings = Allowance(limits.MAX_STRINGS, "文件内的共享字符串超过 {} 个")
        self.cells = Allowance(limits.MAX_CELLS, "有内容的单元格超过 {} 个")
        self.sheets = Allowance(limits.MAX_SHEETS, "工作表超过 {} 张")
        self.entries = Allowance(limits.MAX_ENTRIES, "单元格格式、合并区域、批注等超过 {} 项")
        self.strays = Allowance(limits.MAX_STRAYS, "重复或错位的内容超过 {} 处")
        self._all = tuple(vars(self).values())

    def levels(self) -> tuple[int, ...]:
        """What is left of every allowance."""
        return tuple(one.left for one in self._all)

    def since(self, before: tuple[int, ...]) -> tuple[int, ...]:
        """What was spent since then, in the order of :meth:`levels`."""
        return tuple(one - other for one, other in zip(before, self.levels(), strict=True))

    def charge(self, costs: Iterable[int]) -> None:
        """Spend again what reading the same once cost, in the order of :meth:`levels`."""
        for one, cost in zip(self._all, costs, strict=True):
            if cost:
                one.spend(cost)

    def spend_markup(self, piece: bytes) -> None:
        """Take a piece of XML, its tags and attributes."""
        self.parsed.spend(len(piece))
        self.tags.spend(piece.count(b"<"))
        self.attributes.spend(piece.count(b"="))

    def spend_entry(self, attributes: dict[str, str]) -> None:
        """Take one entry and the text of the attributes that it keeps."""
        self.entries.spend()
        self.text.spend(sum(map(len, attributes.values())))
