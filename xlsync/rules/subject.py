"""A record as rules see it: values by slot name, rows by table, labels that people know.

Rules name slots and columns; the subject leads from them through the mapping to the record.
An empty text is no value, and neither is a cell that could not be read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.record import MISSING, Json, Record, get, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.rules.plan import Plan, TablePlan

_SHOWN = 30


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
    plan: Plan
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
        try:
            amount = Decimal(self.text(slot) or "")
        except InvalidOperation:
            return None
        return amount if amount.is_finite() else None

    def day(self, slot: str) -> dt.date | None:
        """The date, or None."""
        try:
            return dt.date.fromisoformat(self.text(slot) or "")
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
        rows = get(self.record, table.pointer)
        for index, values in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(values, dict):
                yield Row(table, index, values, self.unread)


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    plan: TablePlan
    index: int
    values: Mapping[str, Json]
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
        return self._texts.get(column)

    @cached_property
    def _texts(self) -> dict[str, str]:
        filled = ((name, _filled(value)) for name, value in self.values.items())
        texts = {name: str(value) for name, value in filled if value is not None}
        return {name: text for name, text in texts.items() if not self.is_unread(name)}

    def label(self, column: str) -> str:
        """The heading of a column as printed."""
        return self.plan.columns[column].label

    @property
    def title(self) -> str:
        """How a message calls the row: the table, its number and its name."""
        place = f"{self.plan.label}第{self.index + 1}条"
        name = self.text(self.plan.name)
        return place if name is None else f"{place}“{shorten(name)}”"
