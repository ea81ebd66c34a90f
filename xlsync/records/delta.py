"""Where in a form a delta lies: the field, the table and the column that its pointer names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, split
from xlsync.form.types import TYPES
from xlsync.form.types.numbers import MoneyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import FieldBase, Mapping, Table


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


def exact_text(value: Json) -> str:
    """The value as text that is the same for the same JSON alone; key order does not count."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def same(old: Json, new: Json) -> bool:
    """Whether two values, either of which may be absent, are the same JSON."""
    if old is MISSING or new is MISSING:
        return old is new
    if isinstance(old, str) and isinstance(new, str):
        return old == new
    return exact_text(old) == exact_text(new)


def kind_of(old: Json, new: Json) -> Kind:
    """What happened, as the absent side tells it."""
    if old is MISSING:
        return Kind.ADDED
    return Kind.REMOVED if new is MISSING else Kind.CHANGED


def difference(type_name: str | None, old: Json, new: Json) -> str | None:
    """New minus old, as ``+200000.00``, when the type is money and both sides are amounts."""
    money = TYPES.get(type_name or "")
    if not (isinstance(money, MoneyType) and isinstance(old, str) and isinstance(new, str)):
        return None
    try:
        amount = Decimal(money.canonical(new)) - Decimal(money.canonical(old))
    except ValueError:
        return None
    return f"{amount:+}"


def value_deltas(
    pointer: str, label: str, old: Json, new: Json, *, type_name: str | None = None
) -> Iterator[Delta]:
    """One delta when the two values differ, else none."""
    if not same(old, new):
        by = difference(type_name, old, new)
        yield Delta(kind_of(old, new), pointer, label, old, new, difference=by)


class Kind(StrEnum):
    """What happened to a value, a row or a record."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Delta:
    """One difference between two versions of a record.

    An absent side is :data:`~xlsync.base.record.MISSING`, which is neither null nor empty text. A
    row that is added or removed is a side as a whole; a moved row has its positions, from 1,
    as sides. The index in a row's pointer is that of the new record, or of the old one where
    the row was removed; ``row`` holds the row's id, levels and name, so that nobody has to
    rely on the index.
    """

    kind: Kind
    pointer: str
    label: str
    old: Json = MISSING
    new: Json = MISSING
    row: dict[str, Json] | None = None
    difference: str | None = None
    """New minus old with its sign, exact, where both are amounts of money."""


@dataclass(frozen=True, slots=True)
class RecordDelta:
    """Everything that changed in one record between two versions or rounds.

    ``title`` and ``group`` are those of the new version, or of the old one where the record
    was removed. A record that has a new title is ``renamed``, one that has a new group
    ``moved`` (whatever else changed in it); the deltas say all of it. ``old`` and ``new`` are
    the two versions themselves, None where the record was not there.
    """

    id: str
    title: Json
    group: Json
    kind: Kind
    mapping: Mapping
    deltas: tuple[Delta, ...]
    old: Record | None
    new: Record | None
