"""The manifest of a workbook that is made for a record: what its blank cells cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.checks import totals
from xlsync.form.quantity import is_plain
from xlsync.manifest import Manifest, kept_mark
from xlsync.record import MISSING, get, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        kept=frozenset(_kept(form, record)),
    )


def fixed_values(form: Form, record: Record, slots: Iterable[str]) -> dict[str, str]:
    """What fields say that the recipient must not change: texts of the record by pointer."""
    pointers = (form.mapping.fields[slot].pointer for slot in slots)
    values = ((pointer, get(record, pointer)) for pointer in pointers)
    return {
        pointer: str(value)
        for pointer, value in values
        if value is not None and value is not MISSING and value != ""
    }


def prefilled(form: Form, record: Record) -> str | None:
    """How many fields are filled in for a recipient who has begun nothing yet.

    None where rows of a table are filled in too: then the form counts as begun. Totals that the
    sheet adds up do not count, since nobody types them.
    """
    if any(
        get(record, table.pointer) not in (None, MISSING, [])
        for table in form.mapping.tables.values()
    ):
        return None
    typed = form.mapping.fields.keys() - totals(form.mapping).keys()
    return str(len(fixed_values(form, record, typed)))


def _kept(form: Form, record: Record) -> Iterator[str]:
    """The values of quantities that would be taken apart if somebody had typed them."""
    for table in form.mapping.tables.values():
        if table.quantity is None:
            continue
        rows = get(record, table.pointer)
        for row in rows if isinstance(rows, list) else ():
            value = row.get(table.quantity.value)
            if isinstance(value, str) and not is_plain(form.mapping, table, value):
                yield kept_mark(f"{table.pointer}{join(row['id'], table.quantity.value)}", value)


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
