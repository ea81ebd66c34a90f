"""The manifest of a workbook that is made for a record: what its blank cells cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.manifest import Manifest
from xlsync.record import MISSING, get, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form import Form
    from xlsync.record import Json, Record


def describe(form: Form, record: Record | None = None) -> Manifest:
    """The manifest for a record in canonical form, or for a blank workbook."""
    if record is None:
        return Manifest(form=form.id)
    values = list(_values(form, record))
    return Manifest(
        form=form.id,
        record=record.get("id"),
        absent=frozenset(pointer for pointer, value, _ in values if value is MISSING),
        empty=frozenset(pointer for pointer, value, _ in values if value == ""),
        blank=frozenset(pointer for pointer, value, level in values if level and value is None),
    )


def _values(form: Form, record: Record) -> Iterator[tuple[str, Json, bool]]:
    """Every place of the form: its pointer, its value, whether it is a level of a table."""
    for item in form.mapping.fields.values():
        yield item.pointer, get(record, item.pointer), False
    for table in form.mapping.tables.values():
        rows = get(record, table.pointer)
        if not isinstance(rows, list):
            yield table.pointer, rows, False
            continue
        for row in rows:
            for name in table.columns:
                pointer = f"{table.pointer}{join(row['id'], name)}"
                yield pointer, row.get(name, MISSING), name in table.levels
