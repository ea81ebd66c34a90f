"""All formulas of a form read: in which order they are computed, and what each cell can show.

A formula is read before those that read its cells, so that they know what these show, above all
whether it can be an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.workbook.formula_code import compiled
from xlsync.workbook.formula_parser import FormulaParser

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlsync.base.grid import Address, Area
    from xlsync.workbook.formula_code import Compute
    from xlsync.workbook.formula_expressions import Expression
    from xlsync.workbook.formula_values import Known


class WrittenFormula(NamedTuple):
    """A formula as it stands on a sheet: in its first cell, and in all to which it goes on."""

    sheet: str
    at: Address
    text: str
    cells: Sequence[Address]


class CellFormula(NamedTuple):
    """The formula of one cell: where its value stands and those that it reads.

    ``below`` is how many rows below its first cell it stands.
    """

    place: int
    compute: Compute
    below: int
    read: Collection[int]


class FormulaReader:
    """Reads formulas; ``columns`` says where the values of cells stand, column by column."""

    def __init__(
        self,
        written: Sequence[WrittenFormula],
        height: int,
        names: Mapping[str, tuple[str, Area]],
    ) -> None:
        """Take all formulas, how many rows sheets have, and what defined names lead to."""
        self.columns: dict[tuple[str, int], int] = {}
        self.height = height
        self._names = names
        self._written = written
        self._by_place = {
            self.index(one.sheet, at): number
            for number, one in enumerate(written)
            for at in one.cells
        }
        self._begun: dict[int, FormulaParser] = {}
        self._expressions: dict[int, Expression] = {}

    def of(self, sheet: str, column: int) -> int:
        """The index of row 0 of a column; those of its rows follow."""
        return self.columns.setdefault((sheet, column), len(self.columns) * self.height)

    def index(self, sheet: str, at: Address) -> int:
        """Where the value of a cell stands."""
        return self.of(sheet, at.column) + at.row

    def named(self, name: str) -> tuple[str, Area]:
        """What a defined name leads to."""
        return self._names[name]

    def gives(self, place: int) -> tuple[Known, bool]:
        """What a cell shows, and whether that is never an error; an entry never is."""
        number = self._by_place.get(place)
        if number is None:
            return "any", True
        if number not in self._begun:
            self._read(number)
        made = self._expressions.get(number)
        # A formula that goes on down the rows may read the cell above: then it is not read yet.
        return (made.known, made.is_sure) if made else ("any", False)

    def formulas(self) -> list[CellFormula]:
        """The formulas of all cells, each behind those that it reads."""
        for number in range(len(self._written)):
            if number not in self._begun:
                self._read(number)
        computes = compiled([self._expressions[at].source for at in range(len(self._written))])
        found: list[CellFormula] = []
        for number, (one, compute) in enumerate(zip(self._written, computes, strict=True)):
            read = self._begun[number].read
            for at in one.cells:
                below = at.row - one.at.row
                places = {place for cells in read for place in cells.indices(below)}
                found.append(CellFormula(self.index(one.sheet, at), compute, below, places))
        return _in_order(found)

    def _read(self, number: int) -> None:
        one = self._written[number]
        parser = FormulaParser(one.text, one.sheet, one.at.row, self, rows=len(one.cells))
        self._begun[number] = parser
        self._expressions[number] = parser.expression()


def dependents(formulas: Sequence[CellFormula]) -> dict[int, int]:
    """The formulas that read a value, each of them a bit of a number."""
    found: dict[int, int] = {}
    for at, one in enumerate(formulas):
        for index in one.read:
            found[index] = found.get(index, 0) | 1 << at
    return found


def _in_order(formulas: list[CellFormula]) -> list[CellFormula]:
    """Each formula behind those that it reads."""
    by_index = {one.place: at for at, one in enumerate(formulas)}
    open_of: list[int] = [0] * len(formulas)
    readers: dict[int, list[int]] = {}
    for at, one in enumerate(formulas):
        for index in one.read:
            if (source := by_index.get(index)) is not None:
                readers.setdefault(source, []).append(at)
                open_of[at] += 1
    ready = [at for at, count in enumerate(open_of) if not count]
    for at in ready:
        for reader in readers.get(at, ()):
            open_of[reader] -= 1
            if not open_of[reader]:
                ready.append(reader)
    return [formulas[at] for at in ready]
