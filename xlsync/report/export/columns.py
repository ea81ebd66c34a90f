"""The columns of an export: what stands in a record, or in a row of one of its tables.

They come from the mapping alone, in the order of the form, and are called by the labels that
are printed on it; a label that occurs twice says which one is meant.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.record import MISSING, get, join
from xlsync.form.types import TYPES
from xlsync.report.words.wording import field_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.record import Json
    from xlsync.form.mapping import Mapping, Table
    from xlsync.form.types.base import Content

ID = "编号"
ROW_ID = "行编号"


class ExportPlace(NamedTuple):
    """A value: the head of its column, the pointer in the record or row, and its type."""

    head: str
    pointer: str
    type: str = "text"

    def value(self, record: Json) -> Json:
        """The value as the record has it; None where it is null or absent."""
        found = get(record, self.pointer)
        return None if found is MISSING else found

    def content(self, record: Json) -> Content | None:
        """The value as a spreadsheet holds it."""
        value = self.value(record)
        return None if value is None else TYPES[self.type].content(value)


RECORD_ID = ExportPlace(ID, "/id")


def field_places(mapping: Mapping) -> list[ExportPlace]:
    """Every field of a record."""
    labels = field_labels(mapping)
    fields = mapping.fields.values()
    return _told_apart(ExportPlace(labels[one.pointer], one.pointer, one.type) for one in fields)


def row_places(table: Table) -> list[ExportPlace]:
    """Every column of a table, with a pointer inside the row."""
    columns = table.columns.items()
    return _told_apart(ExportPlace(one.label, join(name), one.type) for name, one in columns)


def naming_places(mapping: Mapping) -> list[ExportPlace]:
    """The two fields that say whose row it is: group and title."""
    pointers = [mapping.fields[one].pointer for one in (mapping.record.group, mapping.record.title)]
    places = {place.pointer: place for place in field_places(mapping)}
    return [places[pointer] for pointer in pointers]


def _told_apart(places: Iterable[ExportPlace]) -> list[ExportPlace]:
    return list(_numbered(places))


def _numbered(places: Iterable[ExportPlace]) -> Iterator[ExportPlace]:
    times: Counter[str] = Counter()
    for place in places:
        times[place.head] += 1
        again = times[place.head]
        yield place if again == 1 else place._replace(head=f"{place.head}（{again}）")
