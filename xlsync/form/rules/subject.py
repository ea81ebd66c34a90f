"""What rules see: the plan of a form, and a record with its values by slot and its rows by table.

Rules lie below mappings and cannot import them, so they name here, as protocols, what they look
at; :class:`xlsync.form.mapping.Mapping` has all of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from xlsync.base.record import MISSING, Json, Record, get, join, rows_at
from xlsync.form.types.units import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.form.types import ValueType

_SHOWN = 30


class ColumnPlan(Protocol):
    """What a field and a column have in common."""

    @property
    def label(self) -> str:
        """The label as printed."""

    @property
    def type(self) -> str:
        """The name of the value type."""

    @property
    def kind(self) -> ValueType:
        """The value type, as the sheet shows it."""

    @property
    def counted_in(self) -> str:
        """The unit of an amount on the sheet."""

    @property
    def codes(self) -> str | None:
        """The code list, if the value comes from one."""

    @property
    def required(self) -> bool:
        """Whether it has to be filled in."""


class FieldPlan(ColumnPlan, Protocol):
    """A single value of the record."""

    @property
    def pointer(self) -> str:
        """Where the value stands in the record."""


class TablePlan(Protocol):
    """An array of the record."""

    @property
    def pointer(self) -> str:
        """Where the array stands in the record."""

    @property
    def label(self) -> str:
        """The caption as printed."""

    @property
    def tree(self) -> str | None:
        """The tree that the levels follow, if there are any."""

    @property
    def levels(self) -> Sequence[str]:
        """The two columns that follow the tree, or none."""

    @property
    def name(self) -> str:
        """The column by which people call a row."""

    @property
    def columns(self) -> Mapping[str, ColumnPlan]:
        """The columns by name."""


class CodesPlan(Protocol):
    """The options of a dropdown."""

    @property
    def values(self) -> Sequence[str]:
        """What may be chosen."""

    @property
    def none(self) -> Sequence[str]:
        """What may be chosen to say that there is none."""

    @property
    def boxes(self) -> Sequence[str]:
        """The values as they are printed with a box each, if they are."""

    @property
    def choosing(self) -> Sequence[str]:
        """Every way to write a value with boxes, without blanks."""

    def ticked(self, value: Json) -> str:
        """The line of all options with that of a value ticked."""


class FormPlan(Protocol):
    """A mapping, as rules see it."""

    @property
    def fields(self) -> Mapping[str, FieldPlan]:
        """The fields by slot name."""

    @property
    def tables(self) -> Mapping[str, TablePlan]:
        """The tables by name."""

    @property
    def codes(self) -> Mapping[str, CodesPlan]:
        """The code lists by name."""

    @property
    def trees(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """The trees by name: what lies under each text of the first level."""


def choices(plan: FormPlan, codes: str | None) -> Sequence[str] | None:
    """The texts of a code list, or None where there is no list."""
    return None if codes is None else plan.codes[codes].values


def column_choices(plan: FormPlan, table_name: str, column: str) -> Sequence[str] | None:
    """The texts that a column can hold, or None where any text may stand."""
    table = plan.tables[table_name]
    if table.tree is None or column not in table.levels:
        return choices(plan, table.columns[column].codes)
    tree = plan.trees[table.tree]
    if column == table.levels[0]:
        return list(tree)
    return [text for branch in tree.values() for text in branch]


def shorten(text: str) -> str:
    """The text as a message quotes it: one line, and not longer than a glance."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _filled(value: Json) -> Json:
    """The value, or None where nothing was filled in."""
    empty = value is None or value is MISSING or (isinstance(value, str) and not value.strip())
    return None if empty else value


@dataclass(frozen=True)
class Subject:
    """One record seen through its mapping.

    ``unread`` are the pointers whose cell held something unreadable, which was reported where
    it was read.
    """

    record: Record
    plan: FormPlan
    unread: frozenset[str] = frozenset()

    def label(self, slot: str) -> str:
        """The label of a field as printed."""
        return self.plan.fields[slot].label

    def pointer(self, slot: str) -> str:
        """Where a field stands in the record."""
        return self.plan.fields[slot].pointer

    def value(self, slot: str) -> Json:
        """What was filled in, or None."""
        pointer = self.pointer(slot)
        return None if pointer in self.unread else _filled(get(self.record, pointer))

    def text(self, slot: str) -> str | None:
        """The value as a text, or None."""
        value = self.value(slot)
        return None if value is None else str(value)

    def amount(self, slot: str) -> Decimal | None:
        """The exact amount, or None."""
        text = self.text(slot)
        if text is None:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            return None
        return amount if amount.is_finite() else None

    def told(self, slot: str, amount: Decimal) -> str:
        """An amount as the sheet shows it in a field: in the unit of that field."""
        return told(amount, self.plan.fields[slot].counted_in)

    def day(self, slot: str) -> dt.date | None:
        """The date, or None."""
        text = self.text(slot)
        try:
            return None if text is None else dt.date.fromisoformat(text)
        except ValueError:
            return None

    def has_unread(self, slots: Iterable[str]) -> bool:
        """Whether the cell of any of these fields could not be read."""
        return any(self.pointer(slot) in self.unread for slot in slots)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table, in order."""
        return self._rows[table]

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        return {name: list(self._rows_of(table)) for name, table in self.plan.tables.items()}

    def _rows_of(self, table: TablePlan) -> Iterator[Row]:
        for index, values in enumerate(rows_at(self.record, table.pointer)):
            if isinstance(values, dict):
                texts = {
                    name: text
                    for name, value in values.items()
                    if value is not None and value is not MISSING and (text := str(value)).strip()
                }
                row = Row(table, index, texts, self.unread)
                if self.unread:
                    for name in filter(row.is_unread, list(texts)):
                        del texts[name]
                yield row


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; ``texts`` is what was filled in, by column."""

    plan: TablePlan
    index: int
    texts: Mapping[str, str]
    unread: frozenset[str]

    def pointer(self, column: str) -> str:
        """Where a cell of the row stands in the record."""
        return f"{self.plan.pointer}{join(self.index, column)}"

    def is_unread(self, column: str) -> bool:
        """Whether that cell could not be read."""
        # Asked for every cell by every rule, and there is rarely any.
        return bool(self.unread) and self.pointer(column) in self.unread

    def text(self, column: str) -> str | None:
        """What was filled in, or None."""
        return self.texts.get(column)

    def label(self, column: str) -> str:
        """The heading of a column as printed."""
        return self.plan.columns[column].label

    @property
    def title(self) -> str:
        """How a message calls the row: the table, its number and its name."""
        place = f"{self.plan.label}第{self.index + 1}条"
        name = self.text(self.plan.name)
        return place if name is None else f"{place}“{shorten(name)}”"
