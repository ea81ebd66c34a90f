"""What was read of the plain rows of former files, and of what stands around them.

A row that reads the same, with the same strings under its numbers, has the same cells: most rows
of a form's sheets are the same in file after file, whoever filled them in. What is remembered
here is shared between files, and nobody changes it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.grid import Cell, Kind
from xlsync.sources.xlsx import plain
from xlsync.sources.xlsx.strings import unescape
from xlsync.sources.xlsx.values import interpret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.grid import Address, Area
    from xlsync.sources.xlsx.styles import Style

SHARED, INLINE = "s", "inlineStr"
"""The types of a cell that names a shared string, and of one that holds its text itself."""

_NAMES_STRING = 't="s"><v>'
_STRING_NUMBER = re.compile(f"{_NAMES_STRING}([0-9]{{1,9}})")

Key = tuple[tuple[str, ...], tuple[str, ...]]
"""A row around the numbers of its shared strings, and these strings."""

_MOST_ROWS = 8192
_MOST_FRAMES = 256
_LONGEST_FRAME = 64 * 1024


class Row(NamedTuple):
    """A plain row that was read.

    ``styles`` are the formats that it names, by number; ``texts`` the characters that it keeps.
    """

    cells: dict[Address, Cell]
    styles: dict[str, Style]
    texts: int


class Frame(NamedTuple):
    """What a sheet says around its rows, all of them plain; ``texts`` are the characters kept."""

    merges: list[Area]
    protected: bool
    texts: int


_rows: dict[Key, Row] = {}
_frames: dict[bytes, Frame] = {}


def key(row: str, strings: Sequence[str], used: dict[int, str]) -> Key | None:
    """By what a row is known; None where it is long, or its strings are not there.

    The strings that it names are noted in ``used``, by number.
    """
    if len(row) >= plain.SHORT:
        return None
    if _NAMES_STRING not in row:
        return (row,), ()
    pieces = _STRING_NUMBER.split(row)
    numbers = [int(number) for number in pieces[1::2]]
    try:
        texts = tuple([strings[number] for number in numbers])
    except IndexError:
        return None
    used.update(zip(numbers, texts, strict=True))
    return (tuple(pieces[::2]), texts) if sum(map(len, texts)) < plain.SHORT else None


def row(one: Key) -> Row | None:
    """What was read of such a row."""
    return _rows.get(one)


def keep_row(one: Key, made: Row) -> None:
    """Remember a row in which nothing was found out of place."""
    if len(_rows) >= _MOST_ROWS:
        _rows.clear()
    _rows[one] = made


def frame(around: bytes) -> Frame | None:
    """What was read of such a part without its rows."""
    return _frames.get(around)


def keep_frame(around: bytes, made: Frame) -> None:
    """Remember a part whose rows were all plain."""
    if len(_frames) >= _MOST_FRAMES:
        _frames.clear()
    if len(around) <= _LONGEST_FRAME:
        _frames[around] = made


def plain_cell(cell_type: str, style: Style, formula: str, content: str, *, is_1904: bool) -> Cell:
    """A cell in its plain spelling; a shared string is the only content that is decoded yet."""
    is_short = len(formula) + len(content) < plain.SHORT
    return (_known_cell if is_short else _cell)(cell_type, style, formula, content, is_1904=is_1904)


def _cell(cell_type: str, style: Style, formula: str, content: str, *, is_1904: bool) -> Cell:
    text, kind = content, Kind.TEXT
    if cell_type != SHARED:
        text, kind = interpret(cell_type or "n", plain.decoded(content), style, is_1904=is_1904)
    what = unescape(plain.decoded(formula)) if formula else None
    return Cell(text, kind, style.number_format, what, style.locked)


_known_cell = lru_cache(maxsize=8192)(_cell)
