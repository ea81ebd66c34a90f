"""What the formulas of a workbook show, computed here for programs that do not compute.

A mail's preview, a phone, and ONLYOFFICE until the first entry show of a formula what stands beside
it in the file. The results follow from the very formulas, since the reader's findings do not say
them all: where groups of levels begin, what a text too long for its row is told, in which order.
The blank form is computed once; a record's workbook only as far as it differs from that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xlsync.form.template import SHEET
from xlsync.workbook.formula_code import compiled
from xlsync.workbook.formula_parser import FormulaParser
from xlsync.workbook.formula_values import DAY_ZERO, Fault, FormulaError
from xlsync.workbook.helper_sheets import check_line, companions
from xlsync.workbook.sheet_view import STATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.grid import Address, Area
    from xlsync.form import Form, Layout
    from xlsync.workbook.formula_code import Compute
    from xlsync.workbook.formula_expressions import CellReference
    from xlsync.workbook.formula_values import Value
    from xlsync.workbook.helper_sheet import Companion

Results: TypeAlias = "dict[str, dict[Address, Result]]"
"""What formulas show, by sheet and cell."""

Result: TypeAlias = "str | int | float | bool"


class _Written(NamedTuple):
    """A formula as it stands on a sheet: in its first cell, and in which it goes on."""

    sheet: str
    at: Address
    text: str
    cells: Sequence[Address]


class _Formula(NamedTuple):
    """The formula of one cell: where its value stands, and how many rows below its first."""

    place: int
    compute: Compute
    below: int
    read: Sequence[CellReference]


@dataclass(slots=True)
class _Columns:
    """The places of cells in the list of values: column by column."""

    height: int
    names: dict[str, tuple[str, Area]]
    known: dict[tuple[str, int], int]

    def of(self, sheet: str, column: int) -> int:
        """The index of row 0 of a column; those of its rows follow."""
        return self.known.setdefault((sheet, column), len(self.known) * self.height)

    def named(self, name: str) -> tuple[str, Area]:
        """What a defined name leads to."""
        return self.names[name]


class Computation:
    """The formulas of a form with so many rows in its tables."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """Read all formulas, and compute those of the blank form."""
        sheets = companions(form, layout)
        self._form = form.template.sheet
        line = layout.check.first
        bottom = max(at.row for one in sheets for at in one.cells)
        names = {name: (one.name, area) for one in sheets for name, area in one.names.items()}
        self._columns = _Columns(max(bottom, layout.footer.bottom, STATED) + 2, names, {})
        written = [_Written(self._form, line, check_line(), [line])]
        written += [one for sheet in sheets for one in _formulas(sheet)]
        self._formulas_in_order = _in_order([*self._read(written)])
        told = {self._form: [line]} | {one.name: one.told_cells() for one in sheets}
        self._told = {
            self._index(sheet, at): (sheet, at) for sheet, places in told.items() for at in places
        }
        self._blank = self._values_of(sheets)
        self._dependents = _dependents(self._formulas_in_order)
        self._update(self._blank, (1 << len(self._formulas_in_order)) - 1)
        self.blank = self._results(self._told, self._blank)

    def changes(
        self, cells: Iterable[tuple[Address, object]], stated: Sequence[tuple[str, str]]
    ) -> Results:
        """What formulas show with these cells on the form and this manifest.

        What shows the same on the blank form without a manifest is left out.
        """
        values = self._blank.copy()
        waiting = 0
        for index, value in self._given(cells, stated):
            if value is not None:
                values[index] = value
                waiting |= self._dependents.get(index, 0)
        return self._results(self._update(values, waiting), values)

    def all(self, changes: Results) -> Results:
        """What all formulas show, the blank form's results included."""
        return {sheet: cells | changes.get(sheet, {}) for sheet, cells in self.blank.items()}

    def _results(self, indices: Iterable[int], values: list[Value]) -> Results:
        found: Results = {}
        for index in indices:
            if (told := self._told.get(index)) is not None:
                found.setdefault(told[0], {})[told[1]] = _result(values[index])
        return found

    def _given(
        self, cells: Iterable[tuple[Address, object]], stated: Sequence[tuple[str, str]]
    ) -> Iterator[tuple[int, Value]]:
        known = self._columns.known
        for at, content in cells:
            first = known.get((self._form, at.column))
            if first is not None:
                yield first + at.row, _entered(content)
        for column in (1, 2):
            first = known.get((SHEET, column))
            if first is not None:
                for row, pair in enumerate(stated[:STATED], start=1):
                    yield first + row, pair[column - 1]

    def _index(self, sheet: str, at: Address) -> int:
        return self._columns.of(sheet, at.column) + at.row

    def _read(self, written: Sequence[_Written]) -> Iterator[_Formula]:
        parsers = [
            FormulaParser(one.text, one.sheet, one.at.row, self._columns, shared=len(one.cells) > 1)
            for one in written
        ]
        computes = compiled([parser.source() for parser in parsers])
        for one, parser, compute in zip(written, parsers, computes, strict=True):
            for at in one.cells:
                below = at.row - one.at.row
                yield _Formula(self._index(one.sheet, at), compute, below, parser.read)

    def _values_of(self, sheets: Iterable[Companion]) -> list[Value]:
        texts = {
            self._index(sheet.name, at): cell.text
            for sheet in sheets
            if not sheet.visible
            for at, cell in sheet.cells.items()
            if not cell.is_formula
        }
        values: list[Value] = [None] * (len(self._columns.known) * self._columns.height)
        for index, text in texts.items():
            values[index] = text
        return values

    def _update(self, values: list[Value], waiting: int) -> list[int]:
        """Compute what waits, and what depends on it as far as anything changes; what changed.

        Each bit of what waits is a formula: all that depend on a value are one number.
        """
        changed: list[int] = []
        while waiting:
            first = waiting & -waiting
            waiting ^= first
            index, compute, below, _ = self._formulas_in_order[first.bit_length() - 1]
            try:
                value = compute(values, below)
            except FormulaError:
                value = Fault.ERROR
            former = values[index]
            if value != former or type(value) is not type(former):
                values[index] = 0 if value is None else value
                changed.append(index)
                waiting |= self._dependents.get(index, 0)
        return changed


