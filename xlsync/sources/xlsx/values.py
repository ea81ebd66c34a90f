"""What a cell element means: type, value and format to text and kind.

ECMA-376 part 1, clauses 18.3.1.4 (c) and 18.18.11 (ST_CellType).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.grid import Kind
from xlsync.sources.xlsx.dates import iso_to_iso, serial_to_iso
from xlsync.sources.xlsx.strings import unescape
from xlsync.sources.xlsx.styles import DEFAULT_STYLE

if TYPE_CHECKING:
    from xlsync.sources.xlsx.styles import Style

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}


@dataclass(slots=True)
class Used:
    """What the cells of a sheet took from the tables of its workbook, by number."""

    is_1904: bool
    strings: dict[int, str] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)

    def is_same_in(self, values: Values) -> bool:
        """Whether other tables say the same under these numbers."""
        try:
            return (
                self.is_1904 == values.is_1904
                and [values.strings[at] for at in self.strings] == [*self.strings.values()]
                and all(values.style(at) == style for at, style in self.styles.items())
            )
        except IndexError:
            return False


@dataclass(frozen=True, slots=True)
class Values:
    """The tables of a workbook that give its cells their meaning."""

    strings: list[str]
    styles: dict[str, Style]
    is_1904: bool

    def style(self, number: str) -> Style:
        """The format that a cell names by its number; one that is not there is the default."""
        return self.styles.get(number, DEFAULT_STYLE)


def interpret(cell_type: str, value: str, style: Style, *, is_1904: bool) -> tuple[str, Kind]:
    """Return text and kind for the content of ``<v>``; ``cell_type`` is the cell's ``t``.

    What is not what the type promises (letters in a number) comes back as text, unchanged.
    """
    if cell_type == "n":
        return _number(value, style, is_1904=is_1904)
    if cell_type == "b":
        return _BOOLEANS.get(value.strip(), value), Kind.BOOLEAN
    if cell_type == "e":
        return unescape(value), Kind.ERROR
    if cell_type == "d":
        iso = iso_to_iso(value)
        return (unescape(value), Kind.TEXT) if iso is None else (iso, Kind.DATE)
    return unescape(value), Kind.TEXT


def _number(value: str, style: Style, *, is_1904: bool) -> tuple[str, Kind]:
    digits = value.strip()
    if not _NUMBER.fullmatch(digits):
        return unescape(value), Kind.TEXT
    if style.is_date:
        iso = serial_to_iso(float(digits), style.number_format, is_1904=is_1904)
        if iso is not None:
            return iso, Kind.DATE
    return digits, Kind.NUMBER
