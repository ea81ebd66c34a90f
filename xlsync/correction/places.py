"""Where a pointer of the record lies on the sheet of a fresh copy, and what people call it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.grid import Address
from xlsync.record import get, split

if TYPE_CHECKING:
    from xlsync.form import Form
    from xlsync.mapping import FieldBase
    from xlsync.record import Record


class Place(NamedTuple):
    """A cell, its label, and the field or column that it belongs to; None for a heading."""

    address: Address
    label: str
    item: FieldBase | None = None


class Places:
    """The places of a form's sheet that was made for a record."""

    def __init__(self, form: Form, record: Record) -> None:
        """Lay the sheet out."""
        self.layout = form.layout(form.capacity(record))
        self._form = form
        self._record = record

    def __getitem__(self, pointer: str) -> Place | None:
        """The place of a pointer; None where the sheet has none for it."""
        if pointer in self._fixed:
            return self._fixed[pointer]
        for placed in self.layout.tables:
            table = self._form.mapping.tables[placed.name]
            number, *rest = split(pointer.removeprefix(table.pointer)) or [""]
            if not pointer.startswith(f"{table.pointer}/") or not number.isdigit():
                continue
            if int(number) >= len(get(self._record, table.pointer)):
                return self._fixed[table.pointer]
            is_cell = bool(rest) and rest[0] in placed.columns
            name = rest[0] if is_cell else table.name
            label = f"{table.label}第{int(number) + 1}条"
            if is_cell:
                label = f"{label}：{table.columns[name].label}"
            at = Address(placed.first + int(number), placed.columns[name])
            return Place(at, label, table.columns[name])
        return None

    @cached_property
    def _fixed(self) -> dict[str, Place]:
        """Fields, and the headings of tables."""
        mapping = self._form.mapping
        fields = ((mapping.fields[slot.name], slot.area.first) for slot in self.layout.slots)
        tables = ((mapping.tables[one.name], one.heading.first) for one in self.layout.tables)
        return {item.pointer: Place(at, item.label, item) for item, at in fields} | {
            table.pointer: Place(at, table.label) for table, at in tables
        }