def _formulas(sheet: Companion) -> Iterator[_Written]:
    """The formulas of a sheet, those that go on down the rows first."""
    shared: set[Address] = set()
    for area in sheet.shared:
        cells = [*area.cells()]
        shared.update(cells)
        yield _Written(sheet.name, area.first, sheet.cells[area.first].text, cells)
    for at, cell in sheet.cells.items():
        if cell.is_formula and at not in shared:
            yield _Written(sheet.name, at, cell.text, [at])


@lru_cache(maxsize=64)
def computation(form: Form, layout: Layout) -> Computation:
    """The formulas of a form with so many rows, read once."""
    return Computation(form, layout)


def _entered(content: object) -> Value:
    if isinstance(content, dt.date):
        return (content - DAY_ZERO).days
    return content if isinstance(content, (str, int, float)) else None


def _result(value: Value) -> Result:
    """A value as it is written beside its formula."""
    if isinstance(value, Fault) or value is None:
        return Fault.ERROR.value
    return int(value) if isinstance(value, float) and value == int(value) else value


def _in_order(formulas: list[_Formula]) -> list[_Formula]:
    """Each formula behind those that it reads."""
    by_index = {one.place: at for at, one in enumerate(formulas)}
    open_of: list[int] = [0] * len(formulas)
    readers: dict[int, list[int]] = {}
    for at, one in enumerate(formulas):
        for index in _read(one):
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


def _dependents(formulas: list[_Formula]) -> dict[int, int]:
    """The formulas that read a value, each of them a bit."""
    found: dict[int, int] = {}
    for at, one in enumerate(formulas):
        for index in {*_read(one)}:
            found[index] = found.get(index, 0) | 1 << at
    return found


def _read(formula: _Formula) -> Iterator[int]:
    return (index for cells in formula.read for index in cells.indices(formula.below))
