"""Fields that stand where a row and a column of a matrix meet, in a form found by its labels.

A heading row names columns; below it a row label says which row the cells of the line are. What
the form prints beside a row, such as a fixed number of points, is known by its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.form.label_keys import LabelIndex
from xlsync.form.types import comparable
from xlsync.reader.located import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.grid import Cell
    from xlsync.reader.located import Located
    from xlsync.reader.titles import Row

_LEAST = 2
"""Columns that a heading row names at least; a single word may stand anywhere."""


class Matrix:
    """The rows and columns of a form's matrices, and which of them were found so far."""

    def __init__(self, located: Located) -> None:
        """Collect the labels of both sides."""
        self.located = located
        plan = located.form.mapping
        self.slots = {
            (item.row, item.column): slot
            for slot, item in plan.fields.items()
            if item.row and item.column
        }
        self.row_labels = self.labels(row for row, _ in self.slots)
        self.column_labels = self.labels(column for _, column in self.slots)
        self.columns: dict[int, str] = {}
        self.above: tuple[int, dict[int, str]] = (0, {})
        """A row with a single heading: on paper it is merged down into the row of the others."""
        self.found: set[str] = set()

    def labels(self, names: Iterable[str]) -> LabelIndex:
        """The names of some labels, by the texts that say them."""
        plan = self.located.form.mapping.labels
        return LabelIndex(
            (text, name) for name in dict.fromkeys(names) for text in plan[name].labels
        )

    def take(self, number: int, row: Row) -> Row:
        """The cells of a row that belong to no matrix; the others are labels and values."""
        heads = {
            column: names[0]
            for column, cell in row.items()
            if (names := self.column_labels.names(cell.text))
        }
        if len(heads) >= _LEAST:
            before, above = self.above
            merged = above if before == number - 1 else {}
            heads |= {at: name for at, name in merged.items() if name not in heads.values()}
            self.columns = heads
            self.found.update(heads.values())
            return {column: cell for column, cell in row.items() if column not in heads}
        side = self.side(row) if self.columns else None
        if side is None:
            self.above = (number, heads)
            return row
        self.found.add(row_name := self.row_labels.names(row[side].text)[0])
        return dict(self.values(number, row, side, row_name))

    def side(self, row: Row) -> int | None:
        """The column in which a row says which one it is, left of the columns that are headed."""
        for column, cell in row.items():
            name = next(iter(self.row_labels.names(cell.text)), None)
            if name is not None and name not in self.found and column < min(self.columns):
                return column
        return None

    def values(self, number: int, row: Row, side: int, name: str) -> Iterator[tuple[int, Cell]]:
        """Note the values of a row, and give what is neither one nor printed there."""
        printed = [comparable(text) for text in self.located.form.printed_beside(name)]
        for column, cell in row.items():
            slot = self.slots.get((name, self.columns.get(column, "")))
            if column == side:
                continue
            if slot is not None:
                self.located.fields[slot] = Found(Address(number, column), cell)
            elif comparable(cell.text) in printed:
                printed.remove(comparable(cell.text))
            else:
                yield column, cell

    def report_missing(self) -> None:
        """Labels of a matrix that were not found (S001), and the fields that nobody can read."""
        plan = self.located.form.mapping
        for name in {
            **dict.fromkeys(row for row, _ in self.slots),
            **dict.fromkeys(column for _, column in self.slots),
        }:
            if name not in self.found:
                message = f"没有找到标签“{plan.labels[name].label}”，请恢复原表的文字。"
                self.located.report(problem("S001", message), None)
        for (row, column), slot in self.slots.items():
            if not {row, column} <= self.found:
                self.located.unread.add(plan.fields[slot].pointer)
