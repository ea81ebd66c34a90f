"""What a worksheet part says once it was read, and where on a sheet a reference leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address

if TYPE_CHECKING:
    from xlsync.base.grid import Area, Cell
    from xlsync.base.problems import Problem
    from xlsync.sources.xlsx.strings import Text
    from xlsync.sources.xlsx.styles import ContentStyle
    from xlsync.sources.xlsx.values import Values

_DIGITS = "0123456789"

LONGEST_REFERENCE = 20


"""Characters; what is longer names no place."""


@lru_cache(maxsize=8192)
def start(reference: str) -> Address | None:
    """The place that a reference names; None for one that a sheet does not have."""
    letters = reference.rstrip(_DIGITS)
    try:
        return address(int(reference[len(letters) :]), Address.parse(f"{letters}1").column)
    except ValueError:
        return None


def address(row: int, column: int) -> Address | None:
    """The place in a row and column, None outside of a sheet."""
    is_on_sheet = 0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN
    return Address(row, column) if is_on_sheet else None


@dataclass(slots=True)
class Used:
    """What the cells of a sheet took from the tables of its workbook, by number.

    ``numbers`` are those of the shared strings, ``texts`` the strings, cell by cell.
    """

    is_1904: bool
    numbers: list[int] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    styles: dict[str, ContentStyle] = field(default_factory=dict)

    def is_same_in(self, values: Values) -> bool:
        """Whether other tables say the same under these numbers."""
        try:
            return self.looks_the_same_in(values) and (
                list(map(values.strings.__getitem__, self.numbers)) == self.texts
            )
        except IndexError:
            return False

    def looks_the_same_in(self, values: Values) -> bool:
        """Whether other tables say the same of the formats and of the days."""
        return self.is_1904 == values.is_1904 and all(
            values.style(at) == style for at, style in self.styles.items()
        )


@dataclass(slots=True)
class Worksheet:
    """What a worksheet part says; ``problems`` are what was found out of place.

    ``printed`` are the lines at the head and the foot of printed pages, as they are spelled.
    """

    used: Used
    cells: dict[Address, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    protected: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    printed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
