"""One sheet beside the form as data: what stands in which cell, and what is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address, Area

if TYPE_CHECKING:
    from collections.abc import Iterable


class HelperCell(NamedTuple):
    """What one cell of a companion holds: a text, or a formula."""

    text: str
    style: str = "text"
    is_formula: bool = False


@dataclass(slots=True)
class Companion:
    """One sheet beside the form.

    ``frozen`` are the rows that stay in sight; the rows of the ``live`` area are drawn only
    where their first cell is filled. ``shared`` are the areas of which every cell has the formula
    of the first one, its relative references moved along. ``told`` is the area in which the results
    of formulas are written too, for programs that do not compute; everywhere on a visible sheet.
    """

    name: str
    widths: list[float]
    cells: dict[Address, HelperCell] = field(default_factory=dict)
    names: dict[str, Area] = field(default_factory=dict)
    visible: bool = True
    frozen: int = 0
    live: Area | None = None
    shared: list[Area] = field(default_factory=list)
    told: Area | None = None

    def told_cells(self) -> list[Address]:
        """The formulas whose results are written, in the order of the sheet."""
        return [
            at
            for at, cell in sorted(self.cells.items())
            if cell.is_formula and (self.visible or (self.told and self.told.covers(at)))
        ]

    def row(self, row: int, entries: Iterable[HelperCell]) -> None:
        """Fill a row from its first column on."""
        for column, entry in enumerate(entries, start=1):
            self.cells[Address(row, column)] = entry

    def name_column(
        self, name: str, column: int, entries: Iterable[HelperCell], top: int = 1
    ) -> None:
        """Fill a column downwards and name what was filled."""
        row = top
        for row, entry in enumerate(entries, start=top):
            self.cells[Address(row, column)] = entry
        self.names[name] = Area(top, column, row, column)

    def fill(self, area: Area, formula: str, style: str = "text") -> None:
        """Fill an area with a formula that stands for its first cell."""
        entry = HelperCell(formula, style, is_formula=True)
        self.cells |= dict.fromkeys(area.cells(), entry)
        self.shared.append(area)
