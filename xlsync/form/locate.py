"""Where a JSON pointer of a record points: a field, or a table, a row and a column of it.

The one place that takes pointers of records apart; :meth:`xlsync.form.mapping.Mapping.locate`
asks it. A row is named as the pointer names it, by its position (from 0) or by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.record import join, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.form.mapping import FieldBase, FormField, Table


@dataclass(frozen=True, slots=True)
class Location:
    """What a pointer points to; all parts are None where the form knows nothing there."""

    pointer: str
    item: FieldBase | None = None
    """The field, or the column of a row's value."""
    table: Table | None = None
    table_name: str | None = None
    row: str | None = None
    """The row's position or id, as the pointer spells it."""
    column: str | None = None
    """The column's name, whether the table has such a column or not."""

    @property
    def row_table(self) -> Table | None:
        """The table, where the pointer leads to a row or into one."""
        return self.table if self.row is not None else None

    @property
    def is_row(self) -> bool:
        """Whether the pointer is that of a row as a whole."""
        return self.row is not None and self.column is None

    @property
    def is_known(self) -> bool:
        """Whether the form has a field, a column, a row or a table there."""
        return self.item is not None or (self.table is not None and self.column is None)

    @property
    def position(self) -> int | None:
        """The row's position from 0; None where the pointer names it by an id, or names none."""
        return int(self.row) if self.row is not None and self.row.isdecimal() else None

    @property
    def row_pointer(self) -> str | None:
        """The pointer of the row; None outside of rows."""
        if self.table is None or self.row is None:
            return None
        return f"{self.table.pointer}{join(self.row)}"

    @property
    def title(self) -> str:
        """What messages call it: its label in quotes, in a table with the number of the row."""
        label = f"“{self.item.label}”" if self.item else ""
        if self.table is None:
            return label
        if self.position is None:
            return f"{self.table.label}{label}"
        return f"{self.table.label}第{self.position + 1}条{'的' if label else ''}{label}"


class Locator:
    """The fields and tables of one form by their pointers."""

    def __init__(self, fields: Iterable[FormField], tables: Mapping[str, Table]) -> None:
        """Index what has a pointer of its own."""
        self._fields = {one.pointer: Location(one.pointer, one) for one in fields}
        self._tables = {f"{one.pointer}/": (name, one) for name, one in tables.items()}

    def __call__(self, pointer: str) -> Location:
        """Where a pointer points; one that leads nowhere gives a location that is not known."""
        if pointer in self._fields:
            return self._fields[pointer]
        inside = f"{pointer}/"
        for start, (name, table) in self._tables.items():
            if inside.startswith(start):
                row, *rest = split(pointer[len(start) - 1 :]) or (None,)
                column = "/".join(rest) if rest else None
                item = table.columns.get(column) if column is not None else None
                return Location(pointer, item, table, name, row, column)
        return Location(pointer)
