"""What a person typed where something was reported: the cells as they stood, by pointer.

A record holds what was read. Whoever sends a form back for correction needs what was written,
and only there where the two may differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.grid import Cell
from xlsync.record import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsync.mapping import Table
    from xlsync.reader.located import Item, Located

_BLANK = Cell("")


def typed_cells(located: Located, rows: Mapping[str, Sequence[Item]]) -> dict[str, Cell]:
    """The cell of every place with a problem so far; a blank one where nothing stood.

    ``rows`` are the items that became rows of the record, by the pointer of their table.
    """
    reported = {one.pointer for one in located.problems if one.pointer}
    if not reported:
        return {}
    mapping = located.form.mapping
    typed = {
        item.pointer: located.fields[slot].cell
        for slot, item in mapping.fields.items()
        if item.pointer in reported and slot in located.fields
    }
    for table in mapping.tables.values():
        for index, item in enumerate(rows.get(table.pointer, ())):
            pointer = f"{table.pointer}{join(index)}"
            names = {name for name in table.columns if f"{pointer}{join(name)}" in reported}
            for name in (*names, *_joined_parts(table, names)):
                found = item.cells.get(name)
                typed[f"{pointer}{join(name)}"] = found.cell if found else _BLANK
    return typed


def _joined_parts(table: Table, names: set[str]) -> Iterator[str]:
    """The cells beside a quantity's value, which count for how it is read."""
    if table.quantity and table.quantity.value in names:
        yield from (table.quantity.operator, table.quantity.unit)
