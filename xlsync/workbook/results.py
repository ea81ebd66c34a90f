"""What the formulas of a workbook show, computed here for programs that do not compute.

A mail's preview, a phone, and ONLYOFFICE until the first entry show of a formula what stands beside
it in the file. The results follow from the very formulas, since the reader's findings do not say
them all: where groups of levels begin, what a text too long for its row is told, in which order.
The blank form is computed once; a record's workbook only as far as it differs from that.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from xlsync.form.template import SHEET
from xlsync.workbook.formula_reading import FormulaReader, WrittenFormula, dependents
from xlsync.workbook.formula_values import DAY_ZERO, Fault, FormulaError
from xlsync.workbook.helper_sheets import check_line, companions
from xlsync.workbook.sheet_view import STATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.grid import Address
    from xlsync.form import Form, Layout
    from xlsync.workbook.formula_values import Value
    from xlsync.workbook.helper_sheet import Companion

Results: TypeAlias = "dict[str, dict[Address, Result]]"
"""What formulas show, by sheet and cell."""

Result: TypeAlias = "str | int | float | bool"


class Computation:
    """The formulas of a form with so many rows in its tables."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """Read all formulas, and compute those of the blank form."""
        sheets = companions(form, layout)
        self._form = form.template.sheet
        line = layout.check.first
        bottom = max(at.row for one in sheets for at in one.cells)
        names = {name: (one.name, area) for one in sheets for name, area in one.names.items()}
        written = [WrittenFormula(self._form, line, check_line(), [line])]
        written += [one for sheet in sheets for one in _formulas(sheet)]
        self._reader = FormulaReader(written, max(bottom, layout.footer.bottom, STATED) + 2, names)
        self._formulas = self._reader.formulas()
        told = {self._form: [line]} | {one.name: one.told_cells() for one in sheets}
        self._told = {
            self._reader.index(sheet, at): (sheet, at)
            for sheet, places in told.items()
            for at in places
        }
        self._blank = self._values_of(sheets)
        self._dependents = dependents(self._formulas)
        self._update(self._blank, (1 << len(self._formulas)) - 1)
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
        known = self._reader.columns
        for at, content in cells:
            first = known.get((self._form, at.column))
            if first is not None:
                yield first + at.row, _entered(content)
        for column in (1, 2):
            first = known.get((SHEET, column))
            if first is not None:
                for row, pair in enumerate(stated[:STATED], start=1):
                    yield first + row, pair[column - 1]

    def _values_of(self, sheets: Iterable[Companion]) -> list[Value]:
        texts = {
            self._reader.index(sheet.name, at): cell.text
            for sheet in sheets
            if not sheet.visible
            for at, cell in sheet.cells.items()
            if not cell.is_formula
        }
        values: list[Value] = [None] * (len(self._reader.columns) * self._reader.height)
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
            index, compute, below, _ = self._formulas[first.bit_length() - 1]
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


def _formulas(sheet: Companion) -> Iterator[WrittenFormula]:
    """The formulas of a sheet, those that go on down the rows first."""
    shared: set[Address] = set()
    for area in sheet.shared:
        cells = [*area.cells()]
        shared.update(cells)
        yield WrittenFormula(sheet.name, area.first, sheet.cells[area.first].text, cells)
    for at, cell in sheet.cells.items():
        if cell.is_formula and at not in shared:
            yield WrittenFormula(sheet.name, at, cell.text, [at])


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
