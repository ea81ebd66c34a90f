"""Sheets that were met before with other values in their cells.

Programs number the shared strings of each file anew and write out the results of all formulas, so
of what they save hardly a sheet is the same byte by byte as in another file. Its mould is: the
part without what stands in its ``<v>`` elements. Where a plain sheet of that mould was read
before, its cells are known, and only those whose value is another one are made anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, compress
from operator import ne, not_
from typing import TYPE_CHECKING, NamedTuple, Self

from xlsync.sources.xlsx import limits, spelling
from xlsync.sources.xlsx.remembered import Remembered
from xlsync.sources.xlsx.values import SHARED, plain_cell
from xlsync.sources.xlsx.worksheet import Used, Worksheet

if TYPE_CHECKING:
    from xlsync.base.grid import Address, Cell
    from xlsync.sources.xlsx.budget import Budget
    from xlsync.sources.xlsx.plain import PlainRow
    from xlsync.sources.xlsx.strings import Text
    from xlsync.sources.xlsx.values import Values

_MARK = b"<v>"
_VALUE = re.compile(rb"<v>([^<]*)")

_CELL = b"<c r="
_TEXT = b' t="s"'
_LONGEST_TAG = 60
"""Bytes of the tags of the first cell and the first text.

Their style numbers tell moulds of one size apart.
"""

Key = tuple[int, int, bytes]


class Pressed(NamedTuple):
    """A part and what stands in its ``<v>`` elements, as it is spelled.

    ``key`` is what hardly any other mould has: counts of values and bytes, first cell and text.
    """

    part: bytes
    values: list[bytes]
    key: Key

    @classmethod
    def of(cls, part: bytes) -> Self:
        """Find the values of a part."""
        values = _VALUE.findall(part)
        size = len(part) - sum(map(len, values))
        first = max(0, part.find(_CELL))
        tag, _, _ = part[first : first + _LONGEST_TAG].partition(b">")
        text = max(0, part.find(_TEXT))
        key = len(values), size, tag + part[max(0, text - _LONGEST_TAG) : text]
        return cls(part, values, key)

    def mould(self) -> list[bytes]:
        """What stands before, between and after the values."""
        pieces = _VALUE.split(self.part)[::2]
        return [*(piece + _MARK for piece in pieces[:-1]), pieces[-1]]

    def fills(self, mould: list[bytes]) -> bool:
        """Whether the part is this mould with values of its own."""
        if len(mould) != len(self.values) + 1:
            return False
        pieces = [b""] * (len(mould) + len(self.values))
        pieces[::2], pieces[1::2] = mould, self.values
        return b"".join(pieces) == self.part


class _Spot(NamedTuple):
    """What is said of a cell with a value, besides the value."""

    place: Address
    cell_type: str
    style: str
    formula: str | None

    @property
    def is_shared(self) -> bool:
        """Whether the value is the number of a shared string."""
        return self.cell_type == SHARED


class _Contents(NamedTuple):
    """The values of a sheet: of some cells numbers and the strings behind them, others spelled."""

    numbers: list[int]
    strings: list[Text]
    spelled: list[bytes]


class _Cast(NamedTuple):
    """A sheet that was read, all its cells plain.

    ``mould`` is all of it but the values, ``places`` are those of cells that may hold something,
    ``is_shared`` says it of each value in turn. Reading the sheet took the ``costs``.
    """

    mould: list[bytes]
    sheet: Worksheet
    places: list[Address]
    is_shared: list[bool]
    shared: list[_Spot]
    others: list[_Spot]
    contents: _Contents
    costs: tuple[int, ...]


_casts: Remembered[Key, _Cast] = Remembered(limits.MAX_MOULD_BYTES)
_met: Remembered[tuple[Key, int], int] = Remembered(most=4096)
"""How often each of the moulds met last was new: what is filled in in its own way comes once.

