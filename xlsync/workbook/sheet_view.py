"""A form's sheet as the rules see it: references to what the hidden sheet has copied of it.

The hidden sheet has a row for each field and each table of the form, and beside them, in the rows
where they stand on the form, one for each row of a table. What is computed of such a row stands in
its columns, which are taken as they are asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.grid import Area, column_letters
from xlsync.form.rules.sheet import CheckedSpot, among, packed, quoted, trimmed
from xlsync.form.template import SHEET
from xlsync.workbook.heights import Room, room
from xlsync.workbook.manifest import BEGUN, room_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlsync.base.grid import Address
    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.form.mapping import FieldBase, Mapping


STATED = 50
"""Rows of the manifest that formulas look at; what they look for stands before any list."""

HERE, ABOVE = "\x1f", "\x1e"
"""Stand in an expression for the number of the row that it is about, and for that of the row above;
no text can hold them.
"""


def stated(key: str) -> str:
    """An expression for what the manifest of a workbook says under a key; an error without it."""
    area = Area(1, 1, STATED, 2).absolute
    return f"VLOOKUP({quoted(key)},'{SHEET}'!{area},2,0)"


class FormReferences:
    """Where the fields of a form lie, seen from its own sheet."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """See the layout of a form's sheet."""
        self.plan: Mapping = form.mapping
        self._areas = {slot.name: slot.area for slot in layout.slots}

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""
        address = self._areas[slot].first
        return Area(*address, *address).absolute


@dataclass(slots=True)
class HiddenColumn:
    """A column of the hidden sheet, and the expressions that stand in it, by their rows."""

    number: int
    cells: dict[int, str] = field(default_factory=dict)

    @property
    def here(self) -> str:
        """The reference of its cell in the row that an expression is about."""
        return f"${column_letters(self.number)}{HERE}"

    @property
    def above(self) -> str:
        """The reference of its cell in the row above that."""
        return f"${column_letters(self.number)}{ABOVE}"

    def at(self, row: int) -> str:
        """The reference of its cell in a row."""
        return f"{column_letters(self.number)}{row}"


class TableRow:
    """Any row of a table."""

    def __init__(self, view: HiddenView, table: PlacedTable) -> None:
        """Take the columns of a table."""
        self.table = table
        self._view = view
        self._sheet = view.sheet
        self._columns: dict[str, HiddenColumn] = {}
        self._joined: dict[str, HiddenColumn] = {}
        self._items = view.plan.tables[table.name].columns

    @property
    def begun(self) -> str:
        """True where any cell of the row is filled."""
        table = self.table
        if not table.shared:
            return self.once(f"{self._filled(table.columns.values())}>0")
        alone = f"{self._filled(table.telling)}>0"
        if not table.beside:
            return self.once(alone)
        # What is shared alone is an item of the first table, as the reader takes it.
        shared = self._filled([table.columns[name] for name in table.columns.keys() & table.shared])
        return self.once(f"OR({alone},AND({shared}>0,{self._filled(table.beside)}=0))")

    def cell(self, column: str) -> str:
        """The reference of a cell on the form."""
        return f"{self._sheet}${column_letters(self.table.columns[column])}{HERE}"

    def text(self, column: str) -> str:
        """The text of a cell without blanks around it."""
        return self.once(trimmed(self.cell(column)))

    def number(self, column: str) -> str:
        """The value of a cell if it is one of the column's type, else an empty text."""
        return self.once(_sound(self._items[column], self.cell(column)))

    def once(self, expression: str) -> str:
        """The result of an expression about the row, computed once for all who ask for it."""
        if expression not in self._columns:
            column = self._view.new_column()
            rows = range(self.table.first, self.table.last + 1)
            column.cells = dict.fromkeys(rows, expression)
            self._columns[expression] = column
        return self._columns[expression].here

    def before(self, text: str) -> str:
        """These texts of all rows above, joined."""
        if text not in self._joined:
            column = self._joined[text] = self._view.new_column()
            joined = f"{column.above}&{text}"
            column.cells = dict.fromkeys(range(self.table.first, self.table.last + 1), joined)
        return self._joined[text].above

    def all(self, reference: str) -> str:
        """What one of these references means in all rows, as an area."""
        return f"{_at(reference, self.table.first)}:{_at(reference, self.table.last)}"

    def _filled(self, columns: Collection[int]) -> str:
        first, last = (column_letters(one) for one in (min(columns), max(columns)))
        return f"COUNTA({self._sheet}${first}{HERE}:${last}{HERE})"


