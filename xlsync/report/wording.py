"""How the values, fields and rows of one form are written for people.

An amount gets its thousands separators, text its quotation marks, a row its levels and name;
absent, null and empty text each have a sign of their own.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.record import MISSING, split
from xlsync.report.lines import visible
from xlsync.types import TYPES, render_quantity
from xlsync.types.numbers import MoneyType
from xlsync.types.texts import TextType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.diff import Delta
    from xlsync.mapping import FieldBase, FormField, Mapping, Table
    from xlsync.record import Json, Record
    from xlsync.types import ValueType

ABSENT = "〔无此项〕"
NULL = "〔空 null〕"
EMPTY = '〔空文本 ""〕'


class Wording:
    """The words for deltas of one form."""

    def __init__(self, mapping: Mapping) -> None:
        """Look up once what every delta needs."""
        self._tables = list(mapping.tables.values())
        self._fields = {field.pointer: field for field in mapping.fields.values()}
        self._labels = dict(_labels(mapping))
        fields = self._fields.values()
        amounts = (field for field in fields if isinstance(TYPES[field.type], MoneyType))
        self.amount: FormField | None = next(amounts, None)
        """The form's first field of money, by which records are added up."""

    def label(self, delta: Delta) -> str:
        """The label of what changed, told apart from others that are printed alike."""
        return visible(self._labels.get(delta.pointer, delta.label))

    def value(self, delta: Delta, side: Json) -> str:
        """One side of a delta as people read it."""
        field = self._field(delta)
        return shown(side, field.type if field else None)

    def row(self, delta: Delta) -> str:
        """The levels and the name of the delta's row."""
        table = self.table(delta)
        names = (*table.levels, table.name) if table else ()
        return "/".join(_word((delta.row or {}).get(name, MISSING)) for name in names)

    def level(self, delta: Delta) -> str:
        """The nearest level above the delta's row."""
        table = self.table(delta)
        return _word((delta.row or {}).get(table.levels[-1], MISSING)) if table else ""

    def rest_of_row(self, delta: Delta, row: Record) -> str:
        """What a row says beside its levels and name: its quantity, then other columns."""
        table = self.table(delta)
        if table is None:
            return shown(row, None)
        parts = table.quantity
        quantity = [parts.operator, parts.value, parts.unit]
        written = render_quantity(*(_part(row.get(name)) for name in quantity))
        told = {*table.levels, table.name, *quantity, *(delta.row or {})}
        others = (
            f"{_column_label(table, name)} {shown(value, _column_type(table, name))}"
            for name, value in row.items()
            if name not in told and value is not None
        )
        return "，".join(filter(None, (visible(written), *others)))

    def is_whole_row(self, delta: Delta) -> bool:
        """Whether the delta is about a row and not about one of its cells."""
        table = self.table(delta)
        return table is not None and delta.pointer.rpartition("/")[0] == table.pointer

    def table(self, delta: Delta) -> Table | None:
        """The table that a delta lies in."""
        inside = (item for item in self._tables if delta.pointer.startswith(f"{item.pointer}/"))
        return next(inside, None)

    def _field(self, delta: Delta) -> FieldBase | None:
        table = self.table(delta)
        if table is not None:
            return table.columns.get(split(delta.pointer)[-1])
        return self._fields.get(delta.pointer)


def shown(value: Json, type_name: str | None) -> str:
    """A value as people read it; texts stand in quotation marks, so that blanks show."""
    if value is MISSING:
        return ABSENT
    if value is None:
        return NULL
    if not isinstance(value, str):
        return visible(json.dumps(value, ensure_ascii=False))
    if not value:
        return EMPTY
    kind = TYPES.get(type_name or "")
    if kind is None or isinstance(kind, TextType) or not _is_canonical(kind, value):
        return f"「{visible(value)}」"
    return f"{Decimal(value):,}" if isinstance(kind, MoneyType) else value


def amount_of(value: Json, type_name: str) -> Decimal | None:
    """The amount that a value of a type of money is, or None."""
    kind = TYPES[type_name]
    if isinstance(kind, MoneyType) and isinstance(value, str) and _is_canonical(kind, value):
        return Decimal(value)
    return None


def _is_canonical(kind: ValueType, value: str) -> bool:
    try:
        return kind.json_type is str and bool(kind.canonical(value) == value)
    except ValueError:
        return False


def _word(value: Json) -> str:
    return visible(value) if isinstance(value, str) and value else shown(value, None)


def _part(value: Json) -> str | None:
    return value if value is None or isinstance(value, str) else shown(value, None)


def _column_label(table: Table, name: str) -> str:
    column = table.columns.get(name)
    return visible(column.label if column else name)


def _column_type(table: Table, name: str) -> str | None:
    column = table.columns.get(name)
    return column.type if column else None


def _labels(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Pointer and label of each field; a label that occurs twice says which one is meant."""
    times = Counter(field.label for field in mapping.fields.values())
    for field in mapping.fields.values():
        if times[field.label] == 1:
            yield field.pointer, field.label
        elif field.below:
            yield field.pointer, f"{mapping.fields[field.below].label}下的{field.label}"
        else:
            yield field.pointer, f"{field.label}（{field.pointer}）"