With the key stands a hash of the lines of printed pages, which name the record on a form.
"""

_OFTEN = 4
"""So often new, a mould is of sheets that differ around their values, as by their footers."""


def cast(pressed: Pressed, values: Values, budget: Budget) -> Worksheet | None:
    """The sheet, where one of its mould is known and nothing in it needs the XML parser.

    Raises :class:`UnreadableError` where it goes beyond the budget.
    """
    known = _casts.get(pressed.key)
    if known is None or not pressed.fills(known.mould):
        return None
    if not known.sheet.used.looks_the_same_in(values):
        return None
    contents = _contents(pressed, known.is_shared, values)
    changed = _changed(known, contents) if contents else None
    if contents is None or changed is None:
        return None
    budget.charge(known.costs)
    styles = known.sheet.used.styles.copy()
    used = Used(values.is_1904, contents.numbers, contents.strings, styles)
    cells = _filled(known, changed, budget)
    return replace(known.sheet, used=used, cells=cells, merges=known.sheet.merges.copy())


def keep(
    pressed: Pressed,
    rows: list[PlainRow],
    read: Worksheet,
    values: Values,
    costs: tuple[int, ...],
) -> None:
    """Remember a sheet whose cells all stood in these plain rows, and none out of place.

    A mould that was not met before is only noted, and kept when it is met again, unless it proved
    to be another one each time.
    """
    noted = pressed.key, hash(tuple(read.printed))
    times = _met.get(noted) or 0
    _met.keep(noted, times + 1, weight=1)
    if not 0 < times < _OFTEN:
        return
    places: list[Address] = []
    spots: list[_Spot] = []
    styles = read.used.styles.copy()
    for one in chain.from_iterable(row.cells for row in rows):
        if one.place is None:
            return
        places.append(one.place)
        if one.has_value:
            cell = read.cells.get(one.place)
            spots.append(_Spot(one.place, one.type, one.style, cell.formula if cell else None))
            styles[one.style] = values.style(one.style)
    is_shared = [spot.is_shared for spot in spots]
    contents = _contents(pressed, is_shared, values) if len(spots) == len(pressed.values) else None
    if contents is None:
        return
    sheet = replace(read, used=Used(values.is_1904, styles=styles), cells=read.cells.copy())
    shared = [spot for spot in spots if spot.is_shared]
    others = [spot for spot in spots if not spot.is_shared]
    made = _Cast(pressed.mould(), sheet, places, is_shared, shared, others, contents, costs)
    _casts.keep(pressed.key, made, 2 * len(pressed.part) + limits.CELL_BYTES * len(places))


def _contents(pressed: Pressed, is_shared: list[bool], values: Values) -> _Contents | None:
    """The values of a sheet; None where a string that it names is not there.

    There are thousands in a file, so none of them is looked at by itself.
    """
    named = list(compress(pressed.values, is_shared))
    if not all(map(bytes.isdigit, named)):
        return None
    numbers = list(map(int, named))
    if max(numbers, default=-1) >= len(values.strings):
        return None
    strings = list(map(values.strings.__getitem__, numbers))
    return _Contents(numbers, strings, list(compress(pressed.values, map(not_, is_shared))))


def _changed(known: _Cast, now: _Contents) -> list[tuple[_Spot, Text]] | None:
    """The spots that hold something else now, and what; None where that is not plain."""
    were = known.contents
    strings = zip(known.shared, now.strings, strict=True)
    changed: list[tuple[_Spot, Text]] = list(compress(strings, map(ne, now.strings, were.strings)))
    is_other = list(map(ne, now.spelled, were.spelled))
    texts = spelling.values(list(compress(now.spelled, is_other)))
    if texts is None:
        return None
    return [*changed, *zip(compress(known.others, is_other), texts, strict=True)]


def _filled(known: _Cast, changed: list[tuple[_Spot, Text]], budget: Budget) -> dict[Address, Cell]:
    """The cells of a sheet, in its order, with other contents in some of them."""
    before, cells = known.sheet.cells, known.sheet.cells.copy()
    styles, is_1904 = known.sheet.used.styles, known.sheet.used.is_1904
    for spot, text in changed:
        style = styles[spot.style]
        cell = plain_cell(spot.cell_type, style, spot.formula, text, is_1904=is_1904)
        if cell is None:
            cells.pop(spot.place, None)
        else:
            cells[spot.place] = cell
    budget.text.spend(sum(len(text) for _, text in changed))
    budget.cells.spend(max(0, len(cells) - len(before)))
    if all(spot.place in before for spot, _ in changed):
        return cells
    return {place: cells[place] for place in known.places if place in cells}