class HiddenView:
    """The hidden sheet of a form with so many rows in each table.

    ``subjects`` are the fields and the tables by name, each with its row; ``columns`` are those
    that were taken until now.
    """

    begun = BEGUN

    def __init__(self, form: Form, layout: Layout) -> None:
        """See the layout of a form's sheet; each view fills the columns of a sheet of its own."""
        self.plan: Mapping = form.mapping
        self.sheet = f"'{form.template.sheet}'!"
        self.columns: list[HiddenColumn] = []
        names = [*(CheckedSpot(None, slot) for slot in self.plan.fields)]
        names += [CheckedSpot(table.name, None) for table in layout.tables]
        self.subjects = {spot: row for row, spot in enumerate(names, start=1)}
        self.tables = {table.name: table for table in layout.tables}
        self._template = form.template
        self._heights = layout.heights
        self._slots = {slot.name: slot for slot in layout.slots}
        self._rows: dict[str, TableRow] = {}
        self._columns: dict[str, HiddenColumn] = {}
        self._texts, self._lengths, self._numbers = (self.new_column() for _ in range(3))

    def new_column(self) -> HiddenColumn:
        """The next column of the hidden sheet."""
        self.columns.append(HiddenColumn(len(self.columns) + 1))
        return self.columns[-1]

    def address(self, subject: CheckedSpot) -> Address:
        """Where a field, or the heading of a table, stands on the form."""
        if subject.table is not None:
            return self.tables[subject.table].heading.first
        return self._slots[subject.name or ""].area.first

    def place(self, spot: CheckedSpot) -> str:
        """The reference of a place on the form."""
        if spot.table is not None and spot.name is not None:
            return self.row(spot.table).cell(spot.name)
        address = self.address(spot)
        return f"{self.sheet}{Area(*address, *address).absolute}"

    def text(self, slot: str) -> str:
        """The text of a field without blanks around it."""
        return self._copied(self._texts, slot, trimmed(self.place(CheckedSpot(None, slot))))

    def length(self, slot: str) -> str:
        """How many characters that has; none of a line of boxes with none ticked."""
        text = self.text(slot)
        expression = f"IFERROR(LEN({text}),1)"
        name = self.plan.fields[slot].codes
        codes = self.plan.codes[name] if name else None
        if codes is not None and codes.boxes:
            expression = f"IF({among(packed(text), codes.unticked)},0,{expression})"
        return self._copied(self._lengths, slot, expression)

    def number(self, slot: str) -> str:
        """The value of a field if it is one of its type, else an empty text."""
        item = self.plan.fields[slot]
        return self._copied(self._numbers, slot, _sound(item, self.place(CheckedSpot(None, slot))))

    def once(self, slot: str, expression: str) -> str:
        """The result of an expression about a field, computed once for all who ask for it."""
        expression = self.within(CheckedSpot(None, slot), expression)
        if expression not in self._columns:
            self._columns[expression] = self.new_column()
        return self._copied(self._columns[expression], slot, expression)

    def row(self, table: str) -> TableRow:
        """The rows of a table that stand ready."""
        if table not in self._rows:
            self._rows[table] = TableRow(self, self.tables[table])
        return self._rows[table]

    def room(self, slot: str) -> Room | None:
        """The room of a field whose text wraps within its row; None for any other."""
        placed = self._slots[slot]
        style = self._template.style(placed.style)
        if not style.wrap or placed.area.top != placed.area.bottom:
            return None
        return room(placed.area, self._template.columns, style)

    def height(self, slot: str) -> str:
        """An expression for the points of a field's row when the workbook was made."""
        planned = self._heights[self._slots[slot].area.top - 1]
        return f"IFERROR(VALUE({stated(room_key(slot))}),{planned:g})"

    def within(self, spot: CheckedSpot, expression: str) -> str:
        """An expression as it is written in the row of a field or table, alike for all of them."""
        return re.sub(rf"(?<=[A-Z])\${self.subjects[spot]}(?![0-9])", HERE, expression)

    def _copied(self, column: HiddenColumn, slot: str, expression: str) -> str:
        spot = CheckedSpot(None, slot)
        row = self.subjects[spot]
        column.cells[row] = self.within(spot, expression)
        return _area(column.number, row, row)


def in_row(expression: str, row: int) -> str:
    """An expression as it stands in a certain row."""
    return expression.replace(HERE, str(row)).replace(ABOVE, str(row - 1))


def _sound(item: FieldBase, cell: str) -> str:
    """The value of a cell if it is one of a type, else an empty text."""
    on_sheet = item.kind.on_sheet
    holds = on_sheet.holds.format(cell=cell) if on_sheet else f"LEN({cell})>0"
    return f'IFERROR(IF({holds},{cell},""),"")'


def _at(reference: str, row: int) -> str:
    """What the reference of a row's column means in a certain row."""
    return reference.replace(HERE, f"${row}")


def _area(column: int, first: int, last: int) -> str:
    return Area(first, column, last, column).absolute
