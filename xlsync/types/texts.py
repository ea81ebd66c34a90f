"""Texts and labels: what people type as words.

Pasted text brings HTML tags, no-break and zero-width blanks and three kinds of line breaks.
They are taken away (and reported), everything else stays as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING

from xlsync.grid import Kind
from xlsync.problems import problem
from xlsync.types.base import Parsed, ValueType

if TYPE_CHECKING:
    from xlsync.grid import Cell
    from xlsync.record import Json

MAX_LENGTH = 32_767
"""Characters that a spreadsheet cell can hold (Excel's specification and limits)."""

# Only tags that rich-text editors write: "<5人" in a sentence is no tag.
_NAMES = "p|div|br|span|b|strong|i|em|u|font|sub|sup|a|ul|ol|li|h[1-6]|table|tbody|tr|td|th"
_ATTRIBUTES = r"""(?:\s+[\w:-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?)*"""
_TAG = re.compile(rf"</?(?:{_NAMES}){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_BREAK = re.compile(r"</(?:p|div|li|tr|h[1-6])\s*>\s*|<br\s*/?>\s*", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
# What XML 1.0 (section 2.2) cannot hold, and what no cell keeps.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OUTER = " \t\n\r\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"


def comparable(text: str) -> str:
    """The text as labels are compared: width folded, without any blank or tag."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", _TAG.sub("", text)))


def _without_markup(text: str) -> str:
    """Take tags away, paragraphs become lines; until nothing changes, so it is canonical."""
    while _TAG.search(text):
        text = _TAG.sub("", _BREAK.sub("\n", text))
        text = _ENTITY.sub(lambda match: unescape(match[0]), text)
    return text


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _without_markup(lines).strip(_OUTER)


def cell_text(cell: Cell) -> str:
    """The text that a person sees in a cell of any kind, numbers without a float's tail."""
    if cell.kind is not Kind.NUMBER:
        return cell.text
    try:
        number = float(cell.text)
    except ValueError:
        return cell.text
    if "%" in cell.number_format:
        return f"{number * 100:.15g}%"
    return f"{number:.15g}"


class TextType(ValueType):
    """Free text; line breaks are kept as line feeds."""

    number_format = "@"

    def parse(self, cell: Cell) -> Parsed:
        """Read the text; a removed tag or outer blank is reported as S003."""
        if cell.kind is Kind.ERROR:
            message = f"单元格里是错误值 {cell.text}，请重新填写文字。"
            return Parsed(None, (problem("V001", message, found=cell.text),), readable=False)
        raw = cell_text(cell)
        value = self._tidy(raw)
        if value == raw.replace("\r\n", "\n").replace("\r", "\n"):
            return Parsed(value or None)
        return Parsed(value or None, (problem("S003", self._removed(raw), found=raw),))

    def canonical(self, value: Json) -> Json:
        """The text without tags, outer blanks and carriage returns."""
        text = self._tidy(value)
        if bad := _UNWRITABLE.search(text):
            raise ValueError(f"含有表格无法保存的控制字符 U+{ord(bad[0]):04X}")
        if len(text) > MAX_LENGTH:
            raise ValueError(f"文字长 {len(text)} 个字符，超过单元格上限 {MAX_LENGTH}")
        return text

    def content(self, value: Json) -> str:
        """The text itself."""
        return str(value)

    def _tidy(self, text: str) -> str:
        return _clean(text)

    def _removed(self, raw: str) -> str:
        what = "网页标记" if _TAG.search(raw) else "首尾空白"
        return f"已去除文字中的{what}，请核对内容。"


class LabelType(TextType):
    """A short name such as an indicator level, in which a blank is never meant."""

    def _tidy(self, text: str) -> str:
        return _BLANKS.sub("", _clean(text))

    def _removed(self, raw: str) -> str:
        return f"已去除“{raw}”中的空白，读作“{self._tidy(raw)}”。"
