"""The binary parts of a workbook (.xlsb): records, texts, strings and cell formats.

[MS-XLSB] 2.1.4 (records), 2.5 (structures), 2.4 (each record by its name). A part is a row of
records: a type and a length, each in groups of seven bits, then so many bytes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlsync.sources.runs import LOWERED, RAISED, Run, rich
from xlsync.sources.xlsx.budget import damaged
from xlsync.sources.xlsx.styles import BUILT_IN, ContentStyle, is_date_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.strings import Text

_STRING, _FONT, _FORMAT, _CELL_FORMAT = 19, 43, 44, 47
_CELL_FORMATS, _CELL_FORMATS_END = 617, 618
_STRUCK = 0x08
_RICH = 0x01
_RAISED = {1: RAISED, 2: LOWERED}
_NO_TEXT = 0xFFFF_FFFF
_MORE = 0x80
_LONGEST_TYPE, _LONGEST_LENGTH = 2, 4


class Font(NamedTuple):
    """What of a font changes the meaning of a text."""

    is_struck: bool
    raised: str | None


class Formats(NamedTuple):
    """The formats of cells in their order, and all fonts in theirs."""

    cells: list[ContentStyle]
    fonts: list[Font]


def records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """Every record of a part: its type and its bytes.

    Raises:
        UnreadableError: for a part that is cut off, missing or beyond the budget.
    """
    data = b"".join(package.chunks(part))
    at = 0
    while at < len(data):
        kind, at = _number(data, at, _LONGEST_TYPE, part)
        length, at = _number(data, at, _LONGEST_LENGTH, part)
        if at + length > len(data):
            raise damaged(f"部件 {part} 不完整")
        yield kind, data[at : at + length]
        at += length


def _number(data: bytes, at: int, longest: int, part: str) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and where it ends."""
    number = 0
    for group, byte in enumerate(data[at : at + longest]):
        number |= (byte & ~_MORE) << 7 * group
        if not byte & _MORE:
            return number, at + group + 1
    if len(data) - at < longest:
        raise damaged(f"部件 {part} 不完整")
    return number, at + longest


def text_at(data: bytes, at: int) -> tuple[str, int]:
    """A text and where it ends (XLWideString); one that is none is empty."""
    (length,) = struct.unpack_from("<I", data, at)
    if length == _NO_TEXT:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise IndexError(end)
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def texts_of(data: bytes, at: int) -> Iterator[str]:
    """Texts that follow each other up to the end of a record."""
    while at + 4 <= len(data):
        text, at = text_at(data, at)
        yield text


def rich_text(data: bytes, at: int, fonts: list[Font]) -> Text:
    """A text with its runs (RichStr): before the first of them the font of the cell decides."""
    text, end = text_at(data, at + 1)
    if not data[at] & _RICH:
        return text
    (count,) = struct.unpack_from("<I", data, end)
    changes = [struct.unpack_from("<HH", data, end + 4 + 4 * one) for one in range(count)]
    units = text.encode("utf-16-le", "surrogatepass")
    starts = [(0, -1), *changes, (len(units) // 2, -1)]
    runs = []
    for (start, font), (stop, _) in pairwise(starts):
        piece = units[2 * start : 2 * stop].decode("utf-16-le", "replace")
        known = fonts[font] if 0 <= font < len(fonts) else None
        runs.append(Run(piece, known.is_struck if known else None, known.raised if known else None))
    return rich(runs)


def read_strings(package: Package, part: str, fonts: list[Font]) -> list[Text]:
    """The texts that cells refer to by their number."""
    found: list[Text] = []
    for kind, data in records(package, part):
        if kind == _STRING:
            package.budget.strings.spend()
            found.append(rich_text(data, 0, fonts))
            package.budget.text.spend(len(found[-1]))
    return found


def read_formats(package: Package, part: str) -> Formats:
    """The formats that cells refer to by their number, and the fonts that runs refer to."""
    codes = {int(number): code for number, code in BUILT_IN.items()}
    made = Formats([], [])
    is_cell = False
    for kind, data in records(package, part):
        if kind == _FONT:
            flags, raised = struct.unpack_from("<H2xH", data, 2)
            made.fonts.append(Font(bool(flags & _STRUCK), _RAISED.get(raised)))
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = text_at(data, 2)[0]
        elif kind in {_CELL_FORMATS, _CELL_FORMATS_END}:
            is_cell = kind == _CELL_FORMATS
        elif kind == _CELL_FORMAT and is_cell:
            package.budget.entries.spend()
            number, font = struct.unpack_from("<HH", data, 2)
            code = codes.get(number, "General")
            is_struck = font < len(made.fonts) and made.fonts[font].is_struck
            made.cells.append(ContentStyle(code, is_date_format(code), is_struck=is_struck))
    return made
