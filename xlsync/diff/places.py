"""Where in a form a delta lies: the field, the table and the column that its pointer names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.record import split

if TYPE_CHECKING:
    from xlsync.diff.delta import Delta
    from xlsync.mapping import FieldBase, Mapping, Table


class Places:
    """The fields and tables of one form, found by the pointers of deltas."""

    def __init__(self, mapping: Mapping) -> None:
        """Look up once what every delta needs."""
        self.mapping = mapping
        self._tables = list(mapping.tables.values())
        self._fields = {field.pointer: field for field in mapping.fields.values()}

    def table(self, delta: Delta) -> Table | None:
        """The table that a delta lies in; None for a field, or for a table as a whole."""
        inside = (item for item in self._tables if delta.pointer.startswith(f"{item.pointer}/"))
        return next(inside, None)

    def column(self, delta: Delta) -> str | None:
        """The name of the column of a row's value; None for a whole row, and outside tables."""
        table = self.table(delta)
        if table is None or self.is_whole_row(delta):
            return None
        return split(delta.pointer)[-1]

    def field(self, delta: Delta) -> FieldBase | None:
        """The field or column that a delta is about; None where the form knows none."""
        table, column = self.table(delta), self.column(delta)
        if table is not None:
            return table.columns.get(column or "")
        return self._fields.get(delta.pointer)

    def is_whole_row(self, delta: Delta) -> bool:
        """Whether the delta is about a row and not about one of its cells."""
        return self.row_pointer(delta) == delta.pointer

    def row_pointer(self, delta: Delta) -> str | None:
        """The pointer of the row that a delta is about or lies in; None outside tables."""
        table = self.table(delta)
        if table is None:
            return None
        position = delta.pointer[len(table.pointer) + 1 :].partition("/")[0]
        return f"{table.pointer}/{position}"
