"""A form's sheet as the rules see it: where each slot, row and list lies, as references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.form.rules.sheet import among, array, blank, either, filled, packed, quoted
from xlsync.form.template import SHEET
from xlsync.workbook.heights import Room, room
from xlsync.workbook.manifest import BEGUN, codes_name, room_key, tree_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.form.mapping import CodeList, Mapping
    from xlsync.form.rules.sheet import RowView


STATED = 50
"""Rows of the manifest that formulas look at; what they look for stands before any list."""


def stated(key: str) -> str:
    """An expression for what the manifest of a workbook says under a key; an error without it."""
    area = Area(1, 1, STATED, 2).absolute
    return f"VLOOKUP({quoted(key)},'{SHEET}'!{area},2,FALSE)"


@dataclass(frozen=True)
class _TableRow:
    """One row of a table."""

    sheet: str
    table: PlacedTable
    row: int

    @property
    def number(self) -> int:
        return self.row - self.table.first + 1

    @property
    def begun(self) -> str:
        table = self.table
        if not table.shared:
            return f"{self._filled(table.columns.values())}>0"
        alone = f"{self._filled(table.telling)}>0"
        if not table.beside:
            return alone
        # What is shared alone is an item of the first table, as the reader takes it.
        shared = self._filled([table.columns[name] for name in table.columns.keys() & table.shared])
        return f"OR({alone},AND({shared}>0,{self._filled(table.beside)}=0))"

    def _filled(self, columns: Collection[int]) -> str:
        area = Area(self.row, min(columns), self.row, max(columns))
        return f"COUNTA({self.sheet}{area.absolute})"

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
        self._slots = {slot.name: slot for slot in layout.slots}
        self._template = form.template
        self._heights = layout.heights
        self._tables = {table.name: table for table in layout.tables}

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""
        return self._reference(self._areas[slot].first)

    def blank(self, slot: str) -> str:
        """An expression that is true where a field says nothing: blank, or no box ticked."""
        cell, codes = self.cell(slot), self._boxes(slot)
        if codes is None:
            return blank(cell)
        return either(blank(cell), among(packed(cell), array(codes.unticked)))

    def filled(self, slot: str) -> str:
        """An expression that is true where a field says something."""
        return filled(self.cell(slot)) if self._boxes(slot) is None else f"NOT({self.blank(slot)})"

    def says(self, slot: str, value: str) -> str:
        """An expression that is true where a field holds a value of its list, or ticks it."""
        cell, codes = self.cell(slot), self._boxes(slot)
        is_said = f"TRIM({cell})={quoted(value)}"
        if codes is None:
            return is_said
        return either(is_said, f"{cell}={quoted(codes.ticked(value))}")

    def _boxes(self, slot: str) -> CodeList | None:
        """The list of a field that prints its options with boxes."""
        name = self.plan.fields[slot].codes
        codes = self.plan.codes[name] if name else None
        return codes if codes is not None and codes.boxes else None

    def room(self, slot: str) -> Room | None:
        """The room of a field whose text wraps within its row; None for any other."""
        placed = self._slots[slot]
        style = self._template.style(placed.style)
        if not style.wrap or placed.area.top != placed.area.bottom:
            return None
        return room(placed.area, self._template.columns, style)

    def height(self, slot: str) -> str:
        """An expression for the points of a field's row when the workbook was made."""
        planned = self._heights[self._areas[slot].top - 1]
        return f"IFERROR(VALUE({stated(room_key(slot))}),{planned:g})"

    def rows(self, table: str) -> Sequence[RowView]:
        """The rows of a table that stand ready."""
        placed = self._tables[table]
        return [_TableRow(self._sheet, placed, row) for row in range(placed.first, placed.last + 1)]

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
