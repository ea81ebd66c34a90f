"""A form's sheet as the rules see it: where each slot, row and list lies, as references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.grid import Address, Area
from xlsync.manifest import BEGUN, codes_name, tree_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.mapping import Mapping
    from xlsync.rules.sheet import RowView


@dataclass(frozen=True)
class _Row:
    """One row of a table."""

    sheet: str
    table: PlacedTable
    row: int

    @property
    def number(self) -> int:
        return self.row - self.table.first + 1

    @property
    def begun(self) -> str:
        columns = self.table.columns.values()
        area = Area(self.row, min(columns), self.row, max(columns))
        return f"COUNTA({self.sheet}{area.absolute})>0"

    def cell(self, column: str) -> str:
        place = self.table.columns[column]
        return f"{self.sheet}{Area(self.row, place, self.row, place).absolute}"

    def above(self, column: str) -> str:
        place = self.table.columns[column]
        return f"{self.sheet}{Area(self.table.first, place, self.row, place).absolute}"


class FormSheetView:
    """The sheet of a form with so many rows in each table."""

    begun = BEGUN

    def __init__(self, form: Form, layout: Layout, *, local: bool = False) -> None:
        """See the layout of a form's sheet; ``local`` references leave the sheet's name out."""
        self.plan: Mapping = form.mapping
        self._sheet = "" if local else f"'{form.template.sheet}'!"
        self._areas = {slot.name: slot.area for slot in layout.slots}
        self._tables = {table.name: table for table in layout.tables}

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""
        return self._reference(self._areas[slot].first)

    def rows(self, table: str) -> Sequence[RowView]:
        """The rows of a table that stand ready."""
        placed = self._tables[table]
        return [_Row(self._sheet, placed, row) for row in range(placed.first, placed.last + 1)]

    def column(self, table: str, column: str) -> str:
        """The reference of a whole column of a table's rows."""
        placed = self._tables[table]
        place = placed.columns[column]
        return f"{self._sheet}{Area(placed.first, place, placed.last, place).absolute}"

    def heading(self, table: str) -> str:
        """The reference of the cell where a table begins."""
        return self._reference(self._tables[table].heading.first)

    def codes(self, name: str) -> str:
        """The defined name of a code list."""
        return codes_name(name)

    def tree(self, name: str) -> str:
        """The defined name of a tree's first level."""
        return tree_name(name)

    def branch(self, name: str, first: str) -> str:
        """The list under the first level that a cell holds, the same in every client."""
        number = f"MATCH(TRIM({first}),{tree_name(name)},0)"
        return f'INDIRECT("{tree_name(name)}_"&{number})'

    def _reference(self, address: Address) -> str:
        return f"{self._sheet}{Area(*address, *address).absolute}"
