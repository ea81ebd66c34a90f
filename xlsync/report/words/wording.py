"""How the values, fields and rows of one form are written for people.

An amount gets its thousands separators, a row its levels and name; absent, null and empty text
each have a sign of their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING
from xlsync.form.field_names import told_apart
from xlsync.form.types import TYPES, render_quantity
from xlsync.form.types.numbers import MoneyType
from xlsync.form.types.texts import TextType
from xlsync.form.types.units import told
from xlsync.report.words.lines import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import FieldBase, FormField, Mapping, Table
    from xlsync.form.types import ValueType
    from xlsync.records import Delta

ABSENT = "〔无此项〕"
NULL = "〔未填〕"
EMPTY = "〔空文本〕"


@dataclass(frozen=True, slots=True)
class WordedValue:
    """A value as people read it, with nothing hidden in it; texts keep their line breaks.

    ``is_typed`` tells a text that somebody typed from a sign, an amount or a date.
    """

    text: str
    is_typed: bool = False


class Wording:
    """The words for what happened to records of one form."""

    def __init__(self, mapping: Mapping) -> None:
        """Look up once what every delta needs."""
        self.mapping = mapping
        self._labels = field_labels(mapping)
        self.amounts = [(self._labels[one.pointer], one) for one in _amounts(mapping)]
        """Label and field of the amounts by which records are added up."""
        self.tables = [(visible(table.label), table) for table in mapping.tables.values()]
        """Label of each table, and the table."""

    def label(self, delta: Delta) -> str:
        """The label of what changed, told apart from others that are printed alike."""
        return self._labels.get(delta.pointer, visible(delta.label))

    def side(self, delta: Delta, value: Json) -> WordedValue:
        """One side of a delta."""
        return of_item(value, delta.at.item) if delta.at.item else shown(value, None)

    def path(self, delta: Delta) -> str:
        """The levels and the name of the delta's row."""
        table = delta.at.row_table
        return self.parts(delta, [*table.levels, table.name]) if table else ""

    def levels(self, delta: Delta) -> str:
        """The levels of the delta's row."""
        table = delta.at.row_table
        return self.parts(delta, table.levels) if table else ""

    def name(self, delta: Delta) -> str:
        """The name of the delta's row."""
        table = delta.at.row_table
        return self.parts(delta, [table.name]) if table else ""

    def parts(self, delta: Delta, names: list[str]) -> str:
        """Some values of the delta's row, as a path."""
        return "/".join(name_of((delta.row or {}).get(name, MISSING)) for name in names)

    def rest_of_row(self, delta: Delta, row: Record) -> str:
        """What a row says beside its levels and name: its quantity, then other columns."""
        table = delta.at.row_table
        if table is None:
            return shown(row, None).text
        told = {*table.levels, table.name, *table.parts, *(delta.row or {})}
        others = (
            f"{_column_label(table, name)} {quoted(_in_column(value, table, name))}"
            for name, value in row.items()
            if name not in told and value is not None
        )
        return "，".join(filter(None, (quantity(table, row), *others)))


def quantity(table: Table, row: Record) -> str:
    """The quantity of a row, written in one piece as on paper."""
    if table.quantity is None:
        return ""
    return visible(render_quantity(*(part(row.get(name)) for name in table.parts)))


def shown(value: Json, type_name: str | None) -> WordedValue:
    """A value of a type as people read it."""
    for sign, nothing in ((ABSENT, MISSING), (NULL, None)):
        if value is nothing:
            return WordedValue(sign)
    if not isinstance(value, str):
        return WordedValue(visible(json.dumps(value, ensure_ascii=False)))
    if not value:
        return WordedValue(EMPTY)
    kind = TYPES.get(type_name or "")
    if kind is None or isinstance(kind, TextType) or not _is_canonical(kind, value):
        return WordedValue(visible_lines(value), is_typed=True)
    return WordedValue(f"{Decimal(value):,}" if isinstance(kind, MoneyType) else value)


def of_item(value: Json, item: FieldBase) -> WordedValue:
    """A value of a field or column; an amount that its form counts in 万元 says so."""
    made = shown(value, item.type)
    if item.unit is None or made.is_typed or not isinstance(value, str) or not value:
        return made
    return WordedValue(told(Decimal(value), item.unit))


def of_change(value: Json, table: Table | None = None) -> WordedValue:
    """One side of what a decision changed: a value, or what a row says, on one line."""
    if not isinstance(value, dict):
        return shown(value, None)
    columns = table.columns if table else {}
    told = (
        (of_item(one, columns[name]) if name in columns else shown(one, None)).text
        for name, one in value.items()
        if name != "id" and one is not None and one != ""
    )
    return WordedValue(" ".join(visible(one) for one in told), is_typed=True)


def name_of(value: Json) -> str:
    """A name on one line, or the sign of what stands there instead of one."""
    return visible(shown(value, None).text)


def told_together(problems: Iterable[Problem]) -> str:
    """Several findings as one sentence, each with its code."""
    told = [f"{one.code} {one.message.rstrip('。')}" for one in problems]
    return "；".join(told) + "。" if told else ""


def quoted(side: WordedValue) -> str:
    """A value on one line; what was typed stands in quotation marks, so that blanks show."""
    return f"「{visible(side.text)}」" if side.is_typed else side.text


def _is_canonical(kind: ValueType, value: str) -> bool:
    try:
        return kind.json_type is str and bool(kind.canonical(value) == value)
    except ValueError:
        return False


def part(value: Json) -> str | None:
    """One part of a quantity; None where there is none, and only then."""
    if value is None or value is MISSING:
        return None
    return value if isinstance(value, str) else shown(value, None).text


def _column_label(table: Table, name: str) -> str:
    column = table.columns.get(name)
    return visible(column.label if column else name)


def _in_column(value: Json, table: Table, name: str) -> WordedValue:
    column = table.columns.get(name)
    return of_item(value, column) if column else shown(value, None)


def _amounts(mapping: Mapping) -> list[FormField]:
    """The amounts that the form names as its main ones; otherwise its first field of money."""
    fields = mapping.fields
    money = [one for one in fields.values() if isinstance(TYPES[one.type], MoneyType)]
    return [fields[name] for name in mapping.record.amounts] or money[:1]


def field_labels(mapping: Mapping) -> dict[str, str]:
    """Pointer and label of each field; a label that occurs twice says which one is meant."""
    return {pointer: visible(label) for pointer, label in told_apart(mapping).items()}
