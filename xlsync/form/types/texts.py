"""Texts and labels: what people type as words.

Pasted text brings HTML tags, no-break and zero-width blanks and three kinds of line breaks.
They are taken away (and reported), everything else stays as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from abc import abstractmethod
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.base.problems import problem
from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.width import narrow, without_blanks

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.record import Json

LONGEST_LABEL = 1_000
"""Characters, with all blanks, of a text that may be a label, a title or a line of our own."""

MAX_LENGTH = 32_767
"""Characters that a spreadsheet cell can hold (Excel's specification and limits)."""

_MOST_CLEANED = 8 * MAX_LENGTH
"""Characters of a text that is cleaned at all: tags take room, but not that much."""

# Only tags that rich-text editors write: "<5人" in a sentence is no tag.
_NAMES = "p|div|br|span|b|strong|i|em|u|font|sub|sup|a|ul|ol|li|h[1-6]|table|tbody|tr|td|th"
_ATTRIBUTES = r"""(?:\s+[A-Za-z][A-Za-z0-9:-]*(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?)*"""
_TAG = re.compile(rf"</?(?:{_NAMES}){_ATTRIBUTES}\s*/?>", re.IGNORECASE)
_BREAK = re.compile(r"</(?:p|div|li|tr|h[1-6])\s*>\s*|<br\s*/?>\s*", re.IGNORECASE)
# What programs leave of a line break in a name: its code, or a sign that nobody sees.
_LOST_BREAK = re.compile(
    r"_x000[9ad]_|&(?:#1[03]|#x0?[ad]|nbsp);|\\[rn]"
    "|[\x00-\x08\x0e-\x1f\x7f\u00ad\u200e\u200f\u21b5\ufffc\ufffd]",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[<>]|[^<>]+")
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
# What Word writes for a line break (\v) or a page break (\f) is a line break as well.
_LINE_BREAK = re.compile(r"\r\n|[\r\v\f]")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 (section 2.2) cannot hold, and what no cell keeps."""

# A number format that only sets words around the number, such as "("0"年度)" or 0.00"(%)".
_WORDS = r'((?:"[^"\\]*"|\\[^"])*)'
_WORDS_AROUND = re.compile(rf"{_WORDS}(?:#,##)?0(?:\.(0+))?{_WORDS}")
_DAY = re.compile(r"[0-9]{4}-([0-9]{2})-([0-9]{2})")
_PADDED = re.compile(r"0{2,20}")
_QUOTED = re.compile(r'"[^"]*"|\\.')
_SHORT = 100
"""Characters of a text that is worth to be remembered."""

# Nothing in a text without these is ever taken away from it.
_DOUBTFUL = re.compile(
    "[\\s<&\\\\\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\u21b5\ud800-\udfff\ufeff\ufffc-\uffff]|_x000",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^@]+@[^@]+\.[^@]+")
_ALL_DIGITS = "0123456789０１２３４５６７８９"
_OUTER = " \t\n\r\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"


def comparable(text: str) -> str:
    """The text as labels are compared: width folded, without any blank or tag.

    A text that no cell holds is like none but itself, and comes back as it is.
    """
    if len(text) <= _SHORT:
        return _folded(text)
    return text if len(text) > MAX_LENGTH else _folded.__wrapped__(text)


# Labels and codes come in every file, and several times in each.
@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return without_blanks(unicodedata.normalize("NFKC", _LOST_BREAK.sub("", _TAG.sub("", text))))


def _clean(text: str) -> str:
    """Take tags away, paragraphs become lines; until nothing changes, so it is canonical."""
    lines = _LINE_BREAK.sub("\n", text)
    while _TAG.search(lines):
        lines = _without_tags(lines)
        lines = _ENTITY.sub(lambda match: unescape(match[0]), lines)
        lines = _LINE_BREAK.sub("\n", lines)
    return lines.strip(_OUTER)


def _without_tags(text: str) -> str:
    """Take all tags away in one pass, those that only come to be by it as well (``<<b>b>``).

    A tag holds no other angle bracket, so it can only begin at the last one that is open.
    """
    kept: list[str] = []
    opened: list[int] = []
    is_break = False
    for piece in _PIECE.findall(text):
        if piece == "<":
            opened.append(len(kept))
        elif piece == ">" and opened:
            start = opened.pop()
            tag = "".join(kept[start:]) + piece
            if _TAG.fullmatch(tag):
                del kept[start:]
                if is_break := _BREAK.fullmatch(tag) is not None:
                    kept.append("\n")
                continue
            opened.clear()
        elif is_break:
            piece = piece.lstrip()  # noqa: PLW2901 - the blanks behind a break belong to it
        if piece:
            kept.append(piece)
            is_break = False
    return "".join(kept)


def _is_simple(text: str) -> bool:
    """Whether a text is certainly canonical, which is found out much faster than made so."""
    return len(text) <= MAX_LENGTH // 2 and _DOUBTFUL.search(text) is None


def length_on_sheet(text: str) -> int:
    """Characters as a spreadsheet counts them: one beyond the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def cell_text(cell: Cell) -> str:
    """The text that a person sees in a cell of any kind, numbers without a float's tail."""
    if cell.kind is not Kind.NUMBER:
        return cell.text
    try:
        number = float(cell.text)
    except ValueError:
        return cell.text
    if is_percentage(cell):
        return f"{number * 100:.15g}%"
    shown = f"{number:.15g}"
    if _PADDED.fullmatch(cell.number_format) and number == int(number) and number >= 0:
        return f"{int(number):0{len(cell.number_format)}d}"
    words = _WORDS_AROUND.fullmatch(cell.number_format)
    if words is None or not any(words.group(1, 3)):
        return shown
    before, after = (part.replace('"', "").replace("\\", "") for part in words.group(1, 3))
    places = len(words[2] or "")
    return f"{before}{number:.{places}f}{after}" if round(number, places) == number else shown


def is_percentage(cell: Cell) -> bool:
    """Whether a cell holds a number that is shown a hundredfold, with a percent sign."""
    return cell.kind is Kind.NUMBER and "%" in _QUOTED.sub("", cell.number_format)


def _typed_as(day: str) -> str:
    """What a person may have typed, of which a program made a date."""
    match = _DAY.match(day)
    return f"，可能是“{int(match[1])}-{int(match[2])}”被软件变成的" if match else ""


def _refusal(cell: Cell, raw: str) -> str | None:
    """Why what a cell holds is no text, before it is cleaned; None where it may be one."""
    if cell.kind is Kind.ERROR:
        return f"单元格里是错误值 {cell.text}，请重新填写文字。"
    if cell.kind is Kind.DATE:
        typed = _typed_as(raw)
        return f"这里应填文字，却是日期 {raw}{typed}，未读入。请把单元格设为文本格式再填。"
    if len(raw) > _MOST_CLEANED:
        return f"文字长 {len(raw)} 个字符，远超单元格上限 {MAX_LENGTH}，未读入，请缩短。"
    return None


class TextType(ValueType):
    """Free text; line breaks are kept as line feeds."""

    number_format = "@"

    def parse(self, cell: Cell) -> Parsed:
        """Read the text; a removed tag or outer blank is reported as S003."""
        if cell.kind is Kind.TEXT and _is_simple(cell.text):
            return Parsed(cell.text or None)
        raw = cell_text(cell)
        if (message := _refusal(cell, raw)) is not None:
            found = raw[:MAX_LENGTH] if len(raw) > _MOST_CLEANED else raw
            return Parsed(None, (problem("V001", message, found=found),), readable=False)
        lines = _LINE_BREAK.sub("\n", raw)
        value = self._tidy(UNWRITABLE.sub("", lines))
        if (length := length_on_sheet(value)) > MAX_LENGTH:
            message = f"文字长 {length} 个字符，超过单元格上限 {MAX_LENGTH}，未读入，请缩短。"
            return Parsed(None, (problem("V001", message, found=raw),), readable=False)
        if value != lines:
            return Parsed(value or None, (problem("S003", self._removed(raw), found=raw),))
        return Parsed(value or None)

    def canonical(self, value: Json) -> Json:
        """The text without tags, outer blanks and carriage returns."""
        if _is_simple(value):
            return value
        if len(value) > _MOST_CLEANED:
            raise ValueError(f"文字长 {len(value)} 个字符，远超单元格上限 {MAX_LENGTH}")
        text = self._tidy(value)
        if bad := UNWRITABLE.search(text):
            raise ValueError(f"含有表格无法保存的控制字符 U+{ord(bad[0]):04X}")
        if (length := length_on_sheet(text)) > MAX_LENGTH:
            raise ValueError(f"文字长 {length} 个字符，超过单元格上限 {MAX_LENGTH}")
        return text

    def content(self, value: Json) -> str:
        """The text itself."""
        return str(value)

    def _tidy(self, text: str) -> str:
        return _clean(text)

    def _removed(self, raw: str) -> str:
        removed = {
            "网页标记": _TAG.search(raw),
            "控制字符": UNWRITABLE.search(_LINE_BREAK.sub("", raw)),
        }
        what = "和".join(word for word, match in removed.items() if match) or "首尾空白"
        return f"已去除文字中的{what}，请核对内容。"


class LabelType(TextType):
    """A short name such as an indicator level, in which a blank is never meant."""

    def _tidy(self, text: str) -> str:
        tidy = without_blanks(_LOST_BREAK.sub("", _clean(text)))
        return tidy if tidy == text else self._tidy(tidy)

    def _removed(self, raw: str) -> str:
        return f"已去除“{raw}”中的空白，读作“{self._tidy(raw)}”。"


class ShapedType(LabelType):
    """A short text of a certain shape; one of any other shape is no value."""

    expected: str

    @abstractmethod
    def fits(self, text: str) -> bool:
        """Whether a text has the shape."""

    def parse(self, cell: Cell) -> Parsed:
        """Read the text; V001 where it has another shape."""
        parsed = super().parse(cell)
        if isinstance(parsed.value, str) and not self.fits(parsed.value):
            found = cell_text(cell)
            message = f"“{found}”无法识别，{self.expected}，未读入。"
            return Parsed(None, (problem("V001", message, found=found),), readable=False)
        return parsed

    def canonical(self, value: Json) -> Json:
        """The text without blanks."""
        text = super().canonical(value)
        if not self.fits(text):
            raise ValueError(f"“{text}”{self.expected}")
        return text


class SignsType(ShapedType):
    """A short text of certain signs only, such as a telephone number: never a number to count with.

    A number is kept with the digits that the cell shows; any other sign is no value.
    """

    def __init__(self, name: str, example: str, signs: str) -> None:
        """``signs`` are those that may stand there, besides digits of either width."""
        self.expected = f"应为{name}，如 {example}，不写其他文字"
        self._signs = frozenset(f"{_ALL_DIGITS}{signs}")
        listed = [f'"{one}"' for one in f"{_ALL_DIGITS}{signs} "]
        # What is no such sign is left by each of them.
        left = "+".join(f'LEN(SUBSTITUTE({{cell}},{one},""))' for one in listed)
        holds = f"{left}={len(listed) - 1}*LEN({{cell}})"
        known = f'SUMPRODUCT(LEN({{cell}})-LEN(SUBSTITUTE({{cell}},{{{{{",".join(listed)}}}}},"")))'
        briefly = f"{known}=LEN({{cell}})"
        self.on_sheet = OnSheet("V001", self.expected, holds, briefly)

    def fits(self, text: str) -> bool:
        """Whether there is no other sign."""
        return self._signs.issuperset(text)


class EmailType(ShapedType):
    """A mail address, of the shape that mail programs accept: one @ with a domain behind it."""

    expected = "应为邮箱地址，如 name@example.cn"
    _plain = 'SUBSTITUTE(SUBSTITUTE({cell},"＠","@"),"．",".")'
    on_sheet = OnSheet(
        "V001",
        expected,
        f'AND(LEN({{cell}})-LEN(SUBSTITUTE({_plain},"@",""))=1,ISNUMBER(SEARCH("?@?*.?",{_plain})))',
    )

    def parse(self, cell: Cell) -> Parsed:
        """Read the address; one in full-width signs is told (V002)."""
        plain = cell_text(cell)
        if narrow(plain) == plain:
            return super().parse(cell)
        parsed = super().parse(cell._replace(text=narrow(plain).strip()))
        if not parsed.readable:
            return parsed
        told = problem("V002", f"“{plain}”已读作“{parsed.value}”，请核对。", found=plain)
        return parsed._replace(problems=(*parsed.problems, told))

    def fits(self, text: str) -> bool:
        """Whether it is an address."""
        return _ADDRESS.fullmatch(text) is not None

    def canonical(self, value: Json) -> Json:
        """The address in ordinary signs, without blanks."""
        return super().canonical(narrow(value))

    def _tidy(self, text: str) -> str:
        return narrow(super()._tidy(text))
