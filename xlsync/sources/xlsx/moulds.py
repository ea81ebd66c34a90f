"""Sheets that were met before with other values in their cells.

Programs number the shared strings of each file anew and write out the results of all formulas, so
of what they save hardly a sheet is the same byte by byte as in another file. Its mould is: the
part without what stands in its ``<v>`` elements. Where a plain sheet of that mould was read
before, its cells are known, and only those whose value is another one are made anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, NamedTuple, Self

from xlsync.sources.xlsx import limits, plain
from xlsync.sources.xlsx.places import start
from xlsync.sources.xlsx.remembered import Remembered
from xlsync.sources.xlsx.values import SHARED, plain_cell
from xlsync.sources.xlsx.worksheet import Used, Worksheet

if TYPE_CHECKING:
    from xlsync.grid import Address, Cell
    from xlsync.sources.xlsx.budget import Budget
    from xlsync.sources.xlsx.values import Values

_VALUE = re.compile(rb"<v>([^<]*)")


class Pressed(NamedTuple):
    """A part taken apart: its mould, and the values as they are spelled, in their order."""

    mould: bytes
    values: list[bytes]

    @classmethod
    def of(cls, part: bytes) -> Self:
        """Take a part apart."""
        pieces = _VALUE.split(part)
        return cls(b"<v>".join(pieces[::2]), pieces[1::2])


class _Spot(NamedTuple):
    """A cell with a value: which of the sheet's values it is, and what is said of the cell."""

    at: int
    place: Address
    cell_type: str
    style: str
    formula: str


class _Cast(NamedTuple):
    """A sheet that was read, all its cells plain.

    ``places`` are those of cells that may hold something. ``shared`` spots refer to shared
    strings, and did to these ``texts``; ``others`` hold their value themselves, and did as
    ``spelled``. Reading the sheet took the ``costs``.
    """

    sheet: Worksheet
    places: list[Address]
    shared: list[_Spot]
    texts: list[str]
    others: list[_Spot]
    spelled: list[bytes]
    costs: tuple[int, ...]


_casts: Remembered[bytes, _Cast] = Remembered(limits.MAX_MOULD_BYTES)
_met: Remembered[int, bool] = Remembered(most=4096)
"""Digests of the moulds met last: what is filled in differently each time comes but once."""


def cast(pressed: Pressed, values: Values, budget: Budget) -> Worksheet | None:
    """The sheet, where one of its mould is known and nothing in it needs the XML parser.

    Raises :class:`UnreadableError` where it goes beyond the budget.
    """
    known = _casts.get(pressed.mould)
    if known is None or not known.sheet.used.looks_the_same_in(values):
        return None
    strings = _strings(pressed, known.shared, values)
    if strings is None:
        return None
    texts, spelled = [text for _, text in strings], _spelled(pressed, known.others)
    changed = [*compress(zip(known.shared, texts, strict=True), map(ne, texts, known.texts))]
    for spot, value in compress(
        zip(known.others, spelled, strict=True), map(ne, spelled, known.spelled)
    ):
        text = plain.value(value)
        if text is None:
            return None
        changed.append((spot, text))
    budget.charge(known.costs)
    used = Used(values.is_1904, dict(strings), known.sheet.used.styles.copy())
    cells = _filled(known, changed, values, budget)
    return Worksheet(used, cells, known.sheet.merges.copy(), known.sheet.protected)


def keep(
    pressed: Pressed, rows: list[str], read: Worksheet, values: Values, costs: tuple[int, ...]
) -> None:
    """Remember a sheet whose cells all stood in these plain rows, and none out of place.

    A mould that was not met before is only noted, and kept when it is met again.
    """
    if not _met.get(digest := hash(pressed.mould)):
        _met.keep(digest, made=True, weight=1)
        return
    places: list[Address] = []
    spots: list[_Spot] = []
    styles = read.used.styles.copy()
    for reference, style, cell_type, formula, mark, _, _ in plain.cells("".join(rows)):
        place = start(reference)
        if place is None:
            return
        places.append(place)
        if mark:
            spots.append(_Spot(len(spots), place, cell_type, style or "0", formula))
            styles[style or "0"] = values.style(style or "0")
    shared = [spot for spot in spots if spot.cell_type == SHARED]
    others = [spot for spot in spots if spot.cell_type != SHARED]
    strings = _strings(pressed, shared, values)
    if strings is None or len(spots) != len(pressed.values):
        return
    sheet = replace(read, used=Used(values.is_1904, styles=styles), cells=read.cells.copy())
    texts, spelled = [text for _, text in strings], _spelled(pressed, others)
    made = _Cast(sheet, places, shared, texts, others, spelled, costs)
    weight = 2 * len(pressed.mould) + sum(map(len, [*texts, *spelled]))
    _casts.keep(pressed.mould, made, weight + limits.CELL_BYTES * len(places))


def _strings(pressed: Pressed, shared: list[_Spot], values: Values) -> list[tuple[int, str]] | None:
    """Numbers and strings that spots refer to; None where one of them is not there."""
    try:
        numbers = [int(pressed.values[spot.at]) for spot in shared]
        if min(numbers, default=0) < 0:
            return None
        return [(number, values.strings[number]) for number in numbers]
    except (ValueError, IndexError):
        return None


def _spelled(pressed: Pressed, others: list[_Spot]) -> list[bytes]:
    return [pressed.values[spot.at] for spot in others]


def _filled(
    known: _Cast, changed: list[tuple[_Spot, str]], values: Values, budget: Budget
) -> dict[Address, Cell]:
    """The cells of a sheet, in its order, with other contents in some of them."""
    before, cells = known.sheet.cells, known.sheet.cells.copy()
    for spot, text in changed:
        style = known.sheet.used.styles[spot.style]
        cell = plain_cell(spot.cell_type, style, spot.formula, text, values)
        if cell is None:
            cells.pop(spot.place, None)
        else:
            cells[spot.place] = cell
    budget.text.spend(sum(len(text) for _, text in changed))
    budget.cells.spend(max(0, len(cells) - len(before)))
    if all(spot.place in before for spot, _ in changed):
        return cells
    return {place: cells[place] for place in known.places if place in cells}
