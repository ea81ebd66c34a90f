"""What a worksheet part says once it was read, and what it took from the tables of its workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsync.grid import Address, Area, Cell
    from xlsync.problems import Problem
    from xlsync.sources.xlsx.styles import Style
    from xlsync.sources.xlsx.values import Values


@dataclass(slots=True)
class Used:
    """What the cells of a sheet took from the tables of its workbook, by number."""

    is_1904: bool
    strings: dict[int, str] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)

    def is_same_in(self, values: Values) -> bool:
        """Whether other tables say the same under these numbers."""
        try:
            return self.looks_the_same_in(values) and (
                [values.strings[at] for at in self.strings] == [*self.strings.values()]
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
    """What a worksheet part says; ``problems`` are what was found out of place."""

    used: Used
    cells: dict[Address, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    protected: bool = False
    problems: list[Problem] = field(default_factory=list)
